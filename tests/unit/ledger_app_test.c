// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "hw/ledger/app.h"
#include "ledger_replay.h"
#include "src/base/address.h"
#include "src/base/hex.h"

#define MAX_BYTES 512

/* Of m/44'/60'/0'/0/0 of the test phrase: fixtures/ledger/signatures.json. */
#define PUBLIC_KEY                                                       \
    "048318535b54105d4a7aae60c08fc45f9687181b4fdfc625bd1a753fa7397fed75" \
    "3547f11ca8696646f2f3acb08e31016afac23e630c5d11f59f61fef57b0d2aa5"
#define ADDRESS "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
/* "f39Fd6e51aad88F6F4ce6aB8827279cffFb92266" in ASCII */
#define ADDRESS_ASCII \
    "66333946643665353161616438384636463463653661423838323732373963666646623932323636"

#define ASK_NAME    "b001000000"
#define ASK_CONFIG  "e006000000"
#define NAME_1_22_0 "0108457468657265756d06312e32322e300100"

static struct hw_replay r;

static size_t from_hex(uint8_t out[static MAX_BYTES], const char *hex)
{
    size_t len = strlen(hex) / 2;

    cr_assert(len <= MAX_BYTES && hex_decode(out, len, hex, strlen(hex)));
    return len;
}

Test(ledger_app, models)
{
    static const struct {
        uint16_t product;
        enum device_model model;
    } cases[] = {
        { 0x0000, LEDGER_BLUE },    { 0x0001, LEDGER_NANO_S },  { 0x1011, LEDGER_NANO_S },
        { 0x0004, LEDGER_NANO_X },  { 0x4011, LEDGER_NANO_X },  { 0x0005, LEDGER_NANO_SP },
        { 0x5000, LEDGER_NANO_SP }, { 0x501f, LEDGER_NANO_SP }, { 0x0006, LEDGER_STAX },
        { 0x6015, LEDGER_STAX },    { 0x7011, LEDGER_FLEX },    { 0x8001, LEDGER_APEX },
        { 0x9001, DEVICE_UNKNOWN }, { 0x2001, DEVICE_UNKNOWN },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        cr_expect_eq(ledger_model_of_product(cases[i].product), cases[i].model, "%04x",
                     cases[i].product);
}

Test(ledger_app, name_and_version)
{
    static const struct {
        const char *name, *hex;
        enum err want;
    } cases[] = {
        { "empty", "", ERR_DEVICE },
        { "another format", "0208457468657265756d06312e32322e300100", ERR_DEVICE },
        { "no name", "010006312e32322e300100", ERR_DEVICE },
        { "no version", "0108457468657265756d000100", ERR_DEVICE },
        { "no flags", "0108457468657265756d06312e32322e30", ERR_DEVICE },
        { "flags are cut short", "0108457468657265756d06312e32322e300200", ERR_DEVICE },
        { "a byte too many", "0108457468657265756d06312e32322e30010000", ERR_DEVICE },
        { "escape in the name", "01081b7468657265756d06312e32322e300100", ERR_DEVICE },
        { "NUL in the name", "0108457468007265756d06312e32322e300100", ERR_DEVICE },
        { "8 bit in the name", "0108457468e57265756d06312e32322e300100", ERR_DEVICE },
        { "name of 33 bytes",
          "0121414141414141414141414141414141414141414141414141414141414141414141"
          "06312e32322e300100",
          ERR_DEVICE },
        { "as it is", NAME_1_22_0, OK },
        { "without flags", "0108457468657265756d06312e32322e3000", OK },
        { "dashboard", "0105424f4c4f5305312e312e310100", OK },
    };
    uint8_t data[MAX_BYTES];
    struct ledger_app app;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };

        cr_expect_eq(ledger_app_parse(&d, &app, data, from_hex(data, cases[i].hex)), cases[i].want,
                     "%s", cases[i].name);
        cr_expect_eq(app.name[0] != '\0', cases[i].want == OK, "%s", cases[i].name);
    }
    cr_expect_str_eq(app.name, "BOLOS");
    cr_expect_str_eq(app.version, "1.1.1");
}

