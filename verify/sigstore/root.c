// SPDX-License-Identifier: Apache-2.0
#include "verify/sigstore/root.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/digest.h"

bool validity_has(const struct validity *v, uint64_t time_ms)
{
    return v->start_ms <= time_ms && time_ms <= v->end_ms;
}

const struct root_log *root_find_log(const struct root_log *logs, size_t num_logs,
                                     const struct hash32 *id)
{
    for (size_t i = 0; i < num_logs; i++) {
        if (hash32_eq(&logs[i].id, id))
            return &logs[i];
    }
    return NULL;
}

/* --- members ----------------------------------------------------------------------------------
 */

static enum err read_time(struct diag *d, uint64_t *out_ms, const struct json *obj, const char *key)
{
    const char *text = NULL;
    enum err e = json_read_string(d, &text, obj, key);

    if (e == OK && (e = time_parse_ms(d, out_ms, text)) != OK)
        e = diag_prefix(d, "%s", key);
    return e;
}

/* The start is required: a key without one would be good for ever. */
static enum err read_validity(struct diag *d, struct validity *out, const struct json *obj)
{
    static const char *const keys[] = { "start", "end", NULL };
    const struct json *j = NULL;
    enum err e = json_read_object(d, &j, obj, "validFor");

    *out = (struct validity){ 0, UINT64_MAX };
    if (e == OK)
        e = json_only_keys(d, j, keys);
    if (e == OK)
        e = read_time(d, &out->start_ms, j, "start");
    if (e == OK && part_get(j, "end") != NULL)
        e = read_time(d, &out->end_ms, j, "end");
    if (e == OK && out->end_ms < out->start_ms)
        e = diag_set(d, ERR_FORMAT, "it ends before it starts");
    return e == OK ? OK : diag_prefix(d, "validFor");
}

static enum key_details key_details(const char *name)
{
    static const struct {
        const char *name;
        enum key_details details;
    } known[] = {
        { "PKIX_ECDSA_P256_SHA_256", KEY_DETAILS_ECDSA_P256 },
        { "PKIX_ED25519", KEY_DETAILS_ED25519 },
        { "PKCS1_RSA_PKCS1V5", KEY_DETAILS_RSA_PKCS1 },
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(known[i].name, name) == 0)
            return known[i].details;
    }
    return KEY_DETAILS_UNKNOWN;
}

static enum err read_key(struct diag *d, struct root_log *log, const struct json *obj)
{
    static const char *const keys[] = { "rawBytes", "keyDetails", "validFor", NULL };
    const struct json *j = NULL;
    const char *details = NULL;
    enum err e = json_read_object(d, &j, obj, "publicKey");

    if (e == OK && (e = json_only_keys(d, j, keys)) == OK &&
        (e = part_proto_base64(d, &log->key, j, "rawBytes")) == OK &&
        (e = json_read_string(d, &details, j, "keyDetails")) == OK) {
        log->details = key_details(details);
        e = read_validity(d, &log->valid, j);
    }
    return e == OK ? OK : diag_prefix(d, "publicKey");
}

/* Host and port of an http or https URL. */
static enum err find_host(struct diag *d, struct root_log *log)
{
    const char *host = strstr(log->url, "://");

    if (host == NULL || (strncmp(log->url, "https:", 6) != 0 && strncmp(log->url, "http:", 5) != 0))
        return diag_set(d, ERR_FORMAT, "baseUrl: expected a URL, found '%.128s'", log->url);
    log->host = host + 3;
    log->host_len = strcspn(log->host, "/?#");
    if (log->host_len == 0)
        return diag_set(d, ERR_FORMAT, "baseUrl: '%.128s' has no host", log->url);
    return OK;
}

static enum err read_log(struct diag *d, struct root_log *log, const struct json *j)
{
    static const char *const keys[] = { "baseUrl",         "hashAlgorithm", "publicKey", "logId",
                                        "checkpointKeyId", "operator",      NULL };
    const struct json *id = NULL;
    const char *hash = NULL;
    enum err e = json_only_keys(d, j, keys);

    if (e != OK || (e = part_string(d, &log->url, j, "baseUrl")) != OK ||
        (e = find_host(d, log)) != OK || (e = json_read_string(d, &hash, j, "hashAlgorithm")) != OK)
        return e;
    if (strcmp(hash, "SHA2_256") != 0)
        return diag_set(d, ERR_UNSUPPORTED, "hashAlgorithm: expected SHA2_256, found '%.64s'",
                        hash);
    if ((e = read_key(d, log, j)) != OK || (e = json_read_object(d, &id, j, "logId")) != OK)
        return e;
    return part_proto_base64_hash(d, &log->id, id, "keyId");
}

