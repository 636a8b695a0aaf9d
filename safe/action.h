// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_ACTION_H
#define SAFE_ACTION_H

#include <stdbool.h>
#include <stddef.h>

#include "safe/profile.h"
#include "safe/proposal.h"

/*
 * What a person asks for ("add-compose-hash 0x…") as calls on the profile's contracts. Names are
 * those of `propose`: the actions of safe/contracts.h, and "call" for any other function.
 */

struct action_request {
    const char *action;
    const char *contract;    /* name in the profile; NULL: the only one that has the action */
    const char *function;    /* action "call": name or whole signature; otherwise NULL */
    const char *const *args; /* as abi_value_parse reads them; see action_build */
    size_t num_args;
    const char *value;                /* wei, decimal or 0x hex; NULL: 0 */
    const struct address *prev_owner; /* remove-owner, swap-owner: who stands before it on chain */
};

struct action_call {
    struct call call;
    struct action_ref ref;
    enum profile_owner owner; /* who has to make the call */
};
void action_call_clear(struct action_call *c);

/*
 * Arguments are the function's parameters in order, with these reliefs: a role by name
 * ("proposer"), a delay as a duration ("3d"), the members of a single tuple parameter one by one.
 * Safe housekeeping leaves out what is not a choice:
 *   add-owner OWNER [THRESHOLD]   remove-owner OWNER [THRESHOLD]   swap-owner OLD NEW
 * THRESHOLD defaults to the profile's; the previous owner of the contract's linked list comes from
 * prev_owner.
 *
 * ERR_USAGE for an unknown or ambiguous action, contract or function and a wrong number of
 * arguments; ERR_UNSUPPORTED for a function that the contract's release does not have; ghost
 * functions are refused with what to use instead.
 */
MUST_CHECK enum err action_build(struct diag *d, struct action_call *out, const struct profile *p,
                                 const struct action_request *request);

/*
 * Name a raw call: target by the profile's addresses, action by the selector ("call" for a function
 * that is no action). Moves call into out, also on failure. ERR_USAGE if the profile does not know
 * the target.
 */
MUST_CHECK enum err action_from_call(struct diag *d, struct action_call *out,
                                     const struct profile *p, struct call *call);

#endif
