// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "safe/profile.h"
#include "src/base/json.h"

#define LEN(table) (sizeof(table) / sizeof((table)[0]))
#define REQUIRED                                                                    \
    "format: countersign/profile/1\nname: example\nchain: {id: 8453}\nsafe:\n"      \
    "  address: \"0x6666666666666666666666666666666666666666\"\n  version: 1.4.1\n" \
    "  threshold: 1\n  owners: [\"0x1111111111111111111111111111111111111111\"]\n"
#define HEAD "compose:\n  form: as-is\n  final-newlines: keep\n"
#define APP  "  app: {name: x}\n"

static const struct {
    const char *name, *text, *says;
} refusals[] = {
    { "null", "compose:\n", "expected a mapping" },
    { "no form", "compose: {final-newlines: keep, app: {}}\n", "'form' is missing" },
    { "no newline rule", "compose: {form: as-is, app: {}}\n", "'final-newlines' is missing" },
    { "no app", HEAD, "'app' is missing" },
    { "form raw", "compose: {form: raw, final-newlines: keep, app: {}}\n", "as-is" },
    { "form unknown", "compose: {form: jcs, final-newlines: keep, app: {}}\n", "no form 'jcs'" },
    { "newlines", "compose: {form: as-is, final-newlines: yes, app: {}}\n", "keep or strip" },
    { "unknown key", HEAD APP "  x: 1\n", "unknown key 'x' in 'compose'" },
    { "compose file given", HEAD "  app: {docker_compose_file: x}\n", "comes from git" },
    { "float", HEAD "  app: {x: 1.5}\n", "quotation marks" },
    { "octal", HEAD "  app: {x: 010}\n", "quotation marks" },
    { "hex", HEAD "  app: {x: 0x10}\n", "quotation marks" },
    { "yes", HEAD "  app: {x: yes}\n", "quotation marks" },
    { "True", HEAD "  app: {x: True}\n", "quotation marks" },
    { "date", HEAD "  app: {x: 2026-01-01}\n", "quotation marks" },
    { "empty", HEAD "  app: {x: }\n", "quotation marks" },
    { "tilde", HEAD "  app: {x: ~}\n", "quotation marks" },
    { "minus zero", HEAD "  app: {x: -0}\n", "quotation marks" },
    { "beyond 2^53", HEAD "  app: {x: 9007199254740993}\n", "quotation marks" },
    { "tag", HEAD "  app: {x: !!int 1}\n", "no tags" },
    { "nested", HEAD "  app: {x: [{y: .inf}]}\n", "quotation marks" },
    { "neither value nor image", HEAD APP "  substitute: [{placeholder: a}]\n", "either" },
    { "both", HEAD APP "  substitute: [{placeholder: a, value: b, image: c}]\n", "either" },
    { "no placeholder", HEAD APP "  substitute: [{value: b}]\n", "'placeholder' is missing" },
    { "empty placeholder", HEAD APP "  substitute: [{placeholder: '', value: b}]\n", "empty" },
    { "zero times", HEAD APP "  substitute: [{placeholder: a, value: b, times: 0}]\n", "from 1" },
    { "image with digest", HEAD APP "  substitute: [{placeholder: a, image: 'x@sha256:00'}]\n",
      "without a digest" },
    { "overlap",
      HEAD APP "  substitute: [{placeholder: $A, value: b}, {placeholder: $AB, value: c}]\n",
      "overlap" },
    { "the same twice",
      HEAD APP "  substitute: [{placeholder: a, value: b}, {placeholder: a, value: c}]\n",
      "overlap" },
    { "leave", HEAD APP "  leave: ['${A}']\n", "name of a variable" },
    { "leave a digit", HEAD APP "  leave: [1A]\n", "name of a variable" },
    { "addition without value", HEAD APP "  additions: [{field: a, by: b, version: c}]\n",
      "'value' or a 'sha256'" },
    { "addition with both",
      HEAD APP "  additions: [{field: a, by: b, version: c, value: 1, sha256: "
               "'0x1111111111111111111111111111111111111111111111111111111111111111'}]\n",
      "either" },
    { "addition, zero",
      HEAD APP "  additions: [{field: a, by: b, version: c, sha256: "
               "'0x0000000000000000000000000000000000000000000000000000000000000000'}]\n",
      "hash of nothing" },
    { "addition, short", HEAD APP "  additions: [{field: a, by: b, version: c, sha256: '0x11'}]\n",
      "" },
    { "addition without version", HEAD APP "  additions: [{field: a, by: b, value: 1}]\n",
      "'version' is missing" },
    { "addition of the compose file",
      HEAD APP "  additions: [{field: docker_compose_file, by: b, version: c, value: x}]\n",
      "comes from git" },
    { "addition of a field of app",
      HEAD APP "  additions: [{field: name, by: b, version: c, value: x}]\n",
      "under 'app' as well" },
};

Test(profile_compose, refusals)
{
    for (size_t i = 0; i < LEN(refusals); i++) {
        struct diag d = { 0 };
        struct profile *p = NULL;
        char text[4096];
        int n = snprintf(text, sizeof(text), "%s%s", REQUIRED, refusals[i].text);
        enum err e = profile_parse(&d, &p, text, (size_t)n, "p", NULL);

        cr_expect(e == ERR_FORMAT, "%s: got %d", refusals[i].name, (int)e);
        cr_expect(strstr(d.msg, refusals[i].says) != NULL, "%s: %s", refusals[i].name, d.msg);
        cr_expect_null(p);
        profile_free(p);
    }
}

Test(profile_compose, types_and_order)
{
    static const char text[] =
        REQUIRED HEAD "  app:\n    z: 1\n    docker_compose_file: null\n    a: \"true\"\n"
                      "    b: [true, -5, null, /x, docker-compose, \"1.0\"]\n";
    static const char json[] =
        "{\"z\":1,\"docker_compose_file\":null,\"a\":\"true\",\"b\":[true,-5,"
        "null,\"/x\",\"docker-compose\",\"1.0\"]}";
    struct diag d = { 0 };
    struct profile *p = NULL;
    struct buf out;

    cr_assert_eq(profile_parse(&d, &p, text, strlen(text), "p", NULL), OK, "%s", d.msg);
    cr_expect(p->compose.given);
    cr_expect_eq(p->compose.form, FORM_AS_IS);
    cr_expect(!p->compose.strip_newlines);
    buf_init(&out, 1024);
    cr_assert_eq(json_write(&d, &out, p->compose.app, 0), OK);
    cr_expect_str_eq(buf_str(&out), json);
    buf_clear(&out);
    profile_free(p);
}

Test(profile_compose, the_compose_file_is_last_if_it_is_not_placed)
{
    struct diag d = { 0 };
    struct profile *p = NULL;
    struct buf out;

    cr_assert_eq(profile_parse(&d, &p, REQUIRED HEAD APP, strlen(REQUIRED HEAD APP), "p", NULL), OK,
                 "%s", d.msg);
    buf_init(&out, 1024);
    cr_assert_eq(json_write(&d, &out, p->compose.app, 0), OK);
    cr_expect_str_eq(buf_str(&out), "{\"name\":\"x\",\"docker_compose_file\":null}");
    buf_clear(&out);
    profile_free(p);
}
