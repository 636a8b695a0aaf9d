// SPDX-License-Identifier: Apache-2.0
#include "verify/checks.h"

#include <stdlib.h>
#include <string.h>

#include "safe/deployments.h"
#include "src/base/limits.h"

static enum err derive_trees(struct diag *d, struct subject *s)
{
    const struct proposal *p = s->proposal;
    const struct safe_tx *tx = &p->tx;
    struct call_lookup lookup = profile_call_lookup(s->profile);
    struct diag ignored = { 0 };
    struct buf data;
    enum err e = call_tree_decode(&s->tree_error, &s->tree, &tx->to, &tx->value,
                                  (uint8_t)tx->operation, tx->data, tx->data_len, &lookup);

    s->tree_ok = e == OK;
    if (e == ERR_NOMEM)
        return diag_set(d, ERR_NOMEM, "out of memory");
    if (p->step != STEP_CANCEL || !p->has_operation)
        return OK;
    /* What is cancelled is not in the calldata: show it as the calldata that scheduled it. */
    buf_init(&data, LIMIT_CALLDATA_BYTES);
    e = timelock_schedule_calldata(&ignored, &data, &p->operation, &p->delay_s);
    if (e == OK)
        e = call_tree_decode(&ignored, &s->operation_tree, &p->timelock, &tx->value, 0, data.data,
                             data.len, &lookup);
    buf_clear(&data);
    return e == ERR_NOMEM ? diag_set(d, ERR_NOMEM, "out of memory") : OK;
}

static enum timelock_method method_of(enum step step)
{
    switch (step) {
    case STEP_SCHEDULE:
        return TIMELOCK_SCHEDULE;
    case STEP_EXECUTE:
        return TIMELOCK_EXECUTE;
    case STEP_CANCEL:
        return TIMELOCK_CANCEL;
    case STEP_NONE:
    case STEP_DIRECT:
    case STEP_REJECT:
        break;
    }
    return TIMELOCK_NONE;
}

static void derive_timelock_call(struct subject *s)
{
    const struct safe_tx *tx = &s->proposal->tx;
    enum timelock_method method = method_of(s->proposal->step);

    if (timelock_call_decode(&s->timelock_error, &s->timelock_call, tx->data, tx->data_len) != OK)
        s->timelock_call = (struct timelock_call){ 0 };
    s->by_timelock = method != TIMELOCK_NONE && s->timelock_call.method == method &&
                     tx->operation == SAFE_CALL && s->profile->has_timelock &&
                     address_eq(&tx->to, &s->profile->timelock);
}

static enum err derive_governed(struct diag *d, struct subject *s)
{
    bool batch = s->proposal->step == STEP_DIRECT && s->tree.root.kind == CONTRACT_MULTISEND &&
                 s->proposal->tx.operation == SAFE_DELEGATECALL;
    const struct call_node *root = &s->tree.root;
    const struct call_node *carried = root->calls;
    size_t n = root->num_calls;

    if (s->proposal->step == STEP_CANCEL) {
        carried = s->operation_tree.root.calls;
        n = s->operation_tree.root.num_calls;
    } else if (!s->tree_ok || s->proposal->step == STEP_REJECT) {
        return OK;
    } else if (!s->by_timelock && !batch) {
        carried = root;
        n = 1;
    }
    if (n == 0)
        return OK;
    s->governed = calloc(n, sizeof(const struct call_node *));
    if (s->governed == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < n; i++)
        s->governed[i] = &carried[i];
    s->num_governed = n;
    return OK;
}

static void derive_context(struct subject *s)
{
    const struct evidence_file *f = proposal_file(s->proposal, EVIDENCE_CONTEXT);

    if (f == NULL)
        return;
    s->context_ok =
        proposal_context_parse(&s->context_error, &s->context, f->data, f->data_len) == OK;
}

/* Bad evidence is left for the checks. */
static enum err derive_images(struct diag *d, struct subject *s)
{
    const struct proposal *p = s->proposal;
    const struct image_question question = {
        .profile = s->profile,
        .proposal = p,
        .git_commit = s->context_ok ? s->context.git_commit : NULL,
        .time_s = p->created_s != 0 ? p->created_s : s->options.now_s,
    };
    enum err e = OK;

    if (!s->profile->images.given || proposal_file(p, EVIDENCE_APP_COMPOSE) == NULL)
        return OK;
    e = image_facts_derive(&s->images_error, &s->images, &question);
    s->images_ok = e == OK;
    return e == ERR_NOMEM ? diag_set(d, ERR_NOMEM, "out of memory") : OK;
}

