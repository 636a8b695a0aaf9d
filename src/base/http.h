// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_HTTP_H
#define BASE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/bytes.h"

/*
 * One HTTP exchange by libcurl, which the first exchange loads (ERR_UNSUPPORTED if it is not
 * there); a process that asks nobody does not contain it. https:// with the certificate verified;
 * http:// only to a loopback address (127.0.0.0/8, ::1, localhost) unless allow_plain_http. No
 * proxy from the environment for loopback, no netrc, no cookies, no credentials in URLs; redirects
 * are followed only for GET and only to the same origin, unless elsewhere is set; any other is
 * ERR_NETWORK. Limits of
 * limits.h (ERR_LIMIT for the body). Errors name host and path but never headers, bodies sent or
 * query strings.
 */

#define HTTP_PATIENT UINT64_MAX

struct http_request {
    const char *method; /* "GET", "POST", "DELETE" */
    const char *url;
    const char *body; /* NULL for none; sent with Content-Type: application/json */
    size_t body_len;
    const char *bearer; /* API token, or NULL; only ever sent to the origin of url */
    const char *accept; /* NULL: application/json */
    size_t max_bytes;   /* 0: LIMIT_HTTP_BYTES */
    long timeout_ms;    /* 0: LIMIT_HTTP_TIME_MS, for the whole exchange */
    /* By monotonic_ms, when it ends with its repetitions; 0: with the process's deadline
     * (src/base/deadline.h), and what it waits is counted there; HTTP_PATIENT: its timeout alone.
     */
    uint64_t until_ms;
    bool allow_plain_http; /* a person asked for http:// to another machine */
    bool secret_path;      /* the path holds a key, as with RPC providers: errors leave it out */
    /* A GET may be redirected to another origin by https:// (from a loopback address: to another
     * one by http://, too); bearer does not go along, and never again in this exchange. */
    bool elsewhere;
    /* For servers that want to know which site a browser's page is of (Trezor Bridge refuses
     * requests without); NULL: no Origin header. Ours, as written. */
    const char *origin;
    bool loopback_only; /* by https://, too, this machine and no other (ERR_USAGE) */
    /* The answer may take until a person has done something: Ctrl-C that is held back
     * (src/base/interrupt.h) ends the exchange within a second or so, with ERR_REFUSED. */
    bool interruptible;
};

struct http_response {
    long status;
    struct buf body;    /* untrusted */
    long retry_after_s; /* from Retry-After, or on 429 X-RateLimit-Reset; -1 if neither */
    char *challenge;    /* untrusted: WWW-Authenticate of a 401; NULL if there is none */
    uint64_t date_s;    /* untrusted: the server's clock, by its Date header; 0: none */
};

/*
 * ERR_NETWORK if no complete answer came; any status, also 500, is OK. The response is cleared
 * with http_response_clear in either case.
 */
MUST_CHECK enum err http_exchange(struct diag *d, struct http_response *out,
                                  const struct http_request *req);
void http_response_clear(struct http_response *r);

/*
 * The same, repeated on 429 and 5xx (for GET also on a network failure) with exponential
 * backoff from 500 ms, honouring retry_after_s up to 30 s and what is left of the time, at most 5
 * tries. The last answer is
 * returned.
 */
MUST_CHECK enum err http_exchange_retry(struct diag *d, struct http_response *out,
                                        const struct http_request *req);

/* Who answers for a URL: its host in lower case, without a dot at the end; on loopback with the
 * port. Appended to an initialised buffer. */
MUST_CHECK enum err http_origin(struct diag *d, struct buf *host, bool *loopback, const char *url);

/* Append text, percent-encoded as a URL path segment or query value. */
void http_add_escaped(struct buf *out, const char *text);

#endif
