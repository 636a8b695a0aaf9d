// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_U256_H
#define BASE_U256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/err.h"
#include "src/base/types.h"

/*
 * Unsigned 256-bit integers: parse, print, compare, and the little arithmetic that fees and
 * nonces need. No function wraps: overflow is a failure.
 *
 * Text is strict. Decimal: digits only, no sign, no leading zero (except "0" itself). Hex: 0x and
 * 1 to 64 digits. Anything else, or a value over 2^256 - 1, is refused.
 */

#define U256_DEC_LEN 79 /* 78 digits and NUL */

MUST_CHECK bool u256_from_dec(struct u256 *out, const char *text);
MUST_CHECK bool u256_from_dec_len(struct u256 *out, const char *text, size_t text_len);
MUST_CHECK bool u256_from_hex(struct u256 *out, const char *text);
/* Decimal or 0x hex; the reason for a refusal goes into d. */
MUST_CHECK enum err u256_parse(struct diag *d, struct u256 *out, const char *text);
struct u256 u256_from_u64(uint64_t value);
/* False (and 0) if it does not fit. */
MUST_CHECK bool u256_to_u64(const struct u256 *a, uint64_t *out);

struct u256_text {
    char s[U256_DEC_LEN];
};
struct u256_text u256_format(const struct u256 *a);
/* JSON-RPC quantity: 0x and no leading zero. */
struct u256_quantity {
    char s[2 + 64 + 1];
};
struct u256_quantity u256_format_quantity(const struct u256 *a);

bool u256_is_zero(const struct u256 *a);
bool u256_eq(const struct u256 *a, const struct u256 *b);
int u256_cmp(const struct u256 *a, const struct u256 *b);
MUST_CHECK bool u256_add(struct u256 *out, const struct u256 *a, const struct u256 *b);
/* False, and zero, if b is larger. */
MUST_CHECK bool u256_sub(struct u256 *out, const struct u256 *a, const struct u256 *b);
MUST_CHECK bool u256_mul_u64(struct u256 *out, const struct u256 *a, uint64_t b);
/* Number of bits needed to write the value; 0 for 0. */
unsigned u256_bits(const struct u256 *a);

#endif
