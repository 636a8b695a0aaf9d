// SPDX-License-Identifier: Apache-2.0
#include "hw/usb.h"

#include <criterion/criterion.h>
#include <dlfcn.h>
#include <libusb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hw/trezor/connect.h"
#include "tests/tools/fake_libusb.h"

/* On a libusb that is made of the tables below (tests/tools/fake_libusb.c), beside this program. */

static struct fake_usb *fake;

static void load_fake(void)
{
    char path[4096] = "";
    ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 32);
    void *library = NULL;

    cr_assert(len > 0);
    path[len] = '\0';
    (void)snprintf(strrchr(path, '/') + 1, 32, "libusb-1.0.so.0");
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    cr_assert_not_null(library, "%s", dlerror());
    fake = dlsym(library, FAKE_USB_SYMBOL);
    cr_assert_not_null(fake);
}

static void expect_nothing_left(void)
{
    cr_expect(fake->contexts == 0 && fake->lists == 0 && fake->configs == 0 && fake->handles == 0 &&
                  fake->claims == 0,
              "%d contexts, %d lists, %d configurations, %d handles, %d claims", fake->contexts,
              fake->lists, fake->configs, fake->handles, fake->claims);
}

TestSuite(usb, .init = load_fake, .fini = expect_nothing_left);

#define VENDOR_CLASS 0xff
#define HID_CLASS    0x03

static const struct fake_device bus[] = {
    { 0x1d6b, 0x0002, 0x09, 1, { 0 }, 0 },               /* a root hub */
    { 0x046d, 0xc31c, HID_CLASS, 1, { 3 }, 1 },          /* a keyboard */
    { 0x534c, 0x0001, HID_CLASS, 1, { 4 }, 1 },          /* an old Trezor One */
    { 0x534c, 0x0001, VENDOR_CLASS, 1, { 4, 2 }, 2 },    /* a Trezor One */
    { 0x1209, 0x53c1, VENDOR_CLASS, 2, { 1 }, 1 },       /* a Trezor */
    { 0x1209, 0x53c0, VENDOR_CLASS, 3, { 7, 6, 5 }, 3 }, /* in its bootloader */
    { 0x1209, 0x53c2, VENDOR_CLASS, 3, { 8 }, 1 },       /* of another maker */
    { 0x1209, 0x53c1, VENDOR_CLASS, 4, { 0 }, 0 },       /* where it is, nobody knows */
};
static const struct usb_id ids[] = { { 0x534c, 0x0001 }, { 0x1209, 0x53c1 }, { 0x1209, 0x53c0 } };

static void plug_in(const struct fake_device *devices, size_t num)
{
    fake->devices = devices;
    fake->num_devices = (int)num;
}

Test(usb, lists_by_id_and_interface)
{
    static const char *const want[] = { "1-4.2", "2-1", "3-7.6.5" };
    struct usb_listed out[USB_MAX_LISTED];
    size_t num = 0;
    struct diag d = { 0 };

    plug_in(bus, sizeof(bus) / sizeof(bus[0]));
    cr_assert_eq(usb_list(&d, out, &num, ids, 3), OK, "%s", d.msg);
    cr_assert_eq(num, 3);
    for (size_t i = 0; i < num; i++)
        cr_expect_str_eq(out[i].path, want[i]);
    cr_expect(out[1].id.vendor == 0x1209 && out[1].id.product == 0x53c1);
}

Test(usb, lists_no_more_than_there_is_room_for)
{
    struct fake_device many[USB_MAX_LISTED + 3];
    struct usb_listed out[USB_MAX_LISTED];
    size_t num = 0;
    struct diag d = { 0 };

    for (size_t i = 0; i < sizeof(many) / sizeof(many[0]); i++)
        many[i] = bus[3];
    plug_in(many, sizeof(many) / sizeof(many[0]));
    cr_expect_eq(usb_list(&d, out, &num, ids, 3), OK);
    cr_expect_eq(num, USB_MAX_LISTED);
}

Test(usb, cannot_list)
{
    struct usb_listed out[USB_MAX_LISTED];
    size_t num = 1;
    struct diag d = { 0 };

    fake->init = LIBUSB_ERROR_OTHER;
    cr_expect_eq(usb_list(&d, out, &num, ids, 3), ERR_DEVICE);
    cr_expect_eq(num, 0);
    fake->init = 0;
    fake->list = LIBUSB_ERROR_NO_MEM;
    cr_expect_eq(usb_list(&d, out, &num, ids, 3), ERR_DEVICE);
    fake->list = 0;
}

