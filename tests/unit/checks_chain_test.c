// SPDX-License-Identifier: Apache-2.0
/* chain.* against a node with canned answers: one that fits, and one wrong answer at a time. */
#include <stdio.h>
#include <string.h>

#include "src/base/hex.h"
#include "tests/unit/rpc_stand_in.h"
#include "tests/unit/verify_fixture.h"

#define Z8       "00000000"
#define Z24      Z8 Z8 Z8
#define W(last8) Z24 Z24 Z8 last8
#define OWNERS                                         \
    Z24 "7e5f4552091a69125d5dfcb7b8c2659029395bdf" Z24 \
        "2b5ad5c4795c026514f8317c7a215e218dccd6cf" Z24 "6813eb9362372eef6200f3b1dbc3f819671cba69"
#define SAFE      Z24 "f71902b32c9854db8d6f70afa6dcf685f7df8d79"
#define TIMELOCK  Z24 "5fbdb2315678afecb367f032d93f642f64180aa3"
#define STRANGER  Z24 "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef"
#define SINGLETON Z24 "41675c099f32341bf84bfc5382af534df5c7461a"
#define PROPOSER  "b09aa5aeb3702cfd50b6b62bc4532604938f21248a27a1d5ca736082b6819cc1"
#define EXECUTOR  "d8aa0f3194971a2a116679f7c2090f6939c8d4e01a2a8d7e41d55e5351469e63"
#define CANCELLER "fd643c72710c63c0180259aba6b2d05451e3591a24e58b62239378085726f783"
#define ADMIN     Z24 Z24 Z8 Z8
#define REVERT    "{\"code\":3,\"message\":\"execution reverted\",\"data\":\"0x\"}"
#define CALL(data, words)                                               \
    {                                                                   \
        "eth_call", "\"data\":\"0x" data, "\"0x" words "\"", NULL, NULL \
    }
#define REVERTS(data)                                        \
    {                                                        \
        "eth_call", "\"data\":\"0x" data, NULL, REVERT, NULL \
    }
#define SLOT(begin, words)                                              \
    {                                                                   \
        "eth_getStorageAt", "\"0x" begin, "\"0x" words "\"", NULL, NULL \
    }
#define BLOCK(digit) \
    "{\"number\":\"0x10\",\"timestamp\":\"0x6b015110\",\"hash\":" RPC_HASH(digit) "}"
#define END                          \
    {                                \
        NULL, NULL, NULL, NULL, NULL \
    }

static char hash_answer[80];

/* Fits FIXTURE_SCHEDULE. The code is not the published one: those bytes are not ours to carry. */
static const struct rpc_row good[] = {
    { "eth_chainId", NULL, "\"0x2105\"", NULL, NULL },
    { "eth_blockNumber", NULL, "\"0x10\"", NULL, NULL },
    { "eth_getBlockByNumber", NULL, BLOCK("a"), NULL, NULL },
    { "eth_getCode", NULL, "\"0x6001\"", NULL, NULL },
    CALL("ffa1ad74", W("00000020") W("00000005") "312e342e31" Z24 Z24 "000000"),
    CALL("a0e67e2b", W("00000020") W("00000003") OWNERS),
    CALL("e75235b8", W("00000002")),
    CALL("affed0e0", W("00000007")),
    CALL("cc2f8452", W("00000040") W("00000001") W("00000000")),
    SLOT("4a204f62", W("00000000")),
    SLOT("6c9a6c4a", W("00000000")),
    SLOT("b104e0b9", W("00000000")),
    SLOT("00000000", SINGLETON),
    { "eth_call", "\"data\":\"0xd8d11f78", hash_answer, NULL, NULL },
    CALL("8da5cb5b", TIMELOCK),
    REVERTS("e30c3978"),
    CALL("f27a0c92", W("0002a300")),
    CALL("91d14854" PROPOSER SAFE, W("00000001")),
    CALL("91d14854" EXECUTOR SAFE, W("00000001")),
    CALL("91d14854" CANCELLER SAFE, W("00000001")),
    CALL("91d14854" ADMIN TIMELOCK, W("00000001")),
    CALL("91d14854", W("00000000")),
    CALL("d45c4435", W("00000000")),
    CALL("2f6622e5", W("00000000")),
    CALL("01d5062a", ""),
    CALL("dfc77223", ""),
    END,
};

