// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_TIMELOCK_CHAIN_H
#define SAFE_TIMELOCK_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "safe/chain.h"
#include "safe/timelock.h"

/*
 * What a TimelockController says on chain, read with the functions that every release has:
 * getTimestamp and not getOperationState, which 4.x does not know.
 * Source: OpenZeppelin Contracts 4.9.6 and 5.4.0, TimelockController.sol.
 */

/* An operation at the block that c has fixed. */
struct timelock_status {
    struct u256 timestamp; /* as stored: 0 unset, 1 done, otherwise when it is ready */
    enum timelock_state state;
    uint64_t left_s; /* Waiting: seconds until it is ready; otherwise 0 */
};
MUST_CHECK enum err timelock_read_status(struct diag *d, struct chain *c,
                                         struct timelock_status *out,
                                         const struct address *timelock, const struct hash32 *id);
MUST_CHECK enum err timelock_read_min_delay(struct diag *d, struct chain *c, struct u256 *out,
                                            const struct address *timelock);
MUST_CHECK enum err timelock_read_role(struct diag *d, struct chain *c, bool *out,
                                       const struct address *timelock, const struct hash32 *role,
                                       const struct address *account);
/* The account holds the role of that name ("executor"), or everybody does (the zero address). */
MUST_CHECK enum err timelock_may(struct diag *d, struct chain *c, bool *out,
                                 const struct address *timelock, const char *role_name,
                                 const struct address *account);

/* A getter that answers a bool: exactly 0 or 1. */
MUST_CHECK enum err chain_get_bool(struct diag *d, struct chain *c, bool *out,
                                   const struct address *to, const uint8_t selector[4],
                                   const struct hash32 *args, size_t num_args);

#endif
