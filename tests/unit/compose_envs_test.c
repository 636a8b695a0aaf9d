// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "src/base/limits.h"
#include "tests/unit/verify_fixture.h"
#include "verify/compose_envs.h"

#define IMAGE "a@sha256:1111111111111111111111111111111111111111111111111111111111111111"

/* An app-compose with these allowed_envs, other members, and lines of the service 'api' and of the
 * top level. */
struct env_case {
    const char *name;
    const char *envs;    /* "\"A\",\"B\"" */
    const char *app;     /* ",\"pre_launch_script\":\"…\"" */
    const char *service; /* "    command: run $A\\n" */
    const char *top;
    const char *decides; /* the one name that decides; NULL: none */
};

static const struct env_case cases[] = {
    { "none", "", "", "", "", NULL },
    { "a key for the app", "\"API_KEY\"", "", "    environment: {API_KEY: }\\n", "", NULL },
    { "a key under another name", "\"API_KEY\"", "", "    environment: [\\\"KEY=${API_KEY}\\\"]\\n",
      "", NULL },
    { "a host name", "\"A\"", "", "    hostname: $A\\n", "", NULL },
    { "a file that uses another name", "\"A\"", "", "    environment: {B: $A}\\n",
      "configs: {c: {content: run $$C}}\\n", NULL },
    { "a name like another", "\"COMPOSE\",\"XPATH\",\"MY_LD_X\",\"NODE_ENV\"", "", "", "", NULL },
    /* the guest's own programs */
    { "another compose file", "\"COMPOSE_FILE\"", "", "", "", "COMPOSE_FILE" },
    { "another app-compose", "\"APP_COMPOSE_FILE\"", "", "", "", "APP_COMPOSE_FILE" },
    { "another daemon", "\"DOCKER_HOST\"", "", "", "", "DOCKER_HOST" },
    { "other programs", "\"PATH\"", "", "", "", "PATH" },
    { "code before bash", "\"BASH_ENV\"", "", "", "", "BASH_ENV" },
    { "code in every program", "\"LD_PRELOAD\"", "", "", "", "LD_PRELOAD" },
    { "a proxy", "\"https_proxy\"", "", "", "", "https_proxy" },
    { "the platform's launch script", "\"DSTACK_ROOT_PASSWORD\"", "", "", "",
      "DSTACK_ROOT_PASSWORD" },
    { "code in Node.js", "\"NODE_OPTIONS\"", "", "", "", "NODE_OPTIONS" },
    /* what the compose file does with it */
    { "the image", "\"TAG\"", "", "    platform: ${TAG}\\n", "", "TAG" },
    { "the command", "\"CMD\"", "", "    command: run $CMD\\n", "", "CMD" },
    { "the command, as a default of another", "\"CMD\"", "", "    command: run ${X:-${CMD}}\\n", "",
      "CMD" },
    { "the command, by the container's shell", "\"CMD\"", "",
      "    command: sh -c \\\"eval $$CMD\\\"\\n", "", "CMD" },
    { "the entry point", "\"CMD\"", "", "    entrypoint: [sh, \\\"${CMD-x}\\\"]\\n", "", "CMD" },
    { "a mount", "\"DIR\"", "", "    volumes: [\\\"$DIR:/d\\\"]\\n", "", "DIR" },
    { "the user", "\"U\"", "", "    user: ${U}\\n", "", "U" },
    { "a label that a scheduler runs", "\"CMD\"", "",
      "    labels: {ofelia.job-exec.j.command: $CMD}\\n", "", "CMD" },
    { "an annotation", "\"CMD\"", "", "    annotations: [x=$CMD]\\n", "", "CMD" },
    { "a script in the compose file, by the container's shell", "\"CMD\"", "",
      "    environment: {RUN: $CMD}\\n", "configs: {c: {content: eval $$RUN}}\\n", "CMD" },
    { "a name in two pieces", "\"FOO\"", "",
      "    environment: [FOO]\\n    command: sh -c \\\"eval $$F${A:-OO}\\\"\\n", "", "FOO" },
    { "a name behind an insertion", "\"FOO\"", "",
      "    environment: [FOO]\\n    command: 'sh -c $$${A:-F}OO'\\n", "", "FOO" },
    { "a name of two insertions", "\"FOO\"", "",
      "    environment: {FOO: }\\n    command: 'run ${A:-F}${B:-OO}'\\n", "", "FOO" },
    { "a name in a language of its own", "\"FOO\"", "",
      "    environment: {FOO: }\\n    command: ['py', 'os.environ[''F${A:-OO}'']']\\n", "", "FOO" },
    { "an insertion that stands alone", "\"FOO\"", "",
      "    environment: {FOO: }\\n    command: 'run --port ${A:-80} $$HOME'\\n", "", NULL },
    { "options of a server", "\"A\"", "", "    environment: {CATALINA_OPTS: $A}\\n", "", "A" },
    { "a library's directory", "\"XTABLES_LIBDIR\"", "", "", "", "XTABLES_LIBDIR" },
    { "a hook", "\"CMD\"", "", "    post_start: [{command: $CMD}]\\n", "", "CMD" },
    { "a health check", "\"CMD\"", "", "    healthcheck: {test: \\\"$CMD\\\"}\\n", "", "CMD" },
    { "through an anchor", "\"CMD\"", "", "    <<: *c\\n", "x-c: &c {command: $CMD}\\n", "CMD" },
    { "a file made of it", "\"CODE\"", "", "", "configs: {c: {environment: CODE}}\\n", "CODE" },
    { "a secret made of it", "\"CODE\"", "", "", "secrets: {s: {environment: CODE}}\\n", "CODE" },
    { "a file with it inside", "\"CODE\"", "", "", "configs: {c: {content: \\\"run $CODE\\\"}}\\n",
      "CODE" },
    { "a volume", "\"DEV\"", "", "", "volumes: {v: {driver_opts: {device: $DEV}}}\\n", "DEV" },
    { "under a name that Node.js reads", "\"A\"", "", "    environment: {NODE_OPTIONS: $A}\\n", "",
      "A" },
    { "under a name that the loader reads, in a list", "\"A\"", "",
      "    environment: [\\\"LD_PRELOAD=${A}\\\"]\\n", "", "A" },
    { "under a name of its own choice", "\"A\"", "", "    environment: [\\\"${A}=1\\\"]\\n", "",
      "A" },
    { "in an entry that is none", "\"A\"", "", "    environment: [{LD_PRELOAD: \\\"$A\\\"}]\\n", "",
      "A" },
    { "a whole entry of its own choice", "\"A\"", "", "    environment: [\\\"${A}\\\"]\\n", "",
      "A" },
    { "under a name that the command uses", "\"A\"", "",
      "    command: sh -c \\\"$$RUN\\\"\\n    environment: {RUN: $A}\\n", "", "A" },
    { "handed on to a command that prints it", "\"RUN\"", "",
      "    command: sh -c \\\"eval `printenv RUN`\\\"\\n    environment: [RUN]\\n", "", "RUN" },
    { "a script of the app-compose", "\"TOKEN\"", ",\"pre_launch_script\":\"login $TOKEN\"", "", "",
      "TOKEN" },
    { "one script of many", "\"TOKEN\"", ",\"init_script\":[\"a\",\"echo ${TOKEN}\"]", "", "",
      "TOKEN" },
    { "the bash runner", "\"TOKEN\"", ",\"bash_script\":\"$TOKEN\"", "", "", "TOKEN" },
    /* the host sets it, in allowed_envs or not */
    { "a setting of the host", "", "", "    command: run $PCCS_URL\\n", "", "PCCS_URL" },
};

