// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "safe/deployments.h"
#include "safe/profile.h"
#include "src/base/address.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/term.h"
#include "src/base/u256.h"
#include "src/cli/commands.h"
#include "src/cli/common.h"
#include "src/cli/open_profile.h"
#include "src/cli/profile_advice.h"

#define LABEL_COLUMNS 12

/* A label, and text of the profile, which may hold anything. */
static void print_text(const char *label, const char *text)
{
    struct buf plain;

    buf_init(&plain, 64 * 1024);
    buf_add_untrusted(&plain, text, strlen(text));
    term_printf("%-12s", label);
    term_wrapped(LABEL_COLUMNS, LABEL_COLUMNS, buf_str(&plain));
    buf_clear(&plain);
}

static void print_line(const char *label, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void print_line(const char *label, const char *fmt, ...)
{
    char text[1024];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    print_text(label, text);
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
    if (p->min_endpoints > 1)
        print_line("  endpoints", "at least %llu hosts have to agree",
                   (unsigned long long)p->min_endpoints);
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
        print_line("timelock", "%s, %s%s%sdelay %s", address_format(&p->timelock).s,
                   p->timelock_release != NULL ? "release " : "",
                   p->timelock_release != NULL ? p->timelock_release : "",
                   p->timelock_release != NULL ? ", " : "", duration_format(p->timelock_delay_s).s);
    for (size_t i = 0; i < p->num_contracts; i++) {
        const struct profile_contract *c = &p->contracts[i];

        print_line(c->name, "%s, %s%s%s, owned by the %s", address_format(&c->address).s,
                   contract_kind_name(c->kind), c->release != NULL ? " " : "",
                   c->release != NULL ? c->release : "",
                   c->owner == OWNER_TIMELOCK ? "timelock" : "Safe");
    }
}

static void print_git(const struct profile *p)
{
    const struct {
        const char *label, *text;
    } rows[] = {
        { "  branch", p->git_branch },
        { "  path", p->git_path },
        { "  clone", p->git_clone },
        { "  signers", p->git_signers_path },
    };
    bool any = p->git_repository != NULL;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        any = any || rows[i].text != NULL;
    if (any)
        print_text("repository", p->git_repository != NULL ? p->git_repository : "not named");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].text != NULL)
            print_text(rows[i].label, rows[i].text);
    }
}

static void print_compose(const struct profile *p)
{
    const struct profile_compose *c = &p->compose;

    if (!c->given)
        return;
    print_line("compose", "form %s, final newlines %s", compose_form_name(c->form),
               c->strip_newlines ? "stripped" : "kept");
    for (size_t i = 0; i < c->num_substitutions; i++) {
        const struct profile_substitution *s = &c->substitutions[i];

        print_line("  replaced", "%.200s by %s%.600s", s->placeholder,
                   s->image != NULL ? "a digest of " : "", s->image != NULL ? s->image : s->value);
    }
    for (size_t i = 0; i < c->num_additions; i++)
        print_line("  addition", "%.200s, by %.200s %.200s", c->additions[i].field,
                   c->additions[i].by, c->additions[i].version);
}

static void print_image(const struct profile_image *image)
{
    const struct {
        const char *label, *text;
    } rows[] = {
        { "  issuer", image->issuer },     { "  identity", image->identity },
        { "  source", image->repository }, { "  ref", image->ref },
        { "  trigger", image->trigger },   { "  runner", image->runner },
        { "  key", image->key_path },
    };

    print_text("image", image->pattern);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].text != NULL)
            print_text(rows[i].label, rows[i].text);
    }
    if (image->key_path == NULL)
        print_text("  commit", image->same_commit ? "that of the compose file" : "any");
    if (image->max_age_s > 0)
        print_line("  age", "at most %s", duration_format(image->max_age_s).s);
    if (image->not_before_s > 0)
        print_line("  signed", "not before %s", clock_format_utc(image->not_before_s).s);
}

static void print_images(const struct profile *p)
{
    if (!p->images.given) {
        print_text("images", "who built them is not checked");
        return;
    }
    print_text("root",
               p->images.root_path != NULL ? p->images.root_path : "the one that is shipped");
    if (p->images.root_pinned)
        print_text("  SHA-256", hash32_format(&p->images.root_sha256).s + 2);
    for (size_t i = 0; i < p->images.num_policies; i++)
        print_image(&p->images.policies[i]);
}

static void print_places(const struct profile *p)
{
    print_git(p);
    print_compose(p);
    print_images(p);
    print_text("queue", p->queue.kind == QUEUE_NONE ? "none" : p->queue.location);
}

static void print_list(const char *label, char *const *list, size_t num_list, const char *if_none)
{
    struct buf text;

    buf_init(&text, 64 * 1024);
    for (size_t i = 0; list != NULL && i < num_list; i++)
        buf_addf(&text, "%s%s", i > 0 ? ", " : "", list[i]);
    print_text(label, num_list == 0 ? if_none : buf_str(&text));
    buf_clear(&text);
}

static void print_bits(const char *label, unsigned bits, unsigned num_bits,
                       const char *(*name)(unsigned bit))
{
    struct buf text;

    buf_init(&text, 1024);
    for (unsigned i = 0; i < num_bits; i++) {
        if ((bits & 1U << i) != 0)
            buf_addf(&text, "%s%s", text.len > 0 ? ", " : "", name(1U << i));
    }
    print_text(label, bits == 0 ? "none" : buf_str(&text));
    buf_clear(&text);
}

