// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_BATCH_H
#define SAFE_BATCH_H

#include <stddef.h>

#include "safe/action.h"

/*
 * Several actions from one file: a YAML list of actions, or a batch file of Safe's Transaction
 * Builder. docs/formats/batch.md has both.
 *
 *   - {action: add-device, contract: app, args: ["0x…"]}
 *   - {action: call, contract: gate, function: "setLimit(uint256)", args: ["3"], value: "0"}
 *   - {action: add-compose-hash}            # its hash is that of --app-compose
 */
struct batch {
    struct action_call *calls; /* owned */
    size_t num_calls;
};
/* All-zero is valid to clear. */
void batch_clear(struct batch *b);

/*
 * compose_hash stands in for the missing argument of an add-compose-hash; NULL if there is none.
 * A Transaction Builder file must name the profile's chain and, if it names a Safe, its Safe.
 * Errors name line and column, or the index of the transaction.
 */
MUST_CHECK enum err batch_parse(struct diag *d, struct batch *out, const struct profile *p,
                                const void *data, size_t data_len, const char *what,
                                const char *compose_hash);

/* The calls of a proposal as a Transaction Builder file, for people who use other wallets. */
struct json;
struct json *batch_to_builder_json(const struct profile *p, const struct call *calls,
                                   size_t num_calls);

#endif
