// SPDX-License-Identifier: Apache-2.0
#include "hw/ledger/status.h"

#define OPEN_THE_APP "open the Ethereum app on the Ledger, and start again"
#define UNLOCK       "enter the PIN on the Ledger, open the Ethereum app, and start again"

static const struct {
    uint16_t status;
    enum err code;
    const char *words;
    const char *hint; /* NULL: none */
} table[] = {
    { 0x6985, ERR_REFUSED, "refused on the Ledger", NULL },
    { 0x5501, ERR_REFUSED, "refused on the Ledger", NULL },
    { 0x5515, ERR_DEVICE, "the Ledger is locked", UNLOCK },
    { 0x6804, ERR_DEVICE, "the Ledger is locked", UNLOCK },
    { 0x6982, ERR_DEVICE, "the Ledger is locked, or refused", UNLOCK },
    { 0x5502, ERR_DEVICE, "the Ledger has no PIN yet", "set it up first" },
    { 0x6901, ERR_DEVICE, "the Ledger shows something of its own",
      "close what is on its screen, open the Ethereum app, and start again" },
    { 0x6511, ERR_DEVICE, "no app is open on the Ledger", OPEN_THE_APP },
    { 0x6807, ERR_DEVICE, "the Ethereum app is not installed on the Ledger",
      "install it with Ledger Live" },
    { 0x6d00, ERR_UNSUPPORTED, "the app on the Ledger does not know this command", OPEN_THE_APP },
    { 0x6e00, ERR_UNSUPPORTED, "the app on the Ledger does not know this kind of command",
      OPEN_THE_APP },
    { 0x6e01, ERR_UNSUPPORTED, "the app on the Ledger does not know this kind of command",
      OPEN_THE_APP },
    { 0x911c, ERR_UNSUPPORTED, "the app on the Ledger does not know this command", OPEN_THE_APP },
    { 0x6a15, ERR_DEVICE, "the Ethereum app refuses this derivation path",
      "it signs for m/44'/60'/..., for example m/44'/60'/0'/0/0" },
    { 0x6a12, ERR_DEVICE, "the Ethereum app refuses this derivation path",
      "it signs for m/44'/60'/..., for example m/44'/60'/0'/0/0" },
    { 0x6501, ERR_UNSUPPORTED, "the Ethereum app does not know this type of transaction",
      "update it with Ledger Live" },
    { 0x6a80, ERR_DEVICE, "the Ethereum app does not accept the data", NULL },
    { 0x6a84, ERR_DEVICE, "the Ledger has not enough memory for this", NULL },
    { 0x6980, ERR_DEVICE, "the Ethereum app was in the middle of something else",
      "close and open the Ethereum app, and start again" },
};

static const char *menu(enum device_model model)
{
    switch (model) {
    case LEDGER_STAX:
    case LEDGER_FLEX:
    case LEDGER_APEX:
        return "in the Ethereum app: tap the gear";
    case LEDGER_NANO_S:
    case LEDGER_NANO_SP:
    case LEDGER_NANO_X:
        return "in the Ethereum app: press right to Settings, then both buttons";
    default:
        return "in the Ethereum app: Settings";
    }
}

/* 6A80 where the app refuses to sign what it cannot show. */
static enum err blind_signing_off(struct diag *d, enum ledger_doing doing,
                                  const struct device_setup *setup)
{
    if (doing == LEDGER_SIGNING_FIELDS) {
        diag_hint(d,
                  "%s, switch on Raw messages (in old versions: Verbose EIP712), which shows "
                  "every field; or Blind signing, which shows hashes alone",
                  menu(setup->model));
        return diag_set(d, ERR_DEVICE,
                        "the Ethereum app does not sign this while Raw messages and Blind signing "
                        "are off");
    }
    diag_hint(d, "%s, switch on Blind signing; switch it off again afterwards", menu(setup->model));
    return diag_set(d, ERR_DEVICE, "the Ethereum app does not sign %s while Blind signing is off",
                    doing == LEDGER_SIGNING_TX ? "transactions with data" : "by hashes");
}

static enum err unknown_command(struct diag *d)
{
    diag_hint(d, "use --hash-mode, or update the Ethereum app; the Nano S has no more than hashes");
    return diag_set(d, ERR_UNSUPPORTED,
                    "the app on the Ledger cannot show the fields of an EIP-712 message");
}

enum err ledger_status_check(struct diag *d, uint16_t status, enum ledger_doing doing,
                             const struct device_setup *setup)
{
    if (status == LEDGER_STATUS_OK)
        return OK;
    if (status == 0x6a80 && doing >= LEDGER_SIGNING_FIELDS && setup->blind_signing == SETTING_OFF)
        return blind_signing_off(d, doing, setup);
    if (status == 0x6d00 && doing == LEDGER_SIGNING_FIELDS)
        return unknown_command(d);
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (table[i].status != status)
            continue;
        if (table[i].hint != NULL)
            diag_hint(d, "%s", table[i].hint);
        return diag_set(d, table[i].code, "%s (status %04x)", table[i].words, status);
    }
    diag_hint(d, "close and open the Ethereum app, and start again");
    return diag_set(d, ERR_DEVICE, "the Ledger answered with status %04x", status);
}
