// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "hw/trezor/message.h"
#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/u256.h"
#include "tests/unit/trezor_fixture.h"

static void expect_text(const struct pb_bytes *got, const char *want)
{
    cr_expect(got->has && got->len == strlen(want) && memcmp(got->data, want, got->len) == 0, "%s",
              want);
}

Test(trezor_message, features)
{
    struct json *messages = trezor_messages();
    struct trezor_features f;
    struct trezor_message m;
    struct diag d = { 0 };

    trezor_message_named(&m, messages, "features", TREZOR_FEATURES);
    cr_assert_eq(trezor_read_features(&d, &f, &m), OK, "%s", d.msg);
    expect_text(&f.vendor, "trezor.io");
    expect_text(&f.model, "1");
    expect_text(&f.internal_model, "T1B1");
    cr_expect(f.major.value == 1 && f.minor.value == 14 && f.patch.value == 1);
    cr_expect(f.bootloader_mode.has && f.bootloader_mode.value == 0);
    cr_expect(f.unlocked.has && f.unlocked.value == 0 && f.pin_protection.value == 1);
    cr_expect(f.initialized.value == 1 && f.firmware_present.value == 1 && f.busy.value == 1);
    cr_expect(f.capabilities.num == 5 && f.capabilities.value[2] == 7 &&
              f.capabilities.value[4] == 200);
    trezor_message_clear(&m);

    trezor_message_named(&m, messages, "features_packed", TREZOR_FEATURES);
    cr_assert_eq(trezor_read_features(&d, &f, &m), OK, "%s", d.msg);
    cr_expect(f.capabilities.num == 3 && f.capabilities.value[2] == 300 && !f.model.has);
    m.payload.len = 2; /* major alone */
    cr_expect_eq(trezor_read_features(&d, &f, &m), ERR_DEVICE);
    cr_expect(!f.major.has);
    trezor_message_clear(&m);
    json_free(messages);
}

Test(trezor_message, failure)
{
    struct json *messages = trezor_messages();
    struct trezor_failure f;
    struct trezor_message m;
    struct diag d = { 0 };

    trezor_message_named(&m, messages, "failure", TREZOR_FAILURE);
    cr_assert_eq(trezor_read_failure(&d, &f, &m), OK, "%s", d.msg);
    cr_expect_eq(f.code.value, TREZOR_ACTION_CANCELLED);
    expect_text(&f.text, "Cancelled");
    trezor_message_clear(&m);
    trezor_message_named(&m, messages, "failure_bare", TREZOR_FAILURE);
    cr_assert_eq(trezor_read_failure(&d, &f, &m), OK, "%s", d.msg);
    cr_expect(!f.code.has && !f.text.has);
    trezor_message_clear(&m);
    trezor_message_named(&m, messages, "failure_late", TREZOR_FAILURE);
    cr_assert_eq(trezor_read_failure(&d, &f, &m), OK, "%s", d.msg);
    cr_expect_eq(f.code.value, UINT32_MAX);
    trezor_message_clear(&m);
    json_free(messages);
}

Test(trezor_message, questions)
{
    struct json *messages = trezor_messages();
    static const char *const names[] = { "value_request", "value_request_packed" };
    struct pb_bytes name;
    struct pb_list path;
    struct trezor_message m;
    uint32_t code = 0;
    struct diag d = { 0 };

    trezor_message_named(&m, messages, "button_request", TREZOR_BUTTON_REQUEST);
    cr_assert_eq(trezor_read_button_request(&d, &code, &m), OK, "%s", d.msg);
    cr_expect_eq(code, 8);
    m.payload.len = 0;
    cr_assert_eq(trezor_read_button_request(&d, &code, &m), OK, "%s", d.msg);
    cr_expect_eq(code, 0);
    trezor_message_clear(&m);
    trezor_message_named(&m, messages, "struct_request", TREZOR_STRUCT_REQUEST);
    cr_assert_eq(trezor_read_struct_request(&d, &name, &m), OK, "%s", d.msg);
    expect_text(&name, "EIP712Domain");
    m.payload.len = 0;
    cr_expect_eq(trezor_read_struct_request(&d, &name, &m), ERR_DEVICE);
    trezor_message_clear(&m);
    for (size_t i = 0; i < 2; i++) {
        trezor_message_named(&m, messages, names[i], TREZOR_VALUE_REQUEST);
        cr_assert_eq(trezor_read_value_request(&d, &path, &m), OK, "%s", d.msg);
        cr_expect(path.num == 2 && path.value[0] == 1 && path.value[1] == 300, "%s", names[i]);
        trezor_message_clear(&m);
    }
    json_free(messages);
}

