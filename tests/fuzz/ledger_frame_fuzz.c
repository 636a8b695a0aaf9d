// SPDX-License-Identifier: Apache-2.0
#include <assert.h>
#include <string.h>

#include "hw/ledger/frame.h"
#include "src/base/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A device that sends the input, 64 bytes at a time, and is then unplugged. */
static enum err read_input(struct diag *d, void *ctx, uint8_t report[static HW_REPORT_BYTES],
                           int timeout_ms, bool *got)
{
    (void)timeout_ms;
    *got = reader_bytes(ctx, report, HW_REPORT_BYTES);
    return *got ? OK : diag_set(d, ERR_DEVICE, "unplugged");
}

/* An answer has the announced length, and its first bytes stand behind the first head. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader in;
    const struct hw_io io = { .ctx = &in, .read = read_input };
    struct hw_budget b = hw_budget_ms(1000);
    uint8_t out[LEDGER_MAX_ANSWER];
    struct diag d = { 0 };
    size_t len = 0;

    reader_init(&in, data, size);
    if (ledger_frame_read(&d, &io, out, &len, &b) == OK)
        assert(len == data[5] * 256U + data[6] && memcmp(out, data + 7, len < 57 ? len : 57) == 0);
    else
        assert(len == 0 && out[0] == 0);
    return 0;
}
