// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "verify/git.h"

#define LEN(table) (sizeof(table) / sizeof((table)[0]))
#define FILE_PATH  "deploy/prod/compose.yaml"

/*
 * libgit2 1.5.1 leaks a little for each entry in the configuration of a repository whose format
 * version is 1, when it looks for extensions (git_config_foreach_match). The same for valgrind is
 * in tests/valgrind.supp.
 */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_options(void);

const char *__lsan_default_suppressions(void)
{
    return "leak:libpcre2-8.so\n";
}

const char *__lsan_default_options(void)
{
    return "print_suppressions=0"; /* "make asan" takes any output for a failure */
}

/* A directory with the repositories of fixtures/git/make_repo.sh; removed with remove_scratch. */
struct scratch {
    char dir[64];
};

/* Run "<before><dir><after>" with the shell. */
static void shell(const char *before, const char *dir, const char *after)
{
    char command[512];

    (void)snprintf(command, sizeof(command), "%s%s%s", before, dir, after);
    cr_assert_eq(system(command), 0, "%s", command);
}

static struct scratch make_scratch(void)
{
    struct scratch s = { "build/git-test-XXXXXX" };

    (void)mkdir("build", 0777);
    cr_assert_not_null(mkdtemp(s.dir));
    shell("fixtures/git/make_repo.sh ", s.dir, "");
    return s;
}

static void remove_scratch(const struct scratch *s)
{
    shell("rm -rf ", s->dir, "");
}

/* What "git -C DIR/<repo> <arguments>" prints. */
static void git(struct buf *out, const struct scratch *s, const char *repo, const char *arguments)
{
    char command[512];
    uint8_t piece[256];
    size_t n = 0;
    FILE *f = NULL;

    (void)snprintf(command, sizeof(command), "git -C %s/%s %s", s->dir, repo, arguments);
    buf_init(out, 64 * 1024);
    cr_assert_not_null(f = popen(command, "r"));
    while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
        buf_add(out, piece, n);
    cr_assert_eq(pclose(f), 0, "%s", command);
}

static enum err collect(struct diag *d, struct git_file *out, struct proposal *p,
                        const struct scratch *s, const char *repo, const char *rev,
                        const char *path)
{
    char dir[128];

    *d = (struct diag){ 0 };
    *p = (struct proposal){ 0 };
    (void)snprintf(dir, sizeof(dir), "%s/%s", s->dir, repo);
    return git_collect(d, out, p, dir, rev, path);
}

static void expect_evidence(const struct proposal *p, const char *name, const struct scratch *s,
                            const char *arguments)
{
    const struct evidence_file *f = proposal_file(p, name);
    struct buf content;

    cr_assert_not_null(f, "%s", name);
    git(&content, s, "work", arguments);
    cr_expect_eq(f->data_len, content.len, "%s", name);
    cr_expect(f->data_len == content.len && memcmp(f->data, content.data, content.len) == 0, "%s",
              name);
    buf_clear(&content);
}

Test(git, evidence_is_what_git_shows)
{
    struct scratch s = make_scratch();
    struct diag d;
    struct proposal p;
    struct git_file f;
    struct buf text;
    uint64_t time_s = 0;

    cr_assert_eq(collect(&d, &f, &p, &s, "work", "v1", FILE_PATH), OK, "%s", d.msg);
    git(&text, &s, "work", "rev-parse v1^{commit}");
    cr_expect_eq(strncmp(buf_str(&text), f.commit, 40), 0);
    buf_clear(&text);
    git(&text, &s, "work", "cat-file blob v1:" FILE_PATH);
    cr_expect_str_eq(buf_str(&text), "services:\n  app:\n    image: new\r\n");
    cr_assert_eq(text.len, f.content_len);
    cr_expect_eq(memcmp(text.data, f.content, text.len), 0);
    buf_clear(&text);
    cr_expect_eq(f.commit_time_s, 1700000100);
    cr_expect_eq(p.num_files, 5);
    expect_evidence(&p, "git/tag", &s, "cat-file tag v1");
    expect_evidence(&p, "git/commit", &s, "cat-file commit v1");
    expect_evidence(&p, "git/tree-0", &s, "cat-file tree v1^{tree}");
    expect_evidence(&p, "git/tree-1", &s, "cat-file tree v1:deploy");
    expect_evidence(&p, "git/tree-2", &s, "cat-file tree v1:deploy/prod");
    cr_expect_eq(git_verify(&d, &time_s, &p, f.commit, FILE_PATH, f.content, f.content_len), OK,
                 "%s", d.msg);
    cr_expect_eq(time_s, 1700000100);
    git_file_clear(&f);
    proposal_clear(&p);
    remove_scratch(&s);
}

