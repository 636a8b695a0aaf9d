// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/bytes.h"

/*
 * Hexadecimal text, strictly: lower or upper case digits, an even number of them, nothing else.
 * Functions named _0x require the 0x prefix (lower-case x); the others refuse it.
 */

#define HEX_LEN(num_bytes)    (2 * (size_t)(num_bytes) + 1)     /* digits and NUL */
#define HEX_0X_LEN(num_bytes) (2 * (size_t)(num_bytes) + 2 + 1) /* 0x, digits and NUL */

/* Lower-case digits and NUL into out[HEX_LEN(data_len)]; returns out. */
char *hex_encode(char *out, const uint8_t *data, size_t data_len);
/* The same with 0x in front, out[HEX_0X_LEN(data_len)]. */
char *hex_encode_0x(char *out, const uint8_t *data, size_t data_len);

/* Exactly out_len bytes from text_len characters; on failure out is zeroed. */
MUST_CHECK bool hex_decode(uint8_t *out, size_t out_len, const char *text, size_t text_len);
MUST_CHECK bool hex_decode_0x(uint8_t *out, size_t out_len, const char *text);
/* Any number of bytes, appended to an initialised buffer; text "0x" is empty. */
MUST_CHECK enum err hex_decode_0x_buf(struct diag *d, struct buf *out, const char *text);

void buf_add_hex(struct buf *b, const uint8_t *data, size_t data_len);
void buf_add_hex_0x(struct buf *b, const uint8_t *data, size_t data_len);

/* 0x + 64 digits. */
MUST_CHECK enum err hash32_parse(struct diag *d, struct hash32 *out, const char *text);
struct hash32_text {
    char s[HEX_0X_LEN(32)];
};
struct hash32_text hash32_format(const struct hash32 *h);

#endif
