// SPDX-License-Identifier: Apache-2.0
#include "verify/collect_images.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/trusted_file.h"
#include "verify/compose.h"
#include "verify/image_facts.h"
#include "verify/registry.h"

struct collector {
    struct diag *d;
    struct proposal *p;
    const struct collect_images_request *request;
    struct image_question question;
    uint64_t latest_s;
    size_t num_files; /* of the image at hand */
};

/* --- one file ---------------------------------------------------------------------------------
 */

static enum err add_named(struct collector *c, const struct hash32 *digest, const char *kind,
                          const struct buf *content)
{
    struct buf name;
    enum err e = ERR_INTERNAL;

    buf_init(&name, EVIDENCE_NAME_MAX + 1);
    image_evidence_name(&name, digest, c->num_files, kind);
    if ((e = buf_check(c->d, &name, "name")) == OK)
        e = proposal_add_file(c->d, c->p, buf_str(&name), content->data, content->len);
    buf_clear(&name);
    return e;
}

/* Judge one file, and add it if it is good. payload may be NULL. */
static enum err add_file(struct collector *c, const struct compose_image *image,
                         const struct buf *content, const struct buf *payload)
{
    struct evidence_file file = { NULL, content->data, content->len };
    struct evidence_file with = { NULL, payload != NULL ? payload->data : NULL,
                                  payload != NULL ? payload->len : 0 };
    uint64_t signed_s = 0;
    enum err e = image_file_judge(c->d, &signed_s, &c->question, image->reference, &image->digest,
                                  &file, payload != NULL ? &with : NULL);

    if (e == OK)
        e = add_named(c, &image->digest, "json", content);
    if (e == OK && payload != NULL)
        e = add_named(c, &image->digest, "payload", payload);
    if (e != OK)
        return e;
    c->num_files++;
    c->latest_s = signed_s > c->latest_s ? signed_s : c->latest_s;
    return OK;
}

/* --- a directory ------------------------------------------------------------------------------
 */

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text);

    return len > strlen(end) && strcmp(text + len - strlen(end), end) == 0;
}

/* sha256-<hex> or sha256:<hex>, and behind it '.' or '-'. */
static bool is_named_for(const char *name, const struct hash32 *digest)
{
    return strncmp(name, "sha256", 6) == 0 && (name[6] == '-' || name[6] == ':') &&
           strncmp(name + 7, hash32_format(digest).s + 2, 64) == 0 &&
           (name[7 + 64] == '.' || name[7 + 64] == '-');
}

static enum err read_file(struct collector *c, struct buf *out, const char *name, const char *end)
{
    struct buf path;
    enum err e = ERR_INTERNAL;

    buf_init(&path, 8192);
    buf_addf(&path, "%s/%s%s", c->request->dir, name, end);
    if ((e = buf_check(c->d, &path, "path")) == OK)
        e = regular_file_read(c->d, out, buf_str(&path), 0);
    buf_clear(&path);
    return e;
}

static enum err add_from_dir(struct collector *c, const struct compose_image *image,
                             const char *name)
{
    struct buf content;
    struct buf payload;
    bool with_payload = ends_with(name, ".sig.json");
    char *stem = strdup(name);
    enum err e = ERR_INTERNAL;

    buf_init(&content, LIMIT_SIGSTORE_BYTES);
    buf_init(&payload, LIMIT_SIGSTORE_BYTES);
    if (stem == NULL) {
        e = diag_set(c->d, ERR_NOMEM, "out of memory");
        goto done;
    }
    if ((e = read_file(c, &content, name, "")) != OK)
        goto done;
    if (with_payload) {
        stem[strlen(stem) - strlen(".sig.json")] = '\0';
        if ((e = read_file(c, &payload, stem, ".payload")) != OK)
            goto done;
    }
    if ((e = add_file(c, image, &content, with_payload ? &payload : NULL)) != OK)
        (void)diag_prefix(c->d, "'%.160s'", name);
done:
    free(stem);
    buf_clear(&content);
    buf_clear(&payload);
    return e;
}

static enum err search_dir(struct collector *c, const struct compose_image *image)
{
    char **names = NULL;
    size_t num_names = 0;
    enum err e = file_list_dir(c->d, &names, &num_names, c->request->dir);

    for (size_t i = 0; e == OK && i < num_names; i++) {
        if (!is_named_for(names[i], &image->digest) || ends_with(names[i], ".payload"))
            continue;
        if (ends_with(names[i], ".json") || ends_with(names[i], ".jsonl"))
            e = add_from_dir(c, image, names[i]);
        else
            e = diag_set(c->d, ERR_USAGE,
                         "'%.160s': expected .sigstore.json, .jsonl, or .sig.json and .payload",
                         names[i]);
    }
    file_free_names(names, num_names);
    return e;
}

