// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "hw/hid.h"

#define NO_VENDOR 0x0001

/* Machines of continuous integration have no device; the library may or may not be there. */
Test(hid, lists_nothing_of_an_unknown_vendor)
{
    struct hidraw_listed list[HIDRAW_MAX_LISTED];
    struct diag d = { 0 };
    size_t num = 1;
    enum err e = hidraw_list(&d, list, &num, NO_VENDOR);

    cr_expect(e == OK || e == ERR_UNSUPPORTED, "%s", d.msg);
    cr_expect_eq(num, 0);
}

Test(hid, a_device_that_is_gone)
{
    struct diag d = { 0 };
    struct hw_io io;
    enum err e = hidraw_open(&d, &io, "/dev/hidraw-none");

    if (e == ERR_UNSUPPORTED)
        cr_skip("libhidapi-hidraw0 is not installed");
    cr_expect_eq(e, ERR_DEVICE);
    cr_expect_not_null(strstr(d.msg, "is gone"), "%s", d.msg);
    cr_expect_null(io.ctx);
}
