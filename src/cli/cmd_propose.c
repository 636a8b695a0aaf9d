// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "safe/batch.h"
#include "safe/propose.h"
#include "safe/queue.h"
#include "safe/safe_tx_json.h"
#include "src/base/address.h"
#include "src/base/clock.h"
#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "src/base/u256.h"
#include "src/cli/commands.h"
#include "src/cli/common.h"
#include "src/cli/common_queue.h"
#include "src/cli/measured.h"
#include "src/cli/propose_check.h"
#include "src/cli/signing.h"
#include "verify/collect.h"
#include "verify/collect_images.h"

static const struct arg_option options[] = {
    { "contract", "NAME", "contract of the profile (if several have the action)", false },
    { "app-compose", "FILE", "add-compose-hash: the app-compose.json that will be measured",
      false },
    { "previous", "FILE", "the app-compose that is whitelisted now, for the diff", false },
    { "repo", "DIR", "git repository with the compose file", false },
    { "commit", "REV", "commit that holds it", false },
    { "path", "FILE", "its path in the commit (default: the profile's)", false },
    OPTION_IMAGE_DIR,
    OPTION_UNLISTED,
    { "measurement", "FILE", "quote and event log of a CVM; repeatable", true },
    { "attestations", "DIR", "signatures of the images: sha256-DIGEST.sigstore.json ...", false },
    { "fetch-attestations", NULL, "with --online: those that DIR lacks, from the registries",
      false },
    { "value", "WEI", "ether that the call carries", false },
    { "prev-owner", "ADDRESS", "remove-owner, swap-owner: predecessor in the Safe's list", false },
    { "step", "STEP", "schedule, execute, cancel, direct or reject", false },
    { "from", "PROPOSAL", "execute, cancel: the proposal that scheduled the operation", false },
    { "nonce", "N", "nonce of the SafeTx", false },
    { "delay", "TIME", "schedule: seconds, or 36h, 2d (default: the profile's)", false },
    { "predecessor", "ID", "schedule: operation that must be done before", false },
    { "salt", "HASH", "schedule: instead of the digest of the evidence", false },
    { "created", "TIME", "now, seconds, or 2026-11-21T08:00:00Z (default: the commit's time)",
      false },
    { "out", "FILE", "where the proposal goes (default: standard output)", false },
    { "typed-data", "FILE", "also write EIP-712 typed data for another wallet", false },
    { "transaction-builder", "FILE", "also write a Safe Transaction Builder batch", false },
    OPTION_ONLINE,
    OPTION_RPC,
    { "submit", NULL, "put it into the queue (signed, if --signer is given)", false },
    SIGNING_OPTIONS,
    OPTION_ACCEPT_PROFILE,
    OPTION_DEADLINE,
    OPTION_END,
};

/* Everything that run() holds. */
struct work {
    const struct args *args;
    struct profile *profile;
    struct chain *chain; /* --online */
    struct chain_safe_state *state;
    struct proposal from;
    struct proposal proposal;
    struct collected collected;
    struct hash32_text compose_hash; /* "" without --app-compose */
    uint64_t latest_signed_s;        /* of the images; 0 without signatures */
    struct measured_arguments measured;
    struct batch batch;
    struct address prev_owner;
    struct propose_request request;
};

static void work_clear(struct work *w)
{
    batch_clear(&w->batch);
    proposal_clear(&w->from);
    proposal_clear(&w->proposal);
    free(w->state);
    chain_close(w->chain);
    profile_free(w->profile);
}

static enum err read_chain(struct diag *d, struct work *w)
{
    enum err e = OK;

    if (!args_flag(w->args, "online"))
        return OK;
    if ((w->state = calloc(1, sizeof(*w->state))) == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    if ((e = common_chain(d, &w->chain, w->args, w->profile)) != OK)
        return e;
    return chain_read_safe(d, w->chain, w->state, &w->profile->safe.safe);
}

static enum err collect(struct diag *d, struct work *w)
{
    const struct args *a = w->args;
    struct collect_request r = { args_get(a, "app-compose"), args_get(a, "repo"),
                                 args_get(a, "commit"),      args_get(a, "path"),
                                 args_get(a, "previous"),    NULL };
    struct diag missing = { 0 };
    enum err e = OK;

