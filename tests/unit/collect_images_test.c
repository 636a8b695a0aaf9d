// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/digest.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "tests/unit/image_fixture.h"
#include "tests/unit/loopback.h"
#include "verify/collect_images.h"

/* Signatures of one image from a registry on this machine, into the evidence. */

#define BUNDLE_TYPE "application/vnd.dev.sigstore.bundle.v0.3+json"

struct hex {
    char s[65];
};

static struct hex hex_of(const void *data, size_t data_len)
{
    struct hash32 h;
    struct hex out;

    NEED(sha256(d, &h, data, data_len));
    (void)hex_encode(out.s, h.b, sizeof(h.b));
    return out;
}

struct answers {
    char manifest[512];
    char index[512];
    char ask_manifest[160];
    char ask_blob[160];
};

static void make_answers(struct answers *a, const struct buf *bundle)
{
    (void)snprintf(a->manifest, sizeof(a->manifest),
                   "{\"subject\":{\"digest\":\"sha256:" DIGEST_API "\"},\"layers\":[{\"mediaType\":"
                   "\"" BUNDLE_TYPE "\",\"digest\":\"sha256:%s\"}]}",
                   hex_of(bundle->data, bundle->len).s);
    (void)snprintf(a->index, sizeof(a->index),
                   "{\"manifests\":[{\"artifactType\":\"" BUNDLE_TYPE
                   "\",\"digest\":\"sha256:%s\"}]}",
                   hex_of(a->manifest, strlen(a->manifest)).s);
    (void)snprintf(a->ask_manifest, sizeof(a->ask_manifest),
                   "GET /v2/salsa/app/manifests/sha256:%s ",
                   hex_of(a->manifest, strlen(a->manifest)).s);
    (void)snprintf(a->ask_blob, sizeof(a->ask_blob), "GET /v2/salsa/app/blobs/sha256:%s ",
                   hex_of(bundle->data, bundle->len).s);
}

static void add_app_compose(struct proposal *p, const char *host)
{
    char text[512];

    (void)snprintf(text, sizeof(text),
                   "{\"runner\":\"docker-compose\",\"docker_compose_file\":\"services:\\n  app:\\n"
                   "    image: %s/salsa/app@sha256:" DIGEST_API "\\n\"}",
                   host);
    NEED(proposal_add_file(d, p, EVIDENCE_APP_COMPOSE, text, strlen(text)));
}

/* Collects with a registry that holds the bundle; the error's words are in d. */
static enum err collect(struct diag *d, struct proposal *p, const char *bundle_path,
                        uint64_t *latest_s)
{
    struct collect_images_request request = { .git_commit = CHIPOTLE_COMMIT, .fetch = true };
    struct profile *profile = NULL;
    struct answers a;
    struct buf bundle;
    struct loopback l;
    char pattern[128];
    enum err e = ERR_INTERNAL;
    struct loopback_exchange script[] = {
        { "GET /v2/salsa/app/manifests/sha256-" DIGEST_API ".sig ", 404, NULL, NULL },
        { "GET /v2/salsa/app/referrers/sha256:" DIGEST_API " ", 200, NULL, a.index },
        { a.ask_manifest, 200, NULL, a.manifest },
        { a.ask_blob, 200, NULL, NULL },
    };

    chipotle_read(&bundle, bundle_path);
    script[3].body = buf_str(&bundle);
    make_answers(&a, &bundle);
    loopback_start(&l, script, 4);
    (void)snprintf(pattern, sizeof(pattern), "%s/salsa/app", l.url + strlen("http://"));
    profile = chipotle_profile("ghcr.io/salsa-labs/chipotle-*", pattern);
    request.profile = profile;
    *p = (struct proposal){ 0 };
    add_app_compose(p, l.url + strlen("http://"));
    e = collect_images(d, latest_s, p, &request);
    free(loopback_stop(&l));
    profile_free(profile);
    buf_clear(&bundle);
    return e;
}

Test(collect_images, from_a_registry)
{
    struct proposal p;
    struct diag d = { 0 };
    struct buf bundle;
    const struct evidence_file *f = NULL;
    uint64_t latest_s = 0;
    static const char path[] = CHIPOTLE "attestations/sha256-" DIGEST_API ".sigstore.json";

    chipotle_read(&bundle, path);
    cr_assert_eq(collect(&d, &p, path, &latest_s), OK, "%s", d.msg);
    cr_expect_eq(latest_s, 1795168800U);
    f = proposal_file(&p, "attestations/" DIGEST_API "/0.json");
    cr_assert_not_null(f);
    cr_expect_eq(f->data_len, bundle.len);
    cr_expect_eq(memcmp(f->data, bundle.data, bundle.len), 0);
    cr_expect_not_null(proposal_file(&p, EVIDENCE_TRUSTED_ROOT));
    buf_clear(&bundle);
    proposal_clear(&p);
}

Test(collect_images, a_registry_with_another_signer)
{
    struct proposal p;
    struct diag d = { 0 };
    uint64_t latest_s = 0;

    cr_expect_eq(collect(&d, &p, CHIPOTLE "variants/other-workflow.json", &latest_s), ERR_MISMATCH);
    cr_expect_not_null(strstr(d.msg, "of 1 in the registry none is good"), "%s", d.msg);
    cr_expect_not_null(strstr(d.msg, "test.yml"), "%s", d.msg);
    cr_expect_eq(latest_s, 0U);
    proposal_clear(&p);
}
