// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "src/base/digest.h"
#include "verify/sigstore/rekor_body.h"
#include "verify/sigstore/verifier.h"

/* CVE-2022-36056 and its like: an entry that is genuine, but about something else. */

static enum err check_kind(struct verifier *v, const struct log_entry *entry,
                           const struct rekor_body *body)
{
    bool fits = body->kind == REKOR_HASHEDREKORD_2;

    if (strcmp(entry->kind, rekor_kind_name(body->kind)) != 0 ||
        strcmp(entry->version, rekor_kind_version(body->kind)) != 0)
        return verifier_no(v, SIGSTORE_ENTRY_KIND,
                           "the bundle says '%.64s' '%.64s', the entry itself %s %s", entry->kind,
                           entry->version, rekor_kind_name(body->kind),
                           rekor_kind_version(body->kind));
    if (v->bundle->content == BUNDLE_MESSAGE)
        fits = fits || body->kind == REKOR_HASHEDREKORD_1;
    else
        fits = fits || body->kind == REKOR_DSSE || body->kind == REKOR_INTOTO;
    if (!fits)
        return verifier_no(v, SIGSTORE_ENTRY_KIND, "an entry %s %s cannot be about this content",
                           rekor_kind_name(body->kind), rekor_kind_version(body->kind));
    return OK;
}

static enum err check_signer(struct verifier *v, const struct rekor_body *body)
{
    struct bytes spki = { 0 };
    const struct bytes *ours = &spki;
    enum err e = OK;

    if (v->leaf != NULL)
        ours = &v->bundle->certs[0];
    else if (key_spki(v->d, &spki, v->key) != OK)
        e = verifier_bad(v, SIGSTORE_ENTRY_CERT);
    if (e == OK && (body->by_key != (v->leaf == NULL) || !bytes_eq(ours, &body->verifier)))
        e = verifier_no(v, SIGSTORE_ENTRY_CERT, "the entry names another %s",
                        body->by_key ? "key" : "certificate");
    bytes_clear(&spki);
    return e;
}

static enum err check_digest(struct verifier *v, const struct rekor_body *body)
{
    bool of_payload = body->kind == REKOR_DSSE || body->kind == REKOR_INTOTO;
    struct hash32 digest = v->signed_digest;

    if (of_payload && sha256(v->d, &digest, v->bundle->payload.data, v->bundle->payload.len) != OK)
        return verifier_bad(v, SIGSTORE_ENTRY_DIGEST);
    if (!hash32_eq(&digest, &body->digest))
        return verifier_no(v, SIGSTORE_ENTRY_DIGEST, "the entry is about another %s",
                           of_payload ? "payload" : "artifact");
    return OK;
}

static enum err check_body(struct verifier *v, const struct log_entry *entry)
{
    struct rekor_body body = { 0 };
    enum err e = OK;

    if (rekor_body_parse(v->d, &body, entry->body.data, entry->body.len) != OK)
        return verifier_bad(v, SIGSTORE_ENTRY_KIND);
    if ((e = check_kind(v, entry, &body)) == OK &&
        !bytes_eq(&body.signature, &v->bundle->signature))
        e = verifier_no(v, SIGSTORE_ENTRY_SIGNATURE, "the entry is about another signature");
    if (e == OK && (e = check_signer(v, &body)) == OK)
        e = check_digest(v, &body);
    rekor_body_clear(&body);
    return e;
}

enum err bodies_check(struct verifier *v)
{
    enum err e = OK;

    for (size_t i = 0; e == OK && i < v->bundle->num_entries; i++)
        e = check_body(v, &v->bundle->entries[i]);
    return e;
}
