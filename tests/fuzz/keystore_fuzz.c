// SPDX-License-Identifier: Apache-2.0
#include <assert.h>

#include "hw/keystore.h"
#include "src/base/bytes.h"

/* Whatever the file says, a key only comes out with OK, and it is a valid one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diag d = { 0 };
    struct seckey key;

    if (keystore_decrypt(&d, &key, data, size, (const uint8_t *)"pw", 2) == OK)
        assert(seckey_valid(&key));
    else
        assert(d.code != OK && bytes_is_zero(key.b, sizeof(key.b)));
    return 0;
}
