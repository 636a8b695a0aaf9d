// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "src/base/abi.h"
#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/u256.h"

struct cursor {
    struct diag *d;
    const char *at;
    size_t nodes; /* left */
    bool inside;  /* of brackets: a string is quoted, a scalar ends at a delimiter */
};

/* The text of a scalar, copied out so that the strict parsers of other modules can read it. */
struct token {
    char *s; /* owned */
};

static void skip_spaces(struct cursor *c)
{
    while (*c->at == ' ')
        c->at++;
}

static bool take(struct cursor *c, char wanted)
{
    if (*c->at != wanted)
        return false;
    c->at++;
    return true;
}

static enum err expected(struct cursor *c, const struct abi_type *t, const char *found)
{
    struct buf name;

    buf_init(&name, 256);
    abi_type_write(&name, t);
    (void)diag_set(c->d, ERR_FORMAT, "expected %.128s, found '%.80s'", buf_str(&name), found);
    buf_clear(&name);
    return ERR_FORMAT;
}

static enum err take_token(struct cursor *c, struct token *out)
{
    size_t len = c->inside ? strcspn(c->at, ",()[] \"") : strlen(c->at);

    *out = (struct token){ 0 };
    if ((out->s = malloc(len + 1)) == NULL)
        return diag_set(c->d, ERR_NOMEM, "out of memory");
    memcpy(out->s, c->at, len);
    out->s[len] = '\0';
    c->at += len;
    return OK;
}

static void negate(struct u256 *n)
{
    unsigned carry = 1;

    for (size_t i = sizeof(n->be); i-- > 0;) {
        unsigned sum = (unsigned)(uint8_t)~n->be[i] + carry;

        n->be[i] = (uint8_t)sum;
        carry = sum >> 8;
    }
}

/* A two's complement word of this sign, that intN of `bits` bits can hold. */
static bool fits_signed(const struct u256 *word, bool negative, unsigned bits)
{
    size_t unused = sizeof(word->be) - bits / 8;

    for (size_t i = 0; i < unused; i++) {
        if (word->be[i] != (negative ? 0xff : 0))
            return false;
    }
    return (word->be[unused] >> 7 == 1) == negative;
}

static bool parse_integer(struct abi_value *out, const struct abi_type *t, const char *text)
{
    bool negative = t->kind == ABI_INT && text[0] == '-';
    struct u256 n;

    text += negative ? 1 : 0;
    if (!u256_from_dec(&n, text) && (negative || !u256_from_hex(&n, text)))
        return false;
    if (negative && u256_is_zero(&n))
        return false;
    if (negative)
        negate(&n);
    if (t->kind == ABI_UINT ? u256_bits(&n) > t->size : !fits_signed(&n, negative, t->size))
        return false;
    memcpy(out->word, n.be, sizeof(out->word));
    return true;
}

static bool parse_bool(struct abi_value *out, const char *text)
{
    out->word[31] = strcmp(text, "true") == 0;
    return out->word[31] == 1 || strcmp(text, "false") == 0;
}

static enum err parse_address(struct diag *d, struct abi_value *out, const char *text)
{
    struct address a;
    enum err e = address_parse(d, &a, text);

    if (e == OK)
        memcpy(out->word + 12, a.b, sizeof(a.b));
    return e;
}

/* The buffer becomes the value's data. */
static enum err take_data(struct diag *d, struct abi_value *out, struct buf *b)
{
    enum err e = buf_check(d, b, "an argument");

    if (e == OK && (out->data = bytes_dup(b->data, b->len)) == NULL)
        e = diag_set(d, ERR_NOMEM, "out of memory");
    if (e == OK)
        out->data_len = b->len;
    return e;
}

static enum err parse_bytes(struct diag *d, struct abi_value *out, const char *text)
{
    enum err e = ERR_INTERNAL;
    struct buf b;

    buf_init(&b, LIMIT_CALLDATA_BYTES);
    if ((e = hex_decode_0x_buf(d, &b, text)) == OK)
        e = take_data(d, out, &b);
    buf_clear(&b);
    return e;
}

static enum err parse_scalar(struct cursor *c, struct abi_value *out, const struct abi_type *t)
{
    struct token token;
    enum err e = take_token(c, &token);

    if (e != OK)
        return e;
    if (t->kind == ABI_ADDRESS)
        e = parse_address(c->d, out, token.s);
    else if (t->kind == ABI_BYTES)
        e = parse_bytes(c->d, out, token.s);
    else if (t->kind == ABI_BOOL)
        e = parse_bool(out, token.s) ? OK : expected(c, t, token.s);
    else if (t->kind == ABI_FIXED_BYTES)
        e = hex_decode_0x(out->word, t->size, token.s) ? OK : expected(c, t, token.s);
    else
        e = parse_integer(out, t, token.s) ? OK : expected(c, t, token.s);
    free(token.s);
    return e;
}

