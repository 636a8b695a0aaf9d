// SPDX-License-Identifier: Apache-2.0
/* Any calldata gives a tree whose nodes are counted, and whose JSON is valid; nothing else happens.
 */
#include <stdlib.h>

#include "safe/call_tree.h"
#include "src/base/json.h"
#include "src/base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diag d = { 0 };
    struct call_tree t;
    struct json *shown = NULL, *again = NULL;
    const struct call_node *n = NULL;
    struct buf text;
    size_t index = 0;

    if (call_tree_decode(&d, &t, NULL, NULL, 0, data, size, NULL) != OK)
        return 0;
    while ((n = call_tree_next(&t, &index)) != NULL) {
        if (n->canonical && !n->decoded)
            abort();
    }
    if (index != t.num_nodes || index > LIMIT_CALLS)
        abort();
    buf_init(&text, 64 * 1024 * 1024);
    shown = call_tree_json(&t);
    if (json_write(&d, &text, shown, JSON_PRETTY) != OK ||
        (json_parse(&d, &again, text.data, text.len, "tree") != OK && d.code != ERR_LIMIT))
        abort();
    json_free(again);
    json_free(shown);
    buf_clear(&text);
    call_tree_clear(&t);
    return 0;
}
