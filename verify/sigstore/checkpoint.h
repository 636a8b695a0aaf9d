// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_SIGSTORE_CHECKPOINT_H
#define VERIFY_SIGSTORE_CHECKPOINT_H

#include "src/base/limits.h"
#include "verify/sigstore/parts.h"

/*
 * A checkpoint: what a log says about its tree, as a signed note.
 *
 *   origin LF
 *   tree size, decimal LF
 *   root hash, base64 LF
 *   (further lines)
 *   LF
 *   U+2014 SP name SP base64(4 bytes of key hint || signature) LF
 *   (further signature lines)
 *
 * Source: C2SP, tlog-checkpoint.md and signed-note.md.
 */
struct checkpoint_signature {
    const char *name; /* borrowed, name_len characters */
    size_t name_len;
    uint8_t hint[4];
    struct bytes signature;
};

struct checkpoint {
    const char *text; /* borrowed: what is signed, with its last newline */
    size_t text_len;
    const char *origin; /* borrowed */
    size_t origin_len;
    uint64_t tree_size;
    struct hash32 root_hash;
    struct checkpoint_signature signatures[LIMIT_CHECKPOINT_LINES];
    size_t num_signatures; /* at least one */
};
/* The result borrows note; free with checkpoint_clear. */
MUST_CHECK enum err checkpoint_parse(struct diag *d, struct checkpoint *out, const char *note);
void checkpoint_clear(struct checkpoint *c);

/*
 * The origin is that of the log at this host: the host alone (Rekor v2), or "host - <tree id>" in
 * decimal (Rekor v1, where a tree id names a shard).
 */
bool checkpoint_is_of(const struct checkpoint *c, const char *host, size_t host_len);

#endif
