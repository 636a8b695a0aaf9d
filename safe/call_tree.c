// SPDX-License-Identifier: Apache-2.0
#include "safe/call_tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "safe/call_tree_internal.h"
#include "src/base/limits.h"

void call_node_problem(struct call_node *n, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(n->problem, sizeof(n->problem), fmt, args);
    va_end(args);
}

void call_node_undecode(struct call_node *n)
{
    abi_function_clear(&n->fn);
    abi_value_clear(&n->args);
    n->decoded = false;
    n->canonical = false;
}

/* --- which function --------------------------------------------------------------------------- */

static const struct user_abi *look_up(struct call_decoder *c, struct call_node *n)
{
    const struct call_lookup *l = c->lookup;
    const struct user_abi *abi = NULL;

    if (l == NULL)
        return NULL;
    if (n->has_to && l->kind_of != NULL)
        n->kind = l->kind_of(l->ctx, &n->to, &n->contract_name, &abi);
    n->kind_by_address = n->kind != CONTRACT_UNKNOWN;
    if (n->kind_by_address && n->contract_name == NULL)
        n->contract_name = contract_kind_name(n->kind);
    if (abi == NULL && (!n->kind_by_address || n->kind == CONTRACT_OTHER))
        abi = l->abi;
    return abi;
}

/* Without a known address the selector may tell what the contract is. */
static void guess_kind(struct call_node *n, const struct contract_function *row, size_t num_kinds)
{
    if (n->kind_by_address || num_kinds != 1 || row->kind == CONTRACT_OTHER)
        return;
    n->kind = row->kind;
    if (n->contract_name == NULL)
        n->contract_name = contract_kind_name(row->kind);
}

static void describe_unknown(struct call_node *n)
{
    const struct contract_function *other = contract_find(CONTRACT_UNKNOWN, n->data, NULL);
    int name_len = other != NULL ? (int)strcspn(other->signature, "(") : 0;

    if (!n->kind_by_address)
        call_node_problem(n, "no known function has this selector");
    else if (other == NULL)
        call_node_problem(n, "no function of %s has this selector", contract_kind_name(n->kind));
    else
        call_node_problem(n, "no function of %s has this selector (%s has: %.*s)",
                          contract_kind_name(n->kind), contract_kind_name(other->kind), name_len,
                          other->signature);
}

/* Fill n->fn; name stays NULL if nobody knows the selector. */
static enum err find_function(struct call_decoder *c, struct call_node *n)
{
    const struct user_abi *abi = look_up(c, n);
    const struct abi_function *user = user_abi_find(abi, n->data);
    size_t num_kinds = 0;
    const struct contract_function *row = contract_find(n->kind, n->data, &num_kinds);

    /* An ABI that the profile gives for the address knows better; one that is given for unknown
     * addresses does not. */
    if (user != NULL && (n->kind_by_address || row == NULL))
        return abi_function_copy(c->d, &n->fn, user);
    if (contract_ghost_hint(n->data) != NULL)
        n->hint = contract_ghost_hint(n->data);
    if (row == NULL) {
        describe_unknown(n);
        return OK;
    }
    guess_kind(n, row, num_kinds);
    return abi_function_parse(c->d, &n->fn, row->signature);
}

/* --- its arguments ---------------------------------------------------------------------------- */

static enum err decode_args(struct call_decoder *c, struct call_node *n)
{
    struct diag why = { 0 };
    enum err e = abi_decode(&why, &n->args, &n->fn.params, n->data + 4, n->data_len - 4);

    if (e == ERR_FORMAT || e == ERR_LIMIT) {
        (void)diag_prefix(&why, "%.64s", n->fn.name);
        call_node_problem(n, "%s", why.msg);
        call_node_undecode(n);
        return OK;
    }
    if (e == OK)
        e = abi_is_canonical(&why, &n->canonical, &n->fn.params, &n->args, n->data + 4,
                             n->data_len - 4);
    if (e != OK)
        return diag_set(c->d, e, "%s", why.msg);
    n->decoded = true;
    if (!n->canonical)
        call_node_problem(n,
                          "the arguments do not encode to these bytes again: offsets, padding or "
                          "trailing bytes are not what a contract's own encoder makes");
    return OK;
}

/* --- the tree --------------------------------------------------------------------------------- */

/* Where n goes and its data are set; recursion is bounded by LIMIT_CALL_DEPTH. */
static enum err decode_node(struct call_decoder *c, struct call_node *n, unsigned depth)
{
    enum err e = OK;

