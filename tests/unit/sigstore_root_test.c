// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/sigstore_fixture.h"
#include "verify/sigstore/root.h"

#define MEDIA "\"mediaType\":\"application/vnd.dev.sigstore.trustedroot+json;version=0.1\""
#define ID    "\"logId\":{\"keyId\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}"
#define KEY(valid) \
    "\"publicKey\":{\"rawBytes\":\"AAAA\",\"keyDetails\":\"PKIX_ED25519\",\"validFor\":" valid "}"
#define LOG(url, hash, key)                                                                     \
    "{" MEDIA ",\"tlogs\":[{\"baseUrl\":\"" url "\",\"hashAlgorithm\":\"" hash "\"," ID "," key \
    "}]}"
#define CA(certs, valid)                                                            \
    "{" MEDIA ",\"certificateAuthorities\":[{\"subject\":{\"organization\":\"x\"}," \
    "\"certChain\":{\"certificates\":[" certs "]},\"validFor\":" valid "}]}"

static enum err parse(struct sigstore_root **out, const char *text)
{
    struct diag d = { 0 };

    return sigstore_root_parse(&d, out, text, strlen(text), "root");
}

Test(sigstore_root, refuses)
{
    static const struct {
        const char *name;
        const char *text;
        enum err want;
    } cases[] = {
        { "empty", "", ERR_FORMAT },
        { "no media type", "{}", ERR_FORMAT },
        { "a bundle", "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\"}",
          ERR_UNSUPPORTED },
        { "unknown member", "{" MEDIA ",\"keys\":[]}", ERR_FORMAT },
        { "two of a member", "{" MEDIA "," MEDIA "}", ERR_FORMAT },
        { "logs are no list", "{" MEDIA ",\"tlogs\":{}}", ERR_FORMAT },
        { "no start", LOG("https://a.test", "SHA2_256", KEY("{}")), ERR_FORMAT },
        { "no validity", LOG("https://a.test", "SHA2_256", KEY("null")), ERR_FORMAT },
        { "ends before it starts",
          LOG("https://a.test", "SHA2_256",
              KEY("{\"start\":\"2026-01-02T00:00:00Z\",\"end\":\"2026-01-01T00:00:00Z\"}")),
          ERR_FORMAT },
        { "time with an offset",
          LOG("https://a.test", "SHA2_256", KEY("{\"start\":\"2026-01-02T00:00:00+01:00\"}")),
          ERR_FORMAT },
        { "time as a number", LOG("https://a.test", "SHA2_256", KEY("{\"start\":\"1700000000\"}")),
          ERR_FORMAT },
        { "no URL", LOG("a.test", "SHA2_256", KEY("{\"start\":\"2026-01-02T00:00:00Z\"}")),
          ERR_FORMAT },
        { "no host", LOG("https:///x", "SHA2_256", KEY("{\"start\":\"2026-01-02T00:00:00Z\"}")),
          ERR_FORMAT },
        { "other hash",
          LOG("https://a.test", "SHA2_512", KEY("{\"start\":\"2026-01-02T00:00:00Z\"}")),
          ERR_UNSUPPORTED },
        { "no certificate", CA("", "{\"start\":\"2026-01-02T00:00:00Z\"}"), ERR_LIMIT },
        { "certificate is no base64",
          CA("{\"rawBytes\":\"!\"}", "{\"start\":\"2026-01-02T00:00:00Z\"}"), ERR_FORMAT },
        { "authority without start", CA("{\"rawBytes\":\"AAAA\"}", "{}"), ERR_FORMAT },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sigstore_root *root = NULL;

        cr_expect_eq(parse(&root, cases[i].text), cases[i].want, "%s", cases[i].name);
        cr_expect_null(root, "%s", cases[i].name);
        sigstore_root_free(root);
    }
}

