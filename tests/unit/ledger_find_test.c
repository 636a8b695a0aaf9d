// SPDX-License-Identifier: Apache-2.0
#include "hw/ledger/find.h"

#include <criterion/criterion.h>
#include <string.h>

#include "fake_hid.h"
#include "hw/ledger/ledger.h"

static struct fake_hid *fake;

static void load_fake(void)
{
    fake = fake_hid_load();
}

static void expect_nothing_left(void)
{
    cr_expect(fake->lists == 0 && fake->handles == 0);
}

TestSuite(ledger_find, .init = load_fake, .fini = expect_nothing_left);

/* A Nano S Plus with its three interfaces, and a Flex whose usage pages are not known. */
static const struct fake_interface nano = { "/dev/hidraw1", 0x2c97, 0x5017, 0xffa0, 0 };
static const struct fake_interface two[] = {
    { "/dev/hidraw0", 0x2c97, 0x5017, 0xf1d0, 1 }, { "/dev/hidraw1", 0x2c97, 0x5017, 0xffa0, 0 },
    { "/dev/hidraw2", 0x2c97, 0x7011, 0, 0 },      { "/dev/hidraw3", 0x2c97, 0x7011, 0, 1 },
    { "/dev/hidraw4", 0x534c, 0x0001, 0xff00, 0 },
};
static const struct fake_interface others[] = {
    { "/dev/hidraw0", 0x2c97, 0x5017, 0xf1d0, 0 },
    { "/dev/hidraw4", 0x534c, 0x0001, 0xffa0, 0 },
};

static enum err find(struct diag *d, enum device_model *model, const char *transport)
{
    const struct signer_options options = { .passphrase_fd = -1, .transport = transport };
    struct ledger_link link = { .fd = -1 };
    enum err e = ledger_find_open(d, &link, model, &options);

    ledger_link_close(&link);
    return e;
}

Test(ledger_find, finds)
{
    static const struct {
        const char *name;
        const struct fake_interface *bus;
        size_t num;
        const char *transport;
        enum err want;
        enum device_model model;
        const char *words, *hint;
    } cases[] = {
        { "nothing", NULL, 0, NULL, ERR_DEVICE, DEVICE_UNKNOWN, "no Ledger is connected", "plug" },
        { "other things", others, 2, NULL, ERR_DEVICE, DEVICE_UNKNOWN, "no Ledger", "plug" },
        { "the only one", &nano, 1, NULL, OK, LEDGER_NANO_SP, "", "" },
        { "two", two, 5, NULL, ERR_DEVICE, DEVICE_UNKNOWN, "2 Ledgers are connected",
          "hid:/dev/hidraw1, hid:/dev/hidraw2" },
        { "one of two", two, 5, "hid:/dev/hidraw1", OK, LEDGER_NANO_SP, "", "" },
        { "the other", two, 5, "hid:/dev/hidraw2", OK, LEDGER_FLEX, "", "" },
        { "its U2F", two, 5, "hid:/dev/hidraw0", ERR_DEVICE, DEVICE_UNKNOWN, "/dev/hidraw0", "" },
        { "a Trezor", two, 5, "hid:/dev/hidraw4", ERR_DEVICE, DEVICE_UNKNOWN, "/dev/hidraw4", "" },
        { "a file", &nano, 1, "hid:/etc/passwd", ERR_DEVICE, DEVICE_UNKNOWN, "/etc/passwd", "" },
        { "no path", &nano, 1, "hid:", ERR_DEVICE, DEVICE_UNKNOWN, "''", "" },
        { "a Trezor's word", &nano, 1, "usb:1-4", ERR_USAGE, DEVICE_UNKNOWN, "hid:PATH", "" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        enum device_model model = LEDGER_BLUE;
        struct diag d = { 0 };

        fake_hid_plug_in(fake, cases[i].bus, cases[i].num);
        cr_expect_eq(find(&d, &model, cases[i].transport), cases[i].want, "%s: %s", cases[i].name,
                     d.msg);
        cr_expect_eq(model, cases[i].model, "%s", cases[i].name);
        cr_expect_not_null(strstr(d.msg, cases[i].words), "%s: %s", cases[i].name, d.msg);
        cr_expect_not_null(strstr(d.hint, cases[i].hint), "%s: %s", cases[i].name, d.hint);
    }
}

/* --- listing ---------------------------------------------------------------------------------- */

/* Answers the question for the app's name, in one report. */
static bool was_asked;

static int take_question(const unsigned char *data, size_t len)
{
    static const unsigned char question[13] = { 0, 1, 1, 5, 0, 0, 0, 5, 0xb0, 1 };

    was_asked = len == 65 && memcmp(data, question, sizeof(question)) == 0;
    return was_asked ? 65 : -1;
}

static int give_answer(unsigned char *data, size_t len, int timeout_ms)
{
    (void)len;
    (void)timeout_ms;
    if (!was_asked)
        return 0;
    memset(data, 0, 64);
    memcpy(data, "\1\1\5\0\0\0\x15\1\10Ethereum\0061.22.0\1\0\x90\0", 28);
    data[6] = 21;
    was_asked = false;
    return 64;
}

Test(ledger_find, lists)
{
    const struct signer_options options = { .passphrase_fd = -1 };
    struct signer_listed list[SIGNER_MAX_LISTED];
    struct diag d = { 0 };
    size_t num = 0;

    fake_hid_plug_in(fake, two, sizeof(two) / sizeof(two[0]));
    fake->write = take_question;
    fake->read = give_answer;
    cr_expect_eq(ledger_list(&d, list, &num, &options), OK, "%s", d.msg);
    cr_assert_eq(num, 2);
    cr_expect(list[0].model == LEDGER_NANO_SP && list[1].model == LEDGER_FLEX);
    cr_expect_str_eq(list[0].transport, "hid:/dev/hidraw1");
    cr_expect_str_eq(list[0].version, "Ethereum 1.22.0");
    cr_expect_str_eq(list[1].state, "ready");
    cr_expect_str_eq(list[1].transport, "hid:/dev/hidraw2");
}

Test(ledger_find, lists_what_it_cannot_open)
{
    const struct signer_options options = { .passphrase_fd = -1 };
    struct signer_listed list[SIGNER_MAX_LISTED];
    struct diag d = { 0 };
    size_t num = SIGNER_MAX_LISTED - 1;

    fake_hid_plug_in(fake, two, sizeof(two) / sizeof(two[0]));
    fake->cannot_open = 1;
    cr_expect_eq(ledger_list(&d, list, &num, &options), OK, "%s", d.msg);
    cr_expect_eq(num, SIGNER_MAX_LISTED, "one found room");
    cr_expect(strlen(list[num - 1].state) > 10 && list[num - 1].version[0] == '\0');
}
