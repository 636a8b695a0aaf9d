// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "src/base/hex.h"
#include "src/base/limits.h"
#include "tests/unit/fixture_json.h"
#include "verify/compose_forms.h"

#define LEN(table) (sizeof(table) / sizeof((table)[0]))

static void expect_hash(const char *name, const char *input, const char *form_name,
                        const char *want, bool refused)
{
    enum compose_form form = FORM_RAW;
    struct diag d = { 0 };
    struct hash32 hash;
    char text[HEX_LEN(32)];
    enum err e = compose_form_parse(&d, &form, form_name);

    cr_assert_eq(e, OK, "%s", d.msg);
    e = compose_form_hash(&d, &hash, input, strlen(input), form, "input");
    if (refused && form != FORM_RAW) {
        cr_expect(e == ERR_UNSUPPORTED || e == ERR_FORMAT, "%s, %s: got %d", name, form_name,
                  (int)e);
        cr_expect(hash32_is_zero(&hash), "%s, %s", name, form_name);
        return;
    }
    cr_expect_eq(e, OK, "%s, %s: %s", name, form_name, d.msg);
    cr_expect_str_eq(hex_encode(text, hash.b, sizeof(hash.b)), want, "%s, %s", name, form_name);
}

static void run_rows(const char *path, size_t at_least)
{
    struct json *rows = fixture_json(path);

    cr_assert_geq(json_len(rows), at_least);
    for (size_t i = 0; i < json_len(rows); i++) {
        const struct json *row = json_at(rows, i);
        const struct json *forms = json_get(row, "forms");
        struct diag d = { 0 };
        const char *form = NULL;
        bool refused = false;
        void *at = NULL;

        if (json_get(row, "refused") != NULL)
            cr_assert_eq(json_read_bool(&d, &refused, row, "refused"), OK);
        for (const struct json *want = json_next(forms, &at, &form); want != NULL;
             want = json_next(forms, &at, &form))
            expect_hash(json_string(json_get(row, "name")), json_string(json_get(row, "input")),
                        form, json_string(want), refused);
    }
    json_free(rows);
}

Test(compose_forms, as_the_producers_write_them)
{
    run_rows("fixtures/compose/forms.json", 30);
}

Test(compose_forms, published_hashes)
{
    run_rows("fixtures/compose/vectors.json", 36);
}

#define CLI_REST                                                                          \
    "\"docker_compose_file\":\"x\",\"kms_enabled\":true,\"gateway_enabled\":true,"        \
    "\"local_key_provider_enabled\":false,\"key_provider_id\":\"\",\"public_logs\":true," \
    "\"public_sysinfo\":true,\"allowed_envs\":[],\"no_instance_id\":false,\"secure_time\":true"
#define CLI_HEAD "{\"manifest_version\":2,\"name\":\"a\",\"runner\":\"docker-compose\","
#define UI_REST                                                                   \
    "\"docker_compose_file\":\"x\",\"public_logs\":true,\"public_sysinfo\":true," \
    "\"public_tcbinfo\":true,\"allowed_envs\":[],\"secure_time\":false,"

