// SPDX-License-Identifier: Apache-2.0
#include "src/base/deadline.h"

#include <time.h>

static uint64_t whole_ms = DEADLINE_DEFAULT_MS;
static uint64_t spent_ms = 0;

void deadline_set(uint64_t ms)
{
    whole_ms = ms;
    spent_ms = 0;
}

uint64_t deadline_whole_ms(void)
{
    return whole_ms;
}

uint64_t deadline_left_ms(void)
{
    return spent_ms < whole_ms ? whole_ms - spent_ms : 0;
}

void deadline_spend(uint64_t ms)
{
    spent_ms = ms < UINT64_MAX - spent_ms ? spent_ms + ms : UINT64_MAX;
}

uint64_t monotonic_ms(void)
{
    struct timespec now = { 0 };

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void sleep_ms(uint64_t ms)
{
    struct timespec left = { (time_t)(ms / 1000), (long)(ms % 1000) * 1000000L };

    while (nanosleep(&left, &left) != 0)
        ;
}