static const struct {
    const char *repo, *rev, *path;
} good[] = {
    { "work", "HEAD", FILE_PATH },         { "work/.git", "HEAD", FILE_PATH },
    { "work", "main", "side.txt" },        { "work", "refs/heads/side", FILE_PATH },
    { "work", "v1", "top.yaml" },          { "work", "HEAD~1", "deploy/run.sh" },
    { "work", "main^2", "side.txt" },      { "work", "HEAD", "empty" },
    { "work", "c403a47", "top.yaml" },     { "work", "HEAD^2~1", FILE_PATH },
    { "work", "HEAD", "deploy.d/x" },      { "work", "HEAD", "deploy-x" },
    { "worktree", "HEAD", FILE_PATH },     { "bare.git", "main", FILE_PATH },
    { "packed.git", "main", FILE_PATH },   { "packed.git", "v1", "deploy/run.sh" },
    { "shallow", "HEAD", FILE_PATH },      { "extended", "HEAD", FILE_PATH },
    { "sha256", "HEAD", FILE_PATH },       { "sha256", "v1", FILE_PATH },
    { "sha256.git", "main~1", FILE_PATH }, { "sha256.git", "v1", FILE_PATH },
};

Test(git, every_form_of_repository)
{
    struct scratch s = make_scratch();

    for (size_t i = 0; i < LEN(good); i++) {
        struct diag d;
        struct proposal p;
        struct git_file f;
        struct buf id, blob;
        char arguments[128];

        cr_assert_eq(collect(&d, &f, &p, &s, good[i].repo, good[i].rev, good[i].path), OK,
                     "%s %s %s: %s", good[i].repo, good[i].rev, good[i].path, d.msg);
        (void)snprintf(arguments, sizeof(arguments), "rev-parse '%s^{commit}'", good[i].rev);
        git(&id, &s, good[i].repo, arguments);
        cr_expect_eq(strncmp(buf_str(&id), f.commit, strlen(f.commit)), 0, "%s", good[i].repo);
        (void)snprintf(arguments, sizeof(arguments), "cat-file blob '%s:%s'", good[i].rev,
                       good[i].path);
        git(&blob, &s, good[i].repo, arguments);
        cr_expect_eq(blob.len, f.content_len, "%s", good[i].path);
        cr_expect(blob.len == 0 || memcmp(blob.data, f.content, blob.len) == 0, "%s", good[i].path);
        buf_clear(&blob);
        buf_clear(&id);
        git_file_clear(&f);
        proposal_clear(&p);
    }
    remove_scratch(&s);
}