static void write_case(struct buf *out, const struct env_case *c)
{
    buf_init(out, LIMIT_COMPOSE_BYTES);
    buf_addf(out,
             "{\"manifest_version\":2,\"name\":\"a\",\"runner\":\"docker-compose\",\"kms_enabled\":"
             "true,\"public_tcbinfo\":false,\"allowed_envs\":[%s]%s,\"docker_compose_file\":\"%s"
             "services:\\n  api:\\n    image: " IMAGE "\\n%s\"}",
             c->envs, c->app, c->top, c->service);
    cr_assert(buf_ok(out));
}

Test(compose_envs, who_decides)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct env_case *c = &cases[i];
        struct compose_envs envs = { 0 };
        const char *found = NULL;
        struct diag d = { 0 };
        struct buf app;

        write_case(&app, c);
        cr_assert_eq(compose_envs(&d, &envs, app.data, app.len), OK, "%s: %s", c->name, d.msg);
        for (size_t k = 0; k < envs.num_items; k++) {
            if (envs.items[k].use != NULL)
                found = envs.items[k].name;
        }
        if (c->decides == NULL)
            cr_expect_null(found, "%s: %s", c->name, found);
        else
            cr_expect(found != NULL && strcmp(found, c->decides) == 0, "%s", c->name);
        compose_envs_clear(&envs);
        buf_clear(&app);
    }
}

