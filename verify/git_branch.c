// SPDX-License-Identifier: Apache-2.0
/* "This commit is on the first-parent line of that tip", as the commits in between. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/limits.h"
#include "verify/git.h"
#include "verify/git_repo.h"

/* --- the walk -------------------------------------------------------------------------------- */

/* The commits from a tip along first parents: what the tip was, one step after the other. What came
 * in with a merge is behind a second parent, and was never the tip. */
struct walk {
    struct git_repo *repo;
    struct gitobj_id goal;
    size_t max;            /* commits to look at */
    struct gitobj_id *ids; /* LIMIT_GIT_CHAIN: the first ones; NULL: not kept */
    size_t num;            /* commits looked at */
};

static enum err read_commit(struct diag *d, struct gitobj_commit *out, struct git_repo *repo,
                            const struct gitobj_id *id)
{
    const uint8_t *data = NULL;
    size_t data_len = 0;
    enum err e =
        git_repo_read(d, repo, &data, &data_len, GITOBJ_COMMIT, id, LIMIT_GIT_OBJECT_BYTES);

    return e == OK ? gitobj_commit_parse(d, out, data, data_len) : e;
}

static enum err not_found(struct diag *d, const struct walk *w, const struct gitobj_id *tip,
                          enum err e)
{
    const struct gitobj_id_text goal = gitobj_id_format(&w->goal);
    const struct gitobj_id_text from = gitobj_id_format(tip);

    if (e == ERR_IO) /* what a shallow clone lacks */
        return diag_set(d, e, "commit %s was not found behind %s: commits are missing here", goal.s,
                        from.s);
    if (e == ERR_LIMIT)
        return diag_set(d, e, "commit %s is not within %zu first parents behind %s: over the limit",
                        goal.s, w->max - 1, from.s);
    diag_hint(d, "fetch, if that clone is old; a commit that came in with a merge never was the "
                 "branch's tip: take the merge");
    return diag_set(d, ERR_MISMATCH, "commit %s is no ancestor of %s along first parents", goal.s,
                    from.s);
}

/* OK: the goal is the last one looked at. */
static enum err walk_run(struct diag *d, struct walk *w, const struct gitobj_id *tip)
{
    struct gitobj_id at = *tip;

    while (w->num < w->max) {
        struct diag why = { 0 };
        struct gitobj_commit commit;
        enum err e = OK;

        if (w->ids != NULL)
            w->ids[w->num] = at;
        w->num++;
        if (gitobj_id_eq(&at, &w->goal))
            return OK;
        e = read_commit(&why, &commit, w->repo, &at);
        if (e == ERR_IO)
            return not_found(d, w, tip, e);
        if (e != OK) {
            *d = why;
            return e;
        }
        if (!gitobj_commit_parent(&at, &commit, 0))
            return not_found(d, w, tip, ERR_MISMATCH);
    }
    return not_found(d, w, tip, ERR_LIMIT);
}

static enum err walk_from_ref(struct diag *d, struct walk *w, const char *ref,
                              const char *commit_id)
{
    struct gitobj_id tip;
    enum err e = ERR_INTERNAL;

    if (!gitobj_id_parse(&w->goal, commit_id, strlen(commit_id)))
        return diag_set(d, ERR_FORMAT, "'%.80s' is no commit id", commit_id);
    if ((e = git_repo_ref(d, w->repo, &tip, ref)) != OK)
        return diag_prefix(d, "branch");
    return walk_run(d, w, &tip);
}

/* --- collecting ------------------------------------------------------------------------------ */

static void evidence_name(char out[static GIT_EVIDENCE_NAME_LEN], size_t index)
{
    (void)snprintf(out, GIT_EVIDENCE_NAME_LEN, EVIDENCE_GIT_BRANCH "%zu", index);
}

static enum err add_chain(struct diag *d, struct proposal *p, const struct walk *w)
{
    enum err e = OK;

    for (size_t i = 0; e == OK && i < w->num; i++) {
        const uint8_t *data = NULL;
        size_t data_len = 0;
        char name[GIT_EVIDENCE_NAME_LEN];

        evidence_name(name, i);
        e = git_repo_read(d, w->repo, &data, &data_len, GITOBJ_COMMIT, &w->ids[i],
                          LIMIT_GIT_OBJECT_BYTES);
        if (e == OK)
            e = proposal_add_file(d, p, name, data, data_len);
    }
    return e;
}

