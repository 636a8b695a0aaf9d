// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "safe/safe_tx_read.h"
#include "src/base/u256.h"

/* Source: EIP-712; typehashes of the Safe contracts, see safe_tx.c. */
struct member {
    const char *name;
    const char *type;
};

static const struct member domain_members[] = {
    { "chainId", "uint256" }, /* from 1.3.0 on */
    { "verifyingContract", "address" },
};

#define NUM_TX_MEMBERS 10
#define BASE_GAS_AT    5 /* "dataGas" in SAFE_FORM_0_1 */
static const struct member tx_members[NUM_TX_MEMBERS] = {
    { "to", "address" },       { "value", "uint256" },     { "data", "bytes" },
    { "operation", "uint8" },  { "safeTxGas", "uint256" }, { "baseGas", "uint256" },
    { "gasPrice", "uint256" }, { "gasToken", "address" },  { "refundReceiver", "address" },
    { "nonce", "uint256" },
};

static const char *member_name(enum safe_form form, size_t i)
{
    return i == BASE_GAS_AT && form == SAFE_FORM_0_1 ? "dataGas" : tx_members[i].name;
}

static bool member_is(const struct json *list, size_t i, const char *name, const char *type)
{
    const struct json *j = json_at(list, i);
    const char *found_name = json_string(json_get(j, "name"));
    const char *found_type = json_string(json_get(j, "type"));

    return found_name != NULL && found_type != NULL && json_len(j) == 2 &&
           strcmp(found_name, name) == 0 && strcmp(found_type, type) == 0;
}

static bool is_tx_type(const struct json *list, enum safe_form form)
{
    if (json_len(list) != NUM_TX_MEMBERS)
        return false;
    for (size_t i = 0; i < NUM_TX_MEMBERS; i++) {
        if (!member_is(list, i, member_name(form, i), tx_members[i].type))
            return false;
    }
    return true;
}

/* EIP712Domain may be left out, as some libraries do: the domain's members say the same. */
static bool is_domain_type(const struct json *list, bool with_chain)
{
    size_t first = with_chain ? 0 : 1;
    size_t num_members = 2 - first;

    if (list == NULL)
        return true;
    if (json_len(list) != num_members)
        return false;
    for (size_t i = 0; i < num_members; i++) {
        if (!member_is(list, i, domain_members[first + i].name, domain_members[first + i].type))
            return false;
    }
    return true;
}

static enum err read_form(struct diag *d, enum safe_form *out, const struct json *types,
                          bool with_chain)
{
    static const char *const keys[] = { "EIP712Domain", "SafeTx", NULL };
    const struct json *tx_type = json_get(types, "SafeTx");
    enum err e = json_only_keys(d, types, keys);

    *out = SAFE_FORM_NONE;
    if (e != OK)
        return diag_prefix(d, "'types'");
    if (!is_domain_type(json_get(types, "EIP712Domain"), with_chain))
        return diag_set(d, ERR_FORMAT,
                        "'types.EIP712Domain': expected the members of 'domain' in the order of a "
                        "Safe: uint256 chainId (from 1.3.0 on), address verifyingContract");
    if (is_tx_type(tx_type, SAFE_FORM_1_0))
        *out = with_chain ? SAFE_FORM_1_3 : SAFE_FORM_1_0;
    else if (!with_chain && is_tx_type(tx_type, SAFE_FORM_0_1))
        *out = SAFE_FORM_0_1;
    else
        return diag_set(d, ERR_FORMAT,
                        "'types.SafeTx': expected exactly the ten members of a Safe transaction, "
                        "in order");
    return OK;
}

static enum err read_domain(struct diag *d, struct safe_domain *domain, const struct json *j,
                            const struct json *types)
{
    static const char *const keys[] = { "chainId", "verifyingContract", NULL };
    bool with_chain = json_get(j, "chainId") != NULL;

    if (json_only_keys(d, j, keys) != OK ||
        json_read_address(d, &domain->safe, j, "verifyingContract") != OK ||
        (with_chain &&
         safe_tx_read_number(d, &domain->chain_id, j, "chainId", READ_HEX_NUMBERS) != OK))
        return diag_prefix(d, "'domain'");
    return read_form(d, &domain->form, types, with_chain);
}

static enum err read_message(struct diag *d, struct safe_tx_input *out, const struct json *j)
{
    const char *keys[NUM_TX_MEMBERS + 1] = { NULL };

    for (size_t i = 0; i < NUM_TX_MEMBERS; i++)
        keys[i] = member_name(out->domain.form, i);
    if (json_only_keys(d, j, keys) != OK ||
        safe_tx_read_fields(d, &out->tx, j, &out->domain, READ_HEX_NUMBERS) != OK)
        return diag_prefix(d, "'message'");
    return OK;
}

enum err safe_tx_read_typed_data(struct diag *d, struct safe_tx_input *out, const struct json *j)
{
    static const char *const keys[] = { "types", "primaryType", "domain", "message", NULL };
    const struct json *types = NULL;
    const struct json *domain = NULL;
    const struct json *message = NULL;
    const char *primary_type = NULL;
    enum err e = ERR_INTERNAL;

    out->source = SAFE_TX_TYPED_DATA;
    if ((e = json_only_keys(d, j, keys)) != OK ||
        (e = json_read_object(d, &types, j, "types")) != OK ||
        (e = json_read_object(d, &domain, j, "domain")) != OK ||
        (e = json_read_object(d, &message, j, "message")) != OK ||
        (e = json_read_string(d, &primary_type, j, "primaryType")) != OK)
        return e;
    if (strcmp(primary_type, "SafeTx") != 0)
        return diag_set(d, ERR_FORMAT, "'primaryType': expected SafeTx, found '%.64s'",
                        primary_type);
    if ((e = read_domain(d, &out->domain, domain, types)) != OK)
        return e;
    return read_message(d, out, message);
}

void safe_tx_typed_data(struct typed_data *out, const struct safe_tx *tx,
                        const struct safe_domain *domain)
{
    const struct u256 operation = u256_from_u64(tx->operation);

    *out = (struct typed_data){ .domain = { .name = "EIP712Domain" },
                                .message = { .name = "SafeTx" } };
    if (domain->form == SAFE_FORM_1_3)
        typed_add_uint(&out->domain, "chainId", 32, &domain->chain_id);
    typed_add_address(&out->domain, "verifyingContract", &domain->safe);
    typed_add_address(&out->message, "to", &tx->to);
    typed_add_uint(&out->message, "value", 32, &tx->value);
    typed_add_bytes(&out->message, "data", tx->data, tx->data_len);
    typed_add_uint(&out->message, "operation", 1, &operation);
    typed_add_uint(&out->message, "safeTxGas", 32, &tx->safe_tx_gas);
    typed_add_uint(&out->message, member_name(domain->form, BASE_GAS_AT), 32, &tx->base_gas);
    typed_add_uint(&out->message, "gasPrice", 32, &tx->gas_price);
    typed_add_address(&out->message, "gasToken", &tx->gas_token);
    typed_add_address(&out->message, "refundReceiver", &tx->refund_receiver);
    typed_add_uint(&out->message, "nonce", 32, &tx->nonce);
}

struct json *safe_tx_to_typed_data(const struct safe_tx *tx, const struct safe_domain *domain)
{
    struct typed_data typed;

    safe_tx_typed_data(&typed, tx, domain);
    return typed_data_to_json(&typed);
}
