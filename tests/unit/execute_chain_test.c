// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "safe/execute.h"
#include "safe/timelock_chain.h"
#include "src/base/hex.h"
#include "src/base/u256.h"
#include "tests/unit/rpc_stand_in.h"

#define ZERO64 RPC_X64("0")
#define END                          \
    {                                \
        NULL, NULL, NULL, NULL, NULL \
    }

static const struct address safe = { { [19] = 5 } };
static const struct address sender = { { [19] = 6 } };

/* A chain whose block 16 is of second 100. */
struct net {
    struct rpc_stand_in node;
    struct chain *c;
    struct diag d;
};

static void net_open(struct net *n, const struct rpc_row *rows)
{
    struct u256 id = u256_from_u64(31337);
    const char *urls[1] = { n->node.url };

    n->d = (struct diag){ 0 };
    rpc_stand_in_start(&n->node, rows, rpc_basic_rows);
    cr_assert_eq(chain_open(&n->d, &n->c, urls, 1, &id, false), OK, "%s", n->d.msg);
}

static void net_close(struct net *n)
{
    chain_close(n->c);
    rpc_stand_in_stop(&n->node);
}

static void call_row(struct rpc_row rows[2], const char *result, const char *error)
{
    rows[0] = (struct rpc_row){ "eth_call", NULL, result, error, NULL };
    rows[1] = (struct rpc_row)END;
}

/* --- timelock --------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    const char *timestamp;
    enum err want;
    enum timelock_state state;
    uint64_t left_s;
} states[] = {
    { "unset", "\"0x" ZERO64 "\"", OK, TIMELOCK_UNSET, 0 },
    { "ready at this very second",
      "\"0x0000000000000000000000000000000000000000000000000000000000000064\"", OK, TIMELOCK_READY,
      0 },
    { "one second left", "\"0x0000000000000000000000000000000000000000000000000000000000000065\"",
      OK, TIMELOCK_WAITING, 1 },
    { "done is 1", "\"0x0000000000000000000000000000000000000000000000000000000000000001\"", OK,
      TIMELOCK_DONE, 0 },
    { "beyond 64 bits", "\"0x" RPC_X64("1") "\"", ERR_LIMIT, TIMELOCK_UNSET, 0 },
    { "nothing there", "\"0x\"", ERR_MISMATCH, TIMELOCK_UNSET, 0 },
};

Test(timelock_chain, states)
{
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        struct rpc_row rows[2];
        struct net n;
        struct timelock_status s;
        struct hash32 id = { { 1 } };
        enum err e = OK;

        call_row(rows, states[i].timestamp, NULL);
        net_open(&n, rows);
        e = timelock_read_status(&n.d, n.c, &s, &safe, &id);
        cr_expect_eq(e, states[i].want, "%s: got %d (%s)", states[i].name, (int)e, n.d.msg);
        cr_expect_eq(s.state, states[i].state, "%s", states[i].name);
        cr_expect_eq(s.left_s, states[i].left_s, "%s", states[i].name);
        net_close(&n);
    }
}

/* hasRole(EXECUTOR_ROLE, account): the open role is the zero address. */
#define EXECUTOR "d8aa0f3194971a2a116679f7c2090f6939c8d4e01a2a8d7e41d55e5351469e63"
#define NOBODY   "0000000000000000000000000000000000000000000000000000000000000000"
#define YES      "\"0x0000000000000000000000000000000000000000000000000000000000000001\""
#define NO       "\"0x" ZERO64 "\""

Test(timelock_chain, an_open_role_is_held_by_everybody)
{
    static const struct rpc_row open[] = {
        { "eth_call", "0x91d14854" EXECUTOR NOBODY "\"", YES, NULL, NULL },
        { "eth_call", "0x91d14854" EXECUTOR, NO, NULL, NULL },
        END,
    };
    static const struct rpc_row closed[] = {
        { "eth_call", "0x91d14854" EXECUTOR, NO, NULL, NULL },
        END,
    };
    static const struct rpc_row odd[] = {
        { "eth_call", "0x91d14854", "\"0x" RPC_X64("1") "\"", NULL, NULL },
        END,
    };
    struct net n;
    bool may = false;

    net_open(&n, open);
    cr_expect_eq(timelock_may(&n.d, n.c, &may, &safe, "executor", &sender), OK, "%s", n.d.msg);
    cr_expect(may);
    net_close(&n);
    net_open(&n, closed);
    cr_expect_eq(timelock_may(&n.d, n.c, &may, &safe, "executor", &sender), OK, "%s", n.d.msg);
    cr_expect_not(may);
    net_close(&n);
    net_open(&n, odd);
    cr_expect_eq(timelock_may(&n.d, n.c, &may, &safe, "executor", &sender), ERR_MISMATCH);
    cr_expect_not(may);
    net_close(&n);
}

