// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/clock.h"
#include "src/base/secp.h"
#include "src/base/secret.h"
#include "src/base/term.h"
#include "src/cli/commands.h"
#include "src/cli/common.h"
#include "src/cli/common_queue.h"
#include "src/cli/device.h"

/* --- list ---------------------------------------------------------------------------------- */

static enum err answer_list(struct diag *d, const struct queue_delegate *items, size_t num_items)
{
    struct json *j = json_new_object();
    struct json *rows = json_new_array();

    for (size_t i = 0; i < num_items; i++) {
        struct json *row = json_new_object();

        json_set_address(row, "delegate", &items[i].delegate);
        json_set_address(row, "delegator", &items[i].delegator);
        json_set(row, "label", json_new_text(items[i].label, strlen(items[i].label)));
        json_append(rows, row);
    }
    json_set_int(j, "result", 0);
    json_set(j, "delegates", rows);
    return common_answer(d, j);
}

static void print_list(const struct queue_delegate *items, size_t num_items,
                       const struct profile *profile)
{
    for (size_t i = 0; i < num_items; i++) {
        term_printf("%s  by %s  ", address_format(&items[i].delegate).s,
                    address_format(&items[i].delegator).s);
        term_untrusted(items[i].label, strlen(items[i].label));
        if (!profile_is_delegate(profile, &items[i].delegate))
            term_printf("  (not in the profile)");
        if (!profile_is_owner(profile, &items[i].delegator))
            term_printf("  (the delegator is no owner in the profile)");
        term_printf("\n");
    }
    if (num_items == 0)
        term_printf("the service lists no delegates\n");
}

static enum err run_list(struct diag *d, const struct args *a, struct queue *q,
                         const struct profile *profile)
{
    struct queue_delegate *items = NULL;
    size_t num_items = 0;
    enum err e = queue_delegates(d, q, &items, &num_items);

    if (e == OK && args_json(a))
        e = answer_list(d, items, num_items);
    else if (e == OK)
        print_list(items, num_items, profile);
    free(items);
    return e;
}

/* --- add and remove ------------------------------------------------------------------------- */

static enum err sign(struct diag *d, struct sig65 *out, struct signer *s, const struct args *a,
                     const struct profile *profile, const struct address *delegate)
{
    struct typed_data typed;
    enum err e = OK;

    queue_delegate_typed_data(&typed, &profile->chain_id, delegate, clock_now_s());
    if (!args_json(a))
        e = device_preview_typed(d, s, &typed);
    return e == OK ? signer_sign_typed(d, s, out, &typed) : e;
}

struct change {
    bool removes;
    struct address delegate, delegator, account; /* account: who signs */
    const char *label;
};

static enum err read_change(struct diag *d, struct change *c, const struct args *a)
{
    const char *delegate = NULL;
    const char *delegator = args_get(a, "delegator");
    enum err e = args_require(d, &delegate, a, "delegate");

    c->removes = strcmp(a->operands[0], "remove") == 0;
    c->label = args_get(a, "label") != NULL ? args_get(a, "label") : "countersign";
    if (e != OK)
        return e;
    if (address_parse(d, &c->delegate, delegate) != OK)
        return diag_prefix(d, "--delegate");
    if (c->removes && args_flag(a, "label"))
        return diag_set(d, ERR_USAGE, "delegate remove: --label is for add");
    if (!c->removes && delegator != NULL)
        return diag_set(d, ERR_USAGE, "delegate add: the delegator is the one who signs");
    if (delegator != NULL && address_parse(d, &c->delegator, delegator) != OK)
        return diag_prefix(d, "--delegator");
    return OK;
}

