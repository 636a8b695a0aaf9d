// SPDX-License-Identifier: Apache-2.0
/* A number as a deployment, its rules and a proposal. */
#include <string.h>

#include "tests/forger/forger.h"

uint64_t roll(struct dice *d, uint64_t sides)
{
    uint64_t z = d->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (z ^ z >> 31) % sides;
}

bool chance(struct dice *d, unsigned percent)
{
    return roll(d, 100) < percent;
}

/* How often something is odd, and how much the rules allow: both differ from proposal to proposal,
 * so that many are right and many are wrong in one thing alone. */
struct hand {
    struct dice *dice;
    struct world *w;
    unsigned odd;     /* percent */
    unsigned lenient; /* percent */
};

static bool odd(const struct hand *h)
{
    return chance(h->dice, h->odd);
}

static void draw_rules(const struct hand *h)
{
    struct rules *r = &h->w->rules;
    struct dice *d = h->dice;

    r->has_timelock = chance(d, 75);
    r->releases = chance(d, 50);
    for (size_t i = 0; i < NUM_KINDS; i++) {
        r->pinned[i] = chance(d, h->lenient);
        r->unproved[i] = chance(d, h->lenient / 2);
    }
    for (size_t i = 0; i < NUM_PLACES; i++)
        r->code[i] = chance(d, h->lenient);
    for (size_t i = 0; i < NUM_CHANGES; i++)
        r->changes[i] = chance(d, h->lenient);
    r->app_code = chance(d, h->lenient);
    r->lists_actions = chance(d, 40);
    for (size_t i = 0; i < 64; i++)
        r->actions |= (uint64_t)chance(d, h->lenient) << i;
    r->value = chance(d, h->lenient / 3);
    r->salt_by_hand = chance(d, h->lenient / 3);
    r->script = chance(d, h->lenient / 3);
    r->danger = chance(d, h->lenient / 3);
    r->env = chance(d, h->lenient / 3);
    r->git = chance(d, 80);
    r->expiry = chance(d, 50);
    r->max_commit_age = chance(d, 50);
    r->max_delay = chance(d, 50);
    r->path = chance(d, 50);
    r->branch = odd(h);
    r->images = odd(h);
    r->chain = odd(h);
}

static void draw_step(const struct hand *h)
{
    static const enum step by_weight[] = {
        STEP_SCHEDULE, STEP_SCHEDULE, STEP_SCHEDULE, STEP_SCHEDULE, STEP_SCHEDULE,
        STEP_EXECUTE,  STEP_EXECUTE,  STEP_EXECUTE,  STEP_CANCEL,   STEP_DIRECT,
        STEP_DIRECT,   STEP_DIRECT,   STEP_DIRECT,   STEP_DIRECT,   STEP_REJECT,
    };
    size_t n = sizeof(by_weight) / sizeof(by_weight[0]);
    size_t first = h->w->rules.has_timelock || odd(h) ? 0 : 9;

    h->w->step = by_weight[first + roll(h->dice, n - first)];
}

/* --- calls ------------------------------------------------------------------------------------ */

static enum place draw_place(const struct hand *h)
{
    static const enum place lists[3][4] = {
        { AT_APP, AT_APP, AT_KMS, AT_TIMELOCK },
        { AT_SIDE, AT_SIDE, AT_SIDE, AT_SAFE },
        { AT_APP, AT_KMS, AT_SIDE, AT_SAFE },
    };
    size_t list = h->w->step != STEP_DIRECT ? 0 : h->w->rules.has_timelock ? 1 : 2;

    if (odd(h))
        return (enum place)roll(h->dice, NUM_PLACES);
    return lists[list][roll(h->dice, 4)];
}

