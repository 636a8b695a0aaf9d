// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_UNIT_KNOWN_SAFE_TX_H
#define TESTS_UNIT_KNOWN_SAFE_TX_H

#include "src/base/typed_data.h"

/*
 * The SafeTx that the vendors' firmware signed (docs/devices.md, "What was run"): chain 1, one
 * ether, nonce 7, all gas fields zero, with other data where a test wants it.
 */
extern const struct address known_safe;   /* 0x5aFE3855358E112B5647B952709E6165e1c1eEEe */
extern const struct address known_to;     /* 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 */
extern const struct address known_signer; /* 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 */

/* The data of the other one that they signed: a9059cbb and 64 zero bytes. */
extern const uint8_t known_transfer[68];

/* data is borrowed. */
void known_safe_tx(struct typed_data *t, const uint8_t *data, size_t data_len);

#endif
