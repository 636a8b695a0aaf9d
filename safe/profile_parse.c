// SPDX-License-Identifier: Apache-2.0
#include "safe/profile_parse.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/limits.h"
#include "src/base/yaml_read.h"

#define PROFILE_FORMAT "countersign/profile/1"

static enum err no_memory(struct profile_reader *r)
{
    return diag_set(r->d, ERR_NOMEM, "out of memory");
}

/* --- tables and texts ---------------------------------------------------------------------- */

static bool is_known(const struct profile_key *keys, const char *name)
{
    for (size_t i = 0; keys[i].name != NULL; i++) {
        if (strcmp(keys[i].name, name) == 0)
            return true;
    }
    return false;
}

static enum err unknown_key(struct profile_reader *r, const struct yaml_node *key,
                            const struct profile_key *keys, const char *section)
{
    struct buf list;

    buf_init(&list, 512);
    for (size_t i = 0; keys[i].name != NULL; i++)
        buf_addf(&list, "%s%s", i > 0 ? ", " : "", keys[i].name);
    diag_hint(r->d, "known keys: %s", buf_str(&list));
    buf_clear(&list);
    return yaml_error(r->d, ERR_FORMAT, r->y, key, "unknown key '%.64s' in %s", key->text, section);
}

enum err profile_read_keys(struct profile_reader *r, const struct yaml_node *map,
                           const struct profile_key *keys, const char *section)
{
    enum err e = yaml_check_mapping(r->d, r->y, map);

    for (size_t i = 0; e == OK && i < map->num_pairs; i++) {
        if (!is_known(keys, map->pairs[i].key->text))
            e = unknown_key(r, map->pairs[i].key, keys, section);
    }
    for (size_t i = 0; e == OK && keys[i].name != NULL; i++) {
        const struct yaml_node *value = yaml_get(map, keys[i].name);

        if (value != NULL)
            e = keys[i].read(r, value);
        else if (keys[i].required)
            e = yaml_error(r->d, ERR_FORMAT, r->y, map, "'%s' is missing in %s", keys[i].name,
                           section);
    }
    return e;
}

enum err profile_read_copy(struct profile_reader *r, char **out, const struct yaml_node *n)
{
    const char *text = NULL;
    enum err e = yaml_read_text(r->d, &text, r->y, n);

    if (e != OK)
        return e;
    if (text[0] == '\0')
        return yaml_error(r->d, ERR_FORMAT, r->y, n, "must not be empty");
    return (*out = strdup(text)) != NULL ? OK : no_memory(r);
}

enum err profile_read_path(struct profile_reader *r, char **out, const struct yaml_node *n)
{
    char *path = NULL;
    struct buf joined;
    enum err e = profile_read_copy(r, &path, n);

    if (e != OK || path[0] == '/' || r->dir == NULL) {
        *out = path;
        return e;
    }
    buf_init(&joined, strlen(r->dir) + strlen(path) + 2);
    buf_addf(&joined, "%s/%s", r->dir, path);
    *out = buf_ok(&joined) ? strdup(buf_str(&joined)) : NULL;
    buf_clear(&joined);
    free(path);
    return *out != NULL ? OK : no_memory(r);
}

enum err profile_read_texts(struct profile_reader *r, char ***out, size_t *num_out,
                            const struct yaml_node *n, size_t max,
                            bool (*is_valid)(const char *text), const char *expected)
{
    enum err e = yaml_check_sequence(r->d, r->y, n, max);

    if (e != OK)
        return e;
    /* one more: an empty list is not the same as none */
    if ((*out = calloc(n->num_items + 1, sizeof(**out))) == NULL)
        return no_memory(r);
    for (size_t i = 0; e == OK && i < n->num_items; i++) {
        if ((e = profile_read_copy(r, &(*out)[i], n->items[i])) != OK)
            break;
        (*num_out)++;
        if (!is_valid((*out)[i]))
            e = yaml_error(r->d, ERR_FORMAT, r->y, n->items[i], "expected %s, found '%.64s'",
                           expected, (*out)[i]);
    }
    return e;
}

