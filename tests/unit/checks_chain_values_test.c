// SPDX-License-Identifier: Apache-2.0
/* chain.implementation, chain.app, chain.gateway, chain.previous against canned answers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "safe/propose.h"
#include "src/base/abi.h"
#include "src/base/digest.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "tests/unit/rpc_stand_in.h"
#include "tests/unit/verify_fixture.h"

#define LEN(table)  (sizeof(table) / sizeof((table)[0]))
#define Z8          "00000000"
#define Z24         Z8 Z8 Z8
#define W(last8)    Z24 Z24 Z8 last8
#define APP         "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512"
#define CODE        "0x8A791620dd6260079BF849Dc5567aDC3F2FdC318"
#define CODE_DIGITS "8a791620dd6260079bf849dc5567adc3f2fdc318"
#define SLOT        "360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc"
/* Keccak-256 of 73, twenty zero bytes, 6001, twenty zero bytes; by ethers 6 */
#define MASKED "0x703e7221b1b89cff71fce8fe06b5b9bb7f0a4338ba79763b9f62236bca50f90c"
#define CALL(data, words)                                               \
    {                                                                   \
        "eth_call", "\"data\":\"0x" data, "\"0x" words "\"", NULL, NULL \
    }
#define REVERTS(data)                                                               \
    {                                                                               \
        "eth_call", "\"data\":\"0x" data, NULL,                                     \
            "{\"code\":3,\"message\":\"execution reverted\",\"data\":\"0x\"}", NULL \
    }
#define CODE_IS(code)                                     \
    {                                                     \
        "eth_getCode", CODE, "\"0x" code "\"", NULL, NULL \
    }
#define APP_ID_OF(address, words)                                                                 \
    {                                                                                             \
        "eth_call", "\"to\":\"" address "\",\"data\":\"0x80afdea8", "\"0x" words "\"", NULL, NULL \
    }
#define END                          \
    {                                \
        NULL, NULL, NULL, NULL, NULL \
    }

/* An implementation of an app in the pinned form; the rest of the chain answers nothing of use. */
static const struct rpc_row good[] = {
    { "eth_chainId", NULL, "\"0x2105\"", NULL, NULL },
    { "eth_blockNumber", NULL, "\"0x10\"", NULL, NULL },
    { "eth_getBlockByNumber", NULL,
      "{\"number\":\"0x10\",\"timestamp\":\"0x6b015110\",\"hash\":" RPC_HASH("a") "}", NULL, NULL },
    CODE_IS("73" CODE_DIGITS "6001" CODE_DIGITS),
    { "eth_getCode", NULL, "\"0x6001\"", NULL, NULL },
    CALL("52d1902d", SLOT),
    CALL("01ffc9a78fd37527", W("00000001")),
    REVERTS("80afdea8"),
    REVERTS("38226c2a"),
    CALL("a6c4cce9", W("00000001")),
    CALL("2f6622e5", W("00000001")),
    REVERTS(""),
    { "eth_getStorageAt", NULL, "\"0x" W("00000000") "\"", NULL, NULL },
    END,
};

enum change { UPGRADE, UPGRADE_KMS, APPS_TO_COME, REGISTER, GATEWAY };

static const struct {
    enum change change;
    const char *contract, *signature, *args, *id;
} changes[] = {
    { UPGRADE, "app", "upgradeToAndCall(address,bytes)", "(" CODE ",0x)", "chain.implementation" },
    { UPGRADE_KMS, "kms", "upgradeToAndCall(address,bytes)", "(" CODE ",0x)",
      "chain.implementation" },
    { APPS_TO_COME, "kms", "setAppImplementation(address)", "(" CODE ")", "chain.implementation" },
    { REGISTER, "kms", "registerApp(address)", "(" CODE ")", "chain.app" },
    { GATEWAY, "kms", "setGatewayAppId(string)", "(\"" APP "\")", "chain.gateway" },
};

