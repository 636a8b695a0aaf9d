// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "safe/multisend.h"
#include "src/base/address.h"
#include "src/base/limits.h"
#include "src/base/u256.h"
#include "tests/unit/fixture_json.h"

static void check_item(const struct multisend_item *got, const struct json *want)
{
    struct diag d = { 0 };
    struct u256 operation;
    uint64_t op = 0;
    struct buf data;

    buf_init(&data, LIMIT_CALLDATA_BYTES);
    cr_assert_eq(json_read_u256(&d, &operation, want, "operation"), OK);
    cr_assert(u256_to_u64(&operation, &op));
    cr_expect_eq(got->operation, op);
    cr_expect_str_eq(address_format(&got->to).s, json_string(json_get(want, "to")));
    cr_expect_str_eq(u256_format(&got->value).s, json_string(json_get(want, "value")));
    cr_assert_eq(json_read_bytes(&d, &data, want, "data"), OK);
    cr_assert_eq(got->data_len, data.len);
    cr_expect(data.len == 0 || memcmp(got->data, data.data, data.len) == 0);
    buf_clear(&data);
}

Test(multisend, agrees_with_ethers)
{
    struct json *rows = fixture_json("fixtures/multisend/lists.json");

    for (size_t i = 0; i < json_len(rows); i++) {
        const struct json *items = json_get(json_at(rows, i), "items");
        struct diag d = { 0 };
        struct buf packed, want, again, calldata;
        struct reader r;

        buf_init(&packed, LIMIT_CALLDATA_BYTES);
        buf_init(&want, LIMIT_CALLDATA_BYTES);
        buf_init(&again, LIMIT_CALLDATA_BYTES);
        buf_init(&calldata, LIMIT_CALLDATA_BYTES);
        cr_assert_eq(json_read_bytes(&d, &packed, json_at(rows, i), "packed"), OK);
        cr_assert_eq(json_read_bytes(&d, &want, json_at(rows, i), "calldata"), OK);
        reader_init(&r, packed.data, packed.len);
        for (size_t n = 0; n < json_len(items); n++) {
            struct multisend_item item;

            cr_assert_eq(multisend_next(&d, &item, &r), OK, "%s", d.msg);
            check_item(&item, json_at(items, n));
            multisend_add(&again, &item);
        }
        cr_expect(reader_end(&r));
        cr_assert_eq(again.len, packed.len);
        cr_expect(packed.len == 0 || memcmp(again.data, packed.data, packed.len) == 0);
        cr_assert_eq(multisend_calldata(&d, &calldata, &again), OK);
        cr_assert_eq(calldata.len, want.len);
        cr_expect_arr_eq(calldata.data, want.data, want.len);
        buf_clear(&packed);
        buf_clear(&want);
        buf_clear(&again);
        buf_clear(&calldata);
    }
    json_free(rows);
}

/* operation, to, value, length, data of one byte. */
#define ITEM_LEN 86

static void make_item(uint8_t item[static ITEM_LEN])
{
    memset(item, 0, ITEM_LEN);
    item[1] = 0x42;
    item[84] = 1;
    item[85] = 0xaa;
}

Test(multisend, refuses)
{
    static const struct {
        const char *name;
        size_t at;
        uint8_t byte;
    } cases[] = {
        { "operation 2", 0, 2 },           { "operation 255", 0, 255 },
        { "data one byte longer", 84, 2 }, { "length 2^256 - …", 53, 0xff },
        { "length 2^64", 76, 1 },          { "length 2^32", 80, 1 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };
        struct multisend_item item;
        struct reader r;
        uint8_t data[ITEM_LEN];

        make_item(data);
        data[cases[i].at] = cases[i].byte;
        reader_init(&r, data, sizeof(data));
        cr_expect_eq(multisend_next(&d, &item, &r), ERR_FORMAT, "%s", cases[i].name);
        cr_expect(item.data == NULL && item.data_len == 0);
        cr_expect_eq(r.left, sizeof(data), "%s: the reader moved", cases[i].name);
    }
}

Test(multisend, every_truncation_is_refused)
{
    uint8_t data[ITEM_LEN];

    make_item(data);
    for (size_t n = 0; n < sizeof(data); n++) {
        struct diag d = { 0 };
        struct multisend_item item;
        struct reader r;

        reader_init(&r, data, n);
        cr_expect_eq(multisend_next(&d, &item, &r), ERR_FORMAT, "%zu", n);
    }
}
