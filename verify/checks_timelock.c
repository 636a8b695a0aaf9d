// SPDX-License-Identifier: Apache-2.0
/* timelock.*: the operation, its id, delay, predecessor, salt, and that what is executed or
 * cancelled is what was scheduled. */
#include <string.h>

#include "src/base/address.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/u256.h"
#include "verify/checks.h"

static void check_address(struct report *r, const struct subject *s)
{
    const struct proposal *p = s->proposal;

    if (!s->profile->has_timelock)
        check_fail(r, "timelock.address", "the profile has no timelock");
    else if (!address_eq(&p->tx.to, &s->profile->timelock))
        check_fail(r, "timelock.address", "the SafeTx goes to %s, the profile's timelock is %s",
                   address_format(&p->tx.to).s, address_format(&s->profile->timelock).s);
    else if (!p->has_operation)
        check_note(r, "timelock.address", "the input names no operation");
    else if (!address_eq(&p->timelock, &s->profile->timelock))
        check_fail(r, "timelock.address", "the proposal names %s, the profile's timelock is %s",
                   address_format(&p->timelock).s, address_format(&s->profile->timelock).s);
    else
        check_pass(r, "timelock.address", "%s", address_format(&p->timelock).s);
}

/* Three ways to the same 32 bytes: from the calldata, from the operation, as claimed. */
static void check_id(struct report *r, const struct subject *s)
{
    const struct hash32 *in_calldata = &s->timelock_call.id;
    const struct hash32 *claimed = &s->proposal->claimed_operation_id;

    if (s->timelock_error.code != OK || s->timelock_call.method == TIMELOCK_NONE) {
        check_fail(r, "timelock.id", "the calldata is no timelock call");
        return;
    }
    if (!s->proposal->has_operation) {
        check_note(r, "timelock.id", "the input names no operation; the calldata's id is %s",
                   hash32_format(in_calldata).s);
        return;
    }
    if (!s->operation_id_ok)
        check_unknown(r, "timelock.id", "the id can not be computed");
    else if (!hash32_eq(&s->operation_id, in_calldata))
        check_fail(r, "timelock.id", "the calldata is about %s, the proposal's operation has id %s",
                   hash32_format(in_calldata).s, hash32_format(&s->operation_id).s);
    else if (!hash32_eq(&s->operation_id, claimed))
        check_fail(r, "timelock.id", "the file says %s, the operation gives %s",
                   hash32_format(claimed).s, hash32_format(&s->operation_id).s);
    else
        check_pass(r, "timelock.id", "%s", hash32_format(&s->operation_id).s);
}

static void check_delay(struct report *r, const struct subject *s)
{
    const struct profile_policy *policy = &s->profile->policy;
    const struct u256 *delay = &s->timelock_call.delay_s;
    uint64_t seconds = 0;

    if (s->timelock_call.method != TIMELOCK_SCHEDULE) {
        check_fail(r, "timelock.delay", "nothing is scheduled");
        return;
    }
    if (s->proposal->has_operation && !u256_eq(delay, &s->proposal->delay_s))
        check_fail(r, "timelock.delay", "the calldata says %s s, the proposal %s s",
                   u256_format(delay).s, u256_format(&s->proposal->delay_s).s);
    else if (!u256_to_u64(delay, &seconds))
        check_fail(r, "timelock.delay", "%s s is for ever", u256_format(delay).s);
    else if (seconds < policy->min_delay_s)
        check_fail(r, "timelock.delay", "%s, the policy wants at least %s",
                   duration_format(seconds).s, duration_format(policy->min_delay_s).s);
    else if (policy->max_delay_s != 0 && seconds > policy->max_delay_s)
        check_fail(r, "timelock.delay", "%s, the policy wants at most %s",
                   duration_format(seconds).s, duration_format(policy->max_delay_s).s);
    else
        check_pass(r, "timelock.delay", "%s", duration_format(seconds).s);
}

static void check_predecessor(struct report *r, const struct subject *s)
{
    const struct hash32 *ours = &s->proposal->operation.predecessor;
    const struct hash32 *in_calldata = &s->timelock_call.op.predecessor;
    bool carried =
        s->timelock_call.method == TIMELOCK_SCHEDULE || s->timelock_call.method == TIMELOCK_EXECUTE;

    if (!s->proposal->has_operation)
        check_note(r, "timelock.predecessor", "the input names no operation");
    else if (carried && !hash32_eq(ours, in_calldata))
        check_fail(r, "timelock.predecessor", "the calldata says %s, the proposal %s",
                   hash32_format(in_calldata).s, hash32_format(ours).s);
    else if (hash32_is_zero(ours))
        check_pass(r, "timelock.predecessor", "none");
    else if (s->operation_id_ok && hash32_eq(ours, &s->operation_id))
        check_fail(r, "timelock.predecessor", "the operation waits for itself");
    else
        check_pass(r, "timelock.predecessor",
                   "%s must be done first; if it is cancelled or never "
                   "executed, this never runs",
                   hash32_format(ours).s);
}

