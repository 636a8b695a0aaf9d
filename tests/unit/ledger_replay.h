// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_LEDGER_REPLAY_H
#define TESTS_LEDGER_REPLAY_H

#include "hw/ledger/apdu.h"
#include "hw_replay.h"
#include "tests/unit/known_safe_tx.h"

/* Commands and answers of a Ledger as reports for hw_replay.h, framed here once more. */

/* A whole command, CLA to the last byte, as hex digits. */
void ledger_replay_command(struct hw_replay *r, const char *hex);
/* The same from parts, CLA e0. */
void ledger_replay_send(struct hw_replay *r, uint8_t ins, uint8_t p1, uint8_t p2,
                        const uint8_t *data, size_t data_len);
/* An answer with its status word, as hex digits. */
void ledger_replay_answer(struct hw_replay *r, const char *hex);

/* A link to it. */
struct ledger_link ledger_replay_link(struct hw_replay *r);

/* Of the account that signed known_safe_tx.h's, and its answers to both. */
#define KNOWN_PATH "058000002c8000003c800000000000000000000000"
/* v r s, as the app answers. */
#define KNOWN_ANSWER_EMPTY                                             \
    "1b"                                                               \
    "2c71bd118f58839ca63fdd1cc4a6bdf527498c2479083bb8aeeaedbf8902ed76" \
    "10f8d4570fc049d72a01e5626e10552c1d17dfccde52be20f21cc19f208dfdc1"
#define KNOWN_ANSWER_TRANSFER                                          \
    "1c"                                                               \
    "c1e4eafcdca834a17c51a5ee622fbcfd5b2d2c02d16229793f099b1589e580fe" \
    "13fcc94a9b6047facc82fc170947d1862d8bd60600273f22e7f13549a5638205"

#endif
