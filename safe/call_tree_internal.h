// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_CALL_TREE_INTERNAL_H
#define SAFE_CALL_TREE_INTERNAL_H

#include "safe/call_tree.h"

/* Shared by the files of the call tree. */

struct call_decoder {
    struct diag *d;
    const struct call_lookup *lookup; /* may be NULL */
    size_t nodes;                     /* so far */
};

/* Why a node is not decoded or not canonical; cut to fit. */
void call_node_problem(struct call_node *n, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Back to an undecoded node; where it goes, and its problem, stay. */
void call_node_undecode(struct call_node *n);

/*
 * Make n->calls of what the arguments of a decoded node carry, not decoded themselves. What cannot
 * be told apart undecodes n, with a problem.
 */
MUST_CHECK enum err call_node_carry(struct call_decoder *c, struct call_node *n);

#endif
