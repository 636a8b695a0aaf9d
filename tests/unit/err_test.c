// SPDX-License-Identifier: Apache-2.0
#include "src/base/err.h"

#include <criterion/criterion.h>
#include <string.h>

Test(err, exit_codes)
{
    static const struct {
        enum err e;
        int exit_code;
        const char *name;
    } cases[] = {
        { OK, 0, "ok" },
        { ERR_USAGE, 2, "usage" },
        { ERR_IO, 2, "io" },
        { ERR_NOMEM, 2, "nomem" },
        { ERR_FORMAT, 2, "format" },
        { ERR_LIMIT, 2, "limit" },
        { ERR_NETWORK, 2, "network" },
        { ERR_DEVICE, 2, "device" },
        { ERR_REFUSED, 3, "refused" },
        { ERR_MISMATCH, 1, "mismatch" },
        { ERR_UNSUPPORTED, 2, "unsupported" },
        { ERR_INTERNAL, 2, "internal" },
        { (enum err)99, 2, "internal" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cr_expect_eq(err_exit_code(cases[i].e), cases[i].exit_code, "%s", cases[i].name);
        cr_expect_str_eq(err_name(cases[i].e), cases[i].name);
    }
}

Test(err, prefix_goes_in_front)
{
    struct diag d = { 0 };

    cr_expect_eq(diag_set(&d, ERR_FORMAT, "bad %d", 7), ERR_FORMAT);
    cr_expect_eq(diag_prefix(&d, "file '%s'", "x"), ERR_FORMAT);
    cr_expect_eq(d.code, ERR_FORMAT);
    cr_expect_str_eq(d.msg, "file 'x': bad 7");
}

Test(err, set_keeps_the_hint)
{
    struct diag d = { 0 };

    diag_hint(&d, "try %s", "again");
    (void)diag_set(&d, ERR_IO, "no");
    cr_expect_str_eq(d.hint, "try again");
}

Test(err, long_texts_are_cut)
{
    struct diag d = { 0 };
    char text[3000];

    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    (void)diag_set(&d, ERR_IO, "%s", text);
    cr_expect_eq(strlen(d.msg), sizeof(d.msg) - 1);
    (void)diag_prefix(&d, "p");
    cr_expect_eq(strlen(d.msg), sizeof(d.msg) - 1);
    cr_expect_eq(strncmp(d.msg, "p: aaa", 6), 0);
    (void)diag_prefix(&d, "%s", text);
    cr_expect_eq(strlen(d.msg), sizeof(d.msg) - 1);
    diag_hint(&d, "%s", text);
    cr_expect_eq(strlen(d.hint), sizeof(d.hint) - 1);
}
