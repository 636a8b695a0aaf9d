// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "safe/queue_internal.h"
#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/u256.h"

enum err queue_check_subject(struct diag *d, struct safe_hashes *hashes,
                             const struct profile *profile, const struct proposal *p)
{
    enum err e = OK;

    if (!u256_eq(&p->domain.chain_id, &profile->safe.chain_id)) {
        struct u256_text want = u256_format(&profile->safe.chain_id);
        struct u256_text found = u256_format(&p->domain.chain_id);

        return diag_set(d, ERR_MISMATCH, "the profile is for chain %s, the proposal for chain %s",
                        want.s, found.s);
    }
    if (!address_eq(&p->domain.safe, &profile->safe.safe)) {
        struct address_text want = address_format(&profile->safe.safe);
        struct address_text found = address_format(&p->domain.safe);

        return diag_set(d, ERR_MISMATCH, "the profile is for Safe %s, the proposal for Safe %s",
                        want.s, found.s);
    }
    if (p->domain.form != profile->safe.form)
        return diag_set(d, ERR_MISMATCH,
                        "the profile's Safe has version %s, the proposal is for version %s",
                        profile->safe.version, p->domain.version);
    if ((e = safe_tx_hash(d, hashes, &p->tx, &p->domain)) != OK)
        return e;
    if (!hash32_eq(&hashes->safe_tx, &p->claimed.safe_tx)) {
        struct hash32_text want = hash32_format(&hashes->safe_tx);
        struct hash32_text found = hash32_format(&p->claimed.safe_tx);

        return diag_set(d, ERR_MISMATCH, "the proposal claims SafeTx hash %s, its fields have %s",
                        found.s, want.s);
    }
    return OK;
}

static enum err take_signature(struct diag *d, struct queue_signature *out,
                               const struct hash32 *hash, const struct profile *profile,
                               const struct proposal_signature *s)
{
    struct address_text name = address_format(&s->signer);
    enum err e = signature_parse(d, &out->sig, hash, s->data, s->data_len);

    if (e != OK)
        return diag_prefix(d, "signature of %s", name.s);
    if (!address_eq(&out->sig.signer, &s->signer)) {
        struct address_text found = address_format(&out->sig.signer);

        return diag_set(d, ERR_MISMATCH,
                        "signature of %s is by %s, or over another hash than this SafeTx's", name.s,
                        found.s);
    }
    out->is_owner = profile_is_owner(profile, &s->signer);
    if (!out->is_owner && !profile_is_delegate(profile, &s->signer))
        return diag_set(d, ERR_MISMATCH, "the profile lists %s neither as owner nor as delegate",
                        name.s);
    return OK;
}

enum err queue_submission_init(struct diag *d, struct queue_submission *out, const struct queue *q,
                               const struct proposal *p)
{
    enum err e = OK;

    *out = (struct queue_submission){ .proposal = p };
    if ((e = queue_check_subject(d, &out->hashes, q->profile, p)) != OK)
        return e;
    out->items = calloc(p->num_signatures + 1, sizeof(*out->items));
    if (out->items == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    out->num_items = p->num_signatures;
    for (size_t i = 0; e == OK && i < p->num_signatures; i++)
        e = take_signature(d, &out->items[i], &out->hashes.safe_tx, q->profile, &p->signatures[i]);
    return e;
}

void queue_submission_clear(struct queue_submission *s)
{
    for (size_t i = 0; i < s->num_items; i++)
        signature_clear(&s->items[i].sig);
    free(s->items);
    *s = (struct queue_submission){ 0 };
}

enum err queue_submission_check(struct diag *d, struct queue *q, size_t *listed,
                                const struct queue_submission *s, const struct queue_entry *held)
{
    size_t n = 0;

    *listed = 0;
    if (!hash32_eq(&s->hashes.safe_tx, &held->proposal.claimed.safe_tx) ||
        !safe_tx_eq(&s->proposal->tx, &held->proposal.tx))
        return diag_set(d, ERR_MISMATCH, "the queue holds other fields than were submitted");
    for (size_t i = 0; i < s->num_items; i++) {
        struct address_text name = address_format(&s->items[i].sig.signer);

        if (q->kind == QUEUE_SERVICE && !s->items[i].is_owner)
            continue; /* a service uses a delegate's signature once and does not list it */
        if (!queue_entry_holds(held, &s->items[i]))
            return diag_set(d, ERR_MISMATCH, "the queue does not hold the signature of %s", name.s);
        if (s->items[i].sig.kind == SIGNATURE_CONTRACT &&
            !queue_entry_holds_exactly(held, &s->items[i])) {
            if (q->kind == QUEUE_DIRECTORY)
                return diag_set(d, ERR_MISMATCH,
                                "the queue holds another signature of the contract %s", name.s);
            queue_warn(q,
                       "the service holds another signature of the contract %s than this file, and "
                       "keeps one alone: the chain decides whether it holds",
                       name.s);
            continue;
        }
        n++;
    }
    *listed = n;
    return OK;
}
