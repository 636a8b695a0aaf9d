// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_SIGNING_H
#define CLI_SIGNING_H

#include "safe/profile.h"
#include "safe/proposal.h"
#include "src/cli/args.h"
#include "src/cli/common.h"

/*
 * The path from a proposal to a signature in it, for `sign` and for `propose --signer`.
 */

/* Rows for the option tables of those verbs. */
#define SIGNING_OPTIONS                                                                       \
    OPTIONS_SIGNER_TYPED,                                                                     \
        { "yes", NULL, "do not ask (only a delegate whom the policy allows it)", false },     \
    {                                                                                         \
        "replaces", "HASH", "SafeTx that this one takes the nonce from, signed before", false \
    }

/*
 * Verify, show the review page, open the signer, ask for the last eight hex digits of the SafeTx
 * hash, sign, recover, compare, note it in the journal, save the proposal at path; then, with
 * --submit, hand it in. A signature that cannot be saved is shown. *exit_code is 1 (and OK
 * returned) if a check said no; nothing is signed then.
 */
MUST_CHECK enum err signing_run(struct diag *d, int *exit_code, struct proposal *p,
                                const struct profile *profile, const struct args *a,
                                const char *path);

#endif
