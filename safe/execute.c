// SPDX-License-Identifier: Apache-2.0
#include "safe/execute.h"

#include <string.h>

#include "src/base/limits.h"

/* keccak256("ExecutionSuccess(bytes32,uint256)") and
 * keccak256("ExecutionFailure(bytes32,uint256)"); indexing does not change them. */
const struct hash32 execute_topic_success = { {
    0x44, 0x2e, 0x71, 0x5f, 0x62, 0x63, 0x46, 0xe8, 0xc5, 0x43, 0x81, 0x00, 0x2d, 0xa6, 0x14, 0xf6,
    0x2b, 0xee, 0x8d, 0x27, 0x38, 0x65, 0x35, 0xb2, 0x52, 0x1e, 0xc8, 0x54, 0x08, 0x98, 0x55, 0x6e,
} };
const struct hash32 execute_topic_failure = { {
    0x23, 0x42, 0x8b, 0x18, 0xac, 0xfb, 0x3e, 0xa6, 0x4b, 0x08, 0xdc, 0x0c, 0x1d, 0x29, 0x6e, 0xa9,
    0xc0, 0x97, 0x02, 0xc0, 0x90, 0x83, 0xca, 0x52, 0x72, 0xe6, 0x4d, 0x11, 0x5b, 0x68, 0x7d, 0x23,
} };

static bool is_in(const struct address *a, const struct address *list, size_t list_len)
{
    for (size_t i = 0; i < list_len; i++) {
        if (address_eq(a, &list[i]))
            return true;
    }
    return false;
}

/* Signatures of one proposal that may enter the blob; one for each owner at most. */
struct choice {
    struct signature sigs[LIMIT_SIGNATURES];
    size_t num_sigs;
    const struct address *owners;
    size_t num_owners;
    uint64_t threshold;
};

static bool is_chosen(const struct choice *c, const struct address *a)
{
    for (size_t i = 0; i < c->num_sigs; i++) {
        if (address_eq(&c->sigs[i].signer, a))
            return true;
    }
    return false;
}

/* Takes sig over if there is room and use for it. */
static void choose(struct choice *c, struct signature *sig)
{
    if (c->num_sigs < c->threshold && c->num_sigs < LIMIT_SIGNATURES &&
        is_in(&sig->signer, c->owners, c->num_owners) && !is_chosen(c, &sig->signer)) {
        c->sigs[c->num_sigs++] = *sig;
        *sig = (struct signature){ 0 }; /* moved */
    }
    signature_clear(sig);
}

static void choose_kinds(struct choice *c, const struct proposal *p,
                         const struct hash32 *safe_tx_hash, enum signature_kind a,
                         enum signature_kind b)
{
    for (size_t i = 0; i < p->num_signatures; i++) {
        const struct proposal_signature *from = &p->signatures[i];
        struct diag ignored = { 0 };
        struct signature sig = { 0 };

        if (signature_parse(&ignored, &sig, safe_tx_hash, from->data, from->data_len) != OK)
            continue;
        if ((sig.kind == a || sig.kind == b) && address_eq(&sig.signer, &from->signer))
            choose(c, &sig);
        else
            signature_clear(&sig);
    }
}

enum err execute_pack_signatures(struct diag *d, struct buf *out, const struct proposal *p,
                                 const struct hash32 *safe_tx_hash, const struct address *owners,
                                 size_t num_owners, uint64_t threshold,
                                 const struct address *sender)
{
    struct choice c = { .owners = owners, .num_owners = num_owners, .threshold = threshold };
    struct signature sent = { 0 };
    enum err e = ERR_INTERNAL;

    if (threshold == 0 || threshold > num_owners)
        return diag_set(d, ERR_FORMAT, "threshold %llu does not fit %zu owners",
                        (unsigned long long)threshold, num_owners);
    if (sender != NULL) {
        signature_approved(&sent, sender);
        choose(&c, &sent);
    }
    choose_kinds(&c, p, safe_tx_hash, SIGNATURE_EOA, SIGNATURE_ETH_SIGN);
    choose_kinds(&c, p, safe_tx_hash, SIGNATURE_CONTRACT, SIGNATURE_APPROVED);
    if (c.num_sigs < threshold)
        e = diag_set(d, ERR_MISMATCH, "%zu of %llu signatures of owners", c.num_sigs,
                     (unsigned long long)threshold);
    else
        e = signature_pack(d, out, c.sigs, c.num_sigs);
    for (size_t i = 0; i < c.num_sigs; i++)
        signature_clear(&c.sigs[i]);
    return e;
}

bool execute_log_is(const struct chain_log *log, const struct address *safe,
                    const struct hash32 *topic0, const struct hash32 *safe_tx_hash)
{
    if (!address_eq(&log->address, safe) || log->num_topics == 0 ||
        !hash32_eq(&log->topics[0], topic0))
        return false;
    if (log->num_topics == 2 && log->data_len == 32)
        return hash32_eq(&log->topics[1], safe_tx_hash);
    return log->num_topics == 1 && log->data_len == 64 &&
           memcmp(log->data, safe_tx_hash->b, sizeof(safe_tx_hash->b)) == 0;
}

enum exec_outcome execute_outcome(const struct chain_receipt *r, const struct address *safe,
                                  const struct hash32 *safe_tx_hash)
{
    enum exec_outcome found = EXEC_NO_EVENT;

    if (!r->status)
        return EXEC_REVERTED;
    for (size_t i = 0; i < r->num_logs; i++) {
        /* A Safe executes one hash once; a failure beside a success would be no success. */
        if (execute_log_is(&r->logs[i], safe, &execute_topic_failure, safe_tx_hash))
            return EXEC_FAILURE;
        if (execute_log_is(&r->logs[i], safe, &execute_topic_success, safe_tx_hash))
            found = EXEC_SUCCESS;
    }
    return found;
}
