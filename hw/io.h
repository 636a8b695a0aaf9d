// SPDX-License-Identifier: Apache-2.0
#ifndef HW_IO_H
#define HW_IO_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/err.h"

/*
 * The seam between protocols and transports: reports of 64 bytes, as they stand on the wire (no
 * HID report number in front). hidapi, libusb and UDP implement it; tests replay recorded reports
 * through it. Not thread-safe.
 */

#define HW_REPORT_BYTES 64

struct hw_io {
    void *ctx;
    /* ERR_DEVICE if the whole report could not be handed over ("unplugged?"). */
    enum err (*write)(struct diag *d, void *ctx, const uint8_t report[static HW_REPORT_BYTES]);
    /* Waits at most timeout_ms (0: not at all). *got tells whether a report came; without one
     * the answer is OK and report is zero. ERR_DEVICE if the device is gone, or a report of another
     * size came. */
    enum err (*read)(struct diag *d, void *ctx, uint8_t report[static HW_REPORT_BYTES],
                     int timeout_ms, bool *got);
    void (*close)(void *ctx); /* NULL ctx is fine */
};

/*
 * How long a whole exchange may take: one budget that only shrinks, over however many reports; one
 * that comes when it is spent does not count.
 * Waiting is cut into slices in which Ctrl-C is looked for (src/base/interrupt.h).
 */
struct hw_budget {
    uint64_t end_ms; /* on the monotonic clock */
};
/* A device that answers by itself, and one that waits for a person. */
#define HW_ANSWER_MS 5000
#define HW_PERSON_MS (15 * 60 * 1000)
#define HW_SLICE_MS  100

struct hw_budget hw_budget_ms(uint32_t ms);
/* What is left, 0 at the end. */
uint32_t hw_budget_left_ms(const struct hw_budget *b);

/*
 * The next report: ERR_DEVICE when the budget is spent, ERR_REFUSED "interrupted" on Ctrl-C. Both
 * leave the exchange in the middle: the caller ends it (cancel, drain) before it goes on.
 */
MUST_CHECK enum err hw_io_read(struct diag *d, const struct hw_io *io,
                               uint8_t report[static HW_REPORT_BYTES], const struct hw_budget *b);
/* Throw away what is waiting: answers that an earlier process left behind. At most 256 reports. */
MUST_CHECK enum err hw_io_drain(struct diag *d, const struct hw_io *io);

#endif
