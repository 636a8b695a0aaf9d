// SPDX-License-Identifier: Apache-2.0
#include "verify/registry_token.h"

#include <string.h>
#include <strings.h>

#include "src/base/http.h"
#include "src/base/json.h"

#define TOKEN_BYTES (64 * 1024)

static const struct {
    const char *registry;
    const char *realm;
} other_hosts[] = {
    { "registry-1.docker.io", "auth.docker.io" },
};

/* --- the challenge ----------------------------------------------------------------------------
 */

static bool take(char *out, size_t out_size, const char *text, size_t len)
{
    if (len >= out_size || out[0] != '\0')
        return false;
    memcpy(out, text, len);
    out[len] = '\0';
    return true;
}

/* name="value" at *at, which is moved behind it. */
static bool take_parameter(struct registry_challenge *out, const char **at)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";
    const char *name = *at;
    size_t name_len = strspn(name, letters);
    const char *value = name + name_len + 2;
    size_t len = 0;

    if (name_len == 0 || name[name_len] != '=' || name[name_len + 1] != '"')
        return false;
    while (value[len] >= 0x20 && value[len] < 0x7f && value[len] != '"' && value[len] != '\\')
        len++;
    if (value[len] != '"')
        return false;
    *at = value + len + 1;
    if (name_len == 5 && strncasecmp(name, "realm", 5) == 0)
        return take(out->realm, sizeof(out->realm), value, len);
    if (name_len == 7 && strncasecmp(name, "service", 7) == 0)
        return take(out->service, sizeof(out->service), value, len);
    return true;
}

bool registry_challenge_parse(struct registry_challenge *out, const char *text)
{
    *out = (struct registry_challenge){ "", "" };
    if (strncasecmp(text, "Bearer ", 7) != 0)
        return false;
    text += 7;
    for (;;) {
        text += strspn(text, " ");
        if (!take_parameter(out, &text))
            return false;
        text += strspn(text, " ");
        if (*text == '\0')
            return out->realm[0] != '\0';
        if (*text++ != ',')
            return false;
    }
}

/* --- the realm --------------------------------------------------------------------------------
 */

static bool realm_ok(const char *realm, const char *scheme, const char *host)
{
    const char *rest = strstr(realm, "://");
    size_t len = 0;

    if (rest == NULL || (size_t)(rest - realm) != strlen(scheme) ||
        strncmp(realm, scheme, strlen(scheme)) != 0 || strpbrk(realm, " #@\\") != NULL)
        return false;
    rest += 3;
    len = strcspn(rest, "/?");
    if (len == strlen(host) && strncasecmp(rest, host, len) == 0)
        return true;
    for (size_t i = 0; i < sizeof(other_hosts) / sizeof(other_hosts[0]); i++) {
        if (strcmp(other_hosts[i].registry, host) == 0 && len == strlen(other_hosts[i].realm) &&
            strncasecmp(rest, other_hosts[i].realm, len) == 0)
            return true;
    }
    return false;
}

static enum err read_token(struct diag *d, struct buf *out, const struct http_response *r,
                           const char *host)
{
    struct json *j = NULL;
    const char *token = NULL;
    enum err e = ERR_INTERNAL;

    if (r->status != 200)
        return diag_set(d, ERR_NETWORK, "%.128s: HTTP status %ld for an anonymous token", host,
                        r->status);
    /* what the parser says could repeat a part of it */
    if (json_parse(&(struct diag){ 0 }, &j, r->body.data, r->body.len, "token") != OK)
        return diag_set(d, ERR_FORMAT, "%.128s: the answer with the token is no JSON", host);
    token = json_string(json_get(j, "token"));
    if (token == NULL)
        token = json_string(json_get(j, "access_token"));
    if (token == NULL || token[0] == '\0') {
        e = diag_set(d, ERR_FORMAT, "%.128s: the answer holds no token", host);
    } else {
        buf_add_str(out, token);
        e = buf_check(d, out, "token");
    }
    json_free(j);
    return e;
}

enum err registry_token(struct diag *d, struct buf *out, const char *challenge, const char *scheme,
                        const char *host, const char *path)
{
    struct registry_challenge c;
    struct http_response r = { 0 };
    struct http_request request = { .method = "GET", .max_bytes = TOKEN_BYTES };
    struct buf url;
    enum err e = ERR_INTERNAL;

    if (challenge == NULL || !registry_challenge_parse(&c, challenge))
        return diag_set(d, ERR_NETWORK, "%.128s: wants a login, and offers no bearer token", host);
    if (!realm_ok(c.realm, scheme, host))
        return diag_set(d, ERR_NETWORK, "%.128s: sends to another host for a token: '%.128s'", host,
                        c.realm);
    buf_init(&url, 4096);
    buf_addf(&url, "%s%cscope=repository%%3A", c.realm, strchr(c.realm, '?') != NULL ? '&' : '?');
    http_add_escaped(&url, path);
    buf_add_str(&url, "%3Apull");
    if (c.service[0] != '\0') {
        buf_add_str(&url, "&service=");
        http_add_escaped(&url, c.service);
    }
    request.url = buf_str(&url);
    if ((e = buf_check(d, &url, "URL")) == OK && (e = http_exchange(d, &r, &request)) == OK)
        e = read_token(d, out, &r, host);
    buf_clear(&url);
    http_response_clear(&r);
    return e;
}
