// SPDX-License-Identifier: Apache-2.0
/*
 * A queue that is the Safe Transaction Service, API v2.
 * Source: safe-transaction-service 6.10.1.
 */
#include <stdio.h>

#include "safe/queue_internal.h"
#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/u256.h"

#define MAX_PATH_BYTES 1024

enum err queue_service_call(struct diag *d, struct queue *q, struct http_response *out,
                            const char *method, const char *path, const struct buf *body)
{
    struct http_request req = {
        .method = method,
        .body = body != NULL ? buf_str(body) : NULL,
        .body_len = body != NULL ? body->len : 0,
        .bearer = q->api_key.len > 0 ? buf_str(&q->api_key) : NULL,
        .allow_plain_http = q->profile->queue.allow_plain_http,
    };
    struct buf url;
    enum err e = OK;

    *out = (struct http_response){ 0 };
    buf_init(&url, 4096);
    buf_add_str(&url, q->location);
    buf_add_str(&url, path);
    if ((e = buf_check(d, &url, "the queue's URL")) == OK) {
        req.url = buf_str(&url);
        e = http_exchange_retry(d, out, &req);
    }
    buf_clear(&url);
    return e;
}

enum err queue_service_get(struct diag *d, struct queue *q, struct json **out, const char *doing,
                           const char *path)
{
    struct http_response r = { 0 };
    enum err e = queue_service_call(d, q, &r, "GET", path, NULL);

    *out = NULL;
    if (e == OK && r.status != 200 && r.status != 404)
        e = queue_service_refusal(d, doing, &r);
    else if (e == OK && r.status == 200 &&
             json_parse(d, out, r.body.data, r.body.len, "answer") != OK)
        e = diag_prefix(d, "cannot %s: the service's answer", doing);
    http_response_clear(&r);
    return e;
}

enum err queue_service_send(struct diag *d, struct queue *q, const char *doing, const char *method,
                            const char *path, const struct buf *body)
{
    struct http_response r = { 0 };
    enum err e = queue_service_call(d, q, &r, method, path, body);

    if (e == OK && (r.status < 200 || r.status > 299))
        e = queue_service_refusal(d, doing, &r);
    http_response_clear(&r);
    return e;
}

/* --- reading ------------------------------------------------------------------------------- */

/* *found tells whether the service has it. */
static enum err lookup(struct diag *d, struct queue *q, struct queue_entry *out, bool *found,
                       const struct hash32 *hash)
{
    struct hash32_text text = hash32_format(hash);
    char path[128];
    struct json *j = NULL;
    enum err e = OK;

    *out = (struct queue_entry){ 0 };
    *found = false;
    (void)snprintf(path, sizeof(path), "/api/v2/multisig-transactions/%s/", text.s);
    e = queue_service_get(d, q, &j, "read the transaction", path);
    if (e == OK && j != NULL) {
        if ((e = queue_service_parse_transaction(d, q, out, j)) != OK)
            e = diag_prefix(d, "the service's transaction");
        *found = e == OK;
    }
    if (*found && !hash32_eq(&out->proposal.claimed.safe_tx, hash)) {
        e = diag_set(d, ERR_MISMATCH, "the service answered with another transaction");
        *found = false;
        queue_entry_clear(out);
    }
    json_free(j);
    return e;
}

enum err queue_service_fetch(struct diag *d, struct queue *q, struct queue_entry *out,
                             const struct hash32 *hash)
{
    bool found = false;
    enum err e = lookup(d, q, out, &found, hash);

    if (e == OK && !found) {
        struct hash32_text text = hash32_format(hash);

        diag_hint(d, "the right chain's service? a proposal without a signature is not there at "
                     "all, and one that nobody signed is deleted after 30 days");
        e = diag_set(d, ERR_NETWORK, "the service has no transaction %s", text.s);
    }
    return e;
}

enum err queue_service_executed_at(struct diag *d, struct queue *q, bool *found, struct hash32 *out,
                                   const struct u256 *nonce)
{
    struct address_text safe = address_format(&q->profile->safe.safe);
    struct diag unread = { 0 };
    struct json *j = NULL;
    char path[MAX_PATH_BYTES];
    enum err e = OK;

    (void)snprintf(path, sizeof(path),
                   "/api/v2/safes/%s/multisig-transactions/?executed=true&nonce=%s&limit=1", safe.s,
                   u256_format(nonce).s);
    e = queue_service_get(d, q, &j, "ask for an executed transaction", path);
    *found = e == OK && j != NULL &&
             json_read_hash(&unread, out, json_at(json_get(j, "results"), 0), "safeTxHash") == OK;
    json_free(j);
    return e;
}

/* --- submitting ---------------------------------------------------------------------------- */

/*
 * A service of another chain refuses our hash by itself, as the chain id is in it; below 1.3.0 it
 * is not, and then nothing but this answer protects from the wrong service.
 */
static enum err check_chain(struct diag *d, struct queue *q)
{
    const struct safe_domain *safe = &q->profile->safe;
    struct http_response r = { 0 };
    struct json *j = NULL;
    struct diag why = { 0 };
    struct u256 chain_id = { { 0 } };
    bool told = false;
    enum err e = queue_service_call(d, q, &r, "GET", "/api/v1/about/ethereum-rpc/", NULL);

