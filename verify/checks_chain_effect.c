// SPDX-License-Identifier: Apache-2.0
/* chain.*: what the step would do to timelock and contracts as they stand on chain. */
#include <string.h>

#include "src/base/address.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/u256.h"
#include "verify/checks_chain.h"

static const uint8_t sel_owner[4] = { 0x8d, 0xa5, 0xcb, 0x5b };
static const uint8_t sel_pending_owner[4] = { 0xe3, 0x0c, 0x39, 0x78 };
static const uint8_t sel_has_role[4] = { 0x91, 0xd1, 0x48, 0x54 };
static const uint8_t sel_min_delay[4] = { 0xf2, 0x7a, 0x0c, 0x92 };
static const uint8_t sel_timestamp[4] = { 0xd4, 0x5c, 0x44, 0x35 };

static bool word_address(struct address *out, const uint8_t *word, size_t word_len)
{
    *out = (struct address){ { 0 } };
    if (word_len != 32 || !bytes_is_zero(word, 12))
        return false;
    memcpy(out->b, word + 12, sizeof(out->b));
    return true;
}

static struct hash32 address_word(const struct address *a)
{
    struct hash32 word = { { 0 } };

    memcpy(word.b + 12, a->b, sizeof(a->b));
    return word;
}

/* --- chain.target-owner ----------------------------------------------------------------------- */

/* *has is false if the contract has no such function (it reverts or answers nothing). */
static enum err read_owner(struct diag *d, struct chain *c, struct address *out, bool *has,
                           const struct address *at, const uint8_t selector[4])
{
    struct buf answer;
    bool reverted = false;
    enum err e = ERR_INTERNAL;

    buf_init(&answer, 4096);
    e = chain_try_call(d, c, &answer, &reverted, NULL, at, NULL, selector, 4);
    *has = e == OK && !reverted && word_address(out, answer.data, answer.len);
    buf_clear(&answer);
    return e;
}

static bool is_governor(const struct subject *s, const struct address *a)
{
    return address_eq(a, &s->profile->safe.safe) ||
           (s->profile->has_timelock && address_eq(a, &s->profile->timelock));
}

static void check_owner_of(struct report *r, const struct subject *s, struct chain *c,
                           const struct call_node *n, const struct profile_contract *contract)
{
    const struct address *wanted =
        contract->owner == OWNER_TIMELOCK ? &s->profile->timelock : &s->profile->safe.safe;
    struct address owner = { { 0 } };
    struct address pending = { { 0 } };
    struct diag why = { 0 };
    bool has_owner = false;
    bool has_pending = false;

    if (read_owner(&why, c, &owner, &has_owner, &n->to, sel_owner) != OK ||
        read_owner(&why, c, &pending, &has_pending, &n->to, sel_pending_owner) != OK) {
        check_error(r, "chain.target-owner", &why);
        return;
    }
    if (!has_owner)
        check_unknown(r, "chain.target-owner", "%s does not say who owns it", contract->name);
    else if (node_is(n, "acceptOwnership") && has_pending && is_governor(s, &pending))
        check_pass(r, "chain.target-owner", "%s is offered to %s", contract->name,
                   address_format(&pending).s);
    else if (!address_eq(&owner, wanted))
        check_fail(r, "chain.target-owner", "%s belongs to %s, not to %s", contract->name,
                   address_format(&owner).s, address_format(wanted).s);
    else if (has_pending && !address_is_zero(&pending) && !is_governor(s, &pending))
        check_fail(r, "chain.target-owner", "%s is offered to %s, who can take it over",
                   contract->name, address_format(&pending).s);
    else
        check_pass(r, "chain.target-owner", "%s belongs to %s", contract->name,
                   address_format(&owner).s);
}

