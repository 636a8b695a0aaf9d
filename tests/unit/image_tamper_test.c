// SPDX-License-Identifier: Apache-2.0
/*
 * The release of docs/examples/chipotle, spoilt in one point at a time; each row says which check
 * has to refuse it, and with which words. Well-signed bundles that are wrong in one point come from
 * fixtures/images/generate.py.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/limits.h"
#include "tests/unit/image_fixture.h"

#define API     "attestations/" DIGEST_API "/0.json"
#define PROXY   "attestations/" DIGEST_PROXY "/0.json"
#define WEB     "attestations/" DIGEST_WEB "/0.json"
#define WORKER  "attestations/" DIGEST_WORKER "/0.json"
#define PAYLOAD "attestations/" DIGEST_WORKER "/0.payload"

static const char *const image_checks[] = { "image.policy",   "image.root",   "image.signatures",
                                            "image.identity", "image.source", "image.time" };

enum change {
    VARIANT, /* API is the bundle variants/<a>.json */
    FILE_AS, /* file: another file of fixtures/images */
    FLIP,    /* file: behind the text a, one character becomes another of its kind */
    REPLACE, /* file: the text a becomes b */
    REMOVE,  /* file */
    PROFILE, /* in the profile's text, a becomes b */
    TIME,    /* the proposal was made at a */
};

struct row {
    const char *name;
    enum change change;
    const char *file;
    const char *a;
    const char *b;
    const char *id;    /* the check that refuses it … */
    const char *words; /* … and a part of what it says */
};

