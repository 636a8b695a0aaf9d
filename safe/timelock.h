// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_TIMELOCK_H
#define SAFE_TIMELOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/bytes.h"

/*
 * OpenZeppelin TimelockController, 3.3 to 5.x: operations, their ids and calldata. The id does not
 * cover delay, chain, timelock or proposer; whoever stores it stores those beside it.
 * Source: OpenZeppelin Contracts 4.9.6 and 5.4.0, TimelockController.sol.
 */

struct call {
    struct address to;
    struct u256 value; /* wei */
    uint8_t *data;     /* owned by the struct that holds the call */
    size_t data_len;
};
void call_clear(struct call *c);

/* All-zero is valid to clear. A batch of one has another id than a single operation. */
struct operation {
    bool batch;
    struct call *calls; /* owned; exactly 1 unless batch */
    size_t num_calls;
    struct hash32 predecessor;
    struct hash32 salt;
};
void operation_clear(struct operation *op);
MUST_CHECK enum err operation_copy(struct diag *d, struct operation *out,
                                   const struct operation *op);
MUST_CHECK enum err operation_add_call(struct diag *d, struct operation *op,
                                       const struct call *call);

MUST_CHECK enum err timelock_operation_id(struct diag *d, struct hash32 *out,
                                          const struct operation *op);

MUST_CHECK enum err timelock_schedule_calldata(struct diag *d, struct buf *out,
                                               const struct operation *op,
                                               const struct u256 *delay_s);
MUST_CHECK enum err timelock_execute_calldata(struct diag *d, struct buf *out,
                                              const struct operation *op);
void timelock_cancel_calldata(struct buf *out, const struct hash32 *id);

enum timelock_method { TIMELOCK_NONE = 0, TIMELOCK_SCHEDULE, TIMELOCK_EXECUTE, TIMELOCK_CANCEL };

/* What calldata to a timelock says; TIMELOCK_NONE (and OK) if it is none of the five methods. */
struct timelock_call {
    enum timelock_method method;
    struct operation op; /* schedule, execute */
    struct u256 delay_s; /* schedule */
    struct hash32 id;    /* all three; computed for schedule and execute */
};
void timelock_call_clear(struct timelock_call *c);
/* ERR_FORMAT for bytes that do not decode or are not canonical. */
MUST_CHECK enum err timelock_call_decode(struct diag *d, struct timelock_call *out,
                                         const uint8_t *data, size_t data_len);

enum timelock_state { TIMELOCK_UNSET, TIMELOCK_WAITING, TIMELOCK_READY, TIMELOCK_DONE };
const char *timelock_state_name(enum timelock_state s);
/* From the stored timestamp (getTimestamp) and the block's time: 0 unset, 1 done. */
enum timelock_state timelock_state_at(const struct u256 *timestamp, uint64_t now_s);

/* Role ids: keccak256 of the name. name is "PROPOSER_ROLE", "proposer", "0x…" or "admin". */
MUST_CHECK enum err timelock_role_parse(struct diag *d, struct hash32 *out, const char *name);
/* NULL if unknown. */
const char *timelock_role_name(const struct hash32 *role);

#endif
