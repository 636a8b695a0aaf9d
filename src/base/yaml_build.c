// SPDX-License-Identifier: Apache-2.0
#include "src/base/yaml_build.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/limits.h"

#define BLOCK_BYTES 16384

/* What is handed out is the first member. */
struct node {
    struct yaml_node pub;
    size_t size;     /* nodes from here downwards, this one included */
    unsigned height; /* levels from here downwards, this one included */
};

struct block {
    struct block *next;
    max_align_t bytes[];
};

/* A collection that has begun and not ended; a mapping's children are key, value, key, value. */
struct frame {
    struct node *node;
    struct node **children;
    size_t num_children;
};

struct anchor {
    const char *name;
    struct node *node;
};

struct yaml {
    char *what;
    struct block *blocks; /* everything the tree is made of */
    size_t block_left;
    struct node *root;
    size_t num_nodes;
    struct frame frames[LIMIT_YAML_DEPTH];
    size_t num_frames;
    struct anchor anchors[LIMIT_YAML_ANCHORS];
    size_t num_anchors;
};

/* --- errors -------------------------------------------------------------------------------- */

void yaml_build_record(struct diag *d, enum err code, const struct yaml *y, unsigned line,
                       unsigned column, const char *fmt, ...)
{
    char text[512] = "";
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    if (line == 0)
        (void)diag_set(d, code, "%.256s: %s", y->what, text);
    else
        (void)diag_set(d, code, "%.256s:%u:%u: %s", y->what, line, column, text);
}

void yaml_record(struct diag *d, enum err code, const struct yaml *y, const struct yaml_node *at,
                 const char *fmt, ...)
{
    char text[512] = "";
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    yaml_build_record(d, code, y, at->line, at->column, "%s", text);
}

static enum err no_memory(struct diag *d)
{
    return diag_set(d, ERR_NOMEM, "out of memory");
}

/* --- memory -------------------------------------------------------------------------------- */

/* Zeroed memory that lives as long as the document; NULL if there is none. */
static void *alloc(struct yaml *y, size_t size)
{
    const size_t align = sizeof(max_align_t);
    size_t need = (size + align - 1) / align * align;
    size_t block_size = need > BLOCK_BYTES ? need : BLOCK_BYTES;

    if (y->blocks == NULL || need > y->block_left) {
        struct block *b = calloc(1, sizeof(*b) + block_size);

        if (b == NULL)
            return NULL;
        b->next = y->blocks;
        y->blocks = b;
        y->block_left = block_size;
    }
    y->block_left -= need;
    return (char *)y->blocks->bytes + y->block_left;
}

static char *alloc_text(struct yaml *y, const char *text, size_t text_len)
{
    char *copy = alloc(y, text_len + 1);

    if (copy != NULL && text_len > 0)
        memcpy(copy, text, text_len);
    return copy;
}

enum err yaml_build_new(struct diag *d, struct yaml **out, const char *what)
{
    struct yaml *y = calloc(1, sizeof(*y));

    *out = NULL;
    if (y == NULL || (y->what = strdup(what)) == NULL) {
        free(y);
        return no_memory(d);
    }
    *out = y;
    return OK;
}

void yaml_build_free(struct yaml *y)
{
    if (y == NULL)
        return;
    for (size_t i = 0; i < y->num_frames; i++)
        free(y->frames[i].children);
    while (y->blocks != NULL) {
        struct block *next = y->blocks->next;

        free(y->blocks);
        y->blocks = next;
    }
    free(y->what);
    free(y);
}

const struct yaml_node *yaml_root(const struct yaml *y)
{
    return y->root != NULL ? &y->root->pub : NULL;
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
    for (size_t i = 0; i < map->num_pairs; i++) {
        if (strcmp(map->pairs[i].key->text, key) == 0)
            return map->pairs[i].value;
    }
    return NULL;
}

/* --- nodes --------------------------------------------------------------------------------- */

static const struct node *node_of(const struct yaml_node *n)
{
    return (const struct node *)(const void *)n;
}

