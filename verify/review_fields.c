// SPDX-License-Identifier: Apache-2.0
/* The app-compose in words: every field, also one that is left out and counts with its default, and
 * every name that whoever deploys may set. */
#include <string.h>

#include "src/base/digest.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "verify/compose_dangers.h"
#include "verify/compose_envs.h"
#include "verify/compose_forms.h"
#include "verify/review.h"

/* A longer value is told by its hash. */
#define MAX_SHOWN 1024

/* meaning of any value, or of true; off: of false, or of an empty text; absent: what counts then,
 * NULL if nothing does. Source: verify/compose_dangers.h. */
static const struct field_words {
    const char *name, *meaning, *off, *absent;
} words[] = {
    { "manifest_version", "the form of the app-compose", "", NULL },
    { "name", "a name for people; a part of the hash", "a name for people; a part of the hash",
      NULL },
    { "features", "older words for kms_enabled and gateway_enabled", "", NULL },
    { "runner", "what starts the app", "", "nothing starts the app" },
    { "snapshotter", "how nerdctl unpacks images", "", NULL },
    { "docker_compose_file", "the compose file: the services that run", "", NULL },
    { "docker_config", "the account that images are pulled with, up to 0.5.3", "", NULL },
    { "init_script", "runs as root before Docker is started", "", NULL },
    { "pre_launch_script", "runs as root before the containers, with the environment below", "",
      NULL },
    { "bash_script", "runs as root if the runner is bash, with the environment below", "", NULL },
    { "public_logs", "anyone can read what the containers print", "logs are not shown outside",
      "false: logs are not shown outside" },
    { "public_sysinfo", "anyone can read the guest's load and disks",
      "load and disks are not shown outside", "false: load and disks are not shown outside" },
    { "public_tcbinfo", "anyone can read app-compose and event log",
      "app-compose and event log are not shown outside",
      "true: anyone can read app-compose and event log" },
    { "kms_enabled", "keys come from a KMS, unless key_provider says otherwise",
      "keys come from no KMS, unless key_provider says otherwise",
      "false: keys come from no KMS, unless key_provider says otherwise" },
    { "gateway_enabled", "the gateway forwards to the app",
      "the gateway does not forward to the app", NULL },
    { "tproxy_enabled", "the gateway forwards to the app (older word)",
      "no gateway, by the older word", NULL },
    { "local_key_provider_enabled", "keys of the machine's own provider, if there is no KMS",
      "no keys of the machine's own provider", NULL },
    { "key_provider", "where the app's keys come from", "", NULL },
    { "key_provider_id", "the only provider whose keys the guest takes",
      "keys of any provider of its kind are taken", "keys of any provider of its kind are taken" },
    { "allowed_envs", "whoever deploys sets these, and no hash covers their values",
      "nobody sets variables from outside", "nobody sets variables from outside" },
    { "no_instance_id", "instances of the app can not be told apart",
      "every instance has an id of its own", "false: every instance has an id of its own" },
    { "secure_time", "the guest waits for the network's time before it asks for keys",
      "the guest takes the time that its host shows",
      "true: the guest waits for the network's time" },
    { "storage_fs", "the file system of the data disk", "", NULL },
    { "swap_size", "swap on the data disk", "", NULL },
    { "event_log_version", "how events are hashed into RTMR3", "", NULL },
    { "port_policy", "the ports that the gateway forwards to", "", NULL },
    { "requirements", "what the guest asks of machine, OS image and GPU before it starts", "",
      NULL },
    { "verity_volumes", "read-only file systems from the host, by their root hash", "", NULL },
    { "launch_token_hash", "a token that whoever starts the guest must know", "", NULL },
};
#define NUM_WORDS (sizeof(words) / sizeof(words[0]))

static const struct field_words *words_of(const char *name)
{
    for (size_t i = 0; i < NUM_WORDS; i++) {
        if (strcmp(words[i].name, name) == 0)
            return &words[i];
    }
    return NULL;
}

/* Nothing, or false. */
static bool is_off(const struct json *value)
{
    static const char *const off[] = { "null", "\"\"", "[]", "false" };
    struct diag ignored = { 0 };
    struct buf text;
    bool found = false;

    buf_init(&text, 16); /* what is longer is another value */
    if (compose_json_write(&ignored, &text, value, 0, false) == OK) {
        for (size_t i = 0; i < sizeof(off) / sizeof(off[0]); i++)
            found |= strcmp(buf_str(&text), off[i]) == 0;
    }
    buf_clear(&text);
    return found;
}

static const char *meaning_of(const struct field_words *w, const struct json *value)
{
    if (w == NULL)
        return "NOBODY KNOWS WHAT THIS FIELD DOES";
    return is_off(value) && w->off[0] != '\0' ? w->off : w->meaning;
}

static void add_digest(struct buf *out, const char *text)
{
    struct diag ignored = { 0 };
    struct hash32 digest;

    buf_addf(out, "%zu bytes", strlen(text));
    if (sha256(&ignored, &digest, text, strlen(text)) == OK)
        buf_addf(out, ", SHA-256 %s", hash32_format(&digest).s + 2);
}

/* As it is written, on one line. */
static void add_value(struct buf *out, const struct json *value)
{
    const char *text = json_string(value);
    struct diag ignored = { 0 };
    struct buf shown;

    buf_init(&shown, 2 * LIMIT_COMPOSE_BYTES);
    if (text != NULL)
        buf_add_str(&shown, text);
    else if (compose_json_write(&ignored, &shown, value, 0, false) != OK)
        buf_add_str(&shown, "?");
    if (shown.len > MAX_SHOWN || strchr(buf_str(&shown), '\n') != NULL)
        add_digest(out, buf_str(&shown));
    else if (shown.len == 0)
        buf_add_str(out, "(empty)");
    else
        buf_add(out, shown.data, shown.len);
    buf_clear(&shown);
}

