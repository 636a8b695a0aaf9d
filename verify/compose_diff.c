// SPDX-License-Identifier: Apache-2.0
#include "verify/compose_diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "verify/compose_facts.h"
#include "verify/compose_forms.h"
#include "verify/line_diff.h"

/* --- danger ------------------------------------------------------------------------------------
 */

/* part: the new key or value has this text in it, ^ at its beginning; NULL: anything. where: "s"
 * services, "a" app. */
static const struct {
    char where;
    const char *what;
    const char *part;
    const char *why;
} dangers[] = {
    { 's', "privileged", "true", "full access to the machine" },
    { 's', "volumes", "docker.sock", "whoever has the socket starts any container" },
    { 's', "volumes", "containerd.sock", "whoever has the socket starts any container" },
    { 's', "volumes", "^/", "a directory of the guest itself" },
    { 's', "volumes", "source: /", "a directory of the guest itself" },
    { 's', "use_api_socket", "true", "whoever has the socket starts any container" },
    { 's', "network_mode", "host", "no network of its own" },
    { 's', "pid", "host", "sees all processes" },
    { 's', "ipc", "host", "shares memory with the guest" },
    { 's', "uts", "host", "shares the guest's names" },
    { 's', "userns_mode", "host", "root in it is root outside" },
    { 's', "cgroup", "host", "shares the guest's cgroups" },
    { 's', "cap_add", NULL, "a capability more" },
    { 's', "devices", NULL, "a device of the guest" },
    { 's', "device_cgroup_rules", NULL, "devices of the guest" },
    { 's', "security_opt", NULL, "may take protection away" },
    { 's', "ports", NULL, "reachable from outside" },
    { 's', "build", NULL, "built where it runs, pinned by nothing" },
    { 'a', "allowed_envs", NULL, "a name whose value nobody signs" },
    { 'a', "public_logs", "true", "everybody reads the logs" },
    { 'a', "public_sysinfo", "true", "everybody reads the state of the system" },
    { 'a', "kms_enabled", NULL, "where keys come from" },
    { 'a', "key_provider", NULL, "where keys come from" },
    { 'a', "key_provider_id", NULL, "where keys come from" },
    { 'a', "local_key_provider_enabled", NULL, "where keys come from" },
    { 'a', "pre_launch_script", NULL, "runs before everything else, as root" },
    { 'a', "init_script", NULL, "runs before everything else, as root" },
    { 'a', "bash_script", NULL, "runs as root" },
    { 'a', "runner", NULL, "another program starts the release" },
    { 'a', "requirements", NULL, "what the guest demands of its platform" },
    { 'a', "secure_time", "false", "the host sets the clock" },
    { 'a', "no_instance_id", NULL, "which keys an instance gets" },
};

static bool has_part(const struct compose_change *c, const char *part)
{
    if (part == NULL)
        return true;
    if (part[0] == '^') /* where the entry begins */
        return strstr(c->key, part + 1) == c->key;
    return strstr(c->key, part) != NULL ||
           (c->new_value != NULL && strstr(c->new_value, part) != NULL);
}

static const char *danger_of(const struct compose_change *c)
{
    const bool is_service = strncmp(c->where, "service ", 8) == 0;
    const bool is_app = strcmp(c->where, "app-compose") == 0;

    if (is_service && strcmp(c->what, "image") == 0 && c->new_value != NULL &&
        strstr(c->new_value, "@sha256:") == NULL)
        return "an image that no digest pins";
    for (size_t i = 0; i < sizeof(dangers) / sizeof(dangers[0]); i++) {
        const bool fits = dangers[i].where == 's' ? is_service : is_app;
        const bool demanded = strcmp(dangers[i].what, "requirements") == 0;

        if (!fits || strcmp(dangers[i].what, c->what) != 0 || (c->new_value == NULL && !demanded))
            continue;
        if (has_part(c, dangers[i].part))
            return dangers[i].why;
    }
    return NULL;
}

/* --- changes -----------------------------------------------------------------------------------
 */

static void change_clear(struct compose_change *c)
{
    free(c->where);
    free(c->what);
    free(c->key);
    free(c->old_value);
    free(c->new_value);
}

void compose_diff_clear(struct compose_diff *c)
{
    for (size_t i = 0; i < c->num_changes; i++)
        change_clear(&c->changes[i]);
    free(c->changes);
    buf_clear(&c->unified);
    *c = (struct compose_diff){ 0 };
}

