// SPDX-License-Identifier: Apache-2.0
#include "verify/compose_dangers.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "safe/compose_allow.h"
#include "src/base/digest.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "verify/compose_dangers_internal.h"

/* clang-format off */
static const char *const app_fields[] = {
    "manifest_version", "name", "features", "runner", "snapshotter", "docker_compose_file",
    "docker_config", "init_script", "pre_launch_script", "bash_script", "public_logs",
    "public_sysinfo", "public_tcbinfo", "kms_enabled", "gateway_enabled", "tproxy_enabled",
    "local_key_provider_enabled", "key_provider", "key_provider_id", "allowed_envs",
    "no_instance_id", "secure_time", "storage_fs", "swap_size", "event_log_version", "port_policy",
    "requirements", "verity_volumes", "launch_token_hash", NULL,
};
static const char *const docker_config_fields[] = { "registry", "username", "token_key",
                                                    "password", NULL };
static const char *const port_policy_fields[] = { "ports", "restrict_mode", NULL };
static const char *const port_fields[] = { "port", "pp", NULL };
static const char *const requirement_fields[] = { "os_version", "platforms",
                                                  "tdx_measure_acpi_tables", "launch_token_hash",
                                                  "gpu_policy", NULL };
static const char *const gpu_fields[] = { "attest_gpu", "rego", "allow_devtools", "allow_debug",
                                          "allow_insecure_boot", NULL };
static const char *const verity_fields[] = { "source", "verity_root", "target", NULL };
/* Those that a release ever looked at; all others are ignored. */
static const char *const feature_names[] = { "kms", "tproxy-net", NULL };
/* clang-format on */

static bool is_listed(const char *const *list, const char *text)
{
    for (size_t i = 0; list[i] != NULL; i++) {
        if (strcmp(list[i], text) == 0)
            return true;
    }
    return false;
}

bool compose_knows_field(const char *name)
{
    return is_listed(app_fields, name);
}

/* --- the list ---------------------------------------------------------------------------------
 */

void dangers_clear(struct dangers *dangers)
{
    for (size_t i = 0; i < dangers->num_items; i++)
        free(dangers->items[i].text);
    free(dangers->items);
    *dangers = (struct dangers){ 0 };
}

/* Takes text over; NULL stands for no memory. */
static void put(struct gather *g, char *text, const char *does, bool refused)
{
    struct dangers *out = g->out;
    const bool grow = (out->num_items & (out->num_items + 1)) == 0; /* at 0, 1, 3, 7, … */
    struct danger *items = out->items;

    if (text != NULL && grow)
        items = realloc(out->items, (2 * out->num_items + 1) * sizeof(*items));
    if (items != NULL)
        out->items = items;
    if (text == NULL || items == NULL) {
        free(text);
        g->e = diag_set(g->d, ERR_NOMEM, "out of memory");
        return;
    }
    items[out->num_items++] = (struct danger){ text /* moved */, does, refused };
}

void danger_refuse(struct gather *g, const char *fmt, ...)
{
    char words[512];
    va_list ap;

    if (g->e != OK)
        return;
    va_start(ap, fmt);
    (void)vsnprintf(words, sizeof(words), fmt, ap);
    va_end(ap);
    put(g, strdup(words), NULL, true);
}

/* What a profile can write on one line. */
static bool is_plain(const char *value)
{
    for (const char *c = value; *c != '\0'; c++) {
        if (*c < ' ' || *c > '~')
            return false;
    }
    return strlen(value) <= COMPOSE_ALLOW_VALUE;
}

static enum err add_value(struct diag *d, struct buf *out, const char *value)
{
    struct hash32 digest;
    enum err e = OK;

    if (is_plain(value)) {
        buf_addf(out, ":%s", value);
        return OK;
    }
    if ((e = sha256(d, &digest, value, strlen(value))) == OK)
        buf_addf(out, ":sha256:%s", hash32_format(&digest).s + 2);
    return e;
}

void danger_add(struct gather *g, const char *kind, const char *owner, const char *value)
{
    const struct compose_allow_kind *k = compose_allow_kind_of(kind);
    struct buf text;

    if (g->e != OK)
        return;
    if (k == NULL) {
        g->e = diag_set(g->d, ERR_INTERNAL, "no such kind of danger: %s", kind);
        return;
    }
    buf_init(&text, LIMIT_COMPOSE_BYTES);
    buf_add_str(&text, kind);
    if (owner != NULL)
        buf_addf(&text, ":%s", owner);
    if (value != NULL)
        g->e = add_value(g->d, &text, value);
    if (g->e == OK)
        g->e = buf_check(g->d, &text, "a danger");
    if (g->e == OK)
        put(g, strdup(buf_str(&text)), k->danger, false);
    buf_clear(&text);
}

