// SPDX-License-Identifier: Apache-2.0
/*
 * Our reader of YAML, for comparison with another: documents come on standard input, each behind a
 * line with its length; for each one line goes out: the tree, or "E" and why there is none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/limits.h"
#include "src/base/yaml.h"

static void add_hex(struct buf *out, const char *text)
{
    for (size_t i = 0; text[i] != '\0'; i++)
        buf_addf(out, "%02x", (unsigned)(unsigned char)text[i]);
}

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void write_node(struct buf *out, const struct yaml_node *n);

static void write_mapping(struct buf *out, const struct yaml_node *n)
{
    char **items = calloc(n->num_pairs + 1, sizeof(*items));

    if (items == NULL)
        abort();
    for (size_t i = 0; i < n->num_pairs; i++) {
        struct buf item;

        buf_init(&item, (size_t)1 << 28);
        add_hex(&item, n->pairs[i].key->text);
        buf_add_str(&item, ":");
        write_node(&item, n->pairs[i].value);
        items[i] = (char *)item.data; /* moved */
    }
    qsort(items, n->num_pairs, sizeof(*items), compare_text);
    buf_add_str(out, "{");
    for (size_t i = 0; i < n->num_pairs; i++) {
        buf_addf(out, "%s%s", i > 0 ? "," : "", items[i]);
        free(items[i]);
    }
    buf_add_str(out, "}");
    free(items);
}

static void write_node(struct buf *out, const struct yaml_node *n)
{
    switch (n->type) {
    case YAML_SCALAR:
        buf_add_str(out, n->is_null ? "~" : "<");
        if (n->is_null)
            return;
        add_hex(out, n->text);
        buf_add_str(out, ">");
        return;
    case YAML_SEQUENCE:
        buf_add_str(out, "[");
        for (size_t i = 0; i < n->num_items; i++) {
            buf_add_str(out, i > 0 ? "," : "");
            write_node(out, n->items[i]);
        }
        buf_add_str(out, "]");
        return;
    case YAML_MAPPING:
        write_mapping(out, n);
        return;
    }
}

static void print_one(const char *document, size_t len)
{
    struct diag d = { 0 };
    struct yaml *y = NULL;
    struct buf line;

    buf_init(&line, (size_t)1 << 28);
    if (yaml_parse(&d, &y, document, len, "t") == OK)
        write_node(&line, yaml_root(y));
    else
        buf_addf(&line, "E %s", d.msg);
    for (size_t i = 0; i < line.len; i++)
        putchar(line.data[i] == '\n' ? ' ' : line.data[i]);
    putchar('\n');
    yaml_free(y);
    buf_clear(&line);
}

int main(void)
{
    size_t len = 0;

    while (scanf("%zu", &len) == 1 && getchar() == '\n') {
        char *document = malloc(len + 1);

        if (document == NULL || fread(document, 1, len, stdin) != len)
            return 2;
        print_one(document, len);
        free(document);
    }
    return 0;
}
