// SPDX-License-Identifier: Apache-2.0
#include "src/base/u256.h"

#include <string.h>

#include "src/base/bytes.h"
#include "src/base/hex.h"

/* Eight 32-bit limbs, the least significant first: for arithmetic only. */
struct limbs {
    uint32_t v[8];
};

static struct limbs to_limbs(const struct u256 *a)
{
    struct limbs l;

    for (size_t i = 0; i < 8; i++) {
        const uint8_t *p = a->be + 28 - 4 * i;

        l.v[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    }
    return l;
}

static void from_limbs(struct u256 *out, const struct limbs *l)
{
    for (size_t i = 0; i < 8; i++) {
        uint8_t *p = out->be + 28 - 4 * i;

        p[0] = (uint8_t)(l->v[i] >> 24);
        p[1] = (uint8_t)(l->v[i] >> 16);
        p[2] = (uint8_t)(l->v[i] >> 8);
        p[3] = (uint8_t)l->v[i];
    }
}

/* l = l * factor + carry; what does not fit is returned. */
static uint32_t mul_add(struct limbs *l, uint32_t factor, uint32_t carry)
{
    for (size_t i = 0; i < 8; i++) {
        uint64_t t = (uint64_t)l->v[i] * factor + carry;

        l->v[i] = (uint32_t)t;
        carry = (uint32_t)(t >> 32);
    }
    return carry;
}

/* l = l / divisor; returns the remainder. */
static uint32_t div_small(struct limbs *l, uint32_t divisor)
{
    uint64_t rest = 0;

    for (size_t i = 8; i-- > 0;) {
        uint64_t t = rest << 32 | l->v[i];

        l->v[i] = (uint32_t)(t / divisor);
        rest = t % divisor;
    }
    return (uint32_t)rest;
}

bool u256_from_dec_len(struct u256 *out, const char *text, size_t text_len)
{
    struct limbs l = { { 0 } };
    uint32_t chunk = 0;
    uint32_t scale = 1;

    *out = (struct u256){ { 0 } };
    if (text_len == 0 || text_len >= U256_DEC_LEN || (text[0] == '0' && text_len > 1))
        return false;
    for (size_t i = 0; i < text_len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        chunk = chunk * 10 + (uint32_t)(text[i] - '0');
        scale *= 10;
        if (scale == 1000000000 || i + 1 == text_len) {
            if (mul_add(&l, scale, chunk) != 0)
                return false;
            chunk = 0;
            scale = 1;
        }
    }
    from_limbs(out, &l);
    return true;
}

bool u256_from_dec(struct u256 *out, const char *text)
{
    return u256_from_dec_len(out, text, strlen(text));
}

bool u256_from_hex(struct u256 *out, const char *text)
{
    char padded[64];
    size_t num_digits = 0;

    *out = (struct u256){ { 0 } };
    if (text[0] != '0' || text[1] != 'x')
        return false;
    num_digits = strlen(text + 2);
    if (num_digits == 0 || num_digits > sizeof(padded))
        return false;
    memset(padded, '0', sizeof(padded));
    memcpy(padded + sizeof(padded) - num_digits, text + 2, num_digits);
    return hex_decode(out->be, sizeof(out->be), padded, sizeof(padded));
}

enum err u256_parse(struct diag *d, struct u256 *out, const char *text)
{
    size_t text_len = strlen(text);
    bool hex = text[0] == '0' && text[1] == 'x';
    size_t num_digits =
        hex ? strspn(text + 2, "0123456789abcdefABCDEF") : strspn(text, "0123456789");

    if (hex ? u256_from_hex(out, text) : u256_from_dec(out, text))
        return OK;
    if (num_digits == 0 || num_digits + (hex ? 2 : 0) != text_len)
        return diag_set(d, ERR_FORMAT, "expected a decimal number or 0x hex, found '%.80s'", text);
    if (!hex && text[0] == '0')
        return diag_set(d, ERR_FORMAT, "leading zero in number '%.80s'", text);
    return diag_set(d, ERR_FORMAT, "number '%.80s' does not fit into 256 bits", text);
}

struct u256 u256_from_u64(uint64_t value)
{
    struct u256 out = { { 0 } };

