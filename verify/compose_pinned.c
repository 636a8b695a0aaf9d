// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "src/base/yaml.h"
#include "verify/compose.h"
#include "verify/image_ref.h"

struct judge {
    struct diag *d;
    const struct yaml *y;
    const char *service; /* the one at hand; NULL at the top level */
    struct compose_images *out;
};

/* Keys that neither name an image nor bring in a file that could. */
static const char *const top_keys[] = { "configs",  "name",    "networks", "secrets",
                                        "services", "version", "volumes",  NULL };
/* clang-format off */
static const char *const service_keys[] = {
    "annotations", "attach", "blkio_config", "cap_add", "cap_drop", "cgroup", "cgroup_parent",
    "command", "configs", "container_name", "cpu_count", "cpu_percent", "cpu_period",
    "cpu_quota", "cpu_rt_period", "cpu_rt_runtime", "cpu_shares", "cpus", "cpuset",
    "credential_spec", "depends_on", "deploy", "develop", "device_cgroup_rules", "devices",
    "dns", "dns_opt", "dns_search", "domainname", "entrypoint", "env_file", "environment",
    "expose", "external_links", "extra_hosts", "gpus", "group_add", "healthcheck", "hostname",
    "init", "ipc", "isolation", "label_file", "labels", "links", "logging", "mac_address",
    "mem_limit", "mem_reservation", "mem_swappiness", "memswap_limit", "network_mode",
    "networks", "oom_kill_disable", "oom_score_adj", "pid", "pids_limit", "platform", "ports",
    "post_start", "pre_stop", "privileged", "profiles", "pull_policy", "pull_refresh_after",
    "read_only", "restart", "runtime", "scale", "secrets", "security_opt", "shm_size",
    "stdin_open", "stop_grace_period", "stop_signal", "storage_opt", "sysctls", "tmpfs", "tty",
    "ulimits", "use_api_socket", "user", "userns_mode", "uts", "volumes_from", "working_dir",
    NULL,
};
/* clang-format on */
static const char *const hook_keys[] = { "command",    "environment", "image",       "per_replica",
                                         "privileged", "user",        "working_dir", NULL };
static const char *const mount_keys[] = { "bind",   "consistency", "image", "read_only", "source",
                                          "target", "tmpfs",       "type",  "volume",    NULL };
static const char *const mount_types[] = { "bind",  "cluster", "image", "npipe",
                                           "tmpfs", "volume",  NULL };

static const struct {
    const char *key;
    const char *why;
} refused_keys[] = {
    { "build", "is built where it runs, not pulled by digest" },
    { "extends", "takes parts from a service that is written elsewhere" },
    { "models", "runs a model that no digest pins" },
    { "provider", "is run by a program outside of the compose file" },
    { "include", "brings in a file that is not this one" },
};

static bool is_listed(const char *const *list, const char *text)
{
    for (size_t i = 0; list[i] != NULL; i++) {
        if (strcmp(list[i], text) == 0)
            return true;
    }
    return false;
}

static bool is_extension(const char *key)
{
    return strncmp(key, "x-", 2) == 0;
}

/* The right type, and no tag that changes what the text means. */
static bool is_a(const struct yaml_node *n, enum yaml_type type)
{
    static const char *const tags[] = {
        [YAML_SCALAR] = "!!str",
        [YAML_SEQUENCE] = "!!seq",
        [YAML_MAPPING] = "!!map",
    };

    return n->type == type && (n->tag == NULL || strcmp(n->tag, tags[type]) == 0);
}

static enum err refuse_key(struct judge *j, const struct yaml_node *key)
{
    const char *where = j->service != NULL ? "service '" : "top level";
    const char *name = j->service != NULL ? j->service : "";
    const char *quote = j->service != NULL ? "'" : "";

