// SPDX-License-Identifier: Apache-2.0
#include "src/base/http.h"

/* The check of curl_easy_setopt is a macro around the linked function; see set_long instead. */
#define CURL_DISABLE_TYPECHECK
#include <arpa/inet.h>
#include <assert.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/deadline.h"
#include "src/base/interrupt.h"
#include "src/base/library.h"
#include "src/base/limits.h"
#include "src/base/u256.h"

#ifndef VERSION
#define VERSION "0.0.0"
#endif

#define CONNECT_TIME_MS   10000L
#define MAX_TRIES         5
#define FIRST_BACKOFF_MS  500L
#define MAX_RETRY_AFTER_S 30L

/*
 * What is used of libcurl, which src/base/library.h loads. The SONAME is that of every release
 * since 7.16.0 (2006).
 */
#define LIBCURL "libcurl.so.4"
#define FUNCTIONS(X)       \
    X(curl_easy_init)      \
    X(curl_easy_setopt)    \
    X(curl_easy_getinfo)   \
    X(curl_easy_perform)   \
    X(curl_easy_cleanup)   \
    X(curl_easy_strerror)  \
    X(curl_easy_header)    \
    X(curl_getdate)        \
    X(curl_slist_append)   \
    X(curl_slist_free_all) \
    X(curl_url)            \
    X(curl_url_cleanup)    \
    X(curl_url_get)        \
    X(curl_url_set)        \
    X(curl_url_strerror)   \
    X(curl_free)

struct libcurl {
    FUNCTIONS(LIBRARY_POINTER)
};

static enum err load(struct diag *d, struct libcurl *lib)
{
    const struct library_symbol symbols[] = { FUNCTIONS(LIBRARY_SYMBOL) };

    return library_load(d, LIBCURL, symbols, sizeof(symbols) / sizeof(symbols[0]));
}

/* The option's number says what it takes (curl.h, CURLOPTTYPE_*); "..." would take anything. */
static bool set_long(const struct libcurl *lib, CURL *h, CURLoption option, long value)
{
    assert(option < CURLOPTTYPE_OBJECTPOINT);
    return lib->curl_easy_setopt(h, option, value) == CURLE_OK;
}

static bool set_text(const struct libcurl *lib, CURL *h, CURLoption option, const char *value)
{
    assert(option > CURLOPTTYPE_OBJECTPOINT && option < CURLOPTTYPE_FUNCTIONPOINT);
    return lib->curl_easy_setopt(h, option, value) == CURLE_OK;
}

/* --- addresses ----------------------------------------------------------------------------- */

/* A URL taken apart. Each part is the library's, freed with curl_free. */
struct url {
    char *scheme;
    char *host;
    char *port;
    char *path;
};

static void url_clear(const struct libcurl *lib, struct url *u)
{
    lib->curl_free(u->scheme);
    lib->curl_free(u->host);
    lib->curl_free(u->port);
    lib->curl_free(u->path);
    *u = (struct url){ 0 };
}

/* Nothing of the text is repeated: it may hold a password or a key. */
static enum err url_parse(struct diag *d, const struct libcurl *lib, struct url *out,
                          const char *text)
{
    CURLU *u = lib->curl_url();
    CURLUcode rc = CURLUE_OUT_OF_MEMORY;

    *out = (struct url){ 0 };
    if (u != NULL)
        rc = lib->curl_url_set(u, CURLUPART_URL, text,
                               CURLU_DISALLOW_USER | CURLU_NON_SUPPORT_SCHEME);
    if (rc == CURLUE_OK)
        rc = lib->curl_url_get(u, CURLUPART_SCHEME, &out->scheme, 0);
    if (rc == CURLUE_OK && strcmp(out->scheme, "https") != 0 && strcmp(out->scheme, "http") != 0)
        rc = CURLUE_UNSUPPORTED_SCHEME;
    if (rc == CURLUE_OK)
        rc = lib->curl_url_get(u, CURLUPART_HOST, &out->host, 0);
    if (rc == CURLUE_OK)
        rc = lib->curl_url_get(u, CURLUPART_PORT, &out->port, CURLU_DEFAULT_PORT);
    if (rc == CURLUE_OK)
        rc = lib->curl_url_get(u, CURLUPART_PATH, &out->path, 0);
    lib->curl_url_cleanup(u);
    if (rc == CURLUE_OK)
        return OK;
    url_clear(lib, out);
    if (rc == CURLUE_USER_NOT_ALLOWED)
        return diag_set(d, ERR_USAGE, "a URL must not contain a user name or password");
    if (rc == CURLUE_UNSUPPORTED_SCHEME)
        return diag_set(d, ERR_USAGE, "a URL must begin with https:// (or http://)");
    return diag_set(d, ERR_USAGE, "malformed URL: %s", lib->curl_url_strerror(rc));
}

