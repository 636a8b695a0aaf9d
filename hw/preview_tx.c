// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "hw/preview_build.h"
#include "src/base/address.h"
#include "src/base/limits.h"
#include "src/base/u256.h"

/*
 * Transactions. Source: app-ethereum 1.18.1 and 1.22.0 (ui_approve_tx.c, network.c);
 * trezor-firmware legacy/v1.14.1 (ethereum.c), core v2.5.3 and v2.9.6 (layout.py).
 */

/* --- amounts ---------------------------------------------------------------------------------- */

/* Networks as the devices know them by themselves; NULL: not. */
static const struct network {
    uint64_t chain_id;
    const char *ledger_name, *ledger_unit;
    const char *one_unit, *t_unit;
} networks[] = {
    { 1, "Ethereum", "ETH", "ETH", "ETH" },
    { 10, "OP Mainnet", "ETH", "ETH", NULL },
    { 56, "BSC", "BNB", NULL, NULL },
    { 100, "Gnosis", "xDAI", NULL, "xDAI" },
    { 137, "Polygon", "POL", "POL", "MATIC" },
    { 324, "ZKsync Era", "ETH", NULL, NULL },
    { 8453, "Base", "ETH", "ETH", NULL },
    { 42161, "Arbitrum", "ETH", "ETH", NULL },
    { 43114, "Avalanche", "AVAX", NULL, NULL },
    { 59144, "Linea", "ETH", NULL, NULL },
    { 84532, "Base Sepolia", "ETH", NULL, NULL },
    { 421614, "Arbitrum Sepolia", "ETH", NULL, NULL },
    { 534352, "Scroll", "ETH", NULL, NULL },
    { 11155111, "Sepolia", "ETH", "tSEP", NULL },
    { 11155420, "OP Sepolia", "ETH", NULL, NULL },
};

static const struct network *network_of(const struct u256 *chain_id)
{
    static const struct network none;
    uint64_t id = 0;

    for (size_t i = 0; u256_to_u64(chain_id, &id) && i < sizeof(networks) / sizeof(networks[0]);
         i++) {
        if (networks[i].chain_id == id)
            return &networks[i];
    }
    return &none;
}

/* value / 10^decimals, without zeros at the end; group: commas in the integer part. */
static void add_decimal(struct buf *out, const struct u256 *value, size_t decimals, bool group)
{
    const struct u256_text text = u256_format(value);
    const size_t len = strlen(text.s);
    const size_t whole = len > decimals ? len - decimals : 0;
    size_t end = len, point = 0;

    if (whole == 0)
        buf_add_str(out, "0");
    for (size_t i = 0; i < whole; i++) {
        buf_add(out, &text.s[i], 1);
        if (group && (whole - i) % 3 == 1 && i + 1 < whole)
            buf_add_str(out, ",");
    }
    while (end > whole && text.s[end - 1] == '0')
        end--;
    if (end == whole)
        return;
    buf_add_str(out, ".");
    for (point = len; point < decimals; point++)
        buf_add_str(out, "0");
    buf_add(out, text.s + whole, end - whole);
}

/* The most that the transaction costs; false if the fields overflow. */
static bool max_cost(struct u256 *out, const struct eth_tx *tx)
{
    return u256_mul_u64(out, &tx->max_fee, tx->gas_limit);
}

static enum err no_fee(struct diag *d)
{
    return diag_set(d, ERR_LIMIT, "gas limit times fee is over 256 bits");
}

/* --- Ledger ----------------------------------------------------------------------------------- */

