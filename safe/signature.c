// SPDX-License-Identifier: Apache-2.0
#include "safe/signature.h"

#include <stdlib.h>
#include <string.h>

#include "safe/safe_tx.h"
#include "src/base/address.h"
#include "src/base/limits.h"
#include "src/base/secp.h"
#include "src/base/u256.h"

#define STATIC_LEN 65

void signature_clear(struct signature *s)
{
    free(s->data);
    *s = (struct signature){ 0 };
}

/* r as an owner: 12 zero bytes and the address. */
static enum err parse_owner(struct diag *d, struct address *out, const struct sig65 *sig)
{
    struct reader r;

    reader_init(&r, sig->b, 32);
    if (reader_skip_zero(&r, 12) && reader_bytes(&r, out->b, sizeof(out->b)) && reader_end(&r))
        return OK;
    return diag_set(d, ERR_FORMAT, "signature: the owner in r is not padded with zeros");
}

static void write_s(struct sig65 *sig, uint64_t value)
{
    struct u256 s = u256_from_u64(value);

    memcpy(sig->b + 32, s.be, sizeof(s.be));
}

/* What follows the static part of a contract signature: length word and data, to the end. */
static enum err parse_contract(struct diag *d, struct signature *out, struct reader *r)
{
    struct u256 word;
    uint64_t n = 0;
    const uint8_t *data = NULL;
    enum err e = parse_owner(d, &out->signer, &out->sig);

    if (e != OK)
        return e;
    memcpy(word.be, out->sig.b + 32, sizeof(word.be));
    if (!u256_to_u64(&word, &n) || n != STATIC_LEN)
        return diag_set(d, ERR_FORMAT,
                        "contract signature: expected offset 65 in s, as for one on its own");
    if (!reader_bytes(r, word.be, sizeof(word.be)))
        return diag_set(d, ERR_FORMAT, "contract signature: the length word is cut short");
    if (!u256_to_u64(&word, &n) || n > LIMIT_SIGNATURE_BYTES)
        return diag_set(d, ERR_LIMIT, "contract signature: the data is over the limit of %d bytes",
                        LIMIT_SIGNATURE_BYTES);
    if (!reader_borrow(r, &data, (size_t)n))
        return diag_set(d, ERR_FORMAT, "contract signature: %zu of %zu data bytes", r->left,
                        (size_t)n);
    if (!reader_end(r))
        return diag_set(d, ERR_FORMAT, "contract signature: %zu bytes after the data", r->left);
    if ((out->data = bytes_dup(data, (size_t)n)) == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    out->data_len = (size_t)n;
    return OK;
}

/* v - offset over digest. */
static enum err recover(struct diag *d, struct signature *out, const struct hash32 *digest,
                        unsigned offset)
{
    struct sig65 plain = out->sig;

    plain.b[64] = (uint8_t)(plain.b[64] - offset);
    return secp_recover(d, &out->signer, digest, &plain);
}

static enum err parse_by_v(struct diag *d, struct signature *out, const struct hash32 *safe_tx_hash,
                           struct reader *r)
{
    struct hash32 eth_sign_hash;
    unsigned v = out->sig.b[64];

