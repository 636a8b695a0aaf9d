// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "src/base/digest.h"
#include "verify/sigstore/merkle.h"
#include "verify/sigstore/parts.h"

Test(sigstore_parts, time_refuses)
{
    static const char *const texts[] = {
        "",
        "2026-01-02",
        "2026-01-02T00:00:00",
        "2026-01-02 00:00:00Z",
        "2026-01-02T00:00:00z",
        "2026-01-02T00:00:00.Z",
        "2026-01-02T00:00:00.1234567890Z",
        "2026-01-02T00:00:00.5",
        "2026-02-29T00:00:00Z",
        "2026-01-02T24:00:00Z",
        "2026-01-02T00:00:00Z ",
        "12345678901234567890",
        "1234567890123456789Z",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct diag d = { 0 };
        uint64_t ms = 1;

        cr_expect_eq(time_parse_ms(&d, &ms, texts[i]), ERR_FORMAT, "%s", texts[i]);
        cr_expect_eq(ms, 0, "%s", texts[i]);
    }
}

/* date -u -d … +%s */
Test(sigstore_parts, time)
{
    static const struct {
        const char *text;
        uint64_t ms;
    } cases[] = {
        { "1970-01-01T00:00:00Z", 0 },
        { "2022-12-31T23:59:59.999Z", 1672531199999 },
        { "2022-12-31T23:59:59.9999Z", 1672531199999 },
        { "2022-12-31T23:59:59.05Z", 1672531199050 },
        { "2024-02-29T12:00:00Z", 1709208000000 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };
        uint64_t ms = 0;

        cr_expect_eq(time_parse_ms(&d, &ms, cases[i].text), OK, "%s", d.msg);
        cr_expect_eq(ms, cases[i].ms, "%s", cases[i].text);
    }
}

Test(sigstore_parts, pem)
{
    static const struct {
        const char *name;
        const char *text;
        enum err want;
    } cases[] = {
        { "good", "-----BEGIN X-----\nAAEC\n-----END X-----\n", OK },
        { "no newline at the end", "-----BEGIN X-----\nAAEC\n-----END X-----", OK },
        { "two lines", "-----BEGIN X-----\nAAEC\nAwQ=\n-----END X-----\n", OK },
        { "empty", "", ERR_FORMAT },
        { "no content", "-----BEGIN X-----\n-----END X-----\n", ERR_FORMAT },
        { "other label", "-----BEGIN Y-----\nAAEC\n-----END Y-----\n", ERR_FORMAT },
        { "labels differ", "-----BEGIN X-----\nAAEC\n-----END Y-----\n", ERR_FORMAT },
        { "text before", "a\n-----BEGIN X-----\nAAEC\n-----END X-----\n", ERR_FORMAT },
        { "text behind", "-----BEGIN X-----\nAAEC\n-----END X-----\na", ERR_FORMAT },
        { "two blocks",
          "-----BEGIN X-----\nAAEC\n-----END X-----\n-----BEGIN X-----\nAAEC\n-----END X-----\n",
          ERR_FORMAT },
        { "headers", "-----BEGIN X-----\nA: b\n\nAAEC\n-----END X-----\n", ERR_FORMAT },
        { "blank line", "-----BEGIN X-----\n\nAAEC\n-----END X-----\n", ERR_FORMAT },
        { "carriage return", "-----BEGIN X-----\r\nAAEC\r\n-----END X-----\r\n", ERR_FORMAT },
        { "padding inside", "-----BEGIN X-----\nAA==\nAAEC\n-----END X-----\n", ERR_FORMAT },
        { "ragged line", "-----BEGIN X-----\nAAE\nC\n-----END X-----\n", ERR_FORMAT },
        { "never ends", "-----BEGIN X-----\nAAEC\n", ERR_FORMAT },
        { "begins alone", "-----BEGIN X-----", ERR_FORMAT },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bytes out = { 0 };
        struct diag d = { 0 };

        cr_expect_eq(pem_decode(&d, &out, cases[i].text, "X"), cases[i].want, "%s: %s",
                     cases[i].name, d.msg);
        cr_expect_eq(out.len > 0, cases[i].want == OK, "%s", cases[i].name);
        if (cases[i].want == OK)
            cr_expect_eq(memcmp(out.data, "\0\1\2", 3), 0);
        bytes_clear(&out);
    }
}