Test(ledger_app, truncated_answers)
{
    static const char *const answers[] = {
        NAME_1_22_0,
        "02011600",
        "41" PUBLIC_KEY "28" ADDRESS_ASCII,
    };
    uint8_t data[MAX_BYTES];
    struct diag d = { 0 };
    struct ledger_app app;
    struct address a;
    enum setting s = SETTING_ON;

    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        size_t len = from_hex(data, answers[i]);

        data[len] = 0;
        for (size_t n = 0; n <= len + 1; n++) {
            cr_expect_eq(ledger_app_parse(&d, &app, data, n) == OK, i == 0 && n == len);
            cr_expect_eq(ledger_config_parse(&d, &s, data, n) == OK, n == 4);
            cr_expect_eq(ledger_account_parse(&d, &a, data, n) == OK, i == 2 && n == len);
        }
    }
}

Test(ledger_app, settings)
{
    const uint8_t off[] = { 0x02, 1, 22, 0 }, on[] = { 0x03, 1, 22, 0 };
    enum setting s = SETTING_UNKNOWN;
    struct diag d = { 0 };

    cr_expect(ledger_config_parse(&d, &s, off, sizeof(off)) == OK && s == SETTING_OFF);
    cr_expect(ledger_config_parse(&d, &s, on, sizeof(on)) == OK && s == SETTING_ON);
    cr_expect(ledger_config_parse(&d, &s, on, 3) == ERR_DEVICE && s == SETTING_UNKNOWN);
}

