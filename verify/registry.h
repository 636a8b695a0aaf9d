// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_REGISTRY_H
#define VERIFY_REGISTRY_H

#include "src/base/bytes.h"

/*
 * Signatures of an image, from the registry that its reference names. Nothing in the answers is
 * believed: every manifest that is asked for by digest and every blob is hashed again, and what the
 * signatures are worth is decided elsewhere (image_facts.h).
 *
 *   tag sha256-<hex>.sig              cosign's manifest, and the payloads of its layers
 *   referrers of sha256:<hex>         bundles v0.3 (artifactType
 * application/vnd.dev.sigstore.bundle…) tag sha256-<hex>                  the same list, where a
 * registry has no referrers API
 *
 * https:// only, but for a registry on this machine. Anonymous: an answer 401 is followed by a
 * request for a token from the realm that the registry names, if that is the same host by https
 * (auth.docker.io for docker.io). A token is sent to the registry alone, never to where a blob is
 * redirected to, and is in no message.
 * Source: OCI distribution specification 1.1; distribution/distribution, docs/spec/auth/token.md;
 * cosign, specs/SIGNATURE_SPEC.md and BUNDLE_SPEC.md.
 */
struct registry_file {
    struct buf content; /* a bundle, or the manifest of a .sig tag */
    bool has_payload;
    struct buf payload;
};
struct registry_files {
    struct registry_file *items; /* at most LIMIT_REGISTRY_FILES */
    size_t num_items;
};
/*
 * OK also if there is no signature. ERR_NETWORK: no usable answer. ERR_FORMAT, ERR_MISMATCH: an
 * answer that is not what was asked for. The reference is one of image_ref.h.
 */
MUST_CHECK enum err registry_fetch(struct diag *d, struct registry_files *out,
                                   const char *reference);
void registry_files_clear(struct registry_files *files);

#endif