static bool is_loopback(const char *host)
{
    struct in_addr v4;

    /* the library has made 127.1 and 0x7f000001 into four parts */
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    return strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0;
}

static bool same_origin(const struct url *a, const struct url *b)
{
    return strcmp(a->scheme, b->scheme) == 0 && strcmp(a->host, b->host) == 0 &&
           strcmp(a->port, b->port) == 0;
}

static enum err check_scheme(struct diag *d, const struct url *u, const struct http_request *req)
{
    if (req->loopback_only && !is_loopback(u->host))
        return diag_set(d, ERR_USAGE, "'%.128s' is not this machine", u->host);
    if (strcmp(u->scheme, "https") == 0 || req->allow_plain_http || is_loopback(u->host))
        return OK;
    diag_hint(d, "use https://; only a loopback address is reached without it");
    return diag_set(d, ERR_USAGE, "%.128s: plain http:// to another machine is not allowed",
                    u->host);
}

/* What a request and those after its redirects have in common. */
struct exchange {
    struct libcurl lib;
    const struct http_request *req;
    struct url origin; /* the one that is asked */
    bool left;         /* it is not the request's: nothing secret is sent any more */
};

/* --- one request --------------------------------------------------------------------------- */

static size_t on_body(char *data, size_t size, size_t num, void *arg)
{
    struct buf *body = arg;

    buf_add(body, data, size * num);
    return buf_ok(body) ? size * num : 0;
}

/* Called once a second, and more often while bytes move; 1 ends the transfer. */
static int on_progress(void *arg, curl_off_t down, curl_off_t down_now, curl_off_t up,
                       curl_off_t up_now)
{
    (void)arg;
    (void)down;
    (void)down_now;
    (void)up;
    (void)up_now;
    return interrupt_is_pending() ? 1 : 0;
}

static bool set_progress(const struct exchange *x, CURL *h)
{
    if (!x->req->interruptible)
        return true;
    return set_long(&x->lib, h, CURLOPT_NOPROGRESS, 0L) &&
           x->lib.curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, on_progress) == CURLE_OK;
}

/* Options that are the same for every request. All of them must take: most are a protection. */
static bool set_protections(const struct exchange *x, CURL *h)
{
    const struct libcurl *lib = &x->lib;

    return set_long(lib, h, CURLOPT_NOSIGNAL, 1L) &&
           set_text(lib, h, CURLOPT_PROTOCOLS_STR, "https,http") &&
           set_long(lib, h, CURLOPT_FOLLOWLOCATION, 0L) &&
           set_long(lib, h, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) &&
           set_long(lib, h, CURLOPT_SSL_VERIFYPEER, 1L) &&
           set_long(lib, h, CURLOPT_SSL_VERIFYHOST, 2L) &&
           set_long(lib, h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
           set_text(lib, h, CURLOPT_USERAGENT, "countersign/" VERSION) &&
           (!is_loopback(x->origin.host) || set_text(lib, h, CURLOPT_PROXY, ""));
}

static bool set_message(const struct exchange *x, CURL *h, const struct curl_slist *headers)
{
    const struct libcurl *lib = &x->lib;
    const struct http_request *req = x->req;
    const curl_off_t body_len = (curl_off_t)(req->body != NULL ? req->body_len : 0);
    const char *body = req->body != NULL ? req->body : "";
    bool ok = lib->curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers) == CURLE_OK;

    if (strcmp(req->method, "POST") == 0 || req->body != NULL)
        ok = ok && set_text(lib, h, CURLOPT_POSTFIELDS, body) &&
             lib->curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, body_len) == CURLE_OK;
    if (req->bearer != NULL && !x->left)
        ok = ok && set_long(lib, h, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER) &&
             set_text(lib, h, CURLOPT_XOAUTH2_BEARER, req->bearer);
    return ok && set_text(lib, h, CURLOPT_CUSTOMREQUEST, req->method);
}

