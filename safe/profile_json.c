// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "safe/profile.h"
#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/u256.h"

void profile_add_host(struct buf *out, const char *url)
{
    const char *host = strstr(url, "://");
    size_t len = host != NULL ? (size_t)(host + 3 - url) : 0;

    len += strcspn(url + len, "/?#");
    buf_add(out, url, len);
    if (url[len] != '\0' && strcmp(url + len, "/") != 0)
        buf_add_str(out, "/...");
}

static struct json *addresses_json(const struct address *list, size_t num_list)
{
    struct json *j = json_new_array();

    for (size_t i = 0; i < num_list; i++)
        json_append(j, json_new_string(address_format(&list[i]).s));
    return j;
}

static struct json *texts_json(char *const *list, size_t num_list)
{
    struct json *j = json_new_array();

    for (size_t i = 0; i < num_list; i++)
        json_append(j, json_new_string(list[i]));
    return j;
}

static void set_text(struct json *j, const char *key, const char *text)
{
    if (text != NULL)
        json_set_string(j, key, text);
    else
        json_set_null(j, key);
}

static void set_number(struct json *j, const char *key, uint64_t number)
{
    struct u256 value = u256_from_u64(number);

    json_set_u256(j, key, &value);
}

static struct json *chain_json(const struct profile *p)
{
    struct json *j = json_new_object();
    struct json *rpc = json_new_array();

    for (size_t i = 0; i < p->num_rpc_urls; i++) {
        struct buf host;

        buf_init(&host, 4096);
        profile_add_host(&host, p->rpc_urls[i]);
        json_append(rpc, json_new_string(buf_str(&host)));
        buf_clear(&host);
    }
    json_set_u256(j, "id", &p->chain_id);
    json_set(j, "rpc", rpc);
    set_number(j, "endpoints", p->min_endpoints);
    return j;
}

static struct json *safe_json(const struct profile *p)
{
    struct json *j = json_new_object();
    struct u256 threshold = u256_from_u64(p->threshold);

    json_set_address(j, "address", &p->safe.safe);
    json_set_string(j, "version", p->safe.version);
    json_set(j, "owners", addresses_json(p->owners, p->num_owners));
    json_set_u256(j, "threshold", &threshold);
    json_set(j, "delegates", addresses_json(p->delegates, p->num_delegates));
    json_set(j, "modules", addresses_json(p->modules, p->num_modules));
    if (address_is_zero(&p->guard))
        json_set_null(j, "guard");
    else
        json_set_address(j, "guard", &p->guard);
    if (!p->has_fallback_handler)
        json_set_string(j, "fallbackHandler", "published");
    else if (address_is_zero(&p->fallback_handler))
        json_set_null(j, "fallbackHandler");
    else
        json_set_address(j, "fallbackHandler", &p->fallback_handler);
    return j;
}

static struct json *timelock_json(const struct profile *p)
{
    struct json *j = NULL;

    if (!p->has_timelock)
        return json_new_null();
    j = json_new_object();
    json_set_address(j, "address", &p->timelock);
    set_text(j, "release", p->timelock_release);
    set_number(j, "delay", p->timelock_delay_s);
    return j;
}

static struct json *code_json(const struct profile_code *code)
{
    struct json *j = NULL;

    if (!code->given)
        return json_new_null();
    j = json_new_object();
    json_set_address(j, "address", &code->address);
    json_set_hash(j, "codeHash", &code->code_hash);
    return j;
}

static struct json *contracts_json(const struct profile *p)
{
    struct json *j = json_new_array();

    for (size_t i = 0; i < p->num_contracts; i++) {
        const struct profile_contract *c = &p->contracts[i];
        struct json *item = json_new_object();

        json_set_string(item, "name", c->name);
        json_set_string(item, "type", contract_kind_name(c->kind));
        json_set_address(item, "address", &c->address);
        set_text(item, "release", c->release);
        json_set_string(item, "owner", c->owner == OWNER_TIMELOCK ? "timelock" : "safe");
        set_text(item, "abi", c->abi_path);
        json_set(item, "implementation", code_json(&c->implementation));
        json_set(item, "appImplementation", code_json(&c->app_implementation));
        json_append(j, item);
    }
    return j;
}

