// SPDX-License-Identifier: Apache-2.0
/* The dangers of a compose file, but for mounts and ports. Every key is judged or known to be
 * harmless; all others are refused. */
#include <string.h>

#include "src/base/limits.h"
#include "verify/compose_dangers_internal.h"

typedef void judge(struct gather *g, const char *service, const struct yaml_pair *p);

static bool is_text(const struct yaml_node *n, const char *text)
{
    return n->type == YAML_SCALAR && n->text != NULL && strcmp(n->text, text) == 0;
}

static bool is_nothing(const struct yaml_node *n)
{
    return n->is_null || is_text(n, "") || (n->type == YAML_SEQUENCE && n->num_items == 0) ||
           (n->type == YAML_MAPPING && n->num_pairs == 0);
}

static bool is_false(const struct yaml_node *n)
{
    return is_nothing(n) || is_text(n, "false") || is_text(n, "False") || is_text(n, "FALSE");
}

/* --- values -----------------------------------------------------------------------------------
 */

static void add_json_text(struct buf *out, const char *text)
{
    buf_add_str(out, "\"");
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            buf_add_str(out, "\\");
        if (*c > 0 && *c < ' ')
            buf_addf(out, "\\u%04x", (unsigned)*c);
        else
            buf_add(out, c, 1);
    }
    buf_add_str(out, "\"");
}

/* As deep as yaml_parse allows. */
static void add_json(struct buf *out, const struct yaml_node *n)
{
    switch (n->type) {
    case YAML_SCALAR:
        add_json_text(out, n->text != NULL ? n->text : "");
        return;
    case YAML_SEQUENCE:
        buf_add_str(out, "[");
        for (size_t i = 0; i < n->num_items; i++) {
            buf_add_str(out, i > 0 ? "," : "");
            add_json(out, n->items[i]);
        }
        buf_add_str(out, "]");
        return;
    case YAML_MAPPING:
        buf_add_str(out, "{");
        for (size_t i = 0; i < n->num_pairs; i++) {
            buf_add_str(out, i > 0 ? "," : "");
            add_json_text(out, n->pairs[i].key->text);
            buf_add_str(out, ":");
            add_json(out, n->pairs[i].value);
        }
        buf_add_str(out, "}");
        return;
    }
}

/* A text that could be taken for JSON is written as JSON, so that no two values look the same. */
void danger_add_node(struct gather *g, const char *kind, const char *owner,
                     const struct yaml_node *value)
{
    struct buf text;

    if (value->type == YAML_SCALAR && value->text != NULL &&
        strchr("{[\"", value->text[0]) == NULL) {
        danger_add(g, kind, owner, value->text);
        return;
    }
    buf_init(&text, 4 * LIMIT_COMPOSE_BYTES);
    add_json(&text, value);
    if (g->e == OK && (g->e = buf_check(g->d, &text, "a value of the compose file")) == OK)
        danger_add(g, kind, owner, buf_str(&text));
    buf_clear(&text);
}

/* --- keys of a service ------------------------------------------------------------------------
 */

static void judge_flag(struct gather *g, const char *service, const struct yaml_pair *p)
{
    if (!is_false(p->value))
        danger_add(g, p->key->text, service, NULL);
}

/* One value; those that change nothing. */
static void judge_word(struct gather *g, const char *service, const struct yaml_pair *p)
{
    static const char *const harmless[][2] = {
        { "network_mode", "bridge" }, { "network_mode", "none" }, { "ipc", "private" },
        { "ipc", "shareable" },       { "ipc", "none" },          { "cgroup", "private" },
        { "isolation", "default" },   { "runtime", "runc" },
    };

    for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
        if (strcmp(p->key->text, harmless[i][0]) == 0 && is_text(p->value, harmless[i][1]))
            return;
    }
    if (!is_nothing(p->value))
        danger_add_node(g, p->key->text, service, p->value);
}

static bool is_safe_option(const char *key, const struct yaml_node *n)
{
    return strcmp(key, "security_opt") == 0 &&
           (is_text(n, "no-new-privileges") || is_text(n, "no-new-privileges:true") ||
            is_text(n, "no-new-privileges=true"));
}

