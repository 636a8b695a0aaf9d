// SPDX-License-Identifier: Apache-2.0
#include "src/base/rlp.h"

#include "src/base/u256.h"

/* Length prefix of a string (base 0x80) or list (base 0xc0). */
static void add_length(struct buf *out, uint8_t base, size_t len)
{
    struct u256 be = u256_from_u64(len);
    size_t num_bytes = (u256_bits(&be) + 7) / 8;

    if (len <= 55) {
        buf_add_u8(out, (uint8_t)(base + len));
        return;
    }
    buf_add_u8(out, (uint8_t)(base + 55 + num_bytes));
    buf_add(out, be.be + sizeof(be.be) - num_bytes, num_bytes);
}

void rlp_add_bytes(struct buf *out, const uint8_t *data, size_t data_len)
{
    if (data_len != 1 || data[0] >= 0x80)
        add_length(out, 0x80, data_len);
    buf_add(out, data, data_len);
}

void rlp_add_u256(struct buf *out, const struct u256 *value)
{
    size_t num_bytes = (u256_bits(value) + 7) / 8;

    rlp_add_bytes(out, value->be + sizeof(value->be) - num_bytes, num_bytes);
}

void rlp_add_u64(struct buf *out, uint64_t value)
{
    struct u256 a = u256_from_u64(value);

    rlp_add_u256(out, &a);
}

void rlp_add_list(struct buf *out, const struct buf *items)
{
    if (!buf_ok(items)) {
        out->failed = true;
        out->over_max = items->over_max;
        return;
    }
    add_length(out, 0xc0, items->len);
    buf_add(out, items->data, items->len);
}
