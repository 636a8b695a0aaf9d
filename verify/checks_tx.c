// SPDX-License-Identifier: Apache-2.0
/* tx.*: the ten fields of the SafeTx and the domain they are hashed in. */
#include <string.h>

#include "safe/deployments.h"
#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/term.h"
#include "src/base/u256.h"
#include "verify/checks.h"

static void hash_claim(struct report *r, const char *name, const struct hash32 *computed,
                       const struct hash32 *claimed)
{
    if (hash32_is_zero(claimed))
        check_note(r, "tx.hash", "no %s hash is claimed; computed: %s", name,
                   hash32_format(computed).s);
    else if (!hash32_eq(computed, claimed))
        check_fail(r, "tx.hash", "%s hash: the file says %s, the fields give %s", name,
                   hash32_format(claimed).s, hash32_format(computed).s);
}

static void check_hash(struct report *r, const struct subject *s)
{
    const struct safe_hashes *h = &s->hashes;
    const struct safe_hashes *claimed = &s->proposal->claimed;

    if (!s->hashes_ok) {
        check_unknown(r, "tx.hash", "the hashes can not be computed for this version");
        return;
    }
    hash_claim(r, "domain", &h->domain, &claimed->domain);
    hash_claim(r, "message", &h->message, &claimed->message);
    hash_claim(r, "SafeTx", &h->safe_tx, &claimed->safe_tx);
    if (hash32_eq(&h->domain, &claimed->domain) && hash32_eq(&h->message, &claimed->message) &&
        hash32_eq(&h->safe_tx, &claimed->safe_tx))
        check_pass(r, "tx.hash", "%s", hash32_format(&h->safe_tx).s);
}

static void check_domain(struct report *r, const struct subject *s)
{
    const struct safe_domain *domain = &s->proposal->domain;
    const struct safe_domain *ours = &s->profile->safe;
    struct buf version;

    if (u256_eq(&domain->chain_id, &s->profile->chain_id))
        check_pass(r, "tx.chain", "chain %s", u256_format(&domain->chain_id).s);
    else
        check_fail(r, "tx.chain", "it is for chain %s, the profile is for %s",
                   u256_format(&domain->chain_id).s, u256_format(&s->profile->chain_id).s);

    if (address_eq(&domain->safe, &ours->safe))
        check_pass(r, "tx.safe", "%s", address_format(&domain->safe).s);
    else
        check_fail(r, "tx.safe", "it is for Safe %s, the profile's is %s",
                   address_format(&domain->safe).s, address_format(&ours->safe).s);

    buf_init(&version, 256);
    buf_add_untrusted(&version, domain->version, strlen(domain->version));
    if (strcmp(domain->version, ours->version) == 0)
        check_pass(r, "tx.version", "%s%s", buf_str(&version),
                   domain->form == SAFE_FORM_1_3
                       ? ""
                       : "; before 1.3.0 the hash does not contain the chain: a signature is good "
                         "for the same Safe address on every chain");
    else
        check_fail(r, "tx.version", "it is hashed for version '%s', the profile's Safe is %s",
                   buf_str(&version), ours->version);
    buf_clear(&version);
}

/* --- tx.step ---------------------------------------------------------------------------------- */

static bool refund_fields_zero(const struct safe_tx *tx)
{
    return u256_is_zero(&tx->base_gas) && u256_is_zero(&tx->gas_price) &&
           address_is_zero(&tx->gas_token) && address_is_zero(&tx->refund_receiver);
}

static void check_reject(struct report *r, const struct subject *s)
{
    const struct safe_tx *tx = &s->proposal->tx;
    const char *wrong = NULL;

    if (!address_eq(&tx->to, &s->profile->safe.safe))
        wrong = "it does not go to the Safe itself";
    else if (!u256_is_zero(&tx->value))
        wrong = "it carries ether";
    else if (tx->data_len != 0)
        wrong = "it carries calldata";
    else if (tx->operation != SAFE_CALL)
        wrong = "it is no plain call";
    else if (!refund_fields_zero(tx) || !u256_is_zero(&tx->safe_tx_gas))
        wrong = "a gas field is not zero: a rejection that pays";
    if (wrong != NULL)
        check_fail(r, "tx.step", "this is no rejection: %s", wrong);
    else
        check_pass(r, "tx.step", "rejection: an empty call of the Safe to itself");
}