static const struct {
    const char *name;
    enum fixture_kind kind;
    struct rpc_row rows[3]; /* in front of the good ones */
    const char *id;
    enum verdict want;
} cases[] = {
    { "another version",
      FIXTURE_SCHEDULE,
      { CALL("ffa1ad74", W("00000020") W("00000005") "312e332e30" Z24 Z24 "000000"), END },
      "chain.version",
      FAIL },
    { "an owner more",
      FIXTURE_SCHEDULE,
      { CALL("a0e67e2b", W("00000020") W("00000004") OWNERS STRANGER), END },
      "chain.owners",
      FAIL },
    { "another owner",
      FIXTURE_SCHEDULE,
      { CALL("a0e67e2b", W("00000020") W("00000002") TIMELOCK STRANGER), END },
      "chain.owners",
      FAIL },
    { "a threshold of one",
      FIXTURE_SCHEDULE,
      { CALL("e75235b8", W("00000001")), END },
      "chain.threshold",
      FAIL },
    { "a nonce that is used",
      FIXTURE_SCHEDULE,
      { CALL("affed0e0", W("00000008")), END },
      "chain.nonce",
      FAIL },
    { "a nonce that others precede",
      FIXTURE_SCHEDULE,
      { CALL("affed0e0", W("00000005")), END },
      "chain.nonce",
      PASS },
    { "a module",
      FIXTURE_SCHEDULE,
      { CALL("cc2f8452", W("00000040") W("00000001") W("00000001") STRANGER), END },
      "chain.modules",
      FAIL },
    { "a guard", FIXTURE_SCHEDULE, { SLOT("4a204f62", STRANGER), END }, "chain.guard", FAIL },
    { "a module guard",
      FIXTURE_SCHEDULE,
      { SLOT("b104e0b9", STRANGER), END },
      "chain.guard",
      FAIL },
    { "a handler",
      FIXTURE_SCHEDULE,
      { SLOT("6c9a6c4a", STRANGER), END },
      "chain.fallback-handler",
      FAIL },
    { "the published handler",
      FIXTURE_SCHEDULE,
      { SLOT("6c9a6c4a", Z24 "fd0732dc9e303f09fcef3a7388ad10a83459ec99"), END },
      "chain.fallback-handler",
      PASS },
    { "the handler of another version",
      FIXTURE_SCHEDULE,
      { SLOT("6c9a6c4a", Z24 "f48f2b2d2a534e402487b3ee7c18c33aec0fe5e4"), END },
      "chain.fallback-handler",
      FAIL },
    { "unpublished code", FIXTURE_SCHEDULE, { END }, "chain.safe-code", FAIL },
    { "another hash",
      FIXTURE_SCHEDULE,
      { CALL("d8d11f78", W("00000001")), END },
      "chain.hash",
      FAIL },
    { "no hash", FIXTURE_SCHEDULE, { CALL("d8d11f78", ""), END }, "chain.hash", FAIL },
    { "another owner of the contract",
      FIXTURE_SCHEDULE,
      { CALL("8da5cb5b", SAFE), END },
      "chain.target-owner",
      FAIL },
    { "no owner of the contract",
      FIXTURE_SCHEDULE,
      { REVERTS("8da5cb5b"), END },
      "chain.target-owner",
      UNKNOWN },
    { "offered to a stranger",
      FIXTURE_SCHEDULE,
      { CALL("e30c3978", STRANGER), END },
      "chain.target-owner",
      FAIL },
    { "a longer minimum",
      FIXTURE_SCHEDULE,
      { CALL("f27a0c92", W("0002a301")), END },
      "chain.min-delay",
      FAIL },
    { "a shorter minimum than the profile's",
      FIXTURE_SCHEDULE,
      { CALL("f27a0c92", W("00000001")), END },
      "chain.min-delay",
      FAIL },
    { "no minimum",
      FIXTURE_SCHEDULE,
      { { "eth_call", "\"data\":\"0xf27a0c92", NULL, "{\"code\":-32000,\"message\":\"x\"}", NULL },
        END },
      "chain.min-delay",
      UNKNOWN },
    { "no proposer",
      FIXTURE_SCHEDULE,
      { CALL("91d14854" PROPOSER SAFE, W("00000000")), END },
      "chain.roles",
      FAIL },
    { "the Safe administers",
      FIXTURE_SCHEDULE,
      { CALL("91d14854" ADMIN SAFE, W("00000001")), END },
      "chain.roles",
      FAIL },
    { "nobody administers",
      FIXTURE_SCHEDULE,
      { CALL("91d14854" ADMIN TIMELOCK, W("00000000")), END },
      "chain.roles",
      FAIL },
    { "execution is open to all",
      FIXTURE_EXECUTE,
      { CALL("91d14854" EXECUTOR SAFE, W("00000000")),
        CALL("91d14854" EXECUTOR ADMIN, W("00000001")), END },
      "chain.roles",
      PASS },
    { "no executor",
      FIXTURE_EXECUTE,
      { CALL("91d14854" EXECUTOR SAFE, W("00000000")), END },
      "chain.roles",
      FAIL },
    { "no canceller",
      FIXTURE_CANCEL,
      { CALL("91d14854" CANCELLER SAFE, W("00000000")), END },
      "chain.roles",
      FAIL },
    { "scheduled before",
      FIXTURE_SCHEDULE,
      { CALL("d45c4435", W("6b015111")), END },
      "chain.operation",
      FAIL },
    { "done before",
      FIXTURE_SCHEDULE,
      { CALL("d45c4435", W("00000001")), END },
      "chain.operation",
      FAIL },
    { "execute: not scheduled", FIXTURE_EXECUTE, { END }, "chain.operation", FAIL },
    { "execute: too early",
      FIXTURE_EXECUTE,
      { CALL("d45c4435", W("6b015111")), END },
      "chain.operation",
      FAIL },
    { "execute: just ready",
      FIXTURE_EXECUTE,
      { CALL("d45c4435", W("6b015110")), END },
      "chain.operation",
      PASS },
    { "execute: done",
      FIXTURE_EXECUTE,
      { CALL("d45c4435", W("00000001")), END },
      "chain.operation",
      FAIL },
    { "cancel: waiting",
      FIXTURE_CANCEL,
      { CALL("d45c4435", W("6b015111")), END },
      "chain.operation",
      PASS },
    { "cancel: not scheduled", FIXTURE_CANCEL, { END }, "chain.operation", FAIL },
    { "on the list already",
      FIXTURE_SCHEDULE,
      { CALL("2f6622e5", W("00000001")), END },
      "chain.whitelist",
      FAIL },
    { "the Safe may not",
      FIXTURE_SCHEDULE,
      { REVERTS("01d5062a"), END },
      "chain.simulation",
      FAIL },
    { "the timelock may not",
      FIXTURE_SCHEDULE,
      { REVERTS("dfc77223"), END },
      "chain.simulation",
      FAIL },
    { "another chain",
      FIXTURE_SCHEDULE,
      { { "eth_chainId", NULL, "\"0x1\"", NULL, NULL }, END },
      "chain.agree",
      FAIL },
    { "a node that stands still",
      FIXTURE_SCHEDULE,
      { { "eth_getBlockByNumber", NULL,
          "{\"number\":\"0x10\",\"timestamp\":\"0x6b010000\",\"hash\":" RPC_HASH("a") "}", NULL,
          NULL },
        END },
      "chain.agree",
      UNKNOWN },
    { "a block that is replaced meanwhile",
      FIXTURE_SCHEDULE,
      { { "eth_getBlockByNumber", "\"id\":3,", BLOCK("a"), NULL, NULL },
        { "eth_getBlockByNumber", NULL, BLOCK("b"), NULL, NULL },
        END },
      "chain.agree",
      FAIL },
    { "an answer that is none",
      FIXTURE_SCHEDULE,
      { { "eth_chainId", NULL, NULL, NULL, "[]" }, END },
      "chain.agree",
      UNKNOWN },
    { "nobody there",
      FIXTURE_SCHEDULE,
      { { "eth_chainId", NULL, NULL, NULL, "" }, END },
      "chain.agree",
      UNKNOWN },
};

