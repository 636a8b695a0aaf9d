// SPDX-License-Identifier: Apache-2.0
#include "verify/compose_envs.h"

#include <stdlib.h>
#include <string.h>

#include "safe/compose_allow.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/yaml.h"

/* app-compose.sh exports it from the host's unmeasured settings, whatever allowed_envs says. */
static const char *const host_names[] = { "PCCS_URL" };

struct word {
    const char *text; /* borrowed */
    size_t len;
};
struct words {
    struct word *items;
    size_t num_items;
};

struct place {
    struct word name;
    size_t index; /* in out */
};

struct search {
    struct diag *d;
    enum err e; /* sticky */
    struct compose_envs *out;
    struct place *sorted;            /* by name, as many as out has items */
    const struct yaml_node *configs; /* files that the compose file itself writes; NULL: none */
    const char *service;
    struct words used; /* variables that the commands of the service at hand mention */
    bool joins;        /* they make a word of text and what Compose puts in: it can be any name */
};

void compose_envs_clear(struct compose_envs *envs)
{
    for (size_t i = 0; i < envs->num_items; i++) {
        free(envs->items[i].name);
        free(envs->items[i].use);
    }
    free(envs->items);
    *envs = (struct compose_envs){ 0 };
}

/* --- words in a text --------------------------------------------------------------------------
 */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9');
}

/* The next name behind at: any, or with dollar only one behind $, ${ or $$. */
static bool next_word(struct word *out, const char **at, bool dollar)
{
    const char *c = *at;

    while (*c != '\0') {
        const char *start = c;

        if (dollar) {
            if (*c++ != '$')
                continue;
            c += *c == '{';
            start = c;
        }
        while (is_letter(*c))
            c++;
        if (c > start) {
            *out = (struct word){ start, (size_t)(c - start) };
            *at = c;
            return true;
        }
        c += !dollar;
    }
    *at = c;
    return false;
}

static int compare_words(const struct word *a, const struct word *b)
{
    size_t len = a->len < b->len ? a->len : b->len;
    int order = memcmp(a->text, b->text, len);

    return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

static int by_word(const void *a, const void *b)
{
    return compare_words(a, b);
}

static bool has_word(const struct words *words, const char *name)
{
    struct word wanted = { name, strlen(name) };

    return words->num_items > 0 &&
           bsearch(&wanted, words->items, words->num_items, sizeof(*words->items), by_word) != NULL;
}

static void add_word(struct search *s, struct word word)
{
    const size_t n = s->used.num_items;
    struct word *items = s->used.items;

    if ((n & (n + 1)) == 0) /* at 0, 1, 3, 7, … */
        items = realloc(s->used.items, (2 * n + 1) * sizeof(*items));
    if (items == NULL) {
        s->e = diag_set(s->d, ERR_NOMEM, "out of memory");
        return;
    }
    s->used.items = items;
    items[s->used.num_items++] = word;
}

/* --- the names --------------------------------------------------------------------------------
 */

static int by_name(const void *a, const void *b)
{
    return compare_words(&((const struct place *)a)->name, &((const struct place *)b)->name);
}

static struct compose_env *find(const struct search *s, struct word word)
{
    struct place wanted = { word, 0 };
    const struct place *found =
        bsearch(&wanted, s->sorted, s->out->num_items, sizeof(*s->sorted), by_name);

    return found != NULL ? &s->out->items[found->index] : NULL;
}

/* The first reason stands. */
static void set_use(struct search *s, struct compose_env *env, const char *fmt, const char *a,
                    const char *b)
{
    struct buf text;

    if (s->e != OK || env->use != NULL)
        return;
    buf_init(&text, LIMIT_COMPOSE_BYTES);
    buf_add_str(&text, fmt);
    buf_add_str(&text, a);
    if (b != NULL)
        buf_addf(&text, " of %s", b);
    if ((s->e = buf_check(s->d, &text, "a name in the compose file")) == OK &&
        (env->use = strdup(buf_str(&text))) == NULL)
        s->e = diag_set(s->d, ERR_NOMEM, "out of memory");
    buf_clear(&text);
}

static void mark_in(struct search *s, const char *text, bool dollar, const char *why,
                    const char *place)
{
    struct compose_env *env = NULL;
    struct word word;

    while (s->e == OK && next_word(&word, &text, dollar)) {
        if ((env = find(s, word)) != NULL)
            set_use(s, env, why, place, s->service);
    }
}

/* --- the compose file -------------------------------------------------------------------------
 */

/*
 * Where a value from outside is a setting and no code; environment is looked into. Labels and
 * annotations are none: schedulers and proxies take commands from them, runc properties.
 */
static bool is_setting(const char *key)
{
    static const char *const keys[] = {
        "container_name", "cpu_count", "cpu_percent",       "cpu_period",     "cpu_quota",
        "cpu_shares",     "cpus",      "domainname",        "environment",    "hostname",
        "mem_limit",      "restart",   "mem_reservation",   "mem_swappiness", "memswap_limit",
        "scale",          "shm_size",  "stop_grace_period",
    };

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strcmp(keys[i], key) == 0)
            return true;
    }
    return strncmp(key, "x-", 2) == 0;
}