/* The list is of patterns: each is met by the shortest name that it means, and by no other case. */
Test(compose_envs, every_known_name_decides)
{
    const char *pattern = NULL;
    const char *reader = NULL;

    for (size_t i = 0; (pattern = compose_env_pattern_at(i)) != NULL; i++) {
        char name[128];
        size_t len = strlen(pattern);

        (void)snprintf(name, sizeof(name), "%s", pattern);
        if (pattern[0] == '*')
            name[0] = 'X';
        else if (pattern[len - 1] == '*')
            name[len - 1] = 'X';
        cr_expect_not_null(compose_env_reader(name), "%s", name);
        name[0] = name[0] == 'z' ? 'y' : 'z';
        reader = compose_env_reader(name);
        if (pattern[0] != '*') /* if any, it is one by how the name ends */
            cr_expect(reader == NULL || strncmp(reader, "programs of such a name", 23) == 0, "%s",
                      name);
    }
}

Test(compose_envs, every_name_is_listed)
{
    static const struct env_case c = { "", "\"A\",\"B-C\",\"A\",\"PATH\"", "", "", "", NULL };
    struct compose_envs envs = { 0 };
    struct buf app;

    write_case(&app, &c);
    NEED(compose_envs(d, &envs, app.data, app.len));
    cr_assert_eq(envs.num_items, 4);
    cr_expect_str_eq(envs.items[1].name, "B-C");
    cr_expect(envs.items[1].wrong);
    cr_expect_not(envs.items[0].wrong);
    cr_expect_not_null(envs.items[3].use);
    compose_envs_clear(&envs);
    buf_clear(&app);
}

Test(compose_envs, what_is_no_list_of_texts_is_an_error)
{
    static const char *const wrong[] = {
        "",
        "[]",
        "{\"allowed_envs\":{}}",
        "{\"allowed_envs\":[1]}",
        "{\"allowed_envs\":\"A\"}",
        "{\"allowed_envs\":null}",
        "{\"docker_compose_file\":\"a: [\"}",
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct compose_envs envs = { 0 };
        struct diag d = { 0 };

        cr_expect_eq(compose_envs(&d, &envs, wrong[i], strlen(wrong[i])), ERR_FORMAT, "%s",
                     wrong[i]);
        cr_expect_eq(envs.num_items, 0);
        compose_envs_clear(&envs);
    }
}

/* --- the check --------------------------------------------------------------------------------
 */

static enum verdict verdict_of(const struct env_case *c, const char *policy)
{
    struct profile *profile = fixture_profile_with("  expiry: 14d\n", policy);
    struct proposal p = { 0 };
    enum verdict v = NOT_CHECKED;
    struct buf app;

    write_case(&app, c);
    fixture_proposal(&p, FIXTURE_SCHEDULE, profile);
    fixture_set_file(&p, EVIDENCE_APP_COMPOSE, app.data, app.len);
    v = fixture_check(&p, profile, "compose.envs");
    proposal_clear(&p);
    profile_free(profile);
    buf_clear(&app);
    return v;
}

Test(compose_envs, each_fails_until_the_profile_names_it)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct env_case *c = &cases[i];
        char policy[128];

        cr_expect_eq(verdict_of(c, "  expiry: 14d\n"), c->decides == NULL ? PASS : FAIL, "%s",
                     c->name);
        if (c->decides == NULL)
            continue;
        (void)snprintf(policy, sizeof(policy), "  allowed-envs: [\"%s\"]\n", c->decides);
        cr_expect_eq(verdict_of(c, policy), PASS, "%s, named", c->name);
        (void)snprintf(policy, sizeof(policy), "  allowed-envs: [\"%sX\"]\n", c->decides);
        cr_expect_eq(verdict_of(c, policy), FAIL, "%s, another named", c->name);
    }
}

Test(compose_envs, a_name_that_is_none_fails_always)
{
    static const struct env_case c = { "", "\"A B\"", "", "", "", NULL };

    cr_expect_eq(verdict_of(&c, "  expiry: 14d\n"), FAIL);
}
