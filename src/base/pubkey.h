// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_PUBKEY_H
#define BASE_PUBKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/err.h"

/*
 * Signatures of the algorithms that SSH keys have, checked by OpenSSL (libcrypto). Keys and
 * signatures come as their numbers: who reads a format takes them apart.
 */

enum pubkey_type { PUBKEY_ED25519, PUBKEY_P256, PUBKEY_P384, PUBKEY_RSA };
enum pubkey_hash { PUBKEY_SHA256, PUBKEY_SHA384, PUBKEY_SHA512 };

/* Borrowed big-endian numbers, or bytes. */
struct pubkey_number {
    const uint8_t *data;
    size_t len;
};

struct pubkey {
    enum pubkey_type type;
    struct pubkey_number a; /* Ed25519: 32 bytes; P-256, P-384: 04 x y; RSA: modulus */
    struct pubkey_number b; /* RSA: exponent; otherwise unused */
};

/* Ed25519: a is the 64 bytes. P-256, P-384: a is r, b is s. RSA (PKCS #1 v1.5): a. */
struct pubkey_signature {
    struct pubkey_number a, b;
};

/*
 * *good tells whether the signature over message is that key's. hash is not used for Ed25519.
 * ERR_FORMAT for a key that is none (wrong length, a point off the curve), ERR_UNSUPPORTED for an
 * RSA modulus under 2048 or over 16384 bits, or an exponent that is even or over 64 bits. A
 * signature that is malformed is not good.
 */
MUST_CHECK enum err pubkey_verify(struct diag *d, bool *good, const struct pubkey *key,
                                  enum pubkey_hash hash, const struct pubkey_signature *signature,
                                  const void *message, size_t message_len);

#endif
