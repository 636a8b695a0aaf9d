// SPDX-License-Identifier: Apache-2.0
#include "safe/safe_tx_json.h"

#include <criterion/criterion.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/u256.h"
#include "tests/unit/fixture_json.h"
#include "tests/unit/flat_text.h"

#define HASH_A   "0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH_B   "0xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define MAX_256  "115792089237316195423570985008687907853269984665640564039457584007913129639935"
#define OVER_256 "115792089237316195423570985008687907853269984665640564039457584007913129639936"

static const struct safe_tx_hints none = { 0 };

static enum err read_text(struct diag *d, struct safe_tx_input *out, const char *text,
                          const struct safe_tx_hints *hints)
{
    struct json *j = NULL;
    enum err e = json_parse(d, &j, text, strlen(text), "test");

    *out = (struct safe_tx_input){ 0 };
    if (e == OK)
        e = safe_tx_from_json(d, out, j, hints);
    json_free(j);
    return e;
}

Test(safe_tx_json, flat_refuses)
{
    static const struct {
        const char *key;
        const char *value; /* NULL: left out */
        const char *reason;
    } cases[] = {
        { "chainId", NULL, "'chainId'" },
        { "chainId", "null", "'chainId'" },
        { "chainId", "\"0x1\"", "'chainId'" },
        { "chainId", "-1", "'chainId'" },
        { "safe", NULL, "'safe'" },
        { "safe", "\"0x1780C78eB50cD28dC349CEA8452eD1F7206D8fF8\"", "checksum" },
        { "version", NULL, "'version'" },
        { "version", "1", "'version'" },
        { "version", "\"1.6.0\"", "'version': unknown Safe version '1.6.0'" },
        { "to", NULL, "'to'" },
        { "to", "null", "'to'" },
        { "to", "\"F0911198Ef0a4b4234546fa5F50d6d1D45091774\"", "'to'" },
        { "to", "\"0xF0911198Ef0a4b4234546fa5F50d6d1D4509177\"", "'to'" },
        { "to", "\"0xf0911198Ef0a4b4234546fa5F50d6d1D45091774\"", "checksum" },
        { "value", NULL, "'value'" },
        { "value", "\"" OVER_256 "\"", "'value'" },
        { "value", "1.0", "'value'" },
        { "value", "1e3", "'value'" },
        { "value", "-1", "'value'" },
        { "value", "\"-1\"", "'value'" },
        { "value", "\"1.0\"", "'value'" },
        { "value", "\"01\"", "'value'" },
        { "value", "\"\"", "'value'" },
        { "value", "\" 1\"", "'value'" },
        { "value", "\"0x0\"", "'value'" },
        { "value", "true", "'value'" },
        { "value", "[0]", "'value'" },
        { "value", OVER_256, "number" },
        { "data", NULL, "'data'" },
        { "data", "null", "'data'" },
        { "data", "\"\"", "'data'" },
        { "data", "\"0x1\"", "'data': odd number of hex digits" },
        { "data", "\"8f2a0b\"", "'data'" },
        { "data", "\"0x8f2g\"", "'data'" },
        { "operation", NULL, "'operation'" },
        { "operation", "2", "'operation': 2 (create)" },
        { "operation", "3", "'operation'" },
        { "operation", "\"call\"", "'operation'" },
        { "operation", "0.0", "'operation'" },
        { "operation", "18446744073709551616", "number" },
        { "operation", "\"18446744073709551616\"", "'operation'" },
        { "safeTxGas", NULL, "'safeTxGas'" },
        { "baseGas", NULL, "'baseGas'" },
        { "gasPrice", NULL, "'gasPrice'" },
        { "gasToken", NULL, "'gasToken'" },
        { "gasToken", "null", "'gasToken'" },
        { "refundReceiver", NULL, "'refundReceiver'" },
        { "nonce", NULL, "'nonce'" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };
        struct safe_tx_input in;
        struct buf text;

        buf_init(&text, 10000);
        flat_text(&text, cases[i].key, cases[i].value, "");
        cr_expect_eq(err_exit_code(read_text(&d, &in, buf_str(&text), &none)), 2, "%s",
                     buf_str(&text));
        cr_expect(strstr(d.msg, cases[i].reason) != NULL, "%s = %s: %s", cases[i].key,
                  cases[i].value != NULL ? cases[i].value : "nothing", d.msg);
        cr_expect(in.tx.data == NULL && in.domain.form == SAFE_FORM_NONE);
        buf_clear(&text);
    }
}