    if (depth > LIMIT_CALL_DEPTH)
        return diag_set(c->d, ERR_LIMIT, "calls nest deeper than %d", LIMIT_CALL_DEPTH);
    if (n->operation > 1) {
        call_node_problem(n, "operation %u is neither a call (0) nor a delegatecall (1)",
                          (unsigned)n->operation);
        return OK;
    }
    if (n->data_len < 4) {
        (void)look_up(c, n);
        n->decoded = n->canonical = n->data_len == 0;
        if (!n->decoded)
            call_node_problem(n, "calldata is shorter than a selector");
        return OK;
    }
    if ((e = find_function(c, n)) != OK || n->fn.name == NULL)
        return e;
    if ((e = decode_args(c, n)) != OK || !n->decoded || (e = call_node_carry(c, n)) != OK)
        return e;
    for (size_t i = 0; i < n->num_calls && e == OK; i++)
        e = decode_node(c, &n->calls[i], depth + 1);
    return e;
}

enum err call_tree_decode(struct diag *d, struct call_tree *out, const struct address *to,
                          const struct u256 *value, uint8_t operation, const uint8_t *data,
                          size_t data_len, const struct call_lookup *lookup)
{
    struct call_decoder c = { d, lookup, 1 };
    enum err e = ERR_INTERNAL;

    *out = (struct call_tree){ 0 };
    if (data_len > LIMIT_CALLDATA_BYTES)
        return diag_set(d, ERR_LIMIT, "calldata of %zu bytes is over the limit of %d", data_len,
                        LIMIT_CALLDATA_BYTES);
    if ((out->data = bytes_dup(data, data_len)) == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    out->data_len = data_len;
    out->root = (struct call_node){
        .has_to = to != NULL,
        .has_value = value != NULL,
        .operation = operation,
        .data = out->data,
        .data_len = data_len,
    };
    if (to != NULL)
        out->root.to = *to;
    if (value != NULL)
        out->root.value = *value;
    e = decode_node(&c, &out->root, 1);
    out->num_nodes = c.nodes;
    if (e != OK)
        call_tree_clear(out);
    return e;
}

static void clear_node(struct call_node *n)
{
    for (size_t i = 0; i < n->num_calls; i++)
        clear_node(&n->calls[i]);
    free(n->calls);
    abi_function_clear(&n->fn);
    abi_value_clear(&n->args);
    *n = (struct call_node){ 0 };
}

void call_tree_clear(struct call_tree *t)
{
    clear_node(&t->root);
    free(t->data);
    *t = (struct call_tree){ 0 };
}

/* Count down in depth-first order; the node at which *left was 0. */
static const struct call_node *nth(const struct call_node *n, size_t *left)
{
    if (*left == 0)
        return n;
    (*left)--;
    for (size_t i = 0; i < n->num_calls; i++) {
        const struct call_node *found = nth(&n->calls[i], left);

        if (found != NULL)
            return found;
    }
    return NULL;
}

const struct call_node *call_tree_next(const struct call_tree *t, size_t *index)
{
    size_t left = *index;

    if (left >= t->num_nodes)
        return NULL;
    (*index)++;
    return nth(&t->root, &left);
}

bool call_tree_complete(const struct call_tree *t)
{
    size_t index = 0;
    const struct call_node *n = NULL;

    if (t->num_nodes == 0)
        return false;
    while ((n = call_tree_next(t, &index)) != NULL) {
        if (!n->decoded)
            return false;
    }
    return true;
}

bool call_tree_canonical(const struct call_tree *t)
{
    size_t index = 0;
    const struct call_node *n = NULL;

    if (t->num_nodes == 0)
        return false;
    while ((n = call_tree_next(t, &index)) != NULL) {
        if (n->decoded && !n->canonical)
            return false;
    }
    return true;
}

struct call_arg call_node_arg_at(const struct call_node *n, size_t i)
{
    if (!n->decoded || i >= n->args.num_items)
        return (struct call_arg){ 0 };
    return (struct call_arg){ n->fn.params.names[i], &n->fn.params.inner[i], &n->args.items[i] };
}

const struct abi_value *call_node_arg(const struct call_node *n, const char *name)
{
    for (size_t i = 0; n->decoded && i < n->args.num_items; i++) {
        if (strcmp(n->fn.params.names[i], name) == 0)
            return &n->args.items[i];
    }
    return NULL;
}
