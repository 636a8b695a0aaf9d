// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_SIGSTORE_SIGSTORE_H
#define VERIFY_SIGSTORE_SIGSTORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/bytes.h"

/*
 * Sigstore signatures, verified offline: "was the artifact with digest D signed by workflow W,
 * when, and does a transparency log that we trust say so?" No network, no TUF, no clock: every time
 * that counts is one that a log or a timestamp authority has signed.
 *
 * Use:
 *
 *     struct sigstore_root *root = NULL;
 *     struct sigstore_result r = { 0 };
 *     struct sigstore_request q = {
 *         .bundle = text, .bundle_len = text_len, .digest = image_digest,
 *         .identity = "https://github.com/O/R/.github/workflows/F.yml@refs/tags/v1",
 *         .issuer = "https://token.actions.githubusercontent.com",
 *     };
 *
 *     if ((e = sigstore_root_public_good(d, &root)) == OK)
 *         e = sigstore_verify(d, &r, root, &q);
 *     if (e == OK)
 *         use(sigstore_field(&r, SIGSTORE_SOURCE_DIGEST));   // the commit
 *     else
 *         blame(sigstore_check_name(r.failed), d->msg);
 *     sigstore_result_clear(&r);
 *     sigstore_root_free(root);
 *
 * What each check asks, and the formats: docs/formats/sigstore.md.
 */

/*
 * The checks, in the order in which they are made. The first that says no ends the verification;
 * the names (sigstore_check_name) are stable: "certificate-chain".
 */
enum sigstore_check {
    SIGSTORE_NONE = 0,          /* "none": no check said no */
    SIGSTORE_SHAPE,             /* the parts a bundle of its version must have, and no others */
    SIGSTORE_KEY,               /* signed by a key or by a certificate, as asked for */
    SIGSTORE_DIGEST,            /* messageDigest, or a payload's digest, is that of the artifact */
    SIGSTORE_TIMESTAMP,         /* an RFC 3161 token: signature, imprint, chain to an authority */
    SIGSTORE_TIMESTAMP_TIME,    /* … at a time for which the root vouches for the authority */
    SIGSTORE_LOG,               /* the entry's log is one of the root's */
    SIGSTORE_LOG_TIME,          /* … at a time for which the root vouches for its key */
    SIGSTORE_SET,               /* signed entry timestamp of Rekor v1 */
    SIGSTORE_PROOF,             /* RFC 6962 inclusion proof leads to its root hash */
    SIGSTORE_CHECKPOINT_ORIGIN, /* the checkpoint is one of this log */
    SIGSTORE_CHECKPOINT,        /* … and signed by its key */
    SIGSTORE_CHECKPOINT_ROOT,   /* … and is about the proof's tree */
    SIGSTORE_SIGNING_TIME,      /* at least one verified time */
    SIGSTORE_CERT_USAGE,        /* leaf: code signing, digital signature, no CA */
    SIGSTORE_CERT_TIME,         /* leaf: valid at every verified time */
    SIGSTORE_CHAIN,           /* leaf: issued by an authority of the root, all valid at that time */
    SIGSTORE_SCT,             /* leaf: in a certificate transparency log of the root */
    SIGSTORE_LOG_ENTRY,       /* at least one entry in a log of the root */
    SIGSTORE_ENTRY_KIND,      /* entry: kind and version as the bundle says, and known */
    SIGSTORE_ENTRY_SIGNATURE, /* entry: the same signature */
    SIGSTORE_ENTRY_CERT,      /* entry: the same certificate or key */
    SIGSTORE_ENTRY_DIGEST,    /* entry: the same artifact, payload or envelope */
    SIGSTORE_PAYLOAD_TYPE,    /* DSSE: in-toto */
    SIGSTORE_SIGNATURE,       /* the signature itself */
    SIGSTORE_ISSUER,          /* OIDC issuer exactly as asked for */
    SIGSTORE_IDENTITY,        /* subject alternative name exactly as asked for */
    SIGSTORE_SUBJECT,         /* DSSE: a subject is the artifact */
    SIGSTORE_SIMPLESIGNING,   /* cosign's payload is about the image */
    SIGSTORE_PREDICATE,       /* SLSA provenance agrees with the certificate */
    SIGSTORE_NUM_CHECKS,
};
const char *sigstore_check_name(enum sigstore_check check);

