// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/bytes.h"

/*
 * Whole files. Reading refuses directories and stops at out's maximum (ERR_LIMIT). Writing is a
 * temporary file in the same directory, fsync, rename, fsync of the directory: after a crash there
 * is the old content or the new, never a part. A symbolic link is replaced, not followed; anything
 * else that is no regular file is refused.
 */

/* path "-" is standard input. out must be initialised; its maximum is the size limit. */
MUST_CHECK enum err file_read(struct diag *d, struct buf *out, const char *path);
/* What is left to read behind an open descriptor; path names it in errors. */
MUST_CHECK enum err file_read_fd(struct diag *d, struct buf *out, int fd, const char *path);

enum {
    FILE_PRIVATE = 1,   /* mode 0600 instead of 0644 less the umask */
    FILE_EXCLUSIVE = 2, /* ERR_MISMATCH if the name exists already (link, not rename) */
};
/* path "-" is standard output (written plainly). */
MUST_CHECK enum err file_write(struct diag *d, const char *path, const void *data, size_t data_len,
                               int flags);
/* One directory, or all missing ones on the path, mode 0777 less the umask. */
MUST_CHECK enum err file_make_dirs(struct diag *d, const char *path);
/* Something can be reached by that name, links followed. */
bool file_exists(const char *path);
/*
 * There is nothing of that name, not even a link: the only answer that means "none". It is not the
 * opposite of file_exists: what cannot be looked at, and a link that leads nowhere, are neither,
 * and whoever reads them gets an error.
 */
bool file_is_missing(const char *path);

/* Names in a directory, sorted by byte order, without dot-files; free with file_free_names. */
MUST_CHECK enum err file_list_dir(struct diag *d, char ***names, size_t *num_names,
                                  const char *path);
void file_free_names(char **names, size_t num_names);

/*
 * Advisory lock on a file that is created if need be; held until released. Blocks. *out_fd is -1
 * on failure.
 */
MUST_CHECK enum err file_lock(struct diag *d, int *out_fd, const char *path);
/*
 * The same for a file that file_write replaces, without a second file: whoever reads it, changes it
 * and writes it back holds this. *out_fd is -1 and the result OK if there is no such file.
 */
MUST_CHECK enum err file_lock_existing(struct diag *d, int *out_fd, const char *path);
void file_unlock(int fd);

#endif
