// SPDX-License-Identifier: Apache-2.0
/* evidence.*, compose.*: every claim again from the bytes that the proposal carries. */
#include <stdlib.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "src/base/u256.h"
#include "verify/checks.h"
#include "verify/compose.h"
#include "verify/compose_forms.h"
#include "verify/compose_render.h"

static void check_manifest(struct report *r, const struct subject *s)
{
    const struct proposal *p = s->proposal;
    struct diag why = { 0 };
    struct buf manifest;

    if (p->num_files == 0) {
        check_note(r, "evidence.manifest", "the input carries no evidence");
        return;
    }
    buf_init(&manifest, LIMIT_EVIDENCE_BYTES);
    if (proposal_manifest(&why, &manifest, p) != OK)
        check_error(r, "evidence.manifest", &why);
    else if (p->claimed_manifest == NULL || strcmp(p->claimed_manifest, buf_str(&manifest)) != 0)
        check_fail(r, "evidence.manifest", "the files are not those that the manifest lists");
    else
        check_pass(r, "evidence.manifest", "%zu file%s", p->num_files,
                   p->num_files == 1 ? "" : "s");
    buf_clear(&manifest);
}

/* --- evidence.context ------------------------------------------------------------------------- */

static bool same_actions(const struct proposal *p, const struct proposal_context *c)
{
    if (p->num_actions != c->num_actions)
        return false;
    for (size_t i = 0; i < p->num_actions; i++) {
        if (strcmp(p->actions[i].action, c->actions[i].action) != 0 ||
            strcmp(p->actions[i].contract, c->actions[i].contract) != 0)
            return false;
    }
    return true;
}

/* For execute and cancel it is the context of the SafeTx that scheduled. */
static const char *context_problem(const struct subject *s)
{
    const struct proposal *p = s->proposal;
    const struct proposal_context *c = &s->context;
    bool follows = p->step == STEP_EXECUTE || p->step == STEP_CANCEL;

    if (!u256_eq(&c->chain_id, &p->domain.chain_id))
        return "another chain";
    if (!address_eq(&c->safe, &p->domain.safe))
        return "another Safe";
    if (c->has_timelock != p->has_operation ||
        (c->has_timelock && !address_eq(&c->timelock, &p->timelock)))
        return "another timelock";
    if (!follows && !u256_eq(&c->nonce, &p->tx.nonce))
        return "another nonce";
    if (!follows && c->created_s != p->created_s)
        return "another time";
    if (!same_actions(p, c))
        return "other actions";
    return NULL;
}

static void check_context(struct report *r, const struct subject *s)
{
    const char *problem = NULL;

    if (proposal_file(s->proposal, EVIDENCE_CONTEXT) == NULL) {
        check_note(r, "evidence.context", "the input carries no " EVIDENCE_CONTEXT);
        return;
    }
    if (!s->context_ok) {
        check_error(r, "evidence.context", &s->context_error);
        return;
    }
    problem = context_problem(s);
    if (problem != NULL)
        check_fail(r, "evidence.context", EVIDENCE_CONTEXT " was made for %s than the proposal",
                   problem);
    else
        check_pass(r, "evidence.context", "chain, Safe, timelock, nonce, time and actions agree");
}

/* --- compose.* -------------------------------------------------------------------------------- */

static bool find_file(struct report *r, const char *id, const struct subject *s, const char *name,
                      const struct evidence_file **out)
{
    *out = proposal_file(s->proposal, name);
    if (*out == NULL)
        check_note(r, id, "the evidence holds no %s", name);
    return *out != NULL;
}

