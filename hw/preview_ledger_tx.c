// SPDX-License-Identifier: Apache-2.0
#include "hw/preview_build.h"
#include "src/base/address.h"
#include "src/base/u256.h"

/*
 * Transactions in the Ethereum app. Source: app-ethereum 1.16.1 (src_bagl), 1.18.1 and 1.22.0
 * (ui_approve_tx.c); the runs are in fixtures/devices.
 */

/* The unit moved behind the number in 1.19.3 for fees, in 1.20.0 for amounts. */
static void ledger_amount(const struct preview *p, struct preview_pairs *pairs, const char *title,
                          const struct u256 *value, const struct preview_network *n, bool is_fee)
{
    const char *unit = n->ledger_unit != NULL ? n->ledger_unit : "???";
    const struct device_version *v = &p->setup.version;
    const bool unit_first =
        !device_version_at_least(v, 1, 20, 0) && !(is_fee && device_version_at_least(v, 1, 19, 3));
    struct buf text;

    buf_init(&text, 256);
    if (unit_first)
        buf_addf(&text, "%s ", unit);
    preview_add_decimal(&text, value, 18, false);
    if (!unit_first)
        buf_addf(&text, " %s", unit);
    preview_pairs_add(pairs, title, buf_str(&text));
    buf_clear(&text);
}

static void ledger_network(struct preview *p, struct preview_pairs *pairs, const struct eth_tx *tx,
                           const struct preview_network *n)
{
    if (n->chain_id == 1)
        return;
    preview_pairs_add(pairs, "Network",
                      n->ledger_name != NULL ? n->ledger_name : u256_format(&tx->chain_id).s);
    if (n->ledger_name == NULL)
        preview_note(p, "the app may know this network: then its name stands for the number, and "
                        "its unit for ???");
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
    const struct preview_network *network;
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
    struct ledger_facts f = { .tx = tx, .network = preview_network_of(&tx->chain_id) };
    const struct address_text from =
        signer != NULL ? address_format(signer) : (struct address_text){ "" };
    enum err e = eth_tx_digest(d, &f.hash, tx);

    p->mode = PREVIEW_TRANSACTION;
    if (e == OK)
        e = preview_max_cost(d, &f.cost, tx);
    if (e != OK)
        return e;
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
    preview_note(p, "with the setting 'Nonce' on, Nonce stands behind To");
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
