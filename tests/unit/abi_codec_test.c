// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "src/base/abi.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/u256.h"
#include "tests/unit/fixture_json.h"

/* The encoding of ethers decodes to the JSON that ethers was given, and encodes to itself. */
static void check_vector(const struct json *row)
{
    struct diag d = { 0 };
    const char *type = json_string(json_get(row, "type"));
    struct abi_type t;
    struct abi_value v;
    struct json *shown = NULL;
    struct buf data, got, want;
    bool canonical = false;

    buf_init(&data, LIMIT_CALLDATA_BYTES);
    buf_init(&got, LIMIT_CALLDATA_BYTES);
    buf_init(&want, LIMIT_CALLDATA_BYTES);
    cr_assert_eq(json_read_bytes(&d, &data, row, "data"), OK, "%s", d.msg);
    cr_assert_eq(abi_type_parse(&d, &t, type), OK, "%s", d.msg);
    cr_assert_eq(abi_decode(&d, &v, &t, data.data, data.len), OK, "%s: %s", type, d.msg);
    shown = abi_value_json(&t, &v);
    cr_assert_eq(json_write(&d, &got, shown, 0), OK);
    cr_assert_eq(json_write(&d, &want, json_get(row, "value"), 0), OK);
    cr_expect_str_eq(buf_str(&got), buf_str(&want), "%s", type);
    cr_expect_eq(abi_is_canonical(&d, &canonical, &t, &v, data.data, data.len), OK);
    cr_expect(canonical, "%s: does not encode to itself", type);
    json_free(shown);
    buf_clear(&data);
    buf_clear(&got);
    buf_clear(&want);
    abi_value_clear(&v);
    abi_type_clear(&t);
}

Test(abi_codec, agrees_with_ethers)
{
    struct json *rows = abi_vectors();

    cr_assert_geq(json_len(rows), 200);
    for (size_t i = 0; i < json_len(rows); i++)
        check_vector(json_at(rows, i));
    json_free(rows);
}

/* Words are written as "n" for a small number, or as 64 digits. */
#define W(x)  "00000000000000000000000000000000000000000000000000000000000000" x
#define FF31  "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
#define ADDR  "000000000000000000000000f39fd6e51aad88f6f4ce6ab8827279cfffb92266"
#define HUGE_ "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0"
#define WRAP  "000000000000000000000000000000000000000000000000ffffffffffffffe0"
#define BIG32 "00000000000000000000000000000000000000000000000000000000ffffffff"

