// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/digest.h"
#include "src/base/hex.h"
#include "tests/unit/loopback.h"
#include "verify/registry.h"
#include "verify/registry_token.h"

/* A registry on this machine that answers from a script. Digests: sha256sum. */

#define D_HEX    "2c2663e00d1943fe1b1b5adb889424d4c4aaf93afad2d9ad7b88368105865337"
#define SIG_TAG  "GET /v2/example/app/manifests/sha256-" D_HEX ".sig "
#define REFERRED "GET /v2/example/app/referrers/sha256:" D_HEX " "
#define FALLBACK "GET /v2/example/app/manifests/sha256-" D_HEX " "
#define NONE     "{\"manifests\":[]}"

struct hex {
    char s[65];
};

static struct hex sha256_hex(const char *text)
{
    struct diag d = { 0 };
    struct hash32 h;
    struct hex out;

    cr_assert_eq(sha256(&d, &h, text, strlen(text)), OK);
    (void)hex_encode(out.s, h.b, sizeof(h.b));
    return out;
}

static enum err fetch(struct diag *d, struct registry_files *out, char **record,
                      const struct loopback_exchange *script, size_t num_script)
{
    struct loopback l;
    char reference[256];
    enum err e = ERR_INTERNAL;

    loopback_start(&l, script, num_script);
    (void)snprintf(reference, sizeof(reference), "%s/example/app@sha256:" D_HEX,
                   l.url + strlen("http://"));
    e = registry_fetch(d, out, reference);
    *record = loopback_stop(&l);
    return e;
}

/* --- good answers ------------------------------------------------------------------------------
 */

static void layer(char *out, size_t out_size, const char *type, const char *digest)
{
    (void)snprintf(out, out_size,
                   "{\"layers\":[{\"mediaType\":\"%s\",\"digest\":\"sha256:%s\",\"size\":9}],"
                   "\"subject\":{\"digest\":\"sha256:" D_HEX "\"}}",
                   type, digest);
}

#define SIMPLE "application/vnd.dev.cosign.simplesigning.v1+json"
#define BUNDLE "application/vnd.dev.sigstore.bundle.v0.3+json"

Test(registry, a_sig_tag_and_its_payload)
{
    struct hex payload = sha256_hex("a payload");
    char manifest[512];
    char blob[128];
    struct loopback_exchange script[] = {
        { SIG_TAG, 200, NULL, manifest },
        { blob, 200, NULL, "a payload" },
        { REFERRED, 200, NULL, NONE },
    };
    struct registry_files files;
    struct diag d = { 0 };
    char *record = NULL;

    layer(manifest, sizeof(manifest), SIMPLE, payload.s);
    (void)snprintf(blob, sizeof(blob), "GET /v2/example/app/blobs/sha256:%s ", payload.s);
    cr_assert_eq(fetch(&d, &files, &record, script, 3), OK, "%s", d.msg);
    cr_assert_eq(files.num_items, 1U);
    cr_expect(files.items[0].has_payload);
    cr_expect_str_eq(buf_str(&files.items[0].payload), "a payload");
    cr_expect_str_eq(buf_str(&files.items[0].content), manifest);
    cr_expect_null(strstr(record, "Authorization"), "nobody asked for a token");
    registry_files_clear(&files);
    free(record);
}

/* The referrers API, and the tag of registries that lack it. */
static void bundle_by(bool fallback)
{
    struct hex bundle = sha256_hex("{\"a\":1}");
    char manifest[512];
    char index[512];
    char ask_manifest[160];
    char ask_blob[160];
    struct loopback_exchange script[] = {
        { SIG_TAG, 404, NULL, NULL },         { REFERRED, fallback ? 404 : 200, NULL, index },
        { FALLBACK, 200, NULL, index },       { ask_manifest, 200, NULL, manifest },
        { ask_blob, 200, NULL, "{\"a\":1}" },
    };
    struct registry_files files;
    struct diag d = { 0 };
    char *record = NULL;

    layer(manifest, sizeof(manifest), BUNDLE, bundle.s);
    (void)snprintf(index, sizeof(index),
                   "{\"manifests\":[{\"artifactType\":\"application/spdx+json\",\"digest\":\"x\"},"
                   "{\"artifactType\":\"" BUNDLE "\",\"digest\":\"sha256:%s\"}]}",
                   sha256_hex(manifest).s);
    (void)snprintf(ask_manifest, sizeof(ask_manifest), "GET /v2/example/app/manifests/sha256:%s ",
                   sha256_hex(manifest).s);
    (void)snprintf(ask_blob, sizeof(ask_blob), "GET /v2/example/app/blobs/sha256:%s ", bundle.s);
    if (!fallback)
        memmove(&script[2], &script[3], 2 * sizeof(script[0]));
    cr_assert_eq(fetch(&d, &files, &record, script, fallback ? 5 : 4), OK, "%s", d.msg);
    cr_assert_eq(files.num_items, 1U);
    cr_expect_not(files.items[0].has_payload);
    cr_expect_str_eq(buf_str(&files.items[0].content), "{\"a\":1}");
    registry_files_clear(&files);
    free(record);
}

