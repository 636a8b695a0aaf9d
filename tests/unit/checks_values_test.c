// SPDX-License-Identifier: Apache-2.0
/* Whatever is made to run or to be trusted: by what, with which policy, and with which evidence. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "safe/contracts.h"
#include "safe/propose.h"
#include "src/base/abi.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "tests/unit/verify_fixture.h"
#include "verify/review.h"

#define LEN(table) (sizeof(table) / sizeof((table)[0]))
#define SAFE       "0xF71902B32C9854DB8d6f70Afa6Dcf685F7df8d79"
#define TIMELOCK   "0x5FbDB2315678afecb367f032d93F642f64180aa3"
#define APP        "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512"
#define STRANGER   "0x6813Eb9362372EEF6200f3b1dbC3f819671cBA69" /* an owner alone is one, too */
#define CODE       "0x8A791620dd6260079BF849Dc5567aDC3F2FdC318"
#define APP_CODE   "0x610178dA211FEF7D417bC0e6FeD39F05609AD788"
#define W2(b)      b b
#define W32(b)     W2(W2(W2(W2(W2(b)))))
#define VALUE      "0x" W32("5a")
#define ZERO       "0x" W32("00")
#define NOTHING    "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
/* sha256sum of the three bytes "abc" */
#define ABC "0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define EVERY_CHANGE                                                                          \
    "policy:\n  allow-changes: [owners, modules, guard, fallback-handler, singleton, "        \
    "implementation, ownership, roles, delay, approvals, kms-trust, gateway, device-policy, " \
    "tcb-policy, apps]\n"
#define UNPROVED(words) EVERY_CHANGE "  unproved: [" words "]\n"
#define EVERYTHING                                                                       \
    UNPROVED("device, kms-device, kms-measurement, os-image, implementation, kms-info, " \
             "gateway, app, age")

static void propose_call(struct proposal *p, const struct profile *profile,
                         const struct action_call *call)
{
    struct propose_request request = {
        .calls = call, .num_calls = 1, .nonce = { { [31] = 7 } }, .created_s = FIXTURE_CREATED_S
    };

    *p = (struct proposal){ 0 };
    NEED(propose_build(d, p, profile, &request));
    fixture_sign(p, 1);
    fixture_sign(p, 2);
}

static void fill(struct action_call *out, const struct address *to, enum profile_owner owner,
                 const char *contract, const char *action)
{
    *out = (struct action_call){ .owner = owner };
    out->call.to = *to;
    out->ref.action = strdup(action);
    out->ref.contract = strdup(contract);
}

static void clear(struct action_call *c)
{
    call_clear(&c->call);
    free(c->ref.action);
    free(c->ref.contract);
}

/* --- one value each --------------------------------------------------------------------------- */

#define UPGRADE(code, data) "upgradeToAndCall(address,bytes)", "(" code "," data ")"
#define DEPLOY              "deployAndRegisterApp(address,bool,bool,bool,bytes32,bytes32)"
#define DEPLOY_OLD          "deployAndRegisterApp(address,bool,bool,bytes32,bytes32)"
#define KMS_INFO            "setKmsInfo((bytes,bytes,bytes,bytes))"

