// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <signal.h>

#include "src/base/interrupt.h"

Test(interrupt, is_seen_and_answered)
{
    struct interrupt held;

    interrupt_hold(&held);
    cr_expect_not(interrupt_is_pending());
    (void)raise(SIGTSTP);
    cr_expect_not(interrupt_is_pending());
    (void)signal(SIGTSTP, SIG_IGN); /* the test goes on */
    (void)raise(SIGINT);
    cr_expect(interrupt_is_pending());
    interrupt_release_answered(&held);
    cr_expect_not(interrupt_is_pending());
}

/* A question inside of an operation: the operation's end still sees what came. */
Test(interrupt, is_held_by_the_outer_one)
{
    struct interrupt outer, inner;

    interrupt_hold(&outer);
    interrupt_hold(&inner);
    (void)raise(SIGINT);
    interrupt_release(&inner);
    cr_expect(interrupt_is_pending());
    interrupt_release_answered(&outer);
    cr_expect_not(interrupt_is_pending());
}

/* nohup, and what a shell starts in the background. */
Test(interrupt, what_is_ignored_does_not_count)
{
    static const int numbers[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
    struct interrupt held;

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        (void)signal(numbers[i], SIG_IGN);
        interrupt_hold(&held);
        (void)raise(numbers[i]);
        cr_expect_not(interrupt_is_pending(), "signal %d", numbers[i]);
        interrupt_release(&held);
    }
}

Test(interrupt, takes_effect_when_released, .signal = SIGTERM)
{
    struct interrupt held;

    interrupt_hold(&held);
    (void)raise(SIGTERM);
    cr_assert(interrupt_is_pending());
    interrupt_release(&held);
}