static const struct {
    const char *name, *type, *data;
    enum err want;
    bool canonical;
} layouts[] = {
    { "no data", "(uint256)", "", ERR_FORMAT, false },
    { "one byte short", "(uint8)", "00000000000000000000000000000000000000000000000000000000000000",
      ERR_FORMAT, false },
    { "one byte over", "(uint8)", W("01") "00", OK, false },
    { "uint8 of 256", "(uint8)", "0000000000000000000000000000000000000000000000000000000000000100",
      ERR_FORMAT, false },
    { "int8 of 128", "(int8)", W("80"), ERR_FORMAT, false },
    { "int8 of -128", "(int8)", FF31 "80", OK, true },
    { "int8 of -129", "(int8)", FF31 "7f", ERR_FORMAT, false },
    { "int8 half extended", "(int8)",
      "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff80", ERR_FORMAT, false },
    { "bool of 2", "(bool)", W("02"), ERR_FORMAT, false },
    { "bool in the wrong end", "(bool)",
      "0100000000000000000000000000000000000000000000000000000000000000", ERR_FORMAT, false },
    { "address", "(address)", ADDR, OK, true },
    { "dirty address", "(address)",
      "000000000000000000000001f39fd6e51aad88f6f4ce6ab8827279cfffb92266", ERR_FORMAT, false },
    { "dirty bytes31", "(bytes31)", FF31 "01", ERR_FORMAT, false },
    { "bytes31", "(bytes31)", FF31 "00", OK, true },
    { "bytes", "(bytes)",
      W("20") W("01") "aa00000000000000000000000000000000000000000000000000000000000000", OK,
      true },
    { "bytes with a dirty tail", "(bytes)",
      W("20") W("01") "aa00000000000000000000000000000000000000000000000000000000000001",
      ERR_FORMAT, false },
    { "bytes without padding", "(bytes)", W("20") W("01") "aa", OK, false },
    { "bytes with dirty cut padding", "(bytes)", W("20") W("01") "aa01", ERR_FORMAT, false },
    { "bytes cut", "(bytes)", W("20") W("02") "aa", ERR_FORMAT, false },
    { "empty bytes", "(bytes)", W("20") W("00"), OK, true },
    { "no length", "(bytes)", W("20"), ERR_FORMAT, false },
    { "length 2^32 - 1", "(bytes)", W("20") BIG32, ERR_FORMAT, false },
    { "length 2^256 - 32", "(bytes)", W("20") HUGE_, ERR_FORMAT, false },
    { "offset behind the end", "(bytes)", W("40") W("00"), ERR_FORMAT, false },
    { "offset at the end", "(bytes)", W("20"), ERR_FORMAT, false },
    { "offset 2^256 - 32", "(bytes)", HUGE_ W("00"), ERR_FORMAT, false },
    { "offset 2^64 - 32", "(bytes)", WRAP W("00"), ERR_FORMAT, false },
    { "offset into its own head", "(bytes)", W("00"), OK, false },
    { "gap before the tail", "(bytes)", W("40") W("00") W("00"), OK, false },
    { "trailing word", "(bytes)", W("20") W("00") W("00"), OK, false },
    { "shared tail", "(bytes,bytes)", W("40") W("40") W("00"), OK, false },
    { "tails in the other order", "(bytes,string)",
      W("80") W("40")
          W("01") "6100000000000000000000000000000000000000000000000000000000000000" W("00"),
      OK, false },
    { "odd offset", "(bytes)", W("21") "00" W("00"), OK, false },
    { "array length without items", "(uint256[])", W("20") W("01"), ERR_FORMAT, false },
    { "array of 2^32 - 1", "(uint256[])", W("20") BIG32 W("01"), ERR_FORMAT, false },
    { "array of 2^32 - 1 dynamic", "(bytes[])", W("20") BIG32 W("20"), ERR_FORMAT, false },
    { "array of tuples, one word short", "((uint8,uint8)[])", W("20") W("01") W("01"), ERR_FORMAT,
      false },
    { "offsets are relative to the array", "(bytes[])", W("20") W("01") W("20") W("00"), OK, true },
    { "offset relative to the start", "(bytes[])", W("20") W("01") W("60") W("00"), ERR_FORMAT,
      false },
    { "fixed array cut", "(uint8[2])", W("01"), ERR_FORMAT, false },
    { "fixed dynamic array cut", "(bytes[2])", W("20") W("40"), ERR_FORMAT, false },
};

static void check_layout(size_t i)
{
    struct diag d = { 0 };
    struct abi_type t;
    struct abi_value v;
    uint8_t data[512];
    size_t data_len = strlen(layouts[i].data) / 2;
    bool canonical = true;
    enum err e = ERR_INTERNAL;

    cr_assert(hex_decode(data, data_len, layouts[i].data, 2 * data_len), "%s", layouts[i].name);
    cr_assert_eq(abi_type_parse(&d, &t, layouts[i].type), OK, "%s", d.msg);
    e = abi_decode(&d, &v, &t, data, data_len);
    cr_expect_eq(e, layouts[i].want, "%s: got %d (%s)", layouts[i].name, (int)e, d.msg);
    if (e == OK) {
        cr_expect_eq(abi_is_canonical(&d, &canonical, &t, &v, data, data_len), OK);
        cr_expect_eq(canonical, layouts[i].canonical, "%s", layouts[i].name);
    } else {
        cr_expect(v.items == NULL && v.num_items == 0, "%s: not cleared", layouts[i].name);
    }
    abi_value_clear(&v);
    abi_type_clear(&t);
}

Test(abi_codec, layouts)
{
    for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
        check_layout(i);
}

/* What decodes from a damaged encoding must not pass for the original, and be canonical for it. */
static void decode_damaged(const struct abi_type *t, const uint8_t *data, size_t data_len)
{
    struct diag d = { 0 };
    struct abi_value v;
    bool canonical = false;

    if (abi_decode(&d, &v, t, data, data_len) == OK) {
        cr_expect_eq(abi_is_canonical(&d, &canonical, t, &v, data, data_len), OK);
        abi_value_clear(&v);
    } else {
        cr_expect(d.msg[0] != '\0');
    }
}

Test(abi_codec, truncations_and_bit_flips)
{
    struct json *rows = abi_vectors();
    struct diag d = { 0 };

    for (size_t i = 0; i < json_len(rows); i += 9) {
        struct abi_type t;
        struct abi_value v;
        struct buf data;

        buf_init(&data, LIMIT_CALLDATA_BYTES);
        cr_assert_eq(abi_type_parse(&d, &t, json_string(json_get(json_at(rows, i), "type"))), OK);
        cr_assert_eq(json_read_bytes(&d, &data, json_at(rows, i), "data"), OK);
        for (size_t n = 0; n < data.len; n++) {
            decode_damaged(&t, data.data, n);
            data.data[n] ^= (uint8_t)(1u << (n % 8));
            decode_damaged(&t, data.data, data.len);
            data.data[n] ^= (uint8_t)(1u << (n % 8));
        }
        cr_expect_eq(abi_decode(&d, &v, &t, data.data, data.len), OK);
        abi_value_clear(&v);
        buf_clear(&data);
        abi_type_clear(&t);
    }
    json_free(rows);
}