static void print_policy(const struct profile *p)
{
    const struct profile_policy *policy = &p->policy;

    print_list("actions", policy->actions, policy->num_actions,
               policy->actions != NULL ? "none" : "all that change no control");
    print_bits("  changes", policy->allowed_changes, NUM_PRIVILEGED_CHANGES,
               privileged_change_name);
    print_bits("  unproved", policy->unproved, NUM_UNPROVED, unproved_name);
    term_printf("%-12s%s\n", "  expiry",
                policy->expiry_s > 0 ? duration_format(policy->expiry_s).s : "none");
    if (p->has_timelock)
        term_printf("%-12sat least %s", "  delay", duration_format(policy->min_delay_s).s);
    if (policy->max_delay_s > 0)
        term_printf(", at most %s", duration_format(policy->max_delay_s).s);
    if (p->has_timelock)
        term_printf("\n");
    term_printf("%-12s%s\n", "  git proof", policy->require_git ? "required" : "not required");
    if (policy->max_commit_age_s > 0)
        print_line("  commits", "at most %s old", duration_format(policy->max_commit_age_s).s);
    if (policy->allow_value)
        term_printf("%-12scalls may carry ether\n", "  allowed");
    if (policy->allow_override_salt)
        term_printf("%-12sa salt that does not bind the evidence\n", "  allowed");
    if (policy->unattended_delegates)
        term_printf("%-12sdelegates sign without being asked\n", "  allowed");
    for (size_t i = 0; i < policy->num_scripts; i++)
        print_text("  script", policy->scripts[i]);
    print_list("  may do", policy->compose_allow, policy->num_compose_allow, "nothing dangerous");
    print_list("  variables", policy->allowed_envs, policy->num_allowed_envs,
               "none that decides what code runs");
    print_list("  required", policy->require, policy->num_require, "no further checks");
}

/* What signers compare, and of what it is made. */
static void print_identity(const struct profile *p)
{
    print_text("SHA-256", hash32_format(&p->sha256).s + 2);
    for (size_t i = 0; i < p->num_files; i++)
        print_line("  with", "%.300s, SHA-256 %s", p->files[i].path,
                   hash32_format(&p->files[i].sha256).s + 2);
}

void profile_print(const struct profile *p)
{
    print_text("profile", p->name);
    print_identity(p);
    print_chain(p);
    print_safe(p);
    print_contracts(p);
    print_places(p);
    print_policy(p);
}

static enum err check(struct diag *d, const struct args *a, const char *path)
{
    struct profile *p = NULL;
    enum err e = ERR_INTERNAL;

    if (args_get(a, "accept-profile") != NULL)
        return diag_set(d, ERR_USAGE, "profile check: takes no --accept-profile");
    if ((e = profile_load(d, &p, path)) != OK)
        return e;
    if (args_json(a))
        e = common_answer(d, profile_json(p));
    else if (!term_is_quiet())
        profile_print(p);
    if (e == OK && !term_is_quiet())
        e = profile_advise(d, p);
    profile_free(p);
    return e;
}

static enum err accept(struct diag *d, const struct args *a, const char *path)
{
    struct profile *p = NULL;
    bool known = false;
    enum err e = open_profile_accept(d, &p, &known, a, path);

    if (e != OK)
        return e;
    if (args_json(a)) {
        struct json *j = profile_json(p);

        json_set_bool(j, "acceptedBefore", known);
        e = common_answer(d, j);
    } else if (!term_is_quiet()) {
        term_printf("%s for Safe %s on chain %s: %s, SHA-256 %s\n",
                    known ? "accepted before" : "accepted", address_format(&p->safe.safe).s,
                    u256_format(&p->chain_id).s, p->name, hash32_format(&p->sha256).s + 2);
    }
    profile_free(p);
    return e;
}

static enum err run(struct diag *d, const struct args *a, int *exit_code)
{
    const char *path = a->num_operands > 1 ? a->operands[1] : args_get(a, "profile");
    const char *what = a->operands[0];

    (void)exit_code;
    if (a->num_operands > 1 && args_get(a, "profile") != NULL)
        return diag_set(d, ERR_USAGE, "profile: both --profile and '%.64s'", a->operands[1]);
    if (strcmp(what, "check") == 0)
        return check(d, a, path);
    if (strcmp(what, "accept") == 0)
        return accept(d, a, path);
    return diag_set(d, ERR_USAGE, "profile: expected check or accept, found '%.32s'", what);
}

static const struct arg_option options[] = { OPTION_ACCEPT_PROFILE, OPTION_END };

const struct command cmd_profile = {
    .name = "profile",
    .operands = "check|accept [FILE|-]",
    .summary = "read a profile strictly and show it; accept it for its Safe",
    .details = "check   shows what the profile says, and the SHA-256 that signers compare.\n"
               "accept  shows it, or what changed since it was accepted, and asks; the answer is\n"
               "        remembered on this machine. Without a terminal: --accept-profile.\n"
               "\n"
               "Nothing is compared with the chain: 'countersign verify --online' does that.",
    .options = options,
    .min_operands = 1,
    .max_operands = 2,
    .run = run,
};