static void check_target_owner(struct report *r, const struct subject *s, struct chain *c)
{
    size_t asked = 0;
    size_t own = 0;

    for (size_t i = 0; i < s->num_governed; i++) {
        const struct call_node *n = s->governed[i];
        const struct profile_contract *contract = profile_contract_at(s->profile, &n->to);
        bool before = false;

        for (size_t j = 0; j < i && !before; j++)
            before = address_eq(&s->governed[j]->to, &n->to);
        if (contract != NULL && !before)
            check_owner_of(r, s, c, n, contract);
        asked += contract != NULL;
        own += contract == NULL && is_governor(s, &n->to);
    }
    if (asked == 0 && own > 0 && own == s->num_governed)
        check_pass(r, "chain.target-owner", "Safe and timelock govern themselves");
    else if (asked + own < s->num_governed || s->num_governed == 0)
        check_unknown(r, "chain.target-owner", "not every target is a contract of the profile");
}

/* --- timelock --------------------------------------------------------------------------------- */

static void check_min_delay(struct report *r, const struct subject *s, struct chain *c)
{
    struct u256 ours = u256_from_u64(s->profile->timelock_delay_s);
    const struct u256 *delay = &s->timelock_call.delay_s;
    struct diag why = { 0 };
    struct hash32 word;
    struct u256 minimum;

    if (chain_get_word(&why, c, &word, &s->profile->timelock, sel_min_delay, NULL, 0) != OK) {
        check_error(r, "chain.min-delay", &why);
        return;
    }
    memcpy(minimum.be, word.b, sizeof(minimum.be));
    if (s->timelock_call.method != TIMELOCK_SCHEDULE)
        check_fail(r, "chain.min-delay", "nothing is scheduled");
    else if (u256_cmp(delay, &minimum) < 0)
        check_fail(r, "chain.min-delay", "%s s, the timelock wants at least %s s",
                   u256_format(delay).s, u256_format(&minimum).s);
    else if (!u256_eq(&minimum, &ours))
        check_fail(r, "chain.min-delay", "the timelock's minimum is %s s, the profile's %s s",
                   u256_format(&minimum).s, u256_format(&ours).s);
    else
        check_pass(r, "chain.min-delay", "%s s, the minimum is %s s", u256_format(delay).s,
                   u256_format(&minimum).s);
}

static enum err has_role(struct diag *d, struct chain *c, bool *out, const struct subject *s,
                         const char *role, const struct address *account)
{
    struct hash32 args[2];
    struct hash32 word;
    enum err e = timelock_role_parse(d, &args[0], role);

    *out = false;
    if (e != OK)
        return e;
    args[1] = address_word(account);
    e = chain_get_word(d, c, &word, &s->profile->timelock, sel_has_role, args, 2);
    *out = e == OK && !hash32_is_zero(&word);
    return e;
}

static const char *needed_role(const struct subject *s)
{
    const char *release = s->profile->timelock_release;
    const struct contract_function *canceller =
        contract_find_name(CONTRACT_TIMELOCK, "CANCELLER_ROLE");

    if (s->proposal->step == STEP_SCHEDULE)
        return "PROPOSER_ROLE";
    if (s->proposal->step == STEP_EXECUTE)
        return "EXECUTOR_ROLE";
    /* Before 4.6.0 there was no such role, and proposers cancelled. */
    return release != NULL && canceller != NULL && !contract_function_in_release(canceller, release)
               ? "PROPOSER_ROLE"
               : "CANCELLER_ROLE";
}

static enum err role_is_held(struct diag *d, struct chain *c, bool *out, const struct subject *s)
{
    const struct address anyone = { { 0 } };
    const char *role = needed_role(s);
    enum err e = has_role(d, c, out, s, role, &s->profile->safe.safe);

    if (e == OK && !*out && s->proposal->step == STEP_EXECUTE)
        e = has_role(d, c, out, s, role, &anyone);
    return e;
}