static bool add_header(const struct libcurl *lib, struct curl_slist **list, const char *name,
                       const char *value)
{
    struct curl_slist *grown = NULL;
    struct buf line;

    buf_init(&line, 1024);
    buf_addf(&line, "%s: %s", name, value);
    if (buf_ok(&line))
        grown = lib->curl_slist_append(*list, buf_str(&line));
    buf_clear(&line);
    if (grown == NULL)
        return false;
    *list = grown;
    return true;
}

static bool make_headers(const struct exchange *x, struct curl_slist **list)
{
    const struct libcurl *lib = &x->lib;
    const struct http_request *req = x->req;

    return add_header(lib, list, "Accept",
                      req->accept != NULL ? req->accept : "application/json") &&
           (req->body == NULL || add_header(lib, list, "Content-Type", "application/json")) &&
           (req->origin == NULL || add_header(lib, list, "Origin", req->origin)) &&
           /* never wait for "100 Continue" */
           lib->curl_slist_append(*list, "Expect:") != NULL;
}

static long retry_after_s(const struct libcurl *lib, CURL *h, long status)
{
    struct curl_header *reset = NULL;
    struct u256 value;
    uint64_t seconds = 0;
    curl_off_t after = 0;

    if (lib->curl_easy_getinfo(h, CURLINFO_RETRY_AFTER, &after) == CURLE_OK && after > 0)
        return after < 86400 ? (long)after : 86400L;
    /* the Safe service sends the seconds that are left of the quota's period with every answer */
    if (status == 429 &&
        lib->curl_easy_header(h, "X-RateLimit-Reset", 0, CURLH_HEADER, -1, &reset) == CURLHE_OK &&
        u256_from_dec(&value, reset->value) && u256_to_u64(&value, &seconds))
        return seconds < 86400 ? (long)seconds : 86400L;
    return -1;
}

static uint64_t date_s(const struct libcurl *lib, CURL *h)
{
    struct curl_header *date = NULL;
    time_t when = -1;

    if (lib->curl_easy_header(h, "Date", 0, CURLH_HEADER, -1, &date) == CURLHE_OK)
        when = lib->curl_getdate(date->value, NULL);
    return when > 0 ? (uint64_t)when : 0;
}

static enum err transfer_error(struct diag *d, const struct exchange *x, CURLcode rc,
                               struct buf *body)
{
    const char *path = x->req->secret_path ? "/..." : x->origin.path;

    if (rc == CURLE_OUT_OF_MEMORY)
        return diag_set(d, ERR_NOMEM, "out of memory");
    if (rc == CURLE_ABORTED_BY_CALLBACK)
        return diag_set(d, ERR_REFUSED, "interrupted");
    if (rc == CURLE_WRITE_ERROR && buf_check(d, body, "the answer") != OK)
        return diag_prefix(d, "%s %.128s%.256s", x->req->method, x->origin.host, path);
    return diag_set(d, ERR_NETWORK, "%s %.128s%.256s: %s", x->req->method, x->origin.host, path,
                    x->lib.curl_easy_strerror(rc));
}

/* One request without redirects. *location, to be freed, is where one would lead. */
static enum err transfer(struct diag *d, struct http_response *out, char **location,
                         const struct exchange *x, const char *url, long time_ms)
{
    const struct libcurl *lib = &x->lib;
    enum err e = ERR_INTERNAL;
    struct curl_slist *headers = NULL;
    CURL *h = lib->curl_easy_init();
    struct curl_header *challenge = NULL;
    char *redirect = NULL;
    CURLcode rc = CURLE_OK;

    if (h == NULL || !make_headers(x, &headers) || !set_protections(x, h) ||
        !set_message(x, h, headers) || !set_progress(x, h) || !set_text(lib, h, CURLOPT_URL, url) ||
        !set_long(lib, h, CURLOPT_TIMEOUT_MS, time_ms) ||
        !set_long(lib, h, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIME_MS) ||
        lib->curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, on_body) != CURLE_OK ||
        lib->curl_easy_setopt(h, CURLOPT_WRITEDATA, &out->body) != CURLE_OK) {
        e = diag_set(d, ERR_NOMEM, "cannot set up an HTTP request: out of memory");
        goto done;
    }
    if ((rc = lib->curl_easy_perform(h)) != CURLE_OK) {
        e = transfer_error(d, x, rc, &out->body);
        goto done;
    }
    (void)lib->curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &out->status);
    (void)lib->curl_easy_getinfo(h, CURLINFO_REDIRECT_URL, &redirect);
    out->retry_after_s = retry_after_s(lib, h, out->status);
    out->date_s = date_s(lib, h);
    if (out->status == 401 &&
        lib->curl_easy_header(h, "WWW-Authenticate", 0, CURLH_HEADER, -1, &challenge) ==
            CURLHE_OK &&
        (out->challenge = strdup(challenge->value)) == NULL) {
        e = diag_set(d, ERR_NOMEM, "out of memory");
        goto done;
    }
    if (redirect != NULL && (*location = strdup(redirect)) == NULL) {
        e = diag_set(d, ERR_NOMEM, "out of memory");
        goto done;
    }
    e = OK;
