// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_JSON_SCAN_H
#define BASE_JSON_SCAN_H

#include <stddef.h>

#include "src/base/err.h"

/* What json.c wants to know about a text that the JSON library does not tell. */

/*
 * Before anything is allocated: depth and number of values, from the brackets and commas outside
 * strings. Exact enough for valid text (an empty container counts twice); the rest jansson refuses.
 */
MUST_CHECK enum err json_scan_limits(struct diag *d, const char *text, size_t text_len,
                                     const char *what);

/*
 * The member whose value is a number that ends at end, for a message: its length, and *key points
 * into text; 0 where no plain key stands in front.
 */
size_t json_scan_key(const char **key, const char *text, size_t end);

#endif