static const struct function *draw_function(const struct hand *h, enum place at)
{
    const struct function *fit[64];
    bool quiet = chance(h->dice, 40);
    bool any = odd(h);
    size_t n = 0;

    if (odd(h) && chance(h->dice, 20))
        return &unknown_function;
    if (place_has(at, function_at(0)) && chance(h->dice, 30))
        return function_at(0);
    for (size_t i = 0; function_at(i) != NULL; i++) {
        const struct function *f = function_at(i);

        bool plain = !f->absent && !f->reads && (f->on & (OPERATES | FORMERLY)) == 0;

        if (any || (place_has(at, f) && plain && (!quiet || f->change < 0)))
            fit[n++] = f;
    }
    if (n == 0)
        return function_at(roll(h->dice, 30));
    return fit[roll(h->dice, n)];
}

static enum source draw_source(const struct hand *h)
{
    if (odd(h) || chance(h->dice, 2))
        return (enum source)roll(h->dice, NUM_SOURCES);
    return chance(h->dice, 12) ? FOREIGN : OWN;
}

static void draw_plan(const struct hand *h, struct plan *p, enum place at, unsigned depth);

/* An upgrade's call is to the same contract, another Safe's to anybody. */
static void draw_inner(const struct hand *h, struct plan *p, unsigned depth)
{
    struct world *w = h->w;
    enum place at = p->at;

    if (depth >= 3 || w->num_inner == INNER_MAX)
        return;
    if (strchr(p->fn->args, 'c') != NULL && !chance(h->dice, 40))
        return;
    if (strchr(p->fn->args, 'T') != NULL)
        at = draw_place(h);
    p->inner = &w->inner[w->num_inner++];
    draw_plan(h, p->inner, at, depth + 1);
}

static void draw_plan(const struct hand *h, struct plan *p, enum place at, unsigned depth)
{
    memset(p, 0, sizeof(*p));
    p->at = at;
    p->fn = draw_function(h, at);
    for (size_t i = 0; i < ARGS_MAX; i++) {
        p->source[i] = draw_source(h);
        p->flag[i] = chance(h->dice, 50);
        if (i < strlen(p->fn->args) && strchr("OH", p->fn->args[i]) != NULL && chance(h->dice, 50))
            p->source[i] = ZERO;
    }
    p->prefixed = chance(h->dice, 50);
    p->trailing = odd(h) && chance(h->dice, 30);
    p->dirty = odd(h) && chance(h->dice, 30);
    p->wei = depth == 0 && (odd(h) || (h->w->rules.value && chance(h->dice, 20)));
    p->delegate = depth == 0 && odd(h) && chance(h->dice, 30);
    if (strpbrk(p->fn->args, "cL") != NULL)
        draw_inner(h, p, depth);
}

static bool adds_release(const struct world *w)
{
    for (size_t i = 0; i < w->num_calls + w->num_inner; i++) {
        const struct plan *p = i < w->num_calls ? &w->calls[i] : &w->inner[i - w->num_calls];
        const char *at = strpbrk(p->fn->args, "hH");

        if (at != NULL && p->source[at - p->fn->args] == OWN)
            return true;
    }
    return false;
}

static void draw_calls(const struct hand *h)
{
    struct world *w = h->w;

    if (w->step == STEP_REJECT)
        return;
    w->num_calls = chance(h->dice, 60) ? 1 : 1 + roll(h->dice, CALLS_MAX);
    for (size_t i = 0; i < w->num_calls; i++)
        draw_plan(h, &w->calls[i], draw_place(h), 0);
    w->batch = w->num_calls > 1 || chance(h->dice, 20);
    if (w->step == STEP_DIRECT && w->batch)
        w->wrapping = odd(h) && chance(h->dice, 40) ? WRAP_MULTISEND : WRAP_CALL_ONLY;
}

/* --- the rest --------------------------------------------------------------------------------- */

static unsigned count_dangers(void)
{
    unsigned n = 0;

    while (danger_at(n + 1) != NULL)
        n++;
    return n;
}

static unsigned count_envs(void)
{
    unsigned n = 0;

    while (env_at(n + 1) != NULL)
        n++;
    return n;
}

