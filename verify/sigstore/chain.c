// SPDX-License-Identifier: Apache-2.0
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "src/base/clock.h"
#include "verify/sigstore/cert.h"
#include "verify/sigstore/chain.h"
#include "verify/sigstore/verifier.h"

static enum err add_cert(struct diag *d, const struct bytes *der, X509_STORE *store,
                         STACK_OF(X509) * untrusted)
{
    X509 *cert = NULL;
    enum err e = cert_parse(d, &cert, der);

    if (e != OK)
        return diag_prefix(d, "trusted root");
    if (store != NULL && X509_STORE_add_cert(store, cert) != 1)
        e = diag_set(d, ERR_NOMEM, "out of memory");
    if (untrusted != NULL) {
        if (sk_X509_push(untrusted, cert) > 0)
            return OK; /* moved */
        e = diag_set(d, ERR_NOMEM, "out of memory");
    }
    X509_free(cert);
    return e;
}

enum err authority_certs(struct diag *d, const struct root_authority *a,
                         struct x509_store_st **store, struct stack_st_X509 **untrusted)
{
    enum err e = OK;

    *store = X509_STORE_new();
    *untrusted = sk_X509_new_null();
    if (*store == NULL || *untrusted == NULL)
        e = diag_set(d, ERR_NOMEM, "out of memory");
    for (size_t i = 0; e == OK && i + 1 < a->num_certs; i++)
        e = add_cert(d, &a->certs[i], NULL, *untrusted);
    if (e == OK)
        e = add_cert(d, &a->certs[a->num_certs - 1], *store, NULL);
    if (e != OK) {
        X509_STORE_free(*store);
        sk_X509_pop_free(*untrusted, X509_free);
        *store = NULL;
        *untrusted = NULL;
    }
    return e;
}

/* The anchor of a root's entry may itself be an intermediate; nothing else is trusted. */
static bool set_up(X509_STORE_CTX *ctx, X509_STORE *store, X509 *leaf, STACK_OF(X509) * untrusted)
{
    X509_VERIFY_PARAM *param = NULL;

    if (X509_STORE_CTX_init(ctx, store, leaf, untrusted) != 1)
        return false;
    param = X509_STORE_CTX_get0_param(ctx);
    /* Not "now": the caller holds every certificate against every verified time. */
    (void)X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
    X509_VERIFY_PARAM_set_depth(param, LIMIT_SIGSTORE_CERTS);
    X509_VERIFY_PARAM_set_auth_level(param, 2); /* 112 bits: no SHA-1, no short keys */
    return X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_ANY) == 1;
}

static bool chain_valid_at(STACK_OF(X509) * chain, const struct verifier *v)
{
    for (int i = 0; i < sk_X509_num(chain); i++) {
        for (size_t t = 0; t < v->num_times; t++) {
            if (!cert_is_valid_at(sk_X509_value(chain, i), v->times_ms[t]))
                return false;
        }
    }
    return true;
}

/* OK and *issuer, or OK and NULL with the reason. */
static enum err try_authority(struct verifier *v, const struct root_authority *a, X509 **issuer,
                              const char **why)
{
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    STACK_OF(X509) *untrusted = NULL;
    STACK_OF(X509) *chain = NULL;
    X509_STORE *store = NULL;
    enum err e = authority_certs(v->d, a, &store, &untrusted);

    if (e != OK)
        goto done;
    if (ctx == NULL || !set_up(ctx, store, v->leaf, untrusted)) {
        e = diag_set(v->d, ERR_INTERNAL, "libcrypto could not set up a chain");
        goto done;
    }
    if (X509_verify_cert(ctx) != 1) {
        *why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx));
        goto done;
    }
    chain = X509_STORE_CTX_get0_chain(ctx);
    if (sk_X509_num(chain) < 2) {
        *why = "the leaf certificate is its own anchor";
    } else if (!chain_valid_at(chain, v)) {
        *why = "a certificate of the authority was not valid at the time of signing";
    } else {
        *issuer = sk_X509_value(chain, 1);
        (void)X509_up_ref(*issuer);
    }
done:
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
    sk_X509_pop_free(untrusted, X509_free);
    return e;
}

static bool vouched_for(const struct root_authority *a, const struct verifier *v)
{
    for (size_t i = 0; i < v->num_times; i++) {
        if (!validity_has(&a->valid, v->times_ms[i]))
            return false;
    }
    return true;
}

enum err chain_check(struct verifier *v)
{
    const char *why = "the trusted root vouches for none at the time of signing";

    for (size_t i = 0; i < v->root->info.num_authorities; i++) {
        const struct root_authority *a = &v->root->authorities[i];
        X509 *issuer = NULL;

        if (!vouched_for(a, v))
            continue;
        if (try_authority(v, a, &issuer, &why) != OK)
            return verifier_bad(v, SIGSTORE_CHAIN);
        if (issuer != NULL) {
            v->issuer = issuer;
            v->authority = a;
            return OK;
        }
    }
    return verifier_no(v, SIGSTORE_CHAIN,
                       "the leaf certificate comes from no authority of the trusted root: %s", why);
}
