// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_CONTRACTS_H
#define SAFE_CONTRACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/abi.h"

/*
 * The functions that this program knows: every release of the contracts that take part in dstack
 * governance. One row a function, with its parameter names.
 * Source: fixtures/contracts/PROVENANCE.md (compiled ABIs of the tagged releases).
 */

/* What a contract is; also the words of a profile ("DstackApp"). */
enum contract_kind {
    CONTRACT_UNKNOWN = 0,
    CONTRACT_TIMELOCK,   /* TimelockController */
    CONTRACT_DSTACK_KMS, /* DstackKms, KmsAuth */
    CONTRACT_DSTACK_APP, /* DstackApp, AppAuth */
    CONTRACT_SAFE,
    CONTRACT_MULTISEND,  /* MultiSend, MultiSendCallOnly */
    CONTRACT_SIGN_MESSAGE_LIB,
    CONTRACT_OTHER, /* from a user ABI */
};
const char *contract_kind_name(enum contract_kind kind);
/* CONTRACT_UNKNOWN if no kind has that name; KmsAuth and AppAuth are accepted. */
enum contract_kind contract_kind_parse(const char *name);

struct contract_function {
    enum contract_kind kind;
    uint8_t selector[4];
    const char *signature; /* with parameter names; the form of abi_function_parse */
    const char *releases;  /* "0.5.1 to next", "4.6 to 5.x", for people */
    const char *action;    /* kebab-case verb of `propose`, NULL if it is no governed method */
    bool view;
};

/*
 * A row by selector. Looks at rows of kind first and, if kind is CONTRACT_UNKNOWN, at all of them;
 * NULL if there is none. *num_kinds (may be NULL) is how many kinds have that selector.
 */
const struct contract_function *contract_find(enum contract_kind kind, const uint8_t selector[4],
                                              size_t *num_kinds);
/* By name ("addComposeHash") or whole canonical signature, for `call`; by action for `propose`. */
const struct contract_function *contract_find_name(enum contract_kind kind, const char *name);
const struct contract_function *contract_find_action(enum contract_kind kind, const char *action);
/* Row i of the whole table, NULL behind the end. */
const struct contract_function *contract_at(size_t i);

/* Functions that only documentation knows. NULL, or a sentence: what it is and what to use. */
const char *contract_ghost_hint(const uint8_t selector[4]);
const char *contract_ghost_hint_name(const char *name);

/*
 * Functions from a user's ABI: an ABI JSON array, an artifact object with "abi", or a JSON array
 * of human-readable signatures. A name or selector that collides within one file is refused.
 */
struct user_abi;
MUST_CHECK enum err user_abi_parse(struct diag *d, struct user_abi **out, const void *data,
                                   size_t data_len, const char *what);
void user_abi_free(struct user_abi *u);
const struct abi_function *user_abi_find(const struct user_abi *u, const uint8_t selector[4]);
const struct abi_function *user_abi_find_name(const struct user_abi *u, const char *name);

#endif