/* The unit moved behind the number in 1.19.3 for fees, in 1.20.0 for amounts. */
static void ledger_amount(const struct preview *p, struct preview_pairs *pairs, const char *title,
                          const struct u256 *value, const struct network *n, bool is_fee)
{
    const char *unit = n->ledger_unit != NULL ? n->ledger_unit : "???";
    const struct device_version *v = &p->setup.version;
    const bool unit_first =
        !device_version_at_least(v, 1, 20, 0) && !(is_fee && device_version_at_least(v, 1, 19, 3));
    struct buf text;

    buf_init(&text, 256);
    if (unit_first)
        buf_addf(&text, "%s ", unit);
    add_decimal(&text, value, 18, false);
    if (!unit_first)
        buf_addf(&text, " %s", unit);
    preview_pairs_add(pairs, title, buf_str(&text));
    buf_clear(&text);
}

static void ledger_network(struct preview *p, struct preview_pairs *pairs, const struct eth_tx *tx,
                           const struct network *n)
{
    if (n->chain_id == 1)
        return;
    preview_pairs_add(pairs, "Network",
                      n->ledger_name != NULL ? n->ledger_name : u256_format(&tx->chain_id).s);
    if (n->ledger_name == NULL)
        preview_note(p, "newer apps may know the name of this network, and its unit instead of "
                        "???");
}

static void ledger_hash(struct preview *p, struct preview_pairs *pairs, const struct hash32 *hash)
{
    struct buf text;

    buf_init(&text, 128);
    preview_add_hash(&text, HEX_LOWER, hash);
    if (preview_ledger_is_old(&p->setup))
        preview_pairs_add(pairs, "TX hash", buf_str(&text));
    else
        preview_pairs_add(pairs,
                          preview_ledger_touch(p->setup.model) ? "Transaction hash" : "Tx hash",
                          buf_str(&text));
    buf_clear(&text);
}

/* What a transaction is described with. */
struct ledger_facts {
    const struct eth_tx *tx;
    const struct network *network;
    const char *from;
    struct u256 cost;
    struct hash32 hash;
};

static void ledger_fill(struct preview *p, struct preview_pairs *pairs,
                        const struct ledger_facts *f)
{
    preview_pairs_add(pairs, "From", f->from);
    if (f->tx->data_len == 0 || !u256_is_zero(&f->tx->value))
        ledger_amount(p, pairs, "Amount", &f->tx->value, f->network, false);
    preview_pairs_add(pairs, "To", address_format(&f->tx->to).s);
    ledger_amount(p, pairs, "Max fees", &f->cost, f->network, true);
    ledger_network(p, pairs, f->tx, f->network);
    if (f->tx->data_len > 0 || p->setup.transaction_hash == SETTING_ON)
        ledger_hash(p, pairs, &f->hash);
    preview_note(p, "with the setting 'Nonce' on, Nonce stands in front of Max fees");
}

/* Before 1.18.0. */
static void ledger_fill_old(struct preview *p, struct preview_pairs *pairs,
                            const struct ledger_facts *f)
{
    if (f->tx->data_len > 0)
        ledger_hash(p, pairs, &f->hash);
    preview_pairs_add(pairs, "From", f->from);
    if (f->tx->data_len == 0 || !u256_is_zero(&f->tx->value))
        ledger_amount(p, pairs, "Amount", &f->tx->value, f->network, false);
    preview_pairs_add(pairs, "To", address_format(&f->tx->to).s);
    ledger_network(p, pairs, f->tx, f->network);
    ledger_amount(p, pairs, "Max Fees", &f->cost, f->network, true);
}

