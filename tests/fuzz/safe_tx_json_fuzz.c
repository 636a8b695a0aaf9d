// SPDX-License-Identifier: Apache-2.0
#include <assert.h>

#include "safe/safe_tx_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the line scanner accepts, the general reader accepts alike; what is read can be hashed. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct safe_tx_hints hints = { .has_chain_id = true,
                                         .has_version = true,
                                         .version = "1.4.1" };
    struct diag d = { 0 };
    struct json *j = NULL;
    struct safe_tx_input fast;
    struct safe_tx_input in = { 0 };
    struct safe_hashes a;
    struct safe_hashes b;
    struct safe_tx_line_memo memo = { 0 };
    bool is_line = safe_tx_read_line(&fast, &memo, (const char *)data, size);
    bool is_json = json_parse(&d, &j, data, size, "fuzz") == OK;

    if (is_json && safe_tx_from_json(&d, &in, j, NULL) == OK) {
        assert(safe_tx_hash(&d, &a, &in.tx, &in.domain) == OK);
        assert(!is_line || (safe_tx_hash(&d, &b, &fast.tx, &fast.domain) == OK &&
                            hash32_eq(&a.safe_tx, &b.safe_tx) && safe_tx_eq(&in.tx, &fast.tx)));
    } else {
        assert(!is_line);
    }
    safe_tx_input_clear(&fast);
    assert(safe_tx_read_line(&fast, &memo, (const char *)data, size) == is_line);
    safe_tx_input_clear(&in);
    if (is_json && safe_tx_from_json(&d, &in, j, &hints) == OK)
        assert(safe_tx_hash(&d, &a, &in.tx, &in.domain) == OK);
    safe_tx_input_clear(&in);
    safe_tx_input_clear(&fast);
    json_free(j);
    return 0;
}
