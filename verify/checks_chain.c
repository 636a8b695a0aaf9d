// SPDX-License-Identifier: Apache-2.0
/* chain.*: the Safe as it stands on chain, and its opinion on hash and signatures. */
#include "verify/checks_chain.h"

#include <string.h>

#include "safe/deployments.h"
#include "safe/execute.h"
#include "safe/signature.h"
#include "src/base/abi.h"
#include "src/base/address.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "src/base/u256.h"

/* "1.4.1+L2" and "1.4.1" are the same release. */
static bool same_release(const char *a, const char *b)
{
    size_t n = strcspn(a, "+");

    return n == strcspn(b, "+") && n > 0 && strncmp(a, b, n) == 0;
}

/* A node that stands still answers for a past in which nothing was signed or executed yet. */
#define STALE_S 3600

/* Two URLs of one host are one opinion; the words say both figures where they differ. */
static void add_opinions(struct buf *out, size_t num_hosts, size_t num_urls)
{
    buf_addf(out, "%zu endpoint%s", num_hosts, num_hosts == 1 ? "" : "s");
    if (num_hosts != num_urls)
        buf_addf(out, " by host (%zu URLs)", num_urls);
}

static void check_agree(struct report *r, const struct subject *s, const struct chain *c,
                        size_t num_urls)
{
    const size_t num_hosts = chain_num_hosts(c);
    const uint64_t least = s->profile->min_endpoints;
    struct chain_block b = chain_block(c);
    struct buf who;

    buf_init(&who, 256);
    add_opinions(&who, num_hosts, num_urls);
    if (s->options.now_s > b.time_s && s->options.now_s - b.time_s > STALE_S)
        check_unknown(r, "chain.agree", "the newest block is %s old by this machine's clock",
                      duration_format(s->options.now_s - b.time_s).s);
    if (num_hosts < least)
        check_unknown(r, "chain.agree", "%s, but the profile wants %llu (chain.endpoints)",
                      buf_str(&who), (unsigned long long)least);
    check_pass(r, "chain.agree", "%s at block %llu, %s, of %s%s", buf_str(&who),
               (unsigned long long)b.number, hash32_format(&b.hash).s, clock_format_utc(b.time_s).s,
               num_hosts == 1 ? "; one endpoint is one opinion, give a second --rpc" : "");
    buf_clear(&who);
}

static void check_code(struct report *r, const struct subject *s, const struct chain_safe_state *st)
{
    const char *version = s->profile->safe.version;
    const struct deployment *dep = deployment_find(&st->singleton);
    const char *proxy = deployment_proxy_version(&st->proxy_code_hash);

    if (safe_version_cmp(&s->profile->safe, 1, 3, 0) < 0)
        check_unknown(r, "chain.safe-code", "no code hash of proxies before 1.3.0 is known");
    else if (proxy == NULL || !same_release(proxy, version))
        check_fail(r, "chain.safe-code",
                   "the code at the Safe's address (hash %s) is no proxy of "
                   "Safe %s",
                   hash32_format(&st->proxy_code_hash).s, version);
    if (dep == NULL || !deployment_is_singleton(dep) || !same_release(dep->version, version))
        check_fail(r, "chain.safe-code", "the singleton %s is no published Safe %s",
                   address_format(&st->singleton).s, version);
    else if (!hash32_eq(&dep->code_hash, &st->singleton_code_hash))
        check_fail(r, "chain.safe-code", "the code of the singleton %s is not the published one",
                   address_format(&st->singleton).s);
    else
        check_pass(r, "chain.safe-code", "%s %s at %s", dep->contract, dep->version,
                   address_format(&st->singleton).s);
}

static void check_version(struct report *r, const struct subject *s,
                          const struct chain_safe_state *st)
{
    struct buf found;

    buf_init(&found, 256);
    buf_add_untrusted(&found, st->version, strlen(st->version));
    if (same_release(st->version, s->profile->safe.version))
        check_pass(r, "chain.version", "%s", buf_str(&found));
    else
        check_fail(r, "chain.version", "the Safe says '%s', the profile %s", buf_str(&found),
                   s->profile->safe.version);
    buf_clear(&found);
}

