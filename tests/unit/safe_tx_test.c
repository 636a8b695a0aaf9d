// SPDX-License-Identifier: Apache-2.0
#include "safe/safe_tx.h"

#include <criterion/criterion.h>
#include <string.h>

#include "safe/safe_tx_json.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/u256.h"
#include "tests/unit/fixture_json.h"

Test(safe_tx, versions)
{
    static const struct {
        const char *text;
        enum safe_form form; /* SAFE_FORM_NONE: refused */
    } cases[] = {
        { "", SAFE_FORM_NONE },         { "1.4", SAFE_FORM_NONE },
        { "1.4.2", SAFE_FORM_NONE },    { "1.4.10", SAFE_FORM_NONE },
        { "1.5.1", SAFE_FORM_NONE },    { "1.6.0", SAFE_FORM_NONE },
        { "2.0.0", SAFE_FORM_NONE },    { "v1.4.1", SAFE_FORM_NONE },
        { " 1.4.1", SAFE_FORM_NONE },   { "1.4.1 ", SAFE_FORM_NONE },
        { "01.4.1", SAFE_FORM_NONE },   { "1.3.0+", SAFE_FORM_NONE },
        { "1.3.0+l2", SAFE_FORM_NONE }, { "1.3.0+L22", SAFE_FORM_NONE },
        { "1.3.0-L2", SAFE_FORM_NONE }, { "1.3.0+L2+L2", SAFE_FORM_NONE },
        { "0.0.2", SAFE_FORM_0_1 },     { "0.1.0", SAFE_FORM_0_1 },
        { "1.0.0", SAFE_FORM_1_0 },     { "1.1.0", SAFE_FORM_1_0 },
        { "1.1.1", SAFE_FORM_1_0 },     { "1.2.0", SAFE_FORM_1_0 },
        { "1.3.0", SAFE_FORM_1_3 },     { "1.3.0+L2", SAFE_FORM_1_3 },
        { "1.4.0", SAFE_FORM_1_3 },     { "1.4.1", SAFE_FORM_1_3 },
        { "1.4.1+L2", SAFE_FORM_1_3 },  { "1.5.0", SAFE_FORM_1_3 },
        { "1.5.0+L2", SAFE_FORM_1_3 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };
        struct safe_domain domain = { .form = SAFE_FORM_1_3, .version = "1.4.1" };
        bool known = cases[i].form != SAFE_FORM_NONE;

        cr_expect_eq(safe_version_parse(&d, &domain, cases[i].text), known ? OK : ERR_UNSUPPORTED,
                     "'%s'", cases[i].text);
        cr_expect_eq(domain.form, cases[i].form, "'%s'", cases[i].text);
        cr_expect_str_eq(domain.version, known ? cases[i].text : "");
    }
}

Test(safe_tx, version_order)
{
    struct diag d = { 0 };
    struct safe_domain domain = { 0 };

    cr_assert_eq(safe_version_parse(&d, &domain, "1.3.0+L2"), OK);
    cr_expect(safe_version_cmp(&domain, 1, 3, 0) == 0);
    cr_expect(safe_version_cmp(&domain, 1, 3, 1) < 0);
    cr_expect(safe_version_cmp(&domain, 1, 2, 9) > 0);
    cr_expect(safe_version_cmp(&domain, 0, 9, 9) > 0);
    cr_expect(safe_version_cmp(&domain, 2, 0, 0) < 0);
    domain = (struct safe_domain){ .form = SAFE_FORM_1_0 };
    cr_expect(safe_version_cmp(&domain, 1, 0, 0) == 0, "a form alone is its first release");
}

