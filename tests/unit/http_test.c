// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "src/base/deadline.h"
#include "src/base/http.h"
#include "src/base/interrupt.h"
#include "src/base/limits.h"

/* --- a server on loopback, one request a connection ---------------------------------------- */

static pid_t server = -1;
static unsigned port;

static void pause_ms(long ms)
{
    const struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

    (void)nanosleep(&t, NULL);
}

static bool say(int fd, const char *text)
{
    return send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text);
}

/* Head and, if it has a length, body. */
static void read_request(int fd, char *out, size_t out_len)
{
    size_t len = 0;
    size_t want = 0;

    out[0] = '\0';
    while (len + 1 < out_len && (want == 0 || len < want)) {
        const char *end = NULL;
        const char *length = NULL;
        ssize_t n = recv(fd, out + len, out_len - len - 1, 0);

        if (n <= 0)
            return;
        len += (size_t)n;
        out[len] = '\0';
        end = strstr(out, "\r\n\r\n");
        length = strstr(out, "Content-Length: ");
        if (end != NULL)
            want = (size_t)(end + 4 - out) + (length != NULL ? (size_t)atol(length + 16) : 0);
    }
}

static const struct {
    const char *path;
    const char *answer; /* %u: the port */
} answers[] = {
    { "/ok", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" },
    { "/500", "HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\noops" },
    { "/truncated", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort" },
    { "/cut-chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab" },
    { "/no-http", "hello\r\n" },
    { "/self", "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n" },
    { "/to-echo", "HTTP/1.1 307 Found\r\nLocation: /echo\r\nContent-Length: 0\r\n\r\n" },
    { "/loop", "HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n" },
    { "/to-host",
      "HTTP/1.1 302 Found\r\nLocation: http://localhost:%u/ok\r\nContent-Length: 0\r\n\r\n" },
    { "/to-port",
      "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/ok\r\nContent-Length: 0\r\n\r\n" },
    { "/to-https",
      "HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1:%u/\r\nContent-Length: 0\r\n\r\n" },
    { "/to-file",
      "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n" },
    { "/to-user",
      "HTTP/1.1 302 Found\r\nLocation: http://u:p@127.0.0.1:%u/ok\r\nContent-Length: 0\r\n\r\n" },
    { "/later", "HTTP/1.1 429 Wait\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n" },
    { "/quota", "HTTP/1.1 429 Wait\r\nX-RateLimit-Reset: 9\r\nContent-Length: 0\r\n\r\n" },
    { "/quota-left", "HTTP/1.1 200 OK\r\nX-RateLimit-Reset: 9\r\nContent-Length: 0\r\n\r\n" },
    { "/much-later", "HTTP/1.1 429 Wait\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n" },
};

static void answer_specially(int fd, const char *path, const char *request, unsigned num_requests)
{
    char head[128];

    if (strcmp(path, "/echo") == 0) {
        (void)snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n",
                       strlen(request));
        (void)(say(fd, head) && say(fd, request));
    } else if (strcmp(path, "/big") == 0 || strcmp(path, "/endless") == 0) {
        (void)say(fd, "HTTP/1.1 200 OK\r\n");
        (void)say(fd, path[1] == 'b' ? "Content-Length: 100000000\r\n\r\n"
                                     : "Transfer-Encoding: chunked\r\n\r\n");
        while (say(fd, "10\r\n0123456789abcdef\r\n"))
            ;
    } else if (strcmp(path, "/slow") == 0) {
        (void)say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        for (int i = 0; i < 100 && say(fd, "x"); i++)
            pause_ms(50);
    } else if (strcmp(path, "/flaky") == 0) {
        (void)say(fd, num_requests < 2 ? "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
                                       : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    } else if (strcmp(path, "/hang-up") == 0 && num_requests > 0) {
        (void)say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
}

static void serve_one(int fd, unsigned num_requests)
{
    char request[4096];
    char path[64] = "";
    const char *start = NULL;

    read_request(fd, request, sizeof(request));
    if ((start = strchr(request, ' ')) != NULL)
        (void)snprintf(path, sizeof(path), "%.*s", (int)strcspn(start + 1, " ?"), start + 1);
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        const char *mark = strstr(answers[i].answer, "%u");
        char text[512];

        if (strcmp(answers[i].path, path) != 0)
            continue;
        (void)snprintf(text, sizeof(text), "%.*s",
                       mark != NULL ? (int)(mark - answers[i].answer) : 500, answers[i].answer);
        if (mark != NULL)
            (void)snprintf(text + strlen(text), 256, "%u%s", port, mark + 2);
        (void)say(fd, text);
        return;
    }
    answer_specially(fd, path, request, num_requests);
}

static void start_server(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET };
    socklen_t at_len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    cr_assert(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 && listen(fd, 8) == 0 &&
              getsockname(fd, (struct sockaddr *)&at, &at_len) == 0);
    port = ntohs(at.sin_port);
    if ((server = fork()) != 0) {
        (void)close(fd);
        return;
    }
    for (unsigned i = 0;; i++) {
        int peer = accept(fd, NULL, NULL);

        if (peer < 0)
            _exit(1);
        serve_one(peer, i);
        (void)close(peer);
    }
}

static void stop_server(void)
{
    (void)kill(server, SIGKILL);
    (void)waitpid(server, NULL, 0);
}

TestSuite(http, .init = start_server, .fini = stop_server, .timeout = 30);

static enum err exchange(struct diag *d, struct http_response *r, struct http_request *req,
                         const char *path)
{
    static char url[128];

    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", port, path);
    req->url = url;
    if (req->method == NULL)
        req->method = "GET";
    return http_exchange(d, r, req);
}

/* --- refusals ------------------------------------------------------------------------------ */

static const struct {
    const char *url;
    enum err want;
    const char *message;
} bad_urls[] = {
    /* addresses that no host has (RFC 5737, RFC 3849): a connection would only time out */
    { "http://192.0.2.1/", ERR_USAGE, "192.0.2.1: plain http://" },
    { "http://[2001:db8::1]/", ERR_USAGE, "plain http://" },
    { "http://[::ffff:192.0.2.1]/", ERR_USAGE, "plain http://" },
    { "http://127.0.0.1.example.invalid/", ERR_USAGE, "plain http://" },
    { "http://localhost.example.invalid/", ERR_USAGE, "plain http://" },
    { "http://128.0.0.1/", ERR_USAGE, "plain http://" },
    { "http://user:pass@127.0.0.1/", ERR_USAGE, "user name" },
    { "https://user@example.invalid/", ERR_USAGE, "user name" },
    { "ftp://127.0.0.1/", ERR_USAGE, "https://" },
    { "file:///etc/passwd", ERR_USAGE, "https://" },
    { "127.0.0.1", ERR_USAGE, "URL" },
    { "", ERR_USAGE, "URL" },
    { "http://127.0.0.1:99999/", ERR_USAGE, "URL" },
    { "http://127.0.0.1/a b", ERR_USAGE, "URL" },
    { "http://127.0.0.1/\r\nX: y", ERR_USAGE, "URL" },
};

Test(http, urls_that_are_refused_without_connecting)
{
    for (size_t i = 0; i < sizeof(bad_urls) / sizeof(bad_urls[0]); i++) {
        struct http_request req = { .method = "GET", .url = bad_urls[i].url };
        struct http_response r;
        struct diag d = { 0 };

        cr_expect_eq(http_exchange(&d, &r, &req), bad_urls[i].want, "%s: %s", bad_urls[i].url,
                     d.msg);
        cr_expect_not_null(strstr(d.msg, bad_urls[i].message), "%s: %s", bad_urls[i].url, d.msg);
        cr_expect_null(strstr(d.msg, "pass@"), "%s", d.msg);
        http_response_clear(&r);
    }
}

static const struct {
    const char *path;
    enum err want;
    const char *message;
} failures[] = {
    { "/truncated", ERR_NETWORK, "127.0.0.1/truncated: " },
    { "/cut-chunk", ERR_NETWORK, "127.0.0.1/cut-chunk: " },
    { "/no-http", ERR_NETWORK, "127.0.0.1/no-http: " },
    { "/nothing", ERR_NETWORK, "127.0.0.1/nothing: " },
    { "/big", ERR_LIMIT, "over the limit of 1000 bytes" },
    { "/endless", ERR_LIMIT, "over the limit of 1000 bytes" },
    { "/slow", ERR_NETWORK, "127.0.0.1/slow: " },
    { "/loop", ERR_NETWORK, "over the limit of 3 redirects" },
    { "/to-host", ERR_NETWORK, "another origin, http://localhost:" },
    { "/to-port", ERR_NETWORK, "another origin, http://127.0.0.1:1" },
    { "/to-https", ERR_NETWORK, "another origin, https://127.0.0.1:" },
    { "/to-file", ERR_NETWORK, "malformed URL" },
    { "/to-user", ERR_NETWORK, "malformed URL" },
    { "/truncated?key=secret", ERR_NETWORK, "127.0.0.1/truncated: " },
};

Test(http, failures)
{
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        struct http_request req = { .max_bytes = 1000, .timeout_ms = 500 };
        struct http_response r;
        struct diag d = { 0 };
        enum err e = exchange(&d, &r, &req, failures[i].path);

        cr_expect_eq(e, failures[i].want, "%s: got %d (%s)", failures[i].path, (int)e, d.msg);
        cr_expect_not_null(strstr(d.msg, failures[i].message), "%s: %s", failures[i].path, d.msg);
        cr_expect_null(strstr(d.msg, "secret"), "%s", d.msg);
        cr_expect_eq(r.body.len, 0, "%s", failures[i].path);
        http_response_clear(&r);
    }
}

