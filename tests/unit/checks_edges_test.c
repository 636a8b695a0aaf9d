// SPDX-License-Identifier: Apache-2.0
/* Each decision at its edge: the last value that passes beside the first that does not. */
#include <stdlib.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/limits.h"
#include "src/base/u256.h"
#include "tests/unit/verify_fixture.h"
#include "verify/os_image.h"

#define DAY 86400

struct edge {
    const char *name;
    enum fixture_kind kind;
    void (*change)(struct proposal *p, uint64_t value);
    uint64_t value;
    const char *id;
    enum verdict want;
};

static void reschedule(struct proposal *p)
{
    struct buf data;

    buf_init(&data, LIMIT_CALLDATA_BYTES);
    NEED(timelock_schedule_calldata(d, &data, &p->operation, &p->delay_s));
    NEED(safe_tx_set_data(d, &p->tx, data.data, data.len));
    buf_clear(&data);
}

static void nonce(struct proposal *p, uint64_t value)
{
    p->tx.nonce = u256_from_u64(value);
}

static void delay(struct proposal *p, uint64_t value)
{
    p->delay_s = u256_from_u64(value);
    reschedule(p);
}

static void created(struct proposal *p, uint64_t value)
{
    p->created_s = value;
}

static void ether(struct proposal *p, uint64_t value)
{
    p->tx.value = u256_from_u64(value);
}

/* The first call's calldata again: a selector and that many words. */
static void call(struct proposal *p, const char *selector, size_t num_words)
{
    struct call *c = &p->operation.calls[0];
    static const uint8_t words[64];

    free(c->data);
    c->data = fixture_calldata(&c->data_len, selector, words, 32 * num_words);
    reschedule(p);
}

static void only_reads(struct proposal *p, uint64_t value)
{
    (void)value;
    call(p, "8da5cb5b", 0); /* owner() */
}

static void unknown_to_the_release(struct proposal *p, uint64_t value)
{
    (void)value;
    call(p, "79ba5097", 0); /* acceptOwnership(), of next */
}

static void target(struct address *to, const char *text)
{
    NEED(address_parse(d, to, text));
}

static void call_of_the_safe(struct proposal *p, uint64_t value)
{
    (void)value;
    target(&p->operation.calls[0].to, "0xF71902B32C9854DB8d6f70Afa6Dcf685F7df8d79");
    call(p, "694e80c3", 1); /* changeThreshold(uint256) */
}

static void call_of_side(struct proposal *p, uint64_t value)
{
    (void)value;
    target(&p->operation.calls[0].to, "0xCf7Ed3AccA5a467e9e704C703E8D87F634fB0Fc9");
    reschedule(p);
}

static void call_of_the_other(struct proposal *p, uint64_t value)
{
    (void)value;
    target(&p->tx.to, "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512");
}

static void call_of_the_timelock(struct proposal *p, uint64_t value)
{
    static const uint8_t words[32];
    size_t len = 0;
    uint8_t *data = fixture_calldata(&len, "64d62353", words, sizeof(words)); /* updateDelay */

    (void)value;
    target(&p->tx.to, "0x5FbDB2315678afecb367f032d93F642f64180aa3");
    NEED(safe_tx_set_data(d, &p->tx, data, len));
    free(data);
}

/* What schedules is a call of the timelock itself; what it schedules may not be. */
static void schedules_a_schedule(struct proposal *p, uint64_t value)
{
    struct operation inner = { 0 };
    struct u256 no_delay = u256_from_u64(value);
    struct call *c = &p->operation.calls[0];
    struct buf data;

    NEED(operation_copy(d, &inner, &p->operation));
    buf_init(&data, LIMIT_CALLDATA_BYTES);
    NEED(timelock_schedule_calldata(d, &data, &inner, &no_delay));
    free(c->data);
    c->to = p->timelock;
    c->data_len = data.len;
    c->data = bytes_dup(data.data, data.len);
    buf_clear(&data);
    operation_clear(&inner);
    reschedule(p);
}

static void wait_for_itself(struct proposal *p, uint64_t value)
{
    (void)value;
    NEED(timelock_operation_id(d, &p->operation.predecessor, &p->operation));
}

static void refund_of_the_schedule(struct proposal *p, uint64_t value)
{
    p->scheduled.gas_price = u256_from_u64(value & 1);
    p->scheduled.base_gas = u256_from_u64(value >> 1 & 1);
    p->scheduled.safe_tx_gas = u256_from_u64(value >> 2 & 1);
    p->scheduled.value = u256_from_u64(value >> 3 & 1);
    p->scheduled.operation = value >> 4 & 1 ? SAFE_DELEGATECALL : SAFE_CALL;
    p->scheduled.gas_token.b[0] = value >> 5 & 1;
    p->scheduled.refund_receiver.b[0] = value >> 6 & 1;
}

