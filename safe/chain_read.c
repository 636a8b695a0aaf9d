// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "safe/chain_internal.h"
#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/keccak.h"
#include "src/base/limits.h"

/* Returned bytes: a contract's code is at most 24 KiB, a getter's answer less. */
#define RESULT_MAX_BYTES (256 * 1024)

/* A read that gives bytes: the last parameter is always the fixed block. */
struct read {
    const char *method;
    const char *what;
    const struct json *params; /* borrowed: an array without the block */
};

static enum err read_one(struct diag *d, struct chain *c, struct buf *out, bool *reverted,
                         const struct read *r, size_t i)
{
    struct json *params = json_copy(r->params);
    struct rpc_answer a;
    enum err e = ERR_INTERNAL;

    *reverted = false;
    json_append(params, rpc_quantity(c->block.number));
    if ((e = rpc_call(d, c, &a, i, r->method, params)) != OK)
        return e;
    if (a.error == NULL)
        e = rpc_read_data(d, out, a.result, r->what);
    else if (rpc_is_revert(a.error, out))
        *reverted = true;
    else
        e = rpc_fail(d, a.error, r->method);
    if (e != OK)
        (void)rpc_prefix(d, c, i);
    rpc_answer_clear(&a);
    return e;
}

/* All endpoints; their answers must be the same. Appends to out. */
static enum err read_all(struct diag *d, struct chain *c, struct buf *out, bool *reverted,
                         const struct read *r)
{
    struct buf first, other;
    bool other_reverted = false;
    enum err e = ERR_INTERNAL;

    buf_init(&first, RESULT_MAX_BYTES);
    buf_init(&other, RESULT_MAX_BYTES);
    e = read_one(d, c, &first, reverted, r, 0);
    for (size_t i = 1; e == OK && i < c->num_endpoints; i++) {
        other.len = 0;
        e = read_one(d, c, &other, &other_reverted, r, i);
        if (e == OK && (other_reverted != *reverted || other.len != first.len ||
                        (first.len > 0 && memcmp(other.data, first.data, first.len) != 0)))
            e = rpc_disagree(d, c, i, r->what);
    }
    if (e == OK)
        e = buf_check(d, &first, r->what);
    if (e == OK)
        buf_add(out, first.data, first.len);
    buf_clear(&first);
    buf_clear(&other);
    return e;
}

enum err chain_try_call(struct diag *d, struct chain *c, struct buf *out, bool *reverted,
                        const struct address *from, const struct address *to,
                        const struct u256 *value, const uint8_t *data, size_t data_len)
{
    struct json *params = json_new_array();
    struct read r = { "eth_call", "the result of a call", params };
    enum err e = ERR_INTERNAL;

    *reverted = false;
    json_append(params, rpc_call_object(from, to, value, data, data_len));
    e = read_all(d, c, out, reverted, &r);
    json_free(params);
    return e;
}

enum err chain_call(struct diag *d, struct chain *c, struct buf *out, const struct address *from,
                    const struct address *to, const uint8_t *data, size_t data_len)
{
    struct buf result, why;
    bool reverted = false;
    enum err e = ERR_INTERNAL;

    buf_init(&result, RESULT_MAX_BYTES);
    buf_init(&why, 4096);
    e = chain_try_call(d, c, &result, &reverted, from, to, NULL, data, data_len);
    if (e == OK && reverted) {
        chain_explain_revert(&why, result.data, result.len);
        e = diag_set(d, ERR_MISMATCH, "call to %s reverted: %.600s", address_format(to).s,
                     buf_str(&why));
    } else if (e == OK) {
        buf_add(out, result.data, result.len);
    }
    buf_clear(&result);
    buf_clear(&why);
    return e;
}

enum err chain_storage(struct diag *d, struct chain *c, struct hash32 *out,
                       const struct address *at, const struct hash32 *slot)
{
    struct json *params = json_new_array();
    struct read r = { "eth_getStorageAt", "a storage slot", params };
    struct buf word;
    bool reverted = false;
    enum err e = ERR_INTERNAL;

    *out = (struct hash32){ { 0 } };
    buf_init(&word, RESULT_MAX_BYTES);
    json_append(params, json_new_string(address_format(at).s));
    json_append(params, json_new_string(hash32_format(slot).s));
    e = read_all(d, c, &word, &reverted, &r);
    if (e == OK && (reverted || word.len != sizeof(out->b)))
        e = diag_set(d, ERR_FORMAT, "eth_getStorageAt: expected 32 bytes, found %zu", word.len);
    else if (e == OK)
        memcpy(out->b, word.data, sizeof(out->b));
    buf_clear(&word);
    json_free(params);
    return e;
}

static enum err read_code(struct diag *d, struct chain *c, struct buf *out,
                          const struct address *at)
{
    struct json *params = json_new_array();
    struct read r = { "eth_getCode", "the code of a contract", params };
    bool reverted = false;
    enum err e = ERR_INTERNAL;

    buf_init(out, RESULT_MAX_BYTES);
    json_append(params, json_new_string(address_format(at).s));
    e = read_all(d, c, out, &reverted, &r);
    if (e == OK && reverted)
        e = diag_set(d, ERR_FORMAT, "eth_getCode: an error with data");
    json_free(params);
    return e;
}

static void mask(struct buf *code, const struct address *a)
{
    const size_t len = sizeof(a->b);

    for (size_t i = 0; i + len <= code->len; i++) {
        if (memcmp(code->data + i, a->b, len) == 0)
            memset(code->data + i, 0, len);
    }
}

static enum err hash_code(struct diag *d, struct chain *c, struct hash32 *out, bool *has_code,
                          const struct address *at, bool masked)
{
    struct buf code;
    enum err e = read_code(d, c, &code, at);

    *out = (struct hash32){ { 0 } };
    *has_code = e == OK && code.len > 0;
    if (*has_code && masked)
        mask(&code, at);
    if (*has_code)
        keccak256(out, code.data, code.len);
    buf_clear(&code);
    return e;
}

enum err chain_code_hash(struct diag *d, struct chain *c, struct hash32 *out, bool *has_code,
                         const struct address *at)
{
    return hash_code(d, c, out, has_code, at, false);
}

enum err chain_masked_code_hash(struct diag *d, struct chain *c, struct hash32 *out, bool *has_code,
                                const struct address *at)
{
    return hash_code(d, c, out, has_code, at, true);
}

enum err chain_get_word(struct diag *d, struct chain *c, struct hash32 *out,
                        const struct address *to, const uint8_t selector[4],
                        const struct hash32 *args, size_t num_args)
{
    char name[HEX_0X_LEN(4)];
    struct buf data, result;
    enum err e = ERR_INTERNAL;

    *out = (struct hash32){ { 0 } };
    buf_init(&data, LIMIT_CALLDATA_BYTES);
    buf_init(&result, RESULT_MAX_BYTES);
    buf_add(&data, selector, 4);
    for (size_t i = 0; i < num_args; i++)
        buf_add(&data, args[i].b, sizeof(args[i].b));
    e = buf_check(d, &data, "calldata");
    if (e == OK)
        e = chain_call(d, c, &result, NULL, to, data.data, data.len);
    if (e == OK && result.len != sizeof(out->b))
        e = diag_set(d, ERR_MISMATCH, "%s: %s returned %zu bytes, expected 32%s",
                     address_format(to).s, hex_encode_0x(name, selector, 4), result.len,
                     result.len == 0 ? " (no such contract or function)" : "");
    else if (e == OK)
        memcpy(out->b, result.data, sizeof(out->b));
    buf_clear(&data);
    buf_clear(&result);
    return e;
}
