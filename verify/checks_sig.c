// SPDX-License-Identifier: Apache-2.0
/* sig.*, age.*: who signed, how often, and when. */
#include <string.h>

#include "safe/signature.h"
#include "src/base/address.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/term.h"
#include "verify/checks.h"
#include "verify/git.h"

static bool is_ecdsa(enum signature_kind kind)
{
    return kind == SIGNATURE_EOA || kind == SIGNATURE_ETH_SIGN;
}

enum err sig_read(struct diag *d, struct signature *out, const struct subject *s, size_t i)
{
    const struct proposal_signature *entry = &s->proposal->signatures[i];
    enum err e = ERR_INTERNAL;

    *out = (struct signature){ 0 };
    if (!s->hashes_ok)
        return diag_set(d, ERR_UNSUPPORTED, "no hash to recover signers from");
    e = signature_parse(d, out, &s->hashes.safe_tx, entry->data, entry->data_len);
    if (e != OK)
        return e;
    if (!address_eq(&out->signer, &entry->signer))
        return diag_set(d, ERR_MISMATCH, "the key that signed is %s, the file says %s",
                        address_format(&out->signer).s, address_format(&entry->signer).s);
    if (strcmp(signature_kind_name(out->kind), entry->kind) != 0)
        return diag_set(d, ERR_MISMATCH, "the signature is of kind %s, the file says %.24s",
                        signature_kind_name(out->kind), entry->kind);
    return OK;
}

static bool seen_before(const struct proposal *p, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (address_eq(&p->signatures[j].signer, &p->signatures[i].signer))
            return true;
    }
    return false;
}

size_t sig_count_owners(const struct subject *s, size_t *num_chain)
{
    const struct proposal *p = s->proposal;
    size_t n = 0;
    size_t chain = 0;

    for (size_t i = 0; i < p->num_signatures; i++) {
        struct diag ignored = { 0 };
        struct signature sig;

        if (sig_read(&ignored, &sig, s, i) == OK && profile_is_owner(s->profile, &sig.signer) &&
            !seen_before(p, i)) {
            n += is_ecdsa(sig.kind);
            chain += !is_ecdsa(sig.kind);
        }
        signature_clear(&sig);
    }
    if (num_chain != NULL)
        *num_chain = chain;
    return n;
}

bool sig_any_for_chain(const struct subject *s)
{
    const struct proposal *p = s->proposal;
    bool any = false;

    for (size_t i = 0; i < p->num_signatures && !any; i++) {
        struct diag ignored = { 0 };
        struct signature sig;

        any = sig_read(&ignored, &sig, s, i) == OK && !is_ecdsa(sig.kind);
        signature_clear(&sig);
    }
    return any;
}

static void check_valid(struct report *r, const struct subject *s)
{
    const struct proposal *p = s->proposal;
    size_t good = 0;
    size_t chain = 0;

    for (size_t i = 0; i < p->num_signatures; i++) {
        struct diag why = { 0 };
        struct signature sig;

        if (sig_read(&why, &sig, s, i) != OK) {
            (void)diag_prefix(&why, "%s", address_format(&p->signatures[i].signer).s);
            check_error(r, "sig.valid", &why);
        } else {
            good++;
            chain += !is_ecdsa(sig.kind);
        }
        signature_clear(&sig);
    }
    if (good == p->num_signatures && chain == 0)
        check_pass(r, "sig.valid", "%zu, over %s", good, hash32_format(&s->hashes.safe_tx).s);
    else if (good == p->num_signatures)
        check_pass(r, "sig.valid", "%zu, %zu of them for the chain to judge (chain.signatures)",
                   good, chain);
}

static void check_owner(struct report *r, const struct subject *s)
{
    const struct proposal *p = s->proposal;
    size_t owners = 0;
    size_t delegates = 0;

    for (size_t i = 0; i < p->num_signatures; i++) {
        const struct address *signer = &p->signatures[i].signer;

        if (profile_is_owner(s->profile, signer))
            owners++;
        else if (profile_is_delegate(s->profile, signer))
            delegates++;
        else
            check_fail(r, "sig.owner", "%s is neither an owner nor a delegate",
                       address_format(signer).s);
    }
    if (owners + delegates != p->num_signatures)
        return;
    check_pass(r, "sig.owner", "%zu of owners", owners);
    if (delegates > 0)
        check_pass(r, "sig.owner", "%zu of delegates, who may propose and never count", delegates);
}

