// SPDX-License-Identifier: Apache-2.0
#include "verify/sigstore/cert.h"

#include <limits.h>
#include <time.h>

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "src/base/clock.h"
#include "verify/sigstore/verifier.h"

void cert_free(struct x509_st *cert)
{
    X509_free(cert);
}

enum err cert_parse(struct diag *d, struct x509_st **out, const struct bytes *der)
{
    const unsigned char *at = der->data;

    *out = der->len <= LONG_MAX ? d2i_X509(NULL, &at, (long)der->len) : NULL;
    /* The flags make OpenSSL read the extensions: one that it cannot read would be passed over. */
    if (*out != NULL && at == der->data + der->len &&
        (X509_get_extension_flags(*out) & EXFLAG_INVALID) == 0)
        return OK;
    X509_free(*out);
    *out = NULL;
    return diag_set(d, ERR_FORMAT, "expected a certificate in DER, found something else");
}

bool cert_is_self_issued(const struct x509_st *cert)
{
    return X509_NAME_cmp(X509_get_subject_name(cert), X509_get_issuer_name(cert)) == 0;
}

struct evp_pkey_st *cert_key(const struct x509_st *cert)
{
    return X509_get0_pubkey(cert);
}

bool cert_is_valid_at(const struct x509_st *cert, uint64_t time_ms)
{
    time_t time_s = (time_t)(time_ms / 1000);
    int after = ASN1_TIME_cmp_time_t(X509_get0_notAfter(cert), time_s);

    return time_ms / 1000 <= INT_MAX * 1000LL &&
           (ASN1_TIME_cmp_time_t(X509_get0_notBefore(cert), time_s) == 0 ||
            ASN1_TIME_cmp_time_t(X509_get0_notBefore(cert), time_s) == -1) &&
           (after == 1 || (after == 0 && time_ms % 1000 == 0));
}

/* For display; 0 for a time before 1970 or one that cannot be read. */
static uint64_t asn1_time_ms(const ASN1_TIME *t)
{
    struct diag ignored = { 0 };
    uint64_t ms = 0;
    struct tm tm;
    char text[64];

    if (ASN1_TIME_to_tm(t, &tm) == 1 && strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) > 0)
        (void)!time_parse_ms(&ignored, &ms, text);
    return ms;
}

struct validity cert_validity(const struct x509_st *cert)
{
    return (struct validity){ asn1_time_ms(X509_get0_notBefore(cert)),
                              asn1_time_ms(X509_get0_notAfter(cert)) };
}

enum err leaf_check(struct verifier *v)
{
    X509 *leaf = v->leaf;
    uint32_t flags = X509_get_extension_flags(leaf);

    if ((flags & EXFLAG_CA) != 0)
        return verifier_no(v, SIGSTORE_CERT_USAGE, "the leaf certificate is that of an authority");
    if ((flags & EXFLAG_KUSAGE) == 0 || (X509_get_key_usage(leaf) & KU_DIGITAL_SIGNATURE) == 0)
        return verifier_no(v, SIGSTORE_CERT_USAGE,
                           "the leaf certificate's key usage is not digitalSignature");
    if ((flags & EXFLAG_XKUSAGE) == 0 || (X509_get_extended_key_usage(leaf) & XKU_CODE_SIGN) == 0)
        return verifier_no(v, SIGSTORE_CERT_USAGE,
                           "the leaf certificate's extended key usage is not codeSigning");
    for (size_t i = 0; i < v->num_times; i++) {
        if (!cert_is_valid_at(leaf, v->times_ms[i]))
            return verifier_no(v, SIGSTORE_CERT_TIME, "the leaf certificate was not valid at %s",
                               clock_format_utc(v->times_ms[i] / 1000).s);
    }
    return OK;
}
