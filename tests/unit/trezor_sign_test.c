// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "hw/trezor/tx.h"
#include "hw/trezor/typed_data.h"
#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/u256.h"
#include "tests/unit/trezor_fixture.h"

/* Requests that recorded firmware does not make, or not yet. */

static void open_replay(struct trezor_session *s, struct hw_replay *r, enum device_model model,
                        struct device_version version)
{
    static const struct signer_options none = { .passphrase_fd = -1 };
    const struct hw_io io = hw_replay_io(r);
    struct diag d = { 0 };

    hw_replay_init(r);
    *s =
        (struct trezor_session){ .options = none, .about = { .model = model, .version = version } };
    cr_assert_eq(trezor_link_reports(&d, &s->link, &io), OK);
}

static void cancelled(struct hw_replay *r)
{
    trezor_host(r, TREZOR_CANCEL, NULL);
    trezor_device_fails(r, TREZOR_ACTION_CANCELLED, "Cancelled");
}

static enum err sign_typed(struct diag *d, struct trezor_session *s, struct sig65 *sig,
                           const struct typed_data *t)
{
    const struct hd_path path = trezor_path();
    const struct address owner = known_signer;

    return trezor_sign_typed(d, s, sig, &path, &owner, t);
}

/* --- versions and lengths, before anything is asked --------------------------------------------
 */

static const struct {
    const char *name;
    enum device_model model;
    struct device_version version;
    size_t data_len;
    enum err want;
    const char *word;
} refused[] = {
    { "One 1.10.4", TREZOR_ONE, { 1, 10, 4 }, 0, ERR_UNSUPPORTED, "1.10.5" },
    { "T 2.4.2", TREZOR_T, { 2, 4, 2 }, 0, ERR_UNSUPPORTED, "2.4.3" },
    { "T 2.5.3, 1025 bytes", TREZOR_T, { 2, 5, 3 }, 1025, ERR_UNSUPPORTED, "1024" },
    { "One 1.10.5", TREZOR_ONE, { 1, 10, 5 }, 5000, ERR_DEVICE, "replay" },
    { "T 2.4.3, 1024 bytes", TREZOR_T, { 2, 4, 3 }, 1024, ERR_DEVICE, "replay" },
    { "T 2.6.0, 1025 bytes", TREZOR_T, { 2, 6, 0 }, 1025, ERR_DEVICE, "replay" },
};

Test(trezor_sign, old_firmware)
{
    static const uint8_t data[5000];

    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct trezor_session s;
        struct hw_replay r;
        struct typed_data t;
        struct sig65 sig;
        struct diag d = { 0 };

        open_replay(&s, &r, refused[i].model, refused[i].version);
        known_safe_tx(&t, data, refused[i].data_len);
        cr_expect_eq(sign_typed(&d, &s, &sig, &t), refused[i].want, "%s: %s", refused[i].name,
                     d.msg);
        cr_expect_not_null(strstr(d.msg, refused[i].word), "%s: %s", refused[i].name, d.msg);
        cr_expect_eq(r.failed, refused[i].want == ERR_DEVICE, "%s", refused[i].name);
        trezor_session_close(&s);
    }
}

/* --- the structure -----------------------------------------------------------------------------
 */

/* The message hash goes along from 2.9.1 on. */
static void begin_typed(struct trezor_session *s, struct hw_replay *r, bool shows_hash)
{
    open_replay(s, r, TREZOR_SAFE5, (struct device_version){ 2, 9, shows_hash ? 1 : 0 });
    trezor_host_named(r, TREZOR_SIGN_TYPED_DATA,
                      shows_hash ? "sign_typed_data_shown" : "sign_typed_data");
}

static void expect_vector(const struct sig65 *sig)
{
    char text[HEX_LEN(65)];

    cr_expect_str_eq(hex_encode(text, sig->b, sizeof(sig->b)),
                     "2c71bd118f58839ca63fdd1cc4a6bdf527498c2479083bb8aeeaedbf8902ed76"
                     "10f8d4570fc049d72a01e5626e10552c1d17dfccde52be20f21cc19f208dfdc11b");
}

