// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_GIT_REPO_H
#define VERIFY_GIT_REPO_H

#include "verify/git_object.h"

/*
 * A repository to read from: work tree, .git directory or bare. By libgit2; SHA-256 repositories,
 * which libgit2 1.5 does not know, by the git command (verify/git_command.c). Whatever is read is
 * hashed here once more, so neither is believed about contents; both resolve names.
 */
struct git_repo;

MUST_CHECK enum err git_repo_open(struct diag *d, struct git_repo **out, const char *path);
void git_repo_close(struct git_repo *r);

/*
 * A revision (gitrevisions(7)) to a commit. tag->len is not 0 if rev names an annotated tag of that
 * commit, or of a tag of it. ERR_USAGE if there is no such revision.
 */
MUST_CHECK enum err git_repo_resolve(struct diag *d, struct git_repo *r, struct gitobj_id *commit,
                                     struct gitobj_id *tag, const char *rev);

/*
 * The commit at the tip of a ref, by its whole name: no other ref is ever taken instead, as git
 * does with "refs/tags/NAME" if there is no NAME. ERR_USAGE if there is none, or if it is a tag.
 */
MUST_CHECK enum err git_repo_ref(struct diag *d, struct git_repo *r, struct gitobj_id *commit,
                                 const char *ref);

/* The object is not there, and nothing tells why it should be missing; false for shallow clones and
 * where the git command reads. */
MUST_CHECK bool git_repo_lacks(struct git_repo *r, const struct gitobj_id *id);

/* The content, valid until the next call. ERR_IO if it is not there, or corrupt; ERR_FORMAT if it
 * is of another type; ERR_LIMIT above max, before it is read. */
MUST_CHECK enum err git_repo_read(struct diag *d, struct git_repo *r, const uint8_t **data,
                                  size_t *data_len, enum gitobj_type type,
                                  const struct gitobj_id *id, size_t max);

#endif
