// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/u256.h"

static struct json *parse(const char *text)
{
    struct diag d = { 0 };
    struct json *j = NULL;

    cr_assert_eq(json_parse(&d, &j, text, strlen(text), "test"), OK, "%s", d.msg);
    return j;
}

static void expect_text(struct json *j, int flags, const char *want)
{
    struct diag d = { 0 };
    struct buf out;

    buf_init(&out, 1 << 20);
    cr_expect_eq(json_write(&d, &out, j, flags), OK, "%s", d.msg);
    cr_expect_str_eq(buf_str(&out), want);
    buf_clear(&out);
    json_free(j);
}

static const struct {
    const char *name;
    const char *text;
    size_t len; /* 0: strlen */
    enum err want;
} refused[] = {
    { "empty", "", 0, ERR_FORMAT },
    { "white space", " \n", 0, ERR_FORMAT },
    { "open object", "{\"a\":1", 0, ERR_FORMAT },
    { "open string", "\"abc", 0, ERR_FORMAT },
    { "trailing text", "{} x", 0, ERR_FORMAT },
    { "two values", "1 2", 0, ERR_FORMAT },
    { "trailing NUL", "{}\0", 3, ERR_FORMAT },
    { "trailing comma", "[1,]", 0, ERR_FORMAT },
    { "comment", "{} // x", 0, ERR_FORMAT },
    { "single quotes", "{'a':1}", 0, ERR_FORMAT },
    { "bare key", "{a:1}", 0, ERR_FORMAT },
    { "duplicate key", "{\"a\":1,\"a\":1}", 0, ERR_FORMAT },
    { "duplicate key by escape", "{\"a\":1,\"\\u0061\":1}", 0, ERR_FORMAT },
    { "NUL in a string", "\"a\\u0000b\"", 0, ERR_FORMAT },
    { "NUL in a key", "{\"a\\u0000b\":1}", 0, ERR_FORMAT },
    { "raw control character", "\"a\nb\"", 0, ERR_FORMAT },
    { "invalid UTF-8", "\"\xff\"", 0, ERR_FORMAT },
    { "overlong UTF-8", "\"\xc0\xaf\"", 0, ERR_FORMAT },
    { "raw surrogate", "\"\xed\xa0\x80\"", 0, ERR_FORMAT },
    { "lone surrogate", "\"\\ud800\"", 0, ERR_FORMAT },
    { "byte-order mark", "\xef\xbb\xbf{}", 0, ERR_FORMAT },
    { "leading zero", "01", 0, ERR_FORMAT },
    { "plus sign", "+1", 0, ERR_FORMAT },
    { "hexadecimal", "0x10", 0, ERR_FORMAT },
    { "NaN", "NaN", 0, ERR_FORMAT },
    { "2^63", "9223372036854775808", 0, ERR_FORMAT },
    { "real overflow", "1e999", 0, ERR_FORMAT },
};

Test(json, refuses_what_is_not_strict)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct diag d = { 0 };
        struct json *j = NULL;
        size_t len = refused[i].len > 0 ? refused[i].len : strlen(refused[i].text);
        enum err e = json_parse(&d, &j, refused[i].text, len, "test");

        cr_expect_eq(e, refused[i].want, "%s: got %d (%s)", refused[i].name, (int)e, d.msg);
        cr_expect_null(j, "%s", refused[i].name);
        json_free(j);
    }
}

Test(json, error_tells_line_and_column)
{
    struct diag d = { 0 };
    struct json *j = NULL;
    const char *text = "{\n  \"a\": 18446744073709551616\n}";

    cr_expect_eq(json_parse(&d, &j, text, strlen(text), "proposal 'x'"), ERR_FORMAT);
    cr_expect_not_null(strstr(d.msg, "proposal 'x':2:"), "%s", d.msg);
    cr_expect_not_null(strstr(d.hint, "as strings"), "%s", d.hint);
}

