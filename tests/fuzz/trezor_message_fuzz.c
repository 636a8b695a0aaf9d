// SPDX-License-Identifier: Apache-2.0
#include <assert.h>

#include "hw/trezor/features.h"
#include "hw/trezor/message.h"

/* A payload, read as every message there is: what is refused is zero. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trezor_message m;
    struct trezor_about about;
    struct trezor_failure failure;
    struct trezor_tx_request tx;
    struct pb_bytes name;
    struct pb_list path;
    struct address a;
    struct sig65 sig;
    uint32_t code = 0;
    struct diag d = { 0 };

    trezor_message_init(&m);
    buf_add(&m.payload, data, size);
    if (trezor_about_read(&d, &about, &m) == OK)
        assert(trezor_about_state(&about)[0] != '\0');
    assert(trezor_read_failure(&d, &failure, &m) == OK || !failure.code.has);
    assert(trezor_read_button_request(&d, &code, &m) == OK || code == 0);
    assert(trezor_read_struct_request(&d, &name, &m) == OK || !name.has);
    assert(trezor_read_value_request(&d, &path, &m) == OK || path.num == 0);
    assert(trezor_read_address(&d, &a, &m) == OK || address_is_zero(&a));
    assert(trezor_read_typed_signature(&d, &sig, &a, &m) == OK || address_is_zero(&a));
    assert(trezor_read_tx_request(&d, &tx, &m) == OK || !tx.r.has);
    assert(path.num <= PB_MAX_LIST && (!tx.r.has || tx.r.len <= 32));
    trezor_message_clear(&m);
    return 0;
}
