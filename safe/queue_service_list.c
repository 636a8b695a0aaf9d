// SPDX-License-Identifier: Apache-2.0
/*
 * Lists of the Safe Transaction Service. Anybody can put a row into one: every row is read by
 * itself, and the rows are held against the service's own count.
 *
 * Pages are cut from an order that PostgreSQL makes anew each time: rows that compare equal come
 * twice and others never. So a total order is asked for (nonce, then time of submission), and where
 * one page is not enough only rows up to the second of asking, by the service's clock.
 * Source: safe-transaction-service 6.10.1 (filters and ordering of the list; at most 200 rows).
 */
#include <stdlib.h>
#include <string.h>

#include "safe/queue_internal.h"
#include "src/base/address.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/json_pick.h"
#include "src/base/limits.h"

#define PAGE_ROWS      200 /* the service gives no more */
#define PASSES         3 /* over the whole list, before its count is believed more than its rows */
#define MAX_PATH_BYTES 1024

struct listing {
    struct queue *q;
    struct queue_entries *out;
    const char *filter;
    bool untrusted;   /* those, too */
    uint64_t until_s; /* submitted by then; 0: at any time */
    size_t offset, limit;
    struct hash32 *hashes; /* owned; what this pass has seen */
    size_t num_hashes, num_nameless;
    size_t bytes;   /* of answers, all passes */
    uint64_t count; /* as the last page says */
    bool more;
    uint64_t date_s;
};

/* --- one row ------------------------------------------------------------------------------- */

enum { ROW_NONCE, ROW_HASH }; /* places in row_keys */
static const char *const row_keys[] = {
    "nonce",         "safeTxHash", "safe",           "to",
    "value",         "data",       "operation",      "safeTxGas",
    "baseGas",       "gasPrice",   "gasToken",       "refundReceiver",
    "trusted",       "isExecuted", "submissionDate", "proposedByDelegate",
    "confirmations", NULL,
};
#define NUM_ROW_KEYS (sizeof(row_keys) / sizeof(row_keys[0]) - 1)

/* The members that are used, as a document of their own. */
static enum err pick_row(struct diag *d, struct json **out, struct json_text *picked,
                         const struct json_text *row)
{
    struct buf text;
    bool first = true;
    enum err e = json_pick_members(d, picked, row_keys, row, "a row");

    *out = NULL;
    buf_init(&text, LIMIT_HTTP_BYTES);
    buf_add_str(&text, "{");
    for (size_t i = 0; e == OK && i < NUM_ROW_KEYS; i++) {
        if (picked[i].text == NULL)
            continue;
        buf_addf(&text, "%s\"%s\":", first ? "" : ",", row_keys[i]);
        buf_add(&text, picked[i].text, picked[i].len);
        first = false;
    }
    buf_add_str(&text, "}");
    if (e == OK && (e = buf_check(d, &text, "a row")) == OK)
        e = json_parse(d, out, text.data, text.len, "a row");
    buf_clear(&text);
    return e;
}

/* The hash that the row claims, so that rows can be told apart. */
static bool claimed_hash(struct hash32 *out, const struct json_text *picked)
{
    const struct json_text *t = &picked[ROW_HASH];

    return t->text != NULL && t->len == 68 && t->text[0] == '"' && t->text[1] == '0' &&
           t->text[2] == 'x' && hex_decode(out->b, sizeof(out->b), t->text + 3, 64);
}

static bool was_seen(const struct listing *l, const struct hash32 *hash)
{
    for (size_t i = 0; i < l->num_hashes; i++) {
        if (hash32_eq(&l->hashes[i], hash))
            return true;
    }
    return false;
}

static enum err remember(struct diag *d, struct listing *l, const struct hash32 *hash)
{
    struct hash32 *grown = realloc(l->hashes, (l->num_hashes + 1) * sizeof(*grown));

