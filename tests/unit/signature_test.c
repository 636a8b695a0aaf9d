// SPDX-License-Identifier: Apache-2.0
#include "safe/signature.h"

#include <criterion/criterion.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "tests/unit/fixture_json.h"

#define OWNER      "0xFbaaD734BC3d150f3f1F846459B4a4237473d306"
#define OWNER_WORD "000000000000000000000000fbaad734bc3d150f3f1f846459b4a4237473d306"
#define ZERO_WORD  "0000000000000000000000000000000000000000000000000000000000000000"
#define OFFSET_65  "0000000000000000000000000000000000000000000000000000000000000041"
#define LEN_3      "0000000000000000000000000000000000000000000000000000000000000003"
/* "schedule, one signature only" and its hash: any hash does for what is refused */
static const char eoa[] = "0x94c6e41e12b7ef18131e097e0bd4a602430e492c1ee7246a6f3a0d0039bc463f"
                          "6de59a46c1099af16356311407eb16e53aec87baba64b94505cd152dbcfc6275";

static enum err parse(struct diag *d, struct signature *out, const char *text)
{
    struct hash32 hash = { { 7 } };
    struct buf b;
    enum err e = ERR_INTERNAL;

    buf_init(&b, 10000);
    cr_assert_eq(hex_decode_0x_buf(d, &b, text), OK, "%s", d->msg);
    e = signature_parse(d, out, &hash, b.data, b.len);
    buf_clear(&b);
    return e;
}

