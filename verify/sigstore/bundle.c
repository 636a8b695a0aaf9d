// SPDX-License-Identifier: Apache-2.0
#include "verify/sigstore/bundle.h"

#include <stdlib.h>
#include <string.h>

const char *bundle_version_name(enum bundle_version v)
{
    static const char *const names[] = { "0.1", "0.2", "0.3" };

    return names[v];
}

static void entry_clear(struct log_entry *entry)
{
    free(entry->kind);
    free(entry->version);
    free(entry->checkpoint);
    bytes_clear(&entry->set);
    bytes_clear(&entry->body);
}

void bundle_clear(struct bundle *b)
{
    for (size_t i = 0; i < b->num_certs; i++)
        bytes_clear(&b->certs[i]);
    for (size_t i = 0; i < b->num_entries; i++)
        entry_clear(&b->entries[i]);
    for (size_t i = 0; i < b->num_timestamps; i++)
        bytes_clear(&b->timestamps[i]);
    bytes_clear(&b->signature);
    bytes_clear(&b->payload);
    free(b->payload_type);
    *b = (struct bundle){ 0 };
}

/* --- log entries ------------------------------------------------------------------------------
 */

static enum err read_hashes(struct diag *d, struct log_entry *entry, const struct json *proof)
{
    const struct json *list = NULL;
    enum err e = OK;

    /* A tree of one leaf has no path; protobuf leaves an empty list out. */
    if (part_get(proof, "hashes") == NULL)
        return OK;
    if ((e = json_read_array(d, &list, proof, "hashes")) != OK)
        return e;
    if (json_len(list) > LOG_PROOF_HASHES)
        return diag_set(d, ERR_LIMIT, "hashes: %zu are over the limit of %d", json_len(list),
                        LOG_PROOF_HASHES);
    for (size_t i = 0; e == OK && i < json_len(list); i++) {
        const char *text = json_string(json_at(list, i));
        struct bytes hash = { 0 };

        e = part_proto_base64_text(d, &hash, text != NULL ? text : "", "hashes");
        if (e == OK && hash.len != 32)
            e = diag_set(d, ERR_FORMAT, "hashes[%zu]: expected 32 bytes, found %zu", i, hash.len);
        if (e == OK)
            memcpy(entry->hashes[entry->num_hashes++].b, hash.data, 32);
        bytes_clear(&hash);
    }
    return e;
}

/* Integers that protobuf leaves out when they are zero. */
static enum err read_index(struct diag *d, uint64_t *out, const struct json *obj, const char *key)
{
    *out = 0;
    return part_get(obj, key) == NULL ? OK : json_read_u64(d, out, obj, key);
}

static enum err read_proof(struct diag *d, struct log_entry *entry, const struct json *obj)
{
    static const char *const keys[] = { "logIndex", "rootHash",   "treeSize",
                                        "hashes",   "checkpoint", NULL };
    static const char *const checkpoint_keys[] = { "envelope", NULL };
    const struct json *proof = NULL;
    const struct json *checkpoint = NULL;
    enum err e = json_read_object(d, &proof, obj, "inclusionProof");

    entry->has_proof = true;
    if (e == OK && (e = json_only_keys(d, proof, keys)) == OK &&
        (e = read_index(d, &entry->proof_index, proof, "logIndex")) == OK &&
        (e = json_read_u64(d, &entry->tree_size, proof, "treeSize")) == OK &&
        (e = part_proto_base64_hash(d, &entry->root_hash, proof, "rootHash")) == OK)
        e = read_hashes(d, entry, proof);
    if (e == OK && part_get(proof, "checkpoint") != NULL &&
        (e = json_read_object(d, &checkpoint, proof, "checkpoint")) == OK &&
        (e = json_only_keys(d, checkpoint, checkpoint_keys)) == OK)
        e = part_string(d, &entry->checkpoint, checkpoint, "envelope");
    return e == OK ? OK : diag_prefix(d, "inclusionProof");
}

static enum err read_promise(struct diag *d, struct log_entry *entry, const struct json *obj)
{
    static const char *const keys[] = { "signedEntryTimestamp", NULL };
    const struct json *promise = NULL;
    enum err e = json_read_object(d, &promise, obj, "inclusionPromise");