Test(trezor_sign, serves_in_any_order_and_again)
{
    for (int shows_hash = 0; shows_hash < 2; shows_hash++) {
        struct trezor_session s;
        struct hw_replay r;
        struct typed_data t;
        struct sig65 sig;
        struct diag d = { 0 };

        begin_typed(&s, &r, shows_hash != 0);
        for (int i = 0; i < 2; i++) {
            trezor_device_named(&r, TREZOR_VALUE_REQUEST, "08010803"); /* operation */
            trezor_host_named(&r, TREZOR_VALUE_ACK, "operation_ack");
            trezor_device_named(&r, TREZOR_STRUCT_REQUEST, "0a06536166655478");
            trezor_host_named(&r, TREZOR_STRUCT_ACK, "safe_tx_ack");
            trezor_device_named(&r, TREZOR_BUTTON_REQUEST, "button_request");
            trezor_host(&r, TREZOR_BUTTON_ACK, NULL);
            trezor_device_named(&r, TREZOR_VALUE_REQUEST, "0a020001"); /* packed: the Safe */
            trezor_host_named(&r, TREZOR_VALUE_ACK, "safe_ack");
            trezor_device_named(&r, TREZOR_STRUCT_REQUEST, "struct_request");
            trezor_host_named(&r, TREZOR_STRUCT_ACK, "domain_ack");
            trezor_device_named(&r, TREZOR_VALUE_REQUEST, "08000800");
            trezor_host_named(&r, TREZOR_VALUE_ACK, "chain_id_ack");
        }
        trezor_device_named(&r, TREZOR_TYPED_SIGNATURE, "typed_signature");
        known_safe_tx(&t, NULL, 0);
        cr_expect_eq(sign_typed(&d, &s, &sig, &t), OK, "%s %s", d.msg, r.why);
        cr_expect(hw_replay_done(&r));
        expect_vector(&sig);
        trezor_session_close(&s);
    }
}

Test(trezor_sign, long_values_go_whole)
{
    uint8_t data[3000];
    struct trezor_session s;
    struct hw_replay r;
    struct typed_data t;
    struct sig65 sig;
    struct diag d = { 0 };

    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)i;
    begin_typed(&s, &r, false);
    trezor_device_named(&r, TREZOR_VALUE_REQUEST, "08010802");
    trezor_host_named(&r, TREZOR_VALUE_ACK, "long_ack");
    trezor_device_fails(&r, TREZOR_ACTION_CANCELLED, NULL);
    known_safe_tx(&t, data, sizeof(data));
    cr_expect_eq(sign_typed(&d, &s, &sig, &t), ERR_REFUSED, "%s %s", d.msg, r.why);
    cr_expect(hw_replay_done(&r));
    trezor_session_close(&s);
}

static const struct {
    const char *name;
    uint16_t type;
    const char *payload;
} strange[] = {
    { "a struct that is not there", TREZOR_STRUCT_REQUEST, "0a0753616665547832" },
    { "the beginning of a struct's name", TREZOR_STRUCT_REQUEST, "0a055361666554" },
    { "a struct without name", TREZOR_STRUCT_REQUEST, "0a00" },
    { "a malformed request for a struct", TREZOR_STRUCT_REQUEST, "" },
    { "no path", TREZOR_VALUE_REQUEST, "" },
    { "an empty path", TREZOR_VALUE_REQUEST, "0a00" },
    { "a path to the domain itself", TREZOR_VALUE_REQUEST, "0800" },
    { "a path to nothing", TREZOR_VALUE_REQUEST, "08020800" },
    { "the domain's third member", TREZOR_VALUE_REQUEST, "08000802" },
    { "the message's eleventh member", TREZOR_VALUE_REQUEST, "0801080a" },
    { "the message's last but 2^32", TREZOR_VALUE_REQUEST, "080108ffffffff0f" },
    { "a path into a number", TREZOR_VALUE_REQUEST, "080108010800" },
    { "a transaction's request", TREZOR_TX_REQUEST, "tx_request_data" },
};

