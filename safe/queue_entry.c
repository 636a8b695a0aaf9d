// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "safe/queue_internal.h"
#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/secp.h"
#include "src/base/u256.h"

void queue_entry_clear(struct queue_entry *e)
{
    proposal_clear(&e->proposal);
    *e = (struct queue_entry){ 0 };
}

void queue_entries_clear(struct queue_entries *e)
{
    for (size_t i = 0; i < e->num_items; i++)
        queue_entry_clear(&e->items[i]);
    free(e->items);
    *e = (struct queue_entries){ 0 };
}

enum err queue_entries_add(struct diag *d, struct queue_entries *list, struct queue_entry *e)
{
    enum err result = OK;
    struct queue_entry *grown = NULL;

    for (size_t i = 0; i < list->num_items; i++) {
        if (hash32_eq(&list->items[i].proposal.claimed.safe_tx, &e->proposal.claimed.safe_tx))
            goto done;
    }
    if (list->num_items == LIMIT_QUEUE_ENTRIES) {
        result = diag_set(d, ERR_LIMIT, "the queue holds more than %d pending transactions",
                          LIMIT_QUEUE_ENTRIES);
        goto done;
    }
    grown = realloc(list->items, (list->num_items + 1) * sizeof(*grown));
    if (grown == NULL) {
        result = diag_set(d, ERR_NOMEM, "out of memory");
        goto done;
    }
    list->items = grown;
    list->items[list->num_items++] = *e;
    *e = (struct queue_entry){ 0 }; /* moved */
done:
    queue_entry_clear(e);
    return result;
}

static int compare_entries(const void *a, const void *b)
{
    const struct queue_entry *x = a;
    const struct queue_entry *y = b;
    int order = u256_cmp(&x->proposal.tx.nonce, &y->proposal.tx.nonce);

    return order != 0 ? order
                      : memcmp(x->proposal.claimed.safe_tx.b, y->proposal.claimed.safe_tx.b, 32);
}

void queue_entries_sort(struct queue_entries *list)
{
    if (list->num_items > 1)
        qsort(list->items, list->num_items, sizeof(*list->items), compare_entries);
}

/* A rejection is all ten fields: a refund can hide behind an empty call to oneself. */
static bool is_rejection(const struct safe_tx *tx, const struct address *safe)
{
    return address_eq(&tx->to, safe) && tx->data_len == 0 && tx->operation == SAFE_CALL &&
           u256_is_zero(&tx->value) && u256_is_zero(&tx->safe_tx_gas) &&
           u256_is_zero(&tx->base_gas) && u256_is_zero(&tx->gas_price) &&
           address_is_zero(&tx->gas_token) && address_is_zero(&tx->refund_receiver);
}

static void take_timelock_call(struct proposal *p, struct timelock_call *call)
{
    static const enum step steps[] = { [TIMELOCK_SCHEDULE] = STEP_SCHEDULE,
                                       [TIMELOCK_EXECUTE] = STEP_EXECUTE,
                                       [TIMELOCK_CANCEL] = STEP_CANCEL };

    p->step = steps[call->method];
    if (call->method == TIMELOCK_CANCEL)
        return; /* names an id, from which no operation follows */
    p->has_operation = true;
    p->timelock = p->tx.to;
    p->delay_s = call->delay_s;
    p->claimed_operation_id = call->id;
    p->operation = call->op;
    call->op = (struct operation){ 0 }; /* moved */
}

/* What the calldata says; whether it may say so is for the checks to judge. */
static enum err derive_step(struct diag *d, struct queue *q, struct proposal *p)
{
    const struct profile *profile = q->profile;
    struct timelock_call call = { 0 };
    struct diag why = { 0 };
    enum err e = OK;