/* n times open, then text, then n times close. */
static enum err parse_nested(size_t n, const char *open, const char *text, char close)
{
    struct diag d = { 0 };
    struct json *j = NULL;
    struct buf b;
    enum err e = ERR_INTERNAL;

    buf_init(&b, 1 << 24);
    for (size_t i = 0; i < n; i++)
        buf_add_str(&b, open);
    buf_add_str(&b, text);
    for (size_t i = 0; i < n; i++)
        buf_add_u8(&b, (uint8_t)close);
    e = json_parse(&d, &j, b.data, b.len, "test");
    json_free(j);
    buf_clear(&b);
    return e;
}

Test(json, depth_limit)
{
    cr_expect_eq(parse_nested(LIMIT_JSON_DEPTH, "[", "1", ']'), OK);
    cr_expect_eq(parse_nested(LIMIT_JSON_DEPTH + 1, "[", "1", ']'), ERR_LIMIT);
    cr_expect_eq(parse_nested(LIMIT_JSON_DEPTH, "{\"[\":", "1", '}'), OK);
    cr_expect_eq(parse_nested(LIMIT_JSON_DEPTH + 1, "{\"[\":", "1", '}'), ERR_LIMIT);
    cr_expect_eq(parse_nested(1000000, "[", "", ']'), ERR_LIMIT);
    /* brackets and quotes inside strings do not count */
    cr_expect_eq(parse_nested(1, "[",
                              "\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
                              "[[[[[[[[[[[[[[[[[[[[[[[[[\\\\\"",
                              ']'),
                 OK);
}

/* A container of num members written by fmt. */
static enum err parse_wide(size_t num, char open, const char *fmt, char close)
{
    struct diag d = { 0 };
    struct json *j = NULL;
    struct buf b;
    enum err e = ERR_INTERNAL;

    buf_init(&b, 1 << 24);
    buf_add_u8(&b, (uint8_t)open);
    for (size_t i = 0; i < num; i++) {
        if (i > 0)
            buf_add_u8(&b, ',');
        if (fmt != NULL)
            buf_addf(&b, "\"%zu\":%s", i, fmt);
        else
            buf_add_u8(&b, '1');
    }
    buf_add_u8(&b, (uint8_t)close);
    e = json_parse(&d, &j, b.data, b.len, "test");
    json_free(j);
    buf_clear(&b);
    return e;
}

Test(json, node_and_member_limits)
{
    cr_expect_eq(parse_wide(LIMIT_JSON_NODES - 1, '[', NULL, ']'), OK);
    cr_expect_eq(parse_wide(LIMIT_JSON_NODES + 1, '[', NULL, ']'), ERR_LIMIT);
    cr_expect_eq(parse_wide(LIMIT_JSON_MEMBERS, '{', "[1,2]", '}'), OK);
    cr_expect_eq(parse_wide(LIMIT_JSON_MEMBERS + 1, '{', "[1,2]", '}'), ERR_LIMIT);
}

Test(json, members_keep_their_order)
{
    struct json *j = parse("{\"z\":1,\"a\":null,\"m\":[true,2.5,\"x\"]}");
    const char *key = NULL;

    cr_expect_eq(json_type(j), JSON_OBJECT);
    cr_expect_eq(json_len(j), 3);
    cr_expect_eq(json_type(json_member(j, 0, &key)), JSON_INTEGER);
    cr_expect_str_eq(key, "z");
    cr_expect_eq(json_type(json_member(j, 1, &key)), JSON_NULL);
    cr_expect_str_eq(key, "a");
    cr_expect_not_null(json_get(j, "a"));
    cr_expect_null(json_get(j, "b"));
    cr_expect_eq(json_type(json_at(json_get(j, "m"), 0)), JSON_BOOL);
    cr_expect_eq(json_type(json_at(json_get(j, "m"), 1)), JSON_REAL);
    cr_expect_str_eq(json_string(json_at(json_get(j, "m"), 2)), "x");
    cr_expect_null(json_at(json_get(j, "m"), 3));
    cr_expect_null(json_member(j, 3, &key));
    cr_expect_null(key);
    cr_expect_null(json_string(j));
    cr_expect_null(json_get(json_get(j, "z"), "x"));
    json_free(j);
}