/*
 * What Fulcio wrote into the certificate from the OIDC token, by the last number of the OID
 * 1.3.6.1.4.1.57264.1.N. Source: fulcio, docs/oid-info.md.
 */
enum sigstore_field {
    SIGSTORE_ISSUER_V1 = 1,
    SIGSTORE_EVENT_V1 = 2,
    SIGSTORE_COMMIT_V1 = 3,
    SIGSTORE_WORKFLOW_V1 = 4,
    SIGSTORE_REPOSITORY_V1 = 5,
    SIGSTORE_REF_V1 = 6,
    SIGSTORE_ISSUER_V2 = 8,
    SIGSTORE_SIGNER_URI = 9,     /* job_workflow_ref: the workflow that signed */
    SIGSTORE_SIGNER_DIGEST = 10, /* its commit */
    SIGSTORE_RUNNER = 11,        /* "github-hosted" or "self-hosted" */
    SIGSTORE_SOURCE_URI = 12,    /* https://github.com/OWNER/REPO */
    SIGSTORE_SOURCE_DIGEST = 13, /* the commit that was built */
    SIGSTORE_SOURCE_REF = 14,    /* refs/heads/main */
    SIGSTORE_SOURCE_ID = 15,     /* number of the repository */
    SIGSTORE_OWNER_URI = 16,
    SIGSTORE_OWNER_ID = 17,
    SIGSTORE_CONFIG_URI = 18, /* the workflow that was triggered */
    SIGSTORE_CONFIG_DIGEST = 19,
    SIGSTORE_TRIGGER = 20, /* "push", "workflow_dispatch" … */
    SIGSTORE_RUN_URI = 21,
    SIGSTORE_VISIBILITY = 22, /* "public" … */
    SIGSTORE_ENVIRONMENT = 23,
    SIGSTORE_TOKEN_SUBJECT = 24,
    SIGSTORE_NUM_FIELDS,
};
/* Stable camelCase name ("sourceRepositoryDigest"); NULL for a number that has none. */
const char *sigstore_field_name(enum sigstore_field field);

/* --- the trusted root --------------------------------------------------------------------------
 */

/*
 * Keys and certificates of logs and authorities, each with the time for which it is vouched:
 * trusted_root.json, application/vnd.dev.sigstore.trustedroot+json;version=0.1 (also .v0.1+json,
 * .v0.2+json), or several, one a line: the root that fits a signature counts. Unknown members, and
 * a log without validFor.start, are ERR_FORMAT. The info is that of the file, with the first root's
 * numbers.
 */
struct sigstore_root;
MUST_CHECK enum err sigstore_root_parse(struct diag *d, struct sigstore_root **out,
                                        const void *data, size_t data_len, const char *what);
/* The production root of the public good instance, as shipped with this program. */
MUST_CHECK enum err sigstore_root_public_good(struct diag *d, struct sigstore_root **out);
/* The same as bytes, to be put into evidence. */
const uint8_t *sigstore_public_good(size_t *len);
void sigstore_root_free(struct sigstore_root *root);

/* The file carries no date of its own; its newest entry tells how old it is at most. */
struct sigstore_root_info {
    struct hash32 sha256; /* of the file's bytes: what a profile pins */
    uint64_t newest_s;    /* the latest validFor.start of all entries */
    size_t num_logs, num_ct_logs, num_authorities, num_timestamp_authorities;
    bool embedded;
};
const struct sigstore_root_info *sigstore_root_info(const struct sigstore_root *root);

/* --- verification ------------------------------------------------------------------------------
 */

/*
 * One question. All pointers are borrowed.
 *
 * bundle    a file: bundle v0.1, v0.2 or v0.3; several, one a line (gh attestation download); a
 *           manifest of a `.sig` tag; lines of `cosign download signature`. If it holds several
 *           signatures, one good one is enough; LIMIT_SIGSTORE_BUNDLES at most
 * digest    SHA-256 of the artifact: the image digest that is pinned, exactly (an index and its
 *           platform manifests are different artifacts)
 * artifact  the artifact itself, or NULL; only an Ed25519 key needs it
 * payload   cosign's simplesigning payload, for a `.sig` manifest (or a bundle made from one); NULL
 *           if there is none. Of several layers those with its digest can be good. Lines of
 *           `cosign download signature` bring their own
 * key_pem   with a key (-----BEGIN PUBLIC KEY-----) instead of identity and issuer; else NULL
 * identity  the certificate's subject alternative name, exactly; NULL only if the caller judges
 *           r.san himself
 * issuer    the OIDC issuer, exactly ("": the certificate names none); NULL only if the caller
 * judges sigstore_issuer(r) himself provenance  what a SLSA predicate says of repository, ref,
 * commit, trigger and runner must be what the certificate says, where both say something. Fulcio
 * writes the certificate from the OIDC token, the job itself the predicate
 */
