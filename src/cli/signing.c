// SPDX-License-Identifier: Apache-2.0
#include "src/cli/signing.h"

#include <stdlib.h>
#include <string.h>

#include "safe/journal.h"
#include "safe/safe_tx_json.h"
#include "safe/signature.h"
#include "src/base/address.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/interrupt.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "src/base/u256.h"
#include "src/cli/common_queue.h"
#include "src/cli/device.h"
#include "verify/checks.h"
#include "verify/review.h"

/* Everything that signing_run holds. */
struct signing {
    const struct args *args;
    const struct profile *profile;
    struct proposal *proposal;
    const char *path;
    struct signer *signer;
    struct address account;
    bool delegate;
    struct verification verification;
    struct journal_entry *earlier; /* those that --replaces names at the end */
    size_t num_earlier;            /* without them */
    size_t num_known;              /* with them */
};

static void signing_clear(struct signing *s)
{
    verification_clear(&s->verification);
    signer_close(s->signer);
    free(s->earlier);
}

/* What the journal knows of the signer under this nonce; others' signatures are theirs to judge. */
static enum err list_own(struct diag *d, struct journal_entry **out, size_t *num_out,
                         const struct signing *s)
{
    const struct proposal *p = s->proposal;
    size_t num = 0;
    enum err e = journal_list(d, out, &num, &p->domain, &p->tx.nonce);

    *num_out = 0;
    for (size_t i = 0; i < num; i++) {
        if (address_eq(&(*out)[i].signer, &s->account))
            (*out)[(*num_out)++] = (*out)[i];
    }
    return e;
}

/* The same, with the SafeTx that --replaces names at the end. */
static enum err load_journal(struct diag *d, struct signing *s)
{
    const char *text = args_get(s->args, "replaces");
    struct hash32 replaced = { 0 };
    size_t kept = 0;
    enum err e = OK;

    if (text != NULL && (e = hash32_parse(d, &replaced, text)) != OK)
        return diag_prefix(d, "--replaces");
    e = list_own(d, &s->earlier, &s->num_known, s);
    s->num_earlier = s->num_known;
    if (e != OK || text == NULL)
        return e;
    for (size_t i = 0; i < s->num_known; i++) {
        struct journal_entry entry = s->earlier[i];

        if (hash32_eq(&entry.safe_tx_hash, &replaced))
            continue;
        s->earlier[i] = s->earlier[kept];
        s->earlier[kept++] = entry;
    }
    s->num_earlier = kept;
    return OK;
}

/* with_journal: what the signer signed before counts too. */
static enum err verify(struct diag *d, struct signing *s, bool with_journal)
{
    const struct verify_options options = {
        .now_s = clock_now_s(),
        .path = s->path,
        .file = s->path,
        .has_journal = with_journal,
        .earlier = s->earlier,
        .num_earlier = s->num_earlier,
    };

    verification_clear(&s->verification);
    return verify_proposal(d, &s->verification, s->proposal, s->profile, &options, NULL, 0);
}

/* The answer, and what stands against a yes. */
static void print_answer(const struct report *report)
{
    review_print_answer(report);
    term_printf("\n");
    report_print_against(report, false);
}

static enum err refuse(struct diag *d, const struct signing *s, int *exit_code)
{
    const struct report *report = &s->verification.report;
    enum err e = OK;

    *exit_code = report_exit_code(report);
    if (args_json(s->args)) {
        struct json *j = report_json(report);

        review_source_json(j, &s->verification.subject);
        e = common_answer(d, j);
    }
    if (e == OK)
        term_warning("not signed: the checks did not all pass");
    if (e == OK && !args_json(s->args))
        term_hint("'countersign verify' shows all checks, --explain how to do them by hand");
    return e;
}

static enum err open_signer(struct diag *d, struct signing *s)
{
    enum err e = common_signer(d, &s->signer, s->args);

    if (e != OK)
        return e;
    signer_address(s->signer, &s->account);
    s->delegate = profile_is_delegate(s->profile, &s->account);
    if (!s->delegate && !profile_is_owner(s->profile, &s->account)) {
        if (signer_device(s->signer) != NULL)
            diag_hint(d,
                      "'countersign device address --signer %.6s' finds which of the device's "
                      "accounts is an owner; another passphrase is another wallet",
                      args_get(s->args, "signer"));
        return diag_set(d, ERR_MISMATCH, "%s is neither an owner nor a delegate in the profile",
                        address_format(&s->account).s);
    }
    return OK;
}

/* Standard input is taken: questions go to the terminal all the same. */
static bool signature_is_piped(const struct args *a)
{
    const char *path = args_get(a, "signature");

    return path != NULL && strcmp(path, "-") == 0;
}

