// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_SAFE_TX_JSON_H
#define SAFE_SAFE_TX_JSON_H

#include "safe/safe_tx.h"
#include "src/base/json.h"
#include "src/base/typed_data.h"

/*
 * A SafeTx as JSON, in every form that people have it: a proposal, a transaction object of the Safe
 * Transaction Service (v1 or v2, alone or a list with "results"), a flat object, EIP-712 typed
 * data. See docs/formats/safe-tx.md. Strict: a missing or unknown field is an error that names it.
 */

enum safe_tx_source {
    SAFE_TX_FLAT,
    SAFE_TX_TYPED_DATA,
    SAFE_TX_SERVICE,
    SAFE_TX_PROPOSAL,
};

/* What the caller knows from the command line or the profile; unset members are not compared. */
struct safe_tx_hints {
    bool has_chain_id, has_safe, has_version;
    struct u256 chain_id;
    struct address safe;
    const char *version;
};

struct safe_tx_input {
    enum safe_tx_source source;
    struct safe_domain domain;
    struct safe_tx tx;
    bool has_claimed_hash; /* safeTxHash or contractTransactionHash in the input */
    struct hash32 claimed_hash;
};
void safe_tx_input_clear(struct safe_tx_input *in);

/*
 * The service's object carries neither chain id nor version: they come from hints, and a missing
 * one is ERR_USAGE that says which flag gives it. A hint that contradicts the input is
 * ERR_MISMATCH. A list with several candidates is ERR_USAGE; the message lists them.
 */
MUST_CHECK enum err safe_tx_from_json(struct diag *d, struct safe_tx_input *out,
                                      const struct json *j, const struct safe_tx_hints *hints);

/*
 * The flat form alone, as proposals hold it: chainId, safe, version, to, value, data, operation,
 * safeTxGas, baseGas, gasPrice, gasToken, refundReceiver, nonce, each exactly once and nothing
 * else. On failure domain is zero and tx is empty.
 */
MUST_CHECK enum err safe_tx_read_flat(struct diag *d, struct safe_domain *domain,
                                      struct safe_tx *tx, const struct json *j);

/* The flat form: thirteen keys in the order of design. */
struct json *safe_tx_to_json(const struct safe_tx *tx, const struct safe_domain *domain);
/* What a wallet is given to sign; borrows tx's data. */
void safe_tx_typed_data(struct typed_data *out, const struct safe_tx *tx,
                        const struct safe_domain *domain);
/* EIP-712 typed data as eth_signTypedData_v4 takes it. */
struct json *safe_tx_to_typed_data(const struct safe_tx *tx, const struct safe_domain *domain);

/* ERR_MISMATCH naming both values if the claimed hash differs from the computed one. */
MUST_CHECK enum err safe_tx_check_claim(struct diag *d, const struct safe_tx_input *in,
                                        const struct safe_hashes *hashes);

#endif
