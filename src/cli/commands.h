// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "src/cli/args.h"

/* The verbs, one file each: cmd_<verb>.c. The table in main.c lists them. */
extern const struct command cmd_hash;
extern const struct command cmd_decode;
extern const struct command cmd_timelock;
extern const struct command cmd_profile;
extern const struct command cmd_compose;
extern const struct command cmd_sigstore;
extern const struct command cmd_measure;
extern const struct command cmd_propose;
extern const struct command cmd_verify;
extern const struct command cmd_sign;
extern const struct command cmd_submit;
extern const struct command cmd_fetch;
extern const struct command cmd_delegate;
extern const struct command cmd_device;
extern const struct command cmd_execute;
extern const struct command cmd_status;
extern const struct command cmd_completion;
extern const struct command cmd_help;

/* All verbs in the order of the help, ends with NULL. */
extern const struct command *const commands[];

#endif
