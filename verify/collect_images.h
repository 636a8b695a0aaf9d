// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_COLLECT_IMAGES_H
#define VERIFY_COLLECT_IMAGES_H

#include "safe/profile.h"
#include "safe/proposal.h"

/*
 * Gather the signatures of the images in a proposal's app-compose, and the trusted root: evidence
 * for image.*. What could not be verified later is refused now, by the same judgement.
 *
 * Names of files in a directory, where D is the pinned digest in 64 lower-case hex digits;
 * "sha256:" instead of "sha256-" is as good, and so is "-anything" behind the digits:
 *   sha256-D.sigstore.json, sha256-D.json   a bundle
 *   sha256-D.jsonl                          lines: gh attestation download, cosign download
 * signature sha256-D.sig.json, sha256-D.payload     the manifest of a `.sig` tag, and cosign's
 * payload Other digests are passed over.
 */
struct collect_images_request {
    const struct profile *profile; /* with 'images' */
    const char *git_commit;        /* NULL: none */
    const char *dir;               /* NULL: none */
    bool fetch;                    /* ask the registries: verify/registry.h */
};
/* *latest_s is when the last of the images was signed. */
MUST_CHECK enum err collect_images(struct diag *d, uint64_t *latest_s, struct proposal *p,
                                   const struct collect_images_request *request);

/* Everything again as image.* will ask, of the complete proposal; now_s if it names no time. */
MUST_CHECK enum err collect_images_check(struct diag *d, const struct proposal *p,
                                         const struct profile *profile, const char *git_commit,
                                         uint64_t now_s);

#endif