static enum err read_certs(struct diag *d, struct root_authority *a, const struct json *obj)
{
    const struct json *chain = NULL;
    const struct json *list = NULL;
    enum err e = json_read_object(d, &chain, obj, "certChain");

    if (e == OK)
        e = json_read_array(d, &list, chain, "certificates");
    if (e == OK && (json_len(list) == 0 || json_len(list) > LIMIT_SIGSTORE_CERTS))
        e = diag_set(d, ERR_LIMIT, "certificates: expected 1 to %d, found %zu",
                     LIMIT_SIGSTORE_CERTS, json_len(list));
    for (size_t i = 0; e == OK && i < json_len(list); i++) {
        a->num_certs = i + 1;
        e = part_proto_base64(d, &a->certs[i], json_at(list, i), "rawBytes");
    }
    return e == OK ? OK : diag_prefix(d, "certChain");
}

static enum err read_authority(struct diag *d, struct root_authority *a, const struct json *j)
{
    static const char *const keys[] = {
        "subject", "uri", "certChain", "validFor", "operator", NULL
    };
    const struct json *subject = NULL;
    enum err e = json_only_keys(d, j, keys);

    if (e != OK || (e = json_read_object(d, &subject, j, "subject")) != OK)
        return e;
    if (part_get(subject, "organization") != NULL)
        e = part_string(d, &a->organization, subject, "organization");
    else if (!text_dup(&a->organization, ""))
        e = diag_set(d, ERR_NOMEM, "out of memory");
    if (e == OK && (e = read_certs(d, a, j)) == OK)
        e = read_validity(d, &a->valid, j);
    return e;
}

/* --- lists ------------------------------------------------------------------------------------
 */

/* *out is NULL if there is no such list. */
static enum err find_list(struct diag *d, const struct json **out, size_t *num,
                          const struct json *root, const char *key)
{
    enum err e = OK;

    *out = NULL;
    *num = 0;
    if (part_get(root, key) == NULL)
        return OK;
    if ((e = json_read_array(d, out, root, key)) != OK)
        return e;
    if (json_len(*out) > LIMIT_SIGSTORE_KEYS)
        return diag_set(d, ERR_LIMIT, "%s: %zu entries are over the limit of %d", key,
                        json_len(*out), LIMIT_SIGSTORE_KEYS);
    *num = json_len(*out);
    return OK;
}

static void note_start(struct sigstore_root *r, const struct validity *v)
{
    if (v->start_ms / 1000 > r->info.newest_s)
        r->info.newest_s = v->start_ms / 1000;
}

static enum err read_logs(struct diag *d, struct sigstore_root *r, struct root_log *logs,
                          size_t *num, const struct json *root, const char *key)
{
    const struct json *list = NULL;
    enum err e = find_list(d, &list, num, root, key);

    for (size_t i = 0; e == OK && i < *num; i++) {
        if ((e = read_log(d, &logs[i], json_at(list, i))) != OK)
            return diag_prefix(d, "%s[%zu]", key, i);
        note_start(r, &logs[i].valid);
    }
    return e;
}

static enum err read_authorities(struct diag *d, struct sigstore_root *r,
                                 struct root_authority *authorities, size_t *num,
                                 const struct json *root, const char *key)
{
    const struct json *list = NULL;
    enum err e = find_list(d, &list, num, root, key);

    for (size_t i = 0; e == OK && i < *num; i++) {
        if ((e = read_authority(d, &authorities[i], json_at(list, i))) != OK)
            return diag_prefix(d, "%s[%zu]", key, i);
        note_start(r, &authorities[i].valid);
    }
    return e;
}

static enum err check_media_type(struct diag *d, const struct json *root)
{
    static const char *const known[] = {
        "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        "application/vnd.dev.sigstore.trustedroot.v0.1+json",
        "application/vnd.dev.sigstore.trustedroot.v0.2+json",
    };
    const char *text = NULL;
    enum err e = json_read_string(d, &text, root, "mediaType");

    if (e != OK)
        return e;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(text, known[i]) == 0)
            return OK;
    }
    return diag_set(d, ERR_UNSUPPORTED,
                    "mediaType: expected a Sigstore trusted root, found '%.96s'", text);
}

static enum err read_root(struct diag *d, struct sigstore_root *r, const struct json *j)
{
    static const char *const keys[] = {
        "mediaType", "tlogs", "certificateAuthorities", "ctlogs", "timestampAuthorities", NULL
    };
    struct sigstore_root_info *info = &r->info;
    enum err e = check_media_type(d, j);

    if (e == OK && (e = json_only_keys(d, j, keys)) == OK &&
        (e = read_logs(d, r, r->logs, &info->num_logs, j, "tlogs")) == OK &&
        (e = read_logs(d, r, r->ct_logs, &info->num_ct_logs, j, "ctlogs")) == OK &&
        (e = read_authorities(d, r, r->authorities, &info->num_authorities, j,
                              "certificateAuthorities")) == OK)
        e = read_authorities(d, r, r->tsas, &info->num_timestamp_authorities, j,
                             "timestampAuthorities");
    return e;
}

