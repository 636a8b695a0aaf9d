// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "safe/safe_tx_read.h"
#include "src/base/limits.h"
#include "src/base/u256.h"

#define DOMAIN_KEYS "chainId", "safe", "version"
#define TX_KEYS                                                                                \
    "to", "value", "data", "operation", "safeTxGas", "gasPrice", "gasToken", "refundReceiver", \
        "nonce"

static const char *const flat_keys[] = { DOMAIN_KEYS, TX_KEYS, "baseGas", NULL };
static const char *const input_keys[] = { DOMAIN_KEYS, TX_KEYS,      "baseGas",
                                          "dataGas",   "safeTxHash", "contractTransactionHash",
                                          NULL };

enum err safe_tx_read_number(struct diag *d, struct u256 *out, const struct json *j,
                             const char *key, int flags)
{
    const char *text = json_string(json_get(j, key));

    if ((flags & READ_HEX_NUMBERS) == 0 || text == NULL || strncmp(text, "0x", 2) != 0)
        return json_read_u256(d, out, j, key);
    if (u256_parse(d, out, text) != OK)
        return diag_prefix(d, "'%s'", key);
    return OK;
}

static enum err read_data(struct diag *d, struct safe_tx *tx, const struct json *j, int flags)
{
    const struct json *member = json_get(j, "data");
    enum err e = ERR_INTERNAL;
    struct buf data;

    if ((flags & READ_NULL_DATA) != 0 && member != NULL && json_type(member) == JSON_NULL)
        return OK;
    buf_init(&data, LIMIT_CALLDATA_BYTES);
    if ((e = json_read_bytes(d, &data, j, "data")) == OK)
        e = safe_tx_set_data(d, tx, data.data, data.len);
    buf_clear(&data);
    return e;
}

static enum err read_operation(struct diag *d, struct safe_tx *tx, const struct json *j,
                               const struct safe_domain *domain, int flags)
{
    struct u256 number;
    uint64_t operation = 0;
    enum err e = safe_tx_read_number(d, &number, j, "operation", flags);

    if (e != OK)
        return e;
    if (!u256_to_u64(&number, &operation) || operation > SAFE_CREATE)
        return diag_set(d, ERR_FORMAT,
                        "'operation': expected 0 (call) or 1 (delegatecall), found %s",
                        u256_format(&number).s);
    if (operation == SAFE_CREATE && safe_version_cmp(domain, 1, 0, 0) > 0)
        return diag_set(d, ERR_FORMAT,
                        "'operation': 2 (create) exists only up to version 1.0.0, this Safe has %s",
                        domain->version[0] != '\0' ? domain->version : "a later one");
    tx->operation = (enum safe_operation)operation;
    return OK;
}

static enum err read_base_gas(struct diag *d, struct safe_tx *tx, const struct json *j,
                              const struct safe_domain *domain, int flags)
{
    if (json_get(j, "dataGas") == NULL)
        return safe_tx_read_number(d, &tx->base_gas, j, "baseGas", flags);
    if (domain->form != SAFE_FORM_0_1)
        return diag_set(d, ERR_FORMAT, "'dataGas': the field is called baseGas from 1.0.0 on");
    if (json_get(j, "baseGas") != NULL)
        return diag_set(d, ERR_FORMAT,
                        "'dataGas': baseGas is the same field, expected one of them");
    return safe_tx_read_number(d, &tx->base_gas, j, "dataGas", flags);
}

enum err safe_tx_read_fields(struct diag *d, struct safe_tx *tx, const struct json *j,
                             const struct safe_domain *domain, int flags)
{
    enum err e = ERR_INTERNAL;

    *tx = (struct safe_tx){ 0 };
    if ((e = json_read_address(d, &tx->to, j, "to")) != OK ||
        (e = safe_tx_read_number(d, &tx->value, j, "value", flags)) != OK ||
        (e = read_data(d, tx, j, flags)) != OK ||
        (e = read_operation(d, tx, j, domain, flags)) != OK ||
        (e = safe_tx_read_number(d, &tx->safe_tx_gas, j, "safeTxGas", flags)) != OK ||
        (e = read_base_gas(d, tx, j, domain, flags)) != OK ||
        (e = safe_tx_read_number(d, &tx->gas_price, j, "gasPrice", flags)) != OK ||
        (e = json_read_address(d, &tx->gas_token, j, "gasToken")) != OK ||
        (e = json_read_address(d, &tx->refund_receiver, j, "refundReceiver")) != OK ||
        (e = safe_tx_read_number(d, &tx->nonce, j, "nonce", flags)) != OK)
        safe_tx_clear(tx);
    return e;
}

static enum err read_domain(struct diag *d, struct safe_domain *domain, const struct json *j)
{
    enum err e = ERR_INTERNAL;
    const char *version = NULL;

    if ((e = json_read_u256(d, &domain->chain_id, j, "chainId")) != OK ||
        (e = json_read_address(d, &domain->safe, j, "safe")) != OK ||
        (e = json_read_string(d, &version, j, "version")) != OK)
        return e;
    if (safe_version_parse(d, domain, version) != OK)
        return diag_prefix(d, "'version'");
    return OK;
}

static enum err read_flat(struct diag *d, struct safe_domain *domain, struct safe_tx *tx,
                          const struct json *j, const char *const *keys)
{
    enum err e = ERR_INTERNAL;

    memset(domain, 0, sizeof(*domain));
    *tx = (struct safe_tx){ 0 };
    if ((e = json_only_keys(d, j, keys)) != OK || (e = read_domain(d, domain, j)) != OK ||
        (e = safe_tx_read_fields(d, tx, j, domain, 0)) != OK)
        memset(domain, 0, sizeof(*domain));
    return e;
}

enum err safe_tx_read_flat(struct diag *d, struct safe_domain *domain, struct safe_tx *tx,
                           const struct json *j)
{
    return read_flat(d, domain, tx, j, flat_keys);
}

enum err safe_tx_read_claim(struct diag *d, struct safe_tx_input *out, const struct json *j)
{
    static const char *const keys[] = { "safeTxHash", "contractTransactionHash" };

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        struct hash32 claim;

        if (json_get(j, keys[i]) == NULL)
            continue;
        if (json_read_hash(d, &claim, j, keys[i]) != OK)
            return d->code;
        if (out->has_claimed_hash && !hash32_eq(&claim, &out->claimed_hash))
            return diag_set(d, ERR_FORMAT, "safeTxHash and contractTransactionHash are two hashes");
        out->has_claimed_hash = true;
        out->claimed_hash = claim;
    }
    return OK;
}

enum err safe_tx_read_flat_input(struct diag *d, struct safe_tx_input *out, const struct json *j)
{
    enum err e = read_flat(d, &out->domain, &out->tx, j, input_keys);

    out->source = SAFE_TX_FLAT;
    return e == OK ? safe_tx_read_claim(d, out, j) : e;
}