Test(registry, a_bundle_by_the_referrers)
{
    bundle_by(false);
}

Test(registry, a_bundle_by_the_fallback_tag)
{
    bundle_by(true);
}

Test(registry, an_image_without_signatures)
{
    const struct loopback_exchange script[] = {
        { SIG_TAG, 404, NULL, NULL },
        { REFERRED, 404, NULL, NULL },
        { FALLBACK, 404, NULL, NULL },
    };
    struct registry_files files;
    struct diag d = { 0 };
    char *record = NULL;

    cr_assert_eq(fetch(&d, &files, &record, script, 3), OK, "%s", d.msg);
    cr_expect_eq(files.num_items, 0U);
    free(record);
}

/* --- tokens ------------------------------------------------------------------------------------
 */

/* A loopback registry whose challenge names itself; its port is only known when it runs. */
static void challenge_header(char *out, size_t out_size, const struct loopback *l)
{
    (void)snprintf(out, out_size,
                   "Www-Authenticate: Bearer realm=\"%s/token\",service=\"a service\","
                   "scope=\"repository:other:push\"\r\n",
                   l->url);
}

Test(registry, an_anonymous_token)
{
    struct buf token;
    struct diag d = { 0 };
    struct loopback l;
    const struct loopback_exchange script[] = {
        { "GET /token?scope=repository%3Aexample%2Fapp%3Apull&service=a%20service ", 200, NULL,
          "{\"token\":\"abc.def\"}" },
    };
    char header[256];
    char *record = NULL;

    loopback_start(&l, script, 1);
    challenge_header(header, sizeof(header), &l);
    header[strlen(header) - 2] = '\0';
    buf_init_secret(&token, 1024);
    cr_assert_eq(registry_token(&d, &token, header + strlen("Www-Authenticate: "), "http",
                                l.url + strlen("http://"), "example/app"),
                 OK, "%s", d.msg);
    cr_expect_str_eq(buf_str(&token), "abc.def");
    record = loopback_stop(&l);
    cr_expect_null(strstr(record, "Authorization"));
    buf_clear(&token);
    free(record);
}

static const struct {
    const char *name;
    const char *challenge;
    const char *scheme;
    const char *host;
    const char *message;
} refused_realms[] = {
    { "none", NULL, "https", "ghcr.io", "wants a login" },
    { "basic", "Basic realm=\"x\"", "https", "ghcr.io", "wants a login" },
    { "no realm", "Bearer service=\"x\"", "https", "ghcr.io", "wants a login" },
    { "empty", "Bearer ", "https", "ghcr.io", "wants a login" },
    { "unquoted", "Bearer realm=https://ghcr.io/token", "https", "ghcr.io", "wants a login" },
    { "escaped", "Bearer realm=\"https://ghcr.io/\\token\"", "https", "ghcr.io", "wants a login" },
    { "cut short", "Bearer realm=\"https://ghcr.io/token", "https", "ghcr.io", "wants a login" },
    { "twice", "Bearer realm=\"https://ghcr.io/a\",realm=\"https://ghcr.io/b\"", "https", "ghcr.io",
      "wants a login" },
    { "plain http", "Bearer realm=\"http://ghcr.io/token\"", "https", "ghcr.io", "another host" },
    { "another host", "Bearer realm=\"https://evil.example/token\"", "https", "ghcr.io",
      "another host" },
    { "host as a suffix", "Bearer realm=\"https://evil.ghcr.io/token\"", "https", "ghcr.io",
      "another host" },
    { "host as a prefix", "Bearer realm=\"https://ghcr.io.evil.example/token\"", "https", "ghcr.io",
      "another host" },
    { "host as a user", "Bearer realm=\"https://ghcr.io@evil.example/token\"", "https", "ghcr.io",
      "another host" },
    { "another port", "Bearer realm=\"https://ghcr.io:8443/token\"", "https", "ghcr.io",
      "another host" },
    { "Docker's realm for others", "Bearer realm=\"https://auth.docker.io/token\"", "https",
      "ghcr.io", "another host" },
    { "this machine", "Bearer realm=\"http://127.0.0.1/token\"", "https", "ghcr.io",
      "another host" },
};

Test(registry, realms_that_are_not_asked)
{
    for (size_t i = 0; i < sizeof(refused_realms) / sizeof(refused_realms[0]); i++) {
        struct diag d = { 0 };
        struct buf token;
        enum err e = ERR_INTERNAL;

        buf_init_secret(&token, 1024);
        e = registry_token(&d, &token, refused_realms[i].challenge, refused_realms[i].scheme,
                           refused_realms[i].host, "example/app");
        cr_expect_eq(e, ERR_NETWORK, "%s: %d %s", refused_realms[i].name, (int)e, d.msg);
        cr_expect_not_null(strstr(d.msg, refused_realms[i].message), "%s: %s",
                           refused_realms[i].name, d.msg);
        cr_expect_eq(token.len, 0U);
        buf_clear(&token);
    }
}

