// SPDX-License-Identifier: Apache-2.0
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/hex.h"
#include "src/base/u256.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What decodes, encodes to the same text but for case; what parses, prints as it was written. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diag d = { 0 };
    struct u256 number;
    struct buf bytes;
    struct buf again;
    char *text = malloc(size + 1);

    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    buf_init(&bytes, 4096);
    buf_init(&again, 8194);
    if (hex_decode_0x_buf(&d, &bytes, text) == OK) {
        buf_add_hex_0x(&again, bytes.data, bytes.len);
        assert(strcasecmp(buf_str(&again), text) == 0);
    }
    if (u256_from_dec(&number, text))
        assert(strcmp(u256_format(&number).s, text) == 0);
    if (u256_from_hex(&number, text))
        assert(strlen(u256_format_quantity(&number).s) <= strlen(text));
    buf_clear(&bytes);
    buf_clear(&again);
    free(text);
    return 0;
}
