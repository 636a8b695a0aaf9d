// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_EXECUTE_H
#define CLI_EXECUTE_H

#include "safe/execute.h"
#include "src/cli/common.h"
#include "verify/checks.h"

/* Private to cmd_execute.c and execute_*.c: one run of `countersign execute`. */

enum execute_via { VIA_SAFE, VIA_TIMELOCK };

/* All-zero is valid to clear. */
struct execution {
    const struct args *args;
    enum execute_via via;
    struct profile *profile;
    struct proposal proposal;
    struct verification verification; /* offline */
    struct chain *chain;
    struct signer *signer;
    struct address sender;

    struct address to; /* the Safe or the timelock */
    struct buf calldata;

    struct hash32 tx_hash;
    bool sent;                /* by this run; otherwise found on chain */
    bool done;                /* the chain shows that it took effect */
    struct chain_block block; /* that holds it */
    struct json *effects;     /* array of {"what","ok"}; owned */
};

/* Hash of the SafeTx, recomputed. */
const struct hash32 *execution_hash(const struct execution *x);

/*
 * Fill in to and calldata after all questions to the chain were answered well. *done is set, and
 * tx_hash and block if known, if the chain shows that it happened before.
 */
MUST_CHECK enum err execute_prepare_safe(struct diag *d, struct execution *x);
MUST_CHECK enum err execute_prepare_timelock(struct diag *d, struct execution *x);

/* Ask, sign, send, wait; the outcome must be a success. Sets tx_hash and block. */
MUST_CHECK enum err execute_send(struct diag *d, struct execution *x);

/*
 * Confirm on chain what the step should have done. Each effect goes to effects and to the terminal;
 * ERR_MISMATCH if one is missing.
 */
MUST_CHECK enum err execute_confirm(struct diag *d, struct execution *x);

#endif