enum err subject_init(struct diag *d, struct subject *s, const struct proposal *p,
                      const struct profile *profile, const struct verify_options *options)
{
    struct diag ignored = { 0 };
    const struct safe_tx *tx = &p->tx;
    const char *path =
        options->path != NULL && strcmp(options->path, "-") != 0 ? options->path : "proposal.json";
    enum err e = OK;

    *s = (struct subject){ .proposal = p, .profile = profile, .options = *options };
    buf_init(&s->path, 64 * 1024);
    if (path[0] == '-')
        buf_add_str(&s->path, "./");
    buf_add_shell_word(&s->path, path);
    s->hashes_ok = safe_tx_hash(&ignored, &s->hashes, tx, &p->domain) == OK;
    derive_timelock_call(s);
    if (p->has_operation)
        s->operation_id_ok = timelock_operation_id(&ignored, &s->operation_id, &p->operation) == OK;
    derive_context(s);
    e = derive_trees(d, s);
    if (e == OK)
        e = derive_governed(d, s);
    if (e == OK)
        e = derive_images(d, s);
    if (e != OK)
        subject_clear(s);
    return e;
}

void subject_clear(struct subject *s)
{
    call_tree_clear(&s->tree);
    call_tree_clear(&s->operation_tree);
    timelock_call_clear(&s->timelock_call);
    proposal_context_clear(&s->context);
    image_facts_clear(&s->images);
    free((void *)s->governed);
    buf_clear(&s->path);
    *s = (struct subject){ 0 };
}

/* --- which checks apply ----------------------------------------------------------------------- */

static bool any_node(const struct subject *s, bool (*test)(const struct call_node *n))
{
    size_t i = 0;

    if (!s->tree_ok)
        return false;
    for (const struct call_node *n = call_tree_next(&s->tree, &i); n != NULL;
         n = call_tree_next(&s->tree, &i)) {
        if (test(n))
            return true;
    }
    return false;
}

static bool is_compose_node(const struct call_node *n)
{
    struct hash32 ignored;

    return node_compose_hash(&ignored, n);
}

static bool any_word(const struct subject *s, enum node_word what)
{
    struct hash32 ignored;
    size_t i = 0;

    if (!s->tree_ok)
        return false;
    for (const struct call_node *n = call_tree_next(&s->tree, &i); n != NULL;
         n = call_tree_next(&s->tree, &i)) {
        if (node_word(&ignored, n, what))
            return true;
    }
    return false;
}

static bool is_list_node(const struct call_node *n)
{
    struct list_entry ignored;

    return node_list_entry(&ignored, n);
}

/* A file in that folder. */
static bool has_evidence(const struct subject *s, const char *folder)
{
    for (size_t i = 0; i < s->proposal->num_files; i++) {
        if (strncmp(s->proposal->files[i].name, folder, strlen(folder)) == 0)
            return true;
    }
    return false;
}

static bool has_git_evidence(const struct subject *s)
{
    return proposal_file(s->proposal, EVIDENCE_GIT_COMMIT) != NULL ||
           (s->context_ok && s->context.git_commit != NULL);
}

static bool policy_requires(const struct subject *s, const char *id)
{
    for (size_t i = 0; i < s->profile->policy.num_require; i++) {
        if (strcmp(s->profile->policy.require[i], id) == 0)
            return true;
    }
    return false;
}

static bool is_about_git(const struct subject *s)
{
    return has_git_evidence(s) || any_node(s, is_compose_node);
}

static bool condition_holds(const struct subject *s, enum check_if condition)
{
    switch (condition) {
    case IF_ALWAYS:
        return true;
    case IF_SIGNED:
        return s->proposal->num_signatures > 0;
    case IF_JOURNAL:
        return s->options.has_journal;
    case IF_COMPOSE:
        return any_node(s, is_compose_node);
    case IF_GIT:
        return has_git_evidence(s) ||
               (any_node(s, is_compose_node) && s->profile->policy.require_git);
    case IF_GIT_AGE:
        return has_git_evidence(s) ||
               (any_node(s, is_compose_node) &&
                (s->profile->policy.require_git || s->profile->policy.max_commit_age_s != 0));
    case IF_GIT_BRANCH:
        return is_about_git(s) &&
               (s->profile->git_branch != NULL || policy_requires(s, "git.on-branch"));
    case IF_GIT_SIGNERS:
        return is_about_git(s) &&
               (s->profile->git_signers_path != NULL || policy_requires(s, "git.signed"));
    case IF_OS_IMAGE:
        return any_word(s, WORD_OS_IMAGE);
    case IF_KMS_MR:
        return any_word(s, WORD_KMS_MR);
    case IF_DEVICE:
        return any_word(s, WORD_DEVICE) || any_word(s, WORD_KMS_DEVICE);
    case IF_MEASUREMENT:
        return has_evidence(s, EVIDENCE_MEASUREMENT);
    case IF_IMPLEMENTATION:
        return any_word(s, WORD_IMPLEMENTATION) || any_word(s, WORD_APP_IMPLEMENTATION);
    case IF_APP:
        return any_word(s, WORD_APP);
    case IF_GATEWAY:
        return any_word(s, WORD_GATEWAY);
    case IF_PREVIOUS:
        return any_node(s, is_compose_node) &&
               proposal_file(s->proposal, EVIDENCE_PREVIOUS) != NULL;
    case IF_WHITELIST:
        return any_node(s, is_list_node);
    case IF_DELEGATECALL:
        return s->proposal->tx.operation != SAFE_CALL;
    case IF_CHAIN_SIGNATURES:
        return sig_any_for_chain(s);
    }
    return true;
}

