// SPDX-License-Identifier: Apache-2.0
#include <assert.h>

#include "hw/trezor/codec.h"
#include "src/base/limits.h"

static enum err next_report(struct diag *d, void *ctx, uint8_t report[static HW_REPORT_BYTES],
                            int timeout_ms, bool *got)
{
    struct reader *r = ctx;

    (void)timeout_ms;
    *got = reader_bytes(r, report, HW_REPORT_BYTES);
    return *got ? OK : diag_set(d, ERR_DEVICE, "unplugged");
}

/* Reports in a row: what is refused leaves no message, and no message is over its limit. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader r;
    const struct hw_io io = { .ctx = &r, .read = next_report };
    const struct hw_budget b = hw_budget_ms(1000);
    struct trezor_message m;
    struct diag d = { 0 };
    enum err e = OK;

    trezor_message_init(&m);
    reader_init(&r, data, size);
    while ((e = trezor_codec_read(&d, &m, &io, &b)) == OK)
        assert(m.payload.len <= LIMIT_TREZOR_MESSAGE_BYTES);
    assert(d.code == e && m.payload.len == 0);
    trezor_message_clear(&m);
    return 0;
}