enum err preview_ledger_tx(struct diag *d, struct preview *p, const struct eth_tx *tx,
                           const struct address *signer)
{
    const bool blind = tx->data_len > 0;
    struct preview_pairs pairs = { 0 };
    struct ledger_facts f = { .tx = tx, .network = network_of(&tx->chain_id) };
    const struct address_text from =
        signer != NULL ? address_format(signer) : (struct address_text){ "" };
    enum err e = eth_tx_digest(d, &f.hash, tx);

    p->mode = PREVIEW_TRANSACTION;
    if (e != OK)
        return e;
    if (!max_cost(&f.cost, tx))
        return no_fee(d);
    f.from = signer != NULL ? from.s : PREVIEW_OWN_ADDRESS;
    if (blind && p->setup.blind_signing != SETTING_ON) {
        p->mode = PREVIEW_REFUSED;
        preview_ledger_refusal(p, false);
        return OK;
    }
    if (preview_ledger_is_old(&p->setup))
        ledger_fill_old(p, &pairs, &f);
    else
        ledger_fill(p, &pairs, &f);
    if (blind)
        preview_note(p, "the calldata is not shown: the transaction hash is what to compare");
    if (pairs.failed)
        e = diag_set(d, ERR_NOMEM, "out of memory");
    else
        preview_ledger_review(
            p, &pairs,
            &(struct preview_review){
                .title = "Review transaction",
                .nano_end = blind ? "Accept risk and sign transaction" : "Sign transaction",
                .old_end = "Accept and send",
                .old_risk_end = "Accept risk and send",
                .touch_end = blind ? "Accept risk and sign transaction?" : "Sign transaction?",
                .blind = blind,
            });
    preview_pairs_clear(&pairs);
    return e;
}

/* --- Trezor One ------------------------------------------------------------------------------- */

#define ONE_COLUMNS    18
#define ONE_DATA_BYTES 24
#define ONE_DATA_PAGES 5

/* Under 10^9 wei the unit is Wei. */
static bool is_dust(const struct u256 *value)
{
    uint64_t small = 0;

    return u256_to_u64(value, &small) && small < 1000000000;
}

static const char *one_unit(const struct eth_tx *tx, const struct u256 *value)
{
    const struct network *n = network_of(&tx->chain_id);

    if (is_dust(value))
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
        add_decimal(&text, &tx->value, is_dust(&tx->value) ? 0 : 18, true);
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
    if (at >= tx->data_len)
        return;
    preview_words(p, SCREEN_PROMPT, "", "Warning! Too long data to view. Proceed with caution.",
                  "press the right button (Continue)");
    preview_note(p, "of the calldata's %zu bytes the device shows the first %zu", tx->data_len, at);
}

static void one_fee(struct preview *p, const char *title, const struct u256 *value, size_t decimals,
                    const char *unit)
{
    struct buf text;

    buf_init(&text, 256);
    add_decimal(&text, value, decimals, true);
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
        add_decimal(&text, &tx->value, is_dust(&tx->value) ? 0 : 18, true);
    buf_addf(&text, "\n%s%spaying up to\n",
             u256_is_zero(&tx->value) ? "" : one_unit(tx, &tx->value),
             u256_is_zero(&tx->value) ? "" : " ");
    add_decimal(&text, cost, is_dust(cost) ? 0 : 18, true);
    buf_addf(&text, "\n%s for gas?", one_unit(tx, cost));
    preview_screen(p, SCREEN_VALUE, NULL);
    preview_lines(p, "Really send", buf_str(&text));
    buf_clear(&text);
}

static void one_tx(struct preview *p, const struct eth_tx *tx, const struct u256 *cost)
{
    one_send(p, tx);
    one_data(p, tx);
    if (tx->kind == ETH_TX_LEGACY) {
        one_legacy_fee(p, tx, cost);
    } else {
        one_fee(p, "Maximum fee per gas", &tx->max_fee, 9, "Gwei");
        one_fee(p, "Priority fee per gas", &tx->max_priority_fee, 9, "Gwei");
        one_fee(p, "Maximum fee", cost, is_dust(cost) ? 0 : 18, one_unit(tx, cost));
    }
    preview_change(p, SCREEN_FINAL, "press the right button (Confirm): this signs");
    preview_note(p, "the network is not shown, only its unit, and neither is the transaction hash");
}

/* --- core models ------------------------------------------------------------------------------ */

