// SPDX-License-Identifier: Apache-2.0
#include "safe/chain.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "safe/chain_internal.h"
#include "src/base/http.h"
#include "src/base/limits.h"
#include "src/base/u256.h"

/* Behind one address there may be several nodes, and one of them a block late. */
#define BLOCK_TRIES    4
#define BLOCK_PAUSE_MS 500

/* Scheme, host and port of a URL, cut if it is very long. */
static void endpoint_name(char out[ENDPOINT_NAME_LEN], const char *url)
{
    const char *host = strstr(url, "://");
    size_t len = 0;

    host = host != NULL ? host + 3 : url;
    len = (size_t)(host - url) + strcspn(host, "/?#");
    if (len > ENDPOINT_NAME_LEN - 1)
        len = ENDPOINT_NAME_LEN - 1;
    memcpy(out, url, len);
    out[len] = '\0';
}

static enum err add_endpoints(struct diag *d, struct chain *c, const char *const *urls,
                              size_t num_urls)
{
    c->endpoints = calloc(num_urls, sizeof(*c->endpoints));
    if (c->endpoints == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < num_urls; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(urls[i], urls[k]) == 0)
                return diag_set(d, ERR_USAGE, "rpc '%s' is given twice", c->endpoints[k].name);
        }
        endpoint_name(c->endpoints[i].name, urls[i]);
        c->endpoints[i].url = bytes_dup(urls[i], strlen(urls[i]) + 1);
        if (c->endpoints[i].url == NULL)
            return diag_set(d, ERR_NOMEM, "out of memory");
        c->num_endpoints++;
    }
    return OK;
}

/* Two addresses of one host are one opinion. */
static enum err count_hosts(struct diag *d, struct chain *c)
{
    struct buf hosts[LIMIT_RPC_URLS];
    enum err e = OK;

    for (size_t i = 0; i < c->num_endpoints; i++)
        buf_init(&hosts[i], 1024);
    for (size_t i = 0; e == OK && i < c->num_endpoints; i++) {
        bool loopback = false;
        bool is_new = true;

        e = http_origin(d, &hosts[i], &loopback, c->endpoints[i].url);
        for (size_t k = 0; k < i; k++)
            is_new = is_new && strcmp(buf_str(&hosts[i]), buf_str(&hosts[k])) != 0;
        c->num_hosts += is_new ? 1 : 0;
    }
    for (size_t i = 0; i < c->num_endpoints; i++)
        buf_clear(&hosts[i]);
    return e;
}

static enum err check_chain_id(struct diag *d, struct chain *c, size_t i)
{
    struct rpc_answer a;
    struct u256 found;
    enum err e = rpc_call_result(d, c, &a, i, "eth_chainId", json_new_array());

    if (e != OK)
        return e;
    if ((e = rpc_read_quantity(d, &found, a.result, "eth_chainId")) != OK)
        (void)rpc_prefix(d, c, i);
    else if (!u256_eq(&found, &c->chain_id))
        e = diag_set(d, ERR_MISMATCH, "rpc '%s' serves chain %s, expected chain %s",
                     c->endpoints[i].name, u256_format(&found).s, u256_format(&c->chain_id).s);
    rpc_answer_clear(&a);
    return e;
}

static enum err read_block_number(struct diag *d, struct chain *c, uint64_t *out, size_t i)
{
    struct rpc_answer a;
    enum err e = rpc_call_result(d, c, &a, i, "eth_blockNumber", json_new_array());

    *out = 0;
    if (e != OK)
        return e;
    if ((e = rpc_read_u64(d, out, a.result, "eth_blockNumber")) != OK)
        (void)rpc_prefix(d, c, i);
    rpc_answer_clear(&a);
    return e;
}

static enum err parse_block(struct diag *d, struct chain_block *out, const struct json *j,
                            uint64_t number)
{
    struct chain_block b = { 0 };
    enum err e = ERR_INTERNAL;

    if (json_type(j) != JSON_OBJECT)
        return diag_set(d, ERR_FORMAT, "block: expected an object");
    e = rpc_read_u64(d, &b.number, json_get(j, "number"), "block number");
    if (e == OK)
        e = rpc_read_hash(d, &b.hash, json_get(j, "hash"), "block hash");
    if (e == OK)
        e = rpc_read_u64(d, &b.time_s, json_get(j, "timestamp"), "block timestamp");
    if (e != OK)
        return e;
    if (b.number != number)
        return diag_set(d, ERR_FORMAT, "block: asked for number %" PRIu64 ", got %" PRIu64, number,
                        b.number);
    *out = b;
    return OK;
}

