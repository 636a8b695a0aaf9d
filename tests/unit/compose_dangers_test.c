// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "safe/compose_allow.h"
#include "src/base/limits.h"
#include "tests/unit/danger_cases.h"
#include "tests/unit/verify_fixture.h"
#include "verify/compose_dangers.h"

static void dangers_of(struct dangers *out, const struct danger_case *c)
{
    struct diag d = { 0 };
    struct buf app;

    buf_init(&app, LIMIT_COMPOSE_BYTES);
    danger_case_write(&app, c);
    cr_assert(buf_ok(&app), "%s", c->name);
    cr_assert_eq(compose_dangers(&d, out, app.data, app.len), OK, "%s: %s\n%s", c->name, d.msg,
                 buf_str(&app));
    buf_clear(&app);
}

Test(compose_dangers, each_is_found_and_nothing_else)
{
    const struct danger_case *c = NULL;

    for (size_t i = 0; (c = danger_case_at(i)) != NULL; i++) {
        struct dangers dangers = { 0 };

        dangers_of(&dangers, c);
        cr_assert_eq(dangers.num_items, 1, "%s: %zu dangers", c->name, dangers.num_items);
        cr_expect_eq(dangers.items[0].refused, c->danger == NULL, "%s", c->name);
        if (c->danger != NULL)
            cr_expect_str_eq(dangers.items[0].text, c->danger, "%s", c->name);
        dangers_clear(&dangers);
    }
}

/* The same files again, each at the side of what may stand in any release. */
Test(compose_dangers, what_is_harmless_is_no_danger)
{
    static const struct danger_case harmless[] = {
        { "nothing", "", "", "", NULL },
        { "what is off", ",\"public_logs\":false,\"no_instance_id\":false,\"secure_time\":true", "",
          "", NULL },
        { "fields without danger",
          ",\"gateway_enabled\":true,\"swap_size\":0,\"storage_fs\":\"zfs\",\"features\":[\"kms\","
          "\"tproxy-net\"],\"key_provider_id\":\"\",\"allowed_envs\":[\"A\"],\"event_log_version\":"
          "2,\"port_policy\":{\"ports\":[{\"port\":80,\"pp\":true}],\"restrict_mode\":true}",
          "", "", NULL },
        { "the provider as the flag says", ",\"key_provider\":\"kms\"", "", "", NULL },
        { "a GPU policy as by default",
          ",\"requirements\":{\"os_version\":\">=0.6.0\",\"gpu_policy\":{\"attest_gpu\":true,"
          "\"allow_debug\":false}}",
          "", "", NULL },
        { "settings that are off", "",
          "    privileged: false\n    pid: \"\"\n    network_mode: bridge\n    ipc: private\n"
          "    security_opt: [\"no-new-privileges:true\"]\n    cap_add: []\n    cap_drop: [ALL]\n"
          "    use_api_socket: false\n    logging: {driver: json-file, options: {max-size: 1m}}\n",
          "", NULL },
        { "volumes of its own", "",
          "    volumes: [\"data:/data\", /tmp/x, {type: tmpfs, target: /t}, {type: volume, source: "
          "data, target: /d2}]\n",
          "volumes: {data: , more: {driver: local, name: app_data}}\n", NULL },
        { "networks of its own", "", "    networks: [n]\n",
          "networks: {n: {driver: bridge, internal: true}}\n", NULL },
        { "files of its own", "", "    configs: [c]\n",
          "configs: {c: {content: \"a=1\"}}\nsecrets: {s: {environment: S}}\n", NULL },
        { "amounts", "",
          "    deploy: {resources: {limits: {cpus: \"1\", memory: 1g}}, replicas: 1}\n", "", NULL },
    };

    for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
        struct dangers dangers = { 0 };

        dangers_of(&dangers, &harmless[i]);
        cr_expect_eq(dangers.num_items, 0, "%s: %s", harmless[i].name,
                     dangers.num_items > 0 ? dangers.items[0].text : "");
        dangers_clear(&dangers);
    }
}

/* Whoever adds a kind adds a case. */
Test(compose_dangers, there_is_a_case_for_every_kind)
{
    const struct compose_allow_kind *k = NULL;

    for (size_t i = 0; (k = compose_allow_kind_at(i)) != NULL; i++) {
        const struct danger_case *c = NULL;
        bool found = false;

        for (size_t j = 0; (c = danger_case_at(j)) != NULL; j++)
            found |= c->danger != NULL && compose_allow_kind_of(c->danger) == k;
        cr_expect(found, "no case for %s", k->name);
    }
}

