// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_ETH_TX_H
#define BASE_ETH_TX_H

#include "src/base/bytes.h"

/*
 * Transactions of an account: EIP-1559 (type 2) without access list, and legacy ones with replay
 * protection for chains that know no others. Amounts in wei.
 * Source: EIP-155, EIP-1559, EIP-2718.
 */

enum eth_tx_kind {
    ETH_TX_1559 = 0,
    ETH_TX_LEGACY, /* max_fee is the gas price, max_priority_fee has to be zero */
};

struct eth_tx {
    enum eth_tx_kind kind;
    struct u256 chain_id; /* legacy: not zero, and small enough that v is under 2^64 */
    uint64_t nonce;
    struct u256 max_priority_fee, max_fee;
    uint64_t gas_limit;
    struct address to;
    struct u256 value;
    const uint8_t *data; /* borrowed */
    size_t data_len;
};

/*
 * The bytes that the account signs, their keccak256, and the signed bytes for
 * eth_sendRawTransaction. sig: v 27 or 28 (ERR_FORMAT), for both kinds: the chain id enters v here.
 */
MUST_CHECK enum err eth_tx_unsigned(struct diag *d, struct buf *out, const struct eth_tx *tx);
MUST_CHECK enum err eth_tx_digest(struct diag *d, struct hash32 *out, const struct eth_tx *tx);
MUST_CHECK enum err eth_tx_encode(struct diag *d, struct buf *out, const struct eth_tx *tx,
                                  const struct sig65 *sig);

#endif