static const struct {
    const char *name, *repo, *rev, *path;
    enum err want;
} refusals[] = {
    { "symbolic link", "work", "HEAD", "link", ERR_FORMAT },
    { "through a symbolic link", "work", "HEAD", "dirlink/run.sh", ERR_FORMAT },
    { "submodule", "work", "HEAD", "sub", ERR_FORMAT },
    { "inside a submodule", "work", "HEAD", "sub/x", ERR_FORMAT },
    { "directory", "work", "HEAD", "deploy/prod", ERR_FORMAT },
    { "through a file", "work", "HEAD", "top.yaml/x", ERR_FORMAT },
    { "no such file", "work", "HEAD", "deploy/prod/none", ERR_USAGE },
    { "no such directory", "work", "HEAD", "none/compose.yaml", ERR_USAGE },
    { "not yet in that commit", "work", "HEAD~2", "top.yaml", ERR_USAGE },
    { "other case", "work", "HEAD", "Top.yaml", ERR_USAGE },
    { "empty path", "work", "HEAD", "", ERR_USAGE },
    { "absolute path", "work", "HEAD", "/top.yaml", ERR_USAGE },
    { "dot", "work", "HEAD", "./top.yaml", ERR_USAGE },
    { "dot dot", "work", "HEAD", "deploy/../top.yaml", ERR_USAGE },
    { "double slash", "work", "HEAD", "deploy//run.sh", ERR_USAGE },
    { "slash at the end", "work", "HEAD", "deploy/prod/", ERR_USAGE },
    { "git directory", "work", "HEAD", ".git/config", ERR_USAGE },
    { "line break", "work", "HEAD", "top.yaml\n", ERR_USAGE },
    { "not UTF-8", "work", "HEAD", "top\xff", ERR_USAGE },
    { "no such revision", "work", "none", "top.yaml", ERR_USAGE },
    { "empty revision", "work", "", "top.yaml", ERR_USAGE },
    { "a blob as revision", "work", "HEAD:top.yaml", "top.yaml", ERR_USAGE },
    { "a file in a revision", "work", "HEAD~1:top.yaml", "top.yaml", ERR_USAGE },
    { "no such parent", "work", "HEAD~99", "top.yaml", ERR_USAGE },
    { "unknown id", "work", "0123456789012345678901234567890123456789", "top.yaml", ERR_USAGE },
    { "the id of a blob", "work", "bf1a1fdefa3c7f4b0180a75a951e9574662a8bc8", "top.yaml",
      ERR_USAGE },
    { "an id too short", "work", "c40", "top.yaml", ERR_USAGE },
    { "a tree as revision", "work", "HEAD^{tree}", "top.yaml", ERR_USAGE },
    { "an option as revision", "work", "--all", "top.yaml", ERR_USAGE },
    { "cut off by a shallow clone", "shallow", "HEAD~1", "top.yaml", ERR_USAGE },
    { "no such repository", "none", "HEAD", "top.yaml", ERR_USAGE },
    { "below the work tree", "work/deploy", "HEAD", "top.yaml", ERR_USAGE },
    { "SHA-256, no such file", "sha256", "HEAD", "top.yaml", ERR_USAGE },
    { "SHA-256, symbolic link", "sha256", "HEAD", "link", ERR_FORMAT },
    { "SHA-256, no such revision", "sha256", "none", FILE_PATH, ERR_USAGE },
    { "SHA-256, an option as revision", "sha256", "--all", FILE_PATH, ERR_USAGE },
    { "SHA-256, two revisions", "sha256", "HEAD\nHEAD", FILE_PATH, ERR_USAGE },
    { "SHA-256, a tree as revision", "sha256", "HEAD^{tree}", FILE_PATH, ERR_USAGE },
};

Test(git, refusals)
{
    struct scratch s = make_scratch();

    for (size_t i = 0; i < LEN(refusals); i++) {
        struct diag d;
        struct proposal p;
        struct git_file f;
        enum err e = collect(&d, &f, &p, &s, refusals[i].repo, refusals[i].rev, refusals[i].path);

        cr_expect_eq(e, refusals[i].want, "%s: got %d (%s)", refusals[i].name, (int)e, d.msg);
        cr_expect_eq(d.code, e, "%s", refusals[i].name);
        cr_expect_null(f.content, "%s", refusals[i].name);
        cr_expect_str_empty(f.commit, "%s", refusals[i].name);
        proposal_clear(&p);
    }
    remove_scratch(&s);
}

