// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "src/base/limits.h"
#include "verify/git.h"
#include "verify/git_repo.h"

void git_file_clear(struct git_file *f)
{
    free(f->content);
    *f = (struct git_file){ 0 };
}

struct collector {
    struct git_repo *repo;
    struct proposal *p;
};

static enum err get_from_repository(struct diag *d, void *ctx, const uint8_t **data,
                                    size_t *data_len, enum gitobj_type type, size_t index,
                                    const struct gitobj_id *id)
{
    struct collector *c = ctx;
    char name[GIT_EVIDENCE_NAME_LEN];
    enum err e = git_repo_read(d, c->repo, data, data_len, type, id, LIMIT_GIT_OBJECT_BYTES);

    if (e != OK)
        return e;
    gitobj_evidence_name(name, type, index);
    return proposal_add_file(d, c->p, name, *data, *data_len);
}

static enum err collect_file(struct diag *d, struct git_file *out, struct collector *c,
                             const struct gitobj_id *commit, const char *path)
{
    struct gitobj_source source = { c, get_from_repository };
    struct gitobj_found found;
    const uint8_t *data = NULL;
    enum err e = gitobj_walk(d, &found, &source, commit, path);

    if (e == ERR_MISMATCH) { /* no such path; here that is a mistake of the caller */
        d->code = ERR_USAGE;
        return ERR_USAGE;
    }
    if (e != OK || (e = git_repo_read(d, c->repo, &data, &out->content_len, GITOBJ_BLOB,
                                      &found.blob, LIMIT_COMPOSE_BYTES)) != OK)
        return e;
    if ((out->content = bytes_dup(data, out->content_len)) == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    memcpy(out->commit, gitobj_id_format(commit).s, sizeof(out->commit));
    out->commit_time_s = found.commit_time_s;
    /* What is handed out is what the verifier will see. */
    return git_verify(d, NULL, c->p, out->commit, path, out->content, out->content_len);
}

/* The annotated tag, and those that it names, for their signatures. */
static enum err collect_tags(struct diag *d, struct collector *c, const struct gitobj_id *tag)
{
    struct gitobj_tag parsed = { .target = *tag, .type = GITOBJ_TAG };
    enum err e = OK;

    if (tag->len == 0)
        return OK;
    for (size_t i = 0; e == OK && parsed.type == GITOBJ_TAG; i++) {
        struct gitobj_id id = parsed.target;
        const uint8_t *data = NULL;
        size_t data_len = 0;
        char name[GIT_EVIDENCE_NAME_LEN];

        if (i == LIMIT_GIT_TAGS)
            return diag_set(d, ERR_LIMIT, "git tag: over the limit of %d tags of tags",
                            LIMIT_GIT_TAGS);
        gitobj_evidence_name(name, GITOBJ_TAG, i);
        if ((e = git_repo_read(d, c->repo, &data, &data_len, GITOBJ_TAG, &id,
                               LIMIT_GIT_OBJECT_BYTES)) == OK &&
            (e = gitobj_tag_parse(d, &parsed, data, data_len)) == OK)
            e = proposal_add_file(d, c->p, name, data, data_len);
    }
    return e;
}

enum err git_collect(struct diag *d, struct git_file *out, struct proposal *p, const char *repo,
                     const char *rev, const char *path)
{
    struct collector c = { .p = p };
    struct gitobj_id commit;
    struct gitobj_id tag;
    enum err e = ERR_INTERNAL;

    *out = (struct git_file){ 0 };
    if ((e = gitobj_path_check(d, path)) != OK || (e = git_repo_open(d, &c.repo, repo)) != OK)
        return e;
    if ((e = git_repo_resolve(d, c.repo, &commit, &tag, rev)) == OK &&
        (e = collect_file(d, out, &c, &commit, path)) == OK)
        e = collect_tags(d, &c, &tag);
    if (e != OK)
        git_file_clear(out);
    git_repo_close(c.repo);
    return e;
}