    if (r.app_compose == NULL) {
        if (r.repo != NULL || r.commit != NULL || r.path != NULL || r.previous != NULL)
            return diag_set(d, ERR_USAGE,
                            "--repo, --commit, --path and --previous go with --app-compose");
        return OK;
    }
    if (r.path == NULL && r.repo != NULL)
        r.path = w->profile->git_path;
    if ((r.repo == NULL) != (r.commit == NULL) || (r.repo != NULL && r.path == NULL))
        return diag_set(d, ERR_USAGE, "--repo, --commit and --path go together");
    if (r.repo == NULL && w->profile->policy.require_git)
        return diag_set(d, ERR_USAGE,
                        "the policy asks for the commit: give --repo, --commit, --path");
    if (w->profile->compose.given)
        r.compose = &w->profile->compose;
    if (r.repo == NULL && r.compose != NULL)
        return diag_set(d, ERR_USAGE,
                        "the profile makes the compose file from a template in git: give --repo, "
                        "--commit, --path");
    if ((e = collect_compose(d, &w->collected, &w->proposal, &r)) != OK)
        return e;
    w->compose_hash = hash32_format(&w->collected.compose_hash);
    if (r.repo == NULL)
        return OK;
    w->request.git_commit = w->collected.commit;
    w->request.git_path = r.path;
    e = collect_branch(d, &missing, &w->proposal, w->profile, r.repo, w->collected.commit);
    if (e == OK && missing.code != OK)
        term_warning("no proof of the branch: %s", missing.msg);
    return e;
}

/* Signatures of the images, if the profile says who may sign them. */
static enum err collect_signatures(struct diag *d, struct work *w)
{
    struct collect_images_request r = { w->profile, w->request.git_commit,
                                        args_get(w->args, "attestations"),
                                        args_flag(w->args, "fetch-attestations") };
    bool given = r.dir != NULL || r.fetch;

    if (given && (!w->profile->images.given || w->compose_hash.s[0] == '\0'))
        return diag_set(d, ERR_USAGE,
                        "attestations go with --app-compose and a profile that has 'images'");
    if (r.fetch && !args_flag(w->args, "online"))
        return diag_set(d, ERR_USAGE, "--fetch-attestations asks the registries: add --online");
    if (!w->profile->images.given || w->compose_hash.s[0] == '\0')
        return OK;
    if (!given)
        return diag_set(d, ERR_USAGE,
                        "the profile asks who signed the images: give --attestations DIR, or "
                        "--online --fetch-attestations");
    return collect_images(d, &w->latest_signed_s, &w->proposal, &r);
}

static enum err parse_batch_file(struct diag *d, struct work *w, const char *path)
{
    struct buf text;
    enum err e = ERR_INTERNAL;

    buf_init(&text, LIMIT_YAML_BYTES);
    e = file_read(d, &text, path);
    if (e == OK)
        e = batch_parse(d, &w->batch, w->profile, text.data, text.len, path,
                        w->compose_hash.s[0] != '\0' ? w->compose_hash.s : NULL);
    buf_clear(&text);
    w->request.batch = true;
    return e;
}

/* remove-owner and swap-owner: who stands before the owner in the contract's linked list. */
static enum err find_prev_owner(struct diag *d, struct work *w, struct action_request *r)
{
    const char *text = args_get(w->args, "prev-owner");
    const struct address sentinel = { { [19] = 1 } };
    struct address owner;
    enum err e = OK;

