// SPDX-License-Identifier: Apache-2.0
#include "verify/sigstore/checkpoint.h"

#include <string.h>

#include "src/base/u256.h"

#define EM_DASH "\xe2\x80\x94 "

void checkpoint_clear(struct checkpoint *c)
{
    for (size_t i = 0; i < c->num_signatures; i++)
        bytes_clear(&c->signatures[i].signature);
    *c = (struct checkpoint){ 0 };
}

/* One line without its newline; false if none is left or it has no newline. */
static bool next_line(const char **line, size_t *len, const char **at)
{
    *line = *at;
    *len = strcspn(*at, "\n");
    if ((*at)[*len] != '\n')
        return false;
    *at += *len + 1;
    return true;
}

static bool read_size(uint64_t *out, const char *line, size_t len)
{
    struct u256 value;

    /* No leading zero: one number has one text. */
    return len > 0 && (line[0] != '0' || len == 1) && u256_from_dec_len(&value, line, len) &&
           u256_to_u64(&value, out);
}

static bool read_base64(struct bytes *out, const char *line, size_t len)
{
    struct diag ignored = { 0 };
    char text[2048];

    if (len >= sizeof(text))
        return false;
    memcpy(text, line, len);
    text[len] = '\0';
    return part_base64_text(&ignored, out, text, "") == OK;
}

static bool read_root(struct hash32 *out, const char *line, size_t len)
{
    struct bytes hash = { 0 };
    bool ok = read_base64(&hash, line, len) && hash.len == sizeof(out->b);

    if (ok)
        memcpy(out->b, hash.data, sizeof(out->b));
    bytes_clear(&hash);
    return ok;
}

static bool read_signature(struct checkpoint_signature *s, const char *line, size_t len)
{
    const size_t dash_len = strlen(EM_DASH);
    const char *name = line + dash_len;
    struct bytes blob = { 0 };
    const char *space = NULL;
    bool ok = false;

    if (len <= dash_len || memcmp(line, EM_DASH, dash_len) != 0)
        return false;
    space = memchr(name, ' ', len - dash_len);
    if (space == NULL || space == name)
        return false;
    s->name = name;
    s->name_len = (size_t)(space - name);
    ok = read_base64(&blob, space + 1, len - dash_len - s->name_len - 1) &&
         blob.len > sizeof(s->hint) &&
         bytes_set(&s->signature, blob.data + sizeof(s->hint), blob.len - sizeof(s->hint));
    if (ok)
        memcpy(s->hint, blob.data, sizeof(s->hint));
    bytes_clear(&blob);
    return ok;
}

/* The last blank line ends the text. */
static const char *find_signatures(const char *note)
{
    const char *found = NULL;

    for (const char *at = strstr(note, "\n\n"); at != NULL; at = strstr(at + 1, "\n\n"))
        found = at + 2;
    return found;
}

static enum err read_signatures(struct diag *d, struct checkpoint *c, const char *at)
{
    const char *line = NULL;
    size_t len = 0;

    while (*at != '\0') {
        if (c->num_signatures == LIMIT_CHECKPOINT_LINES)
            return diag_set(d, ERR_LIMIT, "checkpoint: signatures are over the limit of %d",
                            LIMIT_CHECKPOINT_LINES);
        if (!next_line(&line, &len, &at) ||
            !read_signature(&c->signatures[c->num_signatures], line, len))
            return diag_set(d, ERR_FORMAT, "checkpoint: bad signature line %zu",
                            c->num_signatures + 1);
        c->num_signatures++;
    }
    return c->num_signatures > 0 ? OK : diag_set(d, ERR_FORMAT, "checkpoint: no signature");
}

static enum err read_text(struct diag *d, struct checkpoint *c)
{
    const char *at = c->text;
    const char *line = NULL;
    size_t len = 0;

    if (!next_line(&c->origin, &c->origin_len, &at) || c->origin_len == 0)
        return diag_set(d, ERR_FORMAT, "checkpoint: no origin in the first line");
    if (!next_line(&line, &len, &at) || !read_size(&c->tree_size, line, len))
        return diag_set(d, ERR_FORMAT, "checkpoint: no tree size in the second line");
    if (!next_line(&line, &len, &at) || !read_root(&c->root_hash, line, len))
        return diag_set(d, ERR_FORMAT, "checkpoint: no root hash in the third line");
    /* next_line knows nothing of the end of the text. */
    if (at > c->text + c->text_len)
        return diag_set(d, ERR_FORMAT, "checkpoint: expected three lines before the blank one");
    return OK;
}

enum err checkpoint_parse(struct diag *d, struct checkpoint *out, const char *note)
{
    const char *signatures = find_signatures(note);
    enum err e = ERR_INTERNAL;

    *out = (struct checkpoint){ 0 };
    if (signatures == NULL)
        return diag_set(d, ERR_FORMAT, "checkpoint: no blank line before the signatures");
    out->text = note;
    out->text_len = (size_t)(signatures - note) - 1;
    if ((e = read_text(d, out)) == OK)
        e = read_signatures(d, out, signatures);
    if (e != OK)
        checkpoint_clear(out);
    return e;
}

bool checkpoint_is_of(const struct checkpoint *c, const char *host, size_t host_len)
{
    const char *rest = c->origin + host_len;
    size_t len = 0;

    if (c->origin_len < host_len || memcmp(c->origin, host, host_len) != 0)
        return false;
    len = c->origin_len - host_len;
    if (len == 0)
        return true;
    if (len <= 3 || memcmp(rest, " - ", 3) != 0)
        return false;
    for (size_t i = 3; i < len; i++) {
        if (rest[i] < '0' || rest[i] > '9')
            return false;
    }
    return true;
}
