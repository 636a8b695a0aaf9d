// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "safe/chain.h"
#include "src/base/hex.h"
#include "src/base/u256.h"
#include "tests/unit/rpc_stand_in.h"

static const struct address target = { { [19] = 0x22 } };

static enum err open_urls(struct diag *d, struct chain **c, const char *a, const char *b)
{
    const char *urls[2] = { a, b };
    struct u256 id = u256_from_u64(31337);

    return chain_open(d, c, urls, b != NULL ? 2 : 1, &id, false);
}

/* A chain with one or two endpoints; rows NULL: no such endpoint. */
struct net {
    struct rpc_stand_in node[2];
    size_t num_nodes;
    struct chain *c;
    struct diag d;
    enum err e; /* of chain_open */
};

static void net_open(struct net *n, const struct rpc_row *a, const struct rpc_row *b)
{
    *n = (struct net){ .num_nodes = b != NULL ? 2 : 1 };
    rpc_stand_in_start(&n->node[0], a, rpc_basic_rows);
    if (b != NULL)
        rpc_stand_in_start(&n->node[1], b, rpc_basic_rows);
    n->e = open_urls(&n->d, &n->c, n->node[0].url, b != NULL ? n->node[1].url : NULL);
}

static void net_close(struct net *n)
{
    chain_close(n->c);
    for (size_t i = 0; i < n->num_nodes; i++)
        rpc_stand_in_stop(&n->node[i]);
}

static const struct rpc_row nothing[] = { { NULL, NULL, NULL, NULL, NULL } };

#define BLOCK(number, hash, time) \
    "{\"number\":\"" number "\",\"timestamp\":\"" time "\",\"hash\":" RPC_HASH(hash) "}"
#define ONE_ROW(name, method, result, error, raw) \
    static const struct rpc_row name[] = {        \
        { method, NULL, result, error, raw },     \
        { NULL, NULL, NULL, NULL, NULL },         \
    }

ONE_ROW(other_chain, "eth_chainId", "\"0x1\"", NULL, NULL);
ONE_ROW(chain_as_number, "eth_chainId", "31337", NULL, NULL);
ONE_ROW(wrong_id, "eth_chainId", NULL, NULL,
        "{\"jsonrpc\":\"2.0\",\"id\":999,\"result\":\"0x7a69\"}");
ONE_ROW(no_json, "eth_chainId", NULL, NULL, "<html>");
ONE_ROW(hangs_up, "eth_chainId", NULL, NULL, "");
ONE_ROW(refuses, "eth_chainId", NULL, "{\"code\":-32000,\"message\":\"no\\u001b[2J\"}", NULL);
ONE_ROW(other_hash, "eth_getBlockByNumber", BLOCK("0x10", "b", "0x64"), NULL, NULL);
ONE_ROW(other_time, "eth_getBlockByNumber", BLOCK("0x10", "a", "0x65"), NULL, NULL);
ONE_ROW(other_number, "eth_getBlockByNumber", BLOCK("0x11", "a", "0x64"), NULL, NULL);
ONE_ROW(no_block, "eth_getBlockByNumber", "null", NULL, NULL);
ONE_ROW(block_without_hash, "eth_getBlockByNumber",
        "{\"number\":\"0x10\",\"timestamp\":\"0x64\",\"hash\":null}", NULL, NULL);

static const struct {
    const char *name;
    const struct rpc_row *first, *second;
    enum err want;
} opens[] = {
    { "another chain", other_chain, NULL, ERR_MISMATCH },
    { "second on another chain", nothing, other_chain, ERR_MISMATCH },
    { "chain id is a number", chain_as_number, NULL, ERR_FORMAT },
    { "answer with another id", wrong_id, NULL, ERR_FORMAT },
    { "answer is no JSON", no_json, NULL, ERR_FORMAT },
    { "no answer", hangs_up, NULL, ERR_NETWORK },
    { "error object", refuses, NULL, ERR_NETWORK },
    { "second gives another block hash", nothing, other_hash, ERR_MISMATCH },
    { "second gives another time", nothing, other_time, ERR_MISMATCH },
    { "another block than asked for", other_number, NULL, ERR_FORMAT },
    { "pending block", block_without_hash, NULL, ERR_FORMAT },
    { "second lacks the block", nothing, no_block, ERR_NETWORK },
    { "one", nothing, NULL, OK },
    { "two", nothing, nothing, OK },
};

