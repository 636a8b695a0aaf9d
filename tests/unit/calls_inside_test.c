// SPDX-License-Identifier: Apache-2.0
/* A call inside a call that the profile allows: it has to go where it may, and be allowed itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/limits.h"
#include "tests/unit/verify_fixture.h"

#define LEN(table) (sizeof(table) / sizeof((table)[0]))
#define SAFE       "0xF71902B32C9854DB8d6f70Afa6Dcf685F7df8d79"
#define APP        "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512"
#define SIDE       "0xCf7Ed3AccA5a467e9e704C703E8D87F634fB0Fc9"
#define STRANGER   "0x6813Eb9362372EEF6200f3b1dbC3f819671cBA69"
#define CODE       "0x8A791620dd6260079BF849Dc5567aDC3F2FdC318"
#define NOBODY     "0x0000000000000000000000000000000000000000"
#define W4(b)      b b b b
#define VALUE      W4(W4("5a5a"))
#define ADD_DEVICE "0x2a819728" VALUE
#define READ       "0x8da5cb5b" /* owner() */
#define UPDATE     "0x64d62353" VALUE
#define TRANSFER   "0xa9059cbb" VALUE VALUE

#define UPGRADE "upgradeToAndCall(address,bytes)"
#define EXECUTE \
    "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)"
#define MODULE         "execTransactionFromModule(address,uint256,bytes,uint8)"
#define ARGS(to, data) "(" to ",0," data ",0,0,0,0," NOBODY "," NOBODY ",0x)"

/* The step's last call is another one. */
static void exchange(struct proposal *p, const char *to, uint8_t *data, size_t len)
{
    struct buf calldata;
    struct call *c = NULL;

    if (p->step == STEP_DIRECT) {
        NEED(address_parse(d, &p->tx.to, to));
        NEED(safe_tx_set_data(d, &p->tx, data, len));
        free(data);
    } else {
        c = &p->operation.calls[p->operation.num_calls - 1];
        NEED(address_parse(d, &c->to, to));
        free(c->data);
        c->data = data;
        c->data_len = len;
        buf_init(&calldata, LIMIT_CALLDATA_BYTES);
        NEED(timelock_schedule_calldata(d, &calldata, &p->operation, &p->delay_s));
        NEED(safe_tx_set_data(d, &p->tx, calldata.data, calldata.len));
        buf_clear(&calldata);
    }
    fixture_rehash(p);
}

static const struct {
    const char *name;
    enum fixture_kind kind;
    const char *to, *signature, *args;
    const char *actions; /* of the policy; NULL: no list */
    const char *id;
    enum verdict want;
} rows[] = {
    { "a device in an upgrade's data", FIXTURE_SCHEDULE, APP, UPGRADE, "(" CODE "," ADD_DEVICE ")",
      "upgrade-to-and-call", "call.allowed", FAIL },
    { "a listed device in an upgrade's data", FIXTURE_SCHEDULE, APP, UPGRADE,
      "(" CODE "," ADD_DEVICE ")", "upgrade-to-and-call, add-device", "call.allowed", PASS },
    { "an upgrade without data", FIXTURE_SCHEDULE, APP, UPGRADE, "(" CODE ",0x)",
      "upgrade-to-and-call", "call.allowed", PASS },
    { "a device in a batch's upgrade", FIXTURE_BATCH, APP, UPGRADE, "(" CODE "," ADD_DEVICE ")",
      "add-compose-hash, remove-compose-hash, upgrade-to-and-call", "call.allowed", FAIL },
    { "a device in a direct upgrade", FIXTURE_DIRECT, SIDE, UPGRADE, "(" CODE "," ADD_DEVICE ")",
      "upgrade-to-and-call", "call.allowed", FAIL },
    { "a device in execTransaction", FIXTURE_DIRECT, SAFE, EXECUTE, ARGS(SIDE, ADD_DEVICE), "call",
      "call.allowed", FAIL },
    { "a listed device in execTransaction", FIXTURE_DIRECT, SAFE, EXECUTE, ARGS(SIDE, ADD_DEVICE),
      "call, add-device", "call.allowed", PASS },
    { "a device by a module", FIXTURE_DIRECT, SAFE, MODULE, "(" SIDE ",0," ADD_DEVICE ",0)", "call",
      "call.allowed", FAIL },

    { "a stranger's token in execTransaction", FIXTURE_DIRECT, SAFE, EXECUTE,
      ARGS(STRANGER, TRANSFER), NULL, "call.target", FAIL },
    { "a stranger's app in execTransaction", FIXTURE_DIRECT, SAFE, EXECUTE,
      ARGS(STRANGER, ADD_DEVICE), NULL, "call.target", FAIL },
    { "a stranger without calldata in execTransaction", FIXTURE_DIRECT, SAFE, EXECUTE,
      ARGS(STRANGER, "0x"), NULL, "call.target", FAIL },
    { "a stranger's app by a module", FIXTURE_DIRECT, SAFE, MODULE,
      "(" STRANGER ",0," ADD_DEVICE ",0)", NULL, "call.target", FAIL },
    { "a stranger's Safe in execTransaction", FIXTURE_DIRECT, SAFE, EXECUTE,
      ARGS(STRANGER, "0x694e80c3" VALUE), NULL, "call.target", FAIL },
    { "what the timelock owns in execTransaction", FIXTURE_DIRECT, SAFE, EXECUTE,
      ARGS(APP, ADD_DEVICE), NULL, "call.target", FAIL },
    { "a view in execTransaction", FIXTURE_DIRECT, SAFE, EXECUTE, ARGS(SIDE, READ), NULL,
      "call.target", FAIL },
    { "another kind's function in execTransaction", FIXTURE_DIRECT, SAFE, EXECUTE,
      ARGS(SIDE, UPDATE), NULL, "call.target", FAIL },
    { "another kind's function in an upgrade's data", FIXTURE_SCHEDULE, APP, UPGRADE,
      "(" CODE "," UPDATE ")", NULL, "call.target", FAIL },
    { "an own app in execTransaction", FIXTURE_DIRECT, SAFE, EXECUTE, ARGS(SIDE, ADD_DEVICE), NULL,
      "call.target", PASS },
    { "a device in an upgrade's data", FIXTURE_SCHEDULE, APP, UPGRADE, "(" CODE "," ADD_DEVICE ")",
      NULL, "call.target", PASS },
};

