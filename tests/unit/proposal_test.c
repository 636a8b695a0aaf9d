// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "safe/proposal.h"
#include "src/base/file.h"
#include "src/base/limits.h"

#define LEN(table) (sizeof(table) / sizeof((table)[0]))

static const struct {
    const char *name;
    enum err want;
} names[] = {
    { "", ERR_FORMAT },
    { "/etc/passwd", ERR_FORMAT },
    { "../up", ERR_FORMAT },
    { "a/../b", ERR_FORMAT },
    { "a/..", ERR_FORMAT },
    { "a..b", ERR_FORMAT },
    { "a/./b", ERR_FORMAT },
    { ".hidden", ERR_FORMAT },
    { "git/.hidden", ERR_FORMAT },
    { "a//b", ERR_FORMAT },
    { "a/", ERR_FORMAT },
    { "-rf", ERR_FORMAT },
    { "a/-rf", ERR_FORMAT },
    { "Capital", ERR_FORMAT },
    { "a b", ERR_FORMAT },
    { "a\nb", ERR_FORMAT },
    { "a\\b", ERR_FORMAT },
    { "a:b", ERR_FORMAT },
    { "a\x7f", ERR_FORMAT },
    { "\xc3\xa4", ERR_FORMAT },
    { "context.json", OK },
    { "git/tree-0", OK },
    { "image/SHA256_ab.sigstore.json", OK },
    { "0", OK },
};

Test(proposal, evidence_names)
{
    for (size_t i = 0; i < LEN(names); i++) {
        struct diag d = { 0 };
        struct proposal p = { 0 };
        enum err e = proposal_add_file(&d, &p, names[i].name, "x", 1);

        cr_expect_eq(e, names[i].want, "'%s': got %d (%s)", names[i].name, (int)e, d.msg);
        cr_expect_eq(p.num_files, e == OK ? 1 : 0, "'%s'", names[i].name);
        proposal_clear(&p);
    }
}

Test(proposal, evidence_name_length)
{
    struct diag d = { 0 };
    struct proposal p = { 0 };
    char name[EVIDENCE_NAME_MAX + 2];

    memset(name, 'a', sizeof(name));
    name[EVIDENCE_NAME_MAX + 1] = '\0';
    cr_expect_eq(proposal_add_file(&d, &p, name, "x", 1), ERR_FORMAT);
    name[EVIDENCE_NAME_MAX] = '\0';
    cr_expect_eq(proposal_add_file(&d, &p, name, "x", 1), OK, "%s", d.msg);
    proposal_clear(&p);
}

Test(proposal, files_are_sorted_and_unique)
{
    static const char *const order[] = { "b", "a", "git/tree-10", "git/tree-1", "c", "git-x" };
    static const char *const sorted[] = { "a", "b", "c", "git-x", "git/tree-1", "git/tree-10" };
    struct diag d = { 0 };
    struct proposal p = { 0 };

    for (size_t i = 0; i < LEN(order); i++)
        cr_assert_eq(proposal_add_file(&d, &p, order[i], order[i], strlen(order[i])), OK, "%s",
                     d.msg);
    cr_expect_eq(proposal_add_file(&d, &p, "c", "other", 5), ERR_FORMAT);
    cr_assert_eq(p.num_files, LEN(sorted));
    for (size_t i = 0; i < LEN(sorted); i++) {
        cr_expect_str_eq(p.files[i].name, sorted[i]);
        cr_expect_eq(memcmp(p.files[i].data, sorted[i], p.files[i].data_len), 0);
        cr_expect_eq(proposal_file(&p, sorted[i]), &p.files[i]);
    }
    cr_expect_null(proposal_file(&p, "git"));
    proposal_clear(&p);
}

Test(proposal, evidence_limits)
{
    struct diag d = { 0 };
    struct proposal p = { 0 };
    uint8_t *big = calloc(1, LIMIT_EVIDENCE_BYTES);
    char name[16];

    cr_assert_not_null(big);
    cr_assert_eq(proposal_add_file(&d, &p, "a", big, LIMIT_EVIDENCE_BYTES), OK, "%s", d.msg);
    cr_expect_eq(proposal_add_file(&d, &p, "b", "x", 1), ERR_LIMIT);
    cr_expect_eq(proposal_add_file(&d, &p, "empty", "", 0), OK, "%s", d.msg);
    for (size_t i = p.num_files; i < LIMIT_EVIDENCE_FILES; i++) {
        (void)snprintf(name, sizeof(name), "f%zu", i);
        cr_assert_eq(proposal_add_file(&d, &p, name, "", 0), OK, "%s", d.msg);
    }
    cr_expect_eq(proposal_add_file(&d, &p, "z", "", 0), ERR_LIMIT);
    proposal_clear(&p);
    free(big);
}

Test(proposal, a_new_file_ends_the_claimed_manifest)
{
    struct diag d = { 0 };
    struct proposal p;

    cr_assert_eq(proposal_load(&d, &p, "fixtures/proposal/direct.json"), OK, "%s", d.msg);
    cr_assert_not_null(p.claimed_manifest);
    cr_assert_eq(proposal_add_file(&d, &p, "x", "x", 1), OK, "%s", d.msg);
    cr_expect_null(p.claimed_manifest);
    proposal_clear(&p);
}

