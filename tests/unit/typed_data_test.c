// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/typed_data.h"
#include "src/base/u256.h"
#include "tests/unit/known_safe_tx.h"

/* Hashed by ethers 6.16.0, too. */
Test(typed_data, hashes)
{
    struct typed_data t;
    struct hash32 h;

    known_safe_tx(&t, NULL, 0);
    typed_struct_hash(&h, &t.domain);
    cr_expect_str_eq(hash32_format(&h).s,
                     "0xc03d57206aeb95bb2816e44cec2aeaff23ab39c410e548f01ce7fe7b6aa697ec");
    typed_struct_hash(&h, &t.message);
    cr_expect_str_eq(hash32_format(&h).s,
                     "0x61ef847dec07cd35b96d5388f80e52f0370e9d61970c85d4bb0e13badcf13f5c");
    typed_data_digest(&h, &t);
    cr_expect_str_eq(hash32_format(&h).s,
                     "0x0c190453d44a8443e57f667c583c46bec6b09d977343fbb9c25ead78009fe92b");
}

Test(typed_data, json)
{
    static const char want[] =
        "{\"types\":{\"EIP712Domain\":[{\"name\":\"name\",\"type\":\"string\"},"
        "{\"name\":\"chainId\",\"type\":\"uint256\"}],\"Delegate\":["
        "{\"name\":\"delegateAddress\",\"type\":\"address\"},"
        "{\"name\":\"data\",\"type\":\"bytes\"},"
        "{\"name\":\"small\",\"type\":\"uint8\"},"
        "{\"name\":\"totp\",\"type\":\"uint256\"}]},\"primaryType\":\"Delegate\","
        "\"domain\":{\"name\":\"Safe\",\"chainId\":100},\"message\":{"
        "\"delegateAddress\":\"0x0000000000000000000000000000000000000000\",\"data\":\"0x00ff\","
        "\"small\":200,\"totp\":\"482000\"}}";
    static const uint8_t bytes[] = { 0, 0xff };
    static const struct address nobody;
    const struct u256 chain_id = u256_from_u64(100), small = u256_from_u64(200),
                      totp = u256_from_u64(482000);
    struct typed_data t = { .domain = { .name = "EIP712Domain" },
                            .message = { .name = "Delegate" } };
    struct diag d = { 0 };
    struct json *j = NULL;
    struct buf text;

    typed_add_string(&t.domain, "name", "Safe");
    typed_add_uint(&t.domain, "chainId", 32, &chain_id);
    typed_add_address(&t.message, "delegateAddress", &nobody);
    typed_add_bytes(&t.message, "data", bytes, sizeof(bytes));
    typed_add_uint(&t.message, "small", 1, &small);
    typed_add_uint(&t.message, "totp", 32, &totp);
    j = typed_data_to_json(&t);
    buf_init(&text, 65536);
    cr_assert_eq(json_write(&d, &text, j, 0), OK, "%s", d.msg);
    cr_expect_str_eq(buf_str(&text), want);
    buf_clear(&text);
    json_free(j);
}

/* What JavaScript reads exactly is a number, as wallets expect it; what it would round is text. */
Test(typed_data, chain_ids_in_json)
{
    static const struct {
        uint64_t id;
        const char *want;
    } cases[] = {
        { 1, "\"domain\":{\"chainId\":1}" },
        { 9007199254740991, "\"domain\":{\"chainId\":9007199254740991}" },
        { 9007199254740992, "\"domain\":{\"chainId\":\"9007199254740992\"}" },
        { UINT64_MAX, "\"domain\":{\"chainId\":\"18446744073709551615\"}" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct u256 id = u256_from_u64(cases[i].id);
        struct typed_data t = { .domain = { .name = "EIP712Domain" }, .message = { .name = "M" } };
        struct diag d = { 0 };
        struct json *j = NULL;
        struct buf text;

        typed_add_uint(&t.domain, "chainId", 32, &id);
        j = typed_data_to_json(&t);
        buf_init(&text, 65536);
        cr_assert_eq(json_write(&d, &text, j, 0), OK, "%s", d.msg);
        cr_expect_not_null(strstr(buf_str(&text), cases[i].want), "%s", buf_str(&text));
        buf_clear(&text);
        json_free(j);
    }
}
