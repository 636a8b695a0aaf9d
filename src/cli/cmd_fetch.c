// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "safe/signature.h"
#include "src/base/address.h"
#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/term.h"
#include "src/base/u256.h"
#include "src/cli/commands.h"
#include "src/cli/common.h"
#include "src/cli/common_queue.h"

/* --- several candidates -------------------------------------------------------------------- */

static struct json *candidate_to_json(const struct queue_entry *e)
{
    struct json *j = json_new_object();

    json_set_hash(j, "safeTxHash", &e->proposal.claimed.safe_tx);
    json_set_u256(j, "nonce", &e->proposal.tx.nonce);
    json_set_string(j, "step", step_name(e->proposal.step));
    json_set_int(j, "numSignatures", (int64_t)e->proposal.num_signatures);
    json_set_bool(j, "trusted", e->trusted);
    return j;
}

/* Which one is meant is for a person to say: two transactions under one nonce are rivals. */
static enum err show_candidates(struct diag *d, const struct args *a,
                                const struct queue_entries *list)
{
    struct json *j = NULL;
    struct json *rows = NULL;
    struct json *error = NULL;

    if (!args_json(a)) {
        for (size_t i = 0; i < list->num_items; i++) {
            const struct queue_entry *e = &list->items[i];

            term_printf("%s  %s, %zu signatures%s\n", hash32_format(&e->proposal.claimed.safe_tx).s,
                        step_name(e->proposal.step), e->proposal.num_signatures,
                        e->trusted ? "" : ", not trusted by the service");
        }
        diag_hint(d, "fetch one of them by its hash");
        return diag_set(d, ERR_USAGE, "the queue holds %zu transactions with that nonce",
                        list->num_items);
    }
    j = json_new_object();
    rows = json_new_array();
    error = json_new_object();
    json_set_int(j, "result", err_exit_code(ERR_USAGE));
    for (size_t i = 0; i < list->num_items; i++)
        json_append(rows, candidate_to_json(&list->items[i]));
    json_set(j, "candidates", rows);
    json_set_string(error, "code", err_name(ERR_USAGE));
    json_set_string(error, "message", "the queue holds several transactions with that nonce");
    json_set(j, "error", error);
    return common_answer(d, j);
}

/* What somebody of the profile stands behind comes before what anybody can plant. */
static void keep_real(struct queue_entries *list)
{
    size_t num_real = 0;

    for (size_t i = 0; i < list->num_items; i++)
        num_real += list->items[i].real ? 1 : 0;
    for (size_t i = 0, kept = 0; num_real > 0 && i < list->num_items; i++) {
        struct queue_entry moved = list->items[i];

        list->items[i] = (struct queue_entry){ 0 };
        if (moved.real)
            list->items[kept++] = moved;
        else
            queue_entry_clear(&moved);
    }
    list->num_items = num_real > 0 ? num_real : list->num_items;
}

/* Nothing is pending: perhaps it ran already. A service's word, for the person alone. */
static enum err say_nothing_pending(struct diag *d, struct queue *q, const struct u256 *nonce)
{
    struct hash32 hash;
    bool executed = false;
    enum err e = queue_executed_at(d, q, &executed, &hash, nonce);

    if (e != OK)
        return e;
    if (executed)
        return diag_set(d, ERR_USAGE, "nonce %s is used up: the service says that %s was executed",
                        u256_format(nonce).s, hash32_format(&hash).s);
    return diag_set(d, ERR_USAGE, "the queue holds no pending transaction with nonce %s",
                    u256_format(nonce).s);
}

/* The only one with that nonce; *found is false if candidates were shown instead. */
static enum err fetch_nonce(struct diag *d, const struct args *a, struct queue *q,
                            struct queue_entry *out, bool *found, const struct u256 *nonce)
{
    struct queue_entries list = { 0 };
    enum err e = queue_at_nonce(d, q, &list, nonce);

    *found = false;
    keep_real(&list);
    if (e == OK && list.num_items == 0) {
        e = say_nothing_pending(d, q, nonce);
    } else if (e == OK && list.num_items > 1) {
        e = show_candidates(d, a, &list);
    } else if (e == OK) {
        *out = list.items[0];
        list.items[0] = (struct queue_entry){ 0 }; /* moved */
        *found = true;
    }
    queue_entries_clear(&list);
    return e;
}

/* --- what is known already ------------------------------------------------------------------ */

/* --evidence: that file's action, operation and evidence, with the queue's signatures added. */
static enum err take_evidence(struct diag *d, struct proposal *fetched, const char *path)
{
    struct proposal with = { 0 };
    size_t num_added = 0;
    enum err e = proposal_load(d, &with, path);