static struct json *git_json(const struct profile *p)
{
    struct json *j = json_new_object();

    set_text(j, "repository", p->git_repository);
    set_text(j, "branch", p->git_branch);
    set_text(j, "path", p->git_path);
    set_text(j, "clone", p->git_clone);
    set_text(j, "allowedSigners", p->git_signers_path);
    return j;
}

static struct json *substitutions_json(const struct profile_compose *c)
{
    struct json *list = json_new_array();

    for (size_t i = 0; i < c->num_substitutions; i++) {
        const struct profile_substitution *s = &c->substitutions[i];
        struct json *item = json_new_object();

        json_set_string(item, "placeholder", s->placeholder);
        set_text(item, "value", s->value);
        set_text(item, "image", s->image);
        set_number(item, "times", s->times);
        json_append(list, item);
    }
    return list;
}

static struct json *additions_json(const struct profile_compose *c)
{
    struct json *list = json_new_array();

    for (size_t i = 0; i < c->num_additions; i++) {
        const struct profile_addition *a = &c->additions[i];
        struct json *item = json_new_object();

        json_set_string(item, "field", a->field);
        json_set_string(item, "by", a->by);
        json_set_string(item, "version", a->version);
        if (a->value != NULL)
            json_set(item, "value", json_copy(a->value));
        else
            json_set_hash(item, "sha256", &a->sha256);
        json_append(list, item);
    }
    return list;
}

static struct json *compose_json(const struct profile *p)
{
    const struct profile_compose *c = &p->compose;
    struct json *j = NULL;

    if (!c->given)
        return json_new_null();
    j = json_new_object();
    json_set_string(j, "form", compose_form_name(c->form));
    json_set_string(j, "finalNewlines", c->strip_newlines ? "strip" : "keep");
    json_set(j, "substitute", substitutions_json(c));
    json_set(j, "leave", texts_json(c->leave, c->num_leave));
    json_set(j, "app", json_copy(c->app));
    json_set(j, "additions", additions_json(c));
    return j;
}

static struct json *image_json(const struct profile_image *image)
{
    struct json *j = json_new_object();

    json_set_string(j, "image", image->pattern);
    set_text(j, "issuer", image->issuer);
    set_text(j, "identity", image->identity);
    set_text(j, "repository", image->repository);
    json_set_string(j, "commit", image->same_commit ? "same" : "any");
    set_text(j, "ref", image->ref);
    set_text(j, "trigger", image->trigger);
    set_text(j, "runner", image->runner);
    set_number(j, "maxAge", image->max_age_s);
    set_number(j, "notBefore", image->not_before_s);
    set_text(j, "key", image->key_path);
    return j;
}

static struct json *images_json(const struct profile_images *images)
{
    struct json *j = NULL;
    struct json *policies = NULL;

    if (!images->given)
        return json_new_null();
    j = json_new_object();
    policies = json_new_array();
    for (size_t i = 0; i < images->num_policies; i++)
        json_append(policies, image_json(&images->policies[i]));
    set_text(j, "trustedRoot", images->root_path);
    if (images->root != NULL || images->root_pinned)
        json_set_hash(j, "trustedRootSha256", &images->root_sha256);
    else
        json_set_null(j, "trustedRootSha256");
    json_set(j, "policies", policies);
    return j;
}

static struct json *queue_json(const struct profile *p)
{
    const struct profile_queue *q = &p->queue;
    struct json *j = NULL;

