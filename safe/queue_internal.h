// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_QUEUE_INTERNAL_H
#define SAFE_QUEUE_INTERNAL_H

#include "safe/queue.h"
#include "safe/signature.h"
#include "src/base/http.h"
#include "src/base/json.h"

/* Shared by the files of the queue (queue*.c); nobody else includes it. */

/* What anybody can provoke has room of its own, and crowds out nothing. */
#define QUEUE_MAX_WARNINGS 64

struct queue_warnings {
    char *items[QUEUE_MAX_WARNINGS];
    size_t num_items;
};

struct queue {
    enum queue_kind kind;
    const struct profile *profile; /* borrowed */
    char *location;                /* directory, or base URL without a final slash */
    struct buf api_key;            /* empty: none */
    struct queue_warnings warnings, crowd;
    bool is_crowd; /* what is read just now is what the service does not trust */
};

void queue_forget_warnings(struct queue *q);
void queue_warn(struct queue *q, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* --- entries --- */

/* An entry from a SafeTx (copied): hashes computed, step and operation derived from the calldata.
 */
MUST_CHECK enum err queue_entry_init(struct diag *d, struct queue *q, struct queue_entry *out,
                                     const struct safe_tx *tx);
/*
 * Judge a signature that the queue holds and add it, or warn and count it as bad. Fails only for
 * want of memory or over a limit.
 */
MUST_CHECK enum err queue_entry_add_signature(struct diag *d, struct queue *q,
                                              struct queue_entry *e, const struct address *signer,
                                              const uint8_t *data, size_t data_len);
/* Moves the entry into the list, unless its hash is there; the entry is cleared in any case. */
MUST_CHECK enum err queue_entries_add(struct diag *d, struct queue_entries *list,
                                      struct queue_entry *e);
void queue_entries_sort(struct queue_entries *list);

/* --- submissions --- */

/* What a signature says without the chain: anyone can write an approval, or a contract's. */
enum queue_proof { PROVES_NOTHING = 0, PROVES_FORM, PROVES_KEY };
enum queue_proof queue_signature_proof(const struct hash32 *hash, const struct address *signer,
                                       const uint8_t *data, size_t data_len);

/* One of our signatures, parsed and recovered. */
struct queue_signature {
    struct signature sig;
    bool is_owner; /* otherwise a delegate */
};
struct queue_submission {
    const struct proposal *proposal; /* borrowed */
    struct safe_hashes hashes;       /* recomputed */
    struct queue_signature *items;
    size_t num_items;
};
/* The queue of one profile holds proposals for that profile's Safe alone: ERR_MISMATCH for another
 * chain, Safe or form of hash, or a claimed hash that is not the recomputed one. */
MUST_CHECK enum err queue_check_subject(struct diag *d, struct safe_hashes *hashes,
                                        const struct profile *profile, const struct proposal *p);
/* ERR_MISMATCH for another subject, or a signature that does not belong. */
MUST_CHECK enum err queue_submission_init(struct diag *d, struct queue_submission *out,
                                          const struct queue *q, const struct proposal *p);
void queue_submission_clear(struct queue_submission *s);
/* Whether held has that signature, or another one by the same key or for the same contract. */
bool queue_entry_holds(const struct queue_entry *held, const struct queue_signature *sig);
/* Whether it has those bytes. */
bool queue_entry_holds_exactly(const struct queue_entry *held, const struct queue_signature *sig);
/* What was read back against what was submitted; *listed counts ours in it. Where a
 * service holds another signature for the same contract, it is not counted, and a warning; in a
 * directory it is ERR_MISMATCH. */
MUST_CHECK enum err queue_submission_check(struct diag *d, struct queue *q, size_t *listed,
                                           const struct queue_submission *s,
                                           const struct queue_entry *held);

/* --- queue_directory.c --- */
MUST_CHECK enum err queue_directory_submit(struct diag *d, struct queue *q,
                                           struct queue_receipt *out,
                                           const struct queue_submission *s);
MUST_CHECK enum err queue_directory_list(struct diag *d, struct queue *q, struct queue_entries *out,
                                         const struct u256 *min_nonce);
MUST_CHECK enum err queue_directory_fetch(struct diag *d, struct queue *q, struct queue_entry *out,
                                          const struct hash32 *hash);
/* One signature file; hash is what it must be about. sig must be initialised. */
MUST_CHECK enum err queue_directory_parse_signature(struct diag *d, struct address *signer,
                                                    struct buf *sig, const struct hash32 *hash,
                                                    const void *data, size_t data_len);

/* --- queue_service.c --- */
MUST_CHECK enum err queue_service_submit(struct diag *d, struct queue *q, struct queue_receipt *out,
                                         const struct queue_submission *s);
MUST_CHECK enum err queue_service_fetch(struct diag *d, struct queue *q, struct queue_entry *out,
                                        const struct hash32 *hash);
/* Not found if the service does not know the Safe, or lists nothing that can be read. */
MUST_CHECK enum err queue_service_executed_at(struct diag *d, struct queue *q, bool *found,
                                              struct hash32 *out, const struct u256 *nonce);
/* One exchange with retries; any status is OK. path begins with "/api/". */
MUST_CHECK enum err queue_service_call(struct diag *d, struct queue *q, struct http_response *out,
                                       const char *method, const char *path,
                                       const struct buf *body);
/* A GET whose answer must be JSON; path begins with "/api/". *out is NULL for a 404, and OK
 * returned. doing completes "cannot …". */
MUST_CHECK enum err queue_service_get(struct diag *d, struct queue *q, struct json **out,
                                      const char *doing, const char *path);
/* A POST or DELETE that wants any 2xx; nothing is read from the answer. */
MUST_CHECK enum err queue_service_send(struct diag *d, struct queue *q, const char *doing,
                                       const char *method, const char *path,
                                       const struct buf *body);

/* --- queue_service_list.c --- */
/*
 * Pending transactions, added to out, which may hold some already. filter: the query for the nonce,
 * "nonce__gte=7". Without untrusted, those that the service trusts; ERR_NETWORK if it lists fewer
 * than it counts, ERR_LIMIT over LIMIT_QUEUE_ENTRIES or LIMIT_QUEUE_BYTES. With it all of them, as
 * far as they come: what is wrong is a warning.
 */
MUST_CHECK enum err queue_service_list(struct diag *d, struct queue *q, struct queue_entries *out,
                                       const char *filter, bool untrusted);

/* --- queue_service_json.c --- */

/* A transaction of the service; the hash is recomputed and must be the claimed one. */
MUST_CHECK enum err queue_service_parse_transaction(struct diag *d, struct queue *q,
                                                    struct queue_entry *out,
                                                    const struct json *row);
/* Body of the proposal; sig is the sender's, an owner or delegate. */
MUST_CHECK enum err queue_service_write_proposal(struct diag *d, struct buf *out,
                                                 const struct queue_submission *s,
                                                 const struct queue_signature *sig);
MUST_CHECK enum err queue_service_write_confirmation(struct diag *d, struct buf *out,
                                                     const struct queue_signature *sig);
/* "cannot <doing>: …" for a status that is not what was wanted, with the service's own words. */
MUST_CHECK enum err queue_service_refusal(struct diag *d, const char *doing,
                                          const struct http_response *r);

#endif
