// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "hw/preview.h"
#include "src/base/u256.h"
#include "tests/unit/known_safe_tx.h"

Test(preview, transactions_that_are_refused)
{
    static const uint8_t data[4] = { 1, 2, 3, 4 };
    static const struct device_setup setup = { .model = LEDGER_NANO_X };
    struct device_setup cases[PREVIEW_MAX_CASES];
    struct eth_tx tx = { .chain_id = u256_from_u64(1),
                         .max_fee = u256_from_u64(1),
                         .gas_limit = 21000,
                         .data = data,
                         .data_len = sizeof(data) };
    struct preview p = { 0 };
    struct diag d = { 0 };

    cr_expect_eq(preview_tx_cases(cases, &setup, &tx), 2);
    cr_assert_eq(preview_tx(&d, &p, &cases[1], &tx, NULL), OK, "%s", d.msg);
    cr_expect_eq(p.mode, PREVIEW_REFUSED);
    cr_expect_not_null(strstr(buf_str(&p.notes), "Blind signing"));
    cr_expect_null(strstr(buf_str(&p.notes), "Raw messages"), "does not help here");
    preview_clear(&p);

    memset(&tx.max_fee, 0xff, sizeof(tx.max_fee));
    cr_expect_eq(preview_tx(&d, &p, &cases[0], &tx, NULL), ERR_LIMIT);
    preview_clear(&p);
    tx.data_len = 0;
    memset(cases, 0, sizeof(cases));
    cr_expect_eq(preview_tx_cases(cases, &setup, &tx), 1);
    cr_expect_eq(cases[0].model, LEDGER_NANO_X);
}

static bool has_text(const struct preview *p, const char *text)
{
    for (size_t i = 0; i < p->num_rows; i++) {
        if (strstr(p->rows[i].text, text) != NULL)
            return true;
    }
    return false;
}

/* Expected: networks.py of core/v2.5.3 and v2.9.6, ethereum_networks.c as legacy/v1.14.1 builds it,
 * network.c of app-ethereum 1.16.1 and 1.22.0. */
