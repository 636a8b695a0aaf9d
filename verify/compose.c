// SPDX-License-Identifier: Apache-2.0
#include "verify/compose.h"

#include <string.h>

#include "src/base/digest.h"
#include "src/base/json.h"
#include "src/base/limits.h"

enum err compose_hash(struct diag *d, struct hash32 *out, const void *app_compose,
                      size_t app_compose_len)
{
    return sha256(d, out, app_compose, app_compose_len);
}

static enum err check_runner(struct diag *d, const struct json *j)
{
    enum err e = ERR_INTERNAL;
    const char *runner = NULL;

    if (json_get(j, "runner") == NULL)
        return OK; /* dstack has no default: such a file does not start anything */
    if ((e = json_read_string(d, &runner, j, "runner")) != OK)
        return e;
    if (strcmp(runner, "docker-compose") != 0 && strcmp(runner, "nerdctl-compose") != 0)
        return diag_set(d, ERR_MISMATCH,
                        "app-compose: runner is '%.64s', which does not run docker_compose_file",
                        runner);
    return OK;
}

bool compose_is_bash(const void *app_compose, size_t app_compose_len)
{
    struct diag ignored = { 0 };
    struct json *j = NULL;
    const char *runner = NULL;
    bool is_bash = false;

    if (app_compose_len > LIMIT_COMPOSE_BYTES ||
        json_parse(&ignored, &j, app_compose, app_compose_len, "app-compose") != OK)
        return false;
    runner = json_string(json_get(j, "runner"));
    is_bash = runner != NULL && strcmp(runner, "bash") == 0;
    json_free(j);
    return is_bash;
}

enum err compose_docker_file(struct diag *d, struct buf *out, const void *app_compose,
                             size_t app_compose_len)
{
    enum err e = ERR_INTERNAL;
    struct json *j = NULL;
    const char *text = NULL;

    if (app_compose_len > LIMIT_COMPOSE_BYTES)
        return diag_set(d, ERR_LIMIT, "app-compose: over the limit of %d bytes",
                        LIMIT_COMPOSE_BYTES);
    if ((e = json_parse(d, &j, app_compose, app_compose_len, "app-compose")) != OK)
        return e;
    if (json_type(j) != JSON_OBJECT) {
        e = diag_set(d, ERR_FORMAT, "app-compose: expected a JSON object");
        goto done;
    }
    if ((e = check_runner(d, j)) != OK)
        goto done;
    if (json_read_string(d, &text, j, "docker_compose_file") != OK) {
        e = diag_prefix(d, "app-compose");
        goto done;
    }
    buf_add_str(out, text);
    e = buf_check(d, out, "docker_compose_file");
done:
    json_free(j);
    return e;
}

static bool is_nothing(const struct json *member)
{
    const char *text = json_string(member);

    if (member == NULL || json_type(member) == JSON_NULL)
        return true;
    return text != NULL ? text[0] == '\0'
                        : json_type(member) == JSON_ARRAY && json_len(member) == 0;
}

static enum err read_script(struct diag *d, struct compose_script *out, const char *field,
                            const struct json *member)
{
    const char *text = json_string(member);

    *out = (struct compose_script){ .field = field, .is_text = text != NULL };
    if (text == NULL)
        return OK;
    out->len = strlen(text);
    return sha256(d, &out->digest, text, out->len);
}

enum err compose_scripts(struct diag *d, struct compose_script out[COMPOSE_SCRIPTS],
                         size_t *num_out, const void *app_compose, size_t app_compose_len)
{
    static const char *const fields[COMPOSE_SCRIPTS] = { "init_script", "pre_launch_script",
                                                         "bash_script" };
    struct json *j = NULL;
    size_t n = 0;
    enum err e = ERR_INTERNAL;

    *num_out = 0;
    if (app_compose_len > LIMIT_COMPOSE_BYTES)
        return diag_set(d, ERR_LIMIT, "app-compose: over the limit of %d bytes",
                        LIMIT_COMPOSE_BYTES);
    if ((e = json_parse(d, &j, app_compose, app_compose_len, "app-compose")) != OK)
        return e;
    if (json_type(j) != JSON_OBJECT)
        e = diag_set(d, ERR_FORMAT, "app-compose: expected a JSON object");
    for (size_t i = 0; e == OK && i < COMPOSE_SCRIPTS; i++) {
        const struct json *member = json_get(j, fields[i]);

        if (!is_nothing(member))
            e = read_script(d, &out[n++], fields[i], member);
    }
    json_free(j);
    *num_out = e == OK ? n : 0;
    return e;
}
