// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_YAML_READ_H
#define BASE_YAML_READ_H

#include <stdint.h>

#include "src/base/types.h"
#include "src/base/yaml.h"

/*
 * Values from YAML nodes. y is the document of n, for positions. Outputs are zero on failure;
 * ERR_FORMAT names line and column, what was expected and what was found.
 */

/* A text that is not null, as written; it may be empty. Borrowed. */
MUST_CHECK enum err yaml_read_text(struct diag *d, const char **out, const struct yaml *y,
                                   const struct yaml_node *n);
/* Plain true or false and nothing else. */
MUST_CHECK enum err yaml_read_bool(struct diag *d, bool *out, const struct yaml *y,
                                   const struct yaml_node *n);
/* Decimal digits, quoted or not. */
MUST_CHECK enum err yaml_read_u256(struct diag *d, struct u256 *out, const struct yaml *y,
                                   const struct yaml_node *n);
MUST_CHECK enum err yaml_read_u64(struct diag *d, uint64_t *out, const struct yaml *y,
                                  const struct yaml_node *n);
/* As address_parse; the zero address is refused. */
MUST_CHECK enum err yaml_read_address(struct diag *d, struct address *out, const struct yaml *y,
                                      const struct yaml_node *n);
/* As duration_parse, in seconds. */
MUST_CHECK enum err yaml_read_duration(struct diag *d, uint64_t *out_s, const struct yaml *y,
                                       const struct yaml_node *n);
/* n is a sequence of at most max nodes. */
MUST_CHECK enum err yaml_check_sequence(struct diag *d, const struct yaml *y,
                                        const struct yaml_node *n, size_t max);
MUST_CHECK enum err yaml_check_mapping(struct diag *d, const struct yaml *y,
                                       const struct yaml_node *n);
/* What a function without a position said, with the position of n in front. */
enum err yaml_error_from(struct diag *d, const struct yaml *y, const struct yaml_node *n,
                         const struct diag *inner);
/* "a text", "nothing", "a list", "a mapping": for messages. */
const char *yaml_type_name(const struct yaml_node *n);

#endif
