// SPDX-License-Identifier: Apache-2.0
#include "safe/batch.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/u256.h"
#include "src/base/yaml.h"

void batch_clear(struct batch *b)
{
    for (size_t i = 0; i < b->num_calls; i++)
        action_call_clear(&b->calls[i]);
    free(b->calls);
    *b = (struct batch){ 0 };
}

static enum err batch_reserve(struct diag *d, struct batch *b, size_t num_calls)
{
    if (num_calls == 0)
        return diag_set(d, ERR_FORMAT, "the batch is empty");
    if (num_calls > LIMIT_CALLS)
        return diag_set(d, ERR_LIMIT, "%zu calls, over the limit of %d", num_calls, LIMIT_CALLS);
    b->calls = calloc(num_calls, sizeof(*b->calls));
    return b->calls != NULL ? OK : diag_set(d, ERR_NOMEM, "out of memory");
}

/* ---- YAML: a list of actions ---------------------------------------------------------------- */

/* action is set if item_fields says OK. */
struct item {
    const struct yaml_node *action, *contract, *function, *args, *value;
};

static enum err item_fields(struct diag *d, struct item *out, const struct yaml *y,
                            const struct yaml_node *map)
{
    *out = (struct item){ 0 };
    if (map->type != YAML_MAPPING)
        return yaml_error(d, ERR_FORMAT, y, map, "expected an action (a mapping)");
    for (size_t i = 0; i < map->num_pairs; i++) {
        const struct yaml_node *value = map->pairs[i].value;
        const char *key = map->pairs[i].key->text;
        const bool list = strcmp(key, "args") == 0;

        if (strcmp(key, "action") == 0)
            out->action = value;
        else if (strcmp(key, "contract") == 0)
            out->contract = value;
        else if (strcmp(key, "function") == 0)
            out->function = value;
        else if (strcmp(key, "value") == 0)
            out->value = value;
        else if (list)
            out->args = value;
        else
            return yaml_error(d, ERR_FORMAT, y, map->pairs[i].key, "unknown key '%.64s'", key);
        if (value->type != (list ? YAML_SEQUENCE : YAML_SCALAR))
            return yaml_error(d, ERR_FORMAT, y, value, "%s: expected %s", key,
                              list ? "a list" : "a single value");
    }
    if (out->action == NULL)
        return yaml_error(d, ERR_FORMAT, y, map, "'action' is missing");
    return OK;
}

static const char *text_of(const struct yaml_node *n)
{
    return n != NULL ? n->text : NULL;
}

static enum err item_build(struct diag *d, struct action_call *out, const struct profile *p,
                           const struct yaml *y, const struct yaml_node *map,
                           const char *compose_hash)
{
    const char *args[LIMIT_ABI_PARAMS] = { compose_hash };
    struct item item;
    struct action_request request;
    enum err e = item_fields(d, &item, y, map);

    if (e != OK)
        return e;
    request = (struct action_request){ .action = item.action->text,
                                       .contract = text_of(item.contract),
                                       .function = text_of(item.function),
                                       .value = text_of(item.value),
                                       .args = args };
    if (item.args != NULL) {
        if (item.args->num_items > LIMIT_ABI_PARAMS)
            return yaml_error(d, ERR_LIMIT, y, item.args, "over the limit of %d arguments",
                              LIMIT_ABI_PARAMS);
        for (size_t i = 0; i < item.args->num_items; i++) {
            args[i] = item.args->items[i]->text;
            if (args[i] == NULL)
                return yaml_error(d, ERR_FORMAT, y, item.args->items[i],
                                  "expected a single value; write lists as \"[a,b]\"");
        }
        request.num_args = item.args->num_items;
    } else if (strcmp(request.action, "add-compose-hash") == 0 && compose_hash != NULL) {
        request.num_args = 1;
    }
    e = action_build(d, out, p, &request);
    return e == OK ? OK : diag_prefix(d, "line %u", map->line);
}

static enum err parse_yaml(struct diag *d, struct batch *out, const struct profile *p,
                           const void *data, size_t data_len, const char *what,
                           const char *compose_hash)
{
    struct yaml *y = NULL;
    const struct yaml_node *root = NULL;
    enum err e = yaml_parse(d, &y, data, data_len, what);

    if (e != OK)
        return e;
    root = yaml_root(y);
    if (root->type != YAML_SEQUENCE)
        e = yaml_error(d, ERR_FORMAT, y, root, "expected a list of actions");
    else
        e = batch_reserve(d, out, root->num_items);
    for (size_t i = 0; e == OK && i < root->num_items; i++) {
        e = item_build(d, &out->calls[i], p, y, root->items[i], compose_hash);
        if (e == OK)
            out->num_calls++;
    }
    yaml_free(y);
    return e;
}

