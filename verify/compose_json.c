// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "src/base/limits.h"
#include "verify/compose_forms.h"

struct writer {
    struct diag *d;
    struct buf *out;
    unsigned indent;
    bool sorted;
    unsigned depth;
};

struct member {
    const char *key;
    const struct json *value;
};

static void write_text(struct buf *out, const char *text)
{
    static const char short_names[] = "\bb\tt\nn\ff\rr\"\"\\\\";

    buf_add_u8(out, '"');
    for (; *text != '\0'; text++) {
        const char *at = NULL;

        for (const char *p = short_names; *p != '\0' && at == NULL; p += 2)
            at = *p == *text ? p + 1 : NULL;
        if (at != NULL)
            buf_addf(out, "\\%c", *at);
        else if ((unsigned char)*text < 0x20)
            buf_addf(out, "\\u%04x", (unsigned)*text);
        else
            buf_add_u8(out, (uint8_t)*text);
    }
    buf_add_u8(out, '"');
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct member *)a)->key, ((const struct member *)b)->key);
}

static void new_line(struct writer *w)
{
    if (w->indent == 0)
        return;
    buf_add_u8(w->out, '\n');
    for (unsigned i = 0; i < w->depth * w->indent; i++)
        buf_add_u8(w->out, ' ');
}

static enum err write_value(struct writer *w, const struct json *j);

static enum err write_array(struct writer *w, const struct json *j)
{
    enum err e = OK;

    buf_add_u8(w->out, '[');
    w->depth++;
    for (size_t i = 0; e == OK && i < json_len(j); i++) {
        if (i > 0)
            buf_add_u8(w->out, ',');
        new_line(w);
        e = write_value(w, json_at(j, i));
    }
    w->depth--;
    if (json_len(j) > 0)
        new_line(w);
    buf_add_u8(w->out, ']');
    return e;
}

static enum err write_members(struct writer *w, const struct member *members, size_t num_members)
{
    enum err e = OK;

    buf_add_u8(w->out, '{');
    w->depth++;
    for (size_t i = 0; e == OK && i < num_members; i++) {
        if (i > 0)
            buf_add_u8(w->out, ',');
        new_line(w);
        write_text(w->out, members[i].key);
        buf_add_str(w->out, w->indent > 0 ? ": " : ":");
        e = write_value(w, members[i].value);
    }
    w->depth--;
    if (num_members > 0)
        new_line(w);
    buf_add_u8(w->out, '}');
    return e;
}

static enum err write_object(struct writer *w, const struct json *j)
{
    size_t num = json_len(j);
    struct member *members = calloc(num + 1, sizeof(*members));
    void *at = NULL;
    enum err e = OK;

    if (members == NULL)
        return diag_set(w->d, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < num; i++)
        members[i].value = json_next(j, &at, &members[i].key);
    if (w->sorted)
        qsort(members, num, sizeof(*members), by_key);
    e = write_members(w, members, num);
    free(members);
    return e;
}

/* As deep as json_parse allows. */
static enum err write_value(struct writer *w, const struct json *j)
{
    switch (json_type(j)) {
    case JSON_OBJECT:
        return write_object(w, j);
    case JSON_ARRAY:
        return write_array(w, j);
    case JSON_STRING:
        write_text(w->out, json_string(j));
        return OK;
    case JSON_NULL:
    case JSON_BOOL:
    case JSON_INTEGER:
    case JSON_REAL:
        break;
    }
    return json_write(w->d, w->out, j, 0); /* the same in every language, reals excepted */
}

enum err compose_json_write(struct diag *d, struct buf *out, const struct json *j, unsigned indent,
                            bool sorted)
{
    struct writer w = { d, out, indent, sorted, 0 };
    enum err e = write_value(&w, j);

    return e != OK ? e : buf_check(d, out, "app-compose");
}

enum err compose_parse(struct diag *d, struct json **out, const void *data, size_t data_len,
                       const char *what)
{
    enum err e = ERR_INTERNAL;

    *out = NULL;
    if (data_len > LIMIT_COMPOSE_BYTES)
        return diag_set(d, ERR_LIMIT, "%s: over the limit of %d bytes", what, LIMIT_COMPOSE_BYTES);
    if ((e = json_parse(d, out, data, data_len, what)) != OK)
        return e;
    if (json_type(*out) == JSON_OBJECT)
        return OK;
    json_free(*out);
    *out = NULL;
    return diag_set(d, ERR_FORMAT, "%s: expected a JSON object, as an app-compose is", what);
}
