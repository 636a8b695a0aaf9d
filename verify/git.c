// SPDX-License-Identifier: Apache-2.0
#include "verify/git.h"

#include <git2.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/library.h"
#include "src/base/limits.h"
#include "verify/git_object.h"

static const git_object_t types[] = {
    [GITOBJ_COMMIT] = GIT_OBJECT_COMMIT,
    [GITOBJ_TREE] = GIT_OBJECT_TREE,
    [GITOBJ_BLOB] = GIT_OBJECT_BLOB,
};

/* What is used of libgit2, which src/base/library.h loads: the version whose headers are here. */
#define LIBGIT2 "libgit2.so." LIBGIT2_SOVERSION
#define FUNCTIONS(X)           \
    X(git_libgit2_init)        \
    X(git_libgit2_opts)        \
    X(git_error_last)          \
    X(git_repository_open_ext) \
    X(git_repository_odb)      \
    X(git_repository_free)     \
    X(git_revparse_single)     \
    X(git_object_peel)         \
    X(git_object_id)           \
    X(git_object_free)         \
    X(git_odb_hash)            \
    X(git_odb_read_header)     \
    X(git_odb_read)            \
    X(git_odb_object_data)     \
    X(git_odb_object_size)     \
    X(git_odb_object_free)     \
    X(git_odb_free)

struct libgit2 {
    FUNCTIONS(LIBRARY_POINTER)
};

static const char *last_message(const struct libgit2 *lib)
{
    const git_error *error = lib->git_error_last();

    return error != NULL && error->message != NULL ? error->message : "no reason given";
}

static int last_class(const struct libgit2 *lib)
{
    const git_error *error = lib->git_error_last();

    return error != NULL ? error->klass : GIT_ERROR_NONE;
}

/*
 * Counted by the library; never undone, because starting it again costs milliseconds. No file of
 * the user or the system is to change what is read. A repository may belong to anyone: objects are
 * all that is taken from it, and they are hashed.
 */
static enum err library_start(struct diag *d, struct libgit2 *lib)
{
    const struct library_symbol symbols[] = { FUNCTIONS(LIBRARY_SYMBOL) };
    /* Extensions of the repository format that change nothing about objects and references. */
    static const char *extensions[] = { "partialclone", "preciousobjects", "worktreeconfig" };
    enum err e = library_load(d, LIBGIT2, symbols, sizeof(symbols) / sizeof(symbols[0]));

    if (e != OK)
        return e;
    if (lib->git_libgit2_init() < 0)
        return diag_set(d, ERR_INTERNAL, "libgit2: %.200s", last_message(lib));
    if (lib->git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_SYSTEM, "") != 0 ||
        lib->git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_GLOBAL, "") != 0 ||
        lib->git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_XDG, "") != 0 ||
        lib->git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_PROGRAMDATA, "") != 0 ||
        lib->git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0) != 0 ||
        lib->git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions,
                              sizeof(extensions) / sizeof(extensions[0])) != 0 ||
        lib->git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1) != 0)
        return diag_set(d, ERR_INTERNAL, "libgit2: %.200s", last_message(lib));
    return OK;
}

static enum err hash_object(struct diag *d, struct gitobj_id *out, const struct libgit2 *lib,
                            enum gitobj_type type, const uint8_t *data, size_t data_len)
{
    const void *content = data_len > 0 ? (const void *)data : "";
    git_oid oid;

    memset(out, 0, sizeof(*out));
    if (lib->git_odb_hash(&oid, content, data_len, types[type]) != 0)
        return diag_set(d, ERR_FORMAT, "git object: %.200s", last_message(lib));
    memcpy(out->b, oid.id, sizeof(out->b));
    return OK;
}

enum err gitobj_hash(struct diag *d, struct gitobj_id *out, enum gitobj_type type,
                     const uint8_t *data, size_t data_len)
{
    struct libgit2 lib;
    enum err e = library_start(d, &lib);

    memset(out, 0, sizeof(*out));
    return e == OK ? hash_object(d, out, &lib, type, data, data_len) : e;
}

void git_file_clear(struct git_file *f)
{
    free(f->content);
    *f = (struct git_file){ 0 };
}

static enum err open_repository(struct diag *d, git_repository **out, const struct libgit2 *lib,
                                const char *path)
{
    int result = lib->git_repository_open_ext(out, path, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL);

    if (result == 0)
        return OK;
    if (result == GIT_ENOTFOUND)
        return diag_set(d, ERR_USAGE, "no git repository at '%.200s'", path);
    /* Such as extensions.objectformat = sha256. */
    if (last_class(lib) == GIT_ERROR_REPOSITORY)
        return diag_set(d, ERR_UNSUPPORTED, "git repository '%.200s': %.200s", path,
                        last_message(lib));
    return diag_set(d, ERR_IO, "cannot open git repository '%.200s': %.200s", path,
                    last_message(lib));
}

