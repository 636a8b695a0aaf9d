// SPDX-License-Identifier: Apache-2.0
#include <assert.h>
#include <string.h>

#include "safe/signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What parses names a kind, writes the same bytes, and packs alone into a blob of that length. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct hash32 hash = { { 1, 2, 3 } };
    struct diag d = { 0 };
    struct signature s;
    struct buf again;
    struct buf blob;

    buf_init(&again, 1 << 20);
    buf_init(&blob, 1 << 20);
    if (signature_parse(&d, &s, &hash, data, size) == OK) {
        assert(s.kind != SIGNATURE_NONE);
        signature_write(&again, &s);
        assert(again.len == size && memcmp(again.data, data, size) == 0);
        assert(signature_pack(&d, &blob, &s, 1) == OK && blob.len == size);
    } else {
        assert(s.kind == SIGNATURE_NONE && s.data == NULL);
    }
    signature_clear(&s);
    buf_clear(&again);
    buf_clear(&blob);
    return 0;
}
