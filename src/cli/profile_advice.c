// SPDX-License-Identifier: Apache-2.0
#include "src/cli/profile_advice.h"

#include <string.h>

#include "safe/compose_allow.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "verify/compose_dangers.h"
#include "verify/compose_envs.h"

/* Releases of an app may be proposed. */
static bool has_releases(const struct profile *p)
{
    bool allowed = p->policy.actions == NULL;
    bool any = false;

    for (size_t i = 0; p->policy.actions != NULL && i < p->policy.num_actions; i++)
        allowed |= strcmp(p->policy.actions[i], "add-compose-hash") == 0;
    for (size_t i = 0; i < p->num_contracts; i++)
        any |= p->contracts[i].kind == CONTRACT_DSTACK_APP;
    return allowed && any;
}

/* What the profile says of every app-compose; the compose file comes from git. */
static struct json *known_fields(const struct profile_compose *c)
{
    struct json *app = json_copy(c->app);

    json_remove(app, "docker_compose_file");
    for (size_t i = 0; i < c->num_additions; i++) {
        if (c->additions[i].value != NULL)
            json_set(app, c->additions[i].field, json_copy(c->additions[i].value));
    }
    return app;
}

static void add_item(struct buf *out, const char *text)
{
    buf_add_str(out, out->len > 0 ? ", '" : "'");
    for (; *text != '\0'; text++) {
        buf_add_str(out, *text == '\'' ? "'" : ""); /* doubled, as YAML wants it */
        buf_add(out, text, 1);
    }
    buf_add_str(out, "'");
}

static enum err list_dangers(struct diag *d, struct buf *out, const struct profile_policy *policy,
                             const struct json *app)
{
    struct dangers dangers = { 0 };
    enum err e = compose_app_dangers(d, &dangers, app);

    for (size_t i = 0; i < dangers.num_items; i++) {
        bool covered = dangers.items[i].refused;

        for (size_t k = 0; policy->compose_allow != NULL && k < policy->num_compose_allow; k++)
            covered |= compose_allow_covers(policy->compose_allow[k], dangers.items[i].text);
        if (!covered)
            add_item(out, dangers.items[i].text);
    }
    dangers_clear(&dangers);
    return e;
}

static void list_names(struct buf *out, const struct profile_policy *policy, const struct json *app)
{
    const struct json *list = json_get(app, "allowed_envs");

    for (size_t i = 0; i < json_len(list); i++) {
        const char *name = json_string(json_at(list, i));
        bool named = name == NULL || compose_env_reader(name) == NULL;

        for (size_t k = 0; !named && policy->allowed_envs != NULL && k < policy->num_allowed_envs;
             k++)
            named = strcmp(policy->allowed_envs[k], name) == 0;
        if (!named)
            add_item(out, name);
    }
}

static enum err advise_fields(struct diag *d, const struct profile *p)
{
    struct json *app = known_fields(&p->compose);
    struct buf dangers, names;
    enum err e = ERR_INTERNAL;

    buf_init(&dangers, LIMIT_YAML_BYTES);
    buf_init(&names, LIMIT_YAML_BYTES);
    e = list_dangers(d, &dangers, &p->policy, app);
    list_names(&names, &p->policy, app);
    if (e == OK && dangers.len > 0)
        term_hint("the app-compose of this profile needs in 'policy': compose-allow: [%s]",
                  buf_str(&dangers));
    if (e == OK && names.len > 0)
        term_hint("the app-compose of this profile needs in 'policy': allowed-envs: [%s]",
                  buf_str(&names));
    buf_clear(&names);
    buf_clear(&dangers);
    json_free(app);
    return e;
}

enum err profile_advise(struct diag *d, const struct profile *p)
{
    if (!has_releases(p))
        return OK;
    if (p->policy.compose_allow == NULL)
        term_hint("'policy' has no compose-allow: what a release does beside running its images "
                  "needs a line there, such as compose-allow: [public_tcbinfo, "
                  "'ports:SERVICE:443:8443']; 'verify' names each, [] is none");
    return p->compose.given ? advise_fields(d, p) : OK;
}
