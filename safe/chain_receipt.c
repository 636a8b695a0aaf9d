// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "safe/chain_internal.h"
#include "src/base/address.h"
#include "src/base/deadline.h"
#include "src/base/hex.h"
#include "src/base/http.h"
#include "src/base/u256.h"

#define LOG_MAX_DATA (256 * 1024)
/* A receipt holds what fits into a block of gas; 8 gas a byte and 375 gas a log. */
#define RECEIPT_MAX_LOGS 20000
#define POLL_FIRST_MS    100
#define POLL_LAST_MS     4000
#define LAST_LOOK_MS     5000 /* an answer to the last question, at the end of the time */
/* Public nodes refuse longer ranges of blocks in one question. */
#define LOG_WINDOW 2000

void chain_log_clear(struct chain_log *log)
{
    free(log->data);
    *log = (struct chain_log){ 0 };
}

void chain_receipt_clear(struct chain_receipt *r)
{
    for (size_t i = 0; i < r->num_logs; i++)
        chain_log_clear(&r->logs[i]);
    free(r->logs);
    *r = (struct chain_receipt){ 0 };
}

static enum err read_topics(struct diag *d, struct chain_log *out, const struct json *topics)
{
    size_t count = json_len(topics);

    if (topics == NULL || json_type(topics) != JSON_ARRAY || count > 4)
        return diag_set(d, ERR_FORMAT, "log: expected at most 4 topics");
    for (size_t i = 0; i < count; i++) {
        enum err e = rpc_read_hash(d, &out->topics[i], json_at(topics, i), "log topic");

        if (e != OK)
            return e;
    }
    out->num_topics = count;
    return OK;
}

enum err rpc_read_log(struct diag *d, struct chain_log *out, const struct json *j)
{
    struct buf data;
    enum err e = ERR_INTERNAL;

    *out = (struct chain_log){ 0 };
    if (j == NULL || json_type(j) != JSON_OBJECT)
        return diag_set(d, ERR_FORMAT, "log: expected an object");
    buf_init(&data, LOG_MAX_DATA);
    e = rpc_read_address(d, &out->address, json_get(j, "address"), "log address");
    if (e == OK)
        e = read_topics(d, out, json_get(j, "topics"));
    if (e == OK)
        e = rpc_read_data(d, &data, json_get(j, "data"), "log data");
    if (e == OK) {
        out->data_len = data.len;
        out->data = bytes_dup(data.data, data.len);
        if (out->data == NULL)
            e = diag_set(d, ERR_NOMEM, "out of memory");
    }
    buf_clear(&data);
    return e;
}

static enum err read_logs(struct diag *d, struct chain_receipt *out, const struct json *logs)
{
    size_t count = json_len(logs);

