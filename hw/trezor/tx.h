// SPDX-License-Identifier: Apache-2.0
#ifndef HW_TREZOR_TX_H
#define HW_TREZOR_TX_H

#include "hw/trezor/session.h"

/*
 * Transactions on a Trezor: EIP-1559 (One 1.10.4, others 2.4.2 and later: ERR_UNSUPPORTED before)
 * and legacy ones. The first 1024 bytes of the data go along, the rest in the pieces that the
 * device asks for: up to 1024 bytes each, and never more than is left (ERR_DEVICE, also for a
 * signature before all of the data). v is 27 or 28 here, whichever form the device gives: 0 and 1,
 * 27 and 28, or EIP-155's.
 */
MUST_CHECK enum err trezor_sign_tx(struct diag *d, struct trezor_session *s, struct sig65 *out,
                                   const struct hd_path *path, const struct eth_tx *tx);

#endif