static const struct {
    const char *name, *contract, *signature, *args;
    const char *policy; /* in place of "policy:\n"; NULL: the default */
    enum verdict values, result;
} rows[] = {
    { "a device", "app", "addDevice(bytes32)", "(" VALUE ")", NULL, UNKNOWN, UNKNOWN },
    { "a device, accepted", "app", "addDevice(bytes32)", "(" VALUE ")", UNPROVED("device"), PASS,
      PASS },
    { "a device, another kind accepted", "app", "addDevice(bytes32)", "(" VALUE ")",
      UNPROVED("kms-device, os-image"), UNKNOWN, UNKNOWN },
    { "a KMS device", "kms", "addKmsDevice(bytes32)", "(" VALUE ")", UNPROVED("device"), UNKNOWN,
      UNKNOWN },
    { "a KMS device, accepted", "kms", "addKmsDevice(bytes32)", "(" VALUE ")",
      UNPROVED("kms-device"), PASS, PASS },
    { "a device of nothing", "app", "addDevice(bytes32)", "(" NOTHING ")", EVERYTHING, FAIL, FAIL },
    { "a device of zero", "app", "addDevice(bytes32)", "(" ZERO ")", EVERYTHING, FAIL, FAIL },
    { "a KMS", "kms", "addKmsAggregatedMr(bytes32)", "(" VALUE ")", NULL, UNKNOWN, UNKNOWN },
    { "a KMS, accepted", "kms", "addKmsAggregatedMr(bytes32)", "(" VALUE ")",
      UNPROVED("kms-measurement"), PASS, PASS },
    { "an OS image", "kms", "addOsImageHash(bytes32)", "(" VALUE ")", NULL, UNKNOWN, UNKNOWN },
    { "an OS image, accepted", "kms", "addOsImageHash(bytes32)", "(" VALUE ")",
      UNPROVED("os-image"), PASS, PASS },
    { "a compose hash is never accepted", "app", "addComposeHash(bytes32)", "(" VALUE ")",
      EVERYTHING, UNKNOWN, UNKNOWN },
    { "a compose hash of nothing", "app", "addComposeHash(bytes32)", "(" NOTHING ")", EVERYTHING,
      FAIL, FAIL },

    { "root keys, not allowed", "kms", KMS_INFO, "((0x61,0x62,0x63,0x64))", NULL, UNKNOWN, FAIL },
    { "root keys", "kms", KMS_INFO, "((0x61,0x62,0x63,0x64))", EVERY_CHANGE, UNKNOWN, UNKNOWN },
    { "root keys, accepted", "kms", KMS_INFO, "((0x61,0x62,0x63,0x64))", UNPROVED("kms-info"), PASS,
      PASS },
    { "no root key", "kms", KMS_INFO, "((0x,0x62,0x63,0x64))", EVERYTHING, FAIL, FAIL },
    { "a root key of zeros", "kms", KMS_INFO, "((0x0000,0x62,0x63,0x64))", EVERYTHING, FAIL, FAIL },
    { "no CA key", "kms", KMS_INFO, "((0x61,0x,0x63,0x64))", EVERYTHING, FAIL, FAIL },
    { "no quote", "kms", KMS_INFO, "((0x61,0x62,0x,0x64))", EVERYTHING, FAIL, FAIL },
    { "no event log", "kms", KMS_INFO, "((0x61,0x62,0x63,0x))", EVERYTHING, PASS, PASS },
    { "a quote", "kms", "setKmsQuote(bytes)", "(0x616263)", EVERY_CHANGE, UNKNOWN, UNKNOWN },
    { "an empty quote", "kms", "setKmsQuote(bytes)", "(0x)", EVERYTHING, FAIL, FAIL },
    { "an event log", "kms", "setKmsEventlog(bytes)", "(0x616263)", EVERY_CHANGE, UNKNOWN,
      UNKNOWN },

    { "any gateway", "kms", "setGatewayAppId(string)", "(\"any\")", EVERYTHING, FAIL, FAIL },
    { "no gateway", "kms", "setGatewayAppId(string)", "(\"\")", EVERYTHING, FAIL, FAIL },
    { "two gateways in one text", "kms", "setGatewayAppId(string)",
      "(\"e7f1725e7734ce288f8367e1bb143e90bb3f05126813eb9362372eef6200f3b1dbc3f819671cba69\")",
      EVERYTHING, FAIL, FAIL },
    { "a gateway and a blank", "kms", "setGatewayAppId(string)", "(\"" APP " \")", EVERYTHING, FAIL,
      FAIL },
    { "a gateway with another prefix", "kms", "setGatewayAppId(string)",
      "(\"0Xe7f1725e7734ce288f8367e1bb143e90bb3f0512\")", EVERYTHING, FAIL, FAIL },
    { "a gateway of zeros", "kms", "setGatewayAppId(string)",
      "(\"0000000000000000000000000000000000000000\")", EVERYTHING, FAIL, FAIL },
    { "a stranger's gateway", "kms", "setGatewayAppId(string)", "(\"" STRANGER "\")", EVERY_CHANGE,
      UNKNOWN, UNKNOWN },
    { "a stranger's gateway, accepted", "kms", "setGatewayAppId(string)", "(\"" STRANGER "\")",
      UNPROVED("gateway"), PASS, PASS },
    { "an own gateway, not allowed", "kms", "setGatewayAppId(string)", "(\"" APP "\")", NULL, PASS,
      FAIL },
    { "an own gateway", "kms", "setGatewayAppId(string)", "(\"" APP "\")", EVERY_CHANGE, PASS,
      PASS },
    { "an own gateway without 0x", "kms", "setGatewayAppId(string)",
      "(\"e7f1725e7734ce288f8367e1bb143e90bb3f0512\")", EVERY_CHANGE, PASS, PASS },

    { "any device, not allowed", "app", "setAllowAnyDevice(bool)", "(true)", NULL, PASS, FAIL },
    { "listed devices, not allowed either", "app", "setAllowAnyDevice(bool)", "(false)", NULL, PASS,
      FAIL },
    { "any device, allowed", "app", "setAllowAnyDevice(bool)", "(true)", EVERY_CHANGE, PASS, PASS },
    { "no TCB rule, not allowed", "app", "setRequireTcbUpToDate(bool)", "(false)", NULL, PASS,
      FAIL },

    { "an own app", "kms", "registerApp(address)", "(" APP ")", EVERY_CHANGE, PASS, PASS },
    { "an own app, not allowed", "kms", "registerApp(address)", "(" APP ")", NULL, PASS, FAIL },
    { "a stranger's app", "kms", "registerApp(address)", "(" STRANGER ")", EVERY_CHANGE, UNKNOWN,
      UNKNOWN },
    { "a stranger's app, accepted", "kms", "registerApp(address)", "(" STRANGER ")",
      UNPROVED("app"), PASS, PASS },
    { "a new app of the timelock", "kms", DEPLOY,
      "(" TIMELOCK ",false,true,false," ZERO "," ZERO ")", EVERY_CHANGE, PASS, PASS },
    { "a new app of the Safe", "kms", DEPLOY, "(" SAFE ",false,true,false," ZERO "," ZERO ")",
      EVERY_CHANGE, PASS, PASS },
    { "a new app of a stranger", "kms", DEPLOY, "(" STRANGER ",false,true,false," ZERO "," ZERO ")",
      EVERY_CHANGE, UNKNOWN, UNKNOWN },
    { "a new app with a device", "kms", DEPLOY,
      "(" TIMELOCK ",false,true,false," VALUE "," ZERO ")", UNPROVED("app"), UNKNOWN, UNKNOWN },
    { "a new app with a device of nothing", "kms", DEPLOY,
      "(" TIMELOCK ",false,true,false," NOTHING "," ZERO ")", EVERYTHING, FAIL, FAIL },
    { "a new app with a compose hash", "kms", DEPLOY,
      "(" TIMELOCK ",false,true,false," ZERO "," VALUE ")", EVERYTHING, UNKNOWN, UNKNOWN },
    { "a new app on any device", "kms", DEPLOY, "(" TIMELOCK ",false,true,true," ZERO "," ZERO ")",
      "policy:\n  allow-changes: [apps]\n", PASS, FAIL },
    { "a new app without a TCB rule", "kms", DEPLOY,
      "(" TIMELOCK ",false,false,false," ZERO "," ZERO ")", "policy:\n  allow-changes: [apps]\n",
      PASS, FAIL },
    { "a new app that can have no TCB rule", "kms", DEPLOY_OLD,
      "(" TIMELOCK ",false,false," ZERO "," ZERO ")", "policy:\n  allow-changes: [apps]\n", PASS,
      FAIL },
    { "a new app with all rules", "kms", DEPLOY,
      "(" TIMELOCK ",false,true,false," ZERO "," ZERO ")", "policy:\n  allow-changes: [apps]\n",
      PASS, PASS },

    { "an upgrade, not allowed", "app", UPGRADE(CODE, "0x"), NULL, UNKNOWN, FAIL },
    { "an upgrade", "app", UPGRADE(CODE, "0x"), EVERY_CHANGE, UNKNOWN, UNKNOWN },
    { "an upgrade, accepted", "app", UPGRADE(CODE, "0x"), UNPROVED("implementation"), PASS, PASS },
    { "apps to come", "kms", "setAppImplementation(address)", "(" CODE ")", EVERY_CHANGE, UNKNOWN,
      UNKNOWN },
    { "apps to come, accepted", "kms", "setAppImplementation(address)", "(" CODE ")",
      UNPROVED("implementation"), PASS, PASS },
};

