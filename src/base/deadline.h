// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_DEADLINE_H
#define BASE_DEADLINE_H

#include <stdint.h>

/*
 * How long this process may wait for the network, all waits together: an endpoint that answers each
 * question at its leisure, or asks to come back later, does not hold a verb up for ever. A time
 * that a person, a device or a block takes is none of it. One for the process, as a verb is one
 * run.
 */

#define DEADLINE_DEFAULT_MS 60000

/* Anew, with that much; without a call it is DEADLINE_DEFAULT_MS. */
void deadline_set(uint64_t ms);
/* What deadline_set gave, for messages. */
uint64_t deadline_whole_ms(void);
/* What is left of it, 0 if nothing is. */
uint64_t deadline_left_ms(void);
/* That much was waited. */
void deadline_spend(uint64_t ms);

/* A clock that only goes forward. */
uint64_t monotonic_ms(void);
/* Sleeps, whatever signals come. */
void sleep_ms(uint64_t ms);

#endif
