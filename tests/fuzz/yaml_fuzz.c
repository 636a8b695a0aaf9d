// SPDX-License-Identifier: Apache-2.0
/* Whatever is accepted, the expanded tree keeps to the limits, and keys are texts and unique. */
#include <stdlib.h>
#include <string.h>

#include "src/base/limits.h"
#include "src/base/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t walk(const struct yaml_node *n, unsigned depth)
{
    size_t count = 1;

    if (depth > LIMIT_YAML_DEPTH || n->line == 0 || n->column == 0 ||
        n->num_pairs > LIMIT_YAML_MEMBERS || (n->type == YAML_SCALAR) != (n->text != NULL))
        abort();
    for (size_t i = 0; i < n->num_items; i++)
        count += walk(n->items[i], depth + 1);
    for (size_t i = 0; i < n->num_pairs; i++) {
        if (n->pairs[i].key->type != YAML_SCALAR ||
            yaml_get(n, n->pairs[i].key->text) != n->pairs[i].value)
            abort();
        count += walk(n->pairs[i].key, depth + 1) + walk(n->pairs[i].value, depth + 1);
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diag d = { 0 };
    struct yaml *y = NULL;

    if (yaml_parse(&d, &y, data, size, "fuzz") == OK && walk(yaml_root(y), 1) > LIMIT_YAML_NODES)
        abort();
    yaml_free(y);
    return 0;
}