/* ---- Transaction Builder -------------------------------------------------------------------- */

/* "(uint256 a,address b)[]" from {"type":"tuple[]","components":[…]}; bounded by the JSON depth. */
static enum err add_parameter(struct diag *d, struct buf *out, const struct json *input)
{
    const struct json *components = json_get(input, "components");
    const char *type = NULL;
    enum err e = json_read_string(d, &type, input, "type");

    if (e != OK)
        return e;
    if (strncmp(type, "tuple", 5) != 0) {
        buf_add_str(out, type);
    } else {
        buf_add_str(out, "(");
        for (size_t i = 0; e == OK && i < json_len(components); i++) {
            buf_add_str(out, i > 0 ? "," : "");
            e = add_parameter(d, out, json_at(components, i));
        }
        buf_add_str(out, ")");
        buf_add_str(out, type + 5);
    }
    return e;
}

static enum err encode_inputs(struct diag *d, struct buf *out, const struct abi_function *fn,
                              const struct json *inputs, const struct json *values)
{
    struct abi_value args = { 0 };
    enum err e = OK;

    args.items = calloc(fn->params.num_inner + 1, sizeof(*args.items));
    if (args.items == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    args.num_items = fn->params.num_inner;
    for (size_t i = 0; e == OK && i < args.num_items; i++) {
        const char *name = NULL;
        const char *text = NULL;

        e = json_read_string(d, &name, json_at(inputs, i), "name");
        if (e == OK)
            e = json_read_string(d, &text, values, name);
        if (e == OK)
            e = abi_value_parse(d, &args.items[i], &fn->params.inner[i], text);
        if (e != OK && name != NULL)
            (void)diag_prefix(d, "input '%.64s'", name);
    }
    buf_add(out, fn->selector, sizeof(fn->selector));
    if (e == OK)
        e = abi_encode(d, out, &fn->params, &args);
    abi_value_clear(&args);
    return e;
}

/* Calldata from contractMethod and contractInputsValues. */
static enum err encode_method(struct diag *d, struct buf *out, const struct json *tx)
{
    const struct json *method = NULL;
    const struct json *inputs = NULL;
    const struct json *values = NULL;
    const char *name = NULL;
    struct abi_function fn = { 0 };
    struct buf signature;
    enum err e = ERR_INTERNAL;

    buf_init(&signature, LIMIT_LINE_BYTES);
    if ((e = json_read_object(d, &method, tx, "contractMethod")) != OK ||
        (e = json_read_string(d, &name, method, "name")) != OK ||
        (e = json_read_array(d, &inputs, method, "inputs")) != OK ||
        (e = json_read_object(d, &values, tx, "contractInputsValues")) != OK)
        goto done;
    buf_addf(&signature, "%s(", name);
    for (size_t i = 0; i < json_len(inputs); i++) {
        buf_add_str(&signature, i > 0 ? "," : "");
        if ((e = add_parameter(d, &signature, json_at(inputs, i))) != OK)
            goto done;
    }
    buf_add_str(&signature, ")");
    if ((e = buf_check(d, &signature, "signature")) != OK ||
        (e = abi_function_parse(d, &fn, buf_str(&signature))) != OK)
        goto done;
    e = encode_inputs(d, out, &fn, inputs, values);
done:
    abi_function_clear(&fn);
    buf_clear(&signature);
    return e;
}

static enum err builder_transaction(struct diag *d, struct action_call *out,
                                    const struct profile *p, const struct json *tx)
{
    static const char *const keys[] = {
        "to", "value", "data", "contractMethod", "contractInputsValues", "operation", NULL
    };
    const struct json *data = json_get(tx, "data");
    struct call call = { 0 };
    struct u256 operation = { 0 };
    struct buf bytes;
    enum err e = ERR_INTERNAL;

    buf_init(&bytes, LIMIT_CALLDATA_BYTES);
    if ((e = json_only_keys(d, tx, keys)) != OK ||
        (e = json_read_address(d, &call.to, tx, "to")) != OK ||
        (e = json_read_u256(d, &call.value, tx, "value")) != OK)
        goto done;
    if (json_get(tx, "operation") != NULL &&
        (e = json_read_u256(d, &operation, tx, "operation")) != OK)
        goto done;
    if (!u256_is_zero(&operation)) {
        e = diag_set(d, ERR_UNSUPPORTED, "'operation' is not 0 (call)");
        goto done;
    }
    if (data != NULL && json_type(data) == JSON_STRING)
        e = json_read_bytes(d, &bytes, tx, "data");
    else if (data == NULL || json_type(data) == JSON_NULL)
        e = encode_method(d, &bytes, tx);
    else
        e = diag_set(d, ERR_FORMAT, "'data': expected a string or null");
    if (e != OK || (e = buf_check(d, &bytes, "calldata")) != OK)
        goto done;
    call.data = bytes_dup(bytes.data, bytes.len);
    call.data_len = bytes.len;
    e = call.data != NULL ? action_from_call(d, out, p, &call)
                          : diag_set(d, ERR_NOMEM, "out of memory");
done:
    buf_clear(&bytes);
    return e;
}

/* The file is for this chain and, if it says so, this Safe. */
static enum err check_builder_head(struct diag *d, const struct profile *p, const struct json *root)
{
    const struct json *meta = json_get(root, "meta");
    const char *from = json_string(json_get(meta, "createdFromSafeAddress"));
    struct address safe;
    struct u256 chain_id;
    enum err e = json_read_u256(d, &chain_id, root, "chainId");

    if (e != OK)
        return e;
    if (!u256_eq(&chain_id, &p->chain_id))
        return diag_set(d, ERR_MISMATCH, "the batch is for chain %s, the profile for %s",
                        u256_format(&chain_id).s, u256_format(&p->chain_id).s);
    if (from == NULL || from[0] == '\0')
        return OK;
    if ((e = address_parse(d, &safe, from)) != OK)
        return diag_prefix(d, "createdFromSafeAddress");
    if (!address_eq(&safe, &p->safe.safe))
        return diag_set(d, ERR_MISMATCH, "the batch is for Safe %s, the profile for %s",
                        address_format(&safe).s, address_format(&p->safe.safe).s);
    return OK;
}

static enum err parse_builder(struct diag *d, struct batch *out, const struct profile *p,
                              const void *data, size_t data_len, const char *what)
{
    struct json *root = NULL;
    const struct json *txs = NULL;
    enum err e = json_parse(d, &root, data, data_len, what);

    if (e != OK)
        return e;
    if ((e = json_read_array(d, &txs, root, "transactions")) == OK &&
        (e = check_builder_head(d, p, root)) == OK)
        e = batch_reserve(d, out, json_len(txs));
    for (size_t i = 0; e == OK && i < json_len(txs); i++) {
        out->num_calls++; /* cleared with the batch, also half-built */
        e = builder_transaction(d, &out->calls[i], p, json_at(txs, i));
        if (e != OK)
            (void)diag_prefix(d, "transaction %zu", i + 1);
    }
    json_free(root);
    return e;
}

static bool looks_like_json(const uint8_t *data, size_t data_len)
{
    for (size_t i = 0; i < data_len; i++) {
        if (strchr(" \t\r\n", data[i]) == NULL || data[i] == '\0')
            return data[i] == '{';
    }
    return false;
}

enum err batch_parse(struct diag *d, struct batch *out, const struct profile *p, const void *data,
                     size_t data_len, const char *what, const char *compose_hash)
{
    enum err e = ERR_INTERNAL;

    *out = (struct batch){ 0 };
    if (looks_like_json(data, data_len))
        e = parse_builder(d, out, p, data, data_len, what);
    else
        e = parse_yaml(d, out, p, data, data_len, what, compose_hash);
    if (e != OK)
        batch_clear(out);
    return e;
}

struct json *batch_to_builder_json(const struct profile *p, const struct call *calls,
                                   size_t num_calls)
{
    struct json *root = json_new_object();
    struct json *meta = json_new_object();
    struct json *txs = json_new_array();

    json_set_string(root, "version", "1.0");
    json_set_string(root, "chainId", u256_format(&p->chain_id).s);
    json_set_int(root, "createdAt", 0);
    json_set_string(meta, "name", "countersign");
    json_set_string(meta, "description", "");
    json_set_address(meta, "createdFromSafeAddress", &p->safe.safe);
    json_set_string(meta, "createdFromOwnerAddress", "");
    json_set(root, "meta", meta);
    for (size_t i = 0; i < num_calls; i++) {
        struct json *tx = json_new_object();

        json_set_address(tx, "to", &calls[i].to);
        json_set_u256(tx, "value", &calls[i].value);
        json_set_bytes(tx, "data", calls[i].data, calls[i].data_len);
        json_set_null(tx, "contractMethod");
        json_set_null(tx, "contractInputsValues");
        json_append(txs, tx);
    }
    json_set(root, "transactions", txs);
    return root;
}
