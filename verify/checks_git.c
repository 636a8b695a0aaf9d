// SPDX-License-Identifier: Apache-2.0
/* git.*: in which commit the reviewed file is, and whose that is. */
#include <string.h>

#include "src/base/clock.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "verify/checks.h"
#include "verify/git_signed.h"

static bool has_commit(struct report *r, const char *id, const struct subject *s)
{
    if (s->context_ok && s->context.git_commit != NULL && s->context.git_path != NULL)
        return true;
    check_note(r, id, "the evidence names no commit and path");
    return false;
}

static const char *clone_of(const struct subject *s)
{
    return s->options.repo != NULL ? s->options.repo : s->profile->git_clone;
}

/* --- git.commit ------------------------------------------------------------------------------- */

/* The profile's path, and no other: a good file may lie beside the one that is released. */
static void check_path(struct report *r, const struct subject *s)
{
    const char *wanted = s->profile->git_path;
    struct buf text;

    if (wanted == NULL || strcmp(wanted, s->context.git_path) == 0)
        return;
    buf_init(&text, 32 * 1024);
    buf_add_untrusted(&text, s->context.git_path, strlen(s->context.git_path));
    buf_add_str(&text, ", the profile's git.path is ");
    buf_add_untrusted(&text, wanted, strlen(wanted));
    check_fail(r, "git.commit", "it is about %s", buf_str(&text));
    buf_clear(&text);
}

/* Another repository's commit is as well-formed. With a branch, git.on-branch asks for more. */
static void check_clone(struct report *r, const struct subject *s)
{
    struct diag why = { 0 };

    if (clone_of(s) == NULL || s->profile->git_branch != NULL)
        return;
    if (git_clone_has(&why, clone_of(s), s->context.git_commit) != OK)
        check_error(r, "git.commit", &why);
    else
        check_note(r, "git.commit", "the commit is in the clone");
}

/* *time_s is the commit's, 0 if that could not be proved. */
static void check_commit(struct report *r, const struct subject *s, uint64_t *time_s)
{
    const struct evidence_file *file = proposal_file(s->proposal, EVIDENCE_COMPOSE);
    const struct proposal_context *c = &s->context;
    struct diag why = { 0 };
    struct buf path;

    if (!has_commit(r, "git.commit", s))
        return;
    if (file == NULL) {
        check_note(r, "git.commit", "the evidence holds no " EVIDENCE_COMPOSE);
        return;
    }
    if (git_verify(&why, time_s, s->proposal, c->git_commit, c->git_path, file->data,
                   file->data_len) != OK) {
        check_error(r, "git.commit", &why);
        return;
    }
    buf_init(&path, 16 * 1024);
    buf_add_untrusted(&path, c->git_path, strlen(c->git_path));
    check_pass(r, "git.commit", "%s in commit %s of %s%s", buf_str(&path), c->git_commit,
               clock_format_utc(*time_s).s,
               report_applies(r, "git.on-branch") || report_applies(r, "git.signed")
                   ? ""
                   : "; whose commit that is, and on which branch, was not checked");
    buf_clear(&path);
    check_path(r, s);
    check_clone(r, s);
}

/* --- git.age ---------------------------------------------------------------------------------- */

/* The latest tagger's time of the tags that lead to the commit; 0 without any. */
static uint64_t tagged_s(const struct subject *s)
{
    struct diag ignored = { 0 };
    uint64_t latest = 0;
    size_t num_tags = 0;

    if (git_tags_verify(&ignored, &num_tags, s->proposal, s->context.git_commit) != OK)
        return 0;
    for (size_t i = 0; i < num_tags; i++) {
        const struct evidence_file *file = NULL;
        struct gitobj_tag tag;
        char name[GIT_EVIDENCE_NAME_LEN];

        gitobj_evidence_name(name, GITOBJ_TAG, i);
        file = proposal_file(s->proposal, name);
        if (file != NULL && gitobj_tag_parse(&ignored, &tag, file->data, file->data_len) == OK &&
            tag.time_s > latest)
            latest = tag.time_s;
    }
    return latest;
}