static void verify_call(struct verification *v, struct proposal *p, const struct profile *profile,
                        const char *contract, const char *signature, const char *args)
{
    const struct profile_contract *c = profile_contract_by_name(profile, contract);
    struct action_call call;

    fill(&call, &c->address, c->owner, c->name, "call");
    call.call.data = fixture_encode(&call.call.data_len, signature, args);
    propose_call(p, profile, &call);
    fixture_verify(v, p, profile);
    clear(&call);
}

Test(checks_values, a_value_without_evidence_is_not_a_yes)
{
    for (size_t i = 0; i < LEN(rows); i++) {
        struct profile *profile = fixture_profile_with(
            "policy:\n", rows[i].policy != NULL ? rows[i].policy : "policy:\n");
        struct verification v;
        struct proposal p;

        verify_call(&v, &p, profile, rows[i].contract, rows[i].signature, rows[i].args);
        cr_expect_eq(report_check(&v.report, "call.values")->verdict, rows[i].values, "%s: %s",
                     rows[i].name, buf_str(&report_check(&v.report, "call.values")->detail));
        cr_expect_eq(report_result(&v.report), rows[i].result, "%s", rows[i].name);
        verification_clear(&v);
        proposal_clear(&p);
        profile_free(profile);
    }
}

Test(checks_values, the_headline_says_which_value_nobody_showed)
{
    struct profile *profile = fixture_profile();
    struct verification v;
    struct proposal p;
    struct buf text;

    buf_init(&text, 4096);
    verify_call(&v, &p, profile, "app", "addDevice(bytes32)", "(" VALUE ")");
    review_reason(&text, &v.report);
    cr_expect_str_eq(buf_str(&text), "nobody showed evidence for the device " VALUE
                                     "; 1 required check could not be done: this is not a yes");
    buf_clear(&text);
    verification_clear(&v);
    proposal_clear(&p);
    profile_free(profile);
}

