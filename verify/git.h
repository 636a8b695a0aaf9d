// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_GIT_H
#define VERIFY_GIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "safe/proposal.h"

/*
 * "This file is in that commit", as a proof: the raw commit, the trees on the path and the blob.
 * Collected from a repository with libgit2 (work tree or bare, no shelling out); verified from the
 * bytes alone, with libgit2's SHA-1. It is loaded when first needed (ERR_UNSUPPORTED if it is not
 * there). Says nothing about whose commit that is, or on which branch.
 *
 * The proof is as good as SHA-1: second preimages are out of reach, collisions are not. The hash is
 * libgit2's, which Debian builds with the SHA-1 that recognises the known collision attacks.
 * Source: git's object format, gitformat-pack(5) and git-cat-file(1).
 */

#define GIT_ID_TEXT_LEN 41 /* 40 lower-case hex digits and NUL */

struct git_file {
    char commit[GIT_ID_TEXT_LEN]; /* full hex id */
    uint64_t commit_time_s;       /* committer's */
    uint8_t *content;             /* the blob; owned */
    size_t content_len;
};
void git_file_clear(struct git_file *f);

/*
 * Read path at rev (as gitrevisions(7) has it: id, branch, tag, "HEAD~1") and add
 * git/commit and git/tree-N to the proposal's evidence. The blob's content is returned and not
 * added. repo is a work tree, a .git directory or a bare repository, not a directory somewhere
 * below. Replacement refs, grafts and the user's git configuration have no influence.
 *
 * ERR_FORMAT if the path is a symbolic link, a submodule or a directory, or an object is malformed;
 * ERR_USAGE if repository, revision or path do not exist; ERR_UNSUPPORTED for a repository whose
 * format libgit2 1.5 does not know (SHA-256). On failure p may hold a part of the evidence.
 */
MUST_CHECK enum err git_collect(struct diag *d, struct git_file *out, struct proposal *p,
                                const char *repo, const char *rev, const char *path);

/*
 * Walk the evidence: commit hashes to commit_id, names tree-0, each tree names the next, the last
 * names the blob whose content is given, with a regular file's mode, and there is no tree more.
 * ERR_MISMATCH says which link is broken, ERR_FORMAT what is malformed. Needs no repository.
 * *commit_time_s may be NULL; it is 0 unless OK is returned.
 */
MUST_CHECK enum err git_verify(struct diag *d, uint64_t *commit_time_s, const struct proposal *p,
                               const char *commit_id, const char *path, const uint8_t *content,
                               size_t content_len);

#endif
