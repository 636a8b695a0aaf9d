// SPDX-License-Identifier: Apache-2.0
#include "safe/queue.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "safe/queue_internal.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/secret.h"
#include "src/base/u256.h"

/* A token goes into a header line: anything but visible ASCII could end that line. */
static bool is_token(const struct buf *key)
{
    for (size_t i = 0; i < key->len; i++) {
        if (key->data[i] < 0x21 || key->data[i] > 0x7e)
            return false;
    }
    return key->len > 0;
}

/* A key goes to the service for which a person accepted it: what the accepted text names, by
 * scheme, host and port. A profile that nobody accepted gets none. */
static enum err read_api_key(struct diag *d, struct buf *out, const struct profile *p)
{
    const struct profile_queue *from = &p->queue;
    enum err e = OK;

    buf_init_secret(out, LIMIT_SECRET_BYTES);
    if ((from->api_key_file != NULL || from->api_key_env != NULL) && !p->accepted)
        return diag_set(d, ERR_USAGE, "the profile that names an API key is not accepted");
    if (from->api_key_file != NULL) {
        if ((e = secret_from_file(d, out, from->api_key_file)) != OK)
            return diag_prefix(d, "cannot read the API key of the queue");
    } else if (from->api_key_env != NULL) {
        const char *value = getenv(from->api_key_env);

        if (value == NULL)
            return diag_set(d, ERR_USAGE,
                            "the profile takes the API key of the queue from the environment "
                            "variable '%.64s', which is not set",
                            from->api_key_env);
        buf_add_str(out, value);
        e = buf_check(d, out, "the API key of the queue");
    } else {
        return OK;
    }
    if (e == OK && !is_token(out))
        e = diag_set(d, ERR_FORMAT,
                     "the API key of the queue is empty or holds white space or characters "
                     "outside ASCII");
    return e;
}

enum err queue_open(struct diag *d, struct queue **out, const struct profile *p)
{
    enum err e = ERR_INTERNAL;
    struct queue *q = NULL;

    *out = NULL;
    if (p->queue.kind == QUEUE_NONE) {
        diag_hint(d, "add 'queue:' to the profile, a directory (file:DIR) or a service's URL");
        return diag_set(d, ERR_USAGE, "the profile names no queue");
    }
    q = calloc(1, sizeof(*q));
    if (q == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    q->kind = p->queue.kind;
    q->profile = p;
    q->location = bytes_dup(p->queue.location, strlen(p->queue.location) + 1);
    if (q->location == NULL) {
        e = diag_set(d, ERR_NOMEM, "out of memory");
        goto done;
    }
    for (size_t n = strlen(q->location); n > 1 && q->location[n - 1] == '/'; n--)
        q->location[n - 1] = '\0';
    if (q->kind == QUEUE_SERVICE && (e = read_api_key(d, &q->api_key, p)) != OK)
        goto done;
    *out = q;
    q = NULL; /* moved to the caller */
    e = OK;
done:
    queue_close(q);
    return e;
}

static void forget(struct queue_warnings *w)
{
    for (size_t i = 0; i < w->num_items; i++)
        free(w->items[i]);
    w->num_items = 0;
}

void queue_forget_warnings(struct queue *q)
{
    forget(&q->warnings);
    forget(&q->crowd);
}

void queue_close(struct queue *q)
{
    if (q == NULL)
        return;
    queue_forget_warnings(q);
    buf_clear(&q->api_key);
    free(q->location);
    free(q);
}

enum queue_kind queue_kind_of(const struct queue *q)
{
    return q->kind;
}

const char *queue_warning(const struct queue *q, size_t i)
{
    size_t num_first = q->warnings.num_items;

    if (i < num_first)
        return q->warnings.items[i];
    return i - num_first < q->crowd.num_items ? q->crowd.items[i - num_first] : NULL;
}

static bool is_said(const struct queue_warnings *w, const char *text)
{
    for (size_t i = 0; i < w->num_items; i++) {
        if (strcmp(w->items[i], text) == 0)
            return true;
    }
    return false;
}

void queue_warn(struct queue *q, const char *fmt, ...)
{
    struct queue_warnings *w = q->is_crowd ? &q->crowd : &q->warnings;
    char text[640];
    va_list ap;

    if (w->num_items == QUEUE_MAX_WARNINGS)
        return;
    if (w->num_items == QUEUE_MAX_WARNINGS - 1) {
        (void)snprintf(text, sizeof(text), "there is more of this kind that is not shown");
    } else {
        va_start(ap, fmt);
        (void)vsnprintf(text, sizeof(text), fmt, ap);
        va_end(ap);
    }
    if (is_said(w, text))
        return; /* a list is read more than once */
    w->items[w->num_items] = bytes_dup(text, strlen(text) + 1);
    if (w->items[w->num_items] != NULL)
        w->num_items++;
}

enum err queue_submit(struct diag *d, struct queue *q, struct queue_receipt *out,
                      const struct proposal *p)
{
    enum err e = ERR_INTERNAL;
    struct queue_submission s = { 0 };
    struct queue_receipt receipt = { 0 };

    *out = receipt;
    queue_forget_warnings(q);
    if ((e = queue_submission_init(d, &s, q, p)) != OK)
        goto done;
    if (q->kind == QUEUE_DIRECTORY)
        e = queue_directory_submit(d, q, &receipt, &s);
    else
        e = queue_service_submit(d, q, &receipt, &s);
    if (e == OK)
        *out = receipt;
done:
    queue_submission_clear(&s);
    return e;
}

/* How much of what nobody vouches for is wanted. */
enum crowd { CROWD_NEVER, CROWD_IF_NOTHING_REAL, CROWD_ALWAYS };

static bool any_real(const struct queue_entries *list)
{
    for (size_t i = 0; i < list->num_items; i++) {
        if (list->items[i].real)
            return true;
    }
    return false;
}

static enum err list_filtered(struct diag *d, struct queue *q, struct queue_entries *out,
                              const char *filter, const struct u256 *nonce, enum crowd crowd)
{
    char query[32 + U256_DEC_LEN];
    struct u256_text text = u256_format(nonce);
    enum err e = ERR_INTERNAL;

    *out = (struct queue_entries){ 0 };
    queue_forget_warnings(q);
    (void)snprintf(query, sizeof(query), "%s=%s", filter, text.s);
    if (q->kind == QUEUE_DIRECTORY)
        e = queue_directory_list(d, q, out, nonce);
    else
        e = queue_service_list(d, q, out, query, false);
    if (e == OK && q->kind == QUEUE_SERVICE &&
        (crowd == CROWD_ALWAYS || (crowd == CROWD_IF_NOTHING_REAL && !any_real(out))))
        e = queue_service_list(d, q, out, query, true);
    if (e != OK)
        queue_entries_clear(out);
    return e;
}

/* Keep what lies in min..max; a service may answer what nobody asked for. */
static void keep_range(struct queue_entries *list, const struct u256 *min, const struct u256 *max)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->num_items; i++) {
        const struct u256 *nonce = &list->items[i].proposal.tx.nonce;

        if (u256_cmp(nonce, min) < 0 || (max != NULL && u256_cmp(nonce, max) > 0)) {
            queue_entry_clear(&list->items[i]);
            continue;
        }
        if (kept != i) {
            list->items[kept] = list->items[i];
            list->items[i] = (struct queue_entry){ 0 }; /* moved */
        }
        kept++;
    }
    list->num_items = kept;
    queue_entries_sort(list);
}