/* f is where and what; a value is NULL on a side that does not have it. The array has room for all
 * facts of both sides. */
static enum err add(struct diag *d, struct compose_diff *out, const struct fact *f,
                    const char *old_value, const char *new_value)
{
    struct compose_change c = {
        strdup(f->where), strdup(f->what), strdup(f->key), NULL, NULL, NULL
    };

    if (old_value != NULL)
        c.old_value = strdup(old_value);
    if (new_value != NULL)
        c.new_value = strdup(new_value);
    if (c.where == NULL || c.what == NULL || c.key == NULL ||
        (old_value == NULL) != (c.old_value == NULL) ||
        (new_value == NULL) != (c.new_value == NULL)) {
        change_clear(&c);
        return diag_set(d, ERR_NOMEM, "out of memory");
    }
    c.danger = danger_of(&c);
    out->num_dangers += c.danger != NULL;
    out->changes[out->num_changes++] = c; /* moved */
    return OK;
}

static enum err compare_facts(struct diag *d, struct compose_diff *out, const struct facts *old,
                              const struct facts *now)
{
    size_t i = 0;
    size_t k = 0;
    enum err e = OK;

    out->changes = calloc(old->num_items + now->num_items + 1, sizeof(*out->changes));
    if (out->changes == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    while (e == OK && (i < old->num_items || k < now->num_items)) {
        const struct fact *was = i < old->num_items ? &old->items[i] : NULL;
        const struct fact *is = k < now->num_items ? &now->items[k] : NULL;
        int order = was == NULL ? 1 : is == NULL ? -1 : fact_compare(was, is);

        if (was != NULL && order < 0)
            e = add(d, out, was, was->value, NULL);
        else if (is != NULL && order > 0)
            e = add(d, out, is, NULL, is->value);
        else if (was != NULL && is != NULL && strcmp(was->value, is->value) != 0)
            e = add(d, out, was, was->value, is->value);
        i += order <= 0;
        k += order >= 0;
    }
    return e;
}

static void dangers_first(struct compose_diff *c)
{
    size_t front = 0;

    for (size_t i = 0; i < c->num_changes; i++) {
        struct compose_change change = c->changes[i];

        if (change.danger == NULL)
            continue;
        memmove(&c->changes[front + 1], &c->changes[front], (i - front) * sizeof(change));
        c->changes[front++] = change;
    }
}

/* --- sides -------------------------------------------------------------------------------------
 */

struct side {
    struct json *app; /* NULL: a compose file alone */
    const char *text; /* the compose file */
    size_t text_len;
    struct facts facts;
};

static void side_clear(struct side *s)
{
    facts_clear(&s->facts);
    json_free(s->app);
}

static enum err read_side(struct diag *d, struct side *s, const struct compose_side *in)
{
    struct diag ignored = { 0 };
    char where[320];

    *s = (struct side){ .text = in->len > 0 ? in->data : "", .text_len = in->len };
    if (compose_parse(&ignored, &s->app, in->data, in->len, in->what) == OK) {
        s->text = json_string(json_get(s->app, "docker_compose_file"));
        if (s->text == NULL)
            return diag_set(d, ERR_FORMAT, "%.128s: there is no docker_compose_file", in->what);
        s->text_len = strlen(s->text);
    }
    /* a line of the text inside is not a line of the file */
    (void)snprintf(where, sizeof(where), "%.256s%s", in->what,
                   s->app != NULL ? ": docker_compose_file" : "");
    return compose_facts(d, &s->facts, s->app, s->text, s->text_len, where);
}

/* --- unified -----------------------------------------------------------------------------------
 */

static const char *const script_fields[] = { "pre_launch_script", "init_script", "bash_script" };

static const char *script_of(const struct side *s, size_t i)
{
    const char *text = s->app != NULL ? json_string(json_get(s->app, script_fields[i])) : NULL;

    return text != NULL ? text : "";
}

/* The app-compose on many lines, without the texts that are shown by themselves. */
static enum err lay_out(struct diag *d, struct buf *out, const struct side *s)
{
    struct json *rest = s->app != NULL ? json_copy(s->app) : json_new_object();
    enum err e = ERR_INTERNAL;

    json_remove(rest, "docker_compose_file");
    for (size_t i = 0; i < sizeof(script_fields) / sizeof(script_fields[0]); i++) {
        if (script_of(s, i)[0] != '\0')
            json_remove(rest, script_fields[i]);
    }
    e = compose_json_write(d, out, rest, 2, true);
    buf_add_u8(out, '\n');
    json_free(rest);
    return e;
}

static enum err write_unified(struct diag *d, struct buf *out, const struct side *old,
                              const struct side *now)
{
    struct buf a;
    struct buf b;
    enum err e = line_diff(d, out, "docker_compose_file", old->text, old->text_len, now->text,
                           now->text_len);

    for (size_t i = 0; e == OK && i < sizeof(script_fields) / sizeof(script_fields[0]); i++)
        e = line_diff(d, out, script_fields[i], script_of(old, i), strlen(script_of(old, i)),
                      script_of(now, i), strlen(script_of(now, i)));
    buf_init(&a, 8 * LIMIT_COMPOSE_BYTES);
    buf_init(&b, 8 * LIMIT_COMPOSE_BYTES);
    if (e == OK && (e = lay_out(d, &a, old)) == OK && (e = lay_out(d, &b, now)) == OK)
        e = line_diff(d, out, "app-compose, laid out", buf_str(&a), a.len, buf_str(&b), b.len);
    buf_clear(&a);
    buf_clear(&b);
    return e;
}

enum err compose_diff(struct diag *d, struct compose_diff *out, const struct compose_side *old,
                      const struct compose_side *now)
{
    struct side sides[2] = { { .app = NULL }, { .app = NULL } };
    enum err e = ERR_INTERNAL;

    *out = (struct compose_diff){ 0 };
    buf_init(&out->unified, 16 * LIMIT_COMPOSE_BYTES);
    if ((e = read_side(d, &sides[0], old)) == OK && (e = read_side(d, &sides[1], now)) == OK &&
        (e = compare_facts(d, out, &sides[0].facts, &sides[1].facts)) == OK) {
        dangers_first(out);
        e = write_unified(d, &out->unified, &sides[0], &sides[1]);
    }
    side_clear(&sides[0]);
    side_clear(&sides[1]);
    if (e != OK)
        compose_diff_clear(out);
    return e;
}

/* --- telling -----------------------------------------------------------------------------------
 */

static void add_value(struct buf *out, const char *value)
{
    const size_t len = strlen(value);
    const size_t shown = len < 400 ? len : 400;

    if (len == 0)
        buf_add_str(out, "(empty)");
    buf_add_untrusted(out, value, shown);
    if (shown < len)
        buf_addf(out, "... (%zu bytes)", len);
}

void compose_change_text(struct buf *out, const struct compose_change *c)
{
    const char *values[2] = { c->old_value, c->new_value };
    const bool entry = c->key[0] != '\0';

    buf_add_untrusted(out, c->where, strlen(c->where));
    if (c->what[0] != '\0') {
        buf_add_str(out, ": ");
        buf_add_untrusted(out, c->what, strlen(c->what));
    }
    if (entry) {
        buf_add_str(out, " ");
        buf_add_untrusted(out, c->key, strlen(c->key));
    }
    if (values[0] == NULL || values[1] == NULL) {
        const char *value = values[0] != NULL ? values[0] : values[1];

        buf_add_str(out, values[0] == NULL ? ": new" : ": gone");
        if (value[0] == '\0')
            return;
        buf_add_str(out, values[0] == NULL ? ": " : ", was ");
        add_value(out, value);
        return;
    }
    buf_add_str(out, ": ");
    add_value(out, values[0]);
    buf_add_str(out, " -> ");
    add_value(out, values[1]);
}

static void set_text(struct json *j, const char *key, const char *text)
{
    json_set(j, key, text != NULL ? json_new_text(text, strlen(text)) : json_new_null());
}

struct json *compose_diff_json(const struct compose_diff *c)
{
    struct json *list = json_new_array();

    for (size_t i = 0; i < c->num_changes; i++) {
        struct json *item = json_new_object();

        set_text(item, "where", c->changes[i].where);
        set_text(item, "what", c->changes[i].what);
        set_text(item, "key", c->changes[i].key);
        set_text(item, "old", c->changes[i].old_value);
        set_text(item, "new", c->changes[i].new_value);
        set_text(item, "danger", c->changes[i].danger);
        json_append(list, item);
    }
    return list;
}
