// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_STATUS_H
#define CLI_STATUS_H

#include "safe/execute.h"
#include "safe/queue.h"
#include "safe/timelock_chain.h"
#include "src/base/limits.h"
#include "src/cli/common.h"
#include "verify/checks.h"

/* Private to cmd_status.c and status_*.c: what `countersign status` found, and how it is shown. */

/* An entry of a contract's list that a proposal adds or removes, as it is now. */
struct status_entry {
    struct address contract;
    struct list_entry entry;
    bool listed;
};

struct status_item {
    struct proposal *proposal; /* borrowed; approvals on chain are added to its signatures */
    struct subject subject;
    const char *from;              /* "queue", or the path that was given */
    const struct queue_entry *row; /* borrowed; NULL for a file */
    struct address present[LIMIT_OWNERS], missing[LIMIT_OWNERS];
    size_t num_present, num_missing;
    size_t num_rivals;                /* other proposals with this nonce */
    struct timelock_status operation; /* if the SafeTx has one */
    struct status_entry *entries;     /* owned */
    size_t num_entries;
    struct buf next; /* who has to do what, in words */
};

/* All-zero is valid to clear. */
struct status {
    struct profile *profile;
    struct chain *chain;
    struct chain_safe_state safe;
    struct u256 min_delay; /* timelock */
    bool may_propose, may_execute, may_cancel, anybody_executes;
    struct queue *queue; /* NULL if the profile has none, or an unused one */
    bool queue_failed;   /* it could not be read: its proposals are missing here */
    bool all;            /* rows that nobody of the profile stands behind, too */
    size_t num_others;   /* such rows that are not shown */
    struct queue_entries queued;
    struct proposal *given; /* owned: operands */
    size_t num_given;
    struct status_item *items; /* owned */
    size_t num_items;
};

bool status_has_operation(const struct status_item *item);
/* Everything about one proposal; item->proposal and from are set. */
MUST_CHECK enum err status_read_item(struct diag *d, struct status *s, struct status_item *item);
void status_item_clear(struct status_item *item);

void status_print(const struct status *s);
struct json *status_json(const struct status *s);

#endif
