// SPDX-License-Identifier: Apache-2.0
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/digest.h"
#include "verify/sigstore/dsse.h"
#include "verify/sigstore/shape.h"
#include "verify/sigstore/verifier.h"

/* Private repositories on GitHub: no logs, timestamps instead. Source: gh,
 * attestation/verification. */
#define GITHUB_ORGANIZATION "GitHub, Inc."

enum err verifier_no(struct verifier *v, enum sigstore_check check, const char *fmt, ...)
{
    char text[800];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    v->failed = check;
    return diag_set(v->d, ERR_MISMATCH, "%s: %s", sigstore_check_name(check), text);
}

enum err verifier_bad(struct verifier *v, enum sigstore_check check)
{
    v->failed = check;
    return diag_prefix(v->d, "%s", sigstore_check_name(check));
}

void verifier_add_time(struct verifier *v, uint64_t time_ms)
{
    assert(v->num_times < sizeof(v->times_ms) / sizeof(v->times_ms[0]));
    v->times_ms[v->num_times++] = time_ms;
}

static void verifier_clear(struct verifier *v)
{
    if (v->leaf == NULL)
        key_free(v->key); /* with a leaf it is the leaf's */
    cert_free(v->leaf);
    cert_free(v->issuer);
    cert_identity_clear(&v->identity);
    buf_clear(&v->signed_text);
}

/* --- what is signed, and by whom ---------------------------------------------------------------
 */

static enum err find_signer(struct verifier *v)
{
    bool by_key = v->bundle->material == BUNDLE_PUBLIC_KEY;

    if (by_key != (v->request->key_pem != NULL))
        return verifier_no(v, SIGSTORE_KEY, "expected a signature by a %s, found one by a %s",
                           by_key ? "certificate" : "key", by_key ? "key" : "certificate");
    if (by_key) {
        if (key_from_pem(v->d, &v->key, v->request->key_pem) != OK)
            return verifier_bad(v, SIGSTORE_KEY);
        return OK;
    }
    if (cert_read_identity(v->d, &v->identity, v->leaf) != OK)
        return verifier_bad(v, SIGSTORE_KEY);
    v->key = cert_key(v->leaf);
    if (v->key == NULL)
        return verifier_no(v, SIGSTORE_KEY, "the certificate's key is of no kind that is known");
    return OK;
}

/* cosign's payload: given, or come along; NULL if the artifact itself is what is signed. */
static const uint8_t *find_payload(const struct verifier *v, size_t *len)
{
    const struct bytes *own = &v->bundle->payload;

    *len = v->request->payload != NULL ? v->request->payload_len : own->len;
    return v->request->payload != NULL ? v->request->payload : own->data;
}

static enum err find_message(struct verifier *v)
{
    size_t payload_len = 0;
    const uint8_t *payload = find_payload(v, &payload_len);

    v->signed_digest = v->request->digest;
    if (payload != NULL && sha256(v->d, &v->signed_digest, payload, payload_len) != OK)
        return verifier_bad(v, SIGSTORE_DIGEST);
    if (v->bundle->has_digest && !hash32_eq(&v->bundle->digest, &v->signed_digest))
        return verifier_no(v, SIGSTORE_DIGEST, "the signature is about another %s",
                           payload != NULL ? "payload" : "artifact");
    return OK;
}

static enum err find_envelope(struct verifier *v)
{
    const struct bundle *b = v->bundle;

    if (v->request->payload != NULL)
        return verifier_no(v, SIGSTORE_SHAPE,
                           "expected a signature over the payload, found an envelope");
    dsse_encode(&v->signed_text, b->payload_type, b->payload.data, b->payload.len);
    if (buf_check(v->d, &v->signed_text, "envelope") != OK ||
        sha256(v->d, &v->signed_digest, v->signed_text.data, v->signed_text.len) != OK)
        return verifier_bad(v, SIGSTORE_DIGEST);
    return OK;
}

/* --- the signature -----------------------------------------------------------------------------
 */

static enum err check_signature(struct verifier *v)
{
    const struct bytes *signature = &v->bundle->signature;
    size_t payload_len = 0;
    const uint8_t *payload = NULL;
    bool good = false;