static void verify_with(struct verification *v, const struct proposal *p,
                        const struct profile *profile, const struct rpc_row *rows)
{
    struct verify_options options = { .now_s = FIXTURE_NOW_S, .online = true };
    struct rpc_stand_in node;
    const char *urls[1] = { node.url };

    (void)snprintf(hash_answer, sizeof(hash_answer), "\"%s\"",
                   hash32_format(&p->claimed.safe_tx).s);
    rpc_stand_in_start(&node, rows, good);
    NEED(verify_proposal(d, v, p, profile, &options, urls, 1));
    rpc_stand_in_stop(&node);
}

Test(checks_chain, wrong_answers)
{
    struct profile *profile = fixture_profile();

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct verification v;
        struct proposal p;
        const struct check *c = NULL;

        fixture_proposal(&p, cases[i].kind, profile);
        verify_with(&v, &p, profile, cases[i].rows);
        c = report_check(&v.report, cases[i].id);
        cr_expect_eq(c->verdict, cases[i].want, "%s: %s: %s", cases[i].name,
                     verdict_name(c->verdict), buf_str(&c->detail));
        cr_expect_neq(report_result(&v.report), PASS, "%s", cases[i].name);
        verification_clear(&v);
        proposal_clear(&p);
    }
    profile_free(profile);
}