    p->step = STEP_DIRECT;
    if (is_rejection(&p->tx, &profile->safe.safe)) {
        p->step = STEP_REJECT;
        return OK;
    }
    if (!profile->has_timelock || !address_eq(&p->tx.to, &profile->timelock) ||
        p->tx.operation != SAFE_CALL)
        return OK;
    e = timelock_call_decode(&why, &call, p->tx.data, p->tx.data_len);
    if (e == ERR_NOMEM)
        return diag_set(d, e, "out of memory");
    if (e != OK)
        queue_warn(q, "the call to the timelock does not decode: %s", why.msg);
    else if (call.method != TIMELOCK_NONE)
        take_timelock_call(p, &call);
    timelock_call_clear(&call);
    return OK;
}

enum err queue_entry_init(struct diag *d, struct queue *q, struct queue_entry *out,
                          const struct safe_tx *tx)
{
    struct proposal *p = &out->proposal;
    enum err e = OK;

    *out = (struct queue_entry){ 0 };
    p->domain = q->profile->safe;
    if ((e = safe_tx_copy(d, &p->tx, tx)) == OK &&
        (e = safe_tx_hash(d, &p->claimed, &p->tx, &p->domain)) == OK)
        e = derive_step(d, q, p);
    if (e != OK)
        queue_entry_clear(out);
    return e;
}

/*
 * A key's signature in the form that everybody writes. Whoever saw one can make its twin with the
 * high s, which the chain takes as well, and a service keeps what it is given first.
 */
static enum err parse_normalised(struct diag *d, struct signature *out, const struct hash32 *hash,
                                 const uint8_t *data, size_t data_len)
{
    struct sig65 low;

    if (data_len != sizeof(low.b) || data[sizeof(low.b) - 1] < 27)
        return signature_parse(d, out, hash, data, data_len);
    memcpy(low.b, data, sizeof(low.b));
    secp_make_low_s(&low);
    return signature_parse(d, out, hash, low.b, sizeof(low.b));
}

/* NULL if the signature counts; otherwise why not. */
static const char *judge_signature(struct diag *d, const struct queue *q, struct signature *sig,
                                   const struct hash32 *hash, const struct address *signer,
                                   const uint8_t *data, size_t data_len)
{
    const struct profile *p = q->profile;

    if (parse_normalised(d, sig, hash, data, data_len) != OK)
        return d->msg;
    if (!address_eq(&sig->signer, signer))
        return "it is another account's, or over another hash";
    if (profile_is_owner(p, signer))
        return NULL;
    if (q->kind == QUEUE_DIRECTORY && profile_is_delegate(p, signer))
        return NULL;
    return "the profile does not list that owner";
}

static const struct proposal_signature *find_signature(const struct proposal *p,
                                                       const struct address *signer)
{
    for (size_t i = 0; i < p->num_signatures; i++) {
        if (address_eq(&p->signatures[i].signer, signer))
            return &p->signatures[i];
    }
    return NULL;
}

/* As we write them: a service pads contract signatures. */
static enum err add_parsed(struct diag *d, struct proposal *p, const struct signature *sig)
{
    struct buf bytes;
    enum err e = OK;

    buf_init(&bytes, LIMIT_SIGNATURE_BYTES);
    signature_write(&bytes, sig);
    if ((e = buf_check(d, &bytes, "a signature")) == OK)
        e = proposal_add_signature(d, p, &sig->signer, signature_kind_name(sig->kind), bytes.data,
                                   bytes.len);
    buf_clear(&bytes);
    return e;
}

enum err queue_entry_add_signature(struct diag *d, struct queue *q, struct queue_entry *e,
                                   const struct address *signer, const uint8_t *data,
                                   size_t data_len)
{
    struct hash32_text hash = hash32_format(&e->proposal.claimed.safe_tx);
    struct address_text name = address_format(signer);
    struct signature sig = { 0 };
    struct diag why = { 0 };
    enum err result = OK;
    const char *fault =
        judge_signature(&why, q, &sig, &e->proposal.claimed.safe_tx, signer, data, data_len);

    if (why.code == ERR_NOMEM) {
        result = diag_set(d, ERR_NOMEM, "out of memory");
    } else if (fault != NULL) {
        queue_warn(q, "%s: signature of %s left out: %.200s", hash.s, name.s, fault);
        e->num_bad_signatures++;
    } else if (find_signature(&e->proposal, signer) == NULL) {
        result = add_parsed(d, &e->proposal, &sig);
    }
    signature_clear(&sig);
    return result;
}

