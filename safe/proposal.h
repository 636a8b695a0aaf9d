// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_PROPOSAL_H
#define SAFE_PROPOSAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "safe/safe_tx.h"
#include "safe/timelock.h"
#include "src/base/limits.h"

/*
 * A proposal file, format "countersign/proposal/1": SafeTx, operation, evidence, signatures. See
 * docs/formats/proposal.md. Reading checks form only; every member is a claim until verify/ has
 * recomputed it. Writing is deterministic: the same content gives the same bytes, and a file that
 * was written here and read again is written as it was.
 */

enum step {
    STEP_NONE = 0,
    STEP_SCHEDULE,
    STEP_EXECUTE,
    STEP_CANCEL,
    STEP_DIRECT,
    STEP_REJECT,
};
const char *step_name(enum step s);     /* "none" for STEP_NONE */
enum step step_parse(const char *name); /* STEP_NONE if unknown */

/* One governed call, by the names of `propose`: what the proposal says it does. Both words are a
 * letter or digit, then [a-zA-Z0-9._-], at most ACTION_WORD_MAX. */
#define ACTION_WORD_MAX 64
struct action_ref {
    char *action;   /* "add-compose-hash", "call" */
    char *contract; /* profile name: "app", "timelock", "safe" */
};
/* A list that grows; ERR_FORMAT for a bad word, ERR_LIMIT over LIMIT_CALLS. */
MUST_CHECK enum err action_refs_add(struct diag *d, struct action_ref **actions,
                                    size_t *num_actions, const char *action, const char *contract);
void action_refs_clear(struct action_ref *actions, size_t num_actions);
struct json;
MUST_CHECK enum err action_refs_from_json(struct diag *d, struct action_ref **actions,
                                          size_t *num_actions, const struct json *list);
struct json *action_refs_to_json(const struct action_ref *actions, size_t num_actions);

/* Names become file names when somebody takes a proposal apart: components of [a-zA-Z0-9._-] with
 * '/' between them, each starting with a letter or digit, the first not with a capital, no "..". */
#define EVIDENCE_NAME_MAX  200
#define MANIFEST_BYTES_MAX (LIMIT_EVIDENCE_FILES * (64 + 2 + EVIDENCE_NAME_MAX + 1))
struct evidence_file {
    char *name; /* unique */
    uint8_t *data;
    size_t data_len;
};

/* Names of evidence files. Trees are numbered from the root: "git/tree-0", "git/tree-1", … */
#define EVIDENCE_CONTEXT     "context.json"
#define EVIDENCE_APP_COMPOSE "app-compose.json"
#define EVIDENCE_COMPOSE     "compose.yaml"              /* the blob's content */
#define EVIDENCE_PREVIOUS    "previous-app-compose.json" /* of the release before, for the diff */
#define EVIDENCE_GIT_COMMIT  "git/commit" /* content of the object, without its header */
#define EVIDENCE_GIT_TREE    "git/tree-"
#define EVIDENCE_GIT_TAG     "git/tag"      /* an annotated tag of the commit */
#define EVIDENCE_GIT_BRANCH  "git/branch-"  /* commits from a branch's tip, 0, to the commit */
#define EVIDENCE_OS_IMAGE    "os-image/"    /* digest.txt and sha256sum.txt */
#define EVIDENCE_MEASUREMENT "measurement/" /* 0.json, 1.json, … */
/* Signatures of images: attestations/<digest of the image>/<n>.json, and <n>.payload. */
#define EVIDENCE_ATTESTATIONS "attestations/"
#define EVIDENCE_TRUSTED_ROOT "trusted_root.json"

struct proposal_signature {
    struct address signer; /* claimed */
    char kind[24];         /* claimed; signature_kind_name */
    uint8_t *data;
    size_t data_len;
};

/* All-zero is valid to clear. */
struct proposal {
    struct hash32 file_sha256; /* of the text that it was read from; zero: it was made here */
    enum step step;
    uint64_t created_s;
    struct action_ref *actions;
    size_t num_actions;

