// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "safe/chain.h"
#include "src/base/hex.h"
#include "src/base/u256.h"
#include "tests/unit/rpc_stand_in.h"

static const uint8_t raw[3] = { 1, 2, 3 };
/* cast keccak 0x010203 */
#define RAW_HASH "0xf1885eda54b7a053318cd41e2093220dab15d65381b1157a3633a83bfd5c9239"

static const struct address account = { { [19] = 1 } };

static struct chain *open_one(struct rpc_stand_in *node, const struct rpc_row *rows)
{
    struct diag d = { 0 };
    struct chain *c = NULL;
    struct u256 id = u256_from_u64(31337);
    const char *urls[1] = { node->url };

    rpc_stand_in_start(node, rows, rpc_basic_rows);
    cr_assert_eq(chain_open(&d, &c, urls, 1, &id, false), OK, "%s", d.msg);
    return c;
}

static const struct {
    const char *name;
    struct rpc_row rows[3];
    enum err want;
} sends[] = {
    { "sent", { { "eth_sendRawTransaction", "0x010203", "\"" RAW_HASH "\"", NULL, NULL } }, OK },
    { "another hash",
      { { "eth_sendRawTransaction", NULL, RPC_HASH("1"), NULL, NULL } },
      ERR_MISMATCH },
    { "no hash", { { "eth_sendRawTransaction", NULL, "null", NULL, NULL } }, ERR_FORMAT },
    { "refused, not known",
      { { "eth_sendRawTransaction", NULL, NULL, "{\"code\":-32000,\"message\":\"already known\"}",
          NULL },
        { "eth_getTransactionByHash", NULL, "null", NULL, NULL } },
      ERR_NETWORK },
    { "refused, but known",
      { { "eth_sendRawTransaction", NULL, NULL, "{\"code\":-32000,\"message\":\"x\"}", NULL },
        { "eth_getTransactionByHash", RAW_HASH, "{}", NULL, NULL } },
      OK },
};

Test(chain_send, sends)
{
    for (size_t i = 0; i < sizeof(sends) / sizeof(sends[0]); i++) {
        struct rpc_stand_in node;
        struct chain *c = open_one(&node, sends[i].rows);
        struct diag d = { 0 };
        struct hash32 hash;
        enum err e = chain_send_raw(&d, c, &hash, raw, sizeof(raw));

        cr_expect_eq(e, sends[i].want, "%s: got %d (%s)", sends[i].name, (int)e, d.msg);
        if (sends[i].want == OK)
            cr_expect_str_eq(hash32_format(&hash).s, RAW_HASH);
        else
            cr_expect(hash32_is_zero(&hash), "%s", sends[i].name);
        chain_close(c);
        rpc_stand_in_stop(&node);
    }
}

static const struct {
    const char *name;
    struct rpc_row rows[3];
    enum err want;
    const char *max_fee;
} fees[] = {
    { "good",
      { { "eth_getBlockByNumber", "latest", "{\"baseFeePerGas\":\"0x7\"}", NULL, NULL },
        { "eth_maxPriorityFeePerGas", NULL, "\"0x3\"", NULL, NULL } },
      OK,
      "17" },
    { "no base fee",
      { { "eth_getBlockByNumber", "latest", "{}", NULL, NULL } },
      ERR_UNSUPPORTED,
      "0" },
    { "no tip",
      { { "eth_getBlockByNumber", "latest", "{\"baseFeePerGas\":\"0x7\"}", NULL, NULL } },
      ERR_NETWORK,
      "0" },
    { "overflow",
      { { "eth_getBlockByNumber", "latest",
          "{\"baseFeePerGas\":\"0x8" RPC_X8("000000") "0000000"
                                                      "00000000\"}",
          NULL, NULL },
        { "eth_maxPriorityFeePerGas", NULL, "\"0x3\"", NULL, NULL } },
      ERR_FORMAT,
      "0" },
};

