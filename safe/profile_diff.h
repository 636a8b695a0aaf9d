// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_PROFILE_DIFF_H
#define SAFE_PROFILE_DIFF_H

#include "safe/profile_accept.h"

/*
 * What a profile says otherwise than one that was accepted, in words: one line for each key, such
 * as
 *
 *   policy.allow-changes: 'owners' is new (changes of control that pass)
 *   timelock.delay: was 2d, is 1h
 *
 * It is made from the two texts, so that no key can be forgotten in it. Escaped; what is behind the
 * host of an RPC endpoint, which may be a key, is left out. Files that the profile names are
 * compared by hash.
 */

/* Appends lines, each with a newline; at least one. */
void profile_diff(struct buf *out, const struct accepted_profile *before,
                  const struct profile *now);

#endif
