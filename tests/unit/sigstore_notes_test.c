// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "verify/sigstore/checkpoint.h"
#include "verify/sigstore/dsse.h"
#include "verify/sigstore/rekor_body.h"
#include "verify/sigstore/sct.h"
#include "verify/sigstore/sigstore.h"

/* --- checkpoints -------------------------------------------------------------------------------
 */

#define ROOT "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define LINE "\xe2\x80\x94 a.test AAECAwQ=\n"
#define GOOD "a.test - 1\n7\n" ROOT "\n\n" LINE

Test(sigstore_notes, checkpoint_refuses)
{
    static const struct {
        const char *name;
        const char *note;
    } cases[] = {
        { "empty", "" },
        { "no blank line", "a.test\n7\n" ROOT "\n" LINE },
        { "blank line first", "\n\n" LINE },
        { "no origin", "\n7\n" ROOT "\n\n" LINE },
        { "no size", "a.test\n" ROOT "\n\n" LINE },
        { "size with zero in front", "a.test\n07\n" ROOT "\n\n" LINE },
        { "negative size", "a.test\n-7\n" ROOT "\n\n" LINE },
        { "size over 64 bits", "a.test\n18446744073709551616\n" ROOT "\n\n" LINE },
        { "no root", "a.test\n7\n\n" LINE },
        { "short root", "a.test\n7\nAAAA\n\n" LINE },
        { "no signature", "a.test\n7\n" ROOT "\n\n" },
        { "hyphen for a dash", "a.test\n7\n" ROOT "\n\n- a.test AAECAwQ=\n" },
        { "no name", "a.test\n7\n" ROOT "\n\n\xe2\x80\x94  AAECAwQ=\n" },
        { "no signature behind the name", "a.test\n7\n" ROOT "\n\n\xe2\x80\x94 a.test\n" },
        { "hint alone", "a.test\n7\n" ROOT "\n\n\xe2\x80\x94 a.test AAECAw==\n" },
        { "signature is no base64", "a.test\n7\n" ROOT "\n\n\xe2\x80\x94 a.test AAECAwQ\n" },
        { "no newline at the end", "a.test\n7\n" ROOT "\n\n\xe2\x80\x94 a.test AAECAwQ=" },
        { "text behind the signatures", GOOD "more\n" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct checkpoint c;
        struct diag d = { 0 };

        cr_expect_eq(checkpoint_parse(&d, &c, cases[i].note), ERR_FORMAT, "%s", cases[i].name);
        cr_expect_eq(c.num_signatures, 0);
    }
}

Test(sigstore_notes, checkpoint)
{
    struct checkpoint c;
    struct diag d = { 0 };

    cr_assert_eq(checkpoint_parse(&d, &c, GOOD LINE), OK, "%s", d.msg);
    cr_expect_eq(c.tree_size, 7);
    cr_expect_eq(c.text_len, strlen("a.test - 1\n7\n" ROOT "\n"));
    cr_expect_eq(c.num_signatures, 2);
    cr_expect_eq(memcmp(c.signatures[1].hint, "\0\1\2\3", 4), 0);
    cr_expect_eq(c.signatures[1].signature.len, 1);
    cr_expect(checkpoint_is_of(&c, "a.test", 6));
    cr_expect_not(checkpoint_is_of(&c, "a.tes", 5));
    cr_expect_not(checkpoint_is_of(&c, "b.test", 6));
    cr_expect_not(checkpoint_is_of(&c, "a.test - 12", 11));
    checkpoint_clear(&c);
}

/* --- SCTs --------------------------------------------------------------------------------------
 */

/* One SCT: version, 32 times 7, time, no extensions, SHA-256 and ECDSA, a signature of 2 bytes. */
static size_t make_sct(uint8_t out[64])
{
    static const uint8_t rest[] = { 0, 0, 1, 2, 3, 4, 5, 6, 0, 0, 4, 3, 0, 2, 0xaa, 0xbb };

    memset(out, 7, 64);
    memcpy(out, "\0\x33\0\x31\0", 5);
    memcpy(out + 5 + 32, rest, sizeof(rest));
    return 5 + 32 + sizeof(rest);
}

Test(sigstore_notes, sct)
{
    uint8_t data[64];
    size_t len = make_sct(data);
    struct sct_list list;
    struct diag d = { 0 };

    cr_assert_eq(sct_list_parse(&d, &list, data, len), OK, "%s", d.msg);
    cr_assert_eq(list.num_items, 1);
    cr_expect_eq(list.items[0].time_ms, 0x0000010203040506);
    cr_expect_eq(list.items[0].log_id.b[31], 7);
    cr_expect_eq(list.items[0].signature_len, 2);
    for (size_t i = 0; i < len; i++)
        cr_expect_eq(sct_list_parse(&d, &list, data, i), ERR_FORMAT, "%zu bytes", i);
    cr_expect_eq(sct_list_parse(&d, &list, data, len + 1), ERR_FORMAT, "a byte behind");
    data[4] = 1;
    cr_expect_eq(sct_list_parse(&d, &list, data, len), OK, "another version is left out");
    cr_expect_eq(list.num_items, 0);
}

Test(sigstore_notes, sct_refuses)
{
    static const struct {
        const char *name;
        size_t at;
        uint8_t value;
    } cases[] = {
        { "list too long", 1, 0x34 },
        { "item too long", 3, 0x32 },
        { "item too short", 3, 0x30 },
        { "extensions too long", 46, 9 },
        { "hash", 47, 5 },
        { "signature algorithm", 48, 2 },
        { "signature too long", 50, 3 },
        { "signature too short", 50, 1 },
        { "signature is empty", 50, 0 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t data[64];
        size_t len = make_sct(data);
        struct sct_list list;
        struct diag d = { 0 };

        data[cases[i].at] = cases[i].value;
        cr_expect_eq(sct_list_parse(&d, &list, data, len), ERR_FORMAT, "%s", cases[i].name);
        cr_expect_eq(list.num_items, 0);
    }
}

/* --- DSSE --------------------------------------------------------------------------------------
 */

/* The example of dsse, protocol.md. */
Test(sigstore_notes, dsse_encoding)
{
    struct buf out;

    buf_init(&out, 100);
    dsse_encode(&out, "http://example.com/HelloWorld", (const uint8_t *)"hello world", 11);
    cr_expect_str_eq(buf_str(&out), "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    buf_clear(&out);
}

#define DIGEST "1111111111111111111111111111111111111111111111111111111111111111"

Test(sigstore_notes, statement_subjects)
{
    static const struct {
        const char *subjects;
        bool has;
    } cases[] = {
        { "[{\"digest\":{\"sha256\":\"" DIGEST "\"}}]", true },
        { "[{\"digest\":{\"sha1\":\"00\"}},{\"digest\":{\"sha256\":\"" DIGEST "\"}}]", true },
        { "[]", false },
        { "[{\"digest\":{\"sha512\":\"" DIGEST DIGEST "\"}}]", false },
        { "[{\"digest\":{\"sha256\":\"" DIGEST "11\"}}]", false },
        { "[{\"digest\":{\"sha256\":[\"" DIGEST "\"]}}]", false },
        { "[{\"sha256\":\"" DIGEST "\"}]", false },
        { "[\"" DIGEST "\"]", false },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct hash32 digest;
        struct statement s;
        struct diag d = { 0 };
        char text[512];
        int len = snprintf(text, sizeof(text),
                           "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":%s}",
                           cases[i].subjects);

        memset(&digest, 0x11, sizeof(digest));
        cr_assert_eq(statement_parse(&d, &s, (const uint8_t *)text, (size_t)len), OK, "%s", d.msg);
        cr_expect_eq(statement_has_subject(&s, &digest), cases[i].has, "%s", cases[i].subjects);
        statement_clear(&s);
    }
}

/* SLSA v0.2 and foreign builders; v1 is in fixtures/sigstore. */
Test(sigstore_notes, predicate)
{
#define V02 "\"predicateType\":\"https://slsa.dev/provenance/v0.2\",\"predicate\":"
#define SOURCE(uri, sha1) \
    "{\"invocation\":{\"configSource\":{\"uri\":\"" uri "\",\"digest\":{\"sha1\":\"" sha1 "\"}}}}"
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {
        { V02 SOURCE("git+https://github.com/o/r@refs/heads/main", "aa"), NULL },
        { V02 SOURCE("git+https://github.com/o/x@refs/heads/main", "aa"), "configSource.uri" },
        { V02 SOURCE("git+https://github.com/o/r@refs/heads/dev", "aa"), "configSource.uri" },
        { V02 SOURCE("git+https://github.com/o/r@refs/heads/main", "bb"), "configSource.digest" },
        { V02 SOURCE("git+https://gitlab.test/o/x@refs/heads/main", "bb"), NULL },
        { V02 "{}", NULL },
        { V02 "[]", NULL },
        { "\"predicateType\":\"https://slsa.dev/provenance/v1\",\"predicate\":"
          "{\"buildDefinition\":{\"buildType\":\"https://other.test\",\"externalParameters\":"
          "{\"workflow\":{\"ref\":\"refs/heads/dev\"}}}}",
          NULL },
        { "\"predicateType\":\"https://other.test\"", NULL },
    };
    char repository[] = "https://github.com/o/r";
    char ref[] = "refs/heads/main";
    char commit[] = "aa";
    char *fields[SIGSTORE_NUM_FIELDS] = { [SIGSTORE_SOURCE_URI] = repository,
                                          [SIGSTORE_SOURCE_REF] = ref,
                                          [SIGSTORE_SOURCE_DIGEST] = commit };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct statement s;
        struct diag d = { 0 };
        const char *got = NULL;
        char text[512];
        int len = snprintf(text, sizeof(text),
                           "{\"_type\":\"https://in-toto.io/Statement/v0.1\",\"subject\":[],%s}",
                           cases[i].text);

        cr_assert_eq(statement_parse(&d, &s, (const uint8_t *)text, (size_t)len), OK, "%s", d.msg);
        got = predicate_disagrees(&s, fields);
        cr_expect_str_eq(got != NULL ? got : "", cases[i].want != NULL ? cases[i].want : "", "%s",
                         cases[i].text);
        statement_clear(&s);
    }
}

Test(sigstore_notes, simplesigning_refuses)
{
#define PAYLOAD(type, digest) \
    "{\"critical\":{\"type\":\"" type "\",\"image\":{\"docker-manifest-digest\":\"" digest "\"}}}"
#define TYPE "cosign container image signature"
    static const struct {
        const char *name;
        const char *text;
    } cases[] = {
        { "empty", "" },
        { "no critical part", "{}" },
        { "other type", PAYLOAD("atomic container signature", "sha256:" DIGEST) },
        { "no prefix", PAYLOAD(TYPE, DIGEST) },
        { "other hash", PAYLOAD(TYPE, "sha512:" DIGEST) },
        { "short", PAYLOAD(TYPE, "sha256:11") },
        { "upper case", PAYLOAD(TYPE, "sha256:AA11111111111111111111111111111111111111111111111111"
                                      "111111111111") },
        { "long", PAYLOAD(TYPE, "sha256:" DIGEST "1") },
        { "bytes behind", PAYLOAD(TYPE, "sha256:" DIGEST) "x" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct hash32 digest;
        struct diag d = { 0 };

        cr_expect_neq(
            simplesigning_parse(&d, &digest, (const uint8_t *)cases[i].text, strlen(cases[i].text)),
            OK, "%s", cases[i].name);
        cr_expect(hash32_is_zero(&digest), "%s", cases[i].name);
    }
}

/* --- log entries -------------------------------------------------------------------------------
 */

Test(sigstore_notes, body_refuses)
{
#define HASHED(hash, content, key)                                                                \
    "{\"kind\":\"hashedrekord\",\"apiVersion\":\"0.0.1\",\"spec\":{\"data\":{\"hash\":{"          \
    "\"algorithm\":\"" hash "\",\"value\":\"" DIGEST "\"}},\"signature\":{\"content\":\"" content \
    "\",\"publicKey\":{\"content\":\"" key "\"}}}}"
    static const struct {
        const char *name;
        const char *text;
    } cases[] = {
        { "empty", "" },
        { "no kind", "{\"apiVersion\":\"0.0.1\"}" },
        { "unknown kind", "{\"kind\":\"rpm\",\"apiVersion\":\"0.0.1\",\"spec\":{}}" },
        { "no spec", "{\"kind\":\"dsse\",\"apiVersion\":\"0.0.1\"}" },
        { "empty spec", "{\"kind\":\"dsse\",\"apiVersion\":\"0.0.1\",\"spec\":{}}" },
        { "other hash", HASHED("sha512", "AAAA", "AAAA") },
        { "signature is no base64", HASHED("sha256", "!", "AAAA") },
        { "no signature", HASHED("sha256", "", "AAAA") },
        { "key is no PEM", HASHED("sha256", "AAAA", "AAAA") },
        { "two signatures",
          "{\"kind\":\"dsse\",\"apiVersion\":\"0.0.1\",\"spec\":{\"payloadHash\":{\"algorithm\":"
          "\"sha256\",\"value\":\"" DIGEST "\"},\"signatures\":[{},{}]}}" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rekor_body b;
        struct diag d = { 0 };

        cr_expect_neq(
            rekor_body_parse(&d, &b, (const uint8_t *)cases[i].text, strlen(cases[i].text)), OK,
            "%s", cases[i].name);
        cr_expect(b.signature.len == 0 && b.verifier.len == 0, "%s", cases[i].name);
    }
}

Test(sigstore_notes, names)
{
    for (int i = 0; i < SIGSTORE_NUM_CHECKS; i++) {
        const char *name = sigstore_check_name((enum sigstore_check)i);

        cr_assert_not_null(name, "%d", i);
        for (int k = 0; k < i; k++)
            cr_expect_str_neq(name, sigstore_check_name((enum sigstore_check)k));
    }
}
