// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "hw/preview_build.h"
#include "src/base/u256.h"

/*
 * Networks as the devices know them by themselves. Source: app-ethereum 1.22.0 (network.c);
 * trezor-firmware legacy/v1.14.1, core/v2.5.3, core/v2.9.6 (networks.py).
 */
static const struct preview_network networks[] = {
    { 1, "Ethereum", "ETH", "ETH", "ETH", "ETH" },
    { 10, "OP Mainnet", "ETH", "ETH", NULL, "ETH" },
    { 56, "BSC", "BNB", "BNB", "BNB", "BNB" },
    { 100, "Gnosis", "xDAI", NULL, "xDAI", NULL },
    { 137, "Polygon", "POL", "POL", "MATIC", "POL" },
    { 324, "ZKsync Era", "ETH", NULL, NULL, NULL },
    { 8453, "Base", "ETH", "ETH", NULL, "ETH" },
    { 42161, "Arbitrum", "ETH", "ETH", NULL, "ETH" },
    { 43114, "Avalanche", "AVAX", NULL, "AVAX", NULL },
    { 59144, "Linea", "ETH", NULL, NULL, NULL },
    { 84532, "Base Sepolia", "ETH", NULL, NULL, NULL },
    { 421614, "Arbitrum Sepolia", "ETH", NULL, NULL, NULL },
    { 534352, "Scroll", "ETH", NULL, NULL, NULL },
    { 11155111, "Sepolia", "ETH", "tSEP", "tSEP", "tSEP" },
    { 11155420, "OP Sepolia", "ETH", NULL, NULL, NULL },
};

const struct preview_network *preview_network_of(const struct u256 *chain_id)
{
    static const struct preview_network none;
    uint64_t id = 0;

    for (size_t i = 0; u256_to_u64(chain_id, &id) && i < sizeof(networks) / sizeof(networks[0]);
         i++) {
        if (networks[i].chain_id == id)
            return &networks[i];
    }
    return &none;
}

void preview_note_trezor_tx(struct preview *p, const struct eth_tx *tx, size_t max_data)
{
    if (tx->data_len > max_data)
        preview_note(p, "of the calldata's %zu bytes the device shows the first %zu", tx->data_len,
                     max_data);
    preview_note(p, "the network is not shown, only its unit, and neither is the transaction hash");
    if (preview_network_of(&tx->chain_id)->chain_id == 0)
        preview_note(p, "the device may know this network: then its unit stands for UNKN");
}

void preview_add_decimal(struct buf *out, const struct u256 *value, size_t decimals, bool group)
{
    const struct u256_text text = u256_format(value);
    const size_t len = strlen(text.s);
    const size_t whole = len > decimals ? len - decimals : 0;
    size_t end = len, point = 0;

    if (whole == 0)
        buf_add_str(out, "0");
    for (size_t i = 0; i < whole; i++) {
        buf_add(out, &text.s[i], 1);
        if (group && (whole - i) % 3 == 1 && i + 1 < whole)
            buf_add_str(out, ",");
    }
    while (end > whole && text.s[end - 1] == '0')
        end--;
    if (end == whole)
        return;
    buf_add_str(out, ".");
    for (point = len; point < decimals; point++)
        buf_add_str(out, "0");
    buf_add(out, text.s + whole, end - whole);
}

bool preview_is_dust(const struct u256 *value)
{
    uint64_t small = 0;

    return u256_to_u64(value, &small) && small < 1000000000;
}

enum err preview_max_cost(struct diag *d, struct u256 *out, const struct eth_tx *tx)
{
    if (u256_mul_u64(out, &tx->max_fee, tx->gas_limit))
        return OK;
    return diag_set(d, ERR_LIMIT, "gas limit times fee is over 256 bits");
}
