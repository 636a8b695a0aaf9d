// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/err.h"
#include "src/base/types.h"

/*
 * Digests and password-based primitives by OpenSSL (libcrypto). A failure is only possible if the
 * library refuses (no memory, FIPS policy) or, for scrypt, if the parameters need more memory than
 * limits.h allows.
 */

MUST_CHECK enum err sha256(struct diag *d, struct hash32 *out, const void *data, size_t data_len);
/* SHA-2 over several pieces: header || body. No piece may lie in *out, which is cleared first. */
struct bytes_view {
    const void *data;
    size_t len;
};
MUST_CHECK enum err sha256_parts(struct diag *d, struct hash32 *out, const struct bytes_view *parts,
                                 size_t num_parts);
MUST_CHECK enum err sha384_parts(struct diag *d, struct hash48 *out, const struct bytes_view *parts,
                                 size_t num_parts);
MUST_CHECK enum err sha512(struct diag *d, uint8_t out[static 64], const void *data,
                           size_t data_len);
/* SHA-256 of a regular file, of any size, without holding it; *size (may be NULL) is its length. A
 * symbolic link is refused. ERR_IO says why. */
MUST_CHECK enum err sha256_file(struct diag *d, struct hash32 *out, uint64_t *size,
                                const char *path);
/* The same of any file, or of standard input for "-"; over max bytes is ERR_LIMIT. */
MUST_CHECK enum err sha256_input(struct diag *d, struct hash32 *out, uint64_t max,
                                 const char *path);

/* Source: RFC 7914. n a power of two > 1. */
MUST_CHECK enum err kdf_scrypt(struct diag *d, uint8_t *out, size_t out_len, const uint8_t *pass,
                               size_t pass_len, const uint8_t *salt, size_t salt_len, uint64_t n,
                               uint32_t r, uint32_t p);
/* Source: RFC 8018, PRF HMAC-SHA-256. */
MUST_CHECK enum err kdf_pbkdf2_sha256(struct diag *d, uint8_t *out, size_t out_len,
                                      const uint8_t *pass, size_t pass_len, const uint8_t *salt,
                                      size_t salt_len, uint32_t iterations);
/* AES-128 in counter mode, encryption and decryption alike; in and out may be the same. */
MUST_CHECK enum err aes128_ctr(struct diag *d, uint8_t *out, const uint8_t *in, size_t len,
                               const uint8_t key[16], const uint8_t iv[16]);
/* From the system's generator. */
MUST_CHECK enum err random_bytes(struct diag *d, uint8_t *out, size_t out_len);

/* Standard base64 with padding (RFC 4648 section 4), strict when decoding. */
struct buf;
void buf_add_base64(struct buf *b, const uint8_t *data, size_t data_len);
MUST_CHECK enum err base64_decode(struct diag *d, struct buf *out, const char *text,
                                  size_t text_len);

#endif
