// SPDX-License-Identifier: Apache-2.0
/* "This commit is an ancestor of that tip", as the commits in between. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/limits.h"
#include "verify/git.h"
#include "verify/git_repo.h"

/* --- the search ------------------------------------------------------------------------------ */

/* A commit that was seen; from is the index of the child that led to it. Breadth first, so the
 * first way that is found is a shortest one. */
struct seen {
    struct gitobj_id id;
    size_t from;
    size_t depth;
};

struct search {
    struct git_repo *repo;
    struct gitobj_id goal;
    size_t max_depth;
    struct seen *list; /* LIMIT_GIT_VISITED, in the order in which they were seen */
    size_t num_list;
    size_t *slots; /* NUM_SLOTS: index into list and one, by id; 0 is empty */
    bool cut;      /* something was left out: a limit, or a shallow clone's missing parents */
    bool missing;
};
#define NUM_SLOTS (4 * LIMIT_GIT_VISITED)

static bool search_start(struct search *s)
{
    s->list = calloc(LIMIT_GIT_VISITED, sizeof(*s->list));
    s->slots = calloc(NUM_SLOTS, sizeof(*s->slots));
    return s->list != NULL && s->slots != NULL;
}

static void search_clear(struct search *s)
{
    free(s->list);
    free(s->slots);
}

/* Ids are hashes already. */
static size_t *slot_of(const struct search *s, const struct gitobj_id *id)
{
    uint32_t h =
        (uint32_t)id->b[0] << 24 | (uint32_t)id->b[1] << 16 | (uint32_t)id->b[2] << 8 | id->b[3];
    size_t at = h % NUM_SLOTS;

    while (s->slots[at] != 0 && !gitobj_id_eq(&s->list[s->slots[at] - 1].id, id))
        at = (at + 1) % NUM_SLOTS;
    return &s->slots[at];
}

static void see(struct search *s, const struct gitobj_id *id, size_t from, size_t depth)
{
    size_t *slot = slot_of(s, id);

    if (*slot != 0)
        return;
    if (s->num_list == LIMIT_GIT_VISITED || depth > s->max_depth) {
        s->cut = true;
        return;
    }
    s->list[s->num_list] = (struct seen){ *id, from, depth };
    *slot = ++s->num_list;
}

static enum err see_parents(struct diag *d, struct search *s, size_t at)
{
    struct diag why = { 0 };
    struct gitobj_commit commit;
    struct gitobj_id parent;
    const uint8_t *data = NULL;
    size_t data_len = 0;
    enum err e = git_repo_read(&why, s->repo, &data, &data_len, GITOBJ_COMMIT, &s->list[at].id,
                               LIMIT_GIT_OBJECT_BYTES);

    if (e == ERR_IO) { /* what a shallow clone lacks */
        s->missing = true;
        return OK;
    }
    if (e == OK)
        e = gitobj_commit_parse(&why, &commit, data, data_len);
    if (e != OK) {
        *d = why;
        return e;
    }
    for (size_t i = 0; gitobj_commit_parent(&parent, &commit, i); i++)
        see(s, &parent, at, s->list[at].depth + 1);
    return OK;
}

/* *found is the index of the goal in the list. */
static enum err search_run(struct diag *d, struct search *s, size_t *found,
                           const struct gitobj_id *tip)
{
    enum err e = OK;

    see(s, tip, 0, 0);
    for (size_t at = 0; at < s->num_list; at++) {
        if (gitobj_id_eq(&s->list[at].id, &s->goal)) {
            *found = at;
            return OK;
        }
        if ((e = see_parents(d, s, at)) != OK)
            return e;
    }
    if (s->missing)
        return diag_set(d, ERR_IO, "commit %s was not found behind %s: commits are missing here",
                        gitobj_id_format(&s->goal).s, gitobj_id_format(tip).s);
    if (s->cut)
        return diag_set(d, ERR_LIMIT,
                        "commit %s is not within %zu steps behind %s (%zu commits looked at): over "
                        "the limit",
                        gitobj_id_format(&s->goal).s, s->max_depth, gitobj_id_format(tip).s,
                        s->num_list);
    return diag_set(d, ERR_MISMATCH, "commit %s is no ancestor of %s", gitobj_id_format(&s->goal).s,
                    gitobj_id_format(tip).s);
}

