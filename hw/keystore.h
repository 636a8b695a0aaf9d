// SPDX-License-Identifier: Apache-2.0
#ifndef HW_KEYSTORE_H
#define HW_KEYSTORE_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/bytes.h"
#include "src/base/secp.h"

/*
 * Web3 Secret Storage, version 3: an encrypted key in a JSON file.
 * Source: ethereum.org, "Web3 Secret Storage Definition"; cipher aes-128-ctr; kdf scrypt or pbkdf2
 * (hmac-sha256); mac = keccak256(derived[16..32] || ciphertext).
 */

/*
 * Decrypt. ERR_FORMAT for a malformed file, ERR_UNSUPPORTED for another version, cipher or kdf,
 * ERR_LIMIT for kdf parameters beyond limits.h, ERR_REFUSED for a wrong passphrase, ERR_MISMATCH if
 * the file names an address that is not the key's. key is all zero unless OK.
 */
MUST_CHECK enum err keystore_decrypt(struct diag *d, struct seckey *key, const void *data,
                                     size_t data_len, const uint8_t *pass, size_t pass_len);

/*
 * Form alone, without passphrase and without work: the errors of a malformed or unsupported file.
 * *has_address tells whether the file names an address: a claim, not covered by the mac.
 */
MUST_CHECK enum err keystore_inspect(struct diag *d, struct address *address, bool *has_address,
                                     const void *data, size_t data_len);

enum keystore_kdf { KEYSTORE_SCRYPT, KEYSTORE_PBKDF2 };
/* Encrypt with fresh salt, iv and id; scrypt N = 2^17 r = 8 p = 1, pbkdf2 with 600000 rounds;
 * light uses N = 2^12 and 1000 rounds, for throw-away keys of tests and demonstrations. */
MUST_CHECK enum err keystore_encrypt(struct diag *d, struct buf *out, const struct seckey *key,
                                     enum keystore_kdf kdf, bool light, const uint8_t *pass,
                                     size_t pass_len);

/* "keystore:FILE" of signer_open. */
struct signer;
struct signer_options;
MUST_CHECK enum err keystore_signer(struct diag *d, struct signer **out, const char *path,
                                    const struct signer_options *options);

#endif