static bool is_command(const char *key)
{
    static const char *const keys[] = { "command",   "entrypoint", "healthcheck", "post_start",
                                        "pre_start", "pre_stop",   "develop" };

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strcmp(keys[i], key) == 0)
            return true;
    }
    return false;
}

typedef void visit(struct search *s, const char *text, const char *place);

/* Every scalar, as deep as yaml_parse allows. */
static void each_text(struct search *s, const struct yaml_node *n, const char *place,
                      visit *visitor)
{
    if (n->type == YAML_SCALAR && n->text != NULL)
        visitor(s, n->text, place);
    for (size_t i = 0; i < n->num_items; i++)
        each_text(s, n->items[i], place, visitor);
    for (size_t i = 0; i < n->num_pairs; i++)
        each_text(s, n->pairs[i].value, place, visitor);
}

static void mark_text(struct search *s, const char *text, const char *place)
{
    mark_in(s, text, true, "the compose file puts it into ", place);
}

/* Behind what Compose puts in at text, which is at a $; braces may be nested. */
static const char *skip_insertion(const char *text)
{
    size_t depth = 0;

    text++;
    if (*text != '{') {
        while (is_letter(*text))
            text++;
        return text;
    }
    for (; *text != '\0'; text++) {
        if (*text == '{')
            depth++;
        else if (*text == '}' && --depth == 0)
            return text + 1;
    }
    return text;
}

/*
 * Text beside an insertion makes one word with it: F${A:-OO} is FOO by the time that a shell sees
 * it, and stands nowhere. $$ is a $ of the shell's.
 */
static bool joins_words(const char *text)
{
    const char *c = text;
    bool before = false; /* what ends here would be part of a word */

    while (*c != '\0') {
        if (c[0] == '$' && c[1] == '$') {
            before = true;
            c += c[2] == '{' ? 3 : 2;
        } else if (c[0] == '$') {
            const char *end = skip_insertion(c);

            if (before || is_letter(*end) || *end == '$')
                return true;
            before = true;
            c = end;
        } else {
            before = is_letter(*c++);
        }
    }
    return false;
}

static void collect_text(struct search *s, const char *text, const char *place)
{
    struct word word;

    (void)place;
    s->joins |= joins_words(text);
    while (s->e == OK && next_word(&word, &text, false))
        add_word(s, word);
}

/* A variable of the container that another program than the app's own reads, or a command. */
static void judge_variable(struct search *s, const char *name, const char *value)
{
    bool decides = s->joins || compose_env_reader(name) != NULL || has_word(&s->used, name);

    if (!decides)
        return;
    if (value != NULL)
        mark_in(s, value, true, "the compose file puts it into the variable ", name);
    else
        mark_in(s, name, false, "the compose file hands it on to the commands", "");
}

