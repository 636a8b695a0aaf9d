// SPDX-License-Identifier: Apache-2.0
#include "src/base/interrupt.h"

#include <stddef.h>
#include <time.h>

static const int ends[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP };

void interrupt_hold(struct interrupt *held)
{
    sigset_t set;

    (void)sigemptyset(&set);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        (void)sigaddset(&set, ends[i]);
    (void)sigaddset(&set, SIGTSTP);
    (void)sigprocmask(SIG_BLOCK, &set, &held->before);
}

bool interrupt_is_pending(void)
{
    sigset_t pending;

    if (sigpending(&pending) != 0)
        return false;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        if (sigismember(&pending, ends[i]) == 1)
            return true;
    }
    return false;
}

void interrupt_release(const struct interrupt *held)
{
    (void)sigprocmask(SIG_SETMASK, &held->before, NULL);
}

void interrupt_release_answered(const struct interrupt *held)
{
    const struct timespec at_once = { 0, 0 };
    sigset_t interrupt;

    (void)sigemptyset(&interrupt);
    (void)sigaddset(&interrupt, SIGINT);
    (void)sigtimedwait(&interrupt, NULL, &at_once);
    interrupt_release(held);
}
