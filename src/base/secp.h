// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_SECP_H
#define BASE_SECP_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/err.h"
#include "src/base/types.h"

/*
 * Ethereum's ECDSA on secp256k1, by libsecp256k1. Signatures are r || s || v with v 27 or 28 and
 * low s. Source: EIP-2 (low s), Ethereum Yellow Paper appendix F.
 */

/* 32 secret bytes; wipe with secret_wipe (secret.h). */
struct seckey {
    uint8_t b[32];
};

/* False for zero and for values of the group order and above. */
MUST_CHECK bool seckey_valid(const struct seckey *key);

MUST_CHECK enum err secp_address(struct diag *d, struct address *out, const struct seckey *key);

/* Deterministic (RFC 6979), low s, v 27 or 28. Recovers its own signature before returning it. */
MUST_CHECK enum err secp_sign(struct diag *d, struct sig65 *out, const struct hash32 *digest,
                              const struct seckey *key);

/*
 * The signer of digest. v must be 27 or 28; ERR_FORMAT for r or s out of range, for a high s, and
 * where no key can be recovered.
 */
MUST_CHECK enum err secp_recover(struct diag *d, struct address *out, const struct hash32 *digest,
                                 const struct sig65 *sig);

/*
 * Turn a high s into the low one of the same signature, with the other parity in v, whatever v
 * means beside it: anybody can make either of the two from the other. Leaves alone what is low or
 * out of range.
 */
void secp_make_low_s(struct sig65 *sig);

#endif
