// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_GIT_OBJECT_H
#define VERIFY_GIT_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "verify/git.h"

/*
 * The parts of verify/git.h, with a prefix that libgit2 does not use.
 *
 * Git's objects as bytes: read strictly, and the walk from a commit to a file. Stricter than git,
 * which is lenient with history: whatever two readers could understand differently is refused.
 * Source: git's object format (gitformat-pack(5), fsck.c of git 2.39), gitformat-signature(5).
 */

#define GITOBJ_SHA1_LEN   20
#define GITOBJ_SHA256_LEN 32
struct gitobj_id {
    uint8_t b[GITOBJ_SHA256_LEN];
    size_t len; /* GITOBJ_SHA1_LEN or GITOBJ_SHA256_LEN: the repository's object format */
};
struct gitobj_id_text {
    char s[GIT_ID_TEXT_LEN];
};
struct gitobj_id_text gitobj_id_format(const struct gitobj_id *id);
/* Exactly 40 or 64 lower-case hex digits. */
MUST_CHECK bool gitobj_id_parse(struct gitobj_id *out, const char *text, size_t text_len);
bool gitobj_id_eq(const struct gitobj_id *a, const struct gitobj_id *b);

enum gitobj_type { GITOBJ_COMMIT, GITOBJ_TREE, GITOBJ_BLOB, GITOBJ_TAG };
const char *gitobj_type_name(enum gitobj_type type); /* "commit", … */

/*
 * SHA-1 or SHA-256 (by id_len) over "<type> <length>\0" and the content. SHA-1 is libgit2's:
 * Debian's 1.5.1 is built with the one that detects collision attacks, such content is ERR_FORMAT.
 */
MUST_CHECK enum err gitobj_hash(struct diag *d, struct gitobj_id *out, size_t id_len,
                                enum gitobj_type type, const uint8_t *data, size_t data_len);

/*
 * A commit: "tree", any number of "parent", "author", "committer" in this order, other headers, an
 * empty line. ERR_FORMAT for anything else, and for a NUL or a second "tree" among the headers.
 */
struct gitobj_commit {
    struct gitobj_id tree;
    uint64_t time_s;     /* committer's */
    size_t num_parents;  /* with ids of the same kind as the tree's */
    const char *parents; /* borrowed from the object */
};
MUST_CHECK enum err gitobj_commit_parse(struct diag *d, struct gitobj_commit *out,
                                        const uint8_t *data, size_t data_len);

/* False behind the last. */
MUST_CHECK bool gitobj_commit_parent(struct gitobj_id *out, const struct gitobj_commit *c,
                                     size_t i);

/* An annotated tag of a commit or of a tag: "object", "type", "tag", "tagger", an empty line; no
 * other header. ERR_FORMAT otherwise. */
struct gitobj_tag {
    struct gitobj_id target;
    enum gitobj_type type; /* the target's: GITOBJ_COMMIT or GITOBJ_TAG */
    const char *name;      /* borrowed from the object */
    size_t name_len;
    uint64_t time_s; /* tagger's */
};
MUST_CHECK enum err gitobj_tag_parse(struct diag *d, struct gitobj_tag *out, const uint8_t *data,
                                     size_t data_len);

enum gitobj_mode {
    GITOBJ_MODE_NONE = 0,
    GITOBJ_MODE_FILE,
    GITOBJ_MODE_EXECUTABLE,
    GITOBJ_MODE_LINK,
    GITOBJ_MODE_SUBMODULE,
    GITOBJ_MODE_TREE,
};
struct gitobj_entry {
    enum gitobj_mode mode; /* GITOBJ_MODE_NONE: there is no such entry */
    struct gitobj_id id;
};

/*
 * The entry of that name. The whole tree is read: entries "<mode> <name>\0<id_len bytes>" with one
 * of git's modes (100664, which git wrote once, is a file), sorted as git sorts, no name twice,
 * none of "", ".", "..", ".git" (in any case), none with a '/'. ERR_FORMAT otherwise.
 */
MUST_CHECK enum err gitobj_tree_find(struct diag *d, struct gitobj_entry *out, size_t id_len,
                                     const uint8_t *data, size_t data_len, const char *name,
                                     size_t name_len);

/*
 * A path inside a commit: components with '/' between them, UTF-8 without control characters, none
 * that a tree may not have, at most LIMIT_GIT_PATH_DEPTH. ERR_USAGE otherwise.
 */
MUST_CHECK enum err gitobj_path_check(struct diag *d, const char *path);

/* "git/commit", "git/tree-<index>", "git/tag" or "git/tag-<index>": the evidence file that holds
 * the object. */
#define GIT_EVIDENCE_NAME_LEN 32
void gitobj_evidence_name(char out[static GIT_EVIDENCE_NAME_LEN], enum gitobj_type type,
                          size_t index);

/* Where the walk gets objects from; index numbers the trees from the root. The content stays valid
 * until the next call, and its id has been compared. */
struct gitobj_source {
    void *ctx;
    enum err (*get)(struct diag *d, void *ctx, const uint8_t **data, size_t *data_len,
                    enum gitobj_type type, size_t index, const struct gitobj_id *id);
};

struct gitobj_found {
    struct gitobj_id blob;
    uint64_t commit_time_s;
    size_t num_trees;
};

/*
 * From commit to the file at path (checked before). ERR_MISMATCH if a component does not exist,
 * ERR_FORMAT if one of them is of the wrong kind, or an object is malformed.
 */
MUST_CHECK enum err gitobj_walk(struct diag *d, struct gitobj_found *out,
                                const struct gitobj_source *source, const struct gitobj_id *commit,
                                const char *path);

#endif
