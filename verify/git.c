// SPDX-License-Identifier: Apache-2.0
#include "verify/git_repo.h"

#include <git2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/digest.h"
#include "src/base/library.h"
#include "src/base/limits.h"
#include "verify/git_command.h"

static const git_object_t types[] = {
    [GITOBJ_COMMIT] = GIT_OBJECT_COMMIT,
    [GITOBJ_TREE] = GIT_OBJECT_TREE,
    [GITOBJ_BLOB] = GIT_OBJECT_BLOB,
    [GITOBJ_TAG] = GIT_OBJECT_TAG,
};

/* What is used of libgit2, which src/base/library.h loads: the version whose headers are here. */
#define LIBGIT2 "libgit2.so." LIBGIT2_SOVERSION
#define FUNCTIONS(X)             \
    X(git_libgit2_init)          \
    X(git_libgit2_opts)          \
    X(git_error_last)            \
    X(git_repository_open_ext)   \
    X(git_repository_odb)        \
    X(git_repository_free)       \
    X(git_repository_is_shallow) \
    X(git_reference_name_to_id)  \
    X(git_revparse_single)       \
    X(git_object_peel)           \
    X(git_object_id)             \
    X(git_object_type)           \
    X(git_object_free)           \
    X(git_odb_hash)              \
    X(git_odb_read_header)       \
    X(git_odb_read)              \
    X(git_odb_object_data)       \
    X(git_odb_object_size)       \
    X(git_odb_object_free)       \
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

static enum err hash_sha1(struct diag *d, struct gitobj_id *out, const struct libgit2 *lib,
                          enum gitobj_type type, const uint8_t *data, size_t data_len)
{
    const void *content = data_len > 0 ? (const void *)data : "";
    git_oid oid;

    if (lib->git_odb_hash(&oid, content, data_len, types[type]) != 0)
        return diag_set(d, ERR_FORMAT, "git object: %.200s", last_message(lib));
    memcpy(out->b, oid.id, GITOBJ_SHA1_LEN);
    out->len = GITOBJ_SHA1_LEN;
    return OK;
}

static enum err hash_sha256(struct diag *d, struct gitobj_id *out, enum gitobj_type type,
                            const uint8_t *data, size_t data_len)
{
    char header[64];
    int len = snprintf(header, sizeof(header), "%s %zu", gitobj_type_name(type), data_len);
    const struct bytes_view parts[] = { { header, (size_t)len + 1 }, { data, data_len } };
    struct hash32 hash;
    enum err e = sha256_parts(d, &hash, parts, 2);

    if (e != OK)
        return e;
    memcpy(out->b, hash.b, sizeof(hash.b));
    out->len = GITOBJ_SHA256_LEN;
    return OK;
}

enum err gitobj_hash(struct diag *d, struct gitobj_id *out, size_t id_len, enum gitobj_type type,
                     const uint8_t *data, size_t data_len)
{
    struct libgit2 lib;
    enum err e = ERR_INTERNAL;

    *out = (struct gitobj_id){ .len = 0 };
    if (id_len == GITOBJ_SHA256_LEN)
        return hash_sha256(d, out, type, data, data_len);
    e = library_start(d, &lib);
    return e == OK ? hash_sha1(d, out, &lib, type, data, data_len) : e;
}

/* --- repositories ---------------------------------------------------------------------------- */

struct git_repo {
    struct git_command *command; /* instead of all below; NULL: libgit2 */
    struct buf content;          /* the last one that it read */
    struct libgit2 lib;
    git_repository *repository;
    git_odb *odb;
    git_odb_object *object; /* the last one read */
};

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

/* What libgit2 does not know, git may: SHA-256. *d says why libgit2 does not read it. */
static enum err open_by_command(struct diag *d, struct git_repo *r, const char *path)
{
    const struct diag by_library = *d;
    enum err e = ERR_INTERNAL;