Test(calls_inside, are_judged_like_the_outer_one)
{
    for (size_t i = 0; i < LEN(rows); i++) {
        char policy[256] = "policy:\n";
        struct profile *profile = NULL;
        struct proposal p;
        size_t len = 0;
        uint8_t *data = NULL;

        if (rows[i].actions != NULL)
            (void)snprintf(policy, sizeof(policy), "policy:\n  actions: [%s]\n", rows[i].actions);
        profile = fixture_profile_with("policy:\n", policy);
        /* what an accomplice's proposal needs of the other checks */
        profile->policy.allowed_changes = CHANGE_IMPLEMENTATION | CHANGE_APPROVALS | CHANGE_MODULES;
        profile->policy.unproved = UNPROVED_IMPLEMENTATION | UNPROVED_DEVICE;
        fixture_proposal(&p, rows[i].kind, profile);
        data = fixture_encode(&len, rows[i].signature, rows[i].args);
        exchange(&p, rows[i].to, data, len);
        cr_expect_eq(fixture_check(&p, profile, rows[i].id), rows[i].want, "%s: %s", rows[i].name,
                     rows[i].id);
        if (rows[i].want != PASS)
            cr_expect_eq(fixture_result(&p, profile), FAIL, "%s", rows[i].name);
        proposal_clear(&p);
        profile_free(profile);
    }
}

/* Upgrades in upgrades, with a device inside. */
static uint8_t *nest(size_t *len, size_t depth)
{
    uint8_t *data = fixture_encode(len, "addDevice(bytes32)", "(0x" VALUE ")");

    for (size_t i = 0; i < depth; i++) {
        struct buf args;

        buf_init(&args, LIMIT_CALLDATA_BYTES);
        buf_add_str(&args, "(" CODE ",0x");
        for (size_t k = 0; k < *len; k++)
            buf_addf(&args, "%02x", data[k]);
        buf_add_str(&args, ")");
        free(data);
        data = fixture_encode(len, UPGRADE, buf_str(&args));
        buf_clear(&args);
    }
    return data;
}

/* More than can be looked at is not "no call", and no yes. */
Test(calls_inside, beyond_the_limit_cannot_be_told)
{
    static const char *const ids[] = { "call.target", "call.action", "call.allowed" };
    static const struct {
        size_t depth;
        enum verdict want[LEN(ids)];
    } depths[] = {
        { 1, { PASS, FAIL, FAIL } },
        { LIMIT_CALL_DEPTH + 1, { UNKNOWN, UNKNOWN, UNKNOWN } },
    };
    struct profile *profile =
        fixture_profile_with("policy:\n", "policy:\n  actions: [upgrade-to-and-call]\n");

    for (size_t i = 0; i < LEN(depths); i++) {
        struct proposal p;
        size_t len = 0;
        uint8_t *data = NULL;

        fixture_proposal(&p, FIXTURE_DIRECT, profile);
        data = nest(&len, depths[i].depth);
        exchange(&p, SIDE, data, len);
        for (size_t k = 0; k < LEN(ids); k++)
            cr_expect_eq(fixture_check(&p, profile, ids[k]), depths[i].want[k], "%zu: %s",
                         depths[i].depth, ids[k]);
        cr_expect_neq(fixture_result(&p, profile), PASS, "%zu", depths[i].depth);
        proposal_clear(&p);
    }
    profile_free(profile);
}
