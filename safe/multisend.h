// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_MULTISEND_H
#define SAFE_MULTISEND_H

#include "src/base/bytes.h"

/*
 * MultiSend's packed list: operation (1) || to (20) || value (32) || length (32) || data, repeated,
 * inside the one bytes argument of multiSend(bytes), selector 0x8d80ff0a.
 * Source: Safe 1.4.1, MultiSend.sol and MultiSendCallOnly.sol.
 */

struct multisend_item {
    uint8_t operation;
    struct address to;
    struct u256 value;
    const uint8_t *data; /* borrowed from the packed bytes */
    size_t data_len;
};

void multisend_add(struct buf *packed, const struct multisend_item *item);
/* Take the next item off the reader; ERR_FORMAT for a cut item or an operation above 1. */
MUST_CHECK enum err multisend_next(struct diag *d, struct multisend_item *out,
                                   struct reader *packed);
/* The whole calldata of multiSend(bytes). */
MUST_CHECK enum err multisend_calldata(struct diag *d, struct buf *out, const struct buf *packed);

#endif
