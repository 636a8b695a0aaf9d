// SPDX-License-Identifier: Apache-2.0
#include "verify/sigstore/parts.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/digest.h"
#include "src/base/hex.h"
#include "src/base/limits.h"

void bytes_clear(struct bytes *b)
{
    free(b->data);
    *b = (struct bytes){ 0 };
}

bool bytes_set(struct bytes *out, const void *data, size_t data_len)
{
    uint8_t *copy = malloc(data_len + 1);

    bytes_clear(out);
    if (copy == NULL)
        return false;
    if (data_len > 0)
        memcpy(copy, data, data_len);
    copy[data_len] = 0;
    out->data = copy;
    out->len = data_len;
    return true;
}

bool bytes_eq(const struct bytes *a, const struct bytes *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

bool text_dup(char **out, const char *text)
{
    free(*out);
    *out = bytes_dup(text, strlen(text) + 1);
    return *out != NULL;
}

const struct json *part_get(const struct json *obj, const char *key)
{
    const struct json *j = json_get(obj, key);

    return json_type(j) == JSON_NULL ? NULL : j;
}

enum err part_string(struct diag *d, char **out, const struct json *obj, const char *key)
{
    const char *text = NULL;
    enum err e = json_read_string(d, &text, obj, key);

    if (e == OK && !text_dup(out, text))
        e = diag_set(d, ERR_NOMEM, "out of memory");
    return e;
}

enum err part_base64_text(struct diag *d, struct bytes *out, const char *text, const char *what)
{
    enum err e = ERR_INTERNAL;
    struct buf b;

    bytes_clear(out);
    buf_init(&b, LIMIT_SIGSTORE_BYTES);
    if ((e = base64_decode(d, &b, text, strlen(text))) != OK)
        (void)diag_prefix(d, "%s", what);
    else if (b.len == 0)
        e = diag_set(d, ERR_FORMAT, "%s: expected base64, found nothing", what);
    else if (!bytes_set(out, b.data, b.len))
        e = diag_set(d, ERR_NOMEM, "out of memory");
    buf_clear(&b);
    return e;
}

enum err part_base64(struct diag *d, struct bytes *out, const struct json *obj, const char *key)
{
    const char *text = NULL;
    enum err e = json_read_string(d, &text, obj, key);

    return e != OK ? e : part_base64_text(d, out, text, key);
}

static enum err take_hash(struct diag *d, struct hash32 *out, const struct bytes *b,
                          const char *key)
{
    if (b->len != sizeof(out->b))
        return diag_set(d, ERR_FORMAT, "%s: expected 32 bytes, found %zu", key, b->len);
    memcpy(out->b, b->data, sizeof(out->b));
    return OK;
}

enum err part_base64_hash(struct diag *d, struct hash32 *out, const struct json *obj,
                          const char *key)
{
    struct bytes b = { 0 };
    enum err e = part_base64(d, &b, obj, key);

    *out = (struct hash32){ 0 };
    if (e == OK)
        e = take_hash(d, out, &b, key);
    bytes_clear(&b);
    return e;
}

bool hex_hash_parse(struct hash32 *out, const char *text)
{
    *out = (struct hash32){ 0 };
    return strspn(text, "0123456789abcdef") == 64 && hex_decode(out->b, 32, text, strlen(text));
}

enum err part_hex_hash(struct diag *d, struct hash32 *out, const struct json *obj, const char *key)
{
    const char *text = NULL;
    enum err e = json_read_string(d, &text, obj, key);

    if (e == OK && !hex_hash_parse(out, text))
        e = diag_set(d, ERR_FORMAT, "%s: expected 64 lower-case hex digits, found '%.80s'", key,
                     text);
    return e;
}

/* Digits after the point, cut to milliseconds; *end is behind the last of them. */
static bool fraction_ms(uint64_t *out, const char **end, const char *text)
{
    uint64_t scale = 100;
    const char *at = text;

    *out = 0;
    for (; *at >= '0' && *at <= '9'; at++) {
        *out += scale * (uint64_t)(*at - '0');
        scale /= 10;
    }
    *end = at;
    return at > text && at - text <= 9;
}

enum err time_parse_ms(struct diag *d, uint64_t *out_ms, const char *text)
{
    enum { SECONDS_LEN = 19 }; /* 2026-11-21T08:00:00 */
    const char *rest = text + SECONDS_LEN;
    struct diag ignored = { 0 };
    uint64_t ms = 0;
    uint64_t s = 0;
    char whole[SECONDS_LEN + 2];

    *out_ms = 0;
    if (strlen(text) <= SECONDS_LEN)
        goto bad;
    memcpy(whole, text, SECONDS_LEN);
    memcpy(whole + SECONDS_LEN, "Z", 2);
    if (*rest == '.' && !fraction_ms(&ms, &rest, rest + 1))
        goto bad;
    if (strcmp(rest, "Z") != 0 || whole[4] != '-' || clock_parse(&ignored, &s, whole) != OK)
        goto bad;
    *out_ms = s * 1000 + ms;
    return OK;
bad:
    return diag_set(d, ERR_FORMAT, "expected a time such as 2026-11-21T08:00:00Z, found '%.64s'",
                    text);
}

/* Base64 lines up to the first '-', each ended by a newline, joined in out. */
static bool join_lines(struct buf *out, const char **at)
{
    const char *line = *at;

    while (*line != '-') {
        size_t len = strcspn(line, "\n");

        if (len == 0 || line[len] != '\n' || (out->len % 4) != 0)
            return false;
        buf_add(out, line, len);
        line += len + 1;
    }
    *at = line;
    return out->len > 0;
}

/* "-----BEGIN LABEL-----": its length, or 0. */
static size_t boundary(const char *text, const char *word, const char *label)
{
    const char *const parts[] = { "-----", word, " ", label, "-----" };
    const char *at = text;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        size_t len = strlen(parts[i]);

        if (strncmp(at, parts[i], len) != 0)
            return 0;
        at += len;
    }
    return (size_t)(at - text);
}

enum err pem_decode(struct diag *d, struct bytes *out, const char *text, const char *label)
{
    enum err e = ERR_INTERNAL;
    const char *at = text;
    size_t len = boundary(at, "BEGIN", label);
    struct buf joined;

    bytes_clear(out);
    buf_init(&joined, LIMIT_SIGSTORE_BYTES);
    at += len;
    if (len == 0 || *at++ != '\n' || !join_lines(&joined, &at) ||
        (len = boundary(at, "END", label)) == 0 || (at[len] != '\0' && strcmp(at + len, "\n") != 0))
        e = diag_set(d, ERR_FORMAT, "expected one PEM block '%s', found something else", label);
    else if ((e = buf_check(d, &joined, "PEM")) == OK)
        e = part_base64_text(d, out, buf_str(&joined), label);
    buf_clear(&joined);
    return e;
}
