// SPDX-License-Identifier: Apache-2.0
#include "hw/ledger/tx.h"

#include <assert.h>

#include "hw/ledger/app.h"
#include "hw/ledger/eip712.h"
#include "hw/ledger/status.h"
#include "src/base/limits.h"
#include "src/base/rlp.h"
#include "src/base/u256.h"

#define CLA      0xe0
#define INS_SIGN 0x04
#define P1_MORE  0x80
#define MAX_DATA 255

size_t ledger_tx_chunk(size_t left, size_t tail)
{
    assert(tail < MAX_DATA / 2);
    if (left <= MAX_DATA)
        return left;
    /* The last command holds the tail and at least one byte of what stands before it. */
    if (left - MAX_DATA <= tail)
        return left - (tail + 1);
    return MAX_DATA;
}

/* chain id, 0, 0 at the end of a legacy transaction */
static size_t tail_of(const struct eth_tx *tx)
{
    struct buf tail;
    size_t len = 0;

    if (tx->kind != ETH_TX_LEGACY)
        return 0;
    buf_init(&tail, 64);
    rlp_add_u256(&tail, &tx->chain_id);
    rlp_add_u64(&tail, 0);
    rlp_add_u64(&tail, 0);
    len = tail.len;
    buf_clear(&tail);
    return len;
}

static uint8_t legacy_v_base(const struct u256 *chain_id)
{
    size_t first = 0;
    uint32_t c = 0;

    while (first < sizeof(chain_id->be) - 1 && chain_id->be[first] == 0)
        first++;
    for (size_t i = first; i < first + 4 && i < sizeof(chain_id->be); i++)
        c = c << 8 | chain_id->be[i];
    return (uint8_t)(c * 2 + 35);
}

enum err ledger_tx_v(struct diag *d, uint8_t *out, uint8_t v, const struct eth_tx *tx)
{
    uint8_t base = tx->kind == ETH_TX_LEGACY ? legacy_v_base(&tx->chain_id) : 0;
    uint8_t parity = (uint8_t)(v - base);

    *out = 0;
    if (parity > 1)
        return diag_set(d, ERR_DEVICE, "the Ledger's signature has v %u, expected %u or %u", v,
                        base, (uint8_t)(base + 1));
    *out = (uint8_t)(27 + parity);
    return OK;
}

/* All bytes; the last answer is the signature's. */
static enum err send_all(struct diag *d, struct ledger_link *link, struct ledger_answer *answer,
                         const struct buf *bytes, size_t tail, const struct device_setup *setup)
{
    struct hw_budget b = hw_budget_ms(HW_PERSON_MS);

    for (size_t done = 0; done < bytes->len;) {
        struct ledger_command command = { .cla = CLA,
                                          .ins = INS_SIGN,
                                          .p1 = done > 0 ? P1_MORE : 0,
                                          .data = bytes->data + done,
                                          .data_len = ledger_tx_chunk(bytes->len - done, tail) };
        enum err e = ledger_exchange(d, link, answer, &command, &b);

        if (e == OK)
            e = ledger_status_check(d, answer->status, LEDGER_SIGNING_TX, setup);
        if (e != OK)
            return e;
        done += command.data_len;
        if (done < bytes->len && answer->data_len != 0)
            return diag_set(d, ERR_DEVICE,
                            "the Ledger answered before it had the whole "
                            "transaction");
    }
    return OK;
}

enum err ledger_tx_sign(struct diag *d, struct ledger_link *link, struct sig65 *out,
                        const struct hd_path *path, const struct eth_tx *tx,
                        const struct device_setup *setup)
{
    uint8_t encoded[LEDGER_PATH_BYTES];
    struct ledger_answer answer = { 0 };
    struct sig65 sig = { { 0 } };
    struct buf bytes;
    enum err e = ERR_INTERNAL;

    *out = sig;
    buf_init(&bytes, LIMIT_CALLDATA_BYTES + 2048);
    buf_add(&bytes, encoded, ledger_path_encode(encoded, path));
    if ((e = eth_tx_unsigned(d, &bytes, tx)) == OK)
        e = send_all(d, link, &answer, &bytes, tail_of(tx), setup);
    if (e == OK && (e = ledger_signature_parse(d, &sig, answer.data, answer.data_len)) == OK &&
        (e = ledger_tx_v(d, &sig.b[64], sig.b[64], tx)) == OK)
        *out = sig;
    buf_clear(&bytes);
    return e;
}