/* Each entry of a list; a mapping, or a single value, as one. */
static void judge_each(struct gather *g, const char *service, const struct yaml_pair *p)
{
    const struct yaml_node *n = p->value;

    if (n->type != YAML_SEQUENCE) {
        if (!is_nothing(n) && !is_safe_option(p->key->text, n))
            danger_add_node(g, p->key->text, service, n);
        return;
    }
    for (size_t i = 0; i < n->num_items; i++) {
        if (!is_safe_option(p->key->text, n->items[i]))
            danger_add_node(g, p->key->text, service, n->items[i]);
    }
}

static void judge_volumes(struct gather *g, const char *service, const struct yaml_pair *p)
{
    dangers_of_volumes(g, service, p->value);
}

static void judge_ports(struct gather *g, const char *service, const struct yaml_pair *p)
{
    dangers_of_ports(g, service, p->value);
}

/* Drivers that keep the log inside of the guest. */
static void judge_logging(struct gather *g, const char *service, const struct yaml_pair *p)
{
    static const char *const inside[] = { "json-file", "local", "none", "journald", "" };
    const struct yaml_node *driver =
        p->value->type == YAML_MAPPING ? yaml_get(p->value, "driver") : NULL;

    if (is_nothing(p->value) || (p->value->type == YAML_MAPPING && driver == NULL))
        return;
    for (size_t i = 0; driver != NULL && i < sizeof(inside) / sizeof(inside[0]); i++) {
        if (is_text(driver, inside[i]))
            return;
    }
    danger_add_node(g, "logging", service, p->value);
}

/* What they are is judged where they are declared; options of a container's end may be sysctls. */
static void judge_networks(struct gather *g, const char *service, const struct yaml_pair *p)
{
    for (size_t i = 0; i < p->value->num_pairs; i++) {
        const struct yaml_node *end = p->value->pairs[i].value;
        const struct yaml_node *options =
            end->type == YAML_MAPPING ? yaml_get(end, "driver_opts") : NULL;

        if (options != NULL && !is_nothing(options))
            danger_add_node(g, "networks", service, options);
    }
}

static bool is_amount(const char *key)
{
    return strcmp(key, "cpus") == 0 || strcmp(key, "memory") == 0 || strcmp(key, "pids") == 0;
}

static void judge_resources(struct gather *g, const char *service, const struct yaml_node *n)
{
    if (n->type != YAML_MAPPING && !is_nothing(n))
        danger_add_node(g, "deploy", service, n);
    for (size_t i = 0; i < n->num_pairs; i++) {
        const struct yaml_node *amounts = n->pairs[i].value;

        if (amounts->type != YAML_MAPPING && !is_nothing(amounts))
            danger_add_node(g, "deploy", service, amounts);
        for (size_t k = 0; k < amounts->num_pairs; k++) {
            if (!is_amount(amounts->pairs[k].key->text) && !is_nothing(amounts->pairs[k].value))
                danger_add_node(g, "deploy", service, amounts->pairs[k].value);
        }
    }
}

static void judge_deploy(struct gather *g, const char *service, const struct yaml_pair *p)
{
    static const char *const harmless[] = {
        "endpoint_mode", "labels",         "mode",          "placement",
        "replicas",      "restart_policy", "update_config", "rollback_config",
    };
    const size_t num = sizeof(harmless) / sizeof(harmless[0]);

    if (p->value->type != YAML_MAPPING && !is_nothing(p->value))
        danger_refuse(g, "service '%.64s': 'deploy' is no mapping", service);
    for (size_t i = 0; i < p->value->num_pairs; i++) {
        const struct yaml_pair *part = &p->value->pairs[i];
        size_t k = 0;

        while (k < num && strcmp(harmless[k], part->key->text) != 0)
            k++;
        if (strcmp(part->key->text, "resources") == 0)
            judge_resources(g, service, part->value);
        else if (k == num && strncmp(part->key->text, "x-", 2) != 0)
            danger_refuse(g, "service '%.64s': nobody knows what 'deploy.%.64s' does", service,
                          part->key->text);
    }
}

