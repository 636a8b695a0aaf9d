// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_COMPOSE_EXPLAIN_TEXT_H
#define VERIFY_COMPOSE_EXPLAIN_TEXT_H

#include "src/base/bytes.h"

/* What editors, shells and version control do to a text. Internal to compose_explain.c. */
enum text_edit {
    TEXT_AS_IS = 0,
    TEXT_NO_FINAL_NEWLINES, /* $(cat FILE) */
    TEXT_ONE_FINAL_NEWLINE, /* exactly one */
    TEXT_ONE_MORE_NEWLINE,
    TEXT_LF,
    TEXT_CRLF,
    TEXT_NO_BOM,
    TEXT_BOM,
    TEXT_NO_LINE_END_SPACES,
    NUM_TEXT_EDITS,
};

/* Append the edited text; false if the edit changes nothing (TEXT_AS_IS never fails). */
bool text_edit_apply(struct buf *out, enum text_edit edit, const char *data, size_t data_len);
/* "without newlines at the end"; "" for TEXT_AS_IS. */
const char *text_edit_words(enum text_edit edit);
/* "docker_compose_file without newlines at the end" */
const char *text_edit_words_inside(enum text_edit edit);

#endif
