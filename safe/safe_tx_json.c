// SPDX-License-Identifier: Apache-2.0
#include "safe/safe_tx_json.h"

#include <string.h>

#include "safe/safe_tx_read.h"
#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/u256.h"

#define PROPOSAL_FORMAT "countersign/proposal/1"

/* Source: Safe Transaction Service 6.10.1, v1 and v2, and the request that proposes. */
static const char *const service_keys[] = {
    "safe",           "to",
    "value",          "data",
    "operation",      "gasToken",
    "safeTxGas",      "baseGas",
    "gasPrice",       "refundReceiver",
    "nonce",          "executionDate",
    "submissionDate", "modified",
    "blockNumber",    "transactionHash",
    "safeTxHash",     "contractTransactionHash",
    "proposer",       "proposedByDelegate",
    "executor",       "isExecuted",
    "isSuccessful",   "ethGasPrice",
    "maxFeePerGas",   "maxPriorityFeePerGas",
    "gasUsed",        "fee",
    "payment",        "origin",
    "dataDecoded",    "confirmationsRequired",
    "confirmations",  "trusted",
    "signatures",     "sender",
    "signature",      "transfers",
    "txType",         NULL,
};
static const char *const list_keys[] = { "count", "next", "previous", "results", "countUniqueNonce",
                                         NULL };

void safe_tx_input_clear(struct safe_tx_input *in)
{
    safe_tx_clear(&in->tx);
    memset(in, 0, sizeof(*in));
}

/* Two known versions, but for their suffixes. */
static bool same_release(const char *a, const char *b)
{
    size_t n = strcspn(a, "+");

    return n == strcspn(b, "+") && memcmp(a, b, n) == 0;
}

/* A hint against what the input says itself. */
static enum err check_hints(struct diag *d, const struct safe_domain *domain,
                            const struct safe_tx_hints *hints)
{
    struct safe_domain hinted = { 0 };
    enum err e = OK;

    if (hints->has_chain_id && domain->form == SAFE_FORM_1_3 &&
        !u256_eq(&hints->chain_id, &domain->chain_id))
        return diag_set(d, ERR_MISMATCH, "expected chain id %s, the input has %s",
                        u256_format(&hints->chain_id).s, u256_format(&domain->chain_id).s);
    if (hints->has_safe && !address_eq(&hints->safe, &domain->safe))
        return diag_set(d, ERR_MISMATCH, "expected Safe %s, the input has %s",
                        address_format(&hints->safe).s, address_format(&domain->safe).s);
    if (!hints->has_version)
        return OK;
    if ((e = safe_version_parse(d, &hinted, hints->version)) != OK)
        return e;
    if (hinted.form == domain->form &&
        (domain->version[0] == '\0' || same_release(hints->version, domain->version)))
        return OK;
    return diag_set(d, ERR_MISMATCH, "expected Safe version %s, the input has %s", hints->version,
                    domain->version[0] != '\0' ? domain->version : "the form of another one");
}

static enum err read_flat(struct diag *d, struct safe_tx_input *out, const struct json *j,
                          const struct safe_tx_hints *hints)
{
    enum err e = safe_tx_read_flat_input(d, out, j);

    return e == OK ? check_hints(d, &out->domain, hints) : e;
}

static enum err read_typed_data(struct diag *d, struct safe_tx_input *out, const struct json *j,
                                const struct safe_tx_hints *hints)
{
    enum err e = ERR_INTERNAL;

    if ((e = safe_tx_read_typed_data(d, out, j)) != OK ||
        (e = check_hints(d, &out->domain, hints)) != OK)
        return e;
    if (hints->has_version && (e = safe_version_parse(d, &out->domain, hints->version)) != OK)
        return e;
    if (hints->has_chain_id)
        out->domain.chain_id = hints->chain_id;
    if (out->tx.operation == SAFE_CREATE && safe_version_cmp(&out->domain, 1, 0, 0) > 0)
        return diag_set(d, ERR_FORMAT, "'operation': 2 (create) exists only up to version 1.0.0");
    return OK;
}

static enum err read_service(struct diag *d, struct safe_tx_input *out, const struct json *j,
                             const struct safe_tx_hints *hints)
{
    enum err e = ERR_INTERNAL;

    out->source = SAFE_TX_SERVICE;
    if ((e = json_only_keys(d, j, service_keys)) != OK ||
        (e = json_read_address(d, &out->domain.safe, j, "safe")) != OK)
        return e;
    if (!hints->has_chain_id || !hints->has_version) {
        diag_hint(d, "give --chain-id and --safe-version, or a --profile");
        return diag_set(d, ERR_USAGE, "the service's object has no %s: --%s is required",
                        hints->has_chain_id ? "Safe version" : "chain id",
                        hints->has_chain_id ? "safe-version" : "chain-id");
    }
    out->domain.chain_id = hints->chain_id;
    if ((e = safe_version_parse(d, &out->domain, hints->version)) != OK ||
        (e = check_hints(d, &out->domain, hints)) != OK ||
        (e = safe_tx_read_fields(d, &out->tx, j, &out->domain, READ_NULL_DATA)) != OK)
        return e;
    return safe_tx_read_claim(d, out, j);
}