    if (e == OK && (e = queue_merge_signatures(d, &with, fetched, &num_added)) != OK)
        e = diag_prefix(d, "--evidence '%.256s'", path);
    if (e == OK) {
        proposal_clear(fetched);
        *fetched = with;
        with = (struct proposal){ 0 }; /* moved */
    }
    proposal_clear(&with);
    return e;
}

static enum err same_evidence(struct diag *d, bool *same, const struct proposal *a,
                              const struct proposal *b)
{
    struct hash32 x, y;
    enum err e = OK;

    *same = false;
    if ((e = proposal_manifest_digest(d, &x, a)) == OK &&
        (e = proposal_manifest_digest(d, &y, b)) == OK)
        *same = hash32_eq(&x, &y);
    return e;
}

/* Where the queue's signature proves no more than the file's, the file's stays; that is told. */
static void warn_other_signatures(const struct proposal *file, const struct proposal *fetched,
                                  const char *path)
{
    for (size_t i = 0; i < file->num_signatures; i++) {
        const struct proposal_signature *ours = &file->signatures[i];

        for (size_t k = 0; k < fetched->num_signatures; k++) {
            const struct proposal_signature *theirs = &fetched->signatures[k];

            if (address_eq(&ours->signer, &theirs->signer) &&
                strcmp(ours->kind, theirs->kind) == 0 &&
                strcmp(ours->kind, signature_kind_name(SIGNATURE_CONTRACT)) == 0 &&
                (ours->data_len != theirs->data_len ||
                 memcmp(ours->data, theirs->data, ours->data_len) != 0))
                term_warning("the queue holds another signature of the contract %s than '%.256s', "
                             "which keeps its own",
                             address_format(&ours->signer).s, path);
        }
    }
}

static void swap_signatures(struct proposal *a, struct proposal *b)
{
    struct proposal_signature *items = a->signatures;
    size_t num_items = a->num_signatures;

    a->signatures = b->signatures;
    a->num_signatures = b->num_signatures;
    b->signatures = items;
    b->num_signatures = num_items;
}

/*
 * A file that is there already: for the same SafeTx nothing in it is lost; anything else is not
 * ours to replace.
 */
static enum err join_existing(struct diag *d, struct proposal *p, const char *path)
{
    struct proposal old = { 0 };
    size_t num_added = 0;
    bool same = true;
    enum err e = proposal_load(d, &old, path);

    if (e == OK && p->num_files > 0 && old.num_files > 0)
        e = same_evidence(d, &same, p, &old);
    if (e == OK && !same)
        e = diag_set(d, ERR_MISMATCH, "it holds other evidence for the same transaction");
    if (e == OK)
        warn_other_signatures(&old, p, path);
    if (e == OK && (e = queue_merge_signatures(d, &old, p, &num_added)) == OK) {
        if (old.num_files > 0 && p->num_files == 0) {
            struct proposal swap = *p;

            *p = old; /* the one with evidence stays */
            old = swap;
        } else {
            swap_signatures(p, &old);
        }
    }
    proposal_clear(&old);
    if (e != OK) {
        diag_hint(d, "--out FILE writes to another file");
        return diag_prefix(d, "'%.256s' exists and is not replaced", path);
    }
    return OK;
}

static enum err save(struct diag *d, struct proposal *p, const char *path)
{
    enum err e = OK;
    int fd = -1;

    if (strcmp(path, "-") != 0)
        e = file_lock_existing(d, &fd, path);
    if (e == OK && fd >= 0)
        e = join_existing(d, p, path);
    if (e == OK)
        e = proposal_save(d, p, path);
    file_unlock(fd);
    return e;
}

/* --- answer -------------------------------------------------------------------------------- */

static enum err answer_json(struct diag *d, const struct queue *q, const struct profile *profile,
                            const struct queue_entry *e, const char *path)
{
    const struct proposal *p = &e->proposal;
    struct json *j = json_new_object();
    struct json *signers = json_new_array();

    json_set_int(j, "result", 0);
    json_set(j, "proposal", json_new_text(path, strlen(path)));
    json_set_hash(j, "safeTxHash", &p->claimed.safe_tx);
    json_set_u256(j, "nonce", &p->tx.nonce);
    json_set_string(j, "step", step_name(p->step));
    for (size_t i = 0; i < p->num_signatures; i++)
        json_append(signers, json_new_string(address_format(&p->signatures[i].signer).s));
    json_set(j, "signers", signers);
    json_set_int(j, "badSignatures", (int64_t)e->num_bad_signatures);
    json_set_bool(j, "evidence", p->num_files > 0);
    json_set_bool(j, "trusted", e->trusted);
    json_set_bool(j, "executed", e->executed);
    common_queue_json(j, q, profile);
    return common_answer(d, j);
}

