// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_YAML_H
#define BASE_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/bytes.h"

/*
 * YAML by libyaml, for profiles and compose files. One document, duplicate keys refused,
 * limits of limits.h. Aliases and merge keys (<<) are counted on the unresolved document first, so
 * that an alias bomb is refused before it is expanded; then they are resolved. A tree of ours is
 * built: no type of the library is visible, positions survive for error messages.
 *
 * Plain scalars are text here: `1`, `true` and `0x10` are strings whose style is plain. Who
 * reads a number parses it.
 */

enum yaml_type {
    YAML_SCALAR,
    YAML_SEQUENCE,
    YAML_MAPPING,
};

struct yaml_pair;

/* Borrowed from the document; all text is NUL-terminated UTF-8 with no NUL inside. */
struct yaml_node {
    enum yaml_type type;
    unsigned line;                        /* 1-based position where the node starts */
    unsigned column;                      /* 1-based, in characters */
    const char *text;                     /* scalar: its value; otherwise NULL */
    bool plain;                           /* scalar: written without quotes or block style */
    bool is_null;                         /* scalar: plain and empty, ~ or null */
    bool from_alias;                      /* reached through an alias or a merge key */
    const char *tag;                      /* an explicit tag such as "!!binary"; NULL if none */
    const struct yaml_node *const *items; /* sequence */
    size_t num_items;
    const struct yaml_pair *pairs; /* mapping, in written order, merge keys applied */
    size_t num_pairs;
};

struct yaml_pair {
    const struct yaml_node *key; /* always a scalar */
    const struct yaml_node *value;
};

struct yaml; /* a document */

/* what names the document in errors. Errors say line and column. */
MUST_CHECK enum err yaml_parse(struct diag *d, struct yaml **out, const void *data, size_t data_len,
                               const char *what);
/* libyaml exports a yaml_free of its own, which a function of that name here would replace. */
void yaml_build_free(struct yaml *y);
static inline void yaml_free(struct yaml *y)
{
    yaml_build_free(y);
}
const struct yaml_node *yaml_root(const struct yaml *y);
/* Value under key, or NULL. */
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);

/* diag_set with "<what>:<line>:<column>: " in front; a macro for the same reason. */
#define yaml_error(d, code, y, at, ...) \
    (yaml_record((d), (code), (y), (at), __VA_ARGS__), (enum err)(code))
void yaml_record(struct diag *d, enum err code, const struct yaml *y, const struct yaml_node *at,
                 const char *fmt, ...) PRINTF_LIKE(5, 6);

#endif
