// SPDX-License-Identifier: Apache-2.0
/* Forgers who keep everything consistent: which check stops them. */
#include <stdlib.h>
#include <string.h>

#include "safe/deployments.h"
#include "safe/multisend.h"
#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/u256.h"
#include "tests/unit/verify_fixture.h"

static void set_data(struct proposal *p, const struct buf *data)
{
    NEED(safe_tx_set_data(d, &p->tx, data->data, data->len));
}

/* Calldata of the operation again, after the operation was changed. */
static void reschedule(struct proposal *p)
{
    struct buf data;

    buf_init(&data, LIMIT_CALLDATA_BYTES);
    NEED(timelock_schedule_calldata(d, &data, &p->operation, &p->delay_s));
    set_data(p, &data);
    buf_clear(&data);
}

static void outsider(struct address *a)
{
    *a = (struct address){ { 0xde, 0xad, 0xbe, 0xef, 1, 2, 3 } };
}

static void other_chain(struct proposal *p)
{
    p->domain.chain_id = u256_from_u64(1);
}

static void other_safe(struct proposal *p)
{
    outsider(&p->domain.safe);
}

static void other_version(struct proposal *p)
{
    NEED(safe_version_parse(d, &p->domain, "1.3.0"));
}

static void old_version(struct proposal *p)
{
    NEED(safe_version_parse(d, &p->domain, "1.1.1"));
}

static void other_target(struct proposal *p)
{
    outsider(&p->tx.to);
}

static void delegatecall(struct proposal *p)
{
    p->tx.operation = SAFE_DELEGATECALL;
}

static void ether(struct proposal *p)
{
    p->tx.value = u256_from_u64(1);
}

static void refund_to_anyone(struct proposal *p)
{
    p->tx.gas_price = u256_from_u64(1);
}

static void base_gas(struct proposal *p)
{
    p->tx.base_gas = u256_from_u64(1);
}

static void gas_token(struct proposal *p)
{
    outsider(&p->tx.gas_token);
}

static void refund_receiver(struct proposal *p)
{
    outsider(&p->tx.refund_receiver);
}

static void safe_tx_gas(struct proposal *p)
{
    p->tx.safe_tx_gas = u256_from_u64(1);
}

static void other_nonce(struct proposal *p)
{
    p->tx.nonce = u256_from_u64(6);
}

static void trailing_byte(struct proposal *p)
{
    struct buf data;

    buf_init(&data, LIMIT_CALLDATA_BYTES);
    buf_add(&data, p->tx.data, p->tx.data_len);
    buf_add_zero(&data, 32);
    set_data(p, &data);
    buf_clear(&data);
}

static void unknown_function(struct proposal *p)
{
    p->operation.calls[0].data[0] ^= 1;
    reschedule(p);
}

static void other_hash(struct proposal *p)
{
    p->operation.calls[0].data[35] ^= 1;
    reschedule(p);
}

static void other_contract(struct proposal *p)
{
    outsider(&p->operation.calls[0].to);
    reschedule(p);
}

static void inner_ether(struct proposal *p)
{
    p->operation.calls[0].value = u256_from_u64(1);
    reschedule(p);
}

/* app.upgradeToAndCall would need more words; transferOwnership(address) has the same shape. */
static void take_ownership(struct proposal *p)
{
    static const uint8_t selector[4] = { 0xf2, 0xfd, 0xe3, 0x8b };

    memcpy(p->operation.calls[0].data, selector, 4);
    memset(p->operation.calls[0].data + 4, 0, 12);
    reschedule(p);
}

/* app.addDevice of SHA-256 of nothing, and of zero. */
static void device_of_nobody(struct proposal *p)
{
    static const uint8_t calldata[36] = {
        0x2a, 0x81, 0x97, 0x28, 0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14,
        0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4,
        0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
    };

    memcpy(p->operation.calls[0].data, calldata, sizeof(calldata));
    reschedule(p);
}

static void device_zero(struct proposal *p)
{
    device_of_nobody(p);
    memset(p->operation.calls[0].data + 4, 0, 32);
    reschedule(p);
}

static void short_delay(struct proposal *p)
{
    p->delay_s = u256_from_u64(172799);
    reschedule(p);
}

static void long_delay(struct proposal *p)
{
    p->delay_s = u256_from_u64(31 * 86400);
    reschedule(p);
}

static void endless_delay(struct proposal *p)
{
    memset(p->delay_s.be, 0xff, sizeof(p->delay_s.be));
    reschedule(p);
}

