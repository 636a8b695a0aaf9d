// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_OPEN_PROFILE_H
#define CLI_OPEN_PROFILE_H

#include "safe/profile.h"
#include "src/cli/args.h"

/*
 * The profile of a verb that says yes or no by it, signs, sends, or asks whom it names: it counts
 * once a person on this machine has accepted it for its Safe (safe/profile_accept.h).
 *
 *   known                       taken, wherever it lies
 *   --accept-profile SHA256     taken if it has that SHA-256, and remembered where that is possible
 *   a terminal                  shown, or what changed in it; the person says yes or types the hash
 *   otherwise                   ERR_USAGE: exit code 2, no verdict
 *
 * One that lies beside the proposal (or another file that the command line names) or in a queue's
 * directory came with them, for all that is known: there is no question then.
 */
#define OPTION_ACCEPT_PROFILE                                                                  \
    {                                                                                          \
        "accept-profile", "SHA256", "accept the profile with this SHA-256 for its Safe", false \
    }

MUST_CHECK enum err open_profile(struct diag *d, struct profile **out, const struct args *a);

/* For an audit with the profile of another day: what --accept-profile names is taken for this run
 * alone, and so is what a person says yes to. */
MUST_CHECK enum err open_profile_once(struct diag *d, struct profile **out, const struct args *a);

/* `profile accept`: the same for path (NULL: the one found here or above), which may lie beside
 * anything, as a person names it. *known tells that it was accepted before. */
MUST_CHECK enum err open_profile_accept(struct diag *d, struct profile **out, bool *known,
                                        const struct args *a, const char *path);

/* Prints all that it says, for a person (cmd_profile.c). */
void profile_print(const struct profile *p);

#endif