    *d = (struct diag){ .code = OK };
    e = git_command_open(d, &r->command, path);
    return e == ERR_UNSUPPORTED ? diag_prefix(d, "%s", by_library.msg) : e;
}

enum err git_repo_open(struct diag *d, struct git_repo **out, const char *path)
{
    struct git_repo *r = calloc(1, sizeof(*r));
    enum err e = ERR_INTERNAL;

    *out = NULL;
    if (r == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    if ((e = library_start(d, &r->lib)) != OK) {
        free(r);
        return e;
    }
    e = open_repository(d, &r->repository, &r->lib, path);
    if (e == ERR_UNSUPPORTED)
        e = open_by_command(d, r, path);
    else if (e == OK && r->lib.git_repository_odb(&r->odb, r->repository) != 0)
        e = diag_set(d, ERR_IO, "git repository '%.200s': %.200s", path, last_message(&r->lib));
    if (e != OK) {
        git_repo_close(r);
        return e;
    }
    *out = r;
    return OK;
}

void git_repo_close(struct git_repo *r)
{
    if (r == NULL)
        return;
    git_command_close(r->command);
    buf_clear(&r->content);
    r->lib.git_odb_object_free(r->object);
    r->lib.git_odb_free(r->odb);
    r->lib.git_repository_free(r->repository);
    free(r);
}

static struct gitobj_id id_of(const struct libgit2 *lib, const git_object *object)
{
    struct gitobj_id id = { .len = GITOBJ_SHA1_LEN };

    memcpy(id.b, lib->git_object_id(object)->id, GITOBJ_SHA1_LEN);
    return id;
}

/* The object of that name by the git command, its id recomputed. */
static enum err command_object(struct diag *d, struct git_repo *r, struct gitobj_id *id,
                               enum gitobj_type *type, const char *name, size_t max)
{
    char id_text[GIT_COMMAND_WORD_LEN];
    char type_text[GIT_COMMAND_WORD_LEN];
    struct gitobj_id actual;
    enum err e = ERR_INTERNAL;

    buf_clear(&r->content);
    buf_init(&r->content, max);
    *type = GITOBJ_COMMIT;
    if ((e = git_command_read(d, r->command, id_text, type_text, &r->content, name, max)) != OK)
        return e;
    while (*type < GITOBJ_TAG && strcmp(type_text, gitobj_type_name(*type)) != 0)
        (*type)++;
    if (!gitobj_id_parse(id, id_text, strlen(id_text)))
        return diag_set(d, ERR_IO, "git revision '%.200s': an answer without an id", name);
    e = gitobj_hash(d, &actual, id->len, *type, r->content.data, r->content.len);
    if (e == OK && !gitobj_id_eq(&actual, id))
        e = diag_set(d, ERR_IO, "git object %s is corrupt", gitobj_id_format(id).s);
    return e;
}

static enum err command_resolve(struct diag *d, struct git_repo *r, struct gitobj_id *commit,
                                struct gitobj_id *tag, const char *rev)
{
    enum gitobj_type type = GITOBJ_COMMIT;
    struct gitobj_id id;
    struct buf peeled;
    enum err e = command_object(d, r, &id, &type, rev, LIMIT_GIT_OBJECT_BYTES);

