// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "hw/preview.h"
#include "src/base/address.h"
#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/u256.h"
#include "tests/unit/known_safe_tx.h"

/* --- refusals --------------------------------------------------------------------------------- */

Test(preview, no_preview_of_unknown_models)
{
    static const enum device_model models[] = { DEVICE_UNKNOWN, LEDGER_BLUE, TREZOR_SAFE7 };
    struct typed_data t;

    known_safe_tx(&t, NULL, 0);
    for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
        const struct device_setup setup = { .model = models[i] };
        struct preview p = { 0 };
        struct diag d = { 0 };

        cr_expect_eq(preview_typed(&d, &p, &setup, &t, NULL), ERR_UNSUPPORTED, "%zu", i);
        preview_clear(&p);
    }
}

Test(preview, too_old_or_too_long)
{
    static uint8_t data[1025];
    static const struct {
        const char *name;
        enum device_model model;
        struct device_version version;
        size_t data_len;
        enum err want;
    } cases[] = {
        { "One 1.10.4", TREZOR_ONE, { 1, 10, 4 }, 0, ERR_UNSUPPORTED },
        { "One 1.10.5", TREZOR_ONE, { 1, 10, 5 }, 1025, OK },
        { "T 2.4.2", TREZOR_T, { 2, 4, 2 }, 0, ERR_UNSUPPORTED },
        { "T 2.5.3, 1025 bytes", TREZOR_T, { 2, 5, 3 }, 1025, ERR_UNSUPPORTED },
        { "T 2.5.3, 1024 bytes", TREZOR_T, { 2, 5, 3 }, 1024, OK },
        { "T 2.6.0, 1025 bytes", TREZOR_T, { 2, 6, 0 }, 1025, OK },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct device_setup setup = { .model = cases[i].model,
                                            .has_version = true,
                                            .version = cases[i].version };
        struct typed_data t;
        struct preview p = { 0 };
        struct diag d = { 0 };

        known_safe_tx(&t, data, cases[i].data_len);
        cr_expect_eq(preview_typed(&d, &p, &setup, &t, NULL), cases[i].want, "%s: %s",
                     cases[i].name, d.msg);
        preview_clear(&p);
    }
}

/* --- the cases that settings leave open ------------------------------------------------------- */

static const struct {
    const char *name;
    enum device_model model;
    bool hash_mode;
    enum setting blind, raw;
    size_t num;
    enum preview_mode want[PREVIEW_MAX_CASES];
} open_cases[] = {
    { "S+, nothing known",
      LEDGER_NANO_SP,
      false,
      SETTING_UNKNOWN,
      SETTING_UNKNOWN,
      3,
      { PREVIEW_FIELDS, PREVIEW_DOMAIN, PREVIEW_REFUSED } },
    { "S+, blind off",
      LEDGER_NANO_SP,
      false,
      SETTING_OFF,
      SETTING_UNKNOWN,
      2,
      { PREVIEW_FIELDS, PREVIEW_REFUSED } },
    { "S+, blind on",
      LEDGER_NANO_SP,
      false,
      SETTING_ON,
      SETTING_UNKNOWN,
      2,
      { PREVIEW_FIELDS, PREVIEW_DOMAIN } },
    { "S+, raw on", LEDGER_NANO_SP, false, SETTING_UNKNOWN, SETTING_ON, 1, { PREVIEW_FIELDS } },
    { "S+, both off", LEDGER_NANO_SP, false, SETTING_OFF, SETTING_OFF, 1, { PREVIEW_REFUSED } },
    { "S+, hash mode",
      LEDGER_NANO_SP,
      true,
      SETTING_UNKNOWN,
      SETTING_ON,
      2,
      { PREVIEW_HASHES, PREVIEW_REFUSED } },
    { "Nano S", LEDGER_NANO_S, false, SETTING_ON, SETTING_UNKNOWN, 1, { PREVIEW_HASHES } },
    { "Flex, blind on", LEDGER_FLEX, false, SETTING_ON, SETTING_OFF, 1, { PREVIEW_FIELDS } },
    { "Flex, nothing known",
      LEDGER_FLEX,
      false,
      SETTING_UNKNOWN,
      SETTING_UNKNOWN,
      2,
      { PREVIEW_FIELDS, PREVIEW_REFUSED } },
    { "S+, raw off",
      LEDGER_NANO_SP,
      false,
      SETTING_UNKNOWN,
      SETTING_OFF,
      2,
      { PREVIEW_DOMAIN, PREVIEW_REFUSED } },
    { "S+, hash mode, blind off",
      LEDGER_NANO_SP,
      true,
      SETTING_OFF,
      SETTING_ON,
      1,
      { PREVIEW_REFUSED } },
    { "Flex, blind off",
      LEDGER_FLEX,
      false,
      SETTING_OFF,
      SETTING_UNKNOWN,
      2,
      { PREVIEW_FIELDS, PREVIEW_REFUSED } },
    { "Flex, raw off",
      LEDGER_FLEX,
      false,
      SETTING_UNKNOWN,
      SETTING_OFF,
      2,
      { PREVIEW_FIELDS, PREVIEW_REFUSED } },
    { "Flex, raw on", LEDGER_FLEX, false, SETTING_OFF, SETTING_ON, 1, { PREVIEW_FIELDS } },
    { "Flex, both off", LEDGER_FLEX, false, SETTING_OFF, SETTING_OFF, 1, { PREVIEW_REFUSED } },
    { "Trezor One", TREZOR_ONE, false, SETTING_UNKNOWN, SETTING_UNKNOWN, 1, { PREVIEW_HASHES } },
    { "Trezor T", TREZOR_T, false, SETTING_UNKNOWN, SETTING_UNKNOWN, 1, { PREVIEW_FIELDS } },
};

