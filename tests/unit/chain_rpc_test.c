// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "safe/chain_internal.h"
#include "src/base/hex.h"
#include "src/base/u256.h"
#include "tests/unit/rpc_stand_in.h"

static const struct {
    const char *name;
    const char *text;
    bool want;
} answers[] = {
    { "empty", "", false },
    { "no JSON", "rate limited", false },
    { "a batch", "[{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":\"0x1\"}]", false },
    { "no version", "{\"id\":7,\"result\":\"0x1\"}", false },
    { "version 1.0", "{\"jsonrpc\":\"1.0\",\"id\":7,\"result\":\"0x1\"}", false },
    { "no id", "{\"jsonrpc\":\"2.0\",\"result\":\"0x1\"}", false },
    { "another id", "{\"jsonrpc\":\"2.0\",\"id\":8,\"result\":\"0x1\"}", false },
    { "id as text", "{\"jsonrpc\":\"2.0\",\"id\":\"7\",\"result\":\"0x1\"}", false },
    { "null id", "{\"jsonrpc\":\"2.0\",\"id\":null,\"result\":\"0x1\"}", false },
    { "neither", "{\"jsonrpc\":\"2.0\",\"id\":7}", false },
    { "both", "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":1,\"error\":{\"code\":1}}", false },
    { "error null", "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":null}", false },
    { "error without code", "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"message\":\"x\"}}", false },
    { "code as text", "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":\"3\"}}", false },
    { "result twice", "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":1,\"result\":2}", false },
    { "more behind it", "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":1}{}", false },
    { "result", "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":\"0x1\"}", true },
    { "null result", "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":null}", true },
    { "error", "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32601,\"message\":\"x\"}}",
      true },
};

Test(chain_rpc, answers)
{
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct diag d = { 0 };
        struct rpc_answer a;
        enum err e = rpc_parse(&d, &a, answers[i].text, strlen(answers[i].text), 7);

        cr_expect_eq(e, answers[i].want ? OK : ERR_FORMAT, "%s: got %d (%s)", answers[i].name,
                     (int)e, d.msg);
        cr_expect_eq((a.result != NULL) != (a.error != NULL), answers[i].want, "%s",
                     answers[i].name);
        rpc_answer_clear(&a);
    }
}

Test(chain_rpc, truncation)
{
    static const char text[] = "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"a\":[\"0x1\"]}}";

    for (size_t i = 0; i < sizeof(text) - 1; i++) {
        struct diag d = { 0 };
        struct rpc_answer a;

        cr_expect_eq(rpc_parse(&d, &a, text, i, 7), ERR_FORMAT, "cut at %zu", i);
        rpc_answer_clear(&a);
    }
}

static struct json *parse(const char *text)
{
    struct diag d = { 0 };
    struct json *j = NULL;

    cr_assert_eq(json_parse(&d, &j, text, strlen(text), "test"), OK, "%s: %s", text, d.msg);
    return j;
}

static const struct {
    const char *name;
    const char *error;
    bool want;
    const char *data;
} reverts[] = {
    { "only a message", "{\"code\":-32000,\"message\":\"execution reverted\"}", false, "" },
    { "message with code 3 in it", "{\"code\":-32000,\"message\":\"code 3 0x01\"}", false, "" },
    { "data is no hex", "{\"code\":-32000,\"data\":\"execution reverted\"}", false, "" },
    { "odd hex", "{\"code\":3,\"data\":\"0x123\"}", false, "" },
    { "object without bytes", "{\"code\":-32000,\"data\":{\"reason\":\"x\"}}", false, "" },
    { "data is a number", "{\"code\":3,\"data\":7}", false, "" },
    { "geth, anvil", "{\"code\":3,\"message\":\"x\",\"data\":\"0x0102\"}", true, "0102" },
    { "no data", "{\"code\":3,\"message\":\"execution reverted\"}", true, "" },
    { "null data", "{\"code\":3,\"data\":null}", true, "" },
    { "empty data", "{\"code\":3,\"data\":\"0x\"}", true, "" },
    { "Nethermind", "{\"code\":-32015,\"data\":\"0x0102\"}", true, "0102" },
    { "OpenEthereum", "{\"code\":-32015,\"data\":\"Reverted 0x0102\"}", true, "0102" },
    { "Hardhat", "{\"code\":-32603,\"data\":{\"message\":\"x\",\"data\":\"0x0102\"}}", true,
      "0102" },
    { "Ganache", "{\"code\":-32000,\"data\":{\"result\":\"0x0102\"}}", true, "0102" },
};

Test(chain_rpc, reverts_are_known_by_code_and_data)
{
    for (size_t i = 0; i < sizeof(reverts) / sizeof(reverts[0]); i++) {
        struct json *j = parse(reverts[i].error);
        struct buf data, hex;

        buf_init(&data, 1024);
        buf_init(&hex, 1024);
        cr_expect_eq(rpc_is_revert(j, &data), reverts[i].want, "%s", reverts[i].name);
        buf_add_hex(&hex, data.data, data.len);
        if (reverts[i].want)
            cr_expect_str_eq(buf_str(&hex), reverts[i].data, "%s", reverts[i].name);
        buf_clear(&hex);
        buf_clear(&data);
        json_free(j);
    }
}

