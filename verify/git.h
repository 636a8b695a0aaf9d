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
 * bytes alone, with a SHA-1 that detects collision attacks.
 * Source: git's object format, gitformat-pack(5) and git-cat-file(1).
 */

#define GIT_ID_TEXT_LEN 41

struct git_file {
    char commit[GIT_ID_TEXT_LEN]; /* full hex id */
    uint64_t commit_time_s;       /* committer's */
    uint8_t *content;             /* the blob; owned */
    size_t content_len;
};
void git_file_clear(struct git_file *f);

/*
 * Read path at rev (id, branch or tag; resolved to a commit) and add git/commit and git/tree-N to
 * the proposal's evidence. The blob's content is returned and not added. ERR_FORMAT if the path is
 * a symbolic link, a submodule or a tree; ERR_USAGE if repository, revision or path do not exist.
 */
MUST_CHECK enum err git_collect(struct diag *d, struct git_file *out, struct proposal *p,
                                const char *repo, const char *rev, const char *path);

/*
 * Walk the evidence: commit hashes to commit_id, names tree-0, each tree names the next, the last
 * names the blob whose content is given, with a regular file's mode. ERR_MISMATCH says which link
 * is broken. Pure: needs no repository. *commit_time_s may be NULL.
 */
MUST_CHECK enum err git_verify(struct diag *d, uint64_t *commit_time_s, const struct proposal *p,
                               const char *commit_id, const char *path, const uint8_t *content,
                               size_t content_len);

#endif