static void check_roles(struct report *r, const struct subject *s, struct chain *c)
{
    /* From 5.0 the administrator's role is the default one. */
    static const char *const admin_roles[] = { "DEFAULT_ADMIN_ROLE", "TIMELOCK_ADMIN_ROLE" };
    const struct address *safe = &s->profile->safe.safe;
    struct diag why = { 0 };
    bool held = false;
    bool safe_admin = false;
    bool own_admin = false;
    enum err e = role_is_held(&why, c, &held, s);

    for (size_t i = 0; e == OK && i < 2; i++) {
        bool safe_has = false;
        bool own_has = false;

        e = has_role(&why, c, &safe_has, s, admin_roles[i], safe);
        if (e == OK)
            e = has_role(&why, c, &own_has, s, admin_roles[i], &s->profile->timelock);
        safe_admin = safe_admin || safe_has;
        own_admin = own_admin || own_has;
    }
    if (e != OK) {
        check_error(r, "chain.roles", &why);
        return;
    }
    if (!held)
        check_fail(r, "chain.roles", "the Safe does not have %s", needed_role(s));
    if (safe_admin)
        check_fail(r, "chain.roles",
                   "the Safe administers the roles itself: it can pass by the "
                   "delay");
    if (!own_admin)
        check_fail(r, "chain.roles", "the timelock does not administer its own roles");
    if (held && !safe_admin && own_admin)
        check_pass(r, "chain.roles", "the Safe may %s; the timelock administers itself",
                   step_name(s->proposal->step));
}

static enum err read_state(struct diag *d, struct chain *c, enum timelock_state *out,
                           struct u256 *timestamp, const struct subject *s, const struct hash32 *id)
{
    struct hash32 word;
    enum err e = chain_get_word(d, c, &word, &s->profile->timelock, sel_timestamp, id, 1);

    memcpy(timestamp->be, word.b, sizeof(timestamp->be));
    *out = timelock_state_at(timestamp, chain_block(c).time_s);
    return e;
}

static bool state_fits(enum step step, enum timelock_state state)
{
    if (step == STEP_SCHEDULE)
        return state == TIMELOCK_UNSET;
    if (step == STEP_EXECUTE)
        return state == TIMELOCK_READY;
    return state == TIMELOCK_WAITING || state == TIMELOCK_READY;
}

static void check_predecessor(struct report *r, const struct subject *s, struct chain *c)
{
    const struct hash32 *id = &s->proposal->operation.predecessor;
    enum timelock_state state = TIMELOCK_UNSET;
    struct u256 timestamp;
    struct diag why = { 0 };

    if (hash32_is_zero(id) || s->proposal->step == STEP_CANCEL)
        return;
    if (read_state(&why, c, &state, &timestamp, s, id) != OK)
        check_error(r, "chain.operation", &why);
    else if (s->proposal->step == STEP_EXECUTE && state != TIMELOCK_DONE)
        check_fail(r, "chain.operation", "its predecessor is %s, not done",
                   timelock_state_name(state));
    else
        check_pass(r, "chain.operation", "its predecessor is %s", timelock_state_name(state));
}

static void check_operation(struct report *r, const struct subject *s, struct chain *c)
{
    enum timelock_state state = TIMELOCK_UNSET;
    struct u256 timestamp = { { 0 } };
    struct diag why = { 0 };
    uint64_t ready_s = 0;

    if (s->timelock_call.method == TIMELOCK_NONE) {
        check_fail(r, "chain.operation", "there is no operation");
        return;
    }
    if (read_state(&why, c, &state, &timestamp, s, &s->timelock_call.id) != OK) {
        check_error(r, "chain.operation", &why);
        return;
    }
    if (state_fits(s->proposal->step, state))
        check_pass(r, "chain.operation", "%s", timelock_state_name(state));
    else if (state == TIMELOCK_WAITING && u256_to_u64(&timestamp, &ready_s))
        check_fail(r, "chain.operation", "waiting: not ready before %s",
                   clock_format_utc(ready_s).s);
    else if (state == TIMELOCK_DONE && s->proposal->step == STEP_SCHEDULE)
        check_fail(r, "chain.operation",
                   "done already: the same operation can never be scheduled "
                   "again, it needs another salt");
    else
        check_fail(r, "chain.operation", "%s, which does not fit the step '%s'",
                   timelock_state_name(state), step_name(s->proposal->step));
    check_predecessor(r, s, c);
}

