// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "tests/unit/verify_fixture.h"

Test(checks_sig, signatures_are_counted_once_and_of_owners_only)
{
    struct profile *profile = fixture_profile();
    struct proposal p;

    fixture_proposal(&p, FIXTURE_SCHEDULE, profile);
    p.num_signatures--;
    free(p.signatures[p.num_signatures].data);
    cr_expect_eq(fixture_check(&p, profile, "sig.threshold"), NOT_CHECKED, "1 of 2");
    cr_expect_eq(fixture_result(&p, profile), UNKNOWN, "1 of 2 can not be executed");
    fixture_sign(&p, 4);
    cr_expect_eq(fixture_check(&p, profile, "sig.owner"), PASS, "a delegate may sign");
    cr_expect_eq(fixture_check(&p, profile, "sig.threshold"), NOT_CHECKED, "but does not count");
    fixture_sign(&p, 5);
    cr_expect_eq(fixture_check(&p, profile, "sig.owner"), FAIL, "a stranger may not");
    proposal_clear(&p);
    profile_free(profile);
}

static bool says(const struct proposal *p, const struct profile *profile, const char *id,
                 const char *words)
{
    struct verification v;
    bool found = false;

    fixture_verify(&v, p, profile);
    found = strstr(buf_str(&report_check(&v.report, id)->detail), words) != NULL;
    verification_clear(&v);
    return found;
}

Test(checks_sig, what_can_be_judged_here_is_not_left_to_the_chain)
{
    struct profile *profile = fixture_profile();
    struct proposal p;

    fixture_proposal(&p, FIXTURE_SCHEDULE, profile);
    cr_expect(says(&p, profile, "sig.valid", "2, over 0x"));
    cr_expect_not(says(&p, profile, "sig.valid", "chain"));
    cr_expect(says(&p, profile, "sig.threshold", "2 of 2"));
    proposal_clear(&p);
    profile_free(profile);
}

Test(checks_sig, a_repeated_signature_is_one)
{
    struct profile *profile = fixture_profile();
    struct proposal p;

    fixture_proposal(&p, FIXTURE_SCHEDULE, profile);
    free(p.signatures[1].data);
    p.signatures[1] = p.signatures[0];
    p.signatures[1].data = bytes_dup(p.signatures[0].data, p.signatures[0].data_len);
    cr_expect_eq(fixture_check(&p, profile, "sig.unique"), FAIL);
    cr_expect_eq(fixture_check(&p, profile, "sig.threshold"), NOT_CHECKED);
    proposal_clear(&p);
    profile_free(profile);
}

Test(checks_sig, an_approval_is_for_the_chain_to_judge)
{
    struct profile *profile = fixture_profile();
    struct proposal p;
    uint8_t approved[65] = { 0 };
    struct address owner;

    fixture_proposal(&p, FIXTURE_SCHEDULE, profile);
    owner = profile->owners[2];
    memcpy(approved + 12, owner.b, sizeof(owner.b));
    approved[64] = 1;
    NEED(proposal_add_signature(d, &p, &owner, "APPROVED_HASH", approved, sizeof(approved)));
    cr_expect_eq(fixture_check(&p, profile, "sig.valid"), PASS);
    cr_expect(says(&p, profile, "sig.valid", "1 of them for the chain to judge"));
    cr_expect_eq(fixture_check(&p, profile, "sig.threshold"), PASS, "the other two are enough");
    cr_expect_eq(fixture_check(&p, profile, "chain.signatures"), NOT_CHECKED);
    cr_expect_eq(fixture_result(&p, profile), UNKNOWN, "nobody asked the chain");
    proposal_clear(&p);
    profile_free(profile);
}

Test(checks_sig, another_transaction_under_the_nonce)
{
    struct profile *profile = fixture_profile();

    for (int kind = 0; kind < 2; kind++) {
        struct journal_entry earlier = { { { 1 } }, { { 2 } } };
        struct verify_options options = {
            .now_s = FIXTURE_NOW_S, .has_journal = true, .earlier = &earlier, .num_earlier = 1
        };
        struct verification v;
        struct proposal p;

        fixture_proposal(&p, kind == 0 ? FIXTURE_SCHEDULE : FIXTURE_REJECT, profile);
        NEED(verify_proposal(d, &v, &p, profile, &options, NULL, 0));
        cr_expect_eq(report_check(&v.report, "sig.nonce")->verdict, FAIL, "also for a rejection");
        verification_clear(&v);
        proposal_clear(&p);
    }
    profile_free(profile);
}
