// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "verify/sigstore/dsse.h"

/* What is refused names no image. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diag d = { 0 };
    struct hash32 digest;

    if (simplesigning_parse(&d, &digest, data, size) != OK && !hash32_is_zero(&digest))
        abort();
    return 0;
}
