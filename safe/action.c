// SPDX-License-Identifier: Apache-2.0
#include "safe/action.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/u256.h"

/* Where a call goes, and what its function is. */
struct target {
    const char *name;
    enum contract_kind kind;
    struct address address;
    const char *release;
    enum profile_owner owner;
    const struct user_abi *abi;
};

void action_call_clear(struct action_call *c)
{
    call_clear(&c->call);
    free(c->ref.action);
    free(c->ref.contract);
    *c = (struct action_call){ 0 };
}

static struct target safe_target(const struct profile *p)
{
    return (
        struct target){ "safe", CONTRACT_SAFE, p->safe.safe, p->safe.version, OWNER_SAFE, NULL };
}

static struct target timelock_target(const struct profile *p)
{
    return (struct target){ "timelock",          CONTRACT_TIMELOCK, p->timelock,
                            p->timelock_release, OWNER_TIMELOCK,    NULL };
}

static struct target contract_target(const struct profile_contract *c)
{
    return (struct target){ c->name, c->kind, c->address, c->release, c->owner, c->abi };
}

static bool target_by_name(struct target *out, const struct profile *p, const char *name)
{
    const struct profile_contract *c = profile_contract_by_name(p, name);

    if (c != NULL)
        *out = contract_target(c);
    else if (strcmp(name, "safe") == 0)
        *out = safe_target(p);
    else if (strcmp(name, "timelock") == 0 && p->has_timelock)
        *out = timelock_target(p);
    else
        return false;
    return true;
}

static void list_contracts(struct diag *d, const struct profile *p)
{
    char names[400] = "safe";
    size_t used = strlen(names);

    if (p->has_timelock)
        used += (size_t)snprintf(names + used, sizeof(names) - used, ", timelock");
    for (size_t i = 0; i < p->num_contracts && used < sizeof(names); i++)
        used += (size_t)snprintf(names + used, sizeof(names) - used, ", %s", p->contracts[i].name);
    diag_hint(d, "the profile's contracts are: %s", names);
}

/* The only target whose kind has the action. */
static enum err target_by_action(struct diag *d, struct target *out, const struct profile *p,
                                 const char *action)
{
    size_t found = 0;

    for (size_t i = 0; i < p->num_contracts; i++) {
        if (contract_find_action(p->contracts[i].kind, action) != NULL) {
            *out = contract_target(&p->contracts[i]);
            found++;
        }
    }
    if (found == 0 && contract_find_action(CONTRACT_SAFE, action) != NULL) {
        *out = safe_target(p);
        found++;
    } else if (found == 0 && p->has_timelock &&
               contract_find_action(CONTRACT_TIMELOCK, action) != NULL) {
        *out = timelock_target(p);
        found++;
    }
    if (found == 1)
        return OK;
    list_contracts(d, p);
    if (found > 1)
        return diag_set(d, ERR_USAGE, "'%.64s' is an action of %zu contracts: name one of them",
                        action, found);
    diag_hint(d, "an action is a function in kebab-case, such as add-compose-hash; "
                 "'countersign propose --help' names the usual ones");
    return diag_set(d, ERR_USAGE, "no contract of the profile has the action '%.64s'", action);
}

static enum err resolve_target(struct diag *d, struct target *out, const struct profile *p,
                               const struct action_request *request)
{
    const char *ghost =
        contract_ghost_hint_name(request->function != NULL ? request->function : request->action);

    if (ghost != NULL)
        return diag_set(d, ERR_USAGE, "'%.64s': %s",
                        request->function != NULL ? request->function : request->action, ghost);
    if (request->contract == NULL && strcmp(request->action, "call") == 0)
        return diag_set(d, ERR_USAGE, "call: a contract is required");
    if (request->contract == NULL)
        return target_by_action(d, out, p, request->action);
    if (!target_by_name(out, p, request->contract)) {
        list_contracts(d, p);
        return diag_set(d, ERR_USAGE, "the profile has no contract '%.64s'", request->contract);
    }
    return OK;
}

/* A profile that names no release accepts every function of the kind. */
static enum err check_release(struct diag *d, const struct target *t,
                              const struct contract_function *row, const char *name)
{
    if (t->release == NULL || contract_function_in_release(row, t->release))
        return OK;
    return diag_set(d, ERR_UNSUPPORTED, "%s %s has no '%.64s' (it exists in %s)",
                    contract_kind_name(t->kind), t->release, name, row->releases);
}

