// SPDX-License-Identifier: Apache-2.0
#include "src/base/bytes.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

Test(bytes, reader_fails_without_moving)
{
    static const uint8_t data[3] = { 1, 2, 3 };
    struct reader r;
    uint8_t out[4] = { 9, 9, 9, 9 };
    uint32_t word = 9;
    const uint8_t *p = data;

    reader_init(&r, data, sizeof(data));
    cr_expect_not(reader_bytes(&r, out, 4));
    cr_expect(bytes_is_zero(out, 4), "the output of a failed read is zero");
    cr_expect_not(reader_be32(&r, &word));
    cr_expect_eq(word, 0);
    cr_expect_not(reader_borrow(&r, &p, 4));
    cr_expect_null(p);
    cr_expect_not(reader_skip_zero(&r, 1));
    cr_expect_not(reader_skip_zero(&r, 4));
    cr_expect_not(reader_borrow(&r, &p, SIZE_MAX));
    cr_expect_not(reader_end(&r));
    cr_expect_eq(r.left, 3);
    cr_expect(reader_bytes(&r, out, 3) && out[0] == 1 && out[2] == 3 && reader_end(&r));
}

Test(bytes, reader_reads_big_endian)
{
    static const uint8_t data[] = { 0, 0, 0xfe, 0x01, 0x02, 0xff, 0x03, 0x04, 0x05, 7 };
    struct reader r;
    uint8_t one = 0;
    uint16_t two = 0;
    uint32_t four = 0;
    const uint8_t *p = NULL;

    reader_init(&r, data, sizeof(data));
    cr_expect(reader_skip_zero(&r, 2) && reader_u8(&r, &one) && reader_be16(&r, &two) &&
              reader_be32(&r, &four) && reader_borrow(&r, &p, 1) && reader_end(&r));
    cr_expect_eq(one, 0xfe);
    cr_expect_eq(two, 0x0102);
    cr_expect_eq(four, 0xff030405);
    cr_expect(p == data + 9);
    cr_expect_not(reader_u8(&r, &one));
    cr_expect_eq(one, 0);
    cr_expect_not(reader_be16(&r, &two));
    cr_expect_eq(two, 0);
}

Test(bytes, reader_of_nothing)
{
    struct reader r;
    const uint8_t *p = NULL;

    reader_init(&r, NULL, 0);
    cr_expect(reader_end(&r) && reader_skip_zero(&r, 0) && reader_borrow(&r, &p, 0));
}

Test(bytes, buf_stays_failed_over_its_maximum)
{
    struct diag d = { 0 };
    struct buf b;

    buf_init(&b, 4);
    buf_add_str(&b, "abcd");
    cr_expect(buf_ok(&b));
    cr_expect_str_eq(buf_str(&b), "abcd");
    buf_add_u8(&b, 'e');
    cr_expect_not(buf_ok(&b));
    cr_expect_str_eq(buf_str(&b), "");
    buf_add_zero(&b, 0);
    cr_expect_eq(b.len, 4);
    cr_expect_eq(buf_check(&d, &b, "text"), ERR_LIMIT);
    cr_expect_str_eq(d.msg, "text is over the limit of 4 bytes");
    buf_clear(&b);
    buf_add_str(&b, "abc");
    cr_expect(buf_ok(&b), "a cleared buffer keeps its maximum and can be used again");
    cr_expect_eq(buf_check(&d, &b, "text"), OK);
    buf_clear(&b);
}

Test(bytes, buf_grows_and_is_terminated)
{
    struct buf b;

    buf_init(&b, 1 << 20);
    cr_expect_str_eq(buf_str(&b), "");
    buf_add(&b, NULL, 0);
    cr_expect_str_eq(buf_str(&b), "");
    for (size_t i = 0; i < 1000; i++) {
        buf_addf(&b, "%03zu,", i);
        cr_assert_eq(b.data[b.len], '\0');
    }
    buf_add_zero(&b, 5);
    cr_expect_eq(b.len, 4005);
    cr_expect_eq(strncmp(buf_str(&b), "000,001,", 8), 0);
    cr_expect_eq(memcmp(b.data + 3996, "999,\0\0\0\0\0", 10), 0);
    buf_clear(&b);
    buf_clear(&b);
}

Test(bytes, buf_without_room)
{
    struct buf b = { 0 };

    buf_add_zero(&b, 0);
    cr_expect(buf_ok(&b));
    buf_add_u8(&b, 1);
    cr_expect_not(buf_ok(&b));
    buf_clear(&b);
}

Test(bytes, secret_buf_grows)
{
    struct buf b;

    buf_init_secret(&b, 4096);
    for (size_t i = 0; i < 300; i++)
        buf_add_u8(&b, (uint8_t)i);
    cr_expect_eq(b.len, 300);
    cr_expect_eq(b.data[299], 299 % 256);
    buf_clear(&b);
    cr_expect(b.secret);
}

Test(bytes, dup_of_nothing_is_a_pointer)
{
    void *p = bytes_dup(NULL, 0);

    cr_expect_not_null(p);
    free(p);
}

Test(bytes, compare)
{
    struct address low = { { 0x01 } };
    struct address high = { { 0x80 } };
    struct hash32 h = { { 0 } };
    struct hash32 other = { { 0 } };

    cr_expect(address_cmp(&low, &high) < 0 && address_cmp(&high, &low) > 0);
    cr_expect(address_eq(&low, &low) && !address_eq(&low, &high));
    cr_expect_not(address_is_zero(&low));
    cr_expect(hash32_is_zero(&h) && hash32_eq(&h, &other));
    other.b[31] = 1;
    cr_expect(!hash32_is_zero(&other) && !hash32_eq(&h, &other));
}