    if (e == OK && type == GITOBJ_COMMIT)
        *commit = id;
    if (e != OK || type == GITOBJ_COMMIT)
        return e;
    if (type != GITOBJ_TAG)
        return diag_set(d, ERR_USAGE, "git revision '%.200s' is no commit", rev);
    *tag = id;
    buf_init(&peeled, 4096);
    buf_addf(&peeled, "%s^{commit}", rev);
    e = command_object(d, r, commit, &type, buf_str(&peeled), LIMIT_GIT_OBJECT_BYTES);
    buf_clear(&peeled);
    if (e == OK && type != GITOBJ_COMMIT)
        e = diag_set(d, ERR_USAGE, "git revision '%.200s' is no commit", rev);
    return e;
}

static enum err command_content(struct diag *d, struct git_repo *r, const uint8_t **data,
                                size_t *data_len, enum gitobj_type type, const struct gitobj_id *id,
                                size_t max)
{
    const struct gitobj_id_text text = gitobj_id_format(id);
    enum gitobj_type found = GITOBJ_COMMIT;
    struct gitobj_id actual;
    enum err e = command_object(d, r, &actual, &found, text.s, max);

    if (e == ERR_USAGE) /* it is a link that leads nowhere, not a name that somebody gave */
        return diag_set(d, ERR_IO,
                        "git object %s is missing here: shallow and partial clones "
                        "leave objects out",
                        text.s);
    if (e != OK)
        return e;
    if (found != type || !gitobj_id_eq(&actual, id))
        return diag_set(d, ERR_FORMAT, "git object %s is not of the expected type", text.s);
    *data = r->content.len > 0 ? r->content.data : (const uint8_t *)"";
    *data_len = r->content.len;
    return OK;
}

enum err git_repo_resolve(struct diag *d, struct git_repo *r, struct gitobj_id *commit,
                          struct gitobj_id *tag, const char *rev)
{
    const struct libgit2 *lib = &r->lib;
    git_object *object = NULL;
    git_object *peeled = NULL;
    enum err e = OK;

    *commit = (struct gitobj_id){ .len = 0 };
    *tag = (struct gitobj_id){ .len = 0 };
    if (r->command != NULL)
        return command_resolve(d, r, commit, tag, rev);
    if (lib->git_revparse_single(&object, r->repository, rev) != 0) {
        diag_hint(d, "give a commit id, a branch or a tag; a shallow clone lacks older commits");
        e = diag_set(d, ERR_USAGE, "git revision '%.200s': %.200s", rev, last_message(lib));
    } else if (lib->git_object_peel(&peeled, object, GIT_OBJECT_COMMIT) != 0) {
        e = diag_set(d, ERR_USAGE, "git revision '%.200s' is no commit", rev);
    } else {
        *commit = id_of(lib, peeled);
        if (lib->git_object_type(object) == GIT_OBJECT_TAG)
            *tag = id_of(lib, object);
    }
    lib->git_object_free(peeled);
    lib->git_object_free(object);
    return e;
}

/*
 * git takes refs/tags/REF and others if there is no REF, and whoever may push a tag can name it so:
 * where one of those exists, nothing is read by that name.
 */
static enum err command_ref(struct diag *d, struct git_repo *r, struct gitobj_id *commit,
                            const char *ref)
{
    static const char *const before[] = { "refs/", "refs/tags/", "refs/heads/", "refs/remotes/" };
    enum gitobj_type type = GITOBJ_COMMIT;
    enum err e = OK;

    for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
        struct diag why = { 0 };
        struct buf name;

        buf_init(&name, 4096);
        buf_addf(&name, "%s%s", before[i], ref);
        e = command_object(&why, r, commit, &type, buf_str(&name), LIMIT_GIT_OBJECT_BYTES);
        buf_clear(&name);
        if (e != OK && e != ERR_USAGE && e != ERR_FORMAT) {
            *d = why;
            return e;
        }
        if (e != ERR_USAGE)
            return diag_set(d, ERR_USAGE, "git ref '%.200s': there is another one, '%s%.200s'", ref,
                            before[i], ref);
    }
    e = command_object(d, r, commit, &type, ref, LIMIT_GIT_OBJECT_BYTES);
    if (e == OK && type != GITOBJ_COMMIT)
        e = diag_set(d, ERR_USAGE, "git ref '%.200s' is a %s, no branch", ref,
                     gitobj_type_name(type));
    return e;
}

enum err git_repo_ref(struct diag *d, struct git_repo *r, struct gitobj_id *commit, const char *ref)
{
    const struct libgit2 *lib = &r->lib;
    git_object_t type = GIT_OBJECT_INVALID;
    size_t len = 0;
    git_oid oid;