static void check_timelock_step(struct report *r, const struct subject *s)
{
    const struct proposal *p = s->proposal;

    if (!s->profile->has_timelock)
        check_fail(r, "tx.step", "%s goes through a timelock, the profile has none",
                   step_name(p->step));
    else if (!address_eq(&p->tx.to, &s->profile->timelock))
        check_fail(r, "tx.step", "%s must go to the timelock %s, it goes to %s", step_name(p->step),
                   address_format(&s->profile->timelock).s, address_format(&p->tx.to).s);
    else if (!s->by_timelock)
        check_fail(r, "tx.step", "the calldata is no %s of the timelock", step_name(p->step));
    else if (!p->has_operation)
        check_note(r, "tx.step", "%s, but the input does not name the operation",
                   step_name(p->step));
    else
        check_pass(r, "tx.step", "%s through the timelock", step_name(p->step));
}

static bool is_call_only(const struct deployment *dep)
{
    return dep != NULL && strcmp(dep->contract, "MultiSendCallOnly") == 0;
}

static void check_direct(struct report *r, const struct subject *s)
{
    const struct proposal *p = s->proposal;
    const struct deployment *dep = deployment_find(&p->tx.to);
    const char *name = profile_name_of(s->profile, &p->tx.to);

    if (p->has_operation || p->has_scheduled)
        check_fail(r, "tx.step", "direct, but the proposal names a timelock operation");
    else if (s->timelock_call.method != TIMELOCK_NONE)
        check_fail(r, "tx.step",
                   "direct, but the calldata is a timelock's: such a step has a delay, "
                   "an id and a salt to check");
    else if (name != NULL && p->tx.data_len == 0)
        check_fail(r, "tx.step", "direct, but it calls no function");
    else if (name != NULL)
        check_pass(r, "tx.step", "direct call of %s", name);
    else if (p->tx.operation == SAFE_DELEGATECALL && dep != NULL &&
             deployment_is_delegatecall_safe(dep))
        check_pass(r, "tx.step", "direct, through %s %s", dep->contract, dep->version);
    else
        check_fail(r, "tx.step", "direct, but %s is no contract of the profile",
                   address_format(&p->tx.to).s);
}

static void check_step(struct report *r, const struct subject *s)
{
    switch (s->proposal->step) {
    case STEP_SCHEDULE:
    case STEP_EXECUTE:
    case STEP_CANCEL:
        check_timelock_step(r, s);
        return;
    case STEP_DIRECT:
        check_direct(r, s);
        return;
    case STEP_REJECT:
        if (s->proposal->has_operation || s->proposal->has_scheduled)
            check_fail(r, "tx.step", "a rejection has no timelock operation");
        check_reject(r, s);
        return;
    case STEP_NONE:
        break;
    }
    check_fail(r, "tx.step", "the proposal names no step");
}

/* --- single fields ---------------------------------------------------------------------------- */

static void check_operation(struct report *r, const struct subject *s)
{
    const struct safe_tx *tx = &s->proposal->tx;
    const struct deployment *dep = deployment_find(&tx->to);
    unsigned change = s->tree_ok ? node_privileged(&s->tree.root) : CHANGE_SINGLETON;

    if (tx->operation == SAFE_CALL) {
        check_pass(r, "tx.operation", "CALL (0)");
        return;
    }
    if (tx->operation != SAFE_DELEGATECALL)
        check_fail(r, "tx.operation", "operation %d is neither CALL nor DELEGATECALL",
                   (int)tx->operation);
    else if (dep == NULL || !deployment_is_delegatecall_safe(dep))
        check_fail(r, "tx.operation",
                   "DELEGATECALL (1) to %s: its code would run as the Safe and can replace it",
                   address_format(&tx->to).s);
    else if (s->proposal->step != STEP_DIRECT)
        check_fail(r, "tx.operation", "DELEGATECALL (1) has no place in a step '%s'",
                   step_name(s->proposal->step));
    else if (is_call_only(dep))
        check_pass(r, "tx.operation", "DELEGATECALL (1) to the published MultiSendCallOnly %s",
                   dep->version);
    else if (change != 0 && (s->profile->policy.allowed_changes & change) == change)
        check_pass(r, "tx.operation",
                   "DELEGATECALL (1) to the published %s %s; the policy allows "
                   "it",
                   dep->contract, dep->version);
    else
        check_fail(r, "tx.operation", "DELEGATECALL (1) to %s: the policy does not allow it",
                   dep->contract);
}

