// SPDX-License-Identifier: Apache-2.0
#include "verify/compose_form_fields.h"

#include <string.h>

/* --- the VMM's own tools -----------------------------------------------------------------------
 */

enum field_type { TEXT, FLAG, BYTES, TEXTS, TEXT_OR_TEXTS, NUMBER, MANIFEST };

struct field {
    const char *name;
    enum field_type type;
    bool required;
    const char *only; /* its one value as compact JSON; NULL: any of its type */
};

/* In the order of writing. Source: Dstack-TEE/dstack 0051ae914277, vmm/src/vmm-cli.py
 * create_app_compose(); event_log_version as in next@312dc605. */
static const struct field vmm_cli_fields[] = {
    { "manifest_version", NUMBER, true, "2" },
    { "name", TEXT, true, NULL },
    { "runner", TEXT, true, "\"docker-compose\"" },
    { "docker_compose_file", TEXT, true, NULL },
    { "kms_enabled", FLAG, true, NULL },
    { "gateway_enabled", FLAG, true, NULL },
    { "local_key_provider_enabled", FLAG, true, NULL },
    { "key_provider_id", TEXT, true, NULL },
    { "public_logs", FLAG, true, NULL },
    { "public_sysinfo", FLAG, true, NULL },
    { "allowed_envs", TEXTS, true, NULL },
    { "no_instance_id", FLAG, true, NULL },
    { "secure_time", FLAG, true, NULL },
    { "key_provider", TEXT, false, NULL },
    { "pre_launch_script", TEXT, false, NULL },
    { "swap_size", BYTES, false, NULL },
    { "event_log_version", NUMBER, false, NULL },
    { NULL, TEXT, false, NULL },
};

/* Source: Dstack-TEE/dstack, vmm/ui/src/composables/useVmManager.ts makeAppComposeFile(). */
static const struct field vmm_ui_fields[] = {
    { "manifest_version", MANIFEST, true, NULL },
    { "name", TEXT, true, NULL },
    { "runner", TEXT, true, "\"docker-compose\"" },
    { "docker_compose_file", TEXT, true, NULL },
    { "gateway_enabled", FLAG, false, NULL },
    { "public_logs", FLAG, true, NULL },
    { "public_sysinfo", FLAG, true, NULL },
    { "public_tcbinfo", FLAG, true, NULL },
    { "key_provider_id", TEXT, true, NULL },
    { "allowed_envs", TEXTS, true, NULL },
    { "no_instance_id", FLAG, true, NULL },
    { "secure_time", FLAG, true, "false" },
    { "key_provider", TEXT, false, NULL },
    { "kms_enabled", FLAG, false, "true" },
    { "local_key_provider_enabled", FLAG, false, "true" },
    { "storage_fs", TEXT, false, NULL },
    { "init_script", TEXT_OR_TEXTS, false, NULL },
    { "pre_launch_script", TEXT, false, NULL },
    { "swap_size", BYTES, false, NULL },
    { "event_log_version", NUMBER, false, NULL },
    { "launch_token_hash", TEXT, false, NULL },
    { "tproxy_enabled", FLAG, false, NULL },
    { NULL, TEXT, false, NULL },
};

static bool are_texts(const struct json *j)
{
    for (size_t i = 0; i < json_len(j); i++) {
        if (json_type(json_at(j, i)) != JSON_STRING)
            return false;
    }
    return json_type(j) == JSON_ARRAY;
}

static bool is_value(const struct json *j, const char *wanted)
{
    struct diag ignored = { 0 };
    struct buf text;
    bool same = false;

    buf_init(&text, 64); /* what is longer is another value */
    same = json_write(&ignored, &text, j, 0) == OK && strcmp(buf_str(&text), wanted) == 0;
    buf_clear(&text);
    return same;
}

static bool has_type(const struct json *j, enum field_type type)
{
    switch (type) {
    case TEXT:
        return json_type(j) == JSON_STRING;
    case FLAG:
        return json_type(j) == JSON_BOOL;
    case TEXTS:
        return are_texts(j);
    case TEXT_OR_TEXTS:
        return are_texts(j) || json_type(j) == JSON_STRING;
    case BYTES: /* left out when it is zero */
        return json_type(j) == JSON_INTEGER && !is_value(j, "0");
    case NUMBER:
        return json_type(j) == JSON_INTEGER;
    case MANIFEST:
        return is_value(j, "2") || is_value(j, "\"3\"");
    }
    return false;
}

static enum err check_names(struct diag *d, const struct json *app, const struct field *fields)
{
    const char *name = NULL;
    void *at = NULL;

    while (json_next(app, &at, &name) != NULL) {
        const struct field *f = fields;

        while (f->name != NULL && strcmp(f->name, name) != 0)
            f++;
        if (f->name == NULL)
            return diag_set(d, ERR_UNSUPPORTED, "'%.64s': it never writes this field", name);
    }
    return OK;
}

static enum err rebuild(struct diag *d, struct json **out, const struct json *app,
                        const struct field *fields)
{
    enum err e = check_names(d, app, fields);

    *out = NULL;
    if (e != OK)
        return e;
    *out = json_new_object();
    for (const struct field *f = fields; f->name != NULL; f++) {
        const struct json *value = json_get(app, f->name);

        if (value == NULL && !f->required)
            continue;
        if (value == NULL)
            e = diag_set(d, ERR_UNSUPPORTED, "'%s' is missing: it always writes this field",
                         f->name);
        else if (!has_type(value, f->type) || (f->only != NULL && !is_value(value, f->only)))
            e = diag_set(d, ERR_UNSUPPORTED, "'%s': it never writes such a value", f->name);
        if (e != OK)
            break;
        json_set(*out, f->name, json_copy(value));
    }
    if (e != OK) {
        json_free(*out);
        *out = NULL;
    }
    return e;
}