static bool contains(const struct address *list, size_t n, const struct address *a)
{
    for (size_t i = 0; i < n; i++) {
        if (address_eq(&list[i], a))
            return true;
    }
    return false;
}

static void check_owners(struct report *r, const struct subject *s,
                         const struct chain_safe_state *st)
{
    const struct profile *p = s->profile;
    bool same = true;

    for (size_t i = 0; i < st->num_owners; i++) {
        if (profile_is_owner(p, &st->owners[i]))
            continue;
        same = false;
        check_fail(r, "chain.owners", "%s is an owner on chain, not in the profile",
                   address_format(&st->owners[i]).s);
    }
    for (size_t i = 0; i < p->num_owners; i++) {
        if (contains(st->owners, st->num_owners, &p->owners[i]))
            continue;
        same = false;
        check_fail(r, "chain.owners", "%s is an owner in the profile, not on chain",
                   address_format(&p->owners[i]).s);
    }
    if (same)
        check_pass(r, "chain.owners", "%zu", st->num_owners);
    if (st->threshold == p->threshold)
        check_pass(r, "chain.threshold", "%llu of %zu", (unsigned long long)st->threshold,
                   st->num_owners);
    else
        check_fail(r, "chain.threshold", "%llu on chain, %llu in the profile",
                   (unsigned long long)st->threshold, (unsigned long long)p->threshold);
}

static void check_nonce(struct report *r, const struct subject *s,
                        const struct chain_safe_state *st)
{
    const struct u256 *nonce = &s->proposal->tx.nonce;
    int order = u256_cmp(nonce, &st->nonce);
    struct u256 ahead;

    if (order < 0)
        check_fail(r, "chain.nonce", "nonce %s is used up, the Safe is at %s", u256_format(nonce).s,
                   u256_format(&st->nonce).s);
    else if (order == 0)
        check_pass(r, "chain.nonce", "%s is next", u256_format(nonce).s);
    else if (s->options.executable)
        check_fail(r, "chain.nonce", "nonce %s can not be executed yet, the Safe is at %s",
                   u256_format(nonce).s, u256_format(&st->nonce).s);
    else if (u256_sub(&ahead, nonce, &st->nonce))
        check_pass(r, "chain.nonce", "%s ahead: cannot run before %s other%s (the Safe is at %s)",
                   u256_format(&ahead).s, u256_format(&ahead).s, u256_bits(&ahead) == 1 ? "" : "s",
                   u256_format(&st->nonce).s);
}

static bool is_published_handler(const struct address *a, const char *version)
{
    const struct deployment *dep = deployment_find(a);

    return dep != NULL && same_release(dep->version, version) &&
           (strcmp(dep->contract, "CompatibilityFallbackHandler") == 0 ||
            strcmp(dep->contract, "DefaultCallbackHandler") == 0);
}

static void check_extensions(struct report *r, const struct subject *s,
                             const struct chain_safe_state *st)
{
    const struct profile *p = s->profile;
    const struct address *handler = &st->fallback_handler;
    bool known = true;

    for (size_t i = 0; i < st->num_modules; i++) {
        if (contains(p->modules, p->num_modules, &st->modules[i]))
            continue;
        known = false;
        check_fail(r, "chain.modules", "module %s may do anything without signatures",
                   address_format(&st->modules[i]).s);
    }
    if (known)
        check_pass(r, "chain.modules", "%zu enabled", st->num_modules);

    if (!address_is_zero(&st->module_guard))
        check_fail(r, "chain.guard", "there is a module guard, %s",
                   address_format(&st->module_guard).s);
    if (!address_eq(&st->guard, &p->guard))
        check_fail(r, "chain.guard", "%s on chain, %s in the profile", address_format(&st->guard).s,
                   address_format(&p->guard).s);
    else
        check_pass(r, "chain.guard", "%s",
                   address_is_zero(&st->guard) ? "none" : address_format(&st->guard).s);

    if (p->has_fallback_handler
            ? address_eq(handler, &p->fallback_handler)
            : address_is_zero(handler) || is_published_handler(handler, p->safe.version))
        check_pass(r, "chain.fallback-handler", "%s",
                   address_is_zero(handler) ? "none" : address_format(handler).s);
    else
        check_fail(r, "chain.fallback-handler", "%s is not the expected one",
                   address_format(handler).s);
}