static enum err read_proposal(struct diag *d, struct safe_tx_input *out, const struct json *j,
                              const struct safe_tx_hints *hints)
{
    const struct json *flat = NULL;
    const char *format = NULL;
    enum err e = ERR_INTERNAL;

    out->source = SAFE_TX_PROPOSAL;
    if ((e = json_read_string(d, &format, j, "format")) != OK)
        return e;
    if (strcmp(format, PROPOSAL_FORMAT) != 0)
        return diag_set(d, ERR_UNSUPPORTED, "'format': expected " PROPOSAL_FORMAT ", found '%.64s'",
                        format);
    if ((e = json_read_object(d, &flat, j, "safeTx")) != OK ||
        (e = json_read_hash(d, &out->claimed_hash, j, "safeTxHash")) != OK)
        return e;
    out->has_claimed_hash = true;
    if (safe_tx_read_flat(d, &out->domain, &out->tx, flat) != OK)
        return diag_prefix(d, "'safeTx'");
    return check_hints(d, &out->domain, hints);
}

/* Several candidates, by nonce and hash. Nothing here has been checked. */
static enum err refuse_several(struct diag *d, const struct json *list)
{
    const size_t max_shown = 8;
    struct buf text;
    size_t n = json_len(list);

    buf_init(&text, sizeof(d->msg) - 1);
    for (size_t i = 0; i < n && i < max_shown; i++) {
        const struct json *j = json_at(list, i);
        const char *hash = json_string(json_get(j, "safeTxHash"));
        struct u256 nonce;
        struct diag ignored = { 0 };

        buf_addf(&text, "%s nonce %s, %.66s", i > 0 ? ";" : "",
                 json_read_u256(&ignored, &nonce, j, "nonce") == OK ? u256_format(&nonce).s : "?",
                 hash != NULL ? hash : "without a hash");
    }
    (void)diag_set(d, ERR_USAGE, "a list with %zu transactions, expected one:%s%s", n,
                   buf_str(&text), n > max_shown ? "; and more" : "");
    diag_hint(d, "cut the one that you mean out of \"results\"");
    buf_clear(&text);
    return d->code;
}

static enum err read_list(struct diag *d, struct safe_tx_input *out, const struct json *j,
                          const struct safe_tx_hints *hints)
{
    const struct json *results = NULL;
    enum err e = ERR_INTERNAL;

    if ((e = json_only_keys(d, j, list_keys)) != OK ||
        (e = json_read_array(d, &results, j, "results")) != OK)
        return e;
    if (json_len(results) == 0)
        return diag_set(d, ERR_FORMAT, "'results': an empty list, expected one transaction");
    if (json_len(results) > 1)
        return refuse_several(d, results);
    return read_service(d, out, json_at(results, 0), hints);
}

/* The flat form names its chain and version; the service's object never does. */
static bool is_service(const struct json *j)
{
    static const char *const marks[] = { "safeTxHash", "contractTransactionHash", "submissionDate",
                                         "isExecuted", "confirmations",           "trusted" };

    if (json_get(j, "chainId") != NULL || json_get(j, "version") != NULL)
        return false;
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (json_get(j, marks[i]) != NULL)
            return true;
    }
    return false;
}

static enum err read_any(struct diag *d, struct safe_tx_input *out, const struct json *j,
                         const struct safe_tx_hints *hints)
{
    if (json_get(j, "format") != NULL)
        return read_proposal(d, out, j, hints);
    if (json_get(j, "results") != NULL)
        return read_list(d, out, j, hints);
    if (json_get(j, "types") != NULL || json_get(j, "primaryType") != NULL)
        return read_typed_data(d, out, j, hints);
    if (is_service(j))
        return read_service(d, out, j, hints);
    return read_flat(d, out, j, hints);
}

enum err safe_tx_from_json(struct diag *d, struct safe_tx_input *out, const struct json *j,
                           const struct safe_tx_hints *hints)
{
    static const struct safe_tx_hints none = { 0 };
    struct safe_tx_input in = { 0 };
    enum err e = read_any(d, &in, j, hints != NULL ? hints : &none);

    *out = (struct safe_tx_input){ 0 };
    if (e == OK)
        *out = in; /* moved */
    else
        safe_tx_input_clear(&in);
    return e;
}

struct json *safe_tx_to_json(const struct safe_tx *tx, const struct safe_domain *domain)
{
    struct json *j = json_new_object();

    json_set_u256(j, "chainId", &domain->chain_id);
    json_set_address(j, "safe", &domain->safe);
    json_set_string(j, "version", domain->version);
    json_set_address(j, "to", &tx->to);
    json_set_u256(j, "value", &tx->value);
    json_set_bytes(j, "data", tx->data, tx->data_len);
    json_set_int(j, "operation", tx->operation);
    json_set_u256(j, "safeTxGas", &tx->safe_tx_gas);
    json_set_u256(j, "baseGas", &tx->base_gas);
    json_set_u256(j, "gasPrice", &tx->gas_price);
    json_set_address(j, "gasToken", &tx->gas_token);
    json_set_address(j, "refundReceiver", &tx->refund_receiver);
    json_set_u256(j, "nonce", &tx->nonce);
    return j;
}

enum err safe_tx_check_claim(struct diag *d, const struct safe_tx_input *in,
                             const struct safe_hashes *hashes)
{
    if (!in->has_claimed_hash || hash32_eq(&in->claimed_hash, &hashes->safe_tx))
        return OK;
    return diag_set(d, ERR_MISMATCH, "the input claims SafeTx hash %s, its fields hash to %s",
                    hash32_format(&in->claimed_hash).s, hash32_format(&hashes->safe_tx).s);
}
