// SPDX-License-Identifier: Apache-2.0
#include "src/base/bytes.h"
#include "src/base/digest.h"

/* By hand because the decoder of libcrypto skips white space and counts padding as zero bytes. */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void buf_add_base64(struct buf *b, const uint8_t *data, size_t data_len)
{
    for (size_t i = 0; i < data_len; i += 3) {
        size_t n = data_len - i < 3 ? data_len - i : 3;
        uint32_t bits = (uint32_t)data[i] << 16 | (n > 1 ? (uint32_t)data[i + 1] << 8 : 0) |
                        (n > 2 ? data[i + 2] : 0U);
        const char quad[4] = { alphabet[bits >> 18], alphabet[bits >> 12 & 63],
                               n > 1 ? alphabet[bits >> 6 & 63] : '=',
                               n > 2 ? alphabet[bits & 63] : '=' };

        buf_add(b, quad, sizeof(quad));
    }
}

static bool sextet(char c, uint32_t *out)
{
    unsigned char u = (unsigned char)c;

    if (u >= 'A' && u <= 'Z')
        *out = u - 'A';
    else if (u >= 'a' && u <= 'z')
        *out = u - 'a' + 26U;
    else if (u >= '0' && u <= '9')
        *out = u - '0' + 52U;
    else if (u == '+' || u == '/')
        *out = u == '+' ? 62 : 63;
    else
        return false;
    return true;
}

/* Four characters with pad (0 to 2) '=' at the end; bits that no byte takes must be zero. */
static bool decode_quad(struct buf *out, const char *quad, size_t pad)
{
    uint32_t bits = 0;
    uint32_t six = 0;
    uint8_t bytes[3];

    for (size_t i = 0; i < 4 - pad; i++) {
        if (!sextet(quad[i], &six))
            return false;
        bits |= six << (18 - 6 * i);
    }
    bytes[0] = (uint8_t)(bits >> 16);
    bytes[1] = (uint8_t)(bits >> 8);
    bytes[2] = (uint8_t)bits;
    if ((pad > 0 && bytes[2] != 0) || (pad > 1 && bytes[1] != 0))
        return false;
    buf_add(out, bytes, 3 - pad);
    return true;
}

enum err base64_decode(struct diag *d, struct buf *out, const char *text, size_t text_len)
{
    size_t pad = 0;

    if (text_len % 4 != 0)
        return diag_set(d, ERR_FORMAT, "base64: the length %zu is not a multiple of 4", text_len);
    if (text_len > 0 && text[text_len - 1] == '=')
        pad = text[text_len - 2] == '=' ? 2 : 1;
    for (size_t i = 0; i < text_len; i += 4) {
        if (!decode_quad(out, text + i, i + 4 == text_len ? pad : 0))
            return diag_set(d, ERR_FORMAT, "base64: bad characters at position %zu", i);
    }
    return buf_check(d, out, "base64 text");
}
