// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "verify/sigstore/sct.h"

/* Every part that is borrowed lies inside the list. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sct_list list;
    struct diag d = { 0 };

    if (sct_list_parse(&d, &list, data, size) != OK)
        return list.num_items != 0 ? abort(), 0 : 0;
    for (size_t i = 0; i < list.num_items; i++) {
        const struct sct *s = &list.items[i];

        if (s->extensions < data || s->extensions + s->extensions_len > s->signature ||
            s->signature + s->signature_len > data + size)
            abort();
    }
    return 0;
}