/* A replacement ref or the user's configuration must not change what a commit is. */
Test(git, replacement_refs_are_not_followed)
{
    struct scratch s = make_scratch();
    struct diag d;
    struct proposal p;
    struct git_file f;
    struct buf ignored;

    git(&ignored, &s, "work", "replace main side");
    buf_clear(&ignored);
    cr_assert_eq(collect(&d, &f, &p, &s, "work", "main", "top.yaml"), OK, "%s", d.msg);
    cr_expect_eq(f.content_len, 4);
    git_file_clear(&f);
    proposal_clear(&p);
    remove_scratch(&s);
}

/* A tag of a tag: both are evidence, in their order, and nothing else is. */
Test(git, tags_of_tags)
{
    struct scratch s = make_scratch();
    struct diag d;
    struct proposal p;
    struct git_file f;
    size_t num_tags = 0;
    struct evidence_file *first = NULL, *second = NULL;

    shell("cd ", s.dir,
          "/work && export GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@b && "
          "git tag -a -m outer outer v1 2>/dev/null && git tag -a -m tree of-tree HEAD^{tree} && "
          "git tag -a -m blob of-blob HEAD:top.yaml");
    cr_assert_eq(collect(&d, &f, &p, &s, "work", "outer", FILE_PATH), OK, "%s", d.msg);
    expect_evidence(&p, "git/tag", &s, "cat-file tag outer");
    expect_evidence(&p, "git/tag-1", &s, "cat-file tag v1");
    cr_expect_eq(git_tags_verify(&d, &num_tags, &p, f.commit), OK, "%s", d.msg);
    cr_expect_eq(num_tags, 2);
    for (size_t i = 0; i < p.num_files; i++) {
        if (strcmp(p.files[i].name, "git/tag") == 0)
            first = &p.files[i];
        if (strcmp(p.files[i].name, "git/tag-1") == 0)
            second = &p.files[i];
    }
    cr_assert(first != NULL && second != NULL);
    for (size_t at = 0; at < second->data_len; at++) {
        second->data[at] ^= 1;
        cr_expect_neq(git_tags_verify(&d, &num_tags, &p, f.commit), OK, "byte %zu", at);
        second->data[at] ^= 1;
    }
    memcpy(second->name, "git/tag-2", 10); /* a gap */
    cr_expect_eq(git_tags_verify(&d, &num_tags, &p, f.commit), ERR_MISMATCH);
    memcpy(second->name, "git/other", 10); /* the outer one alone names no commit */
    cr_expect_eq(git_tags_verify(&d, &num_tags, &p, f.commit), ERR_MISMATCH);
    git_file_clear(&f);
    proposal_clear(&p);
    cr_expect_eq(collect(&d, &f, &p, &s, "work", "of-tree", FILE_PATH), ERR_USAGE);
    proposal_clear(&p);
    cr_expect_eq(collect(&d, &f, &p, &s, "work", "of-blob", FILE_PATH), ERR_USAGE);
    proposal_clear(&p);
    remove_scratch(&s);
}

/* The words are those of what is the matter. */
Test(git, what_a_partial_clone_or_an_unknown_format_lacks)
{
    struct scratch s = make_scratch();
    struct diag d;
    struct proposal p;
    struct git_file f;

    (void)signal(SIGPIPE, SIG_IGN);
    shell(
        "cd ", s.dir,
        " && git -C work config uploadpack.allowFilter true && git clone -q -n --filter=blob:none "
        "\"file://$PWD/work\" partial 2>/dev/null && git clone -q work odd 2>/dev/null && "
        "git -C odd config core.repositoryformatversion 1 && git -C odd config "
        "extensions.refStorage reftable");
    cr_expect_eq(collect(&d, &f, &p, &s, "partial", "HEAD", FILE_PATH), ERR_IO);
    cr_expect_not_null(strstr(d.msg, "missing here: shallow and partial clones"), "%s", d.msg);
    proposal_clear(&p);
    cr_expect_eq(collect(&d, &f, &p, &s, "odd", "HEAD", FILE_PATH), ERR_UNSUPPORTED);
    cr_expect_not_null(strstr(d.msg, "refstorage"), "%s", d.msg);
    cr_expect_not_null(strstr(d.msg, "git command refuses it"), "%s", d.msg);
    proposal_clear(&p);
    remove_scratch(&s);
}

