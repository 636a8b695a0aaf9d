// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_CHECKS_H
#define VERIFY_CHECKS_H

#include <stdbool.h>

#include "safe/call_tree.h"
#include "safe/chain.h"
#include "safe/profile.h"
#include "safe/proposal.h"
#include "verify/report.h"

/*
 * All checks of one proposal against one profile. Offline: from the proposal's bytes alone. One
 * file for each family: checks_tx.c, checks_call.c, checks_timelock.c, checks_evidence.c,
 * checks_sig.c, checks_chain.c.
 */

/* Everything that is derived from a proposal once and looked at by many checks. */
struct subject {
    const struct proposal *proposal; /* borrowed */
    const struct profile *profile;   /* borrowed */
    uint64_t now_s;
    bool hashes_ok; /* hashes could be computed */
    struct safe_hashes hashes;
    bool tree_ok; /* the tree could be built */
    struct call_tree tree;
    struct hash32 operation_id; /* recomputed, if the proposal has an operation */
};

/* Sets up a subject and a report with what the profile's policy requires. */
MUST_CHECK enum err subject_init(struct diag *d, struct subject *s, const struct proposal *p,
                                 const struct profile *profile, uint64_t now_s);
void subject_clear(struct subject *s);

/* The offline families. Failures of a check are verdicts; an error is only returned if the report
 * could not be made (no memory). */
MUST_CHECK enum err verify_offline(struct diag *d, struct report *r, const struct subject *s);
/* chain.*, at the block that c has fixed. Requires them. */
MUST_CHECK enum err verify_online(struct diag *d, struct report *r, const struct subject *s,
                                  struct chain *c);

void checks_tx(struct report *r, const struct subject *s);
void checks_call(struct report *r, const struct subject *s);
void checks_timelock(struct report *r, const struct subject *s);
void checks_evidence(struct report *r, const struct subject *s); /* evidence.*, compose.*, git.* */
void checks_sig(struct report *r, const struct subject *s);      /* sig.*, age.* */

#endif
