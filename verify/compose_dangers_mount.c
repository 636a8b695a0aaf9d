// SPDX-License-Identifier: Apache-2.0
/* Mounts and ports, which a compose file writes in a short and in a long form. */
#include <string.h>

#include "src/base/limits.h"
#include "verify/compose_dangers_internal.h"

static const char *text_of(const struct yaml_node *map, const char *key)
{
    const struct yaml_node *n = yaml_get(map, key);

    return n != NULL && n->type == YAML_SCALAR && !n->is_null && n->text[0] != '\0' ? n->text
                                                                                    : NULL;
}

/* Every key is one of these. */
static bool has_only(const struct yaml_node *map, const char *const *keys)
{
    for (size_t i = 0; i < map->num_pairs; i++) {
        size_t k = 0;

        while (keys[k] != NULL && strcmp(keys[k], map->pairs[i].key->text) != 0)
            k++;
        if (keys[k] == NULL)
            return false;
    }
    return true;
}

/* --- volumes ----------------------------------------------------------------------------------
 */

bool is_volume_name(const char *text, size_t len)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                  "_.-";

    /* one letter and a colon would be a drive of Windows */
    return len >= 2 && strspn(text, letters) >= len && strchr("_.-", text[0]) == NULL;
}

/* A volume of the compose file, or one without a name, at an absolute path. */
static bool is_volume(const char *text)
{
    const char *colon = strchr(text, ':');

    if (colon == NULL)
        return text[0] == '/' && strchr(text, '$') == NULL;
    return is_volume_name(text, (size_t)(colon - text)) && colon[1] == '/' &&
           strchr(text, '$') == NULL;
}

static void judge_short(struct gather *g, const char *service, const char *text)
{
    size_t len = strlen(text);
    struct buf mount;

    if (is_volume(text))
        return;
    buf_init(&mount, LIMIT_COMPOSE_BYTES);
    buf_add(&mount, text, len > 3 && strcmp(text + len - 3, ":rw") == 0 ? len - 3 : len);
    if (g->e == OK && (g->e = buf_check(g->d, &mount, "a volume")) == OK)
        danger_add(g, "bind", service, buf_str(&mount));
    buf_clear(&mount);
}

static bool is_set(const struct yaml_node *map, const char *key)
{
    const char *text = text_of(map, key);

    return text != NULL &&
           (strcmp(text, "true") == 0 || strcmp(text, "True") == 0 || strcmp(text, "TRUE") == 0);
}

/* As the short form writes it; false if that cannot say it. */
static bool add_bind(struct gather *g, const char *service, const struct yaml_node *mount)
{
    static const char *const keys[] = { "type", "source", "target", "read_only", "bind", NULL };
    static const char *const bind_keys[] = { "create_host_path", NULL };
    const struct yaml_node *bind = yaml_get(mount, "bind");
    const char *source = text_of(mount, "source");
    const char *target = text_of(mount, "target");
    struct buf text;

    if (source == NULL || target == NULL || strchr(source, ':') != NULL ||
        strchr(target, ':') != NULL || !has_only(mount, keys) ||
        (bind != NULL && !has_only(bind, bind_keys)))
        return false;
    buf_init(&text, LIMIT_COMPOSE_BYTES);
    buf_addf(&text, "%s:%s%s", source, target, is_set(mount, "read_only") ? ":ro" : "");
    if (g->e == OK && (g->e = buf_check(g->d, &text, "a volume")) == OK)
        danger_add(g, "bind", service, buf_str(&text));
    buf_clear(&text);
    return true;
}

static bool is_plain_volume(const struct yaml_node *mount)
{
    static const char *const keys[] = { "type",        "source", "target", "read_only",
                                        "consistency", "volume", NULL };
    static const char *const volume_keys[] = { "nocopy", "subpath", "labels", NULL };
    const struct yaml_node *volume = yaml_get(mount, "volume");
    const char *source = text_of(mount, "source");

    return has_only(mount, keys) && (volume == NULL || has_only(volume, volume_keys)) &&
           (source == NULL || is_volume_name(source, strlen(source)));
}