static void delay_of_the_file(struct proposal *p)
{
    p->delay_s = u256_from_u64(172801);
}

static void zero_salt(struct proposal *p)
{
    p->operation.salt = (struct hash32){ { 0 } };
    reschedule(p);
}

static void other_salt(struct proposal *p)
{
    p->operation.salt.b[0] ^= 1;
    reschedule(p);
}

static void predecessor_of_the_file(struct proposal *p)
{
    p->operation.predecessor.b[0] ^= 1;
}

static void other_operation(struct proposal *p)
{
    struct buf data;

    p->operation.predecessor.b[0] ^= 1;
    buf_init(&data, LIMIT_CALLDATA_BYTES);
    NEED(timelock_execute_calldata(d, &data, &p->operation));
    set_data(p, &data);
    buf_clear(&data);
}

static void cancel_other_operation(struct proposal *p)
{
    p->tx.data[20] ^= 1;
}

static void scheduled_elsewhere(struct proposal *p)
{
    p->scheduled.to.b[0] ^= 1;
}

static void scheduled_under_another_nonce(struct proposal *p)
{
    p->scheduled.nonce = u256_from_u64(6);
}

static void no_scheduled(struct proposal *p)
{
    p->has_scheduled = false;
}

static void created_tomorrow(struct proposal *p)
{
    p->created_s = FIXTURE_NOW_S + 86400;
}

static void created_before_the_commit(struct proposal *p)
{
    p->created_s = 1795199999;
}

static void expired(struct proposal *p)
{
    p->created_s = FIXTURE_NOW_S - 15 * 86400;
}

static void other_action(struct proposal *p)
{
    free(p->actions[0].action);
    p->actions[0].action = strdup("remove-compose-hash");
}

static void other_contract_named(struct proposal *p)
{
    free(p->actions[0].contract);
    p->actions[0].contract = strdup("kms");
}

static void one_action_more(struct proposal *p)
{
    NEED(proposal_add_action(d, p, "add-device", "app"));
}

/* Not MultiSendCallOnly, which refuses a DELEGATECALL inside, but MultiSend, which does not. */
static void plain_multisend(struct proposal *p)
{
    p->tx.to = deployment_by_name("1.4.1", "MultiSend", 0)->address;
}

static void repack(struct proposal *p, uint8_t operation)
{
    struct buf packed;
    struct buf data;
    struct multisend_item item = { .operation = operation };
    static const uint8_t inner[36] = { 0xdf, 0xc7, 0x72, 0x23, 1 };

    outsider(&item.to);
    item.data = inner;
    item.data_len = sizeof(inner);
    buf_init(&packed, LIMIT_CALLDATA_BYTES);
    buf_init(&data, LIMIT_CALLDATA_BYTES);
    multisend_add(&packed, &item);
    NEED(multisend_calldata(d, &data, &packed));
    set_data(p, &data);
    buf_clear(&packed);
    buf_clear(&data);
}

static void inner_delegatecall(struct proposal *p)
{
    repack(p, 1);
}

static void inner_stranger(struct proposal *p)
{
    repack(p, 0);
}

/* A batch that hides a second schedule without delay among the Safe's own calls. */
static void hidden_schedule(struct proposal *p)
{
    struct operation op = { 0 };
    struct u256 no_delay = { { 0 } };
    struct multisend_item item = { 0 };
    struct buf packed;
    struct buf inner;
    struct buf data;

    NEED(address_parse(d, &item.to, "0x5FbDB2315678afecb367f032d93F642f64180aa3"));
    NEED(operation_add_call(d, &op, &(struct call){ .to = item.to }));
    buf_init(&packed, LIMIT_CALLDATA_BYTES);
    buf_init(&inner, LIMIT_CALLDATA_BYTES);
    buf_init(&data, LIMIT_CALLDATA_BYTES);
    NEED(timelock_schedule_calldata(d, &inner, &op, &no_delay));
    item.data = inner.data;
    item.data_len = inner.len;
    multisend_add(&packed, &item);
    multisend_add(&packed, &item);
    NEED(multisend_calldata(d, &data, &packed));
    set_data(p, &data);
    buf_clear(&packed);
    buf_clear(&inner);
    buf_clear(&data);
    operation_clear(&op);
}

/* A schedule that calls itself direct, to get rid of every timelock check. */
static void disguise(struct proposal *p)
{
    p->step = STEP_DIRECT;
    p->has_operation = false;
}

