// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "safe/chain_internal.h"
#include "safe/safe_tx.h"
#include "src/base/abi.h"
#include "src/base/address.h"
#include "src/base/limits.h"
#include "src/base/u256.h"

/* Answers of a Safe: the longest is its list of owners. */
#define ANSWER_MAX_BYTES (32 * (LIMIT_OWNERS + 8))

static const uint8_t sel_version[4] = { 0xff, 0xa1, 0xad, 0x74 };
static const uint8_t sel_get_owners[4] = { 0xa0, 0xe6, 0x7e, 0x2b };
static const uint8_t sel_get_threshold[4] = { 0xe7, 0x52, 0x35, 0xb8 };
static const uint8_t sel_nonce[4] = { 0xaf, 0xfe, 0xd0, 0xe0 };
static const uint8_t sel_get_modules_paginated[4] = { 0xcc, 0x2f, 0x84, 0x52 };
static const uint8_t sel_get_modules[4] = { 0xb2, 0x49, 0x4d, 0xf3 };

/* keccak256 of the names in the contracts; the singleton is slot 0. */
static const struct hash32 slot_singleton = { { 0 } };
static const struct hash32 slot_guard = { {
    0x4a, 0x20, 0x4f, 0x62, 0x0c, 0x8c, 0x5c, 0xcd, 0xca, 0x3f, 0xd5, 0x4d, 0x00, 0x3b, 0xad, 0xd8,
    0x5b, 0xa5, 0x00, 0x43, 0x6a, 0x43, 0x1f, 0x0c, 0xbd, 0xa4, 0xf5, 0x58, 0xc9, 0x3c, 0x34, 0xc8,
} };
static const struct hash32 slot_fallback_handler = { {
    0x6c, 0x9a, 0x6c, 0x4a, 0x39, 0x28, 0x4e, 0x37, 0xed, 0x1c, 0xf5, 0x3d, 0x33, 0x75, 0x77, 0xd1,
    0x42, 0x12, 0xa4, 0x87, 0x0f, 0xb9, 0x76, 0xa4, 0x36, 0x6c, 0x69, 0x3b, 0x93, 0x99, 0x18, 0xd5,
} };
static const struct hash32 slot_module_guard = { {
    0xb1, 0x04, 0xe0, 0xb9, 0x31, 0x18, 0x90, 0x2c, 0x65, 0x13, 0x44, 0x34, 0x9b, 0x61, 0x00, 0x29,
    0xd6, 0x94, 0xcf, 0xde, 0xc9, 0x1c, 0x58, 0x9c, 0x91, 0xeb, 0xaf, 0xbc, 0xd0, 0x28, 0x99, 0x47,
} };

/* The end of the contracts' linked lists. */
static const struct address sentinel = { { [19] = 1 } };

static bool read_word_size(struct reader *r, size_t *out)
{
    uint32_t value = 0;

    *out = 0;
    if (!reader_skip_zero(r, 28) || !reader_be32(r, &value))
        return false;
    *out = value;
    return true;
}

static bool read_word_address(struct reader *r, struct address *out)
{
    return reader_skip_zero(r, 12) && reader_bytes(r, out->b, sizeof(out->b));
}

static enum err call_getter(struct diag *d, struct chain *c, struct buf *out,
                            const struct address *safe, const uint8_t selector[4],
                            const struct hash32 *args, size_t num_args)
{
    uint8_t data[4 + 2 * 32];

    memcpy(data, selector, 4);
    for (size_t i = 0; i < num_args; i++)
        memcpy(data + 4 + 32 * i, args[i].b, 32);
    return chain_call(d, c, out, NULL, safe, data, 4 + 32 * num_args);
}

/* One string, canonically encoded. */
static bool parse_version(char *out, size_t out_size, const struct buf *answer)
{
    struct reader r;
    size_t offset = 0, len = 0;

    reader_init(&r, answer->data, answer->len);
    if (!read_word_size(&r, &offset) || offset != 32 || !read_word_size(&r, &len) ||
        len >= out_size || !reader_bytes(&r, (uint8_t *)out, len))
        return false;
    out[len] = '\0';
    return strlen(out) == len && reader_skip_zero(&r, (32 - len % 32) % 32) && reader_end(&r);
}

