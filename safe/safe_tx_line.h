// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_SAFE_TX_LINE_H
#define SAFE_SAFE_TX_LINE_H

#include "safe/safe_tx_json.h"

/*
 * The usual line of `hash --lines`, read without building a JSON tree: a flat object of plain ASCII
 * strings without escapes and of small integers. It decides nothing: true means that json_parse
 * and safe_tx_from_json (without hints) would give the same; on false out is empty and those two
 * have to look, for another form or for the reason of a refusal.
 *
 * memo holds addresses of the lines before, by their spelling: they come again and again, and the
 * checksum of each costs a Keccak. It changes the time, never the answer. All-zero is empty.
 */
#define SAFE_TX_LINE_ADDRESSES 16
struct safe_tx_line_memo {
    struct safe_tx_line_address {
        bool known;
        char text[42]; /* found right */
        struct address address;
    } addresses[SAFE_TX_LINE_ADDRESSES];
};
MUST_CHECK bool safe_tx_read_line(struct safe_tx_input *out, struct safe_tx_line_memo *memo,
                                  const char *line, size_t line_len);

#endif