static void delay_of_the_schedule(struct proposal *p, uint64_t value)
{
    struct u256 other = u256_from_u64(value);
    struct buf data;

    buf_init(&data, LIMIT_CALLDATA_BYTES);
    NEED(timelock_schedule_calldata(d, &data, &p->operation, &other));
    NEED(safe_tx_set_data(d, &p->scheduled, data.data, data.len));
    buf_clear(&data);
}

static void batch_of_the_file(struct proposal *p, uint64_t value)
{
    p->operation.batch = value != 0;
}

static void timelock_of_the_file(struct proposal *p, uint64_t value)
{
    p->timelock.b[19] ^= (uint8_t)value;
}

static void operation_in_a_direct_step(struct proposal *p, uint64_t value)
{
    (void)value;
    p->has_operation = true;
    NEED(operation_add_call(d, &p->operation, &(struct call){ .to = p->tx.to }));
}

static void schedule_in_a_rejection(struct proposal *p, uint64_t value)
{
    (void)value;
    p->has_scheduled = true;
}

static void operation(struct proposal *p, uint64_t value)
{
    p->tx.operation = (uint8_t)value;
}

static void no_function(struct proposal *p, uint64_t value)
{
    NEED(safe_tx_set_data(d, &p->tx, p->tx.data, value));
}

static void file_step(struct proposal *p, uint64_t value)
{
    p->step = (enum step)value;
}

