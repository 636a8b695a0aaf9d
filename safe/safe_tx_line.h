// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_SAFE_TX_LINE_H
#define SAFE_SAFE_TX_LINE_H

#include "safe/safe_tx_json.h"

/*
 * The usual line of `hash --lines`, read without building a JSON tree: a flat object of plain ASCII
 * strings without escapes and of small integers. It decides nothing: true means that json_parse
 * and safe_tx_from_json (without hints) would give the same; on false out is empty and those two
 * have to look, for another form or for the reason of a refusal.
 */
MUST_CHECK bool safe_tx_read_line(struct safe_tx_input *out, const char *line, size_t line_len);

#endif