    if (v->bundle->content == BUNDLE_DSSE) {
        if (strcmp(v->bundle->payload_type, DSSE_INTOTO) != 0)
            return verifier_no(v, SIGSTORE_PAYLOAD_TYPE, "expected %s, found '%.96s'", DSSE_INTOTO,
                               v->bundle->payload_type);
        good = key_verify_message(v->key, v->signed_text.data, v->signed_text.len, signature);
    } else if (!key_is_ed25519(v->key)) {
        good = key_verify_digest(v->key, &v->signed_digest, signature);
    } else {
        payload = find_payload(v, &payload_len);
        if (payload == NULL) {
            payload = v->request->artifact;
            payload_len = v->request->artifact_len;
        }
        if (payload == NULL)
            return verifier_no(v, SIGSTORE_SIGNATURE,
                               "an Ed25519 key signs the artifact, and its digest is not enough");
        good = key_verify_message(v->key, payload, payload_len, signature);
    }
    return good ? OK
                : verifier_no(v, SIGSTORE_SIGNATURE, "it is not made by the %s",
                              v->leaf != NULL ? "certificate's key" : "given key");
}

/* --- what the signature is about ---------------------------------------------------------------
 */

/* A subject without a SHA-256 may be the artifact: that is not known here, and is no "no". */
static enum err no_subject(struct verifier *v, const struct statement *s)
{
    const char *algorithm = statement_other_digest(s);

    if (algorithm == NULL)
        return verifier_no(v, SIGSTORE_SUBJECT, "no subject has the artifact's SHA-256");
    (void)diag_set(v->d, ERR_UNSUPPORTED,
                   "a subject is named by '%.32s' alone, which is not supported: expected sha256",
                   algorithm);
    return verifier_bad(v, SIGSTORE_SUBJECT);
}

static enum err check_statement(struct verifier *v, struct sigstore_result *out)
{
    struct statement s = { 0 };
    enum err e = OK;

    if (statement_parse(v->d, &s, v->bundle->payload.data, v->bundle->payload.len) != OK)
        return verifier_bad(v, SIGSTORE_SUBJECT);
    if (!statement_has_subject(&s, &v->request->digest))
        e = no_subject(v, &s);
    else if (!text_dup(&out->predicate_type, s.predicate_type))
        e = diag_set(v->d, ERR_NOMEM, "out of memory");
    if (e == OK && v->leaf != NULL)
        out->provenance_differs = predicate_disagrees(&s, v->identity.fields);
    if (v->request->provenance && out->provenance_differs != NULL)
        e = verifier_no(v, SIGSTORE_PREDICATE,
                        "the provenance says another '%s' than the certificate",
                        out->provenance_differs);
    statement_clear(&s);
    return e;
}

static enum err check_simplesigning(struct verifier *v, const uint8_t *payload, size_t payload_len)
{
    struct hash32 digest;

    if (simplesigning_parse(v->d, &digest, payload, payload_len) != OK)
        return verifier_bad(v, SIGSTORE_SIMPLESIGNING);
    if (!hash32_eq(&digest, &v->request->digest))
        return verifier_no(v, SIGSTORE_SIMPLESIGNING, "the payload is about another image");
    return OK;
}

static enum err check_artifact(struct verifier *v, struct sigstore_result *out)
{
    size_t payload_len = 0;
    const uint8_t *payload = NULL;

    if (v->bundle->content == BUNDLE_DSSE)
        return check_statement(v, out);
    payload = find_payload(v, &payload_len);
    return payload != NULL ? check_simplesigning(v, payload, payload_len) : OK;
}

/* --- policy ------------------------------------------------------------------------------------
 */

static bool is_private_instance(const struct verifier *v)
{
    return v->authority != NULL && strcmp(v->authority->organization, GITHUB_ORGANIZATION) == 0;
}

static enum err check_instance(struct verifier *v)
{
    bool private_instance = is_private_instance(v);
    enum err e = OK;

    if (private_instance && v->bundle->num_timestamps == 0)
        return verifier_no(v, SIGSTORE_SIGNING_TIME, "there is no RFC 3161 timestamp");
    if (v->leaf != NULL && !private_instance && (e = sct_check(v)) != OK)
        return e;
    if (!private_instance && v->bundle->num_entries == 0)
        return verifier_no(v, SIGSTORE_LOG_ENTRY, "no transparency log has an entry");
    return OK;
}

