// SPDX-License-Identifier: Apache-2.0
#include "safe/proposal.h"
#include "src/cli/commands.h"
#include "src/cli/signing.h"

static const struct arg_option options[] = {
    SIGNING_OPTIONS,
    OPTION_TYPED_DATA,
    { "submit", NULL, "then put proposal and signature into the queue", false },
    OPTION_ACCEPT_PROFILE,
    OPTION_DEADLINE,
    OPTION_END,
};

static enum err run(struct diag *d, const struct args *a, int *exit_code)
{
    struct profile *profile = NULL;
    struct proposal p = { 0 };
    enum err e = open_profile(d, &profile, a);

    if (e == OK)
        e = proposal_load(d, &p, a->operands[0]);
    if (e == OK)
        e = signing_run(d, exit_code, &p, profile, a, a->operands[0]);
    proposal_clear(&p);
    profile_free(profile);
    return e;
}

const struct command cmd_sign = {
    .name = "sign",
    .operands = "PROPOSAL",
    .summary = "verify, review, sign, recover, save",
    .details = "Every check has to pass first. The signature is written into the proposal and\n"
               "into this machine's journal before anything is sent.",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