static enum err count_nodes(struct diag *d, struct yaml *y, const struct yaml_event *ev,
                            size_t num_more, unsigned height)
{
    if (num_more > LIMIT_YAML_NODES - y->num_nodes)
        return yaml_build_error(d, ERR_LIMIT, y, ev->line, ev->column,
                                "over the limit of %d nodes, aliases expanded", LIMIT_YAML_NODES);
    if (y->num_frames + height > LIMIT_YAML_DEPTH)
        return yaml_build_error(d, ERR_LIMIT, y, ev->line, ev->column,
                                "nested over the limit of %d levels", LIMIT_YAML_DEPTH);
    y->num_nodes += num_more;
    return OK;
}

/* The size and height of a collection follow from its children. */
static void measure(struct node *n)
{
    n->size = 1;
    n->height = 1;
    for (size_t i = 0; i < n->pub.num_items + 2 * n->pub.num_pairs; i++) {
        const struct yaml_pair *pair = n->pub.pairs != NULL ? &n->pub.pairs[i / 2] : NULL;
        const struct node *child =
            node_of(pair == NULL ? n->pub.items[i] : (i % 2 == 0 ? pair->key : pair->value));

        n->size += child->size;
        if (child->height >= n->height)
            n->height = child->height + 1;
    }
}

static struct node *copy_tree(struct yaml *y, const struct node *n);

static const struct yaml_node *copy_child(struct yaml *y, const struct yaml_node *child)
{
    struct node *copy = copy_tree(y, node_of(child));

    return copy != NULL ? &copy->pub : NULL;
}

/* A copy of everything below n; text is shared. Depth is bounded: n was built here. */
static struct node *copy_tree(struct yaml *y, const struct node *n)
{
    struct node *copy = alloc(y, sizeof(*copy));
    const struct yaml_node **items = alloc(y, (n->pub.num_items + 1) * sizeof(struct yaml_node *));
    struct yaml_pair *pairs = alloc(y, (n->pub.num_pairs + 1) * sizeof(*pairs));

    if (copy == NULL || items == NULL || pairs == NULL)
        return NULL;
    *copy = *n;
    copy->pub.from_alias = true;
    for (size_t i = 0; i < n->pub.num_items; i++) {
        if ((items[i] = copy_child(y, n->pub.items[i])) == NULL)
            return NULL;
    }
    for (size_t i = 0; i < n->pub.num_pairs; i++) {
        pairs[i].key = copy_child(y, n->pub.pairs[i].key);
        pairs[i].value = copy_child(y, n->pub.pairs[i].value);
        if (pairs[i].key == NULL || pairs[i].value == NULL)
            return NULL;
    }
    copy->pub.items = n->pub.items != NULL ? items : NULL;
    copy->pub.pairs = n->pub.pairs != NULL ? pairs : NULL;
    return copy;
}

static bool is_null_text(const char *s)
{
    return s[0] == '\0' || strcmp(s, "~") == 0 || strcmp(s, "null") == 0 ||
           strcmp(s, "Null") == 0 || strcmp(s, "NULL") == 0;
}

static bool is_decimal(const char *s)
{
    return s[0] != '\0' && strspn(s, "0123456789") == strlen(s) && (s[0] != '0' || s[1] == '\0');
}

/* The core tags, on a node of their own kind and a text that is one; float has no use here. */
static bool is_core_tag(const struct yaml_event *ev, const char *text)
{
    if (ev->type == YAML_EVENT_SEQUENCE)
        return strcmp(ev->tag, "!!seq") == 0;
    if (ev->type == YAML_EVENT_MAPPING)
        return strcmp(ev->tag, "!!map") == 0;
    if (strcmp(ev->tag, "!!str") == 0)
        return true;
    if (!ev->plain)
        return false;
    return (strcmp(ev->tag, "!!null") == 0 && is_null_text(text)) ||
           (strcmp(ev->tag, "!!bool") == 0 &&
            (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)) ||
           (strcmp(ev->tag, "!!int") == 0 && is_decimal(text));
}