Test(git, whether_a_clone_has_a_commit)
{
    static const struct {
        const char *repo, *commit;
        enum err want;
    } cases[] = {
        { "work", NULL, OK },
        { "bare.git", NULL, OK },
        { "work", "0123456789012345678901234567890123456789", ERR_MISMATCH },
        { "shallow", "0123456789012345678901234567890123456789", ERR_IO },
        { "sha256", "0123456789012345678901234567890123456789", ERR_IO },
        { "work", "bf1a1fdefa3c7f4b0180a75a951e9574662a8bc8", ERR_FORMAT }, /* a blob */
        { "work", "0123", ERR_FORMAT },
        { "none", NULL, ERR_USAGE },
    };
    struct scratch s = make_scratch();
    struct buf id;

    git(&id, &s, "work", "rev-parse HEAD~1");
    for (size_t i = 0; i < LEN(cases); i++) {
        struct diag d = { 0 };
        char path[128], commit[41];
        enum err e = OK;

        (void)snprintf(path, sizeof(path), "%s/%s", s.dir, cases[i].repo);
        (void)snprintf(commit, sizeof(commit), "%.40s",
                       cases[i].commit != NULL ? cases[i].commit : buf_str(&id));
        e = git_clone_has(&d, path, commit);
        cr_expect_eq(e, cases[i].want, "row %zu: got %d (%s)", i, (int)e, d.msg);
    }
    buf_clear(&id);
    remove_scratch(&s);
}

Test(git, a_corrupt_object_is_not_taken)
{
    struct scratch s = make_scratch();
    struct diag d;
    struct proposal p;
    struct git_file f;

    /* the blob's file holds another valid object */
    shell("cd ", s.dir,
          "/work && at() { git rev-parse HEAD:$1 | sed 's|^..|.git/objects/&/|'; } && "
          "rm -f $(at top.yaml) && cp $(at side.txt) $(at top.yaml)");
    cr_expect_eq(collect(&d, &f, &p, &s, "work", "HEAD", "top.yaml"), ERR_IO, "%s", d.msg);
    cr_expect_null(f.content);
    proposal_clear(&p);
    remove_scratch(&s);
}

/* --- verification --------------------------------------------------------------------------- */

struct proven {
    struct scratch scratch;
    struct proposal p;
    struct git_file f;
};

static void prove(struct proven *v)
{
    struct diag d;

    v->scratch = make_scratch();
    cr_assert_eq(collect(&d, &v->f, &v->p, &v->scratch, "work", "v1^{commit}", FILE_PATH), OK, "%s",
                 d.msg);
    remove_scratch(&v->scratch);
}

static enum err check(const struct proven *v)
{
    struct diag d = { 0 };

    return git_verify(&d, NULL, &v->p, v->f.commit, FILE_PATH, v->f.content, v->f.content_len);
}

static void proven_clear(struct proven *v)
{
    git_file_clear(&v->f);
    proposal_clear(&v->p);
}

