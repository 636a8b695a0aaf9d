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

#define GIT_ID_TEXT_LEN 65 /* 40 or, in SHA-256 repositories, 64 lower-case hex digits; NUL */

struct git_file {
    char commit[GIT_ID_TEXT_LEN]; /* full hex id */
    uint64_t commit_time_s;       /* committer's */
    uint8_t *content;             /* the blob; owned */
    size_t content_len;
};
void git_file_clear(struct git_file *f);

/*
 * Read path at rev (as gitrevisions(7) has it: id, branch, tag, "HEAD~1") and add
 * git/commit and git/tree-N to the proposal's evidence; if rev is an annotated tag, git/tag, and
 * git/tag-1, git/tag-2, ... for the tags that it names. The blob's content is returned and not
 * added. repo is a work tree, a .git directory or a bare repository, not a directory somewhere
 * below. Replacement refs, grafts and the user's git configuration have no influence.
 *
 * ERR_FORMAT if the path is a symbolic link, a submodule or a directory, or an object is malformed;
 * ERR_USAGE if repository, revision or path do not exist. A repository whose format libgit2 1.5
 * does not know (SHA-256) is read with the git command; ERR_UNSUPPORTED if there is none. On
 * failure p may hold a part of the evidence.
 */
MUST_CHECK enum err git_collect(struct diag *d, struct git_file *out, struct proposal *p,
                                const char *repo, const char *rev, const char *path);

/*
 * Walk the evidence: commit hashes to commit_id, names tree-0, each tree names the next, the last
 * names the blob whose content is given, with a regular file's mode, and there is no tree more.
 * Tags, if there are any, name each other in their order, and the last one names the commit.
 * ERR_MISMATCH says which link is broken, ERR_FORMAT what is malformed. Needs no repository.
 * *commit_time_s may be NULL; it is 0 unless OK is returned.
 */
MUST_CHECK enum err git_verify(struct diag *d, uint64_t *commit_time_s, const struct proposal *p,
                               const char *commit_id, const char *path, const uint8_t *content,
                               size_t content_len);

/* The tags in the evidence, as git_verify wants them; *num_tags may be 0. */
MUST_CHECK enum err git_tags_verify(struct diag *d, size_t *num_tags, const struct proposal *p,
                                    const char *commit_id);

/*
 * "That commit was this tip once", as the commits along first parents from the tip (git/branch-0)
 * down to the commit itself. A commit that came in with a merge was never the tip, and is not
 * found. It says nothing about which branch has the tip: anybody can make a commit whose parent is
 * another. For that, compare the tip with a repository of one's own.
 */
struct git_branch {
    char tip[GIT_ID_TEXT_LEN];
    size_t num_commits; /* tip and commit included; 1 if they are the same */
};

/*
 * The way from the ref's tip to the commit, added to p. ref is a whole one ("refs/..."), symbolic
 * ones are followed, tags are no branches; ERR_USAGE if there is none of exactly that name.
 * ERR_LIMIT if the way is longer than LIMIT_GIT_CHAIN; ERR_IO if commits are missing (shallow
 * clone); ERR_MISMATCH if the commit is not on it, which is only said if all of it was seen.
 * Nothing is added unless OK is returned.
 */
MUST_CHECK enum err git_branch_collect(struct diag *d, struct proposal *p, const char *repo,
                                       const char *ref, const char *commit_id);
/* The evidence again, by ids that are computed. ERR_USAGE: there is none. ERR_MISMATCH and
 * ERR_FORMAT say where the chain is broken. */
MUST_CHECK enum err git_branch_verify(struct diag *d, struct git_branch *out,
                                      const struct proposal *p, const char *commit_id);
/* The commit is the ref's tip there, or was. Errors as git_branch_collect, the limit is
 * LIMIT_GIT_VISITED commits. */
MUST_CHECK enum err git_branch_contains(struct diag *d, bool *is_tip, const char *repo,
                                        const char *ref, const char *commit_id);
/* The clone holds the commit. ERR_MISMATCH: it does not; ERR_IO: it does not, and others are
 * missing as well (shallow clone). */
MUST_CHECK enum err git_clone_has(struct diag *d, const char *repo, const char *commit_id);

#endif
