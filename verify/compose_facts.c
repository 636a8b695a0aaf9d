// SPDX-License-Identifier: Apache-2.0
#include "verify/compose_facts.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/digest.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/yaml.h"
#include "verify/compose_forms.h"

/* Lists of which each entry stands for itself; of the first two, an entry is NAME=VALUE. */
static const char *const entry_keys[] = {
    "environment", "labels",   "cap_add",      "cap_drop",    "configs",
    "depends_on",  "devices",  "dns",          "env_file",    "expose",
    "group_add",   "networks", "ports",        "secrets",     "security_opt",
    "tmpfs",       "volumes",  "volumes_from", "extra_hosts", "device_cgroup_rules",
};
#define NUM_NAMED 2

static size_t entry_index(const char *key)
{
    size_t i = 0;

    while (i < sizeof(entry_keys) / sizeof(entry_keys[0]) && strcmp(entry_keys[i], key) != 0)
        i++;
    return i;
}

static bool is_entries(const char *key)
{
    return entry_index(key) < sizeof(entry_keys) / sizeof(entry_keys[0]);
}

static void fact_clear(struct fact *f)
{
    free(f->where);
    free(f->what);
    free(f->key);
    free(f->value);
}

void facts_clear(struct facts *f)
{
    for (size_t i = 0; i < f->num_items; i++)
        fact_clear(&f->items[i]);
    free(f->items);
    *f = (struct facts){ 0 };
}

int fact_compare(const struct fact *a, const struct fact *b)
{
    int order = strcmp(a->where, b->where);

    if (order == 0)
        order = strcmp(a->what, b->what);
    return order != 0 ? order : strcmp(a->key, b->key);
}

static int by_fact(const void *a, const void *b)
{
    int order = fact_compare(a, b);

    return order != 0 ? order
                      : strcmp(((const struct fact *)a)->value, ((const struct fact *)b)->value);
}

static enum err add(struct diag *d, struct facts *f, const char *where, const char *what,
                    const char *key, const char *value)
{
    struct fact item = { strdup(where), strdup(what), strdup(key), strdup(value) };
    const bool grow = (f->num_items & (f->num_items + 1)) == 0; /* at 0, 1, 3, 7, … */
    struct fact *items = f->items;

    if (grow)
        items = realloc(f->items, (2 * f->num_items + 1) * sizeof(*items));
    if (items != NULL)
        f->items = items;
    if (items == NULL || item.where == NULL || item.what == NULL || item.key == NULL ||
        item.value == NULL) {
        fact_clear(&item);
        return diag_set(d, ERR_NOMEM, "out of memory");
    }
    items[f->num_items++] = item; /* moved */
    return OK;
}

/* --- YAML --------------------------------------------------------------------------------------
 */

/* On one line, for people; as deep as yaml_parse allows. */
static void node_text(struct buf *out, const struct yaml_node *n)
{
    switch (n->type) {
    case YAML_SCALAR:
        buf_add_str(out, n->text != NULL ? n->text : "");
        return;
    case YAML_SEQUENCE:
        for (size_t i = 0; i < n->num_items; i++) {
            buf_add_str(out, i > 0 ? ", " : "[");
            node_text(out, n->items[i]);
        }
        buf_add_str(out, n->num_items > 0 ? "]" : "[]");
        return;
    case YAML_MAPPING:
        for (size_t i = 0; i < n->num_pairs; i++) {
            buf_addf(out, "%s%s: ", i > 0 ? ", " : "{", n->pairs[i].key->text);
            node_text(out, n->pairs[i].value);
        }
        buf_add_str(out, n->num_pairs > 0 ? "}" : "{}");
        return;
    }
}

