// SPDX-License-Identifier: Apache-2.0
#include "hw/device.h"

#include <criterion/criterion.h>
#include <string.h>

Test(device, words)
{
    static const struct {
        const char *word;
        enum device_model want;
    } rows[] = {
        { "", DEVICE_UNKNOWN },           { "ledger", DEVICE_UNKNOWN },
        { "safe", DEVICE_UNKNOWN },       { "safe7", DEVICE_UNKNOWN },
        { "safe55", DEVICE_UNKNOWN },     { "one", DEVICE_UNKNOWN },
        { "anos", DEVICE_UNKNOWN },       { "nanos", LEDGER_NANO_S },
        { "flex", LEDGER_FLEX },          { "trezor-t", TREZOR_T },
        { "trezor-safe3", TREZOR_SAFE3 }, { "safe3", TREZOR_SAFE3 },
        { "trezor-safe5", TREZOR_SAFE5 }, { "safe5", TREZOR_SAFE5 },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_expect_eq(device_model_from_word(rows[i].word), rows[i].want, "'%s'", rows[i].word);
}

Test(device, a_word_names_its_own_model)
{
    for (enum device_model m = DEVICE_UNKNOWN; m < DEVICE_NUM_MODELS; m++) {
        const char *word = device_model_word(m);

        cr_expect_gt(strlen(device_model_name(m)), 0);
        if (word != NULL)
            cr_expect_eq(device_model_from_word(word), m, "%s", word);
    }
}

Test(device, versions)
{
    const struct device_version v = { 1, 10, 3 };

    cr_expect(device_version_at_least(&v, 1, 10, 3));
    cr_expect(device_version_at_least(&v, 1, 9, 9));
    cr_expect(device_version_at_least(&v, 0, 99, 0));
    cr_expect_not(device_version_at_least(&v, 1, 10, 4));
    cr_expect_not(device_version_at_least(&v, 1, 11, 0));
    cr_expect_not(device_version_at_least(&v, 2, 0, 0));
}
