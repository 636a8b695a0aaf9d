// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/hex.h"
#include "verify/sigstore/cert.h"
#include "verify/sigstore/checkpoint.h"
#include "verify/sigstore/dsse.h"
#include "verify/sigstore/sigstore.h"
#include "verify/sigstore/timestamp.h"
#include "verify/sigstore/verifier.h"

/* Parts that cannot be read are shown as an "error" with the reason: looking should not stop. */
static void set_error(struct json *obj, const struct diag *d)
{
    json_set(obj, "error", json_new_text(d->msg, strlen(d->msg)));
}

static void set_digest(struct json *obj, const char *key, const struct hash32 *h)
{
    char text[7 + HEX_LEN(32)] = "sha256:";

    (void)hex_encode(text + 7, h->b, sizeof(h->b));
    json_set_string(obj, key, text);
}

static void set_time(struct json *obj, const char *key, uint64_t time_s)
{
    json_set_string(obj, key, clock_format_utc(time_s).s);
}

static void set_u64(struct json *obj, const char *key, uint64_t value)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%" PRIu64, value);
    json_set_string(obj, key, text);
}

static struct json *show_identity(struct x509_st *cert)
{
    static const char *const types[] = {
        [SIGSTORE_SAN_NONE] = "none",
        [SIGSTORE_SAN_URI] = "uri",
        [SIGSTORE_SAN_EMAIL] = "email",
        [SIGSTORE_SAN_OTHER] = "otherName",
    };
    struct json *j = json_new_object();
    struct json *extensions = json_new_object();
    struct cert_identity identity;
    struct diag d = { 0 };

    if (cert_read_identity(&d, &identity, cert) != OK) {
        set_error(j, &d);
    } else {
        json_set_string(j, "subjectAlternativeName", identity.san);
        json_set_string(j, "subjectAlternativeNameType", types[identity.san_type]);
    }
    for (int i = 0; i < SIGSTORE_NUM_FIELDS; i++) {
        if (identity.fields[i] != NULL)
            json_set_string(extensions, sigstore_field_name((enum sigstore_field)i),
                            identity.fields[i]);
    }
    json_set(j, "extensions", extensions);
    cert_identity_clear(&identity);
    return j;
}

static struct json *show_cert(const struct bytes *der)
{
    struct x509_st *cert = NULL;
    struct diag d = { 0 };
    struct json *j = NULL;
    struct validity valid;

    if (cert_parse(&d, &cert, der) != OK) {
        j = json_new_object();
        set_error(j, &d);
        return j;
    }
    j = show_identity(cert);
    valid = cert_validity(cert);
    set_time(j, "notBefore", valid.start_ms / 1000);
    set_time(j, "notAfter", valid.end_ms / 1000);
    cert_free(cert);
    return j;
}

static struct json *show_entry(const struct log_entry *entry)
{
    struct json *j = json_new_object();
    struct checkpoint c = { 0 };
    struct diag d = { 0 };
    char id[HEX_LEN(32)];

    json_set_string(j, "kind", entry->kind);
    json_set_string(j, "version", entry->version);
    json_set_string(j, "logId", hex_encode(id, entry->log_id.b, sizeof(entry->log_id.b)));
    set_u64(j, "logIndex", entry->log_index);
    if (entry->set.len > 0 || entry->integrated_s > 0)
        set_time(j, "integratedTime", entry->integrated_s);
    json_set_bool(j, "signedEntryTimestamp", entry->set.len > 0);
    json_set_bool(j, "inclusionProof", entry->has_proof);
    if (entry->checkpoint == NULL)
        return j;
    if (checkpoint_parse(&d, &c, entry->checkpoint) == OK) {
        json_set(j, "checkpointOrigin", json_new_text(c.origin, c.origin_len));
        set_u64(j, "checkpointSize", c.tree_size);
    } else {
        set_error(j, &d);
    }
    checkpoint_clear(&c);
    return j;
}

static struct json *show_statement(const struct bundle *b)
{
    struct json *j = json_new_object();
    struct statement s = { 0 };
    struct diag d = { 0 };

    if (statement_parse(&d, &s, b->payload.data, b->payload.len) == OK) {
        json_set_string(j, "predicateType", s.predicate_type);
        json_set(j, "subject", json_copy(s.subjects));
        if (s.predicate != NULL)
            json_set(j, "predicate", json_copy(s.predicate));
    } else {
        set_error(j, &d);
    }
    statement_clear(&s);
    return j;
}

static void show_content(struct json *j, const struct bundle *b)
{
    struct diag ignored = { 0 };
    struct hash32 image;

    json_set_string(j, "content", b->content == BUNDLE_DSSE ? "dsse" : "message");
    if (b->content == BUNDLE_DSSE) {
        json_set_string(j, "payloadType", b->payload_type);
        json_set(j, "statement", show_statement(b));
        return;
    }
    if (b->has_digest)
        set_digest(j, "signedDigest", &b->digest);
    if (b->payload.len > 0 &&
        simplesigning_parse(&ignored, &image, b->payload.data, b->payload.len) == OK)
        set_digest(j, "imageDigest", &image);
}

static struct json *show_timestamp(const struct bytes *der)
{
    struct diag d = { 0 };
    uint64_t time_ms = 0;

    return timestamp_read_time(&d, &time_ms, der) == OK
               ? json_new_string(clock_format_utc(time_ms / 1000).s)
               : json_new_text(d.msg, strlen(d.msg));
}

static struct json *show_bundle(const struct bundle *b)
{
    struct json *j = json_new_object();
    struct json *entries = json_new_array();
    struct json *timestamps = json_new_array();

    json_set_bool(j, "verified", false);
    json_set_string(j, "container", b->legacy ? "cosign signature" : "bundle");
    if (!b->legacy)
        json_set_string(j, "version", bundle_version_name(b->version));
    show_content(j, b);
    json_set_string(j, "signer", b->material == BUNDLE_PUBLIC_KEY ? "key" : "certificate");
    if (b->num_certs > 0)
        json_set(j, "certificate", show_cert(&b->certs[0]));
    for (size_t i = 0; i < b->num_entries; i++)
        json_append(entries, show_entry(&b->entries[i]));
    for (size_t i = 0; i < b->num_timestamps; i++)
        json_append(timestamps, show_timestamp(&b->timestamps[i]));
    json_set(j, "logEntries", entries);
    json_set(j, "timestamps", timestamps);
    return j;
}

enum err sigstore_inspect(struct diag *d, struct json **out, const void *data, size_t data_len)
{
    struct bundle_list list = { 0 };
    enum err e = bundle_list_parse(d, &list, data, data_len);

    *out = NULL;
    if (e != OK)
        return e;
    *out = json_new_array();
    for (size_t i = 0; i < list.num_items; i++)
        json_append(*out, show_bundle(&list.items[i]));
    bundle_list_clear(&list);
    return OK;
}
