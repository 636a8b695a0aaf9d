// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_SIGSTORE_DSSE_H
#define VERIFY_SIGSTORE_DSSE_H

#include "verify/sigstore/parts.h"

/*
 * What a DSSE envelope signs, appended to out:
 *
 *   "DSSEv1" SP length(type) SP type SP length(payload) SP payload      lengths decimal, in bytes
 *
 * Source: secure-systems-lab/dsse, protocol.md.
 */
void dsse_encode(struct buf *out, const char *type, const uint8_t *payload, size_t payload_len);

#define DSSE_INTOTO "application/vnd.in-toto+json"

/*
 * An in-toto statement, v0.1 or v1. Source: in-toto/attestation, spec/v1/statement.md.
 * The caller frees *tree, into which the other pointers look.
 */
struct statement {
    struct json *tree;
    const struct json *subjects;  /* array */
    const char *predicate_type;   /* "" if there is none */
    const struct json *predicate; /* NULL if there is none */
};
MUST_CHECK enum err statement_parse(struct diag *d, struct statement *out, const uint8_t *data,
                                    size_t data_len);
void statement_clear(struct statement *s);
/* Some subject has that SHA-256, written in lower-case hex. */
bool statement_has_subject(const struct statement *s, const struct hash32 *digest);
/* How a subject without a SHA-256 is named ("sha512"); NULL if all have one, or no name at all. */
const char *statement_other_digest(const struct statement *s);

/*
 * cosign's payload, "simple signing": {"critical": {"type": "cosign container image signature",
 * "image": {"docker-manifest-digest": "sha256:…"}, "identity": …}, "optional": …}.
 * Source: cosign, specs/SIGNATURE_SPEC.md; the docker-reference proves nothing there.
 */
MUST_CHECK enum err simplesigning_parse(struct diag *d, struct hash32 *out, const uint8_t *data,
                                        size_t data_len);

/*
 * SLSA provenance by GitHub Actions against what Fulcio wrote into the certificate. The job writes
 * the predicate, Fulcio the certificate: where both say something, they must say the same. Other
 * predicates and build types are passed over. NULL, or the member that differs.
 * Source: slsa.dev/provenance/v1 and /v0.2; actions.github.io/buildtypes/workflow/v1.
 */
const char *predicate_disagrees(const struct statement *s, char *const *fields);

#endif