Test(abi_codec, limits_values_and_copied_bytes)
{
    struct diag d = { 0 };
    struct abi_type bytes_list, number_list;
    struct abi_value v;
    struct buf data;

    cr_assert_eq(abi_type_parse(&d, &bytes_list, "(bytes[])"), OK);
    cr_assert_eq(abi_type_parse(&d, &number_list, "(uint8[])"), OK);
    buf_init(&data, 1024 * 1024);
    abi_add_u64(&data, 32);
    abi_add_u64(&data, LIMIT_ABI_NODES);
    buf_add_zero(&data, 32 * LIMIT_ABI_NODES);
    cr_expect_eq(abi_decode(&d, &v, &number_list, data.data, data.len), ERR_LIMIT);
    buf_clear(&data);
    /* 1000 items share one tail of 1000 bytes. */
    buf_init(&data, 1024 * 1024);
    abi_add_u64(&data, 32);
    abi_add_u64(&data, 1000);
    for (size_t i = 0; i < 1000; i++)
        abi_add_u64(&data, 32 * 1000);
    abi_add_u64(&data, 1000);
    buf_add_zero(&data, 1024);
    cr_expect_eq(abi_decode(&d, &v, &bytes_list, data.data, data.len), ERR_LIMIT);
    cr_expect_str_eq(d.msg, "value 0: item 262: more than 262144 bytes in values");
    buf_clear(&data);
    abi_type_clear(&bytes_list);
    abi_type_clear(&number_list);
}

Test(abi_codec, errors_name_the_value)
{
    struct diag d = { 0 };
    struct abi_function f;
    struct abi_value v;
    uint8_t data[96] = { 0 };

    cr_assert_eq(abi_function_parse(&d, &f, "f(uint8 first,(bool flag,address who) pair)"), OK);
    data[64] = 1;
    cr_expect_eq(abi_decode(&d, &v, &f.params, data, sizeof(data)), ERR_FORMAT);
    cr_expect_str_eq(d.msg, "'pair': 'who': dirty padding in front of an address");
    abi_function_clear(&f);
}

Test(abi_codec, no_parameters)
{
    struct diag d = { 0 };
    struct abi_function f;
    struct abi_value v;
    bool canonical = false;

    cr_assert_eq(abi_function_parse(&d, &f, "f()"), OK);
    cr_assert_eq(abi_decode(&d, &v, &f.params, NULL, 0), OK, "%s", d.msg);
    cr_expect_eq(abi_is_canonical(&d, &canonical, &f.params, &v, NULL, 0), OK);
    cr_expect(canonical);
    abi_value_clear(&v);
    cr_assert_eq(abi_decode(&d, &v, &f.params, (const uint8_t *)"x", 1), OK);
    cr_expect_eq(abi_is_canonical(&d, &canonical, &f.params, &v, (const uint8_t *)"x", 1), OK);
    cr_expect_not(canonical);
    abi_value_clear(&v);
    abi_function_clear(&f);
}

Test(abi_codec, words)
{
    struct address a = { { 0x11, 0x22 } };
    struct u256 n = u256_from_u64(0x1234);
    struct hash32 h = { { 0xab } };
    struct abi_value v = { 0 };
    struct buf b;
    struct address a2;
    struct u256 n2;
    struct hash32 h2;

    buf_init(&b, 1000);
    abi_add_address(&b, &a);
    abi_add_u256(&b, &n);
    abi_add_hash(&b, &h);
    abi_add_u64(&b, 0x0123456789abcdefULL);
    cr_assert_eq(b.len, 128);
    memcpy(v.word, b.data, 32);
    a2 = abi_as_address(&v);
    cr_expect(address_eq(&a, &a2));
    memcpy(v.word, b.data + 32, 32);
    n2 = abi_as_u256(&v);
    cr_expect(u256_eq(&n, &n2));
    memcpy(v.word, b.data + 64, 32);
    h2 = abi_as_hash(&v);
    cr_expect(hash32_eq(&h, &h2));
    cr_expect_arr_eq(b.data + 120, "\x01\x23\x45\x67\x89\xab\xcd\xef", 8);
    buf_clear(&b);
}