Test(preview, cases)
{
    struct typed_data t;

    known_safe_tx(&t, NULL, 0);
    for (size_t i = 0; i < sizeof(open_cases) / sizeof(open_cases[0]); i++) {
        const struct device_setup setup = { .model = open_cases[i].model,
                                            .hash_mode = open_cases[i].hash_mode,
                                            .blind_signing = open_cases[i].blind,
                                            .raw_messages = open_cases[i].raw };
        struct device_setup cases[PREVIEW_MAX_CASES];
        const size_t num = preview_typed_cases(cases, &setup);
        enum preview_mode got[PREVIEW_MAX_CASES] = { PREVIEW_REFUSED };

        cr_expect_eq(num, open_cases[i].num, "%s: %zu", open_cases[i].name, num);
        for (size_t k = 0; k < num; k++) {
            struct preview p = { 0 };
            struct diag d = { 0 };

            cr_assert_eq(preview_typed(&d, &p, &cases[k], &t, &known_signer), OK, "%s: %s",
                         open_cases[i].name, d.msg);
            got[k] = p.mode;
            preview_clear(&p);
        }
        cr_expect_arr_eq(got, open_cases[i].want, sizeof(got), "%s", open_cases[i].name);
    }
}

/* No app says whether Transaction hash is on: what a person compares is previewed all the same. */
Test(preview, hashes_unless_known_to_be_off)
{
    static const struct {
        const char *name;
        enum setting setting;
        uint8_t minor;
        size_t num_hashes;
    } rows[] = {
        { "off", SETTING_OFF, 22, 0 },
        { "before it existed", SETTING_UNKNOWN, 17, 0 },
        { "said to be on before it existed", SETTING_ON, 17, 0 },
        { "not known", SETTING_UNKNOWN, 18, 2 },
        { "on", SETTING_ON, 22, 2 },
    };
    struct typed_data t;

    known_safe_tx(&t, NULL, 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct device_setup setup = { .model = LEDGER_FLEX,
                                            .has_version = true,
                                            .version = { 1, rows[i].minor, 0 },
                                            .raw_messages = SETTING_ON,
                                            .transaction_hash = rows[i].setting };
        struct preview p = { 0 };
        struct diag d = { 0 };
        size_t n = 0;

        cr_assert_eq(preview_typed(&d, &p, &setup, &t, &known_signer), OK, "%s: %s", rows[i].name,
                     d.msg);
        for (size_t k = 0; k < p.num_rows; k++)
            n += strstr(p.rows[k].title, " hash") != NULL;
        cr_expect_eq(n, rows[i].num_hashes, "%s: %zu", rows[i].name, n);
        cr_expect_eq(strstr(buf_str(&p.notes), "Transaction hash is off") != NULL,
                     rows[i].setting == SETTING_UNKNOWN && n > 0, "%s: %s", rows[i].name,
                     buf_str(&p.notes));
        preview_clear(&p);
    }
}