static const struct {
    const char *name;
    enum change change;
    struct rpc_row rows[3];
    enum verdict want;
} cases[] = {
    { "the pinned code, whose own address is masked", UPGRADE, { END }, PASS },
    { "no code", UPGRADE, { CODE_IS(""), END }, FAIL },
    { "other code at the pinned address",
      UPGRADE,
      { CODE_IS("73" CODE_DIGITS "6002" CODE_DIGITS), END },
      FAIL },
    { "no implementation of a proxy", UPGRADE, { REVERTS("52d1902d"), END }, FAIL },
    { "another slot", UPGRADE, { CALL("52d1902d", W("00000001")), END }, FAIL },
    { "the code of a KMS", UPGRADE, { CALL("01ffc9a78fd37527", W("00000000")), END }, FAIL },
    { "0.5.3's layout for an app of 0.5.4",
      UPGRADE,
      { APP_ID_OF(CODE, W("00000000")), END },
      FAIL },
    { "0.5.4's layout for an app of 0.5.3", UPGRADE, { APP_ID_OF(APP, W("00000001")), END }, FAIL },
    { "0.5.3's layout for an app of 0.5.3",
      UPGRADE,
      { CALL("80afdea8", W("00000000")), END },
      PASS },
    { "a node that says nothing",
      UPGRADE,
      { { "eth_call", "\"data\":\"0x52d1902d", NULL, "{\"code\":-32000,\"message\":\"x\"}", NULL },
        END },
      UNKNOWN },
    { "the code of an app for a KMS", UPGRADE_KMS, { END }, FAIL },
    { "the code of a KMS for a KMS",
      UPGRADE_KMS,
      { CALL("01ffc9a78fd37527", W("00000000")), END },
      PASS },
    { "code that does not say what it is, and that nobody pinned",
      UPGRADE_KMS,
      { REVERTS("01ffc9a7"), END },
      UNKNOWN },
    { "apps to come", APPS_TO_COME, { END }, PASS },
    { "apps to come without code", APPS_TO_COME, { CODE_IS(""), END }, FAIL },
    { "apps to come that are KMSs",
      APPS_TO_COME,
      { CALL("01ffc9a78fd37527", W("00000000")), END },
      FAIL },
    { "an app", REGISTER, { END }, PASS },
    { "no app", REGISTER, { CALL("01ffc9a78fd37527", W("00000000")), END }, FAIL },
    { "an app without code", REGISTER, { CODE_IS(""), END }, FAIL },
    { "a registered gateway", GATEWAY, { END }, PASS },
    { "a gateway that is not registered", GATEWAY, { CALL("a6c4cce9", W("00000000")), END }, FAIL },
    { "a gateway of a KMS up to 0.5.3",
      GATEWAY,
      { REVERTS("a6c4cce9"), CALL("1309ec43", W("00000001") W("00000001")), END },
      PASS },
    { "a KMS that says nothing", GATEWAY, { REVERTS("a6c4cce9"), END }, UNKNOWN },
};

static void propose_change(struct proposal *p, const struct profile *profile, enum change change)
{
    const struct profile_contract *c = profile_contract_by_name(profile, changes[change].contract);
    struct action_call call = { .owner = c->owner };
    struct propose_request request = {
        .calls = &call, .num_calls = 1, .nonce = { { [31] = 7 } }, .created_s = FIXTURE_CREATED_S
    };
    struct abi_function f = { 0 };
    struct abi_value value = { 0 };
    struct buf data;

    NEED(abi_function_parse(d, &f, changes[change].signature));
    NEED(abi_value_parse(d, &value, &f.params, changes[change].args));
    buf_init(&data, LIMIT_CALLDATA_BYTES);
    buf_add(&data, f.selector, 4);
    NEED(abi_encode(d, &data, &f.params, &value));
    call.call.to = c->address;
    call.call.data = bytes_dup(data.data, data.len);
    call.call.data_len = data.len;
    call.ref.action = strdup("call");
    call.ref.contract = strdup(c->name);
    NEED(propose_build(d, p, profile, &request));
    buf_clear(&data);
    abi_value_clear(&value);
    abi_function_clear(&f);
    call_clear(&call.call);
    free(call.ref.action);
    free(call.ref.contract);
}

