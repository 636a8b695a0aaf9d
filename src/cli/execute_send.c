// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/keccak.h"
#include "src/base/limits.h"
#include "src/base/secp.h"
#include "src/base/term.h"
#include "src/base/u256.h"
#include "src/cli/device.h"
#include "src/cli/execute.h"

#define RAW_MAX_BYTES     (3 * LIMIT_CALLDATA_BYTES)
#define DEFAULT_MAX_FEE   1000000000000ULL /* 1000 gwei */
#define DEFAULT_TIMEOUT_S 180
#define LONGEST_TIMEOUT_S 86400
#define BLOCK_GAS_LIMIT   30000000ULL

static enum err ask_for_fees(struct diag *d, struct execution *x, struct chain_fees *out)
{
    enum err e = ERR_INTERNAL;

    *out = (struct chain_fees){ 0 };
    if (args_flag(x->args, "legacy"))
        return chain_gas_price(d, x->chain, &out->max_fee);
    if ((e = chain_suggest_fees(d, x->chain, out)) == ERR_UNSUPPORTED)
        diag_hint(d, "--legacy sends a transaction with a gas price");
    return e;
}

/* What the node suggests is bounded: a wrong answer must not empty the account. */
static enum err choose_fees(struct diag *d, struct execution *x, struct eth_tx *tx)
{
    struct chain_fees fees;
    struct u256 most;
    bool given = false;
    enum err e = common_u256(d, &most, &given, x->args, "max-fee");

    if (e == OK)
        e = ask_for_fees(d, x, &fees);
    if (e != OK)
        return e;
    if (!given)
        most = u256_from_u64(DEFAULT_MAX_FEE);
    if (u256_cmp(&fees.max_fee, &most) > 0) {
        diag_hint(d, "--max-fee WEI allows more");
        return diag_set(d, ERR_LIMIT, "the node suggests up to %s wei for one gas, the limit is %s",
                        u256_format(&fees.max_fee).s, u256_format(&most).s);
    }
    tx->kind = args_flag(x->args, "legacy") ? ETH_TX_LEGACY : ETH_TX_1559;
    tx->max_fee = fees.max_fee;
    tx->max_priority_fee = fees.max_priority_fee;
    return OK;
}

/* Nodes take nothing from an account that could not pay all of it: nobody shall approve that on a
 * device first. */
static enum err check_balance(struct diag *d, struct execution *x, const struct u256 *cost)
{
    struct u256 balance;
    enum err e = chain_balance(d, x->chain, &balance, &x->sender);

    if (e != OK || u256_cmp(&balance, cost) >= 0)
        return e;
    diag_hint(d, "give it more, or let another account pay: it needs no rights");
    return diag_set(d, ERR_LIMIT, "%s holds %s wei, and the transaction may cost %s",
                    address_format(&x->sender).s, u256_format(&balance).s, u256_format(cost).s);
}

static enum err fill(struct diag *d, struct execution *x, struct eth_tx *tx)
{
    uint64_t gas = 0;
    enum err e = chain_estimate_gas(d, x->chain, &gas, &x->sender, &x->to, NULL, x->calldata.data,
                                    x->calldata.len);

    if (e != OK)
        return e;
    if (gas > BLOCK_GAS_LIMIT)
        return diag_set(d, ERR_LIMIT, "the transaction would need %" PRIu64 " gas", gas);
    tx->chain_id = x->profile->chain_id;
    tx->to = x->to;
    tx->data = x->calldata.data;
    tx->data_len = x->calldata.len;
    /* An estimate is the least that works now; the Safe keeps 1/64 back and 500 for its event. */
    tx->gas_limit = gas + gas / 4 + 30000;
    e = choose_fees(d, x, tx);
    return e == OK ? chain_account_nonce(d, x->chain, &tx->nonce, &x->sender) : e;
}

/* Wei with the point 18 digits from the right. */
static void print_fee(const struct u256 *wei)
{
    const struct u256_text digits = u256_format(wei);
    size_t num_digits = strlen(digits.s);
    char text[128];
    size_t len = 0;

    (void)snprintf(text, sizeof(text), "%.*s%s", num_digits < 19 ? (int)(19 - num_digits) : 0,
                   "0000000000000000000", digits.s);
    len = strlen(text);
    term_printf("fee:       at most %.*s.%s ether\n", (int)(len - 18), text, text + len - 18);
}

static enum err ask(struct diag *d, struct execution *x, const struct eth_tx *tx)
{
    char line[16] = "";
    struct u256 cost;
    enum err e = ERR_INTERNAL;

    if (!u256_mul_u64(&cost, &tx->max_fee, tx->gas_limit))
        return diag_set(d, ERR_LIMIT, "the fee is over 256 bits");
    if ((e = check_balance(d, x, &cost)) != OK)
        return e;
    if (!args_json(x->args)) {
        term_printf("chain:     %s\nfrom:      %s (account nonce %" PRIu64 ")\nto:        %s (%s)\n"
                    "calldata:  %zu bytes\ngas:       at most %" PRIu64 "\n",
                    u256_format(&tx->chain_id).s, address_format(&x->sender).s, tx->nonce,
                    address_format(&x->to).s, x->via == VIA_SAFE ? "the Safe" : "the timelock",
                    tx->data_len, tx->gas_limit);
        print_fee(&cost);
    }
    if (args_flag(x->args, "yes"))
        return OK;
    if (args_json(x->args))
        return diag_set(d, ERR_USAGE, "--json goes with --yes: a person says yes to what is shown");
    if ((e = term_finish(d)) == OK)
        e = term_ask(d, line, sizeof(line), "send this transaction? type yes: ");
    if (e == ERR_USAGE)
        diag_hint(d, "--yes sends without asking");
    if (e == OK && strcmp(line, "yes") != 0)
        e = diag_set(d, ERR_REFUSED, "not sent");
    return e;
}