Test(safe_tx_json, flat_refuses_members)
{
    static const struct {
        const char *more;
        const char *reason;
    } cases[] = {
        { ",\"note\":1", "'note'" },
        { ",\"Nonce\":\"1\"", "'Nonce'" },
        { ",\"nonce\":\"7\"", "duplicate" },
        { ",\"dataGas\":\"0\"", "'dataGas'" },
        { ",\"safeTxHash\":null", "'safeTxHash'" },
        { ",\"safeTxHash\":\"0xaa\"", "'safeTxHash'" },
        { ",\"safeTxHash\":\"" HASH_A "\",\"contractTransactionHash\":\"" HASH_B "\"",
          "two hashes" },
        { ",\"confirmations\":[]", "'confirmations'" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };
        struct safe_tx_input in;
        struct buf text;

        buf_init(&text, 10000);
        flat_text(&text, NULL, NULL, cases[i].more);
        cr_expect_eq(err_exit_code(read_text(&d, &in, buf_str(&text), &none)), 2, "%s",
                     cases[i].more);
        cr_expect(strstr(d.msg, cases[i].reason) != NULL, "%s: %s", cases[i].more, d.msg);
        buf_clear(&text);
    }
}

Test(safe_tx_json, not_an_object)
{
    static const char *const texts[] = { "[]", "null", "1", "\"0x\"", "{}", "[{}]" };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct diag d = { 0 };
        struct safe_tx_input in;

        cr_expect_eq(read_text(&d, &in, texts[i], &none), ERR_FORMAT, "%s", texts[i]);
    }
}

Test(safe_tx_json, flat_accepts)
{
    static const struct {
        const char *key;
        const char *value;
        const char *more;
    } cases[] = {
        { NULL, NULL, "" },
        { "chainId", "\"1\"", "" },
        { "value", "\"" MAX_256 "\"", "" },
        { "value", "9223372036854775807", "" },
        { "operation", "\"1\"", "" },
        { "nonce", "7", "" },
        { "data", "\"0x\"", "" },
        { "to", "\"0xf0911198ef0a4b4234546fa5f50d6d1d45091774\"", "" },
        { NULL, NULL, ",\"safeTxHash\":\"" HASH_A "\"" },
        { NULL, NULL, ",\"contractTransactionHash\":\"" HASH_A "\"" },
        { NULL, NULL, ",\"safeTxHash\":\"" HASH_A "\",\"contractTransactionHash\":\"" HASH_A "\"" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };
        struct safe_tx_input in;
        struct buf text;

        buf_init(&text, 10000);
        flat_text(&text, cases[i].key, cases[i].value, cases[i].more);
        cr_expect_eq(read_text(&d, &in, buf_str(&text), &none), OK, "%s: %s", buf_str(&text),
                     d.msg);
        cr_expect_eq(in.source, SAFE_TX_FLAT);
        cr_expect_eq(in.has_claimed_hash, cases[i].more[0] != '\0');
        safe_tx_input_clear(&in);
        buf_clear(&text);
    }
}

