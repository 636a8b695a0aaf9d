// SPDX-License-Identifier: Apache-2.0
#include "hw/hid.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_hid.h"

#define MAKER 0x2c97

static struct fake_hid *fake;

static void load_fake(void)
{
    fake = fake_hid_load();
}

static void expect_nothing_left(void)
{
    cr_expect(fake->lists == 0 && fake->handles == 0, "%d lists, %d handles", fake->lists,
              fake->handles);
}

TestSuite(hid, .init = load_fake, .fini = expect_nothing_left);

Test(hid, lists_one_vendor)
{
    static const char long_path[] =
        "/dev/a-path-of-more-than-128-bytes-0123456789012345678901234567890123456789"
        "0123456789012345678901234567890123456789012345678901234567890";
    static const struct fake_interface bus[] = {
        { "/dev/hidraw0", 0x046d, 0xc31c, 1, 0 },     { "/dev/hidraw1", MAKER, 0x5011, 0xffa0, 0 },
        { "/dev/hidraw2", MAKER, 0x5011, 0xf1d0, 1 }, { NULL, MAKER, 0x5011, 0xffa0, 0 },
        { long_path, MAKER, 0x5011, 0xffa0, 0 },      { "/dev/hidraw3", MAKER, 0x0004, 0, -1 },
    };
    struct hidraw_listed list[HIDRAW_MAX_LISTED];
    struct diag d = { 0 };
    size_t num = 0;

    fake_hid_plug_in(fake, bus, sizeof(bus) / sizeof(bus[0]));
    cr_expect_eq(hidraw_list(&d, list, &num, MAKER), OK, "%s", d.msg);
    cr_assert_eq(num, 3);
    cr_expect_str_eq(list[0].path, "/dev/hidraw1");
    cr_expect(list[0].vendor == MAKER && list[0].product == 0x5011 &&
              list[0].usage_page == 0xffa0 && list[0].interface_number == 0);
    cr_expect(list[2].product == 4 && list[2].interface_number == -1);
}

Test(hid, lists_no_more_than_it_can_hold)
{
    struct fake_interface bus[HIDRAW_MAX_LISTED + 3];
    struct hidraw_listed list[HIDRAW_MAX_LISTED];
    struct diag d = { 0 };
    size_t num = 0;

    for (size_t i = 0; i < sizeof(bus) / sizeof(bus[0]); i++)
        bus[i] = (struct fake_interface){ "/dev/hidraw1", MAKER, 1, 0xffa0, 0 };
    fake_hid_plug_in(fake, bus, sizeof(bus) / sizeof(bus[0]));
    cr_expect_eq(hidraw_list(&d, list, &num, MAKER), OK, "%s", d.msg);
    cr_expect_eq(num, HIDRAW_MAX_LISTED);
    fake_hid_plug_in(fake, NULL, 0);
    cr_expect_eq(hidraw_list(&d, list, &num, MAKER), OK);
    cr_expect_eq(num, 0);
}

Test(hid, says_why_it_cannot_open)
{
    char path[] = "/tmp/hid-test-XXXXXX";
    int fd = mkstemp(path);
    struct diag d = { 0 };
    struct hw_io io;

    cr_assert(fd >= 0);
    fake->cannot_open = 1;
    cr_expect_eq(hidraw_open(&d, &io, path), ERR_DEVICE);
    cr_expect_not_null(strstr(d.msg, "cannot open it"), "%s", d.msg);
    cr_expect_not_null(strstr(d.hint, "another program"), "%s", d.hint);
    cr_expect_null(io.ctx);
    cr_assert_eq(unlink(path), 0);
    cr_expect_eq(hidraw_open(&d, &io, path), ERR_DEVICE);
    cr_expect_not_null(strstr(d.msg, "is gone"), "%s", d.msg);
    (void)close(fd);
    if (geteuid() == 0) {
        cr_log_info("permissions do not hold root back");
        return;
    }
    cr_assert_eq((fd = mkstemp(memcpy(path, "/tmp/hid-test-XXXXXX", sizeof(path)))) >= 0, 1);
    cr_assert_eq(fchmod(fd, 0), 0);
    cr_expect_eq(hidraw_open(&d, &io, path), ERR_DEVICE);
    cr_expect_not_null(strstr(d.msg, "no permission"), "%s", d.msg);
    cr_expect_not_null(strstr(d.hint, "udev"), "%s", d.hint);
    (void)close(fd);
    (void)unlink(path);
}

/* --- reports ---------------------------------------------------------------------------------- */

static unsigned char written[80];
static size_t written_len;
static int result;

static int write_it(const unsigned char *data, size_t len)
{
    cr_assert(len <= sizeof(written));
    memcpy(written, data, len);
    written_len = len;
    return result;
}

static int read_it(unsigned char *data, size_t len, int timeout_ms)
{
    cr_assert(len > HW_REPORT_BYTES, "a report that is too long has to be seen");
    cr_assert_eq(timeout_ms, 77);
    if (result > 0)
        memset(data, 0xab, (size_t)result);
    return result;
}

static struct hw_io open_it(void)
{
    struct diag d = { 0 };
    struct hw_io io;

    fake->write = write_it;
    fake->read = read_it;
    cr_assert_eq(hidraw_open(&d, &io, "/dev/hidraw1"), OK, "%s", d.msg);
    return io;
}

Test(hid, writes_reports_behind_a_zero)
{
    static const int results[] = { -1, 0, 64, 65, 66 };
    uint8_t report[HW_REPORT_BYTES];
    struct hw_io io = open_it();

    memset(report, 0x5c, sizeof(report));
    for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
        struct diag d = { 0 };

        result = results[i];
        cr_expect_eq(io.write(&d, io.ctx, report), result == 65 ? OK : ERR_DEVICE, "%d", result);
        cr_expect(written_len == 65 && written[0] == 0 &&
                  memcmp(written + 1, report, sizeof(report)) == 0);
        if (result != 65)
            cr_expect_not_null(strstr(d.msg, "unplugged? (No such dev?ce)"), "%s", d.msg);
    }
    io.close(io.ctx);
}

Test(hid, reads_whole_reports)
{
    static const int results[] = { -1, 0, 1, 63, 64, 65 };
    struct hw_io io = open_it();

    for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
        uint8_t report[HW_REPORT_BYTES];
        struct diag d = { 0 };
        bool got = true;

        memset(report, 0xee, sizeof(report));
        result = results[i];
        cr_expect_eq(io.read(&d, io.ctx, report, 77, &got),
                     result == 64 || result == 0 ? OK : ERR_DEVICE, "%d: %s", result, d.msg);
        cr_expect_eq(got, result == 64);
        cr_expect_eq(report[63], result == 64 ? 0xab : 0, "%d", result);
    }
    io.close(io.ctx);
    io.close(NULL);
}