static void check_unique(struct report *r, const struct subject *s)
{
    const struct proposal *p = s->proposal;
    bool unique = true;

    for (size_t i = 0; i < p->num_signatures; i++) {
        if (!seen_before(p, i))
            continue;
        unique = false;
        check_fail(r, "sig.unique", "%s signed more than once",
                   address_format(&p->signatures[i].signer).s);
    }
    if (unique)
        check_pass(r, "sig.unique", "%zu signer%s", p->num_signatures,
                   p->num_signatures == 1 ? "" : "s");
}

static void check_threshold(struct report *r, const struct subject *s)
{
    size_t chain = 0;
    size_t n = sig_count_owners(s, &chain);
    unsigned long long needed = s->profile->threshold;

    if (needed > 0 && n >= needed)
        check_pass(r, "sig.threshold", "%zu of %llu", n, needed);
    else if (chain > 0)
        check_note(r, "sig.threshold", "%zu of %llu, and %zu for the chain to judge", n, needed,
                   chain);
    else
        check_note(r, "sig.threshold", "%zu of %llu", n, needed);
}

static void check_journal(struct report *r, const struct subject *s)
{
    const struct verify_options *o = &s->options;
    bool clean = true;

    for (size_t i = 0; i < o->num_earlier; i++) {
        const struct journal_entry *earlier = &o->earlier[i];

        if (s->hashes_ok && hash32_eq(&earlier->safe_tx_hash, &s->hashes.safe_tx))
            continue;
        clean = false;
        check_fail(r, "sig.nonce",
                   "%s already signed %s under this nonce: whoever holds both chooses which one "
                   "runs; --replaces names it if that is meant",
                   address_format(&earlier->signer).s, hash32_format(&earlier->safe_tx_hash).s);
    }
    if (clean)
        check_pass(r, "sig.nonce", "nothing else in this machine's journal");
}

static bool commit_time(const struct subject *s, uint64_t *out)
{
    const struct evidence_file *file = proposal_file(s->proposal, EVIDENCE_COMPOSE);
    struct diag ignored = { 0 };

    return file != NULL && s->context_ok && s->context.git_commit != NULL &&
           s->context.git_path != NULL &&
           git_verify(&ignored, out, s->proposal, s->context.git_commit, s->context.git_path,
                      file->data, file->data_len) == OK;
}

static void check_age(struct report *r, const struct subject *s)
{
    uint64_t created = s->proposal->created_s;
    uint64_t now = s->options.now_s;
    uint64_t expiry = s->profile->policy.expiry_s;
    uint64_t committed = 0;

    if (created == 0 && expiry == 0)
        check_pass(r, "age.created", "not stated; the policy has no expiry");
    else if (created == 0)
        check_note(r, "age.created",
                   "the proposal does not say when it was made; the policy has "
                   "an expiry of %s",
                   duration_format(expiry).s);
    else if (created > now && created - now > CLOCK_DRIFT_S)
        check_fail(r, "age.created", "it says %s, which is in the future",
                   clock_format_utc(created).s);
    else if (expiry != 0 && now > created && now - created > expiry)
        check_fail(r, "age.created", "it is from %s, %s old; the policy's expiry is %s",
                   clock_format_utc(created).s, duration_format(now - created).s,
                   duration_format(expiry).s);
    else if (s->context_ok && created < s->context.created_s)
        check_fail(r, "age.created", "it is from %s, before its evidence (%s)",
                   clock_format_utc(created).s, clock_format_utc(s->context.created_s).s);
    else if (commit_time(s, &committed) && created < committed)
        check_fail(r, "age.created", "it is from %s, before the commit (%s)",
                   clock_format_utc(created).s, clock_format_utc(committed).s);
    else
        check_pass(r, "age.created", "%s, %s ago by this machine's clock",
                   clock_format_utc(created).s,
                   duration_format(now > created ? now - created : 0).s);
}

void checks_sig(struct report *r, const struct subject *s)
{
    if (report_applies(r, "sig.valid"))
        check_valid(r, s);
    if (report_applies(r, "sig.owner"))
        check_owner(r, s);
    if (report_applies(r, "sig.unique"))
        check_unique(r, s);
    check_threshold(r, s);
    if (report_applies(r, "sig.nonce"))
        check_journal(r, s);
    check_age(r, s);
}
