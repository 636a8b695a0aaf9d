// SPDX-License-Identifier: Apache-2.0
#include "src/base/json_scan.h"

#include <criterion/criterion.h>
#include <string.h>

Test(json_scan, key_of_a_number)
{
    static const struct {
        const char *text; /* up to the end of the number */
        const char *want;
    } cases[] = {
        { "", "" },
        { "1", "" },
        { ":1", "" },
        { "\":1", "" },
        { "\"a\" 1", "" },
        { "[1", "" },
        { "{\"a\":[1", "" },
        { "{\"\":1", "" },
        { "{\"a\":1", "a" },
        { "{\"a\" :\n\t -1.5e+3", "a" },
        { "{\"x\":2,\"long key\": 1", "long key" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *key = NULL;
        size_t key_len = json_scan_key(&key, cases[i].text, strlen(cases[i].text));

        cr_expect_eq(key_len, strlen(cases[i].want), "%s", cases[i].text);
        cr_expect_eq(strncmp(key, cases[i].want, key_len), 0, "%s", cases[i].text);
    }
}