    if (grown == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    l->hashes = grown;
    l->hashes[l->num_hashes++] = *hash;
    return OK;
}

static bool is_listed(const struct queue_entries *list, const struct hash32 *hash)
{
    for (size_t i = 0; i < list->num_items; i++) {
        if (hash32_eq(&list->items[i].proposal.claimed.safe_tx, hash))
            return true;
    }
    return false;
}

static void warn_left_out(struct listing *l, const struct json_text *picked, const char *why)
{
    const struct json_text *nonce = &picked[ROW_NONCE];
    struct hash32 hash;
    int nonce_len = nonce->len < 80 ? (int)nonce->len : 80;

    if (claimed_hash(&hash, picked))
        queue_warn(l->q, "%s, nonce %.*s: left out, it cannot be read: %.256s",
                   hash32_format(&hash).s, nonce_len, nonce->text != NULL ? nonce->text : "", why);
    else
        queue_warn(l->q, "a row without a hash left out, it cannot be read: %.256s", why);
}

/*
 * A row that cannot be read is left out, whoever signed it: the others are read. A wrong hash or
 * another Safe is the service's own fault and always an error.
 */
static enum err read_row(struct diag *d, struct listing *l, const struct json_text *row)
{
    struct json_text picked[NUM_ROW_KEYS + 1] = { { 0 } };
    struct queue_entry entry = { 0 };
    struct hash32 hash;
    struct diag why = { 0 };
    struct json *j = NULL;
    enum err e = pick_row(&why, &j, picked, row);

    if (!claimed_hash(&hash, picked)) {
        l->num_nameless++;
    } else if (was_seen(l, &hash)) {
        e = e == ERR_NOMEM ? e : OK; /* twice on the pages: it counts once, read or not */
        goto done;
    } else if (remember(&why, l, &hash) != OK) {
        e = ERR_NOMEM;
    }
    if (e == OK && claimed_hash(&hash, picked) && is_listed(l->out, &hash))
        goto done; /* read by the question before */
    if (e == OK)
        e = queue_service_parse_transaction(&why, l->q, &entry, j);
    if (e == OK && !entry.executed)
        e = queue_entries_add(&why, l->out, &entry);
    else if (e == ERR_FORMAT || e == ERR_LIMIT || e == ERR_UNSUPPORTED) {
        warn_left_out(l, picked, why.msg);
        e = OK;
    }
done:
    queue_entry_clear(&entry);
    json_free(j);
    if (e != OK)
        *d = why;
    return e;
}

/* --- one page ------------------------------------------------------------------------------ */

static bool is_null(const struct json_text *t)
{
    return t->text == NULL || (t->len == 4 && memcmp(t->text, "null", 4) == 0);
}

static bool read_count(uint64_t *out, const struct json_text *t)
{
    uint64_t n = 0;

    for (size_t i = 0; i < t->len; i++) {
        if (t->text[i] < '0' || t->text[i] > '9' || n > UINT32_MAX)
            return false;
        n = n * 10 + (uint64_t)(t->text[i] - '0');
    }
    *out = n;
    return t->text != NULL && t->len > 0;
}

static enum err read_rows(struct diag *d, struct listing *l, const struct buf *body)
{
    static const char *const keys[] = { "results", "count", "next", NULL };
    const struct json_text page = { (const char *)body->data, body->len };
    struct json_text picked[3], row;
    size_t at = 0, num_rows = 0;
    bool done = false;
    enum err e = json_pick_members(d, picked, keys, &page, "the service's list");

    if (e == OK && !read_count(&l->count, &picked[1]))
        e = diag_set(d, ERR_FORMAT, "the service's list does not say how many rows there are");
    while (e == OK &&
           (e = json_pick_item(d, &row, &done, &at, &picked[0], "the service's list")) == OK &&
           !done) {
        e = read_row(d, l, &row);
        num_rows++;
    }
    /* 'next' only says that there is more: its URL is not ours to follow */
    l->more = num_rows > 0 && !is_null(&picked[2]);
    l->offset += num_rows;
    return e;
}

static enum err add_path(struct diag *d, struct buf *path, const struct listing *l)
{
    struct address_text safe = address_format(&l->q->profile->safe.safe);

    buf_addf(path,
             "/api/v2/safes/%s/multisig-transactions/?executed=false&%s%s&ordering=nonce,created",
             safe.s, l->filter, l->untrusted ? "&trusted=false" : "");
    if (l->until_s != 0)
        buf_addf(path, "&submission_date__lte=%s", clock_format_utc(l->until_s).s);
    buf_addf(path, "&limit=%zu&offset=%zu", l->limit, l->offset);
    return buf_check(d, path, "the queue's URL");
}

/*
 * A page that is too large is asked for in smaller ones, down to a single row, which then is left
 * out. That row is counted: in a total order it does not come again.
 */
static void make_smaller(struct listing *l)
{
    if (l->limit > 1) {
        l->limit = (l->limit + 1) / 2;
    } else {
        queue_warn(l->q, "a row over the limit of %d bytes left out (the list's number %zu)",
                   LIMIT_HTTP_BYTES, l->offset);
        l->num_nameless++;
        l->offset++;
    }
    l->more = true;
}

static enum err read_page(struct diag *d, struct listing *l)
{
    struct http_response r = { 0 };
    struct buf path;
    enum err e = OK;