static const struct {
    const char *name;
    enum compose_form form;
    const char *text;
    const char *says;
} refusals[] = {
    { "no object", FORM_DSTACK_JS, "[]", "expected a JSON object" },
    { "twice", FORM_DSTACK_JS, "{\"a\":1,\"a\":1}", "" },
    { "fraction", FORM_AS_IS, "{\"x\":1.0}", "'x': a number with a fraction" },
    { "fraction in a list", FORM_PHALA_STORED, "{\"x\":[[1,0.5]]}", "'x': a number with" },
    { "exponent", FORM_DSTACK_PYTHON, "{\"runner\":\"a\",\"x\":1e3}", "'x': a number with" },
    { "negative zero", FORM_DSTACK_JS, "{\"x\":-0.0}", "'x': a number with" },
    { "beyond 2^53", FORM_DSTACK_JS, "{\"x\":9007199254740993}", "beyond 2^53" },
    { "below -2^53", FORM_PHALA_CLOUD_JS, "{\"x\":-9007199254740993}", "beyond 2^53" },
    { "integer key", FORM_DSTACK_JS, "{\"y\":{\"10\":1}}", "'10': a key that looks like" },
    { "zero key", FORM_AS_IS, "{\"0\":1}", "'0': a key that looks like" },
    { "astral key", FORM_DSTACK_JS, "{\"\\ud83d\\ude00\":1}", "beyond the BMP" },
    { "__proto__", FORM_DSTACK_JS, "{\"x\":[{\"__proto__\":1}]}", "'__proto__': JavaScript" },
    { "constructor", FORM_DSTACK_JS, "{\"constructor\":1}", "do not sort" },
    { "lone surrogate", FORM_DSTACK_JS, "{\"x\":\"\\udead\"}", "" },
    { "NUL", FORM_DSTACK_JS, "{\"x\":\"\\u0000\"}", "" },
    { "script false", FORM_DSTACK_JS_NORMALIZED, "{\"pre_launch_script\":false}", "'pre_launch" },
    { "script zero", FORM_PHALA_CLOUD_JS, "{\"pre_launch_script\":0}", "'pre_launch_script'" },
    { "python, no runner", FORM_DSTACK_PYTHON, "{\"name\":\"a\"}", "'runner'" },
    { "python, runner 1", FORM_DSTACK_PYTHON, "{\"runner\":1}", "'runner'" },
    { "python, docker_config null", FORM_DSTACK_PYTHON, "{\"runner\":\"a\",\"docker_config\":null}",
      "'docker_config'" },
    { "python, unknown key", FORM_DSTACK_PYTHON, "{\"runner\":\"a\",\"requirements\":{\"x\":1}}",
      "'requirements'" },
    { "python, a null that one release keeps", FORM_DSTACK_PYTHON,
      "{\"runner\":\"a\",\"requirements\":{\"os_version\":null}}", "'requirements'" },
    { "python, a key that one release refuses", FORM_DSTACK_PYTHON,
      "{\"runner\":\"a\",\"requirements\":{\"gpu_policy\":{}}}", "'requirements'" },
    { "python, self", FORM_DSTACK_PYTHON, "{\"runner\":\"a\",\"self\":1}", "'self'" },
    { "cli, nothing", FORM_VMM_CLI, "{}", "'manifest_version' is missing" },
    { "cli, version 3", FORM_VMM_CLI, "{\"manifest_version\":3}", "'manifest_version'" },
    { "cli, other field", FORM_VMM_CLI, CLI_HEAD CLI_REST ",\"storage_fs\":\"zfs\"}",
      "'storage_fs': it never" },
    { "cli, swap 0", FORM_VMM_CLI, CLI_HEAD CLI_REST ",\"swap_size\":0}", "'swap_size'" },
    { "cli, key_provider 1", FORM_VMM_CLI, CLI_HEAD CLI_REST ",\"key_provider\":1}",
      "'key_provider'" },
    { "ui, both gateways", FORM_VMM_UI,
      CLI_HEAD UI_REST "\"key_provider_id\":\"\",\"no_instance_id\":true,"
                       "\"gateway_enabled\":false,\"tproxy_enabled\":false}",
      "either" },
    { "ui, instance id", FORM_VMM_UI,
      CLI_HEAD UI_REST "\"key_provider_id\":\"\",\"no_instance_id\":true,"
                       "\"gateway_enabled\":true}",
      "the opposite" },
    { "ui, kms", FORM_VMM_UI,
      CLI_HEAD UI_REST "\"key_provider_id\":\"\",\"no_instance_id\":false,"
                       "\"gateway_enabled\":true,\"key_provider\":\"kms\"}",
      "'kms_enabled'" },
    { "ui, local", FORM_VMM_UI,
      CLI_HEAD UI_REST "\"key_provider_id\":\"\",\"no_instance_id\":false,"
                       "\"gateway_enabled\":true,\"local_key_provider_enabled\":true}",
      "'local_key_provider_enabled'" },
    { "ui, id of no provider", FORM_VMM_UI,
      CLI_HEAD UI_REST "\"key_provider_id\":\"aa\",\"no_instance_id\":false,"
                       "\"gateway_enabled\":true}",
      "'key_provider_id'" },
    { "ui, blank script", FORM_VMM_UI,
      CLI_HEAD UI_REST "\"key_provider_id\":\"\",\"no_instance_id\":false,"
                       "\"gateway_enabled\":true,\"pre_launch_script\":\" \\n\"}",
      "blank" },
    { "ui, no public_tcbinfo", FORM_VMM_UI, CLI_HEAD CLI_REST "}", "is missing" },
};