    if (q->kind == QUEUE_NONE)
        return json_new_null();
    j = json_new_object();
    json_set_string(j, q->kind == QUEUE_DIRECTORY ? "directory" : "service", q->location);
    if (q->kind == QUEUE_SERVICE) {
        set_text(j, "apiKeyFile", q->api_key_file);
        set_text(j, "apiKeyEnv", q->api_key_env);
        json_set_bool(j, "plainHttp", q->allow_plain_http);
    }
    return j;
}

static struct json *pins_json(const struct profile *p)
{
    static const char *const names[NUM_PROFILE_PINS] = {
        "osImages",    "kmsMeasurements", "kmsDevices", "devices",
        "kmsK256Keys", "kmsCaKeys",       "kmsQuotes",  "kmsEventLogs",
    };
    struct json *j = json_new_object();

    for (unsigned i = 0; i < NUM_PROFILE_PINS; i++) {
        struct json *list = json_new_array();

        for (size_t k = 0; k < p->pins[i].num_hashes; k++)
            json_append(list, json_new_string(hash32_format(&p->pins[i].hashes[k]).s));
        json_set(j, names[i], list);
    }
    return j;
}

static struct json *bits_json(unsigned bits, unsigned num_bits, const char *(*name)(unsigned bit))
{
    struct json *j = json_new_array();

    for (unsigned i = 0; i < num_bits; i++) {
        if ((bits & 1U << i) != 0)
            json_append(j, json_new_string(name(1U << i)));
    }
    return j;
}

static struct json *policy_json(const struct profile_policy *policy)
{
    struct json *j = json_new_object();

    if (policy->actions != NULL)
        json_set(j, "actions", texts_json(policy->actions, policy->num_actions));
    else
        json_set_null(j, "actions");
    json_set(j, "allowChanges",
             bits_json(policy->allowed_changes, NUM_PRIVILEGED_CHANGES, privileged_change_name));
    json_set(j, "unproved", bits_json(policy->unproved, NUM_UNPROVED, unproved_name));
    set_number(j, "expiry", policy->expiry_s);
    set_number(j, "minDelay", policy->min_delay_s);
    set_number(j, "maxDelay", policy->max_delay_s);
    json_set_bool(j, "allowValue", policy->allow_value);
    json_set_bool(j, "allowSaltOverride", policy->allow_override_salt);
    json_set_bool(j, "unattendedDelegates", policy->unattended_delegates);
    json_set_bool(j, "requireGit", policy->require_git);
    set_number(j, "maxCommitAge", policy->max_commit_age_s);
    json_set(j, "scripts", texts_json(policy->scripts, policy->num_scripts));
    json_set(j, "composeAllow", texts_json(policy->compose_allow, policy->num_compose_allow));
    json_set(j, "allowedEnvs", texts_json(policy->allowed_envs, policy->num_allowed_envs));
    json_set(j, "require", texts_json(policy->require, policy->num_require));
    return j;
}

static struct json *files_json(const struct profile *p)
{
    struct json *list = json_new_array();

    for (size_t i = 0; i < p->num_files; i++) {
        struct json *file = json_new_object();

        json_set_string(file, "path", p->files[i].path);
        json_set_string(file, "sha256", hash32_format(&p->files[i].sha256).s + 2);
        json_append(list, file);
    }
    return list;
}

struct json *profile_json(const struct profile *p)
{
    struct json *j = json_new_object();

    json_set_string(j, "name", p->name);
    json_set_string(j, "sha256", hash32_format(&p->sha256).s + 2);
    json_set(j, "files", files_json(p));
    json_set(j, "chain", chain_json(p));
    json_set(j, "safe", safe_json(p));
    json_set(j, "timelock", timelock_json(p));
    json_set(j, "contracts", contracts_json(p));
    json_set(j, "git", git_json(p));
    json_set(j, "compose", compose_json(p));
    json_set(j, "images", images_json(&p->images));
    json_set(j, "queue", queue_json(p));
    json_set(j, "pins", pins_json(p));
    json_set(j, "policy", policy_json(&p->policy));
    return j;
}
