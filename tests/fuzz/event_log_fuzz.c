// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "src/base/digest.h"
#include "verify/measure.h"

/* A log that is accepted ends at RTMR3, extended once more here. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diag d = { 0 };
    struct measurement m;
    struct measured result;
    struct hash48 rtmr = { { 0 } };
    struct hash48 digest;

    if (measurement_parse(&d, &m, data, size, "fuzz") == OK && measure(&d, &result, &m) == OK) {
        for (size_t i = 0; i < m.num_events; i++) {
            const struct hash48 before = rtmr;
            const struct bytes_view parts[] = { { before.b, 48 }, { digest.b, 48 } };

            if (measure_event_digest(&d, &digest, &m.events[i], m.log_version) != OK ||
                sha384_parts(&d, &rtmr, parts, 2) != OK)
                abort();
        }
        if (memcmp(rtmr.b, m.rtmr[3].b, 48) != 0)
            abort();
    }
    measurement_clear(&m);
    return 0;
}