/* What the page says of one field or name. */
struct field_row {
    const char *name;         /* raw */
    const struct json *value; /* NULL: left out, or a name */
    const char *meaning;      /* raw */
    bool is_env, decides;
};
typedef void each_field(void *context, const struct field_row *row);

static void each_env(const struct evidence_file *app, each_field *f, void *context)
{
    struct compose_envs envs = { 0 };
    struct diag ignored = { 0 };

    if (compose_envs(&ignored, &envs, app->data, app->data_len) != OK)
        f(context, &(struct field_row){ .name = "allowed_envs",
                                        .meaning = "could not be read",
                                        .is_env = true,
                                        .decides = true });
    for (size_t i = 0; i < envs.num_items; i++) {
        const struct compose_env *env = &envs.items[i];
        const char *meaning = "a value from whoever deploys";

        if (env->wrong)
            meaning = "no name of an environment variable";
        else if (env->use != NULL)
            meaning = env->use;
        f(context, &(struct field_row){ .name = env->name,
                                        .meaning = meaning,
                                        .is_env = true,
                                        .decides = env->wrong || env->use != NULL });
    }
    compose_envs_clear(&envs);
}

/* Those that are there in their order, then those that count without being there, then the
 * environment. False if the evidence holds no app-compose. */
static bool each_row(const struct subject *s, each_field *f, void *context)
{
    const struct evidence_file *app = proposal_file(s->proposal, EVIDENCE_APP_COMPOSE);
    struct diag ignored = { 0 };
    struct json *parsed = NULL;
    const char *name = NULL;
    void *at = NULL;

    if (app == NULL)
        return false;
    if (compose_parse(&ignored, &parsed, app->data, app->data_len, EVIDENCE_APP_COMPOSE) != OK) {
        f(context, &(struct field_row){ .name = EVIDENCE_APP_COMPOSE, .meaning = "is no JSON" });
        return true;
    }
    for (const struct json *value = json_next(parsed, &at, &name); value != NULL;
         value = json_next(parsed, &at, &name))
        f(context, &(struct field_row){ .name = name,
                                        .value = value,
                                        .meaning = meaning_of(words_of(name), value) });
    for (size_t i = 0; i < NUM_WORDS; i++) {
        if (words[i].absent != NULL && json_get(parsed, words[i].name) == NULL)
            f(context, &(struct field_row){ .name = words[i].name, .meaning = words[i].absent });
    }
    json_free(parsed);
    each_env(app, f, context);
    return true;
}

/* --- text and HTML ----------------------------------------------------------------------------
 */

static void add_row(void *context, const struct field_row *row)
{
    const struct review_rows *rows = context;
    struct buf raw, name, value;

    buf_init(&raw, 4 * LIMIT_COMPOSE_BYTES);
    buf_init(&name, 8 * LIMIT_COMPOSE_BYTES);
    buf_init(&value, 16 * LIMIT_COMPOSE_BYTES);
    if (row->value != NULL)
        add_value(&raw, row->value);
    else
        buf_add_str(&raw, row->is_env
                              ? row->decides ? "DECIDES WHAT CODE RUNS" : "set by the deployer"
                              : "left out");
    buf_addf(&raw, " (%s)", row->meaning);
    buf_add_str(&name, row->is_env ? "  " : "");
    buf_add_untrusted(&name, row->name, strlen(row->name));
    buf_add_untrusted(&value, buf_str(&raw), raw.len);
    rows->add(rows->context, buf_ok(&name) ? buf_str(&name) : "?",
              buf_ok(&raw) && buf_ok(&value) ? buf_str(&value) : "too long to show");
    buf_clear(&value);
    buf_clear(&name);
    buf_clear(&raw);
}

bool review_each_field(const struct subject *s, const struct review_rows *rows)
{
    struct review_rows copy = *rows;

    return each_row(s, add_row, &copy);
}

/* --- JSON -------------------------------------------------------------------------------------
 */

struct field_lists {
    struct json *fields, *environment;
};

static void append_row(void *context, const struct field_row *row)
{
    const struct field_lists *lists = context;
    struct json *j = json_new_object();

    json_set(j, "name", json_new_text(row->name, strlen(row->name)));
    if (row->is_env)
        json_set_bool(j, "decides", row->decides);
    else if (row->value == NULL)
        json_set_bool(j, "leftOut", true);
    if (row->value != NULL) {
        struct buf value;

        buf_init(&value, 4 * LIMIT_COMPOSE_BYTES);
        add_value(&value, row->value);
        json_set(j, "value", json_new_text(buf_str(&value), value.len));
        buf_clear(&value);
    }
    json_set(j, "meaning", json_new_text(row->meaning, strlen(row->meaning)));
    json_append(row->is_env ? lists->environment : lists->fields, j);
}

struct json *review_fields_json(const struct subject *s)
{
    struct field_lists lists = { json_new_array(), json_new_array() };
    struct json *j = json_new_object();
    bool any = each_row(s, append_row, &lists);

    json_set(j, "fields", lists.fields);
    json_set(j, "environment", lists.environment);
    if (any)
        return j;
    json_free(j);
    return json_new_null();
}
