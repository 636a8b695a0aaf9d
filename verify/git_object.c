// SPDX-License-Identifier: Apache-2.0
#include "verify/git_object.h"

#include <string.h>

#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/utf8.h"

struct gitobj_id_text gitobj_id_format(const struct gitobj_id *id)
{
    struct gitobj_id_text text = { { 0 } };

    (void)hex_encode(text.s, id->b, id->len);
    return text;
}

bool gitobj_id_parse(struct gitobj_id *out, const char *text, size_t text_len)
{
    *out = (struct gitobj_id){ .len = 0 };
    if (text_len != 2 * GITOBJ_SHA1_LEN && text_len != 2 * GITOBJ_SHA256_LEN)
        return false;
    for (size_t i = 0; i < text_len; i++) {
        if (text[i] >= 'A' && text[i] <= 'F')
            return false;
    }
    if (!hex_decode(out->b, text_len / 2, text, text_len))
        return false;
    out->len = text_len / 2;
    return true;
}

const char *gitobj_type_name(enum gitobj_type type)
{
    static const char *const names[] = { "commit", "tree", "blob", "tag" };

    return names[type];
}

bool gitobj_id_eq(const struct gitobj_id *a, const struct gitobj_id *b)
{
    return a->len == b->len && memcmp(a->b, b->b, a->len) == 0;
}

/* --- trees ---------------------------------------------------------------------------------- */

static const struct {
    const char *text;
    enum gitobj_mode mode;
} modes[] = {
    { "100644 ", GITOBJ_MODE_FILE },       { "100664 ", GITOBJ_MODE_FILE },
    { "100755 ", GITOBJ_MODE_EXECUTABLE }, { "120000 ", GITOBJ_MODE_LINK },
    { "160000 ", GITOBJ_MODE_SUBMODULE },  { "40000 ", GITOBJ_MODE_TREE },
};

static bool starts_with(const char *text, size_t len, const char *prefix)
{
    return len >= strlen(prefix) && memcmp(text, prefix, strlen(prefix)) == 0;
}

static bool take_mode(struct reader *r, enum gitobj_mode *out)
{
    const uint8_t *skipped = NULL;

    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (!starts_with((const char *)r->at, r->left, modes[i].text))
            continue;
        *out = modes[i].mode;
        return reader_borrow(r, &skipped, strlen(modes[i].text));
    }
    return false;
}

static bool is_dot_git(const char *name, size_t len)
{
    static const char lower[] = ".git";
    static const char upper[] = ".GIT";

    if (len != 4)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (name[i] != lower[i] && name[i] != upper[i])
            return false;
    }
    return true;
}

static bool name_ok(const char *name, size_t len)
{
    return len > 0 && memchr(name, '/', len) == NULL && !(len == 1 && name[0] == '.') &&
           !(len == 2 && name[0] == '.' && name[1] == '.') && !is_dot_git(name, len);
}

struct raw_entry {
    enum gitobj_mode mode;
    const char *name;
    size_t name_len;
    struct gitobj_id id;
};

static bool take_entry(struct reader *r, struct raw_entry *out, size_t id_len)
{
    const uint8_t *end = NULL;
    const uint8_t *name = NULL;

    if (!take_mode(r, &out->mode) || r->left == 0 || (end = memchr(r->at, '\0', r->left)) == NULL)
        return false;
    out->name_len = (size_t)(end - r->at);
    if (!reader_borrow(r, &name, out->name_len + 1))
        return false;
    out->name = (const char *)name;
    out->id = (struct gitobj_id){ .len = id_len };
    return name_ok(out->name, out->name_len) && reader_bytes(r, out->id.b, id_len);
}

/* Git sorts as if the name of a tree ended with a '/'. */
static bool is_sorted(const struct raw_entry *a, const struct raw_entry *b)
{
    size_t len = a->name_len < b->name_len ? a->name_len : b->name_len;
    int order = memcmp(a->name, b->name, len);
    unsigned char next_a = a->mode == GITOBJ_MODE_TREE ? '/' : 0;
    unsigned char next_b = b->mode == GITOBJ_MODE_TREE ? '/' : 0;

    if (order != 0)
        return order < 0;
    if (a->name_len == b->name_len)
        return false; /* twice, whatever the modes are */
    if (a->name_len > len)
        next_a = (unsigned char)a->name[len];
    else
        next_b = (unsigned char)b->name[len];
    return next_a < next_b;
}

/* A mode that is none of git's, or none at all. */
static enum err bad_entry(struct diag *d, size_t index, const struct reader *r)
{
    size_t len = 0;

    while (len < r->left && len < 8 && r->at[len] >= '0' && r->at[len] <= '7')
        len++;
    if (len < 5 || len == r->left || r->at[len] != ' ')
        return diag_set(d, ERR_FORMAT, "git tree: entry %zu is malformed", index);
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (starts_with((const char *)r->at, r->left, modes[i].text))
            return diag_set(d, ERR_FORMAT, "git tree: entry %zu is malformed", index);
    }
    return diag_set(d, ERR_FORMAT, "git tree: entry %zu has the mode %.*s, which is none of git's",
                    index, (int)len, (const char *)r->at);
}

static enum err bad_tree(struct diag *d, size_t index, const char *why)
{
    return diag_set(d, ERR_FORMAT, "git tree: entry %zu %s", index, why);
}