/* The function of action "call": from the user's ABI, the registry, or a whole signature. */
static enum err find_called(struct diag *d, struct abi_function *out, const struct target *t,
                            const char *function)
{
    const struct abi_function *user = NULL;
    const struct contract_function *row = contract_find_name(t->kind, function);
    struct buf signature;
    enum err e = OK;

    if (t->abi != NULL && (user = user_abi_find_name(t->abi, function)) != NULL) {
        buf_init(&signature, LIMIT_CALLDATA_BYTES);
        buf_add_str(&signature, user->name);
        abi_type_write(&signature, &user->params);
        e = buf_check(d, &signature, "signature");
        if (e == OK)
            e = abi_function_parse(d, out, buf_str(&signature));
        buf_clear(&signature);
        return e;
    }
    if (row != NULL && row->view)
        return diag_set(d, ERR_USAGE, "'%.64s' only reads: there is nothing to propose", function);
    if (row != NULL) {
        e = check_release(d, t, row, function);
        return e == OK ? abi_function_parse(d, out, row->signature) : e;
    }
    if (t->kind == CONTRACT_OTHER && t->abi == NULL && strchr(function, '(') != NULL)
        return abi_function_parse(d, out, function);
    return diag_set(d, ERR_USAGE, "%s '%s' has no function '%.64s'", contract_kind_name(t->kind),
                    t->name, function);
}

static enum err find_function(struct diag *d, struct abi_function *out, const struct target *t,
                              const struct action_request *request)
{
    const struct contract_function *row = NULL;
    enum err e = OK;

    if (strcmp(request->action, "call") == 0) {
        if (request->function == NULL)
            return diag_set(d, ERR_USAGE, "call: a function is required");
        return find_called(d, out, t, request->function);
    }
    row = contract_find_action_args(t->kind, request->action, request->num_args);
    if (row == NULL)
        row = contract_find_action(t->kind, request->action);
    if (row == NULL)
        return diag_set(d, ERR_USAGE, "%s '%s' has no action '%.64s'", contract_kind_name(t->kind),
                        t->name, request->action);
    e = check_release(d, t, row, request->action);
    return e == OK ? abi_function_parse(d, out, row->signature) : e;
}

#define MAX_FILLED 3

/* Text of arguments that a person may leave out. */
struct filled {
    const char *args[MAX_FILLED];
    struct address_text prev;
    struct u256_text threshold;
};

static enum err need_prev_owner(struct diag *d, const struct action_request *request)
{
    if (request->prev_owner != NULL)
        return OK;
    diag_hint(d,
              "--online reads it from the chain; getOwners() lists owners in that order, and the "
              "first one's predecessor is 0x0000000000000000000000000000000000000001");
    return diag_set(d, ERR_USAGE, "%s: the previous owner in the Safe's list is required",
                    request->action);
}

/* The Safe's owner functions, with the arguments that are no choice put in. */
static enum err fill_housekeeping(struct diag *d, struct action_request *request, struct filled *f,
                                  const struct profile *p)
{
    const bool removes = strcmp(request->action, "remove-owner") == 0;
    const bool swaps = strcmp(request->action, "swap-owner") == 0;
    const bool adds = strcmp(request->action, "add-owner") == 0;
    const size_t n = request->num_args;
    size_t at = 0;

    if (!removes && !swaps && !adds)
        return OK;
    if (n < (swaps ? 2U : 1U) || n > 2)
        return diag_set(d, ERR_USAGE, "%s: expected %s, found %zu arguments", request->action,
                        swaps ? "OLD NEW" : "OWNER [THRESHOLD]", n);
    if (!adds) {
        enum err e = need_prev_owner(d, request);

        if (e != OK)
            return e;
        f->prev = address_format(request->prev_owner);
        f->args[at++] = f->prev.s;
    }
    f->args[at++] = request->args[0];
    if (n == 2) {
        f->args[at++] = request->args[1];
    } else {
        struct u256 threshold = u256_from_u64(p->threshold);

        f->threshold = u256_format(&threshold);
        f->args[at++] = f->threshold.s;
    }
    request->args = f->args;
    request->num_args = at;
    return OK;
}

/* One argument, with the reliefs for roles and durations. */
static enum err parse_argument(struct diag *d, struct abi_value *out, const struct abi_type *t,
                               const char *name, const char *text, enum contract_kind kind)
{
    struct hash32 role;
    struct u256 seconds;
    uint64_t duration = 0;
    struct diag ignored = { 0 };

    if (kind == CONTRACT_TIMELOCK && strcmp(name, "role") == 0) {
        enum err e = timelock_role_parse(d, &role, text);

        if (e == OK)
            memcpy(out->word, role.b, sizeof(role.b));
        return e;
    }
    if (kind == CONTRACT_TIMELOCK && strcmp(name, "newDelay") == 0 &&
        duration_parse(&ignored, &duration, text) == OK) {
        seconds = u256_from_u64(duration);
        memcpy(out->word, seconds.be, sizeof(seconds.be));
        return OK;
    }
    return abi_value_parse(d, out, t, text);
}

