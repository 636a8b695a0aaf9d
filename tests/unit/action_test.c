// SPDX-License-Identifier: Apache-2.0
/* Expected calldata: `cast calldata SIGNATURE ARGS` of foundry 1.7.1. */
#include <criterion/criterion.h>
#include <string.h>

#include "safe/action.h"
#include "safe/batch.h"
#include "src/base/address.h"
#include "src/base/hex.h"
#include "tests/unit/profile_fixture.h"

#define HASH    "0x4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865"
#define OWNER_B "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"

static const struct address prev = { { [19] = 1 } };

struct row {
    const char *name, *action, *contract, *function;
    const char *args[4];
    const char *to;
    const char *calldata;
    enum profile_owner owner;
};

static enum err build(struct diag *d, struct action_call *out, const struct profile *p,
                      const struct row *row)
{
    struct action_request r = { .action = row->action,
                                .contract = row->contract,
                                .function = row->function,
                                .args = row->args,
                                .prev_owner = &prev };

    while (r.num_args < 4 && row->args[r.num_args] != NULL)
        r.num_args++;
    return action_build(d, out, p, &r);
}

static const struct row good[] = {
    { "hash",
      "add-compose-hash",
      NULL,
      NULL,
      { HASH },
      FIXTURE_APP,
      "0xdfc772234355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865",
      OWNER_TIMELOCK },
    { "tuple in one",
      "set-kms-info",
      "kms",
      NULL,
      { "(0x01,0x0203,0x,0x04)" },
      FIXTURE_KMS,
      "0x7d025352"
      "0000000000000000000000000000000000000000000000000000000000000020"
      "0000000000000000000000000000000000000000000000000000000000000080"
      "00000000000000000000000000000000000000000000000000000000000000c0"
      "0000000000000000000000000000000000000000000000000000000000000100"
      "0000000000000000000000000000000000000000000000000000000000000120"
      "0000000000000000000000000000000000000000000000000000000000000001"
      "0100000000000000000000000000000000000000000000000000000000000000"
      "0000000000000000000000000000000000000000000000000000000000000002"
      "0203000000000000000000000000000000000000000000000000000000000000"
      "0000000000000000000000000000000000000000000000000000000000000000"
      "0000000000000000000000000000000000000000000000000000000000000001"
      "0400000000000000000000000000000000000000000000000000000000000000",
      OWNER_TIMELOCK },
    { "string",
      "set-gateway-app-id",
      NULL,
      NULL,
      { "gate-1" },
      FIXTURE_KMS,
      "0x3971db27"
      "0000000000000000000000000000000000000000000000000000000000000020"
      "0000000000000000000000000000000000000000000000000000000000000006"
      "676174652d310000000000000000000000000000000000000000000000000000",
      OWNER_TIMELOCK },
    { "role by name",
      "grant-role",
      NULL,
      NULL,
      { "proposer", OWNER_B },
      FIXTURE_TIMELOCK,
      "0x2f2ff15d"
      "b09aa5aeb3702cfd50b6b62bc4532604938f21248a27a1d5ca736082b6819cc1"
      "00000000000000000000000070997970c51812dc3a010c7d01b50e0d17dc79c8",
      OWNER_TIMELOCK },
    { "duration",
      "update-delay",
      NULL,
      NULL,
      { "3d" },
      FIXTURE_TIMELOCK,
      "0x64d62353000000000000000000000000000000000000000000000000000000000003f480",
      OWNER_TIMELOCK },
    { "threshold of the profile, previous owner",
      "remove-owner",
      NULL,
      NULL,
      { OWNER_B },
      FIXTURE_SAFE,
      "0xf8dc5dd9"
      "0000000000000000000000000000000000000000000000000000000000000001"
      "00000000000000000000000070997970c51812dc3a010c7d01b50e0d17dc79c8"
      "0000000000000000000000000000000000000000000000000000000000000002",
      OWNER_SAFE },
    { "call by name",
      "call",
      "app",
      "addComposeHash",
      { HASH },
      FIXTURE_APP,
      "0xdfc772234355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865",
      OWNER_TIMELOCK },
};