/* NULL: in no way a danger. What decides which image runs is compose.pinned's to judge. */
static const struct {
    const char *key;
    judge *judge;
} service_keys[] = {
    { "annotations", NULL },
    { "attach", NULL },
    { "blkio_config", NULL },
    { "cap_add", judge_each },
    { "cap_drop", NULL },
    { "cgroup", judge_word },
    { "cgroup_parent", judge_word },
    { "command", NULL },
    { "configs", NULL }, /* judged where they are declared */
    { "container_name", NULL },
    { "cpu_count", NULL },
    { "cpu_percent", NULL },
    { "cpu_period", NULL },
    { "cpu_quota", NULL },
    { "cpu_rt_period", NULL },
    { "cpu_rt_runtime", NULL },
    { "cpu_shares", NULL },
    { "cpus", NULL },
    { "cpuset", NULL },
    { "credential_spec", judge_word },
    { "depends_on", NULL },
    { "deploy", judge_deploy },
    { "develop", judge_word },
    { "device_cgroup_rules", judge_each },
    { "devices", judge_each },
    { "dns", NULL },
    { "dns_opt", NULL },
    { "dns_search", NULL },
    { "domainname", NULL },
    { "entrypoint", NULL },
    { "env_file", judge_each },
    { "environment", NULL },
    { "expose", NULL },
    { "external_links", judge_each },
    { "extra_hosts", NULL },
    { "gpus", judge_each },
    { "group_add", NULL },
    { "healthcheck", NULL },
    { "hostname", NULL },
    { "image", NULL },
    { "init", NULL },
    { "ipc", judge_word },
    { "isolation", judge_word },
    { "label_file", judge_each },
    { "labels", NULL },
    { "links", NULL },
    { "logging", judge_logging },
    { "mac_address", NULL },
    { "mem_limit", NULL },
    { "mem_reservation", NULL },
    { "mem_swappiness", NULL },
    { "memswap_limit", NULL },
    { "network_mode", judge_word },
    { "networks", judge_networks },
    { "oom_kill_disable", NULL },
    { "oom_score_adj", NULL },
    { "pid", judge_word },
    { "pids_limit", NULL },
    { "platform", NULL },
    { "ports", judge_ports },
    { "post_start", judge_each },
    { "pre_start", judge_each },
    { "pre_stop", judge_each },
    { "privileged", judge_flag },
    { "profiles", NULL },
    { "pull_policy", NULL },
    { "pull_refresh_after", NULL },
    { "read_only", NULL },
    { "restart", NULL },
    { "runtime", judge_word },
    { "scale", NULL },
    { "secrets", NULL }, /* judged where they are declared */
    { "security_opt", judge_each },
    { "shm_size", NULL },
    { "stdin_open", NULL },
    { "stop_grace_period", NULL },
    { "stop_signal", NULL },
    { "storage_opt", NULL },
    { "sysctls", judge_each },
    { "tmpfs", NULL },
    { "tty", NULL },
    { "ulimits", NULL },
    { "use_api_socket", judge_flag },
    { "user", NULL },
    { "userns_mode", judge_word },
    { "uts", judge_word },
    { "volumes", judge_volumes },
    { "volumes_from", judge_each },
    { "working_dir", NULL },
};

static void judge_service_key(struct gather *g, const char *service, const struct yaml_pair *p)
{
    const size_t num = sizeof(service_keys) / sizeof(service_keys[0]);
    size_t i = 0;

    while (i < num && strcmp(service_keys[i].key, p->key->text) != 0)
        i++;
    if (i == num && strncmp(p->key->text, "x-", 2) != 0)
        danger_refuse(g, "service '%.64s': '%.64s' is not judged here", service, p->key->text);
    else if (i < num && service_keys[i].judge != NULL)
        service_keys[i].judge(g, service, p);
}

static void judge_services(struct gather *g, const struct yaml_node *services)
{
    if (services->type != YAML_MAPPING)
        danger_refuse(g, "'services' is no mapping");
    for (size_t i = 0; i < services->num_pairs; i++) {
        const struct yaml_pair *service = &services->pairs[i];

        if (service->value->type != YAML_MAPPING)
            danger_refuse(g, "service '%.64s' is no mapping", service->key->text);
        for (size_t k = 0; k < service->value->num_pairs; k++)
            judge_service_key(g, service->key->text, &service->value->pairs[k]);
    }
}

/* --- the top level ----------------------------------------------------------------------------
 */

static void add_entry(struct gather *g, const char *kind, const char *name,
                      const struct yaml_pair *p)
{
    struct buf owner;

    buf_init(&owner, LIMIT_COMPOSE_BYTES);
    buf_addf(&owner, "%s:%s", name, p->key->text);
    if (g->e == OK && (g->e = buf_check(g->d, &owner, "a name in the compose file")) == OK)
        danger_add_node(g, kind, buf_str(&owner), p->value);
    buf_clear(&owner);
}

