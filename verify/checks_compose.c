// SPDX-License-Identifier: Apache-2.0
/* compose.dangers, compose.envs: what a release may do, by 'policy'. compose.accounted,
 * compose.form: what it may contain, by the profile's 'compose'. */
#include <string.h>

#include "safe/compose_allow.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "verify/checks.h"
#include "verify/compose_dangers.h"
#include "verify/compose_envs.h"
#include "verify/compose_render.h"

/* Both need the rules; without them there is nothing to hold the bytes against. */
static bool has_rules(struct report *r, const char *id, const struct subject *s,
                      const struct evidence_file *app)
{
    if (!s->profile->compose.given)
        check_note(r, id, "the profile has no 'compose' section");
    else if (app == NULL)
        check_note(r, id, "the evidence holds no " EVIDENCE_APP_COMPOSE);
    return s->profile->compose.given && app != NULL;
}

static void check_accounted(struct report *r, const struct subject *s,
                            const struct evidence_file *app)
{
    const struct profile_compose *c = &s->profile->compose;
    const struct evidence_file *file = proposal_file(s->proposal, EVIDENCE_COMPOSE);
    struct diag why = { 0 };
    struct buf words;

    if (!has_rules(r, "compose.accounted", s, app))
        return;
    if (file == NULL || !s->context_ok || s->context.git_commit == NULL) {
        check_unknown(r, "compose.accounted", "the evidence does not prove a file in git");
        return;
    }
    buf_init(&words, LIMIT_COMPOSE_BYTES);
    if (compose_account(&why, &words, c, app->data, app->data_len, file->data, file->data_len) !=
        OK)
        check_error(r, "compose.accounted", &why);
    else
        check_pass(r, "compose.accounted",
                   "docker_compose_file from " EVIDENCE_COMPOSE " (git.commit), the rest from the "
                   "profile%s",
                   buf_str(&words));
    buf_clear(&words);
}

static void check_form(struct report *r, const struct subject *s, const struct evidence_file *app)
{
    const struct profile_compose *c = &s->profile->compose;
    struct diag why = { 0 };

    if (!has_rules(r, "compose.form", s, app))
        return;
    if (compose_check_form(&why, c->form, app->data, app->data_len) != OK)
        check_error(r, "compose.form", &why);
    else
        check_pass(r, "compose.form", "%s: %s", compose_form_name(c->form),
                   compose_form_producer(c->form));
}

/* --- compose.dangers ------------------------------------------------------------------------- */

/* One line of the report: an item behind the others, and why it is there. */
static void add_item(struct buf *out, const char *text, const char *why)
{
    buf_add_str(out, out->len > 0 ? ", " : "");
    buf_add_untrusted(out, text, strlen(text));
    if (why != NULL) {
        buf_add_str(out, " (");
        buf_add_untrusted(out, why, strlen(why));
        buf_add_str(out, ")");
    }
}

/* The verdict of a list: what nothing can allow, what the policy does not name, what it names. */
struct findings {
    struct buf refused, against, allowed;
};

static void findings_init(struct findings *f)
{
    buf_init(&f->refused, 4 * LIMIT_COMPOSE_BYTES);
    buf_init(&f->against, 4 * LIMIT_COMPOSE_BYTES);
    buf_init(&f->allowed, 4 * LIMIT_COMPOSE_BYTES);
}

static void findings_report(struct report *r, const char *id, const char *key,
                            const char *if_nothing, struct findings *f)
{
    if (!buf_ok(&f->refused) || !buf_ok(&f->against) || !buf_ok(&f->allowed))
        check_fail(r, id, "too much to list");
    if (f->refused.len > 0)
        check_fail(r, id, "%s", buf_str(&f->refused));
    if (f->against.len > 0)
        check_fail(r, id, "policy.%s does not name: %s", key, buf_str(&f->against));
    if (f->refused.len == 0 && f->against.len == 0 && f->allowed.len > 0)
        check_pass(r, id, "allowed by policy.%s: %s", key, buf_str(&f->allowed));
    else if (f->refused.len == 0 && f->against.len == 0)
        check_pass(r, id, "%s", if_nothing);
    buf_clear(&f->refused);
    buf_clear(&f->against);
    buf_clear(&f->allowed);
}

static bool is_allowed(const struct profile_policy *policy, const char *danger)
{
    for (size_t i = 0; i < policy->num_compose_allow; i++) {
        if (compose_allow_covers(policy->compose_allow[i], danger))
            return true;
    }
    return false;
}

static void check_dangers(struct report *r, const struct subject *s,
                          const struct evidence_file *app)
{
    struct dangers dangers = { 0 };
    struct diag why = { 0 };
    struct findings f;

    if (compose_dangers(&why, &dangers, app->data, app->data_len) != OK) {
        check_error(r, "compose.dangers", &why);
        return;
    }
    findings_init(&f);
    for (size_t i = 0; i < dangers.num_items; i++) {
        const struct danger *danger = &dangers.items[i];

        if (danger->refused)
            add_item(&f.refused, danger->text, NULL);
        else if (is_allowed(&s->profile->policy, danger->text))
            add_item(&f.allowed, danger->text, NULL);
        else
            add_item(&f.against, danger->text, danger->does);
    }
    findings_report(r, "compose.dangers", "compose-allow", "nothing that a profile has to allow",
                    &f);
    dangers_clear(&dangers);
}

/* --- compose.envs ---------------------------------------------------------------------------- */

static bool is_named(const struct profile_policy *policy, const char *name)
{
    for (size_t i = 0; i < policy->num_allowed_envs; i++) {
        if (strcmp(policy->allowed_envs[i], name) == 0)
            return true;
    }
    return false;
}

static void check_envs(struct report *r, const struct subject *s, const struct evidence_file *app)
{
    struct compose_envs envs = { 0 };
    struct diag why = { 0 };
    struct findings f;

    if (compose_envs(&why, &envs, app->data, app->data_len) != OK) {
        check_error(r, "compose.envs", &why);
        return;
    }
    findings_init(&f);
    for (size_t i = 0; i < envs.num_items; i++) {
        const struct compose_env *env = &envs.items[i];

        if (env->wrong)
            add_item(&f.refused, env->name, "no name of an environment variable");
        else if (env->use != NULL && is_named(&s->profile->policy, env->name))
            add_item(&f.allowed, env->name, NULL);
        else if (env->use != NULL)
            add_item(&f.against, env->name, env->use);
    }
    findings_report(r, "compose.envs", "allowed-envs",
                    envs.num_items == 0 ? "nobody sets variables from outside"
                                        : "none that decides what code runs, as long as the guest "
                                          "keeps values apart (docs/checks.md)",
                    &f);
    compose_envs_clear(&envs);
}

static bool has_app(struct report *r, const char *id, const struct evidence_file *app)
{
    if (app == NULL)
        check_note(r, id, "the evidence holds no " EVIDENCE_APP_COMPOSE);
    return app != NULL;
}

void checks_compose(struct report *r, const struct subject *s)
{
    const struct evidence_file *app = proposal_file(s->proposal, EVIDENCE_APP_COMPOSE);

    if (report_applies(r, "compose.dangers") && has_app(r, "compose.dangers", app))
        check_dangers(r, s, app);
    if (report_applies(r, "compose.envs") && has_app(r, "compose.envs", app))
        check_envs(r, s, app);
    if (report_applies(r, "compose.accounted"))
        check_accounted(r, s, app);
    if (report_applies(r, "compose.form"))
        check_form(r, s, app);
}
