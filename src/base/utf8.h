// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/*
 * Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing over U+10FFFF.
 *
 * The length (1 to 4) of the character at the start of data_len bytes and its code point; 0 and 0
 * if there is no well-formed one. data_len is at least 1.
 */
size_t utf8_decode(uint32_t *out, const void *data, size_t data_len);

#endif
