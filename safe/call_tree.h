// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_CALL_TREE_H
#define SAFE_CALL_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "safe/contracts.h"

/*
 * Calldata as a tree of calls: what a Safe transaction does, through multisends, timelock
 * operations and nested Safe executions, down to the governed contract. Decoded from bytes alone.
 * docs/formats/call-tree.md has the JSON form.
 */

struct call_arg {
    const char *name; /* borrowed from the function; "" if unnamed */
    const struct abi_type *type;
    const struct abi_value *value;
};

struct call_node {
    struct address to;
    bool has_to; /* false for bare calldata on a command line */
    struct u256 value;
    uint8_t operation; /* as the enclosing multisend or execTransaction says; 0 otherwise */

    enum contract_kind kind;   /* by the address's role in the profile, or by the selector */
    bool kind_by_address;      /* kind comes from the lookup, not from a guess by selector */
    const char *contract_name; /* name in the profile, or the kind's name; NULL if unknown */

    bool decoded;
    struct abi_function fn; /* owned */
    struct abi_value args;  /* owned; one item for each parameter */
    bool canonical;         /* decoded, and the arguments encode to the same bytes */
    const char *hint;       /* ghost function, or why it did not decode; NULL if none */
    char problem[160];      /* not decoded or not canonical: why */

    const uint8_t *data; /* whole calldata, borrowed from the tree's root */
    size_t data_len;

    struct call_node *calls; /* owned; the calls that this call carries */
    size_t num_calls;
};

/* What the caller knows about addresses; kind CONTRACT_UNKNOWN and NULL if nothing. */
struct call_lookup {
    void *ctx;
    enum contract_kind (*kind_of)(void *ctx, const struct address *a, const char **name,
                                  const struct user_abi **abi);
    const struct user_abi *abi; /* for addresses that kind_of does not know; may be NULL */
};

struct call_tree {
    uint8_t *data; /* owned copy */
    size_t data_len;
    struct call_node root;
    size_t num_nodes;
};

/*
 * OK also if a node does not decode (see call_tree_complete). ERR_LIMIT for too many or too deep
 * calls. to may be NULL. Empty calldata is a plain transfer: decoded, no function, no arguments.
 */
MUST_CHECK enum err call_tree_decode(struct diag *d, struct call_tree *out,
                                     const struct address *to, const struct u256 *value,
                                     uint8_t operation, const uint8_t *data, size_t data_len,
                                     const struct call_lookup *lookup);
void call_tree_clear(struct call_tree *t);

/* Every node decoded / every decoded node is canonical. */
bool call_tree_complete(const struct call_tree *t);
bool call_tree_canonical(const struct call_tree *t);

/* Depth-first over all nodes; *index starts at 0; NULL at the end. */
const struct call_node *call_tree_next(const struct call_tree *t, size_t *index);

/* Argument by name; NULL if there is none. */
const struct abi_value *call_node_arg(const struct call_node *n, const char *name);

struct json;
struct json *call_tree_json(const struct call_tree *t);
/* Indented text for people, through term.h. indent in columns. */
void call_tree_print(const struct call_tree *t, unsigned indent);

#endif
