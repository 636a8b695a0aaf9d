// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_GIT_SIGNED_H
#define VERIFY_GIT_SIGNED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/bytes.h"
#include "verify/git_object.h"
#include "verify/ssh_sig.h"

/*
 * Signatures of git objects: which bytes were signed, and by what.
 *
 * A commit is signed without its signature headers; a tag up to the last line that begins a
 * signature. The time is the committer's or tagger's own claim.
 * Source: git 2.39, gitformat-signature(5), commit.c and gpg-interface.c as read.
 */

enum git_signature {
    GIT_SIGNATURE_NONE = 0,
    GIT_SIGNATURE_SSH,
    GIT_SIGNATURE_OPENPGP,
    GIT_SIGNATURE_OTHER, /* X.509, or unknown */
};

/* All-zero is valid to clear. */
struct git_signed {
    enum git_signature kind;
    struct buf payload;
    struct buf signature; /* armored, as it stands in the object without indentation */
    uint64_t time_s;
    struct gitobj_id target; /* tag: the commit that it names */
};
void git_signed_clear(struct git_signed *s);

/* ERR_FORMAT for a malformed object, or one with two signatures. */
MUST_CHECK enum err git_signed_commit(struct diag *d, struct git_signed *out, const uint8_t *data,
                                      size_t data_len);
/* The same for an annotated tag; ERR_FORMAT also if it names no commit. */
MUST_CHECK enum err git_signed_tag(struct diag *d, struct git_signed *out, const uint8_t *data,
                                   size_t data_len);

/*
 * The signature is one of an allowed signer (verify/ssh_sig.h). ERR_MISMATCH: not signed, badly, or
 * by somebody else. ERR_UNSUPPORTED: a signature of another kind than SSH.
 */
MUST_CHECK enum err git_signed_verify(struct diag *d, struct ssh_signer *out,
                                      const struct git_signed *s, const char *allowed,
                                      size_t allowed_len);

#endif