/* The person types what the device, or a second screen, shows at the end of the hash. */
static enum err ask(struct diag *d, const struct signing *s)
{
    const struct hash32_text hash = hash32_format(&s->verification.subject.hashes.safe_tx);
    const char *last = hash.s + strlen(hash.s) - 8;
    static const char question[] = "type the last eight hex digits of the SafeTx hash to sign: ";
    char typed[64] = { 0 };
    enum err e = OK;

    if (args_flag(s->args, "yes")) {
        if (s->delegate && s->profile->policy.unattended_delegates)
            return OK;
        diag_hint(d, "'policy: unattended-delegates: true' in the profile allows it for delegates");
        return diag_set(d, ERR_USAGE, "--yes: %s has to say yes in person",
                        address_format(&s->account).s);
    }
    term_printf("\nsigning as %s (%s)\n", address_format(&s->account).s,
                s->delegate ? "delegate: does not count as an owner's signature" : "owner");
    if ((e = term_finish(d)) != OK)
        return e;
    e = signature_is_piped(s->args) ? term_ask_beside(d, typed, sizeof(typed), question)
                                    : term_ask(d, typed, sizeof(typed), question);
    if (e == ERR_USAGE)
        diag_hint(d, "a person signs on a terminal; --yes is for delegates in the profile");
    if (e != OK)
        return e;
    if (strcmp(typed, last) != 0)
        return diag_set(d, ERR_REFUSED, "not signed: the SafeTx hash ends in other digits");
    return OK;
}

/* What is signed; it borrows the proposal. */
static enum err describe(struct diag *d, const struct signing *s, struct typed_data *out)
{
    const struct proposal *p = s->proposal;
    struct hash32 digest;

    safe_tx_typed_data(out, &p->tx, &p->domain);
    typed_data_digest(&digest, out);
    if (!hash32_eq(&digest, &s->verification.subject.hashes.safe_tx))
        return diag_set(d, ERR_INTERNAL, "the typed data has another hash than the SafeTx");
    return OK;
}

/* A device shows it on its own screen: the person knows beforehand what has to be there. */
static enum err show_screens(struct diag *d, const struct signing *s,
                             const struct typed_data *typed)
{
    return args_json(s->args) ? OK : device_preview_typed(d, s->signer, typed);
}

static bool is_known(const struct signing *s, const struct hash32 *hash)
{
    if (hash32_eq(hash, &s->verification.subject.hashes.safe_tx))
        return true;
    for (size_t i = 0; i < s->num_known; i++) {
        if (hash32_eq(hash, &s->earlier[i].safe_tx_hash))
            return true;
    }
    return false;
}

/* Questions take minutes, in which another process may sign under the same nonce. */
static enum err check_journal(struct diag *d, const struct signing *s)
{
    struct journal_entry *now = NULL;
    size_t num_now = 0;
    enum err e = list_own(d, &now, &num_now, s);

    for (size_t i = 0; e == OK && i < num_now; i++) {
        if (!is_known(s, &now[i].safe_tx_hash))
            e = diag_set(d, ERR_MISMATCH,
                         "meanwhile %s signed %s under this nonce: nothing is saved",
                         address_format(&now[i].signer).s, hash32_format(&now[i].safe_tx_hash).s);
    }
    free(now);
    return e;
}

/* What a person signed is not lost because a disk is full: it can be carried on by hand. */
static void print_unsaved(const struct signing *s, const struct sig65 *sig)
{
    char hex[2 + 2 * sizeof(sig->b) + 1];
    struct buf text;

    buf_init(&text, 4096);
    buf_addf(&text,
             "the signature is not saved; it is signer %s, kind %s, signature %s, SafeTx hash %s: "
             "keep it, and sign nothing else under nonce %s",
             address_format(&s->account).s, signature_kind_name(SIGNATURE_EOA),
             hex_encode_0x(hex, sig->b, sizeof(sig->b)),
             hash32_format(&s->verification.subject.hashes.safe_tx).s,
             u256_format(&s->proposal->tx.nonce).s);
    term_notice(buf_str(&text));
    buf_clear(&text);
}

/* The file changed since it was verified: what a person signed is not thrown away for that. */
static bool keep_aside(struct diag *d, struct signing *s)
{
    struct diag why = { 0 };
    struct buf path;
    enum err e = ERR_INTERNAL;

    buf_init(&path, 65536);
    buf_addf(&path, "%s.signed", s->path);
    e = buf_check(&why, &path, "a file name");
    if (e == OK)
        e = proposal_save_joined(&why, s->proposal, buf_str(&path), true);
    if (e == OK)
        diag_hint(d, "what was verified and signed is in '%.256s'", buf_str(&path));
    buf_clear(&path);
    return e == OK;
}

static enum err save(struct diag *d, struct signing *s, const struct sig65 *sig)
{
    bool aside = false;
    enum err e = proposal_add_signature(d, s->proposal, &s->account,
                                        signature_kind_name(SIGNATURE_EOA), sig->b, sizeof(sig->b));

