// SPDX-License-Identifier: Apache-2.0

/* jansson and json.h use some of the same names: jansson's are renamed while its header is read. */
#define json_type    jansson_type
#define json_string  jansson_string
#define json_copy    jansson_copy
#define JSON_NULL    JANSSON_NULL
#define JSON_INTEGER JANSSON_INTEGER
#define JSON_REAL    JANSSON_REAL
#define JSON_STRING  JANSSON_STRING
#define JSON_ARRAY   JANSSON_ARRAY
#define JSON_OBJECT  JANSSON_OBJECT
#include <jansson.h>
#undef json_type
#undef json_string
#undef json_copy
#undef JSON_NULL
#undef JSON_INTEGER
#undef JSON_REAL
#undef JSON_STRING
#undef JSON_ARRAY
#undef JSON_OBJECT

#include "src/base/json.h"

#include <assert.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/json_scan.h"
#include "src/base/u256.h"
#include "src/base/utf8.h"

/*
 * A container into which something could not be put for lack of memory gets one of these types,
 * which no function of jansson knows: it has no members, takes none, and cannot be written.
 */
#define BROKEN_OBJECT 98U
#define BROKEN_ARRAY  99U

static json_t *unwrap(struct json *j)
{
    return (json_t *)(void *)j;
}

static const json_t *unwrap_const(const struct json *j)
{
    return (const json_t *)(const void *)j;
}

static struct json *wrap(json_t *j)
{
    return (struct json *)(void *)j;
}

static const struct json *wrap_const(const json_t *j)
{
    return (const struct json *)(const void *)j;
}

/* --- reading ------------------------------------------------------------------------------- */

static enum err parse_error(struct diag *d, const json_error_t *error, const char *text,
                            const char *what)
{
    const char *key = NULL;
    size_t key_len = 0;

    switch (json_error_code(error)) {
    case json_error_out_of_memory:
        return diag_set(d, ERR_NOMEM, "%s: out of memory", what);
    case json_error_numeric_overflow:
        diag_hint(d, "write large numbers as strings: \"123\"");
        key_len = json_scan_key(&key, text, (size_t)error->position);
        return diag_set(d, ERR_FORMAT, "%s:%d:%d: %s%.*s%sa number beyond 64 bits", what,
                        error->line, error->column, key_len > 0 ? "'" : "",
                        (int)(key_len < 64 ? key_len : 64), key, key_len > 0 ? "': " : "");
    default:
        return diag_set(d, ERR_FORMAT, "%s:%d:%d: %.100s", what, error->line, error->column,
                        error->text);
    }
}

enum err json_parse(struct diag *d, struct json **out, const void *data, size_t data_len,
                    const char *what)
{
    json_error_t error;
    json_t *root = NULL;
    enum err e = json_scan_limits(d, data, data_len, what);

    *out = NULL;
    if (e != OK)
        return e;
    root = json_loadb(data_len > 0 ? data : "", data_len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY,
                      &error);
    if (root == NULL)
        return parse_error(d, &error, data, what);
    *out = wrap(root);
    return OK;
}

/* Give broken containers their type back, or freeing them would leak. As deep as the tree. */
static void repair(json_t *j)
{
    switch ((unsigned)json_typeof(j)) {
    case JANSSON_OBJECT:
        for (void *at = json_object_iter(j); at != NULL; at = json_object_iter_next(j, at))
            repair(json_object_iter_value(at));
        break;
    case JANSSON_ARRAY:
        for (size_t i = 0; i < json_array_size(j); i++)
            repair(json_array_get(j, i));
        break;
    case BROKEN_OBJECT:
        j->type = JANSSON_OBJECT;
        break;
    case BROKEN_ARRAY:
        j->type = JANSSON_ARRAY;
        break;
    default:
        break;
    }
}

void json_free(struct json *root)
{
    if (root != NULL)
        repair(unwrap(root));
    json_decref(unwrap(root));
}

