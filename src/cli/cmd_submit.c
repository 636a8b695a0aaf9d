// SPDX-License-Identifier: Apache-2.0
#include "src/cli/commands.h"
#include "src/cli/common.h"
#include "src/cli/common_queue.h"

static enum err run(struct diag *d, const struct args *a, int *exit_code)
{
    struct profile *profile = NULL;
    struct proposal p = { 0 };
    struct json *answer = NULL;
    enum err e = ERR_INTERNAL;

    (void)exit_code;
    if ((e = open_profile(d, &profile, a)) != OK ||
        (e = proposal_load(d, &p, a->operands[0])) != OK)
        goto done;
    if (args_json(a)) {
        answer = json_new_object();
        json_set_int(answer, "result", 0);
    }
    e = common_queue_submit(d, profile, &p, answer);
    if (e == OK && answer != NULL)
        e = common_write_json(d, answer, NULL);
done:
    json_free(answer);
    proposal_clear(&p);
    profile_free(profile);
    return e;
}

static const struct arg_option options[] = { OPTION_ACCEPT_PROFILE, OPTION_DEADLINE, OPTION_END };

const struct command cmd_submit = {
    .name = "submit",
    .operands = "PROPOSAL|-",
    .summary = "put a proposal and its signatures into the queue",
    .details = "The profile names the queue: a directory, or the Safe Transaction Service. Every\n"
               "signature must recover to an owner or delegate of the profile before anything is\n"
               "sent; afterwards the queue is read back. Repeating a submission changes nothing.",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