static enum err sign(struct diag *d, struct execution *x, struct buf *raw, const struct eth_tx *tx)
{
    struct sig65 sig;
    enum err e = args_json(x->args) ? OK : device_preview_tx(d, x->signer, tx);

    if (e == OK)
        e = signer_sign_tx(d, x->signer, &sig, tx);
    return e == OK ? eth_tx_encode(d, raw, tx, &sig) : e;
}

/* The hash is shown before anything is sent: an interrupted wait loses nothing. */
static enum err send_raw(struct diag *d, struct execution *x, const struct buf *raw)
{
    struct hash32 sent;
    enum err e = OK;

    keccak256(&x->tx_hash, raw->data, raw->len);
    if (args_json(x->args))
        term_hint("sending transaction %s", hash32_format(&x->tx_hash).s);
    else
        term_printf("transaction %s\n", hash32_format(&x->tx_hash).s);
    if ((e = term_finish(d)) == OK)
        e = chain_send_raw(d, x->chain, &sent, raw->data, raw->len);
    x->sent = e == OK;
    if (e == ERR_NETWORK) {
        e = diag_prefix(d, "not known whether it was sent: %s", hash32_format(&x->tx_hash).s);
        diag_hint(d, "run the same command again: it finds out what became of it");
    }
    return e;
}

static enum err read_timeout(struct diag *d, unsigned *out, const struct args *a)
{
    struct u256 value;
    uint64_t seconds = 0;
    bool given = false;
    enum err e = common_u256(d, &value, &given, a, "timeout");

    *out = DEFAULT_TIMEOUT_S;
    if (e != OK || !given)
        return e;
    if (!u256_to_u64(&value, &seconds) || seconds > LONGEST_TIMEOUT_S)
        return diag_set(d, ERR_USAGE, "--timeout: expected at most %d seconds", LONGEST_TIMEOUT_S);
    *out = (unsigned)seconds;
    return OK;
}

static enum err judge_receipt(struct diag *d, const struct execution *x,
                              const struct chain_receipt *r)
{
    enum exec_outcome outcome = execute_outcome(r, &x->to, execution_hash(x));

    if (!r->status)
        return diag_set(d, ERR_MISMATCH, "transaction %s reverted", hash32_format(&x->tx_hash).s);
    if (x->via == VIA_TIMELOCK || outcome == EXEC_SUCCESS)
        return OK;
    if (outcome == EXEC_FAILURE)
        return diag_set(d, ERR_MISMATCH,
                        "transaction %s: the call that the Safe made failed, and nonce %s is used "
                        "up",
                        hash32_format(&x->tx_hash).s, u256_format(&x->proposal.tx.nonce).s);
    return diag_set(d, ERR_MISMATCH, "transaction %s holds no ExecutionSuccess of SafeTx %s",
                    hash32_format(&x->tx_hash).s, hash32_format(execution_hash(x)).s);
}

static enum err wait_for(struct diag *d, struct execution *x, unsigned timeout_s)
{
    struct chain_receipt r = { 0 };
    enum err e = chain_wait_receipt(d, x->chain, &r, &x->tx_hash, timeout_s);

    if (e == ERR_NETWORK)
        e = diag_prefix(d, "sent, not seen yet: %s", hash32_format(&x->tx_hash).s);
    if (e != OK) {
        diag_hint(d, "run the same command again: it finds out what became of it");
        return e;
    }
    if ((e = judge_receipt(d, x, &r)) == OK)
        e = chain_block_at(d, x->chain, &x->block, r.block_number);
    if (e == OK && !hash32_eq(&x->block.hash, &r.block_hash))
        e = diag_set(d, ERR_MISMATCH, "block %" PRIu64 " was replaced: try again", r.block_number);
    if (e == OK && !args_json(x->args))
        term_printf("in block %" PRIu64 ", %" PRIu64 " gas used\n", r.block_number, r.gas_used);
    chain_receipt_clear(&r);
    return e;
}

enum err execute_send(struct diag *d, struct execution *x)
{
    struct eth_tx tx = { 0 };
    struct buf raw;
    unsigned timeout_s = 0;
    enum err e = read_timeout(d, &timeout_s, x->args);

    buf_init(&raw, RAW_MAX_BYTES);
    if (e == OK)
        e = fill(d, x, &tx);
    if (e == OK)
        e = ask(d, x, &tx);
    if (e == OK)
        e = sign(d, x, &raw, &tx);
    if (e == OK)
        e = send_raw(d, x, &raw);
    if (e == OK)
        e = wait_for(d, x, timeout_s);
    buf_clear(&raw);
    return e;
}
