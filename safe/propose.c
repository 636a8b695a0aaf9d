// SPDX-License-Identifier: Apache-2.0
#include "safe/propose.h"

#include <stdlib.h>
#include <string.h>

#include "safe/deployments.h"
#include "safe/multisend.h"
#include "src/base/limits.h"
#include "src/base/u256.h"

static enum err copy_actions(struct diag *d, struct proposal *out,
                             const struct propose_request *request)
{
    enum err e = OK;

    if (request->from != NULL) {
        for (size_t i = 0; e == OK && i < request->from->num_actions; i++)
            e = proposal_add_action(d, out, request->from->actions[i].action,
                                    request->from->actions[i].contract);
        return e;
    }
    for (size_t i = 0; e == OK && i < request->num_calls; i++)
        e = proposal_add_action(d, out, request->calls[i].ref.action,
                                request->calls[i].ref.contract);
    return e;
}

/* All calls are made by the same one: the Safe or the timelock. */
static enum err common_owner(struct diag *d, enum profile_owner *out,
                             const struct propose_request *request)
{
    if (request->num_calls == 0)
        return diag_set(d, ERR_USAGE, "nothing to propose: no call is given");
    if (request->num_calls > LIMIT_CALLS)
        return diag_set(d, ERR_LIMIT, "%zu calls, over the limit of %d", request->num_calls,
                        LIMIT_CALLS);
    *out = request->calls[0].owner;
    for (size_t i = 1; i < request->num_calls; i++) {
        if (request->calls[i].owner == *out)
            continue;
        diag_hint(d, "propose the Safe's own calls and the timelock's in two proposals");
        return diag_set(d, ERR_USAGE, "'%s' is called by the %s, '%s' by the %s",
                        request->calls[0].ref.contract, *out == OWNER_SAFE ? "Safe" : "timelock",
                        request->calls[i].ref.contract,
                        request->calls[i].owner == OWNER_SAFE ? "Safe" : "timelock");
    }
    return OK;
}

static enum err choose_step(struct diag *d, enum step *out, const struct profile *p,
                            const struct propose_request *request)
{
    enum profile_owner owner = OWNER_SAFE;
    enum err e = OK;

    *out = request->step;
    if (*out == STEP_REJECT && request->num_calls > 0)
        return diag_set(d, ERR_USAGE, "a rejection carries no action");
    if (*out == STEP_REJECT)
        return OK;
    if (*out == STEP_EXECUTE || *out == STEP_CANCEL) {
        if (request->from == NULL || request->num_calls > 0) {
            diag_hint(d, "--from PROPOSAL names it");
            return diag_set(d, ERR_USAGE,
                            "step %s takes its operation from the proposal that scheduled it, "
                            "and no action of its own",
                            step_name(*out));
        }
        return OK;
    }
    if (request->from != NULL)
        return diag_set(d, ERR_USAGE, "only the steps execute and cancel come from a proposal");
    if ((e = common_owner(d, &owner, request)) != OK)
        return e;
    if (*out == STEP_NONE)
        *out = owner == OWNER_TIMELOCK ? STEP_SCHEDULE : STEP_DIRECT;
    if (*out == STEP_SCHEDULE && !p->has_timelock)
        return diag_set(d, ERR_USAGE, "step schedule: the profile has no timelock");
    if (*out == STEP_SCHEDULE && owner != OWNER_TIMELOCK)
        return diag_set(d, ERR_USAGE, "step schedule: the Safe itself owns '%s'",
                        request->calls[0].ref.contract);
    if (*out == STEP_DIRECT && owner != OWNER_SAFE)
        return diag_set(d, ERR_USAGE, "step direct: the timelock owns '%s'",
                        request->calls[0].ref.contract);
    return OK;
}

