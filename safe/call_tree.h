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
    bool has_value;    /* false if nobody said, for bare calldata; then operation is 0, too */
    uint8_t operation; /* as the enclosing multisend or execTransaction says; 0 otherwise */

    enum contract_kind kind;   /* by the address's role in the profile, or by the selector */
    bool kind_by_address;      /* kind comes from the lookup, not from a guess by selector */
    const char *contract_name; /* name in the profile, or the kind's name; NULL if unknown */

    bool decoded;
    struct abi_function fn; /* owned; name NULL if not decoded or a plain transfer */
    struct abi_value args;  /* owned; one item for each parameter */
    bool canonical;         /* decoded, and the arguments encode to the same bytes */
    const char *hint;       /* what a reader should know, such as a ghost function; NULL if none */
    char problem[160];      /* not decoded or not canonical: why; raw text */

    const uint8_t *data; /* whole calldata, borrowed from the tree */
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
 * OK also if a node does not decode (see call_tree_complete). ERR_LIMIT for more calls than
 * LIMIT_CALLS, deeper ones than LIMIT_CALL_DEPTH, or more calldata than LIMIT_CALLDATA_BYTES. to,
 * value and lookup may be NULL. Empty calldata is a plain transfer: decoded, no function, no
 * arguments. A function that carries calls decodes only if all of what it carries can be told
 * apart.
 *
 * A selector that several kinds have (transferOwnership) leaves kind at CONTRACT_UNKNOWN and
 * contract_name at NULL, unless the lookup knows the address.
 *
 * Carriers: multiSend; schedule, scheduleBatch, execute, executeBatch of a timelock;
 * execTransaction, execTransactionFromModule(ReturnData) and setup of a Safe; upgradeToAndCall,
 * whose call is to the same address under its new implementation.
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
/* Argument i, all zero behind the last. */
struct call_arg call_node_arg_at(const struct call_node *n, size_t i);

struct json;
struct json *call_tree_json(const struct call_tree *t);
/* Indented text for people, through term.h. indent in columns. */
void call_tree_print(const struct call_tree *t, unsigned indent);

#endif
