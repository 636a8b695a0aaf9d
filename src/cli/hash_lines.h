// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_HASH_LINES_H
#define CLI_HASH_LINES_H

#include "safe/safe_tx_json.h"

/*
 * `hash --lines`: each line of the file ("-": standard input) is a SafeTx, each line of the answer
 * its hashes, or {"line":N,"error":{"code","message"}}. A line that claims another hash gets the
 * member "claimedSafeTxHash". *exit_code: 2 if any line was refused, else 1 if any claim differed,
 * else 0.
 */
MUST_CHECK enum err hash_lines(struct diag *d, const char *path, const struct safe_tx_hints *hints,
                               int *exit_code);

#endif
