// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "hw/preview_core.h"
#include "src/base/address.h"
#include "src/base/limits.h"
#include "src/base/u256.h"

/* Source: as in preview_core.c. */

/* What goes along with the request (hw/trezor/tx.c); the rest is hashed and not shown. */
#define MAX_DATA 1024

static void add_amount(struct buf *out, const struct core_face *f, const struct eth_tx *tx,
                       const struct u256 *value)
{
    const struct preview_network *n = preview_network_of(&tx->chain_id);
    const char *unit = f->old ? n->old_core_unit : n->core_unit;
    const bool dust = preview_is_dust(value);

    preview_add_decimal(out, value, dust ? 0 : 18, true);
    buf_addf(out, " %s%s", dust ? "Wei " : "", unit != NULL ? unit : "UNKN");
}

static void add_amount_row(struct preview *p, const struct core_face *f, const struct eth_tx *tx,
                           const char *title, const struct u256 *value)
{
    struct buf text;

    buf_init(&text, 256);
    add_amount(&text, f, tx, value);
    preview_row(p, NULL, title, buf_str(&text));
    buf_clear(&text);
}

static void old_send(struct preview *p, const struct core_face *f, const struct eth_tx *tx)
{
    struct buf text;

    buf_init(&text, 512);
    add_amount(&text, f, tx, &tx->value);
    buf_add_str(&text, " to\n");
    preview_add_columns(&text, 17, address_format(&tx->to).s);
    preview_screen(p, SCREEN_VALUE, NULL);
    preview_heading(p, "Confirm sending");
    preview_row(p, NULL, "", buf_str(&text));
    buf_clear(&text);
}

static void old_tx(struct preview *p, const struct core_face *f, const struct eth_tx *tx,
                   const struct u256 *cost)
{
    const bool legacy = tx->kind == ETH_TX_LEGACY;
    char title[48];

    old_send(p, f, tx);
    if (tx->data_len > 0) {
        (void)snprintf(title, sizeof(title), "Size: %zu bytes", tx->data_len);
        preview_screen(p, SCREEN_VALUE, NULL);
        preview_heading(p, "Confirm data");
        core_bytes(p, f, title, tx->data, tx->data_len < MAX_DATA ? tx->data_len : MAX_DATA);
    }
    if (!legacy) {
        preview_screen(p, SCREEN_VALUE, NULL);
        preview_heading(p, "Confirm fee");
        add_amount_row(p, f, tx, "Maximum fee per gas", &tx->max_fee);
        preview_screen(p, SCREEN_VALUE, NULL);
        preview_heading(p, "Confirm fee");
        add_amount_row(p, f, tx, "Priority fee per gas", &tx->max_priority_fee);
    }
    preview_screen(p, SCREEN_FINAL, "hold to confirm");
    preview_heading(p, "Confirm transaction");
    /* with a gas price, the amount has no words */
    add_amount_row(p, f, tx, legacy ? "" : "Amount sent:", &tx->value);
    if (legacy)
        add_amount_row(p, f, tx, "Gas price:", &tx->max_fee);
    add_amount_row(p, f, tx, "Maximum fee:", cost);
}

/* The beginning; more of it is behind a button. */
static void new_data(struct preview *p, const struct core_face *f, const struct eth_tx *tx)
{
    const bool cut = 2 * tx->data_len > f->first_chars;
    struct buf text;

    buf_init(&text, LIMIT_PREVIEW_TEXT);
    preview_add_hex(&text, HEX_LOWER, tx->data, cut ? f->first_chars / 2 + 1 : tx->data_len);
    if (cut) {
        text.len = f->first_chars;
        buf_add_str(&text, "...");
    }
    preview_screen(p, SCREEN_VALUE, cut ? f->open_data : f->go_on);
    core_heading(p, f, "Input data");
    if (buf_ok(&text)) {
        char title[48];
        struct buf lines;

        (void)snprintf(title, sizeof(title), "Size: %zu bytes", tx->data_len);
        buf_init(&lines, LIMIT_PREVIEW_TEXT);
        preview_add_columns(&lines, f->columns, buf_str(&text));
        preview_row(p, NULL, title, buf_str(&lines));
        buf_clear(&lines);
    }
    buf_clear(&text);
}

static void new_address(struct preview *p, const struct core_face *f, const struct eth_tx *tx)
{
    const char *title = tx->data_len > 0 ? "Interaction contract" : "Recipient";

    preview_screen(p, SCREEN_VALUE, f->go_on_address);
    core_heading(p, f, f->capitals ? title : "Address");
    core_row(p, f, f->capitals ? "" : title, address_format(&tx->to).s);
}

static void new_summary(struct preview *p, const struct core_face *f, const struct eth_tx *tx,
                        const struct u256 *cost)
{
    const bool own_screen = f->model == TREZOR_SAFE5;

    preview_screen(p, own_screen ? SCREEN_VALUE : SCREEN_FINAL,
                   own_screen    ? f->go_on
                   : f->capitals ? "press both buttons (Confirm): this signs"
                                 : "hold to confirm");
    if (!f->capitals)
        preview_heading(p, "Summary");
    add_amount_row(p, f, tx, f->colon[0] != '\0' ? "Amount:" : "Amount", &tx->value);
    add_amount_row(p, f, tx, f->colon[0] != '\0' ? "Maximum fee:" : "Maximum fee", cost);
    if (own_screen)
        preview_words(p, SCREEN_FINAL, "Sign transaction", "", "hold to sign");
}

enum err preview_core_tx(struct diag *d, struct preview *p, const struct eth_tx *tx)
{
    const struct core_face *f = core_face_of(&p->setup);
    struct u256 cost;
    enum err e = preview_max_cost(d, &cost, tx);

    p->mode = PREVIEW_TRANSACTION;
    if (e != OK)
        return e;
    if (f->old) {
        old_tx(p, f, tx, &cost);
    } else {
        if (tx->data_len > 0)
            new_data(p, f, tx);
        new_address(p, f, tx);
        new_summary(p, f, tx, &cost);
    }
    preview_note_trezor_tx(p, tx, MAX_DATA);
    if (f->model == TREZOR_T)
        preview_note(p, "a number that takes two lines has a hyphen where it is broken");
    if (f->capitals)
        preview_note(p, "a fee that does not fit goes on on the next page: press the right button");
    return OK;
}