/* dataGas is the name below 1.0.0, and there only; both names hash alike there. */
Test(safe_tx_json, data_gas)
{
    static const struct {
        const char *version;
        const char *base_gas;
        const char *more;
        bool ok;
    } cases[] = {
        { "\"0.1.0\"", "\"5\"", "", true },
        { "\"0.1.0\"", NULL, ",\"dataGas\":\"5\"", true },
        { "\"0.1.0\"", "\"5\"", ",\"dataGas\":\"5\"", false },
        { "\"1.0.0\"", NULL, ",\"dataGas\":\"5\"", false },
        { "\"1.4.1\"", NULL, ",\"dataGas\":\"5\"", false },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };
        struct safe_tx_input in;
        struct buf text;

        buf_init(&text, 10000);
        buf_addf(&text,
                 "{\"chainId\":1,\"safe\":\"" FLAT_SAFE "\",\"version\":%s,\"to\":\"" FLAT_TO
                 "\",\"value\":0,\"data\":\"0x\",\"operation\":0,\"safeTxGas\":0,%s%s%s"
                 "\"gasPrice\":0,\"gasToken\":\"" FLAT_ZERO "\",\"refundReceiver\":\"" FLAT_ZERO
                 "\",\"nonce\":0%s}",
                 cases[i].version, cases[i].base_gas != NULL ? "\"baseGas\":" : "",
                 cases[i].base_gas != NULL ? cases[i].base_gas : "",
                 cases[i].base_gas != NULL ? "," : "", cases[i].more);
        cr_expect_eq(read_text(&d, &in, buf_str(&text), &none), cases[i].ok ? OK : ERR_FORMAT,
                     "%s: %s", buf_str(&text), d.msg);
        if (cases[i].ok)
            cr_expect_str_eq(u256_format(&in.tx.base_gas).s, "5");
        safe_tx_input_clear(&in);
        buf_clear(&text);
    }
}

Test(safe_tx_json, create_up_to_1_0_0)
{
    static const char *const accepted[] = { "0.1.0", "1.0.0" };
    struct diag d = { 0 };

    for (size_t i = 0; i < 2; i++) {
        struct safe_tx_input in;
        struct buf text;

        buf_init(&text, 10000);
        flat_text(&text, "operation", "2", "");
        memcpy(strstr((char *)text.data, "1.4.1"), accepted[i], 5);
        cr_expect_eq(read_text(&d, &in, buf_str(&text), &none), OK, "%s", d.msg);
        cr_expect_eq(in.tx.operation, SAFE_CREATE);
        safe_tx_input_clear(&in);
        buf_clear(&text);
    }
}

static struct safe_tx_hints chain_and_version(const char *version)
{
    return (struct safe_tx_hints){
        .has_chain_id = true, .has_version = true, .chain_id = u256_from_u64(1), .version = version
    };
}

Test(safe_tx_json, hints_contradict)
{
    struct diag d = { 0 };
    struct safe_tx_input in;
    struct safe_tx_hints hints = chain_and_version("1.4.1+L2");
    struct buf text;

    buf_init(&text, 10000);
    flat_text(&text, NULL, NULL, "");
    hints.has_safe = true;
    cr_assert_eq(address_parse(&d, &hints.safe, FLAT_SAFE), OK);
    cr_expect_eq(read_text(&d, &in, buf_str(&text), &hints), OK, "%s", d.msg);
    safe_tx_input_clear(&in);
    hints.safe.b[0] ^= 1;
    cr_expect_eq(read_text(&d, &in, buf_str(&text), &hints), ERR_MISMATCH);
    hints.has_safe = false;
    hints.chain_id = u256_from_u64(10);
    cr_expect_eq(read_text(&d, &in, buf_str(&text), &hints), ERR_MISMATCH);
    hints = chain_and_version("1.3.0");
    cr_expect_eq(read_text(&d, &in, buf_str(&text), &hints), ERR_MISMATCH);
    hints = chain_and_version("1.0.0");
    cr_expect_eq(read_text(&d, &in, buf_str(&text), &hints), ERR_MISMATCH);
    hints = chain_and_version("9.9.9");
    cr_expect_eq(read_text(&d, &in, buf_str(&text), &hints), ERR_UNSUPPORTED);
    buf_clear(&text);
}

/* --- the service's object ------------------------------------------------------------------ */

#define SERVICE_TX                                                                          \
    "\"to\":\"" FLAT_TO "\",\"value\":\"0\",\"operation\":0,\"gasToken\":\"" FLAT_ZERO      \
    "\",\"safeTxGas\":%s,\"baseGas\":%s,\"gasPrice\":\"0\",\"refundReceiver\":\"" FLAT_ZERO \
    "\",\"nonce\":%s,\"executionDate\":null,\"submissionDate\":\"2026-11-21T00:00:00Z\","   \
    "\"confirmations\":[],\"trusted\":true,\"safeTxHash\":\"" HASH_A "\""

