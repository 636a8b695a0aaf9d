// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "src/base/digest.h"
#include "verify/sigstore/cert.h"
#include "verify/sigstore/sct.h"
#include "verify/sigstore/verifier.h"

/* What the SCTs of one certificate have in common. */
struct precert {
    struct hash32 issuer_key_hash;
    unsigned char *tbs; /* the certificate to be signed, without the SCT extension */
    size_t tbs_len;
    ASN1_OCTET_STRING *list; /* the SCT list */
};

static void precert_clear(struct precert *p)
{
    OPENSSL_free(p->tbs);
    ASN1_OCTET_STRING_free(p->list);
}

/* Of the certificate that did sign the leaf: an issuer of the same name has another key. */
static bool hash_issuer_key(struct hash32 *out, X509 *issuer)
{
    struct diag ignored = { 0 };
    unsigned char *der = NULL;
    int der_len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(issuer), &der);
    bool ok = der_len > 0 && sha256(&ignored, out, der, (size_t)der_len) == OK;

    OPENSSL_free(der);
    return ok;
}

static bool remove_extension(struct precert *p, X509 *leaf, int index)
{
    X509 *copy = X509_dup(leaf);
    int len = -1;

    if (copy != NULL) {
        X509_EXTENSION_free(X509_delete_ext(copy, index));
        len = i2d_re_X509_tbs(copy, &p->tbs);
    }
    X509_free(copy);
    p->tbs_len = len > 0 ? (size_t)len : 0;
    return len > 0 && p->tbs_len < 1U << 24;
}

/* OK with p->list NULL if there is no SCT at all. */
static enum err precert_read(struct verifier *v, struct precert *p)
{
    int index = X509_get_ext_by_NID(v->leaf, NID_ct_precert_scts, -1);
    const ASN1_OCTET_STRING *value = NULL;
    const unsigned char *at = NULL;
    long len = 0;

    if (index < 0)
        return OK;
    if (X509_get_ext_by_NID(v->leaf, NID_ct_precert_scts, index) >= 0)
        return diag_set(v->d, ERR_FORMAT, "certificate: two SCT extensions");
    value = X509_EXTENSION_get_data(X509_get_ext(v->leaf, index));
    at = ASN1_STRING_get0_data(value);
    len = ASN1_STRING_length(value);
    p->list = d2i_ASN1_OCTET_STRING(NULL, &at, len);
    if (p->list == NULL || at != ASN1_STRING_get0_data(value) + len)
        return diag_set(v->d, ERR_FORMAT, "certificate: the SCT extension is malformed");
    if (!hash_issuer_key(&p->issuer_key_hash, v->issuer) || !remove_extension(p, v->leaf, index))
        return diag_set(v->d, ERR_INTERNAL, "libcrypto could not rebuild the precertificate");
    return OK;
}

static void add_be(struct buf *b, uint64_t value, unsigned num_bytes)
{
    while (num_bytes-- > 0)
        buf_add_u8(b, (uint8_t)(value >> (8 * num_bytes)));
}

/* digitally-signed struct of a precertificate entry. Source: RFC 6962 section 3.2. */
static void signed_struct(struct buf *out, const struct precert *p, const struct sct *s)
{
    add_be(out, 0, 1); /* version 1 */
    add_be(out, 0, 1); /* certificate_timestamp */
    add_be(out, s->time_ms, 8);
    add_be(out, 1, 2); /* precert_entry */
    buf_add(out, p->issuer_key_hash.b, sizeof(p->issuer_key_hash.b));
    add_be(out, p->tbs_len, 3);
    buf_add(out, p->tbs, p->tbs_len);
    add_be(out, s->extensions_len, 2);
    buf_add(out, s->extensions, s->extensions_len);
}

/* OK and *good, or OK and the reason. */
static enum err check_sct(struct verifier *v, const struct precert *p, const struct sct *s,
                          bool *good, const char **why)
{
    const struct root_log *log =
        root_find_log(v->root->ct_logs, v->root->info.num_ct_logs, &s->log_id);
    struct evp_pkey_st *key = NULL;
    struct bytes signature = { 0 };
    enum err e = OK;
    struct buf text;

    if (log == NULL) {
        *why = "the trusted root does not know the log";
        return OK;
    }
    if (!validity_has(&log->valid, s->time_ms)) {
        *why = "the trusted root vouches for the log's key at other times";
        return OK;
    }
    buf_init(&text, 2 * LIMIT_SIGSTORE_BYTES);
    signed_struct(&text, p, s);
    if ((e = buf_check(v->d, &text, "precertificate")) == OK &&
        (e = key_of_log(v->d, &key, log)) == OK &&
        !bytes_set(&signature, s->signature, s->signature_len))
        e = diag_set(v->d, ERR_NOMEM, "out of memory");
    if (e == OK) {
        *good = !key_is_ed25519(key) &&
                (log->details == KEY_DETAILS_RSA_PKCS1) == (s->signature_algorithm == SCT_RSA) &&
                key_verify_message(key, text.data, text.len, &signature);
        *why = "the signature is not good";
    }
    bytes_clear(&signature);
    key_free(key);
    buf_clear(&text);
    return e;
}

enum err sct_check(struct verifier *v)
{
    struct precert p = { 0 };
    const char *why = "there is none";
    struct sct_list list = { 0 };
    bool good = false;
    enum err e = precert_read(v, &p);

    if (e == OK && p.list != NULL)
        e = sct_list_parse(v->d, &list, ASN1_STRING_get0_data(p.list),
                           (size_t)ASN1_STRING_length(p.list));
    for (size_t i = 0; e == OK && !good && i < list.num_items; i++)
        e = check_sct(v, &p, &list.items[i], &good, &why);
    precert_clear(&p);
    if (e != OK)
        return verifier_bad(v, SIGSTORE_SCT);
    return good ? OK
                : verifier_no(v, SIGSTORE_SCT,
                              "no good timestamp of a certificate transparency log: %s", why);
}