Test(preview, units_of_networks)
{
    static const struct {
        enum device_model model;
        struct device_version version;
        uint64_t chain_id;
        const char *text;
        enum preview_basis want;
    } cases[] = {
        { TREZOR_ONE, { 1, 14, 1 }, 1, "0.00042 ETH", PREVIEW_CONFIRMED },
        { TREZOR_ONE, { 1, 14, 1 }, 10, "0.00042 ETH", PREVIEW_CONFIRMED },
        { TREZOR_ONE, { 1, 14, 1 }, 56, "0.00042 BNB", PREVIEW_CONFIRMED },
        { TREZOR_ONE, { 1, 14, 1 }, 100, "0.00042 UNKN", PREVIEW_CONFIRMED },
        { TREZOR_ONE, { 1, 14, 1 }, 137, "0.00042 POL", PREVIEW_CONFIRMED },
        { TREZOR_ONE, { 1, 14, 1 }, 8453, "0.00042 ETH", PREVIEW_CONFIRMED },
        { TREZOR_ONE, { 1, 14, 1 }, 42161, "0.00042 ETH", PREVIEW_CONFIRMED },
        { TREZOR_ONE, { 1, 14, 1 }, 11155111, "0.00042 tSEP", PREVIEW_CONFIRMED },
        { TREZOR_T, { 2, 5, 3 }, 56, "0.00042 BNB", PREVIEW_CONFIRMED },
        { TREZOR_T, { 2, 5, 3 }, 100, "0.00042 xDAI", PREVIEW_CONFIRMED },
        { TREZOR_T, { 2, 5, 3 }, 137, "0.00042 MATIC", PREVIEW_CONFIRMED },
        { TREZOR_T, { 2, 5, 3 }, 43114, "0.00042 AVAX", PREVIEW_CONFIRMED },
        { TREZOR_T, { 2, 5, 3 }, 11155111, "0.00042 tSEP", PREVIEW_CONFIRMED },
        { TREZOR_SAFE5, { 2, 9, 6 }, 10, "0.00042 ETH", PREVIEW_CONFIRMED },
        { TREZOR_SAFE5, { 2, 9, 6 }, 56, "0.00042 BNB", PREVIEW_CONFIRMED },
        { TREZOR_SAFE5, { 2, 9, 6 }, 100, "0.00042 UNKN", PREVIEW_CONFIRMED },
        { TREZOR_SAFE5, { 2, 9, 6 }, 137, "0.00042 POL", PREVIEW_CONFIRMED },
        { TREZOR_SAFE5, { 2, 9, 6 }, 8453, "0.00042 ETH", PREVIEW_CONFIRMED },
        { TREZOR_SAFE5, { 2, 9, 6 }, 42161, "0.00042 ETH", PREVIEW_CONFIRMED },
        { TREZOR_SAFE5, { 2, 9, 6 }, 43114, "0.00042 UNKN", PREVIEW_CONFIRMED },
        { TREZOR_SAFE5, { 2, 9, 6 }, 11155111, "0.00042 tSEP", PREVIEW_CONFIRMED },
        { LEDGER_FLEX, { 1, 22, 0 }, 137, "0.00042 POL", PREVIEW_CONFIRMED },
        { LEDGER_NANO_S, { 1, 16, 1 }, 43114, "AVAX 0.00042", PREVIEW_CONFIRMED },
        /* not in our table; the second one's name and unit are in the app's */
        { TREZOR_SAFE3, { 2, 9, 6 }, 424242, "0.00042 UNKN", PREVIEW_FROM_SOURCE },
        { LEDGER_FLEX, { 1, 22, 0 }, 42220, "0.00042 ???", PREVIEW_FROM_SOURCE },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct device_setup setup = { .model = cases[i].model,
                                            .has_version = true,
                                            .version = cases[i].version };
        const struct eth_tx tx = { .kind = ETH_TX_1559,
                                   .chain_id = u256_from_u64(cases[i].chain_id),
                                   .max_fee = u256_from_u64(20000000000),
                                   .gas_limit = 21000 };
        const bool unknown = cases[i].want == PREVIEW_FROM_SOURCE;
        struct preview p = { 0 };
        struct diag d = { 0 };

        cr_assert_eq(preview_tx(&d, &p, &setup, &tx, &known_signer), OK, "%zu: %s", i, d.msg);
        cr_expect(has_text(&p, cases[i].text), "%zu: no '%s'", i, cases[i].text);
        cr_expect_eq(p.basis, cases[i].want, "%zu: %s", i, buf_str(&p.basis_text));
        cr_expect_eq(strstr(buf_str(&p.notes), "may know this network") != NULL, unknown, "%zu: %s",
                     i, buf_str(&p.notes));
        preview_clear(&p);
    }
}

/* Between To and what comes next in every app (ui_flow_signTx.c, ui_approve_tx.c). */
Test(preview, ledger_transactions_may_have_a_nonce)
{
    static const struct eth_tx tx = { .kind = ETH_TX_1559, .gas_limit = 21000 };

    for (enum device_model m = DEVICE_UNKNOWN; m < DEVICE_NUM_MODELS; m++) {
        const struct device_setup setup = { .model = m };
        struct preview p = { 0 };
        struct diag d = { 0 };

        if (device_model_word(m) == NULL)
            continue;
        cr_assert_eq(preview_tx(&d, &p, &setup, &tx, &known_signer), OK, "%s", d.msg);
        cr_expect_eq(strstr(buf_str(&p.notes), "Nonce stands behind To") != NULL,
                     device_model_vendor(m) == VENDOR_LEDGER, "%s", device_model_name(m));
        preview_clear(&p);
    }
}