static enum err new_node(struct diag *d, struct yaml *y, struct node **out,
                         const struct yaml_event *ev)
{
    struct node *n = NULL;
    enum err e = count_nodes(d, y, ev, 1, 1);

    *out = NULL;
    if (e != OK)
        return e;
    if ((n = alloc(y, sizeof(*n))) == NULL)
        return no_memory(d);
    n->size = 1;
    n->height = 1;
    n->pub.line = ev->line;
    n->pub.column = ev->column;
    n->pub.type = ev->type == YAML_EVENT_SEQUENCE  ? YAML_SEQUENCE
                  : ev->type == YAML_EVENT_MAPPING ? YAML_MAPPING
                                                   : YAML_SCALAR;
    if (ev->tag != NULL && (n->pub.tag = alloc_text(y, ev->tag, strlen(ev->tag))) == NULL)
        return no_memory(d);
    if (ev->type == YAML_EVENT_SCALAR) {
        if (ev->text_len > 0 && memchr(ev->text, '\0', ev->text_len) != NULL)
            return yaml_build_error(d, ERR_FORMAT, y, ev->line, ev->column,
                                    "a text must not contain a NUL");
        if ((n->pub.text = alloc_text(y, ev->text, ev->text_len)) == NULL)
            return no_memory(d);
        n->pub.plain = ev->plain;
        n->pub.is_null = ev->plain && is_null_text(n->pub.text) &&
                         (ev->tag == NULL || strcmp(ev->tag, "!!null") == 0);
    }
    if (ev->tag != NULL && !is_core_tag(ev, n->pub.text))
        return yaml_build_error(d, ERR_FORMAT, y, ev->line, ev->column,
                                "tag '%.64s' is not taken here", ev->tag);
    *out = n;
    return OK;
}

/* --- anchors and aliases ------------------------------------------------------------------- */

static enum err add_anchor(struct diag *d, struct yaml *y, const struct yaml_event *ev,
                           struct node *n)
{
    const char *name = alloc_text(y, ev->anchor, strlen(ev->anchor));

    if (name == NULL)
        return no_memory(d);
    if (y->num_anchors == LIMIT_YAML_ANCHORS)
        return yaml_build_error(d, ERR_LIMIT, y, ev->line, ev->column,
                                "over the limit of %d anchors", LIMIT_YAML_ANCHORS);
    y->anchors[y->num_anchors++] = (struct anchor){ name, n };
    return OK;
}

static enum err resolve_alias(struct diag *d, struct yaml *y, struct node **out,
                              const struct yaml_event *ev)
{
    const struct node *meant = NULL;
    enum err e = OK;

    *out = NULL;
    /* a name may be given again: the last one before the alias counts */
    for (size_t i = y->num_anchors; i > 0 && meant == NULL; i--) {
        if (strcmp(y->anchors[i - 1].name, ev->anchor) == 0)
            meant = y->anchors[i - 1].node;
    }
    if (meant == NULL)
        return yaml_build_error(d, ERR_FORMAT, y, ev->line, ev->column, "no anchor '%.64s' before",
                                ev->anchor);
    for (size_t i = 0; i < y->num_frames; i++) {
        if (y->frames[i].node == meant)
            return yaml_build_error(d, ERR_FORMAT, y, ev->line, ev->column,
                                    "alias '%.64s' stands inside what it names", ev->anchor);
    }
    if ((e = count_nodes(d, y, ev, meant->size, meant->height)) != OK)
        return e;
    *out = copy_tree(y, meant);
    return *out != NULL ? OK : no_memory(d);
}

/* --- mappings and merge keys --------------------------------------------------------------- */

static bool is_merge_key(const struct node *key)
{
    return key->pub.plain && strcmp(key->pub.text, "<<") == 0 && key->pub.tag == NULL;
}

static enum err check_duplicates(struct diag *d, const struct yaml *y, const struct frame *f)
{
    for (size_t i = 0; i < f->num_children; i += 2) {
        const struct yaml_node *key = &f->children[i]->pub;

        for (size_t j = 0; j < i; j += 2) {
            const struct yaml_node *other = &f->children[j]->pub;

            if (strcmp(key->text, other->text) == 0)
                return yaml_error(d, ERR_FORMAT, y, key, "key '%.64s' is there already, in line %u",
                                  key->text, other->line);
        }
    }
    return OK;
}