static const struct edge edges[] = {
    { "the nonce that scheduled", FIXTURE_EXECUTE, nonce, 7, "tx.nonce", FAIL },
    { "the nonce behind it", FIXTURE_EXECUTE, nonce, 8, "tx.nonce", PASS },
    { "one much later", FIXTURE_EXECUTE, nonce, 900, "tx.nonce", PASS },
    { "the nonce that scheduled, to cancel", FIXTURE_CANCEL, nonce, 7, "tx.nonce", FAIL },
    { "the nonce behind it, to cancel", FIXTURE_CANCEL, nonce, 8, "tx.nonce", PASS },
    { "one nonce more", FIXTURE_SCHEDULE, nonce, 8, "tx.nonce", FAIL },
    { "one nonce more, direct", FIXTURE_DIRECT, nonce, 8, "tx.nonce", FAIL },
    { "one nonce more in a rejection", FIXTURE_REJECT, nonce, 8, "tx.nonce", FAIL },
    { "the least delay", FIXTURE_SCHEDULE, delay, 2 * DAY, "timelock.delay", PASS },
    { "one second less", FIXTURE_SCHEDULE, delay, 2 * DAY - 1, "timelock.delay", FAIL },
    { "the greatest delay", FIXTURE_SCHEDULE, delay, 30 * DAY, "timelock.delay", PASS },
    { "one second more", FIXTURE_SCHEDULE, delay, 30 * DAY + 1, "timelock.delay", FAIL },
    { "ten minutes ahead", FIXTURE_SCHEDULE, created, FIXTURE_NOW_S + 600, "age.created", PASS },
    { "and a second", FIXTURE_SCHEDULE, created, FIXTURE_NOW_S + 601, "age.created", FAIL },
    { "as old as its evidence", FIXTURE_EXECUTE, created, FIXTURE_CREATED_S, "age.created", PASS },
    { "older", FIXTURE_EXECUTE, created, FIXTURE_CREATED_S - 1, "age.created", FAIL },
    { "a time for an execute that nothing binds", FIXTURE_EXECUTE, created, FIXTURE_NOW_S,
      "evidence.context", PASS },
    { "another time than the evidence's", FIXTURE_SCHEDULE, created, FIXTURE_CREATED_S + 1,
      "evidence.context", FAIL },
    { "ether with a schedule", FIXTURE_SCHEDULE, ether, 1, "tx.value", FAIL },
    { "ether with a direct call", FIXTURE_DIRECT, ether, 1, "tx.value", FAIL },
    { "ether with a direct call", FIXTURE_DIRECT, ether, 1, "call.value", FAIL },
    { "a function that only reads", FIXTURE_SCHEDULE, only_reads, 0, "call.target", FAIL },
    { "a function of another release", FIXTURE_SCHEDULE, unknown_to_the_release, 0, "call.target",
      FAIL },
    { "a function of the Safe, by the timelock", FIXTURE_SCHEDULE, call_of_the_safe, 0,
      "call.target", FAIL },
    { "a function of the timelock, by the Safe", FIXTURE_DIRECT, call_of_the_timelock, 0,
      "call.target", FAIL },
    { "what the timelock owns, by the Safe", FIXTURE_DIRECT, call_of_the_other, 0, "call.target",
      FAIL },
    { "what the Safe owns, by the timelock", FIXTURE_SCHEDULE, call_of_side, 0, "call.target",
      FAIL },
    { "a schedule that schedules", FIXTURE_SCHEDULE, schedules_a_schedule, 0, "call.target", FAIL },
    { "an operation that waits for itself", FIXTURE_CANCEL, wait_for_itself, 0, "timelock.id",
      FAIL },
    { "scheduled with a gas price", FIXTURE_EXECUTE, refund_of_the_schedule, 1,
      "timelock.scheduled", FAIL },
    { "with base gas", FIXTURE_EXECUTE, refund_of_the_schedule, 2, "timelock.scheduled", FAIL },
    { "with safeTxGas", FIXTURE_EXECUTE, refund_of_the_schedule, 4, "timelock.scheduled", FAIL },
    { "with ether", FIXTURE_EXECUTE, refund_of_the_schedule, 8, "timelock.scheduled", FAIL },
    { "by DELEGATECALL", FIXTURE_EXECUTE, refund_of_the_schedule, 16, "timelock.scheduled", FAIL },
    { "with a gas token", FIXTURE_CANCEL, refund_of_the_schedule, 32, "timelock.scheduled", FAIL },
    { "with a receiver", FIXTURE_CANCEL, refund_of_the_schedule, 64, "timelock.scheduled", FAIL },
    { "with nothing of that", FIXTURE_CANCEL, refund_of_the_schedule, 0, "timelock.scheduled",
      PASS },
    { "scheduled with another delay", FIXTURE_EXECUTE, delay_of_the_schedule, 3 * DAY,
      "timelock.scheduled", FAIL },
    { "scheduled as a batch", FIXTURE_EXECUTE, batch_of_the_file, 1, "timelock.id", FAIL },
    { "another timelock in the file", FIXTURE_EXECUTE, timelock_of_the_file, 1, "timelock.address",
      FAIL },
    { "another timelock in the file", FIXTURE_EXECUTE, timelock_of_the_file, 1, "evidence.context",
      FAIL },
    { "an operation beside a direct call", FIXTURE_DIRECT, operation_in_a_direct_step, 0, "tx.step",
      FAIL },
    { "a schedule beside a direct call", FIXTURE_DIRECT, schedule_in_a_rejection, 0, "tx.step",
      FAIL },
    { "an operation in a rejection", FIXTURE_REJECT, operation_in_a_direct_step, 0, "tx.step",
      FAIL },
    { "a schedule in a rejection", FIXTURE_REJECT, schedule_in_a_rejection, 0, "tx.step", FAIL },
    { "a rejection by DELEGATECALL", FIXTURE_REJECT, operation, 1, "tx.step", FAIL },
    { "a batch by CALL", FIXTURE_DIRECT_BATCH, operation, 0, "tx.step", FAIL },
    { "a direct call without a function", FIXTURE_DIRECT, no_function, 0, "tx.step", FAIL },
    { "a direct call of three bytes", FIXTURE_DIRECT, no_function, 3, "call.decoded", FAIL },
    { "a schedule called direct", FIXTURE_SCHEDULE, file_step, STEP_DIRECT, "tx.step", FAIL },
    { "a direct call called a schedule", FIXTURE_DIRECT, file_step, STEP_SCHEDULE, "tx.step",
      FAIL },
    { "no step", FIXTURE_DIRECT, file_step, STEP_NONE, "tx.step", FAIL },
};

Test(checks_edges, each_decision_at_its_edge)
{
    struct profile *profile = fixture_profile();

    for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
        struct proposal p;

        fixture_proposal(&p, edges[i].kind, profile);
        edges[i].change(&p, edges[i].value);
        fixture_rehash(&p);
        cr_expect_eq(fixture_check(&p, profile, edges[i].id), edges[i].want, "%s: %s",
                     edges[i].name, edges[i].id);
        if (edges[i].want != PASS)
            cr_expect_eq(fixture_result(&p, profile), FAIL, "%s", edges[i].name);
        proposal_clear(&p);
    }
    profile_free(profile);
}

/* --- which checks are part of a report, and which are required -------------------------------- */

static void verify_with(struct verification *v, const struct proposal *p,
                        const struct profile *profile, const struct verify_options *options)
{
    NEED(verify_proposal(d, v, p, profile, options, NULL, 0));
}

