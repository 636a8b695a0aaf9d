// SPDX-License-Identifier: Apache-2.0
/*
 * Forges proposals and holds verify's answer against the oracle's: no yes that the oracle calls no.
 *
 *   forger COUNT [SEED [FIRST]]     counts by answer and by reason; 1 if a yes is wrong
 *   forger --show NUMBER [SEED]     one of them: profile, proposal, report
 *   forger --plant NAME COUNT       the same with a fault in the checks, which must be found
 *   forger --plants                 their names
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/limits.h"
#include "src/base/term.h"
#include "tests/forger/forger.h"

#define REASONS_MAX 64
#define CHECKS_MAX  128
#define JOBS_MAX    64
/* A share of yes below this, or reasons that never came up, would mean that nothing is tested. */
#define LEAST_YES_PERCENT 8
#define ENOUGH_FOR_ALL    20000

struct counts {
    uint64_t verdicts[2][4]; /* by the oracle: no, yes; by verify */
    uint64_t steps[8][2];    /* all, yes */
    uint64_t reasons[REASONS_MAX];
    uint64_t stricter[CHECKS_MAX]; /* the oracle says yes; the check that does not */
    uint64_t wrong;
    /* Numbers, 0 for none: the forger's begin at 1. */
    uint64_t first_wrong, first_stricter[CHECKS_MAX];
};
#define NUM_SUMS (offsetof(struct counts, first_wrong) / sizeof(uint64_t))

struct answer {
    enum verdict verdict;
    size_t against; /* the first check that is */
    const char *why;
};

static size_t first_against(const struct report *r)
{
    size_t i = 0;

    while (i < r->num_checks && !check_is_against(&r->checks[i]))
        i++;
    return i;
}

static void ask(struct answer *out, const struct world *w, bool show)
{
    struct verify_options options = { .now_s = NOW, .path = "proposal.json" };
    struct profile *profile = NULL;
    struct verification v;
    struct proposal p;
    struct buf text;

    options.executable = w->executable;
    buf_init(&text, 1024 * 1024);
    build_profile(&text, w);
    NEED(profile_parse(d, &profile, text.data, text.len, "profile.yaml", NULL));
    build_proposal(&p, w);
    NEED(verify_proposal(d, &v, &p, profile, &options, NULL, 0));
    out->verdict = report_result(&v.report);
    out->against = first_against(&v.report);
    out->why = oracle(w);
    if (show) {
        printf("%s\n", buf_str(&text));
        buf_clear(&text);
        buf_init(&text, LIMIT_EVIDENCE_BYTES);
        NEED(proposal_write(d, &text, &p));
        printf("%s\n", buf_str(&text));
        report_print_against(&v.report, false);
        report_print_rest(&v.report, false);
    }
    verification_clear(&v);
    proposal_clear(&p);
    profile_free(profile);
    buf_clear(&text);
}

static size_t reason_index(const char *why)
{
    size_t i = 0;

    while (oracle_reason_at(i) != NULL && strcmp(oracle_reason_at(i), why) != 0)
        i++;
    return i;
}

static void count(struct counts *c, const struct world *w, const struct answer *a)
{
    c->verdicts[a->why == NULL][a->verdict]++;
    c->steps[w->step][0]++;
    c->steps[w->step][1] += a->verdict == PASS;
    if (a->why != NULL)
        c->reasons[reason_index(a->why)]++;
    if (a->why == NULL && a->verdict != PASS && c->stricter[a->against]++ == 0)
        c->first_stricter[a->against] = w->number;
    if (a->why != NULL && a->verdict == PASS && c->wrong++ == 0)
        c->first_wrong = w->number;
}

static void work(struct counts *c, uint64_t seed, uint64_t first, uint64_t end, uint64_t step)
{
    struct world w;
    struct answer a;

    for (uint64_t i = first; i < end; i += step) {
        draw(&w, seed, i);
        ask(&a, &w, false);
        count(c, &w, &a);
    }
}

static void add_counts(struct counts *sum, const struct counts *c)
{
    uint64_t *to = (uint64_t *)sum;
    const uint64_t *from = (const uint64_t *)c;

    for (size_t i = 0; i < NUM_SUMS; i++)
        to[i] += from[i];
    for (size_t i = NUM_SUMS; i < sizeof(*c) / sizeof(*to); i++)
        to[i] = to[i] == 0 || (from[i] != 0 && from[i] < to[i]) ? from[i] : to[i];
}

