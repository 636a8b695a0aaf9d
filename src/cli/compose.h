// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_COMPOSE_H
#define CLI_COMPOSE_H

#include "src/cli/args.h"

/* The longer subcommands of compose; operands[0] is the subcommand's name. */

MUST_CHECK enum err compose_run_render(struct diag *d, const struct args *a, int *exit_code);

#endif