static bool is_kind(const struct proposal_signature *s, enum signature_kind kind)
{
    return strcmp(s->kind, signature_kind_name(kind)) == 0;
}

/*
 * What an entry holds has been parsed and recovered. A second signature by the same key, or for the
 * same contract, adds nothing, and an approval has no content: a service keeps one for each owner.
 */
bool queue_entry_holds(const struct queue_entry *held, const struct queue_signature *sig)
{
    const struct proposal_signature *there = find_signature(&held->proposal, &sig->sig.signer);

    if (there == NULL)
        return false;
    if (sig->sig.kind == SIGNATURE_EOA || sig->sig.kind == SIGNATURE_ETH_SIGN)
        return is_kind(there, SIGNATURE_EOA) || is_kind(there, SIGNATURE_ETH_SIGN);
    return is_kind(there, sig->sig.kind);
}

bool queue_entry_holds_exactly(const struct queue_entry *held, const struct queue_signature *sig)
{
    const struct proposal_signature *there = find_signature(&held->proposal, &sig->sig.signer);
    struct buf ours;
    bool same = false;

    buf_init(&ours, LIMIT_SIGNATURE_BYTES);
    signature_write(&ours, &sig->sig);
    same = there != NULL && buf_ok(&ours) && ours.len == there->data_len &&
           memcmp(ours.data, there->data, ours.len) == 0;
    buf_clear(&ours);
    return same;
}

enum queue_proof queue_signature_proof(const struct hash32 *hash, const struct address *signer,
                                       const uint8_t *data, size_t data_len)
{
    struct signature sig = { 0 };
    struct diag why = { 0 };
    enum queue_proof proof = PROVES_NOTHING;

    if (signature_parse(&why, &sig, hash, data, data_len) == OK && address_eq(&sig.signer, signer))
        proof =
            sig.kind == SIGNATURE_EOA || sig.kind == SIGNATURE_ETH_SIGN ? PROVES_KEY : PROVES_FORM;
    signature_clear(&sig);
    return proof;
}

static enum queue_proof proof_of(const struct proposal_signature *s, const struct hash32 *hash)
{
    return s != NULL ? queue_signature_proof(hash, &s->signer, s->data, s->data_len)
                     : PROVES_NOTHING;
}

static enum err check_claim(struct diag *d, struct hash32 *out, const struct proposal *p)
{
    struct safe_hashes hashes;
    enum err e = safe_tx_hash(d, &hashes, &p->tx, &p->domain);

    *out = hashes.safe_tx;
    if (e == OK && !hash32_eq(&hashes.safe_tx, &p->claimed.safe_tx))
        return diag_set(d, ERR_MISMATCH, "a proposal claims SafeTx hash %s, its fields have %s",
                        hash32_format(&p->claimed.safe_tx).s, hash32_format(out).s);
    return e;
}

enum err queue_merge_signatures(struct diag *d, struct proposal *into, const struct proposal *from,
                                size_t *num_added)
{
    struct hash32 ours, theirs;
    enum err e = OK;

    *num_added = 0;
    if ((e = check_claim(d, &ours, into)) != OK || (e = check_claim(d, &theirs, from)) != OK)
        return e;
    if (!hash32_eq(&ours, &theirs))
        return diag_set(d, ERR_MISMATCH, "two different transactions: %s and %s",
                        hash32_format(&ours).s, hash32_format(&theirs).s);
    for (size_t i = 0; i < from->num_signatures; i++) {
        const struct proposal_signature *s = &from->signatures[i];
        const struct proposal_signature *there = find_signature(into, &s->signer);

        if (proof_of(s, &ours) <= proof_of(there, &ours))
            continue;
        if ((e = proposal_add_signature(d, into, &s->signer, s->kind, s->data, s->data_len)) != OK)
            return e;
        ++*num_added;
    }
    return OK;
}