Test(action, calldata)
{
    struct profile *p = fixture_profile();

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct diag d = { 0 };
        struct action_call c = { 0 };
        struct buf text;

        buf_init(&text, 65536);
        cr_expect_eq(build(&d, &c, p, &good[i]), OK, "%s: %s", good[i].name, d.msg);
        buf_add_hex_0x(&text, c.call.data, c.call.data_len);
        cr_expect_str_eq(buf_str(&text), good[i].calldata, "%s", good[i].name);
        cr_expect_str_eq(address_format(&c.call.to).s, good[i].to, "%s", good[i].name);
        cr_expect_eq(c.owner, good[i].owner, "%s", good[i].name);
        buf_clear(&text);
        action_call_clear(&c);
    }
    profile_free(p);
}

Test(action, tuple_members_one_by_one)
{
    struct profile *p = fixture_profile();
    const struct row split = {
        "split", "set-kms-info", "kms",         NULL, { "0x01", "0x0203", "0x", "0x04" },
        NULL,    NULL,           OWNER_TIMELOCK
    };
    struct diag d = { 0 };
    struct action_call one = { 0 };
    struct action_call four = { 0 };

    cr_assert_eq(build(&d, &one, p, &good[1]), OK, "%s", d.msg);
    cr_assert_eq(build(&d, &four, p, &split), OK, "%s", d.msg);
    cr_expect_eq(one.call.data_len, four.call.data_len);
    cr_expect_arr_eq(one.call.data, four.call.data, one.call.data_len);
    action_call_clear(&one);
    action_call_clear(&four);
    profile_free(p);
}

Test(action, refused)
{
    static const struct row bad[] = {
        { "unknown action", "add-composehash", NULL, NULL, { HASH }, NULL, NULL, OWNER_SAFE },
        { "ambiguous", "transfer-ownership", NULL, NULL, { OWNER_B }, NULL, NULL, OWNER_SAFE },
        { "unknown contract", "add-device", "apps", NULL, { HASH }, NULL, NULL, OWNER_SAFE },
        { "not this contract's", "add-device", "kms", NULL, { HASH }, NULL, NULL, OWNER_SAFE },
        { "no argument", "add-device", NULL, NULL, { NULL }, NULL, NULL, OWNER_SAFE },
        { "too many", "add-device", NULL, NULL, { HASH, HASH }, NULL, NULL, OWNER_SAFE },
        { "short hash", "add-device", NULL, NULL, { "0x4355" }, NULL, NULL, OWNER_SAFE },
        { "checksum",
          "grant-role",
          NULL,
          NULL,
          { "proposer", "0x70997970C51812dc3A010C7d01b50e0d17dc79c8" },
          NULL,
          NULL,
          OWNER_SAFE },
        { "unknown role", "grant-role", NULL, NULL, { "owner", OWNER_B }, NULL, NULL, OWNER_SAFE },
        { "removed in this release",
          "call",
          "kms",
          "addAppImageMr",
          { HASH },
          NULL,
          NULL,
          OWNER_SAFE },
        { "only reads", "call", "app", "allowedComposeHashes", { HASH }, NULL, NULL, OWNER_SAFE },
        { "ghost", "call", "app", "setAdmin", { OWNER_B }, NULL, NULL, OWNER_SAFE },
        { "call without contract", "call", NULL, "addDevice", { HASH }, NULL, NULL, OWNER_SAFE },
        { "call without function", "call", "app", NULL, { HASH }, NULL, NULL, OWNER_SAFE },
    };
    struct profile *p = fixture_profile();

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct diag d = { 0 };
        struct action_call c = { 0 };

        cr_expect_neq(build(&d, &c, p, &bad[i]), OK, "%s", bad[i].name);
        cr_expect_eq(err_exit_code(d.code), 2, "%s", bad[i].name);
        cr_expect_neq(d.msg[0], '\0', "%s", bad[i].name);
        cr_expect_null(c.call.data, "%s", bad[i].name);
    }
    profile_free(p);
}

Test(action, previous_owner_is_not_guessed)
{
    struct profile *p = fixture_profile();
    const char *const args[] = { OWNER_B };
    const struct action_request r = { .action = "remove-owner", .args = args, .num_args = 1 };
    struct diag d = { 0 };
    struct action_call c = { 0 };

    cr_expect_eq(action_build(&d, &c, p, &r), ERR_USAGE);
    profile_free(p);
}

static enum err parse_batch(struct diag *d, struct batch *b, const struct profile *p,
                            const char *text)
{
    return batch_parse(d, b, p, text, strlen(text), "batch", HASH);
}