static const struct row rows[] = {
    /* who signed */
    { "another workflow", VARIANT, API, "other-workflow", NULL, "image.identity", "test.yml" },
    { "a repository whose name begins alike", VARIANT, API, "identity-prefix", NULL,
      "image.identity", "chipotle-evil" },
    { "more behind the ref", VARIANT, API, "identity-suffix", NULL, "image.identity", ".evil/x" },
    { "a host where a dot is any character", VARIANT, API, "identity-host", NULL, "image.identity",
      "githubxcom" },
    { "a branch named like the tag", VARIANT, API, "identity-branch", NULL, "image.identity",
      "refs/heads/v1.4.0" },
    { "a star over a slash", VARIANT, API, "identity-slash", NULL, "image.identity", "v1/4" },
    { "a star over nothing", VARIANT, API, "identity-empty-star", NULL, "image.identity",
      "tags/v," },
    { "another issuer", VARIANT, API, "other-issuer", NULL, "image.identity",
      "https://issuer.evil.example" },
    { "an issuer that begins alike", VARIANT, API, "issuer-suffix", NULL, "image.identity",
      "githubusercontent.com.evil" },
    { "two issuers", VARIANT, API, "two-issuers", NULL, "image.signatures", "issuer: " },
    { "the signer of another policy", PROFILE, NULL, "brightpepper/proxy/.github",
      "brightpepper/other/.github", "image.identity", "publish.yml" },
    { "by a certificate, not by the key", PROFILE, NULL,
      "issuer: https://token.actions.githubusercontent.com\n      identity: "
      "https://github.com/brightpepper/proxy/.github/workflows/publish.yml@refs/heads/main\n"
      "      repository: https://github.com/brightpepper/proxy\n      commit: any",
      "key: fixtures/images/proxy.pem", "image.signatures", "key: expected a signature by a key" },
    /* from what */
    { "another repository", VARIANT, API, "other-repository", NULL, "image.source",
      "salsa-labs/other" },
    { "a repository in other letters", VARIANT, API, "repository-case", NULL, "image.source",
      "Salsa-labs" },
    { "another commit", VARIANT, API, "other-commit", NULL, "image.source", "commit abab" },
    { "the beginning of the commit", VARIANT, API, "short-commit", NULL, "image.source",
      "commit 63c61e51c02a," },
    { "the commit in capitals", VARIANT, API, "upper-commit", NULL, "image.source",
      "commit 63C61E51" },
    { "no commit", VARIANT, API, "no-commit", NULL, "image.source", "commit none" },
    { "another ref", VARIANT, API, "other-ref", NULL, "image.source", "ref refs/heads/main" },
    { "more before the ref", VARIANT, API, "ref-prefix", NULL, "image.source", "xrefs/tags" },
    { "another trigger", VARIANT, API, "other-trigger", NULL, "image.source",
      "pull_request_target" },
    { "somebody's own runner", VARIANT, API, "self-hosted", NULL, "image.source", "self-hosted" },
    { "no runner", VARIANT, API, "no-runner", NULL, "image.source", "runner none" },
    { "provenance that says another commit", VARIANT, API, "provenance-commit", NULL,
      "image.source", "the provenance has another" },
    { "the foreign image of our commit", PROFILE, NULL, "commit: any", "commit: same",
      "image.source", "commit 5f5f" },
    /* when */
    { "signed after the proposal", VARIANT, API, "too-late", NULL, "image.time",
      "after the proposal" },
    { "signed too long ago", VARIANT, API, "too-old", NULL, "image.time", "more than 30d" },
    { "the proposal is older", TIME, NULL, "1795168799", NULL, "image.time", "after the proposal" },
    { "the proposal is too young", TIME, NULL, "1799999999", NULL, "image.time", "more than 30d" },
    { "before the policy's time", PROFILE, NULL, "not-before: 2026-06-01", "not-before: 2026-11-21",
      "image.time", "none before 2026-11-21" },
    /* about what */
    { "about another image", VARIANT, API, "other-image", NULL, "image.signatures", "subject: " },
    { "about no image", VARIANT, API, "no-image", NULL, "image.signatures", "subject: " },
    { "a digest in capitals", VARIANT, API, "upper-digest", NULL, "image.signatures", "subject: " },
    { "a list of parts", VARIANT, API, "sbom", NULL, "image.signatures", "does not say" },
    { "a statement of no type", VARIANT, API, "no-predicate-type", NULL, "image.signatures", "" },
    { "the signature of the proxy", FILE_AS, API,
      "attestations/sha256-" DIGEST_PROXY ".sigstore.json", NULL, "image.signatures", "subject: " },
    { "the signatures of the web", FILE_AS, API, "attestations/sha256-" DIGEST_WEB ".jsonl", NULL,
      "image.signatures", "subject: " },
    { "the manifest of the worker", FILE_AS, API, "attestations/sha256-" DIGEST_WORKER ".sig.json",
      NULL, "image.signatures", "digest: " },
    { "another image is pinned", FLIP, EVIDENCE_APP_COMPOSE, "chipotle-api@sha256:", NULL,
      "image.signatures", "the evidence holds no signature" },
    { "an image that no policy knows", REPLACE, EVIDENCE_APP_COMPOSE, "docker.io/brightpepper/",
      "docker.io/brightpeppers/", "image.policy", "no policy" },
    { "an image of another registry", REPLACE, EVIDENCE_APP_COMPOSE, "ghcr.io/salsa-labs/",
      "ghcr.xo/salsa-labs/", "image.policy", "no policy" },
    { "no policy for it", PROFILE, NULL, "chipotle-*", "chipotle-w*", "image.policy", "no policy" },
    /* the root */
    { "another root", FILE_AS, EVIDENCE_TRUSTED_ROOT, "other_root.json", NULL, "image.root",
      "the evidence holds" },
    { "one bit of the root", FLIP, EVIDENCE_TRUSTED_ROOT, "\"rawBytes\": \"", NULL, "image.root",
      "the evidence holds" },
    { "the shipped root is meant", PROFILE, NULL,
      "  trusted-root: {file: fixtures/images/trusted_root.json}\n", "", "image.root",
      "6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66" },
    { "another hash is pinned", PROFILE, NULL, "{file: fixtures/images/trusted_root.json}",
      "{sha256: 6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66}", "image.root",
      "the evidence holds" },
    { "signed under another root", VARIANT, API, "other-root", NULL, "image.signatures", "log: " },
    { "the other root for all", PROFILE, NULL, "images/trusted_root.json", "images/other_root.json",
      "image.root", "the evidence holds" },
    /* the bundle */
    { "no signature", REMOVE, API, NULL, NULL, "image.signatures", "holds no signature" },
    { "the certificate", FLIP, API, "\"rawBytes\": \"MII", NULL, "image.signatures", "" },
    { "the signature", FLIP, API, "\"sig\": \"ME", NULL, "image.signatures", "" },
    { "the payload", FLIP, API, "\"payload\": \"eyJfdHlwZSI6I", NULL, "image.signatures", "" },
    { "the payload's type", REPLACE, API, "vnd.in-toto+json", "vnd.in-toto+jsom",
      "image.signatures", "payload-type: " },
    { "the media type", REPLACE, API, "bundle.v0.3", "bundle.v0.9", "image.signatures", "" },
    { "the promise", FLIP, API, "\"signedEntryTimestamp\": \"ME", NULL, "image.signatures", "" },
    { "the time of the log", FLIP, API, "\"integratedTime\": \"179", NULL, "image.signatures",
      "set: " },
    { "the index in the log", FLIP, API, "\"logIndex\": \"", NULL, "image.signatures", "" },
    { "the log's id", FLIP, API, "\"keyId\": \"", NULL, "image.signatures", "log: " },
    { "the entry", FLIP, API, "\"canonicalizedBody\": \"eyJhcGlWZXJzaW9uIjoiMC", NULL,
      "image.signatures", "set: " },
    { "the entry's kind", REPLACE, API, "\"kind\": \"dsse\"", "\"kind\": \"intoto\"",
      "image.signatures", "entry-kind: " },
    { "the proof's root", FLIP, API, "\"rootHash\": \"", NULL, "image.signatures", "proof: " },
    { "the proof's size", FLIP, API, "\"treeSize\": \"", NULL, "image.signatures", "" },
    { "the proof's path", FLIP, API, "\"hashes\": [\n            \"", NULL, "image.signatures",
      "proof: " },
    { "the checkpoint's origin", REPLACE, API, "rekor.salsa.example - 4711",
      "rekor.salsa.example - 4712", "image.signatures", "checkpoint" },
    { "a key twice", REPLACE, API, "{\n  \"mediaType\"",
      "{\n  \"mediaType\": \"x\",\n  \"mediaType\"", "image.signatures", "mediaType" },
    { "no JSON", REPLACE, API, "{\n", "[\n", "image.signatures", "" },
    /* cosign's older form */
    { "no payload", REMOVE, PAYLOAD, NULL, NULL, "image.signatures", "digest: " },
    { "the payload's image", FLIP, PAYLOAD, "\"docker-manifest-digest\":\"sha256:", NULL,
      "image.signatures", "digest: " },
    { "the older signature", FLIP, WORKER, "cosign/signature\": \"ME", NULL, "image.signatures",
      "" },
    { "the older promise", FLIP, WORKER, "\\\"SignedEntryTimestamp\\\":\\\"ME", NULL,
      "image.signatures", "" },
    { "the layer's digest", FLIP, WORKER, "\"size\": 250,\n      \"digest\": \"sha256:", NULL,
      "image.signatures", "digest: " },
};
#define NUM_ROWS (sizeof(rows) / sizeof(rows[0]))

