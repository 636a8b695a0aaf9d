// SPDX-License-Identifier: Apache-2.0
#ifndef HW_TREZOR_TYPED_DATA_H
#define HW_TREZOR_TYPED_DATA_H

#include "hw/trezor/session.h"

/*
 * EIP-712 on a Trezor.
 *
 * One: gets the two hashes (EthereumSignTypedHash, firmware 1.10.5 and later) and shows them.
 * Others: get the structure (EthereumSignTypedData, 2.4.3 and later) and ask for definitions by
 * name and for values by path, in any order and as often as they like, within LIMIT_TREZOR_STEPS:
 * { 0, i } is member i of the domain, { 1, i } that of the message. A name or a path that does not
 * exist ends the operation. Before 2.6.0 a value has at most 1024 bytes: ERR_UNSUPPORTED before
 * anything is asked. From 2.9.1 on the device also shows the message hash at the end.
 *
 * owner is the account that the device has to name beside the signature (ERR_DEVICE). The signature
 * itself is for the seam to check; v is as the device gave it (27 or 28 in all known firmware).
 */
MUST_CHECK enum err trezor_sign_typed(struct diag *d, struct trezor_session *s, struct sig65 *out,
                                      const struct hd_path *path, const struct address *owner,
                                      const struct typed_data *typed);

#endif