/* --- what the profile names ------------------------------------------------------------------- */

static const struct {
    const char *key, *contract, *signature, *args;
} pins[] = {
    { "devices", "app", "addDevice(bytes32)", "(" ABC ")" },
    { "kms-devices", "kms", "addKmsDevice(bytes32)", "(" ABC ")" },
    { "kms-measurements", "kms", "addKmsAggregatedMr(bytes32)", "(" ABC ")" },
    { "os-images", "kms", "addOsImageHash(bytes32)", "(" ABC ")" },
    { "kms-quotes", "kms", "setKmsQuote(bytes)", "(0x616263)" },
    { "kms-event-logs", "kms", "setKmsEventlog(bytes)", "(0x616263)" },
};

/* Each list is for its kind alone. */
Test(checks_values, pins)
{
    for (size_t i = 0; i < LEN(pins); i++) {
        for (size_t k = 0; k < LEN(pins); k++) {
            char text[1024];
            struct profile *profile = NULL;
            struct verification v;
            struct proposal p;

            (void)snprintf(text, sizeof(text), "pins:\n  %s: [\"" ABC "\"]\n  %s:\n", pins[k].key,
                           strcmp(pins[k].key, "os-images") == 0 ? "kms-ca-keys" : "os-images");
            profile = fixture_profile_with("pins:\n  os-images:\n", text);
            profile->policy.allowed_changes = CHANGE_KMS_TRUST;
            verify_call(&v, &p, profile, pins[i].contract, pins[i].signature, pins[i].args);
            cr_expect_eq(report_result(&v.report), i == k ? PASS : UNKNOWN, "%s, pinned as %s: %s",
                         pins[i].signature, pins[k].key,
                         buf_str(&report_check(&v.report, "call.values")->detail));
            verification_clear(&v);
            proposal_clear(&p);
            profile_free(profile);
        }
    }
}

Test(checks_values, root_keys_are_pinned_one_by_one)
{
    struct profile *profile = fixture_profile_with(
        "pins:\n  os-images:\n", "pins:\n  kms-k256-keys: [\"" ABC "\"]\n  kms-ca-keys:\n"
                                 "    - \"" ABC "\"\n  kms-quotes: [\"" ABC "\"]\n"
                                 "  kms-event-logs: [\"" ABC "\"]\n  os-images:\n");
    static const char *const args[] = { "((0x616263,0x616263,0x616263,0x616263))",
                                        "((0x616264,0x616263,0x616263,0x616263))",
                                        "((0x616263,0x616264,0x616263,0x616263))",
                                        "((0x616263,0x616263,0x616264,0x616263))",
                                        "((0x616263,0x616263,0x616263,0x616264))" };

    profile->policy.allowed_changes = CHANGE_KMS_TRUST;
    for (size_t i = 0; i < LEN(args); i++) {
        struct verification v;
        struct proposal p;

        verify_call(&v, &p, profile, "kms", KMS_INFO, args[i]);
        cr_expect_eq(report_result(&v.report), i == 0 ? PASS : UNKNOWN, "%s", args[i]);
        verification_clear(&v);
        proposal_clear(&p);
    }
    profile_free(profile);
}

