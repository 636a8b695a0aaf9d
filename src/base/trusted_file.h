// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_TRUSTED_FILE_H
#define BASE_TRUSTED_FILE_H

#include <stdbool.h>

#include "src/base/bytes.h"

/*
 * A file whose content decides something: opened once, judged on the descriptor, read from it.
 * Nothing but a regular file is opened (a pipe that nobody writes to does not hang), nothing that
 * everybody may write to, and nothing that a group may, unless it is the user's private group (of
 * the user's name, with no other member). A symbolic link at the end of the path is followed if it
 * is one's own or root's, and its target is judged; somebody else's is refused.
 *
 * The directories on the way are not judged: who can exchange the file can do it at any time, and
 * is found out by its hash (safe/profile_accept.h).
 */
struct trusted_file {
    char *path;   /* of the target, absolute; "-" for standard input */
    bool by_self; /* it belongs to this user or to root */
};
void trusted_file_clear(struct trusted_file *f);

/* path "-" is standard input, which is as good as who gives it. out must be initialised; its
 * maximum is the size limit. */
MUST_CHECK enum err trusted_file_read(struct diag *d, struct buf *out, struct trusted_file *file,
                                      const char *path);

/* The same for what a trusted file names, and whose hash is taken: regular files alone, without a
 * question whose they are; for files of directories that others fill, too. */
enum { REGULAR_NO_LINK = 1 }; /* also no symbolic link at the end of the path */
MUST_CHECK enum err regular_file_read(struct diag *d, struct buf *out, const char *path, int flags);

/* OK unless others than this user and root may change what is in the directory, or exchange it or
 * one above: ERR_IO says which. A directory that is not there yet is judged by those above. */
MUST_CHECK enum err trusted_dir_check(struct diag *d, const char *path);

/* path, made absolute by the current directory; to be freed, NULL on failure. */
char *path_absolute(const char *path);

#endif