/* The members of a struct, or the parameters of a function, one text each. */
static enum err parse_members(struct diag *d, struct abi_value *out, const struct abi_type *tuple,
                              const struct action_request *request, enum contract_kind kind)
{
    out->items = calloc(tuple->num_inner + 1, sizeof(*out->items));
    if (out->items == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    out->num_items = tuple->num_inner;
    for (size_t i = 0; i < tuple->num_inner; i++) {
        enum err e = parse_argument(d, &out->items[i], &tuple->inner[i], tuple->names[i],
                                    request->args[i], kind);

        if (e != OK)
            return diag_prefix(d, "%s: argument %zu (%s)", request->action, i + 1, tuple->names[i]);
    }
    return OK;
}

static enum err parse_arguments(struct diag *d, struct abi_value *out,
                                const struct abi_function *fn, const struct action_request *request,
                                enum contract_kind kind)
{
    const struct abi_type *params = &fn->params;
    struct buf signature;

    if (request->num_args == params->num_inner)
        return parse_members(d, out, params, request, kind);
    if (params->num_inner == 1 && params->inner[0].kind == ABI_TUPLE &&
        request->num_args == params->inner[0].num_inner) {
        out->items = calloc(1, sizeof(*out->items));
        if (out->items == NULL)
            return diag_set(d, ERR_NOMEM, "out of memory");
        out->num_items = 1;
        return parse_members(d, &out->items[0], &params->inner[0], request, kind);
    }
    buf_init(&signature, LIMIT_CALLDATA_BYTES);
    abi_signature_write(&signature, fn);
    (void)diag_set(d, ERR_USAGE, "%s: %.200s takes %zu argument%s, found %zu", request->action,
                   buf_str(&signature), params->num_inner, params->num_inner == 1 ? "" : "s",
                   request->num_args);
    buf_clear(&signature);
    return ERR_USAGE;
}

static enum err build_calldata(struct diag *d, struct call *out, const struct abi_function *fn,
                               const struct action_request *request, enum contract_kind kind)
{
    struct abi_value args = { 0 };
    struct buf data;
    enum err e = parse_arguments(d, &args, fn, request, kind);

    buf_init(&data, LIMIT_CALLDATA_BYTES);
    buf_add(&data, fn->selector, sizeof(fn->selector));
    if (e == OK)
        e = abi_encode(d, &data, &fn->params, &args);
    if (e == OK)
        e = buf_check(d, &data, "calldata");
    if (e == OK && (out->data = bytes_dup(data.data, data.len)) == NULL)
        e = diag_set(d, ERR_NOMEM, "out of memory");
    out->data_len = out->data != NULL ? data.len : 0;
    buf_clear(&data);
    abi_value_clear(&args);
    return e;
}

enum err action_build(struct diag *d, struct action_call *out, const struct profile *p,
                      const struct action_request *request)
{
    struct action_request full = *request;
    struct filled filled = { 0 };
    struct target target = { 0 };
    struct abi_function fn = { 0 };
    enum err e = ERR_INTERNAL;

    *out = (struct action_call){ 0 };
    if ((e = resolve_target(d, &target, p, request)) != OK)
        return e;
    if (target.kind == CONTRACT_SAFE && (e = fill_housekeeping(d, &full, &filled, p)) != OK)
        return e;
    if (request->value != NULL && (e = u256_parse(d, &out->call.value, request->value)) != OK)
        return diag_prefix(d, "%s: value", request->action);
    if ((e = find_function(d, &fn, &target, &full)) != OK)
        goto done;
    if ((e = build_calldata(d, &out->call, &fn, &full, target.kind)) != OK)
        goto done;
    out->call.to = target.address;
    out->owner = target.owner;
    out->ref.action = strdup(request->action);
    out->ref.contract = strdup(target.name);
    if (out->ref.action == NULL || out->ref.contract == NULL)
        e = diag_set(d, ERR_NOMEM, "out of memory");
done:
    abi_function_clear(&fn);
    if (e != OK)
        action_call_clear(out);
    return e;
}

static bool target_by_address(struct target *out, const struct profile *p, const struct address *a)
{
    const struct profile_contract *c = profile_contract_at(p, a);

    if (c != NULL)
        *out = contract_target(c);
    else if (address_eq(a, &p->safe.safe))
        *out = safe_target(p);
    else if (p->has_timelock && address_eq(a, &p->timelock))
        *out = timelock_target(p);
    else
        return false;
    return true;
}

enum err action_from_call(struct diag *d, struct action_call *out, const struct profile *p,
                          struct call *call)
{
    const struct contract_function *row = NULL;
    struct target target = { 0 };

    *out = (struct action_call){ .call = *call };
    *call = (struct call){ 0 }; /* moved */
    if (!target_by_address(&target, p, &out->call.to)) {
        list_contracts(d, p);
        return diag_set(d, ERR_USAGE, "%s is no contract of the profile",
                        address_format(&out->call.to).s);
    }
    if (out->call.data_len >= 4)
        row = contract_find(target.kind, out->call.data, NULL);
    out->owner = target.owner;
    out->ref.action = strdup(
        row != NULL && row->kind == target.kind && row->action != NULL ? row->action : "call");
    out->ref.contract = strdup(target.name);
    if (out->ref.action == NULL || out->ref.contract == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    return OK;
}