    *commit = (struct gitobj_id){ .len = 0 };
    if (r->command != NULL)
        return command_ref(d, r, commit, ref);
    if (lib->git_reference_name_to_id(&oid, r->repository, ref) != 0)
        return diag_set(d, ERR_USAGE, "git ref '%.200s': %.200s", ref, last_message(lib));
    if (lib->git_odb_read_header(&len, &type, r->odb, &oid) != 0)
        return diag_set(d, ERR_IO, "git ref '%.200s': %.200s", ref, last_message(lib));
    if (type != GIT_OBJECT_COMMIT)
        return diag_set(d, ERR_USAGE, "git ref '%.200s' is no branch: it names no commit", ref);
    memcpy(commit->b, oid.id, GITOBJ_SHA1_LEN);
    commit->len = GITOBJ_SHA1_LEN;
    return OK;
}

bool git_repo_lacks(struct git_repo *r, const struct gitobj_id *id)
{
    const struct libgit2 *lib = &r->lib;
    git_object_t type = GIT_OBJECT_INVALID;
    size_t len = 0;
    git_oid oid;

    if (r->command != NULL)
        return false;
    if (id->len != GITOBJ_SHA1_LEN)
        return true;
    memcpy(oid.id, id->b, sizeof(oid.id));
    return lib->git_odb_read_header(&len, &type, r->odb, &oid) == GIT_ENOTFOUND &&
           lib->git_repository_is_shallow(r->repository) == 0;
}

/* What was said of an object that could not be read. */
static enum err unreadable(struct diag *d, const struct libgit2 *lib,
                           const struct gitobj_id_text *id, int result)
{
    if (result != GIT_ENOTFOUND)
        return diag_set(d, ERR_IO, "git object %s: %.200s", id->s, last_message(lib));
    diag_hint(d,
              "'git cat-file -p %s' there fetches what a partial clone lacks, 'git fetch "
              "--unshallow' what a shallow one does",
              id->s);
    return diag_set(d, ERR_IO,
                    "git object %s is missing here: shallow and partial clones leave "
                    "objects out",
                    id->s);
}

enum err git_repo_read(struct diag *d, struct git_repo *r, const uint8_t **data, size_t *data_len,
                       enum gitobj_type type, const struct gitobj_id *id, size_t max)
{
    const struct libgit2 *lib = &r->lib;
    const struct gitobj_id_text text = gitobj_id_format(id);
    git_object_t found = GIT_OBJECT_INVALID;
    struct gitobj_id actual;
    git_oid oid;
    size_t len = 0;
    int result = 0;
    enum err e = ERR_INTERNAL;

    *data = NULL;
    *data_len = 0;
    if (id->len != GITOBJ_SHA1_LEN && r->command == NULL)
        return diag_set(d, ERR_IO, "git object %s: not an id of this repository", text.s);
    if (r->command != NULL)
        return command_content(d, r, data, data_len, type, id, max);
    lib->git_odb_object_free(r->object);
    r->object = NULL;
    memcpy(oid.id, id->b, sizeof(oid.id));
    if ((result = lib->git_odb_read_header(&len, &found, r->odb, &oid)) != 0)
        return unreadable(d, lib, &text, result);
    if (found != types[type])
        return diag_set(d, ERR_FORMAT, "git object %s is not of the expected type", text.s);
    if (len > max)
        return diag_set(d, ERR_LIMIT, "git object %s: %zu bytes, over the limit of %zu", text.s,
                        len, max);
    if (lib->git_odb_read(&r->object, r->odb, &oid) != 0)
        return diag_set(d, ERR_IO, "git object %s: %.200s", text.s, last_message(lib));
    *data = lib->git_odb_object_data(r->object);
    *data_len = lib->git_odb_object_size(r->object);
    e = hash_sha1(d, &actual, lib, type, *data, *data_len);
    if (e == OK && !gitobj_id_eq(&actual, id))
        e = diag_set(d, ERR_IO, "git object %s is corrupt", text.s);
    return e;
}
