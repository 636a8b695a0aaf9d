// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "src/base/abi.h"
#include "src/base/keccak.h"
#include "src/base/limits.h"

struct cursor {
    struct diag *d;
    const char *text; /* the whole, for messages */
    const char *at;
};

static enum err fail(const struct cursor *c, const char *what)
{
    return diag_set(c->d, ERR_FORMAT, "ABI type '%.128s': %s at column %zu", c->text, what,
                    (size_t)(c->at - c->text) + 1);
}

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

static bool is_digit(char ch)
{
    return ch >= '0' && ch <= '9';
}

static bool is_word(char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || is_digit(ch) || ch == '_' ||
           ch == '$';
}

/* Length of the identifier at the cursor; 0 if there is none. */
static size_t word_length(const struct cursor *c)
{
    size_t n = 0;

    while (is_word(c->at[n]))
        n++;
    return n > 0 && is_digit(c->at[0]) ? 0 : n;
}

static bool word_is(const char *word, size_t word_len, const char *wanted)
{
    return strlen(wanted) == word_len && memcmp(word, wanted, word_len) == 0;
}

/* Decimal without leading zero, 1 to max. */
static bool parse_number(unsigned *out, const char *text, size_t text_len, unsigned max)
{
    unsigned n = 0;

    *out = 0;
    if (text_len == 0 || text_len > 5 || text[0] == '0')
        return false;
    for (size_t i = 0; i < text_len; i++) {
        if (!is_digit(text[i]))
            return false;
        n = 10 * n + (unsigned)(text[i] - '0');
    }
    if (n > max)
        return false;
    *out = n;
    return true;
}

static bool set_scalar(struct abi_type *out, enum abi_kind kind, unsigned size)
{
    out->kind = kind;
    out->size = size;
    return true;
}

/* uintN, intN or bytesN: the letters of prefix, then a number. */
static bool parse_sized(struct abi_type *out, const char *word, size_t word_len, const char *prefix,
                        enum abi_kind kind)
{
    size_t prefix_len = strlen(prefix);
    unsigned max = kind == ABI_FIXED_BYTES ? 32 : 256;
    unsigned n = 0;

    if (word_len <= prefix_len || memcmp(word, prefix, prefix_len) != 0 ||
        !parse_number(&n, word + prefix_len, word_len - prefix_len, max))
        return false;
    return (kind == ABI_FIXED_BYTES || n % 8 == 0) && set_scalar(out, kind, n);
}

static bool parse_elementary(struct abi_type *out, const char *word, size_t word_len)
{
    if (word_is(word, word_len, "address"))
        return set_scalar(out, ABI_ADDRESS, 0);
    if (word_is(word, word_len, "bool"))
        return set_scalar(out, ABI_BOOL, 0);
    if (word_is(word, word_len, "bytes"))
        return set_scalar(out, ABI_BYTES, 0);
    if (word_is(word, word_len, "string"))
        return set_scalar(out, ABI_STRING, 0);
    if (word_is(word, word_len, "uint"))
        return set_scalar(out, ABI_UINT, 256);
    if (word_is(word, word_len, "int"))
        return set_scalar(out, ABI_INT, 256);
    return parse_sized(out, word, word_len, "uint", ABI_UINT) ||
           parse_sized(out, word, word_len, "int", ABI_INT) ||
           parse_sized(out, word, word_len, "bytes", ABI_FIXED_BYTES);
}

static enum err parse_tuple(struct cursor *c, struct abi_type *out, unsigned depth);

/* Put the type into an array of it. */
static enum err wrap(struct cursor *c, struct abi_type *t, enum abi_kind kind, unsigned size)
{
    struct abi_type *inner = malloc(sizeof(*inner));

    if (inner == NULL)
        return diag_set(c->d, ERR_NOMEM, "out of memory");
    *inner = *t; /* moved */
    *t = (struct abi_type){ .kind = kind, .size = size, .inner = inner, .num_inner = 1 };
    return OK;
}

static enum err parse_suffixes(struct cursor *c, struct abi_type *t)
{
    for (unsigned n = 0; take(c, '['); n++) {
        enum abi_kind kind = ABI_ARRAY;
        unsigned size = 0;
        size_t digits = 0;
        enum err e = OK;

        while (is_digit(c->at[digits]))
            digits++;
        if (digits > 0) {
            kind = ABI_FIXED_ARRAY;
            if (!parse_number(&size, c->at, digits, LIMIT_ABI_NODES))
                return fail(c, "expected an array length of 1 to 4096");
            c->at += digits;
        }
        if (!take(c, ']'))
            return fail(c, "expected ']'");
        if (n >= LIMIT_ABI_TYPE_DEPTH)
            return diag_set(c->d, ERR_LIMIT, "ABI type '%.128s' nests deeper than %d", c->text,
                            LIMIT_ABI_TYPE_DEPTH);
        if ((e = wrap(c, t, kind, size)) != OK)
            return e;
    }
    return OK;
}

/* On failure out may be half made: the caller clears it. */
static enum err parse_type(struct cursor *c, struct abi_type *out, unsigned depth)
{
    size_t word_len = 0;
    enum err e = OK;

