// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/u256.h"
#include "src/cli/status.h"

#define NEXT_MAX_BYTES (64 * (LIMIT_OWNERS + 4))

bool status_has_operation(const struct status_item *item)
{
    return item->subject.timelock_call.method != TIMELOCK_NONE;
}

void status_item_clear(struct status_item *item)
{
    subject_clear(&item->subject);
    free(item->entries);
    buf_clear(&item->next);
    *item = (struct status_item){ 0 };
}

static bool has_signed(const struct subject *s, const struct address *owner)
{
    for (size_t i = 0; i < s->proposal->num_signatures; i++) {
        struct diag ignored = { 0 };
        struct signature sig = { 0 };
        bool found = address_eq(&s->proposal->signatures[i].signer, owner) &&
                     sig_read(&ignored, &sig, s, i) == OK;

        signature_clear(&sig);
        if (found)
            return true;
    }
    return false;
}

static void count_signatures(const struct status *s, struct status_item *item)
{
    for (size_t i = 0; i < s->safe.num_owners; i++) {
        const struct address *owner = &s->safe.owners[i];

        if (has_signed(&item->subject, owner))
            item->present[item->num_present++] = *owner;
        else
            item->missing[item->num_missing++] = *owner;
    }
}

static enum err read_entries(struct diag *d, struct status *s, struct status_item *item)
{
    const struct subject *subject = &item->subject;

    if (subject->num_governed == 0)
        return OK;
    item->entries = calloc(subject->num_governed, sizeof(*item->entries));
    if (item->entries == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < subject->num_governed; i++) {
        struct status_entry *entry = &item->entries[item->num_entries];
        enum err e = OK;

        if (!node_list_entry(&entry->entry, subject->governed[i]))
            continue;
        entry->contract = subject->governed[i]->to;
        e = chain_get_bool(d, s->chain, &entry->listed, &entry->contract, entry->entry.getter,
                           &entry->entry.value, 1);
        if (e != OK)
            return e;
        item->num_entries++;
    }
    return OK;
}

/* The SafeTx is behind us: what is left to do is up to the timelock. */
static void next_after(struct status_item *item)
{
    const struct timelock_call *call = &item->subject.timelock_call;

    if (call->method != TIMELOCK_SCHEDULE) {
        buf_add_str(&item->next, "nothing: its nonce is used up");
        return;
    }
    switch (item->operation.state) {
    case TIMELOCK_WAITING:
        buf_addf(&item->next, "waiting %s for the timelock",
                 duration_format(item->operation.left_s).s);
        break;
    case TIMELOCK_READY:
        buf_add_str(&item->next, "ready: propose --step execute, or execute --via timelock");
        break;
    case TIMELOCK_DONE:
        buf_add_str(&item->next, "nothing: the operation is done");
        break;
    case TIMELOCK_UNSET:
        buf_add_str(&item->next, "nothing: its nonce is used up, and the operation is not "
                                 "scheduled (replaced or cancelled)");
        break;
    }
}

static void next_signatures(struct status_item *item, uint64_t needed)
{
    buf_addf(&item->next, "needs %llu more signature%s from: ", (unsigned long long)needed,
             needed == 1 ? "" : "s");
    for (size_t i = 0; i < item->num_missing; i++)
        buf_addf(&item->next, "%s%s", i > 0 ? ", " : "", address_format(&item->missing[i]).s);
}

/* The SafeTx would revert now, because its operation is not where the step wants it. */
static bool is_blocked(const struct status_item *item)
{
    enum timelock_state state = item->operation.state;

    switch (item->subject.timelock_call.method) {
    case TIMELOCK_SCHEDULE:
        return state != TIMELOCK_UNSET;
    case TIMELOCK_EXECUTE:
        return state != TIMELOCK_READY;
    case TIMELOCK_CANCEL:
        return state != TIMELOCK_WAITING && state != TIMELOCK_READY;
    case TIMELOCK_NONE:
        break;
    }
    return false;
}

static bool is_early(const struct status_item *item)
{
    return item->subject.timelock_call.method == TIMELOCK_EXECUTE &&
           item->operation.state == TIMELOCK_WAITING;
}

static void write_next(const struct status *s, struct status_item *item)
{
    int order = u256_cmp(&item->proposal->tx.nonce, &s->safe.nonce);

    if (order < 0)
        next_after(item);
    else if (item->num_present < s->safe.threshold)
        next_signatures(item, s->safe.threshold - item->num_present);
    else if (order > 0)
        buf_addf(&item->next, "signed; waits for nonce %s, the Safe is at %s",
                 u256_format(&item->proposal->tx.nonce).s, u256_format(&s->safe.nonce).s);
    else if (is_early(item))
        buf_addf(&item->next, "signed; waiting %s for the timelock",
                 duration_format(item->operation.left_s).s);
    else if (is_blocked(item))
        buf_addf(&item->next, "signed, but the operation is %s",
                 timelock_state_name(item->operation.state));
    else
        buf_add_str(&item->next, "ready to execute");
    if (order >= 0 && item->num_rivals > 0)
        buf_addf(&item->next, " (%zu other proposal%s for this nonce: only one can run)",
                 item->num_rivals, item->num_rivals == 1 ? "" : "s");
}

/* Approvals on chain count as signatures. */
static enum err read_approvals(struct diag *d, struct status *s, struct status_item *item)
{
    struct proposal *p = item->proposal;

    if (u256_cmp(&p->tx.nonce, &s->safe.nonce) < 0 || !item->subject.hashes_ok)
        return OK;
    return execute_read_approvals(d, s->chain, p, &s->profile->safe.safe,
                                  &item->subject.hashes.safe_tx, s->safe.owners,
                                  s->safe.num_owners);
}

enum err status_read_item(struct diag *d, struct status *s, struct status_item *item)
{
    struct verify_options options = { .now_s = chain_block(s->chain).time_s };
    const struct timelock_call *call = &item->subject.timelock_call;
    enum err e = subject_init(d, &item->subject, item->proposal, s->profile, &options);

    buf_init(&item->next, NEXT_MAX_BYTES);
    if (e == OK)
        e = read_approvals(d, s, item);
    if (e == OK && status_has_operation(item))
        e = timelock_read_status(d, s->chain, &item->operation, &item->proposal->tx.to, &call->id);
    if (e == OK)
        e = read_entries(d, s, item);
    if (e != OK)
        return e;
    count_signatures(s, item);
    write_next(s, item);
    return buf_check(d, &item->next, "status");
}