static bool is_needed(const struct subject *s, const struct check_info *info)
{
    switch (info->need) {
    case NEED_ALWAYS:
        return true;
    case NEED_ONLINE:
        return s->options.online;
    case NEED_EXECUTABLE:
        return s->options.executable;
    case NEED_IMAGE_DIR:
        return s->options.image_dir != NULL;
    case NEED_COMPOSE_RULES:
        return s->profile->compose.given;
    case NEED_POLICY:
        return false;
    case NEED_IMAGES:
        return s->profile->images.given;
    }
    return true;
}

enum err subject_apply(struct diag *d, const struct subject *s, struct report *r)
{
    const struct profile_policy *policy = &s->profile->policy;

    for (size_t i = 0; i < r->num_checks; i++) {
        const struct check_info *info = r->checks[i].info;
        bool step_fits = info->steps == 0 || (info->steps & 1U << s->proposal->step) != 0;

        if (step_fits && condition_holds(s, info->condition))
            report_apply(r, info->id, is_needed(s, info));
    }
    for (size_t i = 0; i < policy->num_require; i++) {
        if (check_info_find(policy->require[i]) == NULL)
            return diag_set(d, ERR_USAGE, "policy.require: there is no check '%.64s'",
                            policy->require[i]);
        if (report_applies(r, policy->require[i]))
            report_apply(r, policy->require[i], true);
    }
    return OK;
}

/* --- running ---------------------------------------------------------------------------------- */

enum err verify_offline(struct diag *d, struct report *r, const struct subject *s)
{
    enum err e = subject_apply(d, s, r);

    if (e != OK)
        return e;
    checks_tx(r, s);
    checks_call(r, s);
    checks_timelock(r, s);
    checks_evidence(r, s);
    checks_git(r, s);
    checks_image(r, s);
    checks_measure(r, s);
    checks_values(r, s);
    checks_compose(r, s);
    checks_sig(r, s);
    checks_by_hand(r, s);
    return OK;
}

static enum err verify_at(struct diag *d, struct verification *v, const char *const *urls,
                          size_t num_urls)
{
    const struct profile *profile = v->subject.profile;
    struct diag why = { 0 };
    struct chain *c = NULL;
    enum err e =
        chain_open(&why, &c, urls, num_urls, &profile->chain_id, profile->rpc_allow_plain_http);

    if (e == OK) {
        e = verify_online(d, &v->report, &v->subject, c, num_urls);
    } else {
        check_error(&v->report, "chain.agree", &why);
        e = OK;
    }
    chain_close(c);
    return e;
}

enum err verify_proposal(struct diag *d, struct verification *out, const struct proposal *p,
                         const struct profile *profile, const struct verify_options *options,
                         const char *const *urls, size_t num_urls)
{
    enum err e = ERR_INTERNAL;

    *out = (struct verification){ 0 };
    if (urls == NULL) {
        urls = (const char *const *)profile->rpc_urls;
        num_urls = profile->num_rpc_urls;
    }
    if (options->online && num_urls == 0)
        return diag_set(d, ERR_USAGE, "no RPC endpoint: the profile has none and --rpc is missing");
    e = subject_init(d, &out->subject, p, profile, options);
    if (e == OK)
        e = report_init(d, &out->report);
    if (e == OK)
        e = verify_offline(d, &out->report, &out->subject);
    if (e == OK && options->online)
        e = verify_at(d, out, urls, num_urls);
    if (e != OK)
        verification_clear(out);
    return e;
}

void verification_clear(struct verification *v)
{
    report_clear(&v->report);
    subject_clear(&v->subject);
}

enum step verify_step_of(const struct profile *profile, const struct safe_tx *tx)
{
    struct diag ignored = { 0 };
    struct timelock_call c = { 0 };
    enum step step = STEP_DIRECT;

    if (address_eq(&tx->to, &profile->safe.safe) && tx->data_len == 0)
        return STEP_REJECT;
    if (!profile->has_timelock || !address_eq(&tx->to, &profile->timelock) ||
        timelock_call_decode(&ignored, &c, tx->data, tx->data_len) != OK)
        return STEP_DIRECT;
    if (c.method == TIMELOCK_SCHEDULE)
        step = STEP_SCHEDULE;
    else if (c.method == TIMELOCK_EXECUTE)
        step = STEP_EXECUTE;
    else if (c.method == TIMELOCK_CANCEL)
        step = STEP_CANCEL;
    timelock_call_clear(&c);
    return step;
}

void buf_add_shell_word(struct buf *out, const char *text)
{
    bool plain = true;

    for (const char *p = text; *p != '\0'; p++)
        plain = plain && *p >= ' ' && *p <= '~' && *p != '\'';
    buf_add_str(out, plain ? "'" : "$'");
    for (const char *p = text; *p != '\0'; p++) {
        if (!plain && (*p < ' ' || *p > '~' || *p == '\'' || *p == '\\'))
            buf_addf(out, "\\%03o", (unsigned)(unsigned char)*p);
        else
            buf_add_u8(out, (uint8_t)*p);
    }
    buf_add_str(out, "'");
}
