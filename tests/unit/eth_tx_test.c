// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "src/base/eth_tx.h"
#include "src/base/hex.h"
#include "src/base/secp.h"
#include "src/base/u256.h"

/* The example of EIP-155; EIP-1559 transactions are tested with ethers' in execute_test.c. */
static struct eth_tx example(void)
{
    struct eth_tx tx = { .kind = ETH_TX_LEGACY, .nonce = 9, .gas_limit = 21000 };

    tx.chain_id = u256_from_u64(1);
    tx.max_fee = u256_from_u64(20000000000);
    tx.value = u256_from_u64(1000000000000000000);
    memset(tx.to.b, 0x35, sizeof(tx.to.b));
    return tx;
}

Test(eth_tx, legacy_example_of_eip155)
{
    static const char want[] =
        "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080"
        "25a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276"
        "a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83";
    const struct eth_tx tx = example();
    struct diag d = { 0 };
    struct seckey key;
    struct hash32 digest;
    struct sig65 sig;
    struct buf raw;
    uint8_t bytes[sizeof(want) / 2];

    memset(key.b, 0x46, sizeof(key.b));
    cr_assert_eq(eth_tx_digest(&d, &digest, &tx), OK, "%s", d.msg);
    cr_expect_str_eq(hash32_format(&digest).s,
                     "0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53");
    cr_assert_eq(secp_sign(&d, &sig, &digest, &key), OK);
    buf_init(&raw, 1024);
    cr_assert_eq(eth_tx_encode(&d, &raw, &tx, &sig), OK, "%s", d.msg);
    cr_assert(hex_decode(bytes, sizeof(bytes), want, strlen(want)));
    cr_assert_eq(raw.len, sizeof(bytes));
    cr_expect_arr_eq(raw.data, bytes, sizeof(bytes));
    buf_clear(&raw);
}

/* The parity is v - 27: another v would be another one, or another chain's. */
Test(eth_tx, encodes_with_v_27_and_28_alone)
{
    struct eth_tx tx = example();

    for (int kind = ETH_TX_1559; kind <= ETH_TX_LEGACY; kind++) {
        tx.kind = (enum eth_tx_kind)kind;
        for (unsigned v = 0; v < 256; v++) {
            const struct sig65 sig = { { [31] = 1, [63] = 1, [64] = (uint8_t)v } };
            struct diag d = { 0 };
            struct buf raw;

            buf_init(&raw, 1024);
            cr_expect_eq(eth_tx_encode(&d, &raw, &tx, &sig), v == 27 || v == 28 ? OK : ERR_FORMAT,
                         "%d %u", kind, v);
            cr_expect_eq(raw.len > 0, v == 27 || v == 28);
            buf_clear(&raw);
        }
    }
}

Test(eth_tx, legacy_needs_a_chain_id_that_fits)
{
    static const uint64_t ids[] = { 0, UINT64_MAX / 2, UINT64_MAX };

    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        struct eth_tx tx = example();
        struct diag d = { 0 };
        struct hash32 digest;

        tx.chain_id = u256_from_u64(ids[i]);
        cr_expect_eq(eth_tx_digest(&d, &digest, &tx), ERR_UNSUPPORTED, "%zu", i);
    }
}

Test(eth_tx, legacy_has_no_priority_fee)
{
    struct eth_tx tx = example();
    struct diag d = { 0 };
    struct hash32 digest;

    tx.max_priority_fee = u256_from_u64(1);
    cr_expect_eq(eth_tx_digest(&d, &digest, &tx), ERR_USAGE);
}