Test(http, a_secret_path_is_not_named)
{
    struct http_request req = { .secret_path = true };
    struct http_response r;
    struct diag d = { 0 };

    cr_expect_eq(exchange(&d, &r, &req, "/truncated"), ERR_NETWORK);
    cr_expect_null(strstr(d.msg, "truncated"), "%s", d.msg);
    http_response_clear(&r);
}

Test(http, post_follows_no_redirect)
{
    struct http_request req = { .method = "POST", .body = "{}", .body_len = 2 };
    struct http_response r;
    struct diag d = { 0 };

    cr_expect_eq(exchange(&d, &r, &req, "/self"), ERR_NETWORK);
    cr_expect_not_null(strstr(d.msg, "redirect"), "%s", d.msg);
    http_response_clear(&r);
}

Test(http, an_unreachable_port)
{
    struct http_request req = { .method = "GET", .url = "http://127.0.0.1:1/" };
    struct http_response r;
    struct diag d = { 0 };

    cr_expect_eq(http_exchange(&d, &r, &req), ERR_NETWORK);
    http_response_clear(&r);
}

Test(http, a_key_with_a_line_end_is_refused)
{
    struct http_request req = { .bearer = "abc\r\nX-Other: 1" };
    struct http_response r;
    struct diag d = { 0 };

    cr_expect_eq(exchange(&d, &r, &req, "/ok"), ERR_USAGE);
    cr_expect_null(strstr(d.msg, "abc"), "%s", d.msg);
    http_response_clear(&r);
}

