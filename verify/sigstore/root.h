// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_SIGSTORE_ROOT_H
#define VERIFY_SIGSTORE_ROOT_H

#include "src/base/limits.h"
#include "verify/sigstore/parts.h"
#include "verify/sigstore/sigstore.h"

/* The parsed trusted root. Keys and certificates stay DER until a bundle needs them. */

enum key_details {
    KEY_DETAILS_UNKNOWN = 0, /* an error when it is used, not before */
    KEY_DETAILS_ECDSA_P256,  /* PKIX_ECDSA_P256_SHA_256 */
    KEY_DETAILS_ED25519,     /* PKIX_ED25519 */
    KEY_DETAILS_RSA_PKCS1,   /* PKCS1_RSA_PKCS1V5: key as PKCS#1, not SPKI; old staging log alone */
};

/* A closed interval. */
struct validity {
    uint64_t start_ms;
    uint64_t end_ms; /* UINT64_MAX: open */
};
bool validity_has(const struct validity *v, uint64_t time_ms);

struct root_log {
    char *url;        /* baseUrl */
    const char *host; /* inside url: host[:port] … */
    size_t host_len;  /* … of this length */
    enum key_details details;
    struct bytes key;
    struct hash32 id;
    struct validity valid;
};

struct root_authority {
    char *organization;                       /* "" if the root names none */
    struct bytes certs[LIMIT_SIGSTORE_CERTS]; /* leaf-most first, the anchor last; at least one */
    size_t num_certs;
    struct validity valid;
};

struct sigstore_root {
    struct sigstore_root_info info;
    struct root_log logs[LIMIT_SIGSTORE_KEYS];
    struct root_log ct_logs[LIMIT_SIGSTORE_KEYS];
    struct root_authority authorities[LIMIT_SIGSTORE_KEYS];
    struct root_authority tsas[LIMIT_SIGSTORE_KEYS];
    size_t line;                /* of the file, if it has several roots; else 0 */
    struct sigstore_root *next; /* of the file; owned */
};

/* NULL if no log has that id. */
const struct root_log *root_find_log(const struct root_log *logs, size_t num_logs,
                                     const struct hash32 *id);

#endif
