// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_IMAGE_REF_H
#define VERIFY_IMAGE_REF_H

#include "src/base/types.h"

/*
 * References to container images: [domain/]path[:tag]@sha256:<64 lower-case hex digits>.
 * Source: distribution/reference v0.6.0, grammar of reference.go; OCI image specification 1.1,
 * descriptor.md. Narrower than those: sha256 alone, a digest always, no IPv6 literal as domain.
 */

#define IMAGE_NAME_MAX 255 /* domain and path, as in distribution/reference */
#define IMAGE_TAG_MAX  128

/*
 * NULL if text is such a reference; then *digest is its digest. Otherwise the reason, as the end of
 * a sentence that begins with the reference ("has no digest"), and *digest is zero. The tag decides
 * nothing: whoever pulls by digest ignores it.
 */
const char *image_ref_problem(struct hash32 *digest, const char *text);

/*
 * Registry and path of a reference that has no problem, complete: "nginx:1@sha256:…" is
 * docker.io/library/nginx. The registry in lower case. Source: distribution/reference v0.6.0,
 * normalize.go.
 */
struct image_name {
    char s[IMAGE_NAME_MAX + 32];
};
struct image_name image_ref_name(const char *text);

#endif
