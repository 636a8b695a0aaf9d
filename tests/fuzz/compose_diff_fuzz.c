// SPDX-License-Identifier: Apache-2.0
#include <assert.h>
#include <string.h>

#include "src/base/limits.h"
#include "verify/compose_diff.h"
#include "verify/line_diff.h"

/* Two inputs around the first NUL: nothing differs exactly if they are the same; a text is a text.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nul = size > 0 ? memchr(data, '\0', size) : NULL;
    const size_t len = nul != NULL ? (size_t)(nul - data) : size;
    const struct compose_side old = { data, len, "old" };
    const struct compose_side now = { data + (nul != NULL ? len + 1 : 0),
                                      nul != NULL ? size - len - 1 : size, "new" };
    struct compose_diff c = { 0 };
    struct diag d = { 0 };
    struct buf text;

    buf_init(&text, 64 * LIMIT_COMPOSE_BYTES);
    assert(line_diff(&d, &text, "t", (const char *)old.data, old.len, (const char *)now.data,
                     now.len) == OK);
    assert((text.len == 0) ==
           (old.len == now.len && (old.len == 0 || memcmp(old.data, now.data, old.len) == 0)));
    buf_clear(&text);
    if (compose_diff(&d, &c, &old, &now) == OK) {
        for (size_t i = 0; i < c.num_changes; i++)
            assert(c.changes[i].old_value != NULL || c.changes[i].new_value != NULL);
        assert(c.unified.len > 0 || c.num_changes == 0);
    }
    compose_diff_clear(&c);
    return 0;
}
