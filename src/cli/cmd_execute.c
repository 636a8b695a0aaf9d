// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "src/base/u256.h"
#include "src/cli/commands.h"
#include "src/cli/execute.h"

/* execTransaction around the largest calldata, with every owner's signature. */
#define EXEC_MAX_BYTES (2 * LIMIT_CALLDATA_BYTES)

const struct hash32 *execution_hash(const struct execution *x)
{
    return &x->verification.subject.hashes.safe_tx;
}

static void execution_clear(struct execution *x)
{
    buf_clear(&x->calldata);
    signer_close(x->signer);
    chain_close(x->chain);
    json_free(x->effects);
    verification_clear(&x->verification);
    proposal_clear(&x->proposal);
    profile_free(x->profile);
}

static enum err parse_via(struct diag *d, enum execute_via *out, const struct args *a)
{
    const char *text = args_get(a, "via");

    *out = VIA_SAFE;
    if (text == NULL || strcmp(text, "safe") == 0)
        return OK;
    *out = VIA_TIMELOCK;
    if (strcmp(text, "timelock") == 0)
        return OK;
    return diag_set(d, ERR_USAGE, "--via: expected safe or timelock, found '%.32s'", text);
}

/* Families that say whether this is the SafeTx that owners signed: nothing less than a pass. */
static bool must_pass(const struct check *c)
{
    return c->required &&
           (strncmp(c->info->id, "tx.", 3) == 0 || strncmp(c->info->id, "sig.", 4) == 0);
}

/*
 * A check that failed stops the execution. Enough signatures are counted later, with what the
 * chain knows of them; evidence may be missing on the machine that only executes.
 */
static enum err judge(struct diag *d, const struct report *r)
{
    for (size_t i = 0; i < r->num_checks; i++) {
        const struct check *c = &r->checks[i];

        if (c->verdict != FAIL && (c->verdict == PASS || !must_pass(c)))
            continue;
        diag_hint(d, "'countersign verify' shows all checks of this proposal");
        return diag_set(d, ERR_MISMATCH, "%s: %s %s: %.400s", c->info->id, c->info->question,
                        verdict_name(c->verdict), buf_str(&c->detail));
    }
    return OK;
}

static enum err load(struct diag *d, struct execution *x)
{
    struct verify_options offline = { .now_s = clock_now_s() };
    enum err e = parse_via(d, &x->via, x->args);

    if (e == OK)
        e = open_profile(d, &x->profile, x->args);
    if (e == OK)
        e = proposal_load(d, &x->proposal, x->args->operands[0]);
    if (e == OK)
        e = verify_proposal(d, &x->verification, &x->proposal, x->profile, &offline, NULL, 0);
    if (e == OK)
        e = judge(d, &x->verification.report);
    if (e == OK && !x->verification.subject.hashes_ok)
        e = diag_set(d, ERR_UNSUPPORTED, "the hash of the SafeTx could not be computed");
    return e;
}

/* --- --print ---------------------------------------------------------------------------------- */

static enum err build_offline(struct diag *d, struct execution *x)
{
    const struct timelock_call *call = &x->verification.subject.timelock_call;
    const struct profile *p = x->profile;
    struct buf sigs;
    enum err e = ERR_INTERNAL;

    if (x->via == VIA_TIMELOCK) {
        if (call->method != TIMELOCK_SCHEDULE && call->method != TIMELOCK_EXECUTE)
            return diag_set(d, ERR_USAGE, "--via timelock: the proposal schedules no operation");
        x->to = x->proposal.tx.to;
        return timelock_execute_calldata(d, &x->calldata, &call->op);
    }
    x->to = p->safe.safe;
    buf_init(&sigs, EXEC_MAX_BYTES);
    e = execute_pack_signatures(d, &sigs, &x->proposal, execution_hash(x), p->owners, p->num_owners,
                                p->threshold, NULL);
    if (e == OK)
        e = safe_tx_exec_calldata(d, &x->calldata, &x->proposal.tx, sigs.data, sigs.len);
    buf_clear(&sigs);
    return e;
}

static enum err print_calldata(struct diag *d, struct execution *x)
{
    struct json *j = NULL;
    struct buf hex;
    enum err e = build_offline(d, x);

