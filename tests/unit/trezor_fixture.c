// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/trezor_fixture.h"

#include <criterion/criterion.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/u256.h"
#include "tests/unit/fixture_json.h"

struct json *trezor_messages(void)
{
    return fixture_json("fixtures/trezor/messages.json");
}

static const char *hex_named(const struct json *messages, const char *name)
{
    const char *hex = json_string(json_get(messages, name));

    cr_assert_not_null(hex, "messages.json has no '%s'", name);
    return hex;
}

void trezor_message_named(struct trezor_message *out, const struct json *messages, const char *name,
                          uint16_t type)
{
    const char *hex = hex_named(messages, name);
    size_t len = strlen(hex) / 2;

    trezor_message_init(out);
    out->type = type;
    buf_add_zero(&out->payload, len);
    cr_assert(hex_decode(out->payload.data, len, hex, 2 * len), "%s", name);
}

void trezor_expect_named(const struct buf *written, const struct json *messages, const char *name)
{
    struct buf hex;

    buf_init(&hex, 64 * 1024);
    buf_add_hex(&hex, written->data, written->len);
    cr_assert(buf_ok(written) && buf_ok(&hex), "%s", name);
    cr_expect_str_eq(buf_str(&hex), hex_named(messages, name), "%s", name);
    buf_clear(&hex);
}

struct hd_path trezor_path(void)
{
    return hd_path_account(HD_BIP44, 0);
}

static struct address parse(const char *text)
{
    struct diag d = { 0 };
    struct address a;

    cr_assert_eq(address_parse(&d, &a, text), OK, "%s", d.msg);
    return a;
}

struct address trezor_owner(void)
{
    return parse("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
}

struct address trezor_recipient(void)
{
    return parse("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
}

void trezor_safe_tx(struct typed_data *out, const uint8_t *data, size_t data_len)
{
    static const struct address nobody;
    const struct address safe = parse("0x5afe3855358e112b5647b952709e6165e1c1eeee");
    const struct address to = trezor_recipient();
    const struct u256 zero = u256_from_u64(0), one = u256_from_u64(1), seven = u256_from_u64(7);
    const struct u256 ether = u256_from_u64(1000000000000000000);

    *out = (struct typed_data){ .domain = { .name = "EIP712Domain" },
                                .message = { .name = "SafeTx" } };
    typed_add_uint(&out->domain, "chainId", 32, &one);
    typed_add_address(&out->domain, "verifyingContract", &safe);
    typed_add_address(&out->message, "to", &to);
    typed_add_uint(&out->message, "value", 32, &ether);
    typed_add_bytes(&out->message, "data", data, data_len);
    typed_add_uint(&out->message, "operation", 1, &zero);
    typed_add_uint(&out->message, "safeTxGas", 32, &zero);
    typed_add_uint(&out->message, "baseGas", 32, &zero);
    typed_add_uint(&out->message, "gasPrice", 32, &zero);
    typed_add_address(&out->message, "gasToken", &nobody);
    typed_add_address(&out->message, "refundReceiver", &nobody);
    typed_add_uint(&out->message, "nonce", 32, &seven);
}

const uint8_t *trezor_transfer(size_t *len)
{
    static const uint8_t data[68] = { 0xa9, 0x05, 0x9c, 0xbb };

    *len = sizeof(data);
    return data;
}