static const struct {
    const char *name;
    const char *value;
    const char *want; /* NULL: refused */
} numbers[] = {
    { "missing", NULL, NULL },
    { "null", "null", NULL },
    { "bool", "true", NULL },
    { "array", "[]", NULL },
    { "negative", "-1", NULL },
    { "one point zero", "1.0", NULL },
    { "exponent", "1e3", NULL },
    { "empty string", "\"\"", NULL },
    { "hex string", "\"0x10\"", NULL },
    { "leading zero", "\"010\"", NULL },
    { "sign", "\"+1\"", NULL },
    { "space", "\" 1\"", NULL },
    { "2^256", "\"115792089237316195423570985008687907853269984665640564039457584007913129639936\"",
      NULL },
    { "zero", "0", "0" },
    { "integer", "8453", "8453" },
    { "2^63 - 1", "9223372036854775807", "9223372036854775807" },
    { "string", "\"18446744073709551616\"", "18446744073709551616" },
    { "2^256 - 1",
      "\"115792089237316195423570985008687907853269984665640564039457584007913129639935\"",
      "115792089237316195423570985008687907853269984665640564039457584007913129639935" },
};

Test(json, read_u256)
{
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct diag d = { 0 };
        struct u256 value;
        struct json *j = NULL;
        struct buf text;
        enum err e = ERR_INTERNAL;

        buf_init(&text, 1024);
        buf_addf(&text, numbers[i].value != NULL ? "{\"n\":%s}" : "{}", numbers[i].value);
        j = parse(buf_str(&text));
        e = json_read_u256(&d, &value, j, "n");
        cr_expect_eq(e, numbers[i].want != NULL ? OK : ERR_FORMAT, "%s: got %d (%s)",
                     numbers[i].name, (int)e, d.msg);
        cr_expect_str_eq(u256_format(&value).s, numbers[i].want != NULL ? numbers[i].want : "0",
                         "%s", numbers[i].name);
        cr_expect(e == OK || strstr(d.msg, "'n'") != NULL, "%s: %s", numbers[i].name, d.msg);
        json_free(j);
        buf_clear(&text);
    }
}

Test(json, read_u64_is_bounded)
{
    struct json *j = parse("{\"a\":\"18446744073709551615\",\"b\":\"18446744073709551616\"}");
    struct diag d = { 0 };
    uint64_t value = 1;

    cr_expect_eq(json_read_u64(&d, &value, j, "a"), OK);
    cr_expect_eq(value, UINT64_MAX);
    cr_expect_eq(json_read_u64(&d, &value, j, "b"), ERR_FORMAT);
    cr_expect_eq(value, 0);
    json_free(j);
}

Test(json, readers_name_key_expected_and_found)
{
    struct json *j = parse("{\"s\":1,\"o\":[],\"h\":\"0x12\",\"a\":\"0x1\"}");
    const struct json *child = NULL;
    const char *text = NULL;
    struct address address;
    struct hash32 hash;
    struct diag d = { 0 };
    bool b = true;

    cr_expect_eq(json_read_string(&d, &text, j, "s"), ERR_FORMAT);
    cr_expect_str_eq(d.msg, "'s': expected a string, found an integer");
    cr_expect_eq(json_read_string(&d, &text, j, "x"), ERR_FORMAT);
    cr_expect_str_eq(d.msg, "'x': expected a string, found nothing");
    cr_expect_eq(json_read_object(&d, &child, j, "o"), ERR_FORMAT);
    cr_expect_null(child);
    cr_expect_eq(json_read_array(&d, &child, j, "o"), OK);
    cr_expect_not_null(child);
    cr_expect_eq(json_read_bool(&d, &b, j, "s"), ERR_FORMAT);
    cr_expect_not(b);
    cr_expect_eq(json_read_hash(&d, &hash, j, "h"), ERR_FORMAT);
    cr_expect_eq(strncmp(d.msg, "'h': ", 5), 0, "%s", d.msg);
    cr_expect_eq(json_read_address(&d, &address, j, "a"), ERR_FORMAT);
    cr_expect_eq(strncmp(d.msg, "'a': ", 5), 0, "%s", d.msg);
    json_free(j);
}