Test(safe_tx, refuses_what_it_cannot_hash)
{
    struct diag d = { 0 };
    struct safe_tx tx = { 0 };
    struct safe_domain domain = { 0 };
    struct safe_hashes h;

    cr_expect_eq(safe_tx_hash(&d, &h, &tx, &domain), ERR_UNSUPPORTED, "no version");
    cr_expect(hash32_is_zero(&h.domain) && hash32_is_zero(&h.safe_tx));
    tx.operation = SAFE_CREATE;
    cr_assert_eq(safe_version_parse(&d, &domain, "1.1.0"), OK);
    cr_expect_eq(safe_tx_hash(&d, &h, &tx, &domain), ERR_UNSUPPORTED, "create in 1.1.0");
    cr_expect(hash32_is_zero(&h.domain) && hash32_is_zero(&h.safe_tx));
    cr_assert_eq(safe_version_parse(&d, &domain, "1.0.0"), OK);
    cr_expect_eq(safe_tx_hash(&d, &h, &tx, &domain), OK, "create in 1.0.0");
    tx.operation = (enum safe_operation)3;
    cr_expect_eq(safe_tx_hash(&d, &h, &tx, &domain), ERR_UNSUPPORTED, "operation 3");
}

/* Every published row, see fixtures/safe_tx/PROVENANCE.md. */
Test(safe_tx, published_hashes)
{
    struct json *rows = fixture_json("fixtures/safe_tx/vectors.json");

    cr_assert_eq(json_len(rows), 101);
    for (size_t i = 0; i < json_len(rows); i++) {
        struct diag d = { 0 };
        const struct json *row = json_at(rows, i);
        struct safe_domain domain;
        struct safe_tx tx;
        struct safe_hashes h;

        cr_assert_eq(safe_tx_read_flat(&d, &domain, &tx, json_get(row, "safeTx")), OK, "%zu: %s", i,
                     d.msg);
        cr_assert_eq(safe_tx_hash(&d, &h, &tx, &domain), OK, "%zu: %s", i, d.msg);
        cr_expect_str_eq(hash32_format(&h.domain).s, json_string(json_get(row, "domainHash")));
        cr_expect_str_eq(hash32_format(&h.message).s, json_string(json_get(row, "messageHash")));
        cr_expect_str_eq(hash32_format(&h.safe_tx).s, json_string(json_get(row, "safeTxHash")));
        safe_tx_clear(&tx);
    }
    json_free(rows);
}

/* Each of the thirteen values reaches the hash: no two variants hash alike. */
Test(safe_tx, every_field_is_hashed)
{
    enum { NUM_VARIANTS = 14 };
    struct hash32 seen[NUM_VARIANTS];
    uint8_t byte = 0;

    for (size_t i = 0; i < NUM_VARIANTS; i++) {
        struct diag d = { 0 };
        struct safe_domain domain = { .form = SAFE_FORM_1_3 };
        struct safe_tx tx = { 0 };
        struct safe_hashes h;
        struct u256 *const numbers[] = { &domain.chain_id, &tx.value,     &tx.safe_tx_gas,
                                         &tx.base_gas,     &tx.gas_price, &tx.nonce };
        struct address *const addresses[] = { &domain.safe, &tx.to, &tx.gas_token,
                                              &tx.refund_receiver };

        if (i < 6)
            *numbers[i] = u256_from_u64(1);
        else if (i < 10)
            addresses[i - 6]->b[19] = 1;
        else if (i == 10)
            tx.operation = SAFE_DELEGATECALL;
        else if (i == 11)
            cr_assert_eq(safe_tx_set_data(&d, &tx, &byte, 1), OK);
        else if (i == 12)
            domain.form = SAFE_FORM_1_0;
        cr_assert_eq(safe_tx_hash(&d, &h, &tx, &domain), OK, "%s", d.msg);
        seen[i] = h.safe_tx;
        for (size_t k = 0; k < i; k++)
            cr_expect_not(hash32_eq(&seen[i], &seen[k]), "variants %zu and %zu", i, k);
        safe_tx_clear(&tx);
    }
}

Test(safe_tx, no_chain_id_below_1_3_0)
{
    struct safe_domain domain = { .form = SAFE_FORM_1_0 };
    struct hash32 a;
    struct hash32 b;

    safe_domain_hash(&a, &domain);
    domain.chain_id = u256_from_u64(1);
    safe_domain_hash(&b, &domain);
    cr_expect(hash32_eq(&a, &b));
}

