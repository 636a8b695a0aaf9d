// SPDX-License-Identifier: Apache-2.0
#include "hw/trezor/tx.h"

#include <string.h>

#include "src/base/limits.h"
#include "src/base/u256.h"

#define CHUNK 1024
/* One piece of the data and the fields around it. */
#define MAX_PAYLOAD (CHUNK + 1024)

static const struct device_version first_one = { 1, 10, 4 };
static const struct device_version first_core = { 2, 4, 2 };

static enum err check(struct diag *d, uint64_t *chain_id, const struct trezor_about *about,
                      const struct eth_tx *tx)
{
    if (tx->kind == ETH_TX_1559 && !trezor_at_least(about, &first_one, &first_core)) {
        diag_hint(d, "update its firmware with Trezor Suite");
        return diag_set(d, ERR_UNSUPPORTED,
                        "the %s has firmware %u.%u.%u, which does not know EIP-1559",
                        device_model_name(about->model), about->version.major, about->version.minor,
                        about->version.patch);
    }
    if (!u256_to_u64(&tx->chain_id, chain_id))
        return diag_set(d, ERR_UNSUPPORTED, "a Trezor does not take the chain id %s",
                        u256_format(&tx->chain_id).s);
    if (tx->data_len > LIMIT_CALLDATA_BYTES)
        return diag_set(d, ERR_LIMIT, "the transaction's data is over the limit of %d bytes",
                        LIMIT_CALLDATA_BYTES);
    return OK;
}

/* The recovery bit of what the device gives as v; false for anything else. */
static bool parity(uint8_t *out, uint64_t v, const struct eth_tx *tx, uint64_t chain_id)
{
    uint64_t base = 0;

    /* EIP-155; larger chain ids would not fit into the field, and come as 0 and 1 */
    if (tx->kind == ETH_TX_LEGACY && chain_id <= (UINT32_MAX - 36) / 2 && v >= 2 * chain_id + 35)
        base = 2 * chain_id + 35;
    else if (v >= 27)
        base = 27;
    *out = v - base <= 1 ? (uint8_t)(v - base) : 0;
    return v - base <= 1;
}

static enum err take_signature(struct diag *d, struct sig65 *out, const struct trezor_tx_request *q,
                               const struct eth_tx *tx, uint64_t chain_id)
{
    uint8_t bit = 0;

    if (!parity(&bit, q->v.value, tx, chain_id))
        return diag_set(d, ERR_DEVICE, "the device sent a signature with v %llu",
                        (unsigned long long)q->v.value);
    memcpy(out->b + 32 - q->r.len, q->r.data, q->r.len);
    memcpy(out->b + 64 - q->s.len, q->s.data, q->s.len);
    out->b[64] = (uint8_t)(27 + bit);
    return OK;
}

/* The next piece, or the signature: *done bytes of the data are sent. */
static enum err answer(struct diag *d, struct buf *payload, struct trezor_tx_request *q,
                       size_t *done, const struct trezor_message *m, const struct eth_tx *tx)
{
    const size_t left = tx->data_len - *done;
    enum err e = trezor_read_tx_request(d, q, m);

    if (e != OK)
        return e;
    if (q->r.has && left > 0)
        return diag_set(d, ERR_DEVICE, "the device signed before it had the last %zu bytes", left);
    if (q->r.has)
        return OK;
    if (q->data_length.value == 0 || q->data_length.value > CHUNK || q->data_length.value > left)
        return diag_set(d, ERR_DEVICE, "the device asks for %llu bytes of data; %zu are left",
                        (unsigned long long)q->data_length.value, left);
    buf_clear(payload);
    trezor_write_tx_ack(payload, tx->data + *done, (size_t)q->data_length.value);
    *done += (size_t)q->data_length.value;
    return OK;
}

static enum err exchange(struct diag *d, struct trezor_session *s, struct sig65 *out,
                         struct buf *payload, size_t done, const struct eth_tx *tx,
                         uint64_t chain_id)
{
    static const uint16_t wanted[] = { TREZOR_TX_REQUEST };
    uint16_t type = tx->kind == ETH_TX_LEGACY ? TREZOR_SIGN_TX : TREZOR_SIGN_TX_1559;
    struct trezor_tx_request q = { 0 };
    struct trezor_message m;
    enum err e = OK;

    trezor_message_init(&m);
    while (e == OK && !q.r.has) {
        if ((e = trezor_call(d, s, &m, type, payload, wanted, 1)) != OK)
            break;
        type = TREZOR_TX_ACK;
        if ((e = answer(d, payload, &q, &done, &m, tx)) != OK)
            e = trezor_abort(d, s, e);
    }
    if (e == OK)
        e = take_signature(d, out, &q, tx, chain_id);
    trezor_message_clear(&m);
    return e;
}

enum err trezor_sign_tx(struct diag *d, struct trezor_session *s, struct sig65 *out,
                        const struct hd_path *path, const struct eth_tx *tx)
{
    const size_t first = tx->data_len < CHUNK ? tx->data_len : CHUNK;
    struct buf payload;
    uint64_t chain_id = 0;
    enum err e = ERR_INTERNAL;

    *out = (struct sig65){ { 0 } };
    if ((e = check(d, &chain_id, &s->about, tx)) != OK)
        return e;
    trezor_begin(s);
    buf_init(&payload, MAX_PAYLOAD);
    trezor_write_sign_tx(&payload, path, tx, chain_id, first);
    e = exchange(d, s, out, &payload, first, tx, chain_id);
    buf_clear(&payload);
    return e;
}
