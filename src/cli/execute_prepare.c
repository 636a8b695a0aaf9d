// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <string.h>

#include "safe/timelock_chain.h"
#include "src/base/address.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "src/base/u256.h"
#include "src/cli/execute.h"

/* How far back an execution that happened before is looked for: a week of 12 second blocks. */
#define LOOK_BACK_BLOCKS 50000

static enum err check_version(struct diag *d, const struct execution *x,
                              const struct chain_safe_state *state)
{
    const char *ours = x->profile->safe.version;
    size_t n = strcspn(state->version, "+");

    if (n == strcspn(ours, "+") && strncmp(state->version, ours, n) == 0)
        return OK;
    return diag_set(d, ERR_MISMATCH, "the Safe is version '%.16s', the profile says %.16s",
                    state->version, ours);
}

/* The nonce is used up: was it by this SafeTx? */
static enum err find_execution(struct diag *d, struct execution *x,
                               const struct chain_safe_state *state)
{
    enum exec_outcome outcome = EXEC_UNKNOWN;
    struct chain_log_place place = { 0 };
    enum err e = execute_find(d, x->chain, &outcome, &place, &x->profile->safe.safe,
                              execution_hash(x), LOOK_BACK_BLOCKS);

    if (e != OK)
        return e;
    if (outcome == EXEC_FAILURE)
        return diag_set(d, ERR_MISMATCH,
                        "the SafeTx failed in transaction %s, and its nonce is used up",
                        hash32_format(&place.tx_hash).s);
    if (outcome != EXEC_SUCCESS)
        return diag_set(d, ERR_MISMATCH,
                        "nonce %s is used up (the Safe is at %s), and the last %d blocks do not "
                        "show that it was by this SafeTx",
                        u256_format(&x->proposal.tx.nonce).s, u256_format(&state->nonce).s,
                        LOOK_BACK_BLOCKS);
    x->tx_hash = place.tx_hash;
    x->done = true;
    if (!args_json(x->args))
        term_printf("executed before, in transaction %s\n", hash32_format(&x->tx_hash).s);
    return chain_block_at(d, x->chain, &x->block, place.block_number);
}

static enum err build_exec(struct diag *d, struct execution *x,
                           const struct chain_safe_state *state)
{
    const struct address *safe = &x->profile->safe.safe;
    struct buf sigs;
    enum err e = ERR_INTERNAL;

    buf_init(&sigs, LIMIT_CALLDATA_BYTES);
    e = execute_read_approvals(d, x->chain, &x->proposal, safe, execution_hash(x), state->owners,
                               state->num_owners);
    if (e == OK)
        e = execute_pack_signatures(d, &sigs, &x->proposal, execution_hash(x), state->owners,
                                    state->num_owners, state->threshold, &x->sender);
    if (e == OK)
        e = safe_tx_exec_calldata(d, &x->calldata, &x->proposal.tx, sigs.data, sigs.len);
    if (e == OK)
        e = execute_simulate(d, x->chain, &x->sender, safe, &x->proposal.tx, x->calldata.data,
                             x->calldata.len);
    buf_clear(&sigs);
    return e;
}

enum err execute_prepare_safe(struct diag *d, struct execution *x)
{
    const struct u256 *nonce = &x->proposal.tx.nonce;
    struct chain_safe_state state;
    enum err e = chain_read_safe(d, x->chain, &state, &x->profile->safe.safe);

    x->to = x->profile->safe.safe;
    if (e == OK)
        e = check_version(d, x, &state);
    if (e != OK)
        return e;
    if (u256_cmp(nonce, &state.nonce) < 0)
        return find_execution(d, x, &state);
    if (u256_cmp(nonce, &state.nonce) > 0)
        return diag_set(d, ERR_MISMATCH,
                        "nonce %s can not be executed yet: the Safe is at %s, other transactions "
                        "go first",
                        u256_format(nonce).s, u256_format(&state.nonce).s);
    e = execute_check_hash(d, x->chain, &x->to, &x->proposal.tx, execution_hash(x));
    return e == OK ? build_exec(d, x, &state) : e;
}

static enum err check_ready(struct diag *d, struct execution *x, const struct hash32 *id)
{
    struct timelock_status status;
    enum err e = timelock_read_status(d, x->chain, &status, &x->to, id);

    if (e != OK)
        return e;
    switch (status.state) {
    case TIMELOCK_READY:
        return OK;
    case TIMELOCK_DONE:
        x->done = true;
        x->block = chain_block(x->chain);
        if (!args_json(x->args))
            term_printf("operation %s was executed before\n", hash32_format(id).s);
        return OK;
    case TIMELOCK_WAITING:
        return diag_set(d, ERR_MISMATCH, "operation %s is not ready: %s left", hash32_format(id).s,
                        duration_format(status.left_s).s);
    case TIMELOCK_UNSET:
        break;
    }
    return diag_set(d, ERR_MISMATCH, "operation %s is not scheduled", hash32_format(id).s);
}

static enum err try_timelock(struct diag *d, struct execution *x)
{
    struct buf answer, words;
    bool reverted = false;
    enum err e = ERR_INTERNAL;

    buf_init(&answer, 64 * 1024);
    buf_init(&words, 4096);
    e = chain_try_call(d, x->chain, &answer, &reverted, &x->sender, &x->to, NULL, x->calldata.data,
                       x->calldata.len);
    if (e == OK && reverted) {
        chain_explain_revert(&words, answer.data, answer.len);
        e = diag_set(d, ERR_MISMATCH, "the timelock would revert: %.800s", buf_str(&words));
    }
    buf_clear(&answer);
    buf_clear(&words);
    return e;
}

enum err execute_prepare_timelock(struct diag *d, struct execution *x)
{
    const struct timelock_call *call = &x->verification.subject.timelock_call;
    bool may = false;
    enum err e = ERR_INTERNAL;

    if (call->method != TIMELOCK_SCHEDULE && call->method != TIMELOCK_EXECUTE)
        return diag_set(d, ERR_USAGE, "--via timelock: the proposal schedules no operation");
    x->to = x->proposal.tx.to;
    if ((e = check_ready(d, x, &call->id)) != OK || x->done)
        return e;
    if ((e = timelock_may(d, x->chain, &may, &x->to, "executor", &x->sender)) != OK)
        return e;
    if (!may)
        return diag_set(d, ERR_MISMATCH, "%s does not have the executor role of the timelock",
                        address_format(&x->sender).s);
    e = timelock_execute_calldata(d, &x->calldata, &call->op);
    return e == OK ? try_timelock(d, x) : e;
}