    buf_init(&path, MAX_PATH_BYTES);
    if ((e = add_path(d, &path, l)) != OK)
        goto done;
    e = queue_service_call(d, l->q, &r, "GET", buf_str(&path), NULL);
    l->bytes += e == ERR_LIMIT ? LIMIT_HTTP_BYTES : r.body.len;
    l->date_s = r.date_s;
    if (e == ERR_LIMIT) {
        *d = (struct diag){ 0 };
        make_smaller(l);
        e = OK;
    } else if (e == OK && r.status == 404) {
        e = diag_set(d, ERR_NETWORK, "the service does not know the Safe (HTTP 404)");
    } else if (e == OK && r.status != 200) {
        e = queue_service_refusal(d, "list the pending transactions", &r);
    } else if (e == OK) {
        e = read_rows(d, l, &r.body);
    }
done:
    buf_clear(&path);
    http_response_clear(&r);
    return e;
}

/* --- a whole list -------------------------------------------------------------------------- */

static enum err check_bounds(struct diag *d, const struct listing *l)
{
    size_t max_rows = l->untrusted ? LIMIT_QUEUE_UNTRUSTED : LIMIT_QUEUE_ENTRIES;
    size_t max_bytes = l->untrusted ? LIMIT_QUEUE_UNTRUSTED_BYTES : LIMIT_QUEUE_BYTES;
    const char *which = l->untrusted ? "" : "trusted ";

    if (l->offset >= max_rows)
        return diag_set(d, ERR_LIMIT, "the service lists more than %zu pending %stransactions",
                        max_rows, which);
    if (l->bytes > max_bytes)
        return diag_set(d, ERR_LIMIT,
                        "the service's list of pending %stransactions is over the limit of %zu "
                        "bytes",
                        which, max_bytes);
    return OK;
}

/* All pages, once. Where the first is not all, the list is held still from then on. */
static enum err read_pass(struct diag *d, struct listing *l)
{
    enum err e = OK;

    l->offset = l->num_hashes = l->num_nameless = 0;
    l->limit = PAGE_ROWS;
    do {
        bool first = l->offset == 0;

        e = read_page(d, l);
        if (e == OK && first && l->more && l->until_s == 0 && l->date_s != 0) {
            /* to the end of this second, which Date cuts off: a row that comes within it moves
             * others to a later page, where they are seen again, and the count tells of it */
            l->until_s = l->date_s + 1;
            l->offset = l->num_hashes = l->num_nameless = 0;
        }
        if (e == OK && l->more)
            e = check_bounds(d, l);
    } while (e == OK && l->more);
    return e;
}

static enum err read_all(struct diag *d, struct listing *l)
{
    size_t seen = 0;
    enum err e = OK;

    for (unsigned pass = 0; pass < PASSES; pass++) {
        if ((e = read_pass(d, l)) != OK)
            return e;
        seen = l->num_hashes + l->num_nameless;
        if (seen >= l->count)
            return OK;
    }
    diag_hint(d, "nothing is wrong with the rows that it gave; repeat the command");
    return diag_set(d, ERR_NETWORK,
                    "the service counts %llu pending transactions and listed %zu different ones "
                    "(asked %d times): what is missing could not be told",
                    (unsigned long long)l->count, seen, PASSES);
}

enum err queue_service_list(struct diag *d, struct queue *q, struct queue_entries *out,
                            const char *filter, bool untrusted)
{
    struct listing l = { .q = q, .out = out, .filter = filter, .untrusted = untrusted };
    enum err e = OK;

    q->is_crowd = untrusted;
    e = read_all(d, &l);
    if (untrusted && e != OK && e != ERR_NOMEM) {
        /* whoever spoils this question must not spoil the answer to the one before */
        queue_warn(q, "not all that the service does not trust could be listed: %.400s", d->msg);
        *d = (struct diag){ 0 };
        e = OK;
    }
    q->is_crowd = false;
    free(l.hashes);
    return e;
}
