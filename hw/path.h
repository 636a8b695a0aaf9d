// SPDX-License-Identifier: Apache-2.0
#ifndef HW_PATH_H
#define HW_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/err.h"

/*
 * Which key of a device: a BIP-32 path. Hardened indexes have bit 31 set.
 * Source: BIP-32, BIP-44 (m / purpose' / coin type' / account' / change / index; Ethereum is coin
 * type 60), and the three habits of wallets.
 */

#define HD_MAX_DEPTH 10
#define HD_HARDENED  0x80000000U

struct hd_path {
    uint32_t index[HD_MAX_DEPTH];
    size_t depth;
};

/* "m/44'/60'/0'/0/0"; the m/ may be left out, h and H stand for the apostrophe. ERR_USAGE for
 * anything else, an empty path, or an index of 2^31 or more. */
MUST_CHECK enum err hd_path_parse(struct diag *d, struct hd_path *out, const char *text);

struct hd_path_text {
    char s[HD_MAX_DEPTH * 12 + 2];
};
/* "m/44'/60'/0'/0/0" */
struct hd_path_text hd_path_format(const struct hd_path *path);
bool hd_path_eq(const struct hd_path *a, const struct hd_path *b);

/* Where wallets look for account number i. */
enum hd_family {
    HD_BIP44 = 0,   /* m/44'/60'/0'/0/i: the default; MetaMask, Trezor Suite, Frame */
    HD_LEDGER_LIVE, /* m/44'/60'/i'/0/0 */
    HD_LEGACY,      /* m/44'/60'/0'/i: MyEtherWallet, the Ledger app for Chrome */
};
#define HD_NUM_FAMILIES 3
/* "bip44", "ledger-live", "legacy" */
const char *hd_family_name(enum hd_family family);
MUST_CHECK bool hd_family_parse(enum hd_family *out, const char *name);
/* i below 2^31. */
struct hd_path hd_path_account(enum hd_family family, uint32_t i);

#endif