static enum err resolve_commit(struct diag *d, struct gitobj_id *out, const struct libgit2 *lib,
                               git_repository *repo, const char *rev)
{
    git_object *object = NULL;
    git_object *commit = NULL;
    enum err e = OK;

    if (lib->git_revparse_single(&object, repo, rev) != 0) {
        diag_hint(d, "give a commit id, a branch or a tag; a shallow clone lacks older commits");
        e = diag_set(d, ERR_USAGE, "git revision '%.200s': %.200s", rev, last_message(lib));
    } else if (lib->git_object_peel(&commit, object, GIT_OBJECT_COMMIT) != 0) {
        e = diag_set(d, ERR_USAGE, "git revision '%.200s' is no commit", rev);
    } else {
        memcpy(out->b, lib->git_object_id(commit)->id, sizeof(out->b));
    }
    lib->git_object_free(commit);
    lib->git_object_free(object);
    return e;
}

struct collector {
    struct libgit2 lib;
    git_odb *odb;
    struct proposal *p;
    git_odb_object *object; /* the last one read */
};

/* Read an object, its size looked at first, and hash it here once more. */
static enum err read_object(struct diag *d, struct collector *c, enum gitobj_type type,
                            const struct gitobj_id *id, size_t max)
{
    const struct libgit2 *lib = &c->lib;
    git_oid oid;
    git_object_t found = GIT_OBJECT_INVALID;
    struct gitobj_id actual;
    size_t len = 0;
    enum err e = ERR_INTERNAL;

    lib->git_odb_object_free(c->object);
    c->object = NULL;
    memcpy(oid.id, id->b, sizeof(oid.id));
    if (lib->git_odb_read_header(&len, &found, c->odb, &oid) != 0)
        return diag_set(d, ERR_IO, "git object %s: %.200s", gitobj_id_format(id).s,
                        last_message(lib));
    if (found != types[type])
        return diag_set(d, ERR_FORMAT, "git object %s is not of the expected type",
                        gitobj_id_format(id).s);
    if (len > max)
        return diag_set(d, ERR_LIMIT, "git object %s: %zu bytes, over the limit of %zu",
                        gitobj_id_format(id).s, len, max);
    if (lib->git_odb_read(&c->object, c->odb, &oid) != 0)
        return diag_set(d, ERR_IO, "git object %s: %.200s", gitobj_id_format(id).s,
                        last_message(lib));
    e = hash_object(d, &actual, lib, type, lib->git_odb_object_data(c->object),
                    lib->git_odb_object_size(c->object));
    if (e == OK && !gitobj_id_eq(&actual, id))
        e = diag_set(d, ERR_IO, "git object %s is corrupt", gitobj_id_format(id).s);
    return e;
}

static enum err get_from_repository(struct diag *d, void *ctx, const uint8_t **data,
                                    size_t *data_len, enum gitobj_type type, size_t index,
                                    const struct gitobj_id *id)
{
    struct collector *c = ctx;
    const struct libgit2 *lib = &c->lib;
    char name[GIT_EVIDENCE_NAME_LEN];
    enum err e = read_object(d, c, type, id, LIMIT_GIT_OBJECT_BYTES);

    if (e != OK)
        return e;
    *data = lib->git_odb_object_data(c->object);
    *data_len = lib->git_odb_object_size(c->object);
    gitobj_evidence_name(name, type, index);
    return proposal_add_file(d, c->p, name, *data, *data_len);
}

static enum err collect(struct diag *d, struct git_file *out, struct collector *c,
                        const struct gitobj_id *commit, const char *path)
{
    const struct libgit2 *lib = &c->lib;
    struct gitobj_source source = { c, get_from_repository };
    struct gitobj_found found;
    enum err e = gitobj_walk(d, &found, &source, commit, path);

    if (e == ERR_MISMATCH) { /* no such path; here that is a mistake of the caller */
        d->code = ERR_USAGE;
        return ERR_USAGE;
    }
    if (e != OK || (e = read_object(d, c, GITOBJ_BLOB, &found.blob, LIMIT_COMPOSE_BYTES)) != OK)
        return e;
    out->content_len = lib->git_odb_object_size(c->object);
    out->content = bytes_dup(lib->git_odb_object_data(c->object), out->content_len);
    if (out->content == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    memcpy(out->commit, gitobj_id_format(commit).s, sizeof(out->commit));
    out->commit_time_s = found.commit_time_s;
    /* What is handed out is what the verifier will see. */
    return git_verify(d, NULL, c->p, out->commit, path, out->content, out->content_len);
}

enum err git_collect(struct diag *d, struct git_file *out, struct proposal *p, const char *repo,
                     const char *rev, const char *path)
{
    struct collector c = { .p = p };
    const struct libgit2 *lib = &c.lib;
    git_repository *repository = NULL;
    struct gitobj_id commit;
    enum err e = ERR_INTERNAL;

    *out = (struct git_file){ 0 };
    if ((e = gitobj_path_check(d, path)) != OK || (e = library_start(d, &c.lib)) != OK)
        return e;
    if ((e = open_repository(d, &repository, lib, repo)) != OK ||
        (e = resolve_commit(d, &commit, lib, repository, rev)) != OK)
        goto done;
    if (lib->git_repository_odb(&c.odb, repository) != 0) {
        e = diag_set(d, ERR_IO, "git repository '%.200s': %.200s", repo, last_message(lib));
        goto done;
    }
    e = collect(d, out, &c, &commit, path);
done:
    if (e != OK)
        git_file_clear(out);
    lib->git_odb_object_free(c.object);
    lib->git_odb_free(c.odb);
    lib->git_repository_free(repository);
    return e;
}