    for (size_t i = 0; i < 8; i++)
        out.be[31 - i] = (uint8_t)(value >> (8 * i));
    return out;
}

bool u256_to_u64(const struct u256 *a, uint64_t *out)
{
    *out = 0;
    if (!bytes_is_zero(a->be, 24))
        return false;
    for (size_t i = 24; i < 32; i++)
        *out = *out << 8 | a->be[i];
    return true;
}

struct u256_text u256_format(const struct u256 *a)
{
    struct limbs l = to_limbs(a);
    char digits[81]; /* nine chunks of nine digits */
    struct u256_text t;
    size_t skip = 0;

    for (size_t i = 9; i-- > 0;) {
        uint32_t chunk = div_small(&l, 1000000000);

        for (size_t k = 9; k-- > 0; chunk /= 10)
            digits[9 * i + k] = (char)('0' + chunk % 10);
    }
    while (skip < sizeof(digits) - 1 && digits[skip] == '0')
        skip++;
    memcpy(t.s, digits + skip, sizeof(digits) - skip);
    t.s[sizeof(digits) - skip] = '\0';
    return t;
}

struct u256_quantity u256_format_quantity(const struct u256 *a)
{
    char digits[HEX_LEN(32)];
    struct u256_quantity q = { "0x" };
    size_t skip = 0;

    (void)hex_encode(digits, a->be, sizeof(a->be));
    while (skip < 63 && digits[skip] == '0')
        skip++;
    memcpy(q.s + 2, digits + skip, sizeof(digits) - skip);
    return q;
}

bool u256_is_zero(const struct u256 *a)
{
    return bytes_is_zero(a->be, sizeof(a->be));
}

bool u256_eq(const struct u256 *a, const struct u256 *b)
{
    return u256_cmp(a, b) == 0;
}

int u256_cmp(const struct u256 *a, const struct u256 *b)
{
    return memcmp(a->be, b->be, sizeof(a->be));
}

bool u256_add(struct u256 *out, const struct u256 *a, const struct u256 *b)
{
    struct u256 sum;
    unsigned carry = 0;

    for (size_t i = 32; i-- > 0;) {
        carry += (unsigned)a->be[i] + b->be[i];
        sum.be[i] = (uint8_t)carry;
        carry >>= 8;
    }
    *out = carry == 0 ? sum : (struct u256){ { 0 } };
    return carry == 0;
}

bool u256_sub(struct u256 *out, const struct u256 *a, const struct u256 *b)
{
    struct u256 rest;
    int borrow = 0;

    for (size_t i = 32; i-- > 0;) {
        int byte = (int)a->be[i] - b->be[i] - borrow;

        borrow = byte < 0 ? 1 : 0;
        rest.be[i] = (uint8_t)(byte + 256 * borrow);
    }
    *out = borrow == 0 ? rest : (struct u256){ { 0 } };
    return borrow == 0;
}

bool u256_mul_u64(struct u256 *out, const struct u256 *a, uint64_t b)
{
    struct limbs low = to_limbs(a);
    struct limbs high = low;
    struct u256 x;
    struct u256 y = { { 0 } };
    bool fits = mul_add(&low, (uint32_t)b, 0) == 0 && mul_add(&high, (uint32_t)(b >> 32), 0) == 0 &&
                high.v[7] == 0;

    from_limbs(&x, &low);
    memmove(high.v + 1, high.v, 7 * sizeof(high.v[0]));
    high.v[0] = 0;
    from_limbs(&y, &high);
    *out = (struct u256){ { 0 } };
    return fits && u256_add(out, &x, &y);
}

unsigned u256_bits(const struct u256 *a)
{
    unsigned bits = 256;

    for (size_t i = 0; i < 32; i++, bits -= 8) {
        if (a->be[i] == 0)
            continue;
        for (unsigned mask = 0x80; (a->be[i] & mask) == 0; mask >>= 1)
            bits--;
        return bits;
    }
    return 0;
}