/* --- app-compose ------------------------------------------------------------------------------
 */

static void check_fields(struct gather *g, const struct json *object, const char *const *known,
                         const char *where)
{
    const char *name = NULL;
    void *at = NULL;

    if (object != NULL && json_type(object) != JSON_NULL && json_type(object) != JSON_OBJECT)
        danger_refuse(g, "'%s' is no object", where);
    while (json_next(object, &at, &name) != NULL) {
        if (!is_listed(known, name))
            danger_refuse(g, "nobody knows what the field '%.64s'%s%s does", name,
                          where[0] != '\0' ? " of " : "", where);
    }
}

/* What the guest takes it for; a value of another type stops it, or is read by none. */
static bool flag(struct gather *g, const struct json *object, const char *name, bool by_default)
{
    const struct json *value = json_get(object, name);
    struct diag ignored = { 0 };
    bool set = by_default;

    if (value != NULL && json_read_bool(&ignored, &set, object, name) != OK)
        danger_refuse(g, "'%.64s' is neither true nor false", name);
    return set;
}

static void judge_flags(struct gather *g, const struct json *app)
{
    static const struct {
        const char *name;
        bool by_default;
    } flags[] = {
        { "public_logs", false },
        { "public_sysinfo", false },
        { "public_tcbinfo", true },
        { "no_instance_id", false },
    };

    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (flag(g, app, flags[i].name, flags[i].by_default))
            danger_add(g, flags[i].name, NULL, NULL);
    }
    if (!flag(g, app, "secure_time", true))
        danger_add(g, "secure_time", NULL, "false");
    (void)flag(g, app, "gateway_enabled", false);
    (void)flag(g, app, "tproxy_enabled", false);
}

/* key_provider decides if it is there; before 0.5, kms_enabled alone. Both must say KMS. */
static void judge_keys(struct gather *g, const struct json *app)
{
    const struct json *given = json_get(app, "key_provider");
    const char *provider = json_string(given);
    bool kms = flag(g, app, "kms_enabled", false);
    bool local = flag(g, app, "local_key_provider_enabled", false);

    if (json_type(given) != JSON_NULL && provider == NULL)
        danger_refuse(g, "'key_provider' is no text");
    if (provider == NULL && !kms)
        provider = local ? "local" : "none";
    if (provider != NULL && strcmp(provider, "kms") != 0)
        danger_add(g, "key_provider", NULL, provider);
    else if (!kms)
        danger_add(g, "kms_enabled", NULL, "false");
}

static void judge_features(struct gather *g, const struct json *app)
{
    const struct json *list = json_get(app, "features");

    if (list != NULL && json_type(list) != JSON_ARRAY)
        danger_refuse(g, "'features' is no list");
    for (size_t i = 0; i < json_len(list); i++) {
        const char *name = json_string(json_at(list, i));

        if (name == NULL)
            danger_refuse(g, "a feature is no text");
        else if (!is_listed(feature_names, name))
            danger_add(g, "features", NULL, name);
    }
}

static void judge_runner(struct gather *g, const struct json *app)
{
    const char *runner = json_string(json_get(app, "runner"));

    if (runner == NULL)
        danger_refuse(g, "there is no runner: nothing says what starts the app");
    else if (strcmp(runner, "docker-compose") != 0)
        danger_add(g, "runner", NULL, runner);
}

static void judge_verity(struct gather *g, const struct json *app)
{
    const struct json *list = json_get(app, "verity_volumes");

    if (list != NULL && json_type(list) != JSON_ARRAY)
        danger_refuse(g, "'verity_volumes' is no list");
    for (size_t i = 0; i < json_len(list); i++) {
        const struct json *volume = json_at(list, i);
        const char *root = json_string(json_get(volume, "verity_root"));
        const char *target = json_string(json_get(volume, "target"));

        check_fields(g, volume, verity_fields, "verity_volumes");
        if (root == NULL || target == NULL)
            danger_refuse(g, "a verity volume has no 'verity_root' and 'target'");
        else
            danger_add(g, "verity_volumes", root, target);
    }
}