/* --- answers ------------------------------------------------------------------------------- */

static const struct {
    const char *path;
    long status;
    const char *body;
    long retry_after_s;
} good[] = {
    { "/ok", 200, "ok", -1 }, { "/self", 200, "ok", -1 }, { "/500", 500, "oops", -1 },
    { "/later", 429, "", 7 }, { "/quota", 429, "", 9 },   { "/quota-left", 200, "", -1 },
};

Test(http, answers)
{
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct http_request req = { .max_bytes = 4 };
        struct http_response r;
        struct diag d = { 0 };

        cr_expect_eq(exchange(&d, &r, &req, good[i].path), OK, "%s: %s", good[i].path, d.msg);
        cr_expect_eq(r.status, good[i].status, "%s", good[i].path);
        cr_expect_str_eq(buf_str(&r.body), good[i].body, "%s", good[i].path);
        cr_expect_eq(r.retry_after_s, good[i].retry_after_s, "%s", good[i].path);
        http_response_clear(&r);
    }
}

Test(http, what_is_sent)
{
    struct http_request req = {
        .method = "POST", .body = "{\"a\":1}", .body_len = 7, .bearer = "key"
    };
    struct http_response r;
    struct diag d = { 0 };

    cr_assert_eq(exchange(&d, &r, &req, "/echo"), OK, "%s", d.msg);
    cr_expect_eq(strncmp(buf_str(&r.body), "POST /echo HTTP/1.1\r\n", 21), 0);
    cr_expect_not_null(strstr(buf_str(&r.body), "\r\nUser-Agent: countersign/"));
    cr_expect_not_null(strstr(buf_str(&r.body), "\r\nAccept: application/json\r\n"));
    cr_expect_not_null(strstr(buf_str(&r.body), "\r\nContent-Type: application/json\r\n"));
    cr_expect_not_null(strstr(buf_str(&r.body), "\r\nAuthorization: Bearer key\r\n"));
    cr_expect_not_null(strstr(buf_str(&r.body), "\r\n\r\n{\"a\":1}"));
    cr_expect_null(strstr(buf_str(&r.body), "Expect"));
    http_response_clear(&r);

    req = (struct http_request){ .method = "DELETE", .accept = "text/plain" };
    cr_assert_eq(exchange(&d, &r, &req, "/echo"), OK, "%s", d.msg);
    cr_expect_eq(strncmp(buf_str(&r.body), "DELETE /echo HTTP/1.1\r\n", 23), 0);
    cr_expect_not_null(strstr(buf_str(&r.body), "\r\nAccept: text/plain\r\n"));
    cr_expect_null(strstr(buf_str(&r.body), "Content-Type"));
    cr_expect_null(strstr(buf_str(&r.body), "Authorization"));
    http_response_clear(&r);
}