static enum err read_version(struct diag *d, struct chain *c, struct chain_safe_state *out,
                             const struct address *safe)
{
    struct buf answer;
    enum err e = ERR_INTERNAL;

    buf_init(&answer, ANSWER_MAX_BYTES);
    e = call_getter(d, c, &answer, safe, sel_version, NULL, 0);
    if (e == OK && !parse_version(out->version, sizeof(out->version), &answer))
        e = diag_set(d, ERR_MISMATCH, "VERSION(): not one short string");
    buf_clear(&answer);
    return e;
}

/* A list of addresses behind its offset word. */
static bool parse_addresses(struct reader *r, struct address *out, size_t max, size_t *num_out)
{
    size_t count = 0;

    *num_out = 0;
    if (!read_word_size(r, &count) || count > max)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!read_word_address(r, &out[i]))
            return false;
    }
    if (!reader_end(r))
        return false;
    *num_out = count;
    return true;
}

/* A getter that returns a list of addresses and nothing else, and where the list goes. */
struct list_getter {
    const uint8_t *selector; /* 4 bytes */
    const char *name;
    struct address *out;
    size_t max;
    size_t *num_out;
};

static enum err read_list(struct diag *d, struct chain *c, const struct address *safe,
                          const struct list_getter *getter)
{
    struct buf answer;
    struct reader r;
    size_t offset = 0;
    enum err e = ERR_INTERNAL;

    buf_init(&answer, ANSWER_MAX_BYTES);
    e = call_getter(d, c, &answer, safe, getter->selector, NULL, 0);
    reader_init(&r, answer.data, answer.len);
    if (e == OK && (!read_word_size(&r, &offset) || offset != 32 ||
                    !parse_addresses(&r, getter->out, getter->max, getter->num_out)))
        e = diag_set(d, ERR_MISMATCH, "%s: not a list of at most %zu addresses", getter->name,
                     getter->max);
    buf_clear(&answer);
    return e;
}

static enum err read_threshold(struct diag *d, struct chain *c, struct chain_safe_state *out,
                               const struct address *safe)
{
    struct hash32 word;
    struct u256 value;
    enum err e = chain_get_word(d, c, &word, safe, sel_get_threshold, NULL, 0);

    if (e != OK)
        return e;
    memcpy(value.be, word.b, sizeof(value.be));
    if (!u256_to_u64(&value, &out->threshold) || out->threshold == 0 ||
        out->threshold > out->num_owners)
        return diag_set(d, ERR_MISMATCH, "getThreshold(): %s does not fit %zu owners",
                        u256_format(&value).s, out->num_owners);
    return OK;
}

/*
 * One page that is longer than the limit: up to 1.3.0 the second page would begin one module too
 * late (the returned `next` is not on the first page, and is skipped as a start).
 */
static enum err read_modules(struct diag *d, struct chain *c, struct chain_safe_state *out,
                             const struct address *safe)
{
    struct hash32 args[2] = { { { 0 } }, { { 0 } } };
    struct address next;
    struct buf answer;
    struct reader r;
    size_t offset = 0;
    enum err e = ERR_INTERNAL;

    memcpy(args[0].b + 12, sentinel.b, sizeof(sentinel.b));
    args[1].b[31] = LIMIT_MODULES + 1;
    buf_init(&answer, ANSWER_MAX_BYTES);
    e = call_getter(d, c, &answer, safe, sel_get_modules_paginated, args, 2);
    reader_init(&r, answer.data, answer.len);
    if (e == OK && (!read_word_size(&r, &offset) || offset != 64 || !read_word_address(&r, &next)))
        e = diag_set(d, ERR_MISMATCH, "getModulesPaginated(): malformed answer");
    else if (e == OK && address_is_zero(&next))
        e = diag_set(d, ERR_MISMATCH, "getModulesPaginated(): the list has no end");
    else if (e == OK && !address_eq(&next, &sentinel))
        e = diag_set(d, ERR_LIMIT, "the Safe has more than %d modules", LIMIT_MODULES);
    else if (e == OK && !parse_addresses(&r, out->modules, LIMIT_MODULES, &out->num_modules))
        e = diag_set(d, ERR_MISMATCH, "getModulesPaginated(): not a list of at most %d addresses",
                     LIMIT_MODULES);
    buf_clear(&answer);
    return e;
}