/* A contract that owns is asked about 0x19 0x01, domain and message, and answers its magic value.
 * Source: Safe 1.4.1, Safe.sol, checkNSignatures. */
Test(checks_chain, a_contract_is_asked_about_this_transaction)
{
    static char question[600];
    const struct rpc_row answers[][2] = {
        { { "eth_call", question, "\"0x20c13b0b" Z24 Z24 Z8 "\"", NULL, NULL }, END },
        { { "eth_call", question, "\"0x1626ba7e" Z24 Z24 Z8 "\"", NULL, NULL }, END },
        { { "eth_call", question, "\"0x20c13b0b" Z24 Z24 "00000001\"", NULL, NULL }, END },
    };
    static const enum verdict want[] = { PASS, FAIL, FAIL };
    struct profile *profile = fixture_profile();
    uint8_t signature[65 + 32 + 2] = { [63] = 65, [96] = 2, [97] = 0xab, [98] = 0xcd };
    struct proposal p;

    fixture_proposal(&p, FIXTURE_SCHEDULE, profile);
    memcpy(signature + 12, profile->owners[2].b, 20);
    NEED(proposal_add_signature(d, &p, &profile->owners[2], "CONTRACT_SIGNATURE", signature,
                                sizeof(signature)));
    (void)snprintf(question, sizeof(question),
                   "\"data\":\"0x20c13b0b" W("00000040") W("000000c0")
                       W("00000042") "1901%s%s" Z24 Z24 "000000000000" W("00000002") "abcd",
                   hash32_format(&p.claimed.domain).s + 2, hash32_format(&p.claimed.message).s + 2);
    for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
        struct verification v;

        verify_with(&v, &p, profile, answers[i]);
        cr_expect_eq(report_check(&v.report, "chain.signatures")->verdict, want[i], "%zu: %s", i,
                     buf_str(&report_check(&v.report, "chain.signatures")->detail));
        verification_clear(&v);
    }
    proposal_clear(&p);
    profile_free(profile);
}