enum json_type json_type(const struct json *j)
{
    if (j == NULL)
        return JSON_NULL;
    switch (json_typeof(unwrap_const(j))) {
    case JANSSON_OBJECT:
        return JSON_OBJECT;
    case JANSSON_ARRAY:
        return JSON_ARRAY;
    case JANSSON_STRING:
        return JSON_STRING;
    case JANSSON_INTEGER:
        return JSON_INTEGER;
    case JANSSON_REAL:
        return JSON_REAL;
    case JSON_TRUE:
    case JSON_FALSE:
        return JSON_BOOL;
    default:
        return JSON_NULL;
    }
}

const struct json *json_get(const struct json *j, const char *key)
{
    return wrap_const(json_object_get(unwrap_const(j), key));
}

size_t json_len(const struct json *j)
{
    if (json_type(j) == JSON_OBJECT)
        return json_object_size(unwrap_const(j));
    return json_array_size(unwrap_const(j));
}

const struct json *json_at(const struct json *j, size_t i)
{
    return wrap_const(json_array_get(unwrap_const(j), i));
}

const char *json_string(const struct json *j)
{
    return json_string_value(unwrap_const(j));
}

/* jansson's iterators are not const; nothing is changed through them here. */
static json_t *not_const(const struct json *j)
{
    union {
        const struct json *in;
        json_t *out;
    } u = { j };

    return u.out;
}

const struct json *json_member(const struct json *j, size_t i, const char **key)
{
    void *at = json_object_iter(not_const(j));

    while (at != NULL && i-- > 0)
        at = json_object_iter_next(not_const(j), at);
    *key = at != NULL ? json_object_iter_key(at) : NULL;
    return at != NULL ? wrap_const(json_object_iter_value(at)) : NULL;
}

const struct json *json_next(const struct json *j, void **at, const char **key)
{
    json_t *o = not_const(j);

    *at = *at == NULL ? json_object_iter(o) : json_object_iter_next(o, *at);
    *key = *at != NULL ? json_object_iter_key(*at) : NULL;
    return *at != NULL ? wrap_const(json_object_iter_value(*at)) : NULL;
}

static const char *found(const struct json *j)
{
    if (j == NULL)
        return "nothing";
    switch (json_type(j)) {
    case JSON_NULL:
        return "null";
    case JSON_BOOL:
        return "true or false";
    case JSON_INTEGER:
        return "an integer";
    case JSON_REAL:
        return "a number with a fraction or exponent";
    case JSON_STRING:
        return "a string";
    case JSON_ARRAY:
        return "an array";
    case JSON_OBJECT:
        return "an object";
    }
    return "nothing";
}

static enum err wrong_type(struct diag *d, const struct json *j, const char *key,
                           const char *expected)
{
    return diag_set(d, ERR_FORMAT, "'%.64s': expected %s, found %s", key, expected, found(j));
}

static enum err read_text(struct diag *d, const char **out, const struct json *obj, const char *key,
                          const char *expected)
{
    const struct json *j = json_get(obj, key);

    *out = json_string(j);
    return *out != NULL ? OK : wrong_type(d, j, key, expected);
}

enum err json_read_string(struct diag *d, const char **out, const struct json *obj, const char *key)
{
    return read_text(d, out, obj, key, "a string");
}

enum err json_read_address(struct diag *d, struct address *out, const struct json *obj,
                           const char *key)
{
    const char *text = NULL;
    enum err e = read_text(d, &text, obj, key, "an address");

    *out = (struct address){ 0 };
    if (e != OK)
        return e;
    if (address_parse(d, out, text) != OK)
        return diag_prefix(d, "'%.64s'", key);
    return OK;
}

enum err json_read_hash(struct diag *d, struct hash32 *out, const struct json *obj, const char *key)
{
    const char *text = NULL;
    enum err e = read_text(d, &text, obj, key, "a hash");

    *out = (struct hash32){ 0 };
    if (e != OK)
        return e;
    if (hash32_parse(d, out, text) != OK)
        return diag_prefix(d, "'%.64s'", key);
    return OK;
}

enum err json_read_u256(struct diag *d, struct u256 *out, const struct json *obj, const char *key)
{
    const struct json *j = json_get(obj, key);
    const char *text = json_string(j);

