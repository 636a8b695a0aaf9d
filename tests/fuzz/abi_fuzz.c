// SPDX-License-Identifier: Apache-2.0
/* What decodes can be encoded, and that encoding is canonical; the text of a value is printable. */
#include <stdlib.h>

#include "src/base/abi.h"

static const char *const types[] = {
    "(address,uint256,bytes,bytes32,bytes32,uint256)",
    "(address[],uint256[],bytes[],bytes32,bytes32,uint256)",
    "(bytes)",
    "((address,(bytes,int64[])[2])[],string)",
    "((bytes1,bool)[3],string[2][],uint8[2][2])",
    "(string[][2],(((bytes))))",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diag d = { 0 };
    struct abi_type t = { 0 };
    struct abi_value v = { 0 };
    struct buf out;
    bool canonical = false;

    buf_init(&out, 4 * 1024 * 1024);
    if (size < 1 || abi_type_parse(&d, &t, types[data[0] % 6]) != OK)
        return 0;
    if (abi_decode(&d, &v, &t, data + 1, size - 1) == OK) {
        if (abi_encode(&d, &out, &t, &v) != OK ||
            abi_is_canonical(&d, &canonical, &t, &v, out.data, out.len) != OK || !canonical)
            abort();
        abi_value_write(&out, &t, &v);
    }
    buf_clear(&out);
    abi_value_clear(&v);
    abi_type_clear(&t);
    return 0;
}
