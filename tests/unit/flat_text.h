// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_FLAT_TEXT_H
#define TESTS_FLAT_TEXT_H

#include <string.h>

#include "src/base/bytes.h"

/* A SafeTx in the flat form, as text, with one member changed. */

#define FLAT_SAFE   "0x1780C78eB50cD28dC349CEA8452eD1F7206D8fF9"
#define FLAT_TO     "0xF0911198Ef0a4b4234546fa5F50d6d1D45091774"
#define FLAT_ZERO   "0x0000000000000000000000000000000000000000"
#define NUM_MEMBERS 13

static const struct {
    const char *key;
    const char *value;
} flat_members[NUM_MEMBERS] = {
    { "chainId", "1" },
    { "safe", "\"" FLAT_SAFE "\"" },
    { "version", "\"1.4.1\"" },
    { "to", "\"" FLAT_TO "\"" },
    { "value", "\"0\"" },
    { "data", "\"0x8f2a0b\"" },
    { "operation", "0" },
    { "safeTxGas", "\"0\"" },
    { "baseGas", "\"0\"" },
    { "gasPrice", "\"0\"" },
    { "gasToken", "\"" FLAT_ZERO "\"" },
    { "refundReceiver", "\"" FLAT_ZERO "\"" },
    { "nonce", "\"7\"" },
};

/*
 * The object with the value of key replaced by value (JSON text; NULL leaves the member out), and
 * with more (", \"key\": …", may be "") at its end.
 */
static inline void flat_text(struct buf *out, const char *key, const char *value, const char *more)
{
    bool first = true;

    buf_add_str(out, "{");
    for (size_t i = 0; i < NUM_MEMBERS; i++) {
        bool changed = key != NULL && strcmp(key, flat_members[i].key) == 0;

        if (changed && value == NULL)
            continue;
        buf_addf(out, "%s\"%s\":%s", first ? "" : ",", flat_members[i].key,
                 changed ? value : flat_members[i].value);
        first = false;
    }
    buf_addf(out, "%s}", more);
}

#endif
