// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/limits.h"
#include "verify/git.h"

#define LEN(table) (sizeof(table) / sizeof((table)[0]))

/* The repositories of fixtures/git/make_repo.sh, and "long": 300 commits in a row. */
struct scratch {
    char dir[64];
};

static void shell(const char *command)
{
    cr_assert_eq(system(command), 0, "%s", command);
}

static struct scratch make_scratch(void)
{
    struct scratch s = { "build/git-branch-XXXXXX" };
    char command[1024];

    (void)mkdir("build", 0777);
    cr_assert_not_null(mkdtemp(s.dir));
    (void)snprintf(
        command, sizeof(command),
        "set -e; fixtures/git/make_repo.sh %s; cd %s; git init -q -b main long; "
        "for i in $(seq 300); do printf 'commit refs/heads/main\\ncommitter A <a@b> %%s "
        "+0000\\ndata 1\\nx\\n' $((1700000000 + i)); done | git -C long fast-import "
        "--quiet; "
        "for r in work sha256; do git -C $r update-ref refs/tags/refs/heads/planted main; "
        "done; git -C work symbolic-ref refs/heads/symbolic refs/heads/main; "
        "git -C work replace main~1 side; git -C work rev-parse side >work/.git/info/grafts",
        s.dir, s.dir);
    shell(command);
    return s;
}

static void remove_scratch(const struct scratch *s)
{
    char command[128];

    (void)snprintf(command, sizeof(command), "rm -rf %s", s->dir);
    shell(command);
}

/* The first line that "git -C DIR/<repo> <arguments>" prints; "" if it fails. */
static void git(char out[static 128], const struct scratch *s, const char *repo,
                const char *arguments)
{
    char command[512];
    FILE *f = NULL;

    (void)snprintf(command, sizeof(command), "git -C %s/%s %s 2>/dev/null", s->dir, repo,
                   arguments);
    out[0] = '\0';
    cr_assert_not_null(f = popen(command, "r"));
    if (fgets(out, 128, f) == NULL)
        out[0] = '\0';
    out[strcspn(out, "\n")] = '\0';
    (void)pclose(f);
}

static const struct {
    const char *repo, *ref, *rev; /* rev of the repository "work", "long" or "sha256" */
    enum err want;
    size_t num_commits;
} rows[] = {
    { "work", "refs/heads/main", "main", OK, 1 },
    { "work", "refs/heads/main", "v1", OK, 2 },
    { "work", "refs/heads/main", "side", ERR_MISMATCH, 0 }, /* it came in with a merge */
    { "work", "refs/heads/main", "main^2", ERR_MISMATCH, 0 },
    { "work", "refs/tags/v1", "v1", ERR_USAGE, 0 }, /* no branch */
    { "work", "refs/heads/symbolic", "v1", OK, 2 },
    { "work", "heads/main", "v1", ERR_USAGE, 0 },
    { "work", "refs/heads/planted", "v1", ERR_USAGE,
      0 }, /* refs/tags/refs/heads/planted is there */
    { "sha256", "refs/heads/planted", "v1", ERR_USAGE, 0 },
    { "sha256", "refs/tags/v1", "v1", ERR_USAGE, 0 },
    { "work", "refs/heads/main", "v1~1", OK, 3 },
    { "work", "refs/heads/side", "v1~1", OK, 2 },
    { "bare.git", "refs/heads/main", "v1", OK, 2 },
    { "packed.git", "refs/heads/main", "v1~1", OK, 3 },
    { "worktree", "refs/heads/main", "v1", OK, 2 },
    { "extended", "refs/remotes/origin/main", "v1", OK, 2 },
    { "shallow", "refs/remotes/origin/main", "main", OK, 1 },
    { "shallow", "refs/remotes/origin/main", "v1~1", ERR_IO, 0 },
    { "work", "refs/heads/side", "v1", ERR_MISMATCH, 0 },
    { "work", "refs/heads/side", "main", ERR_MISMATCH, 0 },
    { "work", "refs/heads/none", "v1", ERR_USAGE, 0 },
    { "work/deploy", "refs/heads/main", "v1", ERR_USAGE, 0 },
    { "sha256", "refs/heads/main", "v1", OK, 2 },
    { "sha256.git", "refs/heads/main", "main", OK, 1 },
    { "long", "refs/heads/main", "main~10", OK, 11 },
    { "long", "refs/heads/main", "main~255", OK, 256 },
    { "long", "refs/heads/main", "main~256", ERR_LIMIT, 0 },
};

Test(git_branch, collected_and_verified_as_git_says)
{
    struct scratch s = make_scratch();

    for (size_t i = 0; i < LEN(rows); i++) {
        const char *from = strcmp(rows[i].repo, "long") == 0         ? "long"
                           : strncmp(rows[i].repo, "sha256", 6) == 0 ? "sha256"
                                                                     : "work";
        struct diag d = { 0 };
        struct proposal p = { 0 };
        struct git_branch branch;
        char commit[128], tip[128], arguments[128], path[128];
        bool is_tip = false;
        enum err e = OK;

        (void)snprintf(arguments, sizeof(arguments), "rev-parse %s^{commit}", rows[i].rev);
        git(commit, &s, from, arguments);
        (void)snprintf(arguments, sizeof(arguments), "rev-parse %s", rows[i].ref);
        git(tip, &s, rows[i].repo, arguments);
        (void)snprintf(path, sizeof(path), "%s/%s", s.dir, rows[i].repo);
        e = git_branch_collect(&d, &p, path, rows[i].ref, commit);
        cr_expect_eq(e, rows[i].want, "row %zu: got %d (%s)", i, (int)e, d.msg);
        cr_expect_eq(p.num_files, rows[i].num_commits, "row %zu: %zu", i, p.num_files);
        if (e == OK) {
            cr_expect_eq(git_branch_verify(&d, &branch, &p, commit), OK, "row %zu: %s", i, d.msg);
            cr_expect_str_eq(branch.tip, tip, "row %zu", i);
            cr_expect_eq(branch.num_commits, rows[i].num_commits);
        }
        e = git_branch_contains(&d, &is_tip, path, rows[i].ref, commit);
        cr_expect_eq(e, rows[i].want == ERR_LIMIT ? OK : rows[i].want, "row %zu: got %d (%s)", i,
                     (int)e, d.msg);
        cr_expect_eq(is_tip, rows[i].num_commits == 1, "row %zu", i);
        proposal_clear(&p);
    }
    remove_scratch(&s);
}

