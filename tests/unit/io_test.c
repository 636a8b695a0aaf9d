// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "hw/io.h"

/* A device that has a report whenever it is asked. */
static enum err read_at_once(struct diag *d, void *ctx, uint8_t report[static HW_REPORT_BYTES],
                             int timeout_ms, bool *got)
{
    (void)d;
    (void)ctx;
    (void)timeout_ms;
    memset(report, 0x3f, HW_REPORT_BYTES);
    *got = true;
    return OK;
}

/* One budget for an exchange, over however many reports. */
Test(hw_io, reports_without_end_have_an_end, .timeout = 20)
{
    const struct hw_io io = { .read = read_at_once };
    const struct hw_budget b = hw_budget_ms(50);
    uint8_t report[HW_REPORT_BYTES];
    struct diag d = { 0 };
    enum err e = OK;

    cr_expect_eq(hw_io_read(&d, &io, report, &b), OK);
    while (e == OK)
        e = hw_io_read(&d, &io, report, &b);
    cr_expect_eq(e, ERR_DEVICE);
    cr_expect_not_null(strstr(d.msg, "in time"), "%s", d.msg);
    cr_expect_eq(report[0], 0);
    cr_expect_eq(hw_budget_left_ms(&b), 0);
}

Test(hw_io, drains_so_much_and_no_more)
{
    const struct hw_io io = { .read = read_at_once };
    struct diag d = { 0 };

    cr_expect_eq(hw_io_drain(&d, &io), ERR_DEVICE);
    cr_expect_not_null(strstr(d.msg, "does not stop"), "%s", d.msg);
}