/* A schedule without delay, called a rejection or a cancel. */
static void call_it_reject(struct proposal *p)
{
    p->step = STEP_REJECT;
    p->has_operation = false;
}

static void call_it_cancel(struct proposal *p)
{
    p->step = STEP_CANCEL;
}

static void call_it_execute(struct proposal *p)
{
    p->step = STEP_EXECUTE;
}

/* Calldata of a multisend, sent to a contract of the profile by a plain call. */
static void multisend_to_a_contract(struct proposal *p)
{
    NEED(address_parse(d, &p->tx.to, "0xCf7Ed3AccA5a467e9e704C703E8D87F634fB0Fc9"));
    p->tx.operation = SAFE_CALL;
}

static void multisend_by_call(struct proposal *p)
{
    p->tx.operation = SAFE_CALL;
}

static const struct {
    const char *name;
    enum fixture_kind kind;
    void (*forge)(struct proposal *p);
    const char *stopped_by;
} forgeries[] = {
    { "another chain", FIXTURE_SCHEDULE, other_chain, "tx.chain" },
    { "another Safe", FIXTURE_SCHEDULE, other_safe, "tx.safe" },
    { "another version", FIXTURE_SCHEDULE, other_version, "tx.version" },
    { "a version without chain id", FIXTURE_DIRECT, old_version, "tx.version" },
    { "schedule goes elsewhere", FIXTURE_SCHEDULE, other_target, "tx.step" },
    { "schedule at another timelock", FIXTURE_SCHEDULE, other_target, "timelock.address" },
    { "direct goes elsewhere", FIXTURE_DIRECT, other_target, "tx.step" },
    { "direct goes elsewhere", FIXTURE_DIRECT, other_target, "call.target" },
    { "reject goes elsewhere", FIXTURE_REJECT, other_target, "tx.step" },
    { "delegatecall to the timelock", FIXTURE_SCHEDULE, delegatecall, "tx.operation" },
    { "delegatecall to a contract", FIXTURE_DIRECT, delegatecall, "tx.operation" },
    { "delegatecall in a rejection", FIXTURE_REJECT, delegatecall, "tx.step" },
    { "plain multisend", FIXTURE_DIRECT_BATCH, plain_multisend, "tx.operation" },
    { "delegatecall inside a multisend", FIXTURE_DIRECT_BATCH, inner_delegatecall,
      "call.privileged" },
    { "stranger inside a multisend", FIXTURE_DIRECT_BATCH, inner_stranger, "call.target" },
    { "schedule inside a multisend", FIXTURE_DIRECT_BATCH, hidden_schedule, "call.target" },
    { "a schedule that calls itself direct", FIXTURE_SCHEDULE, disguise, "tx.step" },
    { "a schedule that calls itself direct", FIXTURE_SCHEDULE, disguise, "call.target" },
    { "a schedule that calls itself a rejection", FIXTURE_SCHEDULE, call_it_reject, "tx.step" },
    { "a schedule that calls itself a cancel", FIXTURE_SCHEDULE, call_it_cancel, "tx.step" },
    { "a schedule that calls itself an execute", FIXTURE_SCHEDULE, call_it_execute, "tx.step" },
    { "an execute that calls itself direct", FIXTURE_EXECUTE, disguise, "tx.step" },
    { "a multisend sent to a contract", FIXTURE_DIRECT_BATCH, multisend_to_a_contract,
      "call.decoded" },
    { "a multisend by a plain call", FIXTURE_DIRECT_BATCH, multisend_by_call, "tx.step" },
    { "ether with a schedule", FIXTURE_SCHEDULE, ether, "tx.value" },
    { "ether with a rejection", FIXTURE_REJECT, ether, "tx.step" },
    { "refund in ether in a rejection", FIXTURE_REJECT, refund_to_anyone, "tx.gas" },
    { "refund in ether in a rejection", FIXTURE_REJECT, refund_to_anyone, "tx.step" },
    { "refund in ether", FIXTURE_SCHEDULE, refund_to_anyone, "tx.gas" },
    { "base gas", FIXTURE_SCHEDULE, base_gas, "tx.gas" },
    { "gas token", FIXTURE_SCHEDULE, gas_token, "tx.gas" },
    { "refund receiver", FIXTURE_EXECUTE, refund_receiver, "tx.gas" },
    { "safeTxGas", FIXTURE_EXECUTE, safe_tx_gas, "tx.gas" },
    { "another nonce", FIXTURE_SCHEDULE, other_nonce, "tx.nonce" },
    { "execute before schedule", FIXTURE_EXECUTE, other_nonce, "tx.nonce" },
    { "another nonce of a rejection", FIXTURE_REJECT, other_nonce, "tx.nonce" },
    { "bytes behind the arguments", FIXTURE_SCHEDULE, trailing_byte, "call.canonical" },
    { "bytes behind the list", FIXTURE_DIRECT_BATCH, trailing_byte, "call.canonical" },
    { "a function nobody knows", FIXTURE_SCHEDULE, unknown_function, "call.decoded" },
    { "another compose hash", FIXTURE_SCHEDULE, other_hash, "compose.hash" },
    { "a contract nobody knows", FIXTURE_SCHEDULE, other_contract, "call.target" },
    { "ether inside", FIXTURE_SCHEDULE, inner_ether, "call.value" },
    { "ownership to somebody", FIXTURE_SCHEDULE, take_ownership, "call.privileged" },
    { "ownership to somebody", FIXTURE_SCHEDULE, take_ownership, "call.action" },
    { "a device that no machine proved", FIXTURE_SCHEDULE, device_of_nobody, "call.values" },
    { "a device that is zero", FIXTURE_SCHEDULE, device_zero, "call.values" },
    { "a delay too short", FIXTURE_SCHEDULE, short_delay, "timelock.delay" },
    { "a delay too long", FIXTURE_SCHEDULE, long_delay, "timelock.delay" },
    { "an endless delay", FIXTURE_SCHEDULE, endless_delay, "timelock.delay" },
    { "the file names another delay", FIXTURE_SCHEDULE, delay_of_the_file, "timelock.delay" },
    { "no salt", FIXTURE_SCHEDULE, zero_salt, "timelock.salt" },
    { "another salt", FIXTURE_SCHEDULE, other_salt, "timelock.salt" },
    { "the file names another predecessor", FIXTURE_SCHEDULE, predecessor_of_the_file,
      "timelock.predecessor" },
    { "executes another operation", FIXTURE_EXECUTE, other_operation, "timelock.scheduled" },
    { "cancels another operation", FIXTURE_CANCEL, cancel_other_operation, "timelock.id" },
    { "scheduled elsewhere", FIXTURE_EXECUTE, scheduled_elsewhere, "timelock.scheduled" },
    { "scheduled under another nonce", FIXTURE_CANCEL, scheduled_under_another_nonce,
      "timelock.scheduled" },
    { "made tomorrow", FIXTURE_EXECUTE, created_tomorrow, "age.created" },
    { "made before the commit", FIXTURE_SCHEDULE, created_before_the_commit, "age.created" },
    { "expired", FIXTURE_SCHEDULE, expired, "age.created" },
    { "another time than the evidence", FIXTURE_SCHEDULE, expired, "evidence.context" },
    { "names another action", FIXTURE_SCHEDULE, other_action, "call.action" },
    { "names another action", FIXTURE_CANCEL, other_action, "call.action" },
    { "names another contract", FIXTURE_SCHEDULE, other_contract_named, "call.action" },
    { "names one action more", FIXTURE_SCHEDULE, one_action_more, "call.action" },
    { "names an action in a rejection", FIXTURE_REJECT, one_action_more, "call.action" },
};