    if (depth > LIMIT_ABI_TYPE_DEPTH)
        return diag_set(c->d, ERR_LIMIT, "ABI type '%.128s' nests deeper than %d", c->text,
                        LIMIT_ABI_TYPE_DEPTH);
    if (*c->at == '(') {
        if ((e = parse_tuple(c, out, depth)) != OK)
            return e;
        if (out->num_inner == 0)
            return fail(c, "a tuple needs members");
    } else {
        word_len = word_length(c);
        if (!parse_elementary(out, c->at, word_len))
            return fail(c, "expected a type that this program knows");
        c->at += word_len;
    }
    return parse_suffixes(c, out);
}

static enum err parse_name(struct cursor *c, char **out)
{
    static const char *const refused[] = { "memory", "calldata", "storage", "indexed", "payable" };
    size_t len = word_length(c);

    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        if (word_is(c->at, len, refused[i]))
            return fail(c, "expected a parameter name, found a keyword of Solidity,");
    }
    if ((*out = malloc(len + 1)) == NULL)
        return diag_set(c->d, ERR_NOMEM, "out of memory");
    memcpy(*out, c->at, len);
    (*out)[len] = '\0';
    c->at += len;
    return OK;
}

/* Room for one more member; its type and name are all zero. */
static enum err grow_tuple(struct cursor *c, struct abi_type *t)
{
    struct abi_type *inner = NULL;
    char **names = NULL;

    if (t->num_inner >= LIMIT_ABI_PARAMS)
        return diag_set(c->d, ERR_LIMIT, "ABI type '%.128s' has a tuple of more than %d members",
                        c->text, LIMIT_ABI_PARAMS);
    if ((inner = realloc(t->inner, (t->num_inner + 1) * sizeof(*inner))) == NULL)
        return diag_set(c->d, ERR_NOMEM, "out of memory");
    t->inner = inner;
    if ((names = realloc(t->names, (t->num_inner + 1) * sizeof(*names))) == NULL)
        return diag_set(c->d, ERR_NOMEM, "out of memory");
    t->names = names;
    t->inner[t->num_inner] = (struct abi_type){ 0 };
    t->names[t->num_inner] = NULL;
    t->num_inner++;
    return OK;
}

static enum err parse_member(struct cursor *c, struct abi_type *tuple, unsigned depth)
{
    enum err e = grow_tuple(c, tuple);
    size_t i = tuple->num_inner - 1;

    if (e != OK)
        return e;
    skip_spaces(c);
    if ((e = parse_type(c, &tuple->inner[i], depth + 1)) != OK)
        return e;
    skip_spaces(c);
    if ((e = parse_name(c, &tuple->names[i])) != OK)
        return e;
    skip_spaces(c);
    return OK;
}

static enum err parse_tuple(struct cursor *c, struct abi_type *out, unsigned depth)
{
    *out = (struct abi_type){ .kind = ABI_TUPLE };
    if (!take(c, '('))
        return fail(c, "expected '('");
    skip_spaces(c);
    if (take(c, ')'))
        return OK;
    do {
        enum err e = parse_member(c, out, depth);

        if (e != OK)
            return e;
    } while (take(c, ','));
    return take(c, ')') ? OK : fail(c, "expected ',' or ')'");
}

static unsigned type_height(const struct abi_type *t)
{
    unsigned height = 0;

    for (size_t i = 0; i < t->num_inner; i++) {
        unsigned h = type_height(&t->inner[i]);

        height = h > height ? h : height;
    }
    return t->num_inner > 0 ? height + 1 : 0;
}

bool abi_type_is_dynamic(const struct abi_type *t)
{
    if (t->kind == ABI_BYTES || t->kind == ABI_STRING || t->kind == ABI_ARRAY)
        return true;
    for (size_t i = 0; i < t->num_inner; i++) {
        if (abi_type_is_dynamic(&t->inner[i]))
            return true;
    }
    return false;
}

/* Stops growing just above the limit, so nothing overflows. */
size_t abi_type_head_words(const struct abi_type *t)
{
    size_t words = 0;

    if (t->num_inner == 0 && t->kind != ABI_TUPLE)
        return 1;
    if (abi_type_is_dynamic(t))
        return 1;
    for (size_t i = 0; i < t->num_inner; i++)
        words += abi_type_head_words(&t->inner[i]);
    if (t->kind == ABI_FIXED_ARRAY)
        words *= t->size;
    return words > LIMIT_ABI_NODES ? LIMIT_ABI_NODES + 1 : words;
}

/* The limits that hold for the whole, once it is parsed; levels is what its maker may nest. */
static enum err check_whole(struct cursor *c, const struct abi_type *t, unsigned levels)
{
    if (*c->at != '\0')
        return fail(c, "expected the end");
    if (type_height(t) > levels)
        return diag_set(c->d, ERR_LIMIT, "ABI type '%.128s' nests deeper than %d", c->text,
                        LIMIT_ABI_TYPE_DEPTH);
    if (abi_type_head_words(t) > LIMIT_ABI_NODES)
        return diag_set(c->d, ERR_LIMIT, "ABI type '%.128s' has more than %d values", c->text,
                        LIMIT_ABI_NODES);
    return OK;
}