Test(chain, open_needs_agreement)
{
    for (size_t i = 0; i < sizeof(opens) / sizeof(opens[0]); i++) {
        struct net n;

        net_open(&n, opens[i].first, opens[i].second);
        cr_expect_eq(n.e, opens[i].want, "%s: got %d (%s)", opens[i].name, (int)n.e, n.d.msg);
        cr_expect_eq(n.c != NULL, opens[i].want == OK, "%s", opens[i].name);
        cr_expect_null(strstr(n.d.msg, "/key"), "%s: the path is shown: %s", opens[i].name,
                       n.d.msg);
        net_close(&n);
    }
}

Test(chain, open_refuses_bad_lists)
{
    struct diag d = { 0 };
    struct chain *c = NULL;
    struct u256 id = u256_from_u64(31337);

    cr_expect_eq(chain_open(&d, &c, NULL, 0, &id, false), ERR_USAGE);
    cr_expect_eq(open_urls(&d, &c, "http://127.0.0.1:1/", "http://127.0.0.1:1/"), ERR_USAGE);
    cr_expect_eq(open_urls(&d, &c, "http://127.0.0.1:1/", NULL), ERR_NETWORK);
    cr_expect_eq(open_urls(&d, &c, "http://192.0.2.1/", NULL), ERR_USAGE, "%s", d.msg);
    cr_expect_null(c);
}

static const struct rpc_row behind[] = {
    { "eth_blockNumber", NULL, "\"0xf\"", NULL, NULL },
    { "eth_getBlockByNumber", "\"0xf\"", BLOCK("0xf", "9", "0x60"), NULL, NULL },
    { NULL, NULL, NULL, NULL, NULL },
};
static const struct rpc_row has_both[] = {
    { "eth_getBlockByNumber", "\"0xf\"", BLOCK("0xf", "9", "0x60"), NULL, NULL },
    { NULL, NULL, NULL, NULL, NULL },
};

Test(chain, fixes_the_lowest_of_the_latest_blocks)
{
    struct net n;

    net_open(&n, has_both, behind);
    cr_assert_eq(n.e, OK, "%s", n.d.msg);
    cr_expect_eq(chain_block(n.c).number, 15);
    cr_expect_eq(chain_block(n.c).time_s, 0x60);
    cr_expect_eq(chain_block(n.c).hash.b[0], 0x99);
    cr_expect_eq(chain_confirm_block(&n.d, n.c), OK, "%s", n.d.msg);
    net_close(&n);
}

ONE_ROW(word_one, "eth_call", "\"0x" RPC_X64("1") "\"", NULL, NULL);
ONE_ROW(word_two, "eth_call", "\"0x" RPC_X64("2") "\"", NULL, NULL);
ONE_ROW(empty_word, "eth_call", "\"0x\"", NULL, NULL);
ONE_ROW(half_word, "eth_call", "\"0x11\"", NULL, NULL);
ONE_ROW(odd_word, "eth_call", "\"0x1\"", NULL, NULL);
ONE_ROW(null_word, "eth_call", "null", NULL, NULL);
ONE_ROW(reverts, "eth_call", NULL, "{\"code\":3,\"data\":\"0xd6bda275\"}", NULL);
ONE_ROW(reverts_otherwise, "eth_call", NULL, "{\"code\":3,\"data\":\"0x1425ea42\"}", NULL);
ONE_ROW(fails, "eth_call", NULL, "{\"code\":-32000,\"message\":\"execution reverted\"}", NULL);

static const struct {
    const char *name;
    const struct rpc_row *first, *second;
    enum err want;
} words[] = {
    { "one", word_one, NULL, OK },
    { "two agree", word_one, word_one, OK },
    { "two differ", word_one, word_two, ERR_MISMATCH },
    { "second is empty", word_one, empty_word, ERR_MISMATCH },
    { "second reverts", word_one, reverts, ERR_MISMATCH },
    { "second does not answer", word_one, nothing, ERR_NETWORK },
    { "no contract", empty_word, NULL, ERR_MISMATCH },
    { "less than a word", half_word, NULL, ERR_MISMATCH },
    { "odd hex", odd_word, NULL, ERR_FORMAT },
    { "null", null_word, NULL, ERR_FORMAT },
    { "reverts", reverts, NULL, ERR_MISMATCH },
    { "error that only says so", fails, NULL, ERR_NETWORK },
};

