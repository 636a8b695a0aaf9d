// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_COMPOSE_DANGERS_INTERNAL_H
#define VERIFY_COMPOSE_DANGERS_INTERNAL_H

#include "src/base/yaml.h"
#include "verify/compose_dangers.h"

/* For compose_dangers*.c alone. */

/* Once e is not OK, nothing is added any more. */
struct gather {
    struct diag *d;
    struct dangers *out;
    enum err e;
};

/* kind, owner (a service, an entry) and value as safe/compose_allow.h joins them; NULL: no such
 * part. */
void danger_add(struct gather *g, const char *kind, const char *owner, const char *value);
/* The same; value is compact JSON, or the text of a scalar. */
void danger_add_node(struct gather *g, const char *kind, const char *owner,
                     const struct yaml_node *value);
/* Nothing allows it. */
void danger_refuse(struct gather *g, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* A compose file, parsed. */
void dangers_of_compose(struct gather *g, const struct yaml_node *root);
void dangers_of_volumes(struct gather *g, const char *service, const struct yaml_node *list);
void dangers_of_ports(struct gather *g, const char *service, const struct yaml_node *list);
/* [a-zA-Z0-9][a-zA-Z0-9_.-]+: what Docker takes for the name of a volume, never for a path. */
bool is_volume_name(const char *text, size_t len);

#endif
