// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "src/base/utf8.h"

/* Expected values: RFC 3629, sections 3 and 4, and Python's strict decoder. */
static const struct {
    const char *name;
    const char *bytes;
    size_t len;
    uint32_t code_point;
} cases[] = {
    { "lone continuation", "\x80", 0, 0 },
    { "cut two", "\xc3", 0, 0 },
    { "cut three", "\xe2\x82", 0, 0 },
    { "cut four", "\xf0\x9f\x98", 0, 0 },
    { "overlong two", "\xc0\x80", 0, 0 },
    { "overlong two, slash", "\xc1\xaf", 0, 0 },
    { "overlong three", "\xe0\x9f\xbf", 0, 0 },
    { "overlong four", "\xf0\x8f\xbf\xbf", 0, 0 },
    { "surrogate", "\xed\xa0\x80", 0, 0 },
    { "last surrogate", "\xed\xbf\xbf", 0, 0 },
    { "over the end", "\xf4\x90\x80\x80", 0, 0 },
    { "f5", "\xf5\x80\x80\x80", 0, 0 },
    { "f8", "\xf8\x88\x80\x80\x80", 0, 0 },
    { "ff", "\xff", 0, 0 },
    { "bad second byte", "\xc3\x28", 0, 0 },
    { "bad third byte", "\xe2\x82\x28", 0, 0 },
    { "ascii", "A", 1, 0x41 },
    { "two", "\xc3\xa9", 2, 0xe9 },
    { "least two", "\xc2\x80", 2, 0x80 },
    { "three", "\xe2\x82\xac", 3, 0x20ac },
    { "before surrogates", "\xed\x9f\xbf", 3, 0xd7ff },
    { "after surrogates", "\xee\x80\x80", 3, 0xe000 },
    { "four", "\xf0\x9f\x98\x80", 4, 0x1f600 },
    { "last", "\xf4\x8f\xbf\xbf", 4, 0x10ffff },
};

Test(utf8, decode)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint32_t cp = 99;
        size_t len = utf8_decode(&cp, cases[i].bytes, strlen(cases[i].bytes));

        cr_expect_eq(len, cases[i].len, "%s: length %zu", cases[i].name, len);
        cr_expect_eq(cp, cases[i].code_point, "%s: code point %x", cases[i].name, (unsigned)cp);
    }
}

Test(utf8, nul_is_a_character)
{
    uint32_t cp = 99;

    cr_expect_eq(utf8_decode(&cp, "\0", 1), 1);
    cr_expect_eq(cp, 0);
}