    if (e == OK && r.status == 401)
        e = queue_service_refusal(d, "ask the service for its chain", &r);
    if (e != OK)
        goto done;
    told = r.status == 200 &&
           json_parse(&why, &j, r.body.data, r.body.len, "the service's answer") == OK &&
           json_read_u256(&why, &chain_id, j, "chain_id") == OK;
    if (told && !u256_eq(&chain_id, &safe->chain_id)) {
        struct u256_text found = u256_format(&chain_id);
        struct u256_text want = u256_format(&safe->chain_id);

        e = diag_set(d, ERR_MISMATCH, "the service is for chain %s, the profile for chain %s",
                     found.s, want.s);
    } else if (!told && safe->form != SAFE_FORM_1_3) {
        e = diag_set(d, ERR_NETWORK,
                     "the service does not tell its chain (HTTP %ld), and hashes of Safe %s do not "
                     "tell it either",
                     r.status, safe->version);
    } else if (!told) {
        queue_warn(q,
                   "the service does not tell its chain (HTTP %ld); it compares the hash, which "
                   "covers the chain id",
                   r.status);
    }
done:
    json_free(j);
    http_response_clear(&r);
    return e;
}

static enum err propose(struct diag *d, struct queue *q, const struct queue_submission *s,
                        const struct queue_signature *sender)
{
    struct address_text safe = address_format(&q->profile->safe.safe);
    struct buf body = { 0 }, path;
    enum err e = queue_service_write_proposal(d, &body, s, sender);

    buf_init(&path, MAX_PATH_BYTES);
    buf_addf(&path, "/api/v2/safes/%s/multisig-transactions/", safe.s);
    if (e == OK)
        e = queue_service_send(d, q, "propose the transaction", "POST", buf_str(&path), &body);
    buf_clear(&body);
    buf_clear(&path);
    return e;
}

static enum err confirm(struct diag *d, struct queue *q, const struct queue_submission *s,
                        const struct queue_signature *sig)
{
    struct hash32_text hash = hash32_format(&s->hashes.safe_tx);
    struct address_text name = address_format(&sig->sig.signer);
    struct buf body = { 0 }, path, doing;
    enum err e = queue_service_write_confirmation(d, &body, sig);

    buf_init(&path, MAX_PATH_BYTES);
    buf_init(&doing, MAX_PATH_BYTES);
    buf_addf(&path, "/api/v1/multisig-transactions/%s/confirmations/", hash.s);
    buf_addf(&doing, "add the signature of %s", name.s);
    if (e == OK)
        e = queue_service_send(d, q, buf_str(&doing), "POST", buf_str(&path), &body);
    buf_clear(&body);
    buf_clear(&path);
    buf_clear(&doing);
    return e;
}

/* The sender of the proposal: an owner that signed, or else a delegate that did. */
static const struct queue_signature *choose_sender(const struct queue_submission *s)
{
    const struct queue_signature *delegate = NULL;

    for (size_t i = 0; i < s->num_items; i++) {
        if (s->items[i].is_owner)
            return &s->items[i];
        if (delegate == NULL)
            delegate = &s->items[i];
    }
    return delegate;
}

static size_t count_missing(const struct queue_submission *s, const struct queue_entry *held)
{
    size_t n = 0;

    for (size_t i = 0; i < s->num_items; i++)
        n += s->items[i].is_owner && !queue_entry_holds(held, &s->items[i]) ? 1 : 0;
    return n;
}

static enum err send_all(struct diag *d, struct queue *q, struct queue_receipt *out,
                         const struct queue_submission *s, const struct queue_entry *held)
{
    const struct queue_signature *sender = choose_sender(s);
    size_t missing = count_missing(s, held);
    bool proposes = !out->already_there || (!held->trusted && missing == 0);
    enum err e = OK;

    if (out->already_there && held->executed && missing > 0)
        return diag_set(d, ERR_USAGE,
                        "the transaction was executed: the service takes no more "
                        "signatures for it");
    if (proposes && (e = propose(d, q, s, sender)) != OK)
        return e;
    out->signatures_sent = proposes && sender->is_owner && !queue_entry_holds(held, sender) ? 1 : 0;
    for (size_t i = 0; i < s->num_items; i++) {
        const struct queue_signature *sig = &s->items[i];

        if (!sig->is_owner || queue_entry_holds(held, sig) || (proposes && sig == sender))
            continue;
        if ((e = confirm(d, q, s, sig)) != OK)
            return e;
        out->signatures_sent++;
    }
    return OK;
}

enum err queue_service_submit(struct diag *d, struct queue *q, struct queue_receipt *out,
                              const struct queue_submission *s)
{
    struct queue_entry held = { 0 };
    bool found = false;
    enum err e = OK;

    if (s->num_items == 0) {
        diag_hint(d, "sign it first, as an owner or as a delegate");
        return diag_set(d, ERR_USAGE,
                        "the proposal has no signature, and anybody can plant such a "
                        "transaction in the service");
    }
    if ((e = check_chain(d, q)) != OK ||
        (e = lookup(d, q, &held, &out->already_there, &s->hashes.safe_tx)) != OK ||
        (e = send_all(d, q, out, s, &held)) != OK)
        goto done;
    queue_entry_clear(&held);
    if ((e = lookup(d, q, &held, &found, &s->hashes.safe_tx)) != OK)
        goto done;
    if (!found) {
        e = diag_set(d, ERR_MISMATCH, "the service accepted the transaction and does not have it");
        goto done;
    }
    if (!held.trusted)
        queue_warn(q, "the service does not trust the transaction: its default lists hide it");
    e = queue_submission_check(d, q, &out->signatures_listed, s, &held);
done:
    queue_entry_clear(&held);
    return e;
}
