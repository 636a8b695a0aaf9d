// SPDX-License-Identifier: Apache-2.0
#include "safe/safe_tx_line.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/u256.h"

enum key {
    KEY_CHAIN_ID,
    KEY_SAFE,
    KEY_VERSION,
    KEY_TO,
    KEY_VALUE,
    KEY_DATA,
    KEY_OPERATION,
    KEY_SAFE_TX_GAS,
    KEY_BASE_GAS,
    KEY_GAS_PRICE,
    KEY_GAS_TOKEN,
    KEY_REFUND_RECEIVER,
    KEY_NONCE,
    NUM_REQUIRED,
    KEY_SAFE_TX_HASH = NUM_REQUIRED,
    NUM_KEYS,
};

static const char *const key_names[NUM_KEYS] = {
    "chainId",   "safe",    "version",  "to",       "value",          "data",  "operation",
    "safeTxGas", "baseGas", "gasPrice", "gasToken", "refundReceiver", "nonce", "safeTxHash",
};

/* A value as it stands in the line: a string without its quotes, or the digits of an integer. */
struct token {
    const char *text; /* NULL: not seen */
    size_t len;
    bool is_string;
};

static void skip_space(struct reader *r)
{
    while (r->left > 0 && (*r->at == ' ' || *r->at == '\t' || *r->at == '\r')) {
        r->at++;
        r->left--;
    }
}

/* One punctuation character and the space behind it. */
static bool skip_char(struct reader *r, char c)
{
    if (r->left == 0 || *r->at != (uint8_t)c)
        return false;
    r->at++;
    r->left--;
    skip_space(r);
    return true;
}

static bool read_string(struct reader *r, struct token *out)
{
    const uint8_t *quote = r->left > 0 ? memchr(r->at + 1, '"', r->left - 1) : NULL;

    if (quote == NULL || *r->at != '"')
        return false;
    *out = (struct token){ (const char *)r->at + 1, (size_t)(quote - r->at) - 1, true };
    for (const uint8_t *p = r->at + 1; p < quote; p++) {
        if (*p < 0x20 || *p > 0x7e || *p == '\\')
            return false;
    }
    r->left -= out->len + 2;
    r->at = quote + 1;
    skip_space(r);
    return true;
}

/* Digits only, and few enough for 64 bits: all else about numbers is the JSON reader's. */
static bool read_integer(struct reader *r, struct token *out)
{
    size_t n = 0;

    while (n < r->left && r->at[n] >= '0' && r->at[n] <= '9')
        n++;
    if (n == 0 || n > 18 || (r->at[0] == '0' && n > 1))
        return false;
    *out = (struct token){ (const char *)r->at, n, false };
    r->at += n;
    r->left -= n;
    skip_space(r);
    return true;
}

static bool read_member(struct reader *r, struct token *tokens)
{
    struct token name;
    size_t key = 0;

    if (!read_string(r, &name) || !skip_char(r, ':'))
        return false;
    while (key < NUM_KEYS &&
           (strlen(key_names[key]) != name.len || memcmp(key_names[key], name.text, name.len) != 0))
        key++;
    if (key == NUM_KEYS || tokens[key].text != NULL)
        return false;
    return read_string(r, &tokens[key]) || read_integer(r, &tokens[key]);
}

static bool read_object(const char *line, size_t line_len, struct token *tokens)
{
    struct reader r;

    reader_init(&r, (const uint8_t *)line, line_len);
    skip_space(&r);
    if (!skip_char(&r, '{') || !read_member(&r, tokens))
        return false;
    while (skip_char(&r, ',')) {
        if (!read_member(&r, tokens))
            return false;
    }
    if (!skip_char(&r, '}') || !reader_end(&r))
        return false;
    for (size_t i = 0; i < NUM_REQUIRED; i++) {
        if (tokens[i].text == NULL)
            return false;
    }
    return true;
}

static bool to_number(struct u256 *out, const struct token *t)
{
    return u256_from_dec_len(out, t->text, t->len);
}