Test(http, the_key_goes_along_within_the_origin)
{
    struct http_request req = { .bearer = "key" };
    struct http_response r;
    struct diag d = { 0 };

    cr_assert_eq(exchange(&d, &r, &req, "/to-echo"), OK, "%s", d.msg);
    cr_expect_not_null(strstr(buf_str(&r.body), "\r\nAuthorization: Bearer key\r\n"));
    http_response_clear(&r);
}

Test(http, an_origin_where_one_is_named)
{
    struct http_request with = { .origin = "http://localhost:8000" }, without = { 0 };
    struct http_response r;
    struct diag d = { 0 };

    cr_assert_eq(exchange(&d, &r, &with, "/echo"), OK, "%s", d.msg);
    cr_expect_not_null(strstr(buf_str(&r.body), "\r\nOrigin: http://localhost:8000\r\n"));
    http_response_clear(&r);
    cr_assert_eq(exchange(&d, &r, &without, "/echo"), OK, "%s", d.msg);
    cr_expect_null(strstr(buf_str(&r.body), "Origin"));
    http_response_clear(&r);
}

Test(http, this_machine_and_no_other)
{
    static const char *const urls[] = { "https://192.0.2.1/", "http://192.0.2.1/",
                                        "https://127.0.0.1.example.invalid/" };
    struct http_response r;
    struct diag d = { 0 };

    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        struct http_request req = {
            .method = "GET", .url = urls[i], .loopback_only = true, .allow_plain_http = true
        };

        cr_expect_eq(http_exchange(&d, &r, &req), ERR_USAGE, "%s", urls[i]);
        cr_expect_not_null(strstr(d.msg, "is not this machine"), "%s", d.msg);
        http_response_clear(&r);
    }
}

/* "/slow" takes five seconds, and would not answer in full even then. */
Test(http, ctrl_c_ends_an_exchange_that_says_so)
{
    struct http_request req = { .interruptible = true, .timeout_ms = 20000 };
    struct http_response r;
    struct interrupt held;
    struct timespec before, after;
    struct diag d = { 0 };

    interrupt_hold(&held);
    (void)raise(SIGINT);
    (void)clock_gettime(CLOCK_MONOTONIC, &before);
    cr_expect_eq(exchange(&d, &r, &req, "/slow"), ERR_REFUSED, "%s", d.msg);
    (void)clock_gettime(CLOCK_MONOTONIC, &after);
    cr_expect_str_eq(d.msg, "interrupted");
    cr_expect(after.tv_sec - before.tv_sec < 4);
    http_response_clear(&r);
    req.interruptible = false;
    cr_expect_eq(exchange(&d, &r, &req, "/ok"), OK, "%s", d.msg);
    http_response_clear(&r);
    interrupt_release_answered(&held);
}

Test(http, loopback_goes_past_proxies)
{
    struct http_request req = { 0 };
    struct http_response r;
    struct diag d = { 0 };

    (void)setenv("http_proxy", "http://127.0.0.1:1", 1);
    (void)setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    cr_expect_eq(exchange(&d, &r, &req, "/ok"), OK, "%s", d.msg);
    http_response_clear(&r);
}

Test(http, retries_until_it_works)
{
    struct http_request req = { .method = "POST", .body = "", .body_len = 0 };
    struct http_response r;
    struct diag d = { 0 };
    char url[64];

    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/flaky", port);
    req.url = url;
    cr_expect_eq(http_exchange_retry(&d, &r, &req), OK, "%s", d.msg);
    cr_expect_eq(r.status, 200);
    http_response_clear(&r);
}

