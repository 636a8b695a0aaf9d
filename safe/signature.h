// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_SIGNATURE_H
#define SAFE_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/bytes.h"

/*
 * Signatures as Safe contracts take them, one at a time and as the blob of execTransaction.
 * Source: Safe 1.4.1, checkNSignatures(); reference forms in docs/formats/signatures.md.
 */

enum signature_kind {
    SIGNATURE_NONE = 0,
    SIGNATURE_EOA,      /* v 27, 28: ECDSA over the SafeTx hash */
    SIGNATURE_ETH_SIGN, /* v 31, 32: ECDSA over its eth_sign hash */
    SIGNATURE_APPROVED, /* v 1: approved on chain, or by the sender */
    SIGNATURE_CONTRACT, /* v 0: EIP-1271, with data of its own */
};

/* All-zero is valid to clear. data (contract only) is owned. */
struct signature {
    enum signature_kind kind;
    struct address signer; /* recovered for EOA and ETH_SIGN; claimed for the others */
    struct sig65 sig;      /* contract: the static part with s = 65 */
    uint8_t *data;
    size_t data_len;
};
void signature_clear(struct signature *s);

/*
 * One signature from its bytes (65, or for v = 0 the static part, a length word and data, with
 * offset 65 as the service stores it), recovered over hash. ERR_FORMAT for any other v, a high s,
 * trailing bytes, dirty owner padding. v = 1 and v = 0 only name an owner: on-chain reads decide.
 */
MUST_CHECK enum err signature_parse(struct diag *d, struct signature *out,
                                    const struct hash32 *safe_tx_hash, const uint8_t *data,
                                    size_t data_len);
/* The same bytes again. */
void signature_write(struct buf *out, const struct signature *s);
/* Name as the service spells it: "EOA", "ETH_SIGN", "APPROVED_HASH", "CONTRACT_SIGNATURE". */
const char *signature_kind_name(enum signature_kind kind);
/* An approved-hash entry for owner (v = 1). */
void signature_approved(struct signature *out, const struct address *owner);

/*
 * The blob: sorted by signer, dynamic parts at the tail, offsets rewritten. Two signatures of one
 * signer are ERR_FORMAT. The caller chooses which signatures enter.
 */
MUST_CHECK enum err signature_pack(struct diag *d, struct buf *out, const struct signature *sigs,
                                   size_t num_sigs);

#endif