/* What came in with a merge was never the tip, whatever chain of parents leads to it. */
Test(git_branch, a_commit_in_the_middle_of_a_merged_branch_by_its_second_parent)
{
    static const char *const revs[] = { "main", "main^2" };
    struct scratch s = make_scratch();
    struct proposal p = { 0 };
    struct diag d = { 0 };
    struct git_branch branch;
    char commit[128];

    for (size_t i = 0; i < LEN(revs); i++) {
        uint8_t object[4096];
        char command[256], name[32];
        FILE *f = NULL;
        size_t n = 0;

        (void)snprintf(command, sizeof(command),
                       "git --no-replace-objects -C %s/work cat-file commit %s", s.dir, revs[i]);
        (void)snprintf(name, sizeof(name), "git/branch-%zu", i);
        cr_assert_not_null(f = popen(command, "r"));
        n = fread(object, 1, sizeof(object), f);
        (void)pclose(f);
        cr_assert_eq(proposal_add_file(&d, &p, name, object, n), OK);
    }
    git(commit, &s, "work", "rev-parse main^2");
    cr_expect_eq(git_branch_verify(&d, &branch, &p, commit), ERR_MISMATCH, "%s", d.msg);
    cr_expect_not_null(strstr(d.msg, "whose first parent is not"), "%s", d.msg);
    proposal_clear(&p);
    remove_scratch(&s);
}

static void collect_chain(struct proposal *p, char commit[static 128])
{
    struct scratch s = make_scratch();
    struct diag d = { 0 };
    char path[128];

    *p = (struct proposal){ 0 };
    git(commit, &s, "work", "rev-parse v1~1");
    (void)snprintf(path, sizeof(path), "%s/work", s.dir);
    cr_assert_eq(git_branch_collect(&d, p, path, "refs/heads/main", commit), OK, "%s", d.msg);
    cr_assert_eq(p->num_files, 3);
    remove_scratch(&s);
}

/* The tip's own id is free: who changes it names another tip, and the caller shows that. */
Test(git_branch, every_flipped_byte_breaks_the_chain_or_names_another_tip)
{
    struct diag d = { 0 };
    struct proposal p;
    struct git_branch branch;
    char commit[128];
    char tip[GIT_ID_TEXT_LEN];

    collect_chain(&p, commit);
    cr_assert_eq(git_branch_verify(&d, &branch, &p, commit), OK);
    memcpy(tip, branch.tip, sizeof(tip));
    for (size_t i = 0; i < p.num_files; i++) {
        for (size_t at = 0; at < p.files[i].data_len; at++) {
            p.files[i].data[at] ^= (uint8_t)(1U << at % 8);
            if (git_branch_verify(&d, &branch, &p, commit) == OK) {
                cr_expect_eq(i, 0, "file %zu byte %zu", i, at);
                cr_expect_str_neq(branch.tip, tip, "byte %zu", at);
            }
            p.files[i].data[at] ^= (uint8_t)(1U << at % 8);
        }
    }
    proposal_clear(&p);
}

Test(git_branch, missing_surplus_and_exchanged_commits)
{
    struct diag d = { 0 };
    struct proposal p;
    struct proposal other = { 0 };
    struct git_branch branch;
    char commit[128];

    collect_chain(&p, commit);
    for (size_t skip = 0; skip < p.num_files; skip++) {
        for (size_t i = 0; i < p.num_files; i++) {
            if (i != skip)
                cr_assert_eq(proposal_add_file(&d, &other, p.files[i].name, p.files[i].data,
                                               p.files[i].data_len),
                             OK);
        }
        cr_expect_eq(git_branch_verify(&d, &branch, &other, commit), ERR_MISMATCH, "without %zu",
                     skip);
        cr_expect_str_empty(branch.tip);
        proposal_clear(&other);
    }
    for (size_t i = 0; i < 3; i++) { /* the middle twice, and in any order */
        static const size_t orders[3][3] = { { 1, 0, 2 }, { 0, 2, 1 }, { 0, 0, 2 } };

        for (size_t j = 0; j < 3; j++)
            cr_assert_eq(proposal_add_file(&d, &other, p.files[j].name, p.files[orders[i][j]].data,
                                           p.files[orders[i][j]].data_len),
                         OK);
        cr_expect_eq(git_branch_verify(&d, &branch, &other, commit), ERR_MISMATCH, "order %zu", i);
        proposal_clear(&other);
    }
    cr_assert_eq(proposal_add_file(&d, &p, "git/branch-3", p.files[2].data, p.files[2].data_len),
                 OK);
    cr_expect_eq(git_branch_verify(&d, &branch, &p, commit), ERR_MISMATCH);
    cr_expect_eq(git_branch_verify(&d, &branch, &p, "c403a47"), ERR_FORMAT);
    cr_expect_eq(git_branch_verify(&d, &branch, &other, commit), ERR_USAGE);
    proposal_clear(&p);
}
