// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_REGISTRY_TOKEN_H
#define VERIFY_REGISTRY_TOKEN_H

#include "src/base/bytes.h"

/*
 * An anonymous token to read one repository, after a 401 with this challenge (WWW-Authenticate;
 * NULL: there was none). out is initialised, secret and empty; it is filled, or stays empty.
 *
 *   Bearer realm="https://…",service="…"
 *
 * Only the realm and the service are taken from it: what is asked for is always to pull this one
 * repository. The realm must be https:// on the registry's own host (for Docker's registry:
 * auth.docker.io); a registry on this machine may name http:// and itself.
 * Source: distribution/distribution, docs/content/spec/auth/token.md; RFC 9110 section 11.
 */
MUST_CHECK enum err registry_token(struct diag *d, struct buf *out, const char *challenge,
                                   const char *scheme, const char *host, const char *path);

/* For tests: the parameters of a challenge; false if it has another scheme or is malformed. */
struct registry_challenge {
    char realm[512];
    char service[256]; /* "" if there is none */
};
MUST_CHECK bool registry_challenge_parse(struct registry_challenge *out, const char *text);

#endif