/* Expected: network.c of app-ethereum, the same in 1.16.1, 1.18.1 and 1.22.0. */
Test(preview, networks_of_ledgers)
{
    static const struct {
        uint64_t chain_id;
        const char *name, *fees;
    } rows[] = {
        { 10, "OP Mainnet", "0.00042 ETH" },
        { 56, "BSC", "0.00042 BNB" },
        { 100, "Gnosis", "0.00042 xDAI" },
        { 137, "Polygon", "0.00042 POL" },
        { 324, "ZKsync Era", "0.00042 ETH" },
        { 8453, "Base", "0.00042 ETH" },
        { 42161, "Arbitrum", "0.00042 ETH" },
        { 43114, "Avalanche", "0.00042 AVAX" },
        { 59144, "Linea", "0.00042 ETH" },
        { 84532, "Base Sepolia", "0.00042 ETH" },
        { 421614, "Arbitrum Sepolia", "0.00042 ETH" },
        { 534352, "Scroll", "0.00042 ETH" },
        { 11155111, "Sepolia", "0.00042 ETH" },
        { 11155420, "OP Sepolia", "0.00042 ETH" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct device_setup setup = { .model = LEDGER_NANO_SP };
        const struct eth_tx tx = { .kind = ETH_TX_1559,
                                   .chain_id = u256_from_u64(rows[i].chain_id),
                                   .max_fee = u256_from_u64(20000000000),
                                   .gas_limit = 21000 };
        struct preview p = { 0 };
        struct diag d = { 0 };

        cr_assert_eq(preview_tx(&d, &p, &setup, &tx, &known_signer), OK, "%s", d.msg);
        cr_expect(has_text(&p, rows[i].fees), "%s", rows[i].name);
        cr_expect(has_text(&p, rows[i].name), "%s", rows[i].name);
        preview_clear(&p);
    }
}

/* Source: require_confirm_data of core/v2.5.3, require_confirm_other_data of v2.9.6: they have what
 * came with the request. */
Test(preview, trezors_show_1024_bytes_of_calldata)
{
    static uint8_t data[1025];
    static const struct device_version versions[] = { { 2, 5, 3 }, { 2, 9, 6 } };

    memset(data, 0xbb, sizeof(data));
    for (size_t i = 0; i < 4; i++) {
        const struct device_setup setup = { .model = TREZOR_T,
                                            .has_version = true,
                                            .version = versions[i % 2] };
        const struct eth_tx tx = { .kind = ETH_TX_1559,
                                   .chain_id = u256_from_u64(1),
                                   .data = data,
                                   .data_len = i < 2 ? 1024 : 1025 };
        struct preview p = { 0 };
        struct diag d = { 0 };
        size_t digits = 0;

        cr_assert_eq(preview_tx(&d, &p, &setup, &tx, &known_signer), OK, "%s", d.msg);
        for (size_t k = 0; k < p.num_screens; k++) {
            const char *at =
                p.screens[k].aside[0] != '\0' ? p.rows[p.screens[k].first_row].text : "";

            for (; *at != '\0'; at++)
                digits += *at == 'b';
        }
        cr_expect_eq(digits, i % 2 == 0 ? 2048 : 0, "%zu: %zu", i, digits);
        cr_expect_eq(strstr(buf_str(&p.notes), "bytes the device shows the first 1024") != NULL,
                     i >= 2, "%zu: %s", i, buf_str(&p.notes));
        preview_clear(&p);
    }
}

/* Dots stand for more, which has to be asked for. */
Test(preview, short_calldata_is_shown_at_once)
{
    static const uint8_t data[100];
    static const enum device_model models[] = { TREZOR_T, TREZOR_SAFE3, TREZOR_SAFE5 };

    for (size_t i = 0; i < 2 * sizeof(models) / sizeof(models[0]); i++) {
        const struct device_setup setup = { .model = models[i / 2] };
        const bool cut = i % 2 != 0;
        const struct eth_tx tx = { .kind = ETH_TX_1559,
                                   .chain_id = u256_from_u64(1),
                                   .data = data,
                                   .data_len = cut ? 100 : 16 };
        struct preview p = { 0 };
        struct diag d = { 0 };

        cr_assert_eq(preview_tx(&d, &p, &setup, &tx, &known_signer), OK, "%s", d.msg);
        cr_expect_eq(strstr(p.rows[0].text, "...") != NULL, cut, "%zu: %s", i, p.rows[0].text);
        cr_expect_eq(strstr(p.screens[0].press, "read all of it") != NULL, cut, "%zu: %s", i,
                     p.screens[0].press);
        preview_clear(&p);
    }
}

/* On chain 1, with up to four bytes of calldata, for at most 0.00042 ether. */
static struct eth_tx tx_of(enum eth_tx_kind kind, uint64_t value, size_t data_len)
{
    static const uint8_t data[4];

    return (struct eth_tx){ .kind = kind,
                            .chain_id = u256_from_u64(1),
                            .max_fee = u256_from_u64(20000000000),
                            .gas_limit = 21000,
                            .value = u256_from_u64(value),
                            .data = data,
                            .data_len = data_len };
}

/* Source: layoutEthereumFee of legacy/v1.14.1. */
Test(preview, legacy_fee_of_a_trezor_one)
{
    static const struct {
        uint64_t value;
        size_t data_len;
        const char *want;
    } rows[] = {
        { 0, 1, "message\npaying up to\n0.00042\nETH for gas?" },
        { 0, 0, "message\npaying up to\n0.00042\nETH for gas?" },
        { 5, 0, "5\nWei paying up to\n0.00042\nETH for gas?" },
        { 1500000000000000000, 0, "1.5\nETH paying up to\n0.00042\nETH for gas?" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        static const struct device_setup setup = { .model = TREZOR_ONE };
        const struct eth_tx tx = tx_of(ETH_TX_LEGACY, rows[i].value, rows[i].data_len);
        struct preview p = { 0 };
        struct diag d = { 0 };

        cr_assert_eq(preview_tx(&d, &p, &setup, &tx, &known_signer), OK, "%s", d.msg);
        cr_expect_str_eq(p.rows[p.num_rows - 1].title, "Really send");
        cr_expect_str_eq(p.rows[p.num_rows - 1].text, rows[i].want);
        cr_expect_eq(p.screens[p.num_screens - 1].kind, SCREEN_FINAL);
        preview_clear(&p);
    }
}

/* A contract is called with nothing: then no Ledger shows an amount. Fees had the unit behind the
 * number first. */
Test(preview, amounts_of_ledgers)
{
    static const struct {
        struct device_version version;
        uint64_t value;
        size_t data_len;
        const char *amount, *fees; /* amount NULL: not shown */
    } rows[] = {
        { { 1, 17, 0 }, 0, 0, "ETH 0", "ETH 0.00042" },
        { { 1, 17, 0 }, 0, 4, NULL, "ETH 0.00042" },
        { { 1, 17, 0 }, 1000000000000000000, 4, "ETH 1", "ETH 0.00042" },
        { { 1, 19, 2 }, 0, 0, "ETH 0", "ETH 0.00042" },
        { { 1, 19, 3 }, 0, 0, "ETH 0", "0.00042 ETH" },
        { { 1, 20, 0 }, 0, 0, "0 ETH", "0.00042 ETH" },
        { { 1, 20, 0 }, 0, 4, NULL, "0.00042 ETH" },
        { { 1, 20, 0 }, 1000000000000000000, 4, "1 ETH", "0.00042 ETH" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct device_setup setup = { .model = LEDGER_NANO_SP,
                                            .has_version = true,
                                            .version = rows[i].version,
                                            .blind_signing = SETTING_ON };
        const struct eth_tx tx = tx_of(ETH_TX_1559, rows[i].value, rows[i].data_len);
        struct preview p = { 0 };
        struct diag d = { 0 };
        const char *amount = NULL, *fees = NULL;

        cr_assert_eq(preview_tx(&d, &p, &setup, &tx, &known_signer), OK, "%s", d.msg);
        for (size_t k = 0; k < p.num_rows; k++) {
            if (strcmp(p.rows[k].title, "Amount") == 0)
                amount = p.rows[k].text;
            if (strncmp(p.rows[k].title, "Max ", 4) == 0)
                fees = p.rows[k].text;
        }
        cr_expect_eq(amount == NULL, rows[i].amount == NULL, "%zu: %s", i, amount);
        if (amount != NULL && rows[i].amount != NULL)
            cr_expect_str_eq(amount, rows[i].amount, "%zu", i);
        cr_assert_not_null(fees);
        cr_expect_str_eq(fees, rows[i].fees, "%zu", i);
        preview_clear(&p);
    }
}
