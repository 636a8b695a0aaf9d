// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "hw/socket_name.h"

Test(socket_name, refuses_bad_names)
{
    static const char *const names[] = {
        "",           ":",        "host",       "host:",      ":80",     "host:0",
        "host:65536", "host:080", "host:-1",    "host:+1",    "host:1x", "host:123456",
        "::1:80",     "[::1]",    "[::1]:",     "[]:80",      "[::1:80", "::1]:80",
        "a[b]:80",    "host: 80", "[[::1]]:80", "host:80:80",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct socket_name n;
        struct diag d = { 0 };

        cr_expect_eq(socket_name_parse(&d, &n, names[i]), ERR_USAGE, "'%s'", names[i]);
        cr_expect_str_empty(n.host);
    }
}

Test(socket_name, splits_names)
{
    static const struct {
        const char *name, *host, *port;
    } cases[] = {
        { "127.0.0.1:9999", "127.0.0.1", "9999" },
        { "localhost:1", "localhost", "1" },
        { "[::1]:65535", "::1", "65535" },
        { "[fe80::1%eth0]:80", "fe80::1%eth0", "80" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct socket_name n;
        struct diag d = { 0 };

        cr_expect_eq(socket_name_parse(&d, &n, cases[i].name), OK, "%s", d.msg);
        cr_expect_str_eq(n.host, cases[i].host);
        cr_expect_str_eq(n.port, cases[i].port);
    }
}

Test(socket_name, refuses_long_names)
{
    char name[600];
    struct socket_name n;
    struct diag d = { 0 };

    memset(name, 'a', sizeof(name));
    memcpy(name + sizeof(name) - 4, ":80", 4);
    cr_expect_eq(socket_name_parse(&d, &n, name), ERR_USAGE);
    cr_expect_eq(socket_name_parse(&d, &n, name + sizeof(name) - 4 - 254), ERR_USAGE);
    cr_expect_eq(socket_name_parse(&d, &n, name + sizeof(name) - 4 - 253), OK);
}
