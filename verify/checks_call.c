// SPDX-License-Identifier: Apache-2.0
/* call.*: what the calldata does, decoded from its bytes. */
#include <stdio.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/term.h"
#include "src/base/u256.h"
#include "verify/checks.h"

/* "app.addComposeHash" for messages; names of profile and registry are ours. */
static void describe(struct buf *out, const struct subject *s, const struct call_node *n)
{
    const char *name = n->has_to ? profile_name_of(s->profile, &n->to) : NULL;

    buf_addf(out, "%s.", name != NULL ? name : address_format(&n->to).s);
    if (n->decoded && n->fn.name != NULL)
        buf_add_untrusted(out, n->fn.name, strlen(n->fn.name));
    else if (n->data_len >= 4)
        buf_addf(out, "0x%02x%02x%02x%02x", n->data[0], n->data[1], n->data[2], n->data[3]);
    else
        buf_add_str(out, "(no function)");
}

static void fail_node(struct report *r, const char *id, const struct subject *s,
                      const struct call_node *n, const char *why)
{
    struct buf text;

    buf_init(&text, 4096);
    describe(&text, s, n);
    check_fail(r, id, "%s: %s", buf_str(&text), why);
    buf_clear(&text);
}

static const struct call_node *next_node(const struct subject *s, size_t *index)
{
    return s->tree_ok ? call_tree_next(&s->tree, index) : NULL;
}

static bool tree_missing(struct report *r, const char *id, const struct subject *s)
{
    struct diag why = s->tree_error;

    if (s->tree_ok)
        return false;
    if (why.code == OK)
        why.code = ERR_INTERNAL;
    check_error(r, id, &why);
    return true;
}

static void check_decoded(struct report *r, const struct subject *s)
{
    size_t index = 0;
    struct buf why;

    if (tree_missing(r, "call.decoded", s))
        return;
    for (const struct call_node *n = next_node(s, &index); n != NULL; n = next_node(s, &index)) {
        if (n->decoded)
            continue;
        buf_init(&why, 4096);
        buf_add_untrusted(&why, n->problem, strlen(n->problem));
        if (n->hint != NULL)
            buf_addf(&why, " (%s)", n->hint);
        fail_node(r, "call.decoded", s, n, buf_str(&why));
        buf_clear(&why);
    }
    if (call_tree_complete(&s->tree))
        check_pass(r, "call.decoded", "%zu call%s", s->tree.num_nodes,
                   s->tree.num_nodes == 1 ? "" : "s, one inside the other");
    else
        check_fail(r, "call.decoded", "nobody can say what these bytes do");
}

static void check_canonical(struct report *r, const struct subject *s)
{
    size_t index = 0;
    struct buf why;

    if (tree_missing(r, "call.canonical", s))
        return;
    for (const struct call_node *n = next_node(s, &index); n != NULL; n = next_node(s, &index)) {
        if (!n->decoded || n->canonical)
            continue;
        buf_init(&why, 4096);
        buf_add_untrusted(&why, n->problem, strlen(n->problem));
        fail_node(r, "call.canonical", s, n, buf_str(&why));
        buf_clear(&why);
    }
    if (!call_tree_canonical(&s->tree))
        check_fail(r, "call.canonical", "the arguments do not encode to these bytes again");
    else if (!call_tree_complete(&s->tree))
        check_unknown(r, "call.canonical", "not every call decodes");
    else
        check_pass(r, "call.canonical", "decoded and encoded again: the same bytes");
}

/* --- call.target ------------------------------------------------------------------------------ */

static enum contract_kind kind_at(const struct subject *s, const struct address *a,
                                  const char **release)
{
    const struct profile *p = s->profile;
    const struct profile_contract *c = profile_contract_at(p, a);

    *release = NULL;
    if (address_eq(a, &p->safe.safe)) {
        *release = p->safe.version;
        return CONTRACT_SAFE;
    }
    if (p->has_timelock && address_eq(a, &p->timelock)) {
        *release = p->timelock_release;
        return CONTRACT_TIMELOCK;
    }
    if (c == NULL)
        return CONTRACT_UNKNOWN;
    *release = c->release;
    return c->kind;
}

