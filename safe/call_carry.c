// SPDX-License-Identifier: Apache-2.0
/* The calls that a call carries in its arguments. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "safe/call_tree_internal.h"
#include "safe/multisend.h"
#include "src/base/limits.h"

/* How a function carries calls in its arguments; the numbers are positions. */
enum carrier_form { CARRY_ONE, CARRY_LISTS, CARRY_PACKED, CARRY_UPGRADE };

#define NO_ARG 255

static const struct carrier {
    const char *signature;
    enum carrier_form form;
    uint8_t to, value, data, operation;
    uint8_t fixed_operation; /* where no argument says it */
} carriers[] = {
    { "multiSend(bytes)", CARRY_PACKED, NO_ARG, NO_ARG, 0, NO_ARG, 0 },
    { "schedule(address,uint256,bytes,bytes32,bytes32,uint256)", CARRY_ONE, 0, 1, 2, NO_ARG, 0 },
    { "execute(address,uint256,bytes,bytes32,bytes32)", CARRY_ONE, 0, 1, 2, NO_ARG, 0 },
    { "scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256)", CARRY_LISTS, 0, 1, 2,
      NO_ARG, 0 },
    { "executeBatch(address[],uint256[],bytes[],bytes32,bytes32)", CARRY_LISTS, 0, 1, 2, NO_ARG,
      0 },
    { "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)",
      CARRY_ONE, 0, 1, 2, 3, 0 },
    { "execTransactionFromModule(address,uint256,bytes,uint8)", CARRY_ONE, 0, 1, 2, 3, 0 },
    { "execTransactionFromModuleReturnData(address,uint256,bytes,uint8)", CARRY_ONE, 0, 1, 2, 3,
      0 },
    { "setup(address[],uint256,address,bytes,address,address,uint256,address)", CARRY_ONE, 2,
      NO_ARG, 3, NO_ARG, 1 },
    { "setup(address[],uint256,address,bytes,address,uint256,address)", CARRY_ONE, 2, NO_ARG, 3,
      NO_ARG, 1 },
    { "setup(address[],uint256,address,bytes)", CARRY_ONE, 2, NO_ARG, 3, NO_ARG, 1 },
    { "upgradeToAndCall(address,bytes)", CARRY_UPGRADE, NO_ARG, NO_ARG, 1, NO_ARG, 0 },
};

static enum err make_calls(struct call_decoder *c, struct call_node *n, size_t num)
{
    if (num > LIMIT_CALLS - c->nodes)
        return diag_set(c->d, ERR_LIMIT, "more than %d calls", LIMIT_CALLS);
    c->nodes += num;
    if (num == 0)
        return OK;
    if ((n->calls = calloc(num, sizeof(*n->calls))) == NULL)
        return diag_set(c->d, ERR_NOMEM, "out of memory");
    n->num_calls = num;
    return OK;
}

static void fill_call(struct call_node *call, const struct abi_value *to,
                      const struct abi_value *value, const struct abi_value *data)
{
    call->to = abi_as_address(to);
    call->has_to = true;
    if (value != NULL)
        call->value = abi_as_u256(value);
    call->has_value = true;
    call->data = data->data;
    call->data_len = data->data_len;
}

static enum err carry_one(struct call_decoder *c, struct call_node *n, const struct carrier *how)
{
    const struct abi_value *args = n->args.items;
    const struct abi_value *value = NULL;
    struct address to;
    enum err e = OK;

    assert(args != NULL && how->data < n->args.num_items);
    value = how->value != NO_ARG ? &args[how->value] : NULL;
    to = abi_as_address(&args[how->to]);
    /* setup without an initializer calls nobody. */
    if (how->fixed_operation == 1 && address_is_zero(&to))
        return OK;
    if ((e = make_calls(c, n, 1)) != OK)
        return e;
    fill_call(&n->calls[0], &args[how->to], value, &args[how->data]);
    n->calls[0].operation =
        how->operation != NO_ARG ? args[how->operation].word[31] : how->fixed_operation;
    return OK;
}

