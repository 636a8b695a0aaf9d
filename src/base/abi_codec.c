// SPDX-License-Identifier: Apache-2.0
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/abi.h"
#include "src/base/limits.h"

#define WORD 32

/* --- decode ----------------------------------------------------------------------------------- */

struct decoder {
    struct diag *d;
    size_t nodes; /* left */
    size_t bytes; /* left to copy */
};

static enum err fail(const struct decoder *c, const char *what)
{
    return diag_set(c->d, ERR_FORMAT, "%s", what);
}

/* A 32-byte length or offset; false if cut short or more than any buffer could hold. */
static bool read_size(struct reader *r, size_t *out)
{
    struct reader at = *r;
    uint32_t n = 0;

    *out = 0;
    if (!reader_skip_zero(&at, WORD - 4) || !reader_be32(&at, &n))
        return false;
    *r = at;
    *out = n;
    return true;
}

/* What follows offset in a frame. */
static bool reader_seek(struct reader *out, const struct reader *frame, size_t offset)
{
    const uint8_t *skipped = NULL;

    *out = *frame;
    return reader_borrow(out, &skipped, offset);
}

static bool all_are(const uint8_t *data, size_t data_len, uint8_t wanted)
{
    for (size_t i = 0; i < data_len; i++) {
        if (data[i] != wanted)
            return false;
    }
    return true;
}

/* NULL, or what is wrong with a word of this type. */
static const char *word_problem(const struct abi_type *t, const uint8_t word[static WORD])
{
    size_t unused = t->kind == ABI_UINT || t->kind == ABI_INT ? WORD - t->size / 8 : 0;

    switch (t->kind) {
    case ABI_UINT:
        return all_are(word, unused, 0) ? NULL : "an unsigned integer is out of its type's range";
    case ABI_INT:
        return all_are(word, unused, word[unused] & 0x80 ? 0xff : 0)
                   ? NULL
                   : "a signed integer is out of its type's range";
    case ABI_ADDRESS:
        return all_are(word, 12, 0) ? NULL : "dirty padding in front of an address";
    case ABI_BOOL:
        return all_are(word, WORD - 1, 0) && word[WORD - 1] <= 1 ? NULL
                                                                 : "a bool is neither 0 nor 1";
    case ABI_FIXED_BYTES:
        return all_are(word + t->size, WORD - t->size, 0) ? NULL : "dirty padding behind bytesN";
    case ABI_BYTES:
    case ABI_STRING:
    case ABI_ARRAY:
    case ABI_FIXED_ARRAY:
    case ABI_TUPLE:
        break;
    }
    return "expected a scalar";
}

static enum err make_items(struct decoder *c, struct abi_value *out, size_t n)
{
    if (n > c->nodes)
        return diag_set(c->d, ERR_LIMIT, "more than %d values", LIMIT_ABI_NODES);
    c->nodes -= n;
    if (n == 0)
        return OK;
    if ((out->items = calloc(n, sizeof(*out->items))) == NULL)
        return diag_set(c->d, ERR_NOMEM, "out of memory");
    out->num_items = n;
    return OK;
}

static enum err decode_bytes(struct decoder *c, struct abi_value *out, struct reader tail)
{
    const uint8_t *data = NULL;
    size_t len = 0;
    size_t padding = 0;

    if (!read_size(&tail, &len) || !reader_borrow(&tail, &data, len))
        return fail(c, "the length of bytes or a string is outside the data");
    padding = (WORD - len % WORD) % WORD;
    /* Contracts do not read the padding: it may be missing at the very end. */
    if (!reader_skip_zero(&tail, padding < tail.left ? padding : tail.left))
        return fail(c, "dirty padding behind bytes or a string");
    if (len > c->bytes)
        return diag_set(c->d, ERR_LIMIT, "more than %d bytes in values", LIMIT_ABI_BYTES);
    c->bytes -= len;
    if ((out->data = bytes_dup(data, len)) == NULL)
        return diag_set(c->d, ERR_NOMEM, "out of memory");
    out->data_len = len;
    return OK;
}

static enum err decode_value(struct decoder *c, struct abi_value *out, const struct abi_type *t,
                             struct reader *head, const struct reader *frame);