/* Why a call can not be right where it goes; NULL if nothing is wrong. */
static const char *target_problem(const struct subject *s, const struct call_node *n)
{
    const char *release = NULL;
    const struct profile_contract *c = profile_contract_at(s->profile, &n->to);
    enum contract_kind kind = n->has_to ? kind_at(s, &n->to, &release) : CONTRACT_UNKNOWN;
    const struct contract_function *f = NULL;
    bool by_timelock = s->by_timelock;

    if (kind == CONTRACT_UNKNOWN)
        return "the profile does not know this contract";
    if (!n->decoded || n->fn.name == NULL || n->data_len < 4 || n->kind != kind)
        return "the contract has no such function";
    if (c != NULL && !node_is(n, "acceptOwnership") && by_timelock != (c->owner == OWNER_TIMELOCK))
        return by_timelock ? "the Safe owns it, the timelock can not call it"
                           : "the timelock owns it, the Safe can not call it";
    if (kind == CONTRACT_OTHER)
        return NULL; /* decoded from the profile's own ABI */
    f = contract_find(kind, n->data, NULL);
    if (f == NULL || f->kind != kind)
        return "the contract has no such function";
    if (f->view)
        return "it only reads";
    if (release != NULL && !contract_function_in_release(f, release))
        return "the profile's release of the contract does not have that function";
    if (kind == CONTRACT_TIMELOCK && !by_timelock)
        return "the timelock takes this only from itself, through schedule";
    if (kind == CONTRACT_SAFE && by_timelock)
        return "the Safe takes this only from itself";
    return NULL;
}

static bool is_timelock_method(const struct call_node *n)
{
    return node_is(n, "schedule") || node_is(n, "scheduleBatch") || node_is(n, "execute") ||
           node_is(n, "executeBatch") || (node_is(n, "cancel") && n->kind == CONTRACT_TIMELOCK);
}

/* What only carries the governed calls: the timelock's method, or the multisend. */
static bool is_outer_carrier(const struct subject *s, const struct call_node *n)
{
    return n == &s->tree.root && (s->num_governed == 0 || s->governed[0] != n);
}

/* Every call that something is asked of, at every depth. */
static const struct call_node *next_carried(const struct subject *s, size_t *index)
{
    const struct call_node *n = next_node(s, index);

    return n != NULL && is_outer_carrier(s, n) ? next_node(s, index) : n;
}

static void check_target(struct report *r, const struct subject *s)
{
    size_t failed = 0;
    size_t judged = 0;
    size_t index = 0;

    if (tree_missing(r, "call.target", s))
        return;
    for (const struct call_node *n = next_carried(s, &index); n != NULL;
         n = next_carried(s, &index), judged++) {
        const char *problem = target_problem(s, n);

        /* A second timelock operation inside would pass by every check of timelock.*. */
        if (is_timelock_method(n) && (n != &s->tree.root || !s->by_timelock))
            problem = "a timelock operation inside another call";
        failed += problem != NULL;
        if (problem != NULL)
            fail_node(r, "call.target", s, n, problem);
    }
    if (s->num_governed == 0)
        check_fail(r, "call.target", "there is no call to a contract of the profile");
    else if (failed == 0)
        check_pass(r, "call.target", "%zu call%s to contracts of the profile", judged,
                   judged == 1 ? "" : "s");
}

/* --- call.action, call.allowed ---------------------------------------------------------------- */

/* "call" claims nothing about the function, so it stands for any. */
static bool action_fits(const struct subject *s, const struct action_ref *a,
                        const struct call_node *n)
{
    const char *name = profile_name_of(s->profile, &n->to);

    return name != NULL && strcmp(a->contract, name) == 0 &&
           (strcmp(a->action, "call") == 0 || strcmp(a->action, node_action(n)) == 0);
}

static void check_action(struct report *r, const struct subject *s)
{
    const struct proposal *p = s->proposal;
    struct buf text;
    bool same = p->num_actions == s->num_governed;

    if (tree_missing(r, "call.action", s))
        return;
    if (p->num_actions == 0 && s->num_governed > 0) {
        check_note(r, "call.action", "the input names no action");
        return;
    }
    if (!same) {
        check_fail(r, "call.action",
                   "the proposal names %zu action%s, the calldata makes %zu "
                   "call%s",
                   p->num_actions, p->num_actions == 1 ? "" : "s", s->num_governed,
                   s->num_governed == 1 ? "" : "s");
        return;
    }
    for (size_t i = 0; i < s->num_governed; i++) {
        const struct action_ref *a = &p->actions[i];

        if (action_fits(s, a, s->governed[i]))
            continue;
        same = false;
        buf_init(&text, 4096);
        buf_add_str(&text, "the proposal says ");
        buf_add_untrusted(&text, a->action, strlen(a->action));
        buf_add_str(&text, " on ");
        buf_add_untrusted(&text, a->contract, strlen(a->contract));
        fail_node(r, "call.action", s, s->governed[i], buf_str(&text));
        buf_clear(&text);
    }
    if (same && s->num_governed == 0)
        check_pass(r, "call.action", "none");
    else if (same)
        check_pass(r, "call.action", "%zu as named", s->num_governed);
}