    if (e == OK && (e = json_only_keys(d, promise, keys)) == OK)
        e = part_proto_base64(d, &entry->set, promise, "signedEntryTimestamp");
    return e == OK ? OK : diag_prefix(d, "inclusionPromise");
}

static enum err read_entry(struct diag *d, struct log_entry *entry, const struct json *j)
{
    static const char *const keys[] = { "logIndex",          "logId",
                                        "kindVersion",       "integratedTime",
                                        "inclusionProof",    "inclusionPromise",
                                        "canonicalizedBody", NULL };
    static const char *const id_keys[] = { "keyId", NULL };
    static const char *const kind_keys[] = { "kind", "version", NULL };
    const struct json *id = NULL;
    const struct json *kind = NULL;
    enum err e = json_only_keys(d, j, keys);

    if (e == OK && (e = read_index(d, &entry->log_index, j, "logIndex")) == OK &&
        (e = json_read_object(d, &id, j, "logId")) == OK &&
        (e = json_only_keys(d, id, id_keys)) == OK &&
        (e = part_proto_base64_hash(d, &entry->log_id, id, "keyId")) == OK &&
        (e = json_read_object(d, &kind, j, "kindVersion")) == OK &&
        (e = json_only_keys(d, kind, kind_keys)) == OK &&
        (e = part_string(d, &entry->kind, kind, "kind")) == OK &&
        (e = part_string(d, &entry->version, kind, "version")) == OK &&
        (e = read_index(d, &entry->integrated_s, j, "integratedTime")) == OK)
        e = part_proto_base64(d, &entry->body, j, "canonicalizedBody");
    if (e == OK && part_get(j, "inclusionPromise") != NULL)
        e = read_promise(d, entry, j);
    if (e == OK && part_get(j, "inclusionProof") != NULL)
        e = read_proof(d, entry, j);
    return e;
}

static enum err read_entries(struct diag *d, struct bundle *b, const struct json *material)
{
    const struct json *list = NULL;
    enum err e = OK;

    if (part_get(material, "tlogEntries") == NULL)
        return OK;
    if ((e = json_read_array(d, &list, material, "tlogEntries")) != OK)
        return e;
    if (json_len(list) > LIMIT_SIGSTORE_ENTRIES)
        return diag_set(d, ERR_LIMIT, "tlogEntries: %zu are over the limit of %d", json_len(list),
                        LIMIT_SIGSTORE_ENTRIES);
    for (size_t i = 0; e == OK && i < json_len(list); i++) {
        b->num_entries = i + 1;
        if ((e = read_entry(d, &b->entries[i], json_at(list, i))) != OK)
            e = diag_prefix(d, "tlogEntries[%zu]", i);
    }
    return e;
}

/* --- verification material --------------------------------------------------------------------
 */

static enum err read_cert(struct diag *d, struct bundle *b, const struct json *j)
{
    static const char *const keys[] = { "rawBytes", NULL };
    enum err e = json_only_keys(d, j, keys);

    b->num_certs++;
    return e != OK ? e : part_proto_base64(d, &b->certs[b->num_certs - 1], j, "rawBytes");
}

static enum err read_chain(struct diag *d, struct bundle *b, const struct json *material)
{
    static const char *const keys[] = { "certificates", NULL };
    const struct json *chain = NULL;
    const struct json *list = NULL;
    enum err e = json_read_object(d, &chain, material, "x509CertificateChain");

    if (e == OK && (e = json_only_keys(d, chain, keys)) == OK)
        e = json_read_array(d, &list, chain, "certificates");
    if (e == OK && json_len(list) > LIMIT_SIGSTORE_CERTS)
        e = diag_set(d, ERR_LIMIT, "certificates: %zu are over the limit of %d", json_len(list),
                     LIMIT_SIGSTORE_CERTS);
    for (size_t i = 0; e == OK && i < json_len(list); i++) {
        if ((e = read_cert(d, b, json_at(list, i))) != OK)
            e = diag_prefix(d, "certificates[%zu]", i);
    }
    return e;
}

