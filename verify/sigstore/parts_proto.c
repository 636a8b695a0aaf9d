// SPDX-License-Identifier: Apache-2.0
/* What protobuf's JSON allows beyond plain JSON. Source: protobuf, ProtoJSON format. */
#include <string.h>

#include "src/base/limits.h"
#include "verify/sigstore/parts.h"

/* --- base64 ----------------------------------------------------------------------------------- */

enum err part_proto_base64_text(struct diag *d, struct bytes *out, const char *text,
                                const char *what)
{
    const size_t len = strlen(text);
    const bool url_safe = strpbrk(text, "-_") != NULL;
    enum err e = ERR_INTERNAL;
    struct buf plain;

    bytes_clear(out);
    if (url_safe && strpbrk(text, "+/") != NULL)
        return diag_set(d, ERR_FORMAT, "%s: base64: two alphabets in one text", what);
    buf_init(&plain, 2 * LIMIT_SIGSTORE_BYTES);
    for (size_t i = 0; i < len; i++)
        buf_add_u8(&plain, (uint8_t)(text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i]));
    if (strchr(text, '=') == NULL) {
        for (size_t i = len; i % 4 != 0; i++)
            buf_add_u8(&plain, '=');
    }
    if ((e = buf_check(d, &plain, what)) == OK)
        e = part_base64_text(d, out, buf_str(&plain), what);
    buf_clear(&plain);
    return e;
}

enum err part_proto_base64(struct diag *d, struct bytes *out, const struct json *obj,
                           const char *key)
{
    const char *text = NULL;
    enum err e = json_read_string(d, &text, obj, key);

    return e != OK ? e : part_proto_base64_text(d, out, text, key);
}

enum err part_proto_base64_hash(struct diag *d, struct hash32 *out, const struct json *obj,
                                const char *key)
{
    struct bytes b = { 0 };
    enum err e = part_proto_base64(d, &b, obj, key);

    *out = (struct hash32){ 0 };
    if (e == OK && b.len != sizeof(out->b))
        e = diag_set(d, ERR_FORMAT, "%s: expected 32 bytes, found %zu", key, b.len);
    if (e == OK)
        memcpy(out->b, b.data, sizeof(out->b));
    bytes_clear(&b);
    return e;
}

/* --- names ------------------------------------------------------------------------------------ */

#define NAME_LEN  64
#define MAX_DEPTH 16 /* bundles and roots are eight deep at most */

static bool is_lower(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* "tlog_entries" to "tlogEntries"; false if it is no such name. */
static bool to_camel(char out[static NAME_LEN], const char *name)
{
    size_t n = 0;

    if (strchr(name, '_') == NULL || !is_lower(name[0]))
        return false;
    for (const char *c = name; *c != '\0'; c++) {
        const bool is_start = c > name && c[-1] == '_';

        if ((*c != '_' && !is_lower(*c)) || (*c == '_' && !is_lower(c[1])) || n + 1 == NAME_LEN)
            return false;
        if (*c != '_')
            out[n++] = is_start && *c >= 'a' ? (char)(*c - 'a' + 'A') : *c;
    }
    out[n] = '\0';
    return true;
}

struct renaming {
    struct diag *d;
    enum err e;
};

static struct json *renamed(struct renaming *r, const struct json *j, size_t depth);

static struct json *renamed_object(struct renaming *r, const struct json *j, size_t depth)
{
    struct json *out = json_new_object();
    const struct json *value = NULL;
    const char *key = NULL;
    void *at = NULL;

    while (r->e == OK && (value = json_next(j, &at, &key)) != NULL) {
        char camel[NAME_LEN];
        const char *name = to_camel(camel, key) ? camel : key;

        if (json_get(out, name) != NULL)
            r->e = diag_set(r->d, ERR_FORMAT, "'%s' stands there under both of its names", name);
        else if (strcmp(name, "dsseEnvelope") == 0)
            json_set(out, name, json_copy(value));
        else
            json_set(out, name, renamed(r, value, depth + 1));
    }
    return out;
}

/* The depth is bounded here, and by json_parse. */
static struct json *renamed(struct renaming *r, const struct json *j, size_t depth)
{
    struct json *out = NULL;

    if (depth > MAX_DEPTH) {
        r->e = diag_set(r->d, ERR_LIMIT, "nested deeper than %d", MAX_DEPTH);
        return json_new_null();
    }
    if (json_type(j) == JSON_OBJECT)
        return renamed_object(r, j, depth);
    if (json_type(j) != JSON_ARRAY)
        return json_copy(j);
    out = json_new_array();
    for (size_t i = 0; r->e == OK && i < json_len(j); i++)
        json_append(out, renamed(r, json_at(j, i), depth + 1));
    return out;
}

enum err part_proto_names(struct diag *d, struct json **out, const struct json *j)
{
    struct renaming r = { d, OK };

    *out = renamed(&r, j, 0);
    if (r.e == OK && *out == NULL)
        r.e = diag_set(d, ERR_NOMEM, "out of memory");
    if (r.e != OK) {
        json_free(*out);
        *out = NULL;
    }
    return r.e;
}

/* --- lines ------------------------------------------------------------------------------------ */

bool part_is_lines(const char *text, size_t text_len)
{
    const char *newline = memchr(text, '\n', text_len);
    size_t len = newline != NULL ? (size_t)(newline - text) : 0;

    if (len < 2 || text[0] != '{' || text[len - 1] != '}')
        return false;
    for (size_t i = len; i < text_len; i++) {
        if (text[i] != '\n' && text[i] != '\r' && text[i] != ' ' && text[i] != '\t')
            return true;
    }
    return false;
}