enum err compose_fields_vmm_cli(struct diag *d, struct json **out, const struct json *app)
{
    return rebuild(d, out, app, vmm_cli_fields);
}

static bool flag_is(const struct json *app, const char *name, const char *wanted)
{
    return is_value(json_get(app, name), wanted);
}

/* What the page derives from other fields. */
static const char *ui_problem(const struct json *app)
{
    const char *gateway =
        json_get(app, "gateway_enabled") != NULL ? "gateway_enabled" : "tproxy_enabled";
    bool is_kms = flag_is(app, "key_provider", "\"kms\"");
    bool is_local = flag_is(app, "key_provider", "\"local\"");

    if ((json_get(app, "gateway_enabled") == NULL) == (json_get(app, "tproxy_enabled") == NULL))
        return "it writes either 'gateway_enabled' or 'tproxy_enabled'";
    if (flag_is(app, gateway, "true") == flag_is(app, "no_instance_id", "true"))
        return "'no_instance_id' is the opposite of the gateway's flag";
    if (is_kms != (json_get(app, "kms_enabled") != NULL))
        return "'kms_enabled' goes with the key provider kms";
    if (is_local != (json_get(app, "local_key_provider_enabled") != NULL))
        return "'local_key_provider_enabled' goes with the key provider local";
    if (!is_kms && !is_local && !flag_is(app, "key_provider_id", "\"\""))
        return "'key_provider_id' is empty without the key provider kms or local";
    if (flag_is(app, "storage_fs", "\"\"") || flag_is(app, "event_log_version", "1"))
        return "it leaves out an empty 'storage_fs' and an 'event_log_version' of 1";
    return NULL;
}

/* String.prototype.trim of ASCII; a script of other white space alone starts nothing either. */
static bool is_blank(const char *text)
{
    return text != NULL && strspn(text, " \t\n\v\f\r") == strlen(text);
}

enum err compose_fields_vmm_ui(struct diag *d, struct json **out, const struct json *app)
{
    const char *problem = NULL;
    enum err e = rebuild(d, out, app, vmm_ui_fields);

    if (e != OK)
        return e;
    problem = ui_problem(app);
    if (problem == NULL && is_blank(json_string(json_get(app, "pre_launch_script"))))
        problem = "it leaves out a blank 'pre_launch_script'";
    if (problem == NULL)
        return OK;
    json_free(*out);
    *out = NULL;
    return diag_set(d, ERR_UNSUPPORTED, "%s", problem);
}

/* --- the Python SDK ----------------------------------------------------------------------------
 */

static const char *const docker_config_keys[] = { "registry", "username", "token_key", NULL };
static const char *const requirement_keys[] = {
    "os_version", "platforms", "tdx_measure_acpi_tables", "launch_token_hash", NULL,
};

/* DockerConfig drops None in every release. requirements is kept as it is by the releases (sdk up
 * to v0.5.11), and by next@312dc605 goes through a class that drops None and refuses unknown keys:
 * an object for which they differ is refused. */
static enum err python_section(struct diag *d, struct json *app, const char *name,
                               const char *const *keys, bool null_is_kept)
{
    const struct json *section = json_get(app, name);
    struct json *kept = NULL;
    const char *key = NULL;
    void *at = NULL;
    struct diag why = { 0 };

    if (section == NULL)
        return OK;
    if (json_type(section) != JSON_OBJECT || json_only_keys(&why, section, keys) != OK)
        return diag_set(d, ERR_UNSUPPORTED,
                        "'%s': the SDK raises TypeError, or keeps it, by its version (null, no "
                        "object, or an unknown key)",
                        name);
    kept = json_new_object();
    for (const struct json *value = json_next(section, &at, &key); value != NULL;
         value = json_next(section, &at, &key)) {
        if (json_type(value) != JSON_NULL)
            json_set(kept, key, json_copy(value));
    }
    if (null_is_kept && json_len(kept) != json_len(section)) {
        json_free(kept);
        return diag_set(d, ERR_UNSUPPORTED,
                        "'%s': a null in it is kept by releases up to v0.5.11 and dropped by later "
                        "ones",
                        name);
    }
    json_set(app, name, kept);
    return OK;
}

static enum err python_names(struct diag *d, const struct json *app)
{
    if (json_type(json_get(app, "runner")) != JSON_STRING)
        return diag_set(d, ERR_UNSUPPORTED, "'runner': the SDK needs it, as a text");
    if (json_get(app, "self") != NULL || json_get(app, "to_dict") != NULL)
        return diag_set(d, ERR_UNSUPPORTED, "'self', 'to_dict': the SDK raises TypeError");
    return OK;
}

enum err compose_fields_python(struct diag *d, struct json **out, const struct json *app)
{
    const char *key = NULL;
    void *at = NULL;
    enum err e = python_names(d, app);

    *out = NULL;
    if (e != OK)
        return e;
    *out = json_new_object();
    for (const struct json *value = json_next(app, &at, &key); value != NULL;
         value = json_next(app, &at, &key)) {
        bool section = strcmp(key, "docker_config") == 0 || strcmp(key, "requirements") == 0;

        if ((json_type(value) != JSON_NULL && key[0] != '_') || section)
            json_set(*out, key, json_copy(value));
    }
    if ((e = python_section(d, *out, "docker_config", docker_config_keys, false)) == OK)
        e = python_section(d, *out, "requirements", requirement_keys, true);
    if (e != OK) {
        json_free(*out);
        *out = NULL;
    }
    return e;
}
