// SPDX-License-Identifier: Apache-2.0
#include "safe/profile.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "safe/deployments.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/trusted_file.h"

#define PROFILE_NAME "countersign.yaml"

/* The name of a single bit. */
static const char *bit_name(const char *const *names, unsigned num_names, unsigned bit)
{
    for (unsigned i = 0; i < num_names; i++) {
        if (bit == 1U << i)
            return names[i];
    }
    return "unknown";
}

const char *privileged_change_name(unsigned bit)
{
    static const char *const names[NUM_PRIVILEGED_CHANGES] = {
        "owners",        "modules",    "guard", "fallback-handler", "singleton", "implementation",
        "ownership",     "roles",      "delay", "approvals",        "kms-trust", "gateway",
        "device-policy", "tcb-policy", "apps",
    };

    return bit_name(names, NUM_PRIVILEGED_CHANGES, bit);
}

const char *unproved_name(unsigned bit)
{
    static const char *const names[NUM_UNPROVED] = {
        "device",
        "kms-device",
        "kms-measurement",
        "os-image",
        "implementation",
        "kms-info",
        "gateway",
        "app",
        "age",
    };

    return bit_name(names, NUM_UNPROVED, bit);
}

/* --- finding and loading ------------------------------------------------------------------- */

/* A profile found above decides what is right: one that somebody else put there is not taken. */
static enum err check_found(struct diag *d, const struct trusted_file *file)
{
    if (file->by_self)
        return OK;
    diag_hint(d, "if it is the right one, name it: --profile '%.256s'", file->path);
    return diag_set(d, ERR_USAGE, "the profile '%.256s' belongs to another user", file->path);
}

static enum err find(struct diag *d, char **out)
{
    char dir[PATH_MAX];
    struct buf path;
    size_t len = 0;

    *out = NULL;
    if (getcwd(dir, sizeof(dir)) == NULL)
        return diag_set(d, ERR_IO, "cannot tell the current directory: %s", strerror(errno));
    for (len = strlen(dir);; len--) {
        bool found = false;

        /* "/" is the one directory whose name ends with a slash */
        buf_init(&path, PATH_MAX + sizeof(PROFILE_NAME));
        buf_addf(&path, "%.*s/" PROFILE_NAME, (int)len, len > 1 ? dir : "");
        found = buf_ok(&path) && !file_is_missing(buf_str(&path));
        if (found)
            *out = strdup(buf_str(&path));
        buf_clear(&path);
        if (found)
            return *out == NULL ? diag_set(d, ERR_NOMEM, "out of memory") : OK;
        if (len <= 1)
            break;
        while (len > 1 && dir[len - 1] != '/')
            len--;
    }
    diag_hint(d, "write one (docs/profile.md), or name it with --profile FILE");
    return diag_set(d, ERR_USAGE, "no " PROFILE_NAME " in this directory or above");
}

/* The directory of a file's own path, to be freed; NULL on failure. */
static char *dir_of(const struct trusted_file *file)
{
    const char *slash = strrchr(file->path, '/');

    if (slash == NULL)
        return path_absolute(".");
    return strndup(file->path, slash == file->path ? 1 : (size_t)(slash - file->path));
}

static enum err parse_read(struct diag *d, struct profile **out, const struct buf *text,
                           struct trusted_file *file, const char *path)
{
    char *dir = dir_of(file);
    enum err e = ERR_INTERNAL;

    if (dir == NULL)
        return diag_set(d, ERR_IO, "cannot tell the directory of '%.256s'", path);
    e = profile_parse(d, out, text->data, text->len, path, dir);
    free(dir);
    if (e != OK)
        return e;
    (*out)->real_path = file->path;
    file->path = NULL; /* moved */
    if (((*out)->path = strdup(path)) != NULL)
        return OK;
    profile_free(*out);
    *out = NULL;
    return diag_set(d, ERR_NOMEM, "out of memory");
}

enum err profile_load(struct diag *d, struct profile **out, const char *path)
{
    struct trusted_file file = { 0 };
    enum err e = OK;
    char *found = NULL;
    struct buf text;

    *out = NULL;
    buf_init(&text, LIMIT_YAML_BYTES);
    if (path == NULL && (e = find(d, &found)) == OK)
        path = found;
    if (e == OK && path == NULL)
        e = diag_set(d, ERR_INTERNAL, "no path of a profile");
    if (e == OK)
        e = trusted_file_read(d, &text, &file, path);
    if (e == OK && found != NULL)
        e = check_found(d, &file);
    if (e == OK)
        e = parse_read(d, out, &text, &file, path);
    if (e == OK)
        (*out)->found = found != NULL;
    trusted_file_clear(&file);
    free(found);
    buf_clear(&text);
    return e;
}

