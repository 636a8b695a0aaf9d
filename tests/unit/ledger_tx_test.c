// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_json.h"
#include "hw/ledger/tx.h"
#include "ledger_replay.h"
#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/secp.h"
#include "src/base/u256.h"

#define DATA_MAX 21000

static struct hw_replay r;
static uint8_t pattern[DATA_MAX];
static const struct device_setup setup = { .model = LEDGER_FLEX, .blind_signing = SETTING_ON };

static void fill(struct eth_tx *tx, enum eth_tx_kind kind, const char *chain_id, size_t data_len)
{
    struct diag d = { 0 };

    for (size_t i = 0; i < sizeof(pattern); i++)
        pattern[i] = (uint8_t)(i * 7 + 3);
    *tx = (struct eth_tx){ .kind = kind,
                           .nonce = 5,
                           .max_fee = u256_from_u64(40000000000),
                           .gas_limit = 150000,
                           .value = u256_from_u64(1),
                           .data = pattern,
                           .data_len = data_len };
    if (kind == ETH_TX_1559)
        tx->max_priority_fee = u256_from_u64(2000000000);
    cr_assert_eq(address_parse(&d, &tx->to, "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"), OK);
    cr_assert(u256_from_dec(&tx->chain_id, chain_id));
}

static enum err sign(struct diag *d, struct sig65 *sig, const struct eth_tx *tx)
{
    struct ledger_link link = ledger_replay_link(&r);
    struct hd_path path = hd_path_account(HD_BIP44, 0);

    *d = (struct diag){ 0 };
    return ledger_tx_sign(d, &link, sig, &path, tx, &setup);
}

/* --- how it is cut ---------------------------------------------------------------------------- */

/* For every length: nothing is lost, commands are full, and with a tail no command ends in it or
 * right before it. */
Test(ledger_tx, chunks)
{
    for (size_t tail = 0; tail <= 12; tail++) {
        for (size_t all = 30; all < 1600; all++) {
            size_t left = all;

            for (size_t num = 1; left > 0; num++) {
                size_t n = ledger_tx_chunk(left, tail);

                cr_assert(n > 0 && n <= 255 && n <= left && num <= all / 240 + 1);
                cr_assert(n == 255 || left - n == tail + 1 || n == left);
                left -= n;
                cr_assert(left == 0 || left > tail, "%zu of %zu with %zu", left, all, tail);
            }
        }
    }
}

/* Whole transactions around the end of the first and the second command, put together again from
 * the reports: path and the unsigned bytes, which ethers gave the hash of (eth_tx_test). */
static void expect_whole(const struct eth_tx *tx, size_t tail)
{
    struct buf want, got;
    struct diag d = { 0 };
    struct sig65 sig;
    size_t last_end = 0;

    buf_init(&want, 1 << 20);
    buf_init(&got, 1 << 20);
    buf_add(&want, "\x05\x80\0\0\x2c\x80\0\0\x3c\x80\0\0\0\0\0\0\0\0\0\0\0", 21);
    cr_assert_eq(eth_tx_unsigned(&d, &want, tx), OK, "%s", d.msg);
    hw_replay_init(&r);
    r.tolerant = true;
    for (size_t at = 0; at < want.len;) {
        uint8_t dummy[255] = { 0 };
        size_t n = want.len - at < 255 ? want.len - at : 255;

        if (want.len - at > 255 && want.len - at - 255 <= tail)
            n = want.len - at - tail - 1;
        ledger_replay_send(&r, 4, at > 0 ? 0x80 : 0, 0, dummy, n);
        at += n;
        last_end = at < want.len ? at : last_end;
        ledger_replay_answer(&r, at < want.len ? "9000" : KNOWN_ANSWER_EMPTY "9000");
    }
    cr_expect(last_end + tail < want.len);
    (void)sign(&d, &sig, tx); /* v is some other transaction's */
    cr_assert(hw_replay_done(&r), "%zu: %s", tx->data_len, r.why);
    for (size_t i = 0; i < r.num; i++) {
        const uint8_t *b = r.reports[i].b;
        size_t left = 0;

        if (!r.reports[i].from_host)
            continue;
        cr_assert(b[7] == 0xe0 && b[8] == 4 && b[9] == (got.len > 0 ? 0x80 : 0) && b[10] == 0);
        left = b[11];
        buf_add(&got, b + 12, left < 52 ? left : 52);
        left -= left < 52 ? left : 52;
        while (left > 0) {
            size_t n = left < 59 ? left : 59;

            buf_add(&got, r.reports[++i].b + 5, n);
            left -= n;
        }
    }
    cr_expect_eq(got.len, want.len);
    cr_expect_arr_eq(got.data, want.data, want.len, "%zu bytes of data", tx->data_len);
    buf_clear(&want);
    buf_clear(&got);
}