static void judge_environment(struct search *s, const struct yaml_node *n)
{
    for (size_t i = 0; i < n->num_pairs; i++) {
        const struct yaml_node *value = n->pairs[i].value;

        judge_variable(s, n->pairs[i].key->text, value->is_null ? NULL : value->text);
    }
    for (size_t i = 0; i < n->num_items; i++) {
        const char *text = n->items[i]->text;
        const char *equals = text != NULL ? strchr(text, '=') : NULL;
        char *name = NULL;

        if (text == NULL) { /* no entry that Compose takes */
            each_text(s, n->items[i], "environment", mark_text);
            continue;
        }
        /* a name that is itself made of variables can be any */
        mark_in(s, equals == NULL ? text : "", true, "the compose file puts it into ",
                "environment");
        name = equals != NULL ? strndup(text, (size_t)(equals - text)) : strdup(text);
        if (name == NULL) {
            s->e = diag_set(s->d, ERR_NOMEM, "out of memory");
            return;
        }
        mark_in(s, equals != NULL ? name : "", true, "the compose file puts it into ",
                "environment");
        judge_variable(s, name, equals != NULL ? equals + 1 : NULL);
        free(name);
    }
}

static void judge_service(struct search *s, const struct yaml_pair *service)
{
    const struct yaml_node *body = service->value;
    const struct yaml_node *environment = yaml_get(body, "environment");

    s->service = service->key->text;
    for (size_t i = 0; i < body->num_pairs; i++) {
        const struct yaml_pair *p = &body->pairs[i];

        if (is_setting(p->key->text))
            continue;
        each_text(s, p->value, p->key->text, mark_text);
        if (is_command(p->key->text))
            each_text(s, p->value, p->key->text, collect_text);
    }
    /* a command may run a file that the compose file writes */
    for (size_t i = 0; s->configs != NULL && i < s->configs->num_pairs; i++) {
        const struct yaml_node *content = yaml_get(s->configs->pairs[i].value, "content");

        if (content != NULL)
            each_text(s, content, "configs", collect_text);
    }
    if (s->used.num_items > 0)
        qsort(s->used.items, s->used.num_items, sizeof(*s->used.items), by_word);
    if (environment != NULL)
        judge_environment(s, environment);
    free(s->used.items);
    s->used = (struct words){ 0 };
    s->joins = false;
    s->service = NULL;
}

/* The file that a config or a secret is made of is the variable's whole text. */
static void judge_files(struct search *s, const struct yaml_pair *section)
{
    for (size_t i = 0; i < section->value->num_pairs; i++) {
        const struct yaml_node *entry = section->value->pairs[i].value;
        const struct yaml_node *name = yaml_get(entry, "environment");

        if (name != NULL && name->text != NULL)
            mark_in(s, name->text, false,
                    "the compose file makes a file of it: ", section->key->text);
    }
}

static void judge_compose(struct search *s, const struct yaml_node *root)
{
    s->configs = root != NULL ? yaml_get(root, "configs") : NULL;
    for (size_t i = 0; root != NULL && i < root->num_pairs; i++) {
        const struct yaml_pair *p = &root->pairs[i];

        if (strcmp(p->key->text, "services") == 0) {
            for (size_t k = 0; s->e == OK && k < p->value->num_pairs; k++)
                judge_service(s, &p->value->pairs[k]);
            continue;
        }
        if (strncmp(p->key->text, "x-", 2) == 0)
            continue;
        each_text(s, p->value, p->key->text, mark_text);
        if (strcmp(p->key->text, "configs") == 0 || strcmp(p->key->text, "secrets") == 0)
            judge_files(s, p);
    }
}

/* --- the app-compose --------------------------------------------------------------------------
 */

static void add_env(struct search *s, const char *name)
{
    struct compose_envs *out = s->out;
    const char *reader = compose_env_reader(name);
    struct compose_env *env = &out->items[out->num_items];

    *env = (struct compose_env){ strdup(name), !compose_is_env_name(name), NULL };
    if (env->name == NULL) {
        s->e = diag_set(s->d, ERR_NOMEM, "out of memory");
        return;
    }
    out->num_items++;
    if (reader != NULL)
        set_use(s, env, "it is read by ", reader, NULL);
}

