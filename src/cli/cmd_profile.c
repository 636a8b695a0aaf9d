// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "safe/deployments.h"
#include "safe/profile.h"
#include "src/base/address.h"
#include "src/base/clock.h"
#include "src/base/json.h"
#include "src/base/term.h"
#include "src/base/u256.h"
#include "src/cli/commands.h"
#include "src/cli/common.h"

/* One line: a label, and text of the profile, which may hold anything. */
static void print_text(const char *label, const char *text)
{
    term_printf("%-12s", label);
    term_untrusted(text, strlen(text));
    term_printf("\n");
}

static void print_addresses(const char *label, const struct address *list, size_t num_list)
{
    for (size_t i = 0; i < num_list; i++)
        term_printf("%-12s%s\n", label, address_format(&list[i]).s);
}

static void print_chain(const struct profile *p)
{
    const char *slug = chain_slug(&p->chain_id);

    term_printf("%-12s%s%s%s%s\n", "chain", u256_format(&p->chain_id).s, slug != NULL ? " (" : "",
                slug != NULL ? slug : "", slug != NULL ? ")" : "");
    for (size_t i = 0; i < p->num_rpc_urls; i++) {
        struct buf host;

        buf_init(&host, 4096);
        profile_add_host(&host, p->rpc_urls[i]);
        print_text("  rpc", buf_str(&host));
        buf_clear(&host);
    }
}

static void print_safe(const struct profile *p)
{
    struct u256 threshold = u256_from_u64(p->threshold);
    const char *handler = "none";
    struct address_text text = address_format(&p->fallback_handler);

    if (!p->has_fallback_handler)
        handler = "none, or the one published with this version";
    else if (!address_is_zero(&p->fallback_handler))
        handler = text.s;
    term_printf("%-12s%s, version %s\n", "safe", address_format(&p->safe.safe).s, p->safe.version);
    term_printf("%-12s%s of %zu\n", "  threshold", u256_format(&threshold).s, p->num_owners);
    print_addresses("  owner", p->owners, p->num_owners);
    print_addresses("  delegate", p->delegates, p->num_delegates);
    print_addresses("  module", p->modules, p->num_modules);
    term_printf("%-12s%s\n", "  guard",
                address_is_zero(&p->guard) ? "none" : address_format(&p->guard).s);
    term_printf("%-12s%s\n", "  fallback", handler);
}

static void print_contracts(const struct profile *p)
{
    if (p->has_timelock)
        term_printf("%-12s%s, %s%s%sdelay %s\n", "timelock", address_format(&p->timelock).s,
                    p->timelock_release != NULL ? "release " : "",
                    p->timelock_release != NULL ? p->timelock_release : "",
                    p->timelock_release != NULL ? ", " : "",
                    duration_format(p->timelock_delay_s).s);
    for (size_t i = 0; i < p->num_contracts; i++) {
        const struct profile_contract *c = &p->contracts[i];

        term_printf("%-12s%s, %s", c->name, address_format(&c->address).s,
                    contract_kind_name(c->kind));
        if (c->release != NULL) {
            term_printf(" ");
            term_untrusted(c->release, strlen(c->release));
        }
        term_printf(", owned by the %s\n", c->owner == OWNER_TIMELOCK ? "timelock" : "Safe");
    }
}

static void print_places(const struct profile *p)
{
    if (p->git_repository != NULL)
        print_text("repository", p->git_repository);
    if (p->git_branch != NULL)
        print_text("  branch", p->git_branch);
    if (p->git_path != NULL)
        print_text("  path", p->git_path);
    if (p->git_clone != NULL)
        print_text("  clone", p->git_clone);
    if (p->git_signers_path != NULL)
        print_text("  signers", p->git_signers_path);
    print_text("queue", p->queue.kind == QUEUE_NONE ? "none" : p->queue.location);
}

static void print_list(const char *label, char *const *list, size_t num_list, const char *if_none)
{
    term_printf("%-12s", label);
    for (size_t i = 0; list != NULL && i < num_list; i++)
        term_printf("%s%s", i > 0 ? ", " : "", list[i]);
    term_printf("%s\n", num_list == 0 ? if_none : "");
}

static void print_policy(const struct profile *p)
{
    const struct profile_policy *policy = &p->policy;
    const char *separator = "";

    print_list("actions", policy->actions, policy->num_actions,
               policy->actions != NULL ? "none" : "all that change no control");
    term_printf("%-12s", "  changes");
    for (unsigned i = 0; i < NUM_PRIVILEGED_CHANGES; i++) {
        if ((policy->allowed_changes & 1U << i) == 0)
            continue;
        term_printf("%s%s", separator, privileged_change_name(1U << i));
        separator = ", ";
    }
    term_printf("%s\n", policy->allowed_changes == 0 ? "none" : "");
    term_printf("%-12s%s\n", "  expiry",
                policy->expiry_s > 0 ? duration_format(policy->expiry_s).s : "none");
    if (p->has_timelock)
        term_printf("%-12sat least %s", "  delay", duration_format(policy->min_delay_s).s);
    if (policy->max_delay_s > 0)
        term_printf(", at most %s", duration_format(policy->max_delay_s).s);
    if (p->has_timelock)
        term_printf("\n");
    term_printf("%-12s%s\n", "  git proof", policy->require_git ? "required" : "not required");
    if (policy->allow_value)
        term_printf("%-12scalls may carry ether\n", "  allowed");
    if (policy->allow_override_salt)
        term_printf("%-12sa salt that does not bind the evidence\n", "  allowed");
    if (policy->unattended_delegates)
        term_printf("%-12sdelegates sign without being asked\n", "  allowed");
    print_list("  required", policy->require, policy->num_require, "no further checks");
}

static enum err run(struct diag *d, const struct args *a, int *exit_code)
{
    const char *path = a->num_operands > 1 ? a->operands[1] : args_get(a, "profile");
    struct profile *p = NULL;
    enum err e = ERR_INTERNAL;

    (void)exit_code;
    if (strcmp(a->operands[0], "check") != 0)
        return diag_set(d, ERR_USAGE, "profile: expected check, found '%.32s'", a->operands[0]);
    if (a->num_operands > 1 && args_get(a, "profile") != NULL)
        return diag_set(d, ERR_USAGE, "profile: both --profile and '%.64s'", a->operands[1]);
    if ((e = profile_load(d, &p, path)) != OK)
        return e;
    if (args_json(a)) {
        e = common_answer(d, profile_json(p));
    } else if (!term_is_quiet()) {
        print_text("profile", p->name);
        print_chain(p);
        print_safe(p);
        print_contracts(p);
        print_places(p);
        print_policy(p);
    }
    profile_free(p);
    return e;
}

static const struct arg_option options[] = { OPTION_END };

const struct command cmd_profile = {
    .name = "profile",
    .operands = "check [FILE|-]",
    .summary = "read a profile strictly and show what it says",
    .details = "Nothing is compared with the chain: 'countersign verify --online' does that.",
    .options = options,
    .min_operands = 1,
    .max_operands = 2,
    .run = run,
};
