// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/err.h"

/*
 * The command line. One table of verbs (main.c) drives dispatch, help and completion; one table of
 * options for each verb drives parsing. An option is "--name VALUE" or "--name=VALUE"; "--" ends
 * options; "-" is an operand. Unknown options and repeated single-value options are ERR_USAGE.
 */

struct arg_option {
    const char *name;    /* without the dashes */
    const char *metavar; /* NULL: a flag that takes no value */
    const char *help;
    bool repeat; /* may be given more than once */
};

struct args;

struct command {
    const char *name;
    const char *operands;             /* for the usage line: "FILE|-" */
    const char *summary;              /* one line, lower case */
    const char *details;              /* further help text, may be NULL */
    const struct arg_option *options; /* ends with a NULL name; common options are added */
    size_t min_operands, max_operands;
    /* *exit_code is 0 at the start; an error overrules it. */
    enum err (*run)(struct diag *d, const struct args *a, int *exit_code);
};

struct arg_value {
    const struct arg_option *option;
    const char *text; /* NULL for a flag */
};

struct args {
    const struct command *command;
    const struct arg_value *values;
    size_t num_values;
    const char *const *operands;
    size_t num_operands;
};

bool args_flag(const struct args *a, const char *name);
/* NULL if not given. */
const char *args_get(const struct args *a, const char *name);
/* The i-th value of a repeatable option; NULL behind the last. */
const char *args_get_nth(const struct args *a, const char *name, size_t i);
/* ERR_USAGE if it is not given. */
MUST_CHECK enum err args_require(struct diag *d, const char **out, const struct args *a,
                                 const char *name);
/* ERR_USAGE for an option that `allowed` ("form repo") does not name and that not every verb has:
 * it would be ignored in silence. sub: operand that chose. */
MUST_CHECK enum err args_check_sub(struct diag *d, const struct args *a, const char *sub,
                                   const char *allowed);
static inline bool args_json(const struct args *a)
{
    return args_flag(a, "json");
}

/* Parse argv behind the verb. The result borrows argv; free with args_free. */
MUST_CHECK enum err args_parse(struct diag *d, struct args *out, const struct command *command,
                               int argc, char **argv);
void args_free(struct args *a);
/* Whether --json is among the words behind the verb, also if they can not be parsed: an error is
 * then answered as JSON, too. */
bool args_ask_for_json(int argc, char *const *argv);
/* --profile, --json, --quiet, --color, --help; ends with a NULL name. */
extern const struct arg_option args_common_options[];

#endif