static void core_amount(struct buf *out, const struct eth_tx *tx, const struct u256 *value)
{
    const struct network *n = network_of(&tx->chain_id);
    const char *unit = n->t_unit != NULL ? n->t_unit : "UNKN";

    add_decimal(out, value, is_dust(value) ? 0 : 18, true);
    buf_addf(out, " %s%s", is_dust(value) ? "Wei " : "", unit);
}

static void core_row(struct preview *p, const struct eth_tx *tx, const char *title,
                     const struct u256 *value)
{
    struct buf text;

    buf_init(&text, 256);
    core_amount(&text, tx, value);
    preview_row(p, NULL, title, buf_str(&text));
    buf_clear(&text);
}

static void core_send(struct preview *p, const struct eth_tx *tx)
{
    struct buf text;

    buf_init(&text, 512);
    core_amount(&text, tx, &tx->value);
    buf_add_str(&text, " to\n");
    preview_add_columns(&text, 17, address_format(&tx->to).s);
    preview_screen(p, SCREEN_VALUE, NULL);
    preview_heading(p, "Confirm sending");
    preview_lines(p, "", buf_str(&text));
    buf_clear(&text);
}

static void core_data(struct preview *p, const struct eth_tx *tx)
{
    char title[48];

    if (tx->data_len == 0)
        return;
    (void)snprintf(title, sizeof(title), "Size: %zu bytes", tx->data_len);
    preview_screen(p, SCREEN_VALUE, NULL);
    preview_heading(p, "Confirm data");
    preview_trezor_bytes(p, title, tx->data, tx->data_len);
}

/* 1559 alone: the older kind has one screen for the fee. */
static void core_fees(struct preview *p, const struct eth_tx *tx, const struct u256 *cost)
{
    const bool legacy = tx->kind == ETH_TX_LEGACY;

    if (!legacy) {
        preview_screen(p, SCREEN_VALUE, NULL);
        preview_heading(p, "Confirm fee");
        core_row(p, tx, "Maximum fee per gas", &tx->max_fee);
        preview_screen(p, SCREEN_VALUE, NULL);
        preview_heading(p, "Confirm fee");
        core_row(p, tx, "Priority fee per gas", &tx->max_priority_fee);
    }
    preview_screen(p, SCREEN_FINAL, "hold to confirm");
    preview_heading(p, "Confirm transaction");
    core_row(p, tx, "Amount sent:", &tx->value);
    if (legacy)
        core_row(p, tx, "Gas price:", &tx->max_fee);
    core_row(p, tx, "Maximum fee:", cost);
}

/* From 2.6.0 on: these values, on screens that differ between models and versions. */
static void core_new(struct preview *p, const struct eth_tx *tx, const struct u256 *cost)
{
    preview_screen(p, SCREEN_VALUE, NULL);
    preview_row(p, NULL, "Recipient", address_format(&tx->to).s);
    core_data(p, tx);
    preview_screen(p, SCREEN_FINAL, "hold to confirm");
    core_row(p, tx, "Amount", &tx->value);
    core_row(p, tx, "Maximum fee", cost);
    preview_note(p, "the order of these values and the words around them differ between versions; "
                    "the unit is UNKN for networks that the firmware does not know by itself");
}

enum err preview_trezor_tx(struct diag *d, struct preview *p, const struct eth_tx *tx,
                           const struct address *signer)
{
    struct u256 cost;

    (void)signer;
    p->mode = PREVIEW_TRANSACTION;
    if (!max_cost(&cost, tx))
        return no_fee(d);
    if (p->setup.model == TREZOR_ONE) {
        one_tx(p, tx, &cost);
        return OK;
    }
    if (device_version_at_least(&p->setup.version, 2, 6, 0)) {
        core_new(p, tx, &cost);
        return OK;
    }
    core_send(p, tx);
    core_data(p, tx);
    core_fees(p, tx, &cost);
    preview_note(p, "the network is not shown, only its unit, and neither is the transaction hash");
    return OK;
}
