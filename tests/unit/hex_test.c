// SPDX-License-Identifier: Apache-2.0
#include "src/base/hex.h"

#include <criterion/criterion.h>
#include <string.h>

Test(hex, decode_is_strict)
{
    static const struct {
        const char *name;
        const char *text;
        enum err want;
        size_t len;
    } cases[] = {
        { "no prefix", "00", ERR_FORMAT, 0 },
        { "upper-case prefix", "0X00", ERR_FORMAT, 0 },
        { "empty text", "", ERR_FORMAT, 0 },
        { "half a prefix", "0", ERR_FORMAT, 0 },
        { "odd", "0x0", ERR_FORMAT, 0 },
        { "odd, long", "0x0123456", ERR_FORMAT, 0 },
        { "space in front", " 0x00", ERR_FORMAT, 0 },
        { "space inside", "0x0 00", ERR_FORMAT, 0 },
        { "newline behind", "0x00\n", ERR_FORMAT, 0 },
        { "sign", "0x-1", ERR_FORMAT, 0 },
        { "letter behind f", "0x0g", ERR_FORMAT, 0 },
        { "first digit", "0xg0", ERR_FORMAT, 0 },
        { "second prefix", "0x0x", ERR_FORMAT, 0 },
        { "not ASCII", "0x\xc3\xa9", ERR_FORMAT, 0 },
        { "over the limit", "0x0001020304", ERR_LIMIT, 0 },
        { "nothing", "0x", OK, 0 },
        { "both cases", "0xaBCdEf09", OK, 4 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };
        struct buf b;

        buf_init(&b, 4);
        cr_expect_eq(hex_decode_0x_buf(&d, &b, cases[i].text), cases[i].want, "%s: %s",
                     cases[i].name, d.msg);
        cr_expect_eq(b.len, cases[i].len, "%s", cases[i].name);
        buf_clear(&b);
    }
}

Test(hex, decode_of_a_fixed_length)
{
    uint8_t out[4] = { 1, 1, 1, 1 };

    cr_expect_not(hex_decode_0x(out, 4, "0x001122"), "one byte short");
    cr_expect(bytes_is_zero(out, 4));
    cr_expect_not(hex_decode_0x(out, 4, "0x0011223344"), "one byte over");
    cr_expect_not(hex_decode_0x(out, 4, "00112233"), "no prefix");
    cr_expect_not(hex_decode(out, 4, "0x112233", 8), "a prefix");
    cr_expect_not(hex_decode(out, 4, "0011223", 7), "odd");
    cr_expect_not(hex_decode(out, 4, "0011223z", 8), "last digit");
    cr_expect(bytes_is_zero(out, 4));
    cr_expect(hex_decode(out, 4, "00fF10a9", 8));
    cr_expect_eq(memcmp(out, "\x00\xff\x10\xa9", 4), 0);
    cr_expect(hex_decode(out, 0, "", 0));
}

/* Every character but the 22 digits is refused, in either place. */
Test(hex, only_digits)
{
    size_t num_accepted = 0;

    for (unsigned c = 1; c < 256; c++) {
        const char first[3] = { (char)c, '0', 0 };
        const char second[3] = { '0', (char)c, 0 };
        uint8_t a = 0;
        uint8_t b = 0;
        bool ok = hex_decode(&a, 1, first, 2);

        cr_expect_eq(ok, hex_decode(&b, 1, second, 2));
        cr_expect_eq(a, b << 4);
        num_accepted += ok;
    }
    cr_expect_eq(num_accepted, 22);
}

Test(hex, round_trip)
{
    uint8_t all[256];
    uint8_t back[256];
    char text[HEX_0X_LEN(256)];
    struct buf b;

    for (size_t i = 0; i < sizeof(all); i++)
        all[i] = (uint8_t)i;
    cr_expect_eq(strlen(hex_encode_0x(text, all, sizeof(all))), 514);
    cr_expect_eq(strncmp(text, "0x000102", 8), 0);
    cr_expect(hex_decode_0x(back, sizeof(back), text));
    cr_expect_eq(memcmp(all, back, sizeof(all)), 0);
    buf_init(&b, 1000);
    buf_add_hex_0x(&b, all, sizeof(all));
    cr_expect_str_eq(buf_str(&b), text);
    buf_clear(&b);
}

Test(hex, decode_appends)
{
    struct diag d = { 0 };
    struct buf b;

    buf_init(&b, 100);
    cr_expect_eq(hex_decode_0x_buf(&d, &b, "0x0102"), OK);
    cr_expect_eq(hex_decode_0x_buf(&d, &b, "0x03"), OK);
    cr_expect_eq(hex_decode_0x_buf(&d, &b, "0x04zz"), ERR_FORMAT);
    cr_expect(strstr(d.msg, "position 4") != NULL, "%s", d.msg);
    cr_expect_eq(b.len, 3);
    cr_expect_eq(memcmp(b.data, "\x01\x02\x03", 4), 0);
    buf_clear(&b);
}

Test(hex, hash32)
{
    static const char text[] = "0x00000000000000000000000000000000000000000000000000000000000000ff";
    struct diag d = { 0 };
    struct hash32 h;

    cr_expect_eq(hash32_parse(&d, &h, text), OK);
    cr_expect_eq(h.b[31], 255);
    cr_expect_str_eq(hash32_format(&h).s, text);
    cr_expect_eq(hash32_parse(&d, &h, text + 2), ERR_FORMAT);
    cr_expect(hash32_is_zero(&h));
    cr_expect_eq(hash32_parse(&d, &h, "0xff"), ERR_FORMAT);
    cr_expect(strstr(d.msg, "found 4 characters") != NULL, "%s", d.msg);
}