static char other(char c)
{
    if (c == '/' || c == '+')
        return c == '/' ? '+' : '/';
    if ((c >= '0' && c < '9') || (c >= 'a' && c < 'f') || (c >= 'g' && c < 'z') ||
        (c >= 'A' && c < 'Z'))
        return (char)(c + 1);
    return (char)(c - 1);
}

static void change_text(struct proposal *p, const struct row *row)
{
    const struct evidence_file *f = proposal_file(p, row->file);
    const char *text = NULL;
    const char *at = NULL;
    struct buf out;

    cr_assert_not_null(f, "%s", row->name);
    buf_init(&out, LIMIT_SIGSTORE_BYTES);
    buf_add(&out, f->data, f->data_len);
    text = buf_str(&out);
    at = strstr(text, row->a);
    cr_assert_not_null(at, "%s: no '%s'", row->name, row->a);
    if (row->change == FLIP) {
        char *c = (char *)out.data + (at - text) + strlen(row->a);

        *c = other(*c);
        chipotle_exchange(p, row->file, out.data, out.len);
    } else {
        struct buf changed;

        buf_init(&changed, LIMIT_SIGSTORE_BYTES);
        buf_add(&changed, text, (size_t)(at - text));
        buf_add_str(&changed, row->b);
        buf_add_str(&changed, at + strlen(row->a));
        chipotle_exchange(p, row->file, changed.data, changed.len);
        buf_clear(&changed);
    }
    buf_clear(&out);
}

static void change_file(struct proposal *p, const struct row *row)
{
    struct buf path;
    struct buf text;

    buf_init(&path, 1024);
    buf_addf(&path, row->change == VARIANT ? CHIPOTLE "variants/%s.json" : CHIPOTLE "%s", row->a);
    chipotle_read(&text, buf_str(&path));
    chipotle_exchange(p, row->file, text.data, text.len);
    buf_clear(&text);
    buf_clear(&path);
}

static void apply(struct proposal *p, const struct row *row)
{
    switch (row->change) {
    case VARIANT:
    case FILE_AS:
        change_file(p, row);
        return;
    case FLIP:
    case REPLACE:
        change_text(p, row);
        return;
    case REMOVE:
        chipotle_exchange(p, row->file, NULL, 0);
        return;
    case TIME:
        p->created_s = (uint64_t)strtoull(row->a, NULL, 10);
        return;
    case PROFILE:
        return;
    }
}

