// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_EIP712_H
#define BASE_EIP712_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/types.h"

/*
 * The frame of EIP-712: a struct is hashed as keccak256(typehash || one word per member), and what
 * is signed is keccak256(0x19 || 0x01 || domain separator || struct hash). Members of a dynamic
 * type enter as the keccak256 of their content. Which struct, which domain: see the callers.
 */

#define EIP712_MAX_WORDS 16

struct eip712_struct {
    uint8_t words[32 * EIP712_MAX_WORDS];
    size_t num_words;
};

void eip712_init(struct eip712_struct *s, const struct hash32 *typehash);
void eip712_add_word(struct eip712_struct *s, const uint8_t word[32]);
void eip712_add_address(struct eip712_struct *s, const struct address *a);
void eip712_add_u256(struct eip712_struct *s, const struct u256 *a);
void eip712_add_u64(struct eip712_struct *s, uint64_t value);
/* bytes or string: its keccak256. */
void eip712_add_dynamic(struct eip712_struct *s, const void *data, size_t data_len);
void eip712_hash(struct hash32 *out, const struct eip712_struct *s);

void eip712_digest(struct hash32 *out, const struct hash32 *domain_separator,
                   const struct hash32 *struct_hash);

#endif