Test(git, every_flipped_byte_is_seen)
{
    struct proven v;

    prove(&v);
    cr_assert_eq(check(&v), OK);
    for (size_t i = 0; i < v.p.num_files; i++) {
        for (size_t at = 0; at < v.p.files[i].data_len; at++) {
            v.p.files[i].data[at] ^= (uint8_t)(1U << at % 8);
            cr_expect_eq(check(&v), ERR_MISMATCH, "%s byte %zu", v.p.files[i].name, at);
            v.p.files[i].data[at] ^= (uint8_t)(1U << at % 8);
        }
    }
    for (size_t at = 0; at < v.f.content_len; at++) {
        v.f.content[at] ^= (uint8_t)(1U << at % 8);
        cr_expect_eq(check(&v), ERR_MISMATCH, "content byte %zu", at);
        v.f.content[at] ^= (uint8_t)(1U << at % 8);
    }
    cr_assert_eq(check(&v), OK);
    proven_clear(&v);
}

Test(git, every_truncation_is_seen)
{
    struct proven v;

    prove(&v);
    for (size_t i = 0; i < v.p.num_files; i++) {
        const size_t whole = v.p.files[i].data_len;

        for (size_t len = 0; len < whole; len++) {
            v.p.files[i].data_len = len;
            cr_expect_eq(check(&v), ERR_MISMATCH, "%s at %zu", v.p.files[i].name, len);
        }
        v.p.files[i].data_len = whole;
    }
    for (size_t len = v.f.content_len; len-- > 0;) {
        v.f.content_len = len;
        cr_expect_eq(check(&v), ERR_MISMATCH, "content at %zu", len);
    }
    proven_clear(&v);
}

Test(git, claims_that_the_evidence_does_not_bear)
{
    static const struct {
        const char *name, *commit, *path;
        enum err want;
    } claims[] = {
        { "another commit", "0123456789012345678901234567890123456789", FILE_PATH, ERR_MISMATCH },
        { "commit in capitals", "ABCDEF6789012345678901234567890123456789", FILE_PATH, ERR_FORMAT },
        { "commit cut short", "0123456", FILE_PATH, ERR_FORMAT },
        { "no commit", "", FILE_PATH, ERR_FORMAT },
        { "another file", NULL, "deploy/prod/compose.yml", ERR_MISMATCH },
        { "shorter path", NULL, "deploy/prod", ERR_FORMAT },
        { "longer path", NULL, FILE_PATH "/x", ERR_FORMAT },
        { "another file of the first tree", NULL, "top.yaml", ERR_MISMATCH },
        { "path with a dot", NULL, "deploy/./prod/compose.yaml", ERR_FORMAT },
        { "absolute path", NULL, "/" FILE_PATH, ERR_FORMAT },
        { "empty path", NULL, "", ERR_FORMAT },
    };
    struct proven v;

    prove(&v);
    for (size_t i = 0; i < LEN(claims); i++) {
        struct diag d = { 0 };
        uint64_t time_s = 1;
        enum err e =
            git_verify(&d, &time_s, &v.p, claims[i].commit != NULL ? claims[i].commit : v.f.commit,
                       claims[i].path, v.f.content, v.f.content_len);

        cr_expect_eq(e, claims[i].want, "%s: got %d (%s)", claims[i].name, (int)e, d.msg);
        cr_expect_eq(time_s, 0, "%s", claims[i].name);
    }
    proven_clear(&v);
}

Test(git, missing_and_surplus_evidence)
{
    struct diag d = { 0 };
    struct proven v;
    struct proposal less = { 0 };

    prove(&v);
    for (size_t skip = 0; skip < v.p.num_files; skip++) {
        for (size_t i = 0; i < v.p.num_files; i++) {
            if (i != skip)
                cr_assert_eq(proposal_add_file(&d, &less, v.p.files[i].name, v.p.files[i].data,
                                               v.p.files[i].data_len),
                             OK);
        }
        cr_expect_eq(
            git_verify(&d, NULL, &less, v.f.commit, FILE_PATH, v.f.content, v.f.content_len),
            ERR_MISMATCH, "without %s", v.p.files[skip].name);
        proposal_clear(&less);
    }
    cr_assert_eq(proposal_add_file(&d, &v.p, "git/tree-3", "", 0), OK);
    cr_expect_eq(check(&v), ERR_MISMATCH);
    proven_clear(&v);
}