struct pair_list {
    struct yaml_pair *pairs;
    size_t num_pairs;
    size_t cap;
};

static bool has_key(const struct pair_list *list, const char *key)
{
    for (size_t i = 0; i < list->num_pairs; i++) {
        if (strcmp(list->pairs[i].key->text, key) == 0)
            return true;
    }
    return false;
}

static bool is_explicit_key(const struct frame *f, const char *key)
{
    for (size_t i = 0; i < f->num_children; i += 2) {
        if (!is_merge_key(f->children[i]) && strcmp(f->children[i]->pub.text, key) == 0)
            return true;
    }
    return false;
}

static enum err too_many_keys(struct diag *d, const struct yaml *y, const struct yaml_node *at)
{
    return yaml_error(d, ERR_LIMIT, y, at, "over the limit of %d keys", LIMIT_YAML_MEMBERS);
}

/* The pairs of one merged mapping, except keys that the mapping itself or an earlier merge has. */
static enum err merge_one(struct diag *d, struct yaml *y, struct pair_list *list,
                          const struct frame *f, const struct yaml_node *source)
{
    if (source->type != YAML_MAPPING)
        return yaml_error(d, ERR_FORMAT, y, source,
                          "a merge key (<<) takes a mapping or a list of mappings");
    for (size_t i = 0; i < source->num_pairs; i++) {
        const struct yaml_pair *pair = &source->pairs[i];

        if (is_explicit_key(f, pair->key->text) || has_key(list, pair->key->text))
            continue;
        if (list->num_pairs == list->cap)
            return too_many_keys(d, y, &f->node->pub);
        list->pairs[list->num_pairs++] = *pair;
    }
    return OK;
}

static enum err merge(struct diag *d, struct yaml *y, struct pair_list *list, const struct frame *f,
                      const struct node *value)
{
    /* also what is written in place is marked as not standing where it takes effect */
    struct node *marked = copy_tree(y, value);
    enum err e = OK;

    if (marked == NULL)
        return no_memory(d);
    if (marked->pub.type != YAML_SEQUENCE)
        return merge_one(d, y, list, f, &marked->pub);
    if (value->pub.from_alias)
        return yaml_error(d, ERR_FORMAT, y, &value->pub,
                          "an alias of a merge key (<<) must name a mapping");
    for (size_t i = 0; i < marked->pub.num_items && e == OK; i++)
        e = merge_one(d, y, list, f, marked->pub.items[i]);
    return e;
}

static enum err finish_mapping(struct diag *d, struct yaml *y, struct frame *f)
{
    struct pair_list list = { .cap = f->num_children / 2 };
    enum err e = check_duplicates(d, y, f);

    for (size_t i = 0; i < f->num_children && e == OK; i += 2) {
        if (is_merge_key(f->children[i]))
            list.cap = LIMIT_YAML_MEMBERS;
    }
    if (e == OK && (list.pairs = alloc(y, (list.cap + 1) * sizeof(*list.pairs))) == NULL)
        e = no_memory(d);
    for (size_t i = 0; i < f->num_children && e == OK; i += 2) {
        const struct node *key = f->children[i];
        const struct node *value = f->children[i + 1];

        if (is_merge_key(key))
            e = merge(d, y, &list, f, value);
        else if (list.num_pairs == list.cap)
            e = too_many_keys(d, y, &f->node->pub);
        else
            list.pairs[list.num_pairs++] = (struct yaml_pair){ &key->pub, &value->pub };
    }
    f->node->pub.pairs = list.pairs;
    f->node->pub.num_pairs = list.num_pairs;
    return e;
}

static enum err finish_sequence(struct diag *d, struct yaml *y, struct frame *f)
{
    const struct yaml_node **items = alloc(y, (f->num_children + 1) * sizeof(struct yaml_node *));

    if (items == NULL)
        return no_memory(d);
    for (size_t i = 0; i < f->num_children; i++)
        items[i] = &f->children[i]->pub;
    f->node->pub.items = items;
    f->node->pub.num_items = f->num_children;
    return OK;
}