/* --- chain.whitelist, chain.simulation -------------------------------------------------------- */

static void check_whitelist(struct report *r, const struct subject *s, struct chain *c)
{
    size_t index = 0;

    for (const struct call_node *n = call_tree_next(&s->tree, &index); n != NULL;
         n = call_tree_next(&s->tree, &index)) {
        struct list_entry entry;
        struct diag why = { 0 };
        struct hash32 word;

        if (!node_list_entry(&entry, n))
            continue;
        if (chain_get_word(&why, c, &word, &n->to, entry.getter, &entry.value, 1) != OK)
            check_error(r, "chain.whitelist", &why);
        else if (hash32_is_zero(&word) != entry.add)
            check_fail(r, "chain.whitelist", "%s is %s in %s: the call changes nothing",
                       hash32_format(&entry.value).s, entry.add ? "already" : "not",
                       entry.getter_name);
        else
            check_pass(r, "chain.whitelist", "%s: %s in %s", hash32_format(&entry.value).s,
                       entry.add ? "not yet" : "still", entry.getter_name);
    }
}

/* certain is false if an earlier call may be what makes this one work. */
static void simulate(struct report *r, struct chain *c, const struct address *from,
                     const struct call_node *n, const char *who, bool certain)
{
    struct diag why = { 0 };
    struct buf answer;
    struct buf words;
    bool reverted = false;

    buf_init(&answer, 64 * 1024);
    buf_init(&words, 4096);
    if (chain_try_call(&why, c, &answer, &reverted, from, &n->to, &n->value, n->data,
                       n->data_len) != OK) {
        check_error(r, "chain.simulation", &why);
    } else if (reverted) {
        chain_explain_revert(&words, answer.data, answer.len);
        if (certain)
            check_fail(r, "chain.simulation", "from the %s it reverts: %s", who, buf_str(&words));
        else
            check_unknown(r, "chain.simulation", "from the %s a later call reverts by itself: %s",
                          who, buf_str(&words));
    } else {
        check_pass(r, "chain.simulation", "from the %s it runs", who);
    }
    buf_clear(&answer);
    buf_clear(&words);
}

static void check_simulation(struct report *r, const struct subject *s, struct chain *c)
{
    const struct address *safe = &s->profile->safe.safe;
    bool waits = !hash32_is_zero(&s->proposal->operation.predecessor);

    if (!s->tree_ok) {
        check_unknown(r, "chain.simulation", "the calls are not known");
        return;
    }
    if (s->proposal->tx.operation == SAFE_CALL)
        simulate(r, c, safe, &s->tree.root, "Safe", true);
    else if (s->tree.root.kind != CONTRACT_MULTISEND)
        check_unknown(r, "chain.simulation", "a DELEGATECALL can not be tried by a plain call");
    else
        for (size_t i = 0; i < s->num_governed; i++)
            simulate(r, c, safe, s->governed[i], "Safe", i == 0);
    /* What a schedule only stores: the payloads, from the one who will call them. */
    for (size_t i = 0; s->proposal->step == STEP_SCHEDULE && i < s->num_governed; i++)
        simulate(r, c, &s->profile->timelock, s->governed[i], "timelock", i == 0 && !waits);
}

void checks_chain_effect(struct report *r, const struct subject *s, struct chain *c)
{
    if (report_applies(r, "chain.target-owner"))
        check_target_owner(r, s, c);
    if (report_applies(r, "chain.min-delay"))
        check_min_delay(r, s, c);
    if (report_applies(r, "chain.roles"))
        check_roles(r, s, c);
    if (report_applies(r, "chain.operation"))
        check_operation(r, s, c);
    if (report_applies(r, "chain.whitelist"))
        check_whitelist(r, s, c);
    check_simulation(r, s, c);
}
