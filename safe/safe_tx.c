// SPDX-License-Identifier: Apache-2.0
#include "safe/safe_tx.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/eip712.h"
#include "src/base/keccak.h"
#include "src/base/limits.h"
#include "src/base/u256.h"

/* keccak256("EIP712Domain(address verifyingContract)") */
static const struct hash32 domain_typehash_1_0 = {
    { 0x03, 0x5a, 0xff, 0x83, 0xd8, 0x69, 0x37, 0xd3, 0x5b, 0x32, 0xe0,
      0x4f, 0x0d, 0xdc, 0x6f, 0xf4, 0x69, 0x29, 0x0e, 0xef, 0x2f, 0x1b,
      0x69, 0x2d, 0x8a, 0x81, 0x5c, 0x89, 0x40, 0x4d, 0x47, 0x49 }
};
/* keccak256("EIP712Domain(uint256 chainId,address verifyingContract)") */
static const struct hash32 domain_typehash_1_3 = {
    { 0x47, 0xe7, 0x95, 0x34, 0xa2, 0x45, 0x95, 0x2e, 0x8b, 0x16, 0x89,
      0x3a, 0x33, 0x6b, 0x85, 0xa3, 0xd9, 0xea, 0x9f, 0xa8, 0xc5, 0x73,
      0xf3, 0xd8, 0x03, 0xaf, 0xb9, 0x2a, 0x79, 0x46, 0x92, 0x18 }
};
/*
 * keccak256("SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,"
 *           "uint256 dataGas,uint256 gasPrice,address gasToken,address refundReceiver,"
 *           "uint256 nonce)")
 */
static const struct hash32 safe_tx_typehash_0_1 = {
    { 0x14, 0xd4, 0x61, 0xbc, 0x74, 0x12, 0x36, 0x7e, 0x92, 0x46, 0x37,
      0xb3, 0x63, 0xc7, 0xbf, 0x29, 0xb8, 0xf4, 0x7e, 0x2f, 0x84, 0x86,
      0x9f, 0x44, 0x26, 0xe5, 0x63, 0x3d, 0x8a, 0xf4, 0x7b, 0x20 }
};
/* The same with baseGas for dataGas. */
static const struct hash32 safe_tx_typehash_1_0 = {
    { 0xbb, 0x83, 0x10, 0xd4, 0x86, 0x36, 0x8d, 0xb6, 0xbd, 0x6f, 0x84,
      0x94, 0x02, 0xfd, 0xd7, 0x3a, 0xd5, 0x3d, 0x31, 0x6b, 0x5a, 0x4b,
      0x26, 0x44, 0xad, 0x6e, 0xfe, 0x0f, 0x94, 0x12, 0x86, 0xd8 }
};

struct release {
    char text[8];
    unsigned major, minor, patch;
    enum safe_form form;
};

static const struct release releases[] = {
    { "0.0.2", 0, 0, 2, SAFE_FORM_0_1 }, { "0.1.0", 0, 1, 0, SAFE_FORM_0_1 },
    { "1.0.0", 1, 0, 0, SAFE_FORM_1_0 }, { "1.1.0", 1, 1, 0, SAFE_FORM_1_0 },
    { "1.1.1", 1, 1, 1, SAFE_FORM_1_0 }, { "1.2.0", 1, 2, 0, SAFE_FORM_1_0 },
    { "1.3.0", 1, 3, 0, SAFE_FORM_1_3 }, { "1.4.0", 1, 4, 0, SAFE_FORM_1_3 },
    { "1.4.1", 1, 4, 1, SAFE_FORM_1_3 }, { "1.5.0", 1, 5, 0, SAFE_FORM_1_3 },
};

/* What a form without a version counts as. */
static const struct release form_releases[] = {
    [SAFE_FORM_NONE] = { "", 0, 0, 0, SAFE_FORM_NONE },
    [SAFE_FORM_0_1] = { "0.1.0", 0, 1, 0, SAFE_FORM_0_1 },
    [SAFE_FORM_1_0] = { "1.0.0", 1, 0, 0, SAFE_FORM_1_0 },
    [SAFE_FORM_1_3] = { "1.3.0", 1, 3, 0, SAFE_FORM_1_3 },
};

