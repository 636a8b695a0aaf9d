// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_GIT_COMMAND_H
#define VERIFY_GIT_COMMAND_H

#include "src/base/bytes.h"

/*
 * Objects of a repository by the git command, for formats that libgit2 does not know. One
 * "git cat-file --batch" serves all requests. It gets no configuration but the repository's own, no
 * replacement refs, and no protocol by which it could fetch what is missing.
 */
struct git_command;

/* ERR_UNSUPPORTED if there is no git command, or if it refuses the repository as well. */
MUST_CHECK enum err git_command_open(struct diag *d, struct git_command **out, const char *path);
void git_command_close(struct git_command *c);

#define GIT_COMMAND_WORD_LEN 80
/*
 * The object that name (a revision, or an id) stands for: its id, its type and its content as they
 * are told, which proves nothing. ERR_USAGE if there is none; after any other failure (ERR_LIMIT
 * above max, ERR_IO) it can only be closed.
 */
MUST_CHECK enum err git_command_read(struct diag *d, struct git_command *c,
                                     char id[static GIT_COMMAND_WORD_LEN],
                                     char type[static GIT_COMMAND_WORD_LEN], struct buf *content,
                                     const char *name, size_t max);

#endif