/* --- values ----------------------------------------------------------------------------------- */

static const enum device_model all_models[] = { LEDGER_NANO_S, LEDGER_NANO_SP, LEDGER_NANO_X,
                                                LEDGER_STAX,   LEDGER_FLEX,    LEDGER_APEX,
                                                TREZOR_ONE,    TREZOR_T,       TREZOR_SAFE3,
                                                TREZOR_SAFE5 };
#define NUM_MODELS (sizeof(all_models) / sizeof(all_models[0]))

static void make_all_on(struct preview *p, enum device_model model, const struct typed_data *t)
{
    const struct device_setup setup = { .model = model,
                                        .blind_signing = SETTING_ON,
                                        .raw_messages = SETTING_ON,
                                        .transaction_hash = SETTING_ON };
    struct diag d = { 0 };

    cr_assert_eq(preview_typed(&d, p, &setup, t, &known_signer), OK, "%s: %s",
                 device_model_name(model), d.msg);
}

/* All rows of all screens, one behind the other, without line breaks. */
static void join(struct buf *out, const struct preview *p)
{
    for (size_t i = 0; i < p->num_rows; i++) {
        buf_addf(out, "[%s]", p->rows[i].title);
        for (const char *at = p->rows[i].text; *at != '\0'; at++) {
            if (*at != '\n')
                buf_add(out, at, 1);
        }
    }
}

static void expect_printable(const struct preview *p, const char *where)
{
    for (size_t i = 0; i < p->num_rows; i++) {
        for (const char *at = p->rows[i].text; *at != '\0'; at++)
            cr_assert((*at >= 0x20 && *at <= 0x7e) || *at == '\n', "%s: %02x", where,
                      (unsigned char)*at);
    }
}

/* A domain's name from outside can neither draw nor fake a screen. */
Test(preview, hostile_strings)
{
    static const char hostile[] = "\x1b[2J\xe2\x80\xae\nnonce\n7\r<b>\\\x7f";
    const struct u256 one = u256_from_u64(1);

    for (size_t i = 0; i < NUM_MODELS; i++) {
        struct typed_data t = { .domain = { .name = "EIP712Domain" },
                                .message = { .name = "Delegate" } };
        struct preview p = { 0 };
        struct buf text;

        typed_add_string(&t.domain, "name", hostile);
        typed_add_uint(&t.message, "totp", 32, &one);
        make_all_on(&p, all_models[i], &t);
        expect_printable(&p, device_model_name(all_models[i]));
        buf_init(&text, 65536);
        join(&text, &p);
        if (p.mode == PREVIEW_FIELDS)
            cr_expect_not_null(
                strstr(buf_str(&text), "\\x1b[2J\\xe2\\x80\\xae\\x0anonce\\x0a7\\x0d<b>\\x5c\\x7f"),
                "%s: %s", device_model_name(all_models[i]), buf_str(&text));
        buf_clear(&text);
        preview_clear(&p);
    }
}

static size_t count_digits(const struct preview *p, char digit)
{
    size_t n = 0;

    for (size_t i = 0; i < p->num_screens; i++) {
        const struct preview_screen *s = &p->screens[i];
        const bool is_data = s->num_rows > 0 && strstr(p->rows[s->first_row].title, "data") != NULL;

        for (const char *at = is_data ? p->rows[s->first_row].text : ""; *at != '\0'; at++)
            n += *at == digit;
    }
    return n;
}

