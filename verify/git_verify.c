// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "src/base/limits.h"
#include "verify/git.h"
#include "verify/git_object.h"

void gitobj_evidence_name(char out[static GIT_EVIDENCE_NAME_LEN], enum gitobj_type type,
                          size_t index)
{
    if (type == GITOBJ_COMMIT)
        (void)snprintf(out, GIT_EVIDENCE_NAME_LEN, "%s", EVIDENCE_GIT_COMMIT);
    else if (type == GITOBJ_TAG && index == 0)
        (void)snprintf(out, GIT_EVIDENCE_NAME_LEN, "%s", EVIDENCE_GIT_TAG);
    else if (type == GITOBJ_TAG)
        (void)snprintf(out, GIT_EVIDENCE_NAME_LEN, "%s-%zu", EVIDENCE_GIT_TAG, index);
    else
        (void)snprintf(out, GIT_EVIDENCE_NAME_LEN, "%s%zu", EVIDENCE_GIT_TREE, index);
}

static enum err check_id(struct diag *d, enum gitobj_type type, const uint8_t *data,
                         size_t data_len, const struct gitobj_id *expected, const char *what)
{
    struct gitobj_id id;
    enum err e = gitobj_hash(d, &id, expected->len, type, data, data_len);

    if (e == OK && !gitobj_id_eq(&id, expected))
        e = diag_set(d, ERR_MISMATCH, "%s is object %s, expected %s", what, gitobj_id_format(&id).s,
                     gitobj_id_format(expected).s);
    return e;
}

struct evidence {
    const struct proposal *p;
};

static enum err get_evidence(struct diag *d, void *ctx, const uint8_t **data, size_t *data_len,
                             enum gitobj_type type, size_t index, const struct gitobj_id *id)
{
    const struct proposal *p = ((const struct evidence *)ctx)->p;
    const struct evidence_file *file = NULL;
    char name[GIT_EVIDENCE_NAME_LEN];

    gitobj_evidence_name(name, type, index);
    file = proposal_file(p, name);
    if (file == NULL)
        return diag_set(d, ERR_MISMATCH, "evidence has no '%s'", name);
    *data = file->data;
    *data_len = file->data_len;
    return check_id(d, type, file->data, file->data_len, id, name);
}

static size_t count_files(const struct proposal *p, const char *prefix)
{
    size_t count = 0;

    for (size_t i = 0; i < p->num_files; i++)
        count += strncmp(p->files[i].name, prefix, strlen(prefix)) == 0;
    return count;
}

/* A tree that the path does not need proves nothing and has no business here. */
static enum err check_no_more_trees(struct diag *d, const struct proposal *p, size_t num_trees)
{
    size_t count = count_files(p, EVIDENCE_GIT_TREE);

    if (count != num_trees)
        return diag_set(d, ERR_MISMATCH, "evidence has %zu git trees, the path needs %zu", count,
                        num_trees);
    return OK;
}

/* git/tag names git/tag-1, and so on; the last one names the commit. */
static enum err check_tags(struct diag *d, const struct proposal *p, const struct gitobj_id *commit,
                           size_t count)
{
    struct gitobj_id expected = { .len = 0 };
    struct gitobj_tag tag;
    enum err e = OK;

    for (size_t i = 0; i < count; i++) {
        const bool last = i + 1 == count;
        const struct evidence_file *file = NULL;
        char name[GIT_EVIDENCE_NAME_LEN];

        gitobj_evidence_name(name, GITOBJ_TAG, i);
        if ((file = proposal_file(p, name)) == NULL)
            return diag_set(d, ERR_MISMATCH, "evidence has no '%s'", name);
        if (i > 0 &&
            (e = check_id(d, GITOBJ_TAG, file->data, file->data_len, &expected, name)) != OK)
            return e;
        if ((e = gitobj_tag_parse(d, &tag, file->data, file->data_len)) != OK)
            return diag_prefix(d, "%s", name);
        if (tag.type != (last ? GITOBJ_COMMIT : GITOBJ_TAG))
            return diag_set(d, ERR_MISMATCH, "%s names a %s, expected a %s", name,
                            gitobj_type_name(tag.type), last ? "commit" : "tag");
        expected = tag.target;
        if (last && !gitobj_id_eq(&tag.target, commit))
            return diag_set(d, ERR_MISMATCH, "%s names commit %s, expected %s", name,
                            gitobj_id_format(&tag.target).s, gitobj_id_format(commit).s);
    }
    return OK;
}

enum err git_tags_verify(struct diag *d, size_t *num_tags, const struct proposal *p,
                         const char *commit_id)
{
    const size_t count = count_files(p, EVIDENCE_GIT_TAG);
    struct gitobj_id commit;
    enum err e = ERR_INTERNAL;

    *num_tags = 0;
    if (!gitobj_id_parse(&commit, commit_id, strlen(commit_id)))
        return diag_set(d, ERR_FORMAT, "'%.80s' is no commit id", commit_id);
    if (count > LIMIT_GIT_TAGS)
        return diag_set(d, ERR_LIMIT, "more than %d tag objects", LIMIT_GIT_TAGS);
    if ((e = check_tags(d, p, &commit, count)) == OK)
        *num_tags = count;
    return e;
}

enum err git_verify(struct diag *d, uint64_t *commit_time_s, const struct proposal *p,
                    const char *commit_id, const char *path, const uint8_t *content,
                    size_t content_len)
{
    struct evidence evidence = { p };
    struct gitobj_source source = { &evidence, get_evidence };
    struct gitobj_found found;
    struct gitobj_id commit;
    size_t num_tags = 0;
    enum err e = ERR_INTERNAL;

    if (commit_time_s != NULL)
        *commit_time_s = 0;
    if (!gitobj_id_parse(&commit, commit_id, strlen(commit_id)))
        return diag_set(d, ERR_FORMAT,
                        "git commit: expected 40 or 64 lower-case hex digits, found '%.80s'",
                        commit_id);
    if ((e = gitobj_path_check(d, path)) != OK)
        return diag_set(d, e == ERR_USAGE ? ERR_FORMAT : e, "git path '%.200s' is malformed", path);
    if ((e = gitobj_walk(d, &found, &source, &commit, path)) != OK ||
        (e = check_id(d, GITOBJ_BLOB, content, content_len, &found.blob, "the file")) != OK ||
        (e = check_no_more_trees(d, p, found.num_trees)) != OK ||
        (e = git_tags_verify(d, &num_tags, p, commit_id)) != OK)
        return e;
    if (commit_time_s != NULL)
        *commit_time_s = found.commit_time_s;
    return OK;
}
