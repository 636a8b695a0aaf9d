// SPDX-License-Identifier: Apache-2.0
#include "src/base/keccak.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "src/base/hex.h"

/* keccak256 of the bytes 0, 1, 2, … 255, 0, … by ethers 6.17.0. */
static const struct {
    size_t len;
    const char *want;
} cases[] = {
    { 0, "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470" },
    { 1, "0xbc36789e7a1e281436464229828f817d6612f7b477d66591ff96a9e064bcc98a" },
    { 31, "0x3e50547cf72e8583ee91462f9d99fe624f53282f78e1a5ec2347b1d0123d0d9b" },
    { 32, "0x8ae1aa597fa146ebd3aa2ceddf360668dea5e526567e92b0321816a4e895bd2d" },
    { 64, "0x002030bde3d4cf89919649775cd71875c4d0ab1708a380e03fefc3a28aa24831" },
    { 135, "0xcbdfd9dee5faad3818d6b06f95a219fd290b0e1706f6a82e5a595b9ce9faca62" },
    { 136, "0x7ce759f1ab7f9ce437719970c26b0a66ff11fe3e38e17df89cf5d29c7d7f807e" },
    { 137, "0xac73d4fae68b8453f764007c1a20ce95994187861f0c3227a3a8e99a73a3b1db" },
    { 271, "0x7c974895b2a88303ff2dc6b58f438ceb0b298cac91099ac0539cc0f477506191" },
    { 272, "0xfdf2ec49e749960d3c8521a0219af8d03e30e2b3bf19bd16150ee0eaf133d66e" },
    { 273, "0x4f707289a9c3ccd0c4a51f2f17339f5dd171d371c04ff7783b735b5b22682eaf" },
    { 352, "0x3868f7a8a1c735e43bd4dcadc27fe25140489d3d33e4ed1d4f86ab3bb089ce4a" },
    { 1000, "0xaca79e4146e30eb1c733f6d6060d72471c36ea4e01ebf45d7f4916249c2bbd82" },
    { 100000, "0x2243a1fc1e4d9e7e63955159edad3b6d5b4bdcdbde72df78788e1fb97efbcaf8" },
};
#define NUM_CASES (sizeof(cases) / sizeof(cases[0]))
#define MAX_LEN   100000

static uint8_t *pattern(void)
{
    uint8_t *p = malloc(MAX_LEN);

    cr_assert_not_null(p);
    for (size_t i = 0; i < MAX_LEN; i++)
        p[i] = (uint8_t)i;
    return p;
}

Test(keccak, known_answers)
{
    uint8_t *data = pattern();

    for (size_t i = 0; i < NUM_CASES; i++) {
        struct hash32 h;

        keccak256(&h, data, cases[i].len);
        cr_expect_str_eq(hash32_format(&h).s, cases[i].want, "%zu bytes", cases[i].len);
    }
    free(data);
}

/* Split in every way that the block size and the lanes could mind. */
Test(keccak, updates_join)
{
    static const size_t steps[] = { 1, 3, 7, 8, 64, 135, 136, 137, 300 };
    uint8_t *data = pattern();

    for (size_t i = 0; i < NUM_CASES; i++) {
        for (size_t k = 0; k < sizeof(steps) / sizeof(steps[0]); k++) {
            struct keccak256_ctx ctx;
            struct hash32 h;

            keccak256_init(&ctx);
            for (size_t at = 0; at < cases[i].len; at += steps[k]) {
                size_t left = cases[i].len - at;

                keccak256_update(&ctx, data + at, left < steps[k] ? left : steps[k]);
            }
            keccak256_final(&ctx, &h);
            cr_expect_str_eq(hash32_format(&h).s, cases[i].want, "%zu bytes by %zu", cases[i].len,
                             steps[k]);
        }
    }
    free(data);
}

Test(keccak, nothing_may_be_null)
{
    struct hash32 h;

    keccak256(&h, NULL, 0);
    cr_expect_str_eq(hash32_format(&h).s, cases[0].want);
}
