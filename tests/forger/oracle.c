// SPDX-License-Identifier: Apache-2.0
/*
 * What the rules allow, from the plan of a proposal and not from its bytes. Each sentence is one of
 * docs/checks.md or docs/profile.md. It says no where the manuals do, and leaves the rest open.
 */
#include <string.h>

#include "tests/forger/forger.h"

enum reason {
    R_LIE,
    R_CHAIN,
    R_SIGNED,
    R_UNSIGNED,
    R_GAS,
    R_ETHER,
    R_DELEGATECALL,
    R_MULTISEND,
    R_STRAY,
    R_NO_TIMELOCK,
    R_NONCE,
    R_AGE,
    R_SALT,
    R_DELAY,
    R_UNKNOWN_FUNCTION,
    R_FORM,
    R_STRANGER,
    R_OPERATES,
    R_READS,
    R_OWNER,
    R_ACTION,
    R_CHANGE,
    R_NOTHING,
    R_UNPROVED,
    R_CODE,
    R_GATEWAY,
    R_RELEASE,
    R_IMAGE,
    R_FILE,
    R_SCRIPT,
    R_DANGER,
    R_ENV,
    R_GIT,
    R_PATH,
    R_COMMIT_AGE,
    R_BRANCH,
    R_SIGNATURES,
    NUM_REASONS,
};

static const char *const reasons[NUM_REASONS] = {
    [R_LIE] = "it says of itself what is not so",
    [R_CHAIN] = "the policy wants the chain to be asked",
    [R_SIGNED] = "a signature that is no owner's, or wrong",
    [R_UNSIGNED] = "to be executed without enough signatures",
    [R_GAS] = "a gas field",
    [R_ETHER] = "ether",
    [R_DELEGATECALL] = "a DELEGATECALL",
    [R_MULTISEND] = "a MultiSend that lets DELEGATECALLs in",
    [R_STRAY] = "the SafeTx goes elsewhere",
    [R_NO_TIMELOCK] = "a timelock that the profile does not have",
    [R_NONCE] = "a nonce that is not behind the one that scheduled",
    [R_AGE] = "too old, from the future, or older than what it is about",
    [R_SALT] = "a salt that does not bind",
    [R_DELAY] = "a delay that the policy does not want",
    [R_UNKNOWN_FUNCTION] = "a function that is not there",
    [R_FORM] = "not encoded in the one proper way",
    [R_OPERATES] = "a timelock operation inside another call",
    [R_STRANGER] = "a stranger's contract",
    [R_READS] = "a function that only reads",
    [R_OWNER] = "a contract that somebody else owns",
    [R_ACTION] = "an action that the policy does not list",
    [R_CHANGE] = "a change that the policy does not allow",
    [R_NOTHING] = "zero, or the hash of nothing",
    [R_UNPROVED] = "a value that nobody showed",
    [R_CODE] = "other code than the profile's",
    [R_GATEWAY] = "a gateway that is no id of an app",
    [R_RELEASE] = "a compose hash that is not the evidence's",
    [R_IMAGE] = "an image by its tag",
    [R_FILE] = "not the reviewed file",
    [R_SCRIPT] = "a script that nobody reviewed",
    [R_DANGER] = "a danger that compose-allow does not name",
    [R_ENV] = "an environment name that decides what runs",
    [R_GIT] = "not in the commit, or in none",
    [R_PATH] = "another path than the profile's",
    [R_COMMIT_AGE] = "a commit that is too old, or from the future",
    [R_BRANCH] = "a branch, and no clone at hand",
    [R_SIGNATURES] = "images without the signatures that the profile wants",
};

const char *oracle_reason_at(size_t i)
{
    return i < NUM_REASONS ? reasons[i] : NULL;
}

#define NO(why) return reasons[why]

static bool follows(const struct world *w)
{
    return w->step == STEP_EXECUTE || w->step == STEP_CANCEL;
}

static bool by_timelock(const struct world *w)
{
    return w->step == STEP_SCHEDULE || follows(w);
}

/* --- values ----------------------------------------------------------------------------------- */

static const char *judge_kind(const struct world *w, enum kind kind, bool pinned, enum source from)
{
    if (from == ZERO || from == NOTHING)
        NO(R_NOTHING);
    if ((from == OWN && pinned) || w->rules.unproved[kind])
        return NULL;
    NO(R_UNPROVED);
}

static const char *judge_code(const struct world *w, bool named, enum source from)
{
    if (named && from == FOREIGN)
        NO(R_CODE);
    return judge_kind(w, KIND_IMPLEMENTATION, named, from);
}

