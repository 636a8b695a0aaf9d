// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "safe/execute.h"
#include "src/base/abi.h"
#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/u256.h"

#define REVERT_MAX_BYTES (64 * 1024)
#define WORDS_MAX_BYTES  4096

static const uint8_t sel_get_transaction_hash[4] = { 0xd8, 0xd1, 0x1f, 0x78 };
static const uint8_t sel_approved_hashes[4] = { 0x7d, 0x83, 0x29, 0x74 };

static void hash_calldata(struct buf *out, const struct safe_tx *tx)
{
    buf_add(out, sel_get_transaction_hash, sizeof(sel_get_transaction_hash));
    abi_add_address(out, &tx->to);
    abi_add_u256(out, &tx->value);
    abi_add_u64(out, 10UL * 32); /* where data begins: behind ten words */
    abi_add_u64(out, (uint64_t)tx->operation);
    abi_add_u256(out, &tx->safe_tx_gas);
    abi_add_u256(out, &tx->base_gas);
    abi_add_u256(out, &tx->gas_price);
    abi_add_address(out, &tx->gas_token);
    abi_add_address(out, &tx->refund_receiver);
    abi_add_u256(out, &tx->nonce);
    abi_add_u64(out, tx->data_len);
    buf_add(out, tx->data, tx->data_len);
    buf_add_zero(out, (32 - tx->data_len % 32) % 32);
}

enum err execute_check_hash(struct diag *d, struct chain *c, const struct address *safe,
                            const struct safe_tx *tx, const struct hash32 *want)
{
    struct buf data, answer;
    struct hash32 found = { { 0 } };
    enum err e = ERR_INTERNAL;

    buf_init(&data, 2 * LIMIT_CALLDATA_BYTES);
    buf_init(&answer, REVERT_MAX_BYTES);
    hash_calldata(&data, tx);
    e = buf_check(d, &data, "calldata");
    if (e == OK)
        e = chain_call(d, c, &answer, NULL, safe, data.data, data.len);
    if (e == OK && answer.len != sizeof(found.b)) {
        e = diag_set(d, ERR_MISMATCH, "getTransactionHash() returned %zu bytes", answer.len);
    } else if (e == OK) {
        memcpy(found.b, answer.data, sizeof(found.b));
        if (!hash32_eq(&found, want))
            e = diag_set(d, ERR_MISMATCH, "the Safe computes %s, the proposal has %s",
                         hash32_format(&found).s, hash32_format(want).s);
    }
    buf_clear(&data);
    buf_clear(&answer);
    return e;
}

static enum err is_approved(struct diag *d, struct chain *c, bool *out, const struct address *safe,
                            const struct address *owner, const struct hash32 *safe_tx_hash)
{
    struct hash32 args[2] = { { { 0 } }, *safe_tx_hash };
    struct hash32 word;
    enum err e = ERR_INTERNAL;

    memcpy(args[0].b + 12, owner->b, sizeof(owner->b));
    e = chain_get_word(d, c, &word, safe, sel_approved_hashes, args, 2);
    *out = e == OK && !hash32_is_zero(&word);
    return e;
}

/* How the proposal says that owner signed; SIGNATURE_NONE if not, or not validly. */
static enum signature_kind kind_of(const struct proposal *p, const struct address *owner,
                                   const struct hash32 *safe_tx_hash)
{
    for (size_t i = 0; i < p->num_signatures; i++) {
        const struct proposal_signature *s = &p->signatures[i];
        struct diag ignored = { 0 };
        struct signature sig = { 0 };
        enum signature_kind kind = SIGNATURE_NONE;

        if (!address_eq(&s->signer, owner))
            continue;
        if (signature_parse(&ignored, &sig, safe_tx_hash, s->data, s->data_len) == OK &&
            address_eq(&sig.signer, owner))
            kind = sig.kind;
        signature_clear(&sig);
        return kind;
    }
    return SIGNATURE_NONE;
}

static enum err add_approval(struct diag *d, struct proposal *p, const struct address *owner)
{
    struct signature approved;
    struct buf bytes;
    enum err e = ERR_INTERNAL;

    signature_approved(&approved, owner);
    buf_init(&bytes, 65);
    signature_write(&bytes, &approved);
    e = buf_check(d, &bytes, "signature");
    if (e == OK)
        e = proposal_add_signature(d, p, owner, signature_kind_name(SIGNATURE_APPROVED), bytes.data,
                                   bytes.len);
    buf_clear(&bytes);
    return e;
}

/* An entry that the chain does not confirm becomes one that no parser accepts. */
static void drop_signature(struct proposal *p, const struct address *owner)
{
    for (size_t i = 0; i < p->num_signatures; i++) {
        if (address_eq(&p->signatures[i].signer, owner))
            p->signatures[i].data_len = 0;
    }
}