static const struct {
    const char *name, *path;
    int list, open, claim;
    const char *word;
} refused[] = {
    { "another place", "1-4.3", 0, 0, 0, "gone" },
    { "a keyboard", "1-3", 0, 0, 0, "gone" },
    { "an old One", "1-4", 0, 0, 0, "gone" },
    { "nothing", "", 0, 0, 0, "gone" },
    { "gone", "1-4.2", 0, LIBUSB_ERROR_NO_DEVICE, 0, "gone" },
    { "no permission", "1-4.2", 0, LIBUSB_ERROR_ACCESS, 0, "permission" },
    { "held", "1-4.2", 0, 0, LIBUSB_ERROR_BUSY, "another program" },
    { "gone since", "1-4.2", 0, 0, LIBUSB_ERROR_NOT_FOUND, "gone" },
    { "something else", "1-4.2", 0, LIBUSB_ERROR_NO_MEM, 0, "LIBUSB_ERROR_FAKE" },
    { "no list", "1-4.2", LIBUSB_ERROR_OTHER, 0, 0, "LIBUSB_ERROR_FAKE" },
};

Test(usb, cannot_open)
{
    plug_in(bus, sizeof(bus) / sizeof(bus[0]));
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct hw_io io;
        struct diag d = { 0 };

        fake->list = refused[i].list;
        fake->open = refused[i].open;
        fake->claim = refused[i].claim;
        cr_expect_eq(usb_open(&d, &io, refused[i].path, ids, 3), ERR_DEVICE, "%s", refused[i].name);
        cr_expect_not_null(strstr(d.msg, refused[i].word), "%s: %s", refused[i].name, d.msg);
        cr_expect(strlen(d.msg) < 64, "%s", d.msg); /* the state in a list */
        cr_expect_null(io.ctx);
        expect_nothing_left();
    }
}

/* --- transfers ---------------------------------------------------------------------------------
 */

static struct {
    int result, transferred;
    unsigned char endpoint;
    unsigned timeout_ms;
    unsigned char sent[HW_REPORT_BYTES];
} next;

static int transfer(unsigned char endpoint, unsigned char *data, int len, int *transferred,
                    unsigned timeout_ms)
{
    next.endpoint = endpoint;
    next.timeout_ms = timeout_ms;
    cr_assert_eq(len, HW_REPORT_BYTES);
    if (endpoint == 0x81)
        memset(data, 0xa5, (size_t)next.transferred);
    else
        memcpy(next.sent, data, sizeof(next.sent));
    *transferred = next.transferred;
    return next.result;
}

static struct hw_io open_one(void)
{
    struct hw_io io;
    struct diag d = { 0 };

    plug_in(bus, sizeof(bus) / sizeof(bus[0]));
    fake->transfer = transfer;
    cr_assert_eq(usb_open(&d, &io, "1-4.2", ids, 3), OK, "%s", d.msg);
    return io;
}

static const struct {
    const char *name;
    int result, transferred;
    enum err write, read;
    bool got;
} transfers[] = {
    { "whole", 0, 64, OK, OK, true },
    { "short", 0, 63, ERR_DEVICE, ERR_DEVICE, false },
    { "empty", 0, 0, ERR_DEVICE, ERR_DEVICE, false },
    { "none in time", LIBUSB_ERROR_TIMEOUT, 0, ERR_DEVICE, OK, false },
    { "at the last moment", LIBUSB_ERROR_TIMEOUT, 64, ERR_DEVICE, OK, true },
    { "half in time", LIBUSB_ERROR_TIMEOUT, 10, ERR_DEVICE, ERR_DEVICE, false },
    { "unplugged", LIBUSB_ERROR_NO_DEVICE, 0, ERR_DEVICE, ERR_DEVICE, false },
    { "input or output", LIBUSB_ERROR_IO, 0, ERR_DEVICE, ERR_DEVICE, false },
    { "stalled", LIBUSB_ERROR_PIPE, 0, ERR_DEVICE, ERR_DEVICE, false },
    { "too long", LIBUSB_ERROR_OVERFLOW, 64, ERR_DEVICE, ERR_DEVICE, false },
};