static void service_text(struct buf *out, bool v1, const char *data, const char *more)
{
    /* v1 writes these as numbers, v2 as strings */
    const char *zero = v1 ? "0" : "\"0\"";

    buf_addf(out, "{\"safe\":\"" FLAT_SAFE "\",\"data\":%s," SERVICE_TX "%s}", data, zero, zero,
             v1 ? "7" : "\"7\"", more);
}

Test(safe_tx_json, service_object)
{
    struct safe_tx_hints hints = chain_and_version("1.4.1");

    for (int v1 = 0; v1 < 2; v1++) {
        struct diag d = { 0 };
        struct safe_tx_input in;
        struct buf text;

        buf_init(&text, 10000);
        service_text(&text, v1, "null", "");
        cr_expect_eq(read_text(&d, &in, buf_str(&text), &hints), OK, "%s", d.msg);
        cr_expect_eq(in.source, SAFE_TX_SERVICE);
        cr_expect_eq(in.tx.data_len, 0);
        cr_expect_str_eq(u256_format(&in.tx.nonce).s, "7");
        cr_expect_str_eq(in.domain.version, "1.4.1");
        cr_expect(in.has_claimed_hash);
        safe_tx_input_clear(&in);
        buf_clear(&text);
    }
}

Test(safe_tx_json, service_object_refuses)
{
    struct safe_tx_hints hints = chain_and_version("1.4.1");
    struct diag d = { 0 };
    struct safe_tx_input in;
    struct buf text;

    buf_init(&text, 10000);
    service_text(&text, false, "\"0x\"", "");
    cr_expect_eq(read_text(&d, &in, buf_str(&text), &none), ERR_USAGE);
    cr_expect(strstr(d.msg, "--chain-id") != NULL, "%s", d.msg);
    hints.has_version = false;
    cr_expect_eq(read_text(&d, &in, buf_str(&text), &hints), ERR_USAGE);
    cr_expect(strstr(d.msg, "--safe-version") != NULL, "%s", d.msg);
    hints.has_version = true;
    buf_clear(&text);
    service_text(&text, false, "\"0x\"", ",\"surprise\":1");
    cr_expect_eq(read_text(&d, &in, buf_str(&text), &hints), ERR_FORMAT);
    cr_expect(strstr(d.msg, "'surprise'") != NULL, "%s", d.msg);
    buf_clear(&text);
    service_text(&text, false, "\"0x1\"", "");
    cr_expect_eq(read_text(&d, &in, buf_str(&text), &hints), ERR_FORMAT);
    buf_clear(&text);
}

Test(safe_tx_json, service_list)
{
    static const struct {
        size_t num;
        enum err want;
    } cases[] = { { 0, ERR_FORMAT }, { 1, OK }, { 2, ERR_USAGE }, { 20, ERR_USAGE } };
    struct safe_tx_hints hints = chain_and_version("1.4.1");

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };
        struct safe_tx_input in;
        struct buf text;

        buf_init(&text, 100000);
        buf_addf(&text, "{\"count\":%zu,\"next\":null,\"previous\":null,\"results\":[",
                 cases[i].num);
        for (size_t k = 0; k < cases[i].num; k++) {
            buf_add_str(&text, k > 0 ? "," : "");
            service_text(&text, false, "null", "");
        }
        buf_add_str(&text, "]}");
        cr_expect_eq(read_text(&d, &in, buf_str(&text), &hints), cases[i].want, "%zu: %s",
                     cases[i].num, d.msg);
        if (cases[i].num > 1)
            cr_expect(strstr(d.msg, "nonce 7, " HASH_A "; nonce 7") != NULL, "%s", d.msg);
        safe_tx_input_clear(&in);
        buf_clear(&text);
    }
}

/* --- proposals ----------------------------------------------------------------------------- */