static void set_text_field(struct trezor_message *m, uint32_t field, const char *text)
{
    trezor_message_init(m);
    pb_add_str(&m->payload, field, text);
}

Test(trezor_message, addresses)
{
    static const struct {
        const char *text;
        enum err want;
    } rows[] = {
        { "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", OK },
        { "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266", OK },
        { "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92267", OK },
        { "0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266", ERR_DEVICE },
        { "f39Fd6e51aad88F6F4ce6aB8827279cffFb92266", ERR_DEVICE },
        { "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb9226", ERR_DEVICE },
        { "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb922666", ERR_DEVICE },
        { "", ERR_DEVICE },
    };
    struct trezor_message m;
    struct address a;
    struct diag d = { 0 };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        set_text_field(&m, 2, rows[i].text);
        cr_expect_eq(trezor_read_address(&d, &a, &m), rows[i].want, "%s", rows[i].text);
        cr_expect_eq(address_is_zero(&a), rows[i].want != OK);
        trezor_message_clear(&m);
    }
    /* firmware before 1.8.0 and 2.1.0 */
    set_text_field(&m, 1, "01234567890123456789");
    cr_expect_eq(trezor_read_address(&d, &a, &m), ERR_UNSUPPORTED);
    trezor_message_clear(&m);
}

Test(trezor_message, typed_signature)
{
    struct json *messages = trezor_messages();
    const struct address owner = known_signer;
    struct trezor_message m;
    struct address a;
    struct sig65 sig;
    struct diag d = { 0 };

    trezor_message_named(&m, messages, "typed_signature", TREZOR_TYPED_SIGNATURE);
    cr_assert_eq(trezor_read_typed_signature(&d, &sig, &a, &m), OK, "%s", d.msg);
    cr_expect(sig.b[0] == 0x2c && sig.b[63] == 0xc1 && sig.b[64] == 0x1b);
    cr_expect(address_eq(&a, &owner));
    for (size_t len = 0; len < m.payload.len; len++) {
        struct trezor_message cut = { .payload = { .data = m.payload.data, .len = len } };

        cr_expect_eq(trezor_read_typed_signature(&d, &sig, &a, &cut), ERR_DEVICE, "%zu", len);
        cr_expect(bytes_is_zero(sig.b, 65));
    }
    m.payload.data[1] = 64; /* the signature's length; its last byte becomes a tag */
    cr_expect_eq(trezor_read_typed_signature(&d, &sig, &a, &m), ERR_DEVICE);
    trezor_message_clear(&m);
    json_free(messages);
}