/* Behind the opening quote. Escapes: \" and \xNN, the latter as abi_value_write makes them. */
static enum err parse_quoted(struct cursor *c, struct buf *out)
{
    for (; *c->at != '"'; c->at++) {
        uint8_t byte = (uint8_t)*c->at;

        if (byte == '\0')
            return diag_set(c->d, ERR_FORMAT, "expected a closing '\"'");
        if (byte != '\\') {
            buf_add_u8(out, byte);
        } else if (c->at[1] == '"') {
            buf_add_u8(out, '"');
            c->at++;
        } else if (c->at[1] == 'x' && c->at[2] != '\0' && hex_decode(&byte, 1, c->at + 2, 2)) {
            buf_add_u8(out, byte);
            c->at += 3;
        } else {
            return diag_set(c->d, ERR_FORMAT, "expected \\\" or \\xNN in a string, found '%.8s'",
                            c->at);
        }
    }
    c->at++;
    return OK;
}

static enum err parse_string(struct cursor *c, struct abi_value *out, const struct abi_type *t)
{
    enum err e = OK;
    struct buf b;

    buf_init(&b, LIMIT_CALLDATA_BYTES);
    if (!c->inside) {
        buf_add_str(&b, c->at);
        c->at += strlen(c->at);
    } else if (take(c, '"')) {
        e = parse_quoted(c, &b);
    } else {
        e = expected(c, t, c->at);
    }
    if (e == OK)
        e = take_data(c->d, out, &b);
    buf_clear(&b);
    return e;
}

static enum err parse_value(struct cursor *c, struct abi_value *out, const struct abi_type *t);

/* Room for one more item, which is all zero. */
static enum err grow_items(struct cursor *c, struct abi_value *v)
{
    struct abi_value *items = NULL;

    if (c->nodes == 0)
        return diag_set(c->d, ERR_LIMIT, "more than %d values", LIMIT_ABI_NODES);
    c->nodes--;
    if ((items = realloc(v->items, (v->num_items + 1) * sizeof(*items))) == NULL)
        return diag_set(c->d, ERR_NOMEM, "out of memory");
    v->items = items;
    v->items[v->num_items++] = (struct abi_value){ 0 };
    return OK;
}

static enum err parse_items(struct cursor *c, struct abi_value *out, const struct abi_type *t,
                            char close)
{
    do {
        const struct abi_type *inner = t->inner;
        enum err e = grow_items(c, out);

        if (e != OK)
            return e;
        if (t->kind == ABI_TUPLE && out->num_items > t->num_inner)
            return expected(c, t, "more members");
        if (t->kind == ABI_TUPLE)
            inner = &t->inner[out->num_items - 1];
        skip_spaces(c);
        if ((e = parse_value(c, &out->items[out->num_items - 1], inner)) != OK)
            return e;
        skip_spaces(c);
    } while (take(c, ','));
    return take(c, close) ? OK : expected(c, t, c->at);
}

static enum err parse_list(struct cursor *c, struct abi_value *out, const struct abi_type *t)
{
    size_t wanted = t->kind == ABI_TUPLE ? t->num_inner : t->size;
    char open = t->kind == ABI_TUPLE ? '(' : '[';
    bool outer = c->inside;
    enum err e = OK;

    if (!take(c, open))
        return expected(c, t, c->at);
    c->inside = true;
    skip_spaces(c);
    if (t->kind == ABI_TUPLE || !take(c, ']'))
        e = parse_items(c, out, t, t->kind == ABI_TUPLE ? ')' : ']');
    c->inside = outer;
    if (e == OK && t->kind != ABI_ARRAY && out->num_items != wanted)
        e = expected(c, t, "fewer or more items");
    return e;
}

/* On failure out may be half made: the caller clears it. */
static enum err parse_value(struct cursor *c, struct abi_value *out, const struct abi_type *t)
{
    switch (t->kind) {
    case ABI_ARRAY:
    case ABI_FIXED_ARRAY:
    case ABI_TUPLE:
        return parse_list(c, out, t);
    case ABI_STRING:
        return parse_string(c, out, t);
    case ABI_UINT:
    case ABI_INT:
    case ABI_ADDRESS:
    case ABI_BOOL:
    case ABI_FIXED_BYTES:
    case ABI_BYTES:
        break;
    }
    return parse_scalar(c, out, t);
}

enum err abi_value_parse(struct diag *d, struct abi_value *out, const struct abi_type *t,
                         const char *text)
{
    struct cursor c = { .d = d, .at = text, .nodes = LIMIT_ABI_NODES };
    enum err e = ERR_INTERNAL;

    *out = (struct abi_value){ 0 };
    e = parse_value(&c, out, t);
    if (e == OK && *c.at != '\0')
        e = diag_set(d, ERR_FORMAT, "unexpected text behind the value: '%.64s'", c.at);
    if (e != OK)
        abi_value_clear(out);
    return e;
}