/* --- Merkle trees: every leaf of every tree up to a size, against the definition ---------------
 */

#define MAX_LEAVES 9

/* MTH of RFC 6962 section 2.1, by recursion; merkle_root goes up along a path instead. */
static struct hash32 node(const struct hash32 *leaves, size_t num)
{
    const uint8_t one = 1;
    struct hash32 half[2];
    const struct bytes_view parts[] = { { &one, 1 }, { half[0].b, 32 }, { half[1].b, 32 } };
    struct diag d = { 0 };
    struct hash32 out;
    size_t k = 1;

    if (num == 1)
        return leaves[0];
    while (2 * k < num)
        k *= 2;
    half[0] = node(leaves, k);
    half[1] = node(leaves + k, num - k);
    cr_assert_eq(sha256_parts(&d, &out, parts, 3), OK);
    return out;
}

/* PATH of RFC 6962 section 2.1.1. */
static size_t path_of(struct hash32 *path, const struct hash32 *leaves, size_t num, size_t index)
{
    size_t k = 1;
    size_t len = 0;

    if (num == 1)
        return 0;
    while (2 * k < num)
        k *= 2;
    if (index < k) {
        len = path_of(path, leaves, k, index);
        path[len] = node(leaves + k, num - k);
    } else {
        len = path_of(path, leaves + k, num - k, index - k);
        path[len] = node(leaves, k);
    }
    return len + 1;
}

Test(sigstore_parts, merkle_every_leaf)
{
    struct hash32 leaves[MAX_LEAVES];
    uint8_t content[MAX_LEAVES][2];

    for (uint8_t i = 0; i < MAX_LEAVES; i++) {
        const struct bytes_view part = { content[i], 2 };
        struct diag d = { 0 };

        content[i][0] = 0; /* the prefix of a leaf, which merkle_root adds */
        content[i][1] = i;
        cr_assert_eq(sha256_parts(&d, &leaves[i], &part, 1), OK);
    }
    for (size_t num = 1; num <= MAX_LEAVES; num++) {
        struct hash32 want = node(leaves, num);

        for (size_t index = 0; index < num; index++) {
            struct hash32 path[MAX_LEAVES + 1] = { 0 };
            size_t len = path_of(path, leaves, num, index);
            struct hash32 got;

            cr_expect(merkle_root(&got, &content[index][1], 1, index, num, path, len));
            cr_expect(hash32_eq(&got, &want), "leaf %zu of %zu", index, num);
            cr_expect_not(merkle_root(&got, &content[index][1], 1, index, num, path, len + 1));
            if (len > 0)
                cr_expect_not(merkle_root(&got, &content[index][1], 1, index, num, path, len - 1));
            cr_expect_not(merkle_root(&got, &content[index][1], 1, num, num, path, len));
        }
    }
}

Test(sigstore_parts, merkle_edges)
{
    struct hash32 path[64] = { 0 };
    struct hash32 got;

    cr_expect_not(merkle_root(&got, NULL, 0, 0, 0, path, 0), "an empty tree");
    cr_expect_not(merkle_root(&got, path[0].b, 1, UINT64_MAX, UINT64_MAX, path, 64), "outside");
    cr_expect_not(merkle_root(&got, path[0].b, 1, 0, UINT64_MAX, path, 63), "one short");
    cr_expect(merkle_root(&got, path[0].b, 1, 0, UINT64_MAX, path, 64), "the largest tree");
}
