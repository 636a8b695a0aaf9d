// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_LINES_H
#define BASE_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/err.h"

/*
 * A file or standard input, line by line, in memory that does not grow. A line ends with LF or with
 * the end of the input; LIMIT_LINE_BYTES is the longest. All-zero is valid to clear.
 */
struct line_reader {
    int fd; /* 0 is standard input, and not closed */
    char *data;
    size_t start, end; /* what is read and not yet given out */
    bool at_eof;
};

/* path "-" is standard input. */
MUST_CHECK enum err line_reader_open(struct diag *d, struct line_reader *r, const char *path);
void line_reader_clear(struct line_reader *r);

/*
 * The next line without its LF, valid until the next call; *line is NULL behind the last one.
 * ERR_LIMIT for a line that is too long: it is skipped, and the call after it gives the line
 * behind it. ERR_IO is final.
 */
MUST_CHECK enum err line_reader_next(struct diag *d, struct line_reader *r, const char **line,
                                     size_t *line_len);

#endif
