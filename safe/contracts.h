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
    CONTRACT_MULTISEND, /* MultiSend, MultiSendCallOnly */
    CONTRACT_SIGN_MESSAGE_LIB,
    CONTRACT_SAFE_MIGRATION, /* libraries that a Safe delegatecalls to change its singleton */
    CONTRACT_CREATE_CALL,
    CONTRACT_OTHER, /* from a user ABI; its rows are standards: Ownable, UUPS, AccessControl */
};
/* "TimelockController", "DstackApp", "other"; "unknown" for CONTRACT_UNKNOWN. */
const char *contract_kind_name(enum contract_kind kind);
/*
 * CONTRACT_UNKNOWN if no kind has that name. KmsAuth, AppAuth, GnosisSafe, MultiSendCallOnly and
 * the L2 names of Safes are accepted.
 */
enum contract_kind contract_kind_parse(const char *name);

struct contract_function {
    enum contract_kind kind;
    uint8_t selector[4];
    const char *signature; /* with parameter names; the form of abi_function_parse */
    const char *releases;  /* "0.5.1 to next", "1.5.0", "any"; see contract_function_in_release */
    const char *action;    /* kebab-case verb of `propose`, NULL if it is no governed method */
    bool view;
};

/*
 * A row by selector. Looks at rows of kind first and, if kind is CONTRACT_UNKNOWN, at all of them;
 * NULL if there is none. *num_kinds (may be NULL) is how many kinds have that selector.
 */
const struct contract_function *contract_find(enum contract_kind kind, const uint8_t selector[4],
                                              size_t *num_kinds);
/*
 * For `call`: by name ("addComposeHash") or by signature ("addComposeHash(bytes32)", parameter
 * names allowed). NULL also if several rows of the kind have that name: the _args form tells
 * overloads apart by their number of arguments, the signature always does.
 */
const struct contract_function *contract_find_name(enum contract_kind kind, const char *name);
const struct contract_function *contract_find_name_args(enum contract_kind kind, const char *name,
                                                        size_t num_args);
/*
 * For `propose`: by action. The first of several (deploy-and-register-app takes five arguments, and
 * from 0.5.9 also six); the _args form finds the one with that many.
 */
const struct contract_function *contract_find_action(enum contract_kind kind, const char *action);
const struct contract_function *contract_find_action_args(enum contract_kind kind,
                                                          const char *action, size_t num_args);
/* Row i of the whole table, NULL behind the end. */
const struct contract_function *contract_at(size_t i);
/* How many parameters it has, a tuple counted as one. */
size_t contract_function_num_args(const struct contract_function *f);

/*
 * The release has the function: "0.5.11" and "next" of dstack, "1.4.1" and "1.4.1+L2" of Safe,
 * "5.4" and "5.4.0" of the timelock; a leading "v" is accepted. False for a release that this
 * program does not know; true for the standards of CONTRACT_OTHER, which have no releases.
 */
bool contract_function_in_release(const struct contract_function *f, const char *release);
/* The release of that kind is one that this program knows. */
bool contract_release_known(enum contract_kind kind, const char *release);

/*
 * Functions that only documentation knows, by selector, or by name or signature. NULL, or a
 * sentence without a full stop: what it is and what to use.
 */
const char *contract_ghost_hint(const uint8_t selector[4]);
const char *contract_ghost_hint_name(const char *name);

/*
 * Functions from a user's ABI: an ABI JSON array, an artifact object with "abi", or a JSON array
 * of human-readable signatures ("function f(uint256 a) view returns (bool)"). Events, errors and
 * constructors are skipped. Two functions with one selector are refused; overloads are not.
 */
struct user_abi;
MUST_CHECK enum err user_abi_parse(struct diag *d, struct user_abi **out, const void *data,
                                   size_t data_len, const char *what);
/* Move the functions of from into u, and free from, also on failure. What both have is kept once;
 * two different functions with one selector are refused. */
MUST_CHECK enum err user_abi_merge(struct diag *d, struct user_abi *u, struct user_abi *from);
void user_abi_free(struct user_abi *u);
const struct abi_function *user_abi_find(const struct user_abi *u, const uint8_t selector[4]);
/* By name or signature; NULL also if the bare name is overloaded. */
const struct abi_function *user_abi_find_name(const struct user_abi *u, const char *name);

#endif
