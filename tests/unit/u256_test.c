// SPDX-License-Identifier: Apache-2.0
#include "src/base/u256.h"

#include <criterion/criterion.h>
#include <string.h>

#define MAX_DEC "115792089237316195423570985008687907853269984665640564039457584007913129639935"
#define MAX_HEX "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"

Test(u256, parse_is_strict)
{
    static const struct {
        const char *name;
        const char *text;
        const char *reason;
    } cases[] = {
        { "empty", "", "expected a decimal" },
        { "sign", "-1", "expected a decimal" },
        { "plus", "+1", "expected a decimal" },
        { "space", " 1", "expected a decimal" },
        { "newline", "1\n", "expected a decimal" },
        { "fraction", "1.0", "expected a decimal" },
        { "exponent", "1e3", "expected a decimal" },
        { "separator", "1_000", "expected a decimal" },
        { "hex without prefix", "ff", "expected a decimal" },
        { "leading zero", "01", "leading zero" },
        { "two zeros", "00", "leading zero" },
        { "2^256", "115792089237316195423570985008687907853269984665640564039457584007913129639936",
          "does not fit" },
        { "79 digits",
          "1157920892373161954235709850086879078532699846656405640394575840079131296399350",
          "does not fit" },
        { "78 nines",
          "999999999999999999999999999999999999999999999999999999999999999999999999999999",
          "does not fit" },
        { "hex, no digits", "0x", "expected a decimal" },
        { "hex, upper-case prefix", "0X1", "expected a decimal" },
        { "hex, 65 digits", "0x10000000000000000000000000000000000000000000000000000000000000000",
          "does not fit" },
        { "hex, bad digit", "0x1g", "expected a decimal" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };
        struct u256 a = u256_from_u64(1);

        cr_expect_eq(u256_parse(&d, &a, cases[i].text), ERR_FORMAT, "%s", cases[i].name);
        cr_expect(strstr(d.msg, cases[i].reason) != NULL, "%s: %s", cases[i].name, d.msg);
        cr_expect(u256_is_zero(&a), "%s", cases[i].name);
    }
}

/* Pairs from python: str(n), hex(n), n.bit_length(). */
Test(u256, parse_and_print)
{
    static const struct {
        const char *dec;
        const char *hex;
        unsigned bits;
    } cases[] = {
        { "0", "0x0", 0 },
        { "1", "0x1", 1 },
        { "255", "0xff", 8 },
        { "256", "0x100", 9 },
        { "999999999", "0x3b9ac9ff", 30 },
        { "1000000000", "0x3b9aca00", 30 },
        { "1000000001", "0x3b9aca01", 30 },
        { "18446744073709551615", "0xffffffffffffffff", 64 },
        { "18446744073709551616", "0x10000000000000000", 65 },
        { "1000000000000000000000000000", "0x33b2e3c9fd0803ce8000000", 90 },
        { "340282366920938463463374607431768211456", "0x100000000000000000000000000000000", 129 },
        { MAX_DEC, MAX_HEX, 256 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };
        struct u256 a;
        struct u256 b;

        cr_expect_eq(u256_parse(&d, &a, cases[i].dec), OK, "%s", d.msg);
        cr_expect_eq(u256_parse(&d, &b, cases[i].hex), OK, "%s", d.msg);
        cr_expect(u256_eq(&a, &b), "%s", cases[i].dec);
        cr_expect_str_eq(u256_format(&a).s, cases[i].dec);
        cr_expect_str_eq(u256_format_quantity(&a).s, cases[i].hex);
        cr_expect_eq(u256_bits(&a), cases[i].bits, "%s", cases[i].dec);
    }
}

Test(u256, u64)
{
    struct u256 a = u256_from_u64(UINT64_MAX);
    uint64_t v = 0;

    cr_expect(u256_to_u64(&a, &v));
    cr_expect_eq(v, UINT64_MAX);
    a.be[23] = 1;
    cr_expect_not(u256_to_u64(&a, &v));
    cr_expect_eq(v, 0);
}

Test(u256, nothing_wraps)
{
    struct u256 max;
    struct u256 one = u256_from_u64(1);
    struct u256 out = one;

    cr_assert(u256_from_dec(&max, MAX_DEC));
    cr_expect_not(u256_add(&out, &max, &one));
    cr_expect(u256_is_zero(&out));
    cr_expect_not(u256_sub(&out, &one, &max));
    cr_expect(u256_is_zero(&out));
    cr_expect(u256_sub(&out, &max, &max) && u256_is_zero(&out));
    cr_expect(u256_sub(&out, &max, &one) && u256_add(&out, &out, &one) && u256_eq(&out, &max));
    cr_expect_not(u256_mul_u64(&out, &max, 2));
    cr_expect(u256_is_zero(&out));
    cr_expect_not(u256_mul_u64(&out, &max, 1ULL << 32));
    cr_expect(u256_mul_u64(&out, &max, 1) && u256_eq(&out, &max));
    cr_expect(u256_mul_u64(&out, &max, 0) && u256_is_zero(&out));
    cr_expect(u256_cmp(&one, &max) < 0 && u256_cmp(&max, &one) > 0 && u256_cmp(&one, &one) == 0);
}

/* Products and sums from python. */
Test(u256, arithmetic)
{
    static const struct {
        const char *a;
        uint64_t b;
        const char *product; /* NULL: over 2^256 - 1 */
    } cases[] = {
        { "123456789012345678901234567890", 987654321987654321ULL,
          "121932631246761163237311385323609205901126352690" },
        { "340282366920938463463374607431768211455", UINT64_MAX,
          "6277101735386680763495507056286727952620534092958556749825" },
        { "6277101735386680763835789423207666416102355444464034512895", UINT64_MAX,
          "115792089237316195417293883273301227089434195242432897623336781819375385575425" },
        { "6277101735386680764176071790128604879584176795969512275969", UINT64_MAX, MAX_DEC },
        { "6277101735386680764176071790128604879584176795969512275970", UINT64_MAX, NULL },
        { "6277101735386680764516354157049543343010598844921802883073", UINT64_MAX, NULL },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct u256 a;
        struct u256 p;
        bool ok = false;

        cr_assert(u256_from_dec(&a, cases[i].a), "%s", cases[i].a);
        ok = u256_mul_u64(&p, &a, cases[i].b);
        cr_expect_eq(ok, cases[i].product != NULL, "%s", cases[i].a);
        if (cases[i].product != NULL)
            cr_expect_str_eq(u256_format(&p).s, cases[i].product);
    }
}