Test(compose_dangers, what_does_not_parse_is_an_error)
{
    static const char *const wrong[] = {
        "",
        "[]",
        "{",
        "{\"runner\":\"docker-compose\"}",
        "{\"runner\":\"docker-compose\",\"docker_compose_file\":7}",
        "{\"runner\":\"docker-compose\",\"docker_compose_file\":\"- a\"}",
        "{\"runner\":\"docker-compose\",\"docker_compose_file\":\"a: [\"}",
        "{\"runner\":\"bash\",\"runner\":\"docker-compose\",\"docker_compose_file\":\"\"}",
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct dangers dangers = { 0 };
        struct diag d = { 0 };

        cr_expect_neq(compose_dangers(&d, &dangers, wrong[i], strlen(wrong[i])), OK, "%s",
                      wrong[i]);
        cr_expect_eq(dangers.num_items, 0, "%s", wrong[i]);
        dangers_clear(&dangers);
    }
}

/* --- the check --------------------------------------------------------------------------------
 */

static enum verdict verdict_of(const struct danger_case *c, const char *policy)
{
    struct profile *profile = fixture_profile_with("  compose-allow:\n    - key_provider:none\n"
                                                   "    - public_tcbinfo\n",
                                                   policy);
    struct proposal p = { 0 };
    struct buf app;
    enum verdict v = NOT_CHECKED;

    buf_init(&app, LIMIT_COMPOSE_BYTES);
    danger_case_write(&app, c);
    fixture_proposal(&p, FIXTURE_SCHEDULE, profile);
    fixture_set_file(&p, EVIDENCE_APP_COMPOSE, app.data, app.len);
    v = fixture_check(&p, profile, "compose.dangers");
    proposal_clear(&p);
    profile_free(profile);
    buf_clear(&app);
    return v;
}

static void write_policy(struct buf *out, const char *danger)
{
    buf_add_str(out, "  compose-allow:\n    - '");
    buf_add_str(out, danger);
    buf_add_str(out, "'\n");
}

Test(compose_dangers, each_fails_until_the_profile_allows_it)
{
    const struct danger_case *c = NULL;

    for (size_t i = 0; (c = danger_case_at(i)) != NULL; i++) {
        struct buf policy;

        cr_expect_eq(verdict_of(c, ""), FAIL, "%s, not allowed", c->name);
        if (c->danger == NULL)
            continue;
        buf_init(&policy, 4096);
        write_policy(&policy, c->danger);
        cr_expect_eq(verdict_of(c, buf_str(&policy)), PASS, "%s, allowed", c->name);
        buf_clear(&policy);
    }
}

/* An allowance is for one service and one value. */
Test(compose_dangers, an_allowance_for_something_else_is_none)
{
    static const struct {
        const char *service, *allowance;
        enum verdict want;
    } rows[] = {
        { "    privileged: true\n", "privileged:db", FAIL },
        { "    cap_add: [SYS_ADMIN]\n", "cap_add:api:NET_ADMIN", FAIL },
        { "    ports: [\"8080:80\"]\n", "ports:api:8080:8", FAIL },
        { "    ports: [\"8080:80\"]\n", "ports:api:8080:80/udp", FAIL },
        { "    volumes: [\"/a:/b:ro\"]\n", "bind:api:/a:/b", PASS },
        { "    volumes: [\"/a:/b\"]\n", "bind:api:/a:/b:ro", FAIL },
        { "    volumes: [\"/a:/b/c\"]\n", "bind:api:/a:/b", FAIL },
        { "    volumes: [\"/a:/b:rshared\"]\n", "bind:api:/a:/b", FAIL },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct danger_case c = { "", "", rows[i].service, "", NULL };
        struct buf policy;

        buf_init(&policy, 4096);
        write_policy(&policy, rows[i].allowance);
        cr_expect_eq(verdict_of(&c, buf_str(&policy)), rows[i].want, "%s%s", rows[i].service,
                     rows[i].allowance);
        buf_clear(&policy);
    }
}

/* Both are told: what is dangerous, and what nobody knows about it. */
Test(compose_dangers, a_field_of_nobody_in_a_verity_volume)
{
    static const struct danger_case c = {
        "",   ",\"verity_volumes\":[{\"verity_root\":\"aa\",\"target\":\"/usr\",\"rw\":true}]",
        "",   "",
        NULL,
    };
    struct dangers dangers = { 0 };

    dangers_of(&dangers, &c);
    cr_assert_eq(dangers.num_items, 2);
    cr_expect(dangers.items[0].refused);
    cr_expect_str_eq(dangers.items[1].text, "verity_volumes:aa:/usr");
    dangers_clear(&dangers);
}