Test(http, retries_a_get_that_got_no_answer)
{
    struct http_request req = { .method = "GET" };
    struct http_response r;
    struct diag d = { 0 };
    char url[64];

    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/hang-up", port);
    req.url = url;
    cr_expect_eq(http_exchange_retry(&d, &r, &req), OK, "%s", d.msg);
    cr_expect_eq(r.status, 200);
    cr_expect_eq(d.code, OK);
    http_response_clear(&r);
}

Test(http, does_not_wait_for_an_hour)
{
    struct http_request req = { .method = "GET" };
    struct http_response r;
    struct diag d = { 0 };
    char url[64];

    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/much-later", port);
    req.url = url;
    cr_expect_eq(http_exchange_retry(&d, &r, &req), OK, "%s", d.msg);
    cr_expect_eq(r.status, 429);
    cr_expect_eq(r.retry_after_s, 3600);
    http_response_clear(&r);
}

/* Two requests of which each takes less, and both together more: the second one is cut. */
Test(http, all_waits_together_have_one_deadline)
{
    struct http_request req = { .timeout_ms = 700 };
    struct http_response r;
    struct diag d = { 0 };
    uint64_t start_ms = monotonic_ms();

    deadline_set(1000);
    cr_expect_eq(exchange(&d, &r, &req, "/slow"), ERR_NETWORK);
    cr_expect_eq(exchange(&d, &r, &req, "/slow"), ERR_NETWORK);
    cr_expect_eq(exchange(&d, &r, &req, "/ok"), ERR_NETWORK);
    cr_expect_not_null(strstr(d.msg, "the 1 s that the network had are used up"), "%s", d.msg);
    cr_expect(monotonic_ms() - start_ms < 1400, "%llu",
              (unsigned long long)(monotonic_ms() - start_ms));
    req.until_ms = HTTP_PATIENT; /* a person: none of it */
    cr_expect_eq(exchange(&d, &r, &req, "/ok"), OK, "%s", d.msg);
    http_response_clear(&r);
    req.until_ms = monotonic_ms() - 1;
    cr_expect_eq(exchange(&d, &r, &req, "/ok"), ERR_NETWORK);
}

/* "/later" says to come back in seven seconds. */
Test(http, asked_to_wait_longer_than_there_is_time)
{
    struct http_request req = { .method = "GET" };
    struct http_response r;
    struct diag d = { 0 };
    char url[64];
    uint64_t start_ms = monotonic_ms();

    deadline_set(3000);
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/later", port);
    req.url = url;
    cr_expect_eq(http_exchange_retry(&d, &r, &req), OK, "%s", d.msg);
    cr_expect_eq(r.status, 429);
    cr_expect(monotonic_ms() - start_ms < 2500);
    http_response_clear(&r);
}

Test(http, who_answers_for_a_url)
{
    static const struct {
        const char *url, *host;
    } rows[] = {
        { "https://RPC.Example/v2/KEY", "rpc.example" },
        { "https://rpc.example:8545", "rpc.example" },
        { "http://rpc.example.:80/?k=1", "rpc.example" },
        { "http://127.0.0.1:8545/x", "127.0.0.1:8545" },
        { "http://127.1:8546", "127.0.0.1:8546" },
        { "http://localhost", "localhost:80" },
        { "http://[::1]:1/", "[::1]:1" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct diag d = { 0 };
        bool loopback = false;
        struct buf host;

        buf_init(&host, 256);
        cr_expect_eq(http_origin(&d, &host, &loopback, rows[i].url), OK, "%s", d.msg);
        cr_expect_str_eq(buf_str(&host), rows[i].host);
        cr_expect_eq(loopback, strchr(rows[i].host, ':') != NULL, "%s", rows[i].url);
        buf_clear(&host);
    }
}

/* Expected: Python, urllib.parse.quote(text, safe=""). */
Test(http, escaping)
{
    struct buf out;

    buf_init(&out, 256);
    http_add_escaped(&out, "aZ09-._~ /?&=%+:\xc3\xa9\n");
    cr_expect_str_eq(buf_str(&out), "aZ09-._~%20%2F%3F%26%3D%25%2B%3A%C3%A9%0A");
    buf_clear(&out);
}