static void check_commit_age(struct report *r, const struct subject *s, uint64_t committed)
{
    const char *id = "git.age";
    const uint64_t now = s->options.now_s;
    const uint64_t max = s->profile->policy.max_commit_age_s;
    const uint64_t tagged = has_commit(r, id, s) ? tagged_s(s) : 0;

    if (committed == 0 || now == 0)
        check_note(r, id, "there is no proven commit to judge");
    else if (committed > now && committed - now > CLOCK_DRIFT_S)
        check_fail(r, id, "the commit says %s, which is in the future",
                   clock_format_utc(committed).s);
    else if (tagged > now && tagged - now > CLOCK_DRIFT_S)
        check_fail(r, id, "the tag says %s, which is in the future", clock_format_utc(tagged).s);
    else if (max != 0 && now > committed && now - committed > max)
        check_fail(r, id, "the commit is from %s, %s old; policy.max-commit-age is %s",
                   clock_format_utc(committed).s, duration_format(now - committed).s,
                   duration_format(max).s);
    else
        check_pass(r, id, "%s, as the committer says%s", clock_format_utc(committed).s,
                   max != 0 ? "" : "; the policy has no max-commit-age");
}

/* --- git.on-branch ---------------------------------------------------------------------------- */

/* The commit, or what the evidence proves to come after it, in a clone that the signer trusts. */
static void compare_with_clone(struct report *r, const struct subject *s, const char *clone,
                               const char *commit, const struct git_branch *chain)
{
    const char *id = "git.on-branch";
    const char *ref = s->profile->git_branch;
    const char *wanted = chain->num_commits > 0 ? chain->tip : commit;
    struct diag why = { 0 };
    bool is_tip = false;

    if (ref == NULL)
        check_unknown(r, id, "the profile names no branch");
    else if (git_branch_contains(&why, &is_tip, clone, ref, wanted) != OK)
        check_error(r, id, &why);
    else
        check_pass(r, id, "commit %s is %s in the clone", wanted,
                   is_tip ? "the branch's tip" : "on the branch");
}

static void check_branch(struct report *r, const struct subject *s)
{
    const char *id = "git.on-branch";
    const char *clone = clone_of(s);
    struct git_branch chain = { .num_commits = 0 };
    const char *commit = NULL;
    struct diag why = { 0 };
    enum err e = ERR_INTERNAL;

    if (!has_commit(r, id, s))
        return;
    commit = s->context.git_commit;
    e = git_branch_verify(&why, &chain, s->proposal, commit);
    if (e != OK && (clone == NULL || e != ERR_USAGE)) {
        check_error(r, id, &why);
        return;
    }
    if (clone != NULL)
        compare_with_clone(r, s, clone, commit, &chain);
    if (chain.num_commits > 0 && clone != NULL)
        check_note(r, id, "%s was the tip before it (%zu commit%s in the evidence)", commit,
                   chain.num_commits, chain.num_commits == 1 ? "" : "s");
    else if (chain.num_commits > 0)
        check_unknown(r, id,
                      "%s was the tip before %s (%zu commits in the evidence); that this is the "
                      "branch is the proposer's word: compare it, or give --repo",
                      commit, chain.tip, chain.num_commits);
}

/* --- git.signed ------------------------------------------------------------------------------- */

/* The signature of the commit, or of a tag that git_tags_verify knows to lead to it. */
static enum err check_object(struct diag *why, struct report *r, const struct subject *s,
                             const struct evidence_file *file, bool is_tag)
{
    const struct profile *p = s->profile;
    struct ssh_signer signer = { .line = 0 };
    struct git_signed parts;
    struct gitobj_id id, commit;
    struct buf who;
    enum err e = is_tag ? git_signed_tag(why, &parts, file->data, file->data_len)
                        : git_signed_commit(why, &parts, file->data, file->data_len);

    if (e == OK && !gitobj_id_parse(&commit, s->context.git_commit, strlen(s->context.git_commit)))
        e = diag_set(why, ERR_FORMAT, "the commit's id is malformed");
    if (e == OK)
        e = gitobj_hash(why, &id, commit.len, is_tag ? GITOBJ_TAG : GITOBJ_COMMIT, file->data,
                        file->data_len);
    if (e == OK && !is_tag && !gitobj_id_eq(&id, &commit))
        e = diag_set(why, ERR_MISMATCH, "it is not the commit");
    if (e == OK)
        e = git_signed_verify(why, &signer, &parts, p->git_signers, p->git_signers_len);
    if (e == OK) {
        buf_init(&who, 1024);
        buf_add_untrusted(&who, signer.principals, strlen(signer.principals));
        check_pass(r, "git.signed",
                   "%s %s is signed by %s (%s, line %zu of the allowed signers); that covers %s, "
                   "its files and its history, no repository and no branch",
                   is_tag ? "tag" : "commit", gitobj_id_format(&id).s, buf_str(&who),
                   signer.fingerprint, signer.line, is_tag ? "the commit that it names" : "it");
        buf_clear(&who);
    }
    git_signed_clear(&parts);
    return e;
}