/* --- collecting ------------------------------------------------------------------------------ */

static void evidence_name(char out[static GIT_EVIDENCE_NAME_LEN], size_t index)
{
    (void)snprintf(out, GIT_EVIDENCE_NAME_LEN, EVIDENCE_GIT_BRANCH "%zu", index);
}

/* From the goal back to the tip, whose number is 0. */
static enum err add_chain(struct diag *d, struct proposal *p, struct search *s, size_t found)
{
    enum err e = OK;

    for (size_t at = found;; at = s->list[at].from) {
        const uint8_t *data = NULL;
        size_t data_len = 0;
        char name[GIT_EVIDENCE_NAME_LEN];

        evidence_name(name, s->list[at].depth);
        if ((e = git_repo_read(d, s->repo, &data, &data_len, GITOBJ_COMMIT, &s->list[at].id,
                               LIMIT_GIT_OBJECT_BYTES)) != OK ||
            (e = proposal_add_file(d, p, name, data, data_len)) != OK || at == 0)
            return e;
    }
}

static enum err find_tip(struct diag *d, struct git_repo *repo, struct gitobj_id *tip,
                         const char *ref)
{
    struct gitobj_id tag;
    enum err e = git_repo_resolve(d, repo, tip, &tag, ref);

    return e == OK ? OK : diag_prefix(d, "branch");
}

enum err git_branch_collect(struct diag *d, struct proposal *p, const char *repo, const char *ref,
                            const char *commit_id)
{
    struct search s = { .max_depth = LIMIT_GIT_CHAIN - 1 };
    struct gitobj_id tip;
    size_t found = 0;
    enum err e = ERR_INTERNAL;

    if (!gitobj_id_parse(&s.goal, commit_id, strlen(commit_id)))
        return diag_set(d, ERR_FORMAT, "'%.80s' is no commit id", commit_id);
    if ((e = git_repo_open(d, &s.repo, repo)) != OK)
        return e;
    if (!search_start(&s))
        e = diag_set(d, ERR_NOMEM, "out of memory");
    else if ((e = find_tip(d, s.repo, &tip, ref)) == OK &&
             (e = search_run(d, &s, &found, &tip)) == OK)
        e = add_chain(d, p, &s, found);
    search_clear(&s);
    git_repo_close(s.repo);
    return e;
}

enum err git_branch_contains(struct diag *d, bool *is_tip, const char *repo, const char *ref,
                             const char *commit_id)
{
    struct search s = { .max_depth = LIMIT_GIT_VISITED };
    struct gitobj_id tip;
    size_t found = 0;
    enum err e = ERR_INTERNAL;

    *is_tip = false;
    if (!gitobj_id_parse(&s.goal, commit_id, strlen(commit_id)))
        return diag_set(d, ERR_FORMAT, "'%.80s' is no commit id", commit_id);
    if ((e = git_repo_open(d, &s.repo, repo)) != OK)
        return e;
    if (!search_start(&s))
        e = diag_set(d, ERR_NOMEM, "out of memory");
    else if ((e = find_tip(d, s.repo, &tip, ref)) == OK &&
             (e = search_run(d, &s, &found, &tip)) == OK)
        *is_tip = found == 0;
    search_clear(&s);
    git_repo_close(s.repo);
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

static bool has_parent(const struct gitobj_commit *c, const struct gitobj_id *id)
{
    struct gitobj_id parent;

    for (size_t i = 0; gitobj_commit_parent(&parent, c, i); i++) {
        if (gitobj_id_eq(&parent, id))
            return true;
    }
    return false;
}

/* From the commit up: each file is a commit that names the one below it as a parent. */
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
        if (i + 1 == count ? !gitobj_id_eq(tip, commit) : !has_parent(&parsed, &below))
            return diag_set(d, ERR_MISMATCH, "%s is commit %s, which is not %s%s", name,
                            gitobj_id_format(tip).s, i + 1 == count ? "" : "a child of ",
                            gitobj_id_format(&below).s);
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
