// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/bytes.h"

/* Handling of passphrases, keys and tokens. */

/* Overwrite in a way the compiler cannot drop. */
void secret_wipe(void *data, size_t data_len);
/* Equal, in a time that depends on the length alone. */
MUST_CHECK bool secret_eq(const void *a, const void *b, size_t len);
/* No core dumps, not even by ptrace attach of the same user; called once by main. */
void secret_protect_process(void);

/*
 * Read one secret into out (initialised with buf_init_secret), without its final LF or CR LF:
 *   from the controlling terminal with echo off, prompting on it (ERR_USAGE if there is none,
 *   ERR_REFUSED if it is interrupted or ended)
 *   from a file descriptor, to its end
 *   from a regular file of this user or root that group and others cannot access (ERR_IO)
 */
MUST_CHECK enum err secret_from_terminal(struct diag *d, struct buf *out, const char *prompt);
MUST_CHECK enum err secret_from_fd(struct diag *d, struct buf *out, int fd);
MUST_CHECK enum err secret_from_file(struct diag *d, struct buf *out, const char *path);

#endif