Test(sigstore_root, reads_members)
{
    struct sigstore_root *root = NULL;

    cr_assert_eq(parse(&root, LOG("https://a.test:8080/x", "SHA2_256",
                                  KEY("{\"start\":\"2026-01-02T00:00:00.5Z\","
                                      "\"end\":\"2026-01-02T00:00:01.999Z\"}"))),
                 OK);
    cr_expect_eq(root->info.num_logs, 1);
    cr_expect_eq(root->logs[0].host_len, strlen("a.test:8080"));
    /* date -d 2026-01-02T00:00:00Z +%s */
    cr_expect_eq(root->logs[0].valid.start_ms, 1767312000500);
    cr_expect_eq(root->logs[0].valid.end_ms, 1767312001999);
    cr_expect_not(validity_has(&root->logs[0].valid, 1767312000499));
    cr_expect(validity_has(&root->logs[0].valid, 1767312000500));
    cr_expect(validity_has(&root->logs[0].valid, 1767312001999));
    cr_expect_not(validity_has(&root->logs[0].valid, 1767312002000));
    sigstore_root_free(root);
}

/* Counts, ids and hash as published: root-signing, targets/trusted_root.json. */
Test(sigstore_root, public_good)
{
    static const char *const ids[] = {
        "c0d23d6ad406973f9559f3ba2d1ca01f84147d8ffc5b8445c224f98b9591801d",
        "cf1199155bddd051268d1f16ac5c0c75c009f6fb5a63f4177f8e18d7051e3fa0",
    };
    const struct sigstore_root_info *info = NULL;
    struct sigstore_root *root = NULL;
    struct diag d = { 0 };
    char text[HEX_LEN(32)];

    cr_assert_eq(sigstore_root_public_good(&d, &root), OK, "%s", d.msg);
    info = sigstore_root_info(root);
    cr_expect_str_eq(hex_encode(text, info->sha256.b, 32),
                     "6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66");
    cr_expect_eq(info->newest_s, 1758585600); /* 2025-09-23T00:00:00Z */
    cr_expect(info->embedded);
    cr_expect_eq(info->num_ct_logs, 2);
    cr_expect_eq(info->num_authorities, 2);
    cr_expect_eq(info->num_timestamp_authorities, 1);
    cr_assert_eq(info->num_logs, 2);
    for (size_t i = 0; i < 2; i++) {
        cr_expect_str_eq(hex_encode(text, root->logs[i].id.b, 32), ids[i]);
        cr_expect_eq(root_find_log(root->logs, 2, &root->logs[i].id), &root->logs[i]);
    }
    sigstore_root_free(root);
}

/* The first holds the others; a bad line is an error, wherever it is. */
Test(sigstore_root, one_a_line)
{
    struct buf text = sigstore_file("roots/lines.jsonl");
    struct sigstore_root *root = NULL;
    struct diag d = { 0 };
    struct buf many;
    uint8_t kept = 0;

    cr_assert_eq(sigstore_root_parse(&d, &root, text.data, text.len, "root"), OK, "%s", d.msg);
    cr_expect_eq(root->line, 1);
    cr_assert_not_null(root->next);
    cr_expect_eq(root->next->line, 2);
    cr_expect_null(root->next->next);
    cr_expect_eq(root->info.newest_s, root->next->info.newest_s);
    sigstore_root_free(root);
    kept = text.data[text.len - 3];
    text.data[text.len - 3] = 'x';
    cr_expect_eq(sigstore_root_parse(&d, &root, text.data, text.len, "root"), ERR_FORMAT);
    cr_expect_not_null(strstr(d.msg, "line 2"), "%s", d.msg);
    cr_expect_null(root);
    text.data[text.len - 3] = kept;
    buf_init(&many, 1024 * 1024);
    for (size_t i = 0; i < 9; i++)
        buf_add(&many, text.data, text.len);
    cr_expect_eq(sigstore_root_parse(&d, &root, many.data, many.len, "root"), ERR_LIMIT);
    cr_expect_null(root);
    buf_clear(&many);
    buf_clear(&text);
}

Test(sigstore_root, cut_short)
{
    struct buf text = sigstore_file("roots/root.json");

    for (size_t len = 0; len + 1 < text.len; len += 1 + len / 64) {
        struct sigstore_root *root = NULL;
        struct diag d = { 0 };

        cr_expect_neq(sigstore_root_parse(&d, &root, text.data, len, "root"), OK, "%zu", len);
        cr_expect_null(root);
    }
    buf_clear(&text);
}