    for (size_t i = 0; i < sizeof(refused_keys) / sizeof(refused_keys[0]); i++) {
        if (strcmp(key->text, refused_keys[i].key) == 0)
            return yaml_error(j->d, ERR_MISMATCH, j->y, key, "%s%.64s%s: '%s' %s", where, name,
                              quote, key->text, refused_keys[i].why);
    }
    return yaml_error(j->d, ERR_MISMATCH, j->y, key,
                      "%s%.64s%s: unknown key '%.64s': it might name an image", where, name, quote,
                      key->text);
}

static enum err refuse_service(struct judge *j, const struct yaml_node *at, const char *why)
{
    return yaml_error(j->d, ERR_MISMATCH, j->y, at, "service '%.64s': %s", j->service, why);
}

static enum err add_image(struct judge *j, const char *reference, const struct hash32 *digest)
{
    struct compose_images *out = j->out;
    struct compose_image item = { strdup(j->service), strdup(reference), *digest };
    struct compose_image *items = realloc(out->items, (out->num_items + 1) * sizeof(*items));

    if (items != NULL)
        out->items = items;
    if (item.service == NULL || item.reference == NULL || items == NULL) {
        free(item.service);
        free(item.reference);
        return diag_set(j->d, ERR_NOMEM, "out of memory");
    }
    items[out->num_items++] = item; /* moved */
    return OK;
}

static enum err check_image(struct judge *j, const struct yaml_node *n)
{
    struct hash32 digest;
    const char *problem = NULL;

    if (!is_a(n, YAML_SCALAR))
        return refuse_service(j, n, "the image is not a plain string");
    if (n->is_null)
        return refuse_service(j, n, "the image is empty");
    problem = image_ref_problem(&digest, n->text);
    if (problem != NULL)
        return yaml_error(j->d, ERR_MISMATCH, j->y, n, "service '%.64s': image '%.200s' %s",
                          j->service, n->text, problem);
    return add_image(j, n->text, &digest);
}

static enum err check_keys(struct judge *j, const struct yaml_node *map, const char *const *known)
{
    for (size_t i = 0; i < map->num_pairs; i++) {
        const struct yaml_node *key = map->pairs[i].key;

        if (!is_listed(known, key->text) && !is_extension(key->text))
            return refuse_key(j, key);
    }
    return OK;
}

static enum err check_pre_start(struct judge *j, const struct yaml_node *list)
{
    enum err e = OK;

    if (list->is_null)
        return OK;
    if (!is_a(list, YAML_SEQUENCE))
        return refuse_service(j, list, "'pre_start' is not a list");
    for (size_t i = 0; e == OK && i < list->num_items; i++) {
        const struct yaml_node *hook = list->items[i];
        const struct yaml_node *image = NULL;

        if (!is_a(hook, YAML_MAPPING))
            return refuse_service(j, hook, "a 'pre_start' hook is not a mapping");
        image = yaml_get(hook, "image");
        if ((e = check_keys(j, hook, hook_keys)) == OK && image != NULL)
            e = check_image(j, image);
    }
    return e;
}

/* A mount in its long form. */
static enum err check_mount(struct judge *j, const struct yaml_node *mount)
{
    const struct yaml_node *type = yaml_get(mount, "type");
    const struct yaml_node *source = yaml_get(mount, "source");
    enum err e = check_keys(j, mount, mount_keys);

    if (e != OK)
        return e;
    if (type == NULL || !is_a(type, YAML_SCALAR) || !is_listed(mount_types, type->text))
        return refuse_service(j, type != NULL ? type : mount, "a volume has no known 'type'");
    if (strcmp(type->text, "image") != 0)
        return OK;
    if (source == NULL)
        return refuse_service(j, mount, "a volume of type image has no 'source'");
    return check_image(j, source);
}

static enum err check_mounts(struct judge *j, const struct yaml_node *list)
{
    enum err e = OK;

