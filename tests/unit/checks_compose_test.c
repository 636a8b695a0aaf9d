// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/verify_fixture.h"

/* The fixture's release: compose.yaml as it is, the rest compact in this order. */
#define RULES(form, newlines, name)                           \
    "compose:\n  form: " form "\n  final-newlines: " newlines \
    "\n  app: {manifest_version: 2, name: " name ", runner: docker-compose}\npolicy:\n"

static const struct {
    const char *name, *rules;
    enum verdict accounted, form, file, result;
} cases[] = {
    { "no rules", "policy:\n", NOT_CHECKED, NOT_CHECKED, PASS, PASS },
    { "as it should be", RULES("as-is", "keep", "web"), PASS, PASS, PASS, PASS },
    { "another name", RULES("as-is", "keep", "web2"), FAIL, PASS, PASS, FAIL },
    { "another form", RULES("phala-stored", "keep", "web"), PASS, FAIL, PASS, FAIL },
    { "another newline", RULES("as-is", "strip", "web"), FAIL, PASS, FAIL, FAIL },
};

Test(checks_compose, rules_of_the_profile)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct profile *profile = fixture_profile_with("policy:\n", cases[i].rules);
        struct proposal p = { 0 };

        fixture_proposal(&p, FIXTURE_SCHEDULE, profile);
        cr_expect_eq(fixture_check(&p, profile, "compose.accounted"), cases[i].accounted, "%s",
                     cases[i].name);
        cr_expect_eq(fixture_check(&p, profile, "compose.form"), cases[i].form, "%s",
                     cases[i].name);
        cr_expect_eq(fixture_check(&p, profile, "compose.file"), cases[i].file, "%s",
                     cases[i].name);
        cr_expect_eq(fixture_result(&p, profile), cases[i].result, "%s", cases[i].name);
        proposal_clear(&p);
        profile_free(profile);
    }
}

/* Rules without evidence: required, so that the result is no yes. */
Test(checks_compose, rules_need_evidence)
{
    static const char *const names[] = { EVIDENCE_APP_COMPOSE, EVIDENCE_COMPOSE };
    struct profile *profile = fixture_profile_with("policy:\n", RULES("as-is", "keep", "web"));

    for (size_t i = 0; i < 2; i++) {
        struct proposal p = { 0 };
        struct evidence_file *f = NULL;

        fixture_proposal(&p, FIXTURE_SCHEDULE, profile);
        for (size_t k = 0; k < p.num_files; k++) {
            if (strcmp(p.files[k].name, names[i]) == 0)
                f = &p.files[k];
        }
        cr_assert_not_null(f);
        f->name[0] = 'x';
        cr_expect_neq(fixture_check(&p, profile, "compose.accounted"), PASS, "%s", names[i]);
        cr_expect_neq(fixture_result(&p, profile), PASS, "%s", names[i]);
        proposal_clear(&p);
    }
    profile_free(profile);
}