static void check_value(struct report *r, const struct subject *s)
{
    const struct u256 *value = &s->proposal->tx.value;

    if (u256_is_zero(value))
        check_pass(r, "tx.value", "0 wei");
    else if (s->profile->policy.allow_value && s->proposal->step != STEP_SCHEDULE &&
             s->proposal->step != STEP_CANCEL)
        check_pass(r, "tx.value", "%s wei; the policy allows it", u256_format(value).s);
    else
        check_fail(r, "tx.value", "the Safe would send %s wei", u256_format(value).s);
}

static void check_gas(struct report *r, const struct subject *s)
{
    const struct safe_tx *tx = &s->proposal->tx;

    if (!u256_is_zero(&tx->gas_price) && address_is_zero(&tx->gas_token))
        check_fail(r, "tx.gas", "gasPrice is %s: the Safe would pay ether to %s",
                   u256_format(&tx->gas_price).s,
                   address_is_zero(&tx->refund_receiver) ? "whoever executes it"
                                                         : address_format(&tx->refund_receiver).s);
    else if (!u256_is_zero(&tx->gas_price))
        check_fail(r, "tx.gas", "gasPrice is %s in token %s: the refund has no upper bound",
                   u256_format(&tx->gas_price).s, address_format(&tx->gas_token).s);
    else if (!refund_fields_zero(tx))
        check_fail(r, "tx.gas", "baseGas %s, gasToken %s, refundReceiver %s: all must be zero",
                   u256_format(&tx->base_gas).s, address_format(&tx->gas_token).s,
                   address_format(&tx->refund_receiver).s);
    if (!u256_is_zero(&tx->safe_tx_gas))
        check_fail(r, "tx.gas",
                   "safeTxGas is %s: if the call fails, the nonce is used up although "
                   "nothing happened",
                   u256_format(&tx->safe_tx_gas).s);
    if (refund_fields_zero(tx) && u256_is_zero(&tx->safe_tx_gas))
        check_pass(r, "tx.gas",
                   "safeTxGas, baseGas, gasPrice, gasToken and refundReceiver are "
                   "zero");
}

static void check_nonce(struct report *r, const struct subject *s)
{
    const struct proposal *p = s->proposal;
    bool follows = p->step == STEP_EXECUTE || p->step == STEP_CANCEL;
    struct u256_text nonce = u256_format(&p->tx.nonce);

    if (!s->context_ok) {
        check_note(r, "tx.nonce", "nonce %s; no evidence tells which one it was made for", nonce.s);
        return;
    }
    if (follows && u256_cmp(&p->tx.nonce, &s->context.nonce) > 0)
        check_pass(r, "tx.nonce", "nonce %s, after %s that scheduled", nonce.s,
                   u256_format(&s->context.nonce).s);
    else if (!follows && u256_eq(&p->tx.nonce, &s->context.nonce))
        check_pass(r, "tx.nonce", "nonce %s", nonce.s);
    else
        check_fail(r, "tx.nonce", "nonce %s, but the evidence was made for %s%s", nonce.s,
                   follows ? "one after " : "", u256_format(&s->context.nonce).s);
}

void checks_tx(struct report *r, const struct subject *s)
{
    check_hash(r, s);
    check_domain(r, s);
    check_step(r, s);
    check_operation(r, s);
    check_value(r, s);
    check_gas(r, s);
    check_nonce(r, s);
}
