// SPDX-License-Identifier: Apache-2.0
#include "verify/collect.h"

#include <stdio.h>
#include <string.h>

#include "safe/profile.h"
#include "src/base/file.h"
#include "src/base/limits.h"
#include "verify/compose.h"
#include "verify/compose_forms.h"
#include "verify/compose_render.h"
#include "verify/measure.h"

/* Say where two texts part, and name the usual culprits. */
static enum err refuse_difference(struct diag *d, const struct buf *inside,
                                  const struct git_file *file)
{
    size_t at = 0;
    size_t line = 1;

    while (at < inside->len && at < file->content_len && inside->data[at] == file->content[at]) {
        line += inside->data[at] == '\n';
        at++;
    }
    if (inside->len + 1 == file->content_len && at == inside->len)
        diag_hint(d, "the file ends with a newline that docker_compose_file lacks; a shell's "
                     "$(cat FILE) drops it");
    else if (at < file->content_len && file->content[at] == '\r')
        diag_hint(d, "the file in the commit has CR LF line endings there");
    return diag_set(d, ERR_MISMATCH,
                    "docker_compose_file (%zu bytes) is not the file in the commit (%zu bytes): "
                    "they part at byte %zu, line %zu",
                    inside->len, file->content_len, at, line);
}

/* The file in the commit is a template: it gives docker_compose_file, and all else is accounted. */
static enum err check_template(struct diag *d, const struct profile_compose *c,
                               const struct git_file *file, const struct buf *app)
{
    struct buf ignored;
    enum err e = ERR_INTERNAL;

    buf_init(&ignored, LIMIT_COMPOSE_BYTES);
    e = compose_account(d, &ignored, c, app->data, app->len, file->content, file->content_len);
    if (e == OK)
        e = compose_check_form(d, c->form, app->data, app->len);
    buf_clear(&ignored);
    return e;
}

static bool same_bytes(const struct git_file *file, const struct buf *b)
{
    return file->content_len == b->len &&
           (b->len == 0 || memcmp(file->content, b->data, b->len) == 0);
}

static enum err collect_file(struct diag *d, struct collected *out, struct proposal *p,
                             const struct collect_request *request, const struct buf *app,
                             const struct buf *inside)
{
    struct git_file file = { 0 };
    enum err e = git_collect(d, &file, p, request->repo, request->commit, request->path);

    if (e == OK && request->compose != NULL)
        e = check_template(d, request->compose, &file, app);
    else if (e == OK && !same_bytes(&file, inside))
        e = refuse_difference(d, inside, &file);
    if (e == OK)
        e = proposal_add_file(d, p, EVIDENCE_COMPOSE, file.content, file.content_len);
    if (e == OK) {
        memcpy(out->commit, file.commit, sizeof(out->commit));
        out->commit_time_s = file.commit_time_s;
    }
    git_file_clear(&file);
    return e;
}

static enum err collect_previous(struct diag *d, struct proposal *p, const char *path)
{
    struct json *app = NULL;
    struct buf text;
    enum err e = ERR_INTERNAL;

    buf_init(&text, LIMIT_COMPOSE_BYTES);
    if ((e = file_read(d, &text, path)) == OK &&
        (e = compose_parse(d, &app, text.data, text.len, path)) == OK)
        e = proposal_add_file(d, p, EVIDENCE_PREVIOUS, text.data, text.len);
    json_free(app);
    buf_clear(&text);
    return e;
}

/* The compose file inside, whose images are pinned; nothing if the runner is bash, which the
 * profile allows or not: verify says. */
static enum err read_inside(struct diag *d, struct buf *inside, const struct buf *app,
                            const struct collect_request *request)
{
    struct compose_images images = { 0 };
    char where[320];
    enum err e = ERR_INTERNAL;

    if (compose_is_bash(app->data, app->len))
        return request->repo == NULL
                   ? OK
                   : diag_set(d, ERR_USAGE,
                              "%.256s: the runner is bash, so there is no compose file that --repo "
                              "could show",
                              request->app_compose);
    if ((e = compose_docker_file(d, inside, app->data, app->len)) != OK)
        return e;
    (void)snprintf(where, sizeof(where), "%.256s: docker_compose_file", request->app_compose);
    e = compose_check_pinned(d, &images, inside->data, inside->len, where);
    compose_images_clear(&images);
    return e;
}

enum err collect_compose(struct diag *d, struct collected *out, struct proposal *p,
                         const struct collect_request *request)
{
    struct buf app;
    struct buf inside;
    enum err e = ERR_INTERNAL;

    *out = (struct collected){ 0 };
    buf_init(&app, LIMIT_COMPOSE_BYTES);
    buf_init(&inside, LIMIT_COMPOSE_BYTES);
    if ((e = file_read(d, &app, request->app_compose)) != OK ||
        (e = read_inside(d, &inside, &app, request)) != OK)
        goto done;
    if (request->repo != NULL && (e = collect_file(d, out, p, request, &app, &inside)) != OK)
        goto done;
    if ((e = compose_hash(d, &out->compose_hash, app.data, app.len)) != OK ||
        (e = proposal_add_file(d, p, EVIDENCE_APP_COMPOSE, app.data, app.len)) != OK)
        goto done;
    if (request->previous != NULL && (e = collect_previous(d, p, request->previous)) != OK)
        goto done;
    if (request->repo == NULL && inside.len > 0)
        e = proposal_add_file(d, p, EVIDENCE_COMPOSE, inside.data, inside.len);
done:
    buf_clear(&inside);
    buf_clear(&app);
    if (e != OK)
        *out = (struct collected){ 0 };
    return e;
}

static bool requires_branch(const struct profile_policy *policy)
{
    for (size_t i = 0; i < policy->num_require; i++) {
        if (strcmp(policy->require[i], "git.on-branch") == 0)
            return true;
    }
    return false;
}

enum err collect_branch(struct diag *d, struct diag *missing, struct proposal *p,
                        const struct profile *profile, const char *repo, const char *commit)
{
    enum err e = OK;

    *missing = (struct diag){ .code = OK };
    if (profile->git_branch == NULL)
        return OK;
    e = git_branch_collect(d, p, repo, profile->git_branch, commit);
    if (e == OK || requires_branch(&profile->policy) || proposal_file(p, EVIDENCE_GIT_BRANCH "0"))
        return e;
    if (e != ERR_USAGE && e != ERR_LIMIT && e != ERR_IO)
        return e;
    *missing = *d;
    *d = (struct diag){ .code = OK };
    return OK;
}

static enum err collect_measurement(struct diag *d, struct measured *out, struct proposal *p,
                                    const char *path, size_t index)
{
    struct measurement m = { 0 };
    char name[64];
    struct buf text;
    enum err e = ERR_INTERNAL;

    (void)snprintf(name, sizeof(name), EVIDENCE_MEASUREMENT "%zu.json", index);
    buf_init(&text, LIMIT_MEASUREMENT_BYTES);
    if ((e = file_read(d, &text, path)) == OK &&
        (e = measurement_parse(d, &m, text.data, text.len, path)) == OK &&
        (e = measure(d, out, &m)) == OK)
        e = proposal_add_file(d, p, name, text.data, text.len);
    measurement_clear(&m);
    buf_clear(&text);
    return e;
}

enum err collect_measurements(struct diag *d, struct measured *out, struct proposal *p,
                              const char *const *paths, size_t num_paths)
{
    enum err e = OK;

    for (size_t i = 0; e == OK && i < num_paths; i++)
        e = collect_measurement(d, &out[i], p, paths[i], i);
    return e;
}
