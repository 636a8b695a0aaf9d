// SPDX-License-Identifier: Apache-2.0
#include "verify/sigstore/rekor_body.h"

#include <string.h>

static const struct {
    const char *name;
    const char *version;
} kinds[] = {
    [REKOR_HASHEDREKORD_1] = { "hashedrekord", "0.0.1" },
    [REKOR_HASHEDREKORD_2] = { "hashedrekord", "0.0.2" },
    [REKOR_DSSE] = { "dsse", "0.0.1" },
    [REKOR_INTOTO] = { "intoto", "0.0.2" },
};
#define NUM_KINDS (sizeof(kinds) / sizeof(kinds[0]))

const char *rekor_kind_name(enum rekor_kind kind)
{
    return kinds[kind].name;
}

const char *rekor_kind_version(enum rekor_kind kind)
{
    return kinds[kind].version;
}

void rekor_body_clear(struct rekor_body *b)
{
    bytes_clear(&b->signature);
    bytes_clear(&b->verifier);
    *b = (struct rekor_body){ 0 };
}

/* A certificate or a public key, as base64 of PEM. */
static enum err read_pem(struct diag *d, struct rekor_body *b, const struct json *obj,
                         const char *key)
{
    struct bytes pem = { 0 };
    enum err e = part_base64(d, &pem, obj, key);

    if (e == OK && memchr(pem.data, '\0', pem.len) != NULL)
        e = diag_set(d, ERR_FORMAT, "expected PEM, found a zero byte");
    if (e == OK) {
        b->by_key = strncmp((const char *)pem.data, "-----BEGIN PUBLIC KEY", 21) == 0;
        e = pem_decode(d, &b->verifier, (const char *)pem.data,
                       b->by_key ? "PUBLIC KEY" : "CERTIFICATE");
    }
    bytes_clear(&pem);
    return e == OK ? OK : diag_prefix(d, "%s", key);
}

/* {algorithm: "sha256", value: hex} */
static enum err read_hash(struct diag *d, struct hash32 *out, const struct json *obj,
                          const char *key)
{
    const struct json *hash = NULL;
    const char *algorithm = NULL;
    enum err e = json_read_object(d, &hash, obj, key);

    if (e != OK || (e = json_read_string(d, &algorithm, hash, "algorithm")) != OK)
        return e;
    if (strcmp(algorithm, "sha256") != 0)
        return diag_set(d, ERR_UNSUPPORTED, "%s: expected sha256, found '%.64s'", key, algorithm);
    return part_hex_hash(d, out, hash, "value");
}

static enum err read_hashedrekord_1(struct diag *d, struct rekor_body *b, const struct json *spec)
{
    const struct json *data = NULL;
    const struct json *signature = NULL;
    const struct json *key = NULL;
    enum err e = json_read_object(d, &data, spec, "data");

    if (e == OK && (e = read_hash(d, &b->digest, data, "hash")) == OK &&
        (e = json_read_object(d, &signature, spec, "signature")) == OK &&
        (e = part_base64(d, &b->signature, signature, "content")) == OK &&
        (e = json_read_object(d, &key, signature, "publicKey")) == OK)
        e = read_pem(d, b, key, "content");
    return e;
}

static enum err read_verifier(struct diag *d, struct rekor_body *b, const struct json *signature)
{
    const struct json *verifier = NULL;
    const struct json *holder = NULL;
    enum err e = json_read_object(d, &verifier, signature, "verifier");

    if (e != OK)
        return e;
    b->by_key = part_get(verifier, "publicKey") != NULL;
    if (b->by_key && part_get(verifier, "x509Certificate") != NULL)
        return diag_set(d, ERR_FORMAT, "verifier: both a key and a certificate");
    if ((e = json_read_object(d, &holder, verifier, b->by_key ? "publicKey" : "x509Certificate")) ==
        OK)
        e = part_base64(d, &b->verifier, holder, "rawBytes");
    return e;
}

static enum err read_hashedrekord_2(struct diag *d, struct rekor_body *b, const struct json *spec)
{
    const struct json *record = NULL;
    const struct json *data = NULL;
    const struct json *signature = NULL;
    const char *algorithm = NULL;
    enum err e = json_read_object(d, &record, spec, "hashedRekordV002");