static const char *judge_release(const struct world *w, enum source from)
{
    if (from == ZERO || from == NOTHING)
        NO(R_NOTHING);
    if (from != OWN || !w->has_app)
        NO(R_RELEASE);
    return NULL;
}

static const char *judge_gateway(const struct world *w, enum source from)
{
    if (from == ZERO || from == NOTHING)
        NO(R_GATEWAY);
    return judge_kind(w, KIND_GATEWAY, true, from);
}

/* A machine without measured boot has no event log, so that alone may be empty. */
static const char *judge_log(const struct world *w, enum source from)
{
    if (w->rules.unproved[KIND_KMS_INFO] || (from == OWN && w->rules.pinned[KIND_KMS_INFO]))
        return NULL;
    NO(R_UNPROVED);
}

static const char *judge_value(const struct world *w, const struct plan *p, size_t i)
{
    const struct rules *r = &w->rules;
    enum source from = p->source[i];

    switch (p->fn->args[i]) {
    case 'h':
        return judge_release(w, from);
    case 'H':
        return from == ZERO ? NULL : judge_release(w, from);
    case 'd':
        return judge_kind(w, KIND_DEVICE, r->pinned[KIND_DEVICE], from);
    case 'O':
        return from == ZERO ? NULL : judge_kind(w, KIND_DEVICE, r->pinned[KIND_DEVICE], from);
    case 'D':
        return judge_kind(w, KIND_KMS_DEVICE, r->pinned[KIND_KMS_DEVICE], from);
    case 'm':
        return judge_kind(w, KIND_KMS_MEASUREMENT, r->pinned[KIND_KMS_MEASUREMENT], from);
    case 'o':
        return judge_kind(w, KIND_OS_IMAGE, r->pinned[KIND_OS_IMAGE], from);
    case 'i':
        return judge_code(w, r->code[p->at], from);
    case 'I':
        return judge_code(w, r->app_code, from);
    case 'p':
    case 'w':
        return judge_kind(w, KIND_APP, true, from);
    case 'g':
        return judge_gateway(w, from);
    case 'q':
    case 'K':
        return judge_kind(w, KIND_KMS_INFO, r->pinned[KIND_KMS_INFO], from);
    case 'e':
        return judge_log(w, from);
    default:
        return NULL;
    }
}

/* --- calls ------------------------------------------------------------------------------------ */

static bool changes_allowed(const struct world *w, const struct plan *p)
{
    const char *any_device = strchr(p->fn->args, 'n');
    const char *tcb = strchr(p->fn->args, 't');
    const bool *allowed = w->rules.changes;

    if (p->fn->change >= 0 && !allowed[p->fn->change])
        return false;
    if (any_device == NULL)
        return true;
    if (p->flag[any_device - p->fn->args] && !allowed[DEVICE_POLICY])
        return false;
    /* Without a word on the TCB a new app does not ask for it. */
    return (tcb != NULL && p->flag[tcb - p->fn->args]) || allowed[TCB_POLICY];
}

static bool action_allowed(const struct world *w, const struct plan *p)
{
    for (size_t i = 0; w->rules.lists_actions && function_at(i) != NULL; i++) {
        const struct function *f = function_at(i);
        bool same = p->fn->action == NULL
                        ? f->action == NULL
                        : f->action != NULL && strcmp(f->action, p->fn->action) == 0;

        if (same && (w->rules.actions >> i & 1) != 0)
            return true;
    }
    return !w->rules.lists_actions;
}

static bool is_stranger(const struct world *w, enum place at)
{
    return at == AT_STRANGER || (at == AT_TIMELOCK && !w->rules.has_timelock);
}

/* At every depth. */
static const char *judge_call(const struct world *w, const struct plan *p)
{
    if (is_stranger(w, p->at))
        NO(R_STRANGER);
    if (p->fn->absent || !place_has(p->at, p->fn))
        NO(R_UNKNOWN_FUNCTION);
    if ((p->fn->on & FORMERLY) != 0 && w->rules.releases)
        NO(R_UNKNOWN_FUNCTION);
    if (!action_allowed(w, p))
        NO(R_ACTION);
    if (p->trailing ||
        (p->dirty && strpbrk(p->fn->args, "iIpwxgqeKLc") == p->fn->args && p->fn->args[0] != '\0'))
        NO(R_FORM);
    if ((p->fn->on & OPERATES) != 0)
        NO(R_OPERATES);
    if (!changes_allowed(w, p))
        NO(R_CHANGE);
    for (size_t i = 0; p->fn->args[i] != '\0'; i++) {
        const char *why = judge_value(w, p, i);

        if (why != NULL)
            return why;
    }
    return p->inner != NULL ? judge_call(w, p->inner) : NULL;
}

