// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "verify/sigstore/rekor_body.h"

/* An entry that is read has a signature and a verifier; one that is refused leaves nothing. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rekor_body b;
    struct diag d = { 0 };
    enum err e = rekor_body_parse(&d, &b, data, size);

    if ((e == OK) != (b.signature.len > 0 && b.verifier.len > 0))
        abort();
    if (e != OK && !hash32_is_zero(&b.digest))
        abort();
    rekor_body_clear(&b);
    return 0;
}