Test(proposal, action_words)
{
    static const char *const bad[] = { "", "-a", ".a", "a b", "a/b", "a\x1b", "\342\200\256a" };
    struct diag d = { 0 };
    struct proposal p = { 0 };
    char word[ACTION_WORD_MAX + 2];

    for (size_t i = 0; i < LEN(bad); i++) {
        cr_expect_eq(proposal_add_action(&d, &p, bad[i], "app"), ERR_FORMAT, "'%s'", bad[i]);
        cr_expect_eq(proposal_add_action(&d, &p, "call", bad[i]), ERR_FORMAT, "'%s'", bad[i]);
    }
    memset(word, 'a', sizeof(word));
    word[ACTION_WORD_MAX + 1] = '\0';
    cr_expect_eq(proposal_add_action(&d, &p, word, "app"), ERR_FORMAT);
    cr_expect_eq(p.num_actions, 0);
    for (size_t i = 0; i < LIMIT_CALLS; i++)
        cr_assert_eq(proposal_add_action(&d, &p, "call", "app"), OK, "%s", d.msg);
    cr_expect_eq(proposal_add_action(&d, &p, "call", "app"), ERR_LIMIT);
    proposal_clear(&p);
}

Test(proposal, signatures_are_sorted_and_replaced)
{
    static const uint8_t order[] = { 5, 1, 9, 3 };
    static const uint8_t sorted[] = { 1, 3, 5, 9 };
    struct diag d = { 0 };
    struct proposal p = { 0 };
    struct address a = { { 0 } };
    uint8_t data[65] = { 0 };

    for (size_t i = 0; i < LEN(order); i++) {
        a.b[0] = data[0] = order[i];
        cr_assert_eq(proposal_add_signature(&d, &p, &a, "EOA", data, sizeof(data)), OK, "%s",
                     d.msg);
    }
    cr_assert_eq(p.num_signatures, LEN(sorted));
    for (size_t i = 0; i < LEN(sorted); i++) {
        cr_expect_eq(p.signatures[i].signer.b[0], sorted[i]);
        cr_expect_eq(p.signatures[i].data[0], sorted[i]);
    }
    a.b[0] = 3;
    data[0] = 77;
    cr_assert_eq(proposal_add_signature(&d, &p, &a, "ETH_SIGN", data, sizeof(data)), OK);
    cr_assert_eq(p.num_signatures, LEN(sorted));
    cr_expect_eq(p.signatures[1].data[0], 77);
    cr_expect_str_eq(p.signatures[1].kind, "ETH_SIGN");
    proposal_clear(&p);
}

Test(proposal, signature_refusals)
{
    static const char *const bad[] = { "", "NONE", "eoa", "EOA ", "CONTRACT_SIGNATURE_AND_MORE_X" };
    static const uint8_t data[LIMIT_SIGNATURE_BYTES + 1] = { 0 };
    struct diag d = { 0 };
    struct proposal p = { 0 };
    struct address a = { { 0 } };

    for (size_t i = 0; i < LEN(bad); i++)
        cr_expect_eq(proposal_add_signature(&d, &p, &a, bad[i], data, 65), ERR_FORMAT, "'%s'",
                     bad[i]);
    cr_expect_eq(proposal_add_signature(&d, &p, &a, "EOA", data, sizeof(data)), ERR_LIMIT);
    for (size_t i = 0; i < LIMIT_SIGNATURES; i++) {
        a.b[1] = (uint8_t)i;
        cr_assert_eq(proposal_add_signature(&d, &p, &a, "EOA", data, 65), OK, "%s", d.msg);
    }
    cr_expect_eq(proposal_add_signature(&d, &p, &a, "EOA", data, 65), OK, "replaces");
    a.b[0] = 1;
    cr_expect_eq(proposal_add_signature(&d, &p, &a, "EOA", data, 65), ERR_LIMIT);
    proposal_clear(&p);
}

Test(proposal, steps)
{
    for (int s = STEP_SCHEDULE; s <= STEP_REJECT; s++)
        cr_expect_eq(step_parse(step_name((enum step)s)), (enum step)s);
    cr_expect_eq(step_parse("none"), STEP_NONE);
    cr_expect_eq(step_parse(""), STEP_NONE);
    cr_expect_eq(step_parse("Schedule"), STEP_NONE);
}

Test(proposal, save_and_load)
{
    struct diag d = { 0 };
    struct proposal p, q;
    struct buf a, b;
    char path[] = "/tmp/countersign-proposal-XXXXXX";
    int fd = mkstemp(path);

    cr_assert_geq(fd, 0);
    (void)close(fd);
    buf_init(&a, LIMIT_PROPOSAL_BYTES);
    buf_init(&b, LIMIT_PROPOSAL_BYTES);
    cr_assert_eq(proposal_load(&d, &p, "fixtures/proposal/schedule.json"), OK, "%s", d.msg);
    cr_assert_eq(proposal_save(&d, &p, path), OK, "%s", d.msg);
    cr_assert_eq(proposal_load(&d, &q, path), OK, "%s", d.msg);
    cr_assert_eq(proposal_write(&d, &a, &p), OK, "%s", d.msg);
    cr_assert_eq(proposal_write(&d, &b, &q), OK, "%s", d.msg);
    cr_expect_str_eq(buf_str(&a), buf_str(&b));
    proposal_clear(&q);
    cr_expect_eq(proposal_load(&d, &q, "/nonexistent/p.json"), ERR_IO);
    (void)unlink(path);
    buf_clear(&a);
    buf_clear(&b);
    proposal_clear(&p);
}