Test(trezor_sign, paths_and_names_that_do_not_exist)
{
    for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
        struct trezor_session s;
        struct hw_replay r;
        struct typed_data t;
        struct sig65 sig;
        struct diag d = { 0 };

        begin_typed(&s, &r, false);
        trezor_device_named(&r, strange[i].type, strange[i].payload);
        cancelled(&r);
        known_safe_tx(&t, NULL, 0);
        cr_expect_eq(sign_typed(&d, &s, &sig, &t), ERR_DEVICE, "%s: %s", strange[i].name, d.msg);
        cr_expect(bytes_is_zero(sig.b, sizeof(sig.b)));
        cr_expect(hw_replay_done(&r), "%s: %s", strange[i].name, r.why);
        trezor_session_close(&s);
    }
}

Test(trezor_sign, another_account_is_named)
{
    struct trezor_session s;
    struct hw_replay r;
    struct typed_data t;
    struct sig65 sig;
    const struct hd_path path = trezor_path();
    const struct address other = known_to;
    struct diag d = { 0 };

    begin_typed(&s, &r, false);
    trezor_device_named(&r, TREZOR_TYPED_SIGNATURE, "typed_signature");
    known_safe_tx(&t, NULL, 0);
    cr_expect_eq(trezor_sign_typed(&d, &s, &sig, &path, &other, &t), ERR_DEVICE);
    cr_expect_not_null(strstr(d.msg, "expected 0x7099"), "%s", d.msg);
    cr_expect_not_null(strstr(d.hint, "another passphrase"), "%s", d.hint);
    cr_expect(bytes_is_zero(sig.b, sizeof(sig.b)));
    trezor_session_close(&s);
}

/* --- transactions ------------------------------------------------------------------------------
 */

static struct eth_tx make_tx(uint64_t chain_id, const uint8_t *data, size_t data_len)
{
    return (struct eth_tx){ .kind = ETH_TX_LEGACY,
                            .chain_id = u256_from_u64(chain_id),
                            .max_fee = u256_from_u64(20000000000),
                            .gas_limit = 21000,
                            .to = known_to,
                            .data = data,
                            .data_len = data_len };
}

static enum err sign_tx(struct diag *d, struct trezor_session *s, struct sig65 *sig,
                        const struct eth_tx *tx)
{
    const struct hd_path path = trezor_path();

    return trezor_sign_tx(d, s, sig, &path, tx);
}

static void host_sends(struct hw_replay *r, const struct eth_tx *tx, uint64_t chain_id)
{
    const struct hd_path path = trezor_path();
    struct buf payload;

    /* what it writes is compared with protoc's in trezor_message_test */
    buf_init(&payload, 4096);
    trezor_write_sign_tx(&payload, &path, tx, chain_id, tx->data_len < 1024 ? tx->data_len : 1024);
    trezor_host(r, tx->kind == ETH_TX_LEGACY ? TREZOR_SIGN_TX : TREZOR_SIGN_TX_1559, &payload);
    buf_clear(&payload);
}

static void device_signs(struct hw_replay *r, uint64_t v)
{
    static const uint8_t rs[2][2] = { { 0x12, 0x34 }, { 0x56, 0x78 } };
    struct buf payload;

    buf_init(&payload, 256);
    pb_add_uint(&payload, 2, v);
    pb_add_bytes(&payload, 3, rs[0], 2);
    pb_add_bytes(&payload, 4, rs[1], 2);
    trezor_device(r, TREZOR_TX_REQUEST, &payload);
    buf_clear(&payload);
}

