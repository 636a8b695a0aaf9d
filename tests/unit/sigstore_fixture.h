// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_SIGSTORE_FIXTURE_H
#define TESTS_SIGSTORE_FIXTURE_H

#include <criterion/criterion.h>
#include <string.h>

#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "tests/unit/fixture_json.h"
#include "verify/sigstore/sigstore.h"

/* Files of fixtures/sigstore, and the rows of its cases.json. */

static inline struct buf sigstore_file(const char *name)
{
    struct diag d = { 0 };
    struct buf text;
    char path[256];

    (void)snprintf(path, sizeof(path), "fixtures/sigstore/%s", name);
    buf_init(&text, LIMIT_SIGSTORE_BYTES);
    cr_assert_eq(file_read(&d, &text, path), OK, "%s", d.msg);
    return text;
}

static inline struct sigstore_root *sigstore_fixture_root(const char *name)
{
    struct diag d = { 0 };
    struct sigstore_root *root = NULL;
    struct buf text = sigstore_file(name);

    cr_assert_eq(sigstore_root_parse(&d, &root, text.data, text.len, name), OK, "%s", d.msg);
    buf_clear(&text);
    return root;
}

/* Everything that one case asks, loaded. */
struct sigstore_case {
    struct buf bundle, payload, artifact, key;
    struct sigstore_root *root;
    struct sigstore_request request;
};

static inline const char *sigstore_case_text(const struct json *table, const struct json *row,
                                             const char *key)
{
    const char *text = json_string(json_get(row, key));

    return text != NULL ? text : json_string(json_get(json_get(table, "defaults"), key));
}

static inline struct buf sigstore_case_file(const struct json *row, const char *key)
{
    const char *name = json_string(json_get(row, key));

    return name != NULL ? sigstore_file(name) : (struct buf){ 0 };
}

static inline void sigstore_case_load(struct sigstore_case *c, const struct json *table,
                                      const struct json *row)
{
    const char *digest = sigstore_case_text(table, row, "digest");

    memset(c, 0, sizeof(*c));
    c->bundle = sigstore_case_file(row, "bundle");
    c->payload = sigstore_case_file(row, "payload");
    c->artifact = sigstore_case_file(row, "artifact");
    c->key = sigstore_case_file(row, "key");
    c->root = sigstore_fixture_root(sigstore_case_text(table, row, "root"));
    c->request = (struct sigstore_request){
        .bundle = c->bundle.data,
        .bundle_len = c->bundle.len,
        .artifact = c->artifact.data,
        .artifact_len = c->artifact.len,
        .payload = c->payload.data,
        .payload_len = c->payload.len,
        .key_pem = c->key.data != NULL ? buf_str(&c->key) : NULL,
        .provenance = json_type(json_get(row, "provenance")) == JSON_BOOL,
    };
    cr_assert(hex_decode(c->request.digest.b, 32, digest, strlen(digest)));
    if (c->key.data == NULL) {
        c->request.identity = sigstore_case_text(table, row, "identity");
        c->request.issuer = sigstore_case_text(table, row, "issuer");
    }
}

static inline void sigstore_case_clear(struct sigstore_case *c)
{
    sigstore_root_free(c->root);
    buf_clear(&c->bundle);
    buf_clear(&c->payload);
    buf_clear(&c->artifact);
    buf_clear(&c->key);
}

/* The row of that name. */
static inline const struct json *sigstore_case_find(const struct json *table, const char *name)
{
    const struct json *rows = json_get(table, "cases");

    for (size_t i = 0; i < json_len(rows); i++) {
        if (strcmp(json_string(json_get(json_at(rows, i), "name")), name) == 0)
            return json_at(rows, i);
    }
    cr_assert(false, "no case '%s'", name);
    return NULL;
}

#endif
