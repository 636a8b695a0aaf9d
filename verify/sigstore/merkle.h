// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_SIGSTORE_MERKLE_H
#define VERIFY_SIGSTORE_MERKLE_H

#include "src/base/bytes.h"

/*
 * The root of a tree of tree_size leaves of which leaf number index has this content, by its audit
 * path. False if the index is outside, or the path is longer or shorter than it has to be.
 *
 *   leaf = SHA-256(00 || content), node = SHA-256(01 || left || right)
 *
 * Source: RFC 6962 section 2.1.1; RFC 9162 section 2.1.3.2.
 */
MUST_CHECK bool merkle_root(struct hash32 *out, const uint8_t *content, size_t content_len,
                            uint64_t index, uint64_t tree_size, const struct hash32 *path,
                            size_t num_path);

#endif