    if (text != NULL) {
        r->prev_owner = &w->prev_owner;
        e = address_parse(d, &w->prev_owner, text);
        return e == OK ? OK : diag_prefix(d, "--prev-owner");
    }
    if (w->state == NULL || r->num_args == 0 ||
        (strcmp(r->action, "remove-owner") != 0 && strcmp(r->action, "swap-owner") != 0))
        return OK;
    if ((e = address_parse(d, &owner, r->args[0])) != OK)
        return e;
    for (size_t i = 0; i < w->state->num_owners; i++) {
        if (address_eq(&w->state->owners[i], &owner)) {
            w->prev_owner = i > 0 ? w->state->owners[i - 1] : sentinel;
            r->prev_owner = &w->prev_owner;
            return OK;
        }
    }
    return diag_set(d, ERR_MISMATCH, "%s is no owner of the Safe on chain",
                    address_format(&owner).s);
}

/* add-compose-hash: its argument is computed; one given on the command line must be the same. */
static enum err compose_argument(struct diag *d, struct work *w, struct action_request *r,
                                 const char **arg)
{
    if (w->compose_hash.s[0] == '\0') {
        diag_hint(d, "32 bytes alone cannot be checked by anybody");
        return diag_set(d, ERR_USAGE, "add-compose-hash: --app-compose FILE is required");
    }
    if (r->num_args > 0 && strcmp(r->args[0], w->compose_hash.s) != 0)
        return diag_set(d, ERR_MISMATCH,
                        "the hash %.80s is given, but the app-compose hashes to %s", r->args[0],
                        w->compose_hash.s);
    if (r->num_args > 1)
        return diag_set(d, ERR_USAGE, "add-compose-hash: unexpected argument '%.64s'", r->args[1]);
    *arg = w->compose_hash.s;
    r->args = arg;
    r->num_args = 1;
    return OK;
}

static enum err build_calls(struct diag *d, struct work *w)
{
    const struct args *a = w->args;
    struct action_request r = { .contract = args_get(a, "contract"),
                                .value = args_get(a, "value") };
    size_t skip = 1;
    const char *arg = NULL;
    enum err e = OK;

    if (a->num_operands == 0)
        return OK;
    r.action = a->operands[0];
    if (strcmp(r.action, "batch") == 0) {
        if (a->num_operands != 2)
            return diag_set(d, ERR_USAGE, "batch: expected one file");
        return parse_batch_file(d, w, a->operands[1]);
    }
    if (strcmp(r.action, "call") == 0) {
        if (a->num_operands < 3 || r.contract != NULL)
            return diag_set(d, ERR_USAGE, "expected: propose call CONTRACT FUNCTION [ARGUMENT...]");
        r.contract = a->operands[1];
        r.function = a->operands[2];
        skip = 3;
    }
    r.args = a->operands + skip;
    r.num_args = a->num_operands - skip;
    if (strcmp(r.action, "add-compose-hash") == 0 && (e = compose_argument(d, w, &r, &arg)) != OK)
        return e;
    if ((e = measured_argument(d, &r, &arg, &w->measured)) != OK)
        return e;
    if ((e = find_prev_owner(d, w, &r)) != OK)
        return e;
    if ((w->batch.calls = calloc(1, sizeof(*w->batch.calls))) == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    w->batch.num_calls = 1;
    return action_build(d, &w->batch.calls[0], w->profile, &r);
}

static enum err choose_nonce(struct diag *d, struct work *w)
{
    struct queue *q = NULL;
    bool given = false;
    enum err e = common_u256(d, &w->request.nonce, &given, w->args, "nonce");

    if (e != OK || given)
        return e;
    if (w->state == NULL) {
        diag_hint(d, "--online takes the next one from the chain and the queue");
        return diag_set(d, ERR_USAGE, "--nonce is required");
    }
    w->request.nonce = w->state->nonce;
    if (w->profile->queue.kind == QUEUE_NONE)
        return OK;
    if ((e = queue_open(d, &q, w->profile)) != OK)
        return e;
    e = queue_next_nonce(d, q, &w->request.nonce, &w->state->nonce);
    common_queue_warn(q);
    queue_close(q);
    return e;
}

/*
 * When the proposal was made. Not from the clock unless that is asked for or the policy needs it:
 * the same inputs must give the same file.
 */
static enum err choose_time(struct diag *d, struct work *w)
{
    const char *text = args_get(w->args, "created");
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    enum err e = OK;

