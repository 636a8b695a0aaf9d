// SPDX-License-Identifier: Apache-2.0
#include "verify/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/digest.h"
#include "src/base/hex.h"
#include "src/base/http.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "verify/image_ref.h"
#include "verify/registry_token.h"

#define MANIFEST_TYPES                            \
    "application/vnd.oci.image.manifest.v1+json," \
    "application/vnd.docker.distribution.manifest.v2+json"
#define INDEX_TYPES          "application/vnd.oci.image.index.v1+json"
#define SIMPLESIGNING_LAYER  "application/vnd.dev.cosign.simplesigning.v1+json"
#define BUNDLE_TYPE          "application/vnd.dev.sigstore.bundle"
#define DOCKER_HOST          "docker.io"
#define DOCKER_REGISTRY_HOST "registry-1.docker.io"

/* One image's registry while it is asked. */
struct registry {
    struct diag *d;
    char host[IMAGE_NAME_MAX + 32]; /* with port */
    const char *path;               /* of the repository */
    const char *scheme;
    struct hash32 digest; /* of the image */
    struct buf token;     /* "" until one was given */
    struct registry_files *out;
};

void registry_files_clear(struct registry_files *files)
{
    for (size_t i = 0; i < files->num_items; i++) {
        buf_clear(&files->items[i].content);
        buf_clear(&files->items[i].payload);
    }
    free(files->items);
    *files = (struct registry_files){ 0 };
}

static enum err add_file(struct registry *g, const struct buf *content, const struct buf *payload)
{
    struct registry_file *f = NULL;

    if (g->out->items == NULL &&
        (g->out->items = calloc(LIMIT_REGISTRY_FILES, sizeof(*g->out->items))) == NULL)
        return diag_set(g->d, ERR_NOMEM, "out of memory");
    if (g->out->num_items == LIMIT_REGISTRY_FILES)
        return diag_set(g->d, ERR_LIMIT, "%.128s: more than %d signatures of one image", g->host,
                        LIMIT_REGISTRY_FILES);
    f = &g->out->items[g->out->num_items++];
    buf_init(&f->content, LIMIT_SIGSTORE_BYTES);
    buf_init(&f->payload, LIMIT_SIGSTORE_BYTES);
    buf_add(&f->content, content->data, content->len);
    f->has_payload = payload != NULL;
    if (payload != NULL)
        buf_add(&f->payload, payload->data, payload->len);
    return buf_ok(&f->content) && buf_ok(&f->payload) ? OK
                                                      : diag_set(g->d, ERR_NOMEM, "out of memory");
}

/* --- asking -----------------------------------------------------------------------------------
 */

/* kind is "manifests", "blobs" or "referrers". Any status is OK. */
static enum err ask(struct registry *g, struct http_response *out, const char *kind,
                    const char *name, const char *accept)
{
    struct http_request request = { .method = "GET",
                                    .accept = accept,
                                    .max_bytes = LIMIT_SIGSTORE_BYTES,
                                    .elsewhere = strcmp(kind, "blobs") == 0 };
    struct buf url;
    enum err e = ERR_INTERNAL;

    buf_init(&url, 4096);
    buf_addf(&url, "%s://%s/v2/%s/%s/%s", g->scheme, g->host, g->path, kind, name);
    if ((e = buf_check(g->d, &url, "URL")) != OK)
        goto done;
    request.url = buf_str(&url);
    request.bearer = g->token.len > 0 ? buf_str(&g->token) : NULL;
    e = http_exchange(g->d, out, &request);
    if (e != OK || out->status != 401 || g->token.len > 0)
        goto done;
    e = registry_token(g->d, &g->token, out->challenge, g->scheme, g->host, g->path);
    if (e != OK)
        goto done;
    http_response_clear(out);
    request.bearer = buf_str(&g->token);
    e = http_exchange(g->d, out, &request);
done:
    buf_clear(&url);
    return e;
}

static enum err refuse_status(struct registry *g, const struct http_response *r, const char *kind,
                              const char *name)
{
    return diag_set(g->d, ERR_NETWORK, "%.128s: HTTP status %ld for %s %.80s", g->host, r->status,
                    kind, name);
}

/* sha256: and 64 lower-case hex digits. */
static bool parse_digest(struct hash32 *out, const char *text)
{
    return text != NULL && strncmp(text, "sha256:", 7) == 0 && strlen(text) == 7 + 64 &&
           strspn(text + 7, "0123456789abcdef") == 64 &&
           hex_decode(out->b, sizeof(out->b), text + 7, 64);
}

