// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "src/base/digest.h"
#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "tests/unit/fixture_json.h"
#include "verify/compose_explain.h"

#define LEN(table) (sizeof(table) / sizeof((table)[0]))
#define RELEASE    "fixtures/compose/release/"

static void read_fixture(struct buf *out, const char *path)
{
    struct diag d = { 0 };

    buf_init(out, LIMIT_COMPOSE_BYTES);
    cr_assert_eq(file_read(&d, out, path), OK, "%s", d.msg);
}

static void explain(struct explanation *out, const struct explain_input *in,
                    const struct hash32 *wanted)
{
    struct diag d = { 0 };

    cr_assert_eq(compose_explain(&d, out, in, wanted), OK, "%s", d.msg);
}

/* Both incidents, by the hashes of fixtures/compose/generate_release.py. */
Test(compose_explain, both_incidents)
{
    static const char *const how[] = {
        "form as-is (compact, members in their order (JSON.stringify, jq -c)), without what a "
        "provider fills in: features gateway_enabled kms_enabled local_key_provider_enabled "
        "manifest_version no_instance_id pre_launch_script public_logs public_sysinfo "
        "public_tcbinfo runner secure_time storage_fs tproxy_enabled; so has dstack-js; so has "
        "dstack-js-normalized; so has phala-stored",
        "form phala-cloud-js (npm @phala/cloud 0.2.9 and phala 1.1.18, "
        "withComposeMethods(x).getHash())",
    };
    struct json *expected = fixture_json("fixtures/compose/release.json");
    const struct json *incidents = json_get(expected, "incidents");
    struct buf app;

    read_fixture(&app, RELEASE "app-compose.json");
    for (size_t i = 0; i < 2; i++) {
        struct explain_input in = { .app = app.data, .app_len = app.len };
        struct diag d = { 0 };
        struct explanation x;
        struct hash32 wanted;
        struct hash32 boots;

        cr_assert_eq(json_read_hash(&d, &wanted, json_at(incidents, i), "whitelisted"), OK);
        cr_assert_eq(json_read_hash(&d, &boots, json_at(incidents, i), "boots"), OK);
        explain(&x, &in, &wanted);
        cr_expect(x.found && !x.is_measured);
        cr_expect_str_eq(buf_str(&x.how), how[i]);
        cr_expect(hash32_eq(&x.measured, &boots));
        explanation_clear(&x);
        explain(&x, &in, &boots);
        cr_expect(x.is_measured && !x.found);
        explanation_clear(&x);
    }
    buf_clear(&app);
    json_free(expected);
}

#define APP "{\"docker_compose_file\":\"a: 1\\nb: 2 \\n\",\"features\":[],\"name\":\"\"}"

static const struct {
    const char *name;
    const char *hashed; /* what somebody else hashed instead of APP */
    const char *says;
} rows[] = {
    { "a newline at the end", APP "\n", "the file, with one newline at the end" },
    { "CR LF at the end", APP "\r\n", NULL },
    { "a byte-order mark", "\xef\xbb\xbf" APP, "the file, with a byte-order mark" },
    { "indented by 2",
      "{\n  \"docker_compose_file\": \"a: 1\\nb: 2 \\n\",\n  \"features\": [],\n  \"name\": "
      "\"\"\n}",
      "indented by 2, members in their order" },
    { "the compose file alone", "a: 1\nb: 2 \n",
      "docker_compose_file alone, which nobody measures" },
    { "the compose file alone, cut", "a: 1\nb: 2 ",
      "docker_compose_file alone, which nobody measures, without newlines at the end, as a shell's "
      "$(cat FILE)" },
    { "compose file cut",
      "{\"docker_compose_file\":\"a: 1\\nb: 2 \",\"features\":[],\"name\":\"\"}",
      "docker_compose_file without newlines at the end, as a shell's $(cat FILE)" },
    { "compose file with CR LF",
      "{\"docker_compose_file\":\"a: 1\\r\\nb: 2 \\r\\n\",\"features\":[],\"name\":\"\"}",
      "docker_compose_file with CR LF line endings" },
    { "compose file trimmed",
      "{\"docker_compose_file\":\"a: 1\\nb: 2\\n\",\"features\":[],\"name\":\"\"}",
      "docker_compose_file without spaces at the ends of lines" },
    { "without features", "{\"docker_compose_file\":\"a: 1\\nb: 2 \\n\",\"name\":\"\"}",
      "without what a provider fills in: features" },
    { "without name", "{\"docker_compose_file\":\"a: 1\\nb: 2 \\n\",\"features\":[]}",
      "without 'name'" },
    { "as in git", "{\"docker_compose_file\":\"a: ${A}\\n\",\"features\":[],\"name\":\"\"}",
      "docker_compose_file as it is in git, not substituted" },
    { "the file in git alone", "a: ${A}\n", "the compose file in git alone" },
    { "the script before",
      "{\"docker_compose_file\":\"a: 1\\nb: 2 \\n\",\"features\":[],\"name\":\"\","
      "\"pre_launch_script\":\"x\"}",
      "with what the release before has as well: pre_launch_script" },
    { "the name before",
      "{\"docker_compose_file\":\"a: 1\\nb: 2 \\n\",\"features\":[],\"name\":\"n\"}",
      "with the previous release's 'name'" },
    { "something else", "{}x", NULL },
    { "nothing", "", NULL },
};

Test(compose_explain, what_others_hash)
{
    static const char before[] = "{\"name\":\"n\",\"pre_launch_script\":\"x\"}";
    static const char in_git[] = "a: ${A}\n";
    const struct explain_input in = { APP,    strlen(APP),    in_git, strlen(in_git),
                                      before, strlen(before), NULL };

    for (size_t i = 0; i < LEN(rows); i++) {
        struct diag d = { 0 };
        struct explanation x;
        struct hash32 wanted;

        cr_assert_eq(sha256(&d, &wanted, rows[i].hashed, strlen(rows[i].hashed)), OK);
        explain(&x, &in, &wanted);
        cr_expect(!x.is_measured, "%s", rows[i].name);
        cr_expect_eq(x.found, rows[i].says != NULL, "%s: %s", rows[i].name, buf_str(&x.how));
        if (rows[i].says != NULL)
            cr_expect(strstr(buf_str(&x.how), rows[i].says) != NULL, "%s: %s", rows[i].name,
                      buf_str(&x.how));
        explanation_clear(&x);
    }
}

Test(compose_explain, any_file_has_a_hash)
{
    static const char *const files[] = { "", "services: {}", "{", "[]", "{}", "\"x\"" };

    for (size_t i = 0; i < LEN(files); i++) {
        const struct explain_input in = { .app = files[i], .app_len = strlen(files[i]) };
        struct hash32 wanted = { { 1 } };
        struct explanation x;

        explain(&x, &in, &wanted);
        cr_expect(!x.found && !x.is_measured);
        explanation_clear(&x);
        explain(&x, &in, &(struct hash32){ { 0 } });
        cr_expect(!x.found);
        explanation_clear(&x);
    }
}