    if (text != NULL) {
        if (strcmp(text, "now") == 0)
            w->request.created_s = clock_now_s();
        else if ((e = clock_parse(d, &w->request.created_s, text)) != OK)
            return diag_prefix(d, "--created");
    } else if (epoch != NULL && epoch[0] != '\0') {
        if ((e = clock_parse(d, &w->request.created_s, epoch)) != OK)
            return diag_prefix(d, "SOURCE_DATE_EPOCH");
    } else if (w->collected.commit_time_s != 0) {
        /* images are built from the commit, and the proposal is made of the images */
        w->request.created_s = w->collected.commit_time_s > w->latest_signed_s
                                   ? w->collected.commit_time_s
                                   : w->latest_signed_s;
    } else if (w->chain != NULL) {
        w->request.created_s = chain_block(w->chain).time_s;
    } else if (w->profile->policy.expiry_s != 0) {
        w->request.created_s = clock_now_s();
    }
    return e;
}

static enum err read_request(struct diag *d, struct work *w)
{
    const struct args *a = w->args;
    struct propose_request *r = &w->request;
    const char *step = args_get(a, "step");
    const char *text = NULL;
    uint64_t delay = 0;
    enum err e = OK;

    if (step != NULL && (r->step = step_parse(step)) == STEP_NONE)
        return diag_set(d, ERR_USAGE,
                        "--step: expected schedule, execute, cancel, direct or reject, "
                        "found '%.32s'",
                        step);
    if (step == NULL && a->num_operands == 0)
        return diag_set(d, ERR_USAGE, "nothing to propose: name an action, or --step");
    if ((text = args_get(a, "from")) != NULL) {
        if ((e = proposal_load(d, &w->from, text)) != OK)
            return e;
        r->from = &w->from;
    }
    if ((text = args_get(a, "delay")) != NULL) {
        if (duration_parse(d, &delay, text) != OK)
            return diag_prefix(d, "--delay");
        r->has_delay = true;
        r->delay_s = u256_from_u64(delay);
    }
    if ((text = args_get(a, "predecessor")) != NULL &&
        (e = hash32_parse(d, &r->predecessor, text)) != OK)
        return diag_prefix(d, "--predecessor");
    if ((text = args_get(a, "salt")) != NULL) {
        if ((e = hash32_parse(d, &r->salt, text)) != OK)
            return diag_prefix(d, "--salt");
        r->has_salt = true;
    }
    return OK;
}

static enum err build(struct diag *d, struct work *w)
{
    enum err e = ERR_INTERNAL;

    if ((e = read_request(d, w)) != OK || (e = read_chain(d, w)) != OK ||
        (e = collect(d, w)) != OK || (e = collect_signatures(d, w)) != OK ||
        (e = measured_collect(d, &w->measured, &w->proposal, w->args)) != OK ||
        (e = build_calls(d, w)) != OK || (e = choose_nonce(d, w)) != OK ||
        (e = choose_time(d, w)) != OK)
        return e;
    w->request.calls = w->batch.calls;
    w->request.num_calls = w->batch.num_calls;
    if ((e = propose_build(d, &w->proposal, w->profile, &w->request)) != OK ||
        w->latest_signed_s == 0)
        return e;
    return collect_images_check(d, &w->proposal, w->profile, w->request.git_commit, clock_now_s());
}

/* Typed data and Transaction Builder files, for people who sign elsewhere. */
static enum err export_others(struct diag *d, const struct work *w)
{
    const struct proposal *p = &w->proposal;
    const char *path = args_get(w->args, "typed-data");
    struct call inner = { p->tx.to, p->tx.value, p->tx.data, p->tx.data_len };
    struct json *j = NULL;
    enum err e = OK;

    if (path != NULL) {
        j = safe_tx_to_typed_data(&p->tx, &p->domain);
        e = common_write_json(d, j, path);
        json_free(j);
    }
    path = args_get(w->args, "transaction-builder");
    if (e != OK || path == NULL)
        return e;
    if (p->tx.operation == SAFE_CALL) {
        j = batch_to_builder_json(w->profile, &inner, 1);
    } else {
        struct call *calls = calloc(w->batch.num_calls, sizeof(*calls));

        if (calls == NULL)
            return diag_set(d, ERR_NOMEM, "out of memory");
        for (size_t i = 0; i < w->batch.num_calls; i++)
            calls[i] = w->batch.calls[i].call; /* borrowed */
        j = batch_to_builder_json(w->profile, calls, w->batch.num_calls);
        free(calls);
    }
    e = common_write_json(d, j, path);
    json_free(j);
    return e;
}

static struct json *answer_proposed(const struct proposal *p, const char *path)
{
    struct json *j = json_new_object();