Test(chain, get_word_needs_agreement)
{
    static const uint8_t selector[4] = { 1, 2, 3, 4 };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        struct net n;
        struct hash32 out;
        enum err e = OK;

        net_open(&n, words[i].first, words[i].second);
        cr_assert_eq(n.e, OK, "%s: %s", words[i].name, n.d.msg);
        e = chain_get_word(&n.d, n.c, &out, &target, selector, NULL, 0);
        cr_expect_eq(e, words[i].want, "%s: got %d (%s)", words[i].name, (int)e, n.d.msg);
        cr_expect_eq(out.b[0], words[i].want == OK ? 0x11 : 0, "%s", words[i].name);
        net_close(&n);
    }
}

Test(chain, try_call_tells_reverts)
{
    struct net n;
    struct buf out;
    bool reverted = false;
    static const uint8_t data[4] = { 0 };

    buf_init(&out, 1024);
    net_open(&n, reverts, reverts);
    cr_expect_eq(chain_try_call(&n.d, n.c, &out, &reverted, NULL, &target, NULL, data, 4), OK);
    cr_expect(reverted);
    cr_expect_eq(out.len, 4);
    net_close(&n);
    net_open(&n, reverts, reverts_otherwise);
    cr_expect_eq(chain_try_call(&n.d, n.c, &out, &reverted, NULL, &target, NULL, data, 4),
                 ERR_MISMATCH);
    net_close(&n);
    net_open(&n, fails, NULL);
    cr_expect_eq(chain_try_call(&n.d, n.c, &out, &reverted, NULL, &target, NULL, data, 4),
                 ERR_NETWORK);
    cr_expect_not(reverted);
    net_close(&n);
    buf_clear(&out);
}

/* The block that was fixed, sender, target and data are what is asked for. */
static const struct rpc_row exact_call[] = {
    { "eth_call",
      "{\"from\":\"0x0000000000000000000000000000000000000007\",\"to\":"
      "\"0x0000000000000000000000000000000000000022\",\"value\":\"0x5\",\"data\":\"0x0102\"},"
      "\"0x10\"",
      "\"0x\"", NULL, NULL },
    { NULL, NULL, NULL, NULL, NULL },
};

Test(chain, call_asks_for_the_fixed_block)
{
    struct net n;
    struct address from = { { [19] = 7 } };
    struct u256 value = u256_from_u64(5);
    static const uint8_t data[2] = { 1, 2 };
    bool reverted = false;
    struct buf out;

    buf_init(&out, 64);
    net_open(&n, exact_call, NULL);
    cr_expect_eq(chain_try_call(&n.d, n.c, &out, &reverted, &from, &target, &value, data, 2), OK,
                 "%s", n.d.msg);
    net_close(&n);
    buf_clear(&out);
}

ONE_ROW(code, "eth_getCode", "\"0x6001\"", NULL, NULL);
ONE_ROW(no_code, "eth_getCode", "\"0x\"", NULL, NULL);
ONE_ROW(slot, "eth_getStorageAt", "\"0x" RPC_X64("3") "\"", NULL, NULL);
ONE_ROW(short_slot, "eth_getStorageAt", "\"0x33\"", NULL, NULL);

Test(chain, code_and_storage)
{
    struct net n;
    struct hash32 out, zero = { { 0 } };
    bool has_code = false;

    net_open(&n, code, NULL);
    cr_expect_eq(chain_code_hash(&n.d, n.c, &out, &has_code, &target), OK, "%s", n.d.msg);
    cr_expect(has_code);
    /* cast keccak 0x6001 */
    cr_expect_str_eq(hash32_format(&out).s,
                     "0x309c67890bde4c575dc23d2cc3b5c3a3d599e312e980e9b61b5bc8f3cd87c8bb");
    net_close(&n);
    net_open(&n, no_code, NULL);
    cr_expect_eq(chain_code_hash(&n.d, n.c, &out, &has_code, &target), OK);
    cr_expect_not(has_code);
    cr_expect(hash32_is_zero(&out));
    net_close(&n);
    net_open(&n, no_code, code);
    cr_expect_eq(chain_code_hash(&n.d, n.c, &out, &has_code, &target), ERR_MISMATCH);
    net_close(&n);
    net_open(&n, slot, slot);
    cr_expect_eq(chain_storage(&n.d, n.c, &out, &target, &zero), OK, "%s", n.d.msg);
    cr_expect_eq(out.b[31], 0x33);
    net_close(&n);
    net_open(&n, short_slot, NULL);
    cr_expect_eq(chain_storage(&n.d, n.c, &out, &target, &zero), ERR_FORMAT);
    net_close(&n);
}