Test(ledger_tx, all_sizes_around_the_ends_of_commands)
{
    struct eth_tx tx;

    /* 21 bytes of path and 45 to 65 around the data: the first two ends are in here */
    for (size_t n = 150; n < 470; n += n == 220 ? 180 : 1) {
        fill(&tx, ETH_TX_1559, "8453", n);
        expect_whole(&tx, 0);
        fill(&tx, ETH_TX_LEGACY, "1", n);
        expect_whole(&tx, 3);
        fill(&tx, ETH_TX_LEGACY, "9223372036854775789", n);
        expect_whole(&tx, 11);
    }
    fill(&tx, ETH_TX_1559, "1", 20000);
    expect_whole(&tx, 0);
}

/* --- signatures ------------------------------------------------------------------------------- */

struct row {
    struct eth_tx tx;
    struct hash32 digest;
    struct sig65 sig;
    uint8_t answer_v;
};

/* Row i of fixtures/ledger/signatures.json; false behind the end. */
static bool read_row(struct row *out, const struct json *all, size_t i)
{
    const struct json *j = json_at(json_get(all, "transactions"), i);
    const char *kind = NULL, *chain = NULL;
    struct hash32 r_part, s_part;
    struct diag d = { 0 };
    uint64_t len = 0, v = 0, answer_v = 0;

    if (j == NULL)
        return false;
    cr_assert(json_read_string(&d, &kind, j, "kind") == OK &&
                  json_read_string(&d, &chain, j, "chainId") == OK &&
                  json_read_hash(&d, &out->digest, j, "unsignedHash") == OK &&
                  json_read_hash(&d, &r_part, j, "r") == OK &&
                  json_read_hash(&d, &s_part, j, "s") == OK &&
                  json_read_u64(&d, &len, j, "dataLen") == OK &&
                  json_read_u64(&d, &v, j, "v") == OK &&
                  json_read_u64(&d, &answer_v, j, "answerV") == OK,
              "%s", d.msg);
    fill(&out->tx, strcmp(kind, "legacy") == 0 ? ETH_TX_LEGACY : ETH_TX_1559, chain, (size_t)len);
    memcpy(out->sig.b, r_part.b, 32);
    memcpy(out->sig.b + 32, s_part.b, 32);
    out->sig.b[64] = (uint8_t)v;
    out->answer_v = (uint8_t)answer_v;
    return true;
}

/* v r s 9000 */
static void answer_with(const struct row *row, uint8_t v)
{
    char hex[HEX_LEN(67)];
    uint8_t bytes[67] = { [0] = v, [65] = 0x90 };

    memcpy(bytes + 1, row->sig.b, 64);
    ledger_replay_answer(&r, hex_encode(hex, bytes, sizeof(bytes)));
}

static void record_row(const struct row *row, uint8_t v)
{
    size_t tail = row->tx.kind == ETH_TX_1559 ? 0 : 12;
    struct buf all;
    struct diag d = { 0 };

    buf_init(&all, 1 << 20);
    buf_add(&all, "\x05\x80\0\0\x2c\x80\0\0\x3c\x80\0\0\0\0\0\0\0\0\0\0\0", 21);
    cr_assert_eq(eth_tx_unsigned(&d, &all, &row->tx), OK);
    hw_replay_init(&r);
    for (size_t at = 0; at < all.len; at += 255) {
        size_t n = all.len - at < 255 ? all.len - at : 255;

        cr_assert(n == all.len - at || all.len - at - n > tail, "see all_sizes for such a row");
        ledger_replay_send(&r, 4, at > 0 ? 0x80 : 0, 0, all.data + at, n);
        if (at + n < all.len)
            ledger_replay_answer(&r, "9000");
    }
    answer_with(row, v);
    buf_clear(&all);
}