static void draw_evidence(const struct hand *h)
{
    struct world *w = h->w;

    w->committed_s = NOW - 5 * DAY;
    if (!adds_release(w))
        return;
    w->has_app = !odd(h);
    w->has_file = !odd(h);
    w->has_git = w->has_file && !odd(h);
    w->tag = odd(h);
    w->script = odd(h) || (w->rules.script && chance(h->dice, 30));
    if (odd(h) || (w->rules.danger && chance(h->dice, 30)))
        w->danger = 1 + (unsigned)roll(h->dice, count_dangers());
    if (odd(h) || (w->rules.env && chance(h->dice, 30)))
        w->env = 1 + (unsigned)roll(h->dice, count_envs());
    w->other_file = odd(h);
    w->other_blob = odd(h);
    w->other_path = odd(h) || (!w->rules.path && chance(h->dice, 20));
    if (odd(h))
        w->committed_s = chance(h->dice, 50) ? NOW - 400 * DAY : NOW + DAY;
}

static void draw_times(const struct hand *h)
{
    static const uint64_t ages[] = { 15 * DAY, 100 * DAY, 6 * DAY };
    struct world *w = h->w;

    w->created_s = NOW - 3600;
    w->scheduled_s = NOW - 4 * DAY;
    w->delay_s = 3 * DAY;
    w->nonce_step = 1;
    if (odd(h))
        w->created_s = chance(h->dice, 30) ? NOW + DAY : NOW - ages[roll(h->dice, 3)];
    if (odd(h))
        w->delay_s = chance(h->dice, 50) ? DAY : 60 * DAY;
    if (odd(h))
        w->nonce_step = 0;
}

static bool lie_fits(const struct world *w, enum lie lie)
{
    bool timelock = w->step != STEP_DIRECT && w->step != STEP_REJECT;

    if (lie == LIE_ACTION)
        return w->num_calls > 0;
    return timelock || (lie != LIE_OPERATION_ID && lie != LIE_TIMELOCK && lie != LIE_OPERATION &&
                        lie != LIE_DELAY);
}

static void draw_form(const struct hand *h)
{
    struct world *w = h->w;
    enum lie lie = (enum lie)(1 + roll(h->dice, NUM_LIES - 1));

    if (odd(h) && lie_fits(w, lie))
        w->lie = lie;
    if (odd(h) || (w->rules.salt_by_hand && chance(h->dice, 20)))
        w->salt = chance(h->dice, 70) ? SALT_BY_HAND : SALT_ZERO;
    w->predecessor = odd(h);
    w->tx_wei = odd(h) && chance(h->dice, 50);
    w->gas = odd(h) ? 1U << roll(h->dice, 5) : 0;
    w->tx_delegate = odd(h) && chance(h->dice, 30);
    w->stray = odd(h) && chance(h->dice, 30);
    w->signing = chance(h->dice, 60) ? SIGNED_BY_TWO : SIGNED_BY_NOBODY;
    if (odd(h))
        w->signing = (enum signing)roll(h->dice, 5);
    w->executable = w->signing == SIGNED_BY_TWO ? chance(h->dice, 50) : odd(h);
}

void draw(struct world *w, uint64_t seed, uint64_t number)
{
    static const unsigned odds[] = { 0, 1, 2, 4, 8 };
    static const unsigned leniency[] = { 100, 95, 90, 70, 30 };
    struct dice dice = { seed * UINT64_C(0xd1342543de82ef95) ^ number << 20 };
    struct hand h = { &dice, w, 0, 0 };

    memset(w, 0, sizeof(*w));
    w->number = number;
    (void)roll(&dice, 2);
    h.odd = odds[roll(&dice, 5)];
    h.lenient = leniency[roll(&dice, 5)];
    draw_rules(&h);
    draw_step(&h);
    draw_calls(&h);
    draw_evidence(&h);
    draw_times(&h);
    draw_form(&h);
}
