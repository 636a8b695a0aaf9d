// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_COMPOSE_DIFF_H
#define VERIFY_COMPOSE_DIFF_H

#include <stdbool.h>

#include "src/base/bytes.h"

/*
 * What one release changes against another, in words: images, names of environment variables,
 * ports, volumes, privileges, commands, flags and scripts of the app-compose; then the texts in
 * unified format. Text is raw in the changes, escaped in unified.
 */
struct compose_change {
    char *where;        /* "service api", "app-compose", "compose file" */
    char *what;         /* "image", "environment", "public_logs"; "" for a whole service */
    char *key;          /* the entry, such as a variable's name; "" if there is one value */
    char *old_value;    /* NULL: was not there */
    char *new_value;    /* NULL: is gone */
    const char *danger; /* why it needs a second look; NULL: no mark */
};
/* All-zero is valid to clear. */
struct compose_diff {
    struct compose_change *changes; /* those with a danger first, then by where, what, key */
    size_t num_changes;
    size_t num_dangers;
    struct buf unified;
};
void compose_diff_clear(struct compose_diff *c);

struct compose_side {
    const void *data; /* an app-compose, or a compose file alone */
    size_t len;
    const char *what; /* names it in errors */
};
/* ERR_FORMAT if a side is neither. */
MUST_CHECK enum err compose_diff(struct diag *d, struct compose_diff *out,
                                 const struct compose_side *old, const struct compose_side *now);

/* "service api: image: x -> y", escaped, without a newline. */
void compose_change_text(struct buf *out, const struct compose_change *c);
struct json;
/* [{"where","what","key","old","new","danger"}] */
struct json *compose_diff_json(const struct compose_diff *c);

#endif