Test(compose_forms, refused_by_name)
{
    for (size_t i = 0; i < LEN(refusals); i++) {
        struct diag d = { 0 };
        struct hash32 hash;
        enum err e = compose_form_hash(&d, &hash, refusals[i].text, strlen(refusals[i].text),
                                       refusals[i].form, "input");

        cr_expect(e == ERR_UNSUPPORTED || e == ERR_FORMAT, "%s: got %d", refusals[i].name, (int)e);
        cr_expect_eq(err_exit_code(e), 2);
        cr_expect(strstr(d.msg, refusals[i].says) != NULL, "%s: %s", refusals[i].name, d.msg);
        cr_expect(hash32_is_zero(&hash), "%s", refusals[i].name);
    }
}

Test(compose_forms, every_form_has_a_name_that_parses)
{
    struct diag d = { 0 };
    enum compose_form form = FORM_RAW;

    for (unsigned i = 0; i < NUM_COMPOSE_FORMS; i++) {
        cr_assert_eq(compose_form_parse(&d, &form, compose_form_name((enum compose_form)i)), OK);
        cr_expect_eq((unsigned)form, i);
        cr_expect_neq(compose_form_producer(form)[0], '\0');
    }
    cr_expect_eq(compose_form_parse(&d, &form, "RAW"), ERR_USAGE);
    cr_expect_eq(compose_form_parse(&d, &form, ""), ERR_USAGE);
    cr_expect(strstr(d.hint, "phala-stored") != NULL);
}

Test(compose_forms, cut_short)
{
    static const char text[] = CLI_HEAD CLI_REST "}";

    for (size_t len = 0; len < sizeof(text) - 1; len++) {
        struct diag d = { 0 };
        struct hash32 hash;

        cr_expect_eq(compose_form_hash(&d, &hash, text, len, FORM_VMM_CLI, "input"), ERR_FORMAT,
                     "%zu bytes", len);
    }
}

Test(compose_forms, layout)
{
    static const char text[] = "{\"b\":[1,{\"d\":\"\",\"c\":[]}],\"a\":{},\"e\":null}";
    static const char sorted[] = "{\n  \"a\": {},\n  \"b\": [\n    1,\n    {\n      \"c\": [],\n"
                                 "      \"d\": \"\"\n    }\n  ],\n  \"e\": null\n}";
    struct diag d = { 0 };
    struct json *j = NULL;
    struct buf out;

    cr_assert_eq(compose_parse(&d, &j, text, strlen(text), "input"), OK);
    buf_init(&out, 1024);
    cr_assert_eq(compose_json_write(&d, &out, j, 2, true), OK);
    cr_expect_str_eq(buf_str(&out), sorted);
    buf_clear(&out);
    buf_init(&out, 10);
    cr_expect_eq(compose_json_write(&d, &out, j, 2, true), ERR_LIMIT);
    buf_clear(&out);
    json_free(j);
}