enum err git_branch_collect(struct diag *d, struct proposal *p, const char *repo, const char *ref,
                            const char *commit_id)
{
    struct walk w = { .max = LIMIT_GIT_CHAIN };
    enum err e = git_repo_open(d, &w.repo, repo);

    if (e != OK)
        return e;
    if ((w.ids = calloc(LIMIT_GIT_CHAIN, sizeof(*w.ids))) == NULL)
        e = diag_set(d, ERR_NOMEM, "out of memory");
    else if ((e = walk_from_ref(d, &w, ref, commit_id)) == OK)
        e = add_chain(d, p, &w);
    free(w.ids);
    git_repo_close(w.repo);
    return e;
}

enum err git_branch_contains(struct diag *d, bool *is_tip, const char *repo, const char *ref,
                             const char *commit_id)
{
    struct walk w = { .max = LIMIT_GIT_VISITED };
    enum err e = ERR_INTERNAL;

    *is_tip = false;
    if ((e = git_repo_open(d, &w.repo, repo)) != OK)
        return e;
    if ((e = walk_from_ref(d, &w, ref, commit_id)) == OK)
        *is_tip = w.num == 1;
    git_repo_close(w.repo);
    return e;
}

enum err git_clone_has(struct diag *d, const char *repo, const char *commit_id)
{
    struct gitobj_commit ignored;
    struct git_repo *r = NULL;
    struct gitobj_id id;
    enum err e = ERR_INTERNAL;

    if (!gitobj_id_parse(&id, commit_id, strlen(commit_id)))
        return diag_set(d, ERR_FORMAT, "'%.80s' is no commit id", commit_id);
    if ((e = git_repo_open(d, &r, repo)) != OK)
        return e;
    if (git_repo_lacks(r, &id)) {
        diag_hint(d, "fetch, if the clone is old");
        e = diag_set(d, ERR_MISMATCH, "commit %s is not in the clone", commit_id);
    } else {
        e = read_commit(d, &ignored, r, &id);
    }
    git_repo_close(r);
    return e;
}

/* --- verifying ------------------------------------------------------------------------------- */

static size_t count_chain(const struct proposal *p)
{
    size_t count = 0;

    for (size_t i = 0; i < p->num_files; i++)
        count += strncmp(p->files[i].name, EVIDENCE_GIT_BRANCH, strlen(EVIDENCE_GIT_BRANCH)) == 0;
    return count;
}

static bool has_first_parent(const struct gitobj_commit *c, const struct gitobj_id *id)
{
    struct gitobj_id parent;

    return gitobj_commit_parent(&parent, c, 0) && gitobj_id_eq(&parent, id);
}

/* From the commit up: each file is a commit whose first parent is the one below it. */
static enum err verify_chain(struct diag *d, struct gitobj_id *tip, const struct proposal *p,
                             const struct gitobj_id *commit, size_t count)
{
    struct gitobj_id below = *commit;
    struct gitobj_commit parsed;
    enum err e = OK;

    for (size_t i = count; e == OK && i-- > 0;) {
        const struct evidence_file *file = NULL;
        char name[GIT_EVIDENCE_NAME_LEN];

        evidence_name(name, i);
        if ((file = proposal_file(p, name)) == NULL)
            return diag_set(d, ERR_MISMATCH, "evidence has no '%s'", name);
        if ((e = gitobj_hash(d, tip, commit->len, GITOBJ_COMMIT, file->data, file->data_len)) !=
                OK ||
            (e = gitobj_commit_parse(d, &parsed, file->data, file->data_len)) != OK)
            return e;
        if (i + 1 == count ? !gitobj_id_eq(tip, commit) : !has_first_parent(&parsed, &below))
            return diag_set(
                d, ERR_MISMATCH, "%s is commit %s, %s is not %s", name, gitobj_id_format(tip).s,
                i + 1 == count ? "which" : "whose first parent", gitobj_id_format(&below).s);
        below = *tip;
    }
    return e;
}

enum err git_branch_verify(struct diag *d, struct git_branch *out, const struct proposal *p,
                           const char *commit_id)
{
    struct gitobj_id commit;
    struct gitobj_id tip;
    size_t count = count_chain(p);
    enum err e = ERR_INTERNAL;

    *out = (struct git_branch){ .num_commits = 0 };
    if (!gitobj_id_parse(&commit, commit_id, strlen(commit_id)))
        return diag_set(d, ERR_FORMAT, "'%.80s' is no commit id", commit_id);
    if (count == 0)
        return diag_set(d, ERR_USAGE, "the evidence has no commits of the branch");
    if ((e = verify_chain(d, &tip, p, &commit, count)) != OK)
        return e;
    memcpy(out->tip, gitobj_id_format(&tip).s, sizeof(out->tip));
    out->num_commits = count;
    return OK;
}
