// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "src/base/utf8.h"
#include "verify/sigstore/cert.h"

#define FULCIO_ARC      "1.3.6.1.4.1.57264.1."
#define FULCIO_USERNAME FULCIO_ARC "7" /* type of an otherName */

void cert_identity_clear(struct cert_identity *identity)
{
    free(identity->san);
    for (size_t i = 0; i < SIGSTORE_NUM_FIELDS; i++)
        free(identity->fields[i]);
    *identity = (struct cert_identity){ 0 };
}

/* A copy as a string: UTF-8, not empty, no zero byte inside. */
static bool text_from(char **out, const uint8_t *data, size_t data_len)
{
    uint32_t point = 0;

    for (size_t at = 0; at < data_len;) {
        size_t len = utf8_decode(&point, data + at, data_len - at);

        if (len == 0 || point == 0)
            return false;
        at += len;
    }
    free(*out);
    *out = data_len > 0 ? malloc(data_len + 1) : NULL;
    if (*out == NULL)
        return false;
    memcpy(*out, data, data_len);
    (*out)[data_len] = '\0';
    return true;
}

static bool text_from_asn1(char **out, const ASN1_STRING *s)
{
    return text_from(out, ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s));
}

/* --- subject alternative name ------------------------------------------------------------------
 */

static bool read_other_name(char **out, const OTHERNAME *other)
{
    char oid[64] = "";

    return OBJ_obj2txt(oid, sizeof(oid), other->type_id, 1) > 0 &&
           strcmp(oid, FULCIO_USERNAME) == 0 && other->value->type == V_ASN1_UTF8STRING &&
           text_from_asn1(out, other->value->value.utf8string);
}

static bool read_name(struct cert_identity *identity, const GENERAL_NAME *name)
{
    switch (name->type) {
    case GEN_URI:
        identity->san_type = SIGSTORE_SAN_URI;
        return text_from_asn1(&identity->san, name->d.uniformResourceIdentifier);
    case GEN_EMAIL:
        identity->san_type = SIGSTORE_SAN_EMAIL;
        return text_from_asn1(&identity->san, name->d.rfc822Name);
    case GEN_OTHERNAME:
        identity->san_type = SIGSTORE_SAN_OTHER;
        return read_other_name(&identity->san, name->d.otherName);
    default:
        return false;
    }
}

/* Exactly one name: with two, which of them has signed? */
static enum err read_san(struct diag *d, struct cert_identity *identity, X509 *cert)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
    int num = names != NULL ? sk_GENERAL_NAME_num(names) : 0;
    enum err e = OK;

    if (num != 1)
        e = diag_set(d, ERR_FORMAT, "certificate: expected one subject alternative name, found %d",
                     num);
    else if (!read_name(identity, sk_GENERAL_NAME_value(names, 0)))
        e = diag_set(d, ERR_FORMAT,
                     "certificate: the subject alternative name is no URI, e-mail address or "
                     "user name of Fulcio");
    GENERAL_NAMES_free(names);
    return e;
}

/* --- extensions of Fulcio ----------------------------------------------------------------------
 */

/* The last number of an OID of the arc; 0 for any other. */
static unsigned long arc_number(const ASN1_OBJECT *oid)
{
    const size_t arc_len = strlen(FULCIO_ARC);
    char text[80] = "";
    unsigned long number = 0;

    if (OBJ_obj2txt(text, sizeof(text), oid, 1) <= 0 || strncmp(text, FULCIO_ARC, arc_len) != 0)
        return 0;
    for (const char *at = text + arc_len; *at != '\0'; at++) {
        if (*at < '0' || *at > '9' || number > 1000)
            return 0;
        number = 10 * number + (unsigned long)(*at - '0');
    }
    return number;
}

/* DER UTF8String with a length in the shortest form and nothing behind it. */
static bool utf8_string(char **out, const ASN1_OCTET_STRING *value)
{
    const uint8_t *text = NULL;
    struct reader r;
    uint8_t tag = 0;
    uint8_t first = 0;
    uint8_t low = 0;
    uint16_t len = 0;

    reader_init(&r, ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
    if (!reader_u8(&r, &tag) || tag != V_ASN1_UTF8STRING || !reader_u8(&r, &first))
        return false;
    if (first < 0x80)
        len = first;
    else if (first == 0x81 && reader_u8(&r, &low) && low >= 0x80)
        len = low;
    else if (first != 0x82 || !reader_be16(&r, &len) || len < 0x100)
        return false;
    return reader_borrow(&r, &text, len) && reader_end(&r) && text_from(out, text, len);
}

static enum err read_extension(struct diag *d, struct cert_identity *identity, X509_EXTENSION *ext)
{
    unsigned long n = arc_number(X509_EXTENSION_get_object(ext));
    const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(ext);
    bool ok = false;

    /* Numbers that are not known yet tell nothing here. */
    if (n == 0 || n >= SIGSTORE_NUM_FIELDS || sigstore_field_name((enum sigstore_field)n) == NULL)
        return OK;
    if (identity->fields[n] != NULL)
        return diag_set(d, ERR_FORMAT, "certificate: extension " FULCIO_ARC "%lu is there twice",
                        n);
    ok = n <= SIGSTORE_REF_V1 ? text_from_asn1(&identity->fields[n], value)
                              : utf8_string(&identity->fields[n], value);
    return ok ? OK
              : diag_set(d, ERR_FORMAT, "certificate: extension " FULCIO_ARC "%lu is no text", n);
}

enum err cert_read_identity(struct diag *d, struct cert_identity *out, struct x509_st *cert)
{
    enum err e = ERR_INTERNAL;

    *out = (struct cert_identity){ 0 };
    e = read_san(d, out, cert);
    for (int i = 0; e == OK && i < X509_get_ext_count(cert); i++)
        e = read_extension(d, out, X509_get_ext(cert, i));
    if (e != OK)
        cert_identity_clear(out);
    return e;
}