Test(usb, reports)
{
    struct hw_io io = open_one();

    for (size_t i = 0; i < sizeof(transfers) / sizeof(transfers[0]); i++) {
        uint8_t report[HW_REPORT_BYTES] = { '?', '#', '#' };
        struct diag d = { 0 };
        bool got = true;

        next.result = transfers[i].result;
        next.transferred = transfers[i].transferred;
        cr_expect_eq(io.write(&d, io.ctx, report), transfers[i].write, "%s", transfers[i].name);
        cr_expect(next.endpoint == 0x01 && next.timeout_ms > 0 && next.timeout_ms <= 5000);
        cr_expect_eq(memcmp(next.sent, report, sizeof(report)), 0);
        cr_expect_eq(io.read(&d, io.ctx, report, 100, &got), transfers[i].read, "%s",
                     transfers[i].name);
        cr_expect(next.endpoint == 0x81 && next.timeout_ms == 100);
        cr_expect_eq(got, transfers[i].got, "%s", transfers[i].name);
        cr_expect_eq(report[63], transfers[i].got ? 0xa5 : 0, "%s", transfers[i].name);
        cr_expect(d.code == OK || d.msg[0] != '\0');
    }
    io.close(io.ctx);
    io.close(NULL);
}

/* Zero would be for ever. */
Test(usb, a_read_without_waiting_waits_a_moment)
{
    uint8_t report[HW_REPORT_BYTES];
    struct hw_io io = open_one();
    struct diag d = { 0 };
    bool got = true;

    next.result = LIBUSB_ERROR_TIMEOUT;
    next.transferred = 0;
    cr_expect_eq(io.read(&d, io.ctx, report, 0, &got), OK);
    cr_expect(!got && next.timeout_ms > 0 && next.timeout_ms < 50);
    io.close(io.ctx);
}

/* --- which Trezor ------------------------------------------------------------------------------
 */

static enum err connect_to(struct diag *d, const char *transport)
{
    const struct signer_options options = { .passphrase_fd = -1, .transport = transport };
    struct trezor_link link;
    enum err e = trezor_connect(d, &link, &options);

    trezor_link_close(&link);
    return e;
}

Test(usb, trezors_on_the_bus)
{
    struct trezor_found found[TREZOR_MAX_FOUND];
    size_t num = 0;
    struct diag d = { 0 };

    plug_in(bus, sizeof(bus) / sizeof(bus[0]));
    cr_assert_eq(trezor_find(&d, found, &num), OK, "%s", d.msg);
    cr_assert(num >= 3); /* and what is really plugged in, by HID */
    cr_expect_str_eq(found[0].transport, "usb:1-4.2");
    cr_expect(!found[0].bootloader && !found[1].bootloader && found[2].bootloader);
    cr_expect_eq(connect_to(&d, NULL), ERR_DEVICE);
    cr_expect_not_null(strstr(d.msg, "Trezors are connected"), "%s", d.msg);
    cr_expect_not_null(strstr(d.hint, "'usb:1-4.2', 'usb:2-1', ..."), "%s", d.hint);

    cr_expect_eq(connect_to(&d, "usb:2-1"), OK, "%s", d.msg);
    cr_expect_eq(connect_to(&d, "usb:2-2"), ERR_DEVICE);
    cr_expect_not_null(strstr(d.msg, "usb:2-2: the device is gone"), "%s", d.msg);
    cr_expect_eq(connect_to(&d, "tcp:127.0.0.1:9999"), ERR_USAGE);
    cr_expect_eq(connect_to(&d, "udp:nowhere"), ERR_USAGE);
    cr_expect_eq(connect_to(&d, "usb"), ERR_USAGE);
}

Test(usb, the_only_trezor)
{
    struct diag d = { 0 };

    plug_in(&bus[3], 1);
    cr_expect_eq(connect_to(&d, NULL), OK, "%s", d.msg);
    plug_in(&bus[1], 1);
    cr_expect_eq(connect_to(&d, NULL), ERR_DEVICE);
    cr_expect_not_null(strstr(d.msg, "no Trezor is connected"), "%s", d.msg);
    cr_expect_not_null(strstr(d.hint, "--transport bridge"), "%s", d.hint);
}