    json_set_int(j, "result", 0);
    json_set_string(j, "proposal", path);
    json_set_string(j, "step", step_name(p->step));
    json_set_u256(j, "nonce", &p->tx.nonce);
    json_set_hash(j, "domainHash", &p->claimed.domain);
    json_set_hash(j, "messageHash", &p->claimed.message);
    json_set_hash(j, "safeTxHash", &p->claimed.safe_tx);
    if (p->has_operation)
        json_set_hash(j, "operationId", &p->claimed_operation_id);
    else
        json_set_null(j, "operationId");
    return j;
}

static void print_proposed(const struct proposal *p, const char *path)
{
    if (term_is_quiet()) {
        term_printf("%s\n", hash32_format(&p->claimed.safe_tx).s);
        return;
    }
    term_printf("proposal      ");
    term_untrusted(path, strlen(path));
    term_printf("\nstep          %s\nnonce         %s\n", step_name(p->step),
                u256_format(&p->tx.nonce).s);
    if (p->has_operation)
        term_printf("operation     %s\n", hash32_format(&p->claimed_operation_id).s);
    term_printf("domain hash   %s\nmessage hash  %s\nSafeTx hash   %s\n",
                hash32_format(&p->claimed.domain).s, hash32_format(&p->claimed.message).s,
                hash32_format(&p->claimed.safe_tx).s);
}

/* Say what was built; sign if a signer is named, or hand in. */
static enum err finish(struct diag *d, struct work *w, const char *path, int *exit_code)
{
    const bool json = args_json(w->args);
    struct json *j = NULL;
    enum err e = OK;

    if (!json)
        print_proposed(&w->proposal, path);
    if (args_get(w->args, "signer") != NULL)
        return signing_run(d, exit_code, &w->proposal, w->profile, w->args, path);
    if (json)
        j = answer_proposed(&w->proposal, path);
    if (args_flag(w->args, "submit"))
        e = common_queue_submit(d, w->profile, &w->proposal, j);
    if (e == OK && j != NULL)
        e = common_write_json(d, j, NULL);
    json_free(j);
    return e;
}

static enum err run(struct diag *d, const struct args *a, int *exit_code)
{
    struct work w = { .args = a };
    const char *path = args_get(a, "out");
    const bool to_stdout = path == NULL || strcmp(path, "-") == 0;
    const bool further = args_flag(a, "submit") || args_get(a, "signer") != NULL;
    enum err e = ERR_INTERNAL;

    if (to_stdout && further)
        return diag_set(d, ERR_USAGE,
                        "--submit and --signer need --out FILE: "
                        "nothing is sent that is not on disk");
    if ((e = common_signer_check(d, a)) != OK || (e = open_profile(d, &w.profile, a)) != OK)
        goto done;
    if ((e = build(d, &w)) != OK ||
        (!to_stdout && (e = proposal_join(d, &w.proposal, path)) != OK) ||
        (e = propose_check(d, &w.proposal, w.profile, a)) != OK ||
        (e = export_others(d, &w)) != OK ||
        (e = proposal_save_joined(d, &w.proposal, to_stdout ? "-" : path, false)) != OK)
        goto done;
    if (!to_stdout)
        e = finish(d, &w, path, exit_code);
done:
    work_clear(&w);
    return e;
}

const struct command cmd_propose = {
    .name = "propose",
    .operands = "[ACTION [ARGUMENT...]] | call CONTRACT FUNCTION [ARGUMENT...] | batch FILE",
    .summary = "build a proposal: action, operation, SafeTx, evidence",
    .details =
        "Actions are the governed methods in kebab-case: add-compose-hash,\n"
        "remove-compose-hash, add-device, add-os-image-hash, set-kms-info,\n"
        "upgrade-to-and-call, transfer-ownership, ...; update-delay, grant-role,\n"
        "revoke-role on the timelock; add-owner, remove-owner, swap-owner,\n"
        "change-threshold on the Safe. --step reject needs no action. The proposal goes\n"
        "to standard output, or to --out FILE with a summary here. What 'verify' would call\n"
        "no, offline, is not written (exit code 1).",
    .options = options,
    .min_operands = 0,
    .max_operands = 64,
    .run = run,
};