bool profile_is_name(const char *text)
{
    return text[0] >= 'a' && text[0] <= 'z' && strlen(text) <= PROFILE_NAME_LEN &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(text);
}

enum err profile_read_release(struct profile_reader *r, char **out, const struct yaml_node *n,
                              enum contract_kind kind)
{
    enum err e = profile_read_copy(r, out, n);

    if (e != OK || kind == CONTRACT_OTHER || contract_release_known(kind, *out))
        return e;
    diag_hint(r->d, "leave 'release' out if it is newer than this program");
    return yaml_error(r->d, ERR_FORMAT, r->y, n, "unknown release of %s: '%.64s'",
                      contract_kind_name(kind), *out);
}

bool profile_is_url(const char *text)
{
    const char *rest = NULL;

    if (strncmp(text, "https://", 8) == 0)
        rest = text + 8;
    else if (strncmp(text, "http://", 7) == 0)
        rest = text + 7;
    if (rest == NULL || rest[0] == '\0' || rest[0] == '/')
        return false;
    for (; *rest != '\0'; rest++) {
        if (*rest <= 0x20 || *rest >= 0x7f)
            return false;
    }
    return true;
}

/* --- git ----------------------------------------------------------------------------------- */

static enum err read_git_repository(struct profile_reader *r, const struct yaml_node *n)
{
    enum err e = profile_read_copy(r, &r->p->git_repository, n);

    if (e == OK && !profile_is_url(r->p->git_repository))
        e = yaml_error(r->d, ERR_FORMAT, r->y, n, "expected a web address, found '%.64s'",
                       r->p->git_repository);
    return e;
}

/* A whole ref as git-check-ref-format(1) has it, so that it is a name and no expression. A tag is
 * no branch: it has no history of its own. */
static bool is_git_branch(const char *ref)
{
    const char *part = ref;

    if (strncmp(ref, "refs/", 5) != 0 || strncmp(ref, "refs/tags/", 10) == 0 ||
        strpbrk(ref, " ~^:?*[\\\177") != NULL || strstr(ref, "..") != NULL ||
        strstr(ref, "@{") != NULL)
        return false;
    for (const char *c = ref; *c != '\0'; c++) {
        if (*c > '\0' && *c < ' ')
            return false;
    }
    for (;;) {
        size_t len = strcspn(part, "/");

        if (len == 0 || part[0] == '.' || part[len - 1] == '.' ||
            (len >= 5 && memcmp(part + len - 5, ".lock", 5) == 0))
            return false;
        if (part[len] == '\0')
            return true;
        part += len + 1;
    }
}

static enum err read_git_branch(struct profile_reader *r, const struct yaml_node *n)
{
    enum err e = profile_read_copy(r, &r->p->git_branch, n);

    if (e == OK && !is_git_branch(r->p->git_branch))
        e = yaml_error(r->d, ERR_FORMAT, r->y, n,
                       "expected a branch, whole, such as refs/remotes/origin/main, found '%.64s'",
                       r->p->git_branch);
    return e;
}

/* Relative to the repository's root, in git's own form: no empty, "." or ".." part. */
static bool is_git_path(const char *path)
{
    while (*path != '\0') {
        size_t len = strcspn(path, "/");

        if (len == 0 || (len == 1 && path[0] == '.') || (len == 2 && memcmp(path, "..", 2) == 0))
            return false;
        path += len;
        if (*path == '/' && *++path == '\0')
            return false;
    }
    return true;
}

static enum err read_git_path(struct profile_reader *r, const struct yaml_node *n)
{
    enum err e = profile_read_copy(r, &r->p->git_path, n);

    if (e == OK && !is_git_path(r->p->git_path))
        e = yaml_error(r->d, ERR_FORMAT, r->y, n,
                       "expected a path from the root of the repository, found '%.64s'",
                       r->p->git_path);
    return e;
}