Test(batch, yaml_and_builder_agree)
{
    static const char yaml[] = "- action: add-compose-hash\n"
                               "- {action: add-device, args: [\"" HASH "\"]}\n";
    static const char builder[] =
        "{\"version\":\"1.0\",\"chainId\":\"8453\",\"meta\":{\"createdFromSafeAddress\":"
        "\"" FIXTURE_SAFE "\"},\"transactions\":["
        "{\"to\":\"" FIXTURE_APP "\",\"value\":\"0\",\"data\":\"0xdfc77223"
        "4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865\","
        "\"contractMethod\":null,\"contractInputsValues\":null},"
        "{\"to\":\"" FIXTURE_APP "\",\"value\":\"0\",\"data\":null,\"contractMethod\":"
        "{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"deviceId\",\"type\":\"bytes32\"}],"
        "\"name\":\"addDevice\",\"payable\":false},"
        "\"contractInputsValues\":{\"deviceId\":\"" HASH "\"}}]}";
    struct profile *p = fixture_profile();
    struct diag d = { 0 };
    struct batch a = { 0 };
    struct batch b = { 0 };

    cr_assert_eq(parse_batch(&d, &a, p, yaml), OK, "%s", d.msg);
    cr_assert_eq(parse_batch(&d, &b, p, builder), OK, "%s", d.msg);
    cr_assert_eq(a.num_calls, 2);
    cr_assert_eq(b.num_calls, 2);
    for (size_t i = 0; i < 2; i++) {
        cr_assert_eq(a.calls[i].call.data_len, 36);
        cr_assert_eq(b.calls[i].call.data_len, 36);
        cr_expect_arr_eq(a.calls[i].call.data, b.calls[i].call.data, 36);
        cr_expect_str_eq(a.calls[i].ref.action, b.calls[i].ref.action);
        cr_expect_str_eq(b.calls[i].ref.contract, "app");
    }
    batch_clear(&a);
    batch_clear(&b);
    profile_free(p);
}

Test(batch, refused)
{
    static const struct {
        const char *name, *text;
    } cases[] = {
        { "empty", "" },
        { "empty list", "[]" },
        { "not a list", "action: add-device\n" },
        { "unknown key", "- {action: add-device, arg: [\"" HASH "\"]}\n" },
        { "no action", "- {args: [\"" HASH "\"]}\n" },
        { "args no list", "- {action: add-device, args: \"" HASH "\"}\n" },
        { "nested list", "- {action: add-device, args: [[\"" HASH "\"]]}\n" },
        { "second is bad",
          "- {action: add-compose-hash}\n- {action: add-device, args: [\"0x\"]}\n" },
        { "builder: other chain", "{\"version\":\"1.0\",\"chainId\":\"1\",\"transactions\":[]}" },
        { "builder: no transactions", "{\"version\":\"1.0\",\"chainId\":\"8453\"}" },
        { "builder: empty", "{\"version\":\"1.0\",\"chainId\":\"8453\",\"transactions\":[]}" },
        { "builder: other Safe",
          "{\"version\":\"1.0\",\"chainId\":\"8453\",\"meta\":{\"createdFromSafeAddress\":"
          "\"" FIXTURE_APP "\"},\"transactions\":[]}" },
        { "builder: stranger",
          "{\"version\":\"1.0\",\"chainId\":\"8453\",\"transactions\":[{\"to\":"
          "\"0x9999999999999999999999999999999999999999\",\"value\":\"0\",\"data\":\"0x\"}]}" },
        { "builder: delegatecall",
          "{\"version\":\"1.0\",\"chainId\":\"8453\",\"transactions\":[{\"to\":\"" FIXTURE_APP
          "\",\"value\":\"0\",\"data\":\"0x\",\"operation\":\"1\"}]}" },
        { "builder: no data and no method",
          "{\"version\":\"1.0\",\"chainId\":\"8453\",\"transactions\":[{\"to\":\"" FIXTURE_APP
          "\",\"value\":\"0\",\"data\":null}]}" },
    };
    struct profile *p = fixture_profile();

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };
        struct batch b = { 0 };

        cr_expect_neq(parse_batch(&d, &b, p, cases[i].text), OK, "%s", cases[i].name);
        cr_expect_neq(d.msg[0], '\0', "%s", cases[i].name);
        cr_expect_null(b.calls, "%s", cases[i].name);
    }
    profile_free(p);
}
