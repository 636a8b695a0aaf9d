// SPDX-License-Identifier: Apache-2.0
#include "verify/sigstore/timestamp.h"

#include <limits.h>
#include <string.h>

#include <openssl/pkcs7.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

#include "src/base/clock.h"
#include "verify/sigstore/cert.h"
#include "verify/sigstore/chain.h"
#include "verify/sigstore/verifier.h"

/* "20261121080000Z", a fraction allowed, to milliseconds. */
static bool general_time(struct diag *d, uint64_t *out_ms, const ASN1_GENERALIZEDTIME *t)
{
    static const char form[] = "4-2-2T2:2:2";
    const char *at = (const char *)ASN1_STRING_get0_data(t);
    size_t left = (size_t)ASN1_STRING_length(t);
    char text[64];
    size_t len = 0;

    if (left < 15 || left > 32)
        return false;
    for (const char *f = form; *f != '\0'; f++) {
        size_t digits = *f >= '2' && *f <= '4' ? (size_t)(*f - '0') : 0;

        if (digits == 0)
            text[len++] = *f;
        memcpy(text + len, at, digits);
        len += digits;
        at += digits;
        left -= digits;
    }
    memcpy(text + len, at, left);
    text[len + left] = '\0';
    return time_parse_ms(d, out_ms, text) == OK;
}

/* Granted, with a time; the caller frees it. */
static enum err read_response(struct diag *d, TS_RESP **out, uint64_t *time_ms,
                              const struct bytes *der)
{
    const unsigned char *at = der->data;
    TS_TST_INFO *info = NULL;

    *time_ms = 0;
    *out = der->len <= LONG_MAX ? d2i_TS_RESP(NULL, &at, (long)der->len) : NULL;
    if (*out != NULL && at == der->data + der->len)
        info = TS_RESP_get_tst_info(*out);
    if (info != NULL && general_time(d, time_ms, TS_TST_INFO_get_time(info)))
        return OK;
    TS_RESP_free(*out);
    *out = NULL;
    return diag_set(d, ERR_FORMAT,
                    "expected an RFC 3161 response with a time, found something else");
}

enum err timestamp_read_time(struct diag *d, uint64_t *out_ms, const struct bytes *der)
{
    TS_RESP *response = NULL;
    enum err e = read_response(d, &response, out_ms, der);

    TS_RESP_free(response);
    return e;
}

static bool is_sha2(const ASN1_OBJECT *algorithm)
{
    int nid = OBJ_obj2nid(algorithm);

    return nid == NID_sha256 || nid == NID_sha384 || nid == NID_sha512;
}

/* A token over MD5 or SHA-1, or signed with them, could have been made for something else. */
static bool digests_are_strong(TS_RESP *response)
{
    TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(TS_RESP_get_tst_info(response));
    STACK_OF(PKCS7_SIGNER_INFO) *signers = PKCS7_get_signer_info(TS_RESP_get_token(response));

    for (int i = 0; i < sk_PKCS7_SIGNER_INFO_num(signers); i++) {
        if (!is_sha2(sk_PKCS7_SIGNER_INFO_value(signers, i)->digest_alg->algorithm))
            return false;
    }
    return is_sha2(TS_MSG_IMPRINT_get_algo(imprint)->algorithm);
}

/*
 * If the root names the signing certificate (its first one is that of no authority), no other will
 * do, whatever else the same anchor has issued.
 */
static bool signer_fits(TS_RESP *response, STACK_OF(X509) * certs)
{
    X509 *named = sk_X509_num(certs) > 0 ? sk_X509_value(certs, 0) : NULL;
    STACK_OF(X509) *signers = NULL;
    bool fits = false;

    if (named == NULL || (X509_get_extension_flags(named) & EXFLAG_CA) != 0)
        return true;
    signers = PKCS7_get0_signers(TS_RESP_get_token(response), certs, 0);
    fits = signers != NULL && sk_X509_num(signers) == 1 &&
           X509_cmp(sk_X509_value(signers, 0), named) == 0;
    sk_X509_free(signers);
    return fits;
}