Test(chain_send, fees)
{
    for (size_t i = 0; i < sizeof(fees) / sizeof(fees[0]); i++) {
        struct rpc_stand_in node;
        struct chain *c = open_one(&node, fees[i].rows);
        struct diag d = { 0 };
        struct chain_fees out;
        enum err e = chain_suggest_fees(&d, c, &out);

        cr_expect_eq(e, fees[i].want, "%s: got %d (%s)", fees[i].name, (int)e, d.msg);
        cr_expect_str_eq(u256_format(&out.max_fee).s, fees[i].max_fee, "%s", fees[i].name);
        chain_close(c);
        rpc_stand_in_stop(&node);
    }
}

static const struct {
    const char *name;
    struct rpc_row rows[2];
    enum err want;
    const char *price;
} prices[] = {
    { "good", { { "eth_gasPrice", NULL, "\"0x3b9aca00\"", NULL, NULL } }, OK, "1000000000" },
    { "leading zero", { { "eth_gasPrice", NULL, "\"0x03\"", NULL, NULL } }, ERR_FORMAT, "0" },
    { "number", { { "eth_gasPrice", NULL, "3", NULL, NULL } }, ERR_FORMAT, "0" },
    { "unknown method", { { NULL, NULL, NULL, NULL, NULL } }, ERR_NETWORK, "0" },
};

Test(chain_send, gas_price)
{
    for (size_t i = 0; i < sizeof(prices) / sizeof(prices[0]); i++) {
        struct rpc_stand_in node;
        struct chain *c = open_one(&node, prices[i].rows);
        struct diag d = { 0 };
        struct u256 out;
        enum err e = chain_gas_price(&d, c, &out);

        cr_expect_eq(e, prices[i].want, "%s: got %d (%s)", prices[i].name, (int)e, d.msg);
        cr_expect_str_eq(u256_format(&out).s, prices[i].price, "%s", prices[i].name);
        chain_close(c);
        rpc_stand_in_stop(&node);
    }
}

Test(chain_send, estimate_explains_a_revert)
{
    static const struct rpc_row rows[] = {
        { "eth_getTransactionCount", "pending", "\"0x9\"", NULL, NULL },
        { "eth_getBalance", "latest", "\"0xde0b6b3a7640000\"", NULL, NULL },
        { "eth_estimateGas", "0xaa", "\"0x5208\"", NULL, NULL },
        { "eth_estimateGas", NULL, NULL, "{\"code\":3,\"data\":\"0xd6bda275\"}", NULL },
        { NULL, NULL, NULL, NULL, NULL },
    };
    struct rpc_stand_in node;
    struct chain *c = open_one(&node, rows);
    struct diag d = { 0 };
    struct u256 balance;
    uint64_t out = 0;
    static const uint8_t good[1] = { 0xaa }, bad[1] = { 0xbb };

    cr_expect_eq(chain_estimate_gas(&d, c, &out, &account, &account, NULL, good, 1), OK);
    cr_expect_eq(out, 21000);
    cr_expect_eq(chain_estimate_gas(&d, c, &out, &account, &account, NULL, bad, 1), ERR_MISMATCH);
    cr_expect_not_null(strstr(d.msg, "FailedCall"), "%s", d.msg);
    cr_expect_eq(out, 0);
    cr_expect_eq(chain_account_nonce(&d, c, &out, &account), OK);
    cr_expect_eq(out, 9);
    cr_expect_eq(chain_balance(&d, c, &balance, &account), OK);
    cr_expect_str_eq(u256_format(&balance).s, "1000000000000000000");
    chain_close(c);
    rpc_stand_in_stop(&node);
}

#define RECEIPT(status)                                               \
    "{\"transactionHash\":" RPC_HASH("7") ",\"blockHash\":" RPC_HASH( \
        "8") ",\"blockNumber\":"                                      \
             "\"0x10\",\"status\":\"" status "\",\"gasUsed\":\"0x5\",\"logs\":[]}"

static const struct rpc_row receipt_good[] = {
    { "eth_getTransactionReceipt", NULL, RECEIPT("0x1"), NULL, NULL },
    { NULL, NULL, NULL, NULL, NULL },
};
static const struct rpc_row receipt_reverted[] = {
    { "eth_getTransactionReceipt", NULL, RECEIPT("0x0"), NULL, NULL },
    { NULL, NULL, NULL, NULL, NULL },
};
static const struct rpc_row receipt_none[] = {
    { "eth_getTransactionReceipt", NULL, "null", NULL, NULL },
    { NULL, NULL, NULL, NULL, NULL },
};