static const struct {
    enum eth_tx_kind kind;
    uint64_t chain_id, v;
    uint8_t want; /* 0: refused */
} forms[] = {
    { ETH_TX_LEGACY, 1, 0, 27 },
    { ETH_TX_LEGACY, 1, 1, 28 },
    { ETH_TX_LEGACY, 1, 27, 27 },
    { ETH_TX_LEGACY, 1, 28, 28 },
    { ETH_TX_LEGACY, 1, 37, 27 },
    { ETH_TX_LEGACY, 1, 38, 28 },
    { ETH_TX_LEGACY, 1, 2, 0 },
    { ETH_TX_LEGACY, 1, 26, 0 },
    { ETH_TX_LEGACY, 1, 29, 0 },
    { ETH_TX_LEGACY, 1, 36, 0 },
    { ETH_TX_LEGACY, 1, 39, 0 },
    { ETH_TX_LEGACY, 8453, 16941, 27 },
    { ETH_TX_LEGACY, 8453, 16942, 28 },
    { ETH_TX_LEGACY, 8453, 37, 0 },
    { ETH_TX_LEGACY, 2147483629, 4294967293, 27 },
    { ETH_TX_LEGACY, 2147483629, 4294967294, 28 },
    { ETH_TX_LEGACY, 2147483630, 0, 27 },
    { ETH_TX_LEGACY, 2147483630, 1, 28 },
    { ETH_TX_LEGACY, 2147483630, 4294967295, 0 },
    { ETH_TX_1559, 1, 0, 27 },
    { ETH_TX_1559, 1, 1, 28 },
    { ETH_TX_1559, 1, 27, 27 },
    { ETH_TX_1559, 1, 28, 28 },
    { ETH_TX_1559, 1, 37, 0 },
    { ETH_TX_1559, 1, 2, 0 },
};

Test(trezor_sign, forms_of_v)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        struct eth_tx tx = make_tx(forms[i].chain_id, NULL, 0);
        struct trezor_session s;
        struct hw_replay r;
        struct sig65 sig;
        struct diag d = { 0 };

        tx.kind = forms[i].kind;
        open_replay(&s, &r, TREZOR_ONE, (struct device_version){ 1, 14, 1 });
        host_sends(&r, &tx, forms[i].chain_id);
        device_signs(&r, forms[i].v);
        cr_expect_eq(sign_tx(&d, &s, &sig, &tx), forms[i].want != 0 ? OK : ERR_DEVICE,
                     "row %zu: %s %s", i, d.msg, r.why);
        cr_expect_eq(sig.b[64], forms[i].want, "row %zu", i);
        /* r and s are filled up in front */
        cr_expect(forms[i].want == 0 || (sig.b[30] == 0x12 && sig.b[31] == 0x34 &&
                                         sig.b[62] == 0x56 && sig.b[63] == 0x78));
        cr_expect(bytes_is_zero(sig.b, 30) && bytes_is_zero(sig.b + 32, 30));
        cr_expect(hw_replay_done(&r), "row %zu: %s", i, r.why);
        trezor_session_close(&s);
    }
}

/* Of 3000 bytes, 1024 go along; then asked for what stands here. */
static const struct {
    const char *name;
    uint32_t asks[4]; /* 0: it signs */
    enum err want;
} pieces[] = {
    { "as firmware does", { 1024, 952, 0 }, OK },
    { "in other pieces", { 1, 1000, 975, 0 }, OK },
    { "more than is left", { 1024, 953 }, ERR_DEVICE },
    { "more than 1024", { 1025 }, ERR_DEVICE },
    { "2^32 - 1", { UINT32_MAX }, ERR_DEVICE },
    { "signed at once", { 0 }, ERR_DEVICE },
    { "signed before the end", { 1024, 951, 0 }, ERR_DEVICE },
    { "more after the end", { 1024, 952, 1 }, ERR_DEVICE },
};

static void play_pieces(struct hw_replay *r, const uint32_t asks[4], const uint8_t *data, bool ends)
{
    size_t done = 1024;
    struct buf payload;

    buf_init(&payload, 4096);
    for (size_t k = 0; k < 4 && asks[k] != 0; k++) {
        buf_clear(&payload);
        pb_add_uint(&payload, 1, asks[k]);
        trezor_device(r, TREZOR_TX_REQUEST, &payload);
        if (asks[k] > 1024 || asks[k] > 3000 - done)
            break;
        buf_clear(&payload);
        pb_add_bytes(&payload, 1, data + done, asks[k]);
        trezor_host(r, TREZOR_TX_ACK, &payload);
        done += asks[k];
        if (k + 1 < 4 && asks[k + 1] == 0)
            device_signs(r, 1);
    }
    if (asks[0] == 0)
        device_signs(r, 1);
    if (!ends)
        cancelled(r);
    buf_clear(&payload);
}

