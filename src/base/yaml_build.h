// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_YAML_BUILD_H
#define BASE_YAML_BUILD_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/yaml.h"

/*
 * The tree behind yaml.h, built from a parser's events. Aliases are replaced by copies and merge
 * keys are applied as each collection ends, so that nothing is ever expanded beyond the limits.
 * Internal to yaml.c: it feeds the events, one for each node and YAML_END for each collection.
 */

enum yaml_event_type {
    YAML_EVENT_SCALAR,
    YAML_EVENT_SEQUENCE,
    YAML_EVENT_MAPPING,
    YAML_EVENT_END,
    YAML_EVENT_ALIAS,
};

/* Borrowed for the call. */
struct yaml_event {
    enum yaml_event_type type;
    unsigned line; /* 1-based; 0 if the node is not in the text: an absent value */
    unsigned column;
    const char *text; /* scalar; not NUL-terminated */
    size_t text_len;
    bool plain;
    const char *anchor; /* name given to this node, or for an alias the name meant; or NULL */
    const char *tag;    /* or NULL */
};

/* An empty document called what, to be filled and freed with yaml_free. */
MUST_CHECK enum err yaml_build_new(struct diag *d, struct yaml **out, const char *what);
MUST_CHECK enum err yaml_build_event(struct diag *d, struct yaml *y,
                                     const struct yaml_event *event);
/* ERR_FORMAT if there was no node at all. */
MUST_CHECK enum err yaml_build_finish(struct diag *d, struct yaml *y);
/* An error at a position of a document that may not have nodes yet; line 0 for no position. */
#define yaml_build_error(d, code, y, line, column, ...) \
    (yaml_build_record((d), (code), (y), (line), (column), __VA_ARGS__), (enum err)(code))
void yaml_build_record(struct diag *d, enum err code, const struct yaml *y, unsigned line,
                       unsigned column, const char *fmt, ...) PRINTF_LIKE(6, 7);

#endif
