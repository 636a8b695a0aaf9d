// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "src/base/term.h"
#include "src/cli/commands.h"

static void print_words(const struct arg_option *options)
{
    for (size_t i = 0; options != NULL && options[i].name != NULL; i++)
        term_printf(" --%s", options[i].name);
}

static void print_bash(void)
{
    term_printf("_countersign() {\n"
                "    local cur=${COMP_WORDS[COMP_CWORD]} words=\n"
                "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        words='");
    for (size_t i = 0; commands[i] != NULL; i++)
        term_printf("%s%s", i > 0 ? " " : "", commands[i]->name);
    term_printf("'\n    else\n        case ${COMP_WORDS[1]} in\n");
    for (size_t i = 0; commands[i] != NULL; i++) {
        term_printf("        %s) words='", commands[i]->name);
        print_words(commands[i]->options);
        print_words(args_common_options);
        term_printf("' ;;\n");
    }
    term_printf("        esac\n    fi\n"
                "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
                "    if [ ${#COMPREPLY[@]} -eq 0 ]; then\n"
                "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n    fi\n"
                "}\ncomplete -o filenames -F _countersign countersign\n");
}

static enum err run(struct diag *d, const struct args *a, int *exit_code)
{
    (void)exit_code;
    if (strcmp(a->operands[0], "bash") != 0)
        return diag_set(d, ERR_USAGE, "completion: expected bash, found '%.32s'", a->operands[0]);
    print_bash();
    return OK;
}

const struct command cmd_completion = {
    .name = "completion",
    .operands = "bash",
    .summary = "print a completion script for a shell",
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