    if (e != OK || (e = json_read_object(d, &data, record, "data")) != OK ||
        (e = json_read_string(d, &algorithm, data, "algorithm")) != OK)
        return e;
    if (strcmp(algorithm, "SHA2_256") != 0)
        return diag_set(d, ERR_UNSUPPORTED, "data: expected SHA2_256, found '%.64s'", algorithm);
    if ((e = part_base64_hash(d, &b->digest, data, "digest")) == OK &&
        (e = json_read_object(d, &signature, record, "signature")) == OK &&
        (e = part_base64(d, &b->signature, signature, "content")) == OK)
        e = read_verifier(d, b, signature);
    return e;
}

/* The only element of a list. */
static enum err read_single(struct diag *d, const struct json **out, const struct json *obj,
                            const char *key)
{
    const struct json *list = NULL;
    enum err e = json_read_array(d, &list, obj, key);

    if (e == OK && json_len(list) != 1)
        e = diag_set(d, ERR_FORMAT, "%s: expected one, found %zu", key, json_len(list));
    *out = e == OK ? json_at(list, 0) : NULL;
    return e;
}

static enum err read_dsse(struct diag *d, struct rekor_body *b, const struct json *spec)
{
    const struct json *signature = NULL;
    enum err e = read_hash(d, &b->digest, spec, "payloadHash");

    if (e == OK && (e = read_single(d, &signature, spec, "signatures")) == OK &&
        (e = part_base64(d, &b->signature, signature, "signature")) == OK)
        e = read_pem(d, b, signature, "verifier");
    return e;
}

static enum err read_intoto(struct diag *d, struct rekor_body *b, const struct json *spec)
{
    const struct json *content = NULL;
    const struct json *envelope = NULL;
    const struct json *signature = NULL;
    struct bytes once = { 0 };
    enum err e = json_read_object(d, &content, spec, "content");

    if (e == OK && (e = read_hash(d, &b->digest, content, "payloadHash")) == OK &&
        (e = json_read_object(d, &envelope, content, "envelope")) == OK &&
        (e = read_single(d, &signature, envelope, "signatures")) == OK &&
        (e = part_base64(d, &once, signature, "sig")) == OK &&
        (e = part_base64_text(d, &b->signature, (const char *)once.data, "sig")) == OK)
        e = read_pem(d, b, signature, "publicKey");
    bytes_clear(&once);
    return e;
}

static enum err find_kind(struct diag *d, struct rekor_body *b, const struct json *j)
{
    const char *name = NULL;
    const char *version = NULL;
    enum err e = json_read_string(d, &name, j, "kind");

    if (e != OK || (e = json_read_string(d, &version, j, "apiVersion")) != OK)
        return e;
    for (size_t i = 0; i < NUM_KINDS; i++) {
        if (strcmp(name, kinds[i].name) == 0 && strcmp(version, kinds[i].version) == 0) {
            b->kind = (enum rekor_kind)i;
            return OK;
        }
    }
    return diag_set(d, ERR_UNSUPPORTED, "kind '%.64s' version '%.64s' is none that is known", name,
                    version);
}

enum err rekor_body_parse(struct diag *d, struct rekor_body *out, const uint8_t *data,
                          size_t data_len)
{
    static enum err (*const readers[NUM_KINDS])(struct diag *, struct rekor_body *,
                                                const struct json *) = {
        [REKOR_HASHEDREKORD_1] = read_hashedrekord_1,
        [REKOR_HASHEDREKORD_2] = read_hashedrekord_2,
        [REKOR_DSSE] = read_dsse,
        [REKOR_INTOTO] = read_intoto,
    };
    const struct json *spec = NULL;
    struct json *j = NULL;
    enum err e = json_parse(d, &j, data, data_len, "log entry");

    *out = (struct rekor_body){ 0 };
    if (e == OK && (e = find_kind(d, out, j)) == OK &&
        (e = json_read_object(d, &spec, j, "spec")) == OK)
        e = readers[out->kind](d, out, spec);
    json_free(j);
    if (e != OK)
        rekor_body_clear(out);
    return e;
}
