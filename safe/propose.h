// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_PROPOSE_H
#define SAFE_PROPOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "safe/action.h"

/*
 * From calls to a proposal: the step, the operation with a salt that binds the evidence, the
 * SafeTx, its hashes. Deterministic: the same request and evidence give the same proposal.
 */

struct propose_request {
    enum step step; /* STEP_NONE: schedule if the timelock owns the targets, otherwise direct */
    const struct action_call *calls; /* schedule, direct */
    size_t num_calls;
    bool batch; /* a batch even of one call */
    struct u256 nonce;
    uint64_t created_s; /* 0: not stated */
    bool has_delay;     /* schedule: otherwise the profile's */
    struct u256 delay_s;
    struct hash32 predecessor; /* schedule */
    bool has_salt;             /* schedule: otherwise the manifest's digest */
    struct hash32 salt;
    const char *git_commit; /* full id, if the evidence holds the git proof; else NULL */
    const char *git_path;
    const struct proposal *from; /* execute, cancel: the proposal that scheduled; else NULL */
};

/*
 * Fill out, which already holds the evidence files that the caller collected (none for execute and
 * cancel: those of request->from are carried over). context.json and the manifest are added here.
 * ERR_USAGE if step and targets do not fit (a schedule of a contract that the Safe owns, calls with
 * different owners, an execute without from); ERR_MISMATCH if from is not a schedule under this
 * profile's Safe and timelock.
 */
MUST_CHECK enum err propose_build(struct diag *d, struct proposal *out, const struct profile *p,
                                  const struct propose_request *request);

#endif