enum err abi_type_parse(struct diag *d, struct abi_type *out, const char *text)
{
    struct cursor c = { d, text, text };
    enum err e = ERR_INTERNAL;

    *out = (struct abi_type){ 0 };
    e = parse_type(&c, out, 0);
    if (e == OK)
        e = check_whole(&c, out, LIMIT_ABI_TYPE_DEPTH);
    if (e != OK)
        abi_type_clear(out);
    return e;
}

static enum err set_selector(struct diag *d, struct abi_function *f)
{
    enum err e = ERR_INTERNAL;
    struct buf text;
    struct hash32 hash;

    buf_init(&text, LIMIT_ABI_FILE_BYTES);
    abi_signature_write(&text, f);
    if ((e = buf_check(d, &text, "a function signature")) == OK) {
        keccak256(&hash, text.data, text.len);
        memcpy(f->selector, hash.b, sizeof(f->selector));
    }
    buf_clear(&text);
    return e;
}

enum err abi_function_parse(struct diag *d, struct abi_function *out, const char *signature)
{
    struct cursor c = { d, signature, signature };
    enum err e = ERR_INTERNAL;

    *out = (struct abi_function){ .params.kind = ABI_TUPLE };
    if (word_length(&c) == 0)
        return fail(&c, "expected the name of a function");
    if ((e = parse_name(&c, &out->name)) != OK || (e = parse_tuple(&c, &out->params, 0)) != OK ||
        (e = check_whole(&c, &out->params, LIMIT_ABI_TYPE_DEPTH + 1)) != OK)
        goto done;
    e = set_selector(d, out);
done:
    if (e != OK)
        abi_function_clear(out);
    return e;
}

/* On failure out is half made, and may be cleared. */
static bool copy_type(struct abi_type *out, const struct abi_type *t)
{
    *out = (struct abi_type){ .kind = t->kind, .size = t->size };
    if (t->num_inner == 0)
        return true;
    if ((out->inner = calloc(t->num_inner, sizeof(*out->inner))) == NULL)
        return false;
    if (t->names != NULL && (out->names = calloc(t->num_inner, sizeof(*out->names))) == NULL)
        return false;
    out->num_inner = t->num_inner;
    for (size_t i = 0; i < t->num_inner; i++) {
        if (!copy_type(&out->inner[i], &t->inner[i]))
            return false;
        if (t->names != NULL &&
            (out->names[i] = bytes_dup(t->names[i], strlen(t->names[i]) + 1)) == NULL)
            return false;
    }
    return true;
}

enum err abi_function_copy(struct diag *d, struct abi_function *out, const struct abi_function *f)
{
    *out = (struct abi_function){ .params.kind = ABI_TUPLE };
    memcpy(out->selector, f->selector, sizeof(out->selector));
    if ((out->name = bytes_dup(f->name, strlen(f->name) + 1)) != NULL &&
        copy_type(&out->params, &f->params))
        return OK;
    abi_function_clear(out);
    return diag_set(d, ERR_NOMEM, "out of memory");
}

void abi_type_clear(struct abi_type *t)
{
    for (size_t i = 0; i < t->num_inner; i++) {
        abi_type_clear(&t->inner[i]);
        if (t->names != NULL)
            free(t->names[i]);
    }
    free(t->inner);
    free(t->names);
    *t = (struct abi_type){ 0 };
}

void abi_function_clear(struct abi_function *f)
{
    free(f->name);
    abi_type_clear(&f->params);
    *f = (struct abi_function){ 0 };
}

void abi_type_write(struct buf *out, const struct abi_type *t)
{
    static const char *const names[] = {
        [ABI_UINT] = "uint",         [ABI_INT] = "int",     [ABI_ADDRESS] = "address",
        [ABI_BOOL] = "bool",         [ABI_BYTES] = "bytes", [ABI_STRING] = "string",
        [ABI_FIXED_BYTES] = "bytes",
    };

    switch (t->kind) {
    case ABI_TUPLE:
        buf_add_str(out, "(");
        for (size_t i = 0; i < t->num_inner; i++) {
            buf_add_str(out, i > 0 ? "," : "");
            abi_type_write(out, &t->inner[i]);
        }
        buf_add_str(out, ")");
        break;
    case ABI_ARRAY:
        abi_type_write(out, t->inner);
        buf_add_str(out, "[]");
        break;
    case ABI_FIXED_ARRAY:
        abi_type_write(out, t->inner);
        buf_addf(out, "[%u]", t->size);
        break;
    case ABI_UINT:
    case ABI_INT:
    case ABI_FIXED_BYTES:
        buf_addf(out, "%s%u", names[t->kind], t->size);
        break;
    case ABI_ADDRESS:
    case ABI_BOOL:
    case ABI_BYTES:
    case ABI_STRING:
        buf_add_str(out, names[t->kind]);
        break;
    }
}

void abi_signature_write(struct buf *out, const struct abi_function *f)
{
    buf_add_str(out, f->name);
    abi_type_write(out, &f->params);
}
