// SPDX-License-Identifier: Apache-2.0
#include "src/base/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/limits.h"

/* Room for the longest line, its LF, and enough behind it that reads stay large. */
#define CAPACITY (LIMIT_LINE_BYTES + 1 + 128 * 1024)

enum err line_reader_open(struct diag *d, struct line_reader *r, const char *path)
{
    *r = (struct line_reader){ 0 };
    if ((r->data = malloc(CAPACITY)) == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    if (strcmp(path, "-") == 0)
        return OK;
    r->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (r->fd >= 0)
        return OK;
    r->fd = 0;
    line_reader_clear(r);
    return diag_set(d, ERR_IO, "cannot open '%.256s': %s", path, strerror(errno));
}

void line_reader_clear(struct line_reader *r)
{
    free(r->data);
    if (r->fd > 0)
        (void)close(r->fd);
    *r = (struct line_reader){ 0 };
}

/* More input behind what is there; sets at_eof. */
static enum err fill(struct diag *d, struct line_reader *r)
{
    ssize_t n = 0;

    if (r->start > 0) {
        memmove(r->data, r->data + r->start, r->end - r->start);
        r->end -= r->start;
        r->start = 0;
    }
    do {
        n = read(r->fd, r->data + r->end, CAPACITY - r->end);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return diag_set(d, ERR_IO, "cannot read: %s", strerror(errno));
    r->at_eof = n == 0;
    r->end += (size_t)n;
    return OK;
}

/* Drop everything up to and with the next LF. */
static enum err skip_line(struct diag *d, struct line_reader *r)
{
    enum err e = OK;

    for (;;) {
        const char *lf = memchr(r->data + r->start, '\n', r->end - r->start);

        r->start = lf != NULL ? (size_t)(lf - r->data) + 1 : r->end;
        if (lf != NULL || r->at_eof)
            return OK;
        if ((e = fill(d, r)) != OK)
            return e;
    }
}

enum err line_reader_next(struct diag *d, struct line_reader *r, const char **line,
                          size_t *line_len)
{
    enum err e = OK;

    *line = NULL;
    *line_len = 0;
    for (;;) {
        const char *at = r->data + r->start;
        const char *lf = memchr(at, '\n', r->end - r->start);
        size_t n = lf != NULL ? (size_t)(lf - at) : r->end - r->start;

        if (n > LIMIT_LINE_BYTES) {
            if ((e = skip_line(d, r)) != OK)
                return e;
            return diag_set(d, ERR_LIMIT, "the line is over the limit of %d bytes",
                            LIMIT_LINE_BYTES);
        }
        if (lf != NULL || (r->at_eof && n > 0)) {
            *line = at;
            *line_len = n;
            r->start += n + (lf != NULL ? 1 : 0);
            return OK;
        }
        if (r->at_eof)
            return OK;
        if ((e = fill(d, r)) != OK)
            return e;
    }
}
