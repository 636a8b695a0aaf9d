// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "safe/safe_tx_json.h"
#include "src/base/limits.h"

static const char *const flat_keys[] = {
    "chainId",   "safe",    "version",  "to",       "value",          "data",  "operation",
    "safeTxGas", "baseGas", "gasPrice", "gasToken", "refundReceiver", "nonce", NULL,
};

static enum err read_domain(struct diag *d, struct safe_domain *domain, const struct json *j)
{
    enum err e = ERR_INTERNAL;
    const char *version = NULL;

    if ((e = json_read_u256(d, &domain->chain_id, j, "chainId")) != OK ||
        (e = json_read_address(d, &domain->safe, j, "safe")) != OK ||
        (e = json_read_string(d, &version, j, "version")) != OK)
        return e;
    return safe_version_parse(d, domain, version);
}

static enum err read_data(struct diag *d, struct safe_tx *tx, const struct json *j)
{
    enum err e = ERR_INTERNAL;
    struct buf data;

    buf_init(&data, LIMIT_CALLDATA_BYTES);
    if ((e = json_read_bytes(d, &data, j, "data")) == OK)
        e = safe_tx_set_data(d, tx, data.data, data.len);
    buf_clear(&data);
    return e;
}

static enum err read_operation(struct diag *d, struct safe_tx *tx, const struct json *j,
                               const struct safe_domain *domain)
{
    uint64_t operation = 0;
    enum err e = json_read_u64(d, &operation, j, "operation");

    if (e != OK)
        return e;
    if (operation > SAFE_CREATE)
        return diag_set(d, ERR_FORMAT, "operation: expected 0 (call) or 1 (delegatecall)");
    if (operation == SAFE_CREATE && safe_version_cmp(domain, 1, 0, 0) > 0)
        return diag_set(d, ERR_FORMAT,
                        "operation: 2 (create) exists up to version 1.0.0, found version '%s'",
                        domain->version);
    tx->operation = (enum safe_operation)operation;
    return OK;
}

static enum err read_amounts(struct diag *d, struct safe_tx *tx, const struct json *j)
{
    enum err e = ERR_INTERNAL;

    if ((e = json_read_u256(d, &tx->value, j, "value")) != OK ||
        (e = json_read_u256(d, &tx->safe_tx_gas, j, "safeTxGas")) != OK ||
        (e = json_read_u256(d, &tx->base_gas, j, "baseGas")) != OK ||
        (e = json_read_u256(d, &tx->gas_price, j, "gasPrice")) != OK ||
        (e = json_read_u256(d, &tx->nonce, j, "nonce")) != OK)
        return e;
    return OK;
}

static enum err read_addresses(struct diag *d, struct safe_tx *tx, const struct json *j)
{
    enum err e = ERR_INTERNAL;

    if ((e = json_read_address(d, &tx->to, j, "to")) != OK ||
        (e = json_read_address(d, &tx->gas_token, j, "gasToken")) != OK ||
        (e = json_read_address(d, &tx->refund_receiver, j, "refundReceiver")) != OK)
        return e;
    return OK;
}

enum err safe_tx_read_flat(struct diag *d, struct safe_domain *domain, struct safe_tx *tx,
                           const struct json *j)
{
    enum err e = ERR_INTERNAL;

    memset(domain, 0, sizeof(*domain));
    memset(tx, 0, sizeof(*tx));
    if (json_type(j) != JSON_OBJECT)
        return diag_set(d, ERR_FORMAT, "expected an object with the fields of a SafeTx");
    if ((e = json_only_keys(d, j, flat_keys)) != OK || (e = read_domain(d, domain, j)) != OK ||
        (e = read_addresses(d, tx, j)) != OK || (e = read_amounts(d, tx, j)) != OK ||
        (e = read_operation(d, tx, j, domain)) != OK || (e = read_data(d, tx, j)) != OK) {
        memset(domain, 0, sizeof(*domain));
        safe_tx_clear(tx);
    }
    return e;
}