/* v of every kind of chain id; all rows came out of real firmware the same (docs/devices.md). */
Test(ledger_tx, signatures)
{
    struct json *all = fixture_json("fixtures/ledger/signatures.json");
    struct row row = { .answer_v = 0 };
    size_t num = 0;

    for (; read_row(&row, all, num); num++) {
        struct hash32 digest;
        struct address signer;
        struct sig65 sig;
        struct diag d;

        record_row(&row, row.answer_v);
        cr_expect_eq(sign(&d, &sig, &row.tx), OK, "row %zu: %s %s", num, d.msg, r.why);
        cr_expect(hw_replay_done(&r), "row %zu: %s", num, r.why);
        cr_expect_arr_eq(sig.b, row.sig.b, sizeof(sig.b), "row %zu", num);
        cr_expect(eth_tx_digest(&d, &digest, &row.tx) == OK && hash32_eq(&digest, &row.digest));
        cr_expect_eq(secp_recover(&d, &signer, &digest, &sig), OK);
        cr_expect_str_eq(address_format(&signer).s, "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    }
    cr_expect_eq(num, 15);
    json_free(all);
}

/* Of 256 values two are right, and they are 27 and 28. */
Test(ledger_tx, any_other_v)
{
    struct json *all = fixture_json("fixtures/ledger/signatures.json");
    struct row row = { .answer_v = 0 };

    for (size_t i = 0; read_row(&row, all, i); i++) {
        size_t num_ok = 0;

        for (unsigned v = 0; v < 256; v++) {
            struct diag d = { 0 };
            uint8_t out = 0;

            if (ledger_tx_v(&d, &out, (uint8_t)v, &row.tx) == OK) {
                cr_expect(out == 27 || out == 28);
                num_ok++;
            } else {
                cr_expect_eq(out, 0);
            }
        }
        cr_expect_eq(num_ok, 2, "row %zu", i);
    }
    json_free(all);
}

Test(ledger_tx, failures)
{
    static const struct {
        const char *name, *answer;
        enum err want;
        const char *words;
    } cases[] = {
        { "refused", "6985", ERR_REFUSED, "refused" },
        { "type not known", "6501", ERR_UNSUPPORTED, "type" },
        { "path not allowed", "6a15", ERR_DEVICE, "path" },
        { "nothing", "9000", ERR_DEVICE, "0 bytes" },
        { "short", "009000", ERR_DEVICE, "1 bytes" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct sig65 zero = { { 0 } };
        struct sig65 sig = { { 1 } };
        struct eth_tx tx;
        struct diag d;

        fill(&tx, ETH_TX_1559, "1", 0);
        hw_replay_init(&r);
        r.tolerant = true;
        hw_replay_host_hex(&r, "");
        hw_replay_host_hex(&r, "");
        ledger_replay_answer(&r, cases[i].answer);
        cr_expect_eq(sign(&d, &sig, &tx), cases[i].want, "%s: %s", cases[i].name, d.msg);
        cr_expect_not_null(strstr(d.msg, cases[i].words), "%s: %s", cases[i].name, d.msg);
        cr_expect_arr_eq(sig.b, zero.b, sizeof(sig.b));
    }
}

/* An app that thinks it has everything after the first command has signed something else. */
Test(ledger_tx, a_signature_too_early)
{
    struct json *all = fixture_json("fixtures/ledger/signatures.json");
    struct row row = { .answer_v = 0 };
    struct sig65 sig;
    struct diag d;

    cr_assert(read_row(&row, all, 4)); /* 1000 bytes of data */
    hw_replay_init(&r);
    r.tolerant = true;
    for (size_t i = 0; i < 5; i++) /* 260 bytes are 57 + 3 * 59 + 26 */
        hw_replay_host_hex(&r, "");
    answer_with(&row, row.answer_v);
    cr_expect_eq(sign(&d, &sig, &row.tx), ERR_DEVICE);
    cr_expect_not_null(strstr(d.msg, "before it had the whole"), "%s", d.msg);
    cr_expect_eq(sig.b[0], 0);
    json_free(all);
}

Test(ledger_tx, unplugged_at_any_report)
{
    struct json *all = fixture_json("fixtures/ledger/signatures.json");
    static struct hw_replay whole;
    struct row row = { .answer_v = 0 };

    cr_assert(read_row(&row, all, 4));
    record_row(&row, row.answer_v);
    whole = r;
    for (size_t i = 0; i < whole.num; i++) {
        struct sig65 sig;
        struct diag d;

        r = whole;
        cr_assert(hw_replay_unplug(&r, i));
        cr_expect_eq(sign(&d, &sig, &row.tx), ERR_DEVICE, "report %zu", i);
        cr_expect_eq(sig.b[0], 0);
    }
    json_free(all);
}
