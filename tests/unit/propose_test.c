// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "safe/deployments.h"
#include "safe/propose.h"
#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/keccak.h"
#include "src/base/u256.h"
#include "tests/unit/profile_fixture.h"

#define HASH "0x4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865"

static struct action_call make_call(const struct profile *p, const char *action)
{
    static const char *const args[] = { HASH };
    const struct action_request r = { .action = action, .args = args, .num_args = 1 };
    struct diag d = { 0 };
    struct action_call c = { 0 };

    cr_assert_eq(action_build(&d, &c, p, &r), OK, "%s", d.msg);
    return c;
}

static void schedule(struct proposal *out, const struct profile *p, uint64_t nonce,
                     size_t num_calls)
{
    struct action_call calls[2] = { make_call(p, "add-device"), make_call(p, "remove-device") };
    const struct propose_request r = { .calls = calls,
                                       .num_calls = num_calls,
                                       .nonce = u256_from_u64(nonce) };
    struct diag d = { 0 };

    cr_assert_eq(propose_build(&d, out, p, &r), OK, "%s", d.msg);
    action_call_clear(&calls[0]);
    action_call_clear(&calls[1]);
}

static void expect_same_file(const struct proposal *a, const struct proposal *b, bool same)
{
    struct diag d = { 0 };
    struct buf x;
    struct buf y;

    buf_init(&x, 1 << 20);
    buf_init(&y, 1 << 20);
    cr_assert_eq(proposal_write(&d, &x, a), OK, "%s", d.msg);
    cr_assert_eq(proposal_write(&d, &y, b), OK, "%s", d.msg);
    cr_expect_eq(x.len == y.len && memcmp(x.data, y.data, x.len) == 0, same);
    buf_clear(&x);
    buf_clear(&y);
}

Test(propose, schedule_is_the_default_with_a_timelock)
{
    struct profile *p = fixture_profile();
    struct proposal q = { 0 };
    struct hash32 salt;

    schedule(&q, p, 7, 1);
    cr_expect_eq(q.step, STEP_SCHEDULE);
    cr_expect(address_eq(&q.tx.to, &p->timelock));
    cr_expect_eq(q.tx.operation, SAFE_CALL);
    cr_expect_not(q.operation.batch);
    keccak256(&salt, q.claimed_manifest, strlen(q.claimed_manifest));
    cr_expect(hash32_eq(&salt, &q.operation.salt), "the salt is the manifest's digest");
    proposal_clear(&q);
    profile_free(p);
}

Test(propose, deterministic_and_bound_to_the_nonce)
{
    struct profile *p = fixture_profile();
    struct proposal a = { 0 };
    struct proposal b = { 0 };
    struct proposal c = { 0 };

    schedule(&a, p, 7, 2);
    schedule(&b, p, 7, 2);
    schedule(&c, p, 8, 2);
    cr_expect(a.operation.batch);
    expect_same_file(&a, &b, true);
    expect_same_file(&a, &c, false);
    cr_expect_not(hash32_eq(&a.claimed_operation_id, &c.claimed_operation_id));
    proposal_clear(&a);
    proposal_clear(&b);
    proposal_clear(&c);
    profile_free(p);
}

Test(propose, follow_ups_carry_operation_and_evidence)
{
    static const enum step steps[] = { STEP_EXECUTE, STEP_CANCEL };
    struct profile *p = fixture_profile();
    struct proposal from = { 0 };

    schedule(&from, p, 7, 1);
    for (size_t i = 0; i < 2; i++) {
        const struct propose_request r = { .step = steps[i],
                                           .from = &from,
                                           .nonce = u256_from_u64(9) };
        struct proposal q = { 0 };
        struct diag d = { 0 };

        cr_assert_eq(propose_build(&d, &q, p, &r), OK, "%s", d.msg);
        cr_expect(hash32_eq(&q.claimed_operation_id, &from.claimed_operation_id));
        cr_expect(safe_tx_eq(&q.scheduled, &from.tx));
        cr_expect_str_eq(q.claimed_manifest, from.claimed_manifest);
        cr_expect_eq(q.num_files, from.num_files);
        proposal_clear(&q);
    }
    proposal_clear(&from);
    profile_free(p);
}

Test(propose, direct_batch_goes_through_multisend_call_only)
{
    struct profile *p = fixture_profile();
    struct action_call calls[2] = { make_call(p, "change-threshold"),
                                    make_call(p, "change-threshold") };
    struct propose_request r = { .calls = calls, .num_calls = 2, .nonce = u256_from_u64(1) };
    const struct deployment *dep = deployment_by_name("1.4.1", "MultiSendCallOnly", 0);
    struct proposal q = { 0 };
    struct diag d = { 0 };

    cr_assert_eq(propose_build(&d, &q, p, &r), OK, "%s", d.msg);
    cr_expect_eq(q.step, STEP_DIRECT);
    cr_expect_eq(q.tx.operation, SAFE_DELEGATECALL);
    cr_expect(address_eq(&q.tx.to, &dep->address));
    proposal_clear(&q);
    r.num_calls = 1;
    cr_assert_eq(propose_build(&d, &q, p, &r), OK, "%s", d.msg);
    cr_expect_eq(q.tx.operation, SAFE_CALL);
    cr_expect(address_eq(&q.tx.to, &p->safe.safe));
    proposal_clear(&q);
    action_call_clear(&calls[0]);
    action_call_clear(&calls[1]);
    profile_free(p);
}

Test(propose, rejection_is_all_zero)
{
    struct profile *p = fixture_profile();
    const struct propose_request r = { .step = STEP_REJECT, .nonce = u256_from_u64(7) };
    const struct safe_tx want = { .to = p->safe.safe, .nonce = u256_from_u64(7) };
    struct proposal q = { 0 };
    struct diag d = { 0 };

    cr_assert_eq(propose_build(&d, &q, p, &r), OK, "%s", d.msg);
    cr_expect(safe_tx_eq(&q.tx, &want));
    proposal_clear(&q);
    profile_free(p);
}

Test(propose, refused)
{
    struct profile *p = fixture_profile();
    struct action_call calls[2] = { make_call(p, "add-device"), make_call(p, "change-threshold") };
    struct proposal direct = { .step = STEP_DIRECT };
    const struct {
        const char *name;
        struct propose_request request;
    } cases[] = {
        { "nothing", { .step = STEP_NONE } },
        { "direct on the timelock's contract",
          { .step = STEP_DIRECT, .calls = calls, .num_calls = 1 } },
        { "schedule of the Safe's own",
          { .step = STEP_SCHEDULE, .calls = &calls[1], .num_calls = 1 } },
        { "two owners", { .calls = calls, .num_calls = 2 } },
        { "execute from nothing", { .step = STEP_EXECUTE } },
        { "execute with calls", { .step = STEP_EXECUTE, .calls = calls, .num_calls = 1 } },
        { "execute from a direct one", { .step = STEP_EXECUTE, .from = &direct } },
        { "rejection with a call", { .step = STEP_REJECT, .calls = calls, .num_calls = 1 } },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };
        struct proposal q = { 0 };

        cr_expect_neq(propose_build(&d, &q, p, &cases[i].request), OK, "%s", cases[i].name);
        cr_expect_neq(d.msg[0], '\0', "%s", cases[i].name);
        proposal_clear(&q);
    }
    action_call_clear(&calls[0]);
    action_call_clear(&calls[1]);
    profile_free(p);
}
