// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "verify/sigstore/rekor_body.h"
#include "verify/sigstore/shape.h"

static enum err check_material(struct verifier *v)
{
    const struct bundle *b = v->bundle;
    bool single = b->version == BUNDLE_V03;

    if (b->material == BUNDLE_PUBLIC_KEY)
        return OK;
    if (single != (b->material == BUNDLE_CERTIFICATE))
        return verifier_no(v, SIGSTORE_SHAPE, "a bundle v%s has %s",
                           bundle_version_name(b->version),
                           single ? "a single certificate" : "a certificate chain");
    if (b->num_certs == 0)
        return verifier_no(v, SIGSTORE_SHAPE, "there is no certificate");
    return OK;
}

/* A root certificate inside a bundle is of no use, but to mislead. The leaf is kept. */
static enum err check_certs(struct verifier *v)
{
    enum err e = OK;

    for (size_t i = 0; e == OK && i < v->bundle->num_certs; i++) {
        struct x509_st *cert = NULL;

        if (cert_parse(v->d, &cert, &v->bundle->certs[i]) != OK)
            return verifier_bad(v, SIGSTORE_SHAPE);
        if (cert_is_self_issued(cert))
            e = verifier_no(v, SIGSTORE_SHAPE, "certificate %zu of the bundle is self-signed",
                            i + 1);
        if (i == 0)
            v->leaf = cert;
        else
            cert_free(cert);
    }
    return e;
}

static enum err check_entry(struct verifier *v, const struct log_entry *entry)
{
    bool has_checkpoint = entry->has_proof && entry->checkpoint != NULL;
    bool is_v2 = strcmp(entry->kind, rekor_kind_name(REKOR_HASHEDREKORD_2)) == 0 &&
                 strcmp(entry->version, rekor_kind_version(REKOR_HASHEDREKORD_2)) == 0;

    if (v->bundle->version == BUNDLE_V01 && entry->set.len == 0)
        return verifier_no(v, SIGSTORE_SHAPE, "a log entry has no signed entry timestamp");
    if (v->bundle->version != BUNDLE_V01 && !has_checkpoint)
        return verifier_no(v, SIGSTORE_SHAPE, "a log entry has no inclusion proof with checkpoint");
    if (is_v2 && entry->set.len > 0)
        return verifier_no(v, SIGSTORE_SHAPE,
                           "an entry of Rekor v2 has a signed entry timestamp, which it never has");
    return OK;
}

static enum err check_entries(struct verifier *v)
{
    const struct bundle *b = v->bundle;
    enum err e = OK;

    for (size_t i = 0; e == OK && i < b->num_entries; i++) {
        for (size_t k = 0; k < i; k++) {
            if (b->entries[i].log_index == b->entries[k].log_index &&
                hash32_eq(&b->entries[i].log_id, &b->entries[k].log_id))
                return verifier_no(v, SIGSTORE_SHAPE, "a log entry is there twice");
        }
        e = check_entry(v, &b->entries[i]);
    }
    return e;
}

enum err shape_check(struct verifier *v)
{
    enum err e = OK;

    if (v->bundle->content == BUNDLE_DSSE && v->bundle->num_signatures != 1)
        return verifier_no(v, SIGSTORE_SHAPE, "expected one signature in the envelope, found %zu",
                           v->bundle->num_signatures);
    if ((e = check_material(v)) == OK && (e = check_certs(v)) == OK)
        e = check_entries(v);
    return e;
}
