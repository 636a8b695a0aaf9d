// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_SIGSTORE_VERIFIER_H
#define VERIFY_SIGSTORE_VERIFIER_H

#include "verify/sigstore/bundle.h"
#include "verify/sigstore/cert.h"

/*
 * The verification of one signature while it runs. Every step takes it first, and either returns
 * OK, or says which check said no (verifier_no) or met bytes that cannot be read (verifier_bad).
 */
struct verifier {
    struct diag *d;
    enum sigstore_check failed;
    const struct sigstore_root *root;
    const struct sigstore_request *request;
    const struct bundle *bundle;

    struct x509_st *leaf;    /* set by shape_check; NULL with a key */
    struct x509_st *issuer;  /* the certificate that signed the leaf; set by chain_check */
    struct evp_pkey_st *key; /* of the leaf, or the one asked for */
    const struct root_authority *authority; /* set by chain_check */

    struct buf signed_text;      /* DSSE: the pre-authentication encoding; else empty */
    struct hash32 signed_digest; /* SHA-256 of what is signed */
    struct cert_identity identity;
    uint64_t times_ms[LIMIT_SIGSTORE_ENTRIES + LIMIT_SIGSTORE_TIMESTAMPS];
    size_t num_times; /* all verified */
    struct diag note; /* a timestamp that does not count, beside one that does; code OK: none */
};

/* ERR_MISMATCH: "<check>: …". */
enum err verifier_no(struct verifier *v, enum sigstore_check check, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
/* An error of a parser, under the name of the check that needed it; returns its code. */
enum err verifier_bad(struct verifier *v, enum sigstore_check check);
void verifier_add_time(struct verifier *v, uint64_t time_ms);

/* The steps, each in the file of its name. */

/* timestamp.c: the RFC 3161 tokens; adds the times of the good ones. One must be, if there are any;
 * the first of the others goes into note. */
MUST_CHECK enum err timestamps_check(struct verifier *v);
/* rekor.c: every log entry, but for what its body says; adds the times of SETs. */
MUST_CHECK enum err rekor_check(struct verifier *v);
/* cert.c: usage of the leaf, and its validity at all times. */
MUST_CHECK enum err leaf_check(struct verifier *v);
/* chain.c: sets issuer and authority. */
MUST_CHECK enum err chain_check(struct verifier *v);
/* sct_check.c */
MUST_CHECK enum err sct_check(struct verifier *v);
/* rekor_body_check.c: every log entry is about this signature. */
MUST_CHECK enum err bodies_check(struct verifier *v);
#endif