/* --- events -------------------------------------------------------------------------------- */

/* Hang a node into the innermost collection; for a mapping, it is a key or a value in turn. */
static enum err add_child(struct diag *d, struct yaml *y, const struct yaml_event *ev,
                          struct node *n)
{
    struct frame *f = NULL;
    struct node **grown = NULL;

    assert(n != NULL);
    if (y->num_frames == 0) {
        assert(y->root == NULL); /* one document has one root: the parser's grammar */
        y->root = n;
        return OK;
    }
    f = &y->frames[y->num_frames - 1];
    grown = f->children;
    if (f->node->pub.type == YAML_MAPPING && f->num_children % 2 == 0) {
        if (n->pub.type != YAML_SCALAR)
            return yaml_build_error(d, ERR_FORMAT, y, ev->line, ev->column,
                                    "a key must be a plain text, not a list or a mapping");
        if (!n->pub.plain && strcmp(n->pub.text, "<<") == 0)
            return yaml_build_error(d, ERR_FORMAT, y, ev->line, ev->column,
                                    "a key << in quotes is lost where others merge it");
        if (n->pub.is_null)
            return yaml_build_error(d, ERR_FORMAT, y, ev->line, ev->column,
                                    "a key must be a text, not null");
        if (f->num_children / 2 == LIMIT_YAML_MEMBERS)
            return too_many_keys(d, y, &f->node->pub);
    }
    /* grows when the count is zero or a power of two */
    if ((f->num_children & (f->num_children - 1)) == 0)
        grown = realloc(f->children,
                        (f->num_children == 0 ? 1 : 2 * f->num_children) * sizeof(struct node *));
    if (grown == NULL)
        return no_memory(d);
    f->children = grown;
    f->children[f->num_children++] = n;
    return OK;
}

static enum err begin(struct diag *d, struct yaml *y, const struct yaml_event *ev)
{
    struct node *n = NULL;
    enum err e = new_node(d, y, &n, ev);

    if (e == OK && ev->anchor != NULL)
        e = add_anchor(d, y, ev, n);
    if (e == OK)
        e = add_child(d, y, ev, n);
    if (e == OK && ev->type != YAML_EVENT_SCALAR)
        y->frames[y->num_frames++] = (struct frame){ .node = n };
    return e;
}

static enum err end(struct diag *d, struct yaml *y)
{
    struct frame *f = NULL;
    enum err e = ERR_INTERNAL;

    assert(y->num_frames > 0);
    f = &y->frames[y->num_frames - 1];
    if (f->node->pub.type == YAML_MAPPING)
        e = finish_mapping(d, y, f);
    else
        e = finish_sequence(d, y, f);
    if (e == OK)
        measure(f->node);
    free(f->children);
    y->num_frames--;
    return e;
}

/* What is absent in the text has no position: it gets that of its key, or of what holds it. */
static void place(struct yaml_event *ev, const struct yaml *y)
{
    const struct frame *f = y->num_frames > 0 ? &y->frames[y->num_frames - 1] : NULL;
    const struct node *near = NULL;

    if (f != NULL)
        near = f->num_children > 0 ? f->children[f->num_children - 1] : f->node;
    if (ev->line == 0) {
        ev->line = near != NULL ? near->pub.line : 1;
        ev->column = near != NULL ? near->pub.column : 1;
    }
}

enum err yaml_build_event(struct diag *d, struct yaml *y, const struct yaml_event *event)
{
    struct yaml_event ev = *event;
    struct node *n = NULL;
    enum err e = OK;

    place(&ev, y);
    switch (ev.type) {
    case YAML_EVENT_END:
        return end(d, y);
    case YAML_EVENT_ALIAS:
        e = resolve_alias(d, y, &n, &ev);
        return e == OK ? add_child(d, y, &ev, n) : e;
    default:
        return begin(d, y, &ev);
    }
}

enum err yaml_build_finish(struct diag *d, struct yaml *y)
{
    assert(y->num_frames == 0);
    if (y->root == NULL)
        return yaml_build_error(d, ERR_FORMAT, y, 0, 0, "the document is empty");
    return OK;
}