Test(signature, refuses)
{
    static const struct {
        const char *name;
        const char *text; /* NULL: eoa with the v of the row */
        const char *v;
        const char *reason;
    } cases[] = {
        { "nothing", "0x", "", "0 bytes" },
        { "64 bytes", NULL, "", "64 bytes" },
        { "v 2", NULL, "02", "v is 2" },
        { "v 26", NULL, "1a", "v is 26" },
        { "v 29", NULL, "1d", "v is 29" },
        { "v 30", NULL, "1e", "v is 30" },
        { "v 33", NULL, "21", "v is 33" },
        { "v 255", NULL, "ff", "v is 255" },
        { "a byte behind", NULL, "1b00", "1 bytes after" },
        { "two in one", NULL, "1b1b", "after the first 65" },
        { "approved, dirty padding", NULL, "01", "not padded" },
        { "approved, a byte behind", "0x" OWNER_WORD ZERO_WORD, "0100", "after the first 65" },
        { "contract, dirty padding", NULL, "00" LEN_3 "010203", "not padded" },
        { "contract, offset 0", "0x" OWNER_WORD ZERO_WORD, "00" LEN_3 "010203", "offset 65" },
        { "contract, offset over 64 bits",
          "0x" OWNER_WORD "0000000000000000000000000000000100000000000000000000000000000041",
          "00" LEN_3 "010203", "offset 65" },
        { "contract, no length", "0x" OWNER_WORD OFFSET_65, "00", "length word" },
        { "contract, length cut short", "0x" OWNER_WORD OFFSET_65, "000000", "length word" },
        { "contract, data cut short", "0x" OWNER_WORD OFFSET_65, "00" LEN_3 "0102", "2 of 3" },
        { "contract, a byte behind", "0x" OWNER_WORD OFFSET_65, "00" LEN_3 "01020300",
          "after the" },
        { "contract, padded", "0x" OWNER_WORD OFFSET_65,
          "00" LEN_3 "0102030000000000000000000000000000000000000000000000000000000000",
          "29 bytes after" },
        { "contract, length huge", "0x" OWNER_WORD OFFSET_65,
          "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "over the limit" },
        { "contract, length 2^64", "0x" OWNER_WORD OFFSET_65,
          "000000000000000000000000000000000000000000000000010000000000000000", "over the limit" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };
        struct signature s;
        char text[1000];

        (void)snprintf(text, sizeof(text), "%s%s", cases[i].text != NULL ? cases[i].text : eoa,
                       cases[i].v);
        cr_expect_neq(parse(&d, &s, text), OK, "%s", cases[i].name);
        cr_expect(strstr(d.msg, cases[i].reason) != NULL, "%s: %s", cases[i].name, d.msg);
        cr_expect(s.kind == SIGNATURE_NONE && s.data == NULL, "%s", cases[i].name);
        cr_expect(address_is_zero(&s.signer), "%s", cases[i].name);
    }
}

Test(signature, names_the_owner_of_v_0_and_1)
{
    struct diag d = { 0 };
    struct signature s;

    cr_expect_eq(parse(&d, &s, "0x" OWNER_WORD ZERO_WORD "01"), OK, "%s", d.msg);
    cr_expect_eq(s.kind, SIGNATURE_APPROVED);
    cr_expect_str_eq(address_format(&s.signer).s, OWNER);
    signature_clear(&s);
    cr_expect_eq(parse(&d, &s, "0x" OWNER_WORD OFFSET_65 "00" LEN_3 "010203"), OK, "%s", d.msg);
    cr_expect_eq(s.kind, SIGNATURE_CONTRACT);
    cr_expect_str_eq(address_format(&s.signer).s, OWNER);
    cr_expect(s.data_len == 3 && memcmp(s.data, "\1\2\3", 3) == 0);
    signature_clear(&s);
    cr_expect_eq(parse(&d, &s, "0x" OWNER_WORD OFFSET_65 "00" ZERO_WORD), OK, "%s", d.msg);
    cr_expect_eq(s.data_len, 0);
    signature_clear(&s);
}

struct row {
    struct hash32 hash;
    struct signature sigs[4];
    size_t num_sigs;
};

/* The signatures of an executed row, each parsed on its own. */
static void load_row(struct row *out, const struct json *row)
{
    struct diag d = { 0 };
    const struct json *list = json_get(row, "signatures");

    *out = (struct row){ .num_sigs = json_len(list) };
    cr_assert_leq(out->num_sigs, 4);
    cr_assert_eq(json_read_hash(&d, &out->hash, row, "safeTxHash"), OK);
    for (size_t i = 0; i < out->num_sigs; i++) {
        const struct json *j = json_at(list, i);
        struct signature *s = &out->sigs[i];
        struct buf bytes;
        struct buf again;

        buf_init(&bytes, 1000);
        buf_init(&again, 1000);
        cr_assert_eq(json_read_bytes(&d, &bytes, j, "bytes"), OK, "%s", d.msg);
        cr_assert_eq(signature_parse(&d, s, &out->hash, bytes.data, bytes.len), OK, "%s", d.msg);
        cr_expect_str_eq(address_format(&s->signer).s, json_string(json_get(j, "owner")));
        cr_expect_str_eq(signature_kind_name(s->kind), json_string(json_get(j, "kind")));
        signature_write(&again, s);
        cr_expect(again.len == bytes.len && memcmp(again.data, bytes.data, bytes.len) == 0);
        buf_clear(&bytes);
        buf_clear(&again);
    }
}

static void clear_row(struct row *r)
{
    for (size_t i = 0; i < r->num_sigs; i++)
        signature_clear(&r->sigs[i]);
}

/* Blobs that the contracts accepted, whatever the order in which signatures come in. */
Test(signature, pack)
{
    struct json *rows = fixture_json("fixtures/safe_tx/exec.json");

    for (size_t i = 0; i < json_len(rows); i++) {
        struct diag d = { 0 };
        struct row r;
        struct buf want;

        load_row(&r, json_at(rows, i));
        buf_init(&want, 1000);
        cr_assert_eq(json_read_bytes(&d, &want, json_at(rows, i), "blob"), OK);
        for (size_t turn = 0; turn < r.num_sigs; turn++) {
            struct signature first = r.sigs[0];
            struct buf got;

            buf_init(&got, 1000);
            cr_expect_eq(signature_pack(&d, &got, r.sigs, r.num_sigs), OK, "%s", d.msg);
            cr_expect(got.len == want.len && memcmp(got.data, want.data, got.len) == 0, "row %zu",
                      i);
            buf_clear(&got);
            memmove(r.sigs, r.sigs + 1, (r.num_sigs - 1) * sizeof(first));
            r.sigs[r.num_sigs - 1] = first;
        }
        buf_clear(&want);
        clear_row(&r);
    }
    json_free(rows);
}

/* Each single bit: another signer, or refused; never the same signer by the same kind. */
Test(signature, every_bit_counts)
{
    struct json *rows = fixture_json("fixtures/safe_tx/exec.json");
    struct row r;

    load_row(&r, json_at(rows, 1)); /* EOA and ETH_SIGN */
    for (size_t k = 0; k < r.num_sigs; k++) {
        for (size_t bit = 0; bit < 8 * sizeof(r.sigs[k].sig.b); bit++) {
            struct diag d = { 0 };
            struct sig65 sig = r.sigs[k].sig;
            struct signature s;

            sig.b[bit / 8] = (uint8_t)(sig.b[bit / 8] ^ 1U << bit % 8);
            if (signature_parse(&d, &s, &r.hash, sig.b, sizeof(sig.b)) == OK)
                cr_expect_not(address_eq(&s.signer, &r.sigs[k].signer), "bit %zu", bit);
            signature_clear(&s);
        }
    }
    clear_row(&r);
    json_free(rows);
}

Test(signature, every_truncation_is_refused)
{
    struct json *rows = fixture_json("fixtures/safe_tx/exec.json");
    struct diag d = { 0 };
    struct row r;
    struct buf bytes;

    load_row(&r, json_at(rows, 7)); /* contract signature */
    buf_init(&bytes, 1000);
    for (size_t k = 0; k < r.num_sigs; k++) {
        buf_clear(&bytes);
        signature_write(&bytes, &r.sigs[k]);
        for (size_t n = 0; n < bytes.len; n++) {
            struct signature s;

            cr_expect_neq(signature_parse(&d, &s, &r.hash, bytes.data, n), OK, "%zu bytes", n);
        }
    }
    buf_clear(&bytes);
    clear_row(&r);
    json_free(rows);
}

Test(signature, pack_refuses)
{
    struct diag d = { 0 };
    struct address owner = { { 1 } };
    struct signature sigs[LIMIT_SIGNATURES + 1];
    struct buf b;

    signature_approved(&sigs[0], &owner);
    signature_approved(&sigs[1], &owner);
    buf_init(&b, 1000);
    cr_expect_eq(signature_pack(&d, &b, sigs, 2), ERR_FORMAT);
    cr_expect(strstr(d.msg, "two signatures of 0x01") != NULL, "%s", d.msg);
    cr_expect_eq(signature_pack(&d, &b, sigs, LIMIT_SIGNATURES + 1), ERR_LIMIT);
    cr_expect_eq(b.len, 0);
    cr_expect_eq(signature_pack(&d, &b, sigs, 0), OK);
    cr_expect_eq(signature_pack(&d, &b, sigs, 1), OK);
    cr_expect_eq(b.len, 65);
    buf_clear(&b);
}

Test(signature, approved)
{
    struct diag d = { 0 };
    struct address owner;
    struct signature s;
    char text[HEX_0X_LEN(65)];

    cr_assert_eq(address_parse(&d, &owner, OWNER), OK);
    signature_approved(&s, &owner);
    cr_expect_str_eq(hex_encode_0x(text, s.sig.b, 65), "0x" OWNER_WORD ZERO_WORD "01");
}