static bool volume_key_ok(const struct yaml_pair *p)
{
    const char *key = p->key->text;

    if (strcmp(key, "driver") == 0)
        return is_nothing(p->value) || is_text(p->value, "local");
    if (strcmp(key, "name") == 0)
        return p->value->type == YAML_SCALAR &&
               is_volume_name(p->value->text, strlen(p->value->text));
    if (strcmp(key, "external") == 0)
        return is_false(p->value);
    if (strcmp(key, "driver_opts") == 0)
        return is_nothing(p->value);
    return strcmp(key, "labels") == 0;
}

static bool network_key_ok(const struct yaml_pair *p)
{
    const char *key = p->key->text;

    if (strcmp(key, "driver") == 0)
        return is_nothing(p->value) || is_text(p->value, "bridge") || is_text(p->value, "default");
    if (strcmp(key, "name") == 0)
        return p->value->type == YAML_SCALAR &&
               is_volume_name(p->value->text, strlen(p->value->text)) &&
               !is_text(p->value, "host") && !is_text(p->value, "bridge") &&
               !is_text(p->value, "none");
    if (strcmp(key, "external") == 0)
        return is_false(p->value);
    if (strcmp(key, "driver_opts") == 0)
        return is_nothing(p->value);
    return strcmp(key, "labels") == 0 || strcmp(key, "ipam") == 0 || strcmp(key, "internal") == 0 ||
           strcmp(key, "attachable") == 0 || strcmp(key, "enable_ipv4") == 0 ||
           strcmp(key, "enable_ipv6") == 0;
}

/* Of the text that stands here, or of a variable, which compose.envs judges. */
static bool file_key_ok(const struct yaml_pair *p)
{
    const char *key = p->key->text;

    if (strcmp(key, "external") == 0)
        return is_false(p->value);
    return strcmp(key, "content") == 0 || strcmp(key, "environment") == 0 ||
           strcmp(key, "labels") == 0 || strcmp(key, "name") == 0;
}

static void judge_section(struct gather *g, const char *kind, const struct yaml_node *section,
                          bool (*is_ok)(const struct yaml_pair *p))
{
    if (section->type != YAML_MAPPING && !is_nothing(section))
        danger_refuse(g, "top level: '%ss' is no mapping", kind);
    for (size_t i = 0; i < section->num_pairs; i++) {
        const struct yaml_pair *entry = &section->pairs[i];

        if (entry->value->type != YAML_MAPPING && !is_nothing(entry->value))
            danger_refuse(g, "%s '%.64s' is no mapping", kind, entry->key->text);
        for (size_t k = 0; k < entry->value->num_pairs; k++) {
            const struct yaml_pair *p = &entry->value->pairs[k];

            if (strncmp(p->key->text, "x-", 2) != 0 && !is_ok(p))
                add_entry(g, kind, entry->key->text, p);
        }
    }
}

static void judge_top_key(struct gather *g, const struct yaml_pair *p)
{
    static const struct {
        const char *key, *kind;
        bool (*is_ok)(const struct yaml_pair *p);
    } sections[] = {
        { "volumes", "volume", volume_key_ok },
        { "networks", "network", network_key_ok },
        { "configs", "config", file_key_ok },
        { "secrets", "secret", file_key_ok },
    };
    const char *key = p->key->text;

    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
        if (strcmp(sections[i].key, key) == 0) {
            judge_section(g, sections[i].kind, p->value, sections[i].is_ok);
            return;
        }
    }
    if (strcmp(key, "services") == 0)
        judge_services(g, p->value);
    else if (strcmp(key, "name") != 0 && strcmp(key, "version") != 0 && strncmp(key, "x-", 2) != 0)
        danger_refuse(g, "top level: '%.64s' is not judged here", key);
}

void dangers_of_compose(struct gather *g, const struct yaml_node *root)
{
    if (root == NULL || root->type != YAML_MAPPING) {
        if (g->e == OK)
            g->e =
                diag_set(g->d, ERR_FORMAT, "docker_compose_file: not a compose file: no mapping");
        return;
    }
    for (size_t i = 0; i < root->num_pairs; i++)
        judge_top_key(g, &root->pairs[i]);
}
