// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/term.h"
#include "src/base/u256.h"
#include "src/cli/commands.h"
#include "src/cli/common_queue.h"
#include "src/cli/status.h"

/* A directory keeps what was executed: that many nonces back are shown, for their operations. */
#define PAST_NONCES  32
#define MAX_OPERANDS 32

static void status_clear(struct status *s)
{
    for (size_t i = 0; i < s->num_items; i++)
        status_item_clear(&s->items[i]);
    free(s->items);
    for (size_t i = 0; i < s->num_given; i++)
        proposal_clear(&s->given[i]);
    free(s->given);
    queue_entries_clear(&s->queued);
    queue_close(s->queue);
    chain_close(s->chain);
    profile_free(s->profile);
}

static enum err read_timelock(struct diag *d, struct status *s)
{
    static const struct address everybody = { { 0 } };
    const struct address *timelock = &s->profile->timelock;
    const struct address *safe = &s->profile->safe.safe;
    struct hash32 executor;
    enum err e = OK;

    if (!s->profile->has_timelock)
        return OK;
    e = timelock_read_min_delay(d, s->chain, &s->min_delay, timelock);
    if (e == OK)
        e = timelock_may(d, s->chain, &s->may_propose, timelock, "proposer", safe);
    if (e == OK)
        e = timelock_may(d, s->chain, &s->may_execute, timelock, "executor", safe);
    if (e == OK)
        e = timelock_may(d, s->chain, &s->may_cancel, timelock, "canceller", safe);
    if (e == OK)
        e = timelock_role_parse(d, &executor, "executor");
    if (e == OK)
        e = timelock_read_role(d, s->chain, &s->anybody_executes, timelock, &executor, &everybody);
    return e;
}

/* Nothing was ever put into a directory that does not exist yet. */
static bool is_unused(const struct profile_queue *q)
{
    return q->kind == QUEUE_NONE || (q->kind == QUEUE_DIRECTORY && file_is_missing(q->location));
}

/* What is pending; from a directory also what was executed lately. */
static enum err read_queue(struct diag *d, struct status *s)
{
    struct u256 from = s->safe.nonce;
    uint64_t nonce = 0;
    enum err e = OK;

    if (is_unused(&s->profile->queue))
        return OK;
    if ((e = queue_open(d, &s->queue, s->profile)) != OK)
        return e;
    if (queue_kind_of(s->queue) == QUEUE_DIRECTORY && u256_to_u64(&from, &nonce))
        from = u256_from_u64(nonce > PAST_NONCES ? nonce - PAST_NONCES : 0);
    if ((e = queue_list(d, s->queue, &s->queued, &from)) == OK)
        common_queue_warn(s->queue);
    return e;
}

/* The rest is worth showing without the queue; the exit code then says that it is not all. */
static enum err try_queue(struct status *s)
{
    struct diag why = { 0 };
    enum err e = read_queue(&why, s);

    if (e == OK || e == ERR_NOMEM)
        return e;
    s->queue_failed = true;
    term_warning("the queue could not be read: %s", why.msg);
    return OK;
}

static enum err read_operands(struct diag *d, struct status *s, const struct args *a)
{
    if (a->num_operands == 0)
        return OK;
    s->given = calloc(a->num_operands, sizeof(*s->given));
    if (s->given == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < a->num_operands; i++) {
        enum err e = proposal_load(d, &s->given[i], a->operands[i]);

        if (e != OK)
            return e;
        s->num_given++;
    }
    return OK;
}

static bool is_shown(const struct status *s, const struct proposal *p)
{
    for (size_t i = 0; i < s->num_items; i++) {
        if (s->items[i].row != NULL && safe_tx_eq(&s->items[i].proposal->tx, &p->tx))
            return true;
    }
    return false;
}

static bool is_real(const struct status_item *item)
{
    return item->row == NULL || item->row->real;
}