/* An owner adds and removes; a delegate may remove itself, naming its delegator. */
static enum err check_account(struct diag *d, struct change *c, const struct args *a,
                              const struct profile *profile)
{
    if (!args_flag(a, "delegator"))
        c->delegator = c->account;
    if (!profile_is_owner(profile, &c->delegator))
        return diag_set(d, ERR_MISMATCH, "%s is no owner in the profile: it has no delegates",
                        address_format(&c->delegator).s);
    if (!address_eq(&c->account, &c->delegator) && !address_eq(&c->account, &c->delegate))
        return diag_set(d, ERR_MISMATCH,
                        "%s signs, but only the delegator or the delegate may remove",
                        address_format(&c->account).s);
    if (!c->removes && !profile_is_delegate(profile, &c->delegate))
        term_warning("the profile does not list %s as delegate: countersign will not submit for it",
                     address_format(&c->delegate).s);
    return OK;
}

static enum err answer_change(struct diag *d, const struct args *a, const struct change *c)
{
    struct json *j = NULL;

    if (!args_json(a)) {
        term_printf("%s delegate %s of %s (read back)\n", c->removes ? "removed" : "added",
                    address_format(&c->delegate).s, address_format(&c->delegator).s);
        return OK;
    }
    j = json_new_object();
    json_set_int(j, "result", 0);
    json_set_string(j, "change", c->removes ? "removed" : "added");
    json_set_address(j, "delegate", &c->delegate);
    json_set_address(j, "delegator", &c->delegator);
    return common_answer(d, j);
}

static enum err run_change(struct diag *d, const struct args *a, struct queue *q,
                           const struct profile *profile)
{
    struct change c = { .removes = false };
    struct signer *s = NULL;
    struct sig65 sig = { { 0 } };
    enum err e = ERR_INTERNAL;

    if (queue_kind_of(q) != QUEUE_SERVICE)
        return diag_set(d, ERR_UNSUPPORTED,
                        "a queue that is a directory has no delegates: the profile lists them");
    if ((e = read_change(d, &c, a)) != OK || (e = common_signer(d, &s, a)) != OK)
        goto done;
    signer_address(s, &c.account);
    if ((e = check_account(d, &c, a, profile)) != OK ||
        (e = sign(d, &sig, s, a, profile, &c.delegate)) != OK)
        goto done;
    if (c.removes)
        e = queue_delegate_remove(d, q, &c.delegate, &c.delegator, &sig);
    else
        e = queue_delegate_add(d, q, &c.delegate, &c.delegator, c.label, &sig);
    if (e == OK)
        e = answer_change(d, a, &c);
done:
    secret_wipe(&sig, sizeof(sig));
    signer_close(s);
    return e;
}

static enum err run(struct diag *d, const struct args *a, int *exit_code)
{
    const char *what = a->operands[0];
    bool lists = strcmp(what, "list") == 0;
    struct profile *profile = NULL;
    struct queue *q = NULL;
    enum err e = ERR_INTERNAL;

    (void)exit_code;
    if (!lists && strcmp(what, "add") != 0 && strcmp(what, "remove") != 0)
        return diag_set(d, ERR_USAGE, "delegate: expected list, add or remove, found '%.32s'",
                        what);
    if ((e = open_profile(d, &profile, a)) == OK && (e = queue_open(d, &q, profile)) == OK)
        e = lists ? run_list(d, a, q, profile) : run_change(d, a, q, profile);
    common_queue_warn(q);
    queue_close(q);
    profile_free(profile);
    return e;
}

static const struct arg_option options[] = {
    { "delegate", "ADDRESS", "add, remove: the account that may propose", false },
    { "delegator", "ADDRESS", "remove: the owner (default: the one who signs)", false },
    { "label", "TEXT", "add: a name for it, up to 50 characters (default: countersign)", false },
    OPTIONS_SIGNER_TYPED,
    OPTION_TYPED_DATA,
    OPTION_ACCEPT_PROFILE,
    OPTION_DEADLINE,
    OPTION_END,
};

const struct command cmd_delegate = {
    .name = "delegate",
    .operands = "list|add|remove",
    .summary = "accounts that may propose to the service for an owner",
    .details = "A delegate proposes and never confirms. The signature of add and remove names\n"
               "neither Safe nor action and is valid for up to two hours: it is never shown or\n"
               "stored.",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