static enum err read_slot(struct diag *d, struct chain *c, struct address *out,
                          const struct address *safe, const struct hash32 *slot, const char *what)
{
    struct hash32 word;
    struct reader r;
    enum err e = chain_storage(d, c, &word, safe, slot);

    if (e != OK)
        return e;
    reader_init(&r, word.b, sizeof(word.b));
    if (!read_word_address(&r, out))
        return diag_set(d, ERR_MISMATCH, "the %s slot of the Safe holds no address", what);
    return OK;
}

static enum err read_slots(struct diag *d, struct chain *c, struct chain_safe_state *out,
                           const struct address *safe)
{
    enum err e = read_slot(d, c, &out->singleton, safe, &slot_singleton, "singleton");

    if (e == OK)
        e = read_slot(d, c, &out->guard, safe, &slot_guard, "guard");
    if (e == OK)
        e = read_slot(d, c, &out->fallback_handler, safe, &slot_fallback_handler,
                      "fallback handler");
    if (e == OK)
        e = read_slot(d, c, &out->module_guard, safe, &slot_module_guard, "module guard");
    return e;
}

static enum err read_code(struct diag *d, struct chain *c, struct hash32 *out,
                          const struct address *at, const char *what)
{
    bool has_code = false;
    enum err e = chain_code_hash(d, c, out, &has_code, at);

    if (e == OK && !has_code)
        e = diag_set(d, ERR_MISMATCH, "there is no contract at the address of the %s, %s", what,
                     address_format(at).s);
    return e;
}

static enum err read_contract(struct diag *d, struct chain *c, struct chain_safe_state *out,
                              const struct address *safe)
{
    const struct list_getter owners = { sel_get_owners, "getOwners()", out->owners, LIMIT_OWNERS,
                                        &out->num_owners };
    const struct list_getter modules = { sel_get_modules, "getModules()", out->modules,
                                         LIMIT_MODULES, &out->num_modules };
    struct safe_domain domain = { .chain_id = c->chain_id, .safe = *safe };
    struct hash32 nonce;
    enum err e = read_version(d, c, out, safe);

    if (e == OK)
        e = safe_version_parse(d, &domain, out->version);
    if (e == OK)
        e = read_list(d, c, safe, &owners);
    if (e == OK)
        e = read_threshold(d, c, out, safe);
    if (e == OK)
        e = chain_get_word(d, c, &nonce, safe, sel_nonce, NULL, 0);
    if (e != OK)
        return e;
    memcpy(out->nonce.be, nonce.b, sizeof(out->nonce.be));
    if (safe_version_cmp(&domain, 1, 1, 1) >= 0) /* before, there is only getModules() */
        return read_modules(d, c, out, safe);
    return read_list(d, c, safe, &modules);
}

enum err chain_read_safe(struct diag *d, struct chain *c, struct chain_safe_state *out,
                         const struct address *safe)
{
    struct chain_safe_state s = { 0 };
    enum err e = ERR_INTERNAL;

    *out = (struct chain_safe_state){ 0 };
    e = read_code(d, c, &s.proxy_code_hash, safe, "Safe");
    if (e == OK)
        e = read_contract(d, c, &s, safe);
    if (e == OK)
        e = read_slots(d, c, &s, safe);
    if (e == OK)
        e = read_code(d, c, &s.singleton_code_hash, &s.singleton, "singleton");
    if (e == OK)
        *out = s;
    else
        (void)diag_prefix(d, "Safe %s", address_format(safe).s);
    return e;
}