enum err gitobj_tree_find(struct diag *d, struct gitobj_entry *out, size_t id_len,
                          const uint8_t *data, size_t data_len, const char *name, size_t name_len)
{
    struct gitobj_entry found = { .mode = GITOBJ_MODE_NONE };
    struct raw_entry last = { .name = NULL };
    struct raw_entry entry;
    struct reader r;

    memset(out, 0, sizeof(*out));
    reader_init(&r, data, data_len);
    for (size_t i = 0; !reader_end(&r); i++) {
        struct reader start = r;

        if (!take_entry(&r, &entry, id_len))
            return bad_entry(d, i, &start);
        if (last.name != NULL && !is_sorted(&last, &entry))
            return bad_tree(d, i, "is out of order, or repeats a name");
        last = entry;
        if (entry.name_len != name_len || memcmp(entry.name, name, name_len) != 0)
            continue;
        /* a file and a tree of one name need not be neighbours */
        if (found.mode != GITOBJ_MODE_NONE)
            return bad_tree(d, i, "repeats a name");
        found.mode = entry.mode;
        found.id = entry.id;
    }
    *out = found;
    return OK;
}

/* --- paths and the walk --------------------------------------------------------------------- */

enum err gitobj_path_check(struct diag *d, const char *path)
{
    const size_t path_len = strlen(path);
    const char *start = path;
    uint32_t cp = 0;
    size_t depth = 1;

    for (size_t i = 0; i < path_len;) {
        size_t len = utf8_decode(&cp, path + i, path_len - i);

        if (len == 0 || cp < 0x20 || (cp >= 0x7f && cp < 0xa0))
            return diag_set(d, ERR_USAGE, "path: byte %zu is no printable UTF-8", i);
        if (cp == '/') {
            if (!name_ok(start, (size_t)(path + i - start)))
                break;
            start = path + i + 1;
            depth++;
        }
        i += len;
    }
    if (!name_ok(start, strcspn(start, "/"))) {
        diag_hint(d, "give it as 'git ls-files --full-name' shows it");
        return diag_set(d, ERR_USAGE, "path '%.200s': not the name of a file in a commit", path);
    }
    if (depth > LIMIT_GIT_PATH_DEPTH)
        return diag_set(d, ERR_LIMIT, "path: over the limit of %d levels", LIMIT_GIT_PATH_DEPTH);
    return OK;
}

static const char *const mode_names[] = {
    [GITOBJ_MODE_NONE] = "nothing",          [GITOBJ_MODE_FILE] = "a file",
    [GITOBJ_MODE_EXECUTABLE] = "a file",     [GITOBJ_MODE_LINK] = "a symbolic link",
    [GITOBJ_MODE_SUBMODULE] = "a submodule", [GITOBJ_MODE_TREE] = "a directory",
};

/* The entry has to be a directory, or at the end of the path a regular file. */
static enum err check_kind(struct diag *d, const struct gitobj_entry *entry, const char *path,
                           size_t path_len, bool at_end)
{
    bool is_file = entry->mode == GITOBJ_MODE_FILE || entry->mode == GITOBJ_MODE_EXECUTABLE;

    if (entry->mode == GITOBJ_MODE_NONE)
        return diag_set(d, ERR_MISMATCH, "the commit has no '%.*s'", (int)path_len, path);
    if (at_end ? !is_file : entry->mode != GITOBJ_MODE_TREE)
        return diag_set(d, ERR_FORMAT, "'%.*s' is %s, expected a %s", (int)path_len, path,
                        mode_names[entry->mode], at_end ? "regular file" : "directory");
    return OK;
}

enum err gitobj_walk(struct diag *d, struct gitobj_found *out, const struct gitobj_source *source,
                     const struct gitobj_id *commit, const char *path)
{
    const uint8_t *data = NULL;
    size_t data_len = 0;
    struct gitobj_commit c;
    struct gitobj_entry entry;
    const char *name = path;
    bool at_end = false;
    enum err e = ERR_INTERNAL;

    memset(out, 0, sizeof(*out));
    if ((e = source->get(d, source->ctx, &data, &data_len, GITOBJ_COMMIT, 0, commit)) != OK ||
        (e = gitobj_commit_parse(d, &c, data, data_len)) != OK)
        return e;
    if (c.tree.len != commit->len)
        return diag_set(d, ERR_FORMAT, "git commit: its tree has an id of another kind");
    entry.id = c.tree;
    for (size_t i = 0; !at_end; i++) {
        size_t name_len = strcspn(name, "/");

        if (i >= LIMIT_GIT_PATH_DEPTH)
            return diag_set(d, ERR_LIMIT, "path: over the limit of %d levels",
                            LIMIT_GIT_PATH_DEPTH);
        at_end = name[name_len] == '\0';
        if ((e = source->get(d, source->ctx, &data, &data_len, GITOBJ_TREE, i, &entry.id)) != OK ||
            (e = gitobj_tree_find(d, &entry, commit->len, data, data_len, name, name_len)) != OK ||
            (e = check_kind(d, &entry, path, (size_t)(name + name_len - path), at_end)) != OK)
            return e;
        out->num_trees = i + 1;
        name += name_len + 1;
    }
    out->blob = entry.id;
    out->commit_time_s = c.time_s;
    return OK;
}
