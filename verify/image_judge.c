// SPDX-License-Identifier: Apache-2.0
#include "verify/image_judge.h"

#include <string.h>

#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/term.h"

static void add_text(struct buf *out, const char *text)
{
    if (text == NULL)
        buf_add_str(out, "none");
    else
        buf_add_untrusted(out, text, strlen(text));
}

/* "<what> <found>, the policy wants <wanted>; " */
static void refuse(struct image_answer *a, const char *what, const char *found, const char *wanted)
{
    a->verdict = FAIL;
    if (a->words.len > 0)
        buf_add_str(&a->words, "; ");
    buf_addf(&a->words, "%s ", what);
    add_text(&a->words, found);
    buf_add_str(&a->words, ", the policy wants ");
    add_text(&a->words, wanted);
}

bool image_is_about(const struct sigstore_result *result, struct diag *why)
{
    static const char *const types[] = {
        "https://sigstore.dev/cosign/sign/v1",
        "https://slsa.dev/provenance/v1",
        "https://slsa.dev/provenance/v0.2",
    };

    if (result->predicate_type == NULL)
        return true;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (strcmp(result->predicate_type, types[i]) == 0)
            return true;
    }
    diag_record(why, ERR_MISMATCH,
                "a statement of type '%.128s' does not say that the image was signed or built",
                result->predicate_type);
    return false;
}

void image_policy_words(struct image_fact *f)
{
    struct image_answer *a = &f->answers[IMAGE_POLICY];

    a->verdict = f->policy != NULL ? PASS : FAIL;
    if (f->policy == NULL)
        buf_add_str(&a->words, "no policy of the profile matches its name");
    else
        add_text(&a->words, f->policy->pattern);
}

void image_root_words(struct buf *out, const struct image_question *question,
                      const struct sigstore_root_info *info)
{
    uint64_t age = question->time_s > info->newest_s ? question->time_s - info->newest_s : 0;
    const char *path = question->profile->images.root_path;

    buf_addf(out, "SHA-256 %s, ", hash32_format(&info->sha256).s + 2);
    if (path != NULL) {
        buf_add_str(out, "of ");
        add_text(out, path);
    } else {
        buf_add_str(out, question->profile->images.root_pinned ? "pinned by the profile"
                                                               : "shipped with this program");
    }
    buf_addf(out, "; its newest entry is of %s, %llu days before the proposal",
             clock_format_utc(info->newest_s).s, (unsigned long long)(age / 86400));
}

/* --- the parts --------------------------------------------------------------------------------
 */

static void judge_signature(struct image_fact *f)
{
    const struct sigstore_result *r = &f->signer;
    struct image_answer *a = &f->answers[IMAGE_SIGNATURE];

    a->verdict = PASS;
    buf_add_str(&a->words, r->predicate_type != NULL ? "statement " : "signature");
    if (r->predicate_type != NULL)
        add_text(&a->words, r->predicate_type);
    if (r->num_entries > 0)
        buf_addf(&a->words, ", log entry %llu", (unsigned long long)r->log_index);
    if (r->root_line != 0)
        buf_addf(&a->words, ", by line %zu of the root", r->root_line);
    if (r->note != NULL) {
        buf_add_str(&a->words, "; ");
        add_text(&a->words, r->note);
    }
}

static void judge_identity(struct image_fact *f)
{
    const struct profile_image *policy = f->policy;
    const struct sigstore_result *r = &f->signer;
    struct image_answer *a = &f->answers[IMAGE_IDENTITY];
    const char *issuer = sigstore_issuer(r);

    a->verdict = PASS;
    if (policy->key_path != NULL) {
        /* only a key could have verified it: the request named one */
        if (!r->by_key)
            refuse(a, "signed by", r->san, policy->key_path);
        else
            buf_add_str(&a->words, "the policy's key");
        return;
    }
    if (r->by_key || issuer == NULL || strcmp(issuer, policy->issuer) != 0)
        refuse(a, "issuer", issuer, policy->issuer);
    if (r->by_key || r->san == NULL || !profile_image_matches(policy->identity, r->san))
        refuse(a, "signed by", r->san, policy->identity);
    if (a->verdict != PASS)
        return;
    add_text(&a->words, r->san);
    buf_add_str(&a->words, " by ");
    add_text(&a->words, issuer);
}

static void judge_field(struct image_fact *f, const char *what, enum sigstore_field field,
                        const char *pattern)
{
    struct image_answer *a = &f->answers[IMAGE_SOURCE];
    const char *found = sigstore_field(&f->signer, field);

    if (pattern == NULL)
        return;
    if (found == NULL || !profile_image_matches(pattern, found)) {
        refuse(a, what, found, pattern);
        return;
    }
    if (a->verdict != PASS)
        return;
    buf_addf(&a->words, "%s%s ", a->words.len > 0 ? ", " : "", what);
    add_text(&a->words, found);
}

static void judge_source(struct image_fact *f, const struct image_question *q)
{
    const struct profile_image *policy = f->policy;
    struct image_answer *a = &f->answers[IMAGE_SOURCE];
    const char *commit = sigstore_field(&f->signer, SIGSTORE_SOURCE_DIGEST);

    a->verdict = PASS;
    judge_field(f, "repository", SIGSTORE_SOURCE_URI, policy->repository);
    if (policy->same_commit &&
        (q->git_commit == NULL || commit == NULL || strcmp(commit, q->git_commit) != 0)) {
        refuse(a, "commit", commit, q->git_commit != NULL ? q->git_commit : "the compose file's");
    } else if (policy->same_commit && a->verdict == PASS) {
        buf_addf(&a->words, "%scommit ", a->words.len > 0 ? ", " : "");
        add_text(&a->words, commit);
    }
    judge_field(f, "ref", SIGSTORE_SOURCE_REF, policy->ref);
    judge_field(f, "trigger", SIGSTORE_TRIGGER, policy->trigger);
    judge_field(f, "runner", SIGSTORE_RUNNER, policy->runner);
    if (f->signer.provenance_differs != NULL)
        refuse(a, "the provenance has another", f->signer.provenance_differs,
               "what the certificate says");
    if (a->words.len == 0)
        buf_add_str(&a->words, "the policy asks for nothing");
}

static void judge_time(struct image_fact *f, const struct image_question *q)
{
    const struct profile_image *policy = f->policy;
    struct image_answer *a = &f->answers[IMAGE_TIME];
    uint64_t signed_s = f->signer.signing_time_s;

    buf_addf(&a->words, "signed at %s", clock_format_utc(signed_s).s);
    a->verdict = FAIL;
    if (f->signer.num_times == 0)
        buf_add_str(&a->words, ", which nobody has confirmed");
    else if (signed_s > q->time_s)
        buf_addf(&a->words, ", after the proposal was made (%s)", clock_format_utc(q->time_s).s);
    else if (signed_s < policy->not_before_s)
        buf_addf(&a->words, ", the policy wants none before %s",
                 clock_format_utc(policy->not_before_s).s);
    else if (policy->max_age_s != 0 && q->time_s - signed_s > policy->max_age_s)
        buf_addf(&a->words, ", more than %s before the proposal",
                 duration_format(policy->max_age_s).s);
    else
        a->verdict = PASS;
}

void image_judge(struct image_fact *f, const struct image_question *question)
{
    judge_signature(f);
    judge_identity(f);
    judge_source(f, question);
    judge_time(f, question);
}