struct sigstore_request {
    const void *bundle;
    size_t bundle_len;
    struct hash32 digest;
    const uint8_t *artifact;
    size_t artifact_len;
    const uint8_t *payload;
    size_t payload_len;
    const char *key_pem;
    const char *identity;
    const char *issuer;
    bool provenance;
};

enum sigstore_san_type {
    SIGSTORE_SAN_NONE = 0,
    SIGSTORE_SAN_URI,
    SIGSTORE_SAN_EMAIL,
    SIGSTORE_SAN_OTHER
};

/* The answer. Nothing in it but `failed` is set unless `verified` is. All-zero is valid to clear.
 */
struct sigstore_result {
    bool verified;
    enum sigstore_check failed; /* which check said no (or met malformed bytes) */
    bool by_key;                /* signed by request.key_pem: there is no identity */
    enum sigstore_san_type san_type;
    char *san;                         /* who signed: URI of a workflow, e-mail address … */
    char *fields[SIGSTORE_NUM_FIELDS]; /* NULL if absent; see sigstore_field */
    char *ca_organization;             /* of the root's entry: "sigstore.dev", "GitHub, Inc." */
    uint64_t signing_time_s;           /* the earliest verified time */
    size_t num_times;                  /* how many there are */
    size_t num_entries;                /* log entries, all verified */
    uint64_t log_index;                /* of the first; global, as search.sigstore.dev shows it */
    char *log_url;                     /* NULL without an entry */
    char *predicate_type;              /* DSSE: of the in-toto statement; else NULL */
    const char *provenance_differs;    /* the member in which a SLSA predicate says something else
                                          than the certificate; NULL if there is none. Not owned */
    char *note;                        /* a timestamp that does not count; NULL if all do */
    size_t root_line;                  /* of the root that fits, in a file of several; else 0 */
    size_t num_signatures;             /* in the file */
};
void sigstore_result_clear(struct sigstore_result *r);
/* NULL if the certificate has no such extension. */
const char *sigstore_field(const struct sigstore_result *r, enum sigstore_field field);
/* The OIDC issuer: .8, else .1 (they agree if both are there); NULL if there is none. */
const char *sigstore_issuer(const struct sigstore_result *r);

/*
 * OK only if every check passed: out->verified is set, and every field that is not NULL is proven.
 * ERR_MISMATCH: a check said no; out->failed and d->msg say which and why. Any other error, too,
 * is a no: ERR_FORMAT malformed bytes, ERR_LIMIT over a limit, ERR_USAGE a key and an identity.
 * Of several signatures that all fail, the one that came furthest is reported.
 */
MUST_CHECK enum err sigstore_verify(struct diag *d, struct sigstore_result *out,
                                    const struct sigstore_root *root,
                                    const struct sigstore_request *request);

/*
 * The same for every signature of the file, one after the other; visit is told of each: OK and the
 * result, or the error in words. It may keep the result: what it leaves there is cleared. Returns
 * OK however they turn out; an error if the file can not be read or memory ends.
 */
struct sigstore_visitor {
    void (*visit)(void *ctx, enum err e, const struct diag *why, struct sigstore_result *result);
    void *ctx;
};
MUST_CHECK enum err sigstore_verify_each(struct diag *d, const struct sigstore_root *root,
                                         const struct sigstore_request *request,
                                         const struct sigstore_visitor *visitor);

/* --- looking -----------------------------------------------------------------------------------
 */

struct json;
/*
 * What a file says, NOT verified: an array with one object for each signature; the caller frees it.
 * Strings in it come from outside.
 */
MUST_CHECK enum err sigstore_inspect(struct diag *d, struct json **out, const void *data,
                                     size_t data_len);

#endif
