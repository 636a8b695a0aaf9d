// SPDX-License-Identifier: Apache-2.0
#include "src/base/json_scan.h"

#include <stdbool.h>
#include <string.h>

#include "src/base/limits.h"

/* What the scan below knows: enough to bound what jansson will build. */
struct scan {
    size_t depth;
    size_t num_nodes;
    bool is_object[LIMIT_JSON_DEPTH + 1];
    size_t num_members[LIMIT_JSON_DEPTH + 1];
};

static bool scan_structure(struct scan *s, char c)
{
    if (c == '[' || c == '{') {
        if (s->depth == LIMIT_JSON_DEPTH)
            return false;
        s->depth++;
        s->num_nodes++;
        s->is_object[s->depth] = c == '{';
        s->num_members[s->depth] = 1;
    } else if (c == ']' || c == '}') {
        s->depth -= s->depth > 0 ? 1 : 0;
    } else if (c == ',') {
        s->num_nodes++;
        s->num_members[s->depth]++;
    }
    return !s->is_object[s->depth] || s->num_members[s->depth] <= LIMIT_JSON_MEMBERS;
}

enum err json_scan_limits(struct diag *d, const char *text, size_t text_len, const char *what)
{
    struct scan s = { .num_nodes = 1 };
    bool in_string = false;

    for (size_t i = 0; i < text_len; i++) {
        if (in_string) {
            if (text[i] == '\\')
                i++;
            else if (text[i] == '"')
                in_string = false;
        } else if (text[i] == '"') {
            in_string = true;
        } else if (!scan_structure(&s, text[i])) {
            if (s.depth == LIMIT_JSON_DEPTH && (text[i] == '[' || text[i] == '{'))
                return diag_set(d, ERR_LIMIT, "%s: nested over the limit of %d levels", what,
                                LIMIT_JSON_DEPTH);
            return diag_set(d, ERR_LIMIT, "%s: an object is over the limit of %d members", what,
                            LIMIT_JSON_MEMBERS);
        }
        if (s.num_nodes > LIMIT_JSON_NODES)
            return diag_set(d, ERR_LIMIT, "%s: over the limit of %d values", what,
                            LIMIT_JSON_NODES);
    }
    return OK;
}

/* Where the run of characters out of set begins that ends at end. */
static size_t skip_back(const char *text, size_t end, const char *set)
{
    while (end > 0 && text[end - 1] != '\0' && strchr(set, text[end - 1]) != NULL)
        end--;
    return end;
}

size_t json_scan_key(const char **key, const char *text, size_t end)
{
    size_t first = 0;

    *key = text;
    end = skip_back(text, end, "+-.0123456789eE");
    end = skip_back(text, end, " \t\r\n");
    if (end == 0 || text[end - 1] != ':')
        return 0;
    end = skip_back(text, end - 1, " \t\r\n");
    if (end == 0 || text[end - 1] != '"')
        return 0;
    for (first = --end; first > 0 && text[first - 1] != '"';)
        first--;
    *key = text + first;
    return end - first;
}