done:
    lib->curl_slist_free_all(headers);
    lib->curl_easy_cleanup(h);
    return e;
}

/* --- the exchange -------------------------------------------------------------------------- */

void http_response_clear(struct http_response *r)
{
    buf_clear(&r->body);
    free(r->challenge);
    *r = (struct http_response){ .retry_after_s = -1 };
}

static bool is_token(const char *s)
{
    for (; *s != '\0'; s++) {
        if (*s <= 0x20 || *s >= 0x7f)
            return false;
    }
    return true;
}

/* Never from the network to this machine, and never to less than https. */
static bool may_leave(const struct exchange *x, const struct url *target)
{
    if (!x->req->elsewhere)
        return false;
    if (is_loopback(x->origin.host))
        return strcmp(target->scheme, "https") == 0 || is_loopback(target->host);
    return strcmp(target->scheme, "https") == 0 && !is_loopback(target->host);
}

/* OK: the target may be asked next, and is the exchange's origin now. */
static enum err check_redirect(struct diag *d, struct exchange *x, const char *location)
{
    const char *host = x->origin.host;
    struct url target;
    struct url before;
    enum err e = OK;

    if (strcmp(x->req->method, "GET") != 0)
        return diag_set(d, ERR_NETWORK, "%s %.128s: answered with a redirect", x->req->method,
                        host);
    if (url_parse(d, &x->lib, &target, location) != OK)
        return diag_set(d, ERR_NETWORK, "GET %.128s: redirected to a malformed URL", host);
    if (!same_origin(&x->origin, &target)) {
        if (may_leave(x, &target))
            x->left = true;
        else
            e = diag_set(d, ERR_NETWORK,
                         "GET %.128s: redirected to another origin, %.8s://%.128s:%.5s", host,
                         target.scheme, target.host, target.port);
    }
    if (e == OK && x->left) {
        before = x->origin;
        x->origin = target;
        target = before;
    }
    url_clear(&x->lib, &target);
    return e;
}

/* What a request may still wait for; UINT64_MAX: as long as its own timeout. */
static uint64_t time_left_ms(const struct http_request *req)
{
    const uint64_t now = monotonic_ms();

    if (req->until_ms == 0)
        return deadline_left_ms();
    if (req->until_ms == HTTP_PATIENT)
        return UINT64_MAX;
    return req->until_ms > now ? req->until_ms - now : 0;
}

static enum err no_time_left(struct diag *d, const struct exchange *x)
{
    const struct http_request *req = x->req;

    if (req->until_ms != 0)
        return diag_set(d, ERR_NETWORK, "%s %.128s: no answer in time", req->method,
                        x->origin.host);
    diag_hint(d, "--deadline SECONDS gives the network more time");
    return diag_set(d, ERR_NETWORK, "%s %.128s: the %llu s that the network had are used up",
                    req->method, x->origin.host, (unsigned long long)deadline_whole_ms() / 1000);
}

