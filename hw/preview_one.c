// SPDX-License-Identifier: Apache-2.0
#include "hw/preview_build.h"
#include "src/base/address.h"
#include "src/base/u256.h"

/*
 * Trezor One. Source: trezor-firmware legacy/v1.14.1 (ethereum.c, fsm_msg_ethereum.h); the runs are
 * in fixtures/devices.
 */

/* --- typed data ------------------------------------------------------------------------------- */

static const struct preview_font one_wide = { .line = 21 }; /* addresses */
static const struct preview_font one_hash = { .line = 16 };

static void one_add_hash(struct preview *p, const char *title, const struct typed_struct *s)
{
    struct hash32 hash;
    struct buf text;

    typed_struct_hash(&hash, s);
    buf_init(&text, 128);
    preview_add_hex(&text, HEX_UPPER, hash.b, sizeof(hash.b));
    preview_screen(p, SCREEN_VALUE, "press the right button (Confirm)");
    preview_row(p, &one_hash, title, buf_str(&text));
    buf_clear(&text);
}

enum err preview_one_typed(struct diag *d, struct preview *p, const struct typed_data *typed,
                           const struct address *signer)
{
    if (!device_version_at_least(&p->setup.version, 1, 10, 5))
        return diag_set(d, ERR_UNSUPPORTED,
                        "firmware %u.%u.%u signs no typed data: 1.10.5 or later does",
                        p->setup.version.major, p->setup.version.minor, p->setup.version.patch);
    p->mode = PREVIEW_HASHES;
    preview_words(p, SCREEN_PROMPT, "", "Unable to show EIP-712 data. Sign at your own risk.",
                  "press the right button (Continue)");
    preview_screen(p, SCREEN_VALUE, "press the right button (Confirm)");
    preview_heading(p, "Confirm address?");
    preview_row(p, signer != NULL ? &one_wide : NULL, "Message signed by:",
                signer != NULL ? address_format(signer).s : PREVIEW_OWN_ADDRESS);
    one_add_hash(p, "EIP-712 domain hash", &typed->domain);
    one_add_hash(p, "EIP-712 message hash", &typed->message);
    preview_change(p, SCREEN_FINAL, "press the right button (Confirm): this signs");
    preview_note(p,
                 "%s is on no screen: the domain hash and the message hash together are what "
                 "is signed",
                 preview_digest_name(typed));
    preview_note(p, "this model shows no field: compare both hashes digit by digit");
    return OK;
}

/* --- transactions ----------------------------------------------------------------------------- */

#define ONE_COLUMNS    18
#define ONE_DATA_BYTES 24
#define ONE_DATA_PAGES 5

static const char *one_unit(const struct eth_tx *tx, const struct u256 *value)
{
    const struct preview_network *n = preview_network_of(&tx->chain_id);

    if (preview_is_dust(value))
        return "Wei";
    return n->one_unit != NULL ? n->one_unit : "UNKN";
}

static void one_send(struct preview *p, const struct eth_tx *tx)
{
    const bool message = u256_is_zero(&tx->value) && tx->data_len > 0;
    struct buf text, line;

    buf_init(&text, 512);
    buf_init(&line, 512);
    if (message)
        buf_add_str(&text, "message");
    else
        preview_add_decimal(&text, &tx->value, preview_is_dust(&tx->value) ? 0 : 18, true);
    buf_addf(&line, "%s%sto %s?", message ? "" : one_unit(tx, &tx->value), message ? "" : " ",
             address_format(&tx->to).s);
    buf_add_str(&text, "\n");
    preview_add_columns(&text, ONE_COLUMNS, buf_str(&line));
    preview_screen(p, SCREEN_VALUE, "press the right button (Confirm)");
    preview_lines(p, "Send", buf_str(&text));
    buf_clear(&line);
    buf_clear(&text);
}

static void one_data_page(struct preview *p, const struct eth_tx *tx, size_t at)
{
    const size_t left = tx->data_len - at;
    const size_t num = left < ONE_DATA_BYTES ? left : ONE_DATA_BYTES;
    struct buf hex, text;

    buf_init(&hex, 128);
    buf_init(&text, 256);
    preview_add_hex(&hex, HEX_UPPER, tx->data + at, num);
    preview_add_columns(&text, 16, buf_str(&hex));
    buf_addf(&text, "\n%s%zu/%zu bytes", num < left ? "... " : "", at + num, tx->data_len);
    preview_screen(p, SCREEN_VALUE, "press the right button (Confirm)");
    preview_lines(p, "Transaction data:", buf_str(&text));
    buf_clear(&text);
    buf_clear(&hex);
}

static void one_data(struct preview *p, const struct eth_tx *tx)
{
    size_t at = 0;

    for (size_t i = 0; i < ONE_DATA_PAGES && at < tx->data_len; i++) {
        one_data_page(p, tx, at);
        at += ONE_DATA_BYTES;
    }
    if (at < tx->data_len)
        preview_words(p, SCREEN_PROMPT, "", "Warning! Too long data to view. Proceed with caution.",
                      "press the right button (Continue)");
}

static void one_fee(struct preview *p, const char *title, const struct u256 *value, size_t decimals,
                    const char *unit)
{
    struct buf text;

    buf_init(&text, 256);
    preview_add_decimal(&text, value, decimals, true);
    buf_addf(&text, " %s", unit);
    preview_screen(p, SCREEN_VALUE, "press the right button (Confirm)");
    preview_heading(p, "Confirm fee");
    preview_row(p, NULL, title, buf_str(&text));
    buf_clear(&text);
}

/* One screen for all of it, before EIP-1559. */
static void one_legacy_fee(struct preview *p, const struct eth_tx *tx, const struct u256 *cost)
{
    struct buf text;

    buf_init(&text, 512);
    if (u256_is_zero(&tx->value))
        buf_add_str(&text, "message");
    else
        preview_add_decimal(&text, &tx->value, preview_is_dust(&tx->value) ? 0 : 18, true);
    buf_addf(&text, "\n%s%spaying up to\n",
             u256_is_zero(&tx->value) ? "" : one_unit(tx, &tx->value),
             u256_is_zero(&tx->value) ? "" : " ");
    preview_add_decimal(&text, cost, preview_is_dust(cost) ? 0 : 18, true);
    buf_addf(&text, "\n%s for gas?", one_unit(tx, cost));
    preview_screen(p, SCREEN_VALUE, NULL);
    preview_lines(p, "Really send", buf_str(&text));
    buf_clear(&text);
}

enum err preview_one_tx(struct diag *d, struct preview *p, const struct eth_tx *tx)
{
    struct u256 cost;
    enum err e = preview_max_cost(d, &cost, tx);

    p->mode = PREVIEW_TRANSACTION;
    if (e != OK)
        return e;
    one_send(p, tx);
    one_data(p, tx);
    if (tx->kind == ETH_TX_LEGACY) {
        one_legacy_fee(p, tx, &cost);
    } else {
        one_fee(p, "Maximum fee per gas", &tx->max_fee, 9, "Gwei");
        one_fee(p, "Priority fee per gas", &tx->max_priority_fee, 9, "Gwei");
        one_fee(p, "Maximum fee", &cost, preview_is_dust(&cost) ? 0 : 18, one_unit(tx, &cost));
    }
    preview_change(p, SCREEN_FINAL, "press the right button (Confirm): this signs");
    preview_note_trezor_tx(p, tx, (size_t)ONE_DATA_BYTES * ONE_DATA_PAGES);
    return OK;
}
