// SPDX-License-Identifier: Apache-2.0
/*
 * Whoever changes one byte of a good proposal does not get a yes. Every byte of the file, every
 * byte of every piece of evidence, for every step.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/limits.h"
#include "tests/unit/verify_fixture.h"

/* valgrind is thirty times slower: every 37th byte. */
static size_t stride(void)
{
    const char *preload = getenv("LD_PRELOAD");

    return preload != NULL && strstr(preload, "vgpreload") != NULL ? 37 : 1;
}

/* Another byte of the same class, so that the change gets as deep as it can. */
static uint8_t other_byte(uint8_t b)
{
    if (b == '9')
        return '8';
    if (b >= '0' && b < '9')
        return (uint8_t)(b + 1);
    if (b == 'f' || b == 'F' || b == 'z' || b == 'Z')
        return (uint8_t)(b - 1);
    if ((b >= 'a' && b < 'z') || (b >= 'A' && b < 'Z'))
        return (uint8_t)(b + 1);
    return b == ' ' || b == '\n' ? 'x' : (uint8_t)(b ^ 1);
}

static void write_text(struct buf *out, const struct proposal *p)
{
    buf_init(out, LIMIT_PROPOSAL_BYTES);
    NEED(proposal_write(d, out, p));
}

/* Exit code 0 would be a yes; unreadable is as good as no. */
static bool is_yes(const uint8_t *text, size_t text_len, const struct profile *profile)
{
    struct proposal p = { 0 };
    struct diag d = { 0 };
    bool yes = proposal_parse(&d, &p, text, text_len, "tampered") == OK &&
               fixture_result(&p, profile) == PASS;

    proposal_clear(&p);
    return yes;
}

/*
 * The time when somebody made an execute or a cancel is in nobody's signature and in no evidence: a
 * later one within the policy's bounds is as good. In every other step context.json holds it.
 */
static bool is_free(const struct proposal *p, const char *text, size_t at)
{
    const char *created = strstr(text, "\"created\"");
    size_t from = (size_t)(created - text);

    return (p->step == STEP_EXECUTE || p->step == STEP_CANCEL) && at >= from && at < from + 26;
}

static size_t tamper_text(const struct proposal *p, const struct profile *profile, const char *name)
{
    struct buf text;
    size_t done = 0;

    write_text(&text, p);
    cr_assert(is_yes(text.data, text.len, profile), "%s: the untouched one must be a yes", name);
    for (size_t i = 0; i < text.len; i += stride()) {
        uint8_t before = text.data[i];

        if (is_free(p, (const char *)text.data, i))
            continue;
        text.data[i] = other_byte(before);
        cr_expect(!is_yes(text.data, text.len, profile), "%s: byte %zu, '%c' to '%c': %.40s", name,
                  i, before, text.data[i], (const char *)text.data + (i > 20 ? i - 20 : 0));
        text.data[i] = before;
        done++;
    }
    buf_clear(&text);
    return done;
}

/* A forger who knows that the manifest must fit. */
static size_t tamper_evidence(struct proposal *p, const struct profile *profile, const char *name)
{
    size_t done = 0;

    for (size_t f = 0; f < p->num_files; f++) {
        struct evidence_file *file = &p->files[f];

        for (size_t i = 0; i < file->data_len; i += stride()) {
            uint8_t before = file->data[i];

            file->data[i] = other_byte(before);
            fixture_remanifest(p);
            cr_expect_neq(fixture_result(p, profile), PASS, "%s: byte %zu of %s", name, i,
                          file->name);
            file->data[i] = before;
            done++;
        }
        fixture_remanifest(p);
    }
    cr_expect_eq(fixture_result(p, profile), PASS, "%s: put back together", name);
    return done;
}

static void tamper(enum fixture_kind kind)
{
    struct profile *profile = fixture_profile();
    struct proposal p;
    size_t text = 0;
    size_t evidence = 0;

    fixture_proposal(&p, kind, profile);
    text = tamper_text(&p, profile, fixture_name(kind));
    evidence = tamper_evidence(&p, profile, fixture_name(kind));
    cr_log_info("%s: %zu bytes of the file, %zu bytes of evidence", fixture_name(kind), text,
                evidence);
    cr_expect_gt(stride() * text, 1500U, "%s: only %zu mutations ran", fixture_name(kind), text);
    cr_expect_gt(stride() * evidence, 100U, "%s: only %zu ran", fixture_name(kind), evidence);
    proposal_clear(&p);
    profile_free(profile);
}

Test(tamper, schedule)
{
    tamper(FIXTURE_SCHEDULE);
}

Test(tamper, batch)
{
    tamper(FIXTURE_BATCH);
}

Test(tamper, execute)
{
    tamper(FIXTURE_EXECUTE);
}

Test(tamper, cancel)
{
    tamper(FIXTURE_CANCEL);
}

Test(tamper, direct)
{
    tamper(FIXTURE_DIRECT);
}

Test(tamper, direct_batch)
{
    tamper(FIXTURE_DIRECT_BATCH);
}

Test(tamper, reject)
{
    tamper(FIXTURE_REJECT);
}

/* Leaves taken away, or put in from another good proposal. */
Test(tamper, removed_evidence)
{
    struct profile *profile = fixture_profile();

    for (int kind = 0; kind < FIXTURE_END; kind++) {
        struct proposal p;

        fixture_proposal(&p, (enum fixture_kind)kind, profile);
        for (size_t f = 0; f < p.num_files; f++) {
            struct evidence_file gone = p.files[f];

            memmove(&p.files[f], &p.files[f + 1], (p.num_files - f - 1) * sizeof(gone));
            p.num_files--;
            cr_expect_neq(fixture_result(&p, profile), PASS, "%s without %s",
                          fixture_name((enum fixture_kind)kind), gone.name);
            fixture_remanifest(&p);
            cr_expect_neq(fixture_result(&p, profile), PASS, "%s without %s, new manifest",
                          fixture_name((enum fixture_kind)kind), gone.name);
            memmove(&p.files[f + 1], &p.files[f], (p.num_files - f) * sizeof(gone));
            p.files[f] = gone;
            p.num_files++;
            fixture_remanifest(&p);
        }
        proposal_clear(&p);
    }
    profile_free(profile);
}