/* Content by digest, hashed again; appended to out. */
static enum err get_content(struct registry *g, struct buf *out, const char *kind,
                            const char *digest_text)
{
    struct http_response r = { 0 };
    struct hash32 expected;
    struct hash32 found;
    enum err e = ERR_INTERNAL;

    if (!parse_digest(&expected, digest_text))
        return diag_set(g->d, ERR_FORMAT, "%.128s: expected a SHA-256 digest, found '%.80s'",
                        g->host, digest_text != NULL ? digest_text : "nothing");
    if ((e = ask(g, &r, kind, digest_text, kind[0] == 'b' ? "*/*" : MANIFEST_TYPES)) != OK)
        goto done;
    if (r.status != 200)
        e = refuse_status(g, &r, kind, digest_text);
    else if ((e = sha256(g->d, &found, r.body.data, r.body.len)) == OK &&
             !hash32_eq(&found, &expected))
        e = diag_set(g->d, ERR_MISMATCH, "%.128s: asked for %s, and was given content with %s",
                     g->host, digest_text, hash32_format(&found).s + 2);
    if (e == OK)
        buf_add(out, r.body.data, r.body.len);
    if (e == OK)
        e = buf_check(g->d, out, "content");
done:
    http_response_clear(&r);
    return e;
}

/* Under a tag, or the referrers. *out stays NULL if there is nothing under that name. */
static enum err get_named(struct registry *g, struct json **out, struct buf *text, const char *kind,
                          const char *name, const char *accept)
{
    struct http_response r = { 0 };
    enum err e = ask(g, &r, kind, name, accept);

    if (e != OK || r.status == 404)
        goto done;
    if (r.status != 200) {
        e = refuse_status(g, &r, kind, name);
        goto done;
    }
    if ((e = json_parse(g->d, out, r.body.data, r.body.len, g->host)) != OK)
        goto done;
    if (text != NULL) {
        buf_add(text, r.body.data, r.body.len);
        e = buf_check(g->d, text, "manifest");
    }
done:
    http_response_clear(&r);
    return e;
}

/* --- cosign's .sig tag ------------------------------------------------------------------------
 */

static const char *text_at(const struct json *j, const char *key)
{
    return json_string(json_get(j, key));
}

/* Layer i has a digest that no layer before it has. */
static bool is_new_layer(const struct json *layers, size_t i)
{
    const char *mine = text_at(json_at(layers, i), "digest");

    for (size_t k = 0; mine != NULL && k < i; k++) {
        const char *other = text_at(json_at(layers, k), "digest");

        if (other != NULL && strcmp(other, mine) == 0)
            return false;
    }
    return true;
}

static enum err fetch_payloads(struct registry *g, const struct json *manifest,
                               const struct buf *text)
{
    const struct json *layers = json_get(manifest, "layers");
    enum err e = OK;

    if (json_len(layers) > LIMIT_SIGSTORE_BUNDLES)
        return diag_set(g->d, ERR_LIMIT, "%.128s: %zu signatures, over the limit of %d", g->host,
                        json_len(layers), LIMIT_SIGSTORE_BUNDLES);
    for (size_t i = 0; e == OK && i < json_len(layers); i++) {
        const char *type = text_at(json_at(layers, i), "mediaType");
        struct buf payload;

        if (type == NULL || strcmp(type, SIMPLESIGNING_LAYER) != 0 || !is_new_layer(layers, i))
            continue;
        buf_init(&payload, LIMIT_SIGSTORE_BYTES);
        e = get_content(g, &payload, "blobs", text_at(json_at(layers, i), "digest"));
        if (e == OK)
            e = add_file(g, text, &payload);
        buf_clear(&payload);
    }
    return e;
}

static enum err fetch_signatures(struct registry *g)
{
    struct json *manifest = NULL;
    struct buf text;
    char tag[80];
    enum err e = ERR_INTERNAL;

    (void)snprintf(tag, sizeof(tag), "sha256-%s.sig", hash32_format(&g->digest).s + 2);
    buf_init(&text, LIMIT_SIGSTORE_BYTES);
    e = get_named(g, &manifest, &text, "manifests", tag, MANIFEST_TYPES);
    if (e == OK && manifest != NULL)
        e = fetch_payloads(g, manifest, &text);
    json_free(manifest);
    buf_clear(&text);
    return e;
}

