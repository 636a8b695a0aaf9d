// SPDX-License-Identifier: Apache-2.0
#include "src/cli/timelock_state.h"

#include <inttypes.h>
#include <string.h>

#include "safe/proposal.h"
#include "safe/timelock_chain.h"
#include "src/base/address.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/term.h"
#include "src/base/u256.h"
#include "src/cli/common.h"

/* The operation that a proposal's SafeTx schedules, executes or cancels: from its calldata. */
static enum err id_of_proposal(struct diag *d, struct hash32 *out, const struct profile *profile,
                               const char *path)
{
    struct proposal p = { 0 };
    struct timelock_call call = { 0 };
    enum err e = proposal_load(d, &p, path);

    if (e == OK && !address_eq(&p.tx.to, &profile->timelock))
        e = diag_set(d, ERR_MISMATCH, "the proposal calls %s, not the profile's timelock",
                     address_format(&p.tx.to).s);
    if (e == OK)
        e = timelock_call_decode(d, &call, p.tx.data, p.tx.data_len);
    if (e == OK && call.method == TIMELOCK_NONE)
        e = diag_set(d, ERR_MISMATCH, "the proposal has no operation");
    if (e == OK)
        *out = call.id;
    timelock_call_clear(&call);
    proposal_clear(&p);
    return e;
}

static enum err parse_id(struct diag *d, struct hash32 *out, const struct profile *profile,
                         const char *what)
{
    *out = (struct hash32){ { 0 } };
    if (!profile->has_timelock)
        return diag_set(d, ERR_USAGE, "the profile has no timelock");
    if (strncmp(what, "0x", 2) == 0)
        return hash32_parse(d, out, what);
    return id_of_proposal(d, out, profile, what);
}

static void print_text(const struct profile *p, const struct hash32 *id,
                       const struct timelock_status *s, const struct chain_block *b)
{
    uint64_t ready_s = 0;
    bool timed = (s->state == TIMELOCK_WAITING || s->state == TIMELOCK_READY) &&
                 u256_to_u64(&s->timestamp, &ready_s);

    if (term_is_quiet()) {
        term_printf("%s\n", timelock_state_name(s->state));
        return;
    }
    term_printf("operation: %s\ntimelock:  %s, chain %s\nstate:     %s\n", hash32_format(id).s,
                address_format(&p->timelock).s, u256_format(&p->chain_id).s,
                timelock_state_name(s->state));
    if (timed)
        term_printf("ready:     %s%s%s\n", clock_format_utc(ready_s).s,
                    s->state == TIMELOCK_WAITING ? ", in " : "",
                    s->state == TIMELOCK_WAITING ? duration_format(s->left_s).s : "");
    term_printf("block:     %" PRIu64 " of %s\n", b->number, clock_format_utc(b->time_s).s);
}

static struct json *state_json(const struct profile *p, const struct hash32 *id,
                               const struct timelock_status *s, const struct chain_block *b)
{
    struct json *j = json_new_object();
    struct json *block = json_new_object();

    json_set_int(j, "result", 0);
    json_set_u256(j, "chainId", &p->chain_id);
    json_set_address(j, "timelock", &p->timelock);
    json_set_hash(j, "operationId", id);
    json_set_string(j, "state", timelock_state_name(s->state));
    json_set_u256(j, "timestamp", &s->timestamp);
    json_set_int(j, "secondsLeft", (int64_t)s->left_s);
    json_set_int(block, "number", (int64_t)b->number);
    json_set_hash(block, "hash", &b->hash);
    json_set_int(block, "time", (int64_t)b->time_s);
    json_set(j, "block", block);
    return j;
}

enum err timelock_state_run(struct diag *d, const struct args *a, const char *what)
{
    struct profile *p = NULL;
    struct chain *c = NULL;
    struct timelock_status s;
    struct chain_block block;
    struct hash32 id;
    enum err e = open_profile(d, &p, a);

    if (e == OK)
        e = parse_id(d, &id, p, what);
    if (e == OK)
        e = common_chain(d, &c, a, p);
    if (e == OK)
        e = timelock_read_status(d, c, &s, &p->timelock, &id);
    if (e == OK) {
        block = chain_block(c);
        if (args_json(a))
            e = common_answer(d, state_json(p, &id, &s, &block));
        else
            print_text(p, &id, &s, &block);
    }
    chain_close(c);
    profile_free(p);
    return e;
}