enum err queue_list(struct diag *d, struct queue *q, struct queue_entries *out,
                    const struct u256 *min_nonce)
{
    enum err e = list_filtered(d, q, out, "nonce__gte", min_nonce, CROWD_ALWAYS);

    if (e == OK)
        keep_range(out, min_nonce, NULL);
    return e;
}

enum err queue_at_nonce(struct diag *d, struct queue *q, struct queue_entries *out,
                        const struct u256 *nonce)
{
    enum err e = list_filtered(d, q, out, "nonce", nonce, CROWD_IF_NOTHING_REAL);

    if (e == OK)
        keep_range(out, nonce, nonce);
    return e;
}

enum err queue_executed_at(struct diag *d, struct queue *q, bool *found, struct hash32 *out,
                           const struct u256 *nonce)
{
    *found = false;
    *out = (struct hash32){ { 0 } };
    return q->kind == QUEUE_SERVICE ? queue_service_executed_at(d, q, found, out, nonce) : OK;
}

enum err queue_fetch(struct diag *d, struct queue *q, struct queue_entry *out,
                     const struct hash32 *safe_tx_hash)
{
    enum err e = ERR_INTERNAL;

    *out = (struct queue_entry){ 0 };
    queue_forget_warnings(q);
    if (q->kind == QUEUE_DIRECTORY)
        e = queue_directory_fetch(d, q, out, safe_tx_hash);
    else
        e = queue_service_fetch(d, q, out, safe_tx_hash);
    if (e == OK && !hash32_eq(&out->proposal.claimed.safe_tx, safe_tx_hash))
        e = diag_set(d, ERR_MISMATCH, "the queue answered with another transaction");
    if (e != OK)
        queue_entry_clear(out);
    return e;
}

/* Real transactions behind a nonce that none of them has: they wait until it is used. */
static void warn_far(struct queue *q, const struct queue_entries *list, const struct u256 *next)
{
    const struct queue_entry *first = NULL;
    size_t num_far = 0;

    for (size_t i = 0; i < list->num_items; i++) {
        const struct queue_entry *e = &list->items[i];

        if (!e->real || u256_cmp(&e->proposal.tx.nonce, next) <= 0)
            continue;
        first = first == NULL ? e : first;
        num_far++;
    }
    if (first == NULL)
        return;
    queue_warn(q,
               "nonce %s is free; %zu transaction%s of the queue wait%s behind it, the first "
               "with nonce %s: %s",
               u256_format(next).s, num_far, num_far == 1 ? "" : "s", num_far == 1 ? "s" : "",
               u256_format(&first->proposal.tx.nonce).s,
               hash32_format(&first->proposal.claimed.safe_tx).s);
}

enum err queue_next_nonce(struct diag *d, struct queue *q, struct u256 *out,
                          const struct u256 *on_chain)
{
    struct queue_entries list = { 0 };
    struct u256 next = *on_chain;
    const struct u256 one = u256_from_u64(1);
    enum err e = list_filtered(d, q, &list, "nonce__gte", on_chain, CROWD_NEVER);

    *out = (struct u256){ { 0 } };
    queue_entries_sort(&list);
    for (size_t i = 0; e == OK && i < list.num_items; i++) {
        /* What nobody signed is anybody's: it must not push our nonce. */
        if (list.items[i].real && u256_eq(&list.items[i].proposal.tx.nonce, &next) &&
            !u256_add(&next, &next, &one))
            e = diag_set(d, ERR_FORMAT, "the queue holds the highest nonce there is");
    }
    if (e == OK) {
        warn_far(q, &list, &next);
        *out = next;
    }
    queue_entries_clear(&list);
    return e;
}
