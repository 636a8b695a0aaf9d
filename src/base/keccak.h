// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_KECCAK_H
#define BASE_KECCAK_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/types.h"

/*
 * Keccak-256 with the original padding (0x01), as Ethereum uses it. This is not SHA3-256, whose
 * padding byte is 0x06. No allocation.
 * Source: The Keccak reference, version 3.0; rate 1088, capacity 512, 24 rounds.
 */

#define KECCAK256_RATE 136

struct keccak256_ctx {
    uint64_t state[25];
    size_t filled; /* bytes absorbed into the current block, < KECCAK256_RATE */
};

void keccak256_init(struct keccak256_ctx *ctx);
void keccak256_update(struct keccak256_ctx *ctx, const void *data, size_t data_len);
/* Finishes; the context must be initialised again before further use. */
void keccak256_final(struct keccak256_ctx *ctx, struct hash32 *out);

void keccak256(struct hash32 *out, const void *data, size_t data_len);

#endif
