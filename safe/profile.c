// SPDX-License-Identifier: Apache-2.0
#include "safe/profile.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "safe/deployments.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/limits.h"

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
        "owners",    "modules", "guard", "fallback-handler", "singleton", "implementation",
        "ownership", "roles",   "delay", "approvals",
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
static enum err check_found(struct diag *d, const char *path)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return diag_set(d, ERR_IO, "cannot read '%.256s': %s", path, strerror(errno));
    if (st.st_uid == geteuid() || st.st_uid == 0)
        return OK;
    diag_hint(d, "if it is the right one, name it: --profile '%.256s'", path);
    return diag_set(d, ERR_USAGE, "the profile '%.256s' belongs to another user", path);
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
        found = buf_ok(&path) && file_exists(buf_str(&path));
        if (found)
            *out = strdup(buf_str(&path));
        buf_clear(&path);
        if (found)
            return *out == NULL ? diag_set(d, ERR_NOMEM, "out of memory") : check_found(d, *out);
        if (len <= 1)
            break;
        while (len > 1 && dir[len - 1] != '/')
            len--;
    }
    diag_hint(d, "write one (docs/profile.md), or name it with --profile FILE");
    return diag_set(d, ERR_USAGE, "no " PROFILE_NAME " in this directory or above");
}

/* The absolute directory that holds path, to be freed; NULL on failure. */
static char *absolute_dir(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash != NULL ? (size_t)(slash - path) : 0;
    char cwd[PATH_MAX] = "";
    char *dir = NULL;
    struct buf joined;

    if (path[0] == '/')
        return strndup(path, len > 0 ? len : 1);
    if (getcwd(cwd, sizeof(cwd)) == NULL)
        return NULL;
    buf_init(&joined, sizeof(cwd) + len + 2);
    buf_addf(&joined, "%s%s%.*s", cwd, len > 0 ? "/" : "", (int)len, path);
    if (buf_ok(&joined))
        dir = strdup(buf_str(&joined));
    buf_clear(&joined);
    return dir;
}

enum err profile_load(struct diag *d, struct profile **out, const char *path)
{
    enum err e = ERR_INTERNAL;
    char *found = NULL;
    char *dir = NULL;
    struct buf text;

    *out = NULL;
    buf_init(&text, LIMIT_YAML_BYTES);
    if (path == NULL) {
        if ((e = find(d, &found)) != OK)
            goto done;
        path = found;
    }
    if ((e = file_read(d, &text, path)) != OK)
        goto done;
    if ((dir = absolute_dir(path)) == NULL) {
        e = diag_set(d, ERR_IO, "cannot tell the directory of '%.256s'", path);
        goto done;
    }
    if ((e = profile_parse(d, out, text.data, text.len, path, dir)) != OK)
        goto done;
    if (((*out)->path = strdup(path)) == NULL) {
        e = diag_set(d, ERR_NOMEM, "out of memory");
        profile_free(*out);
        *out = NULL;
    }
done:
    free(found);
    free(dir);
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
    free_texts(p->policy.actions, p->policy.num_actions);
    free_texts(p->policy.scripts, p->policy.num_scripts);
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