static bool owned_by_timelock(const struct world *w, enum place at)
{
    return w->rules.has_timelock && (at == AT_APP || at == AT_KMS || at == AT_TIMELOCK);
}

static const char *judge_outer_call(const struct world *w, const struct plan *p)
{
    if (p->fn->reads)
        NO(R_READS);
    if (owned_by_timelock(w, p->at) != by_timelock(w))
        NO(R_OWNER);
    if (p->wei != 0 && !w->rules.value)
        NO(R_ETHER);
    if (p->delegate && w->wrapping != WRAP_NONE)
        NO(R_DELEGATECALL);
    return judge_call(w, p);
}

/* --- the release ------------------------------------------------------------------------------ */

static bool adds_release(const struct plan *p)
{
    const char *at = strpbrk(p->fn->args, "hH");

    if (at != NULL && (*at == 'h' || p->source[at - p->fn->args] != ZERO))
        return true;
    return p->inner != NULL && adds_release(p->inner);
}

static const char *judge_git(const struct world *w)
{
    const struct rules *r = &w->rules;

    if (r->branch)
        NO(R_BRANCH);
    if (!w->has_git && r->git)
        NO(R_GIT);
    if (!w->has_git)
        return NULL;
    if (w->other_blob)
        NO(R_GIT);
    if (w->other_path && r->path)
        NO(R_PATH);
    if (w->committed_s > NOW + 600 || (r->max_commit_age && w->committed_s + 90 * DAY < NOW))
        NO(R_COMMIT_AGE);
    return NULL;
}

static const char *judge_evidence(const struct world *w)
{
    const struct rules *r = &w->rules;

    if (!w->has_app)
        NO(R_RELEASE);
    if (w->tag)
        NO(R_IMAGE);
    if (!w->has_file || w->other_file)
        NO(R_FILE);
    if (w->script && !r->script)
        NO(R_SCRIPT);
    if (w->danger != 0 && !r->danger)
        NO(R_DANGER);
    if (w->env != 0 && !r->env)
        NO(R_ENV);
    if (r->images)
        NO(R_SIGNATURES);
    return judge_git(w);
}

/* --- the step --------------------------------------------------------------------------------- */

static const char *judge_age(const struct world *w)
{
    if (w->step == STEP_REJECT || w->step == STEP_CANCEL)
        return NULL;
    if (w->created_s > NOW + 600 || (w->rules.expiry && w->created_s + 14 * DAY < NOW) ||
        (w->has_git && w->created_s < w->committed_s) ||
        (follows(w) && w->created_s < w->scheduled_s))
        NO(R_AGE);
    return NULL;
}

static const char *judge_operation(const struct world *w)
{
    if (!w->rules.has_timelock)
        NO(R_NO_TIMELOCK);
    if (follows(w) && w->nonce_step == 0)
        NO(R_NONCE);
    if (w->salt == SALT_ZERO || (w->salt == SALT_BY_HAND && !w->rules.salt_by_hand))
        NO(R_SALT);
    if (w->step == STEP_SCHEDULE &&
        (w->delay_s < 2 * DAY || (w->rules.max_delay && w->delay_s > 30 * DAY)))
        NO(R_DELAY);
    return NULL;
}

static const char *judge_tx(const struct world *w)
{
    if (w->lie != TRUE_WORDS)
        NO(R_LIE);
    if (w->rules.chain)
        NO(R_CHAIN);
    if (w->signing == SIGNED_BY_STRANGER || w->signing == SIGNED_WRONG)
        NO(R_SIGNED);
    if (w->executable && w->signing != SIGNED_BY_TWO)
        NO(R_UNSIGNED);
    if (w->gas != 0)
        NO(R_GAS);
    if (w->tx_wei != 0 && (!w->rules.value || w->step == STEP_SCHEDULE || w->step == STEP_CANCEL ||
                           w->step == STEP_REJECT))
        NO(R_ETHER);
    if (w->tx_delegate && w->wrapping == WRAP_NONE)
        NO(R_DELEGATECALL);
    if (w->wrapping == WRAP_MULTISEND)
        NO(R_MULTISEND);
    if (w->stray)
        NO(R_STRAY);
    return judge_age(w);
}

const char *oracle(const struct world *w)
{
    const char *why = judge_tx(w);
    bool release = false;

    if (why == NULL && by_timelock(w))
        why = judge_operation(w);
    if (w->step == STEP_CANCEL || w->step == STEP_REJECT)
        return why;
    for (size_t i = 0; why == NULL && i < w->num_calls; i++) {
        why = judge_outer_call(w, &w->calls[i]);
        release = release || adds_release(&w->calls[i]);
    }
    if (why == NULL && release)
        why = judge_evidence(w);
    return why;
}
