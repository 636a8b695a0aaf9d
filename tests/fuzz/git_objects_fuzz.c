// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "verify/git_object.h"

/*
 * The first byte is the length of a name, then the name, then an object. A tree that is accepted
 * holds the entry that was found in it, byte for byte.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diag d = { 0 };
    struct gitobj_commit commit;
    struct gitobj_tag tag;
    struct gitobj_entry entry;
    size_t name_len = size > 0 ? data[0] % 8U : 0;
    const uint8_t *object = NULL;
    size_t count = 0;

    (void)!gitobj_commit_parse(&d, &commit, data, size);
    (void)!gitobj_tag_parse(&d, &tag, data, size);
    if (size < 1 + name_len)
        return 0;
    object = data + 1 + name_len;
    if (gitobj_tree_find(&d, &entry, 20, object, size - 1 - name_len, (const char *)data + 1,
                         name_len) != OK ||
        entry.mode == GITOBJ_MODE_NONE)
        return 0;
    for (const uint8_t *at = object; at + 2 + name_len + 20 <= data + size; at++) {
        if (at[0] == ' ' && memcmp(at + 1, data + 1, name_len) == 0 && at[1 + name_len] == 0 &&
            memcmp(at + 2 + name_len, entry.id.b, 20) == 0)
            count++;
    }
    if (count == 0)
        abort();
    return 0;
}