/* Signature, signing certificate (ESS), chain at the token's own time, imprint of our signature. */
static enum err verify_by(struct verifier *v, TS_RESP *response, uint64_t time_ms,
                          const struct root_authority *a, bool *good)
{
    TS_VERIFY_CTX *ctx = TS_VERIFY_CTX_new();
    STACK_OF(X509) *certs = NULL;
    X509_STORE *store = NULL;
    X509_VERIFY_PARAM *param = NULL;
    enum err e = authority_certs(v->d, a, &store, &certs);

    *good = false;
    if (e != OK)
        goto done;
    if (ctx == NULL) {
        e = diag_set(v->d, ERR_NOMEM, "out of memory");
        goto done;
    }
    if (!signer_fits(response, certs))
        goto done;
    param = X509_STORE_get0_param(store);
    (void)X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_auth_level(param, 2);
    X509_VERIFY_PARAM_set_time(param, (time_t)(time_ms / 1000)); /* sets USE_CHECK_TIME */
    TS_VERIFY_CTX_set_flags(ctx, TS_VFY_VERSION | TS_VFY_SIGNATURE | TS_VFY_DATA);
    (void)TS_VERIFY_CTX_set_store(ctx, store);
    store = NULL; /* moved */
    (void)TS_VERIFY_CTX_set_certs(ctx, certs);
    certs = NULL; /* moved */
    (void)TS_VERIFY_CTX_set_data(
        ctx, BIO_new_mem_buf(v->bundle->signature.data, (int)v->bundle->signature.len));
    *good = TS_RESP_verify_response(ctx, response) == 1;
done:
    TS_VERIFY_CTX_free(ctx);
    X509_STORE_free(store);
    sk_X509_pop_free(certs, X509_free);
    return e;
}

static enum err check_response(struct verifier *v, TS_RESP *response, uint64_t time_ms)
{
    bool vouched = false;
    bool good = false;

    if (!digests_are_strong(response))
        return verifier_no(v, SIGSTORE_TIMESTAMP,
                           "a digest of the token is no SHA-256, SHA-384 or SHA-512");
    for (size_t i = 0; i < v->root->info.num_timestamp_authorities; i++) {
        const struct root_authority *a = &v->root->tsas[i];

        if (!validity_has(&a->valid, time_ms))
            continue;
        vouched = true;
        if (verify_by(v, response, time_ms, a, &good) != OK)
            return verifier_bad(v, SIGSTORE_TIMESTAMP);
        if (good) {
            verifier_add_time(v, time_ms);
            return OK;
        }
    }
    if (!vouched)
        return verifier_no(v, SIGSTORE_TIMESTAMP_TIME,
                           "the trusted root vouches for no timestamp authority at %s",
                           clock_format_utc(time_ms / 1000).s);
    return verifier_no(v, SIGSTORE_TIMESTAMP,
                       "the token of %s is not signed by an authority of the trusted root, or is "
                       "about another signature",
                       clock_format_utc(time_ms / 1000).s);
}

static enum err check_token(struct verifier *v, const struct bytes *der)
{
    TS_RESP *response = NULL;
    uint64_t time_ms = 0;
    enum err e = OK;

    if (read_response(v->d, &response, &time_ms, der) != OK)
        return verifier_bad(v, SIGSTORE_TIMESTAMP);
    e = check_response(v, response, time_ms);
    TS_RESP_free(response);
    return e;
}

/* Anybody can put another token into a bundle: it proves nothing, and takes nothing away. */
enum err timestamps_check(struct verifier *v)
{
    const size_t num = v->bundle->num_timestamps;
    enum sigstore_check failed = SIGSTORE_NONE;
    struct diag *d = v->d;
    size_t num_good = 0;

    for (size_t i = 0; i < num; i++) {
        struct diag why = { 0 };
        enum err e = ERR_INTERNAL;

        v->d = &why;
        e = check_token(v, &v->bundle->timestamps[i]);
        v->d = d;
        if (e == ERR_NOMEM) {
            *d = why;
            return e;
        }
        num_good += e == OK;
        if (e != OK && v->note.code == OK) {
            v->note = why;
            failed = v->failed;
        }
    }
    v->failed = num_good > 0 ? SIGSTORE_NONE : failed;
    if (num_good > 0 || num == 0)
        return OK;
    *d = v->note;
    return d->code;
}