Test(safe_tx_json, proposal)
{
    static const struct {
        const char *before;
        const char *after;
        enum err want;
    } cases[] = {
        { "{\"format\":\"countersign/proposal/1\",\"step\":\"direct\",\"safeTx\":",
          ",\"safeTxHash\":\"" HASH_A "\"}", OK },
        { "{\"format\":\"countersign/proposal/1\",\"safeTx\":", "}", ERR_FORMAT },
        { "{\"format\":\"countersign/proposal/2\",\"safeTx\":", ",\"safeTxHash\":\"" HASH_A "\"}",
          ERR_UNSUPPORTED },
        { "{\"format\":1,\"safeTx\":", ",\"safeTxHash\":\"" HASH_A "\"}", ERR_FORMAT },
        { "{\"format\":\"countersign/proposal/1\",\"tx\":", ",\"safeTxHash\":\"" HASH_A "\"}",
          ERR_FORMAT },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };
        struct safe_tx_input in;
        struct buf text;

        buf_init(&text, 10000);
        buf_add_str(&text, cases[i].before);
        flat_text(&text, NULL, NULL, "");
        buf_add_str(&text, cases[i].after);
        cr_expect_eq(read_text(&d, &in, buf_str(&text), &none), cases[i].want, "%zu: %s", i, d.msg);
        if (cases[i].want == OK)
            cr_expect(in.source == SAFE_TX_PROPOSAL && in.has_claimed_hash);
        safe_tx_input_clear(&in);
        buf_clear(&text);
    }
}

/* --- round trips --------------------------------------------------------------------------- */

static void expect_same(const struct json *j, const struct safe_tx *tx,
                        const struct safe_domain *domain, const struct safe_tx_hints *hints)
{
    struct diag d = { 0 };
    struct safe_tx_input in;
    struct safe_hashes a;
    struct safe_hashes b;

    cr_assert_eq(safe_tx_from_json(&d, &in, j, hints), OK, "%s", d.msg);
    cr_expect(safe_tx_eq(&in.tx, tx));
    cr_assert_eq(safe_tx_hash(&d, &a, tx, domain), OK, "%s", d.msg);
    cr_assert_eq(safe_tx_hash(&d, &b, &in.tx, &in.domain), OK, "%s", d.msg);
    cr_expect(hash32_eq(&a.safe_tx, &b.safe_tx));
    safe_tx_input_clear(&in);
}

/* Each published row, written in both forms, reads back as itself. */
Test(safe_tx_json, write_and_read)
{
    struct json *rows = fixture_json("fixtures/safe_tx/vectors.json");

    for (size_t i = 0; i < json_len(rows); i++) {
        struct diag d = { 0 };
        struct safe_domain domain;
        struct safe_tx tx;
        struct json *j = NULL;

        cr_assert_eq(safe_tx_read_flat(&d, &domain, &tx, json_get(json_at(rows, i), "safeTx")), OK);
        j = safe_tx_to_json(&tx, &domain);
        expect_same(j, &tx, &domain, &none);
        json_free(j);
        j = safe_tx_to_typed_data(&tx, &domain);
        expect_same(j, &tx, &domain, &none);
        json_free(j);
        safe_tx_clear(&tx);
    }
    json_free(rows);
}

Test(safe_tx_json, flat_order)
{
    struct diag d = { 0 };
    struct safe_tx_input in;
    struct json *j = NULL;
    struct buf text;

    buf_init(&text, 10000);
    flat_text(&text, NULL, NULL, "");
    cr_assert_eq(read_text(&d, &in, buf_str(&text), &none), OK);
    j = safe_tx_to_json(&in.tx, &in.domain);
    cr_expect_eq(json_len(j), NUM_MEMBERS);
    for (size_t i = 0; i < NUM_MEMBERS; i++) {
        const char *key = NULL;

        cr_expect_not_null(json_member(j, i, &key));
        cr_expect_str_eq(key, flat_members[i].key);
    }
    json_free(j);
    safe_tx_input_clear(&in);
    buf_clear(&text);
}

Test(safe_tx_json, claim)
{
    struct diag d = { 0 };
    struct safe_tx_input in = { .has_claimed_hash = true };
    struct safe_hashes h = { 0 };

    cr_expect_eq(safe_tx_check_claim(&d, &in, &h), OK);
    h.safe_tx.b[31] = 1;
    cr_expect_eq(safe_tx_check_claim(&d, &in, &h), ERR_MISMATCH);
    cr_expect(strstr(d.msg, hash32_format(&h.safe_tx).s) != NULL, "%s", d.msg);
    cr_expect(strstr(d.msg, hash32_format(&in.claimed_hash).s) != NULL, "%s", d.msg);
    in.has_claimed_hash = false;
    cr_expect_eq(safe_tx_check_claim(&d, &in, &h), OK);
}
