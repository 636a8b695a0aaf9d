// SPDX-License-Identifier: Apache-2.0
#include "src/base/secp.h"

#include <secp256k1.h>
#include <secp256k1_recovery.h>
#include <string.h>

#include "src/base/bytes.h"
#include "src/base/digest.h"
#include "src/base/keccak.h"
#include "src/base/secret.h"

bool seckey_valid(const struct seckey *key)
{
    return secp256k1_ec_seckey_verify(secp256k1_context_static, key->b) == 1;
}

/* The last 20 bytes of the Keccak-256 of the uncompressed key without its 0x04. */
static void pubkey_address(struct address *out, const secp256k1_pubkey *pubkey)
{
    uint8_t text[65];
    size_t text_len = sizeof(text);
    struct hash32 h;

    (void)secp256k1_ec_pubkey_serialize(secp256k1_context_static, text, &text_len, pubkey,
                                        SECP256K1_EC_UNCOMPRESSED);
    keccak256(&h, text + 1, sizeof(text) - 1);
    memcpy(out->b, h.b + 12, sizeof(out->b));
}

/* A context for work on secrets, blinded against side channels; NULL on failure (in d). */
static secp256k1_context *new_context(struct diag *d)
{
    uint8_t seed[32];
    secp256k1_context *ctx = NULL;

    if (random_bytes(d, seed, sizeof(seed)) != OK)
        return NULL;
    ctx = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
    if (ctx != NULL && secp256k1_context_randomize(ctx, seed) != 1) {
        secp256k1_context_destroy(ctx);
        ctx = NULL;
    }
    if (ctx == NULL)
        (void)diag_set(d, ERR_NOMEM, "out of memory");
    secret_wipe(seed, sizeof(seed));
    return ctx;
}

enum err secp_address(struct diag *d, struct address *out, const struct seckey *key)
{
    secp256k1_context *ctx = NULL;
    secp256k1_pubkey pubkey;
    enum err e = OK;

    memset(out, 0, sizeof(*out));
    if ((ctx = new_context(d)) == NULL)
        return d->code;
    if (secp256k1_ec_pubkey_create(ctx, &pubkey, key->b) == 1)
        pubkey_address(out, &pubkey);
    else
        e = diag_set(d, ERR_FORMAT, "not a secp256k1 secret key: zero, or not below the order");
    secp256k1_context_destroy(ctx);
    return e;
}

/* Sign without the check of the result. */
static enum err sign_unchecked(struct diag *d, struct sig65 *out, struct address *signer,
                               const struct hash32 *digest, const struct seckey *key)
{
    secp256k1_context *ctx = NULL;
    secp256k1_ecdsa_recoverable_signature sig;
    secp256k1_pubkey pubkey;
    int recid = 0;
    enum err e = OK;

    if ((ctx = new_context(d)) == NULL)
        return d->code;
    if (secp256k1_ec_pubkey_create(ctx, &pubkey, key->b) == 1 &&
        secp256k1_ecdsa_sign_recoverable(ctx, &sig, digest->b, key->b, NULL, NULL) == 1) {
        pubkey_address(signer, &pubkey);
        (void)secp256k1_ecdsa_recoverable_signature_serialize_compact(ctx, out->b, &recid, &sig);
        out->b[64] = (uint8_t)(27 + recid);
    } else {
        e = diag_set(d, ERR_FORMAT, "not a secp256k1 secret key: zero, or not below the order");
    }
    secp256k1_context_destroy(ctx);
    return e;
}

enum err secp_sign(struct diag *d, struct sig65 *out, const struct hash32 *digest,
                   const struct seckey *key)
{
    struct sig65 sig = { { 0 } };
    struct address signer = { { 0 } };
    struct address recovered;
    enum err e = ERR_INTERNAL;

    memset(out, 0, sizeof(*out));
    if ((e = sign_unchecked(d, &sig, &signer, digest, key)) != OK)
        return e;
    if ((e = secp_recover(d, &recovered, digest, &sig)) != OK)
        return e;
    if (!address_eq(&recovered, &signer))
        return diag_set(d, ERR_INTERNAL, "a new signature recovers to another signer");
    *out = sig;
    return OK;
}

enum err secp_recover(struct diag *d, struct address *out, const struct hash32 *digest,
                      const struct sig65 *sig)
{
    const secp256k1_context *ctx = secp256k1_context_static;
    secp256k1_ecdsa_recoverable_signature recoverable;
    secp256k1_ecdsa_signature plain;
    secp256k1_pubkey pubkey;
    unsigned v = sig->b[64];

    memset(out, 0, sizeof(*out));
    if (v != 27 && v != 28)
        return diag_set(d, ERR_FORMAT, "signature: expected v 27 or 28, found %u", v);
    if (secp256k1_ecdsa_recoverable_signature_parse_compact(ctx, &recoverable, sig->b,
                                                            (int)v - 27) != 1)
        return diag_set(d, ERR_FORMAT, "signature: r or s is not below the group order");
    (void)secp256k1_ecdsa_recoverable_signature_convert(ctx, &plain, &recoverable);
    if (secp256k1_ecdsa_signature_normalize(ctx, NULL, &plain) == 1)
        return diag_set(d, ERR_FORMAT, "signature: s is in the upper half of the group order");
    if (secp256k1_ecdsa_recover(ctx, &pubkey, &recoverable, digest->b) != 1)
        return diag_set(d, ERR_FORMAT, "signature: no key can be recovered from it");
    pubkey_address(out, &pubkey);
    return OK;
}

void secp_make_low_s(struct sig65 *sig)
{
    const secp256k1_context *ctx = secp256k1_context_static;
    secp256k1_ecdsa_signature plain;

    if (secp256k1_ecdsa_signature_parse_compact(ctx, &plain, sig->b) != 1 ||
        secp256k1_ecdsa_signature_normalize(ctx, &plain, &plain) != 1)
        return;
    (void)secp256k1_ecdsa_signature_serialize_compact(ctx, sig->b, &plain);
    /* 27 and 28, 31 and 32: the odd one is the even y */
    sig->b[64] = (uint8_t)(sig->b[64] % 2 == 1 ? sig->b[64] + 1 : sig->b[64] - 1);
}