enum err execute_read_approvals(struct diag *d, struct chain *c, struct proposal *p,
                                const struct address *safe, const struct hash32 *safe_tx_hash,
                                const struct address *owners, size_t num_owners)
{
    for (size_t i = 0; i < num_owners; i++) {
        enum signature_kind kind = kind_of(p, &owners[i], safe_tx_hash);
        bool approved = false;
        enum err e = OK;

        if (kind != SIGNATURE_NONE && kind != SIGNATURE_APPROVED)
            continue;
        e = is_approved(d, c, &approved, safe, &owners[i], safe_tx_hash);
        if (e == OK && approved && kind == SIGNATURE_NONE)
            e = add_approval(d, p, &owners[i]);
        else if (e == OK && !approved && kind == SIGNATURE_APPROVED)
            drop_signature(p, &owners[i]);
        if (e != OK)
            return e;
    }
    return OK;
}

/* Error(string) with the text "GS013" and nothing else. */
static bool is_hidden(const struct buf *revert)
{
    static const uint8_t front[4 + 32 + 32] = { 0x08, 0xc3, 0x79, 0xa0, [35] = 0x20, [67] = 5 };

    return revert->len == sizeof(front) + 32 && memcmp(revert->data, front, sizeof(front)) == 0 &&
           memcmp(revert->data + sizeof(front), "GS013", 5) == 0;
}

/* The reason of the call that the Safe makes, tried from the Safe. */
static enum err explain_inner(struct diag *d, struct chain *c, struct buf *words,
                              const struct address *safe, const struct safe_tx *tx)
{
    struct buf revert;
    bool reverted = false;
    enum err e = ERR_INTERNAL;

    buf_init(&revert, REVERT_MAX_BYTES);
    e = chain_try_call(d, c, &revert, &reverted, safe, &tx->to, &tx->value, tx->data, tx->data_len);
    if (e == OK && reverted) {
        buf_addf(words, "; called from the Safe, %s says: ", address_format(&tx->to).s);
        chain_explain_revert(words, revert.data, revert.len);
    }
    buf_clear(&revert);
    return e;
}

enum err execute_simulate(struct diag *d, struct chain *c, const struct address *sender,
                          const struct address *safe, const struct safe_tx *tx,
                          const uint8_t *calldata, size_t calldata_len)
{
    struct buf answer, words;
    bool reverted = false;
    enum err e = ERR_INTERNAL;

    buf_init(&answer, REVERT_MAX_BYTES);
    buf_init(&words, WORDS_MAX_BYTES);
    e = chain_try_call(d, c, &answer, &reverted, sender, safe, NULL, calldata, calldata_len);
    if (e == OK && reverted) {
        chain_explain_revert(&words, answer.data, answer.len);
        if (is_hidden(&answer) && tx->operation == SAFE_CALL)
            e = explain_inner(d, c, &words, safe, tx);
        if (e == OK)
            e = diag_set(d, ERR_MISMATCH, "execTransaction would revert: %.800s", buf_str(&words));
    } else if (e == OK && (answer.len != 32 || !bytes_is_zero(answer.data, 31))) {
        e = diag_set(d, ERR_MISMATCH, "execTransaction returned no bool");
    } else if (e == OK && answer.data[31] != 1) {
        if (tx->operation == SAFE_CALL)
            e = explain_inner(d, c, &words, safe, tx);
        if (e == OK)
            e = diag_set(d, ERR_MISMATCH,
                         "the call of the Safe would fail and use up the nonce (safeTxGas or "
                         "gasPrice is not 0)%.800s",
                         buf_str(&words));
    }
    buf_clear(&answer);
    buf_clear(&words);
    return e;
}

struct wanted {
    const struct address *safe;
    const struct hash32 *topic0;
    const struct hash32 *safe_tx_hash;
};

static bool is_wanted(const struct chain_log *log, const void *ctx)
{
    const struct wanted *w = ctx;

    return execute_log_is(log, w->safe, w->topic0, w->safe_tx_hash);
}

enum err execute_find(struct diag *d, struct chain *c, enum exec_outcome *out,
                      struct chain_log_place *place, const struct address *safe,
                      const struct hash32 *safe_tx_hash, uint64_t max_blocks)
{
    static const struct {
        const struct hash32 *topic0;
        enum exec_outcome outcome;
    } kinds[] = {
        { &execute_topic_success, EXEC_SUCCESS },
        { &execute_topic_failure, EXEC_FAILURE },
    };

    *out = EXEC_NO_EVENT;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct wanted w = { safe, kinds[i].topic0, safe_tx_hash };
        struct chain_log log;
        bool found = false;
        enum err e = chain_find_log(d, c, &log, place, &found, safe, kinds[i].topic0, is_wanted, &w,
                                    max_blocks);

        chain_log_clear(&log);
        if (e != OK)
            return e;
        if (found) {
            *out = kinds[i].outcome;
            return OK;
        }
    }
    return OK;
}
