// SPDX-License-Identifier: Apache-2.0
#include "src/base/yaml_read.h"

#include <string.h>

#include "src/base/address.h"
#include "src/base/clock.h"
#include "src/base/u256.h"

const char *yaml_type_name(const struct yaml_node *n)
{
    switch (n->type) {
    case YAML_SEQUENCE:
        return "a list";
    case YAML_MAPPING:
        return "a mapping";
    default:
        return n->is_null ? "nothing" : "a text";
    }
}

static enum err wrong_type(struct diag *d, const struct yaml *y, const struct yaml_node *n,
                           const char *expected)
{
    return yaml_error(d, ERR_FORMAT, y, n, "expected %s, found %s", expected, yaml_type_name(n));
}

static enum err read_text(struct diag *d, const char **out, const struct yaml *y,
                          const struct yaml_node *n, const char *expected)
{
    *out = NULL;
    if (n->type != YAML_SCALAR || n->is_null)
        return wrong_type(d, y, n, expected);
    if (n->tag != NULL && strcmp(n->tag, "!!str") != 0)
        return yaml_error(d, ERR_FORMAT, y, n, "the tag '%.32s' is not expected", n->tag);
    *out = n->text;
    return OK;
}

enum err yaml_read_text(struct diag *d, const char **out, const struct yaml *y,
                        const struct yaml_node *n)
{
    return read_text(d, out, y, n, "a text");
}

enum err yaml_read_bool(struct diag *d, bool *out, const struct yaml *y, const struct yaml_node *n)
{
    const char *text = NULL;
    enum err e = read_text(d, &text, y, n, "true or false");

    *out = false;
    if (e != OK)
        return e;
    if (!n->plain || (strcmp(text, "true") != 0 && strcmp(text, "false") != 0))
        return yaml_error(d, ERR_FORMAT, y, n, "expected true or false, found '%.32s'", text);
    *out = text[0] == 't';
    return OK;
}

enum err yaml_read_u256(struct diag *d, struct u256 *out, const struct yaml *y,
                        const struct yaml_node *n)
{
    const char *text = NULL;
    enum err e = read_text(d, &text, y, n, "a number");

    *out = (struct u256){ 0 };
    if (e == OK && !u256_from_dec(out, text))
        e = yaml_error(d, ERR_FORMAT, y, n, "expected a decimal number, found '%.80s'", text);
    return e;
}

enum err yaml_read_u64(struct diag *d, uint64_t *out, const struct yaml *y,
                       const struct yaml_node *n)
{
    struct u256 value;
    enum err e = yaml_read_u256(d, &value, y, n);

    *out = 0;
    if (e == OK && !u256_to_u64(&value, out))
        e = yaml_error(d, ERR_FORMAT, y, n, "expected a number up to 2^64 - 1, found '%.80s'",
                       n->text);
    return e;
}

enum err yaml_error_from(struct diag *d, const struct yaml *y, const struct yaml_node *n,
                         const struct diag *inner)
{
    if (inner->hint[0] != '\0')
        diag_hint(d, "%s", inner->hint);
    return yaml_error(d, inner->code, y, n, "%.400s", inner->msg);
}

enum err yaml_read_address(struct diag *d, struct address *out, const struct yaml *y,
                           const struct yaml_node *n)
{
    struct diag inner = { 0 };
    const char *text = NULL;
    enum err e = read_text(d, &text, y, n, "an address");

    *out = (struct address){ 0 };
    if (e != OK)
        return e;
    if (address_parse(&inner, out, text) != OK)
        return yaml_error_from(d, y, n, &inner);
    if (address_is_zero(out))
        return yaml_error(d, ERR_FORMAT, y, n, "the zero address stands for nobody");
    return OK;
}

enum err yaml_read_duration(struct diag *d, uint64_t *out_s, const struct yaml *y,
                            const struct yaml_node *n)
{
    struct diag inner = { 0 };
    const char *text = NULL;
    enum err e = read_text(d, &text, y, n, "a duration");

    *out_s = 0;
    if (e == OK && duration_parse(&inner, out_s, text) != OK)
        e = yaml_error_from(d, y, n, &inner);
    return e;
}

enum err yaml_check_sequence(struct diag *d, const struct yaml *y, const struct yaml_node *n,
                             size_t max)
{
    if (n->type != YAML_SEQUENCE)
        return wrong_type(d, y, n, "a list");
    if (n->num_items > max)
        return yaml_error(d, ERR_LIMIT, y, n, "%zu entries are over the limit of %zu", n->num_items,
                          max);
    return OK;
}

enum err yaml_check_mapping(struct diag *d, const struct yaml *y, const struct yaml_node *n)
{
    return n->type == YAML_MAPPING ? OK : wrong_type(d, y, n, "a mapping");
}
