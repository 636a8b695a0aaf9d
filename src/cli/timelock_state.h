// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_TIMELOCK_STATE_H
#define CLI_TIMELOCK_STATE_H

#include "src/cli/args.h"

/*
 * `timelock state ID|PROPOSAL`: what the profile's timelock says about an operation now. what is
 * an operation id or the path of a proposal. Uses --profile, --rpc and --json.
 */
MUST_CHECK enum err timelock_state_run(struct diag *d, const struct args *a, const char *what);

#endif
