// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include "src/base/err.h"
#include "src/base/types.h"

/*
 * Ethereum addresses as text.
 * Source: EIP-55 (checksum by case), EIP-3770 is not accepted here.
 */

#define ADDRESS_TEXT_LEN 43 /* 0x, 40 digits, NUL */

struct address_text {
    char s[ADDRESS_TEXT_LEN];
};

/* Whole and checksummed; addresses are never shown shortened. */
struct address_text address_format(const struct address *a);

/*
 * 0x and 40 hex digits. All lower or all upper case carries no checksum and is accepted; mixed
 * case must be the EIP-55 spelling. ERR_FORMAT says which of the rules was broken, and for a
 * wrong checksum shows the right spelling in the hint.
 */
MUST_CHECK enum err address_parse(struct diag *d, struct address *out, const char *text);

#endif
