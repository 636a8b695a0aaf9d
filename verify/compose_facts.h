// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_COMPOSE_FACTS_H
#define VERIFY_COMPOSE_FACTS_H

#include <stddef.h>

#include "src/base/json.h"

/*
 * An app-compose and the compose file in it as a flat, sorted list of statements, so that two of
 * them can be compared without regard to order and layout. Text is as written, not escaped.
 */
struct fact {
    char *where; /* "app-compose", "compose file", "service api" */
    char *what;  /* "image", "environment", "ports", "public_logs", … */
    char *key;   /* an entry of what: the variable's name, the port; "" if it has one value */
    char *value; /* "" for an entry that is there or not */
};
/* All-zero is valid to clear. */
struct facts {
    struct fact *items;
    size_t num_items;
};
void facts_clear(struct facts *f);

/* app NULL: none. ERR_FORMAT if compose_file is no mapping in YAML. */
MUST_CHECK enum err compose_facts(struct diag *d, struct facts *out, const struct json *app,
                                  const void *compose_file, size_t compose_file_len,
                                  const char *what);
/* By where, what and key. */
int fact_compare(const struct fact *a, const struct fact *b);

#endif