/* One document. */
static enum err parse_one(struct diag *d, struct sigstore_root **out, const char *data,
                          size_t data_len, const char *what)
{
    struct json *j = NULL;
    struct json *named = NULL;
    struct sigstore_root *r = calloc(1, sizeof(*r));
    enum err e = r != NULL ? json_parse(d, &j, data, data_len, what)
                           : diag_set(d, ERR_NOMEM, "out of memory");

    *out = NULL;
    if (e == OK &&
        ((e = part_proto_names(d, &named, j)) != OK || (e = read_root(d, r, named)) != OK))
        (void)diag_prefix(d, "%.128s", what);
    json_free(named);
    json_free(j);
    if (e == OK)
        *out = r;
    else
        sigstore_root_free(r);
    return e;
}

/* One document a line, as gh prints them; the first one holds the others. */
static enum err parse_lines(struct diag *d, struct sigstore_root **out, const char *text,
                            size_t text_len, const char *what)
{
    struct sigstore_root **next = out;
    size_t num = 0;
    size_t line = 1;
    enum err e = OK;

    *out = NULL;
    for (size_t at = 0; e == OK && at < text_len; line++) {
        const char *newline = memchr(text + at, '\n', text_len - at);
        size_t len = newline != NULL ? (size_t)(newline - text) - at : text_len - at;

        if (len > 0 && ++num > LIMIT_SIGSTORE_ROOTS)
            e = diag_set(d, ERR_LIMIT, "%.128s: roots are over the limit of %d", what,
                         LIMIT_SIGSTORE_ROOTS);
        else if (len > 0 && (e = parse_one(d, next, text + at, len, what)) != OK)
            (void)diag_prefix(d, "line %zu", line);
        if (e == OK && *next != NULL) {
            (*next)->line = line;
            next = &(*next)->next;
        }
        at += len + 1;
    }
    if (e != OK) {
        sigstore_root_free(*out);
        *out = NULL;
    }
    return e;
}

enum err sigstore_root_parse(struct diag *d, struct sigstore_root **out, const void *data,
                             size_t data_len, const char *what)
{
    struct sigstore_root *first = NULL;
    enum err e = ERR_INTERNAL;
    struct hash32 hash;

    *out = NULL;
    if (data_len > LIMIT_SIGSTORE_BYTES)
        return diag_set(d, ERR_LIMIT, "%.128s is over the limit of %d bytes", what,
                        LIMIT_SIGSTORE_BYTES);
    if ((e = sha256(d, &hash, data, data_len)) != OK)
        return e;
    e = part_is_lines(data, data_len) ? parse_lines(d, &first, data, data_len, what)
                                      : parse_one(d, &first, data, data_len, what);
    if (e != OK)
        return e;
    for (struct sigstore_root *r = first; r != NULL; r = r->next) {
        r->info.sha256 = hash;
        if (r->info.newest_s > first->info.newest_s)
            first->info.newest_s = r->info.newest_s;
    }
    *out = first;
    return OK;
}

static void clear_logs(struct root_log *logs)
{
    for (size_t i = 0; i < LIMIT_SIGSTORE_KEYS; i++) {
        free(logs[i].url);
        bytes_clear(&logs[i].key);
    }
}

static void clear_authorities(struct root_authority *authorities)
{
    for (size_t i = 0; i < LIMIT_SIGSTORE_KEYS; i++) {
        free(authorities[i].organization);
        for (size_t k = 0; k < authorities[i].num_certs; k++)
            bytes_clear(&authorities[i].certs[k]);
    }
}

void sigstore_root_free(struct sigstore_root *root)
{
    while (root != NULL) {
        struct sigstore_root *next = root->next;

        clear_logs(root->logs);
        clear_logs(root->ct_logs);
        clear_authorities(root->authorities);
        clear_authorities(root->tsas);
        free(root);
        root = next;
    }
}

const struct sigstore_root_info *sigstore_root_info(const struct sigstore_root *root)
{
    return &root->info;
}

/* Made by make_public_good.py; its provenance is at its head. */
static const uint8_t public_good[] = {
#include "verify/sigstore/public_good_root.inc"
};

const uint8_t *sigstore_public_good(size_t *len)
{
    *len = sizeof(public_good);
    return public_good;
}

enum err sigstore_root_public_good(struct diag *d, struct sigstore_root **out)
{
    enum err e = sigstore_root_parse(d, out, public_good, sizeof(public_good),
                                     "the public-good trusted root");

    if (e == OK)
        (*out)->info.embedded = true;
    return e;
}