static enum err read_public_key(struct diag *d, const struct json *material)
{
    static const char *const keys[] = { "hint", NULL };
    const struct json *key = NULL;
    enum err e = json_read_object(d, &key, material, "publicKey");

    return e != OK ? e : json_only_keys(d, key, keys);
}

/* Exactly one of the three. */
static enum err read_signer(struct diag *d, struct bundle *b, const struct json *material)
{
    static const char *const names[] = { "certificate", "x509CertificateChain", "publicKey" };
    const struct json *cert = NULL;
    size_t num = 0;
    enum err e = OK;

    for (size_t i = 0; i < 3; i++) {
        if (part_get(material, names[i]) != NULL) {
            b->material = (enum bundle_material)i;
            num++;
        }
    }
    if (num != 1)
        return diag_set(d, ERR_FORMAT,
                        "expected one of certificate, x509CertificateChain and publicKey, "
                        "found %zu",
                        num);
    if (b->material == BUNDLE_CERTIFICATE_CHAIN)
        return read_chain(d, b, material);
    if (b->material == BUNDLE_PUBLIC_KEY)
        return read_public_key(d, material);
    if ((e = json_read_object(d, &cert, material, "certificate")) == OK)
        e = read_cert(d, b, cert);
    return e;
}

enum err bundle_add_timestamp(struct diag *d, struct bundle *b, const char *base64,
                              const char *what)
{
    if (b->num_timestamps == LIMIT_SIGSTORE_TIMESTAMPS)
        return diag_set(d, ERR_LIMIT, "timestamps are over the limit of %d",
                        LIMIT_SIGSTORE_TIMESTAMPS);
    b->num_timestamps++;
    return part_proto_base64_text(d, &b->timestamps[b->num_timestamps - 1], base64, what);
}

static enum err read_timestamps(struct diag *d, struct bundle *b, const struct json *material)
{
    static const char *const keys[] = { "rfc3161Timestamps", NULL };
    static const char *const item_keys[] = { "signedTimestamp", NULL };
    const struct json *data = NULL;
    const struct json *list = NULL;
    const char *text = NULL;
    enum err e = OK;

    if (part_get(material, "timestampVerificationData") == NULL)
        return OK;
    if ((e = json_read_object(d, &data, material, "timestampVerificationData")) != OK ||
        (e = json_only_keys(d, data, keys)) != OK || part_get(data, "rfc3161Timestamps") == NULL)
        return e;
    e = json_read_array(d, &list, data, "rfc3161Timestamps");
    for (size_t i = 0; e == OK && i < json_len(list); i++) {
        if ((e = json_only_keys(d, json_at(list, i), item_keys)) == OK &&
            (e = json_read_string(d, &text, json_at(list, i), "signedTimestamp")) == OK)
            e = bundle_add_timestamp(d, b, text, "signedTimestamp");
    }
    return e;
}

static enum err read_material(struct diag *d, struct bundle *b, const struct json *j)
{
    static const char *const keys[] = { "certificate", "x509CertificateChain",      "publicKey",
                                        "tlogEntries", "timestampVerificationData", NULL };
    const struct json *material = NULL;
    enum err e = json_read_object(d, &material, j, "verificationMaterial");

    if (e == OK && (e = json_only_keys(d, material, keys)) == OK &&
        (e = read_signer(d, b, material)) == OK && (e = read_entries(d, b, material)) == OK)
        e = read_timestamps(d, b, material);
    return e == OK ? OK : diag_prefix(d, "verificationMaterial");
}

/* --- content ----------------------------------------------------------------------------------
 */

static enum err read_message(struct diag *d, struct bundle *b, const struct json *j)
{
    static const char *const keys[] = { "messageDigest", "signature", NULL };
    static const char *const digest_keys[] = { "algorithm", "digest", NULL };
    const struct json *message = NULL;
    const struct json *digest = NULL;
    const char *algorithm = NULL;
    enum err e = json_read_object(d, &message, j, "messageSignature");