Test(checks, consistent_forgeries)
{
    struct profile *profile = fixture_profile();

    for (size_t i = 0; i < sizeof(forgeries) / sizeof(forgeries[0]); i++) {
        struct proposal p;

        fixture_proposal(&p, forgeries[i].kind, profile);
        forgeries[i].forge(&p);
        fixture_rehash(&p);
        cr_expect_eq(fixture_check(&p, profile, forgeries[i].stopped_by), FAIL, "%s: %s",
                     forgeries[i].name, forgeries[i].stopped_by);
        cr_expect_eq(fixture_result(&p, profile), FAIL, "%s", forgeries[i].name);
        cr_expect_eq(fixture_check(&p, profile, "tx.hash"), PASS, "%s is not consistent",
                     forgeries[i].name);
        proposal_clear(&p);
    }
    profile_free(profile);
}

Test(checks, every_step_can_pass)
{
    struct profile *profile = fixture_profile();

    for (int kind = 0; kind < FIXTURE_END; kind++) {
        struct verification v;
        struct proposal p;

        fixture_proposal(&p, (enum fixture_kind)kind, profile);
        fixture_verify(&v, &p, profile);
        for (size_t i = 0; i < v.report.num_checks; i++) {
            const struct check *c = &v.report.checks[i];

            cr_expect(!c->applies || !c->required || c->verdict == PASS, "%s: %s: %s",
                      fixture_name((enum fixture_kind)kind), c->info->id, buf_str(&c->detail));
        }
        cr_expect_eq(report_result(&v.report), PASS, "%s", fixture_name((enum fixture_kind)kind));
        verification_clear(&v);
        proposal_clear(&p);
    }
    profile_free(profile);
}

