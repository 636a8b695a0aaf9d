// SPDX-License-Identifier: Apache-2.0
/*
 * What cosign wrote before bundles: layers of the manifest at tag sha256-<hex>.sig, and the lines
 * of `cosign download signature`. Both turn into a v0.1 bundle without loss. Source: cosign,
 * specs/SIGNATURE_SPEC.md; pkg/oci/signatures.go, pkg/cosign/bundle/rekor.go.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/digest.h"
#include "verify/sigstore/bundle.h"

/* The legacy bundle: {"SignedEntryTimestamp":…,"Payload":{body,integratedTime,logIndex,logID}}. */
static enum err read_rekor(struct diag *d, struct bundle *b, const struct json *j)
{
    static const char *const keys[] = { "SignedEntryTimestamp", "Payload", NULL };
    static const char *const payload_keys[] = { "body", "integratedTime", "logIndex", "logID",
                                                NULL };
    struct log_entry *entry = &b->entries[0];
    const struct json *payload = NULL;
    enum err e = json_only_keys(d, j, keys);

    b->num_entries = 1;
    if (e == OK && (e = part_base64(d, &entry->set, j, "SignedEntryTimestamp")) == OK &&
        (e = json_read_object(d, &payload, j, "Payload")) == OK &&
        (e = json_only_keys(d, payload, payload_keys)) == OK &&
        (e = part_base64(d, &entry->body, payload, "body")) == OK &&
        (e = json_read_u64(d, &entry->integrated_s, payload, "integratedTime")) == OK &&
        (e = json_read_u64(d, &entry->log_index, payload, "logIndex")) == OK)
        e = part_hex_hash(d, &entry->log_id, payload, "logID");
    return e;
}

/* The annotation has no kindVersion of its own: it is what the body says. */
static enum err read_kind(struct diag *d, struct log_entry *entry)
{
    struct json *body = NULL;
    enum err e = json_parse(d, &body, entry->body.data, entry->body.len, "log entry");

    if (e == OK && (e = part_string(d, &entry->kind, body, "kind")) == OK)
        e = part_string(d, &entry->version, body, "apiVersion");
    json_free(body);
    return e;
}

static enum err read_timestamp(struct diag *d, struct bundle *b, const struct json *j)
{
    static const char *const keys[] = { "SignedRFC3161Timestamp", NULL };
    const char *text = NULL;
    enum err e = json_only_keys(d, j, keys);

    if (e == OK && (e = json_read_string(d, &text, j, "SignedRFC3161Timestamp")) == OK)
        e = bundle_add_timestamp(d, b, text, "SignedRFC3161Timestamp");
    return e;
}

static enum err read_cert_pem(struct diag *d, struct bundle *b, const char *pem)
{
    enum err e = pem_decode(d, &b->certs[0], pem, "CERTIFICATE");

    b->material = BUNDLE_CERTIFICATE_CHAIN;
    b->num_certs = 1;
    return e;
}

/* An annotation that is JSON inside a string; absent or empty is fine. */
static enum err read_nested(struct diag *d, struct bundle *b, const struct json *annotations,
                            const char *key,
                            enum err (*read)(struct diag *d, struct bundle *b,
                                             const struct json *j))
{
    const char *text = json_string(part_get(annotations, key));
    struct json *j = NULL;
    enum err e = OK;

    if (text == NULL || *text == '\0')
        return OK;
    if ((e = json_parse(d, &j, text, strlen(text), key)) == OK && (e = read(d, b, j)) != OK)
        e = diag_prefix(d, "%s", key);
    json_free(j);
    return e;
}

static enum err read_layer_digest(struct diag *d, struct bundle *b, const struct json *layer)
{
    const char *text = NULL;
    enum err e = json_read_string(d, &text, layer, "digest");

    if (e == OK && (strncmp(text, "sha256:", 7) != 0 || !hex_hash_parse(&b->digest, text + 7)))
        e = diag_set(d, ERR_FORMAT, "digest: expected sha256: and 64 digits, found '%.80s'", text);
    b->has_digest = e == OK;
    return e;
}

enum err bundle_read_layer(struct diag *d, struct bundle *out, const struct json *layer)
{
    const struct json *annotations = NULL;
    const char *pem = NULL;
    enum err e = ERR_INTERNAL;

    *out = (struct bundle){ .legacy = true, .material = BUNDLE_PUBLIC_KEY };
    if ((e = read_layer_digest(d, out, layer)) != OK ||
        (e = json_read_object(d, &annotations, layer, "annotations")) != OK ||
        (e = part_base64(d, &out->signature, annotations, "dev.cosignproject.cosign/signature")) !=
            OK)
        goto done;
    /* The chain annotation is left aside: the trusted root has what it could tell. */
    pem = json_string(part_get(annotations, "dev.sigstore.cosign/certificate"));
    if (pem != NULL && *pem != '\0' && (e = read_cert_pem(d, out, pem)) != OK)
        goto done;
    if ((e = read_nested(d, out, annotations, "dev.sigstore.cosign/bundle", read_rekor)) != OK ||
        (e = read_nested(d, out, annotations, "dev.sigstore.cosign/rfc3161timestamp",
                         read_timestamp)) != OK)
        goto done;
    if (out->num_entries > 0)
        e = read_kind(d, &out->entries[0]);
done:
    if (e != OK)
        bundle_clear(out);
    return e;
}

/* Go's x509.Certificate as JSON: of its many members only Raw counts. */
static enum err read_go_cert(struct diag *d, struct bundle *b, const struct json *j)
{
    const struct json *cert = NULL;
    enum err e = json_read_object(d, &cert, j, "Cert");

    b->material = BUNDLE_CERTIFICATE_CHAIN;
    b->num_certs = 1;
    return e != OK ? e : part_base64(d, &b->certs[0], cert, "Raw");
}

enum err bundle_read_download(struct diag *d, struct bundle *out, const struct json *j)
{
    static const char *const keys[] = { "Base64Signature", "Payload",          "Cert", "Chain",
                                        "Bundle",          "RFC3161Timestamp", NULL };
    enum err e = json_only_keys(d, j, keys);

    *out = (struct bundle){ .legacy = true, .material = BUNDLE_PUBLIC_KEY };
    if (e != OK || (e = part_base64(d, &out->signature, j, "Base64Signature")) != OK ||
        (e = part_base64(d, &out->payload, j, "Payload")) != OK)
        goto done;
    if ((e = sha256(d, &out->digest, out->payload.data, out->payload.len)) != OK)
        goto done;
    out->has_digest = true;
    if (part_get(j, "Cert") != NULL && (e = read_go_cert(d, out, j)) != OK)
        goto done;
    if (part_get(j, "Bundle") != NULL && ((e = read_rekor(d, out, part_get(j, "Bundle"))) != OK ||
                                          (e = read_kind(d, &out->entries[0])) != OK))
        goto done;
    if (part_get(j, "RFC3161Timestamp") != NULL)
        e = read_timestamp(d, out, part_get(j, "RFC3161Timestamp"));
done:
    if (e != OK)
        bundle_clear(out);
    return e;
}