Test(checks_edges, what_is_asked_for_is_required)
{
    struct verify_options options = { .now_s = FIXTURE_NOW_S };
    struct profile *profile = fixture_profile();
    struct verification v;
    struct proposal p;

    fixture_proposal(&p, FIXTURE_BATCH, profile);
    verify_with(&v, &p, profile, &options);
    cr_expect(report_applies(&v.report, "os-image.files"));
    cr_expect_not(report_check(&v.report, "os-image.files")->required);
    cr_expect_not(report_check(&v.report, "os-image.digest")->required);
    cr_expect_not(report_check(&v.report, "chain.owners")->required);
    cr_expect_not(report_check(&v.report, "sig.threshold")->required);
    cr_expect_not(report_check(&v.report, "compose.form")->required);
    cr_expect_not(report_check(&v.report, "image.policy")->required);
    cr_expect(report_check(&v.report, "compose.hash")->required);
    cr_expect_not(report_applies(&v.report, "timelock.scheduled"));
    cr_expect_not(report_applies(&v.report, "measure.device"));
    verification_clear(&v);

    options.executable = true;
    options.image_dir = (const struct os_image_dir *)&(struct os_image_dir){ .path = "/nowhere" };
    verify_with(&v, &p, profile, &options);
    cr_expect(report_check(&v.report, "os-image.files")->required);
    cr_expect(report_check(&v.report, "sig.threshold")->required);
    cr_expect_not(report_check(&v.report, "os-image.digest")->required);
    cr_expect_neq(report_result(&v.report), PASS);
    verification_clear(&v);
    proposal_clear(&p);
    profile_free(profile);
}

/* A section of the profile, or a line of its policy, makes its checks required. */
Test(checks_edges, what_the_profile_says_is_required)
{
    static const struct {
        const char *text, *id;
    } rows[] = {
        { "compose:\n  form: as-is\n  final-newlines: keep\n  app: {name: web}\npolicy:\n",
          "compose.accounted" },
        { "compose:\n  form: as-is\n  final-newlines: keep\n  app: {name: web}\npolicy:\n",
          "compose.form" },
        { "images:\n  policies:\n    - image: ghcr.io/example/web\n      issuer: "
          "https://a.example\n"
          "      identity: https://github.com/example/web/*\n      commit: any\npolicy:\n",
          "image.time" },
        { "policy:\n  require: [image.root]\n", "image.root" },
        { "policy:\n  require: [chain.owners, compose.form]\n", "compose.form" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct profile *profile = fixture_profile_with("policy:\n", rows[i].text);
        struct verification v;
        struct proposal p;

        fixture_proposal(&p, FIXTURE_SCHEDULE, profile);
        fixture_verify(&v, &p, profile);
        cr_expect(report_check(&v.report, rows[i].id)->required, "%s", rows[i].id);
        cr_expect_neq(report_result(&v.report), PASS, "%s", rows[i].id);
        verification_clear(&v);
        proposal_clear(&p);
        profile_free(profile);
    }
}

/* Without images in the profile nobody is asked who signed, and nothing says that somebody was. */
Test(checks_edges, images_that_no_rule_is_about_are_not_checked)
{
    static const char *const ids[] = { "image.policy",     "image.root",   "image.signatures",
                                       "image.identity",   "image.source", "image.time",
                                       "compose.accounted" };
    struct profile *profile = fixture_profile();
    struct proposal p;

    fixture_proposal(&p, FIXTURE_SCHEDULE, profile);
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
        cr_expect_eq(fixture_check(&p, profile, ids[i]), NOT_CHECKED, "%s", ids[i]);
    proposal_clear(&p);
    profile_free(profile);
}

/* --- ether that the policy allows ------------------------------------------------------------- */

Test(checks_edges, allowed_ether_is_for_execute_and_direct_alone)
{
    static const struct {
        enum fixture_kind kind;
        enum verdict want;
    } rows[] = { { FIXTURE_SCHEDULE, FAIL },
                 { FIXTURE_CANCEL, FAIL },
                 { FIXTURE_EXECUTE, PASS },
                 { FIXTURE_DIRECT, PASS } };
    struct profile *profile = fixture_profile_with("policy:\n", "policy:\n  allow-value: true\n");

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct proposal p;

        fixture_proposal(&p, rows[i].kind, profile);
        ether(&p, 1);
        fixture_rehash(&p);
        cr_expect_eq(fixture_check(&p, profile, "tx.value"), rows[i].want, "%s",
                     fixture_name(rows[i].kind));
        proposal_clear(&p);
    }
    profile_free(profile);
}