/* A published singleton with other code is another trouble than one that nobody published. */
Test(checks_chain, what_is_wrong_with_a_singleton)
{
    static const struct {
        struct rpc_row rows[2];
        const char *words;
    } rows[] = {
        { { END }, "is not the published one" },
        { { SLOT("00000000", STRANGER), END }, "is no published Safe 1.4.1" },
        { { SLOT("00000000", Z24 "38869bf66a61cf6bdb996a6ae40d5853fd43b526"), END },
          "is no published Safe 1.4.1" }, /* a MultiSend */
        { { SLOT("00000000", Z24 "d9db270c1b5e3bd161e8c8503c55ceabee709552"), END },
          "is no published Safe 1.4.1" }, /* of 1.3.0 */
    };
    struct profile *profile = fixture_profile();
    struct proposal p;

    fixture_proposal(&p, FIXTURE_SCHEDULE, profile);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct verification v;
        const struct check *c = NULL;

        verify_with(&v, &p, profile, rows[i].rows);
        c = report_check(&v.report, "chain.safe-code");
        cr_expect_eq(c->verdict, FAIL);
        cr_expect_not_null(strstr(buf_str(&c->detail), rows[i].words), "%s", buf_str(&c->detail));
        verification_clear(&v);
    }
    proposal_clear(&p);
    profile_free(profile);
}

#define EARLIER "5500000000000000" Z24 Z24

/* An operation behind another one: what is executed has to wait until that is done. */
Test(checks_chain, a_predecessor_comes_first)
{
    static const struct {
        const char *name;
        enum fixture_kind kind;
        struct rpc_row rows[3];
        enum verdict want;
    } rows[] = {
        { "done",
          FIXTURE_EXECUTE,
          { CALL("d45c4435" EARLIER, W("00000001")), CALL("d45c4435", W("6b015110")), END },
          PASS },
        { "waiting",
          FIXTURE_EXECUTE,
          { CALL("d45c4435" EARLIER, W("6b015111")), CALL("d45c4435", W("6b015110")), END },
          FAIL },
        { "ready",
          FIXTURE_EXECUTE,
          { CALL("d45c4435" EARLIER, W("6b015110")), CALL("d45c4435", W("6b015110")), END },
          FAIL },
        { "waiting when this is scheduled",
          FIXTURE_SCHEDULE,
          { CALL("d45c4435" EARLIER, W("6b015111")), END },
          PASS },
        { "waiting when this is cancelled",
          FIXTURE_CANCEL,
          { CALL("d45c4435" EARLIER, W("6b015111")), CALL("d45c4435", W("6b015111")), END },
          PASS },
    };
    struct profile *profile = fixture_profile();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct verification v;
        struct proposal p;

        fixture_proposal(&p, rows[i].kind, profile);
        p.operation.predecessor = (struct hash32){ { 0x55 } };
        verify_with(&v, &p, profile, rows[i].rows);
        cr_expect_eq(report_check(&v.report, "chain.operation")->verdict, rows[i].want, "%s: %s",
                     rows[i].name, buf_str(&report_check(&v.report, "chain.operation")->detail));
        verification_clear(&v);
        proposal_clear(&p);
    }
    profile_free(profile);
}

Test(checks_chain, right_answers)
{
    static const struct rpc_row none[] = { END };
    struct profile *profile = fixture_profile();
    struct verification v;
    struct proposal p;

    fixture_proposal(&p, FIXTURE_SCHEDULE, profile);
    verify_with(&v, &p, profile, none);
    for (size_t i = 0; i < v.report.num_checks; i++) {
        const struct check *c = &v.report.checks[i];

        cr_expect(!c->applies || !c->required || c->verdict == PASS ||
                      strcmp(c->info->id, "chain.safe-code") == 0,
                  "%s: %s: %s", c->info->id, verdict_name(c->verdict), buf_str(&c->detail));
    }
    verification_clear(&v);
    proposal_clear(&p);
    profile_free(profile);
}

