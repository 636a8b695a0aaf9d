// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "safe/contracts.h"
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

/* Functions of Safes that change nothing, although they are no views. */
static bool is_harmless(const char *signature)
{
    return strncmp(signature, "isValidSignature(", 17) == 0;
}

/* A function that the registry learns has to be judged here, too. */
Test(nodes, whatever_changes_a_safe_is_privileged)
{
    const struct contract_function *f = NULL;
    size_t judged = 0;

    for (size_t i = 0; (f = contract_at(i)) != NULL; i++) {
        struct call_node n = { .data = f->selector, .data_len = 4 };

        if ((f->kind != CONTRACT_SAFE && f->kind != CONTRACT_SAFE_MIGRATION) || f->view ||
            is_harmless(f->signature))
            continue;
        judged++;
        cr_expect_neq(node_privileged(&n), 0, "%s", f->signature);
    }
    cr_expect_geq(judged, 30);
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
