// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "src/cli/args.h"

static const struct arg_option options[] = {
    { "nonce", "N", "a value", false },
    { "rpc", "URL", "repeatable", true },
    { "yes", NULL, "a flag", false },
    { NULL, NULL, NULL, false },
};
static const struct command command = {
    .name = "test", .operands = "FILE", .options = options, .min_operands = 0, .max_operands = 1
};

static enum err parse(struct diag *d, struct args *out, const char *const *words)
{
    static char copies[8][64];
    char *argv[9] = { NULL };
    int argc = 0;

    for (; words[argc] != NULL; argc++) {
        strncpy(copies[argc], words[argc], sizeof(copies[argc]) - 1);
        argv[argc] = copies[argc];
    }
    return args_parse(d, out, &command, argc, argv);
}

Test(args, refused)
{
    static const struct {
        const char *name;
        const char *words[5];
    } cases[] = {
        { "unknown option", { "--nonces", "1", NULL } },
        { "prefix of an option", { "--non", "1", NULL } },
        { "short option", { "-n", NULL } },
        { "value missing", { "--nonce", NULL } },
        { "given twice", { "--nonce", "1", "--nonce=1", NULL } },
        { "flag given twice", { "--yes", "--yes", NULL } },
        { "flag with a value", { "--yes=1", NULL } },
        { "common option twice", { "--json", "--json", NULL } },
        { "too many operands", { "a", "b", NULL } },
        { "too many operands behind --", { "--", "a", "--yes", NULL } },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };
        struct args a;

        cr_expect_eq(parse(&d, &a, cases[i].words), ERR_USAGE, "%s", cases[i].name);
        cr_expect_neq(d.msg[0], '\0', "%s: no message", cases[i].name);
        cr_expect_null(a.values, "%s", cases[i].name);
    }
}

Test(args, values_flags_operands)
{
    static const char *const words[] = {
        "--rpc", "a", "--nonce=7", "--yes", "--rpc=b=c", "-", NULL
    };
    struct diag d = { 0 };
    struct args a;

    cr_assert_eq(parse(&d, &a, words), OK, "%s", d.msg);
    cr_expect_str_eq(args_get(&a, "nonce"), "7");
    cr_expect_str_eq(args_get_nth(&a, "rpc", 0), "a");
    cr_expect_str_eq(args_get_nth(&a, "rpc", 1), "b=c");
    cr_expect_null(args_get_nth(&a, "rpc", 2));
    cr_expect(args_flag(&a, "yes"));
    cr_expect_not(args_json(&a));
    cr_expect_eq(a.num_operands, 1);
    cr_expect_str_eq(a.operands[0], "-");
    args_free(&a);
}

Test(args, operand_that_looks_like_an_option)
{
    static const char *const words[] = { "--", "--yes", NULL };
    struct diag d = { 0 };
    struct args a;

    cr_assert_eq(parse(&d, &a, words), OK, "%s", d.msg);
    cr_expect_not(args_flag(&a, "yes"));
    cr_expect_str_eq(a.operands[0], "--yes");
    args_free(&a);
}

Test(args, required_option)
{
    static const char *const words[] = { "x", NULL };
    struct diag d = { 0 };
    struct args a;
    const char *text = NULL;

    cr_assert_eq(parse(&d, &a, words), OK, "%s", d.msg);
    cr_expect_eq(args_require(&d, &text, &a, "nonce"), ERR_USAGE);
    args_free(&a);
}

Test(args, options_of_a_subcommand)
{
    static const struct {
        const char *words[5];
        const char *allowed;
        enum err want;
    } cases[] = {
        { { NULL }, "", OK },
        { { "--json", NULL }, "", OK },
        { { "--nonce", "1", "--yes", NULL }, "yes nonce", OK },
        { { "--nonce", "1", NULL }, "nonces non once", ERR_USAGE },
        { { "--yes", "--nonce", "1", NULL }, "yes", ERR_USAGE },
        { { "--yes", NULL }, "", ERR_USAGE },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };
        struct args a;

        cr_assert_eq(parse(&d, &a, cases[i].words), OK);
        cr_expect_eq(args_check_sub(&d, &a, "sub", cases[i].allowed), cases[i].want, "%zu", i);
        args_free(&a);
    }
}
