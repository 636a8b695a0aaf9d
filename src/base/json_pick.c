// SPDX-License-Identifier: Apache-2.0
#include "src/base/json_pick.h"

#include <string.h>

static size_t skip_space(const struct json_text *t, size_t i)
{
    while (i < t->len &&
           (t->text[i] == ' ' || t->text[i] == '\t' || t->text[i] == '\r' || t->text[i] == '\n'))
        i++;
    return i;
}

/* Behind the string that begins at i; 0 if it has no end. */
static size_t skip_string(const struct json_text *t, size_t i)
{
    for (i++; i < t->len; i++) {
        if (t->text[i] == '\\')
            i++;
        else if (t->text[i] == '"')
            return i + 1;
    }
    return 0;
}

/* Behind a number or a word. */
static size_t skip_plain(const struct json_text *t, size_t i)
{
    while (i < t->len && strchr(",]}:[{\" \t\r\n", t->text[i]) == NULL)
        i++;
    return i;
}

/* Behind the value that begins at i; 0 if there is none, or if it has no end. */
static size_t skip_value(const struct json_text *t, size_t i)
{
    size_t depth = 0;
    size_t begin = i;

    do {
        if (i >= t->len)
            return 0;
        switch (t->text[i]) {
        case '"':
            if ((i = skip_string(t, i)) == 0)
                return 0;
            break;
        case '[':
        case '{':
            depth++;
            i++;
            break;
        case ']':
        case '}':
            if (depth == 0)
                return 0;
            depth--;
            i++;
            break;
        default:
            i = depth > 0 ? i + 1 : skip_plain(t, i);
        }
    } while (depth > 0);
    return i > begin ? i : 0;
}

/* Past the bracket or comma that must stand before item number n; *end if the closing one stands
 * there instead. 0 if neither does. */
static size_t next_place(const struct json_text *t, size_t i, bool first, char open, char close,
                         bool *end)
{
    *end = false;
    i = skip_space(t, i);
    if (i >= t->len)
        return 0;
    if (first) {
        if (t->text[i] != open)
            return 0;
        i = skip_space(t, i + 1);
        *end = i < t->len && t->text[i] == close;
        return *end || i < t->len ? i : 0;
    }
    *end = t->text[i] == close;
    if (*end)
        return i;
    return t->text[i] == ',' ? skip_space(t, i + 1) : 0;
}

/* Nothing but white space behind the closing bracket at i. */
static bool is_last(const struct json_text *t, size_t i)
{
    return skip_space(t, i + 1) == t->len;
}

enum err json_pick_item(struct diag *d, struct json_text *item, bool *done, size_t *at,
                        const struct json_text *array, const char *what)
{
    size_t begin = 0;
    size_t end = 0;

    *item = (struct json_text){ 0 };
    *done = false;
    begin = next_place(array, *at, *at == 0, '[', ']', done);
    if (*done && is_last(array, begin))
        return OK;
    *done = false;
    if (begin == 0 || (end = skip_value(array, begin)) == 0)
        return diag_set(d, ERR_FORMAT, "%s: expected an array", what);
    *item = (struct json_text){ array->text + begin, end - begin };
    *at = end;
    return OK;
}

/* The key that begins at i, without its quotation marks; *after is behind it. */
static bool read_key(struct json_text *key, size_t *after, const struct json_text *t, size_t i)
{
    if (i >= t->len || t->text[i] != '"' || (*after = skip_string(t, i)) == 0)
        return false;
    *key = (struct json_text){ t->text + i + 1, *after - i - 2 };
    return true;
}

static enum err take_member(struct diag *d, struct json_text *out, const char *const *keys,
                            const struct json_text *key, const struct json_text *value,
                            const char *what)
{
    if (memchr(key->text, '\\', key->len) != NULL)
        return diag_set(d, ERR_FORMAT, "%s: a key is written with escapes", what);
    for (size_t i = 0; keys[i] != NULL; i++) {
        if (strlen(keys[i]) != key->len || memcmp(keys[i], key->text, key->len) != 0)
            continue;
        if (out[i].text != NULL)
            return diag_set(d, ERR_FORMAT, "%s: '%s' stands there twice", what, keys[i]);
        out[i] = *value;
    }
    return OK;
}

enum err json_pick_members(struct diag *d, struct json_text *out, const char *const *keys,
                           const struct json_text *object, const char *what)
{
    size_t at = 0;
    enum err e = OK;

    for (size_t i = 0; keys[i] != NULL; i++)
        out[i] = (struct json_text){ 0 };
    for (bool first = true; e == OK; first = false) {
        bool done = false;
        struct json_text key, value;
        size_t colon = 0;
        size_t begin = next_place(object, at, first, '{', '}', &done);

        if (done && is_last(object, begin))
            return OK;
        if (done || begin == 0 || !read_key(&key, &colon, object, begin))
            break;
        colon = skip_space(object, colon);
        if (colon >= object->len || object->text[colon] != ':')
            break;
        begin = skip_space(object, colon + 1);
        if ((at = skip_value(object, begin)) == 0)
            break;
        value = (struct json_text){ object->text + begin, at - begin };
        e = take_member(d, out, keys, &key, &value, what);
    }
    for (size_t i = 0; keys[i] != NULL; i++)
        out[i] = (struct json_text){ 0 };
    return e != OK ? e : diag_set(d, ERR_FORMAT, "%s: expected an object", what);
}
