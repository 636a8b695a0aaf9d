// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_HW_REPLAY_H
#define TESTS_HW_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hw/io.h"

/*
 * A device made of recorded reports. What the host writes has to be the next recorded report, byte
 * for byte; what it reads is handed out in order. Anything else is ERR_DEVICE, and `why` tells
 * what. Where nothing is recorded for the host to read, the cable is unplugged (ERR_DEVICE), unless
 * `silent`; asking without waiting (drain) finds nothing. Copy by assignment, then damage the copy.
 */
struct replay_report {
    bool from_host;
    uint8_t b[HW_REPORT_BYTES];
};
#define HW_REPLAY_MAX 2048
struct hw_replay {
    struct replay_report reports[HW_REPLAY_MAX];
    size_t num;
    size_t next;
    bool silent;    /* nothing to read: wait, then say that nothing came */
    bool tolerant;  /* any 64 bytes may be written where a write is recorded; they replace it */
    bool failed;    /* the host wrote something that is not recorded */
    size_t closed;  /* calls of hw_io.close */
    char why[1024]; /* of the first failure */
};

void hw_replay_init(struct hw_replay *r);
/* The host is expected to write this / reads this. len up to 64, the rest is zero. */
void hw_replay_host(struct hw_replay *r, const uint8_t *report, size_t len);
void hw_replay_device(struct hw_replay *r, const uint8_t *report, size_t len);
/* The same, as hex digits (white space between them is fine). */
void hw_replay_host_hex(struct hw_replay *r, const char *hex);
void hw_replay_device_hex(struct hw_replay *r, const char *hex);

/* r stays the caller's; close only counts. */
struct hw_io hw_replay_io(struct hw_replay *r);
/* Everything was written and read, and nothing else. */
bool hw_replay_done(const struct hw_replay *r);

/*
 * Damage, on reports that the device sends; index counts those alone. False if there is no such
 * report: loops end there.
 */
bool hw_replay_flip(struct hw_replay *r, size_t index, size_t bit); /* bit below 512 */
bool hw_replay_remove(struct hw_replay *r, size_t index);           /* it never comes */
bool hw_replay_duplicate(struct hw_replay *r, size_t index);        /* it comes twice */
bool hw_replay_swap(struct hw_replay *r, size_t index);             /* with the one after it */
bool hw_replay_cut(struct hw_replay *r, size_t index, size_t keep); /* zero from keep on */
/* Unplugged after `index` reports of both sides. False if there are no more than that. */
bool hw_replay_unplug(struct hw_replay *r, size_t index);

#endif
