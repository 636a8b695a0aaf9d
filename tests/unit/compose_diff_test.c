// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "src/base/file.h"
#include "src/base/limits.h"
#include "verify/compose_diff.h"

#define LEN(table) (sizeof(table) / sizeof((table)[0]))
#define OLD        "services: {a: {image: x@sha256:1, environment: [A=1, B], privileged: false}}"

static enum err diff(struct diag *d, struct compose_diff *out, const char *old, const char *now)
{
    struct compose_side sides[2] = { { old, strlen(old), "old" }, { now, strlen(now), "new" } };

    return compose_diff(d, out, &sides[0], &sides[1]);
}

/* One change each. */
static const struct {
    const char *old, *now, *says, *danger;
} rows[] = {
    { "services: {a: {image: x@sha256:1}}", "services: {a: {image: x@sha256:2}}",
      "service a: image: x@sha256:1 -> x@sha256:2", NULL },
    { "services: {a: {image: x@sha256:1}}", "services: {a: {image: x:1}}",
      "service a: image: x@sha256:1 -> x:1", "an image that no digest pins" },
    { "services: {a: {}}", "services: {a: {environment: {N: 1}}}",
      "service a: environment N: new: 1", NULL },
    { "services: {a: {environment: [N=1]}}", "services: {a: {environment: {N: 2}}}",
      "service a: environment N: 1 -> 2", NULL },
    { "services: {a: {environment: [N]}}", "services: {a: {}}", "service a: environment N: gone",
      NULL },
    { "services: {a: {}}", "services: {a: {ports: ['80:80']}}", "service a: ports 80:80: new",
      "reachable from outside" },
    { "services: {a: {ports: ['80:80']}}", "services: {a: {}}", "service a: ports 80:80: gone",
      NULL },
    { "services: {a: {}}", "services: {a: {volumes: ['/var/run/docker.sock:/s']}}",
      "service a: volumes /var/run/docker.sock:/s: new", "starts any container" },
    { "services: {a: {}}", "services: {a: {volumes: [{type: bind, source: /, target: /x}]}}",
      "service a: volumes {type: bind, source: /, target: /x}: new", "of the guest itself" },
    { "services: {a: {}}", "services: {a: {volumes: ['/etc:/x']}}",
      "service a: volumes /etc:/x: new", "of the guest itself" },
    { "services: {a: {}}", "services: {a: {volumes: ['data:/x']}}",
      "service a: volumes data:/x: new", NULL },
    { "services: {a: {}}", "services: {a: {privileged: true}}", "service a: privileged: new: true",
      "full access" },
    { "services: {a: {privileged: true}}", "services: {a: {privileged: false}}",
      "service a: privileged: true -> false", NULL },
    { "services: {a: {}}", "services: {a: {network_mode: host}}",
      "service a: network_mode: new: host", "no network of its own" },
    { "services: {a: {}}", "services: {a: {cap_add: [SYS_ADMIN]}}",
      "service a: cap_add SYS_ADMIN: new", "capability" },
    { "services: {a: {command: x}}", "services: {a: {command: [x, y]}}",
      "service a: command: x -> [x, y]", NULL },
    { "services: {a: {}}", "services: {a: {}, b: {}}", "service b: new", NULL },
    { "services: {a: {}, b: {}}", "services: {a: {}}", "service b: gone", NULL },
    { "services: {a: {}}", "services: {a: {}}\nvolumes: {v: {driver: nfs}}",
      "compose file: volumes v: new: {driver: nfs}", NULL },
    { "{\"docker_compose_file\":\"services: {}\"}",
      "{\"docker_compose_file\":\"services: {}\",\"public_logs\":true}",
      "app-compose: public_logs: new: true", "everybody reads the logs" },
    { "{\"docker_compose_file\":\"services: {}\",\"public_logs\":true}",
      "{\"public_logs\":false,\"docker_compose_file\":\"services: {}\"}",
      "app-compose: public_logs: true -> false", NULL },
    { "{\"docker_compose_file\":\"services: {}\",\"allowed_envs\":[\"A\"]}",
      "{\"docker_compose_file\":\"services: {}\",\"allowed_envs\":[\"B\",\"A\"]}",
      "app-compose: allowed_envs B: new", "nobody signs" },
    { "{\"docker_compose_file\":\"services: {}\",\"kms_enabled\":true}",
      "{\"docker_compose_file\":\"services: {}\",\"kms_enabled\":false}",
      "app-compose: kms_enabled: true -> false", "where keys come from" },
    { "{\"docker_compose_file\":\"services: {}\",\"requirements\":{\"os_version\":\"1\"}}",
      "{\"docker_compose_file\":\"services: {}\"}",
      "app-compose: requirements: gone, was {\"os_version\":\"1\"}", "demands of its platform" },
    { "{\"docker_compose_file\":\"services: {}\",\"name\":\"\"}",
      "{\"docker_compose_file\":\"services: {}\",\"name\":\"\\u001b[31m\"}",
      "app-compose: name: (empty) -> \\x1b[31m", NULL },
};

