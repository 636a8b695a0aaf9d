// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "src/base/digest.h"
#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "src/cli/commands.h"
#include "src/cli/common.h"
#include "src/cli/compose.h"
#include "verify/compose.h"
#include "verify/compose_forms.h"

/* Fields of an app-compose that run something which no compose file tells. */
static const char *const script_fields[] = { "pre_launch_script", "init_script", "bash_script" };
#define NUM_SCRIPT_FIELDS (sizeof(script_fields) / sizeof(script_fields[0]))

/* What 'check' looks at: a compose file, alone or inside an app-compose. */
struct input {
    struct buf compose;
    bool is_app_compose;
    bool has_script[NUM_SCRIPT_FIELDS];
};

static bool is_empty(const struct json *j)
{
    const char *text = json_string(j);

    return j == NULL || json_type(j) == JSON_NULL || (text != NULL && text[0] == '\0') ||
           (json_type(j) == JSON_ARRAY && json_len(j) == 0);
}

/* A JSON object with that member is an app-compose; anything else is read as a compose file. */
static void look_inside(struct input *in, const struct buf *text)
{
    struct diag ignored = { 0 };
    struct json *j = NULL;

    if (json_parse(&ignored, &j, text->data, text->len, "") != OK)
        return;
    in->is_app_compose = json_get(j, "docker_compose_file") != NULL;
    for (size_t i = 0; in->is_app_compose && i < NUM_SCRIPT_FIELDS; i++)
        in->has_script[i] = !is_empty(json_get(j, script_fields[i]));
    json_free(j);
}

static enum err read_input(struct diag *d, struct input *in, const char *path)
{
    struct buf text;
    enum err e = ERR_INTERNAL;

    *in = (struct input){ 0 };
    buf_init(&in->compose, LIMIT_COMPOSE_BYTES);
    buf_init(&text, LIMIT_COMPOSE_BYTES);
    if ((e = file_read(d, &text, path)) == OK) {
        look_inside(in, &text);
        if (in->is_app_compose)
            e = compose_docker_file(d, &in->compose, text.data, text.len);
        else
            buf_add(&in->compose, text.data, text.len);
    }
    if (e == OK)
        e = buf_check(d, &in->compose, path);
    buf_clear(&text);
    return e;
}

static enum err check_json(struct diag *d, const struct input *in, const struct compose_images *c)
{
    struct json *j = json_new_object();
    struct json *images = json_new_array();
    struct json *scripts = json_new_array();

    for (size_t i = 0; i < c->num_items; i++) {
        struct json *image = json_new_object();
        char digest[7 + HEX_LEN(32)] = "sha256:";

        (void)hex_encode(digest + 7, c->items[i].digest.b, sizeof(c->items[i].digest.b));
        json_set_string(image, "service", c->items[i].service);
        json_set_string(image, "image", c->items[i].reference);
        json_set_string(image, "digest", digest);
        json_append(images, image);
    }
    for (size_t i = 0; i < NUM_SCRIPT_FIELDS; i++) {
        if (in->has_script[i])
            json_append(scripts, json_new_string(script_fields[i]));
    }
    json_set_int(j, "result", 0);
    json_set(j, "images", images);
    json_set(j, "notJudged", scripts);
    return common_answer(d, j);
}

static void check_text(const struct input *in, const struct compose_images *c)
{
    for (size_t i = 0; i < c->num_items && !term_is_quiet(); i++) {
        term_untrusted(c->items[i].service, strlen(c->items[i].service));
        term_printf("  ");
        term_untrusted(c->items[i].reference, strlen(c->items[i].reference));
        term_printf("\n");
    }
    term_printf("pinned: all of %zu image%s\n", c->num_items, c->num_items == 1 ? "" : "s");
    for (size_t i = 0; i < NUM_SCRIPT_FIELDS && !term_is_quiet(); i++) {
        if (in->has_script[i])
            term_printf("not judged: %s\n", script_fields[i]);
    }
}

static enum err run_check(struct diag *d, const struct args *a, int *exit_code)
{
    const char *path = a->operands[1];
    struct compose_images images = { 0 };
    char where[320];
    struct input in;
    enum err e = read_input(d, &in, path);

    (void)exit_code;
    (void)snprintf(where, sizeof(where), "%.256s%s", path,
                   in.is_app_compose ? ": docker_compose_file" : "");
    if (e == OK)
        e = compose_check_pinned(d, &images, in.compose.data, in.compose.len, where);
    if (e == OK && args_json(a))
        e = check_json(d, &in, &images);
    else if (e == OK)
        check_text(&in, &images);
    compose_images_clear(&images);
    buf_clear(&in.compose);
    return e;
}