#define PINNED_CODE                                                                \
    "    release: 0.5.11\n    implementation: {address: \"" CODE "\", code-hash: " \
    "\"" ABC "\"}\n"
#define PINNED_APP_CODE                                                                    \
    "    release: 0.5.11\n    app-implementation: {address: \"" APP_CODE "\", code-hash: " \
    "\"" ABC "\"}\n"

static const struct {
    const char *name, *contract, *signature, *args;
    enum verdict result;
} codes[] = {
    { "the named code", "app", UPGRADE(CODE, "0x"), PASS },
    { "another code", "app", UPGRADE(APP_CODE, "0x"), FAIL },
    { "the named code, and a device in the same call", "app", UPGRADE(CODE, "0x2a819728" W32("5a")),
      UNKNOWN },
    { "the named code, and any device in the same call", "app",
      UPGRADE(CODE, "0x7c4beeb8" W32("00")), FAIL },
    { "the named code, and another one in the same call", "app",
      UPGRADE(CODE, "0x4f1ef286000000000000000000000000610178da211fef7d417bc0e6fed39f05609ad788"
                    "0000000000000000000000000000000000000000000000000000000000000040"
                    "0000000000000000000000000000000000000000000000000000000000000000"),
      FAIL },
    { "the code of a contract that names none", "kms", UPGRADE(CODE, "0x"), UNKNOWN },
    { "the named code of apps", "kms", "setAppImplementation(address)", "(" APP_CODE ")", PASS },
    { "another code of apps", "kms", "setAppImplementation(address)", "(" CODE ")", FAIL },
};

Test(checks_values, an_implementation_is_the_one_that_the_profile_names)
{
    struct profile *one = fixture_profile_with("    release: 0.5.11\n", PINNED_CODE);
    struct profile *two = fixture_profile_with(
        "\"0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0\"\n    release: 0.5.11\n",
        "\"0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0\"\n" PINNED_APP_CODE);

    one->policy.allowed_changes = CHANGE_IMPLEMENTATION;
    one->policy.unproved = 0;
    two->policy.allowed_changes = CHANGE_IMPLEMENTATION;
    /* a profile that names a code means it, whatever it accepts elsewhere */
    two->policy.unproved = UNPROVED_IMPLEMENTATION;
    for (size_t i = 0; i < LEN(codes); i++) {
        bool of_apps = strncmp(codes[i].signature, "setApp", 6) == 0;
        struct verification v;
        struct proposal p;

        verify_call(&v, &p, of_apps ? two : one, codes[i].contract, codes[i].signature,
                    codes[i].args);
        cr_expect_eq(report_result(&v.report), codes[i].result, "%s: %s", codes[i].name,
                     buf_str(&report_check(&v.report, "call.values")->detail));
        verification_clear(&v);
        proposal_clear(&p);
    }
    profile_free(one);
    profile_free(two);
}

/* --- every function of every release ---------------------------------------------------------- */

static void add_sample(struct buf *out, const struct abi_type *t)
{
    switch (t->kind) {
    case ABI_UINT:
    case ABI_INT:
        buf_add_str(out, "1");
        return;
    case ABI_ADDRESS:
        buf_add_str(out, STRANGER);
        return;
    case ABI_BOOL:
        buf_add_str(out, "true");
        return;
    case ABI_FIXED_BYTES:
        buf_add_str(out, "0x");
        for (unsigned i = 0; i < t->size; i++)
            buf_add_str(out, "5a");
        return;
    case ABI_BYTES:
        buf_add_str(out, "0x61626364");
        return;
    case ABI_STRING:
        buf_add_str(out, "\"6813eb9362372eef6200f3b1dbc3f819671cba69\"");
        return;
    case ABI_ARRAY:
    case ABI_FIXED_ARRAY:
        buf_add_str(out, "[");
        add_sample(out, &t->inner[0]);
        buf_add_str(out, "]");
        return;
    case ABI_TUPLE:
        buf_add_str(out, "(");
        for (size_t i = 0; i < t->num_inner; i++) {
            buf_add_str(out, i > 0 ? "," : "");
            add_sample(out, &t->inner[i]);
        }
        buf_add_str(out, ")");
    }
}