/* --- bundles as referrers ---------------------------------------------------------------------
 */

static bool is_bundle(const char *type)
{
    return type != NULL && strncmp(type, BUNDLE_TYPE, strlen(BUNDLE_TYPE)) == 0;
}

static enum err fetch_layers(struct registry *g, const struct json *manifest)
{
    const struct json *layers = json_get(manifest, "layers");
    struct hash32 subject;
    enum err e = OK;

    if (!parse_digest(&subject, text_at(json_get(manifest, "subject"), "digest")) ||
        !hash32_eq(&subject, &g->digest))
        return diag_set(g->d, ERR_MISMATCH, "%.128s: a referrer is about another image", g->host);
    for (size_t i = 0; e == OK && i < json_len(layers); i++) {
        struct buf content;

        if (!is_bundle(text_at(json_at(layers, i), "mediaType")))
            continue;
        buf_init(&content, LIMIT_SIGSTORE_BYTES);
        e = get_content(g, &content, "blobs", text_at(json_at(layers, i), "digest"));
        if (e == OK)
            e = add_file(g, &content, NULL);
        buf_clear(&content);
    }
    return e;
}

static enum err fetch_referrer(struct registry *g, const struct json *entry)
{
    struct json *manifest = NULL;
    struct buf text;
    enum err e = ERR_INTERNAL;

    buf_init(&text, LIMIT_SIGSTORE_BYTES);
    e = get_content(g, &text, "manifests", text_at(entry, "digest"));
    if (e == OK)
        e = json_parse(g->d, &manifest, text.data, text.len, g->host);
    if (e == OK)
        e = fetch_layers(g, manifest);
    json_free(manifest);
    buf_clear(&text);
    return e;
}

static enum err fetch_bundles(struct registry *g)
{
    const struct json *entries = NULL;
    struct json *list = NULL;
    char name[80];
    enum err e = ERR_INTERNAL;

    (void)snprintf(name, sizeof(name), "sha256:%s", hash32_format(&g->digest).s + 2);
    e = get_named(g, &list, NULL, "referrers", name, INDEX_TYPES);
    if (e == OK && list == NULL) {
        name[strlen("sha256")] = '-';
        e = get_named(g, &list, NULL, "manifests", name, INDEX_TYPES);
    }
    entries = json_get(list, "manifests");
    if (e == OK && json_len(entries) > LIMIT_REGISTRY_ENTRIES)
        e = diag_set(g->d, ERR_LIMIT, "%.128s: %zu referrers, over the limit of %d", g->host,
                     json_len(entries), LIMIT_REGISTRY_ENTRIES);
    for (size_t i = 0; e == OK && i < json_len(entries); i++) {
        if (is_bundle(text_at(json_at(entries, i), "artifactType")))
            e = fetch_referrer(g, json_at(entries, i));
    }
    json_free(list);
    return e;
}

/* --- one image --------------------------------------------------------------------------------
 */

enum err registry_fetch(struct diag *d, struct registry_files *out, const char *reference)
{
    struct image_name name = image_ref_name(reference);
    struct registry g = { .d = d, .scheme = "https", .out = out };
    const char *slash = strchr(name.s, '/');
    enum err e = ERR_INTERNAL;

    *out = (struct registry_files){ 0 };
    if (slash == NULL || image_ref_problem(&g.digest, reference) != NULL)
        return diag_set(d, ERR_FORMAT, "'%.300s' is no image reference with a digest", reference);
    memcpy(g.host, name.s, (size_t)(slash - name.s));
    g.path = slash + 1;
    if (strcmp(g.host, DOCKER_HOST) == 0)
        memcpy(g.host, DOCKER_REGISTRY_HOST, sizeof(DOCKER_REGISTRY_HOST));
    /* src/base/http.h allows it for a loopback address alone */
    if (strncmp(g.host, "127.0.0.1:", 10) == 0 || strncmp(g.host, "localhost:", 10) == 0)
        g.scheme = "http";
    buf_init_secret(&g.token, 64 * 1024);
    e = fetch_signatures(&g);
    if (e == OK)
        e = fetch_bundles(&g);
    buf_clear(&g.token);
    if (e != OK)
        registry_files_clear(out);
    return e == OK ? OK : diag_prefix(d, "image '%.300s'", reference);
}