void safe_tx_clear(struct safe_tx *tx)
{
    free(tx->data);
    *tx = (struct safe_tx){ 0 };
}

enum err safe_tx_set_data(struct diag *d, struct safe_tx *tx, const uint8_t *data, size_t data_len)
{
    uint8_t *copy = NULL;

    if (data_len > LIMIT_CALLDATA_BYTES)
        return diag_set(d, ERR_LIMIT, "calldata of %zu bytes is over the limit of %d", data_len,
                        LIMIT_CALLDATA_BYTES);
    if (data_len > 0 && (copy = bytes_dup(data, data_len)) == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    free(tx->data);
    tx->data = copy;
    tx->data_len = data_len;
    return OK;
}

enum err safe_tx_copy(struct diag *d, struct safe_tx *out, const struct safe_tx *tx)
{
    struct safe_tx copy = *tx;
    enum err e = OK;

    *out = (struct safe_tx){ 0 };
    copy.data = NULL;
    if ((e = safe_tx_set_data(d, &copy, tx->data, tx->data_len)) == OK)
        *out = copy;
    return e;
}

bool safe_tx_eq(const struct safe_tx *a, const struct safe_tx *b)
{
    return address_eq(&a->to, &b->to) && u256_eq(&a->value, &b->value) &&
           a->data_len == b->data_len &&
           (a->data_len == 0 || memcmp(a->data, b->data, a->data_len) == 0) &&
           a->operation == b->operation && u256_eq(&a->safe_tx_gas, &b->safe_tx_gas) &&
           u256_eq(&a->base_gas, &b->base_gas) && u256_eq(&a->gas_price, &b->gas_price) &&
           address_eq(&a->gas_token, &b->gas_token) &&
           address_eq(&a->refund_receiver, &b->refund_receiver) && u256_eq(&a->nonce, &b->nonce);
}

/* The release of "1.3.0" or "1.3.0+L2"; NULL if it is none. */
static const struct release *find_release(const char *text)
{
    for (size_t i = 0; i < sizeof(releases) / sizeof(releases[0]); i++) {
        size_t n = strlen(releases[i].text);

        if (strncmp(text, releases[i].text, n) == 0 &&
            (text[n] == '\0' || strcmp(text + n, "+L2") == 0))
            return &releases[i];
    }
    return NULL;
}

enum err safe_version_parse(struct diag *d, struct safe_domain *domain, const char *text)
{
    const struct release *r = find_release(text);
    size_t text_len = strlen(text);

