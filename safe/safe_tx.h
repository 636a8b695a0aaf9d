// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_SAFE_TX_H
#define SAFE_SAFE_TX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/bytes.h"

/*
 * The Safe transaction: what owners sign, and how it is hashed in every contract version.
 * Source: EIP-712; Safe contracts 0.1.0 to 1.5.0, getTransactionHash().
 */

enum safe_operation {
    SAFE_CALL = 0,
    SAFE_DELEGATECALL = 1,
    SAFE_CREATE = 2, /* only up to 1.0.0 */
};

/* The ten fields. All-zero is valid to clear. Amounts in wei, gas limits in gas. */
struct safe_tx {
    struct address to;
    struct u256 value;
    uint8_t *data; /* owned; may be NULL if data_len is 0 */
    size_t data_len;
    enum safe_operation operation;
    struct u256 safe_tx_gas;
    struct u256 base_gas; /* "dataGas" below 1.0.0 */
    struct u256 gas_price;
    struct address gas_token;
    struct address refund_receiver;
    struct u256 nonce;
};

void safe_tx_clear(struct safe_tx *tx);
MUST_CHECK enum err safe_tx_copy(struct diag *d, struct safe_tx *out, const struct safe_tx *tx);
MUST_CHECK enum err safe_tx_set_data(struct diag *d, struct safe_tx *tx, const uint8_t *data,
                                     size_t data_len);
/* All ten fields are equal. */
bool safe_tx_eq(const struct safe_tx *a, const struct safe_tx *b);

/* What a version hashes. The names tell the first release that uses the form. */
enum safe_form {
    SAFE_FORM_NONE = 0,
    SAFE_FORM_0_1, /* dataGas typehash, domain without chain id */
    SAFE_FORM_1_0, /* baseGas typehash, domain without chain id */
    SAFE_FORM_1_3, /* baseGas typehash, domain with chain id */
};

#define SAFE_VERSION_LEN 32

struct safe_domain {
    struct u256 chain_id;
    struct address safe;
    char version[SAFE_VERSION_LEN]; /* as given ("1.3.0+L2"); "" if only the form is known */
    enum safe_form form;
};

/*
 * major.minor.patch with an optional "+L2" suffix; 0.0.2 to 1.5.0 are known. ERR_UNSUPPORTED for
 * any other release: a newer one may hash differently. Sets version and form.
 */
MUST_CHECK enum err safe_version_parse(struct diag *d, struct safe_domain *domain,
                                       const char *text);
/* <0, 0, >0: domain's version against major.minor.patch; a form without version counts as its first
 * release. */
int safe_version_cmp(const struct safe_domain *domain, unsigned major, unsigned minor,
                     unsigned patch);

struct safe_hashes {
    struct hash32 domain;  /* "domain hash", domainSeparator() */
    struct hash32 message; /* "message hash", the struct hash */
    struct hash32 safe_tx; /* what is signed, getTransactionHash() */
};

/* Pure, no allocation. ERR_UNSUPPORTED for SAFE_FORM_NONE, and for SAFE_CREATE above 1.0.0. */
MUST_CHECK enum err safe_tx_hash(struct diag *d, struct safe_hashes *out, const struct safe_tx *tx,
                                 const struct safe_domain *domain);

/* The same in two parts, for many transactions of one Safe: separator is safe_domain_hash's. The
 * domain's form must be known (not SAFE_FORM_NONE). */
void safe_domain_hash(struct hash32 *out, const struct safe_domain *domain);
MUST_CHECK enum err safe_tx_hash_in(struct diag *d, struct safe_hashes *out,
                                    const struct safe_tx *tx, const struct safe_domain *domain,
                                    const struct hash32 *separator);

/* keccak256("\x19Ethereum Signed Message:\n32" || hash): what eth_sign owners sign. */
void safe_eth_sign_hash(struct hash32 *out, const struct hash32 *safe_tx_hash);

/* Calldata of execTransaction; signatures as signature_pack makes them, may be empty. */
MUST_CHECK enum err safe_tx_exec_calldata(struct diag *d, struct buf *out, const struct safe_tx *tx,
                                          const uint8_t *signatures, size_t signatures_len);

#endif
