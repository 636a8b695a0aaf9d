// SPDX-License-Identifier: Apache-2.0
#include "src/base/eip712.h"

#include <assert.h>
#include <string.h>

#include "src/base/keccak.h"
#include "src/base/u256.h"

void eip712_init(struct eip712_struct *s, const struct hash32 *typehash)
{
    s->num_words = 0;
    eip712_add_word(s, typehash->b);
}

void eip712_add_word(struct eip712_struct *s, const uint8_t word[32])
{
    assert(s->num_words < EIP712_MAX_WORDS);
    memcpy(s->words + 32 * s->num_words++, word, 32);
}

void eip712_add_address(struct eip712_struct *s, const struct address *a)
{
    uint8_t word[32] = { 0 };

    memcpy(word + 12, a->b, sizeof(a->b));
    eip712_add_word(s, word);
}

void eip712_add_u256(struct eip712_struct *s, const struct u256 *a)
{
    eip712_add_word(s, a->be);
}

void eip712_add_u64(struct eip712_struct *s, uint64_t value)
{
    struct u256 a = u256_from_u64(value);

    eip712_add_u256(s, &a);
}

void eip712_add_dynamic(struct eip712_struct *s, const void *data, size_t data_len)
{
    struct hash32 h;

    keccak256(&h, data, data_len);
    eip712_add_word(s, h.b);
}

void eip712_hash(struct hash32 *out, const struct eip712_struct *s)
{
    keccak256(out, s->words, 32 * s->num_words);
}

void eip712_digest(struct hash32 *out, const struct hash32 *domain_separator,
                   const struct hash32 *struct_hash)
{
    uint8_t frame[2 + 32 + 32] = { 0x19, 0x01 };

    memcpy(frame + 2, domain_separator->b, 32);
    memcpy(frame + 34, struct_hash->b, 32);
    keccak256(out, frame, sizeof(frame));
}