/* A well-formed proposal that calls it with a stranger's values. */
static enum verdict result_of(const struct contract_function *f, const struct profile *profile)
{
    struct abi_function parsed = { 0 };
    const struct profile_contract *c = NULL;
    struct action_call call;
    struct proposal p;
    struct buf args;
    enum verdict result = PASS;

    buf_init(&args, 64 * 1024);
    NEED(abi_function_parse(d, &parsed, f->signature));
    add_sample(&args, &parsed.params);
    for (size_t i = 0; i < profile->num_contracts; i++) {
        if (profile->contracts[i].kind == f->kind && c == NULL)
            c = &profile->contracts[i];
    }
    if (c != NULL)
        fill(&call, &c->address, c->owner, c->name, "call");
    else if (f->kind == CONTRACT_TIMELOCK)
        fill(&call, &profile->timelock, OWNER_TIMELOCK, "timelock", "call");
    else
        fill(&call, &profile->safe.safe, OWNER_SAFE, "safe", "call");
    call.call.data = fixture_encode(&call.call.data_len, f->signature, buf_str(&args));
    propose_call(&p, profile, &call);
    result = fixture_result(&p, profile);
    clear(&call);
    proposal_clear(&p);
    abi_function_clear(&parsed);
    buf_clear(&args);
    return result;
}

static bool is_in(const char *signature, const char *const *names)
{
    size_t len = strcspn(signature, "(");

    for (; *names != NULL; names++) {
        if (strlen(*names) == len && strncmp(signature, *names, len) == 0)
            return true;
    }
    return false;
}

/* What takes something off a list; and what only answers, and changes nothing. */
static const char *const harmless[] = {
    "removeAppImageMr",      "removeAppSystemMr", "removeComposeHash", "removeDevice",
    "removeKmsAggregatedMr", "removeKmsDevice",   "removeOsImageHash", "onERC1155BatchReceived",
    "onERC1155Received",     "onERC721Received",  "isValidSignature",  NULL,
};
/* These need a kind of change alone: they name no value that runs or is trusted by the contracts.
 */
static const char *const valueless[] = { "acceptOwnership",
                                         "transferOwnership",
                                         "renounceOwnership",
                                         "disableUpgrades",
                                         "setAllowAnyDevice",
                                         "setRequireTcbUpToDate",
                                         NULL };

/* A function that the registry learns has to be judged here, too. */
Test(checks_values, no_function_of_any_release_is_a_yes_by_default)
{
    struct profile *plain = fixture_profile_with(
        "  side:\n", "  misc:\n    type: other\n    address: "
                     "\"0xDc64a140Aa3E981100a9becA4E685f962f0cF6C9\"\n  side:\n");
    struct profile *open = fixture_profile_with("policy:\n", EVERY_CHANGE);
    const struct contract_function *f = NULL;
    size_t judged = 0;

    for (size_t i = 0; i < plain->num_contracts; i++) {
        free(plain->contracts[i].release);
        plain->contracts[i].release = NULL;
    }
    for (size_t i = 0; i < open->num_contracts; i++) {
        free(open->contracts[i].release);
        open->contracts[i].release = NULL;
    }
    for (size_t i = 0; (f = contract_at(i)) != NULL; i++) {
        bool dstack = f->kind == CONTRACT_DSTACK_KMS || f->kind == CONTRACT_DSTACK_APP;
        bool removes = is_in(f->signature, harmless);

        if (f->view)
            continue;
        judged++;
        cr_expect_eq(result_of(f, plain) == PASS, removes, "%s.%s", contract_kind_name(f->kind),
                     f->signature);
        if (dstack)
            cr_expect_eq(result_of(f, open) == PASS, removes || is_in(f->signature, valueless),
                         "%s, every change allowed", f->signature);
    }
    cr_expect_geq(judged, 90);
    profile_free(plain);
    profile_free(open);
}