static enum err read_git_clone(struct profile_reader *r, const struct yaml_node *n)
{
    return profile_read_path(r, &r->p->git_clone, n);
}

static enum err read_git_signers(struct profile_reader *r, const struct yaml_node *n)
{
    struct diag inner = { 0 };
    struct buf text;
    enum err e = profile_read_path(r, &r->p->git_signers_path, n);

    if (e != OK || r->dir == NULL)
        return e;
    buf_init(&text, LIMIT_ALLOWED_SIGNERS_BYTES);
    if (profile_read_file(r, &inner, &text, r->p->git_signers_path, n) != OK) {
        e = yaml_error_from(r->d, r->y, n, &inner);
    } else {
        r->p->git_signers = bytes_dup(buf_str(&text), text.len + 1);
        r->p->git_signers_len = text.len;
        e = r->p->git_signers != NULL ? OK : no_memory(r);
    }
    buf_clear(&text);
    return e;
}

static enum err read_git(struct profile_reader *r, const struct yaml_node *n)
{
    static const struct profile_key keys[] = {
        { "repository", false, read_git_repository },
        { "branch", false, read_git_branch },
        { "path", false, read_git_path },
        { "clone", false, read_git_clone },
        { "allowed-signers", false, read_git_signers },
        { NULL, false, NULL },
    };

    return profile_read_keys(r, n, keys, "'git'");
}

/* --- the whole ----------------------------------------------------------------------------- */

static enum err read_format(struct profile_reader *r, const struct yaml_node *n)
{
    const char *text = NULL;
    enum err e = yaml_read_text(r->d, &text, r->y, n);

    if (e == OK && strcmp(text, PROFILE_FORMAT) != 0)
        e = yaml_error(r->d, ERR_UNSUPPORTED, r->y, n, "expected %s, found '%.64s'", PROFILE_FORMAT,
                       text);
    return e;
}

static enum err read_name(struct profile_reader *r, const struct yaml_node *n)
{
    enum err e = profile_read_copy(r, &r->p->name, n);

    if (e == OK && !profile_is_name(r->p->name))
        e = yaml_error(r->d, ERR_FORMAT, r->y, n,
                       "expected a name of up to %d of a-z, 0-9 and -, found '%.64s'",
                       PROFILE_NAME_LEN, r->p->name);
    return e;
}

enum err profile_parse(struct diag *d, struct profile **out, const void *data, size_t data_len,
                       const char *what, const char *dir)
{
    /* the order matters: a section uses what those before it say */
    static const struct profile_key keys[] = {
        { "format", true, read_format },
        { "name", true, read_name },
        { "chain", true, profile_read_chain },
        { "safe", true, profile_read_safe },
        { "timelock", false, profile_read_timelock },
        { "contracts", false, profile_read_contracts },
        { "git", false, read_git },
        { "compose", false, profile_read_compose },
        { "images", false, profile_read_images },
        { "queue", false, profile_read_queue },
        { "pins", false, profile_read_pins },
        { "policy", false, profile_read_policy },
        { NULL, false, NULL },
    };
    struct yaml *y = NULL;
    struct profile_reader r = { .d = d, .dir = dir };
    enum err e = ERR_INTERNAL;

    *out = NULL;
    if ((e = yaml_parse(d, &y, data, data_len, what)) != OK)
        goto done;
    r.y = y;
    if ((r.p = calloc(1, sizeof(*r.p))) == NULL) {
        e = no_memory(&r);
        goto done;
    }
    r.p->policy.require_git = true;
    if ((e = profile_read_keys(&r, yaml_root(y), keys, "a profile")) != OK ||
        (e = profile_check(&r, yaml_root(y))) != OK ||
        (e = profile_identify(d, r.p, data, data_len)) != OK)
        goto done;
    *out = r.p;
    r.p = NULL; /* moved to the caller */
done:
    profile_free(r.p);
    yaml_free(y);
    return e;
}
