// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_JOURNAL_H
#define SAFE_JOURNAL_H

#include <stddef.h>

#include "safe/safe_tx.h"

/*
 * What was signed on this machine: one line for each (signer, SafeTx), in one file for each Safe
 * under $XDG_STATE_HOME/countersign (default ~/.local/state/countersign). It is how a second SafeTx
 * under a nonce that a signer already signed is noticed.
 *
 *   <nonce> <signer> <SafeTx hash>\n          decimal, EIP-55, 0x hex
 *
 * A file that cannot be read or looked at (a link that leads nowhere, no permission on its
 * directory), or holds anything else, is an error: unknown is not "never".
 */

struct journal_entry {
    struct address signer;
    struct hash32 safe_tx_hash;
};

/* All entries of that Safe under tx_nonce; free(*out). No journal yet is an empty list. */
MUST_CHECK enum err journal_list(struct diag *d, struct journal_entry **out, size_t *num_out,
                                 const struct safe_domain *domain, const struct u256 *tx_nonce);

/*
 * Can a line be added? Makes the directory, takes the lock, and writes the journal as it is once
 * more (an empty one if there is none): to be asked before a person is.
 */
MUST_CHECK enum err journal_probe(struct diag *d, const struct safe_domain *domain);

/* Add a line, durably, unless it is there. Safe against other processes (advisory lock). */
MUST_CHECK enum err journal_add(struct diag *d, const struct safe_domain *domain,
                                const struct u256 *tx_nonce, const struct address *signer,
                                const struct hash32 *safe_tx_hash);

#endif