Test(trezor_message, tx_request)
{
    static const struct {
        const char *name;
        const char *hex;
        enum err want;
    } rows[] = {
        { "data", "088008", OK },
        { "signature", "10011a0101220102", OK },
        { "signature with empty parts", "10001a002200", OK },
        { "nothing", "", ERR_DEVICE },
        { "no v", "1a0101220102", ERR_DEVICE },
        { "no r", "1001220102", ERR_DEVICE },
        { "no s", "10011a0101", ERR_DEVICE },
        { "both",
          "088008"
          "10011a0101220102",
          ERR_DEVICE },
        { "v over 32 bits", "1080808080101a0101220102", ERR_DEVICE },
        { "r of 33 bytes",
          "10011a21000000000000000000000000000000000000000000000000000000000000000000220102",
          ERR_DEVICE },
    };
    struct trezor_tx_request q;
    struct diag d = { 0 };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct trezor_message m;
        size_t len = strlen(rows[i].hex) / 2;

        trezor_message_init(&m);
        buf_add_zero(&m.payload, len);
        cr_assert(hex_decode(m.payload.data, len, rows[i].hex, 2 * len), "%s", rows[i].name);
        cr_expect_eq(trezor_read_tx_request(&d, &q, &m), rows[i].want, "%s: %s", rows[i].name,
                     d.msg);
        cr_expect(rows[i].want == OK || (!q.v.has && !q.data_length.has), "%s", rows[i].name);
        trezor_message_clear(&m);
    }
}

/* Truncated or with one bit flipped, a message is read or refused, and nothing else. */
static void read_any(const struct trezor_message *m)
{
    struct trezor_features features;
    struct trezor_failure failure;
    struct trezor_tx_request tx;
    struct pb_bytes name;
    struct pb_list path;
    struct address a;
    struct sig65 sig;
    uint32_t code = 0;
    struct diag d = { 0 };

    (void)!trezor_read_features(&d, &features, m);
    (void)!trezor_read_failure(&d, &failure, m);
    (void)!trezor_read_button_request(&d, &code, m);
    (void)!trezor_read_struct_request(&d, &name, m);
    (void)!trezor_read_value_request(&d, &path, m);
    if (trezor_read_address(&d, &a, m) != OK)
        cr_assert(address_is_zero(&a));
    if (trezor_read_typed_signature(&d, &sig, &a, m) != OK)
        cr_assert(bytes_is_zero(sig.b, 65) && d.code != OK);
    if (trezor_read_tx_request(&d, &tx, m) != OK)
        cr_assert(!tx.r.has);
}

Test(trezor_message, damaged)
{
    static const char *const names[] = {
        "features", "failure", "address", "typed_signature", "value_request", "tx_request_signature"
    };
    struct json *messages = trezor_messages();

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct trezor_message m;
        uint8_t *exact = NULL;

        trezor_message_named(&m, messages, names[i], 0);
        for (size_t len = 0; len <= m.payload.len; len++) {
            /* a block of just that size, for the sanitizers */
            struct trezor_message cut = { .payload = { .len = len } };

            exact = bytes_dup(m.payload.data, len);
            cut.payload.data = exact;
            read_any(&cut);
            free(exact);
        }
        for (size_t bit = 0; bit < 8 * m.payload.len; bit++) {
            m.payload.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
            read_any(&m);
            m.payload.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        }
        trezor_message_clear(&m);
    }
    json_free(messages);
}

/* --- writing -----------------------------------------------------------------------------------
 */

static struct buf fresh(void)
{
    struct buf b;

    buf_init(&b, 64 * 1024);
    return b;
}

static void expect_and_clear(struct buf *b, const struct json *messages, const char *name)
{
    trezor_expect_named(b, messages, name);
    buf_clear(b);
}

Test(trezor_message, writes_what_protoc_writes)
{
    struct json *messages = trezor_messages();
    const struct hd_path path = trezor_path();
    struct buf b = fresh();
    struct buf secret;

    trezor_write_get_address(&b, &path, false);
    expect_and_clear(&b, messages, "get_address");
    trezor_write_get_address(&b, &path, true);
    expect_and_clear(&b, messages, "get_address_shown");
    trezor_write_passphrase_on_device(&b);
    expect_and_clear(&b, messages, "passphrase_on_device");
    buf_init_secret(&secret, 64);
    trezor_write_passphrase(&b, &secret);
    expect_and_clear(&b, messages, "passphrase_empty");
    buf_add_str(&secret, "correct horse");
    trezor_write_passphrase(&b, &secret);
    expect_and_clear(&b, messages, "passphrase");
    buf_clear(&secret);
    buf_add_str(&secret, "123789");
    trezor_write_pin(&b, &secret);
    expect_and_clear(&b, messages, "pin");
    buf_clear(&secret);
    json_free(messages);
}

