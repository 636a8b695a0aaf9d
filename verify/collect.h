// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_COLLECT_H
#define VERIFY_COLLECT_H

#include "safe/profile.h"
#include "safe/proposal.h"
#include "verify/git.h"

/*
 * Gather the evidence for an add-compose-hash: the app-compose, the compose file inside it, and the
 * proof that this file is in a git commit. What could not be verified later is refused now.
 */

struct collect_request {
    const char *app_compose; /* path of app-compose.json */
    const char *repo;        /* all three, or none if git evidence is not required */
    const char *commit;
    const char *path;
    const char *previous; /* path of the app-compose of the release before; NULL: none */
    const struct profile_compose *compose; /* the profile's; NULL: the file is in git as it is */
};

struct collected {
    struct hash32 compose_hash;
    char commit[GIT_ID_TEXT_LEN]; /* "" without git evidence */
    uint64_t commit_time_s;
};

/*
 * Adds app-compose.json, compose.yaml, git/commit and git/tree-N to p. ERR_MISMATCH if an image is
 * not pinned, or if the app-compose's docker_compose_file is not byte for byte the file in the
 * commit (the message says where they part); with compose, if the template does not give it, a
 * field comes from nowhere, or the form is another.
 */
MUST_CHECK enum err collect_compose(struct diag *d, struct collected *out, struct proposal *p,
                                    const struct collect_request *request);

/*
 * git/branch-N from the profile's branch in the repository down to the commit. What is not to be
 * had (no such ref, too far behind, a shallow clone) is an error only if the policy requires
 * git.on-branch; otherwise *missing says why, code OK if nothing is missing. ERR_MISMATCH if the
 * commit is not on the branch.
 */
struct profile;
MUST_CHECK enum err collect_branch(struct diag *d, struct diag *missing, struct proposal *p,
                                   const struct profile *profile, const char *repo,
                                   const char *commit);

/*
 * The files of --measurement, each replayed before it is added as measurement/N.json. out has one
 * entry for each. ERR_MISMATCH if a log does not belong to its quote.
 */
struct measured;
MUST_CHECK enum err collect_measurements(struct diag *d, struct measured *out, struct proposal *p,
                                         const char *const *paths, size_t num_paths);

#endif
