// SPDX-License-Identifier: Apache-2.0
#include "src/base/html.h"

void buf_add_html(struct buf *out, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        switch (*p) {
        case '<':
            buf_add_str(out, "&lt;");
            break;
        case '>':
            buf_add_str(out, "&gt;");
            break;
        case '&':
            buf_add_str(out, "&amp;");
            break;
        case '"':
            buf_add_str(out, "&quot;");
            break;
        case '\'':
            buf_add_str(out, "&#39;");
            break;
        case '\n':
            buf_add_u8(out, '\n');
            break;
        default:
            if (*p >= 0x20 && *p <= 0x7e)
                buf_add_u8(out, (uint8_t)*p);
            else
                buf_addf(out, "\\x%02x", (unsigned char)*p);
            break;
        }
    }
}
