// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_INTERRUPT_H
#define BASE_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

#include "src/base/err.h"

/*
 * Ctrl-C while something has to be ended in order: a terminal without echo, a question on a
 * device's screen. Signals that end the process (INT, QUIT, TERM, HUP) and TSTP are held back and
 * asked for; no handler, no global.
 *
 *     struct interrupt held;
 *
 *     interrupt_hold(&held);
 *     … interrupt_is_pending() between slices of waiting …
 *     interrupt_release(&held);
 */
struct interrupt {
    sigset_t before;
};

void interrupt_hold(struct interrupt *held);
/* One of the signals that end the process has come since (the terminal's stop does not count, nor
 * one that the process ignores, as nohup has it). */
bool interrupt_is_pending(void);
/* A pending one takes effect now. */
void interrupt_release(const struct interrupt *held);
/* The same, but a pending INT is forgotten: the caller reports it as ERR_REFUSED. */
void interrupt_release_answered(const struct interrupt *held);
/* One or the other: answered for ERR_REFUSED. Returns e. */
enum err interrupt_release_after(const struct interrupt *held, enum err e);

#endif