    if (e == OK) {
        e = proposal_save_joined(d, s->proposal, s->path, true);
        aside = e == ERR_MISMATCH && keep_aside(d, s);
    }
    if (e != OK && !aside)
        print_unsaved(s, sig);
    return e;
}

/* On disk first: the journal, then the proposal. The journal is looked at again behind our own
 * line: of two that sign at once, one at least sees the other; that one's is not shown either. */
static enum err keep(struct diag *d, struct signing *s, const struct sig65 *sig)
{
    const struct proposal *p = s->proposal;
    enum err e = journal_add(d, &p->domain, &p->tx.nonce, &s->account,
                             &s->verification.subject.hashes.safe_tx);

    if (e == OK && (e = check_journal(d, s)) == ERR_MISMATCH)
        return e;
    if (e != OK) {
        print_unsaved(s, sig);
        return e;
    }
    return save(d, s, sig);
}

static void print_signed(const struct signing *s)
{
    term_printf("signed by %s, saved in ", address_format(&s->account).s);
    term_untrusted(s->path, strlen(s->path));
    term_printf("\n");
}

/* What a person signed is not lost to a Ctrl-C that comes late, and is told to be saved. */
static enum err keep_whole(struct diag *d, struct signing *s, const struct sig65 *sig)
{
    struct interrupt held;
    enum err e = ERR_INTERNAL;

    interrupt_hold(&held);
    e = keep(d, s, sig);
    if (e == OK && !args_json(s->args)) {
        print_signed(s);
        if ((e = term_finish(d)) != OK)
            diag_hint(d, "the signature is saved in the proposal");
    }
    interrupt_release_answered(&held);
    return e;
}

/* A device asks for Ctrl-C itself; between its answer and the disk there is no place for one. */
static enum err sign_and_keep(struct diag *d, struct signing *s, const struct typed_data *typed)
{
    const bool asks = signer_device(s->signer) != NULL;
    struct interrupt held;
    struct sig65 sig = { 0 };
    enum err e = ERR_INTERNAL;

    if (asks)
        interrupt_hold(&held);
    e = signer_sign_typed(d, s->signer, &sig, typed);
    if (e == OK)
        e = keep_whole(d, s, &sig);
    if (asks)
        e = interrupt_release_after(&held, e);
    return e;
}

static struct json *answer_signed(const struct signing *s)
{
    struct json *j = json_new_object();

    json_set_int(j, "result", 0);
    json_set_string(j, "proposal", s->path);
    json_set_hash(j, "safeTxHash", &s->verification.subject.hashes.safe_tx);
    json_set_address(j, "signer", &s->account);
    json_set_bool(j, "delegate", s->delegate);
    json_set_bool(j, "submitted", args_flag(s->args, "submit"));
    return j;
}

static enum err sign_verified(struct diag *d, struct signing *s)
{
    struct json *j = NULL;
    struct typed_data typed;
    enum err e = describe(d, s, &typed);

    if (e != OK || (e = journal_probe(d, &s->proposal->domain)) != OK ||
        (e = show_screens(d, s, &typed)) != OK || (e = ask(d, s)) != OK ||
        (e = check_journal(d, s)) != OK || (e = sign_and_keep(d, s, &typed)) != OK)
        return e;
    if (args_json(s->args))
        j = answer_signed(s);
    if (args_flag(s->args, "submit") &&
        (e = common_queue_submit(d, s->profile, s->proposal, j)) != OK)
        diag_hint(d, "the signature is saved; 'countersign submit' sends it again");
    if (e == OK && j != NULL)
        e = common_write_json(d, j, NULL);
    json_free(j);
    return e;
}

enum err signing_run(struct diag *d, int *exit_code, struct proposal *p,
                     const struct profile *profile, const struct args *a, const char *path)
{
    struct signing s = { .args = a, .profile = profile, .proposal = p, .path = path };
    const bool json = args_json(a);
    enum err e = ERR_INTERNAL;

    if (strcmp(path, "-") == 0)
        return diag_set(d, ERR_USAGE, "the signature is written into the proposal: name its file");
    if (json && !args_flag(a, "yes"))
        return diag_set(d, ERR_USAGE, "--json goes with --yes: a person signs what is shown here");
    if ((e = common_signer_check(d, a)) != OK || (e = verify(d, &s, false)) != OK)
        goto done;
    if (!json) {
        print_answer(&s.verification.report);
        review_print(&s.verification.subject);
    }
    if (report_result(&s.verification.report) != PASS) {
        e = refuse(d, &s, exit_code);
        goto done;
    }
    if ((e = open_signer(d, &s)) != OK || (e = load_journal(d, &s)) != OK ||
        (e = verify(d, &s, true)) != OK)
        goto done;
    if (report_result(&s.verification.report) == PASS) {
        e = sign_verified(d, &s);
    } else {
        if (!json)
            print_answer(&s.verification.report);
        e = refuse(d, &s, exit_code);
    }
done:
    signing_clear(&s);
    return e;
}