Test(json, read_bytes_appends)
{
    struct json *j = parse("{\"a\":\"0x\",\"b\":\"0x0102\",\"c\":\"0x010\"}");
    struct diag d = { 0 };
    struct buf out;

    buf_init(&out, 16);
    cr_expect_eq(json_read_bytes(&d, &out, j, "a"), OK);
    cr_expect_eq(json_read_bytes(&d, &out, j, "b"), OK);
    cr_expect_eq(json_read_bytes(&d, &out, j, "c"), ERR_FORMAT);
    cr_expect_eq(out.len, 2);
    buf_clear(&out);
    json_free(j);
}

Test(json, only_keys)
{
    static const char *const keys[] = { "a", "b", NULL };
    struct json *good = parse("{\"b\":1}");
    struct json *bad = parse("{\"a\":1,\"c\":1}");
    struct diag d = { 0 };

    cr_expect_eq(json_only_keys(&d, good, keys), OK);
    cr_expect_eq(json_only_keys(&d, bad, keys), ERR_FORMAT);
    cr_expect_str_eq(d.msg, "unknown member 'c'");
    cr_expect_eq(json_only_keys(&d, json_get(bad, "a"), keys), ERR_FORMAT);
    json_free(good);
    json_free(bad);
}

static struct json *sample(void)
{
    struct json *j = json_new_object();
    struct json *list = json_new_array();
    const uint8_t bytes[] = { 0xde, 0xad };

    json_set_string(j, "zulu", "a\"\\/\n\x7f\xc3\xa9\xf0\x9f\x98\x80");
    json_set_int(j, "int", INT64_MIN);
    json_set_bool(j, "yes", true);
    json_set_null(j, "none");
    json_set_bytes(j, "bytes", bytes, sizeof(bytes));
    json_set_bytes(j, "empty", bytes, 0);
    json_append(list, json_new_object());
    json_append(list, json_new_array());
    json_set(j, "list", list);
    return j;
}

Test(json, writes_ascii_in_insertion_order)
{
    /* expected: Python, json.dumps(…, separators=(",", ":")), and \u007f for DEL */
    expect_text(sample(), 0,
                "{\"zulu\":\"a\\\"\\\\/\\n\\u007f\\u00E9\\uD83D\\uDE00\","
                "\"int\":-9223372036854775808,\"yes\":true,\"none\":null,"
                "\"bytes\":\"0xdead\",\"empty\":\"0x\",\"list\":[{},[]]}");
}

Test(json, writes_sorted_and_pretty)
{
    expect_text(sample(), JSON_SORTED | JSON_PRETTY,
                "{\n  \"bytes\": \"0xdead\",\n  \"empty\": \"0x\",\n"
                "  \"int\": -9223372036854775808,\n  \"list\": [\n    {},\n    []\n  ],\n"
                "  \"none\": null,\n  \"yes\": true,\n"
                "  \"zulu\": \"a\\\"\\\\/\\n\\u007f\\u00E9\\uD83D\\uDE00\"\n}\n");
}

Test(json, text_replaces_what_is_no_utf8)
{
    expect_text(json_new_text("a\xff\0b\xc3\xa9\xc3", 7), 0, "\"a\\uFFFD\\uFFFDb\\u00E9\\uFFFD\"");
    expect_text(json_new_text("", 0), 0, "\"\"");
}

