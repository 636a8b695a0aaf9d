// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "safe/safe_tx_json.h"
#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/u256.h"
#include "tests/unit/flat_text.h"

/* Typed data as wallets write it, by parts, so that each can be exchanged. */
struct parts {
    const char *domain_type; /* "" leaves it out */
    const char *tx_type;
    const char *primary;
    const char *domain;
    const char *message;
};

#define M(name, type) "{\"name\":\"" name "\",\"type\":\"" type "\"}"
#define DOMAIN_1_3 \
    "\"EIP712Domain\":[" M("chainId", "uint256") "," M("verifyingContract", "address") "],"
#define DOMAIN_1_0 "\"EIP712Domain\":[" M("verifyingContract", "address") "],"
#define TX_TYPE(gas)                                                                               \
    M("to", "address")                                                                             \
    "," M("value", "uint256") "," M("data", "bytes") "," M("operation", "uint8") "," M(            \
        "safeTxGas",                                                                               \
        "uint256") "," M(gas,                                                                      \
                         "uint256") "," M("gasPrice",                                              \
                                          "uint256") "," M("gasToken",                             \
                                                           "address") "," M("refundReceiver",      \
                                                                            "address") "," M("non" \
                                                                                             "ce", \
                                                                                             "uin" \
                                                                                             "t25" \
                                                                                             "6")
#define VALUES_1_3 "\"chainId\":1,\"verifyingContract\":\"" FLAT_SAFE "\""
#define VALUES_1_0 "\"verifyingContract\":\"" FLAT_SAFE "\""
#define MESSAGE(gas)                                                                     \
    "\"to\":\"" FLAT_TO "\",\"value\":\"0\",\"data\":\"0x8f2a0b\",\"operation\":0,"      \
    "\"safeTxGas\":\"0\",\"" gas "\":\"0\",\"gasPrice\":\"0\",\"gasToken\":\"" FLAT_ZERO \
    "\",\"refundReceiver\":\"" FLAT_ZERO "\",\"nonce\":\"7\""

static const struct parts good = { DOMAIN_1_3, TX_TYPE("baseGas"), "SafeTx", VALUES_1_3,
                                   MESSAGE("baseGas") };

static enum err read_parts(struct diag *d, struct safe_tx_input *out, const struct parts *p,
                           const struct safe_tx_hints *hints)
{
    struct json *j = NULL;
    struct buf text;
    enum err e = ERR_INTERNAL;

    buf_init(&text, 10000);
    buf_addf(&text,
             "{\"types\":{%s\"SafeTx\":[%s]},\"primaryType\":\"%s\",\"domain\":{%s},"
             "\"message\":{%s}}",
             p->domain_type, p->tx_type, p->primary, p->domain, p->message);
    cr_assert_eq(json_parse(d, &j, text.data, text.len, "test"), OK, "%s", d->msg);
    e = safe_tx_from_json(d, out, j, hints);
    json_free(j);
    buf_clear(&text);
    return e;
}

Test(safe_tx_typed, forms)
{
    static const struct {
        const char *name;
        struct parts p;
        enum safe_form form;
    } cases[] = {
        { "from 1.3.0",
          { DOMAIN_1_3, TX_TYPE("baseGas"), "SafeTx", VALUES_1_3, MESSAGE("baseGas") },
          SAFE_FORM_1_3 },
        { "from 1.0.0",
          { DOMAIN_1_0, TX_TYPE("baseGas"), "SafeTx", VALUES_1_0, MESSAGE("baseGas") },
          SAFE_FORM_1_0 },
        { "below 1.0.0",
          { DOMAIN_1_0, TX_TYPE("dataGas"), "SafeTx", VALUES_1_0, MESSAGE("dataGas") },
          SAFE_FORM_0_1 },
        { "domain type left out",
          { "", TX_TYPE("baseGas"), "SafeTx", VALUES_1_3, MESSAGE("baseGas") },
          SAFE_FORM_1_3 },
        { "hex numbers",
          { DOMAIN_1_3, TX_TYPE("baseGas"), "SafeTx",
            "\"chainId\":\"0x1\",\"verifyingContract\":\"" FLAT_SAFE "\"", MESSAGE("baseGas") },
          SAFE_FORM_1_3 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };
        struct safe_tx_input in;

        cr_expect_eq(read_parts(&d, &in, &cases[i].p, NULL), OK, "%s: %s", cases[i].name, d.msg);
        cr_expect_eq(in.domain.form, cases[i].form, "%s", cases[i].name);
        cr_expect_eq(in.source, SAFE_TX_TYPED_DATA);
        cr_expect_str_eq(u256_format(&in.tx.nonce).s, "7");
        safe_tx_input_clear(&in);
    }
}