/* context.json: what neither salt, id nor SafeTx hash bind by themselves. */
static enum err add_context(struct diag *d, struct proposal *out, const struct profile *p,
                            const struct propose_request *request)
{
    struct proposal_context c = {
        .chain_id = p->chain_id,
        .safe = p->safe.safe,
        .has_timelock = out->step == STEP_SCHEDULE,
        .nonce = request->nonce,
        .created_s = request->created_s,
        .actions = out->actions, /* borrowed: c is not cleared */
        .num_actions = out->num_actions,
    };
    struct buf text;
    enum err e = ERR_INTERNAL;

    if (c.has_timelock)
        c.timelock = p->timelock;
    if (request->git_commit != NULL) {
        c.git_commit = strdup(request->git_commit);
        c.git_path = strdup(request->git_path);
    }
    buf_init(&text, LIMIT_EVIDENCE_BYTES);
    if (request->git_commit != NULL && (c.git_commit == NULL || c.git_path == NULL))
        e = diag_set(d, ERR_NOMEM, "out of memory");
    else
        e = proposal_context_write(d, &text, &c);
    if (e == OK)
        e = proposal_add_file(d, out, EVIDENCE_CONTEXT, text.data, text.len);
    buf_clear(&text);
    free(c.git_commit);
    free(c.git_path);
    return e;
}

static enum err set_manifest(struct diag *d, struct proposal *out)
{
    struct buf manifest;
    enum err e = ERR_INTERNAL;

    buf_init(&manifest, LIMIT_EVIDENCE_BYTES);
    e = proposal_manifest(d, &manifest, out);
    if (e == OK && (out->claimed_manifest = strdup(buf_str(&manifest))) == NULL)
        e = diag_set(d, ERR_NOMEM, "out of memory");
    buf_clear(&manifest);
    return e;
}

/* The SafeTx's target and calldata; data is taken over as a copy. */
static enum err set_call(struct diag *d, struct proposal *out, const struct address *to,
                         const struct buf *data)
{
    enum err e = buf_check(d, data, "calldata");

    if (e != OK)
        return e;
    out->tx.to = *to;
    return safe_tx_set_data(d, &out->tx, data->data, data->len);
}

static enum err build_schedule(struct diag *d, struct proposal *out, const struct profile *p,
                               const struct propose_request *request)
{
    struct buf data;
    enum err e = OK;

    out->has_operation = true;
    out->timelock = p->timelock;
    out->delay_s = request->has_delay ? request->delay_s : u256_from_u64(p->timelock_delay_s);
    out->operation.batch = request->batch || request->num_calls > 1;
    out->operation.predecessor = request->predecessor;
    for (size_t i = 0; e == OK && i < request->num_calls; i++)
        e = operation_add_call(d, &out->operation, &request->calls[i].call);
    if (e != OK)
        return e;
    if (request->has_salt)
        out->operation.salt = request->salt;
    else if ((e = proposal_manifest_digest(d, &out->operation.salt, out)) != OK)
        return e;
    buf_init(&data, LIMIT_CALLDATA_BYTES);
    e = timelock_schedule_calldata(d, &data, &out->operation, &out->delay_s);
    if (e == OK)
        e = set_call(d, out, &p->timelock, &data);
    buf_clear(&data);
    return e;
}

/* Calls that the Safe makes itself, more than one: through MultiSendCallOnly. */
static enum err build_multisend(struct diag *d, struct proposal *out, const struct profile *p,
                                const struct propose_request *request)
{
    char version[SAFE_VERSION_LEN] = { 0 };
    const struct deployment *dep = NULL;
    struct buf packed;
    struct buf data;
    enum err e = ERR_INTERNAL;

    memcpy(version, p->safe.version, strcspn(p->safe.version, "+"));
    dep = deployment_by_name(version, "MultiSendCallOnly", 0);
    if (dep == NULL)
        return diag_set(d, ERR_UNSUPPORTED, "no MultiSendCallOnly is published for Safe %s",
                        version);
    buf_init(&packed, LIMIT_CALLDATA_BYTES);
    buf_init(&data, LIMIT_CALLDATA_BYTES);
    for (size_t i = 0; i < request->num_calls; i++) {
        const struct call *c = &request->calls[i].call;

        multisend_add(&packed, &(struct multisend_item){ .to = c->to,
                                                         .value = c->value,
                                                         .data = c->data,
                                                         .data_len = c->data_len });
    }
    e = multisend_calldata(d, &data, &packed);
    if (e == OK)
        e = set_call(d, out, &dep->address, &data);
    out->tx.operation = SAFE_DELEGATECALL;
    buf_clear(&data);
    buf_clear(&packed);
    return e;
}

