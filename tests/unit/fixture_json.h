// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_FIXTURE_JSON_H
#define TESTS_FIXTURE_JSON_H

#include <criterion/criterion.h>
#include <stdio.h>

#include "src/base/json.h"

/* A JSON fixture, whole; the caller frees it. */
static inline struct json *fixture_json(const char *path)
{
    struct diag d = { 0 };
    struct json *j = NULL;
    uint8_t part[4096];
    struct buf text;
    FILE *f = fopen(path, "rb");

    cr_assert_not_null(f, "%s: run the tests from the root of the repository", path);
    buf_init(&text, 16 * 1024 * 1024);
    for (size_t n = 1; n > 0;) {
        n = fread(part, 1, sizeof(part), f);
        buf_add(&text, part, n);
    }
    (void)fclose(f);
    cr_assert_eq(json_parse(&d, &j, text.data, text.len, path), OK, "%s", d.msg);
    buf_clear(&text);
    return j;
}

/* Rows of type, text, value, data: see fixtures/abi/PROVENANCE.md. */
static inline struct json *abi_vectors(void)
{
    return fixture_json("fixtures/abi/vectors.json");
}

#endif