Test(safe_tx_typed, refuses)
{
    static const struct {
        const char *name;
        struct parts p; /* NULL: as in good */
        const char *reason;
    } cases[] = {
        { "another primary type", { .primary = "SafeMessage" }, "primaryType" },
        { "chain id in the type alone", { .domain = VALUES_1_0 }, "EIP712Domain" },
        { "chain id in the domain alone", { .domain_type = DOMAIN_1_0 }, "EIP712Domain" },
        { "domain type in another order",
          { .domain_type = "\"EIP712Domain\":[" M("verifyingContract",
                                                  "address") "," M("chainId", "uint256") "]," },
          "EIP712Domain" },
        { "domain with a name", { .domain = VALUES_1_3 ",\"name\":\"Safe\"" }, "'name'" },
        { "another type beside", { .domain_type = DOMAIN_1_3 "\"Other\":[]," }, "'Other'" },
        { "a member less", { .tx_type = M("to", "address") }, "types.SafeTx" },
        { "no members", { .tx_type = "" }, "types.SafeTx" },
        { "a member more", { .tx_type = TX_TYPE("baseGas") "," M("x", "uint8") }, "types.SafeTx" },
        { "dataGas in a domain with chain id",
          { .tx_type = TX_TYPE("dataGas"), .message = MESSAGE("dataGas") },
          "types.SafeTx" },
        { "dataGas in the message alone", { .message = MESSAGE("dataGas") }, "'dataGas'" },
        { "a member of the message more", { .message = MESSAGE("baseGas") ",\"x\":1" }, "'x'" },
        { "a member of the message less", { .message = "\"to\":\"" FLAT_TO "\"" }, "'value'" },
        { "operation 2",
          { .message = "\"to\":\"" FLAT_TO "\",\"value\":\"0\",\"data\":\"0x\",\"operation\":2" },
          "'operation'" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };
        struct safe_tx_input in;
        struct parts p = cases[i].p;

        p.domain_type = p.domain_type != NULL ? p.domain_type : good.domain_type;
        p.tx_type = p.tx_type != NULL ? p.tx_type : good.tx_type;
        p.primary = p.primary != NULL ? p.primary : good.primary;
        p.domain = p.domain != NULL ? p.domain : good.domain;
        p.message = p.message != NULL ? p.message : good.message;
        cr_expect_eq(read_parts(&d, &in, &p, NULL), ERR_FORMAT, "%s", cases[i].name);
        cr_expect(strstr(d.msg, cases[i].reason) != NULL, "%s: %s", cases[i].name, d.msg);
        cr_expect_null(in.tx.data);
    }
}

/* Any member of the type list with another name or type is another struct. */
Test(safe_tx_typed, every_member_of_the_type_counts)
{
    const char *list = good.tx_type;
    size_t num_refused = 0;

    for (size_t at = 0; list[at] != '\0'; at++) {
        struct diag d = { 0 };
        struct safe_tx_input in;
        struct parts p = good;
        char changed[1000];

        if (list[at] < 'a' || list[at] > 'z')
            continue;
        (void)snprintf(changed, sizeof(changed), "%s", list);
        changed[at] = changed[at] == 'z' ? 'a' : (char)(changed[at] + 1);
        p.tx_type = changed;
        cr_expect_eq(read_parts(&d, &in, &p, NULL), ERR_FORMAT, "%s", changed);
        num_refused++;
    }
    cr_expect_gt(num_refused, 100);
}

Test(safe_tx_typed, hinted_version)
{
    struct safe_tx_hints hints = { .has_version = true, .version = "1.4.1" };
    struct diag d = { 0 };
    struct safe_tx_input in;

    cr_expect_eq(read_parts(&d, &in, &good, &hints), OK, "%s", d.msg);
    cr_expect_str_eq(in.domain.version, "1.4.1");
    safe_tx_input_clear(&in);
    hints.version = "1.1.1";
    cr_expect_eq(read_parts(&d, &in, &good, &hints), ERR_MISMATCH);
}