static enum err build_direct(struct diag *d, struct proposal *out, const struct profile *p,
                             const struct propose_request *request)
{
    const struct call *only = &request->calls[0].call;

    if (request->num_calls > 1)
        return build_multisend(d, out, p, request);
    out->tx.to = only->to;
    out->tx.value = only->value;
    return safe_tx_set_data(d, &out->tx, only->data, only->data_len);
}

static enum err check_from(struct diag *d, const struct profile *p, const struct proposal *from)
{
    if (from->step != STEP_SCHEDULE || !from->has_operation)
        return diag_set(d, ERR_MISMATCH, "the given proposal does not schedule an operation");
    if (!p->has_timelock || !address_eq(&from->timelock, &p->timelock))
        return diag_set(d, ERR_MISMATCH, "the given proposal is for another timelock");
    if (!u256_eq(&from->domain.chain_id, &p->chain_id) ||
        !address_eq(&from->domain.safe, &p->safe.safe))
        return diag_set(d, ERR_MISMATCH, "the given proposal is for another Safe");
    return OK;
}

/* Execute or cancel what request->from scheduled, with its evidence. */
static enum err build_follow_up(struct diag *d, struct proposal *out, const struct profile *p,
                                const struct propose_request *request)
{
    const struct proposal *from = request->from;
    struct hash32 id;
    struct buf data;
    enum err e = check_from(d, p, from);

    for (size_t i = 0; e == OK && i < from->num_files; i++)
        e = proposal_add_file(d, out, from->files[i].name, from->files[i].data,
                              from->files[i].data_len);
    if (e == OK)
        e = operation_copy(d, &out->operation, &from->operation);
    if (e == OK)
        e = safe_tx_copy(d, &out->scheduled, &from->tx);
    if (e == OK)
        e = timelock_operation_id(d, &id, &out->operation);
    if (e != OK)
        return e;
    out->has_operation = true;
    out->has_scheduled = true;
    out->timelock = from->timelock;
    out->delay_s = from->delay_s;
    buf_init(&data, LIMIT_CALLDATA_BYTES);
    if (out->step == STEP_CANCEL)
        timelock_cancel_calldata(&data, &id);
    else
        e = timelock_execute_calldata(d, &data, &out->operation);
    if (e == OK)
        e = set_call(d, out, &p->timelock, &data);
    buf_clear(&data);
    return e;
}

static enum err build_step(struct diag *d, struct proposal *out, const struct profile *p,
                           const struct propose_request *request)
{
    enum err e = OK;

    if (out->step == STEP_EXECUTE || out->step == STEP_CANCEL) {
        e = build_follow_up(d, out, p, request);
        return e == OK ? set_manifest(d, out) : e;
    }
    if ((e = add_context(d, out, p, request)) != OK || (e = set_manifest(d, out)) != OK)
        return e;
    if (out->step == STEP_SCHEDULE)
        return build_schedule(d, out, p, request);
    if (out->step == STEP_DIRECT)
        return build_direct(d, out, p, request);
    out->tx.to = p->safe.safe; /* a rejection: nothing, from the Safe to itself */
    return OK;
}

enum err propose_build(struct diag *d, struct proposal *out, const struct profile *p,
                       const struct propose_request *request)
{
    enum err e = choose_step(d, &out->step, p, request);

    if (e != OK || (e = copy_actions(d, out, request)) != OK)
        return e;
    out->created_s = request->created_s;
    out->domain = p->safe;
    out->tx.nonce = request->nonce;
    if ((e = build_step(d, out, p, request)) != OK)
        return e;
    if (out->has_operation &&
        (e = timelock_operation_id(d, &out->claimed_operation_id, &out->operation)) != OK)
        return e;
    return safe_tx_hash(d, &out->claimed, &out->tx, &out->domain);
}