    if (v != 0 && !reader_end(r))
        return diag_set(d, ERR_FORMAT, "signature: %zu bytes after the first 65", r->left);
    switch (v) {
    case 0:
        out->kind = SIGNATURE_CONTRACT;
        return parse_contract(d, out, r);
    case 1:
        out->kind = SIGNATURE_APPROVED;
        return parse_owner(d, &out->signer, &out->sig);
    case 27:
    case 28:
        out->kind = SIGNATURE_EOA;
        return recover(d, out, safe_tx_hash, 0);
    case 31:
    case 32:
        out->kind = SIGNATURE_ETH_SIGN;
        safe_eth_sign_hash(&eth_sign_hash, safe_tx_hash);
        return recover(d, out, &eth_sign_hash, 4);
    default:
        return diag_set(d, ERR_FORMAT, "signature: v is %u, expected 0, 1, 27, 28, 31 or 32", v);
    }
}

enum err signature_parse(struct diag *d, struct signature *out, const struct hash32 *safe_tx_hash,
                         const uint8_t *data, size_t data_len)
{
    struct reader r;
    struct signature s = { 0 };
    enum err e = ERR_INTERNAL;

    *out = (struct signature){ 0 };
    reader_init(&r, data, data_len);
    if (!reader_bytes(&r, s.sig.b, sizeof(s.sig.b)))
        return diag_set(d, ERR_FORMAT, "signature: %zu bytes, expected at least 65", data_len);
    if ((e = parse_by_v(d, &s, safe_tx_hash, &r)) == OK)
        *out = s;
    else
        signature_clear(&s);
    return e;
}

static void add_dynamic(struct buf *out, const struct signature *s)
{
    struct u256 n = u256_from_u64(s->data_len);

    if (s->kind != SIGNATURE_CONTRACT)
        return;
    buf_add(out, n.be, sizeof(n.be));
    buf_add(out, s->data, s->data_len);
}

void signature_write(struct buf *out, const struct signature *s)
{
    buf_add(out, s->sig.b, sizeof(s->sig.b));
    add_dynamic(out, s);
}

const char *signature_kind_name(enum signature_kind kind)
{
    switch (kind) {
    case SIGNATURE_EOA:
        return "EOA";
    case SIGNATURE_ETH_SIGN:
        return "ETH_SIGN";
    case SIGNATURE_APPROVED:
        return "APPROVED_HASH";
    case SIGNATURE_CONTRACT:
        return "CONTRACT_SIGNATURE";
    case SIGNATURE_NONE:
        break;
    }
    return "NONE";
}

void signature_approved(struct signature *out, const struct address *owner)
{
    *out = (struct signature){ .kind = SIGNATURE_APPROVED, .signer = *owner };
    memcpy(out->sig.b + 12, owner->b, sizeof(owner->b));
    out->sig.b[64] = 1;
}

/* Indices of sigs in the order of their signers; ERR_FORMAT for two of one signer. */
static enum err sort_by_signer(struct diag *d, size_t *sorted, const struct signature *sigs,
                               size_t num_sigs)
{
    for (size_t i = 0; i < num_sigs; i++) {
        const struct address *signer = &sigs[i].signer;
        size_t at = i;

        while (at > 0 && address_cmp(signer, &sigs[sorted[at - 1]].signer) < 0) {
            sorted[at] = sorted[at - 1];
            at--;
        }
        if (at > 0 && address_eq(signer, &sigs[sorted[at - 1]].signer))
            return diag_set(d, ERR_FORMAT, "two signatures of %s", address_format(signer).s);
        sorted[at] = i;
    }
    return OK;
}

enum err signature_pack(struct diag *d, struct buf *out, const struct signature *sigs,
                        size_t num_sigs)
{
    size_t sorted[LIMIT_SIGNATURES] = { 0 };
    size_t tail = STATIC_LEN * num_sigs;
    enum err e = ERR_INTERNAL;

    if (num_sigs > LIMIT_SIGNATURES)
        return diag_set(d, ERR_LIMIT, "%zu signatures are over the limit of %d", num_sigs,
                        LIMIT_SIGNATURES);
    if ((e = sort_by_signer(d, sorted, sigs, num_sigs)) != OK)
        return e;
    for (size_t i = 0; i < num_sigs; i++) {
        const struct signature *s = &sigs[sorted[i]];
        struct sig65 sig = s->sig;

        if (s->kind == SIGNATURE_CONTRACT) {
            write_s(&sig, tail);
            tail += 32 + s->data_len;
        }
        buf_add(out, sig.b, sizeof(sig.b));
    }
    for (size_t i = 0; i < num_sigs; i++)
        add_dynamic(out, &sigs[sorted[i]]);
    return buf_check(d, out, "signatures");
}
