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

/* Blocked, an ignored signal waits like any other (Linux): it means nothing all the same. */
static bool is_ignored(int number)
{
    struct sigaction action;

    return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

bool interrupt_is_pending(void)
{
    sigset_t pending;

    if (sigpending(&pending) != 0)
        return false;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        if (sigismember(&pending, ends[i]) == 1 && !is_ignored(ends[i]))
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

enum err interrupt_release_after(const struct interrupt *held, enum err e)
{
    if (e == ERR_REFUSED)
        interrupt_release_answered(held);
    else
        interrupt_release(held);
    return e;
}
