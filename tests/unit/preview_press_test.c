// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "hw/preview.h"
#include "src/base/u256.h"
#include "tests/unit/known_safe_tx.h"

static void make_either(struct preview *p, const struct device_setup *setup, bool is_tx)
{
    static uint8_t data[200];
    const struct eth_tx tx = { .kind = ETH_TX_1559,
                               .chain_id = u256_from_u64(1),
                               .gas_limit = 21000,
                               .data = data,
                               .data_len = sizeof(data) };
    struct typed_data t;
    struct diag d = { 0 };

    known_safe_tx(&t, data, sizeof(data));
    cr_assert_eq(is_tx ? preview_tx(&d, p, setup, &tx, &known_signer)
                       : preview_typed(&d, p, setup, &t, &known_signer),
                 OK, "%s", d.msg);
}

/* Number, way there and press of the screens that are not simply followed by the next. */
static void add_presses(struct buf *out, const struct preview *p)
{
    size_t number = 0;

    for (size_t i = 0; i < p->num_screens; i++) {
        const struct preview_screen *s = &p->screens[i];

        number += s->kind != SCREEN_STEP;
        if (s->aside[0] != '\0')
            buf_addf(out, "%zu (%s)\n", number, s->aside);
        if (s->press != NULL && s->kind != SCREEN_STEP)
            buf_addf(out, "%zu %s\n", number, s->press);
    }
}

/* Our words, as walked on the vendors' firmware by touches and buttons (docs/devices.md). On a Safe
 * 3, both buttons are the left one, a no, where no word stands in the middle. */
