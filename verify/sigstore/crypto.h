// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_SIGSTORE_CRYPTO_H
#define VERIFY_SIGSTORE_CRYPTO_H

#include "verify/sigstore/root.h"

/*
 * Public keys and signatures by OpenSSL. Its handles appear as pointers to its opaque structs:
 * struct evp_pkey_st is EVP_PKEY, struct x509_st is X509. Only the .c files of this folder include
 * its headers.
 */
struct evp_pkey_st;
struct x509_st;

void key_free(struct evp_pkey_st *key);
/* SubjectPublicKeyInfo, DER, nothing behind it. */
MUST_CHECK enum err key_from_spki(struct diag *d, struct evp_pkey_st **out, const uint8_t *der,
                                  size_t der_len);
/* One PEM block PUBLIC KEY: elliptic curve, RSA of 2048 bits or more, or Ed25519. */
MUST_CHECK enum err key_from_pem(struct diag *d, struct evp_pkey_st **out, const char *pem);
/* Of a log: the encoding and algorithm must be what the root says. */
MUST_CHECK enum err key_of_log(struct diag *d, struct evp_pkey_st **out,
                               const struct root_log *log);
/* The key as SubjectPublicKeyInfo. */
MUST_CHECK enum err key_spki(struct diag *d, struct bytes *out, struct evp_pkey_st *key);

bool key_is_ed25519(const struct evp_pkey_st *key);
/* ECDSA (DER) or RSA PKCS#1 v1.5 over a SHA-256 digest; false for any other key. */
MUST_CHECK bool key_verify_digest(struct evp_pkey_st *key, const struct hash32 *digest,
                                  const struct bytes *signature);
/* The same over SHA-256 of a message, or Ed25519 over the message itself. */
MUST_CHECK bool key_verify_message(struct evp_pkey_st *key, const void *message, size_t message_len,
                                   const struct bytes *signature);

#endif
