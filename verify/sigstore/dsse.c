// SPDX-License-Identifier: Apache-2.0
#include "verify/sigstore/dsse.h"

#include <string.h>

#include "src/base/hex.h"

void dsse_encode(struct buf *out, const char *type, const uint8_t *payload, size_t payload_len)
{
    buf_addf(out, "DSSEv1 %zu %s %zu ", strlen(type), type, payload_len);
    buf_add(out, payload, payload_len);
}

void statement_clear(struct statement *s)
{
    json_free(s->tree);
    *s = (struct statement){ 0 };
}

static enum err read_statement(struct diag *d, struct statement *s)
{
    const char *type = NULL;
    enum err e = json_read_string(d, &type, s->tree, "_type");

    if (e == OK && strcmp(type, "https://in-toto.io/Statement/v1") != 0 &&
        strcmp(type, "https://in-toto.io/Statement/v0.1") != 0)
        e = diag_set(d, ERR_UNSUPPORTED, "_type: expected an in-toto statement, found '%.96s'",
                     type);
    if (e == OK)
        e = json_read_array(d, &s->subjects, s->tree, "subject");
    s->predicate_type = "";
    if (e == OK && part_get(s->tree, "predicateType") != NULL)
        e = json_read_string(d, &s->predicate_type, s->tree, "predicateType");
    s->predicate = part_get(s->tree, "predicate");
    return e;
}

enum err statement_parse(struct diag *d, struct statement *out, const uint8_t *data,
                         size_t data_len)
{
    enum err e = ERR_INTERNAL;

    *out = (struct statement){ 0 };
    if ((e = json_parse(d, &out->tree, data, data_len, "statement")) == OK &&
        (e = read_statement(d, out)) != OK)
        e = diag_prefix(d, "statement");
    if (e != OK)
        statement_clear(out);
    return e;
}

bool statement_has_subject(const struct statement *s, const struct hash32 *digest)
{
    char wanted[HEX_LEN(32)];

    (void)hex_encode(wanted, digest->b, sizeof(digest->b));
    for (size_t i = 0; i < json_len(s->subjects); i++) {
        const struct json *digests = part_get(json_at(s->subjects, i), "digest");
        const char *found = json_string(part_get(digests, "sha256"));

        if (found != NULL && strcmp(found, wanted) == 0)
            return true;
    }
    return false;
}

const char *statement_other_digest(const struct statement *s)
{
    for (size_t i = 0; i < json_len(s->subjects); i++) {
        const struct json *digests = part_get(json_at(s->subjects, i), "digest");
        const char *algorithm = NULL;

        if (part_get(digests, "sha256") == NULL && json_member(digests, 0, &algorithm) != NULL)
            return algorithm;
    }
    return NULL;
}

static enum err read_simplesigning(struct diag *d, struct hash32 *out, const struct json *j)
{
    const struct json *critical = NULL;
    const struct json *image = NULL;
    const char *type = NULL;
    const char *digest = NULL;
    enum err e = json_read_object(d, &critical, j, "critical");

    if (e != OK || (e = json_read_string(d, &type, critical, "type")) != OK)
        return e;
    if (strcmp(type, "cosign container image signature") != 0)
        return diag_set(d, ERR_UNSUPPORTED,
                        "type: expected 'cosign container image signature', found '%.64s'", type);
    if ((e = json_read_object(d, &image, critical, "image")) != OK ||
        (e = json_read_string(d, &digest, image, "docker-manifest-digest")) != OK)
        return e;
    if (strncmp(digest, "sha256:", 7) != 0 || !hex_hash_parse(out, digest + 7))
        return diag_set(d, ERR_FORMAT,
                        "docker-manifest-digest: expected sha256: and 64 digits, found '%.80s'",
                        digest);
    return OK;
}

enum err simplesigning_parse(struct diag *d, struct hash32 *out, const uint8_t *data,
                             size_t data_len)
{
    struct json *j = NULL;
    enum err e = json_parse(d, &j, data, data_len, "payload");

    *out = (struct hash32){ 0 };
    if (e == OK && (e = read_simplesigning(d, out, j)) != OK)
        e = diag_prefix(d, "payload");
    json_free(j);
    return e;
}
