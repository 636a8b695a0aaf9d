// SPDX-License-Identifier: Apache-2.0
/* git.on-branch, git.signed: whose commit it is. git.commit is in checks_evidence.c. */
#include <string.h>

#include "src/base/term.h"
#include "verify/checks.h"
#include "verify/git_signed.h"

static bool has_commit(struct report *r, const char *id, const struct subject *s)
{
    if (s->context_ok && s->context.git_commit != NULL)
        return true;
    check_note(r, id, "the evidence names no commit");
    return false;
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
    const char *clone = s->options.repo != NULL ? s->options.repo : s->profile->git_clone;
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
        check_note(r, id, "%s is an ancestor of it (%zu commits in the evidence)", commit,
                   chain.num_commits);
    else if (chain.num_commits > 0)
        check_unknown(r, id,
                      "%s is an ancestor of %s (%zu commits in the evidence); that this is the "
                      "branch is the proposer's word: compare it, or give --repo",
                      commit, chain.tip, chain.num_commits);
}

/* --- git.signed ------------------------------------------------------------------------------- */

/* A pass, or why not. */
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
    if (e == OK && !gitobj_id_eq(is_tag ? &parts.target : &id, &commit))
        e = diag_set(why, ERR_MISMATCH, "it is not the commit");
    if (e == OK)
        e = git_signed_verify(why, &signer, &parts, p->git_signers, p->git_signers_len);
    if (e == OK) {
        buf_init(&who, 1024);
        buf_add_untrusted(&who, signer.principals, strlen(signer.principals));
        check_pass(r, "git.signed", "%s %s is signed by %s (%s, line %zu of the allowed signers)",
                   is_tag ? "tag" : "commit", gitobj_id_format(&id).s, buf_str(&who),
                   signer.fingerprint, signer.line);
        buf_clear(&who);
    }
    git_signed_clear(&parts);
    return e;
}

/* One good signature is enough: a release manager signs the tag of a developer's commit. */
static void check_signed(struct report *r, const struct subject *s)
{
    static const char *const names[] = { EVIDENCE_GIT_COMMIT, EVIDENCE_GIT_TAG };
    struct diag why[2] = { { .code = OK }, { .code = OK } };
    struct diag ignored = { 0 };

    if (!has_commit(r, "git.signed", s))
        return;
    if (s->profile->git_signers == NULL) {
        check_unknown(r, "git.signed", "the profile has no git.allowed-signers");
        return;
    }
    if (allowed_signers_check(&ignored, s->profile->git_signers, s->profile->git_signers_len) !=
        OK) {
        check_unknown(r, "git.signed", "%s", ignored.msg);
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        const struct evidence_file *file = proposal_file(s->proposal, names[i]);

        if (file != NULL && check_object(&why[i], r, s, file, i == 1) == OK)
            return;
    }
    for (size_t i = 0; i < 2; i++) {
        if (why[i].code == OK)
            continue;
        (void)diag_prefix(&why[i], "%s", i == 1 ? "tag" : "commit");
        /* a kind that is not known here may be good: the other one's "no" is not the last word */
        if (why[1 - i].code == ERR_UNSUPPORTED)
            check_note(r, "git.signed", "%s", why[i].msg);
        else
            check_error(r, "git.signed", &why[i]);
    }
    if (why[0].code == OK && why[1].code == OK)
        check_note(r, "git.signed", "the evidence has no commit");
}

void checks_git(struct report *r, const struct subject *s)
{
    if (report_applies(r, "git.on-branch"))
        check_branch(r, s);
    if (report_applies(r, "git.signed"))
        check_signed(r, s);
}
