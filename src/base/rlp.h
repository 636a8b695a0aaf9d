// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_RLP_H
#define BASE_RLP_H

#include "src/base/bytes.h"

/*
 * RLP encoder, as far as transactions need it: byte strings, integers, one list.
 * Source: Ethereum Yellow Paper, appendix B.
 */

void rlp_add_bytes(struct buf *out, const uint8_t *data, size_t data_len);
/* Big-endian without leading zeros; 0 is the empty string. */
void rlp_add_u256(struct buf *out, const struct u256 *value);
void rlp_add_u64(struct buf *out, uint64_t value);
/* A list whose items are already encoded, one after the other, in items. */
void rlp_add_list(struct buf *out, const struct buf *items);

#endif
