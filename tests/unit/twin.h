// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_TWIN_H
#define TESTS_TWIN_H

#include "src/base/bytes.h"

/* n - s, and the other parity of a v of 27 or 28: the same signature to ECDSA. */
static inline void make_high_s(struct sig65 *sig)
{
    static const uint8_t order[32] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                       0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
                                       0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b,
                                       0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41 };
    int borrow = 0;

    for (int i = 31; i >= 0; i--) {
        int digit = order[i] - sig->b[32 + i] - borrow;

        borrow = digit < 0;
        sig->b[32 + i] = (uint8_t)(digit + (borrow ? 256 : 0));
    }
    sig->b[64] = (uint8_t)(55 - sig->b[64]);
}

#endif
