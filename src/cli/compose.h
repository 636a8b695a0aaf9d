// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_COMPOSE_H
#define CLI_COMPOSE_H

#include "safe/proposal.h"
#include "src/cli/args.h"

/* The longer subcommands of compose; operands[0] is the subcommand's name. */

MUST_CHECK enum err compose_run_render(struct diag *d, const struct args *a, int *exit_code);
MUST_CHECK enum err compose_run_explain(struct diag *d, const struct args *a, int *exit_code);
MUST_CHECK enum err compose_run_diff(struct diag *d, const struct args *a, int *exit_code);

/*
 * The app-compose in a file: the file itself, or the evidence of a proposal that it is. Clear both
 * with app_file_clear; all-zero is valid to clear.
 */
struct app_file {
    struct buf file;
    struct proposal proposal; /* all-zero if it is none */
    const void *app;          /* borrowed from one of them */
    size_t app_len;
};
void app_file_clear(struct app_file *f);
MUST_CHECK enum err app_file_read(struct diag *d, struct app_file *out, const char *path);

#endif
