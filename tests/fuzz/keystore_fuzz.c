// SPDX-License-Identifier: Apache-2.0
#include <assert.h>

#include "hw/keystore.h"
#include "src/base/bytes.h"

/* What is refused gives no address. The key derivation is left out: a file may ask for seconds. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diag d = { 0 };
    struct address address;
    bool has_address = false;

    if (keystore_inspect(&d, &address, &has_address, data, size) != OK)
        assert(d.code != OK && !has_address);
    assert(has_address || address_is_zero(&address));
    return 0;
}