static enum err check_identity(struct verifier *v)
{
    char *const *fields = v->identity.fields;
    const char *issuer = fields[SIGSTORE_ISSUER_V2] != NULL ? fields[SIGSTORE_ISSUER_V2]
                                                            : fields[SIGSTORE_ISSUER_V1];
    const char *wanted = v->request->issuer;

    if (fields[SIGSTORE_ISSUER_V1] != NULL && strcmp(issuer, fields[SIGSTORE_ISSUER_V1]) != 0)
        return verifier_no(v, SIGSTORE_ISSUER, "the certificate names two: '%.256s', '%.256s'",
                           issuer, fields[SIGSTORE_ISSUER_V1]);
    if (wanted != NULL && strcmp(issuer != NULL ? issuer : "", wanted) != 0)
        return verifier_no(v, SIGSTORE_ISSUER, "expected '%.256s', found '%.256s'", wanted,
                           issuer != NULL ? issuer : "");
    wanted = v->request->identity;
    if (wanted != NULL && strcmp(v->identity.san, wanted) != 0)
        return verifier_no(v, SIGSTORE_IDENTITY, "expected '%.256s', found '%.256s'", wanted,
                           v->identity.san);
    return OK;
}

/* --- one signature -----------------------------------------------------------------------------
 */

static enum err run_checks(struct verifier *v, struct sigstore_result *out)
{
    bool dsse = v->bundle->content == BUNDLE_DSSE;
    enum err e = OK;

    if ((e = shape_check(v)) != OK || (e = find_signer(v)) != OK ||
        (e = dsse ? find_envelope(v) : find_message(v)) != OK || (e = timestamps_check(v)) != OK ||
        (e = rekor_check(v)) != OK)
        return e;
    if (v->num_times == 0)
        return verifier_no(v, SIGSTORE_SIGNING_TIME,
                           "no log and no timestamp authority has signed a time");
    if (v->leaf != NULL && ((e = leaf_check(v)) != OK || (e = chain_check(v)) != OK))
        return e;
    if ((e = check_instance(v)) != OK || (e = bodies_check(v)) != OK ||
        (e = check_signature(v)) != OK)
        return e;
    if (v->leaf != NULL && (e = check_identity(v)) != OK)
        return e;
    return check_artifact(v, out);
}

static enum err fill_result(struct verifier *v, struct sigstore_result *out)
{
    const struct root_log *log = NULL;
    uint64_t first_ms = UINT64_MAX;

    for (size_t i = 0; i < v->num_times; i++)
        first_ms = v->times_ms[i] < first_ms ? v->times_ms[i] : first_ms;
    if (v->bundle->num_entries > 0) {
        log = root_find_log(v->root->logs, v->root->info.num_logs, &v->bundle->entries[0].log_id);
        out->log_index = v->bundle->entries[0].log_index;
        if (!text_dup(&out->log_url, log->url))
            return diag_set(v->d, ERR_NOMEM, "out of memory");
    }
    if (v->authority != NULL && !text_dup(&out->ca_organization, v->authority->organization))
        return diag_set(v->d, ERR_NOMEM, "out of memory");
    out->signing_time_s = first_ms / 1000;
    out->num_times = v->num_times;
    out->num_entries = v->bundle->num_entries;
    out->by_key = v->leaf == NULL;
    out->san_type = v->identity.san_type;
    out->san = v->identity.san;
    memcpy(out->fields, v->identity.fields, sizeof(out->fields));
    v->identity = (struct cert_identity){ 0 }; /* moved */
    if (v->note.code != OK && !text_dup(&out->note, v->note.msg))
        return diag_set(v->d, ERR_NOMEM, "out of memory");
    out->root_line = v->root->line;
    out->verified = true;
    return OK;
}