/* Only the check of the row, and those that depend on its answer, may refuse it. */
static void expect_refused(const struct report *r, const struct row *row)
{
    const struct check *c = report_check(r, row->id);

    cr_expect_eq(c->verdict, FAIL, "%s: %s is %s (%s)", row->name, row->id,
                 verdict_name(c->verdict), buf_str(&c->detail));
    cr_expect_not_null(strstr(buf_str(&c->detail), row->words), "%s: %s", row->name,
                       buf_str(&c->detail));
    for (size_t i = 0; i < sizeof(image_checks) / sizeof(image_checks[0]); i++) {
        const struct check *o = report_check(r, image_checks[i]);

        if (strcmp(image_checks[i], row->id) != 0)
            cr_expect_neq(o->verdict, FAIL, "%s: %s fails as well: %s", row->name, image_checks[i],
                          buf_str(&o->detail));
        cr_expect(o->required, "%s: %s", row->name, image_checks[i]);
    }
    cr_expect_neq(report_result(r), PASS, "%s", row->name);
}

Test(image_tamper, each_point_by_its_check)
{
    size_t done = 0;

    for (size_t i = 0; i < NUM_ROWS; i++) {
        const struct row *row = &rows[i];
        bool profile_row = row->change == PROFILE;
        struct profile *good = chipotle_profile("", "");
        struct profile *profile =
            profile_row ? chipotle_profile(row->a, row->b) : chipotle_profile("", "");
        struct verification v;
        struct proposal p;

        chipotle_proposal(&p, good);
        apply(&p, row);
        fixture_verify(&v, &p, profile);
        expect_refused(&v.report, row);
        verification_clear(&v);
        proposal_clear(&p);
        profile_free(profile);
        profile_free(good);
        done++;
    }
    cr_expect_geq(done, 60U, "only %zu ran", done);
}

Test(image_tamper, untouched)
{
    struct profile *profile = chipotle_profile("", "");
    struct verification v;
    struct proposal p;

    chipotle_proposal(&p, profile);
    fixture_verify(&v, &p, profile);
    for (size_t i = 0; i < sizeof(image_checks) / sizeof(image_checks[0]); i++)
        cr_expect_eq(report_check(&v.report, image_checks[i])->verdict, PASS, "%s: %s",
                     image_checks[i], buf_str(&report_check(&v.report, image_checks[i])->detail));
    verification_clear(&v);
    proposal_clear(&p);
    profile_free(profile);
}

/* A key instead of an identity: the right one, and another. */
Test(image_tamper, by_key)
{
    static const char policy[] =
        "issuer: https://token.actions.githubusercontent.com\n      identity: "
        "https://github.com/brightpepper/proxy/.github/workflows/publish.yml@refs/heads/main\n"
        "      repository: https://github.com/brightpepper/proxy\n      commit: any";
    struct profile *good = chipotle_profile("", "");
    struct profile *by_key = chipotle_profile(policy, "key: fixtures/images/proxy.pem");
    struct profile *by_other = chipotle_profile(policy, "key: fixtures/images/other.pem");
    struct proposal p;
    struct buf text;

    chipotle_proposal(&p, good);
    chipotle_read(&text, CHIPOTLE "variants/by-key.json");
    chipotle_exchange(&p, PROXY, text.data, text.len);
    cr_expect_eq(fixture_check(&p, by_key, "image.signatures"), PASS);
    cr_expect_eq(fixture_check(&p, by_key, "image.identity"), PASS);
    cr_expect_eq(fixture_check(&p, by_other, "image.signatures"), FAIL);
    cr_expect_neq(fixture_check(&p, by_other, "image.identity"), PASS);
    cr_expect_eq(fixture_check(&p, good, "image.signatures"), FAIL);
    buf_clear(&text);
    proposal_clear(&p);
    profile_free(by_other);
    profile_free(by_key);
    profile_free(good);
}

/* Bundles beside the good one change nothing; a bad one before it neither. */
Test(image_tamper, the_best_of_several)
{
    struct profile *profile = chipotle_profile("", "");
    struct proposal p;
    struct buf good;
    struct buf bad;

    chipotle_proposal(&p, profile);
    chipotle_read(&good, CHIPOTLE "attestations/sha256-" DIGEST_API ".sigstore.json");
    chipotle_read(&bad, CHIPOTLE "variants/self-hosted.json");
    chipotle_exchange(&p, API, bad.data, bad.len);
    cr_expect_eq(fixture_check(&p, profile, "image.source"), FAIL);
    NEED(proposal_add_file(d, &p, "attestations/" DIGEST_API "/1.json", good.data, good.len));
    cr_expect_eq(fixture_check(&p, profile, "image.source"), PASS);
    /* files are numbered without gaps */
    chipotle_exchange(&p, API, NULL, 0);
    cr_expect_eq(fixture_check(&p, profile, "image.signatures"), FAIL);
    buf_clear(&bad);
    buf_clear(&good);
    proposal_clear(&p);
    profile_free(profile);
}
