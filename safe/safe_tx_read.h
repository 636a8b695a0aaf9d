// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_SAFE_TX_READ_H
#define SAFE_SAFE_TX_READ_H

#include "safe/safe_tx_json.h"

/* Parts of the readers in safe_tx_json.c, safe_tx_flat.c and safe_tx_typed.c; nobody else's. */

enum {
    READ_NULL_DATA = 1,   /* "data": null is empty */
    READ_HEX_NUMBERS = 2, /* integers may be 0x strings */
};

/*
 * The ten fields of j into an empty tx. The name of base_gas is "baseGas" or, below 1.0.0, also
 * "dataGas"; the domain's version or form decides which operations exist. Unknown members are the
 * caller's business. On failure tx is left empty.
 */
MUST_CHECK enum err safe_tx_read_fields(struct diag *d, struct safe_tx *tx, const struct json *j,
                                        const struct safe_domain *domain, int flags);

/* A number: decimal string, exact JSON integer or, with READ_HEX_NUMBERS, 0x hex. */
MUST_CHECK enum err safe_tx_read_number(struct diag *d, struct u256 *out, const struct json *j,
                                        const char *key, int flags);

/* The flat form without or with claimed hashes. */
MUST_CHECK enum err safe_tx_read_flat_input(struct diag *d, struct safe_tx_input *out,
                                            const struct json *j);

/* safeTxHash and contractTransactionHash, if they are there. */
MUST_CHECK enum err safe_tx_read_claim(struct diag *d, struct safe_tx_input *out,
                                       const struct json *j);

/* Typed data; the domain's version is left empty, its form is set. */
MUST_CHECK enum err safe_tx_read_typed_data(struct diag *d, struct safe_tx_input *out,
                                            const struct json *j);

#endif
