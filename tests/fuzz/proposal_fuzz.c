// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "safe/proposal.h"
#include "src/base/limits.h"

static bool rewrite(struct buf *out, const uint8_t *data, size_t size)
{
    struct diag d = { 0 };
    struct proposal p;
    bool ok = proposal_parse(&d, &p, data, size, "fuzz") == OK;

    buf_init(out, 2 * LIMIT_PROPOSAL_BYTES);
    if (ok && proposal_write(&d, out, &p) != OK)
        abort();
    proposal_clear(&p);
    return ok;
}

/* What was read and written reads as the same again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf once;
    struct buf twice;

    if (rewrite(&once, data, size)) {
        if (!rewrite(&twice, once.data, once.len))
            abort();
        if (once.len != twice.len || memcmp(once.data, twice.data, once.len) != 0)
            abort();
        buf_clear(&twice);
    }
    buf_clear(&once);
    return 0;
}