/* --- hash and signatures ---------------------------------------------------------------------- */

static void add_bytes_tail(struct buf *out, const uint8_t *data, size_t data_len)
{
    abi_add_u64(out, data_len);
    buf_add(out, data, data_len);
    buf_add_zero(out, (32 - data_len % 32) % 32);
}

static void check_hash(struct report *r, const struct subject *s, struct chain *c)
{
    struct diag why = { 0 };

    if (!s->hashes_ok)
        check_unknown(r, "chain.hash", "there is no hash of ours to compare");
    else if (execute_check_hash(&why, c, &s->profile->safe.safe, &s->proposal->tx,
                                &s->hashes.safe_tx) != OK)
        check_error(r, "chain.hash", &why);
    else
        check_pass(r, "chain.hash", "%s", hash32_format(&s->hashes.safe_tx).s);
}

/* Calldata of isValidSignature as this Safe's version asks its contract owners, and the magic. */
static void contract_calldata(struct buf *out, uint8_t magic[4], const struct subject *s,
                              const struct signature *sig)
{
    static const uint8_t legacy[4] = { 0x20, 0xc1, 0x3b, 0x0b };  /* (bytes,bytes) */
    static const uint8_t eip1271[4] = { 0x16, 0x26, 0xba, 0x7e }; /* (bytes32,bytes) */
    uint8_t preimage[66] = { 0x19, 0x01 };

    if (safe_version_cmp(&s->profile->safe, 1, 5, 0) >= 0) {
        memcpy(magic, eip1271, 4);
        buf_add(out, eip1271, 4);
        abi_add_hash(out, &s->hashes.safe_tx);
        abi_add_u64(out, 2UL * 32);
    } else {
        memcpy(magic, legacy, 4);
        memcpy(preimage + 2, s->hashes.domain.b, 32);
        memcpy(preimage + 34, s->hashes.message.b, 32);
        buf_add(out, legacy, 4);
        abi_add_u64(out, 2UL * 32);
        abi_add_u64(out, (2 + 1 + 3) * 32UL); /* behind the 66 bytes, padded to 96 */
        add_bytes_tail(out, preimage, sizeof(preimage));
    }
    add_bytes_tail(out, sig->data, sig->data_len);
}

static enum err contract_signature(struct diag *d, struct chain *c, const struct subject *s,
                                   const struct signature *sig)
{
    uint8_t magic[4] = { 0 };
    struct buf data;
    struct buf answer;
    enum err e = ERR_INTERNAL;

    buf_init(&data, 64 * 1024);
    buf_init(&answer, 4096);
    contract_calldata(&data, magic, s, sig);
    e = buf_check(d, &data, "calldata");
    if (e == OK)
        e = chain_call(d, c, &answer, &s->profile->safe.safe, &sig->signer, data.data, data.len);
    if (e == OK && (answer.len != 32 || memcmp(answer.data, magic, sizeof(magic)) != 0 ||
                    !bytes_is_zero(answer.data + 4, 28)))
        e = diag_set(d, ERR_MISMATCH, "the contract does not confirm the signature");
    buf_clear(&data);
    buf_clear(&answer);
    return e;
}