static void read_names(struct search *s, const struct json *list)
{
    const size_t num_host = sizeof(host_names) / sizeof(host_names[0]);
    size_t n = json_len(list);

    if (list != NULL && json_type(list) != JSON_ARRAY) {
        s->e = diag_set(s->d, ERR_FORMAT, "app-compose: 'allowed_envs' is no list");
        return;
    }
    if ((s->out->items = calloc(n + num_host, sizeof(*s->out->items))) == NULL ||
        (s->sorted = calloc(n + num_host, sizeof(*s->sorted))) == NULL)
        s->e = diag_set(s->d, ERR_NOMEM, "out of memory");
    for (size_t i = 0; s->e == OK && i < n; i++) {
        const char *name = json_string(json_at(list, i));

        if (name != NULL)
            add_env(s, name);
        else
            s->e = diag_set(s->d, ERR_FORMAT, "app-compose: an entry of 'allowed_envs' is no text");
    }
}

/* Names that the host sets have no reason of their own: only their use counts. */
static void add_host_names(struct search *s)
{
    struct compose_envs *out = s->out;

    for (size_t i = 0; s->e == OK && i < sizeof(host_names) / sizeof(host_names[0]); i++) {
        struct compose_env *env = &out->items[out->num_items];

        if ((env->name = strdup(host_names[i])) == NULL)
            s->e = diag_set(s->d, ERR_NOMEM, "out of memory");
        else
            out->num_items++;
    }
    for (size_t i = 0; s->e == OK && i < out->num_items; i++) {
        const char *name = out->items[i].name;

        s->sorted[i] = (struct place){ { name, strlen(name) }, i };
    }
    if (s->e == OK)
        qsort(s->sorted, out->num_items, sizeof(*s->sorted), by_name);
}

static void judge_scripts(struct search *s, const struct json *app)
{
    static const char *const fields[] = { "pre_launch_script", "init_script", "bash_script" };

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        const struct json *field = json_get(app, fields[i]);
        const char *text = json_string(field);

        if (text != NULL)
            mark_in(s, text, false, "it is named in ", fields[i]);
        for (size_t k = 0; text == NULL && k < json_len(field); k++) {
            if (json_string(json_at(field, k)) != NULL)
                mark_in(s, json_string(json_at(field, k)), false, "it is named in ", fields[i]);
        }
    }
}

static void judge_file(struct search *s, const struct json *app)
{
    const char *runner = json_string(json_get(app, "runner"));
    const char *text = json_string(json_get(app, "docker_compose_file"));
    struct yaml *y = NULL;

    if (s->e != OK || text == NULL || (runner != NULL && strcmp(runner, "bash") == 0))
        return;
    if ((s->e = yaml_parse(s->d, &y, text, strlen(text), "docker_compose_file")) != OK)
        return;
    judge_compose(s, yaml_root(y));
    yaml_free(y);
}

/* The names of the host that nothing uses are no news. */
static void drop_unused(struct compose_envs *out)
{
    const size_t num_host = sizeof(host_names) / sizeof(host_names[0]);

    for (size_t i = 0; i < num_host && out->num_items > 0; i++) {
        struct compose_env *last = &out->items[out->num_items - 1];

        if (last->use != NULL)
            break;
        free(last->name);
        out->num_items--;
    }
}

enum err compose_envs(struct diag *d, struct compose_envs *out, const void *app_compose,
                      size_t app_compose_len)
{
    struct search s = { .d = d, .out = out };
    struct json *app = NULL;

    *out = (struct compose_envs){ 0 };
    if (app_compose_len > LIMIT_COMPOSE_BYTES)
        return diag_set(d, ERR_LIMIT, "app-compose: over the limit of %d bytes",
                        LIMIT_COMPOSE_BYTES);
    if ((s.e = json_parse(d, &app, app_compose, app_compose_len, "app-compose")) != OK)
        return s.e;
    if (json_type(app) != JSON_OBJECT)
        s.e = diag_set(d, ERR_FORMAT, "app-compose: expected a JSON object");
    if (s.e == OK)
        read_names(&s, json_get(app, "allowed_envs"));
    if (s.e == OK)
        add_host_names(&s);
    if (s.e == OK)
        judge_scripts(&s, app);
    judge_file(&s, app);
    free(s.sorted);
    json_free(app);
    if (s.e == OK)
        drop_unused(out);
    else
        compose_envs_clear(out);
    return s.e;
}