/* A signature names no repository: the profile's path and branch bind the commit to one. */
static void check_bound(struct report *r, const struct profile *p)
{
    if (p->git_branch == NULL)
        check_unknown(r, "git.signed",
                      "the profile has no git.branch: what the same people sign "
                      "for another repository would do");
    if (p->git_path == NULL)
        check_unknown(r, "git.signed",
                      "the profile has no git.path: another file of the commit "
                      "would do");
}

static bool is_open(const struct diag *why)
{
    return why->code != OK && why->code != ERR_MISMATCH && why->code != ERR_FORMAT;
}

static void report_unsigned(struct report *r, const struct diag *why, size_t num)
{
    bool any_open = false;

    for (size_t i = 0; i < num; i++)
        any_open |= is_open(&why[i]);
    for (size_t i = 0; i < num; i++) {
        struct diag words = why[i];

        if (words.code == OK)
            continue;
        (void)diag_prefix(&words, "%s", i == 0 ? "commit" : "tag");
        /* what is not known here may be good: another one's "no" is not the last word */
        if (any_open && !is_open(&words))
            check_note(r, "git.signed", "%s", words.msg);
        else
            check_error(r, "git.signed", &words);
    }
}

/* One good signature is enough: a release manager signs the tag of a developer's commit. */
static void check_any_signed(struct report *r, const struct subject *s)
{
    struct diag why[1 + LIMIT_GIT_TAGS] = { { .code = OK } };
    const struct evidence_file *file = proposal_file(s->proposal, EVIDENCE_GIT_COMMIT);
    struct diag broken = { 0 };
    size_t num_tags = 0;

    if (file == NULL) {
        check_note(r, "git.signed", "the evidence has no commit");
        return;
    }
    if (git_tags_verify(&broken, &num_tags, s->proposal, s->context.git_commit) != OK) {
        check_fail(r, "git.signed", "the tags do not lead to the commit: %s", broken.msg);
        return;
    }
    for (size_t i = 0; i <= num_tags; i++) {
        char name[GIT_EVIDENCE_NAME_LEN];

        if (i > 0) {
            gitobj_evidence_name(name, GITOBJ_TAG, i - 1);
            file = proposal_file(s->proposal, name);
        }
        if (file != NULL && check_object(&why[i], r, s, file, i > 0) == OK)
            return;
    }
    report_unsigned(r, why, num_tags + 1);
}

static void check_signed(struct report *r, const struct subject *s)
{
    struct diag why = { 0 };

    if (!has_commit(r, "git.signed", s))
        return;
    if (s->profile->git_signers == NULL) {
        check_unknown(r, "git.signed", "the profile has no git.allowed-signers");
        return;
    }
    if (allowed_signers_check(&why, s->profile->git_signers, s->profile->git_signers_len) != OK) {
        check_unknown(r, "git.signed", "%s", why.msg);
        return;
    }
    check_bound(r, s->profile);
    check_any_signed(r, s);
}

void checks_git(struct report *r, const struct subject *s)
{
    uint64_t committed = 0;

    if (report_applies(r, "git.commit"))
        check_commit(r, s, &committed);
    if (report_applies(r, "git.age"))
        check_commit_age(r, s, committed);
    if (report_applies(r, "git.on-branch"))
        check_branch(r, s);
    if (report_applies(r, "git.signed"))
        check_signed(r, s);
}
