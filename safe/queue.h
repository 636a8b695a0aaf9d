// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_QUEUE_H
#define SAFE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "safe/profile.h"
#include "safe/proposal.h"
#include "src/base/typed_data.h"

/*
 * Where proposals and signatures meet: a directory or the Safe Transaction Service. Nothing that
 * comes out of a queue is believed: hashes are recomputed, signatures recovered, and what does not
 * fit is an error or is reported.
 * Source: safe-transaction-service 6.10.1 (HTTP API v2); docs/formats/queue-directory.md.
 */
struct queue;

/*
 * Opens the profile's queue; ERR_USAGE if it has none. Reads the API key, connects to nothing. The
 * profile is borrowed and must outlive the queue.
 */
MUST_CHECK enum err queue_open(struct diag *d, struct queue **out, const struct profile *p);
void queue_close(struct queue *q);
enum queue_kind queue_kind_of(const struct queue *q);

/*
 * What the last call on q left out or could not check: foreign files, signatures that do not
 * recover, a chain id that the service does not tell. Raw text; NULL behind the last.
 */
const char *queue_warning(const struct queue *q, size_t i);

/* How a submission ended, as read back from the queue. */
struct queue_receipt {
    bool already_there;       /* the transaction was in the queue before */
    size_t signatures_sent;   /* that the queue did not have before */
    size_t signatures_listed; /* of ours, that the queue holds now */
};

/*
 * Put the SafeTx and all its signatures into the queue; repeating it changes nothing. Afterwards
 * the transaction is read back, and our hash and each owner's signature must be in it
 * (ERR_MISMATCH if not). Every signature must recover to an owner or delegate of the profile
 * before anything is sent. A service needs at least one signature, an owner's or a delegate's;
 * it never lists a delegate's, so that one is not counted. A directory takes all, also none.
 */
MUST_CHECK enum err queue_submit(struct diag *d, struct queue *q, struct queue_receipt *out,
                                 const struct proposal *p);

/* One pending transaction. */
struct queue_entry {
    struct proposal proposal; /* from a service: no evidence, no operation; step derived */
    bool trusted;             /* service: shown in default lists; directory: true */
    /* Somebody of the profile stands behind it: a signature of an owner that holds (service: of a
     * kind that only the chain can judge if it trusts the row), or the service trusts it and names
     * a delegate of the profile as its proposer; directory: true. It decides which nonce is taken
     * and what is listed first, nothing else. */
    bool real;
    bool executed;             /* as the service says; directory: false */
    size_t num_bad_signatures; /* left out of the proposal; queue_warning tells which and why */
};
void queue_entry_clear(struct queue_entry *e);
struct queue_entries {
    struct queue_entry *items;
    size_t num_items;
};
void queue_entries_clear(struct queue_entries *e);

/* Pending transactions with a nonce of at least min_nonce, sorted by nonce, then hash; what a
 * service does not trust is among them as far as it comes. ERR_NETWORK if a service counts more
 * trusted ones than it lists. Every signature in them recovers to an owner (directory: or delegate)
 * of the profile, or is of a kind that only the chain can judge. */
MUST_CHECK enum err queue_list(struct diag *d, struct queue *q, struct queue_entries *out,
                               const struct u256 *min_nonce);
/* Only those with exactly that nonce; what a service does not trust only if nothing else is real.
 */
MUST_CHECK enum err queue_at_nonce(struct diag *d, struct queue *q, struct queue_entries *out,
                                   const struct u256 *nonce);
/* The SafeTx hash of what a service says was executed with that nonce; a directory never knows. */
MUST_CHECK enum err queue_executed_at(struct diag *d, struct queue *q, bool *found,
                                      struct hash32 *out, const struct u256 *nonce);
/* The one with that SafeTx hash; ERR_NETWORK or ERR_IO if the queue does not have it. */
MUST_CHECK enum err queue_fetch(struct diag *d, struct queue *q, struct queue_entry *out,
                                const struct hash32 *safe_tx_hash);
/* The lowest nonce from on_chain on that no pending real transaction has; a warning tells of real
 * ones behind it. */
MUST_CHECK enum err queue_next_nonce(struct diag *d, struct queue *q, struct u256 *out,
                                     const struct u256 *on_chain);

/*
 * Which transaction a person means: "0x" and 64 digits, a nonce, or a link of the Safe web app,
 *   https://<host>/transactions/tx?safe=<short name>:<address>&id=multisig_<address>_<hash>
 * Nothing is fetched from the link. ERR_MISMATCH if it is about another chain or Safe than the
 * profile's.
 */
struct queue_reference {
    bool is_nonce;
    struct u256 nonce;
    struct hash32 hash;
};
MUST_CHECK enum err queue_parse_reference(struct diag *d, struct queue_reference *out,
                                          const char *text, const struct profile *p);

/*
 * Take over the signatures of another copy of the same SafeTx; those that do not verify over the
 * hash are left behind, those that `into` holds in valid form stay; but a signature by the key
 * takes the place of an approval, which anyone can write. ERR_MISMATCH if the SafeTx hashes
 * (recomputed) differ, or one is not what its proposal claims.
 */
MUST_CHECK enum err queue_merge_signatures(struct diag *d, struct proposal *into,
                                           const struct proposal *from, size_t *num_added);

/* Delegates of the service; ERR_UNSUPPORTED for a directory. */
struct queue_delegate {
    struct address delegate, delegator;
    char label[64];
};
MUST_CHECK enum err queue_delegates(struct diag *d, struct queue *q, struct queue_delegate **out,
                                    size_t *num_out);
/*
 * What the delegator signs at that time. The signature names neither Safe nor action: it adds and
 * removes, for any Safe of the delegator, for up to two hours. It is a secret: never shown, logged
 * or stored.
 */
void queue_delegate_typed_data(struct typed_data *out, const struct u256 *chain_id,
                               const struct address *delegate, uint64_t now_s);
/* label: 1 to 50 printable ASCII characters. */
MUST_CHECK enum err queue_delegate_add(struct diag *d, struct queue *q,
                                       const struct address *delegate,
                                       const struct address *delegator, const char *label,
                                       const struct sig65 *sig);
MUST_CHECK enum err queue_delegate_remove(struct diag *d, struct queue *q,
                                          const struct address *delegate,
                                          const struct address *delegator, const struct sig65 *sig);

#endif
