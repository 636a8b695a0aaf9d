// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "src/base/bytes.h"
#include "verify/image_ref.h"

#define LEN(table) (sizeof(table) / sizeof((table)[0]))
#define PIN        "@sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static const char *const bad[] = {
    "",
    "@",
    "a",
    "a:1",
    "a@",
    "a@sha256",
    "a@sha256:",
    "a@sha256:00",
    "a" PIN " ",
    "a" PIN "\n",
    "a" PIN "@",
    " a" PIN,
    PIN,
    ":1" PIN,
    "a:" PIN,
    "a:1:2" PIN,
    "a:-1" PIN,
    "a:.1" PIN,
    "/a" PIN,
    "a/" PIN,
    "a//b" PIN,
    "A" PIN,
    "a/B" PIN,
    "-a" PIN,
    "a-" PIN,
    "a..b" PIN,
    "a___b" PIN,
    "a._b" PIN,
    "a.b/C" PIN,
    "-a.b/c" PIN,
    "a-.b/c" PIN,
    "a..b/c" PIN,
    ".a/c" PIN,
    "a.b:/c" PIN,
    "a.b:x/c" PIN,
    "a.b:1:2/c" PIN,
    "[::1]:5000/c" PIN,
    "a\\b" PIN,
    "a\xc3\xa4" PIN,
    "$a" PIN,
};

static const char *const good[] = {
    "a" PIN,           "a:1" PIN,
    "a:_x.Y-z" PIN,    "a.b/c" PIN,
    "a:1/b" PIN,       "a.b/c" PIN,
    "a:1/b" PIN,       "a.b:5000/c:1" PIN,
    "localhost/c" PIN, "localhost:1/c" PIN,
    "HOST/c" PIN,      "r.x/a-b--c__d_e.f" PIN,
    "0/1" PIN,         "docker.io/library/nginx:1.27.0-alpine" PIN,
};

Test(image_ref, malformed)
{
    for (size_t i = 0; i < LEN(bad); i++) {
        struct hash32 digest;

        cr_expect_not_null(image_ref_problem(&digest, bad[i]), "'%s'", bad[i]);
        cr_expect(hash32_is_zero(&digest), "'%s'", bad[i]);
    }
}

Test(image_ref, well_formed)
{
    for (size_t i = 0; i < LEN(good); i++) {
        struct hash32 digest;
        const char *problem = image_ref_problem(&digest, good[i]);

        cr_expect_null(problem, "'%s' %s", good[i], problem);
        cr_expect_eq(digest.b[1], 0x11, "'%s'", good[i]);
        cr_expect_eq(digest.b[31], 0xff, "'%s'", good[i]);
    }
}

Test(image_ref, lengths)
{
    static const struct {
        int name, tag;
        bool ok;
    } rows[] = {
        { IMAGE_NAME_MAX, 0, true },
        { IMAGE_NAME_MAX + 1, 0, false },
        { 1, IMAGE_TAG_MAX, true },
        { 1, IMAGE_TAG_MAX + 1, false },
    };

    for (size_t i = 0; i < LEN(rows); i++) {
        struct hash32 digest;
        char text[512];

        (void)snprintf(text, sizeof(text), "%0*d%s%0*d" PIN, rows[i].name, 0,
                       rows[i].tag > 0 ? ":" : "", rows[i].tag, 0);
        if (rows[i].tag == 0)
            (void)snprintf(text, sizeof(text), "%0*d" PIN, rows[i].name, 0);
        cr_expect_eq(image_ref_problem(&digest, text) == NULL, rows[i].ok, "row %zu", i);
    }
}

Test(image_ref, every_character_of_the_digest_counts)
{
    char text[] = "a:1" PIN;
    const size_t start = strlen("a:1");
    struct hash32 digest;

    for (size_t i = start; i < sizeof(text) - 1; i++) {
        char was = text[i];

        text[i] = 'g';
        cr_expect_not_null(image_ref_problem(&digest, text), "%s", text);
        text[i] = '\0';
        cr_expect_not_null(image_ref_problem(&digest, text), "%s", text);
        text[i] = was;
    }
    cr_expect_null(image_ref_problem(&digest, text));
}

Test(image_ref, complete_names)
{
    static const struct {
        const char *reference;
        const char *name;
    } cases[] = {
        { "nginx", "docker.io/library/nginx" },
        { "nginx:1.27", "docker.io/library/nginx" },
        { "nginx@sha256:00", "docker.io/library/nginx" },
        { "nginx:1@sha256:00", "docker.io/library/nginx" },
        { "a/b:1", "docker.io/a/b" },
        { "docker.io/nginx", "docker.io/library/nginx" },
        { "docker.io/a/b", "docker.io/a/b" },
        { "index.docker.io/a/b", "docker.io/a/b" },
        { "docker.io.evil.example/a", "docker.io.evil.example/a" },
        { "GHCR.io/a/b:v1@sha256:00", "ghcr.io/a/b" },
        { "localhost/a", "localhost/a" },
        { "localhost:5000/a:1", "localhost:5000/a" },
        { "127.0.0.1:5000/a/b", "127.0.0.1:5000/a/b" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        cr_expect_str_eq(image_ref_name(cases[i].reference).s, cases[i].name, "%s",
                         cases[i].reference);
}