/* Say which value it was. */
static enum err locate(const struct decoder *c, const struct abi_type *t, size_t i)
{
    if (t->kind == ABI_TUPLE && t->names[i][0] != '\0')
        return diag_prefix(c->d, "'%.64s'", t->names[i]);
    return diag_prefix(c->d, "%s %zu", t->kind == ABI_TUPLE ? "value" : "item", i);
}

/* The items of out, whose heads and tails are in frame, one after the other from head. */
static enum err decode_items(struct decoder *c, struct abi_value *out, const struct abi_type *t,
                             struct reader *head, const struct reader *frame)
{
    for (size_t i = 0; i < out->num_items; i++) {
        const struct abi_type *inner = t->kind == ABI_TUPLE ? &t->inner[i] : t->inner;

        if (decode_value(c, &out->items[i], inner, head, frame) != OK)
            return locate(c, t, i);
    }
    return OK;
}

static size_t fixed_items(const struct abi_type *t)
{
    return t->kind == ABI_TUPLE ? t->num_inner : t->size;
}

static enum err decode_tail(struct decoder *c, struct abi_value *out, const struct abi_type *t,
                            struct reader tail)
{
    struct reader frame;
    enum err e = OK;
    size_t n = 0;

    if (t->kind == ABI_BYTES || t->kind == ABI_STRING)
        return decode_bytes(c, out, tail);
    if (t->kind == ABI_ARRAY) {
        if (!read_size(&tail, &n) || n > tail.left / (WORD * abi_type_head_words(t->inner)))
            return fail(c, "the length of an array is outside the data");
    } else {
        n = fixed_items(t);
    }
    frame = tail;
    if ((e = make_items(c, out, n)) != OK)
        return e;
    return decode_items(c, out, t, &tail, &frame);
}

static enum err decode_value(struct decoder *c, struct abi_value *out, const struct abi_type *t,
                             struct reader *head, const struct reader *frame)
{
    const char *problem = NULL;
    struct reader tail;
    enum err e = OK;
    size_t offset = 0;

    if (abi_type_is_dynamic(t)) {
        if (!read_size(head, &offset) || !reader_seek(&tail, frame, offset))
            return fail(c, "an offset is outside the data");
        return decode_tail(c, out, t, tail);
    }
    if (t->kind == ABI_TUPLE || t->kind == ABI_FIXED_ARRAY) {
        if ((e = make_items(c, out, fixed_items(t))) != OK)
            return e;
        return decode_items(c, out, t, head, frame);
    }
    if (!reader_bytes(head, out->word, WORD))
        return fail(c, "cut short");
    if ((problem = word_problem(t, out->word)) != NULL)
        return fail(c, problem);
    return OK;
}

enum err abi_decode(struct diag *d, struct abi_value *out, const struct abi_type *params,
                    const uint8_t *data, size_t data_len)
{
    struct decoder c = { d, LIMIT_ABI_NODES, LIMIT_ABI_BYTES };
    struct reader tail;
    enum err e = ERR_INTERNAL;

    assert(params->kind == ABI_TUPLE);
    *out = (struct abi_value){ 0 };
    reader_init(&tail, data, data_len);
    e = decode_tail(&c, out, params, tail);
    if (e != OK)
        abi_value_clear(out);
    return e;
}

void abi_value_clear(struct abi_value *v)
{
    for (size_t i = 0; i < v->num_items; i++)
        abi_value_clear(&v->items[i]);
    free(v->items);
    free(v->data);
    *v = (struct abi_value){ 0 };
}

/* --- encode ----------------------------------------------------------------------------------- */

static const struct abi_type *item_type(const struct abi_type *t, size_t i)
{
    return t->kind == ABI_TUPLE ? &t->inner[i] : t->inner;
}

static size_t padded(size_t n)
{
    return n + (WORD - n % WORD) % WORD;
}

/* Bytes of the encoding without the offset that may point to it. */
static size_t encoded_size(const struct abi_type *t, const struct abi_value *v)
{
    size_t size = t->kind == ABI_ARRAY ? WORD : 0;

    if (t->kind == ABI_BYTES || t->kind == ABI_STRING)
        return WORD + padded(v->data_len);
    if (t->kind != ABI_ARRAY && t->kind != ABI_FIXED_ARRAY && t->kind != ABI_TUPLE)
        return WORD;
    for (size_t i = 0; i < v->num_items; i++) {
        const struct abi_type *inner = item_type(t, i);

        size += encoded_size(inner, &v->items[i]) + (abi_type_is_dynamic(inner) ? WORD : 0);
    }
    return size;
}