Test(compose_diff, one_change_in_words)
{
    for (size_t i = 0; i < LEN(rows); i++) {
        struct compose_diff c = { 0 };
        struct diag d = { 0 };
        struct buf text;

        buf_init(&text, 65536);
        cr_assert_eq(diff(&d, &c, rows[i].old, rows[i].now), OK, "%s: %s", rows[i].says, d.msg);
        cr_assert_eq(c.num_changes, 1, "%s: %zu", rows[i].says, c.num_changes);
        compose_change_text(&text, &c.changes[0]);
        cr_expect_str_eq(buf_str(&text), rows[i].says);
        cr_expect_eq(c.changes[0].danger != NULL, rows[i].danger != NULL, "%s", rows[i].says);
        if (rows[i].danger != NULL && c.changes[0].danger != NULL)
            cr_expect(strstr(c.changes[0].danger, rows[i].danger) != NULL, "%s", rows[i].says);
        cr_expect_eq(c.num_dangers, rows[i].danger != NULL);
        cr_expect_gt(c.unified.len, 0, "%s", rows[i].says);
        buf_clear(&text);
        compose_diff_clear(&c);
    }
}

Test(compose_diff, order_and_layout_mean_nothing)
{
    struct compose_diff c = { 0 };
    struct diag d = { 0 };

    cr_assert_eq(diff(&d, &c, OLD,
                      "services:\n  a:\n    privileged: false\n    environment:\n      - B\n"
                      "      - A=1\n    image: x@sha256:1\n"),
                 OK, "%s", d.msg);
    cr_expect_eq(c.num_changes, 0);
    cr_expect_gt(c.unified.len, 0);
    compose_diff_clear(&c);
    cr_assert_eq(diff(&d, &c, OLD, OLD), OK);
    cr_expect_eq(c.num_changes, 0);
    cr_expect_eq(c.unified.len, 0);
    compose_diff_clear(&c);
}

Test(compose_diff, dangers_come_first)
{
    struct compose_diff c = { 0 };
    struct diag d = { 0 };

    cr_assert_eq(diff(&d, &c, "services: {a: {}}",
                      "services: {a: {command: x, ports: [1], restart: y, privileged: true}}"),
                 OK);
    cr_expect_eq(c.num_changes, 4);
    cr_expect_eq(c.num_dangers, 2);
    cr_expect_str_eq(c.changes[0].what, "ports");
    cr_expect_str_eq(c.changes[1].what, "privileged");
    cr_expect_str_eq(c.changes[2].what, "command");
    cr_expect_str_eq(c.changes[3].what, "restart");
    compose_diff_clear(&c);
}

Test(compose_diff, what_is_neither)
{
    static const char *const bad[] = { "", "[", "x", "[a]", "{\"name\":1}", "{", "\xff" };

    for (size_t i = 0; i < LEN(bad); i++) {
        struct compose_diff c = { 0 };
        struct diag d = { 0 };

        cr_expect_eq(diff(&d, &c, bad[i], OLD), ERR_FORMAT, "%s", bad[i]);
        cr_expect_eq(diff(&d, &c, OLD, bad[i]), ERR_FORMAT, "%s", bad[i]);
        cr_expect_eq(c.num_changes, 0);
    }
}
