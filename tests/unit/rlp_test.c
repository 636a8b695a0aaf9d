// SPDX-License-Identifier: Apache-2.0
#include "src/base/rlp.h"

#include <criterion/criterion.h>
#include <string.h>

#include "src/base/hex.h"
#include "src/base/keccak.h"
#include "src/base/u256.h"

/* Encodings by ethers 6.17.0 (encodeRlp); long ones as their keccak256. */
Test(rlp, byte_strings)
{
    static const struct {
        size_t len;
        uint8_t fill;
        const char *keccak;
    } cases[] = {
        { 0, 0x00, "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421" },
        { 1, 0x00, "0xbc36789e7a1e281436464229828f817d6612f7b477d66591ff96a9e064bcc98a" },
        { 1, 0x7f, "0x5c179d3bfde4c521afc3d3944357db5ee881a69c237d67c9aa79aa7a027c40ea" },
        { 1, 0x80, "0x03a5bd6b27a2d8e22280d5a3fd7f8efd489f8a9731ee5bfe999dcfd4a2c56b86" },
        { 55, 0x61, "0x29df2d19d0f3077b016f48dc90941d9dad60e46901cbefe8dd7caf6f42c9c328" },
        { 56, 0x61, "0x0c172f4f229fd0e0053bad01d671c413eb1600c3e15e667c6b42859172d9f028" },
        { 256, 0x61, "0x878016e5945fc03b4fb1b26f1321bafd4561020b241e4842e2463a458371dc80" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t data[256];
        struct hash32 h;
        struct buf b;

        memset(data, cases[i].fill, sizeof(data));
        buf_init(&b, 1000);
        rlp_add_bytes(&b, data, cases[i].len);
        keccak256(&h, b.data, b.len);
        cr_expect_str_eq(hash32_format(&h).s, cases[i].keccak, "%zu bytes", cases[i].len);
        buf_clear(&b);
    }
}

Test(rlp, integers)
{
    static const struct {
        const char *value;
        const char *want;
    } cases[] = {
        { "0", "0x80" },
        { "1", "0x01" },
        { "127", "0x7f" },
        { "128", "0x8180" },
        { "1024", "0x820400" },
        { "18446744073709551615", "0x88ffffffffffffffff" },
        { "115792089237316195423570985008687907853269984665640564039457584007913129639935",
          "0xa0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[HEX_0X_LEN(40)];
        struct u256 value;
        uint64_t small = 0;
        struct buf b;

        cr_assert(u256_from_dec(&value, cases[i].value));
        buf_init(&b, 40);
        rlp_add_u256(&b, &value);
        cr_expect_str_eq(hex_encode_0x(text, b.data, b.len), cases[i].want);
        buf_clear(&b);
        if (!u256_to_u64(&value, &small))
            continue;
        rlp_add_u64(&b, small);
        cr_expect_str_eq(hex_encode_0x(text, b.data, b.len), cases[i].want);
        buf_clear(&b);
    }
}

Test(rlp, lists)
{
    char text[HEX_0X_LEN(100)];
    struct buf items;
    struct buf b;

    buf_init(&items, 100);
    buf_init(&b, 100);
    rlp_add_list(&b, &items);
    cr_expect_str_eq(hex_encode_0x(text, b.data, b.len), "0xc0");
    buf_clear(&b);

    rlp_add_bytes(&items, (const uint8_t *)"cat", 3);
    rlp_add_bytes(&items, (const uint8_t *)"dog", 3);
    rlp_add_list(&b, &items);
    cr_expect_str_eq(hex_encode_0x(text, b.data, b.len), "0xc88363617483646f67");
    buf_clear(&b);
    buf_clear(&items);

    rlp_add_u64(&items, 0);
    rlp_add_u64(&items, 1024);
    rlp_add_bytes(&items,
                  (const uint8_t *)"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                  60);
    rlp_add_list(&b, &items);
    cr_expect_str_eq(
        hex_encode_0x(text, b.data, b.len),
        "0xf84280820400b83c616161616161616161616161616161616161616161616161616161616161"
        "616161616161616161616161616161616161616161616161616161616161");
    buf_clear(&b);
    buf_clear(&items);
}

Test(rlp, a_failed_list_stays_failed)
{
    struct buf items;
    struct buf b;

    buf_init(&items, 1);
    buf_init(&b, 100);
    rlp_add_bytes(&items, (const uint8_t *)"dog", 3);
    rlp_add_list(&b, &items);
    cr_expect_not(buf_ok(&b));
    buf_clear(&b);
    buf_clear(&items);
}
