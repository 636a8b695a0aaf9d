// SPDX-License-Identifier: Apache-2.0
#include "src/base/pubkey.h"

#include <limits.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 16384

static BIGNUM *number(const struct pubkey_number *n)
{
    return n->len <= INT_MAX ? BN_bin2bn(n->data, (int)n->len, NULL) : NULL;
}

/* --- keys ----------------------------------------------------------------------------------- */

static EVP_PKEY *from_params(const char *name, OSSL_PARAM *params)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, name, NULL);
    EVP_PKEY *key = NULL;

    if (ctx == NULL || params == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(ctx);
    return key;
}

/* The point is checked to be on the curve. */
static EVP_PKEY *ec_key(const struct pubkey *k)
{
    const bool small = k->type == PUBKEY_P256;
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM *params = NULL;
    EVP_PKEY *key = NULL;

    if (k->a.len == (small ? 65U : 97U) && k->a.data[0] == 4 && build != NULL &&
        OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME,
                                        small ? "prime256v1" : "secp384r1", 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, k->a.data, k->a.len) == 1)
        params = OSSL_PARAM_BLD_to_param(build);
    if (params != NULL)
        key = from_params("EC", params);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    return key;
}

static EVP_PKEY *rsa_key(const struct pubkey *k)
{
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BIGNUM *n = number(&k->a);
    BIGNUM *e = number(&k->b);
    OSSL_PARAM *params = NULL;
    EVP_PKEY *key = NULL;

    if (build != NULL && n != NULL && e != NULL &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1)
        params = OSSL_PARAM_BLD_to_param(build);
    if (params != NULL)
        key = from_params("RSA", params);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    BN_free(n);
    BN_free(e);
    return key;
}

static size_t num_bits(const struct pubkey_number *n)
{
    BIGNUM *value = number(n);
    size_t bits = value != NULL ? (size_t)BN_num_bits(value) : 0;

    BN_free(value);
    return bits;
}

/* Before the library looks: it takes time with what is too large. */
static enum err check_rsa(struct diag *d, const struct pubkey *k)
{
    size_t bits = num_bits(&k->a);

    if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX)
        return diag_set(d, ERR_UNSUPPORTED, "RSA key: expected %d to %d bits, found %zu",
                        RSA_BITS_MIN, RSA_BITS_MAX, bits);
    if (num_bits(&k->b) < 2 || num_bits(&k->b) > 64 || (k->b.data[k->b.len - 1] & 1) == 0)
        return diag_set(d, ERR_UNSUPPORTED, "RSA key: unusual exponent");
    return OK;
}

static enum err make_key(struct diag *d, EVP_PKEY **out, const struct pubkey *k)
{
    enum err e = OK;

    *out = NULL;
    if (k->type == PUBKEY_RSA && (e = check_rsa(d, k)) != OK)
        return e;
    if (k->type == PUBKEY_RSA)
        *out = rsa_key(k);
    else if (k->type != PUBKEY_ED25519)
        *out = ec_key(k);
    else if (k->a.len == 32)
        *out = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, k->a.data, k->a.len);
    return *out != NULL ? OK : diag_set(d, ERR_FORMAT, "malformed public key");
}

/* --- signatures ----------------------------------------------------------------------------- */

/* r and s as the DER that libcrypto reads; 0 if they can not be. */
static size_t ecdsa_der(unsigned char **out, const struct pubkey_signature *s)
{
    ECDSA_SIG *sig = ECDSA_SIG_new();
    BIGNUM *r = s->a.len <= 64 ? number(&s->a) : NULL;
    BIGNUM *v = s->b.len <= 64 ? number(&s->b) : NULL;
    int len = 0;

    *out = NULL;
    if (sig != NULL && r != NULL && v != NULL && ECDSA_SIG_set0(sig, r, v) == 1) {
        r = NULL; /* moved */
        v = NULL; /* moved */
        len = i2d_ECDSA_SIG(sig, out);
    }
    BN_free(r);
    BN_free(v);
    ECDSA_SIG_free(sig);
    return len > 0 ? (size_t)len : 0;
}

static bool digest_verify(EVP_PKEY *key, const EVP_MD *md, const uint8_t *sig, size_t sig_len,
                          const void *message, size_t message_len)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool good = ctx != NULL && EVP_DigestVerifyInit(ctx, NULL, md, NULL, key) == 1 &&
                EVP_DigestVerify(ctx, sig, sig_len, message, message_len) == 1;

    EVP_MD_CTX_free(ctx);
    return good;
}

static const EVP_MD *digest_of(enum pubkey_hash hash)
{
    switch (hash) {
    case PUBKEY_SHA256:
        return EVP_sha256();
    case PUBKEY_SHA384:
        return EVP_sha384();
    case PUBKEY_SHA512:
        break;
    }
    return EVP_sha512();
}

enum err pubkey_verify(struct diag *d, bool *good, const struct pubkey *key, enum pubkey_hash hash,
                       const struct pubkey_signature *signature, const void *message,
                       size_t message_len)
{
    EVP_PKEY *pkey = NULL;
    unsigned char *der = NULL;
    size_t der_len = 0;
    enum err e = make_key(d, &pkey, key);

    *good = false;
    if (e == OK && key->type == PUBKEY_ED25519) {
        *good = signature->a.len == 64 && digest_verify(pkey, NULL, signature->a.data,
                                                        signature->a.len, message, message_len);
    } else if (e == OK && key->type == PUBKEY_RSA) {
        *good = digest_verify(pkey, digest_of(hash), signature->a.data, signature->a.len, message,
                              message_len);
    } else if (e == OK) {
        der_len = ecdsa_der(&der, signature);
        *good =
            der_len > 0 && digest_verify(pkey, digest_of(hash), der, der_len, message, message_len);
    }
    OPENSSL_free(der);
    EVP_PKEY_free(pkey);
    ERR_clear_error();
    return e;
}
