// SPDX-License-Identifier: Apache-2.0
#include "hw/io.h"

#include <string.h>
#include <time.h>

#include "src/base/interrupt.h"

#define DRAIN_MAX_REPORTS 256

static uint64_t now_ms(void)
{
    struct timespec t;

    if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
        return UINT64_MAX; /* every budget is spent */
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

struct hw_budget hw_budget_ms(uint32_t ms)
{
    struct hw_budget b = { now_ms() };

    if (b.end_ms < UINT64_MAX - ms)
        b.end_ms += ms;
    return b;
}

uint32_t hw_budget_left_ms(const struct hw_budget *b)
{
    uint64_t now = now_ms();

    return now < b->end_ms ? (uint32_t)(b->end_ms - now) : 0;
}

enum err hw_io_read(struct diag *d, const struct hw_io *io, uint8_t report[static HW_REPORT_BYTES],
                    const struct hw_budget *b)
{
    for (;;) {
        uint32_t left = hw_budget_left_ms(b);
        bool got = false;
        enum err e =
            io->read(d, io->ctx, report, left < HW_SLICE_MS ? (int)left : HW_SLICE_MS, &got);

        /* what comes too late does not count, or reports without end would have no end */
        if (e != OK || (got && left > 0))
            return e;
        memset(report, 0, HW_REPORT_BYTES);
        if (interrupt_is_pending())
            return diag_set(d, ERR_REFUSED, "interrupted");
        if (left == 0)
            return diag_set(d, ERR_DEVICE, "the device did not answer in time");
    }
}

enum err hw_io_drain(struct diag *d, const struct hw_io *io)
{
    uint8_t report[HW_REPORT_BYTES];

    for (int i = 0; i < DRAIN_MAX_REPORTS; i++) {
        bool got = false;
        enum err e = io->read(d, io->ctx, report, 0, &got);

        if (e != OK || !got)
            return e;
    }
    return diag_set(d, ERR_DEVICE, "the device does not stop sending");
}
