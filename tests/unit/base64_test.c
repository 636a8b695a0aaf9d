// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "src/base/bytes.h"
#include "src/base/digest.h"

Test(base64, refuses)
{
    static const struct {
        const char *name;
        const char *text;
    } cases[] = {
        { "no padding", "Zg" },
        { "three characters", "Zm8" },
        { "one character", "Z" },
        { "padding alone", "====" },
        { "three pads", "Z===" },
        { "padding in the middle", "Zg==Zm9v" },
        { "pad before a character", "Zg=v" },
        { "dirty bits, one byte", "Zh==" },
        { "dirty bits, two bytes", "Zm9=" },
        { "white space", "Zm9v\n" },
        { "white space inside", "Zm 9vYg=" },
        { "URL alphabet", "-_-_" },
        { "not ASCII", "Zm9\xc3" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };
        struct buf b;

        buf_init(&b, 100);
        cr_expect_eq(base64_decode(&d, &b, cases[i].text, strlen(cases[i].text)), ERR_FORMAT, "%s",
                     cases[i].name);
        buf_clear(&b);
    }
}

/* RFC 4648 section 10, and the two last letters of the alphabet. */
Test(base64, round_trip)
{
    static const struct {
        const char *bytes;
        const char *text;
    } cases[] = {
        { "", "" },
        { "f", "Zg==" },
        { "fo", "Zm8=" },
        { "foo", "Zm9v" },
        { "foob", "Zm9vYg==" },
        { "fooba", "Zm9vYmE=" },
        { "foobar", "Zm9vYmFy" },
        { "\xfb\xff\xbf", "+/+/" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };
        struct buf b;

        buf_init(&b, 100);
        buf_add_base64(&b, (const uint8_t *)cases[i].bytes, strlen(cases[i].bytes));
        cr_expect_str_eq(buf_str(&b), cases[i].text);
        buf_clear(&b);
        cr_expect_eq(base64_decode(&d, &b, cases[i].text, strlen(cases[i].text)), OK, "%s", d.msg);
        cr_expect_str_eq(buf_str(&b), cases[i].bytes);
        buf_clear(&b);
    }
}

Test(base64, over_the_limit)
{
    struct diag d = { 0 };
    struct buf b;

    buf_init(&b, 3);
    cr_expect_eq(base64_decode(&d, &b, "Zm9vYmFy", 8), ERR_LIMIT);
    buf_clear(&b);
}