    *out = (struct u256){ 0 };
    if (text != NULL) {
        if (u256_from_dec(out, text))
            return OK;
        return diag_set(d, ERR_FORMAT,
                        "'%.64s': expected a decimal number up to 2^256 - 1, found '%.80s'", key,
                        text);
    }
    if (j != NULL && json_type(j) == JSON_INTEGER) {
        json_int_t value = json_integer_value(unwrap_const(j));

        if (value < 0)
            return diag_set(d, ERR_FORMAT, "'%.64s': expected a number from 0, found %lld", key,
                            (long long)value);
        *out = u256_from_u64((uint64_t)value);
        return OK;
    }
    if (json_type(j) == JSON_REAL)
        diag_hint(d, "write numbers as decimal strings: \"1000\"");
    return wrong_type(d, j, key, "a decimal number");
}

enum err json_read_u64(struct diag *d, uint64_t *out, const struct json *obj, const char *key)
{
    struct u256 value;
    enum err e = json_read_u256(d, &value, obj, key);

    *out = 0;
    if (e != OK)
        return e;
    if (!u256_to_u64(&value, out))
        return diag_set(d, ERR_FORMAT, "'%.64s': expected a number up to 2^64 - 1, found %s", key,
                        u256_format(&value).s);
    return OK;
}

enum err json_read_bool(struct diag *d, bool *out, const struct json *obj, const char *key)
{
    const struct json *j = json_get(obj, key);

    *out = false;
    if (json_type(j) != JSON_BOOL)
        return wrong_type(d, j, key, "true or false");
    *out = json_typeof(unwrap_const(j)) == JSON_TRUE;
    return OK;
}

enum err json_read_bytes(struct diag *d, struct buf *out, const struct json *obj, const char *key)
{
    const char *text = NULL;
    enum err e = read_text(d, &text, obj, key, "0x hex");

    if (e != OK)
        return e;
    if (hex_decode_0x_buf(d, out, text) != OK)
        return diag_prefix(d, "'%.64s'", key);
    return OK;
}

enum err json_read_object(struct diag *d, const struct json **out, const struct json *obj,
                          const char *key)
{
    const struct json *j = json_get(obj, key);

    *out = json_type(j) == JSON_OBJECT ? j : NULL;
    return *out != NULL ? OK : wrong_type(d, j, key, "an object");
}

enum err json_read_array(struct diag *d, const struct json **out, const struct json *obj,
                         const char *key)
{
    const struct json *j = json_get(obj, key);

    *out = json_type(j) == JSON_ARRAY ? j : NULL;
    return *out != NULL ? OK : wrong_type(d, j, key, "an array");
}

static bool is_listed(const char *const *keys, const char *key)
{
    for (size_t i = 0; keys[i] != NULL; i++) {
        if (strcmp(keys[i], key) == 0)
            return true;
    }
    return false;
}

enum err json_only_keys(struct diag *d, const struct json *obj, const char *const *keys)
{
    json_t *o = not_const(obj);

    if (json_type(obj) != JSON_OBJECT)
        return diag_set(d, ERR_FORMAT, "expected an object, found %s", found(obj));
    for (void *at = json_object_iter(o); at != NULL; at = json_object_iter_next(o, at)) {
        if (!is_listed(keys, json_object_iter_key(at)))
            return diag_set(d, ERR_FORMAT, "unknown member '%.64s'", json_object_iter_key(at));
    }
    return OK;
}

/* --- building ------------------------------------------------------------------------------ */

struct json *json_new_object(void)
{
    return wrap(json_object());
}

struct json *json_new_array(void)
{
    return wrap(json_array());
}

struct json *json_new_string(const char *s)
{
    return wrap(json_stringn(s, strlen(s)));
}

struct json *json_new_text(const char *s, size_t s_len)
{
    const unsigned char *at = (const unsigned char *)s;
    struct json *j = NULL;
    struct buf text;

    buf_init(&text, 3 * s_len + 1);
    for (size_t i = 0; i < s_len;) {
        uint32_t cp = 0;
        size_t len = utf8_decode(&cp, at + i, s_len - i);

        if (len == 0 || cp == 0)
            buf_add_str(&text, "\xef\xbf\xbd");
        else
            buf_add(&text, at + i, len);
        i += len > 0 ? len : 1;
    }
    if (buf_ok(&text))
        j = wrap(json_stringn(buf_str(&text), text.len));
    buf_clear(&text);
    return j;
}

