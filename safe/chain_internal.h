// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_CHAIN_INTERNAL_H
#define SAFE_CHAIN_INTERNAL_H

#include "safe/chain.h"
#include "src/base/json.h"

/* Private to safe/chain*.c and their tests. */

/* Only scheme, host and port name an endpoint in messages: paths of providers hold API keys. */
#define ENDPOINT_NAME_LEN 128

struct chain_endpoint {
    char *url;
    char name[ENDPOINT_NAME_LEN];
};

struct chain {
    struct chain_endpoint *endpoints;
    size_t num_endpoints;
    struct u256 chain_id;
    bool allow_plain_http;
    struct chain_block block;
    uint64_t last_id;  /* of JSON-RPC requests */
    uint64_t until_ms; /* of requests, as in src/base/http.h */
    size_t num_hosts;
};

/* One answer; exactly one of result and error is set, both borrowed from root. */
struct rpc_answer {
    struct json *root;
    const struct json *result;
    const struct json *error;
};
void rpc_answer_clear(struct rpc_answer *a);
/*
 * Take an answer apart: jsonrpc "2.0", the id that was sent, exactly one of result and error, an
 * error with an integer code. ERR_FORMAT otherwise.
 * Source: JSON-RPC 2.0 specification, section 5.
 */
MUST_CHECK enum err rpc_parse(struct diag *d, struct rpc_answer *out, const void *data,
                              size_t data_len, uint64_t id);

/* Send one request to endpoint i. An error object is OK here. params is moved, also on failure. */
MUST_CHECK enum err rpc_call(struct diag *d, struct chain *c, struct rpc_answer *out, size_t i,
                             const char *method, struct json *params);
/* The same; an error object is ERR_NETWORK with its code and message. */
MUST_CHECK enum err rpc_call_result(struct diag *d, struct chain *c, struct rpc_answer *out,
                                    size_t i, const char *method, struct json *params);
/* ERR_NETWORK with code and message of an error object. */
enum err rpc_fail(struct diag *d, const struct json *error, const char *method);
/*
 * Is the error object a revert? Only code and data are looked at, never the message. Code 3 (geth,
 * anvil, erigon), or data that holds bytes: a 0x string (Nethermind, Besu), "Reverted 0x…"
 * (OpenEthereum), or an object with such a "data" or "result" member (Hardhat, Ganache).
 */
MUST_CHECK bool rpc_is_revert(const struct json *error, struct buf *data);

/* Values, strictly. what names the value in messages. */
MUST_CHECK enum err rpc_read_quantity(struct diag *d, struct u256 *out, const struct json *j,
                                      const char *what);
MUST_CHECK enum err rpc_read_u64(struct diag *d, uint64_t *out, const struct json *j,
                                 const char *what);
MUST_CHECK enum err rpc_read_hash(struct diag *d, struct hash32 *out, const struct json *j,
                                  const char *what);
MUST_CHECK enum err rpc_read_address(struct diag *d, struct address *out, const struct json *j,
                                     const char *what);
/* Appended to an initialised buffer. */
MUST_CHECK enum err rpc_read_data(struct diag *d, struct buf *out, const struct json *j,
                                  const char *what);
/* The receipt's or filter's log object. out is cleared by the caller also on failure. */
MUST_CHECK enum err rpc_read_log(struct diag *d, struct chain_log *out, const struct json *j);
MUST_CHECK enum err rpc_read_receipt(struct diag *d, struct chain_receipt *out,
                                     const struct json *j, const struct hash32 *tx_hash);

/* Builders of parameters. */
struct json *rpc_quantity(uint64_t value);
struct json *rpc_call_object(const struct address *from, const struct address *to,
                             const struct u256 *value, const uint8_t *data, size_t data_len);

/* ERR_MISMATCH that names endpoint 0 and endpoint i. */
enum err rpc_disagree(struct diag *d, const struct chain *c, size_t i, const char *what);
/* Put the endpoint's name in front; returns the recorded code. */
enum err rpc_prefix(struct diag *d, const struct chain *c, size_t i);

/* Sleeps; never longer than a few seconds. */
void chain_sleep_ms(const struct chain *c, unsigned ms);

#endif