static void encode_value(struct buf *out, const struct abi_type *t, const struct abi_value *v);

/* Heads, then tails in the order of the heads: the canonical layout. */
static void encode_items(struct buf *out, const struct abi_type *t, const struct abi_value *v)
{
    size_t offset = 0;

    for (size_t i = 0; i < v->num_items; i++)
        offset += WORD * abi_type_head_words(item_type(t, i));
    for (size_t i = 0; i < v->num_items; i++) {
        const struct abi_type *inner = item_type(t, i);

        if (!abi_type_is_dynamic(inner)) {
            encode_value(out, inner, &v->items[i]);
            continue;
        }
        abi_add_u64(out, offset);
        offset += encoded_size(inner, &v->items[i]);
    }
    for (size_t i = 0; i < v->num_items; i++) {
        if (abi_type_is_dynamic(item_type(t, i)))
            encode_value(out, item_type(t, i), &v->items[i]);
    }
}

static void encode_value(struct buf *out, const struct abi_type *t, const struct abi_value *v)
{
    switch (t->kind) {
    case ABI_BYTES:
    case ABI_STRING:
        abi_add_u64(out, v->data_len);
        buf_add(out, v->data, v->data_len);
        buf_add_zero(out, padded(v->data_len) - v->data_len);
        break;
    case ABI_ARRAY:
        abi_add_u64(out, v->num_items);
        encode_items(out, t, v);
        break;
    case ABI_FIXED_ARRAY:
    case ABI_TUPLE:
        assert(v->num_items == fixed_items(t));
        encode_items(out, t, v);
        break;
    case ABI_UINT:
    case ABI_INT:
    case ABI_ADDRESS:
    case ABI_BOOL:
    case ABI_FIXED_BYTES:
        buf_add(out, v->word, WORD);
        break;
    }
}

enum err abi_encode(struct diag *d, struct buf *out, const struct abi_type *params,
                    const struct abi_value *v)
{
    assert(params->kind == ABI_TUPLE);
    encode_value(out, params, v);
    return buf_check(d, out, "the ABI encoding");
}

enum err abi_is_canonical(struct diag *d, bool *out, const struct abi_type *params,
                          const struct abi_value *v, const uint8_t *data, size_t data_len)
{
    enum err e = ERR_INTERNAL;
    struct buf again;

    *out = false;
    if (encoded_size(params, v) != data_len)
        return OK;
    buf_init(&again, data_len);
    if ((e = abi_encode(d, &again, params, v)) == OK)
        *out = again.len == data_len && (data_len == 0 || memcmp(again.data, data, data_len) == 0);
    buf_clear(&again);
    return e;
}

/* --- words ------------------------------------------------------------------------------------ */

void abi_add_address(struct buf *out, const struct address *a)
{
    buf_add_zero(out, 12);
    buf_add(out, a->b, sizeof(a->b));
}

void abi_add_u256(struct buf *out, const struct u256 *a)
{
    buf_add(out, a->be, sizeof(a->be));
}

void abi_add_u64(struct buf *out, uint64_t value)
{
    buf_add_zero(out, WORD - 8);
    for (int shift = 56; shift >= 0; shift -= 8)
        buf_add_u8(out, (uint8_t)(value >> shift));
}

void abi_add_hash(struct buf *out, const struct hash32 *h)
{
    buf_add(out, h->b, sizeof(h->b));
}

struct address abi_as_address(const struct abi_value *v)
{
    struct address a;

    memcpy(a.b, v->word + 12, sizeof(a.b));
    return a;
}

struct u256 abi_as_u256(const struct abi_value *v)
{
    struct u256 n;

    memcpy(n.be, v->word, sizeof(n.be));
    return n;
}

struct hash32 abi_as_hash(const struct abi_value *v)
{
    struct hash32 h;

    memcpy(h.b, v->word, sizeof(h.b));
    return h;
}
