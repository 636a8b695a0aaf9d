// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "hw/trezor/protobuf.h"
#include "src/base/hex.h"

struct sample {
    struct pb_uint flag, number;
    struct pb_bytes bytes, text;
    struct pb_list list;
};

static const struct pb_spec spec[] = {
    { 1, PB_BOOL, false, offsetof(struct sample, flag) },
    { 2, PB_UINT, false, offsetof(struct sample, number) },
    { 3, PB_BYTES, false, offsetof(struct sample, bytes) },
    { 4, PB_TEXT, false, offsetof(struct sample, text) },
    { 5, PB_LIST, false, offsetof(struct sample, list) },
};

static bool read_hex(struct sample *out, const char *hex)
{
    static uint8_t data[256];
    size_t len = strlen(hex) / 2;

    cr_assert(hex_decode(data, len, hex, 2 * len), "%s", hex);
    *out = (struct sample){ .flag = { false, 0 } };
    return pb_read(out, spec, sizeof(spec) / sizeof(spec[0]), data, len);
}

/* From "Encoding" of protobuf.dev: a varint is the shortest, fields 3 and 4 are groups' wire types.
 */
static const struct {
    const char *name;
    const char *hex;
    bool want;
} rows[] = {
    { "empty", "", true },
    { "field 0", "0000", false },
    { "tag cut short", "80", false },
    { "tag in a longer form", "880001", false },
    { "field 2^29 - 1 is skipped", "f8ffffff0f01", true },
    { "field 2^29", "808080801001", false },
    { "number missing", "10", false },
    { "number cut short", "1080", false },
    { "number in a longer form", "108100", false },
    { "zero in a longer form", "108000", false },
    { "number 2^32 - 1", "10ffffffff0f", true },
    { "number 2^32", "108080808010", false },
    { "number 2^64 - 1", "10ffffffffffffffffff01", false },
    { "skipped number 2^64 - 1", "30ffffffffffffffffff01", true },
    { "skipped number 2^64", "30ffffffffffffffffff02", false },
    { "skipped number of 11 bytes",
      "3080808080808080808080"
      "01",
      false },
    { "bool 0", "0800", true },
    { "bool 1", "0801", true },
    { "bool 2", "0802", false },
    { "bool twice", "08010801", false },
    { "number twice", "10011001", false },
    { "bytes twice", "1a001a00", false },
    { "bool as bytes", "0a0101", false },
    { "number as fixed32", "1501000000", false },
    { "bytes as number", "1801", false },
    { "bytes, empty", "1a00", true },
    { "bytes, length missing", "1a", false },
    { "bytes, one short", "1a0200", false },
    { "bytes, length 2^32 - 1", "1affffffff0f00", false },
    { "bytes, length 2^64 - 1", "1affffffffffffffffff0100", false },
    { "bytes with a NUL", "1a0100", true },
    { "text with a NUL", "220100", false },
    { "skipped fixed32", "3501020304", true },
    { "skipped fixed32, short", "35010203", false },
    { "skipped fixed64", "310102030405060708", true },
    { "skipped fixed64, short", "3101020304050607", false },
    { "group begins", "33", false },
    { "group ends", "34", false },
    { "wire type 6", "36", false },
    { "wire type 7", "37", false },
    { "list, both forms", "28012a020203", true },
    { "list, packed and empty", "2a00", true },
    { "list, packed, cut inside", "2a0180", false },
    { "list, packed, too large", "2a058080808010", false },
    { "list as fixed32", "2d01000000", false },
};

Test(trezor_protobuf, forms)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sample s;

        cr_expect_eq(read_hex(&s, rows[i].hex), rows[i].want, "%s", rows[i].name);
    }
}

Test(trezor_protobuf, values)
{
    struct sample s;

    cr_assert(read_hex(&s, "0801"
                           "10ac02"
                           "1a03616263"
                           "22020d0a"
                           "2807"
                           "2a03ac0205"));
    cr_expect(s.flag.has && s.flag.value == 1);
    cr_expect(s.number.has && s.number.value == 300);
    cr_expect(s.bytes.has && s.bytes.len == 3 && memcmp(s.bytes.data, "abc", 3) == 0);
    cr_expect(s.text.has && s.text.len == 2 && memcmp(s.text.data, "\r\n", 2) == 0);
    cr_expect(s.list.num == 3 && s.list.value[0] == 7 && s.list.value[1] == 300 &&
              s.list.value[2] == 5);
    cr_assert(read_hex(&s, "1a00"));
    cr_expect(s.bytes.has && s.bytes.len == 0 && !s.number.has);
}

Test(trezor_protobuf, lists_are_bounded)
{
    char hex[2 * (2 * PB_MAX_LIST + 2) + 1] = "";
    struct sample s;

    for (size_t i = 0; i < PB_MAX_LIST; i++)
        memcpy(hex + 4 * i, "2801", 5);
    cr_expect(read_hex(&s, hex));
    memcpy(hex + sizeof(hex) - 5, "2801", 5);
    cr_expect_not(read_hex(&s, hex));
}

Test(trezor_protobuf, required_fields)
{
    static const struct pb_spec needs[] = { { 1, PB_UINT, true, 0 } };
    static const uint8_t with[] = { 0x08, 0x00 }, without[] = { 0x10, 0x00 };
    struct pb_uint n = { false, 0 };

    cr_expect_not(pb_read(&n, needs, 1, NULL, 0));
    cr_expect_not(pb_read(&n, needs, 1, without, sizeof(without)));
    cr_expect(pb_read(&n, needs, 1, with, sizeof(with)));
}

Test(trezor_protobuf, writes_the_shortest_form)
{
    struct buf b;
    struct buf hex;

    buf_init(&b, 256);
    buf_init(&hex, 256);
    pb_add_uint(&b, 1, 0);
    pb_add_uint(&b, 2, 127);
    pb_add_uint(&b, 2, 128);
    pb_add_uint(&b, 16, UINT64_MAX);
    pb_add_bytes(&b, 3, NULL, 0);
    pb_add_str(&b, 4, "ab");
    buf_add_hex(&hex, b.data, b.len);
    cr_expect_str_eq(buf_str(&hex), "0800107f1080018001ffffffffffffffffff011a0022026162");
    buf_clear(&b);
    buf_clear(&hex);
}