Test(chain_send, receipts_must_agree)
{
    static const struct {
        const char *name;
        const struct rpc_row *second;
        enum err want;
    } rows[] = {
        { "agree", receipt_good, OK },
        { "second says it reverted", receipt_reverted, ERR_MISMATCH },
        { "second never has it", receipt_none, ERR_NETWORK },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rpc_stand_in node[2];
        struct diag d = { 0 };
        struct chain *c = NULL;
        struct u256 id = u256_from_u64(31337);
        const char *urls[2] = { node[0].url, node[1].url };
        struct hash32 hash;
        struct chain_receipt r;
        enum err e = OK;

        memset(hash.b, 0x77, sizeof(hash.b));
        rpc_stand_in_start(&node[0], receipt_good, rpc_basic_rows);
        rpc_stand_in_start(&node[1], rows[i].second, rpc_basic_rows);
        cr_assert_eq(chain_open(&d, &c, urls, 2, &id, false), OK, "%s", d.msg);
        e = chain_wait_receipt(&d, c, &r, &hash, 1);
        cr_expect_eq(e, rows[i].want, "%s: got %d (%s)", rows[i].name, (int)e, d.msg);
        cr_expect_eq(r.status, rows[i].want == OK, "%s", rows[i].name);
        chain_receipt_clear(&r);
        chain_close(c);
        rpc_stand_in_stop(&node[0]);
        rpc_stand_in_stop(&node[1]);
    }
}

#define ADDRESS "\"0x0000000000000000000000000000000000000001\""
#define LOG(at, topic, block, data)                                                  \
    "{\"address\":" at ",\"topics\":[" RPC_HASH(topic) "],\"data\":\"" data          \
                                                       "\",\"blockNumber\":\"" block \
                                                       "\",\"transactionHash\":" RPC_HASH("7") "}"

static bool match_data(const struct chain_log *log, const void *ctx)
{
    const uint8_t *want = ctx;

    return log->data_len == 1 && log->data[0] == *want;
}

Test(chain_send, finds_the_latest_matching_log)
{
    static const struct {
        const char *name;
        const char *logs;
        enum err want;
        bool found;
    } rows[] = {
        { "none", "[]", OK, false },
        { "no list", "{}", ERR_FORMAT, false },
        { "another contract",
          "[" LOG("\"0x0000000000000000000000000000000000000002\"", "5", "0x3", "0x11") "]", OK,
          false },
        { "another topic", "[" LOG(ADDRESS, "6", "0x3", "0x11") "]", OK, false },
        { "another block", "[" LOG(ADDRESS, "5", "0x11", "0x11") "]", OK, false },
        { "another hash", "[" LOG(ADDRESS, "5", "0x3", "0x12") "]", OK, false },
        { "second of two",
          "[" LOG(ADDRESS, "5", "0x3", "0x11") "," LOG(ADDRESS, "5", "0x4", "0x11") "]", OK, true },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rpc_row answer[2] = { { "eth_getLogs", NULL, rows[i].logs, NULL, NULL },
                                     { NULL, NULL, NULL, NULL, NULL } };
        struct rpc_stand_in node;
        struct chain *c = open_one(&node, answer);
        struct diag d = { 0 };
        struct chain_log log;
        struct chain_log_place place;
        struct hash32 topic;
        static const uint8_t want = 0x11;
        bool found = false;
        enum err e = OK;

        memset(topic.b, 0x55, sizeof(topic.b));
        e = chain_find_log(&d, c, &log, &place, &found, &account, &topic, match_data, &want, 100);
        cr_expect_eq(e, rows[i].want, "%s: got %d (%s)", rows[i].name, (int)e, d.msg);
        cr_expect_eq(found, rows[i].found, "%s", rows[i].name);
        cr_expect_eq(place.block_number, rows[i].found ? 4 : 0, "%s", rows[i].name);
        chain_log_clear(&log);
        chain_close(c);
        rpc_stand_in_stop(&node);
    }
}