struct json *json_new_int(int64_t value)
{
    return wrap(json_integer(value));
}

struct json *json_new_bool(bool value)
{
    return wrap(value ? json_true() : json_false());
}

struct json *json_new_null(void)
{
    return wrap(json_null());
}

struct json *json_copy(const struct json *j)
{
    return wrap(json_deep_copy(unwrap_const(j)));
}

void json_set(struct json *obj, const char *key, struct json *value)
{
    json_t *o = unwrap(obj);

    assert(o == NULL || json_typeof(o) == JANSSON_OBJECT || json_typeof(o) == BROKEN_OBJECT);
    /* on failure, value is released */
    if (json_object_set_new(o, key, unwrap(value)) != 0 && o != NULL) {
        (void)json_object_clear(o);
        o->type = (jansson_type)BROKEN_OBJECT;
    }
}

void json_append(struct json *arr, struct json *value)
{
    json_t *a = unwrap(arr);

    assert(a == NULL || json_typeof(a) == JANSSON_ARRAY || json_typeof(a) == BROKEN_ARRAY);
    if (json_array_append_new(a, unwrap(value)) != 0 && a != NULL) {
        (void)json_array_clear(a);
        a->type = (jansson_type)BROKEN_ARRAY;
    }
}

void json_remove(struct json *obj, const char *key)
{
    (void)json_object_del(unwrap(obj), key);
}

void json_set_string(struct json *obj, const char *key, const char *s)
{
    json_set(obj, key, json_new_string(s));
}

void json_set_int(struct json *obj, const char *key, int64_t value)
{
    json_set(obj, key, json_new_int(value));
}

void json_set_bool(struct json *obj, const char *key, bool value)
{
    json_set(obj, key, json_new_bool(value));
}

void json_set_null(struct json *obj, const char *key)
{
    json_set(obj, key, json_new_null());
}

void json_set_address(struct json *obj, const char *key, const struct address *a)
{
    json_set_string(obj, key, address_format(a).s);
}

void json_set_hash(struct json *obj, const char *key, const struct hash32 *h)
{
    json_set_string(obj, key, hash32_format(h).s);
}

void json_set_u256(struct json *obj, const char *key, const struct u256 *a)
{
    json_set_string(obj, key, u256_format(a).s);
}

void json_set_bytes(struct json *obj, const char *key, const uint8_t *data, size_t data_len)
{
    struct json *value = NULL;
    struct buf text;

    buf_init(&text, HEX_0X_LEN(data_len));
    buf_add_hex_0x(&text, data, data_len);
    if (buf_ok(&text))
        value = json_new_string(buf_str(&text));
    buf_clear(&text);
    json_set(obj, key, value);
}

/* --- writing ------------------------------------------------------------------------------- */

/* jansson leaves DEL as it is: the one control character that ASCII output may still contain. */
static int write_piece(const char *piece, size_t piece_len, void *arg)
{
    struct buf *out = arg;

    while (piece_len > 0) {
        const char *del = memchr(piece, 0x7f, piece_len);
        size_t n = del != NULL ? (size_t)(del - piece) : piece_len;

        buf_add(out, piece, n);
        if (del != NULL) {
            buf_add_str(out, "\\u007f");
            n++;
        }
        piece += n;
        piece_len -= n;
    }
    return buf_ok(out) ? 0 : -1;
}

enum err json_write(struct diag *d, struct buf *out, const struct json *j, int flags)
{
    size_t options = JSON_ENSURE_ASCII | JSON_ENCODE_ANY;

    options |= (flags & JSON_PRETTY) != 0 ? JSON_INDENT(2) : JSON_COMPACT;
    options |= (flags & JSON_SORTED) != 0 ? JSON_SORT_KEYS : 0;
    if (j == NULL || json_dump_callback(unwrap_const(j), write_piece, out, options) != 0) {
        enum err e = buf_check(d, out, "JSON document");

        return e != OK ? e
                       : diag_set(d, ERR_NOMEM,
                                  "cannot build JSON: out of memory, or a text "
                                  "in it is not UTF-8");
    }
    if ((flags & JSON_PRETTY) != 0)
        buf_add_u8(out, '\n');
    return buf_check(d, out, "JSON document");
}