/* What anyone can write in an owner's name is no signature until the chain says so. */
static const char *claim_note(const struct proposal_signature *s)
{
    return strcmp(s->kind, "EOA") == 0 || strcmp(s->kind, "ETH_SIGN") == 0
               ? ""
               : " (claimed; the chain decides)";
}

static void print_answer(const struct queue_entry *e, const char *path)
{
    const struct proposal *p = &e->proposal;

    term_printf("fetched %s to ", hash32_format(&p->claimed.safe_tx).s);
    term_untrusted(path, strlen(path));
    term_printf("\n");
    if (term_is_quiet())
        return;
    term_printf("  nonce       %s\n", u256_format(&p->tx.nonce).s);
    term_printf("  step        %s\n", step_name(p->step));
    for (size_t i = 0; i < p->num_signatures; i++)
        term_printf("  %s %s%s\n", i == 0 ? "signed by  " : "           ",
                    address_format(&p->signatures[i].signer).s, claim_note(&p->signatures[i]));
    if (p->num_signatures == 0)
        term_printf("  signed by   nobody\n");
    if (e->num_bad_signatures > 0)
        term_printf("  left out    %zu signatures that do not count\n", e->num_bad_signatures);
    if (!e->trusted)
        term_printf("  the service does not trust it: anybody may have planted it\n");
    if (e->executed)
        term_printf("  the service says that it was executed\n");
    term_printf("  evidence    %s\n",
                p->num_files > 0 ? "in the file" : "none: nothing says why it may be signed");
    term_printf("  nothing was verified yet: countersign verify does that\n");
}

static void default_path(char *out, size_t out_len, const struct proposal *p)
{
    char start[HEX_LEN(4)];

    (void)snprintf(out, out_len, "%s-%s.json", u256_format(&p->tx.nonce).s,
                   hex_encode(start, p->claimed.safe_tx.b, 4));
}

static enum err store(struct diag *d, const struct args *a, const struct queue *q,
                      const struct profile *profile, struct queue_entry *entry)
{
    char name[U256_DEC_LEN + 16];
    const char *path = args_get(a, "out");
    const char *evidence = args_get(a, "evidence");
    enum err e = OK;

    if (evidence != NULL && (e = take_evidence(d, &entry->proposal, evidence)) != OK)
        return e;
    if (path == NULL) {
        default_path(name, sizeof(name), &entry->proposal);
        path = name;
    }
    if ((e = save(d, &entry->proposal, path)) != OK || strcmp(path, "-") == 0)
        return e;
    if (args_json(a))
        return answer_json(d, q, profile, entry, path);
    print_answer(entry, path);
    return OK;
}

static enum err run(struct diag *d, const struct args *a, int *exit_code)
{
    const char *out = args_get(a, "out");
    struct profile *profile = NULL;
    struct queue *q = NULL;
    struct queue_entry entry = { 0 };
    struct queue_reference ref;
    bool found = true;
    enum err e = ERR_INTERNAL;

    if (out != NULL && strcmp(out, "-") == 0 && args_json(a))
        return diag_set(d, ERR_USAGE, "fetch: --out - and --json both want standard output");
    if ((e = open_profile(d, &profile, a)) != OK ||
        (e = queue_parse_reference(d, &ref, a->operands[0], profile)) != OK ||
        (e = queue_open(d, &q, profile)) != OK)
        goto done;
    if (ref.is_nonce)
        e = fetch_nonce(d, a, q, &entry, &found, &ref.nonce);
    else
        e = queue_fetch(d, q, &entry, &ref.hash);
    common_queue_warn(q);
    if (e == OK && found)
        e = store(d, a, q, profile, &entry);
    else if (e == OK)
        *exit_code = err_exit_code(ERR_USAGE);
done:
    queue_entry_clear(&entry);
    queue_close(q);
    profile_free(profile);
    return e;
}

static const struct arg_option options[] = {
    { "out", "FILE", "where to write the proposal (default: <nonce>-<8 hex digits>.json)", false },
    { "evidence", "PROPOSAL", "take action, operation and evidence from another copy of it",
      false },
    OPTION_ACCEPT_PROFILE,
    OPTION_DEADLINE,
    OPTION_END,
};

const struct command cmd_fetch = {
    .name = "fetch",
    .operands = "SAFETXHASH|NONCE|LINK",
    .summary = "get a pending transaction from the queue as a proposal",
    .details = "LINK is one of the Safe web app; nothing is read from it but Safe and hash.\n"
               "Hashes are recomputed and signatures recovered; what does not fit is left out\n"
               "or refused. A nonce with several transactions lists them and exits with 2. An\n"
               "existing file of the same transaction gets the signatures added.",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