/* --- a registry -------------------------------------------------------------------------------
 */

/* A registry holds what anybody put there: what is not good is left out. */
static enum err search_registry(struct collector *c, const struct compose_image *image)
{
    struct registry_files files = { 0 };
    struct diag why = { 0 };
    size_t before = c->num_files;
    enum err e = registry_fetch(c->d, &files, image->reference);

    for (size_t i = 0; e == OK && i < files.num_items; i++) {
        struct registry_file *f = &files.items[i];
        struct diag one = { 0 };
        struct diag *d = c->d;

        c->d = &one;
        e = add_file(c, image, &f->content, f->has_payload ? &f->payload : NULL);
        c->d = d;
        if (e == ERR_MISMATCH || e == ERR_FORMAT) {
            why = one;
            e = OK;
        } else if (e != OK) {
            *d = one;
        }
    }
    if (e == OK && c->num_files == before && files.num_items > 0) {
        *c->d = why;
        e = diag_prefix(c->d, "of %zu in the registry none is good, the last", files.num_items);
    }
    registry_files_clear(&files);
    return e;
}

/* --- all images -------------------------------------------------------------------------------
 */

static enum err collect_one(struct collector *c, const struct compose_image *image)
{
    struct buf name;
    bool known = false;
    enum err e = OK;

    /* the same digest under another name has the same evidence, and its own judgement later */
    buf_init(&name, EVIDENCE_NAME_MAX + 1);
    image_evidence_name(&name, &image->digest, 0, "json");
    known = proposal_file(c->p, buf_str(&name)) != NULL;
    buf_clear(&name);
    if (known)
        return OK;
    c->num_files = 0;
    if (c->request->dir != NULL && (e = search_dir(c, image)) != OK)
        return e;
    if (c->num_files == 0 && c->request->fetch && (e = search_registry(c, image)) != OK)
        return e;
    if (c->num_files > 0)
        return OK;
    if (c->request->dir != NULL)
        diag_hint(c->d, "expected sha256-%s.sigstore.json, .jsonl, or .sig.json and .payload",
                  hash32_format(&image->digest).s + 2);
    return diag_set(c->d, ERR_MISMATCH, "image '%.300s': no signature was found", image->reference);
}

static enum err add_root(struct collector *c)
{
    size_t len = 0;
    const uint8_t *root = image_root(c->request->profile, &len);

    if (root != NULL)
        return proposal_add_file(c->d, c->p, EVIDENCE_TRUSTED_ROOT, root, len);
    diag_hint(c->d, "name the file: images.trusted-root.file");
    return diag_set(c->d, ERR_MISMATCH,
                    "the profile pins another trusted root than the one that is shipped");
}

enum err collect_images(struct diag *d, uint64_t *latest_s, struct proposal *p,
                        const struct collect_images_request *request)
{
    const struct evidence_file *app = proposal_file(p, EVIDENCE_APP_COMPOSE);
    struct collector c = { .d = d, .p = p, .request = request };
    struct compose_images images = { 0 };
    struct buf text;
    enum err e = ERR_INTERNAL;

    *latest_s = 0;
    if (app == NULL)
        return diag_set(d, ERR_USAGE, "attestations go with an app-compose");
    c.question = (struct image_question){ request->profile, p, request->git_commit, UINT64_MAX };
    buf_init(&text, LIMIT_COMPOSE_BYTES);
    if ((e = compose_docker_file(d, &text, app->data, app->data_len)) != OK ||
        (e = compose_check_pinned(d, &images, text.data, text.len, "docker_compose_file")) != OK ||
        (e = add_root(&c)) != OK)
        goto done;
    for (size_t i = 0; e == OK && i < images.num_items; i++)
        e = collect_one(&c, &images.items[i]);
    if (e == OK)
        *latest_s = c.latest_s;
done:
    compose_images_clear(&images);
    buf_clear(&text);
    return e;
}

enum err collect_images_check(struct diag *d, const struct proposal *p,
                              const struct profile *profile, const char *git_commit, uint64_t now_s)
{
    const struct image_question question = { profile, p, git_commit,
                                             p->created_s != 0 ? p->created_s : now_s };
    struct image_facts facts = { 0 };
    enum err e = image_facts_derive(d, &facts, &question);

    if (e == OK)
        e = image_facts_check(d, &facts);
    image_facts_clear(&facts);
    return e;
}