static void check_compose_hash(struct report *r, const struct subject *s)
{
    const struct evidence_file *app = NULL;
    struct diag why = { 0 };
    struct hash32 measured;
    struct hash32 argument;
    size_t index = 0;
    size_t found = 0;
    size_t others = 0;

    if (!find_file(r, "compose.hash", s, EVIDENCE_APP_COMPOSE, &app))
        return;
    if (compose_hash(&why, &measured, app->data, app->data_len) != OK) {
        check_error(r, "compose.hash", &why);
        return;
    }
    for (const struct call_node *n = call_tree_next(&s->tree, &index); n != NULL;
         n = call_tree_next(&s->tree, &index)) {
        if (!node_compose_hash(&argument, n))
            continue;
        found += hash32_eq(&argument, &measured);
        if (hash32_eq(&argument, &measured))
            continue;
        others++;
        check_note(r, "compose.hash", "%s is added without evidence", hash32_format(&argument).s);
    }
    if (found == 0)
        check_fail(r, "compose.hash", "SHA-256 of app-compose.json is %s",
                   hash32_format(&measured).s);
    else if (others > 0)
        check_unknown(r, "compose.hash", "the evidence is about %s alone",
                      hash32_format(&measured).s);
    else
        check_pass(r, "compose.hash", "%s = SHA-256 of app-compose.json (%zu bytes)",
                   hash32_format(&measured).s, app->data_len);
}

/* No compose file is run, and the profile says that this is meant. */
static bool runs_no_file(struct report *r, const char *id, const struct subject *s,
                         const struct evidence_file *app)
{
    const struct profile_policy *policy = &s->profile->policy;
    bool allowed = false;

    for (size_t i = 0; i < policy->num_compose_allow; i++)
        allowed |= strcmp(policy->compose_allow[i], "runner:bash") == 0;
    if (app == NULL || !allowed || !compose_is_bash(app->data, app->data_len))
        return false;
    check_pass(r, id,
               "the runner is bash: no compose file is run; what bash_script does is "
               "compose.scripts' to judge");
    return true;
}

static void check_pinned(struct report *r, const struct subject *s, const struct evidence_file *app)
{
    struct compose_images images = { 0 };
    struct diag why = { 0 };
    struct buf text;

    if (runs_no_file(r, "compose.pinned", s, app))
        return;
    buf_init(&text, LIMIT_COMPOSE_BYTES);
    if (compose_docker_file(&why, &text, app->data, app->data_len) != OK ||
        compose_check_pinned(&why, &images, text.data, text.len, "docker_compose_file") != OK)
        check_error(r, "compose.pinned", &why);
    else if (images.num_items == 0)
        check_fail(r, "compose.pinned", "there is no service");
    else
        check_pass(r, "compose.pinned", "%zu image%s", images.num_items,
                   images.num_items == 1 ? "" : "s");
    compose_images_clear(&images);
    buf_clear(&text);
}

/* The reviewed file is a template: it must give docker_compose_file, byte for byte. */
static void check_template(struct report *r, const struct profile_compose *c,
                           const struct buf *text, const struct evidence_file *file)
{
    struct hash32 *digests = NULL;
    struct diag why = { 0 };

    if (compose_find_digests(&why, &digests, c, file->data, file->data_len, text->data, text->len,
                             EVIDENCE_COMPOSE) != OK)
        check_error(r, "compose.file", &why);
    else
        check_pass(r, "compose.file",
                   "docker_compose_file is " EVIDENCE_COMPOSE " with the profile's %zu "
                   "substitution%s, byte for byte (%zu bytes)",
                   c->num_substitutions, c->num_substitutions == 1 ? "" : "s", text->len);
    free(digests);
}

static void check_file(struct report *r, const struct subject *s, const struct evidence_file *app,
                       const struct evidence_file *file)
{
    struct diag why = { 0 };
    struct buf text;

    buf_init(&text, LIMIT_COMPOSE_BYTES);
    if (compose_docker_file(&why, &text, app->data, app->data_len) != OK)
        check_error(r, "compose.file", &why);
    else if (s->profile->compose.given)
        check_template(r, &s->profile->compose, &text, file);
    else if (text.len != file->data_len ||
             (text.len > 0 && memcmp(text.data, file->data, text.len) != 0))
        check_fail(r, "compose.file",
                   "docker_compose_file (%zu bytes) is not " EVIDENCE_COMPOSE " (%zu bytes)",
                   text.len, file->data_len);
    else
        check_pass(r, "compose.file",
                   "docker_compose_file is " EVIDENCE_COMPOSE ", byte for byte (%zu bytes)",
                   text.len);
    buf_clear(&text);
}

