// SPDX-License-Identifier: Apache-2.0
#include "src/base/eth_tx.h"

#include <string.h>

#include "src/base/keccak.h"
#include "src/base/limits.h"
#include "src/base/rlp.h"
#include "src/base/u256.h"

#define TX_TYPE_1559 0x02
/* Calldata and about 400 bytes around it. */
#define TX_MAX_BYTES (LIMIT_CALLDATA_BYTES + 1024)

static void add_call(struct buf *out, const struct eth_tx *tx)
{
    rlp_add_u64(out, tx->gas_limit);
    rlp_add_bytes(out, tx->to.b, sizeof(tx->to.b));
    rlp_add_u256(out, &tx->value);
    rlp_add_bytes(out, tx->data, tx->data_len);
}

static void add_fields(struct buf *out, const struct eth_tx *tx)
{
    struct buf no_access;

    if (tx->kind == ETH_TX_LEGACY) {
        rlp_add_u64(out, tx->nonce);
        rlp_add_u256(out, &tx->max_fee);
        add_call(out, tx);
        return;
    }
    buf_init(&no_access, 1);
    rlp_add_u256(out, &tx->chain_id);
    rlp_add_u64(out, tx->nonce);
    rlp_add_u256(out, &tx->max_priority_fee);
    rlp_add_u256(out, &tx->max_fee);
    add_call(out, tx);
    rlp_add_list(out, &no_access);
    buf_clear(&no_access);
}

static enum err add_envelope(struct diag *d, struct buf *out, struct buf *fields,
                             enum eth_tx_kind kind)
{
    enum err e = buf_check(d, fields, "transaction");

    if (e == OK) {
        if (kind == ETH_TX_1559)
            buf_add_u8(out, TX_TYPE_1559);
        rlp_add_list(out, fields);
        e = buf_check(d, out, "transaction");
    }
    buf_clear(fields);
    return e;
}

/* EIP-155: chain id * 2 + 35; the parity is added to it. */
static enum err legacy_v(struct diag *d, uint64_t *out, const struct eth_tx *tx)
{
    uint64_t chain_id = 0;

    *out = 0;
    if (!bytes_is_zero(tx->max_priority_fee.be, sizeof(tx->max_priority_fee.be)))
        return diag_set(d, ERR_USAGE, "a legacy transaction has no priority fee");
    if (!u256_to_u64(&tx->chain_id, &chain_id) || chain_id == 0 || chain_id > (UINT64_MAX - 36) / 2)
        return diag_set(d, ERR_UNSUPPORTED, "a legacy transaction cannot hold the chain id %s",
                        u256_format(&tx->chain_id).s);
    *out = chain_id * 2 + 35;
    return OK;
}

enum err eth_tx_unsigned(struct diag *d, struct buf *out, const struct eth_tx *tx)
{
    struct buf fields;
    uint64_t v = 0;
    enum err e = tx->kind == ETH_TX_LEGACY ? legacy_v(d, &v, tx) : OK;

    if (e != OK)
        return e;
    buf_init(&fields, TX_MAX_BYTES);
    add_fields(&fields, tx);
    if (tx->kind == ETH_TX_LEGACY) {
        rlp_add_u256(&fields, &tx->chain_id);
        rlp_add_u64(&fields, 0);
        rlp_add_u64(&fields, 0);
    }
    return add_envelope(d, out, &fields, tx->kind);
}

enum err eth_tx_digest(struct diag *d, struct hash32 *out, const struct eth_tx *tx)
{
    struct buf bytes;
    enum err e = ERR_INTERNAL;

    *out = (struct hash32){ { 0 } };
    buf_init(&bytes, TX_MAX_BYTES);
    if ((e = eth_tx_unsigned(d, &bytes, tx)) == OK)
        keccak256(out, bytes.data, bytes.len);
    buf_clear(&bytes);
    return e;
}

enum err eth_tx_encode(struct diag *d, struct buf *out, const struct eth_tx *tx,
                       const struct sig65 *sig)
{
    struct buf fields;
    struct u256 r, s;
    uint64_t v = 0;
    enum err e = OK;

    if (sig->b[64] != 27 && sig->b[64] != 28)
        return diag_set(d, ERR_FORMAT, "transaction: v is %u, expected 27 or 28", sig->b[64]);
    if (tx->kind == ETH_TX_LEGACY && (e = legacy_v(d, &v, tx)) != OK)
        return e;
    memcpy(r.be, sig->b, sizeof(r.be));
    memcpy(s.be, sig->b + 32, sizeof(s.be));
    buf_init(&fields, TX_MAX_BYTES);
    add_fields(&fields, tx);
    rlp_add_u64(&fields, v + (sig->b[64] - 27U));
    rlp_add_u256(&fields, &r);
    rlp_add_u256(&fields, &s);
    return add_envelope(d, out, &fields, tx->kind);
}