    if (e != OK || (e = json_only_keys(d, message, keys)) != OK ||
        (e = part_proto_base64(d, &b->signature, message, "signature")) != OK ||
        (e = json_read_object(d, &digest, message, "messageDigest")) != OK ||
        (e = json_only_keys(d, digest, digest_keys)) != OK ||
        (e = json_read_string(d, &algorithm, digest, "algorithm")) != OK)
        return e;
    if (strcmp(algorithm, "SHA2_256") != 0)
        return diag_set(d, ERR_UNSUPPORTED, "messageDigest: expected SHA2_256, found '%.64s'",
                        algorithm);
    b->has_digest = true;
    return part_proto_base64_hash(d, &b->digest, digest, "digest");
}

static enum err read_dsse(struct diag *d, struct bundle *b, const struct json *j)
{
    static const char *const keys[] = { "payload", "payloadType", "signatures", NULL };
    static const char *const signature_keys[] = { "sig", "keyid", NULL };
    const struct json *envelope = NULL;
    const struct json *list = NULL;
    enum err e = json_read_object(d, &envelope, j, "dsseEnvelope");

    if (e != OK || (e = json_only_keys(d, envelope, keys)) != OK ||
        (e = part_proto_base64(d, &b->payload, envelope, "payload")) != OK ||
        (e = part_string(d, &b->payload_type, envelope, "payloadType")) != OK ||
        (e = json_read_array(d, &list, envelope, "signatures")) != OK)
        return e;
    b->num_signatures = json_len(list);
    if (b->num_signatures == 0)
        return OK;
    e = json_only_keys(d, json_at(list, 0), signature_keys);
    return e != OK ? e : part_proto_base64(d, &b->signature, json_at(list, 0), "sig");
}

static enum err read_content(struct diag *d, struct bundle *b, const struct json *j)
{
    bool message = part_get(j, "messageSignature") != NULL;
    bool dsse = part_get(j, "dsseEnvelope") != NULL;
    enum err e = OK;

    if (message == dsse)
        return diag_set(d, ERR_FORMAT, "expected either messageSignature or dsseEnvelope, found %s",
                        message ? "both" : "none");
    b->content = dsse ? BUNDLE_DSSE : BUNDLE_MESSAGE;
    e = dsse ? read_dsse(d, b, j) : read_message(d, b, j);
    return e == OK ? OK : diag_prefix(d, dsse ? "dsseEnvelope" : "messageSignature");
}

static enum err read_version(struct diag *d, struct bundle *b, const struct json *j)
{
    static const struct {
        const char *media_type;
        enum bundle_version version;
    } known[] = {
        { "application/vnd.dev.sigstore.bundle+json;version=0.1", BUNDLE_V01 },
        { "application/vnd.dev.sigstore.bundle+json;version=0.2", BUNDLE_V02 },
        { "application/vnd.dev.sigstore.bundle+json;version=0.3", BUNDLE_V03 },
        { "application/vnd.dev.sigstore.bundle.v0.3+json", BUNDLE_V03 },
    };
    const char *text = NULL;
    enum err e = json_read_string(d, &text, j, "mediaType");

    if (e != OK)
        return e;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(text, known[i].media_type) == 0) {
            b->version = known[i].version;
            return OK;
        }
    }
    return diag_set(d, ERR_UNSUPPORTED,
                    "mediaType: expected a Sigstore bundle v0.1 to v0.3, found '%.96s'", text);
}

static enum err read_bundle(struct diag *d, struct bundle *out, const struct json *j)
{
    static const char *const keys[] = { "mediaType", "verificationMaterial", "messageSignature",
                                        "dsseEnvelope", NULL };
    enum err e = ERR_INTERNAL;

    if ((e = read_version(d, out, j)) == OK && (e = json_only_keys(d, j, keys)) == OK &&
        (e = read_material(d, out, j)) == OK)
        e = read_content(d, out, j);
    return e;
}

enum err bundle_read(struct diag *d, struct bundle *out, const struct json *j)
{
    struct json *named = NULL;
    enum err e = part_proto_names(d, &named, j);

    *out = (struct bundle){ 0 };
    if (e == OK && (e = read_bundle(d, out, named)) != OK)
        bundle_clear(out);
    json_free(named);
    return e;
}
