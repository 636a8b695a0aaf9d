// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_QUEUE_H
#define SAFE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "safe/profile.h"
#include "safe/proposal.h"

/*
 * Where proposals and signatures meet: a directory or the Safe Transaction Service. Nothing that
 * comes out of a queue is believed: hashes are recomputed, signatures recovered, and what does not
 * fit is an error or is reported.
 * Source: safe-transaction-service 6.10.1 (HTTP API v2); docs/formats/queue-directory.md.
 */
struct queue;

/* Opens the profile's queue; ERR_USAGE if it has none. Reads the API key, connects to nothing. */
MUST_CHECK enum err queue_open(struct diag *d, struct queue **out, const struct profile *p);
void queue_close(struct queue *q);
enum queue_kind queue_kind_of(const struct queue *q);

/* How a submission ended, as read back from the queue. */
struct queue_receipt {
    bool already_there;       /* the transaction was in the queue before */
    size_t signatures_sent;   /* that the queue did not have before */
    size_t signatures_listed; /* of ours, that the queue holds now */
};

/*
 * Put the SafeTx and all its signatures into the queue; repeating it changes nothing. Afterwards
 * the transaction is read back, and our hash and each owner's signature must be in it
 * (ERR_MISMATCH if not). A proposal with no owner's signature needs a delegate's.
 */
MUST_CHECK enum err queue_submit(struct diag *d, struct queue *q, struct queue_receipt *out,
                                 const struct proposal *p);

/* One pending transaction. */
struct queue_entry {
    struct proposal proposal; /* from a service: no evidence, no operation; step derived */
    bool trusted;             /* service: shown in default lists */
    bool executed;
};
struct queue_entries {
    struct queue_entry *items;
    size_t num_items;
};
void queue_entries_clear(struct queue_entries *e);

/* Pending transactions with a nonce of at least min_nonce, sorted by nonce, then hash. */
MUST_CHECK enum err queue_list(struct diag *d, struct queue *q, struct queue_entries *out,
                               const struct u256 *min_nonce);
/* The one with that SafeTx hash; ERR_NETWORK or ERR_IO if the queue does not have it. */
MUST_CHECK enum err queue_fetch(struct diag *d, struct queue *q, struct queue_entry *out,
                                const struct hash32 *safe_tx_hash);
/* Nonce after the highest pending one, at least on_chain. */
MUST_CHECK enum err queue_next_nonce(struct diag *d, struct queue *q, struct u256 *out,
                                     const struct u256 *on_chain);

/* Delegates of the service; ERR_UNSUPPORTED for a directory. */
struct queue_delegate {
    struct address delegate, delegator;
    char label[64];
};
MUST_CHECK enum err queue_delegates(struct diag *d, struct queue *q, struct queue_delegate **out,
                                    size_t *num_out);
/* The digest that the delegator signs at that time; valid for up to two hours. */
void queue_delegate_digest(struct hash32 *out, const struct u256 *chain_id,
                           const struct address *delegate, uint64_t now_s);
MUST_CHECK enum err queue_delegate_add(struct diag *d, struct queue *q,
                                       const struct address *delegate,
                                       const struct address *delegator, const char *label,
                                       const struct sig65 *sig);
MUST_CHECK enum err queue_delegate_remove(struct diag *d, struct queue *q,
                                          const struct address *delegate,
                                          const struct address *delegator,
                                          const struct sig65 *sig);

#endif