/* What somebody of the profile stands behind first, then by nonce, then the most signed. */
static int compare_items(const void *a, const void *b)
{
    const struct status_item *x = a;
    const struct status_item *y = b;
    int order = (int)is_real(y) - (int)is_real(x);

    if (order == 0)
        order = u256_cmp(&x->proposal->tx.nonce, &y->proposal->tx.nonce);
    if (order == 0)
        order = (y->num_present > x->num_present) - (y->num_present < x->num_present);
    return order;
}

/* Anybody can put a row beside another: only those that somebody of the profile stands behind. */
static size_t count_rivals(const struct status *s, const struct proposal *p)
{
    size_t n = 0;

    for (size_t i = 0; i < s->queued.num_items; i++)
        n += s->queued.items[i].real && &s->queued.items[i].proposal != p &&
             u256_eq(&s->queued.items[i].proposal.tx.nonce, &p->tx.nonce) &&
             !safe_tx_eq(&s->queued.items[i].proposal.tx, &p->tx);
    return n;
}

static enum err add_item(struct diag *d, struct status *s, struct proposal *p, const char *from,
                         const struct queue_entry *row)
{
    struct status_item *item = &s->items[s->num_items++];

    item->proposal = p;
    item->from = from;
    item->row = row;
    item->num_rivals = count_rivals(s, p);
    return status_read_item(d, s, item);
}

static enum err read_items(struct diag *d, struct status *s, const struct args *a)
{
    size_t total = s->queued.num_items + s->num_given;
    enum err e = OK;

    if (total == 0)
        return OK;
    s->items = calloc(total, sizeof(*s->items));
    if (s->items == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    for (size_t i = 0; e == OK && i < s->queued.num_items; i++) {
        struct queue_entry *row = &s->queued.items[i];

        if (row->real || s->all)
            e = add_item(d, s, &row->proposal, "queue", row);
        else
            s->num_others++;
    }
    for (size_t i = 0; e == OK && i < s->num_given; i++) {
        if (!is_shown(s, &s->given[i]))
            e = add_item(d, s, &s->given[i], a->operands[i], NULL);
    }
    qsort(s->items, s->num_items, sizeof(*s->items), compare_items);
    return e;
}

static enum err read_all(struct diag *d, struct status *s, const struct args *a)
{
    enum err e = open_profile(d, &s->profile, a);

    if (e == OK)
        e = read_operands(d, s, a);
    if (e == OK)
        e = common_chain(d, &s->chain, a, s->profile);
    if (e == OK)
        e = chain_read_safe(d, s->chain, &s->safe, &s->profile->safe.safe);
    if (e == OK)
        e = read_timelock(d, s);
    if (e == OK && (e = try_queue(s)) != OK)
        e = diag_set(d, e, "out of memory");
    if (e == OK)
        e = read_items(d, s, a);
    if (e == OK)
        e = chain_confirm_block(d, s->chain);
    return e;
}

static enum err run(struct diag *d, const struct args *a, int *exit_code)
{
    struct status s = { .all = args_flag(a, "all") };
    enum err e = read_all(d, &s, a);

    *exit_code = s.queue_failed ? 2 : 0;
    if (e == OK && args_json(a))
        e = common_answer(d, status_json(&s));
    else if (e == OK)
        status_print(&s);
    status_clear(&s);
    return e;
}

static const struct arg_option options[] = {
    { "all", NULL, "also the queue's rows that nobody of the profile stands behind", false },
    OPTION_RPC,
    OPTION_ACCEPT_PROFILE,
    OPTION_DEADLINE,
    OPTION_END,
};

const struct command cmd_status = {
    .name = "status",
    .operands = "[PROPOSAL...]",
    .summary = "the Safe, the timelock, what is pending and who has to act next",
    .details =
        "Shows the queue's proposals and those given as files: signatures there and\n"
        "missing, the state of their timelock operations, and whether what they list is\n"
        "listed. Of a queue, that is what an owner signed, or what the service trusts and a\n"
        "delegate of the profile proposed; the rest, which anybody can post, is a number.",
    .options = options,
    .max_operands = MAX_OPERANDS,
    .run = run,
};
