// SPDX-License-Identifier: Apache-2.0
#include "hw/trezor/protobuf.h"

#include <assert.h>
#include <string.h>

enum wire { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

#define MAX_FIELD ((1U << 29) - 1)
/* More are not in any message that is read. */
#define MAX_SPEC 32

/* Seven bits a byte, the lowest first; in the shortest form and below 2^64. */
static bool read_varint(struct reader *r, uint64_t *out)
{
    struct reader at = *r;
    uint64_t value = 0;
    uint8_t byte = 0;

    *out = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (!reader_u8(&at, &byte))
            return false;
        if (shift == 63 && byte > 1)
            return false;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            if (byte == 0 && shift > 0)
                return false;
            *out = value;
            *r = at;
            return true;
        }
    }
    return false;
}

static bool read_u32(struct reader *r, uint32_t *out)
{
    uint64_t value = 0;
    bool ok = read_varint(r, &value) && value <= UINT32_MAX;

    *out = ok ? (uint32_t)value : 0;
    return ok;
}

static bool read_tag(struct reader *r, uint32_t *number, uint32_t *wire)
{
    uint32_t tag = 0;
    bool ok = read_u32(r, &tag);

    *number = tag >> 3;
    *wire = tag & 7;
    return ok && *number != 0 && *number <= MAX_FIELD;
}

static bool read_bytes(struct reader *r, const uint8_t **out, size_t *len)
{
    uint32_t n = 0;

    *out = NULL;
    *len = 0;
    if (!read_u32(r, &n) || !reader_borrow(r, out, n))
        return false;
    *len = n;
    return true;
}

static bool skip(struct reader *r, uint32_t wire)
{
    const uint8_t *data = NULL;
    uint64_t value = 0;
    size_t len = 0;

    if (wire == WIRE_VARINT)
        return read_varint(r, &value);
    if (wire == WIRE_BYTES)
        return read_bytes(r, &data, &len);
    if (wire == WIRE_FIXED64)
        return reader_borrow(r, &data, 8);
    if (wire == WIRE_FIXED32)
        return reader_borrow(r, &data, 4);
    return false; /* groups, and what does not exist */
}

static bool read_one(struct pb_list *list, struct reader *r)
{
    return list->num < PB_MAX_LIST && read_u32(r, &list->value[list->num++]);
}

static bool read_list(struct pb_list *list, struct reader *r, uint32_t wire)
{
    const uint8_t *data = NULL;
    struct reader packed;
    size_t len = 0;

    if (wire == WIRE_VARINT)
        return read_one(list, r);
    if (wire != WIRE_BYTES || !read_bytes(r, &data, &len))
        return false;
    reader_init(&packed, data, len);
    while (!reader_end(&packed)) {
        if (!read_one(list, &packed))
            return false;
    }
    return true;
}

static bool read_field(void *at, enum pb_kind kind, struct reader *r, uint32_t wire)
{
    struct pb_uint *number = at;
    struct pb_bytes *bytes = at;

    switch (kind) {
    case PB_BOOL:
    case PB_UINT:
        if (number->has || wire != WIRE_VARINT || !read_varint(r, &number->value))
            return false;
        number->has = true;
        return number->value <= (kind == PB_BOOL ? 1 : UINT32_MAX);
    case PB_BYTES:
    case PB_TEXT:
        if (bytes->has || wire != WIRE_BYTES || !read_bytes(r, &bytes->data, &bytes->len))
            return false;
        bytes->has = true;
        return kind == PB_BYTES || bytes->len == 0 || memchr(bytes->data, 0, bytes->len) == NULL;
    case PB_LIST:
        return read_list(at, r, wire);
    }
    return false;
}

bool pb_read(void *out, const struct pb_spec *spec, size_t num_spec, const uint8_t *data,
             size_t data_len)
{
    struct reader r;
    uint32_t seen = 0;
    uint32_t number = 0, wire = 0;

    assert(num_spec <= MAX_SPEC);
    reader_init(&r, data, data_len);
    while (!reader_end(&r)) {
        size_t i = 0;

        if (!read_tag(&r, &number, &wire))
            return false;
        while (i < num_spec && spec[i].number != number)
            i++;
        if (i == num_spec ? !skip(&r, wire)
                          : !read_field((uint8_t *)out + spec[i].offset, spec[i].kind, &r, wire))
            return false;
        if (i < num_spec)
            seen |= 1U << i;
    }
    for (size_t i = 0; i < num_spec; i++) {
        if (spec[i].required && (seen & 1U << i) == 0)
            return false;
    }
    return true;
}

/* --- writing -----------------------------------------------------------------------------------
 */

static void add_varint(struct buf *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        buf_add_u8(out, (uint8_t)(value | 0x80));
    buf_add_u8(out, (uint8_t)value);
}

void pb_add_uint(struct buf *out, uint32_t number, uint64_t value)
{
    add_varint(out, (uint64_t)number << 3 | WIRE_VARINT);
    add_varint(out, value);
}

void pb_add_bytes(struct buf *out, uint32_t number, const void *data, size_t data_len)
{
    add_varint(out, (uint64_t)number << 3 | WIRE_BYTES);
    add_varint(out, data_len);
    buf_add(out, data, data_len);
}

void pb_add_str(struct buf *out, uint32_t number, const char *text)
{
    pb_add_bytes(out, number, text, strlen(text));
}