static bool to_address(struct address *out, struct safe_tx_line_memo *memo, const struct token *t)
{
    struct address_text text = { { 0 } };
    struct safe_tx_line_address *known = NULL;
    struct diag ignored;

    if (!t->is_string || t->len != sizeof(known->text))
        return false;
    /* the two last digits pick the one place where it may be */
    known = &memo->addresses[(unsigned)(t->text[40] + t->text[41]) % SAFE_TX_LINE_ADDRESSES];
    if (!known->known || memcmp(known->text, t->text, sizeof(known->text)) != 0) {
        memcpy(text.s, t->text, t->len);
        if (address_parse(&ignored, out, text.s) != OK)
            return false;
        *known = (struct safe_tx_line_address){ .known = true, .address = *out };
        memcpy(known->text, t->text, sizeof(known->text));
    }
    *out = known->address;
    return true;
}

/* 0x and exactly the digits of out_len bytes. */
static bool to_bytes(uint8_t *out, size_t out_len, const struct token *t)
{
    return t->text != NULL && t->is_string && t->len >= 2 && t->text[0] == '0' &&
           t->text[1] == 'x' && hex_decode(out, out_len, t->text + 2, t->len - 2);
}

static bool to_data(struct safe_tx *tx, const struct token *t)
{
    size_t n = t->len < 2 ? 0 : (t->len - 2) / 2;

    if (n > LIMIT_CALLDATA_BYTES || (tx->data = malloc(n + 1)) == NULL)
        return false;
    tx->data_len = n;
    return to_bytes(tx->data, n, t);
}

static bool to_domain(struct safe_domain *out, struct safe_tx_line_memo *memo,
                      const struct token *tokens)
{
    const struct token *t = &tokens[KEY_VERSION];
    char version[SAFE_VERSION_LEN] = { 0 };
    struct diag ignored;

    if (!t->is_string || t->len >= sizeof(version))
        return false;
    memcpy(version, t->text, t->len);
    return safe_version_parse(&ignored, out, version) == OK &&
           to_number(&out->chain_id, &tokens[KEY_CHAIN_ID]) &&
           to_address(&out->safe, memo, &tokens[KEY_SAFE]);
}

static bool to_operation(enum safe_operation *out, const struct token *t,
                         const struct safe_domain *domain)
{
    if (t->len != 1 || t->text[0] < '0' || t->text[0] > '2')
        return false;
    *out = (enum safe_operation)(t->text[0] - '0');
    return *out != SAFE_CREATE || safe_version_cmp(domain, 1, 0, 0) <= 0;
}

static bool to_input(struct safe_tx_input *out, struct safe_tx_line_memo *memo,
                     const struct token *tokens)
{
    struct safe_tx *tx = &out->tx;

    out->has_claimed_hash = tokens[KEY_SAFE_TX_HASH].text != NULL;
    return to_domain(&out->domain, memo, tokens) && to_address(&tx->to, memo, &tokens[KEY_TO]) &&
           to_number(&tx->value, &tokens[KEY_VALUE]) && to_data(tx, &tokens[KEY_DATA]) &&
           to_operation(&tx->operation, &tokens[KEY_OPERATION], &out->domain) &&
           to_number(&tx->safe_tx_gas, &tokens[KEY_SAFE_TX_GAS]) &&
           to_number(&tx->base_gas, &tokens[KEY_BASE_GAS]) &&
           to_number(&tx->gas_price, &tokens[KEY_GAS_PRICE]) &&
           to_address(&tx->gas_token, memo, &tokens[KEY_GAS_TOKEN]) &&
           to_address(&tx->refund_receiver, memo, &tokens[KEY_REFUND_RECEIVER]) &&
           to_number(&tx->nonce, &tokens[KEY_NONCE]) &&
           (!out->has_claimed_hash ||
            to_bytes(out->claimed_hash.b, sizeof(out->claimed_hash.b), &tokens[KEY_SAFE_TX_HASH]));
}

bool safe_tx_read_line(struct safe_tx_input *out, struct safe_tx_line_memo *memo, const char *line,
                       size_t line_len)
{
    struct token tokens[NUM_KEYS] = { { NULL, 0, false } };

    *out = (struct safe_tx_input){ .source = SAFE_TX_FLAT };
    if (read_object(line, line_len, tokens) && to_input(out, memo, tokens))
        return true;
    safe_tx_input_clear(out);
    return false;
}