/* --- execTransaction -------------------------------------------------------------------------- */

Test(execute_chain, hash_must_be_the_contracts)
{
    struct rpc_row rows[2];
    struct net n;
    struct safe_tx tx = { 0 };
    struct hash32 want;

    memset(want.b, 0x11, sizeof(want.b));
    call_row(rows, "\"0x" RPC_X64("1") "\"", NULL);
    net_open(&n, rows);
    cr_expect_eq(execute_check_hash(&n.d, n.c, &safe, &tx, &want), OK, "%s", n.d.msg);
    want.b[31] = 0x12;
    cr_expect_eq(execute_check_hash(&n.d, n.c, &safe, &tx, &want), ERR_MISMATCH);
    net_close(&n);
    call_row(rows, "\"0x1111\"", NULL);
    net_open(&n, rows);
    cr_expect_eq(execute_check_hash(&n.d, n.c, &safe, &tx, &want), ERR_MISMATCH);
    net_close(&n);
}

/* Encoded by ethers: fixtures/execute/reverts.json. */
#define GS013                                                          \
    "0x08c379a0"                                                       \
    "0000000000000000000000000000000000000000000000000000000000000020" \
    "0000000000000000000000000000000000000000000000000000000000000005" \
    "4753303133000000000000000000000000000000000000000000000000000000"
#define REVERT(data) "{\"code\":3,\"data\":\"" data "\"}"

static const struct {
    const char *name;
    struct rpc_row exec;  /* answer to the call of the Safe */
    struct rpc_row inner; /* answer to the call made from the Safe */
    enum err want;
    const char *words;
} simulations[] = {
    { "would work", { "eth_call", "0xaa", YES, NULL, NULL }, END, OK, "" },
    { "inner call fails",
      { "eth_call", "0xaa", NO, NULL, NULL },
      { "eth_call", "0xbb", NULL, REVERT("0xd6bda275"), NULL },
      ERR_MISMATCH,
      "FailedCall()" },
    { "no bool", { "eth_call", "0xaa", "\"0x01\"", NULL, NULL }, END, ERR_MISMATCH, "no bool" },
    { "hidden reason",
      { "eth_call", "0xaa", NULL, REVERT(GS013), NULL },
      { "eth_call", "0xbb", NULL, REVERT("0xd6bda275"), NULL },
      ERR_MISMATCH,
      "says: FailedCall()" },
    { "plain reason",
      { "eth_call", "0xaa", NULL, REVERT("0x1425ea42"), NULL },
      END,
      ERR_MISMATCH,
      "FailedInnerCall()" },
    { "cannot tell",
      { "eth_call", "0xaa", NULL, "{\"code\":-32000,\"message\":\"busy\"}", NULL },
      END,
      ERR_NETWORK,
      "busy" },
};

Test(execute_chain, simulation)
{
    uint8_t inner[1] = { 0xbb };
    static const uint8_t calldata[1] = { 0xaa };

    for (size_t i = 0; i < sizeof(simulations) / sizeof(simulations[0]); i++) {
        struct rpc_row rows[3] = { simulations[i].exec, simulations[i].inner, END };
        struct safe_tx tx = { .to = { { [19] = 9 } }, .data = inner, .data_len = 1 };
        struct net n;
        enum err e = OK;

        net_open(&n, rows);
        e = execute_simulate(&n.d, n.c, &sender, &safe, &tx, calldata, 1);
        cr_expect_eq(e, simulations[i].want, "%s: got %d (%s)", simulations[i].name, (int)e,
                     n.d.msg);
        cr_expect_not_null(strstr(n.d.msg, simulations[i].words), "%s: %s", simulations[i].name,
                           n.d.msg);
        net_close(&n);
    }
}