/* Ledgers show 374 digits of what is longer than 188 bytes; later Trezors all of it. */
Test(preview, long_data)
{
    static uint8_t data[20000];
    static const struct {
        enum device_model model;
        size_t data_len, digits;
        bool noted;
    } cases[] = {
        { LEDGER_NANO_SP, 188, 376, false },   { LEDGER_NANO_SP, 189, 374, true },
        { LEDGER_NANO_SP, 20000, 374, true },  { TREZOR_SAFE3, 188, 376, false },
        { TREZOR_SAFE3, 20000, 40000, false },
    };

    memset(data, 0xbb, sizeof(data));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const bool upper = cases[i].model == LEDGER_NANO_SP;
        struct typed_data t;
        struct preview p = { 0 };

        known_safe_tx(&t, data, cases[i].data_len);
        make_all_on(&p, cases[i].model, &t);
        cr_expect_eq(count_digits(&p, upper ? 'B' : 'b'), cases[i].digits, "%zu: %zu", i,
                     count_digits(&p, upper ? 'B' : 'b'));
        cr_expect_eq(strstr(buf_str(&p.notes), "the beginning alone") != NULL, cases[i].noted,
                     "%zu: %s", i, buf_str(&p.notes));
        preview_clear(&p);
    }
}

/* What helps against data that is cut: a setting, if the app has it. */
Test(preview, advice_on_long_data)
{
    static uint8_t data[300];
    static const struct {
        uint8_t minor;
        enum setting setting;
        const char *want;
    } cases[] = {
        { 17, SETTING_UNKNOWN, "alone; an app from 1.18.0 on can show the message hash" },
        { 17, SETTING_OFF, "alone; an app from 1.18.0 on can show the message hash" },
        { 18, SETTING_OFF, "alone; with the setting 'Transaction hash' on it shows" },
        { 18, SETTING_UNKNOWN, "alone: the message hash covers all of it" },
        { 22, SETTING_ON, "alone: the message hash covers all of it" },
    };
    struct typed_data t;

    known_safe_tx(&t, data, sizeof(data));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct device_setup setup = { .model = LEDGER_NANO_SP,
                                            .has_version = true,
                                            .version = { 1, cases[i].minor, 0 },
                                            .raw_messages = SETTING_ON,
                                            .transaction_hash = cases[i].setting };
        struct preview p = { 0 };
        struct diag d = { 0 };

        cr_assert_eq(preview_typed(&d, &p, &setup, &t, NULL), OK, "%zu: %s", i, d.msg);
        cr_expect_not_null(strstr(buf_str(&p.notes), cases[i].want), "%zu: %s", i,
                           buf_str(&p.notes));
        preview_clear(&p);
    }
}

