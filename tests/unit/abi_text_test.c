// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "src/base/abi.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "tests/unit/fixture_json.h"

/* Text of every vector parses to what ethers encodes, and is what we write. */
static void check_vector(const struct json *row)
{
    struct diag d = { 0 };
    const char *text = json_string(json_get(row, "text"));
    struct abi_type t;
    struct abi_value v;
    struct buf want, got, shown;

    buf_init(&want, LIMIT_CALLDATA_BYTES);
    buf_init(&got, LIMIT_CALLDATA_BYTES);
    buf_init(&shown, LIMIT_CALLDATA_BYTES);
    cr_assert_eq(abi_type_parse(&d, &t, json_string(json_get(row, "type"))), OK, "%s", d.msg);
    cr_assert_eq(abi_value_parse(&d, &v, &t, text), OK, "%s: %s", text, d.msg);
    cr_assert_eq(abi_encode(&d, &got, &t, &v), OK);
    cr_assert_eq(json_read_bytes(&d, &want, row, "data"), OK);
    cr_assert_eq(got.len, want.len, "%s", text);
    cr_expect_arr_eq(got.data, want.data, want.len, "%s", text);
    abi_value_write(&shown, &t, &v);
    cr_expect_str_eq(buf_str(&shown), text);
    buf_clear(&want);
    buf_clear(&got);
    buf_clear(&shown);
    abi_value_clear(&v);
    abi_type_clear(&t);
}

Test(abi_text, agrees_with_ethers)
{
    struct json *rows = abi_vectors();

    for (size_t i = 0; i < json_len(rows); i++)
        check_vector(json_at(rows, i));
    json_free(rows);
}

static const struct {
    const char *type, *text;
    enum err want;
} values[] = {
    { "uint256", "", ERR_FORMAT },
    { "uint256", "01", ERR_FORMAT },
    { "uint256", "+1", ERR_FORMAT },
    { "uint256", "-1", ERR_FORMAT },
    { "uint256", "1 ", ERR_FORMAT },
    { "uint256", "1e3", ERR_FORMAT },
    { "uint256", "0x", ERR_FORMAT },
    { "uint256", "0xff", OK },
    { "uint8", "255", OK },
    { "uint8", "256", ERR_FORMAT },
    { "uint256", "115792089237316195423570985008687907853269984665640564039457584007913129639936",
      ERR_FORMAT },
    { "int8", "127", OK },
    { "int8", "128", ERR_FORMAT },
    { "int8", "-128", OK },
    { "int8", "-129", ERR_FORMAT },
    { "int8", "-0", ERR_FORMAT },
    { "int8", "--1", ERR_FORMAT },
    { "int8", "-0x1", ERR_FORMAT },
    { "int256", "-57896044618658097711785492504343953926634992332820282019728792003956564819968",
      OK },
    { "int256", "-57896044618658097711785492504343953926634992332820282019728792003956564819969",
      ERR_FORMAT },
    { "int256", "57896044618658097711785492504343953926634992332820282019728792003956564819968",
      ERR_FORMAT },
    { "bool", "true", OK },
    { "bool", "True", ERR_FORMAT },
    { "bool", "1", ERR_FORMAT },
    { "address", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", OK },
    { "address", "0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266", ERR_FORMAT },
    { "address", "0xf39fd6e51aad88f6f4ce6ab8827279cfffb9226", ERR_FORMAT },
    { "bytes2", "0xabcd", OK },
    { "bytes2", "0xabc", ERR_FORMAT },
    { "bytes2", "0xab", ERR_FORMAT },
    { "bytes2", "abcd", ERR_FORMAT },
    { "bytes", "0x", OK },
    { "bytes", "0xabc", ERR_FORMAT },
    { "bytes", "", ERR_FORMAT },
    { "string", "", OK },
    { "string", "any \"raw\" [text], as it is", OK },
    { "string[]", "[a]", ERR_FORMAT },
    { "string[]", "[\"a\"]", OK },
    { "string[]", "[\"a]", ERR_FORMAT },
    { "string[]", "[\"\\n\"]", ERR_FORMAT },
    { "string[]", "[\"\\x4\"]", ERR_FORMAT },
    { "string[]", "[\"\\x", ERR_FORMAT },
    { "string[]", "[\"\\", ERR_FORMAT },
    { "string[]", "[\"\\\"\\x41\"]", OK },
    { "uint8[]", "[]", OK },
    { "uint8[]", "[ ]", OK },
    { "uint8[]", "[ 1 , 2 ]", OK },
    { "uint8[]", "[1,]", ERR_FORMAT },
    { "uint8[]", "[,1]", ERR_FORMAT },
    { "uint8[]", "[1", ERR_FORMAT },
    { "uint8[]", "[1]]", ERR_FORMAT },
    { "uint8[]", "1", ERR_FORMAT },
    { "uint8[]", "(1)", ERR_FORMAT },
    { "uint8[2]", "[1]", ERR_FORMAT },
    { "uint8[2]", "[1,2]", OK },
    { "uint8[2]", "[1,2,3]", ERR_FORMAT },
    { "uint8[2]", "[]", ERR_FORMAT },
    { "(uint8,bool)", "(1,true)", OK },
    { "(uint8,bool)", "(1)", ERR_FORMAT },
    { "(uint8,bool)", "(1,true,2)", ERR_FORMAT },
    { "(uint8,bool)", "[1,true]", ERR_FORMAT },
    { "(uint8,bool)[]", "[(1,true),(2,false)]", OK },
};

Test(abi_text, strict)
{
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct diag d = { 0 };
        struct abi_type t;
        struct abi_value v;
        enum err e = ERR_INTERNAL;

        cr_assert_eq(abi_type_parse(&d, &t, values[i].type), OK);
        e = abi_value_parse(&d, &v, &t, values[i].text);
        cr_expect_eq(e, values[i].want, "%s '%s': got %d (%s)", values[i].type, values[i].text,
                     (int)e, d.msg);
        abi_value_clear(&v);
        abi_type_clear(&t);
    }
}

Test(abi_text, says_what_it_expected)
{
    struct diag d = { 0 };
    struct abi_type t;
    struct abi_value v;

    cr_assert_eq(abi_type_parse(&d, &t, "(bytes32,bool)[]"), OK);
    cr_expect_eq(abi_value_parse(&d, &v, &t, "[(0x12,true)]"), ERR_FORMAT);
    cr_expect_str_eq(d.msg, "expected bytes32, found '0x12'");
    abi_type_clear(&t);
}

Test(abi_text, untrusted_strings_are_escaped)
{
    struct diag d = { 0 };
    struct abi_type t;
    struct abi_value v;
    struct buf shown;

    buf_init(&shown, 100);
    cr_assert_eq(abi_type_parse(&d, &t, "string"), OK);
    cr_assert_eq(abi_value_parse(&d, &v, &t, "a\"\\\033[2J\xe2\x80\xae"), OK);
    abi_value_write(&shown, &t, &v);
    cr_expect_str_eq(buf_str(&shown), "\"a\\x22\\x5c\\x1b[2J\\xe2\\x80\\xae\"");
    buf_clear(&shown);
    abi_value_clear(&v);
    abi_type_clear(&t);
}
