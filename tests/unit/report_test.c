// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/json.h"
#include "verify/report.h"

static void make(struct report *r)
{
    struct diag d = { 0 };

    cr_assert_eq(report_init(&d, r), OK, "%s", d.msg);
}

Test(report, nothing_checked_is_no_yes)
{
    struct report r;

    make(&r);
    cr_expect_eq(report_result(&r), UNKNOWN, "a report without a required check is no yes");
    report_apply(&r, "tx.hash", true);
    cr_expect_eq(report_result(&r), UNKNOWN);
    cr_expect_eq(report_exit_code(&r), 2);
    report_clear(&r);
}

/* Each row: verdicts of a required and an optional check. */
static const struct {
    const char *name;
    enum verdict required;
    enum verdict optional;
    enum verdict want;
    int code;
} results[] = {
    { "required failed", FAIL, PASS, FAIL, 1 },
    { "optional failed", PASS, FAIL, FAIL, 1 },
    { "both failed", FAIL, FAIL, FAIL, 1 },
    { "required unknown", UNKNOWN, PASS, UNKNOWN, 2 },
    { "required not checked", NOT_CHECKED, PASS, UNKNOWN, 2 },
    { "failure beats unknown", UNKNOWN, FAIL, FAIL, 1 },
    { "optional unknown", PASS, UNKNOWN, PASS, 0 },
    { "optional not checked", PASS, NOT_CHECKED, PASS, 0 },
    { "both passed", PASS, PASS, PASS, 0 },
};

static void give(struct report *r, const char *id, enum verdict v)
{
    if (v == PASS)
        check_pass(r, id, "good");
    else if (v == FAIL)
        check_fail(r, id, "bad");
    else if (v == UNKNOWN)
        check_unknown(r, id, "who knows");
    else
        check_note(r, id, "later");
}

Test(report, results)
{
    for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
        struct report r;

        make(&r);
        report_apply(&r, "tx.hash", true);
        report_apply(&r, "sig.threshold", false);
        give(&r, "tx.hash", results[i].required);
        give(&r, "sig.threshold", results[i].optional);
        cr_expect_eq(report_result(&r), results[i].want, "%s", results[i].name);
        cr_expect_eq(report_exit_code(&r), results[i].code, "%s", results[i].name);
        report_clear(&r);
    }
}

Test(report, a_verdict_only_gets_worse)
{
    static const struct {
        enum verdict first, second, want;
    } rows[] = {
        { FAIL, PASS, FAIL },        { FAIL, UNKNOWN, FAIL },     { UNKNOWN, PASS, UNKNOWN },
        { UNKNOWN, FAIL, FAIL },     { PASS, FAIL, FAIL },        { PASS, UNKNOWN, UNKNOWN },
        { PASS, NOT_CHECKED, PASS }, { NOT_CHECKED, PASS, PASS },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct report r;

        make(&r);
        give(&r, "tx.gas", rows[i].first);
        give(&r, "tx.gas", rows[i].second);
        cr_expect_eq(report_check(&r, "tx.gas")->verdict, rows[i].want, "row %zu", i);
        report_clear(&r);
    }
}

/* What does not fit hides nothing that does. */
Test(report, a_long_detail_keeps_its_beginning)
{
    struct report r;
    struct diag d = { 0 };
    char *text = calloc(1, 40000);
    const struct buf *detail = NULL;

    cr_assert_not_null(text);
    for (size_t i = 0; i + 2 < 40000; i += 2)
        memcpy(text + i, "\xc3\xa9", 2);
    cr_assert_eq(report_init(&d, &r), OK);
    check_fail(&r, "tx.gas", "first");
    check_fail(&r, "tx.gas", "%s", text);
    check_fail(&r, "tx.gas", "third");
    detail = &report_check(&r, "tx.gas")->detail;
    cr_assert(buf_ok(detail));
    cr_expect_gt(detail->len, 16000);
    cr_expect_eq(strncmp(buf_str(detail), "first; \xc3\xa9", 9), 0);
    cr_expect_not_null(strstr(buf_str(detail), "\xc3\xa9 ... (more than can be shown here)"));
    cr_expect_null(strstr(buf_str(detail), "third"));
    cr_expect_eq(report_check(&r, "tx.gas")->verdict, FAIL);
    report_clear(&r);
    free(text);
}

Test(report, details_are_joined_and_errors_are_escaped)
{
    struct diag d = { .code = ERR_NETWORK, .msg = "no answer\x1b[2J" };
    struct report r;

    make(&r);
    check_fail(&r, "tx.gas", "first %d", 1);
    check_fail(&r, "tx.gas", "second");
    cr_expect_str_eq(buf_str(&report_check(&r, "tx.gas")->detail), "first 1; second");
    check_error(&r, "chain.agree", &d);
    cr_expect_eq(report_check(&r, "chain.agree")->verdict, UNKNOWN);
    cr_expect_str_eq(buf_str(&report_check(&r, "chain.agree")->detail), "no answer\\x1b[2J");
    d.code = ERR_MISMATCH;
    check_error(&r, "chain.agree", &d);
    cr_expect_eq(report_check(&r, "chain.agree")->verdict, FAIL);
    report_clear(&r);
}

Test(report, a_check_that_does_not_apply_is_left_out)
{
    struct report r;
    struct json *j = NULL;

    make(&r);
    report_apply(&r, "tx.hash", true);
    check_pass(&r, "tx.hash", "good");
    j = report_json(&r);
    cr_expect_eq(json_len(json_get(j, "checks")), 1);
    cr_expect_str_eq(json_string(json_get(j, "verdict")), "pass");
    json_free(j);
    report_clear(&r);
}

Test(report, catalogue_ids_are_unique_and_complete)
{
    for (size_t i = 0; check_info_at(i) != NULL; i++) {
        const struct check_info *info = check_info_at(i);

        cr_expect_eq(check_info_find(info->id), info, "%s", info->id);
        cr_expect(strchr(info->question, '?') != NULL, "%s", info->id);
    }
    cr_expect_null(check_info_find("tx"));
    cr_expect_null(check_info_find(""));
}
