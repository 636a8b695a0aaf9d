// SPDX-License-Identifier: Apache-2.0
#include "src/base/hex.h"

#include <string.h>

static const char digits[] = "0123456789abcdef";

/* Value + 1 of each digit, so that 0 means "no digit". */
static const uint8_t digit_value[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

char *hex_encode(char *out, const uint8_t *data, size_t data_len)
{
    for (size_t i = 0; i < data_len; i++) {
        out[2 * i] = digits[data[i] >> 4];
        out[2 * i + 1] = digits[data[i] & 15];
    }
    out[2 * data_len] = '\0';
    return out;
}

char *hex_encode_0x(char *out, const uint8_t *data, size_t data_len)
{
    out[0] = '0';
    out[1] = 'x';
    (void)hex_encode(out + 2, data, data_len);
    return out;
}

bool hex_decode(uint8_t *out, size_t out_len, const char *text, size_t text_len)
{
    if (text_len % 2 != 0 || text_len / 2 != out_len)
        goto bad;
    for (size_t i = 0; i < out_len; i++) {
        unsigned hi = digit_value[(uint8_t)text[2 * i]];
        unsigned lo = digit_value[(uint8_t)text[2 * i + 1]];

        if (hi == 0 || lo == 0)
            goto bad;
        out[i] = (uint8_t)((hi - 1) << 4 | (lo - 1));
    }
    return true;
bad:
    if (out_len > 0)
        memset(out, 0, out_len);
    return false;
}

static bool has_0x(const char *text)
{
    return text[0] == '0' && text[1] == 'x';
}

bool hex_decode_0x(uint8_t *out, size_t out_len, const char *text)
{
    if (!has_0x(text)) {
        if (out_len > 0)
            memset(out, 0, out_len);
        return false;
    }
    return hex_decode(out, out_len, text + 2, strlen(text + 2));
}

enum err hex_decode_0x_buf(struct diag *d, struct buf *out, const char *text)
{
    size_t text_len = 0;
    size_t num_bytes = 0;
    size_t start = out->len;

    if (!has_0x(text))
        return diag_set(d, ERR_FORMAT, "expected hex with 0x in front, found '%.64s'", text);
    text_len = strlen(text + 2);
    num_bytes = text_len / 2;
    if (text_len % 2 != 0)
        return diag_set(d, ERR_FORMAT, "odd number of hex digits (%zu) in '%.64s'", text_len, text);
    buf_add_zero(out, num_bytes);
    if (!buf_ok(out))
        return buf_check(d, out, "hex text");
    if (!hex_decode(out->data + start, num_bytes, text + 2, text_len)) {
        out->len = start;
        out->data[start] = '\0';
        return diag_set(d, ERR_FORMAT, "not a hex digit at position %zu of '%.64s'",
                        2 + strspn(text + 2, "0123456789abcdefABCDEF"), text);
    }
    return OK;
}

void buf_add_hex(struct buf *b, const uint8_t *data, size_t data_len)
{
    size_t start = b->len;

    buf_add_zero(b, 2 * data_len);
    if (buf_ok(b))
        (void)hex_encode((char *)b->data + start, data, data_len);
}

void buf_add_hex_0x(struct buf *b, const uint8_t *data, size_t data_len)
{
    buf_add_str(b, "0x");
    buf_add_hex(b, data, data_len);
}

enum err hash32_parse(struct diag *d, struct hash32 *out, const char *text)
{
    size_t text_len = strlen(text);

    if (hex_decode_0x(out->b, sizeof(out->b), text))
        return OK;
    if (text_len != 66)
        return diag_set(d, ERR_FORMAT,
                        "expected 0x and 64 hex digits, found %zu characters: '%.80s'", text_len,
                        text);
    return diag_set(d, ERR_FORMAT, "expected 0x and 64 hex digits, found '%.80s'", text);
}

struct hash32_text hash32_format(const struct hash32 *h)
{
    struct hash32_text t = { { 0 } };

    (void)hex_encode_0x(t.s, h->b, sizeof(h->b));
    return t;
}