/* One host by two addresses is one opinion, whatever port and path are; here, hosts are ports. */
Test(checks_chain, one_node_that_poses_as_two)
{
    static const struct rpc_row none[] = { END };
    static const struct {
        const char *name;
        bool second_node; /* else the first one's by another path */
        uint64_t least;
        enum verdict want;
        const char *words;
    } rows[] = {
        { "one is enough", false, 1, PASS, "1 endpoint by host (2 URLs) at block" },
        { "one for two", false, 2, UNKNOWN,
          "1 endpoint by host (2 URLs), but the profile wants 2" },
        { "two", true, 2, PASS, "2 endpoints at block" },
        { "two for three", true, 3, UNKNOWN, "2 endpoints, but the profile wants 3" },
    };
    struct profile *profile = fixture_profile();
    struct proposal p;

    fixture_proposal(&p, FIXTURE_SCHEDULE, profile);
    (void)snprintf(hash_answer, sizeof(hash_answer), "\"%s\"", hash32_format(&p.claimed.safe_tx).s);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct verify_options options = { .now_s = FIXTURE_NOW_S, .online = true };
        struct rpc_stand_in a, b;
        struct verification v;
        const struct check *c = NULL;
        char again[128];
        const char *urls[2] = { a.url, rows[i].second_node ? b.url : again };

        rpc_stand_in_start(&a, none, good);
        rpc_stand_in_start(&b, none, good);
        (void)snprintf(again, sizeof(again), "%s/v2/key", a.url);
        profile->min_endpoints = rows[i].least;
        NEED(verify_proposal(d, &v, &p, profile, &options, urls, 2));
        c = report_check(&v.report, "chain.agree");
        cr_expect_eq(c->verdict, rows[i].want, "%s: %s", rows[i].name, verdict_name(c->verdict));
        cr_expect_not_null(strstr(buf_str(&c->detail), rows[i].words), "%s: %s", rows[i].name,
                           buf_str(&c->detail));
        verification_clear(&v);
        rpc_stand_in_stop(&b);
        rpc_stand_in_stop(&a);
    }
    proposal_clear(&p);
    profile_free(profile);
}

/* A contract owner and an approved hash count once the chain has confirmed them. */
Test(checks_chain, approvals)
{
    static const struct rpc_row approved[] = { CALL("7d832974", W("00000001")), END };
    static const struct rpc_row unknown[] = { CALL("7d832974", W("00000000")), END };
    struct profile *profile = fixture_profile();
    uint8_t signature[65] = { [64] = 1 };
    struct verification v;
    struct proposal p;

    fixture_proposal(&p, FIXTURE_SCHEDULE, profile);
    memcpy(signature + 12, p.signatures[0].signer.b, 20);
    NEED(proposal_add_signature(d, &p, &p.signatures[0].signer, "APPROVED_HASH", signature,
                                sizeof(signature)));
    verify_with(&v, &p, profile, approved);
    cr_expect_eq(report_check(&v.report, "chain.signatures")->verdict, PASS);
    cr_expect_str_eq(buf_str(&report_check(&v.report, "chain.signatures")->detail), "1 confirmed");
    cr_expect_eq(report_check(&v.report, "sig.threshold")->verdict, PASS);
    verification_clear(&v);
    verify_with(&v, &p, profile, unknown);
    cr_expect_eq(report_check(&v.report, "chain.signatures")->verdict, FAIL);
    cr_expect_eq(report_check(&v.report, "sig.threshold")->verdict, NOT_CHECKED);
    verification_clear(&v);
    proposal_clear(&p);
    profile_free(profile);
}
