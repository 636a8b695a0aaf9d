// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "safe/timelock_chain.h"
#include "src/base/address.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/term.h"
#include "src/base/u256.h"
#include "src/cli/execute.h"

/* One thing that should be so now. what: ours, no text from outside. */
static void effect(struct execution *x, bool *all, bool ok, const char *fmt, ...) PRINTF_LIKE(4, 5);
static void effect(struct execution *x, bool *all, bool ok, const char *fmt, ...)
{
    struct json *j = json_new_object();
    char what[256];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(what, sizeof(what), fmt, ap);
    va_end(ap);
    json_set_string(j, "what", what);
    json_set_bool(j, "ok", ok);
    json_append(x->effects, j);
    if (!args_json(x->args))
        term_styled(ok ? TERM_GREEN : TERM_RED, "%s  %s\n", ok ? "yes" : "NO ", what);
    *all = *all && ok;
}

/* The time that the schedule gave the operation: that of its block, and the delay. */
static enum err confirm_schedule(struct diag *d, struct execution *x, bool *all)
{
    const struct timelock_call *call = &x->verification.subject.timelock_call;
    struct u256 block_time = u256_from_u64(x->block.time_s);
    const struct u256 done = u256_from_u64(1);
    struct timelock_status s;
    struct u256 want;
    enum err e = timelock_read_status(d, x->chain, &s, &x->proposal.tx.to, &call->id);
    bool ok = false;

    if (e != OK)
        return e;
    if (!u256_add(&want, &block_time, &call->delay_s))
        return diag_set(d, ERR_LIMIT, "the delay is over 256 bits");
    ok = u256_eq(&s.timestamp, &want) || (!x->sent && u256_eq(&s.timestamp, &done));
    effect(x, all, ok, "operation %s is %s%s%s", hash32_format(&call->id).s,
           timelock_state_name(s.state), s.state == TIMELOCK_WAITING ? ", ready in " : "",
           s.state == TIMELOCK_WAITING ? duration_format(s.left_s).s : "");
    return OK;
}

static enum err confirm_state(struct diag *d, struct execution *x, bool *all,
                              enum timelock_state want)
{
    const struct hash32 *id = &x->verification.subject.timelock_call.id;
    struct timelock_status s;
    enum err e = timelock_read_status(d, x->chain, &s, &x->proposal.tx.to, id);

    if (e == OK)
        effect(x, all, s.state == want, "operation %s is %s", hash32_format(id).s,
               timelock_state_name(s.state));
    return e;
}

/* A later call on the same entry of the same list decides. */
static bool is_undone_later(const struct subject *s, size_t i, const struct list_entry *entry)
{
    for (size_t k = i + 1; k < s->num_governed; k++) {
        struct list_entry later;

        if (node_list_entry(&later, s->governed[k]) &&
            address_eq(&s->governed[k]->to, &s->governed[i]->to) &&
            hash32_eq(&later.value, &entry->value) &&
            memcmp(later.getter, entry->getter, sizeof(later.getter)) == 0)
            return true;
    }
    return false;
}

static enum err confirm_lists(struct diag *d, struct execution *x, bool *all)
{
    const struct subject *s = &x->verification.subject;

    for (size_t i = 0; i < s->num_governed; i++) {
        struct list_entry entry;
        bool listed = false;
        enum err e = OK;

        if (!node_list_entry(&entry, s->governed[i]) || is_undone_later(s, i, &entry))
            continue;
        e = chain_get_bool(d, x->chain, &listed, &s->governed[i]->to, entry.getter, &entry.value,
                           1);
        if (e != OK)
            return e;
        effect(x, all, listed == entry.add, "%s(%s) of %s is %s", entry.getter_name,
               hash32_format(&entry.value).s, address_format(&s->governed[i]->to).s,
               listed ? "true" : "false");
    }
    return OK;
}

static enum err confirm_nonce(struct diag *d, struct execution *x, bool *all)
{
    struct chain_safe_state state;
    enum err e = chain_read_safe(d, x->chain, &state, &x->profile->safe.safe);

    if (e == OK)
        effect(x, all, u256_cmp(&state.nonce, &x->proposal.tx.nonce) > 0, "the Safe is at nonce %s",
               u256_format(&state.nonce).s);
    return e;
}

static enum err confirm_step(struct diag *d, struct execution *x, bool *all)
{
    enum timelock_method method = x->verification.subject.timelock_call.method;

    if (x->via == VIA_TIMELOCK || method == TIMELOCK_EXECUTE) {
        enum err e = confirm_state(d, x, all, TIMELOCK_DONE);

        return e == OK ? confirm_lists(d, x, all) : e;
    }
    if (method == TIMELOCK_SCHEDULE)
        return confirm_schedule(d, x, all);
    if (method == TIMELOCK_CANCEL)
        return confirm_state(d, x, all, TIMELOCK_UNSET);
    return x->proposal.step == STEP_DIRECT ? confirm_lists(d, x, all) : OK;
}

enum err execute_confirm(struct diag *d, struct execution *x)
{
    bool all = true;
    enum err e = OK;

    x->effects = json_new_array();
    e = chain_refresh(d, x->chain);
    if (e == OK && x->via == VIA_SAFE)
        e = confirm_nonce(d, x, &all);
    if (e == OK)
        e = confirm_step(d, x, &all);
    if (e == OK)
        e = chain_confirm_block(d, x->chain);
    if (e != OK) {
        (void)diag_prefix(d, "executed, but the effect could not be read");
        return e;
    }
    if (!all)
        return diag_set(d, ERR_MISMATCH, "executed, but the chain does not show the change");
    if (!args_json(x->args))
        term_printf("done\n");
    return OK;
}
