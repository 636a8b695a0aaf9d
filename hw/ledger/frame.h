// SPDX-License-Identifier: Apache-2.0
#ifndef HW_LEDGER_FRAME_H
#define HW_LEDGER_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "hw/io.h"

/*
 * Messages in HID reports, both ways:
 *
 *     0101 channel | 05 tag | sequence BE16 from 0 | [length BE16, in the first] | bytes | padding
 *
 * The first report carries 57 bytes, the others 59. Channel, tag and sequence have to be right and
 * the length in range; there is no resynchronisation. Padding is written as zero and not looked at:
 * firmware clears it (ledger-secure-sdk, protocol/src/ledger_protocol.c), Ledger's own host code
 * ignores it, and nothing is taken from it.
 * Source: LedgerHQ/ledger-live, devices/src/hid-framing; ledger-secure-sdk v25.12.3.
 */

/* CLA INS P1 P2 Lc and 255 bytes. */
#define LEDGER_MAX_COMMAND 260
/* 256 bytes of a short answer and the status word. */
#define LEDGER_MAX_ANSWER 258

/* message_len 1 to LEDGER_MAX_COMMAND. */
MUST_CHECK enum err ledger_frame_write(struct diag *d, const struct hw_io *io,
                                       const uint8_t *message, size_t message_len);
/* An answer of 2 (the status word) to LEDGER_MAX_ANSWER bytes; *out_len is 0 unless OK. ERR_DEVICE
 * for anything that is not strictly in order, and as hw_io_read. */
MUST_CHECK enum err ledger_frame_read(struct diag *d, const struct hw_io *io,
                                      uint8_t out[static LEDGER_MAX_ANSWER], size_t *out_len,
                                      const struct hw_budget *b);

#endif