/* *found is false if the endpoint answers null: it does not have the block. */
static enum err try_read_block(struct diag *d, struct chain *c, struct chain_block *out,
                               bool *found, size_t i, uint64_t number)
{
    struct json *params = json_new_array();
    struct rpc_answer a;
    enum err e = ERR_INTERNAL;

    json_append(params, rpc_quantity(number));
    json_append(params, json_new_bool(false));
    if ((e = rpc_call_result(d, c, &a, i, "eth_getBlockByNumber", params)) != OK)
        return e;
    *found = json_type(a.result) != JSON_NULL;
    if (*found && (e = parse_block(d, out, a.result, number)) != OK)
        (void)rpc_prefix(d, c, i);
    rpc_answer_clear(&a);
    return e;
}

static enum err read_block(struct diag *d, struct chain *c, struct chain_block *out, size_t i,
                           uint64_t number)
{
    for (int try = 0; try < BLOCK_TRIES; try++) {
        bool found = false;
        enum err e = OK;

        if (try > 0)
            chain_sleep_ms(c, BLOCK_PAUSE_MS);
        if ((e = try_read_block(d, c, out, &found, i, number)) != OK || found)
            return e;
    }
    return diag_set(d, ERR_NETWORK, "rpc '%s' does not have block %" PRIu64, c->endpoints[i].name,
                    number);
}

enum err chain_block_at(struct diag *d, struct chain *c, struct chain_block *out, uint64_t number)
{
    struct chain_block first = { 0 };

    *out = (struct chain_block){ 0 };
    for (size_t i = 0; i < c->num_endpoints; i++) {
        struct chain_block b = { 0 };
        enum err e = read_block(d, c, &b, i, number);

        if (e != OK)
            return e;
        if (i == 0) {
            first = b;
        } else if (!hash32_eq(&b.hash, &first.hash) || b.time_s != first.time_s) {
            e = rpc_disagree(d, c, i, "a block");
            (void)diag_prefix(d, "block %" PRIu64, number);
            diag_hint(d, "a fresh block may still change: try again in a minute");
            return e;
        }
    }
    *out = first;
    return OK;
}

enum err chain_refresh(struct diag *d, struct chain *c)
{
    uint64_t lowest = UINT64_MAX;

    for (size_t i = 0; i < c->num_endpoints; i++) {
        uint64_t number = 0;
        enum err e = read_block_number(d, c, &number, i);

        if (e != OK)
            return e;
        if (number < lowest)
            lowest = number;
    }
    return chain_block_at(d, c, &c->block, lowest);
}

enum err chain_confirm_block(struct diag *d, struct chain *c)
{
    struct chain_block now;
    enum err e = chain_block_at(d, c, &now, c->block.number);

    if (e != OK)
        return e;
    if (!hash32_eq(&now.hash, &c->block.hash))
        return diag_set(d, ERR_MISMATCH,
                        "block %" PRIu64 " was replaced while it was read: try again",
                        c->block.number);
    return OK;
}

enum err chain_open(struct diag *d, struct chain **out, const char *const *urls, size_t num_urls,
                    const struct u256 *chain_id, bool allow_plain_http)
{
    struct chain *c = NULL;
    enum err e = ERR_INTERNAL;

    *out = NULL;
    if (num_urls == 0 || num_urls > LIMIT_RPC_URLS)
        return diag_set(d, ERR_USAGE, "expected 1 to %d rpc endpoints, found %zu", LIMIT_RPC_URLS,
                        num_urls);
    if ((c = calloc(1, sizeof(*c))) == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    c->chain_id = *chain_id;
    c->allow_plain_http = allow_plain_http;
    e = add_endpoints(d, c, urls, num_urls);
    if (e == OK)
        e = count_hosts(d, c);
    for (size_t i = 0; e == OK && i < c->num_endpoints; i++)
        e = check_chain_id(d, c, i);
    if (e == OK)
        e = chain_refresh(d, c);
    if (e == OK) {
        *out = c;
        c = NULL; /* moved */
    }
    chain_close(c);
    return e;
}

void chain_close(struct chain *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < c->num_endpoints; i++)
        free(c->endpoints[i].url);
    free(c->endpoints);
    free(c);
}

size_t chain_num_hosts(const struct chain *c)
{
    return c->num_hosts;
}

struct chain_block chain_block(const struct chain *c)
{
    return c->block;
}