Test(registry, challenges)
{
    struct registry_challenge c;

    cr_expect(registry_challenge_parse(
        &c, "bearer realm=\"https://auth.docker.io/token\" , service=\"registry.docker.io\""));
    cr_expect_str_eq(c.realm, "https://auth.docker.io/token");
    cr_expect_str_eq(c.service, "registry.docker.io");
}

/* --- hostile answers ---------------------------------------------------------------------------
 */

#define LAYER(digest) "{\"layers\":[{\"mediaType\":\"" SIMPLE "\",\"digest\":\"" digest "\"}]}"
#define OTHER         "sha256:0000000000000000000000000000000000000000000000000000000000000000"
#define INDEX(digest) \
    "{\"manifests\":[{\"artifactType\":\"" BUNDLE "\",\"digest\":\"" digest "\"}]}"

static const struct {
    const char *name;
    struct loopback_exchange script[4];
    size_t num_script;
    enum err want;
    const char *message;
} hostile[] = {
    { "a blob with another digest",
      { { SIG_TAG, 200, NULL, LAYER(OTHER) },
        { "GET /v2/example/app/blobs/" OTHER " ", 200, NULL, "something else" } },
      2,
      ERR_MISMATCH,
      "was given content with" },
    { "a digest that leaves the path",
      { { SIG_TAG, 200, NULL, LAYER("sha256:../../../secret") } },
      1,
      ERR_FORMAT,
      "expected a SHA-256 digest" },
    { "a digest in upper case",
      { { SIG_TAG, 200, NULL,
          LAYER("sha256:00000000000000000000000000000000000000000000000000000000000000AA") } },
      1,
      ERR_FORMAT,
      "expected a SHA-256 digest" },
    { "a manifest with another digest",
      { { SIG_TAG, 404, NULL, NULL },
        { REFERRED, 200, NULL, INDEX(OTHER) },
        { "GET /v2/example/app/manifests/" OTHER " ", 200, NULL, "{}" } },
      3,
      ERR_MISMATCH,
      "was given content with" },
    { "no JSON", { { SIG_TAG, 200, NULL, "<html>" } }, 1, ERR_FORMAT, "127.0.0.1" },
    { "a repeated key",
      { { SIG_TAG, 200, NULL, "{\"layers\":[],\"layers\":[]}" } },
      1,
      ERR_FORMAT,
      "layers" },
    { "an error", { { SIG_TAG, 500, NULL, NULL } }, 1, ERR_NETWORK, "HTTP status 500" },
    { "a login", { { SIG_TAG, 401, NULL, NULL } }, 1, ERR_NETWORK, "wants a login" },
    { "a realm elsewhere",
      { { SIG_TAG, 401, "WWW-Authenticate: Bearer realm=\"http://127.0.0.1:1/token\"\r\n", NULL } },
      1,
      ERR_NETWORK,
      "another host" },
    { "a manifest that is elsewhere",
      { { SIG_TAG, 307, "Location: http://127.0.0.1:1/x\r\n", NULL } },
      1,
      ERR_NETWORK,
      "redirected to another origin" },
    { "a blob that goes off this machine without TLS",
      { { SIG_TAG, 200, NULL, LAYER(OTHER) },
        { "GET /v2/example/app/blobs/", 307, "Location: http://192.0.2.1/x\r\n", NULL } },
      2,
      ERR_NETWORK,
      "redirected to another origin, http://192.0.2.1" },
    { "a blob that is in a file",
      { { SIG_TAG, 200, NULL, LAYER(OTHER) },
        { "GET /v2/example/app/blobs/", 307, "Location: file:///etc/passwd\r\n", NULL } },
      2,
      ERR_NETWORK,
      "redirected to a malformed URL" },
};

Test(registry, hostile_answers)
{
    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        struct registry_files files;
        struct diag d = { 0 };
        char *record = NULL;
        enum err e = fetch(&d, &files, &record, hostile[i].script, hostile[i].num_script);

        cr_expect_eq(e, hostile[i].want, "%s: %d %s", hostile[i].name, (int)e, d.msg);
        cr_expect_not_null(strstr(d.msg, hostile[i].message), "%s: %s", hostile[i].name, d.msg);
        cr_expect_null(files.items, "%s", hostile[i].name);
        free(record);
    }
}

Test(registry, a_referrer_about_another_image)
{
    const char *manifest = "{\"layers\":[],\"subject\":{\"digest\":\"" OTHER "\"}}";
    char index[512];
    struct loopback_exchange script[] = {
        { SIG_TAG, 404, NULL, NULL },
        { REFERRED, 200, NULL, index },
        { "GET /v2/example/app/manifests/sha256:", 200, NULL, manifest },
    };
    struct registry_files files;
    struct diag d = { 0 };
    char *record = NULL;

    (void)snprintf(index, sizeof(index), INDEX("sha256:%s"), sha256_hex(manifest).s);
    cr_expect_eq(fetch(&d, &files, &record, script, 3), ERR_MISMATCH);
    cr_expect_not_null(strstr(d.msg, "about another image"), "%s", d.msg);
    free(record);
}