    struct safe_domain domain;
    struct safe_tx tx;
    struct safe_hashes claimed; /* as written in the file; who builds a proposal fills it */

    bool has_operation; /* schedule and execute always, cancel if it is known */
    struct address timelock;
    struct operation operation;
    struct u256 delay_s;
    struct hash32 claimed_operation_id;

    bool has_scheduled; /* execute, cancel: the SafeTx that scheduled the operation, if known */
    struct safe_tx scheduled; /* same domain */

    char *claimed_manifest;      /* as written in the file; NULL: computed when it is written */
    struct evidence_file *files; /* sorted by name */
    size_t num_files;

    struct proposal_signature *signatures; /* sorted by signer */
    size_t num_signatures;
};
void proposal_clear(struct proposal *p);

/* Strict: a missing, unknown or repeated key, unsorted evidence or signatures, a step without its
 * operation, anything over a limit is an error. what names the document in errors. */
MUST_CHECK enum err proposal_parse(struct diag *d, struct proposal *out, const void *data,
                                   size_t data_len, const char *what);
MUST_CHECK enum err proposal_write(struct diag *d, struct buf *out, const struct proposal *p);
/* path "-" is standard input / output. proposal_save replaces the file as a whole. */
MUST_CHECK enum err proposal_load(struct diag *d, struct proposal *out, const char *path);
MUST_CHECK enum err proposal_save(struct diag *d, const struct proposal *p, const char *path);

/*
 * The same, against other writers of the file: signatures that it holds for the same proposal are
 * kept (and added to p). ERR_MISMATCH if it holds something else that must not get lost: always
 * with keep_other, else a signed proposal, or what is none. proposal_join does as much (without
 * keep_other) and saves nothing.
 */
MUST_CHECK enum err proposal_join(struct diag *d, struct proposal *p, const char *path);
MUST_CHECK enum err proposal_save_joined(struct diag *d, struct proposal *p, const char *path,
                                         bool keep_other);

/* Copies; keeps the list sorted; forgets claimed_manifest; ERR_FORMAT for a bad or repeated name,
 * ERR_LIMIT. */
MUST_CHECK enum err proposal_add_file(struct diag *d, struct proposal *p, const char *name,
                                      const void *data, size_t data_len);
const struct evidence_file *proposal_file(const struct proposal *p, const char *name);
MUST_CHECK enum err proposal_add_action(struct diag *d, struct proposal *p, const char *action,
                                        const char *contract);
/* Copies; replaces an entry of the same signer. ERR_FORMAT for an unknown kind. */
MUST_CHECK enum err proposal_add_signature(struct diag *d, struct proposal *p,
                                           const struct address *signer, const char *kind,
                                           const uint8_t *data, size_t data_len);

/* sha256sum's format, "<64 hex>  <name>\n", sorted by name, of all evidence files. */
MUST_CHECK enum err proposal_manifest(struct diag *d, struct buf *out, const struct proposal *p);
/* keccak256 of the manifest: the default salt. */
MUST_CHECK enum err proposal_manifest_digest(struct diag *d, struct hash32 *out,
                                             const struct proposal *p);

/*
 * The content of context.json: what an operation id alone does not bind. For execute and cancel it
 * is the context of the step that scheduled. Compact JSON with sorted keys and a final newline;
 * parsing refuses any other spelling of the same content.
 */
struct proposal_context {
    struct u256 chain_id;
    struct address safe;
    bool has_timelock;
    struct address timelock;
    struct u256 nonce; /* of the SafeTx that schedules, or does, the action */
    uint64_t created_s;
    struct action_ref *actions;
    size_t num_actions;
    char *git_commit; /* 40 or 64 hex digits; NULL if there is no git evidence */
    char *git_path;   /* NULL exactly if git_commit is */
};
void proposal_context_clear(struct proposal_context *c);
MUST_CHECK enum err proposal_context_write(struct diag *d, struct buf *out,
                                           const struct proposal_context *c);
MUST_CHECK enum err proposal_context_parse(struct diag *d, struct proposal_context *out,
                                           const void *data, size_t data_len);

#endif