static enum err carry_lists(struct call_decoder *c, struct call_node *n, const struct carrier *how)
{
    const struct abi_value *to = &n->args.items[how->to];
    const struct abi_value *value = &n->args.items[how->value];
    const struct abi_value *data = &n->args.items[how->data];
    enum err e = OK;

    if (to->num_items != value->num_items || to->num_items != data->num_items) {
        call_node_problem(n, "%s: %zu targets, %zu values and %zu payloads do not match",
                          n->fn.name, to->num_items, value->num_items, data->num_items);
        call_node_undecode(n);
        return OK;
    }
    if ((e = make_calls(c, n, to->num_items)) != OK)
        return e;
    for (size_t i = 0; i < n->num_calls; i++)
        fill_call(&n->calls[i], &to->items[i], &value->items[i], &data->items[i]);
    return OK;
}

/* How many items the list has; false with the reason if it is not a list. */
static bool count_packed(struct diag *why, size_t *out, const struct abi_value *packed)
{
    struct multisend_item item;
    struct reader r;
    size_t num = 0;

    *out = 0;
    reader_init(&r, packed->data, packed->data_len);
    for (; !reader_end(&r); num++) {
        if (multisend_next(why, &item, &r) != OK)
            return false;
    }
    *out = num;
    return true;
}

static enum err carry_packed(struct call_decoder *c, struct call_node *n, const struct carrier *how)
{
    static const char zero_hint[] =
        "as an item of MultiSend 1.5.0, address zero is the Safe itself";
    const struct abi_value *packed = &n->args.items[how->data];
    struct diag why = { 0 };
    struct multisend_item item;
    struct reader r;
    size_t num = 0;
    enum err e = OK;

    if (!count_packed(&why, &num, packed)) {
        call_node_problem(n, "%s", why.msg);
        call_node_undecode(n);
        return OK;
    }
    if ((e = make_calls(c, n, num)) != OK)
        return e;
    reader_init(&r, packed->data, packed->data_len);
    for (size_t i = 0; i < num; i++) {
        if ((e = multisend_next(c->d, &item, &r)) != OK)
            return e;
        n->calls[i] = (struct call_node){
            .to = item.to,
            .has_to = true,
            .value = item.value,
            .has_value = true,
            .operation = item.operation,
            .hint = address_is_zero(&item.to) ? zero_hint : NULL,
            .data = item.data,
            .data_len = item.data_len,
        };
    }
    return OK;
}

/* The call after an upgrade reaches the same address, with the value of the upgrade. */
static enum err carry_upgrade(struct call_decoder *c, struct call_node *n,
                              const struct carrier *how)
{
    const struct abi_value *data = &n->args.items[how->data];
    enum err e = OK;

    if (data->data_len == 0)
        return OK;
    if ((e = make_calls(c, n, 1)) != OK)
        return e;
    n->calls[0] = (struct call_node){
        .to = n->to,
        .has_to = n->has_to,
        .value = n->value,
        .has_value = n->has_value,
        .data = data->data,
        .data_len = data->data_len,
    };
    return OK;
}

static enum err carry(struct call_decoder *c, struct call_node *n, const struct carrier *how)
{
    switch (how->form) {
    case CARRY_ONE:
        return carry_one(c, n, how);
    case CARRY_LISTS:
        return carry_lists(c, n, how);
    case CARRY_PACKED:
        return carry_packed(c, n, how);
    case CARRY_UPGRADE:
        break;
    }
    return carry_upgrade(c, n, how);
}

/* By the whole signature, because a user's ABI may have another function with the selector. */
enum err call_node_carry(struct call_decoder *c, struct call_node *n)
{
    enum err e = ERR_INTERNAL;
    struct buf signature;

    buf_init(&signature, LIMIT_ABI_FILE_BYTES);
    abi_signature_write(&signature, &n->fn);
    if ((e = buf_check(c->d, &signature, "a signature")) != OK)
        goto done;
    for (size_t i = 0; i < sizeof(carriers) / sizeof(carriers[0]); i++) {
        if (strcmp(buf_str(&signature), carriers[i].signature) == 0) {
            e = carry(c, n, &carriers[i]);
            break;
        }
    }
done:
    buf_clear(&signature);
    return e;
}