static void free_texts(char **texts, size_t num_texts)
{
    for (size_t i = 0; texts != NULL && i < num_texts; i++)
        free(texts[i]);
    free(texts);
}

static void free_compose(struct profile_compose *c)
{
    for (size_t i = 0; i < c->num_substitutions; i++) {
        free(c->substitutions[i].placeholder);
        free(c->substitutions[i].value);
        free(c->substitutions[i].image);
    }
    free(c->substitutions);
    for (size_t i = 0; i < c->num_additions; i++) {
        free(c->additions[i].field);
        free(c->additions[i].by);
        free(c->additions[i].version);
        json_free(c->additions[i].value);
    }
    free(c->additions);
    free_texts(c->leave, c->num_leave);
    json_free(c->app);
}

void profile_free(struct profile *p)
{
    if (p == NULL)
        return;
    free(p->path);
    free(p->name);
    free(p->real_path);
    free(p->text);
    for (size_t i = 0; i < p->num_files; i++)
        free(p->files[i].path);
    free(p->files);
    free_texts(p->rpc_urls, p->num_rpc_urls);
    free(p->owners);
    free(p->delegates);
    free(p->modules);
    free(p->timelock_release);
    for (size_t i = 0; i < p->num_contracts; i++) {
        free(p->contracts[i].name);
        free(p->contracts[i].release);
        free(p->contracts[i].abi_path);
        user_abi_free(p->contracts[i].abi);
    }
    free(p->contracts);
    free(p->git_branch);
    free(p->git_path);
    free(p->git_repository);
    free_compose(&p->compose);
    free(p->git_clone);
    free(p->git_signers_path);
    free(p->git_signers);
    profile_images_clear(&p->images);
    free(p->queue.location);
    free(p->queue.api_key_file);
    free(p->queue.api_key_env);
    profile_pins_clear(p);
    free_texts(p->policy.actions, p->policy.num_actions);
    free_texts(p->policy.scripts, p->policy.num_scripts);
    free_texts(p->policy.compose_allow, p->policy.num_compose_allow);
    free_texts(p->policy.allowed_envs, p->policy.num_allowed_envs);
    free_texts(p->policy.require, p->policy.num_require);
    free(p);
}

/* --- questions ----------------------------------------------------------------------------- */

const struct profile_contract *profile_contract_by_name(const struct profile *p, const char *name)
{
    for (size_t i = 0; i < p->num_contracts; i++) {
        if (strcmp(p->contracts[i].name, name) == 0)
            return &p->contracts[i];
    }
    return NULL;
}

const struct profile_contract *profile_contract_at(const struct profile *p, const struct address *a)
{
    for (size_t i = 0; i < p->num_contracts; i++) {
        if (address_eq(&p->contracts[i].address, a))
            return &p->contracts[i];
    }
    return NULL;
}

static bool is_in(const struct address *list, size_t num_list, const struct address *a)
{
    for (size_t i = 0; i < num_list; i++) {
        if (address_eq(&list[i], a))
            return true;
    }
    return false;
}

bool profile_is_owner(const struct profile *p, const struct address *a)
{
    return is_in(p->owners, p->num_owners, a);
}

bool profile_is_delegate(const struct profile *p, const struct address *a)
{
    return is_in(p->delegates, p->num_delegates, a);
}

/* --- lookup for call trees ----------------------------------------------------------------- */

static enum contract_kind kind_of(void *ctx, const struct address *a, const char **name,
                                  const struct user_abi **abi)
{
    const struct profile *p = ctx;
    const struct profile_contract *c = profile_contract_at(p, a);
    const struct deployment *dep = NULL;

    *name = NULL;
    *abi = NULL;
    if (address_eq(a, &p->safe.safe)) {
        *name = "safe";
        return CONTRACT_SAFE;
    }
    if (p->has_timelock && address_eq(a, &p->timelock)) {
        *name = "timelock";
        return CONTRACT_TIMELOCK;
    }
    if (c != NULL) {
        *name = c->name;
        *abi = c->abi;
        return c->kind;
    }
    if ((dep = deployment_find(a)) == NULL)
        return CONTRACT_UNKNOWN;
    *name = dep->contract;
    return contract_kind_parse(dep->contract);
}

struct call_lookup profile_call_lookup(const struct profile *p)
{
    /* the context of a lookup is not const in general; this one is only read */
    return (struct call_lookup){ .ctx = (void *)(uintptr_t)p, .kind_of = kind_of };
}
