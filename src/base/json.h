// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/bytes.h"

/*
 * JSON (RFC 8259) by jansson, strict: UTF-8 only, duplicate keys refused, nothing after the value,
 * LIMIT_JSON_DEPTH, LIMIT_JSON_MEMBERS and LIMIT_JSON_NODES. A NUL inside a string is refused.
 *
 * Ownership: json_parse and json_new_* give a root that the caller frees with json_free. json_get
 * and json_at borrow. json_set and json_append move the child into the parent, also on failure;
 * builders never fail visibly: a failed allocation marks the tree and json_write reports it.
 *
 * Numbers from outside are not arithmetic: json_read_u256 takes a decimal string or an exact JSON
 * integer. A JSON integer outside the 64-bit range, or one written as 1.0 or 1e3, is refused with
 * the advice to write it as a string.
 */
struct json; /* jansson's value; never touched outside json.c */

/* jansson exports functions of the same name; ours must not replace them in its shared library. */
#define JSON_HIDDEN __attribute__((visibility("hidden")))

enum json_type {
    JSON_NULL,
    JSON_BOOL,
    JSON_INTEGER,
    JSON_REAL,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
};

/* what names the document in errors: "proposal 'x.json'". */
MUST_CHECK enum err json_parse(struct diag *d, struct json **out, const void *data, size_t data_len,
                               const char *what);
void json_free(struct json *root);

/* JSON_NULL for NULL, so that an absent member and a null are one case. */
enum json_type json_type(const struct json *j);
/* Member of an object; NULL if absent, or if j is no object. A JSON null is a member. */
const struct json *json_get(const struct json *j, const char *key);
size_t json_len(const struct json *j);                      /* of an array or object, else 0 */
const struct json *json_at(const struct json *j, size_t i); /* array element or NULL */
/* NULL unless a string. */
JSON_HIDDEN const char *json_string(const struct json *j);

/*
 * Members of an object in the order they were written: i from 0 until NULL is returned. Counts from
 * the first each time; objects are small (LIMIT_JSON_MEMBERS).
 */
const struct json *json_member(const struct json *j, size_t i, const char **key);

/*
 * The same, one after the other and without counting: *at is NULL at first. Borrowed; the object
 * must not change meanwhile.
 */
const struct json *json_next(const struct json *j, void **at, const char **key);

/*
 * Readers of one required member. Each error names the key, what was expected and what was found.
 * A missing key, a null and a wrong type are all errors.
 */
MUST_CHECK enum err json_read_string(struct diag *d, const char **out, const struct json *obj,
                                     const char *key);
MUST_CHECK enum err json_read_address(struct diag *d, struct address *out, const struct json *obj,
                                      const char *key);
MUST_CHECK enum err json_read_hash(struct diag *d, struct hash32 *out, const struct json *obj,
                                   const char *key);
MUST_CHECK enum err json_read_u256(struct diag *d, struct u256 *out, const struct json *obj,
                                   const char *key);
MUST_CHECK enum err json_read_u64(struct diag *d, uint64_t *out, const struct json *obj,
                                  const char *key);
MUST_CHECK enum err json_read_bool(struct diag *d, bool *out, const struct json *obj,
                                   const char *key);
/* 0x hex of any even length, appended to an initialised buffer. */
MUST_CHECK enum err json_read_bytes(struct diag *d, struct buf *out, const struct json *obj,
                                    const char *key);
MUST_CHECK enum err json_read_object(struct diag *d, const struct json **out,
                                     const struct json *obj, const char *key);
MUST_CHECK enum err json_read_array(struct diag *d, const struct json **out, const struct json *obj,
                                    const char *key);
/* Refuse every member whose key is not in the NULL-terminated list. */
MUST_CHECK enum err json_only_keys(struct diag *d, const struct json *obj, const char *const *keys);

/*
 * Builders. Text from outside may be given raw: writing escapes it to pure ASCII. Keys and strings
 * must be UTF-8 without NUL, or the tree cannot be written; json_new_text takes any bytes.
 */
struct json *json_new_object(void);
struct json *json_new_array(void);
struct json *json_new_string(const char *s);
/* Bytes that may be no UTF-8: such bytes are written as U+FFFD; for display only. */
struct json *json_new_text(const char *s, size_t s_len);
struct json *json_new_int(int64_t value);
struct json *json_new_bool(bool value);
struct json *json_new_null(void);
JSON_HIDDEN struct json *json_copy(const struct json *j); /* deep */
void json_set(struct json *obj, const char *key, struct json *value);
void json_append(struct json *arr, struct json *value);
/* Nothing happens if there is no such member. */
void json_remove(struct json *obj, const char *key);

void json_set_string(struct json *obj, const char *key, const char *s);
void json_set_int(struct json *obj, const char *key, int64_t value);
void json_set_bool(struct json *obj, const char *key, bool value);
void json_set_null(struct json *obj, const char *key);
void json_set_address(struct json *obj, const char *key, const struct address *a);
void json_set_hash(struct json *obj, const char *key, const struct hash32 *h);
/* As a decimal string. */
void json_set_u256(struct json *obj, const char *key, const struct u256 *a);
void json_set_bytes(struct json *obj, const char *key, const uint8_t *data, size_t data_len);

/*
 * Append the document to out. Pure ASCII; members in insertion order, or sorted by key (byte
 * order) with JSON_SORTED; two-space indentation and a final newline with JSON_PRETTY, otherwise
 * compact (no white space) without a newline.
 */
enum { JSON_PRETTY = 1, JSON_SORTED = 2 };
MUST_CHECK enum err json_write(struct diag *d, struct buf *out, const struct json *j, int flags);

#endif
