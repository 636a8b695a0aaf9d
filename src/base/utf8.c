// SPDX-License-Identifier: Apache-2.0
#include "src/base/utf8.h"

size_t utf8_decode(uint32_t *out, const void *data, size_t data_len)
{
    /* least code point that needs a given length */
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    const unsigned char *s = data;
    size_t len = s[0] < 0x80 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    uint32_t cp = s[0];

    *out = 0;
    if (len == 1) {
        *out = cp;
        return 1;
    }
    /* 0x80 to 0xbf continue a character, 0xf8 and above begin none */
    if (s[0] < 0xc0 || s[0] > 0xf7 || data_len < len)
        return 0;
    cp &= 0x7fU >> len;
    for (size_t i = 1; i < len; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        cp = cp << 6 | (s[i] & 0x3fU);
    }
    if (cp < least[len] || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
        return 0;
    *out = cp;
    return len;
}