Test(json, copy_is_deep_and_remove_removes)
{
    struct json *a = parse("{\"k\":{\"x\":1}}");
    struct json *b = json_copy(a);

    json_remove(a, "k");
    json_remove(a, "not there");
    expect_text(a, 0, "{}");
    expect_text(b, 0, "{\"k\":{\"x\":1}}");
}

/* NULL is what a builder gives when memory is short. */
Test(json, failed_builders_are_reported_when_written)
{
    struct diag d = { 0 };
    struct buf out;
    struct json *root = json_new_object();
    struct json *list = json_new_array();

    buf_init(&out, 1024);
    json_set_int(root, "a", 1);
    json_append(list, json_new_int(1));
    json_append(list, NULL);
    json_append(list, json_new_int(2));
    json_set(root, "list", list);
    cr_expect_eq(json_write(&d, &out, root, 0), ERR_NOMEM);
    json_free(root);

    root = json_new_object();
    json_set(root, "a", json_new_int(1));
    json_set(root, "a", NULL);
    json_set(root, "b", json_new_int(1));
    cr_expect_null(json_get(root, "b"));
    cr_expect_null(json_copy(root));
    cr_expect_eq(json_write(&d, &out, root, 0), ERR_NOMEM);
    json_free(root);

    json_set(NULL, "a", json_new_int(1));
    json_append(NULL, json_new_int(1));
    cr_expect_eq(json_write(&d, &out, NULL, 0), ERR_NOMEM);
    buf_clear(&out);
}

Test(json, strings_must_be_utf8)
{
    struct diag d = { 0 };
    struct buf out;
    struct json *root = json_new_object();

    buf_init(&out, 1024);
    json_set_string(root, "a", "\xff");
    cr_expect_eq(json_write(&d, &out, root, 0), ERR_NOMEM);
    cr_expect_not_null(strstr(d.msg, "UTF-8"));
    json_free(root);
    buf_clear(&out);
}

Test(json, write_respects_the_maximum)
{
    struct diag d = { 0 };
    struct json *j = parse("[\"aaaaaaaaaaaaaaaaaaaaaaaa\"]");
    struct buf out;

    buf_init(&out, 16);
    cr_expect_eq(json_write(&d, &out, j, 0), ERR_LIMIT);
    buf_clear(&out);
    json_free(j);
}

static const char document[] = "{\"a\":[1,-2,3.5e2,\"\\u00e9\\ud83d\\ude00x\"],\"b\":{\"c\":null},"
                               "\"d\":true}";

/* No cut of a document is a document. */
Test(json, every_truncation_is_refused)
{
    for (size_t len = 0; len + 1 < sizeof(document); len++) {
        struct diag d = { 0 };
        struct json *j = NULL;

        cr_expect_eq(json_parse(&d, &j, document, len, "test"), ERR_FORMAT, "at %zu", len);
        json_free(j);
    }
}

/* What is accepted is written in a form that reads back to the same form. */
Test(json, every_bit_flip_is_refused_or_stable)
{
    for (size_t bit = 0; bit < 8 * (sizeof(document) - 1); bit++) {
        char text[sizeof(document)];
        struct diag d = { 0 };
        struct json *a = NULL;
        struct json *b = NULL;
        struct buf first;
        struct buf second;

        memcpy(text, document, sizeof(text));
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
        if (json_parse(&d, &a, text, sizeof(text) - 1, "test") != OK)
            continue;
        buf_init(&first, 4096);
        buf_init(&second, 4096);
        cr_expect_eq(json_write(&d, &first, a, 0), OK);
        cr_expect_eq(json_parse(&d, &b, first.data, first.len, "again"), OK, "bit %zu", bit);
        cr_expect_eq(json_write(&d, &second, b, 0), OK);
        cr_expect_str_eq(buf_str(&first), buf_str(&second), "bit %zu", bit);
        buf_clear(&first);
        buf_clear(&second);
        json_free(a);
        json_free(b);
    }
}
