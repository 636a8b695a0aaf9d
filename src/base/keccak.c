// SPDX-License-Identifier: Apache-2.0
#include "src/base/keccak.h"

#include <string.h>

static const uint64_t round_constants[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

static inline uint64_t rol(uint64_t x, unsigned n)
{
    return x << n | x >> (64 - n);
}

/* Chi on one plane. */
static inline void chi(uint64_t e[5], uint64_t b0, uint64_t b1, uint64_t b2, uint64_t b3,
                       uint64_t b4)
{
    e[0] = b0 ^ (~b1 & b2);
    e[1] = b1 ^ (~b2 & b3);
    e[2] = b2 ^ (~b3 & b4);
    e[3] = b3 ^ (~b4 & b0);
    e[4] = b4 ^ (~b0 & b1);
}

/*
 * One round from a to e; lane (x, y) is at x + 5y. Every index is a constant, so that the compiler
 * keeps lanes in registers: theta into d, then rho, pi and chi plane by plane, then iota.
 */
static inline void keccak_round(uint64_t e[25], const uint64_t a[25], uint64_t constant)
{
    const uint64_t c0 = a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20];
    const uint64_t c1 = a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21];
    const uint64_t c2 = a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22];
    const uint64_t c3 = a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23];
    const uint64_t c4 = a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24];
    const uint64_t d0 = c4 ^ rol(c1, 1);
    const uint64_t d1 = c0 ^ rol(c2, 1);
    const uint64_t d2 = c1 ^ rol(c3, 1);
    const uint64_t d3 = c2 ^ rol(c4, 1);
    const uint64_t d4 = c3 ^ rol(c0, 1);

    chi(e + 0, a[0] ^ d0, rol(a[6] ^ d1, 44), rol(a[12] ^ d2, 43), rol(a[18] ^ d3, 21),
        rol(a[24] ^ d4, 14));
    chi(e + 5, rol(a[3] ^ d3, 28), rol(a[9] ^ d4, 20), rol(a[10] ^ d0, 3), rol(a[16] ^ d1, 45),
        rol(a[22] ^ d2, 61));
    chi(e + 10, rol(a[1] ^ d1, 1), rol(a[7] ^ d2, 6), rol(a[13] ^ d3, 25), rol(a[19] ^ d4, 8),
        rol(a[20] ^ d0, 18));
    chi(e + 15, rol(a[4] ^ d4, 27), rol(a[5] ^ d0, 36), rol(a[11] ^ d1, 10), rol(a[17] ^ d2, 15),
        rol(a[23] ^ d3, 56));
    chi(e + 20, rol(a[2] ^ d2, 62), rol(a[8] ^ d3, 55), rol(a[14] ^ d4, 39), rol(a[15] ^ d0, 41),
        rol(a[21] ^ d1, 2));
    e[0] ^= constant;
}

static void keccak_f1600(uint64_t state[25])
{
    uint64_t a[25];
    uint64_t e[25];

    memcpy(a, state, sizeof(a));
    for (size_t i = 0; i < 24; i += 2) {
        keccak_round(e, a, round_constants[i]);
        keccak_round(a, e, round_constants[i + 1]);
    }
    memcpy(state, a, sizeof(a));
}

static inline uint64_t load_le64(const uint8_t *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
           (uint64_t)p[7] << 56;
}

static inline void xor_byte(uint64_t state[25], size_t i, uint8_t byte)
{
    state[i / 8] ^= (uint64_t)byte << (8 * (i % 8));
}

/* Add n bytes to the current block, from position at on; at + n <= KECCAK256_RATE. */
static void absorb(uint64_t state[25], size_t at, const uint8_t *p, size_t n)
{
    for (; n > 0 && at % 8 != 0; n--)
        xor_byte(state, at++, *p++);
    for (; n >= 8; n -= 8, at += 8, p += 8)
        state[at / 8] ^= load_le64(p);
    for (; n > 0; n--)
        xor_byte(state, at++, *p++);
}

void keccak256_init(struct keccak256_ctx *ctx)
{
    memset(ctx, 0, sizeof(*ctx));
}

void keccak256_update(struct keccak256_ctx *ctx, const void *data, size_t data_len)
{
    const uint8_t *p = data;

    while (data_len > 0) {
        size_t room = KECCAK256_RATE - ctx->filled;
        size_t n = data_len < room ? data_len : room;

        absorb(ctx->state, ctx->filled, p, n);
        ctx->filled += n;
        p += n;
        data_len -= n;
        if (ctx->filled == KECCAK256_RATE) {
            keccak_f1600(ctx->state);
            ctx->filled = 0;
        }
    }
}

void keccak256_final(struct keccak256_ctx *ctx, struct hash32 *out)
{
    xor_byte(ctx->state, ctx->filled, 0x01);
    xor_byte(ctx->state, KECCAK256_RATE - 1, 0x80);
    keccak_f1600(ctx->state);
    for (size_t i = 0; i < sizeof(out->b); i++)
        out->b[i] = (uint8_t)(ctx->state[i / 8] >> (8 * (i % 8)));
}

void keccak256(struct hash32 *out, const void *data, size_t data_len)
{
    struct keccak256_ctx ctx;

    keccak256_init(&ctx);
    keccak256_update(&ctx, data, data_len);
    keccak256_final(&ctx, out);
}