    if (logs == NULL || json_type(logs) != JSON_ARRAY || count > RECEIPT_MAX_LOGS)
        return diag_set(d, ERR_FORMAT, "receipt: expected a list of logs");
    if (count == 0)
        return OK;
    if ((out->logs = calloc(count, sizeof(*out->logs))) == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    out->num_logs = count;
    for (size_t i = 0; i < count; i++) {
        enum err e = rpc_read_log(d, &out->logs[i], json_at(logs, i));

        if (e != OK)
            return e;
    }
    return OK;
}

static enum err read_receipt(struct diag *d, struct chain_receipt *out, const struct json *j,
                             const struct hash32 *tx_hash)
{
    struct hash32 found;
    uint64_t status = 0;
    enum err e = rpc_read_hash(d, &found, json_get(j, "transactionHash"), "transactionHash");

    if (e == OK && !hash32_eq(&found, tx_hash))
        e = diag_set(d, ERR_FORMAT, "receipt: of another transaction");
    if (e == OK)
        e = rpc_read_u64(d, &status, json_get(j, "status"), "receipt status");
    if (e == OK && status > 1)
        e = diag_set(d, ERR_FORMAT, "receipt: status %" PRIu64, status);
    if (e == OK)
        e = rpc_read_u64(d, &out->block_number, json_get(j, "blockNumber"), "blockNumber");
    if (e == OK)
        e = rpc_read_hash(d, &out->block_hash, json_get(j, "blockHash"), "blockHash");
    if (e == OK)
        e = rpc_read_u64(d, &out->gas_used, json_get(j, "gasUsed"), "gasUsed");
    if (e == OK)
        e = read_logs(d, out, json_get(j, "logs"));
    out->status = status == 1;
    return e;
}

enum err rpc_read_receipt(struct diag *d, struct chain_receipt *out, const struct json *j,
                          const struct hash32 *tx_hash)
{
    enum err e = ERR_INTERNAL;

    *out = (struct chain_receipt){ 0 };
    if (j == NULL || json_type(j) != JSON_OBJECT)
        return diag_set(d, ERR_FORMAT, "receipt: expected an object");
    if ((e = read_receipt(d, out, j, tx_hash)) != OK)
        chain_receipt_clear(out);
    return e;
}

static bool log_eq(const struct chain_log *a, const struct chain_log *b)
{
    return address_eq(&a->address, &b->address) && a->num_topics == b->num_topics &&
           memcmp(a->topics, b->topics, a->num_topics * sizeof(a->topics[0])) == 0 &&
           a->data_len == b->data_len && memcmp(a->data, b->data, a->data_len) == 0;
}

static bool receipt_eq(const struct chain_receipt *a, const struct chain_receipt *b)
{
    if (a->status != b->status || a->block_number != b->block_number ||
        !hash32_eq(&a->block_hash, &b->block_hash) || a->gas_used != b->gas_used ||
        a->num_logs != b->num_logs)
        return false;
    for (size_t i = 0; i < a->num_logs; i++) {
        if (!log_eq(&a->logs[i], &b->logs[i]))
            return false;
    }
    return true;
}

/* *found is false while the endpoint has no receipt. */
static enum err try_receipt(struct diag *d, struct chain *c, struct chain_receipt *out, bool *found,
                            size_t i, const struct hash32 *tx_hash)
{
    struct json *params = json_new_array();
    struct rpc_answer a;
    enum err e = ERR_INTERNAL;

    *out = (struct chain_receipt){ 0 };
    *found = false;
    json_append(params, json_new_string(hash32_format(tx_hash).s));
    if ((e = rpc_call_result(d, c, &a, i, "eth_getTransactionReceipt", params)) != OK)
        return e;
    if (json_type(a.result) != JSON_NULL) {
        if ((e = rpc_read_receipt(d, out, a.result, tx_hash)) != OK)
            (void)rpc_prefix(d, c, i);
        *found = e == OK;
    }
    rpc_answer_clear(&a);
    return e;
}

static enum err wait_one(struct diag *d, struct chain *c, struct chain_receipt *out, size_t i,
                         const struct hash32 *tx_hash, uint64_t deadline_ms)
{
    unsigned pause = POLL_FIRST_MS;

    for (;;) {
        bool found = false;
        enum err e = try_receipt(d, c, out, &found, i, tx_hash);

        if (e != OK || found)
            return e;
        if (monotonic_ms() + pause > deadline_ms)
            return diag_set(d, ERR_NETWORK, "rpc '%s' shows no receipt for transaction %s in time",
                            c->endpoints[i].name, hash32_format(tx_hash).s);
        chain_sleep_ms(c, pause);
        pause = pause * 2 < POLL_LAST_MS ? pause * 2 : POLL_LAST_MS;
    }
}

enum err chain_wait_receipt(struct diag *d, struct chain *c, struct chain_receipt *out,
                            const struct hash32 *tx_hash, unsigned timeout_s)
{
    uint64_t deadline = monotonic_ms() + (uint64_t)timeout_s * 1000;
    struct chain_receipt first = { 0 };
    enum err e = ERR_INTERNAL;

    *out = (struct chain_receipt){ 0 };
    c->until_ms = deadline + LAST_LOOK_MS;
    e = wait_one(d, c, &first, 0, tx_hash, deadline);
    for (size_t i = 1; e == OK && i < c->num_endpoints; i++) {
        struct chain_receipt other;

        e = wait_one(d, c, &other, i, tx_hash, deadline);
        if (e == OK && !receipt_eq(&first, &other))
            e = rpc_disagree(d, c, i, "the receipt");
        chain_receipt_clear(&other);
    }
    c->until_ms = 0;
    if (e == OK)
        *out = first; /* moved */
    else
        chain_receipt_clear(&first);
    return e;
}

/* What chain_find_log asks for, one window of blocks at a time. */
struct log_query {
    const struct address *at;
    const struct hash32 *topic0;
    bool (*match)(const struct chain_log *log, const void *ctx);
    const void *ctx;
    uint64_t from, to;
};

static struct json *log_filter(const struct log_query *q)
{
    struct json *filter = json_new_object();
    struct json *topics = json_new_array();
    struct json *params = json_new_array();

