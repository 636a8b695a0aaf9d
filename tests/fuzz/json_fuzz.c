// SPDX-License-Identifier: Apache-2.0
/* What is read can be written in ASCII, and what is written reads back to the same bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diag d = { 0 };
    struct json *a = NULL;
    struct json *b = NULL;
    struct buf first;
    struct buf second;

    buf_init(&first, 64 * 1024 * 1024);
    buf_init(&second, 64 * 1024 * 1024);
    if (json_parse(&d, &a, data, size, "fuzz") == OK) {
        if (json_write(&d, &first, a, JSON_SORTED) != OK ||
            json_parse(&d, &b, first.data, first.len, "again") != OK ||
            json_write(&d, &second, b, 0) != OK || first.len != second.len ||
            memcmp(first.data, second.data, first.len) != 0)
            abort();
        for (size_t i = 0; i < first.len; i++) {
            if (first.data[i] < 0x20 || first.data[i] > 0x7e)
                abort();
        }
    }
    buf_clear(&first);
    buf_clear(&second);
    json_free(a);
    json_free(b);
    return 0;
}
