// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "hw/path.h"

Test(path, reads_and_writes)
{
    static const struct {
        const char *text, *want;
        size_t depth;
        uint32_t last;
    } cases[] = {
        { "m/44'/60'/0'/0/0", NULL, 5, 0 },
        { "44'/60'/0'/0/7", "m/44'/60'/0'/0/7", 5, 7 },
        { "m/44h/60H/3'/0/0", "m/44'/60'/3'/0/0", 5, 0 },
        { "m/44'/60'/0'/12", NULL, 4, 12 },
        { "m/2147483647'", NULL, 1, 0xffffffffU },
        { "m/1/2/3/4/5/6/7/8/9/2147483647", NULL, 10, 0x7fffffffU },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };
        struct hd_path p;

        cr_expect_eq(hd_path_parse(&d, &p, cases[i].text), OK, "%s: %s", cases[i].text, d.msg);
        cr_assert_eq(p.depth, cases[i].depth, "%s", cases[i].text);
        cr_expect_eq(p.index[p.depth - 1], cases[i].last, "%s", cases[i].text);
        cr_expect_str_eq(hd_path_format(&p).s,
                         cases[i].want != NULL ? cases[i].want : cases[i].text);
    }
}

Test(path, refuses)
{
    static const char *const texts[] = {
        "",     "m",       "m/",    "/44",   "m//0", "m/0/",           "m/-1",
        "m/+1", "m/01",    "m/0x1", "m/1''", "m/a",  "m/2147483648",   "m/4294967296",
        "M/44", "m/44' /", "m/ 1",  "m/1\n", "n/1",  "m/99999999999'", "m/1/2/3/4/5/6/7/8/9/10/11",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct diag d = { 0 };
        struct hd_path p;

        cr_expect_eq(hd_path_parse(&d, &p, texts[i]), ERR_USAGE, "'%s'", texts[i]);
        cr_expect_eq(p.depth, 0);
    }
}

Test(path, families)
{
    static const char *const want[HD_NUM_FAMILIES] = { "m/44'/60'/0'/0/5", "m/44'/60'/5'/0/0",
                                                       "m/44'/60'/0'/5" };

    for (enum hd_family f = HD_BIP44; f < HD_NUM_FAMILIES; f++) {
        struct hd_path p = hd_path_account(f, 5);
        struct hd_path first = hd_path_account(f, 0);
        enum hd_family back;

        cr_expect_str_eq(hd_path_format(&p).s, want[f]);
        cr_expect(hd_path_eq(&p, &p));
        cr_expect_not(hd_path_eq(&p, &first));
        cr_expect(hd_family_parse(&back, hd_family_name(f)));
        cr_expect_eq(back, f);
    }
    cr_expect_not(hd_family_parse(&(enum hd_family){ 0 }, "electrum"));
}
