// SPDX-License-Identifier: Apache-2.0
/* compose.accounted, compose.form: what a release may contain, by the profile's 'compose'. */
#include "src/base/limits.h"
#include "verify/checks.h"
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

void checks_compose(struct report *r, const struct subject *s)
{
    const struct evidence_file *app = proposal_file(s->proposal, EVIDENCE_APP_COMPOSE);

    if (report_applies(r, "compose.accounted"))
        check_accounted(r, s, app);
    if (report_applies(r, "compose.form"))
        check_form(r, s, app);
}