/* Which one it is, the proposer says; chain.previous asks the whitelist. */
static void check_previous(struct report *r, const struct evidence_file *app,
                           const struct evidence_file *previous)
{
    const char *id = "compose.previous";
    struct json *parsed = NULL;
    struct diag why = { 0 };
    struct hash32 old, now;

    if (compose_hash(&why, &old, previous->data, previous->data_len) != OK ||
        compose_hash(&why, &now, app->data, app->data_len) != OK ||
        compose_parse(&why, &parsed, previous->data, previous->data_len, EVIDENCE_PREVIOUS) != OK)
        check_error(r, id, &why);
    else if (hash32_eq(&old, &now))
        check_fail(r, id,
                   EVIDENCE_PREVIOUS " is this release itself: there is no difference to see");
    else
        check_pass(r, id, "%s, chosen by the proposer", hash32_format(&old).s);
    json_free(parsed);
}

static bool is_accepted(const struct profile_policy *policy, const struct hash32 *digest)
{
    char text[HEX_LEN(32)];

    (void)hex_encode(text, digest->b, sizeof(digest->b));
    for (size_t i = 0; i < policy->num_scripts; i++) {
        if (strcmp(policy->scripts[i], text) == 0)
            return true;
    }
    return false;
}

/* They run as root, before any container: what the compose file pins is theirs to change. */
static void check_scripts(struct report *r, const struct subject *s,
                          const struct evidence_file *app)
{
    struct compose_script scripts[COMPOSE_SCRIPTS];
    struct diag why = { 0 };
    size_t n = 0;

    if (compose_scripts(&why, scripts, &n, app->data, app->data_len) != OK)
        check_error(r, "compose.scripts", &why);
    else if (n == 0)
        check_pass(r, "compose.scripts", "the app-compose has no script of its own");
    for (size_t i = 0; i < n; i++) {
        struct hash32_text digest = hash32_format(&scripts[i].digest);

        if (!scripts[i].is_text)
            check_fail(r, "compose.scripts", "%s is no text", scripts[i].field);
        else if (is_accepted(&s->profile->policy, &scripts[i].digest))
            check_pass(r, "compose.scripts", "%s (%zu bytes, SHA-256 %s) is in policy.scripts",
                       scripts[i].field, scripts[i].len, digest.s + 2);
        else if (compose_names_script(&s->profile->compose, scripts[i].field, &scripts[i].digest))
            check_pass(r, "compose.scripts",
                       "%s (%zu bytes, SHA-256 %s) is in the profile's compose section",
                       scripts[i].field, scripts[i].len, digest.s + 2);
        else
            check_fail(r, "compose.scripts",
                       "%s runs as root before the containers, and policy.scripts does not name "
                       "it: %zu bytes, SHA-256 %s",
                       scripts[i].field, scripts[i].len, digest.s + 2);
    }
}

void checks_evidence(struct report *r, const struct subject *s)
{
    const struct evidence_file *app = NULL;
    const struct evidence_file *file = NULL;

    check_manifest(r, s);
    check_context(r, s);
    if (report_applies(r, "compose.hash"))
        check_compose_hash(r, s);
    if (report_applies(r, "compose.pinned") &&
        find_file(r, "compose.pinned", s, EVIDENCE_APP_COMPOSE, &app))
        check_pinned(r, s, app);
    if (report_applies(r, "compose.file") &&
        find_file(r, "compose.file", s, EVIDENCE_APP_COMPOSE, &app) &&
        !runs_no_file(r, "compose.file", s, app) &&
        find_file(r, "compose.file", s, EVIDENCE_COMPOSE, &file))
        check_file(r, s, app, file);
    if (report_applies(r, "compose.previous") &&
        find_file(r, "compose.previous", s, EVIDENCE_APP_COMPOSE, &app) &&
        find_file(r, "compose.previous", s, EVIDENCE_PREVIOUS, &file))
        check_previous(r, app, file);
    if (report_applies(r, "compose.scripts") &&
        find_file(r, "compose.scripts", s, EVIDENCE_APP_COMPOSE, &app))
        check_scripts(r, s, app);
}
