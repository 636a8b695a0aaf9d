// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_PROFILE_PARSE_H
#define SAFE_PROFILE_PARSE_H

#include "safe/profile.h"
#include "src/base/yaml.h"

/*
 * The parts of profile_parse: a table of keys for each section, one reader for each key.
 * Internal to profile_parse.c (tables and texts), profile_safe.c (chain, Safe, timelock),
 * profile_contracts.c, profile_compose.c, profile_images.c, profile_pins.c, profile_policy.c
 * (queue and policy) and profile_check.c (what must fit together).
 */

#define PROFILE_NAME_LEN 32

struct profile_reader {
    struct diag *d;
    const struct yaml *y;
    const char *dir; /* NULL: relative paths are kept, and no file is read */
    struct profile *p;
    struct profile_contract *contract;         /* the one being read */
    struct profile_substitution *substitution; /* the same */
    struct profile_addition *addition;         /* the same */
    struct profile_image *image;               /* the same */
    struct profile_code *code;                 /* the same */
};

struct profile_key {
    const char *name;
    bool required;
    enum err (*read)(struct profile_reader *r, const struct yaml_node *n);
};

/*
 * Read a mapping by a table that ends with a NULL name, in the order of the table. section names it
 * in errors: an unknown key, a missing one.
 */
MUST_CHECK enum err profile_read_keys(struct profile_reader *r, const struct yaml_node *map,
                                      const struct profile_key *keys, const char *section);
/* A copy of a text that is not empty. *out must be NULL. */
MUST_CHECK enum err profile_read_copy(struct profile_reader *r, char **out,
                                      const struct yaml_node *n);
/* The same for a path: behind dir, unless it is absolute. */
MUST_CHECK enum err profile_read_path(struct profile_reader *r, char **out,
                                      const struct yaml_node *n);
/* The content of a file that the profile names; its hash becomes a part of the profile's own. n
 * holds the path as written, for that. Errors without a position. */
MUST_CHECK enum err profile_read_file(struct profile_reader *r, struct diag *d, struct buf *out,
                                      const char *path, const struct yaml_node *n);
/* A list of texts; each passes is_valid, or expected says what it should have been. */
MUST_CHECK enum err profile_read_texts(struct profile_reader *r, char ***out, size_t *num_out,
                                       const struct yaml_node *n, size_t max,
                                       bool (*is_valid)(const char *text), const char *expected);
/* A release that safe/contracts.h knows; any text for CONTRACT_OTHER. */
MUST_CHECK enum err profile_read_release(struct profile_reader *r, char **out,
                                         const struct yaml_node *n, enum contract_kind kind);
/* Up to PROFILE_NAME_LEN of a-z, 0-9 and -, beginning with a letter. */
bool profile_is_name(const char *text);
/* https:// or http:// and more, printable ASCII without spaces. */
bool profile_is_url(const char *text);

/*
 * JSON from YAML: plain true, false, null and whole numbers are what they look like; a plain text
 * that YAML's dialects read differently is refused, it wants quotation marks. *out is freed with
 * json_free.
 */
struct json;
MUST_CHECK enum err profile_read_json(struct profile_reader *r, struct json **out,
                                      const struct yaml_node *n);

/* 32 bytes as 0x and 64 hex digits; neither zero nor the SHA-256 of nothing. */
MUST_CHECK enum err profile_read_hash(struct profile_reader *r, struct hash32 *out,
                                      const struct yaml_node *n);

/* Sections, in the order in which they must be read. */
MUST_CHECK enum err profile_read_chain(struct profile_reader *r, const struct yaml_node *n);
MUST_CHECK enum err profile_read_safe(struct profile_reader *r, const struct yaml_node *n);
MUST_CHECK enum err profile_read_timelock(struct profile_reader *r, const struct yaml_node *n);
MUST_CHECK enum err profile_read_contracts(struct profile_reader *r, const struct yaml_node *n);
MUST_CHECK enum err profile_read_compose(struct profile_reader *r, const struct yaml_node *n);
MUST_CHECK enum err profile_read_images(struct profile_reader *r, const struct yaml_node *n);
MUST_CHECK enum err profile_read_queue(struct profile_reader *r, const struct yaml_node *n);
MUST_CHECK enum err profile_read_pins(struct profile_reader *r, const struct yaml_node *n);
MUST_CHECK enum err profile_read_policy(struct profile_reader *r, const struct yaml_node *n);
/* Everything is read: what contradicts itself is refused. root is for positions. */
MUST_CHECK enum err profile_check(struct profile_reader *r, const struct yaml_node *root);

/* Keep the text, and take the hash of it and of the files that were read. */
MUST_CHECK enum err profile_identify(struct diag *d, struct profile *p, const void *data,
                                     size_t data_len);
/* That hash, of any text and files; the paths do not count, as the text has them. */
MUST_CHECK enum err profile_hash(struct diag *d, struct hash32 *out, const void *text,
                                 size_t text_len, const struct profile_file *files,
                                 size_t num_files);

#endif