/* NAME=VALUE; the '=' is absent for a name whose value comes from outside. */
static enum err add_named(struct diag *d, struct facts *f, const char *where, const char *what,
                          const char *text)
{
    const char *equals = strchr(text, '=');
    char *name = equals != NULL ? strndup(text, (size_t)(equals - text)) : strdup(text);
    enum err e = ERR_NOMEM;

    if (name == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    e = add(d, f, where, what, name, equals != NULL ? equals + 1 : "");
    free(name);
    return e;
}

static enum err add_node(struct diag *d, struct facts *f, const char *where, const char *what,
                         const char *key, const struct yaml_node *n)
{
    struct buf text;
    enum err e = ERR_INTERNAL;

    buf_init(&text, 2 * LIMIT_COMPOSE_BYTES);
    node_text(&text, n);
    if ((e = buf_check(d, &text, "a value of the compose file")) == OK)
        e = key != NULL ? add(d, f, where, what, key, buf_str(&text))
                        : add(d, f, where, what, buf_str(&text), "");
    buf_clear(&text);
    return e;
}

static enum err add_entries(struct diag *d, struct facts *f, const char *where, const char *what,
                            const struct yaml_node *n)
{
    enum err e = OK;

    for (size_t i = 0; e == OK && i < n->num_items; i++) {
        const struct yaml_node *item = n->items[i];

        if (item->type == YAML_SCALAR && entry_index(what) < NUM_NAMED)
            e = add_named(d, f, where, what, item->text);
        else
            e = add_node(d, f, where, what, NULL, item);
    }
    for (size_t i = 0; e == OK && i < n->num_pairs; i++)
        e = add_node(d, f, where, what, n->pairs[i].key->text, n->pairs[i].value);
    return e;
}

static enum err add_service(struct diag *d, struct facts *f, const struct yaml_pair *service)
{
    const struct yaml_node *body = service->value;
    struct buf where;
    enum err e = ERR_INTERNAL;

    buf_init(&where, LIMIT_COMPOSE_BYTES);
    buf_addf(&where, "service %s", service->key->text);
    if ((e = buf_check(d, &where, "the name of a service")) == OK)
        e = add(d, f, buf_str(&where), "", "", "");
    for (size_t i = 0; e == OK && i < body->num_pairs; i++) {
        const struct yaml_pair *p = &body->pairs[i];

        if (is_entries(p->key->text) && p->value->type != YAML_SCALAR)
            e = add_entries(d, f, buf_str(&where), p->key->text, p->value);
        else
            e = add_node(d, f, buf_str(&where), p->key->text, "", p->value);
    }
    buf_clear(&where);
    return e;
}

static enum err add_compose_file(struct diag *d, struct facts *f, const void *data, size_t data_len,
                                 const char *what)
{
    const struct yaml_node *root = NULL;
    struct yaml *y = NULL;
    enum err e = yaml_parse(d, &y, data, data_len, what);

    if (e != OK)
        return e;
    root = yaml_root(y);
    if (root == NULL || root->type != YAML_MAPPING)
        e = diag_set(d, ERR_FORMAT, "%s: not a compose file: not a mapping", what);
    for (size_t i = 0; e == OK && i < root->num_pairs; i++) {
        const struct yaml_pair *p = &root->pairs[i];

        if (strcmp(p->key->text, "services") == 0) {
            for (size_t k = 0; e == OK && k < p->value->num_pairs; k++)
                e = add_service(d, f, &p->value->pairs[k]);
        } else if (p->value->type == YAML_MAPPING) {
            e = add_entries(d, f, "compose file", p->key->text, p->value);
        } else {
            e = add_node(d, f, "compose file", p->key->text, "", p->value);
        }
    }
    yaml_free(y);
    return e;
}

/* --- app-compose -------------------------------------------------------------------------------
 */

/* A script is told by its hash; the unified diff shows the text. */
static enum err add_script(struct diag *d, struct facts *f, const char *name, const char *text)
{
    struct hash32 hash;
    struct buf value;
    enum err e = sha256(d, &hash, text, strlen(text));

    if (e != OK)
        return e;
    buf_init(&value, 256);
    buf_addf(&value, "%zu bytes, SHA-256 %s", strlen(text), hash32_format(&hash).s);
    e = add(d, f, "app-compose", name, "", buf_str(&value));
    buf_clear(&value);
    return e;
}

static enum err add_field(struct diag *d, struct facts *f, const char *name,
                          const struct json *value)
{
    const char *text = json_string(value);
    struct buf shown;
    enum err e = OK;

    if (strcmp(name, "docker_compose_file") == 0)
        return OK;
    if (text != NULL)
        return strstr(name, "script") != NULL ? add_script(d, f, name, text)
                                              : add(d, f, "app-compose", name, "", text);
    if (json_type(value) == JSON_ARRAY && strcmp(name, "allowed_envs") == 0) {
        for (size_t i = 0; e == OK && i < json_len(value); i++) {
            const char *env = json_string(json_at(value, i));

            if (env != NULL)
                e = add(d, f, "app-compose", name, env, "");
        }
        return e;
    }
    buf_init(&shown, LIMIT_COMPOSE_BYTES);
    if ((e = compose_json_write(d, &shown, value, 0, true)) == OK)
        e = add(d, f, "app-compose", name, "", buf_str(&shown));
    buf_clear(&shown);
    return e;
}

enum err compose_facts(struct diag *d, struct facts *out, const struct json *app,
                       const void *compose_file, size_t compose_file_len, const char *what)
{
    const char *name = NULL;
    void *at = NULL;
    enum err e = OK;

    *out = (struct facts){ 0 };
    for (const struct json *value = app != NULL ? json_next(app, &at, &name) : NULL;
         e == OK && value != NULL; value = json_next(app, &at, &name))
        e = add_field(d, out, name, value);
    if (e == OK)
        e = add_compose_file(d, out, compose_file, compose_file_len, what);
    if (e != OK) {
        facts_clear(out);
        return e;
    }
    if (out->num_items > 0)
        qsort(out->items, out->num_items, sizeof(*out->items), by_fact);
    return OK;
}