/* One process for each core; every one takes each jobs-th number. */
static bool work_in_parallel(struct counts *sum, uint64_t seed, uint64_t first, uint64_t n)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t jobs = cores < 1 ? 1 : cores > JOBS_MAX ? JOBS_MAX : (uint64_t)cores;
    int ends[JOBS_MAX];
    bool good = true;

    for (uint64_t job = 0; job < jobs; job++) {
        int pipes[2];
        struct counts c = { 0 };

        if (pipe(pipes) != 0)
            abort();
        ends[job] = pipes[0];
        if (fork() != 0) {
            (void)close(pipes[1]);
            continue;
        }
        work(&c, seed, first + job, first + n, jobs);
        _exit(write(pipes[1], &c, sizeof(c)) == sizeof(c) ? 0 : 1);
    }
    for (uint64_t job = 0; job < jobs; job++) {
        struct counts c;
        int status = 0;

        good = read(ends[job], &c, sizeof(c)) == sizeof(c) && good;
        if (good)
            add_counts(sum, &c);
        good = wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0 && good;
    }
    return good;
}

static void print_counts(const struct counts *c, uint64_t n)
{
    static const char *const verdicts[] = { "not checked", "yes", "no", "could not tell" };

    for (unsigned v = 1; v < 4; v++)
        printf("verify %-15s %8" PRIu64 "   oracle yes %8" PRIu64 ", no %8" PRIu64 "\n",
               verdicts[v], c->verdicts[0][v] + c->verdicts[1][v], c->verdicts[1][v],
               c->verdicts[0][v]);
    for (unsigned s = STEP_SCHEDULE; s <= STEP_REJECT; s++)
        printf("%-10s %8" PRIu64 ", yes %8" PRIu64 "\n", step_name((enum step)s), c->steps[s][0],
               c->steps[s][1]);
    printf("the oracle says no for:\n");
    for (size_t i = 0; oracle_reason_at(i) != NULL; i++)
        printf("%8" PRIu64 " %s\n", c->reasons[i], oracle_reason_at(i));
    printf("verify alone says no, or could not tell, by:\n");
    for (size_t i = 0; i < CHECKS_MAX && check_info_at(i) != NULL; i++) {
        if (c->stricter[i] > 0)
            printf("%8" PRIu64 " %s, first %" PRIu64 "\n", c->stricter[i], check_info_at(i)->id,
                   c->first_stricter[i]);
    }
    printf("%" PRIu64 " proposals, %" PRIu64 " wrong yes\n", n, c->wrong);
}

static bool tests_something(const struct counts *c, uint64_t n)
{
    bool good = true;

    if (c->verdicts[1][PASS] * 100 < n * LEAST_YES_PERCENT) {
        printf("too few proposals are right: the least is %d %%\n", LEAST_YES_PERCENT);
        good = false;
    }
    for (size_t i = 0; n >= ENOUGH_FOR_ALL && oracle_reason_at(i) != NULL; i++) {
        if (c->reasons[i] > 0)
            continue;
        printf("never drawn: %s\n", oracle_reason_at(i));
        good = false;
    }
    return good;
}

static int forge(uint64_t n, uint64_t seed, uint64_t first)
{
    struct counts c = { 0 };

    if (!work_in_parallel(&c, seed, first, n)) {
        printf("a process of the forger ended early\n");
        return 2;
    }
    print_counts(&c, n);
    if (c.wrong > 0)
        printf("a wrong yes: forger --show %" PRIu64 " %" PRIu64 "\n", c.first_wrong, seed);
    return c.wrong == 0 && tests_something(&c, n) ? 0 : 1;
}

static int show(uint64_t number, uint64_t seed)
{
    struct world w;
    struct answer a;

    draw(&w, seed, number);
    ask(&a, &w, true);
    printf("verify: %s; oracle: %s\n", verdict_name(a.verdict), a.why != NULL ? a.why : "yes");
    return 0;
}

/* A fault in the checks must be found. */
static int forge_with_fault(const char *name, uint64_t n)
{
    struct counts c = { 0 };

    if (!plant(name))
        return 2;
    if (!work_in_parallel(&c, 1, 1, n))
        return 2;
    printf("%-12s %6" PRIu64 " wrong yes in %" PRIu64 "\n", name, c.wrong, n);
    return c.wrong > 0 ? 0 : 1;
}

static uint64_t number_at(char **argv, int argc, int i, uint64_t otherwise)
{
    return i < argc ? strtoull(argv[i], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--plants") == 0) {
        for (size_t i = 0; plant_at(i) != NULL; i++)
            printf("%s\n", plant_at(i));
        return 0;
    }
    if (argc == 4 && strcmp(argv[1], "--plant") == 0)
        return forge_with_fault(argv[2], number_at(argv, argc, 3, 0));
    if (argc >= 3 && strcmp(argv[1], "--show") == 0)
        return show(number_at(argv, argc, 2, 0), number_at(argv, argc, 3, 1));
    if (argc >= 2)
        return forge(number_at(argv, argc, 1, 0), number_at(argv, argc, 2, 1),
                     number_at(argv, argc, 3, 1));
    fprintf(stderr, "usage: forger COUNT [SEED [FIRST]] | --show NUMBER [SEED] | --plant NAME "
                    "COUNT | --plants\n");
    return 2;
}
