// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <string.h>

#include "safe/chain_internal.h"
#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/keccak.h"
#include "src/base/u256.h"

#define REVERT_MAX_BYTES (64 * 1024)

/* One quantity from the first endpoint. params is moved. */
static enum err first_quantity(struct diag *d, struct chain *c, struct u256 *out,
                               const char *method, struct json *params)
{
    struct rpc_answer a;
    enum err e = rpc_call_result(d, c, &a, 0, method, params);

    *out = (struct u256){ { 0 } };
    if (e != OK)
        return e;
    if ((e = rpc_read_quantity(d, out, a.result, method)) != OK)
        (void)rpc_prefix(d, c, 0);
    rpc_answer_clear(&a);
    return e;
}

static enum err read_base_fee(struct diag *d, struct chain *c, struct u256 *out)
{
    struct json *params = json_new_array();
    struct rpc_answer a;
    enum err e = ERR_INTERNAL;

    json_append(params, json_new_string("latest"));
    json_append(params, json_new_bool(false));
    if ((e = rpc_call_result(d, c, &a, 0, "eth_getBlockByNumber", params)) != OK)
        return e;
    if (json_get(a.result, "baseFeePerGas") == NULL)
        e = diag_set(d, ERR_UNSUPPORTED, "the chain has no base fee: EIP-1559 is not active");
    else
        e = rpc_read_quantity(d, out, json_get(a.result, "baseFeePerGas"), "baseFeePerGas");
    if (e != OK)
        (void)rpc_prefix(d, c, 0);
    rpc_answer_clear(&a);
    return e;
}

enum err chain_suggest_fees(struct diag *d, struct chain *c, struct chain_fees *out)
{
    struct u256 base, tip, twice;
    enum err e = read_base_fee(d, c, &base);

    *out = (struct chain_fees){ 0 };
    if (e == OK)
        e = first_quantity(d, c, &tip, "eth_maxPriorityFeePerGas", json_new_array());
    if (e != OK)
        return e;
    /* Twice the base fee lasts for six full blocks. */
    if (!u256_mul_u64(&twice, &base, 2) || !u256_add(&out->max_fee, &twice, &tip))
        return diag_set(d, ERR_FORMAT, "the suggested fees are over 256 bits");
    out->max_priority_fee = tip;
    return OK;
}

enum err chain_gas_price(struct diag *d, struct chain *c, struct u256 *out)
{
    return first_quantity(d, c, out, "eth_gasPrice", json_new_array());
}

enum err chain_account_nonce(struct diag *d, struct chain *c, uint64_t *out,
                             const struct address *account)
{
    struct json *params = json_new_array();
    struct u256 value;
    enum err e = ERR_INTERNAL;

    *out = 0;
    json_append(params, json_new_string(address_format(account).s));
    json_append(params, json_new_string("pending"));
    if ((e = first_quantity(d, c, &value, "eth_getTransactionCount", params)) != OK)
        return e;
    if (!u256_to_u64(&value, out))
        return diag_set(d, ERR_FORMAT, "eth_getTransactionCount: over 64 bits");
    return OK;
}

enum err chain_balance(struct diag *d, struct chain *c, struct u256 *out,
                       const struct address *account)
{
    struct json *params = json_new_array();

    json_append(params, json_new_string(address_format(account).s));
    json_append(params, json_new_string("latest"));
    return first_quantity(d, c, out, "eth_getBalance", params);
}

static enum err estimate_error(struct diag *d, const struct json *error)
{
    struct buf data, why;
    enum err e = ERR_INTERNAL;

    buf_init(&data, REVERT_MAX_BYTES);
    buf_init(&why, 4096);
    if (rpc_is_revert(error, &data)) {
        chain_explain_revert(&why, data.data, data.len);
        e = diag_set(d, ERR_MISMATCH, "the transaction would revert: %.600s", buf_str(&why));
    } else {
        e = rpc_fail(d, error, "eth_estimateGas");
    }
    buf_clear(&data);
    buf_clear(&why);
    return e;
}

enum err chain_estimate_gas(struct diag *d, struct chain *c, uint64_t *out,
                            const struct address *from, const struct address *to,
                            const struct u256 *value, const uint8_t *data, size_t data_len)
{
    struct json *params = json_new_array();
    struct rpc_answer a;
    enum err e = ERR_INTERNAL;

    *out = 0;
    json_append(params, rpc_call_object(from, to, value, data, data_len));
    if ((e = rpc_call(d, c, &a, 0, "eth_estimateGas", params)) != OK)
        return e;
    if (a.error != NULL)
        e = estimate_error(d, a.error);
    else
        e = rpc_read_u64(d, out, a.result, "eth_estimateGas");
    if (e != OK)
        (void)rpc_prefix(d, c, 0);
    rpc_answer_clear(&a);
    return e;
}

/* Does the node know the transaction, whatever it said about sending it? */
static enum err has_transaction(struct diag *d, struct chain *c, bool *out,
                                const struct hash32 *tx_hash)
{
    struct json *params = json_new_array();
    struct rpc_answer a;
    enum err e = ERR_INTERNAL;

    *out = false;
    json_append(params, json_new_string(hash32_format(tx_hash).s));
    if ((e = rpc_call_result(d, c, &a, 0, "eth_getTransactionByHash", params)) != OK)
        return e;
    *out = json_type(a.result) == JSON_OBJECT;
    rpc_answer_clear(&a);
    return OK;
}

enum err chain_send_raw(struct diag *d, struct chain *c, struct hash32 *tx_hash, const uint8_t *raw,
                        size_t raw_len)
{
    struct json *params = json_new_array();
    struct buf text;
    struct rpc_answer a = { 0 };
    struct hash32 ours, theirs;
    bool known = false;
    struct diag ignored = { 0 };
    enum err e = ERR_INTERNAL;

    *tx_hash = (struct hash32){ { 0 } };
    keccak256(&ours, raw, raw_len);
    buf_init(&text, 2 * raw_len + 2);
    buf_add_hex_0x(&text, raw, raw_len);
    json_append(params, json_new_string(buf_str(&text)));
    buf_clear(&text);
    e = rpc_call_result(d, c, &a, 0, "eth_sendRawTransaction", params);
    if (e == OK)
        e = rpc_read_hash(d, &theirs, a.result, "eth_sendRawTransaction");
    if (e == OK && !hash32_eq(&ours, &theirs))
        e = diag_set(d, ERR_MISMATCH, "rpc '%s' says that it sent %s, but the transaction is %s",
                     c->endpoints[0].name, hash32_format(&theirs).s, hash32_format(&ours).s);
    if (e == ERR_NETWORK && has_transaction(&ignored, c, &known, &ours) == OK && known)
        e = OK;
    if (e == OK)
        *tx_hash = ours;
    rpc_answer_clear(&a);
    return e;
}
