// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_SIGSTORE_PARTS_H
#define VERIFY_SIGSTORE_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/bytes.h"
#include "src/base/json.h"

/* Owned bytes, NUL-terminated for convenience (not counted); all-zero is empty. */
struct bytes {
    uint8_t *data;
    size_t len;
};
void bytes_clear(struct bytes *b);
/* Copies; false if out of memory. */
MUST_CHECK bool bytes_set(struct bytes *out, const void *data, size_t data_len);
bool bytes_eq(const struct bytes *a, const struct bytes *b);
MUST_CHECK bool text_dup(char **out, const char *text);

/* Leaves for JSON. A member that is null counts as absent. */
const struct json *part_get(const struct json *obj, const char *key);
MUST_CHECK enum err part_string(struct diag *d, char **out, const struct json *obj,
                                const char *key);
/* Standard base64, strict; replaces *out. Empty is refused. */
MUST_CHECK enum err part_base64(struct diag *d, struct bytes *out, const struct json *obj,
                                const char *key);
MUST_CHECK enum err part_base64_text(struct diag *d, struct bytes *out, const char *text,
                                     const char *what);
MUST_CHECK enum err part_base64_hash(struct diag *d, struct hash32 *out, const struct json *obj,
                                     const char *key);
/*
 * The same for protobuf's JSON (bundles, trusted roots): also the URL-safe alphabet, not both in
 * one text, and without padding.
 */
MUST_CHECK enum err part_proto_base64(struct diag *d, struct bytes *out, const struct json *obj,
                                      const char *key);
MUST_CHECK enum err part_proto_base64_text(struct diag *d, struct bytes *out, const char *text,
                                           const char *what);
MUST_CHECK enum err part_proto_base64_hash(struct diag *d, struct hash32 *out,
                                           const struct json *obj, const char *key);
/*
 * Protobuf's JSON has each member under one of two names, "tlogEntries" or the original
 * "tlog_entries". *out is a copy with the first of them everywhere, for the caller to free; both at
 * once are ERR_FORMAT. The DSSE envelope, whose names have no second form, is left as it is.
 */
MUST_CHECK enum err part_proto_names(struct diag *d, struct json **out, const struct json *j);
/* A line that is a whole object and has more than white space behind it: one document a line. */
bool part_is_lines(const char *text, size_t text_len);
/* 64 lower-case hex digits. */
MUST_CHECK enum err part_hex_hash(struct diag *d, struct hash32 *out, const struct json *obj,
                                  const char *key);
MUST_CHECK bool hex_hash_parse(struct hash32 *out, const char *text);
/* RFC 3339 in UTC, fraction optional: milliseconds since 1970, rounded down. */
MUST_CHECK enum err time_parse_ms(struct diag *d, uint64_t *out_ms, const char *text);

/*
 * One PEM block with that label and nothing else but a final newline. As RFC 7468 has it, but for
 * the length of lines: some writers put all of the base64 on one.
 */
MUST_CHECK enum err pem_decode(struct diag *d, struct bytes *out, const char *text,
                               const char *label);

#endif
