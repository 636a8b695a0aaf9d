// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_LINE_DIFF_H
#define VERIFY_LINE_DIFF_H

#include <stddef.h>

#include "src/base/bytes.h"

/*
 * The difference of two texts in diff(1)'s unified format with three lines of context; nothing if
 * they are the same. Lines are escaped as term_untrusted does, so that the result can be shown.
 * Beyond LIMIT_DIFF_EDITS edits, the lines that differ are shown as removed and added whole.
 * Source: E. Myers, An O(ND) Difference Algorithm and Its Variations, 1986.
 */
MUST_CHECK enum err line_diff(struct diag *d, struct buf *out, const char *what, const char *old,
                              size_t old_len, const char *new_text, size_t new_len);

#endif