static bool policy_allows(const struct profile_policy *policy, const char *action)
{
    for (size_t i = 0; i < policy->num_actions; i++) {
        if (strcmp(policy->actions[i], action) == 0)
            return true;
    }
    return policy->actions == NULL;
}

static void check_allowed(struct report *r, const struct subject *s)
{
    bool all = s->num_governed > 0;
    size_t index = 0;

    if (tree_missing(r, "call.allowed", s))
        return;
    if (s->num_governed == 0)
        check_fail(r, "call.allowed", "there is no governed call to judge");
    for (const struct call_node *n = next_carried(s, &index); n != NULL;
         n = next_carried(s, &index)) {
        if (policy_allows(&s->profile->policy, node_action(n)))
            continue;
        all = false;
        fail_node(r, "call.allowed", s, n, "the policy does not list this action");
    }
    if (all)
        check_pass(r, "call.allowed", "%s",
                   s->profile->policy.actions == NULL
                       ? "the policy lists no actions; the kinds of change that it allows "
                         "are the next question"
                       : "all are in policy.actions");
}

/* --- call.privileged, call.value -------------------------------------------------------------- */

static void fail_changes(struct report *r, const struct subject *s, const struct call_node *n,
                         unsigned changes)
{
    char why[128];

    for (unsigned bit = 1; bit <= changes; bit <<= 1) {
        if ((changes & bit) == 0)
            continue;
        (void)snprintf(why, sizeof(why), "changes %s; the policy does not allow it",
                       privileged_change_name(bit));
        fail_node(r, "call.privileged", s, n, why);
    }
}

static void check_privileged(struct report *r, const struct subject *s)
{
    unsigned allowed = s->profile->policy.allowed_changes;
    unsigned seen = 0;
    bool clean = true;
    size_t index = 0;

    if (tree_missing(r, "call.privileged", s))
        return;
    for (const struct call_node *n = next_node(s, &index); n != NULL; n = next_node(s, &index)) {
        unsigned change = node_privileged(n);

        if (n != &s->tree.root && n->operation != 0) {
            clean = false;
            fail_node(r, "call.privileged", s, n, "a DELEGATECALL inside another call");
        }
        seen |= change;
        clean = clean && (change & ~allowed) == 0;
        fail_changes(r, s, n, change & ~allowed);
    }
    if (clean && !call_tree_complete(&s->tree))
        check_unknown(r, "call.privileged", "not every call decodes");
    else if (clean && seen == 0)
        check_pass(r, "call.privileged",
                   "no owner, module, guard, handler, implementation, role, delay, KMS key, "
                   "gateway, registered app, or rule on devices or TCB changes");
    for (unsigned bit = 1; clean && bit <= seen; bit <<= 1) {
        if ((seen & bit) != 0)
            check_pass(r, "call.privileged", "changes %s; the policy allows it",
                       privileged_change_name(bit));
    }
}

static void check_value(struct report *r, const struct subject *s)
{
    bool none = true;
    size_t index = 0;
    char why[128];

    if (tree_missing(r, "call.value", s))
        return;
    for (const struct call_node *n = next_node(s, &index); n != NULL; n = next_node(s, &index)) {
        if (u256_is_zero(&n->value))
            continue;
        none = false;
        (void)snprintf(why, sizeof(why), "sends %s wei", u256_format(&n->value).s);
        if (!s->profile->policy.allow_value)
            fail_node(r, "call.value", s, n, why);
        else
            check_pass(r, "call.value", "a call %s; the policy allows it", why);
    }
    if (none)
        check_pass(r, "call.value", "0 wei");
}

void checks_call(struct report *r, const struct subject *s)
{
    check_decoded(r, s);
    check_canonical(r, s);
    check_action(r, s);
    if (report_applies(r, "call.target"))
        check_target(r, s);
    if (report_applies(r, "call.allowed"))
        check_allowed(r, s);
    if (report_applies(r, "call.privileged"))
        check_privileged(r, s);
    if (report_applies(r, "call.value"))
        check_value(r, s);
}
