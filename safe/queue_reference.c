// SPDX-License-Identifier: Apache-2.0
/* What a person writes to name a transaction: its hash, its nonce, or a link of the web app. */
#include <string.h>

#include "safe/deployments.h"
#include "safe/queue.h"
#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/u256.h"

#define MAX_PARAMETER 256

/* One parameter of the query, at most once; ERR_FORMAT if it is missing. */
static enum err find_parameter(struct diag *d, char out[static MAX_PARAMETER], const char *query,
                               const char *name)
{
    size_t name_len = strlen(name);
    size_t num_found = 0;

    for (const char *at = query; *at != '\0';) {
        size_t len = strcspn(at, "&");

        if (len > name_len && memcmp(at, name, name_len) == 0 && at[name_len] == '=') {
            size_t value_len = len - name_len - 1;

            if (++num_found > 1 || value_len >= MAX_PARAMETER)
                return diag_set(d, ERR_FORMAT, "link: '%s' is repeated or too long", name);
            memcpy(out, at + name_len + 1, value_len);
            out[value_len] = '\0';
        }
        at += len + (at[len] == '&' ? 1 : 0);
    }
    return num_found == 1 ? OK : diag_set(d, ERR_FORMAT, "link: expected '%s=' in it", name);
}

/* The one character that browsers may have encoded. */
static void decode_colon(char *text)
{
    char *at = strstr(text, "%3A");

    if (at == NULL)
        at = strstr(text, "%3a");
    if (at != NULL) {
        *at = ':';
        memmove(at + 1, at + 3, strlen(at + 3) + 1);
    }
}

/* safe=<short name>:<address> */
static enum err check_safe(struct diag *d, char *value, const struct profile *p)
{
    struct u256 chain_id;
    struct address safe;
    char *colon = NULL;

    decode_colon(value);
    colon = strchr(value, ':');
    if (colon == NULL)
        return diag_set(d, ERR_FORMAT, "link: expected 'safe=<chain>:<address>', found '%.64s'",
                        value);
    *colon = '\0';
    if (!chain_id_by_short_name(&chain_id, value))
        return diag_set(d, ERR_UNSUPPORTED, "link: unknown chain '%.32s'", value);
    if (!u256_eq(&chain_id, &p->chain_id)) {
        struct u256_text found = u256_format(&chain_id);
        struct u256_text want = u256_format(&p->chain_id);

        return diag_set(d, ERR_MISMATCH,
                        "the link is about chain %s (%.32s), the profile is for "
                        "chain %s",
                        found.s, value, want.s);
    }
    if (address_parse(d, &safe, colon + 1) != OK)
        return diag_prefix(d, "link: 'safe'");
    if (!address_eq(&safe, &p->safe.safe)) {
        struct address_text found = address_format(&safe);
        struct address_text want = address_format(&p->safe.safe);

        return diag_set(d, ERR_MISMATCH, "the link is about Safe %s, the profile is for Safe %s",
                        found.s, want.s);
    }
    return OK;
}

/* id=multisig_<address>_<hash> */
static enum err parse_id(struct diag *d, struct hash32 *out, char *value, const struct profile *p)
{
    static const char prefix[] = "multisig_";
    const size_t prefix_len = sizeof(prefix) - 1;
    struct address safe;
    char *underscore = NULL;

    if (strncmp(value, prefix, prefix_len) == 0)
        underscore = strchr(value + prefix_len, '_');
    if (underscore == NULL)
        return diag_set(d, ERR_FORMAT,
                        "link: expected 'id=multisig_<address>_<hash>', found '%.128s'", value);
    *underscore = '\0';
    if (address_parse(d, &safe, value + prefix_len) != OK)
        return diag_prefix(d, "link: 'id'");
    if (!address_eq(&safe, &p->safe.safe))
        return diag_set(d, ERR_MISMATCH, "link: 'safe' and 'id' are about different Safes");
    if (hash32_parse(d, out, underscore + 1) != OK)
        return diag_prefix(d, "link: 'id'");
    return OK;
}

static enum err parse_link(struct diag *d, struct hash32 *out, const char *text,
                           const struct profile *p)
{
    static const char path[] = "/transactions/tx?";
    char value[MAX_PARAMETER];
    const char *host = text + strlen("https://");
    size_t host_len = strcspn(host, "/?#");
    enum err e = OK;

    if (host_len == 0 || strncmp(host + host_len, path, strlen(path)) != 0 ||
        strchr(host, '#') != NULL)
        return diag_set(d, ERR_FORMAT,
                        "link: expected https://<host>%ssafe=...&id=..., found '%.200s'", path,
                        text);
    host += host_len + strlen(path);
    if ((e = find_parameter(d, value, host, "safe")) != OK || (e = check_safe(d, value, p)) != OK ||
        (e = find_parameter(d, value, host, "id")) != OK)
        return e;
    return parse_id(d, out, value, p);
}

enum err queue_parse_reference(struct diag *d, struct queue_reference *out, const char *text,
                               const struct profile *p)
{
    struct queue_reference ref = { 0 };
    enum err e = OK;

    *out = ref;
    if (strncmp(text, "https://", 8) == 0) {
        e = parse_link(d, &ref.hash, text, p);
    } else if (strncmp(text, "0x", 2) == 0) {
        e = hash32_parse(d, &ref.hash, text);
    } else {
        ref.is_nonce = true;
        if (!u256_from_dec(&ref.nonce, text))
            e = diag_set(d, ERR_USAGE,
                         "expected a SafeTx hash (0x and 64 digits), a nonce or a link of the Safe "
                         "web app, found '%.100s'",
                         text);
    }
    if (e == OK)
        *out = ref;
    return e;
}