    if (e != OK)
        return e;
    if (args_json(x->args)) {
        j = json_new_object();
        json_set_int(j, "result", 0);
        json_set_u256(j, "chainId", &x->profile->chain_id);
        json_set_address(j, "to", &x->to);
        json_set_string(j, "value", "0");
        json_set_bytes(j, "data", x->calldata.data, x->calldata.len);
        json_set_hash(j, "safeTxHash", execution_hash(x));
        return common_answer(d, j);
    }
    buf_init(&hex, 2 * EXEC_MAX_BYTES + 2);
    buf_add_hex_0x(&hex, x->calldata.data, x->calldata.len);
    if ((e = buf_check(d, &hex, "calldata")) == OK) {
        term_printf("chain: %s\nto:    %s\nvalue: 0\ndata:  ", u256_format(&x->profile->chain_id).s,
                    address_format(&x->to).s);
        term_write(hex.data, hex.len);
        term_printf("\n");
    }
    buf_clear(&hex);
    return e;
}

/* --- sending ---------------------------------------------------------------------------------- */

static enum err answer(struct diag *d, struct execution *x)
{
    struct json *j = NULL;

    if (!args_json(x->args))
        return OK;
    j = json_new_object();
    json_set_int(j, "result", 0);
    json_set_hash(j, "safeTxHash", execution_hash(x));
    json_set_bool(j, "sent", x->sent);
    if (hash32_is_zero(&x->tx_hash))
        json_set_null(j, "transactionHash");
    else
        json_set_hash(j, "transactionHash", &x->tx_hash);
    json_set_int(j, "blockNumber", (int64_t)x->block.number);
    json_set(j, "effects", x->effects);
    x->effects = NULL; /* moved */
    return common_answer(d, j);
}

static enum err send(struct diag *d, struct execution *x)
{
    enum err e = common_chain(d, &x->chain, x->args, x->profile);

    if (e == OK)
        e = common_signer(d, &x->signer, x->args);
    if (e != OK)
        return e;
    if (!signer_signs_tx(x->signer)) {
        diag_hint(d, "'countersign execute --print' shows what that wallet has to send");
        return diag_set(d, ERR_UNSUPPORTED, "an external wallet sends its transactions by itself");
    }
    signer_address(x->signer, &x->sender);
    e = x->via == VIA_SAFE ? execute_prepare_safe(d, x) : execute_prepare_timelock(d, x);
    if (e == OK && !x->done)
        e = execute_send(d, x);
    if (e == OK)
        e = execute_confirm(d, x);
    return e == OK ? answer(d, x) : e;
}

static enum err run(struct diag *d, const struct args *a, int *exit_code)
{
    struct execution x = { .args = a };
    enum err e = ERR_INTERNAL;

    (void)exit_code;
    buf_init(&x.calldata, EXEC_MAX_BYTES);
    e = load(d, &x);
    if (e == OK && args_flag(a, "print"))
        e = print_calldata(d, &x);
    else if (e == OK)
        e = send(d, &x);
    execution_clear(&x);
    return e;
}

static const struct arg_option options[] = {
    { "via", "safe|timelock", "who is called; timelock: run a scheduled operation directly",
      false },
    { "print", NULL, "print target and calldata instead of sending; no network", false },
    OPTIONS_SIGNER,
    OPTION_RPC,
    { "max-fee", "WEI", "most to pay for one gas; default 1000000000000 (1000 gwei)", false },
    { "legacy", NULL, "for chains without EIP-1559: a gas price instead of fees", false },
    { "timeout", "SECONDS", "how long to wait for the receipt; default 180", false },
    OPTION_YES,
    OPTION_ACCEPT_PROFILE,
    OPTION_DEADLINE,
    OPTION_END,
};

const struct command cmd_execute = {
    .name = "execute",
    .operands = "PROPOSAL|-",
    .summary = "send a signed proposal to the chain and confirm what it did",
    .details = "Sends the Safe's execTransaction from the signer's account, which pays the gas\n"
               "and needs no rights. Success is ExecutionSuccess with our hash and the change\n"
               "itself, read back. Running it again after an interruption finds what was done\n"
               "and confirms it.",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
