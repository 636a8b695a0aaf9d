// SPDX-License-Identifier: Apache-2.0
/* Git's objects that have headers: commits and annotated tags. */
#include <string.h>

#include "src/base/u256.h"
#include "verify/git_object.h"

/* --- lines ----------------------------------------------------------------------------------- */

/* The line up to a newline, which is skipped. */
static bool take_line(struct reader *r, const char **line, size_t *len)
{
    const uint8_t *start = r->left > 0 ? memchr(r->at, '\n', r->left) : NULL;
    const uint8_t *data = NULL;

    if (start == NULL)
        return false;
    *len = (size_t)(start - r->at);
    if (!reader_borrow(r, &data, *len + 1))
        return false;
    *line = (const char *)data;
    return memchr(data, '\0', *len) == NULL;
}

static bool starts_with(const char *line, size_t len, const char *prefix)
{
    return len >= strlen(prefix) && memcmp(line, prefix, strlen(prefix)) == 0;
}

/* "<key> <40 hex>" */
static bool take_id(struct reader *r, struct gitobj_id *out, const char *key)
{
    const char *line = NULL;
    size_t len = 0;
    size_t key_len = strlen(key);

    return take_line(r, &line, &len) && starts_with(line, len, key) &&
           gitobj_id_parse(out, line + key_len, len - key_len);
}

static bool is_zone(const char *s, size_t len)
{
    if (len != 5 || (s[0] != '+' && s[0] != '-'))
        return false;
    for (size_t i = 1; i < len; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
    }
    return true;
}

/* "<key> <name> <<mail>> <seconds> <zone>" */
static bool take_person(struct reader *r, uint64_t *time_s, const char *key)
{
    const char *line = NULL;
    size_t len = 0;
    size_t at = 0;
    struct u256 seconds;

    if (!take_line(r, &line, &len) || !starts_with(line, len, key))
        return false;
    for (at = len; at > 0 && line[at - 1] != '>'; at--)
        ;
    /* "> " before, " +0000" behind, and a digit at least */
    if (at == 0 || len - at < 1 + 1 + 6 || line[at] != ' ' || line[len - 6] != ' ')
        return false;
    return memchr(line, '<', at) != NULL &&
           u256_from_dec_len(&seconds, line + at + 1, len - 6 - at - 1) &&
           u256_to_u64(&seconds, time_s) && is_zone(line + len - 5, 5);
}

/* --- commits --------------------------------------------------------------------------------- */

static bool is_fixed_header(const char *line, size_t len)
{
    return starts_with(line, len, "tree ") || starts_with(line, len, "parent ") ||
           starts_with(line, len, "author ") || starts_with(line, len, "committer ");
}

/* Further headers up to the empty line; what follows is the message, which may be anything. */
static bool skip_headers(struct reader *r)
{
    const char *line = NULL;
    size_t len = 0;

    do {
        if (!take_line(r, &line, &len) || is_fixed_header(line, len))
            return false;
    } while (len > 0);
    return true;
}

enum err gitobj_commit_parse(struct diag *d, struct gitobj_commit *out, const uint8_t *data,
                             size_t data_len)
{
    struct gitobj_commit c = { .time_s = 0 };
    struct gitobj_id parent;
    struct reader r;
    uint64_t author_time_s = 0;

    memset(out, 0, sizeof(*out));
    reader_init(&r, data, data_len);
    if (!take_id(&r, &c.tree, "tree "))
        return diag_set(d, ERR_FORMAT, "git commit: no 'tree' line at the start");
    c.parents = (const char *)r.at;
    while (starts_with((const char *)r.at, r.left, "parent ")) {
        if (!take_id(&r, &parent, "parent ") || parent.len != c.tree.len)
            return diag_set(d, ERR_FORMAT, "git commit: malformed 'parent' line");
        c.num_parents++;
    }
    if (!take_person(&r, &author_time_s, "author "))
        return diag_set(d, ERR_FORMAT, "git commit: malformed 'author' line");
    if (!take_person(&r, &c.time_s, "committer "))
        return diag_set(d, ERR_FORMAT, "git commit: malformed 'committer' line");
    if (!skip_headers(&r))
        return diag_set(d, ERR_FORMAT, "git commit: malformed headers behind 'committer'");
    *out = c;
    return OK;
}

bool gitobj_commit_parent(struct gitobj_id *out, const struct gitobj_commit *c, size_t i)
{
    const size_t key_len = strlen("parent ");
    const size_t line_len = key_len + 2 * c->tree.len + 1;

    *out = (struct gitobj_id){ .len = 0 };
    return i < c->num_parents &&
           gitobj_id_parse(out, c->parents + i * line_len + key_len, 2 * c->tree.len);
}

/* --- tags ------------------------------------------------------------------------------------ */

static bool take_word(struct reader *r, struct gitobj_tag *out, const char *key)
{
    const char *line = NULL;
    size_t len = 0;

    if (!take_line(r, &line, &len) || !starts_with(line, len, key) || len <= strlen(key))
        return false;
    out->name = line + strlen(key);
    out->name_len = len - strlen(key);
    return true;
}

static bool read_type(enum gitobj_type *out, const char *line, size_t len)
{
    bool is_tag = len == strlen("type tag") && memcmp(line, "type tag", len) == 0;

    *out = is_tag ? GITOBJ_TAG : GITOBJ_COMMIT;
    return is_tag || (len == strlen("type commit") && memcmp(line, "type commit", len) == 0);
}

enum err gitobj_tag_parse(struct diag *d, struct gitobj_tag *out, const uint8_t *data,
                          size_t data_len)
{
    struct gitobj_tag t = { .time_s = 0 };
    const char *line = NULL;
    struct reader r;
    size_t len = 0;

    *out = (struct gitobj_tag){ .time_s = 0 };
    reader_init(&r, data, data_len);
    if (!take_id(&r, &t.target, "object "))
        return diag_set(d, ERR_FORMAT, "git tag: no 'object' line at the start");
    if (!take_line(&r, &line, &len) || !read_type(&t.type, line, len))
        return diag_set(d, ERR_FORMAT, "git tag: it names no commit");
    if (!take_word(&r, &t, "tag ") || !take_person(&r, &t.time_s, "tagger "))
        return diag_set(d, ERR_FORMAT, "git tag: malformed 'tag' or 'tagger' line");
    if (!take_line(&r, &line, &len) || len != 0)
        return diag_set(d, ERR_FORMAT, "git tag: unknown headers behind 'tagger'");
    *out = t;
    return OK;
}
