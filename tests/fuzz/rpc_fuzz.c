// SPDX-License-Identifier: Apache-2.0
#include <assert.h>

#include "safe/chain_internal.h"

/* An answer has a result or an error, never both; a revert in words is printable. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diag d = { 0 };
    struct rpc_answer a;
    struct hash32 tx_hash = { { 0 } };
    struct chain_receipt receipt = { 0 };
    struct buf bytes, words;

    buf_init(&bytes, 1024 * 1024);
    buf_init(&words, 1024 * 1024);
    if (rpc_parse(&d, &a, data, size, 1) == OK) {
        assert((a.result != NULL) != (a.error != NULL));
        if (a.error != NULL && rpc_is_revert(a.error, &bytes))
            chain_explain_revert(&words, bytes.data, bytes.len);
        else if (a.result != NULL && rpc_read_receipt(&d, &receipt, a.result, &tx_hash) != OK)
            assert(receipt.logs == NULL);
    } else {
        assert(a.root == NULL);
    }
    for (size_t i = 0; i < words.len; i++)
        assert(words.data[i] >= 0x20 && words.data[i] < 0x7f);
    chain_receipt_clear(&receipt);
    rpc_answer_clear(&a);
    buf_clear(&bytes);
    buf_clear(&words);
    return 0;
}