/* Requests until an answer is no redirect; *location is the one that was asked last. */
static enum err follow(struct diag *d, struct http_response *out, struct exchange *x,
                       char **location)
{
    const struct http_request *req = x->req;
    uint64_t limit_ms = req->timeout_ms > 0 ? (uint64_t)req->timeout_ms : LIMIT_HTTP_TIME_MS;
    const uint64_t left_ms = time_left_ms(req);
    size_t max_bytes = req->max_bytes > 0 ? req->max_bytes : LIMIT_HTTP_BYTES;
    uint64_t start_ms = monotonic_ms();

    if (left_ms == 0)
        return no_time_left(d, x);
    if (left_ms < limit_ms)
        limit_ms = left_ms;
    for (unsigned i = 0; i <= LIMIT_HTTP_REDIRECTS; i++) {
        uint64_t used_ms = monotonic_ms() - start_ms;
        char *next = NULL;
        enum err e = ERR_INTERNAL;

        if (used_ms >= limit_ms)
            return diag_set(d, ERR_NETWORK, "GET %.128s: no answer in time", x->origin.host);
        http_response_clear(out);
        buf_init(&out->body, max_bytes);
        e = transfer(d, out, &next, x, *location != NULL ? *location : req->url,
                     (long)(limit_ms - used_ms));
        free(*location);
        *location = next;
        if (e != OK || next == NULL)
            return e;
        if ((e = check_redirect(d, x, next)) != OK)
            return e;
    }
    return diag_set(d, ERR_NETWORK, "GET %.128s: over the limit of %d redirects", x->origin.host,
                    LIMIT_HTTP_REDIRECTS);
}

/* Time that is waited here counts, unless the request has a limit of its own. */
static void spend_since(const struct http_request *req, uint64_t start_ms)
{
    if (req->until_ms == 0)
        deadline_spend(monotonic_ms() - start_ms);
}

enum err http_exchange(struct diag *d, struct http_response *out, const struct http_request *req)
{
    const uint64_t start_ms = monotonic_ms();
    struct exchange x = { .req = req };
    char *location = NULL;
    enum err e = ERR_INTERNAL;

    assert(strcmp(req->method, "GET") == 0 || strcmp(req->method, "POST") == 0 ||
           strcmp(req->method, "DELETE") == 0);
    *out = (struct http_response){ .retry_after_s = -1 };
    if (req->bearer != NULL && !is_token(req->bearer))
        return diag_set(d, ERR_USAGE, "the API key contains characters that no key has");
    if ((e = load(d, &x.lib)) != OK)
        return e;
    if ((e = url_parse(d, &x.lib, &x.origin, req->url)) != OK ||
        (e = check_scheme(d, &x.origin, req)) != OK)
        goto done;
    if ((e = follow(d, out, &x, &location)) != OK)
        http_response_clear(out);
done:
    free(location);
    url_clear(&x.lib, &x.origin);
    spend_since(req, start_ms);
    return e;
}

enum err http_origin(struct diag *d, struct buf *host, bool *loopback, const char *url)
{
    struct libcurl lib;
    struct url u;
    enum err e = load(d, &lib);

    *loopback = false;
    if (e != OK || (e = url_parse(d, &lib, &u, url)) != OK)
        return e;
    *loopback = is_loopback(u.host);
    for (const char *at = u.host; *at != '\0' && !(at[0] == '.' && at[1] == '\0'); at++)
        buf_add_u8(host, (uint8_t)(*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at));
    if (*loopback)
        buf_addf(host, ":%s", u.port);
    url_clear(&lib, &u);
    return buf_check(d, host, "a host name");
}

/* --- repetition ---------------------------------------------------------------------------- */

static bool is_worth_repeating(enum err e, const struct http_response *r,
                               const struct http_request *req)
{
    if (e == ERR_NETWORK)
        return strcmp(req->method, "GET") == 0;
    return e == OK && (r->status == 429 || r->status >= 500) &&
           r->retry_after_s <= MAX_RETRY_AFTER_S;
}

enum err http_exchange_retry(struct diag *d, struct http_response *out,
                             const struct http_request *req)
{
    long wait_ms = FIRST_BACKOFF_MS;
    enum err e = http_exchange(d, out, req);

    for (int tries = 1; tries < MAX_TRIES && is_worth_repeating(e, out, req); tries++) {
        const long asked_ms = out->retry_after_s * 1000;
        const uint64_t pause_ms = (uint64_t)(asked_ms > wait_ms ? asked_ms : wait_ms);
        const uint64_t start_ms = monotonic_ms();

        if (pause_ms >= time_left_ms(req))
            break; /* the last answer is as good as any */
        sleep_ms(pause_ms);
        spend_since(req, start_ms);
        wait_ms *= 2;
        http_response_clear(out);
        *d = (struct diag){ 0 };
        e = http_exchange(d, out, req);
    }
    return e;
}

void http_add_escaped(struct buf *out, const char *text)
{
    static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789-._~";

    for (; *text != '\0'; text++) {
        if (strchr(unreserved, *text) != NULL)
            buf_add_u8(out, (uint8_t)*text);
        else
            buf_addf(out, "%%%02X", (unsigned)(unsigned char)*text);
    }
}