static void check_salt(struct report *r, const struct subject *s)
{
    struct diag why = { 0 };
    struct hash32 digest;
    const struct hash32 *salt = &s->proposal->operation.salt;

    if (!s->proposal->has_operation) {
        check_note(r, "timelock.salt", "the input names no operation and has no evidence");
        return;
    }
    if (proposal_manifest_digest(&why, &digest, s->proposal) != OK)
        check_error(r, "timelock.salt", &why);
    else if (s->proposal->num_files > 0 && hash32_eq(salt, &digest))
        check_pass(r, "timelock.salt", "%s = keccak256 of the manifest", hash32_format(salt).s);
    else if (hash32_is_zero(salt))
        check_fail(r, "timelock.salt",
                   "the salt is zero: it binds nothing and leaves no mark on "
                   "the chain");
    else if (s->profile->policy.allow_override_salt)
        check_pass(r, "timelock.salt",
                   "%s was chosen by hand, as the policy allows: the salt "
                   "binds nothing, the evidence could be exchanged",
                   hash32_format(salt).s);
    else if (s->proposal->num_files == 0)
        check_note(r, "timelock.salt", "there is no evidence to compare the salt with");
    else
        check_fail(r, "timelock.salt",
                   "the salt is %s, the evidence gives %s: this is not the "
                   "evidence that was proposed",
                   hash32_format(salt).s, hash32_format(&digest).s);
}

/* --- timelock.scheduled ----------------------------------------------------------------------- */

static const char *scheduled_problem(const struct subject *s, const struct timelock_call *call)
{
    const struct proposal *p = s->proposal;
    const struct safe_tx *tx = &p->scheduled;

    if (!address_eq(&tx->to, &p->timelock))
        return "went to another address than the timelock";
    if (call->method != TIMELOCK_SCHEDULE)
        return "scheduled nothing";
    if (!s->operation_id_ok || !hash32_eq(&call->id, &s->operation_id) ||
        call->op.batch != p->operation.batch)
        return "scheduled another operation";
    if (!u256_eq(&call->delay_s, &p->delay_s))
        return "scheduled it with another delay";
    if (!u256_is_zero(&tx->value) || tx->operation != SAFE_CALL ||
        !u256_is_zero(&tx->safe_tx_gas) || !u256_is_zero(&tx->base_gas) ||
        !u256_is_zero(&tx->gas_price) || !address_is_zero(&tx->gas_token) ||
        !address_is_zero(&tx->refund_receiver))
        return "carried ether, a DELEGATECALL or a refund";
    if (s->context_ok && !u256_eq(&tx->nonce, &s->context.nonce))
        return "had another nonce than the evidence says";
    return NULL;
}

static void check_scheduled(struct report *r, const struct subject *s)
{
    const struct proposal *p = s->proposal;
    struct timelock_call call = { 0 };
    struct safe_hashes hashes;
    struct diag why = { 0 };
    const char *problem = NULL;

    if (!p->has_scheduled || !p->has_operation) {
        check_note(r, "timelock.scheduled", "the SafeTx that scheduled it is not in the input");
        return;
    }
    if (timelock_call_decode(&why, &call, p->scheduled.data, p->scheduled.data_len) != OK) {
        check_error(r, "timelock.scheduled", &why);
        return;
    }
    problem = scheduled_problem(s, &call);
    if (problem != NULL)
        check_fail(r, "timelock.scheduled", "the SafeTx that scheduled %s", problem);
    else if (!s->context_ok)
        check_note(r, "timelock.scheduled", "no evidence tells the nonce it was scheduled with");
    else if (safe_tx_hash(&why, &hashes, &p->scheduled, &p->domain) != OK)
        check_error(r, "timelock.scheduled", &why);
    else
        check_pass(r, "timelock.scheduled", "scheduled by SafeTx %s, nonce %s, delay %s s",
                   hash32_format(&hashes.safe_tx).s, u256_format(&p->scheduled.nonce).s,
                   u256_format(&p->delay_s).s);
    timelock_call_clear(&call);
}

void checks_timelock(struct report *r, const struct subject *s)
{
    if (report_applies(r, "timelock.address"))
        check_address(r, s);
    if (report_applies(r, "timelock.id"))
        check_id(r, s);
    if (report_applies(r, "timelock.delay"))
        check_delay(r, s);
    if (report_applies(r, "timelock.predecessor"))
        check_predecessor(r, s);
    if (report_applies(r, "timelock.salt"))
        check_salt(r, s);
    if (report_applies(r, "timelock.scheduled"))
        check_scheduled(r, s);
}