Test(checks, without_what_scheduled_it_is_no_yes)
{
    struct profile *profile = fixture_profile();
    struct proposal p;

    fixture_proposal(&p, FIXTURE_EXECUTE, profile);
    no_scheduled(&p);
    cr_expect_eq(fixture_check(&p, profile, "timelock.scheduled"), NOT_CHECKED);
    cr_expect_eq(fixture_result(&p, profile), UNKNOWN);
    proposal_clear(&p);
    profile_free(profile);
}

/* Evidence and manifest of another release under the old salt. */
Test(checks, exchanged_evidence)
{
    struct profile *profile = fixture_profile();
    struct proposal p;

    fixture_proposal(&p, FIXTURE_SCHEDULE, profile);
    NEED(proposal_add_file(d, &p, "notes.txt", "read me", 7));
    fixture_remanifest(&p);
    cr_expect_eq(fixture_check(&p, profile, "evidence.manifest"), PASS);
    cr_expect_eq(fixture_check(&p, profile, "timelock.salt"), FAIL);
    proposal_clear(&p);
    profile_free(profile);
}

/* --- policy ----------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    enum fixture_kind kind;
    void (*forge)(struct proposal *p);
    const char *policy;
    const char *id;
    enum verdict want;
} policies[] = {
    { "an action that is not listed", FIXTURE_SCHEDULE, NULL,
      "policy:\n  actions: [remove-compose-hash]\n", "call.allowed", FAIL },
    { "an action that is listed", FIXTURE_SCHEDULE, NULL,
      "policy:\n  actions: [add-compose-hash]\n", "call.allowed", PASS },
    { "ether is allowed", FIXTURE_SCHEDULE, inner_ether, "policy:\n  allow-value: true\n",
      "call.value", PASS },
    { "ownership is allowed", FIXTURE_SCHEDULE, take_ownership,
      "policy:\n  allow-changes: [ownership]\n", "call.privileged", PASS },
    { "another change is allowed", FIXTURE_SCHEDULE, take_ownership,
      "policy:\n  allow-changes: [roles, owners]\n", "call.privileged", FAIL },
    { "a salt by hand is allowed", FIXTURE_SCHEDULE, other_salt,
      "policy:\n  allow-salt-override: true\n", "timelock.salt", PASS },
    { "no salt is never allowed", FIXTURE_SCHEDULE, zero_salt,
      "policy:\n  allow-salt-override: true\n", "timelock.salt", FAIL },
    { "image signatures are wanted", FIXTURE_SCHEDULE, NULL,
      "policy:\n  require: [image.signatures]\n", "image.signatures", NOT_CHECKED },
};

Test(checks, policy)
{
    for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
        struct profile *profile = fixture_profile_with("policy:\n", policies[i].policy);
        struct proposal p;

        fixture_proposal(&p, policies[i].kind, profile);
        if (policies[i].forge != NULL)
            policies[i].forge(&p);
        fixture_rehash(&p);
        cr_expect_eq(fixture_check(&p, profile, policies[i].id), policies[i].want, "%s",
                     policies[i].name);
        if (policies[i].want != PASS)
            cr_expect_neq(fixture_result(&p, profile), PASS, "%s", policies[i].name);
        proposal_clear(&p);
        profile_free(profile);
    }
}

/* What is asked of the chain, and not answered, is no yes. */
Test(checks, required_chain_checks_offline)
{
    struct profile *profile =
        fixture_profile_with("policy:\n", "policy:\n  require: [chain.owners]\n");
    struct proposal p;

    fixture_proposal(&p, FIXTURE_SCHEDULE, profile);
    cr_expect_eq(fixture_result(&p, profile), UNKNOWN);
    proposal_clear(&p);
    profile_free(profile);
}
