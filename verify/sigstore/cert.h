// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_SIGSTORE_CERT_H
#define VERIFY_SIGSTORE_CERT_H

#include "verify/sigstore/crypto.h"

/* Certificates: what is written in them. Whether it is true, chain.c and sct_check.c tell. */

void cert_free(struct x509_st *cert);
/* DER, nothing behind it. */
MUST_CHECK enum err cert_parse(struct diag *d, struct x509_st **out, const struct bytes *der);
/* Subject and issuer are the same name. */
bool cert_is_self_issued(const struct x509_st *cert);
/* Both ends belong to it. */
bool cert_is_valid_at(const struct x509_st *cert, uint64_t time_ms);
/* Owned by the certificate. */
struct evp_pkey_st *cert_key(const struct x509_st *cert);
struct validity cert_validity(const struct x509_st *cert);

/*
 * What Fulcio wrote: the one subject alternative name, and the extensions of its arc, each once and
 * in the encoding that it has to have. ERR_FORMAT otherwise; text with a zero byte is refused.
 */
struct cert_identity {
    enum sigstore_san_type san_type;
    char *san;
    char *fields[SIGSTORE_NUM_FIELDS];
};
MUST_CHECK enum err cert_read_identity(struct diag *d, struct cert_identity *out,
                                       struct x509_st *cert);
void cert_identity_clear(struct cert_identity *identity);

#endif
