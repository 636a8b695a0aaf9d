// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_SIGSTORE_BUNDLE_H
#define VERIFY_SIGSTORE_BUNDLE_H

#include "src/base/limits.h"
#include "verify/sigstore/parts.h"

/*
 * One signature, whatever container it came in. Parsing checks syntax and types alone; which parts
 * a version must have is a check (SIGSTORE_SHAPE), and nothing in here is verified.
 * Source: protobuf-specs, sigstore_bundle.proto, sigstore_rekor.proto; cosign, SIGNATURE_SPEC.md.
 */

enum bundle_version {
    BUNDLE_V01, /* and signatures of a `.sig` manifest, which have the same parts */
    BUNDLE_V02,
    BUNDLE_V03,
};
const char *bundle_version_name(enum bundle_version v);

enum bundle_material { BUNDLE_CERTIFICATE, BUNDLE_CERTIFICATE_CHAIN, BUNDLE_PUBLIC_KEY };
enum bundle_content { BUNDLE_MESSAGE, BUNDLE_DSSE };

/* A path in a tree of 2^64 leaves. */
#define LOG_PROOF_HASHES 64

struct log_entry {
    uint64_t log_index; /* global */
    struct hash32 log_id;
    char *kind;
    char *version;
    uint64_t integrated_s; /* nothing until its SET is verified */
    struct bytes set;      /* empty if there is none */
    struct bytes body;     /* canonicalizedBody */
    bool has_proof;
    uint64_t proof_index; /* local to the shard */
    uint64_t tree_size;
    struct hash32 root_hash;
    struct hash32 hashes[LOG_PROOF_HASHES];
    size_t num_hashes;
    char *checkpoint; /* NULL if there is none */
};

struct bundle {
    enum bundle_version version;
    bool legacy; /* from a `.sig` manifest or a line of `cosign download signature` */
    enum bundle_material material;
    struct bytes certs[LIMIT_SIGSTORE_CERTS]; /* DER, the leaf first */
    size_t num_certs;
    struct log_entry entries[LIMIT_SIGSTORE_ENTRIES];
    size_t num_entries;
    struct bytes timestamps[LIMIT_SIGSTORE_TIMESTAMPS]; /* DER TimeStampResp */
    size_t num_timestamps;
    enum bundle_content content;
    bool has_digest; /* message: messageDigest or digest of the layer */
    struct hash32 digest;
    struct bytes signature;
    size_t num_signatures; /* DSSE; the first one is in signature */
    struct bytes
        payload;        /* DSSE: the statement; message: simplesigning payload, if it came along */
    char *payload_type; /* DSSE */
};
void bundle_clear(struct bundle *b);

/* A bundle v0.1 to v0.3, from its JSON. */
MUST_CHECK enum err bundle_read(struct diag *d, struct bundle *out, const struct json *j);

/* All signatures of a file, in any container; see sigstore_request.bundle. Free with _free. */
struct bundle_list {
    struct bundle *items;
    size_t num_items;
};
MUST_CHECK enum err bundle_list_parse(struct diag *d, struct bundle_list *out, const void *data,
                                      size_t data_len);
void bundle_list_clear(struct bundle_list *list);

/* Legacy containers (bundle_legacy.c), used by bundle_list_parse. */
MUST_CHECK enum err bundle_read_layer(struct diag *d, struct bundle *out, const struct json *layer);
MUST_CHECK enum err bundle_read_download(struct diag *d, struct bundle *out, const struct json *j);

/* One more RFC 3161 response; `what` names it in errors. */
MUST_CHECK enum err bundle_add_timestamp(struct diag *d, struct bundle *b, const char *base64,
                                         const char *what);

#endif