static const struct {
    const char *text;
    const char *want; /* NULL: refused */
} quantities[] = {
    { "1", NULL },
    { "null", NULL },
    { "\"\"", NULL },
    { "\"0x\"", NULL },
    { "\"10\"", NULL },
    { "\"0X1\"", NULL },
    { "\"0x01\"", NULL },
    { "\"0x00\"", NULL },
    { "\"0x-1\"", NULL },
    { "\"0x1 \"", NULL },
    { "\"0xg\"", NULL },
    { "\"0x10000000000000000000000000000000000000000000000000000000000000000\"", NULL },
    { "\"0x0\"", "0" },
    { "\"0xff\"", "255" },
    { "\"0xFF\"", "255" },
    { "\"0x10000000000000000\"", "18446744073709551616" },
};

Test(chain_rpc, quantities)
{
    for (size_t i = 0; i < sizeof(quantities) / sizeof(quantities[0]); i++) {
        char text[128] = "[";
        struct diag d = { 0 };
        struct json *j = NULL;
        struct u256 value;
        enum err e = OK;

        strcat(text, quantities[i].text);
        strcat(text, "]");
        j = parse(text);
        e = rpc_read_quantity(&d, &value, json_at(j, 0), "value");
        cr_expect_eq(e, quantities[i].want != NULL ? OK : ERR_FORMAT, "%s", quantities[i].text);
        cr_expect_str_eq(u256_format(&value).s,
                         quantities[i].want != NULL ? quantities[i].want : "0");
        json_free(j);
    }
}

#define ADDRESS "\"0x1111111111111111111111111111111111111111\""
#define LOG(topics, data) \
    "{\"address\":" ADDRESS ",\"topics\":[" topics "],\"data\":\"" data "\",\"extra\":1}"
#define FRONT                                                         \
    "{\"transactionHash\":" RPC_HASH("7") ",\"blockHash\":" RPC_HASH( \
        "8") ",\"blockNumber\":\"0x10\","

static const struct {
    const char *name;
    const char *text;
    enum err want;
} receipts[] = {
    { "no object", "[]", ERR_FORMAT },
    { "nothing in it", "{}", ERR_FORMAT },
    { "another transaction", "{\"transactionHash\":" RPC_HASH("6") "}", ERR_FORMAT },
    { "no status (before Byzantium)", FRONT "\"gasUsed\":\"0x5\",\"logs\":[]}", ERR_FORMAT },
    { "status 2", FRONT "\"status\":\"0x2\",\"gasUsed\":\"0x5\",\"logs\":[]}", ERR_FORMAT },
    { "status as a number", FRONT "\"status\":1,\"gasUsed\":\"0x5\",\"logs\":[]}", ERR_FORMAT },
    { "no logs", FRONT "\"status\":\"0x1\",\"gasUsed\":\"0x5\"}", ERR_FORMAT },
    { "logs no list", FRONT "\"status\":\"0x1\",\"gasUsed\":\"0x5\",\"logs\":{}}", ERR_FORMAT },
    { "a log that is none", FRONT "\"status\":\"0x1\",\"gasUsed\":\"0x5\",\"logs\":[1]}",
      ERR_FORMAT },
    { "five topics",
      FRONT "\"status\":\"0x1\",\"gasUsed\":\"0x5\",\"logs\":[" LOG(
          RPC_HASH("1") "," RPC_HASH("1") "," RPC_HASH("1") "," RPC_HASH("1") "," RPC_HASH("1"),
          "0x") "]}",
      ERR_FORMAT },
    { "a short topic",
      FRONT "\"status\":\"0x1\",\"gasUsed\":\"0x5\",\"logs\":[" LOG("\"0x11\"", "0x") "]}",
      ERR_FORMAT },
    { "odd log data",
      FRONT "\"status\":\"0x1\",\"gasUsed\":\"0x5\",\"logs\":[" LOG(RPC_HASH("1"), "0x1") "]}",
      ERR_FORMAT },
    { "good",
      FRONT "\"status\":\"0x1\",\"gasUsed\":\"0x5\",\"logs\":[" LOG(RPC_HASH("1"), "0x12") "]}",
      OK },
    { "good, reverted", FRONT "\"status\":\"0x0\",\"gasUsed\":\"0x5\",\"logs\":[]}", OK },
};

Test(chain_rpc, receipts)
{
    struct hash32 tx_hash;

    memset(tx_hash.b, 0x77, sizeof(tx_hash.b));
    for (size_t i = 0; i < sizeof(receipts) / sizeof(receipts[0]); i++) {
        struct json *j = parse(receipts[i].text);
        struct diag d = { 0 };
        struct chain_receipt r;

        cr_expect_eq(rpc_read_receipt(&d, &r, j, &tx_hash), receipts[i].want, "%s: %s",
                     receipts[i].name, d.msg);
        if (receipts[i].want != OK)
            cr_expect(r.logs == NULL && r.num_logs == 0, "%s", receipts[i].name);
        chain_receipt_clear(&r);
        json_free(j);
    }
}