static void judge_gpu(struct gather *g, const struct json *requirements)
{
    static const char *const allowed[] = { "allow_devtools", "allow_debug", "allow_insecure_boot" };
    const struct json *policy = json_get(requirements, "gpu_policy");
    const char *rego = json_string(json_get(policy, "rego"));

    if (policy == NULL)
        return;
    if (json_type(policy) != JSON_OBJECT) {
        danger_refuse(g, "'gpu_policy' is no object");
        return;
    }
    check_fields(g, policy, gpu_fields, "gpu_policy");
    for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
        if (flag(g, policy, allowed[i], false))
            danger_add(g, "gpu_policy", NULL, allowed[i]);
    }
    if (!flag(g, policy, "attest_gpu", true))
        danger_add(g, "gpu_policy", "attest_gpu", "false");
    if (rego != NULL)
        danger_add(g, "gpu_policy", "rego", rego);
    else if (json_type(json_get(policy, "rego")) != JSON_NULL)
        danger_refuse(g, "'rego' is no text");
}

static void judge_requirements(struct gather *g, const struct json *app)
{
    const struct json *r = json_get(app, "requirements");

    if (json_type(r) == JSON_NULL)
        return;
    if (json_type(r) != JSON_OBJECT) {
        danger_refuse(g, "'requirements' is no object");
        return;
    }
    check_fields(g, r, requirement_fields, "requirements");
    if (json_type(json_get(r, "tdx_measure_acpi_tables")) != JSON_NULL &&
        !flag(g, r, "tdx_measure_acpi_tables", true))
        danger_add(g, "requirements", "tdx_measure_acpi_tables", "false");
    judge_gpu(g, r);
}

static void judge_port_policy(struct gather *g, const struct json *app)
{
    const struct json *policy = json_get(app, "port_policy");
    const struct json *ports = json_get(policy, "ports");

    if (policy == NULL)
        return;
    check_fields(g, policy, port_policy_fields, "port_policy");
    (void)flag(g, policy, "restrict_mode", false);
    for (size_t i = 0; i < json_len(ports); i++)
        check_fields(g, json_at(ports, i), port_fields, "port_policy.ports");
}

static void judge_app(struct gather *g, const struct json *app)
{
    check_fields(g, app, app_fields, "");
    judge_runner(g, app);
    judge_keys(g, app);
    judge_flags(g, app);
    judge_features(g, app);
    judge_verity(g, app);
    judge_requirements(g, app);
    judge_port_policy(g, app);
    check_fields(g, json_get(app, "docker_config"), docker_config_fields, "docker_config");
}

/* --- both -------------------------------------------------------------------------------------
 */

static void judge_file(struct gather *g, const struct json *app)
{
    const char *runner = json_string(json_get(app, "runner"));
    const char *text = json_string(json_get(app, "docker_compose_file"));
    struct yaml *y = NULL;

    if (g->e != OK || (runner != NULL && strcmp(runner, "bash") == 0))
        return;
    if (text == NULL) {
        g->e = diag_set(g->d, ERR_FORMAT, "app-compose: no text 'docker_compose_file'");
        return;
    }
    if ((g->e = yaml_parse(g->d, &y, text, strlen(text), "docker_compose_file")) != OK)
        return;
    dangers_of_compose(g, yaml_root(y));
    yaml_free(y);
}

enum err compose_app_dangers(struct diag *d, struct dangers *out, const struct json *app)
{
    struct gather g = { d, out, OK };

    *out = (struct dangers){ 0 };
    judge_app(&g, app);
    if (g.e != OK)
        dangers_clear(out);
    return g.e;
}

enum err compose_dangers(struct diag *d, struct dangers *out, const void *app_compose,
                         size_t app_compose_len)
{
    struct gather g = { d, out, OK };
    struct json *app = NULL;

    *out = (struct dangers){ 0 };
    if (app_compose_len > LIMIT_COMPOSE_BYTES)
        return diag_set(d, ERR_LIMIT, "app-compose: over the limit of %d bytes",
                        LIMIT_COMPOSE_BYTES);
    if ((g.e = json_parse(d, &app, app_compose, app_compose_len, "app-compose")) != OK)
        return g.e;
    if (json_type(app) != JSON_OBJECT)
        g.e = diag_set(d, ERR_FORMAT, "app-compose: expected a JSON object");
    if (g.e == OK)
        judge_app(&g, app);
    judge_file(&g, app);
    json_free(app);
    if (g.e != OK)
        dangers_clear(out);
    return g.e;
}
