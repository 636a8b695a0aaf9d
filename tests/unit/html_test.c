// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "src/base/html.h"

static void expect(const char *text, const char *want)
{
    struct buf out;

    buf_init(&out, 256);
    buf_add_html(&out, text);
    cr_expect_str_eq(buf_str(&out), want, "'%s'", text);
    buf_clear(&out);
}

Test(html, markup_is_text)
{
    expect("", "");
    expect("<script>alert('x')</script>", "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
    expect("\" onload=\"x", "&quot; onload=&quot;x");
    expect("&lt;", "&amp;lt;");
    expect("two\nlines", "two\nlines");
}

/* Each byte but 0: markup is an entity, what is printable stays, everything else is its number. */
Test(html, every_byte)
{
    for (unsigned c = 1; c < 256; c++) {
        const char text[2] = { (char)c, '\0' };
        char number[8];

        if (strchr("<>&\"'", (int)c) != NULL)
            continue;
        (void)snprintf(number, sizeof(number), "\\x%02x", c);
        expect(text, (c >= 0x20 && c < 0x7f) || c == '\n' ? text : number);
    }
}
