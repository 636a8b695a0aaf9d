// SPDX-License-Identifier: Apache-2.0
#include "verify/sigstore/crypto.h"

#include <limits.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "src/base/digest.h"

void key_free(struct evp_pkey_st *key)
{
    EVP_PKEY_free(key);
}

enum err key_from_spki(struct diag *d, struct evp_pkey_st **out, const uint8_t *der, size_t der_len)
{
    const unsigned char *at = der;

    *out = der_len <= LONG_MAX ? d2i_PUBKEY(NULL, &at, (long)der_len) : NULL;
    if (*out != NULL && at == der + der_len)
        return OK;
    EVP_PKEY_free(*out);
    *out = NULL;
    return diag_set(d, ERR_FORMAT, "expected a public key in DER, found something else");
}

static enum err key_from_pkcs1(struct diag *d, struct evp_pkey_st **out, const struct bytes *der)
{
    const unsigned char *at = der->data;

    *out = d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, (long)der->len);
    if (*out != NULL && at == der->data + der->len)
        return OK;
    EVP_PKEY_free(*out);
    *out = NULL;
    return diag_set(d, ERR_FORMAT, "expected an RSA key (PKCS#1), found something else");
}

enum err key_from_pem(struct diag *d, struct evp_pkey_st **out, const char *pem)
{
    struct bytes der = { 0 };
    enum err e = pem_decode(d, &der, pem, "PUBLIC KEY");

    *out = NULL;
    if (e == OK)
        e = key_from_spki(d, out, der.data, der.len);
    if (e == OK && !EVP_PKEY_is_a(*out, "EC") && !EVP_PKEY_is_a(*out, "ED25519") &&
        !(EVP_PKEY_is_a(*out, "RSA") && EVP_PKEY_get_bits(*out) >= 2048)) {
        key_free(*out);
        *out = NULL;
        e = diag_set(d, ERR_UNSUPPORTED,
                     "expected an elliptic-curve, Ed25519 or RSA key (2048 bits or more)");
    }
    bytes_clear(&der);
    return e;
}

static bool is_p256(const struct evp_pkey_st *key)
{
    char group[32] = "";

    return EVP_PKEY_is_a(key, "EC") &&
           EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1 &&
           strcmp(group, SN_X9_62_prime256v1) == 0;
}

enum err key_of_log(struct diag *d, struct evp_pkey_st **out, const struct root_log *log)
{
    bool fits = false;
    enum err e = log->details == KEY_DETAILS_RSA_PKCS1
                     ? key_from_pkcs1(d, out, &log->key)
                     : key_from_spki(d, out, log->key.data, log->key.len);

    if (e != OK)
        return diag_prefix(d, "trusted root: key of '%.128s'", log->url);
    if (log->details == KEY_DETAILS_ECDSA_P256)
        fits = is_p256(*out);
    else if (log->details == KEY_DETAILS_ED25519)
        fits = key_is_ed25519(*out);
    else if (log->details == KEY_DETAILS_RSA_PKCS1)
        fits = EVP_PKEY_get_bits(*out) >= 2048;
    if (fits)
        return OK;
    key_free(*out);
    *out = NULL;
    return diag_set(d, ERR_UNSUPPORTED,
                    "trusted root: the key of '%.128s' is not what its keyDetails say, or of an "
                    "unknown kind",
                    log->url);
}

enum err key_spki(struct diag *d, struct bytes *out, struct evp_pkey_st *key)
{
    unsigned char *der = NULL;
    int der_len = i2d_PUBKEY(key, &der);
    bool ok = der_len > 0 && bytes_set(out, der, (size_t)der_len);

    OPENSSL_free(der);
    return ok ? OK : diag_set(d, ERR_INTERNAL, "libcrypto could not encode a public key");
}

bool key_is_ed25519(const struct evp_pkey_st *key)
{
    return EVP_PKEY_is_a(key, "ED25519") == 1;
}

bool key_verify_digest(struct evp_pkey_st *key, const struct hash32 *digest,
                       const struct bytes *signature)
{
    bool rsa = EVP_PKEY_is_a(key, "RSA") == 1;
    EVP_PKEY_CTX *ctx = NULL;
    bool ok = false;

    if (!rsa && !EVP_PKEY_is_a(key, "EC"))
        return false;
    ctx = EVP_PKEY_CTX_new(key, NULL);
    ok = ctx != NULL && EVP_PKEY_verify_init(ctx) == 1;
    if (rsa)
        ok = ok && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
             EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1;
    ok = ok &&
         EVP_PKEY_verify(ctx, signature->data, signature->len, digest->b, sizeof(digest->b)) == 1;
    EVP_PKEY_CTX_free(ctx);
    return ok;
}

bool key_verify_message(struct evp_pkey_st *key, const void *message, size_t message_len,
                        const struct bytes *signature)
{
    struct diag ignored = { 0 };
    EVP_MD_CTX *ctx = NULL;
    struct hash32 digest;
    bool ok = false;

    if (!key_is_ed25519(key))
        return sha256(&ignored, &digest, message, message_len) == OK &&
               key_verify_digest(key, &digest, signature);
    ctx = EVP_MD_CTX_new();
    ok = ctx != NULL && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1 &&
         EVP_DigestVerify(ctx, signature->data, signature->len, message, message_len) == 1;
    EVP_MD_CTX_free(ctx);
    return ok;
}
