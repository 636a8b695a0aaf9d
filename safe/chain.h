// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_CHAIN_H
#define SAFE_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/bytes.h"

/*
 * Reading a chain, and sending one transaction, by JSON-RPC. Several endpoints must agree: on the
 * chain id, on the hash of one block, and on every value read at that block. A disagreement is
 * ERR_MISMATCH that names the endpoints; one that does not answer is ERR_NETWORK.
 * Source: Ethereum execution-apis.
 */
struct chain;

/*
 * Connect to num_urls endpoints, check their chain id, and fix the block: the lowest of their
 * latest blocks, whose hash all must give.
 */
MUST_CHECK enum err chain_open(struct diag *d, struct chain **out, const char *const *urls,
                               size_t num_urls, const struct u256 *chain_id, bool allow_plain_http);
void chain_close(struct chain *c);
/* How many hosts the endpoints are, as their URLs name them: without port and path, on loopback by
 * port. So many opinions the values are. */
size_t chain_num_hosts(const struct chain *c);
/* Fix the latest block again, after something was sent. */
MUST_CHECK enum err chain_refresh(struct diag *d, struct chain *c);
/*
 * After a set of reads: the block that they were made at still has the hash that was fixed, on
 * every endpoint. ERR_MISMATCH if the chain was reorganised in between.
 */
MUST_CHECK enum err chain_confirm_block(struct diag *d, struct chain *c);

struct chain_block {
    uint64_t number;
    struct hash32 hash;
    uint64_t time_s;
};
struct chain_block chain_block(const struct chain *c);
/* Another block by number; all endpoints must have it and agree. */
MUST_CHECK enum err chain_block_at(struct diag *d, struct chain *c, struct chain_block *out,
                                   uint64_t number);

/* At the fixed block. from may be NULL (zero address). A revert is ERR_MISMATCH with its reason. */
MUST_CHECK enum err chain_call(struct diag *d, struct chain *c, struct buf *out,
                               const struct address *from, const struct address *to,
                               const uint8_t *data, size_t data_len);
/*
 * A call that may revert: *reverted tells; out is then the revert data. value may be NULL. The
 * endpoints must agree on reverting and on the data.
 */
MUST_CHECK enum err chain_try_call(struct diag *d, struct chain *c, struct buf *out, bool *reverted,
                                   const struct address *from, const struct address *to,
                                   const struct u256 *value, const uint8_t *data, size_t data_len);
MUST_CHECK enum err chain_storage(struct diag *d, struct chain *c, struct hash32 *out,
                                  const struct address *at, const struct hash32 *slot);
MUST_CHECK enum err chain_code_hash(struct diag *d, struct chain *c, struct hash32 *out,
                                    bool *has_code, const struct address *at);
/* The same with the twenty bytes of at zeroed wherever they stand in the code: UUPS writes them
 * there, and one source gives one hash. */
MUST_CHECK enum err chain_masked_code_hash(struct diag *d, struct chain *c, struct hash32 *out,
                                           bool *has_code, const struct address *at);

/* A revert in words: Error(string), Panic(uint256), the custom errors of the known contracts with
 * their arguments, GS codes with their meaning. Untrusted text inside is escaped. */
void chain_explain_revert(struct buf *out, const uint8_t *data, size_t data_len);

/* Typed getters: encode selector and words, call, decode exactly one word. */
MUST_CHECK enum err chain_get_word(struct diag *d, struct chain *c, struct hash32 *out,
                                   const struct address *to, const uint8_t selector[4],
                                   const struct hash32 *args, size_t num_args);

struct chain_safe_state {
    char version[32];
    struct address owners[128]; /* LIMIT_OWNERS, in the contract's order */
    size_t num_owners;
    uint64_t threshold;
    struct u256 nonce;
    struct address modules[64]; /* LIMIT_MODULES */
    size_t num_modules;
    struct address singleton, guard, fallback_handler, module_guard;
    struct hash32 proxy_code_hash, singleton_code_hash;
};
MUST_CHECK enum err chain_read_safe(struct diag *d, struct chain *c, struct chain_safe_state *out,
                                    const struct address *safe);

/* Fees and account state for sending, from the first endpoint. Amounts in wei. */
struct chain_fees {
    struct u256 max_fee, max_priority_fee;
};
MUST_CHECK enum err chain_suggest_fees(struct diag *d, struct chain *c, struct chain_fees *out);
/* For chains without EIP-1559. */
MUST_CHECK enum err chain_gas_price(struct diag *d, struct chain *c, struct u256 *out);
MUST_CHECK enum err chain_account_nonce(struct diag *d, struct chain *c, uint64_t *out,
                                        const struct address *account);
/* In wei. */
MUST_CHECK enum err chain_balance(struct diag *d, struct chain *c, struct u256 *out,
                                  const struct address *account);
MUST_CHECK enum err chain_estimate_gas(struct diag *d, struct chain *c, uint64_t *out,
                                       const struct address *from, const struct address *to,
                                       const struct u256 *value, const uint8_t *data,
                                       size_t data_len);
/*
 * The hash is computed here and compared with what the node says. A node that answers with an
 * error but has the transaction ("already known") counts as sent.
 */
MUST_CHECK enum err chain_send_raw(struct diag *d, struct chain *c, struct hash32 *tx_hash,
                                   const uint8_t *raw, size_t raw_len);

struct chain_log {
    struct address address;
    struct hash32 topics[4];
    size_t num_topics;
    uint8_t *data; /* owned */
    size_t data_len;
};
struct chain_receipt {
    bool status; /* true: the outer transaction did not revert; not yet success, see execute.h */
    uint64_t block_number;
    struct hash32 block_hash;
    uint64_t gas_used;
    struct chain_log *logs; /* owned */
    size_t num_logs;
};
void chain_receipt_clear(struct chain_receipt *r);
/* Wait until every endpoint shows the receipt and they agree; ERR_NETWORK after timeout_s. */
MUST_CHECK enum err chain_wait_receipt(struct diag *d, struct chain *c, struct chain_receipt *out,
                                       const struct hash32 *tx_hash, unsigned timeout_s);

/*
 * The latest log of one contract with that first topic that match accepts, looking back from the
 * fixed block over at most max_blocks. *found tells; *out is then owned by the caller
 * (chain_log_clear). All endpoints must agree.
 */
struct chain_log_place {
    uint64_t block_number;
    struct hash32 tx_hash;
};
void chain_log_clear(struct chain_log *log);
MUST_CHECK enum err chain_find_log(struct diag *d, struct chain *c, struct chain_log *out,
                                   struct chain_log_place *place, bool *found,
                                   const struct address *at, const struct hash32 *topic0,
                                   bool (*match)(const struct chain_log *log, const void *ctx),
                                   const void *ctx, uint64_t max_blocks);

#endif