static enum err verify_by_root(struct diag *d, struct sigstore_result *out,
                               const struct sigstore_root *root,
                               const struct sigstore_request *request, const struct bundle *bundle)
{
    struct verifier v = { .d = d, .root = root, .request = request, .bundle = bundle };
    enum err e = ERR_INTERNAL;

    *out = (struct sigstore_result){ 0 };
    buf_init(&v.signed_text, 2 * LIMIT_SIGSTORE_BYTES);
    if ((e = run_checks(&v, out)) == OK)
        e = fill_result(&v, out);
    if (e != OK) {
        sigstore_result_clear(out);
        out->failed = v.failed;
    }
    verifier_clear(&v);
    return e;
}

/* Another root or signature of the file may still be good after this. */
static bool may_go_on(enum err e)
{
    return e == ERR_MISMATCH || e == ERR_FORMAT || e == ERR_UNSUPPORTED || e == ERR_LIMIT;
}

/* By the root that fits; if none does, what is said is that of the one that led furthest. */
static enum err verify_one(struct diag *d, struct sigstore_result *out,
                           const struct sigstore_root *root, const struct sigstore_request *request,
                           const struct bundle *bundle)
{
    enum sigstore_check furthest = SIGSTORE_NONE;
    struct diag last = { 0 };
    enum err e = ERR_INTERNAL;

    for (const struct sigstore_root *r = root; r != NULL; r = r->next) {
        struct diag why = { 0 };

        e = verify_by_root(&why, out, r, request, bundle);
        if (e == OK)
            return OK;
        if (r == root || out->failed > furthest || !may_go_on(e)) {
            furthest = out->failed;
            last = why;
        }
        if (!may_go_on(e))
            break;
    }
    out->failed = furthest;
    *d = last;
    return d->code;
}

/* --- one file ----------------------------------------------------------------------------------
 */

static enum err verify_any(struct diag *d, struct sigstore_result *out,
                           const struct sigstore_root *root, const struct sigstore_request *request,
                           const struct bundle_list *list)
{
    enum sigstore_check furthest = SIGSTORE_NONE;
    struct diag last;
    enum err e = ERR_INTERNAL;

    for (size_t i = 0; i < list->num_items; i++) {
        memset(&last, 0, sizeof(last));
        e = verify_one(&last, out, root, request, &list->items[i]);
        if (e == OK || !may_go_on(e)) {
            *d = last;
            break;
        }
        if (i == 0 || out->failed > furthest) {
            furthest = out->failed;
            *d = last;
        }
    }
    if (e == OK)
        return OK;
    if (may_go_on(e))
        out->failed = furthest;
    if (list->num_items > 1)
        (void)diag_prefix(d, "none of %zu signatures is good, the best of them", list->num_items);
    return d->code;
}

enum err sigstore_verify(struct diag *d, struct sigstore_result *out,
                         const struct sigstore_root *root, const struct sigstore_request *request)
{
    struct bundle_list list = { 0 };
    enum err e = ERR_INTERNAL;

    *out = (struct sigstore_result){ 0 };
    if (request->key_pem != NULL && (request->identity != NULL || request->issuer != NULL))
        return diag_set(d, ERR_USAGE, "a signature is either by a key or by an identity");
    if ((e = bundle_list_parse(d, &list, request->bundle, request->bundle_len)) == OK)
        e = verify_any(d, out, root, request, &list);
    out->num_signatures = list.num_items;
    bundle_list_clear(&list);
    return e;
}

enum err sigstore_verify_each(struct diag *d, const struct sigstore_root *root,
                              const struct sigstore_request *request,
                              const struct sigstore_visitor *visitor)
{
    struct bundle_list list = { 0 };
    enum err e = ERR_INTERNAL;

    if (request->key_pem != NULL && (request->identity != NULL || request->issuer != NULL))
        return diag_set(d, ERR_USAGE, "a signature is either by a key or by an identity");
    if ((e = bundle_list_parse(d, &list, request->bundle, request->bundle_len)) != OK)
        return e;
    for (size_t i = 0; e == OK && i < list.num_items; i++) {
        struct sigstore_result result = { 0 };
        struct diag why = { 0 };
        enum err one = verify_one(&why, &result, root, request, &list.items[i]);

        if (one != OK && !may_go_on(one)) {
            *d = why;
            e = one;
        } else {
            visitor->visit(visitor->ctx, one, &why, &result);
        }
        sigstore_result_clear(&result);
    }
    bundle_list_clear(&list);
    return e;
}
