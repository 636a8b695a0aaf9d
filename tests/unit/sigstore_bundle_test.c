// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/sigstore_fixture.h"
#include "verify/sigstore/bundle.h"

static const char *const files[] = {
    "bundles/v01-message.json",    "bundles/v03-dsse.json",      "bundles/rekor2-message.json",
    "bundles/sig-manifest.json",   "bundles/download-line.json", "bundles/key-message.json",
    "bundles/download-lines.json",
};

Test(sigstore_bundle, cut_short)
{
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        struct buf text = sigstore_file(files[i]);
        size_t whole = (size_t)(strchr(buf_str(&text), '\n') + 1 - buf_str(&text));

        for (size_t len = 0; len + 1 < whole; len += 1 + len / 100) {
            struct bundle_list list;
            struct diag d = { 0 };
            enum err e = bundle_list_parse(&d, &list, text.data, len);

            cr_expect(e != OK && list.num_items == 0 && list.items == NULL, "%s, %zu bytes",
                      files[i], len);
        }
        buf_clear(&text);
    }
}

/* Signatures in the file, one after the other. */
Test(sigstore_bundle, counts)
{
    static const struct {
        const char *file;
        size_t num;
    } cases[] = {
        { "bundles/v03-message.json", 1 },   { "bundles/lines.json", 2 },
        { "bundles/sig-manifest.json", 1 },  { "bundles/sig-manifest-second-is-good.json", 2 },
        { "bundles/download-line.json", 1 }, { "bundles/download-lines.json", 2 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf text = sigstore_file(cases[i].file);
        struct bundle_list list;
        struct diag d = { 0 };

        cr_expect_eq(bundle_list_parse(&d, &list, text.data, text.len), OK, "%s", d.msg);
        cr_expect_eq(list.num_items, cases[i].num, "%s", cases[i].file);
        bundle_list_clear(&list);
        buf_clear(&text);
    }
}

Test(sigstore_bundle, refuses)
{
    static const struct {
        const char *name;
        const char *text;
    } cases[] = {
        { "empty", "" },
        { "white space", " \n" },
        { "a list", "[]" },
        { "a string", "\"bundle\"" },
        { "no layers", "{\"layers\":[]}" },
        { "layers are no list", "{\"layers\":{}}" },
        { "a layer of another kind", "{\"layers\":[{\"mediaType\":\"text/plain\"}]}" },
        { "a line of nothing", "{}\n{}\n" },
        { "two documents on one line", "{}{}" },
        { "a zero byte", "{\"mediaType\":\"a\\u0000\"}" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bundle_list list;
        struct diag d = { 0 };

        cr_expect_neq(bundle_list_parse(&d, &list, cases[i].text, strlen(cases[i].text)), OK, "%s",
                      cases[i].name);
        cr_expect_eq(list.num_items, 0, "%s", cases[i].name);
    }
}

Test(sigstore_bundle, too_many)
{
    struct buf one = sigstore_file("bundles/lines.json");
    size_t line_len = (size_t)(strchr(buf_str(&one), '\n') + 1 - buf_str(&one));
    struct bundle_list list;
    struct diag d = { 0 };
    struct buf text;

    buf_init(&text, LIMIT_SIGSTORE_BYTES);
    for (size_t i = 0; i < LIMIT_SIGSTORE_BUNDLES; i++)
        buf_add(&text, one.data, line_len);
    cr_expect_eq(bundle_list_parse(&d, &list, text.data, text.len), OK, "%s", d.msg);
    cr_expect_eq(list.num_items, LIMIT_SIGSTORE_BUNDLES);
    bundle_list_clear(&list);
    buf_add(&text, one.data, line_len);
    cr_expect_eq(bundle_list_parse(&d, &list, text.data, text.len), ERR_LIMIT);
    buf_clear(&text);
    buf_clear(&one);
}

/*
 * Every bit of a bundle is covered by something: a signature, a hash, or the policy. Bytes are
 * taken in steps, each with another bit, to keep the test short.
 */
static void flip(const struct json *table, const char *name, size_t step)
{
    struct sigstore_case c;

    sigstore_case_load(&c, table, sigstore_case_find(table, name));
    for (size_t at = 0; at + 1 < c.bundle.len; at += step) {
        uint8_t bit = (uint8_t)(1U << (at / step) % 8);
        struct sigstore_result r;
        struct diag d = { 0 };

        c.bundle.data[at] ^= bit;
        cr_expect_neq(sigstore_verify(&d, &r, c.root, &c.request), OK, "%s: byte %zu", name, at);
        cr_expect_not(r.verified);
        sigstore_result_clear(&r);
        c.bundle.data[at] ^= bit;
    }
    sigstore_case_clear(&c);
}

Test(sigstore_bundle, every_bit_counts)
{
    struct json *table = fixture_json("fixtures/sigstore/cases.json");

    flip(table, "v03-message", 5);
    flip(table, "v03-dsse", 11);
    flip(table, "rekor2-message", 11);
    flip(table, "v01-message-no-proof", 11);
    json_free(table);
}

Test(sigstore_bundle, result)
{
    struct json *table = fixture_json("fixtures/sigstore/cases.json");
    struct sigstore_result r;
    struct sigstore_case c;
    struct diag d = { 0 };

    sigstore_case_load(&c, table, sigstore_case_find(table, "v03-all-fields"));
    cr_assert_eq(sigstore_verify(&d, &r, c.root, &c.request), OK, "%s", d.msg);
    cr_expect_str_eq(r.san, c.request.identity);
    cr_expect_eq(r.san_type, SIGSTORE_SAN_URI);
    cr_expect_str_eq(sigstore_issuer(&r), c.request.issuer);
    cr_expect_str_eq(sigstore_field(&r, SIGSTORE_SOURCE_URI), "https://github.com/acme/gateway");
    cr_expect_str_eq(sigstore_field(&r, SIGSTORE_SOURCE_DIGEST),
                     "5f2d3c1b7a9e8d6c4b3a29180716f5e4d3c2b1a0");
    cr_expect_str_eq(sigstore_field(&r, SIGSTORE_SOURCE_REF), "refs/tags/v1.4.0");
    cr_expect_str_eq(sigstore_field(&r, SIGSTORE_TRIGGER), "push");
    cr_expect_str_eq(sigstore_field(&r, SIGSTORE_RUNNER), "github-hosted");
    cr_expect_str_eq(sigstore_field(&r, SIGSTORE_TOKEN_SUBJECT), "repo:acme/gateway");
    cr_expect_eq(r.signing_time_s, 1772366410); /* integratedTime */
    cr_expect_eq(r.log_index, 900005);
    cr_expect_str_eq(r.log_url, "https://rekor.example.test");
    cr_expect_str_eq(r.ca_organization, "example.test");
    cr_expect_eq(r.num_times, 1);
    cr_expect_eq(r.num_entries, 1);
    cr_expect_null(r.predicate_type);
    sigstore_result_clear(&r);

    c.request.key_pem = "x";
    cr_expect_eq(sigstore_verify(&d, &r, c.root, &c.request), ERR_USAGE);
    sigstore_case_clear(&c);
    json_free(table);
}

/* Without a policy nothing of the identity is judged, but all of it is proven. */
Test(sigstore_bundle, caller_judges)
{
    struct json *table = fixture_json("fixtures/sigstore/cases.json");
    struct sigstore_result r;
    struct sigstore_case c;
    struct diag d = { 0 };

    sigstore_case_load(&c, table, sigstore_case_find(table, "identity-other-ref"));
    c.request.identity = NULL;
    c.request.issuer = NULL;
    cr_assert_eq(sigstore_verify(&d, &r, c.root, &c.request), OK, "%s", d.msg);
    cr_expect_str_eq(
        r.san, "https://github.com/acme/gateway/.github/workflows/release.yml@refs/heads/main");
    sigstore_result_clear(&r);
    sigstore_case_clear(&c);
    json_free(table);
}

Test(sigstore_bundle, inspect)
{
    struct buf text = sigstore_file("bundles/v03-provenance.json");
    struct json *list = NULL;
    struct diag d = { 0 };
    const struct json *one = NULL;
    const struct json *extensions = NULL;

    cr_assert_eq(sigstore_inspect(&d, &list, text.data, text.len), OK, "%s", d.msg);
    cr_assert_eq(json_len(list), 1);
    one = json_at(list, 0);
    extensions = json_get(json_get(one, "certificate"), "extensions");
    cr_expect_str_eq(json_string(json_get(one, "content")), "dsse");
    cr_expect_str_eq(json_string(json_get(json_get(one, "certificate"), "notAfter")),
                     "2026-03-01T12:09:00Z");
    for (int i = 1; i < SIGSTORE_NUM_FIELDS; i++) {
        const char *name = sigstore_field_name((enum sigstore_field)i);

        cr_expect(name == NULL || json_string(json_get(extensions, name)) != NULL, "%d", i);
    }
    json_free(list);
    buf_clear(&text);
}
