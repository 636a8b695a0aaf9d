// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_JSON_PICK_H
#define BASE_JSON_PICK_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/err.h"

/*
 * Some members of a JSON text, without judging the others: whoever fills a list for all can put
 * anything into a member that nobody here uses (a NUL, sixty levels of nesting, a million values),
 * and json_parse would refuse the whole text for it. What is picked is bytes; json_parse judges
 * them, strictly, one piece at a time.
 *
 * Nothing is allocated and nothing recurses. Strings and brackets are followed; what lies between
 * them is not looked at, so that a text may be picked from that is no JSON elsewhere.
 */
struct json_text {
    const char *text; /* borrowed; NULL: there is no such member */
    size_t len;
};

/*
 * The values of an object's members: out has one for each of keys, which ends with NULL.
 *
 * Returns ERR_FORMAT, with what in front, if the text is no object by its brackets, if one of keys
 * stands in it twice, or if a key is written with escapes, so that it could be one of them.
 */
MUST_CHECK enum err json_pick_members(struct diag *d, struct json_text *out,
                                      const char *const *keys, const struct json_text *object,
                                      const char *what);

/*
 * The items of an array, one after the other; *at is 0 at first. *done is true, and item empty,
 * behind the last. ERR_FORMAT if the text is no array by its brackets.
 */
MUST_CHECK enum err json_pick_item(struct diag *d, struct json_text *item, bool *done, size_t *at,
                                   const struct json_text *array, const char *what);

#endif
