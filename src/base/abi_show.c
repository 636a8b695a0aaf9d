// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "src/base/abi.h"
#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/term.h"
#include "src/base/u256.h"

static const struct abi_type *item_type(const struct abi_type *t, size_t i)
{
    return t->kind == ABI_TUPLE ? &t->inner[i] : t->inner;
}

/* Two's complement of a word, as its magnitude. */
static struct u256 magnitude(const uint8_t word[static 32])
{
    struct u256 n;
    unsigned carry = 1;

    for (size_t i = sizeof(n.be); i-- > 0;) {
        unsigned sum = (unsigned)(uint8_t)~word[i] + carry;

        n.be[i] = (uint8_t)sum;
        carry = sum >> 8;
    }
    return n;
}

static void write_integer(struct buf *out, const struct abi_type *t, const struct abi_value *v)
{
    bool negative = t->kind == ABI_INT && (v->word[0] & 0x80) != 0;
    struct u256 n = negative ? magnitude(v->word) : abi_as_u256(v);

    buf_addf(out, "%s%s", negative ? "-" : "", u256_format(&n).s);
}

static void write_string(struct buf *out, const struct abi_value *v)
{
    const char *text = (const char *)v->data;

    buf_add_str(out, "\"");
    for (size_t i = 0; i < v->data_len; i++) {
        if (text[i] == '"')
            buf_add_str(out, "\\x22");
        else
            buf_add_untrusted(out, &text[i], 1);
    }
    buf_add_str(out, "\"");
}

static void write_scalar(struct buf *out, const struct abi_type *t, const struct abi_value *v)
{
    struct address a;

    if (t->kind == ABI_UINT || t->kind == ABI_INT) {
        write_integer(out, t, v);
    } else if (t->kind == ABI_ADDRESS) {
        a = abi_as_address(v);
        buf_add_str(out, address_format(&a).s);
    } else if (t->kind == ABI_BOOL) {
        buf_add_str(out, v->word[31] == 1 ? "true" : "false");
    } else if (t->kind == ABI_FIXED_BYTES) {
        buf_add_hex_0x(out, v->word, t->size);
    } else {
        buf_add_hex_0x(out, v->data, v->data_len);
    }
}

void abi_value_write(struct buf *out, const struct abi_type *t, const struct abi_value *v)
{
    if (t->kind == ABI_STRING) {
        write_string(out, v);
        return;
    }
    if (t->kind != ABI_TUPLE && t->kind != ABI_ARRAY && t->kind != ABI_FIXED_ARRAY) {
        write_scalar(out, t, v);
        return;
    }
    buf_add_str(out, t->kind == ABI_TUPLE ? "(" : "[");
    for (size_t i = 0; i < v->num_items; i++) {
        buf_add_str(out, i > 0 ? "," : "");
        abi_value_write(out, item_type(t, i), &v->items[i]);
    }
    buf_add_str(out, t->kind == ABI_TUPLE ? ")" : "]");
}

static struct json *scalar_json(const struct abi_type *t, const struct abi_value *v)
{
    struct json *j = NULL;
    struct buf text;

    if (t->kind == ABI_BOOL)
        return json_new_bool(v->word[31] == 1);
    if (t->kind == ABI_STRING)
        return json_new_text((const char *)v->data, v->data_len);
    buf_init(&text, HEX_0X_LEN(v->data_len) + ADDRESS_TEXT_LEN + U256_DEC_LEN);
    write_scalar(&text, t, v);
    /* A failed buffer gives NULL, which marks the tree, so that json_write reports it. */
    j = buf_ok(&text) ? json_new_string(buf_str(&text)) : NULL;
    buf_clear(&text);
    return j;
}

struct json *abi_value_json(const struct abi_type *t, const struct abi_value *v)
{
    struct json *list = NULL;

    if (t->kind != ABI_TUPLE && t->kind != ABI_ARRAY && t->kind != ABI_FIXED_ARRAY)
        return scalar_json(t, v);
    list = json_new_array();
    for (size_t i = 0; i < v->num_items; i++)
        json_append(list, abi_value_json(item_type(t, i), &v->items[i]));
    return list;
}
