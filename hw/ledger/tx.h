// SPDX-License-Identifier: Apache-2.0
#ifndef HW_LEDGER_TX_H
#define HW_LEDGER_TX_H

#include "hw/device.h"
#include "hw/ledger/apdu.h"
#include "hw/path.h"
#include "src/base/eth_tx.h"

/*
 * Signing transactions: path and unsigned bytes, in commands of up to 255 bytes.
 *
 *     04 00 00 path, bytes    04 80 00 bytes    ...    the last -> v r s
 *
 * Old versions of the app take a legacy transaction for one without replay protection when a
 * command ends between its data and the end of the chain id that follows: no command does.
 * v of the answer: 0 or 1 for EIP-1559. For legacy the low byte of c * 2 + 35 + parity, where c is
 * made of the first four bytes of the chain id.
 * Source: app-ethereum 1.22.0, src/features/sign_tx/ui_common_sign_tx.c, and the old
 * src_features/signTx/ethUstream.c; LedgerHQ/ledger-live, hw-app-eth, safeChunkTransaction.
 */

/* out: r s v with v 27 or 28, not checked otherwise. */
MUST_CHECK enum err ledger_tx_sign(struct diag *d, struct ledger_link *link, struct sig65 *out,
                                   const struct hd_path *path, const struct eth_tx *tx,
                                   const struct device_setup *setup);

/* The parts of it that have no device: how many of left bytes the next command takes (tail: bytes
 * behind the data of a legacy transaction, 0 for others), and v 27 or 28 from an answer's. */
size_t ledger_tx_chunk(size_t left, size_t tail);
MUST_CHECK enum err ledger_tx_v(struct diag *d, uint8_t *out, uint8_t v, const struct eth_tx *tx);

#endif