/* approvedHashes(owner, hash): owner 1 approved on chain, owner 2 did not and says so. */
Test(execute_chain, approvals_are_the_chains)
{
    static const struct rpc_row rows[] = {
        { "eth_call", "0x7d832974000000000000000000000000010", YES, NULL, NULL },
        { "eth_call", "0x7d832974", NO, NULL, NULL },
        END,
    };
    struct address owners[2] = { { { 1 } }, { { 2 } } };
    struct hash32 hash = { { 0xaa } };
    struct proposal p = { 0 };
    struct signature claim;
    struct buf bytes, blob;
    struct net n;

    buf_init(&bytes, 65);
    buf_init(&blob, 1024);
    net_open(&n, rows);
    signature_approved(&claim, &owners[1]);
    signature_write(&bytes, &claim);
    cr_assert_eq(
        proposal_add_signature(&n.d, &p, &owners[1], "APPROVED_HASH", bytes.data, bytes.len), OK);
    cr_expect_eq(execute_pack_signatures(&n.d, &blob, &p, &hash, owners, 2, 1, NULL), OK);
    cr_expect_eq(execute_read_approvals(&n.d, n.c, &p, &safe, &hash, owners, 2), OK, "%s", n.d.msg);
    blob.len = 0;
    cr_expect_eq(execute_pack_signatures(&n.d, &blob, &p, &hash, owners, 2, 2, NULL), ERR_MISMATCH);
    cr_assert_eq(execute_pack_signatures(&n.d, &blob, &p, &hash, owners, 2, 1, NULL), OK);
    cr_expect_eq(blob.data[12], 1, "the owner who approved");
    buf_clear(&bytes);
    buf_clear(&blob);
    proposal_clear(&p);
    net_close(&n);
}

#define SAFE_LOG(topic0, hash)                                                             \
    "[{\"address\":\"0x0000000000000000000000000000000000000005\",\"topics\":[\"0x" topic0 \
    "\"," hash "],\"data\":\"0x" ZERO64                                                    \
    "\",\"blockNumber\":\"0x3\",\"transactionHash\":" RPC_HASH("7") "}]"
#define SUCCESS "442e715f626346e8c54381002da614f62bee8d27386535b2521ec8540898556e"
#define FAILURE "23428b18acfb3ea64b08dc0c1d296ea9c09702c09083ca5272e64d115b687d23"

Test(execute_chain, finds_what_was_executed_before)
{
    static const struct {
        const char *name;
        struct rpc_row rows[3];
        enum exec_outcome want;
    } cases[] = {
        { "nothing", { { "eth_getLogs", NULL, "[]", NULL, NULL }, END }, EXEC_NO_EVENT },
        { "another SafeTx",
          { { "eth_getLogs", SUCCESS, SAFE_LOG(SUCCESS, RPC_HASH("2")), NULL, NULL },
            { "eth_getLogs", FAILURE, "[]", NULL, NULL } },
          EXEC_NO_EVENT },
        { "success",
          { { "eth_getLogs", SUCCESS, SAFE_LOG(SUCCESS, RPC_HASH("1")), NULL, NULL }, END },
          EXEC_SUCCESS },
        { "failure",
          { { "eth_getLogs", SUCCESS, "[]", NULL, NULL },
            { "eth_getLogs", FAILURE, SAFE_LOG(FAILURE, RPC_HASH("1")), NULL, NULL } },
          EXEC_FAILURE },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct net n;
        enum exec_outcome outcome = EXEC_UNKNOWN;
        struct chain_log_place place;
        struct hash32 hash;
        enum err e = OK;

        memset(hash.b, 0x11, sizeof(hash.b));
        net_open(&n, cases[i].rows);
        e = execute_find(&n.d, n.c, &outcome, &place, &safe, &hash, 100);
        cr_expect_eq(e, OK, "%s: %s", cases[i].name, n.d.msg);
        cr_expect_eq(outcome, cases[i].want, "%s", cases[i].name);
        net_close(&n);
    }
}