static void judge_long(struct gather *g, const char *service, const struct yaml_node *mount)
{
    const char *type = text_of(mount, "type");

    if (type == NULL)
        type = "";
    if (strcmp(type, "tmpfs") == 0 || (strcmp(type, "volume") == 0 && is_plain_volume(mount)))
        return;
    if (strcmp(type, "image") == 0 && text_of(mount, "target") != NULL) {
        struct buf text;

        buf_init(&text, LIMIT_COMPOSE_BYTES);
        buf_addf(&text, "image:%s", text_of(mount, "target"));
        if (g->e == OK && (g->e = buf_check(g->d, &text, "a volume")) == OK)
            danger_add(g, "mount", service, buf_str(&text));
        buf_clear(&text);
        return;
    }
    if (strcmp(type, "bind") != 0 || !add_bind(g, service, mount))
        danger_add_node(g, strcmp(type, "bind") == 0 ? "bind" : "mount", service, mount);
}

void dangers_of_volumes(struct gather *g, const char *service, const struct yaml_node *list)
{
    if (list->type != YAML_SEQUENCE && !list->is_null)
        danger_refuse(g, "service '%.64s': 'volumes' is no list", service);
    for (size_t i = 0; i < list->num_items; i++) {
        const struct yaml_node *mount = list->items[i];

        if (mount->type == YAML_MAPPING)
            judge_long(g, service, mount);
        else if (mount->type == YAML_SCALAR && mount->text != NULL)
            judge_short(g, service, mount->text);
        else
            danger_refuse(g, "service '%.64s': a volume is neither a string nor a mapping",
                          service);
    }
}

/* --- ports ------------------------------------------------------------------------------------
 */

/* "8080:80", with "/udp" if it is not TCP; a port that the guest chooses is "0:80". */
static void add_port(struct gather *g, const char *service, const char *text, const char *protocol)
{
    const char *slash = strchr(text, '/');
    const char *end = slash != NULL ? slash : text + strlen(text);
    struct buf port;

    if (slash != NULL)
        protocol = slash + 1;
    buf_init(&port, LIMIT_COMPOSE_BYTES);
    if (memchr(text, ':', (size_t)(end - text)) == NULL)
        buf_add_str(&port, "0:");
    buf_add(&port, text, (size_t)(end - text));
    if (strcmp(protocol, "tcp") != 0)
        buf_addf(&port, "/%s", protocol);
    if (g->e == OK && (g->e = buf_check(g->d, &port, "a port")) == OK)
        danger_add(g, "ports", service, buf_str(&port));
    buf_clear(&port);
}

static bool add_long_port(struct gather *g, const char *service, const struct yaml_node *n)
{
    static const char *const keys[] = { "name",     "mode",   "host_ip",      "published",
                                        "protocol", "target", "app_protocol", NULL };
    const char *published = text_of(n, "published");
    const char *host = text_of(n, "host_ip");
    const char *target = text_of(n, "target");
    const char *protocol = text_of(n, "protocol");
    struct buf text;

    if (target == NULL || !has_only(n, keys))
        return false;
    buf_init(&text, LIMIT_COMPOSE_BYTES);
    buf_addf(&text, "%s%s%s:%s", host != NULL ? host : "", host != NULL ? ":" : "",
             published != NULL ? published : "0", target);
    if (g->e == OK && (g->e = buf_check(g->d, &text, "a port")) == OK)
        add_port(g, service, buf_str(&text), protocol != NULL ? protocol : "tcp");
    buf_clear(&text);
    return true;
}

void dangers_of_ports(struct gather *g, const char *service, const struct yaml_node *list)
{
    if (list->type != YAML_SEQUENCE && !list->is_null)
        danger_refuse(g, "service '%.64s': 'ports' is no list", service);
    for (size_t i = 0; i < list->num_items; i++) {
        const struct yaml_node *port = list->items[i];

        if (port->type == YAML_MAPPING && add_long_port(g, service, port))
            continue;
        if (port->type == YAML_SCALAR && port->text != NULL)
            add_port(g, service, port->text, "tcp");
        else
            danger_add_node(g, "ports", service, port);
    }
}