Test(ledger_app, accounts)
{
    static const struct {
        const char *name, *hex;
    } bad[] = {
        { "compressed key", "21" PUBLIC_KEY "28" ADDRESS_ASCII },
        { "chain code behind", "41" PUBLIC_KEY "28" ADDRESS_ASCII "00" },
        { "another form of key", "4103" PUBLIC_KEY "28" ADDRESS_ASCII },
        { "text with 0x", "41" PUBLIC_KEY "2a3078" ADDRESS_ASCII },
        { "lower case",
          "41" PUBLIC_KEY
          "2866333966643665353161616438386636663463653661623838323732373963666666623932323636" },
        { "another address",
          "41" PUBLIC_KEY
          "2866333946643665353161616438384636463463653661423838323732373963666646623932323637" },
    };
    uint8_t data[MAX_BYTES];
    struct address a;
    struct diag d = { 0 };
    size_t len = 0;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_expect_eq(ledger_account_parse(&d, &a, data, from_hex(data, bad[i].hex)), ERR_DEVICE,
                     "%s", bad[i].name);
        cr_expect(address_is_zero(&a), "%s", bad[i].name);
    }
    len = from_hex(data, "41" PUBLIC_KEY "28" ADDRESS_ASCII);
    for (size_t bit = 0; bit < len * 8; bit++) {
        data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        cr_expect_eq(ledger_account_parse(&d, &a, data, len), ERR_DEVICE, "bit %zu", bit);
        data[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    cr_expect_eq(ledger_account_parse(&d, &a, data, len), OK, "%s", d.msg);
    cr_expect_str_eq(address_format(&a).s, ADDRESS);
}

Test(ledger_app, versions)
{
    static const struct {
        const char *name, *version;
        enum err want;
        const char *words;
    } cases[] = {
        { "BOLOS", "1.1.1", ERR_DEVICE, "no app is open" },
        { "Bitcoin", "2.2.0", ERR_DEVICE, "'Bitcoin' is open" },
        { "Ethereum Classic", "1.22.0", ERR_DEVICE, "'Ethereum Classic' is open" },
        { "ethereum", "1.22.0", ERR_DEVICE, "'ethereum' is open" },
        { "Ethereum", "1.8.9", ERR_UNSUPPORTED, "needed is 1.9.0" },
        { "Ethereum", "0.22.0", ERR_UNSUPPORTED, "needed is 1.9.0" },
        { "Ethereum", "1.22", ERR_UNSUPPORTED, "unknown version" },
        { "Ethereum", "1.22.", ERR_UNSUPPORTED, "unknown version" },
        { "Ethereum", "1.22.0.1", ERR_UNSUPPORTED, "unknown version" },
        { "Ethereum", "1.256.0", ERR_UNSUPPORTED, "unknown version" },
        { "Ethereum", "1.4294967318.0", ERR_UNSUPPORTED, "unknown version" },
        { "Ethereum", "v1.22.0", ERR_UNSUPPORTED, "unknown version" },
        { "Ethereum", "", ERR_UNSUPPORTED, "unknown version" },
        { "Ethereum", "1.9.0", OK, "" },
        { "Ethereum", "1.22.0", OK, "" },
        { "Ethereum", "1.23.0-dev", OK, "" },
        { "Ethereum", "2.0.0", OK, "" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ledger_app app = { "", "" };
        struct device_version v;
        struct diag d = { 0 };

        (void)strcpy(app.name, cases[i].name);
        (void)strcpy(app.version, cases[i].version);
        cr_expect_eq(ledger_app_check(&d, &v, &app), cases[i].want, "%s %s: %s", app.name,
                     app.version, d.msg);
        cr_expect_not_null(strstr(d.msg, cases[i].words), "%s", d.msg);
        cr_expect_eq(v.major != 0, cases[i].want == OK);
        cr_expect_eq(d.hint[0] != '\0', cases[i].want == ERR_DEVICE || i == 4 || i == 5);
    }
}

/* --- the questions ---------------------------------------------------------------------------- */

Test(ledger_app, setup)
{
    static const struct {
        const char *version; /* hex, with its length */
        enum device_model model;
        bool wanted, hash_mode;
    } cases[] = {
        { "06312e32322e30", LEDGER_FLEX, false, false },
        { "06312e32322e30", LEDGER_FLEX, true, true },
        { "06312e31302e30", LEDGER_NANO_SP, false, false }, /* 1.10.0 */
        { "05312e392e39", LEDGER_NANO_SP, false, true },    /* 1.9.9 */
        { "06312e31302e34", LEDGER_NANO_S, false, true },   /* 1.10.4 */
        { "06312e32322e30", DEVICE_UNKNOWN, false, false },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ledger_link link = ledger_replay_link(&r);
        struct device_setup s;
        struct diag d = { 0 };
        char name[128] = "0108457468657265756d";

        (void)strcat(strcat(name, cases[i].version), "01009000");
        hw_replay_init(&r);
        ledger_replay_command(&r, ASK_NAME);
        ledger_replay_answer(&r, name);
        ledger_replay_command(&r, ASK_CONFIG);
        ledger_replay_answer(&r, "030116009000");
        cr_expect_eq(ledger_app_setup(&d, &link, &s, cases[i].model, cases[i].wanted), OK, "%s",
                     d.msg);
        cr_expect(hw_replay_done(&r), "%s", r.why);
        cr_expect_eq(s.hash_mode, cases[i].hash_mode, "row %zu", i);
        cr_expect(s.model == cases[i].model && s.has_version && s.version.major == 1);
        cr_expect(s.blind_signing == SETTING_ON && s.raw_messages == SETTING_UNKNOWN);
    }
}

/* What another program did not wait for comes first; it is skipped once, and nothing is resent. */
Test(ledger_app, a_stale_answer_comes_first)
{
    static const char *const stale[] = { "6985", KNOWN_ANSWER_EMPTY "9000", "030116009000",
                                         "9000" };

    for (size_t i = 0; i < sizeof(stale) / sizeof(stale[0]); i++) {
        struct ledger_link link = ledger_replay_link(&r);
        struct ledger_app app;
        struct diag d = { 0 };

        hw_replay_init(&r);
        ledger_replay_command(&r, ASK_NAME);
        ledger_replay_answer(&r, stale[i]);
        ledger_replay_answer(&r, NAME_1_22_0 "9000");
        cr_expect_eq(ledger_app_ask(&d, &link, &app), OK, "row %zu: %s", i, d.msg);
        cr_expect_str_eq(app.version, "1.22.0");
        cr_expect(hw_replay_done(&r) && !link.broken);
    }
}

Test(ledger_app, only_one_stale_answer_is_skipped)
{
    struct ledger_link link = ledger_replay_link(&r);
    struct ledger_app app;
    struct diag d = { 0 };

    hw_replay_init(&r);
    ledger_replay_command(&r, ASK_NAME);
    ledger_replay_answer(&r, "6985");
    ledger_replay_answer(&r, "6985");
    ledger_replay_answer(&r, NAME_1_22_0 "9000");
    cr_expect_neq(ledger_app_ask(&d, &link, &app), OK);
    cr_expect_str_empty(app.name);
}

Test(ledger_app, a_locked_device)
{
    struct ledger_link link = ledger_replay_link(&r);
    struct ledger_app app;
    struct diag d = { 0 };

    hw_replay_init(&r);
    r.silent = true;
    ledger_replay_command(&r, ASK_NAME);
    ledger_replay_answer(&r, "5515");
    cr_expect_eq(ledger_app_ask(&d, &link, &app), ERR_DEVICE);
    cr_expect_not_null(strstr(d.msg, "locked"), "%s", d.msg);
}

Test(ledger_app, account_of_a_path)
{
    struct device_setup setup = { .model = LEDGER_FLEX };

    for (int confirm = 0; confirm < 2; confirm++) {
        struct ledger_link link = ledger_replay_link(&r);
        struct hd_path path = hd_path_account(HD_BIP44, 0);
        struct diag d = { 0 };
        struct address a;

        hw_replay_init(&r);
        ledger_replay_command(&r, confirm ? "e002010015" KNOWN_PATH : "e002000015" KNOWN_PATH);
        ledger_replay_answer(&r, "41" PUBLIC_KEY "28" ADDRESS_ASCII "9000");
        cr_expect_eq(ledger_account_ask(&d, &link, &a, &path, confirm == 1, &setup), OK, "%s %s",
                     d.msg, r.why);
        cr_expect_str_eq(address_format(&a).s, ADDRESS);
        cr_expect(hw_replay_done(&r));
    }
}

Test(ledger_app, a_refused_address)
{
    struct device_setup setup = { .model = LEDGER_FLEX };
    struct ledger_link link = ledger_replay_link(&r);
    struct hd_path path = hd_path_account(HD_BIP44, 0);
    struct diag d = { 0 };
    struct address a;

    hw_replay_init(&r);
    ledger_replay_command(&r, "e002010015" KNOWN_PATH);
    ledger_replay_answer(&r, "6985");
    cr_expect_eq(ledger_account_ask(&d, &link, &a, &path, true, &setup), ERR_REFUSED);
    cr_expect(address_is_zero(&a));
}

Test(ledger_app, paths)
{
    struct hd_path path;
    struct diag d = { 0 };
    uint8_t out[LEDGER_PATH_BYTES], want[MAX_BYTES];

    cr_assert_eq(hd_path_parse(&d, &path, "m/44'/60'/0'/0/0"), OK);
    cr_expect_eq(ledger_path_encode(out, &path), 21);
    cr_expect_arr_eq(out, want, from_hex(want, KNOWN_PATH));
    cr_assert_eq(hd_path_parse(&d, &path, "m/1/2/3/4/5/6/7/8/9/2147483647'"), OK);
    cr_expect_eq(ledger_path_encode(out, &path), sizeof(out));
    cr_expect(out[0] == 10 && out[4] == 1 && out[37] == 0xff && out[40] == 0xff);
}
