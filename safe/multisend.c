// SPDX-License-Identifier: Apache-2.0
#include "safe/multisend.h"

#include "src/base/abi.h"
#include "src/base/limits.h"
#include "src/base/u256.h"

static const uint8_t multisend_selector[4] = { 0x8d, 0x80, 0xff, 0x0a };

void multisend_add(struct buf *packed, const struct multisend_item *item)
{
    buf_add_u8(packed, item->operation);
    buf_add(packed, item->to.b, sizeof(item->to.b));
    buf_add(packed, item->value.be, sizeof(item->value.be));
    abi_add_u64(packed, item->data_len);
    buf_add(packed, item->data, item->data_len);
}

enum err multisend_next(struct diag *d, struct multisend_item *out, struct reader *packed)
{
    struct reader r = *packed;
    struct multisend_item item = { 0 };
    struct u256 data_len;
    uint64_t n = 0;

    *out = item;
    if (!reader_u8(&r, &item.operation) || !reader_bytes(&r, item.to.b, sizeof(item.to.b)) ||
        !reader_bytes(&r, item.value.be, sizeof(item.value.be)) ||
        !reader_bytes(&r, data_len.be, sizeof(data_len.be)))
        return diag_set(d, ERR_FORMAT, "multisend: an item is cut short, %zu bytes are left",
                        packed->left);
    if (item.operation > 1)
        return diag_set(d, ERR_FORMAT, "multisend: expected operation 0 or 1, found %u",
                        (unsigned)item.operation);
    if (!u256_to_u64(&data_len, &n) || n > r.left || !reader_borrow(&r, &item.data, (size_t)n))
        return diag_set(d, ERR_FORMAT, "multisend: the data of an item is longer than the list");
    item.data_len = (size_t)n;
    *out = item;
    *packed = r;
    return OK;
}

enum err multisend_calldata(struct diag *d, struct buf *out, const struct buf *packed)
{
    size_t padding = (32 - packed->len % 32) % 32;
    enum err e = buf_check(d, packed, "a multisend list");

    if (e != OK)
        return e;
    buf_add(out, multisend_selector, sizeof(multisend_selector));
    abi_add_u64(out, 32);
    abi_add_u64(out, packed->len);
    buf_add(out, packed->data, packed->len);
    buf_add_zero(out, padding);
    return buf_check(d, out, "multisend calldata");
}
