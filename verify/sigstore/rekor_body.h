// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_SIGSTORE_REKOR_BODY_H
#define VERIFY_SIGSTORE_REKOR_BODY_H

#include "verify/sigstore/parts.h"

/*
 * What a log entry is about: canonicalizedBody, of which the log holds the hash.
 *
 *   hashedrekord 0.0.1  spec: {data: {hash: {algorithm, value (hex)}},
 *                              signature: {content, publicKey: {content (base64 of PEM)}}}
 *   hashedrekord 0.0.2  spec.hashedRekordV002: {data: {algorithm, digest (base64)}, signature:
 *                       {content, verifier: {x509Certificate|publicKey: {rawBytes}, keyDetails}}}
 *   dsse 0.0.1          spec: {payloadHash: {algorithm, value}, signatures: [{signature, verifier
 *                              (base64 of PEM)}], envelopeHash (cannot be recomputed)}
 *   intoto 0.0.2        spec.content: {payloadHash, envelope: {signatures: [{sig (base64 of
 *                              base64), publicKey (base64 of PEM)}]}}
 *
 * Source: rekor, pkg/types; rekor-tiles, api/proto/rekor/v2.
 */
enum rekor_kind {
    REKOR_HASHEDREKORD_1,
    REKOR_HASHEDREKORD_2,
    REKOR_DSSE,
    REKOR_INTOTO,
};

struct rekor_body {
    enum rekor_kind kind;
    /* hashedrekord: of what is signed (for DSSE its pre-authentication encoding); else of the
     * DSSE payload. */
    struct hash32 digest;
    struct bytes signature;
    bool by_key;           /* verifier is a public key, not a certificate */
    struct bytes verifier; /* DER */
};
void rekor_body_clear(struct rekor_body *b);

/* ERR_UNSUPPORTED for kinds and versions that are not in the list above. */
MUST_CHECK enum err rekor_body_parse(struct diag *d, struct rekor_body *out, const uint8_t *data,
                                     size_t data_len);
/* "hashedrekord", "0.0.1" */
const char *rekor_kind_name(enum rekor_kind kind);
const char *rekor_kind_version(enum rekor_kind kind);

#endif