/* Empty data, zero address, zero and the largest number, in the device's spelling. */
Test(preview, edges)
{
    static const struct {
        enum device_model model;
        const char *want;
    } cases[] = {
        { LEDGER_FLEX, "[to]0x0000000000000000000000000000000000000000[value]115792089237316195423"
                       "570985008687907853269984665640564039457584007913129639935[data]0x"
                       "[operation]0" },
        { TREZOR_SAFE5, "[to (address)]0x0000000000000000000000000000000000000000[value (uint256)]"
                        "115792089237316195423570985008687907853269984665640564039457584007913129"
                        "639935[data (bytes)][operation (uint8)]0" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct typed_data t;
        struct preview p = { 0 };
        struct buf text;

        known_safe_tx(&t, NULL, 0);
        memset(&t.message.members[0].address, 0, sizeof(struct address));
        memset(&t.message.members[1].number, 0xff, sizeof(struct u256));
        make_all_on(&p, cases[i].model, &t);
        buf_init(&text, 65536);
        join(&text, &p);
        cr_expect_not_null(strstr(buf_str(&text), cases[i].want), "%s", buf_str(&text));
        buf_clear(&text);
        preview_clear(&p);
    }
}

/* No screen has the SafeTx hash, and every preview says so. */
Test(preview, no_safe_tx_hash)
{
    for (size_t i = 0; i < NUM_MODELS; i++) {
        struct typed_data t;
        struct preview p = { 0 };
        struct buf text;

        known_safe_tx(&t, NULL, 0);
        make_all_on(&p, all_models[i], &t);
        buf_init(&text, 65536);
        join(&text, &p);
        cr_expect_null(strstr(buf_str(&text), "0C190453"), "%s", device_model_name(all_models[i]));
        cr_expect_null(strstr(buf_str(&text), "0c190453"), "%s", device_model_name(all_models[i]));
        cr_expect_not_null(strstr(buf_str(&p.notes), "the SafeTx hash is on no screen"), "%s",
                           device_model_name(all_models[i]));
        buf_clear(&text);
        preview_clear(&p);
    }
}

/* What was not run says so, and what was run in another version names it. */
Test(preview, says_what_was_confirmed)
{
    static const struct {
        enum device_model model;
        bool has_version;
        struct device_version version;
        enum preview_basis want;
        const char *words;
    } cases[] = {
        { LEDGER_NANO_SP,
          true,
          { 1, 22, 0 },
          PREVIEW_CONFIRMED,
          "confirmed on firmware: Ethereum app 1.22.0" },
        { LEDGER_NANO_SP,
          false,
          { 0, 0, 0 },
          PREVIEW_CONFIRMED,
          "confirmed on firmware: Ethereum app 1.22.0 (the version was not given)" },
        { LEDGER_NANO_SP,
          true,
          { 1, 20, 1 },
          PREVIEW_SIMILAR,
          "not confirmed on firmware: Ethereum app 1.20.1 was not run, only 1.22.0" },
        { LEDGER_FLEX,
          true,
          { 1, 17, 0 },
          PREVIEW_SIMILAR,
          "not confirmed on firmware: Ethereum app 1.17.0 was not run, only 1.22.0" },
        { LEDGER_APEX,
          true,
          { 1, 22, 0 },
          PREVIEW_FROM_SOURCE,
          "not confirmed on firmware: Ethereum app 1.22.0 was not run: from its source code" },
        { TREZOR_SAFE5, true, { 2, 9, 6 }, PREVIEW_CONFIRMED, "confirmed on firmware: 2.9.6" },
        { TREZOR_SAFE5,
          true,
          { 2, 8, 0 },
          PREVIEW_SIMILAR,
          "not confirmed on firmware: 2.8.0 was not run, only 2.9.6" },
    };
    struct typed_data t;

    known_safe_tx(&t, NULL, 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct device_setup setup = { .model = cases[i].model,
                                            .has_version = cases[i].has_version,
                                            .version = cases[i].version,
                                            .raw_messages = SETTING_ON };
        struct preview p = { 0 };
        struct diag d = { 0 };

        cr_assert_eq(preview_typed(&d, &p, &setup, &t, NULL), OK, "%zu: %s", i, d.msg);
        cr_expect_eq(p.basis, cases[i].want, "%zu", i);
        cr_expect_str_eq(buf_str(&p.basis_text), cases[i].words);
        preview_clear(&p);
    }
}

/* What is no SafeTx has no SafeTx hash, and no data. */
Test(preview, notes_about_something_else)
{
    for (size_t i = 0; i < NUM_MODELS; i++) {
        struct typed_data t = { .domain = { .name = "EIP712Domain" },
                                .message = { .name = "Delegate" } };
        struct preview p = { 0 };

        typed_add_string(&t.domain, "name", "Safe Transaction Service");
        typed_add_address(&t.message, "delegateAddress", &known_to);
        make_all_on(&p, all_models[i], &t);
        cr_expect_null(strstr(buf_str(&p.notes), "SafeTx"), "%s", buf_str(&p.notes));
        cr_expect_null(strstr(buf_str(&p.notes), "'data"), "%s", buf_str(&p.notes));
        cr_expect_not_null(strstr(buf_str(&p.notes), "the hash that is signed is on no screen"));
        preview_clear(&p);
    }
}