static const struct {
    const char *name;
    enum device_model model;
    struct device_version version;
    bool is_tx, refused;
    const char *want;
} presses[] = {
    { "Nano S+",
      LEDGER_NANO_SP,
      { 1, 22, 0 },
      false,
      false,
      "1 press both buttons\n"
      "23 press both buttons to sign\n" },
    { "Nano S+, transaction",
      LEDGER_NANO_SP,
      { 1, 22, 0 },
      true,
      false,
      "1 press both buttons\n"
      "8 press both buttons to sign\n" },
    { "Nano S+ refuses", LEDGER_NANO_SP, { 1, 22, 0 }, false, true, "1 press both buttons\n" },
    { "old Nano X", LEDGER_NANO_X, { 1, 17, 0 }, false, false, "17 press both buttons to sign\n" },
    { "Nano S refuses", LEDGER_NANO_S, { 1, 16, 1 }, false, true, "2 press both buttons\n" },
    { "Stax 1.18.1",
      LEDGER_STAX,
      { 1, 18, 1 },
      false,
      false,
      "1 tap 'Continue anyway'\n"
      "5 tap 'More', read all of it, close it, go on\n"
      "6 (behind 'More', page 1 of 2)\n"
      "7 (behind 'More', page 2 of 2)\n"
      "10 hold to sign\n" },
    { "Flex",
      LEDGER_FLEX,
      { 1, 22, 0 },
      false,
      false,
      "1 tap 'Accept risk and continue'\n"
      "6 tap 'More', read all of it, close it, go on\n"
      "7 (behind 'More', page 1 of 2)\n"
      "8 (behind 'More', page 2 of 2)\n"
      "12 hold to sign\n" },
    { "Flex, transaction",
      LEDGER_FLEX,
      { 1, 22, 0 },
      true,
      false,
      "1 tap 'Accept risk and continue'\n"
      "5 hold to sign\n" },
    { "Flex refuses",
      LEDGER_FLEX,
      { 1, 22, 0 },
      true,
      true,
      "1 tap 'Reject transaction', or 'Go to settings'\n" },
    { "One, transaction",
      TREZOR_ONE,
      { 1, 14, 1 },
      true,
      false,
      "1 press the right button (Confirm)\n"
      "2 press the right button (Confirm)\n"
      "3 press the right button (Confirm)\n"
      "4 press the right button (Confirm)\n"
      "5 press the right button (Confirm)\n"
      "6 press the right button (Confirm)\n"
      "7 press the right button (Continue)\n"
      "8 press the right button (Confirm)\n"
      "9 press the right button (Confirm)\n"
      "10 press the right button (Confirm): this signs\n" },
    { "old T",
      TREZOR_T,
      { 2, 5, 3 },
      false,
      false,
      "1 touch 'Show full domain': confirming here skips the domain\n"
      "4 touch 'Show full message': confirming here signs without showing a field\n"
      "7 touch 'Show all', read all of it, go back, confirm\n"
      "8 (behind 'Show all', page 1 of 4)\n"
      "9 (behind 'Show all', page 2 of 4)\n"
      "10 (behind 'Show all', page 3 of 4)\n"
      "11 (behind 'Show all', page 4 of 4)\n"
      "19 hold to confirm\n" },
    { "old T, transaction",
      TREZOR_T,
      { 2, 5, 3 },
      true,
      false,
      "2 touch 'Show all', read all of it, go back, confirm\n"
      "3 (behind 'Show all', page 1 of 4)\n"
      "4 (behind 'Show all', page 2 of 4)\n"
      "5 (behind 'Show all', page 3 of 4)\n"
      "6 (behind 'Show all', page 4 of 4)\n"
      "9 hold to confirm\n" },
    { "T",
      TREZOR_T,
      { 2, 9, 6 },
      false,
      false,
      "1 touch 'Confirm'\n"
      "2 touch 'Show full domain': confirming here skips the domain\n"
      "5 touch 'Show full message': confirming here signs without showing a field\n"
      "8 turn all pages, confirm on the last\n"
      "16 touch 'Confirm'\n"
      "17 hold to confirm\n" },
    { "T, transaction",
      TREZOR_T,
      { 2, 9, 6 },
      true,
      false,
      "1 touch 'Show all', read all of it, go back, confirm\n"
      "2 touch 'Continue'\n"
      "3 hold to confirm\n" },
    { "Safe 3",
      TREZOR_SAFE3,
      { 2, 9, 6 },
      false,
      false,
      "1 press the right button (Confirm), not both\n"
      "2 press the right button (i): confirming here skips the domain\n"
      "5 press the right button (i): confirming here signs without showing a field\n"
      "8 turn all pages, confirm on the last\n"
      "16 press the right button (Confirm), not both\n"
      "17 hold the right button\n" },
    { "Safe 3, transaction",
      TREZOR_SAFE3,
      { 2, 9, 6 },
      true,
      false,
      "1 press the right button (i), read all of it, go back, press both (Confirm)\n"
      "2 press the right button (Continue), not both\n"
      "3 press both buttons (Confirm): this signs\n" },
    { "Safe 5",
      TREZOR_SAFE5,
      { 2, 9, 6 },
      false,
      false,
      "1 tap to continue\n"
      "2 choose 'Show full domain' in the menu (top right): confirming here skips the domain\n"
      "4 tap to continue; a tick follows: tap to confirm\n"
      "5 choose 'Show full message' in the menu (top right): confirming here signs without "
      "showing a field\n"
      "6 tap to continue; a tick follows: tap to confirm\n"
      "8 tap through all pages; a tick follows: tap to confirm\n"
      "13 tap to continue; a tick follows: tap to confirm\n"
      "14 tap to continue; a tick follows: tap to confirm\n"
      "16 tap to continue\n"
      "17 tap to continue, then hold to confirm\n" },
    { "Safe 5, transaction",
      TREZOR_SAFE5,
      { 2, 9, 6 },
      true,
      false,
      "1 choose 'View all data' in the menu (top right), read all of it, close it, go on\n"
      "2 tap to continue\n"
      "3 tap to continue\n"
      "4 hold to sign\n" },
};

Test(preview, what_to_press)
{
    for (size_t i = 0; i < sizeof(presses) / sizeof(presses[0]); i++) {
        const enum setting on = presses[i].refused ? SETTING_OFF : SETTING_ON;
        const struct device_setup setup = { .model = presses[i].model,
                                            .has_version = true,
                                            .version = presses[i].version,
                                            .blind_signing = on,
                                            .raw_messages = on,
                                            .transaction_hash = SETTING_OFF };
        struct preview p = { 0 };
        struct buf text;

        buf_init(&text, 8192);
        make_either(&p, &setup, presses[i].is_tx);
        add_presses(&text, &p);
        cr_expect_str_eq(buf_str(&text), presses[i].want, "%s: got\n%s", presses[i].name,
                         buf_str(&text));
        buf_clear(&text);
        preview_clear(&p);
    }
}
