// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/sigstore_fixture.h"

/* Each row names the check that has to say no: not only that one does. */
static void check_row(const struct json *table, const struct json *row)
{
    const char *name = json_string(json_get(row, "name"));
    const char *want = json_string(json_get(row, "want"));
    const char *error = json_string(json_get(row, "error"));
    bool yes = strcmp(want, "ok") == 0;
    struct sigstore_result r;
    struct sigstore_case c;
    struct diag d = { 0 };
    enum err e = ERR_INTERNAL;

    sigstore_case_load(&c, table, row);
    e = sigstore_verify(&d, &r, c.root, &c.request);
    if (error == NULL)
        error = yes ? "ok" : "mismatch";
    cr_expect_str_eq(e == OK ? "ok" : err_name(e), error, "%s: %s", name, d.msg);
    cr_expect_str_eq(sigstore_check_name(r.failed), yes ? "none" : want, "%s: %s", name, d.msg);
    cr_expect_eq(r.verified, yes, "%s", name);
    cr_expect_eq(e, d.code, "%s: the code of the message", name);
    cr_expect(yes || r.san == NULL, "%s: a field of what is not verified", name);
    sigstore_result_clear(&r);
    sigstore_case_clear(&c);
}

Test(sigstore_cases, the_check_that_says_no)
{
    struct json *table = fixture_json("fixtures/sigstore/cases.json");
    const struct json *rows = json_get(table, "cases");

    cr_assert_gt(json_len(rows), 150);
    for (size_t i = 0; i < json_len(rows); i++)
        check_row(table, json_at(rows, i));
    json_free(table);
}