static void verify_with(struct verification *v, const struct proposal *p,
                        const struct profile *profile, const struct rpc_row *rows)
{
    struct verify_options options = { .now_s = FIXTURE_NOW_S, .online = true };
    struct rpc_stand_in node;
    const char *urls[1] = { node.url };

    rpc_stand_in_start(&node, rows, good);
    NEED(verify_proposal(d, v, p, profile, &options, urls, 1));
    rpc_stand_in_stop(&node);
}

Test(checks_chain_values, what_is_to_run_is_there_and_of_its_kind)
{
    struct profile *profile = fixture_profile_with(
        "    release: 0.5.11\n", "    release: 0.5.11\n    implementation: {address: \"" CODE "\", "
                                 "code-hash: \"" MASKED "\"}\n");

    for (size_t i = 0; i < LEN(cases); i++) {
        struct proposal p = { 0 };
        struct verification v;
        const struct check *c = NULL;

        cr_assert_eq(changes[cases[i].change].change, cases[i].change);
        propose_change(&p, profile, cases[i].change);
        verify_with(&v, &p, profile, cases[i].rows);
        c = report_check(&v.report, changes[cases[i].change].id);
        cr_expect_eq(c->verdict, cases[i].want, "%s: %s: %s", cases[i].name,
                     verdict_name(c->verdict), buf_str(&c->detail));
        cr_expect(c->required, "%s", cases[i].name);
        verification_clear(&v);
        proposal_clear(&p);
    }
    profile_free(profile);
}

/* --- the release before ----------------------------------------------------------------------- */

static void add_previous(struct proposal *p, const char *text)
{
    const struct evidence_file *app = proposal_file(p, EVIDENCE_APP_COMPOSE);

    if (text != NULL)
        NEED(proposal_add_file(d, p, EVIDENCE_PREVIOUS, text, strlen(text)));
    else
        NEED(proposal_add_file(d, p, EVIDENCE_PREVIOUS, app->data, app->data_len));
}

static const struct {
    const char *name;
    const char *text; /* NULL: this release itself */
    struct rpc_row rows[2];
    enum verdict offline, online;
} previous[] = {
    { "another release", "{\"docker_compose_file\": \"x\"}", { END }, PASS, PASS },
    { "a release that nobody whitelisted",
      "{\"docker_compose_file\": \"x\"}",
      { CALL("2f6622e5", W("00000000")), END },
      PASS,
      FAIL },
    { "an app that has no whitelist", "{\"a\": 1}", { REVERTS("2f6622e5"), END }, PASS, FAIL },
    { "this release itself", NULL, { END }, FAIL, PASS },
    { "no JSON", "{", { END }, FAIL, PASS },
};

Test(checks_chain_values, the_release_before_is_the_proposers_choice)
{
    struct profile *profile = fixture_profile();

    for (size_t i = 0; i < LEN(previous); i++) {
        struct verification v;
        struct proposal p;
        const struct check *c = NULL;

        fixture_proposal(&p, FIXTURE_SCHEDULE, profile);
        add_previous(&p, previous[i].text);
        verify_with(&v, &p, profile, previous[i].rows);
        c = report_check(&v.report, "compose.previous");
        cr_expect_eq(c->verdict, previous[i].offline, "%s: %s", previous[i].name,
                     buf_str(&c->detail));
        c = report_check(&v.report, "chain.previous");
        cr_expect_eq(c->verdict, previous[i].online, "%s: %s", previous[i].name,
                     buf_str(&c->detail));
        verification_clear(&v);
        proposal_clear(&p);
    }
    profile_free(profile);
}
