// SPDX-License-Identifier: Apache-2.0
#ifndef HW_LEDGER_APDU_H
#define HW_LEDGER_APDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hw/io.h"
#include "hw/ledger/frame.h"

/*
 * Commands and answers, over HID reports (hw/ledger/frame.h) or over Speculos' TCP port:
 *
 *     command: BE32 length | command      answer: BE32 length of the data | data | status word
 *
 * Source: ISO 7816-4, without Le; LedgerHQ/speculos, speculos/mcu/apdu.py.
 */

struct ledger_link {
    struct hw_io io; /* HID */
    int fd;          /* TCP; -1: HID */
    bool broken;     /* an answer is outstanding or was not understood: nothing more goes over it */
};

struct ledger_command {
    uint8_t cla, ins, p1, p2;
    const uint8_t *data; /* borrowed */
    size_t data_len;     /* at most 255; Lc is sent even if it is 0 */
};

struct ledger_answer {
    uint16_t status;
    uint8_t data[LEDGER_MAX_ANSWER];
    size_t data_len;
};

/* io is taken over: ledger_link_close closes it. */
void ledger_link_io(struct ledger_link *link, const struct hw_io *io);
/* As socket_tcp_open. */
MUST_CHECK enum err ledger_link_tcp(struct diag *d, struct ledger_link *link, const char *host_port,
                                    bool allow_remote);
void ledger_link_close(struct ledger_link *link);
/* Throw away answers that somebody else did not wait for. */
MUST_CHECK enum err ledger_link_drain(struct diag *d, struct ledger_link *link);

/*
 * One command and its answer, whatever its status word. A failure breaks the link: the exchange
 * was left in the middle, and what comes next could be the answer to something else.
 */
MUST_CHECK enum err ledger_exchange(struct diag *d, struct ledger_link *link,
                                    struct ledger_answer *out, const struct ledger_command *command,
                                    const struct hw_budget *b);
/* One more answer, without a command; for those who expect a stale one before theirs. */
MUST_CHECK enum err ledger_receive(struct diag *d, struct ledger_link *link,
                                   struct ledger_answer *out, const struct hw_budget *b);

#endif