Test(trezor_message, writes_typed_data)
{
    struct json *messages = trezor_messages();
    const struct hd_path path = trezor_path();
    struct typed_data t;
    struct typed_struct named = { .name = "EIP712Domain" };
    struct hash32 domain, message;
    uint8_t data[3000];
    struct buf b = fresh();

    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)i;
    known_safe_tx(&t, NULL, 0);
    typed_struct_hash(&domain, &t.domain);
    typed_struct_hash(&message, &t.message);
    trezor_write_sign_typed_hash(&b, &path, &domain, &message);
    expect_and_clear(&b, messages, "sign_typed_hash");
    trezor_write_sign_typed_data(&b, &path, "SafeTx", NULL);
    expect_and_clear(&b, messages, "sign_typed_data");
    trezor_write_sign_typed_data(&b, &path, "SafeTx", &message);
    expect_and_clear(&b, messages, "sign_typed_data_shown");
    trezor_write_struct_ack(&b, &t.domain);
    expect_and_clear(&b, messages, "domain_ack");
    trezor_write_struct_ack(&b, &t.message);
    expect_and_clear(&b, messages, "safe_tx_ack");
    typed_add_string(&named, "name", "x");
    typed_add_string(&named, "version", "1");
    trezor_write_struct_ack(&b, &named);
    expect_and_clear(&b, messages, "string_ack");
    trezor_write_value_ack(&b, &t.domain.members[0]);
    expect_and_clear(&b, messages, "chain_id_ack");
    trezor_write_value_ack(&b, &t.domain.members[1]);
    expect_and_clear(&b, messages, "safe_ack");
    trezor_write_value_ack(&b, &t.message.members[2]);
    expect_and_clear(&b, messages, "empty_ack");
    trezor_write_value_ack(&b, &t.message.members[3]);
    expect_and_clear(&b, messages, "operation_ack");
    known_safe_tx(&t, data, sizeof(data));
    trezor_write_value_ack(&b, &t.message.members[2]);
    expect_and_clear(&b, messages, "long_ack");
    json_free(messages);
}

Test(trezor_message, writes_transactions)
{
    struct json *messages = trezor_messages();
    const struct hd_path path = trezor_path();
    uint8_t data[3000];
    struct buf b = fresh();
    struct eth_tx tx = { .nonce = 7,
                         .max_priority_fee = u256_from_u64(2000000000),
                         .max_fee = u256_from_u64(20000000000),
                         .gas_limit = 100000,
                         .to = known_to };

    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)i;
    trezor_write_sign_tx(&b, &path, &tx, 1, 0);
    expect_and_clear(&b, messages, "tx_1559");
    tx.value = u256_from_u64(1000000000000000000);
    tx.data = data;
    tx.data_len = sizeof(data);
    trezor_write_sign_tx(&b, &path, &tx, UINT64_MAX, 1024);
    expect_and_clear(&b, messages, "tx_1559_data");
    trezor_write_tx_ack(&b, data + 1024, 1024);
    expect_and_clear(&b, messages, "tx_ack");
    tx = (struct eth_tx){ .kind = ETH_TX_LEGACY,
                          .max_fee = u256_from_u64(20000000000),
                          .gas_limit = 21000,
                          .to = known_to };
    trezor_write_sign_tx(&b, &path, &tx, 8453, 0);
    expect_and_clear(&b, messages, "tx_legacy");
    tx.data = data;
    tx.data_len = 68;
    trezor_write_sign_tx(&b, &path, &tx, 8453, 68);
    expect_and_clear(&b, messages, "tx_legacy_data");
    json_free(messages);
}