static enum err run_hash(struct diag *d, const struct args *a, int *exit_code)
{
    const char *path = a->operands[1];
    const char *name = args_get(a, "form");
    enum compose_form form = FORM_RAW;
    struct hash32 hash;
    struct buf text;
    enum err e = name != NULL ? compose_form_parse(d, &form, name) : OK;

    (void)exit_code;
    if (e != OK)
        return e;
    buf_init(&text, LIMIT_COMPOSE_BYTES);
    if (form == FORM_RAW)
        e = sha256_input(d, &hash, LIMIT_MEASURED_BYTES, path);
    else if ((e = file_read(d, &text, path)) == OK)
        e = compose_form_hash(d, &hash, text.data, text.len, form, path);
    buf_clear(&text);
    if (e == OK && args_json(a)) {
        struct json *j = json_new_object();

        json_set_hash(j, form == FORM_RAW ? "composeHash" : "formHash", &hash);
        if (name != NULL)
            json_set_string(j, "form", compose_form_name(form));
        return common_answer(d, j);
    }
    if (e == OK)
        term_printf("%s\n", hash32_format(&hash).s);
    return e;
}

static const struct {
    const char *name;
    size_t min_operands, max_operands; /* behind the name */
    const char *expected;
    const char *options; /* that it takes */
    enum err (*run)(struct diag *d, const struct args *a, int *exit_code);
} subcommands[] = {
    { "hash", 1, 1, "one FILE", "form", run_hash },
    { "check", 1, 1, "one FILE", "", run_check },
    { "render", 0, 0, "options alone", " form repo commit path template digest out ",
      compose_run_render },
    { "explain", 1, 1, "one FILE or PROPOSAL", "hash template previous", compose_run_explain },
    { "diff", 2, 2, "OLD and NEW", "repo path", compose_run_diff },
};
#define NUM_SUBCOMMANDS (sizeof(subcommands) / sizeof(subcommands[0]))

static enum err run(struct diag *d, const struct args *a, int *exit_code)
{
    const size_t num = a->num_operands - 1;
    size_t i = 0;
    enum err e = ERR_INTERNAL;

    while (i < NUM_SUBCOMMANDS && strcmp(subcommands[i].name, a->operands[0]) != 0)
        i++;
    if (i == NUM_SUBCOMMANDS)
        return diag_set(d, ERR_USAGE,
                        "compose: expected hash, check, render, explain or diff, found '%.32s'",
                        a->operands[0]);
    if ((e = args_check_sub(d, a, subcommands[i].name, subcommands[i].options)) != OK)
        return e;
    if (num < subcommands[i].min_operands || num > subcommands[i].max_operands)
        return diag_set(d, ERR_USAGE, "compose %s: expected %s", subcommands[i].name,
                        subcommands[i].expected);
    return subcommands[i].run(d, a, exit_code);
}

static const struct arg_option options[] = {
    { "form", "FORM", "hash, render: the bytes that this producer writes for the object", false },
    { "repo", "DIR", "render, diff: git repository with the template", false },
    { "commit", "REV", "render: commit that holds it", false },
    { "path", "FILE", "render, diff: its path in the commit (default: the profile's)", false },
    { "template", "FILE", "render, explain: the compose file in git, as a file", false },
    { "digest", "TEXT=DIGEST", "render: digest for the image of a placeholder; repeatable", true },
    { "hash", "HASH", "explain: the hash whose origin is asked for, or what sha256sum prints",
      false },
    { "previous", "FILE", "explain: the app-compose of the release before", false },
    { "out", "FILE", "render: where the app-compose goes (default: standard output)", false },
    OPTION_END,
};

const struct command cmd_compose = {
    .name = "compose",
    .operands = "hash|check FILE|- | render | explain FILE|PROPOSAL | diff OLD NEW",
    .summary = "the compose hash: of a file, in other forms, from a template",
    .details = "hash    SHA-256 of the file's bytes as they are: what the whitelist holds.\n"
               "        With --form, the hash of the same object as raw, as-is, dstack-js,\n"
               "        dstack-js-normalized, dstack-python, phala-cloud-js, vmm-cli, vmm-ui\n"
               "        or phala-stored would have it\n"
               "check   every image of a compose file, or of the one inside an app-compose,\n"
               "        has a digest; exit code 1 names the first that has none\n"
               "render  the app-compose from a template in git and the profile's 'compose'\n"
               "        section\n"
               "explain which form, newline, field or substitution gives --hash, and what\n"
               "        boots instead; exit code 0 only if it is the hash of the file itself\n"
               "diff    what NEW changes: in words, dangers first, then line by line; OLD and\n"
               "        NEW are files or proposals, or with --repo revisions",
    .options = options,
    .min_operands = 1,
    .max_operands = 3,
    .run = run,
};