    if (list->is_null)
        return OK;
    if (!is_a(list, YAML_SEQUENCE))
        return refuse_service(j, list, "'volumes' is not a list");
    for (size_t i = 0; e == OK && i < list->num_items; i++) {
        const struct yaml_node *mount = list->items[i];

        if (is_a(mount, YAML_MAPPING))
            e = check_mount(j, mount);
        else if (!is_a(mount, YAML_SCALAR)) /* the short form cannot name an image */
            e = refuse_service(j, mount, "a volume is neither a string nor a mapping");
    }
    return e;
}

static const struct {
    const char *key;
    enum err (*check)(struct judge *j, const struct yaml_node *value);
} judged_keys[] = {
    { "image", check_image },
    { "pre_start", check_pre_start },
    { "volumes", check_mounts },
};

static enum err check_service_key(struct judge *j, const struct yaml_pair *pair)
{
    for (size_t i = 0; i < sizeof(judged_keys) / sizeof(judged_keys[0]); i++) {
        if (strcmp(judged_keys[i].key, pair->key->text) == 0)
            return judged_keys[i].check(j, pair->value);
    }
    if (is_listed(service_keys, pair->key->text) || is_extension(pair->key->text))
        return OK;
    return refuse_key(j, pair->key);
}

static bool service_name_ok(const char *name)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

    return name[0] != '\0' && strspn(name, allowed) == strlen(name);
}

static enum err check_service(struct judge *j, const struct yaml_pair *service)
{
    const struct yaml_node *body = service->value;
    enum err e = OK;

    j->service = service->key->text;
    if (!service_name_ok(j->service))
        return refuse_service(j, service->key, "a name may have [a-zA-Z0-9._-] alone");
    if (!is_a(body, YAML_MAPPING))
        return refuse_service(j, body, "not a mapping with an image");
    for (size_t i = 0; e == OK && i < body->num_pairs; i++)
        e = check_service_key(j, &body->pairs[i]);
    if (e == OK && yaml_get(body, "image") == NULL)
        e = refuse_service(j, service->key, "has no image");
    return e;
}

static enum err check_document(struct judge *j)
{
    const struct yaml_node *root = yaml_root(j->y);
    const struct yaml_node *services = NULL;
    enum err e = OK;

    if (root == NULL || !is_a(root, YAML_MAPPING))
        return diag_set(j->d, ERR_FORMAT, "not a compose file: not a mapping");
    services = yaml_get(root, "services");
    if (services == NULL || !is_a(services, YAML_MAPPING))
        return yaml_error(j->d, ERR_FORMAT, j->y, services != NULL ? services : root,
                          "not a compose file: no mapping 'services'");
    for (size_t i = 0; i < root->num_pairs; i++) {
        const struct yaml_node *key = root->pairs[i].key;

        if (!is_listed(top_keys, key->text) && !is_extension(key->text))
            return refuse_key(j, key);
    }
    if (services->num_pairs == 0)
        return yaml_error(j->d, ERR_MISMATCH, j->y, services, "there is no service");
    for (size_t i = 0; e == OK && i < services->num_pairs; i++)
        e = check_service(j, &services->pairs[i]);
    return e;
}

void compose_images_clear(struct compose_images *c)
{
    for (size_t i = 0; i < c->num_items; i++) {
        free(c->items[i].service);
        free(c->items[i].reference);
    }
    free(c->items);
    *c = (struct compose_images){ 0 };
}

enum err compose_check_pinned(struct diag *d, struct compose_images *out, const void *data,
                              size_t data_len, const char *what)
{
    struct judge j = { .d = d, .out = out };
    struct yaml *y = NULL;
    enum err e = ERR_INTERNAL;

    *out = (struct compose_images){ 0 };
    if ((e = yaml_parse(d, &y, data, data_len, what)) != OK)
        return e;
    j.y = y;
    if ((e = check_document(&j)) != OK)
        compose_images_clear(out);
    yaml_free(y);
    return e;
}