    memset(domain->version, 0, sizeof(domain->version));
    domain->form = SAFE_FORM_NONE;
    if (r == NULL || text_len >= sizeof(domain->version)) {
        diag_hint(d, "0.0.2, 0.1.0, 1.0.0, 1.1.0, 1.1.1, 1.2.0, 1.3.0, 1.4.0, 1.4.1 and 1.5.0 are "
                     "known, each also with +L2; another release may hash differently");
        return diag_set(d, ERR_UNSUPPORTED, "unknown Safe version '%.32s'", text);
    }
    memcpy(domain->version, text, text_len);
    domain->form = r->form;
    return OK;
}

int safe_version_cmp(const struct safe_domain *domain, unsigned major, unsigned minor,
                     unsigned patch)
{
    const struct release *r = find_release(domain->version);

    if (r == NULL)
        r = &form_releases[domain->form];
    if (r->major != major)
        return r->major < major ? -1 : 1;
    if (r->minor != minor)
        return r->minor < minor ? -1 : 1;
    if (r->patch != patch)
        return r->patch < patch ? -1 : 1;
    return 0;
}

void safe_domain_hash(struct hash32 *out, const struct safe_domain *domain)
{
    bool with_chain = domain->form == SAFE_FORM_1_3;
    struct eip712_struct s;

    eip712_init(&s, with_chain ? &domain_typehash_1_3 : &domain_typehash_1_0);
    if (with_chain)
        eip712_add_u256(&s, &domain->chain_id);
    eip712_add_address(&s, &domain->safe);
    eip712_hash(out, &s);
}

static void message_hash(struct hash32 *out, const struct safe_tx *tx, enum safe_form form)
{
    struct eip712_struct s;

    eip712_init(&s, form == SAFE_FORM_0_1 ? &safe_tx_typehash_0_1 : &safe_tx_typehash_1_0);
    eip712_add_address(&s, &tx->to);
    eip712_add_u256(&s, &tx->value);
    eip712_add_dynamic(&s, tx->data, tx->data_len);
    eip712_add_u64(&s, tx->operation);
    eip712_add_u256(&s, &tx->safe_tx_gas);
    eip712_add_u256(&s, &tx->base_gas);
    eip712_add_u256(&s, &tx->gas_price);
    eip712_add_address(&s, &tx->gas_token);
    eip712_add_address(&s, &tx->refund_receiver);
    eip712_add_u256(&s, &tx->nonce);
    eip712_hash(out, &s);
}

enum err safe_tx_hash(struct diag *d, struct safe_hashes *out, const struct safe_tx *tx,
                      const struct safe_domain *domain)
{
    struct hash32 separator;

    memset(out, 0, sizeof(*out));
    if (domain->form == SAFE_FORM_NONE)
        return diag_set(d, ERR_UNSUPPORTED, "no Safe version, so no way to hash");
    safe_domain_hash(&separator, domain);
    return safe_tx_hash_in(d, out, tx, domain, &separator);
}

enum err safe_tx_hash_in(struct diag *d, struct safe_hashes *out, const struct safe_tx *tx,
                         const struct safe_domain *domain, const struct hash32 *separator)
{
    memset(out, 0, sizeof(*out));
    if (tx->operation > SAFE_CREATE)
        return diag_set(d, ERR_UNSUPPORTED, "unknown operation %d", (int)tx->operation);
    if (tx->operation == SAFE_CREATE && safe_version_cmp(domain, 1, 0, 0) > 0)
        return diag_set(d, ERR_UNSUPPORTED, "operation 2 (create) exists only up to version 1.0.0");
    out->domain = *separator;
    message_hash(&out->message, tx, domain->form);
    eip712_digest(&out->safe_tx, &out->domain, &out->message);
    return OK;
}

void safe_eth_sign_hash(struct hash32 *out, const struct hash32 *safe_tx_hash)
{
    static const char prefix[] = "\x19"
                                 "Ethereum Signed Message:\n32";
    struct keccak256_ctx ctx;

    keccak256_init(&ctx);
    keccak256_update(&ctx, prefix, sizeof(prefix) - 1);
    keccak256_update(&ctx, safe_tx_hash->b, sizeof(safe_tx_hash->b));
    keccak256_final(&ctx, out);
}

static void add_u64_word(struct buf *out, uint64_t value)
{
    struct u256 word = u256_from_u64(value);

    buf_add(out, word.be, sizeof(word.be));
}

static void add_address_word(struct buf *out, const struct address *a)
{
    buf_add_zero(out, 12);
    buf_add(out, a->b, sizeof(a->b));
}

static size_t padded(size_t n)
{
    return (n + 31) / 32 * 32;
}

static void add_bytes_tail(struct buf *out, const uint8_t *data, size_t data_len)
{
    add_u64_word(out, data_len);
    buf_add(out, data, data_len);
    buf_add_zero(out, padded(data_len) - data_len);
}

enum err safe_tx_exec_calldata(struct diag *d, struct buf *out, const struct safe_tx *tx,
                               const uint8_t *signatures, size_t signatures_len)
{
    /* execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes) */
    static const uint8_t selector[4] = { 0x6a, 0x76, 0x12, 0x02 };
    const uint64_t head_len = 10 * 32;

    buf_add(out, selector, sizeof(selector));
    add_address_word(out, &tx->to);
    buf_add(out, tx->value.be, sizeof(tx->value.be));
    add_u64_word(out, head_len);
    add_u64_word(out, tx->operation);
    buf_add(out, tx->safe_tx_gas.be, sizeof(tx->safe_tx_gas.be));
    buf_add(out, tx->base_gas.be, sizeof(tx->base_gas.be));
    buf_add(out, tx->gas_price.be, sizeof(tx->gas_price.be));
    add_address_word(out, &tx->gas_token);
    add_address_word(out, &tx->refund_receiver);
    add_u64_word(out, head_len + 32 + padded(tx->data_len));
    add_bytes_tail(out, tx->data, tx->data_len);
    add_bytes_tail(out, signatures, signatures_len);
    return buf_check(d, out, "execTransaction calldata");
}