    json_set_address(filter, "address", q->at);
    json_set(filter, "fromBlock", rpc_quantity(q->from));
    json_set(filter, "toBlock", rpc_quantity(q->to));
    json_append(topics, json_new_string(hash32_format(q->topic0).s));
    json_set(filter, "topics", topics);
    json_append(params, filter);
    return params;
}

/* One log, and whether it is what is looked for. log is cleared by the caller also on failure. */
static enum err read_candidate(struct diag *d, struct chain_log *log, struct chain_log_place *place,
                               bool *matches, const struct json *j, const struct log_query *q)
{
    enum err e = rpc_read_log(d, log, j);

    *matches = false;
    if (e == OK)
        e = rpc_read_u64(d, &place->block_number, json_get(j, "blockNumber"), "blockNumber");
    if (e == OK)
        e = rpc_read_hash(d, &place->tx_hash, json_get(j, "transactionHash"), "transactionHash");
    if (e == OK)
        *matches = address_eq(&log->address, q->at) && log->num_topics > 0 &&
                   hash32_eq(&log->topics[0], q->topic0) && place->block_number >= q->from &&
                   place->block_number <= q->to && q->match(log, q->ctx);
    return e;
}

/* The last of an endpoint's logs that matches; out stays empty if none does. */
static enum err pick_log(struct diag *d, struct chain_log *out, struct chain_log_place *place,
                         bool *found, const struct json *logs, const struct log_query *q)
{
    if (json_type(logs) != JSON_ARRAY)
        return diag_set(d, ERR_FORMAT, "eth_getLogs: expected a list");
    for (size_t i = json_len(logs); i-- > 0 && !*found;) {
        struct chain_log log;
        struct chain_log_place at;
        enum err e = read_candidate(d, &log, &at, found, json_at(logs, i), q);

        if (*found) {
            *out = log; /* moved */
            *place = at;
        } else {
            chain_log_clear(&log);
        }
        if (e != OK)
            return e;
    }
    return OK;
}

static enum err find_one(struct diag *d, struct chain *c, struct chain_log *out,
                         struct chain_log_place *place, bool *found, size_t i,
                         const struct log_query *q)
{
    struct rpc_answer a;
    enum err e = rpc_call_result(d, c, &a, i, "eth_getLogs", log_filter(q));

    *out = (struct chain_log){ 0 };
    *place = (struct chain_log_place){ 0 };
    *found = false;
    if (e != OK)
        return e;
    if ((e = pick_log(d, out, place, found, a.result, q)) != OK)
        (void)rpc_prefix(d, c, i);
    rpc_answer_clear(&a);
    return e;
}

/* One window on all endpoints. */
static enum err find_all(struct diag *d, struct chain *c, struct chain_log *out,
                         struct chain_log_place *place, bool *found, const struct log_query *q)
{
    enum err e = find_one(d, c, out, place, found, 0, q);

    for (size_t i = 1; e == OK && i < c->num_endpoints; i++) {
        struct chain_log other;
        struct chain_log_place other_place;
        bool other_found = false;

        e = find_one(d, c, &other, &other_place, &other_found, i, q);
        if (e == OK && (other_found != *found || other_place.block_number != place->block_number ||
                        !hash32_eq(&other_place.tx_hash, &place->tx_hash)))
            e = rpc_disagree(d, c, i, "the logs of a contract");
        chain_log_clear(&other);
    }
    if (e != OK && *found) {
        chain_log_clear(out);
        *found = false;
    }
    return e;
}

enum err chain_find_log(struct diag *d, struct chain *c, struct chain_log *out,
                        struct chain_log_place *place, bool *found, const struct address *at,
                        const struct hash32 *topic0,
                        bool (*match)(const struct chain_log *log, const void *ctx),
                        const void *ctx, uint64_t max_blocks)
{
    struct log_query q = { at, topic0, match, ctx, 0, c->block.number };
    uint64_t last = c->block.number > max_blocks ? c->block.number - max_blocks : 0;

    *out = (struct chain_log){ 0 };
    *place = (struct chain_log_place){ 0 };
    *found = false;
    c->until_ms = HTTP_PATIENT; /* a scan is long on purpose; each answer has its time */
    for (;;) {
        enum err e = OK;

        q.from = q.to > last + LOG_WINDOW ? q.to - LOG_WINDOW : last;
        e = find_all(d, c, out, place, found, &q);
        if (e != OK || *found || q.from == last) {
            c->until_ms = 0;
            return e;
        }
        q.to = q.from - 1;
    }
}
