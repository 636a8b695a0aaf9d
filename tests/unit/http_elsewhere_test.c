// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/http.h"
#include "tests/unit/loopback.h"

/* A GET that may be redirected to another origin, and what it must not take along. */

static enum err get(struct diag *d, struct http_response *r, const struct loopback *l,
                    bool elsewhere)
{
    struct http_request req = { .method = "GET", .bearer = "secret-token", .elsewhere = elsewhere };
    char url[128];

    (void)snprintf(url, sizeof(url), "%s/blob", l->url);
    req.url = url;
    return http_exchange(d, r, &req);
}

/* From a registry to a store elsewhere, to its end; *asked and *passed_on are the requests that the
 * two got. The caller frees them. */
static void follow(char **asked, char **passed_on, const struct loopback_exchange *there,
                   size_t num_there)
{
    struct loopback store;
    struct loopback registry;
    char header[128];
    const struct loopback_exchange here[] = { { "GET /blob ", 307, header, NULL } };
    struct http_response r;
    struct diag d = { 0 };

    loopback_start(&store, there, num_there);
    (void)snprintf(header, sizeof(header), "Location: %s/store\r\n", store.url);
    loopback_start(&registry, here, 1);
    cr_expect_eq(get(&d, &r, &registry, true), OK, "%s", d.msg);
    cr_expect_str_eq(buf_str(&r.body), "content");
    *asked = loopback_stop(&registry);
    *passed_on = loopback_stop(&store);
    http_response_clear(&r);
}

Test(http_elsewhere, the_token_stays)
{
    static const struct loopback_exchange direct[] = { { "GET /store ", 200, NULL, "content" } };
    static const struct loopback_exchange further[] = {
        { "GET /store ", 307, "Location: /further\r\n", NULL },
        { "GET /further ", 200, NULL, "content" },
    };

    for (size_t hops = 1; hops <= 2; hops++) {
        char *asked = NULL;
        char *passed_on = NULL;

        follow(&asked, &passed_on, hops == 1 ? direct : further, hops);
        cr_expect_not_null(strstr(asked, "Authorization: Bearer secret-token"));
        cr_expect_null(strstr(passed_on, "Authorization"), "%s", passed_on);
        cr_expect_null(strstr(passed_on, "secret-token"), "%s", passed_on);
        free(asked);
        free(passed_on);
    }
}

Test(http_elsewhere, only_where_it_is_asked_for)
{
    const struct loopback_exchange here[] = { { "GET /blob ", 307,
                                                "Location: https://store.example/x\r\n", NULL } };
    struct loopback registry;
    struct http_response r;
    struct diag d = { 0 };

    loopback_start(&registry, here, 1);
    cr_expect_eq(get(&d, &r, &registry, false), ERR_NETWORK);
    cr_expect_not_null(strstr(d.msg, "another origin"), "%s", d.msg);
    http_response_clear(&r);
    free(loopback_stop(&registry));
}

Test(http_elsewhere, a_challenge)
{
    const struct loopback_exchange here[] = {
        { "GET /blob ", 401, "WWW-Authenticate: Bearer realm=\"x\"\r\n", NULL }
    };
    struct loopback registry;
    struct http_response r;
    struct diag d = { 0 };

    loopback_start(&registry, here, 1);
    cr_expect_eq(get(&d, &r, &registry, false), OK, "%s", d.msg);
    cr_expect_eq(r.status, 401);
    cr_expect_str_eq(r.challenge, "Bearer realm=\"x\"");
    http_response_clear(&r);
    cr_expect_null(r.challenge);
    free(loopback_stop(&registry));
}
