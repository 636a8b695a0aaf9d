// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "hw/ledger/status.h"

static const struct {
    uint16_t status;
    enum ledger_doing doing;
    enum setting blind;
    enum device_model model;
    enum err want;
    const char *words; /* in the message */
    const char *hint;  /* in the hint; NULL: there is none */
} cases[] = {
    { 0x9000, LEDGER_SIGNING_TX, SETTING_OFF, LEDGER_FLEX, OK, "", NULL },
    { 0x6985, LEDGER_SIGNING_FIELDS, SETTING_ON, LEDGER_FLEX, ERR_REFUSED, "refused", NULL },
    { 0x6985, LEDGER_SHOWING_ACCOUNT, SETTING_ON, LEDGER_FLEX, ERR_REFUSED, "refused", NULL },
    { 0x5501, LEDGER_SIGNING_TX, SETTING_ON, LEDGER_FLEX, ERR_REFUSED, "refused", NULL },
    { 0x5515, LEDGER_OPENING, SETTING_UNKNOWN, LEDGER_FLEX, ERR_DEVICE, "locked", "PIN" },
    { 0x6804, LEDGER_OPENING, SETTING_UNKNOWN, LEDGER_FLEX, ERR_DEVICE, "locked", "PIN" },
    { 0x6982, LEDGER_OPENING, SETTING_UNKNOWN, LEDGER_FLEX, ERR_DEVICE, "locked", "PIN" },
    { 0x6901, LEDGER_OPENING, SETTING_UNKNOWN, LEDGER_FLEX, ERR_DEVICE, "of its own", "close" },
    { 0x6511, LEDGER_OPENING, SETTING_UNKNOWN, LEDGER_FLEX, ERR_DEVICE, "no app", "open the Eth" },
    { 0x6807, LEDGER_OPENING, SETTING_UNKNOWN, LEDGER_FLEX, ERR_DEVICE, "not installed", "Live" },
    { 0x6d00, LEDGER_OPENING, SETTING_UNKNOWN, LEDGER_FLEX, ERR_UNSUPPORTED, "6d00", "open the E" },
    { 0x6e00, LEDGER_OPENING, SETTING_UNKNOWN, LEDGER_FLEX, ERR_UNSUPPORTED, "6e00", "open the E" },
    { 0x6e01, LEDGER_OPENING, SETTING_UNKNOWN, LEDGER_FLEX, ERR_UNSUPPORTED, "6e01", "open the E" },
    { 0x6d00, LEDGER_SIGNING_FIELDS, SETTING_ON, DEVICE_UNKNOWN, ERR_UNSUPPORTED, "EIP-712",
      "--hash-mode" },
    { 0x6a15, LEDGER_READING_ACCOUNT, SETTING_ON, LEDGER_FLEX, ERR_DEVICE, "path",
      "for example m/44'/60'/0'/0/0" },
    { 0x6a12, LEDGER_READING_ACCOUNT, SETTING_ON, LEDGER_FLEX, ERR_DEVICE, "path",
      "for example m/44'/60'/0'/0/0" },
    { 0x6501, LEDGER_SIGNING_TX, SETTING_ON, LEDGER_FLEX, ERR_UNSUPPORTED, "type", "Live" },
    { 0x6a80, LEDGER_SIGNING_FIELDS, SETTING_OFF, LEDGER_NANO_SP, ERR_DEVICE,
      "Raw messages and Blind signing are off", "press right to Settings" },
    { 0x6a80, LEDGER_SIGNING_FIELDS, SETTING_OFF, LEDGER_FLEX, ERR_DEVICE, "Raw messages",
      "tap the gear" },
    { 0x6a80, LEDGER_SIGNING_FIELDS, SETTING_OFF, DEVICE_UNKNOWN, ERR_DEVICE, "Raw messages",
      "in the Ethereum app: Settings" },
    { 0x6a80, LEDGER_SIGNING_HASHES, SETTING_OFF, LEDGER_NANO_S, ERR_DEVICE,
      "by hashes while Blind signing is off", "switch on Blind signing" },
    { 0x6a80, LEDGER_SIGNING_TX, SETTING_OFF, LEDGER_NANO_X, ERR_DEVICE,
      "transactions with data while Blind signing is off", "switch on Blind signing" },
    { 0x6a80, LEDGER_SIGNING_TX, SETTING_ON, LEDGER_NANO_X, ERR_DEVICE, "not accept the data",
      NULL },
    { 0x6a80, LEDGER_READING_ACCOUNT, SETTING_OFF, LEDGER_NANO_X, ERR_DEVICE, "not accept the data",
      NULL },
    { 0x6f42, LEDGER_SIGNING_TX, SETTING_ON, LEDGER_FLEX, ERR_DEVICE, "status 6f42", "close" },
    { 0x0000, LEDGER_SIGNING_TX, SETTING_ON, LEDGER_FLEX, ERR_DEVICE, "status 0000", "close" },
};

Test(ledger_status, words)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct device_setup setup = { .model = cases[i].model,
                                            .blind_signing = cases[i].blind };
        struct diag d = { 0 };

        cr_expect_eq(ledger_status_check(&d, cases[i].status, cases[i].doing, &setup),
                     cases[i].want, "row %zu: %s", i, d.msg);
        cr_expect_not_null(strstr(d.msg, cases[i].words), "row %zu: %s", i, d.msg);
        if (cases[i].hint != NULL)
            cr_expect_not_null(strstr(d.hint, cases[i].hint), "row %zu: %s", i, d.hint);
        else
            cr_expect_str_empty(d.hint, "row %zu", i);
    }
}

/* Nothing but 9000 is a yes. */
Test(ledger_status, only_9000_is_ok)
{
    const struct device_setup setup = { .model = LEDGER_FLEX };

    for (unsigned status = 0; status <= 0xffff; status++) {
        struct diag d = { 0 };

        cr_assert_eq(ledger_status_check(&d, (uint16_t)status,
                                         (enum ledger_doing)(status % (LEDGER_SIGNING_TX + 1)),
                                         &setup) == OK,
                     status == 0x9000, "%04x", status);
    }
}
