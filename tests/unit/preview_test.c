// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/preview.h"
#include "src/base/address.h"
#include "src/base/file.h"
#include "src/base/u256.h"

/* --- what the recordings signed --------------------------------------------------------------- */

static const struct address safe = {
    { 0x5a, 0xfe, 0x38, 0x55, 0x35, 0x8e, 0x11, 0x2b, 0x56, 0x47,
      0xb9, 0x52, 0x70, 0x9e, 0x61, 0x65, 0xe1, 0xc1, 0xee, 0xee }
};
static const struct address to = { { 0x70, 0x99, 0x79, 0x70, 0xc5, 0x18, 0x12, 0xdc, 0x3a, 0x01,
                                     0x0c, 0x7d, 0x01, 0xb5, 0x0e, 0x0d, 0x17, 0xdc, 0x79, 0xc8 } };
static const struct address signer = {
    { 0xf3, 0x9f, 0xd6, 0xe5, 0x1a, 0xad, 0x88, 0xf6, 0xf4, 0xce,
      0x6a, 0xb8, 0x82, 0x72, 0x79, 0xcf, 0xff, 0xb9, 0x22, 0x66 }
};

/* The SafeTx of the recordings, with data 00 01 02 …; data has to live as long as t. */
static void make_safe_tx(struct typed_data *t, const uint8_t *data, size_t data_len)
{
    static const struct address nobody;
    const struct u256 zero = u256_from_u64(0), one = u256_from_u64(1), seven = u256_from_u64(7);
    const struct u256 ether = u256_from_u64(1000000000000000000);

    *t = (struct typed_data){ .domain = { .name = "EIP712Domain" },
                              .message = { .name = "SafeTx" } };
    typed_add_uint(&t->domain, "chainId", 32, &one);
    typed_add_address(&t->domain, "verifyingContract", &safe);
    typed_add_address(&t->message, "to", &to);
    typed_add_uint(&t->message, "value", 32, &ether);
    typed_add_bytes(&t->message, "data", data, data_len);
    typed_add_uint(&t->message, "operation", 1, &zero);
    typed_add_uint(&t->message, "safeTxGas", 32, &zero);
    typed_add_uint(&t->message, "baseGas", 32, &zero);
    typed_add_uint(&t->message, "gasPrice", 32, &zero);
    typed_add_address(&t->message, "gasToken", &nobody);
    typed_add_address(&t->message, "refundReceiver", &nobody);
    typed_add_uint(&t->message, "nonce", 32, &seven);
}

static void fill(uint8_t *data, size_t data_len)
{
    for (size_t i = 0; i < data_len; i++)
        data[i] = (uint8_t)i;
}

/* --- refusals --------------------------------------------------------------------------------- */

Test(preview, no_preview_of_unknown_models)
{
    static const enum device_model models[] = { DEVICE_UNKNOWN, LEDGER_BLUE, TREZOR_SAFE7 };
    struct typed_data t;

    make_safe_tx(&t, NULL, 0);
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

        make_safe_tx(&t, data, cases[i].data_len);
        cr_expect_eq(preview_typed(&d, &p, &setup, &t, NULL), cases[i].want, "%s: %s",
                     cases[i].name, d.msg);
        preview_clear(&p);
    }
}

/* --- the cases that settings leave open ------------------------------------------------------- */

Test(preview, cases)
{
    enum { UNK = SETTING_UNKNOWN, OFF = SETTING_OFF, ON = SETTING_ON };
    static const struct {
        const char *name;
        enum device_model model;
        bool hash_mode;
        enum setting blind, raw;
        enum preview_mode want[PREVIEW_MAX_CASES + 1];
    } rows[] = {
        { "S+, nothing known",
          LEDGER_NANO_SP,
          false,
          UNK,
          UNK,
          { PREVIEW_FIELDS, PREVIEW_DOMAIN, PREVIEW_REFUSED } },
        { "S+, blind off", LEDGER_NANO_SP, false, OFF, UNK, { PREVIEW_FIELDS, PREVIEW_REFUSED } },
        { "S+, blind on", LEDGER_NANO_SP, false, ON, UNK, { PREVIEW_FIELDS, PREVIEW_DOMAIN } },
        { "S+, raw on", LEDGER_NANO_SP, false, UNK, ON, { PREVIEW_FIELDS } },
        { "S+, both off", LEDGER_NANO_SP, false, OFF, OFF, { PREVIEW_REFUSED } },
        { "S+, hash mode", LEDGER_NANO_SP, true, UNK, ON, { PREVIEW_HASHES, PREVIEW_REFUSED } },
        { "Nano S", LEDGER_NANO_S, false, ON, UNK, { PREVIEW_HASHES } },
        { "Flex, blind on", LEDGER_FLEX, false, ON, OFF, { PREVIEW_FIELDS } },
        { "Flex, nothing known",
          LEDGER_FLEX,
          false,
          UNK,
          UNK,
          { PREVIEW_FIELDS, PREVIEW_REFUSED } },
        { "Trezor One", TREZOR_ONE, false, UNK, UNK, { PREVIEW_HASHES } },
        { "Trezor T", TREZOR_T, false, UNK, UNK, { PREVIEW_FIELDS } },
    };
    struct typed_data t;

    make_safe_tx(&t, NULL, 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct device_setup setup = { .model = rows[i].model,
                                            .hash_mode = rows[i].hash_mode,
                                            .blind_signing = rows[i].blind,
                                            .raw_messages = rows[i].raw };
        struct device_setup cases[PREVIEW_MAX_CASES];
        const size_t num = preview_typed_cases(cases, &setup);
        enum preview_mode got[PREVIEW_MAX_CASES + 1] = { PREVIEW_REFUSED };

        for (size_t k = 0; k < num; k++) {
            struct preview p = { 0 };
            struct diag d = { 0 };

            cr_assert_eq(preview_typed(&d, &p, &cases[k], &t, &signer), OK, "%s: %s", rows[i].name,
                         d.msg);
            got[k] = p.mode;
            preview_clear(&p);
        }
        cr_expect_arr_eq(got, rows[i].want, sizeof(got), "%s", rows[i].name);
    }
}
