// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>

#include "src/base/abi.h"
#include "tests/unit/verify_fixture.h"

Test(nodes, selectors)
{
    const char *signature = NULL;
    uint8_t selector[4];

    for (size_t i = 0; (signature = node_selector_at(i, selector)) != NULL; i++) {
        struct abi_function f = { 0 };

        NEED(abi_function_parse(d, &f, signature));
        cr_expect_arr_eq(selector, f.selector, 4, "%s", signature);
        abi_function_clear(&f);
    }
}

Test(nodes, shell_words)
{
    static const struct {
        const char *text;
        const char *want;
    } rows[] = {
        { "proposal.json", "'proposal.json'" },
        { "a b; rm -rf $HOME", "'a b; rm -rf $HOME'" },
        { "it's", "$'it\\047s'" },
        { "a\\b", "'a\\b'" },
        { "a\\b\n", "$'a\\134b\\012'" },
        { "\x1b]0;x\x07", "$'\\033]0;x\\007'" },
        { "\xc3\xa4", "$'\\303\\244'" },
        { "", "''" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct buf b;

        buf_init(&b, 256);
        buf_add_shell_word(&b, rows[i].text);
        cr_expect_str_eq(buf_str(&b), rows[i].want);
        buf_clear(&b);
    }
}