/* ethers 6.17.0, hashMessage of the 32 bytes. */
Test(safe_tx, eth_sign_hash)
{
    struct hash32 h = { { 0 } };
    struct hash32 out;

    safe_eth_sign_hash(&out, &h);
    cr_expect_str_eq(hash32_format(&out).s,
                     "0x5e4106618209740b9f773a94c5667b9659a7a4e2691c7c8a78336e9889a6be07");
    for (size_t i = 0; i < sizeof(h.b); i++)
        h.b[i] = (uint8_t)i;
    safe_eth_sign_hash(&out, &h);
    cr_expect_str_eq(hash32_format(&out).s,
                     "0x04c3a0e6f47dd8889a200887da01ab4fa88d85f15fb01537cd4b7bcc1ef6f991");
}

/* Calldata that the contracts executed. */
Test(safe_tx, exec_calldata)
{
    struct json *rows = fixture_json("fixtures/safe_tx/exec.json");

    cr_assert_eq(json_len(rows), 24);
    for (size_t i = 0; i < json_len(rows); i++) {
        struct diag d = { 0 };
        const struct json *row = json_at(rows, i);
        struct safe_domain domain;
        struct safe_tx tx;
        struct safe_hashes h;
        struct buf blob;
        struct buf want;
        struct buf got;

        buf_init(&blob, 100000);
        buf_init(&want, 100000);
        buf_init(&got, 100000);
        cr_assert_eq(safe_tx_read_flat(&d, &domain, &tx, json_get(row, "safeTx")), OK, "%s", d.msg);
        cr_assert_eq(json_read_bytes(&d, &blob, row, "blob"), OK, "%s", d.msg);
        cr_assert_eq(json_read_bytes(&d, &want, row, "calldata"), OK, "%s", d.msg);
        cr_expect_eq(safe_tx_hash(&d, &h, &tx, &domain), OK, "%s", d.msg);
        cr_expect_str_eq(hash32_format(&h.safe_tx).s, json_string(json_get(row, "safeTxHash")));
        cr_expect_eq(safe_tx_exec_calldata(&d, &got, &tx, blob.data, blob.len), OK, "%s", d.msg);
        cr_expect(got.len == want.len && memcmp(got.data, want.data, got.len) == 0, "%zu", i);
        buf_clear(&blob);
        buf_clear(&want);
        buf_clear(&got);
        safe_tx_clear(&tx);
    }
    json_free(rows);
}

Test(safe_tx, copy_and_compare)
{
    static const uint8_t data[3] = { 1, 2, 3 };
    struct diag d = { 0 };
    struct safe_tx a = { .operation = SAFE_DELEGATECALL };
    struct safe_tx b;

    cr_assert_eq(safe_tx_set_data(&d, &a, data, sizeof(data)), OK);
    cr_assert_eq(safe_tx_copy(&d, &b, &a), OK);
    cr_expect(safe_tx_eq(&a, &b) && a.data != b.data);
    b.data[2] = 4;
    cr_expect_not(safe_tx_eq(&a, &b));
    b.data[2] = 3;
    b.nonce = u256_from_u64(1);
    cr_expect_not(safe_tx_eq(&a, &b));
    b.nonce = a.nonce;
    cr_assert_eq(safe_tx_set_data(&d, &b, NULL, 0), OK);
    cr_expect_not(safe_tx_eq(&a, &b));
    safe_tx_clear(&a);
    safe_tx_clear(&b);
    cr_expect(safe_tx_eq(&a, &b));
}

Test(safe_tx, too_much_data)
{
    struct diag d = { 0 };
    struct safe_tx tx = { 0 };
    uint8_t byte = 0;

    cr_expect_eq(safe_tx_set_data(&d, &tx, &byte, LIMIT_CALLDATA_BYTES + 1), ERR_LIMIT);
    cr_expect_null(tx.data);
}