Test(trezor_sign, data_in_pieces)
{
    uint8_t data[3000];

    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i % 251);
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        const struct eth_tx tx = make_tx(1, data, sizeof(data));
        struct trezor_session s;
        struct hw_replay r;
        struct sig65 sig;
        struct diag d = { 0 };

        open_replay(&s, &r, TREZOR_T, (struct device_version){ 2, 5, 3 });
        host_sends(&r, &tx, 1);
        play_pieces(&r, pieces[i].asks, data, pieces[i].want == OK);
        cr_expect_eq(sign_tx(&d, &s, &sig, &tx), pieces[i].want, "%s: %s %s", pieces[i].name, d.msg,
                     r.why);
        cr_expect(hw_replay_done(&r), "%s: %s", pieces[i].name, r.why);
        trezor_session_close(&s);
    }
}

Test(trezor_sign, a_request_for_nothing)
{
    const struct eth_tx tx = make_tx(1, NULL, 0);
    struct trezor_session s;
    struct hw_replay r;
    struct sig65 sig;
    struct diag d = { 0 };

    open_replay(&s, &r, TREZOR_T, (struct device_version){ 2, 5, 3 });
    host_sends(&r, &tx, 1);
    trezor_device_named(&r, TREZOR_TX_REQUEST, "0800");
    cancelled(&r);
    cr_expect_eq(sign_tx(&d, &s, &sig, &tx), ERR_DEVICE);
    cr_expect(hw_replay_done(&r), "%s", r.why);
    trezor_session_close(&s);
}

Test(trezor_sign, transactions_that_are_not_asked_for)
{
    static const struct {
        const char *name;
        enum device_model model;
        struct device_version version;
        enum eth_tx_kind kind;
        bool large_chain, long_data;
        enum err want;
    } rows[] = {
        { "1559 on One 1.10.3",
          TREZOR_ONE,
          { 1, 10, 3 },
          ETH_TX_1559,
          false,
          false,
          ERR_UNSUPPORTED },
        { "1559 on T 2.4.1", TREZOR_T, { 2, 4, 1 }, ETH_TX_1559, false, false, ERR_UNSUPPORTED },
        { "chain id 2^64", TREZOR_T, { 2, 5, 3 }, ETH_TX_1559, true, false, ERR_UNSUPPORTED },
        { "too much data", TREZOR_T, { 2, 5, 3 }, ETH_TX_1559, false, true, ERR_LIMIT },
        { "1559 on One 1.10.4", TREZOR_ONE, { 1, 10, 4 }, ETH_TX_1559, false, false, ERR_DEVICE },
        { "legacy on One 1.9.0", TREZOR_ONE, { 1, 9, 0 }, ETH_TX_LEGACY, false, false, ERR_DEVICE },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        static const uint8_t data[LIMIT_CALLDATA_BYTES + 1];
        struct eth_tx tx = make_tx(1, data, rows[i].long_data ? sizeof(data) : 0);
        struct trezor_session s;
        struct hw_replay r;
        struct sig65 sig;
        struct diag d = { 0 };

        tx.kind = rows[i].kind;
        if (rows[i].large_chain)
            tx.chain_id.be[23] = 1;
        open_replay(&s, &r, rows[i].model, rows[i].version);
        cr_expect_eq(sign_tx(&d, &s, &sig, &tx), rows[i].want, "%s: %s", rows[i].name, d.msg);
        cr_expect_eq(r.failed, rows[i].want == ERR_DEVICE, "%s", rows[i].name);
        trezor_session_close(&s);
    }
}