static enum err confirm(struct diag *d, struct chain *c, const struct subject *s,
                        const struct signature *sig)
{
    static const uint8_t approved_hashes[4] = { 0x7d, 0x83, 0x29, 0x74 };
    struct hash32 args[2] = { { { 0 } }, s->hashes.safe_tx };
    struct hash32 word;
    enum err e = ERR_INTERNAL;

    if (sig->kind == SIGNATURE_CONTRACT)
        return contract_signature(d, c, s, sig);
    memcpy(args[0].b + 12, sig->signer.b, sizeof(sig->signer.b));
    e = chain_get_word(d, c, &word, &s->profile->safe.safe, approved_hashes, args, 2);
    if (e == OK && hash32_is_zero(&word))
        e = diag_set(d, ERR_MISMATCH, "the hash is not approved on chain");
    return e;
}

static void check_signatures(struct report *r, const struct subject *s, struct chain *c)
{
    const struct proposal *p = s->proposal;
    size_t on_chain = 0;
    size_t offline = sig_count_owners(s, &on_chain);
    size_t confirmed = 0;
    bool all = true;

    for (size_t i = 0; i < p->num_signatures; i++) {
        struct diag why = { 0 };
        struct signature sig;

        if (sig_read(&why, &sig, s, i) == OK &&
            (sig.kind == SIGNATURE_APPROVED || sig.kind == SIGNATURE_CONTRACT)) {
            if (confirm(&why, c, s, &sig) == OK) {
                confirmed++;
            } else {
                all = false;
                (void)diag_prefix(&why, "%s", address_format(&sig.signer).s);
                check_error(r, "chain.signatures", &why);
            }
        }
        signature_clear(&sig);
    }
    if (!all || confirmed == 0)
        return;
    check_pass(r, "chain.signatures", "%zu confirmed", confirmed);
    if (s->profile->threshold > 0 && offline + on_chain >= s->profile->threshold)
        check_pass(r, "sig.threshold", "%zu with those that the chain confirms",
                   offline + on_chain);
}

static void check_library(struct report *r, const struct subject *s, struct chain *c)
{
    const struct address *to = &s->proposal->tx.to;
    const struct deployment *dep = deployment_find(to);
    struct diag why = { 0 };
    struct hash32 hash;
    bool has_code = false;

    if (dep == NULL)
        check_fail(r, "chain.library-code", "no published contract has the address %s",
                   address_format(to).s);
    else if (chain_code_hash(&why, c, &hash, &has_code, to) != OK)
        check_error(r, "chain.library-code", &why);
    else if (!has_code || !hash32_eq(&hash, &dep->code_hash))
        check_fail(r, "chain.library-code", "the code at %s is not %s %s", address_format(to).s,
                   dep->contract, dep->version);
    else
        check_pass(r, "chain.library-code", "%s %s", dep->contract, dep->version);
}

static const char *const safe_state_checks[] = {
    "chain.safe-code", "chain.version", "chain.owners", "chain.threshold",
    "chain.nonce",     "chain.modules", "chain.guard",  "chain.fallback-handler",
};

enum err verify_online(struct diag *d, struct report *r, const struct subject *s, struct chain *c,
                       size_t num_urls)
{
    struct chain_safe_state state;
    struct diag why = { 0 };
    enum err e = chain_read_safe(&why, c, &state, &s->profile->safe.safe);

    if (e == ERR_NOMEM)
        return diag_set(d, e, "out of memory");
    check_agree(r, s, c, num_urls);
    if (e == OK) {
        check_code(r, s, &state);
        check_version(r, s, &state);
        check_owners(r, s, &state);
        check_nonce(r, s, &state);
        check_extensions(r, s, &state);
    }
    for (size_t i = 0; e != OK && i < sizeof(safe_state_checks) / sizeof(char *); i++)
        check_error(r, safe_state_checks[i], &why);
    check_hash(r, s, c);
    if (report_applies(r, "chain.signatures"))
        check_signatures(r, s, c);
    if (report_applies(r, "chain.library-code"))
        check_library(r, s, c);
    checks_chain_effect(r, s, c);
    checks_chain_values(r, s, c);
    if (chain_confirm_block(&why, c) != OK)
        check_error(r, "chain.agree", &why);
    return OK;
}
