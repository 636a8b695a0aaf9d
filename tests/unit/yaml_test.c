// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/limits.h"
#include "src/base/yaml.h"
#include "src/base/yaml_read.h"

static struct yaml *parse(const char *text)
{
    struct diag d = { 0 };
    struct yaml *y = NULL;

    cr_assert_eq(yaml_parse(&d, &y, text, strlen(text), "t"), OK, "%s\n%s", d.msg, text);
    return y;
}

/* Flow style with every scalar in angle brackets: {<a>: [<1>, <2>]}. */
static void write_node(struct buf *out, const struct yaml_node *n)
{
    if (n->type == YAML_SCALAR)
        buf_addf(out, "<%s>", n->text);
    for (size_t i = 0; i < n->num_items; i++) {
        buf_add_str(out, i > 0 ? ", " : "[");
        write_node(out, n->items[i]);
    }
    for (size_t i = 0; i < n->num_pairs; i++) {
        buf_addf(out, "%s<%s>: ", i > 0 ? ", " : "{", n->pairs[i].key->text);
        write_node(out, n->pairs[i].value);
    }
    if (n->type == YAML_SEQUENCE)
        buf_add_str(out, n->num_items > 0 ? "]" : "[]");
    if (n->type == YAML_MAPPING)
        buf_add_str(out, n->num_pairs > 0 ? "}" : "{}");
}

static const struct {
    const char *name;
    const char *text;
    size_t len; /* 0: strlen */
    enum err want;
    const char *message;
} refused[] = {
    { "nothing", "", 0, ERR_FORMAT, "t: the document is empty" },
    { "comment alone", "# x\n", 0, ERR_FORMAT, "t: the document is empty" },
    { "two documents", "a: 1\n---\nb: 2\n", 0, ERR_FORMAT, "t:2:1: more than one document" },
    { "second document after ...", "a: 1\n...\nb: 2\n", 0, ERR_FORMAT, "t:3:1: " },
    { "second document behind ... and ---", "a: 1\n...\n---\nb: 2\n", 0, ERR_FORMAT,
      "t:3:1: more than one document" },
    { "duplicate key", "a: 1\nb: 2\na: 3\n", 0, ERR_FORMAT, "t:3:1: key 'a' is there already" },
    { "duplicate key in other quotes", "{a: 1, \"a\": 2}", 0, ERR_FORMAT, "t:1:8: key 'a'" },
    { "duplicate merge key", "x: &x {}\ny:\n  <<: *x\n  <<: *x\n", 0, ERR_FORMAT, "key '<<'" },
    { "list as key", "? [a]\n: b\n", 0, ERR_FORMAT, "t:1:3: a key must be" },
    { "mapping as key", "? {a: b}\n: c\n", 0, ERR_FORMAT, "t:1:3: a key must be" },
    { "alias of a list as key", "- &x [a]\n- {*x : b}\n", 0, ERR_FORMAT, "t:2:4: a key must be" },
    { "undefined alias", "a: *x\n", 0, ERR_FORMAT, "t:1:4: no anchor 'x' before" },
    { "alias before its anchor", "a: *x\nb: &x 1\n", 0, ERR_FORMAT, "t:1:4: no anchor" },
    { "alias inside its list", "a: &x [1, *x]\n", 0, ERR_FORMAT,
      "t:1:11: alias 'x' stands inside" },
    { "alias inside its mapping", "&x a: &y\n  b: {c: *y}\n", 0, ERR_FORMAT, "stands inside" },
    { "merge into itself", "a: &x\n  <<: *x\n", 0, ERR_FORMAT, "stands inside" },
    { "merge of a text", "<<: a\n", 0, ERR_FORMAT, "t:1:5: a merge key" },
    { "merge of nothing", "<<:\n", 0, ERR_FORMAT, "a merge key" },
    { "merge of a list of texts", "<<: [{a: 1}, b]\n", 0, ERR_FORMAT, "t:1:14: a merge key" },
    { "NUL", "a: b\0c: d\n", 10, ERR_FORMAT, "t:1:5: character U+0000" },
    { "NUL by escape", "a: \"x\\0y\"\n", 0, ERR_FORMAT, "must not contain a NUL" },
    { "escape character", "a: \x1b[31m\n", 0, ERR_FORMAT, "character U+001B" },
    { "C1 line break", "a: x\xc2\x85y\n", 0, ERR_FORMAT, "t:1:5: character U+0085" },
    { "line separator", "\xc3\xa9: x\xe2\x80\xa8y\n", 0, ERR_FORMAT, "t:1:5: character U+2028" },
    { "byte-order mark inside", "a: \xef\xbb\xbfx\n", 0, ERR_FORMAT, "character U+FEFF" },
    { "invalid UTF-8", "a: 1\nb: \xff\n", 0, ERR_FORMAT, "t:2:4: byte 0xff is not UTF-8" },
    { "UTF-16",
      "\xff\xfe"
      "a\0:\0",
      6, ERR_FORMAT, "not UTF-8" },
    { "open list", "a: [b\n", 0, ERR_FORMAT, "t:" },
    { "open quote", "a: \"b\n", 0, ERR_FORMAT, "t:2:1: while scanning a quoted scalar" },
    { "tab indentation", "a:\n\tb: 1\n", 0, ERR_FORMAT, "t:2:" },
    { "two values", "a: b: c\n", 0, ERR_FORMAT, "t:1:" },
    { "bad escape", "a: \"\\q\"\n", 0, ERR_FORMAT, "t:1:" },
    { "lone surrogate escape", "a: \"\\ud800\"\n", 0, ERR_FORMAT, "t:1:" },
    { "unknown tag handle", "a: !e!x 1\n", 0, ERR_FORMAT, "t:1:" },
    { "directive for 2.0", "%YAML 2.0\n---\na: 1\n", 0, ERR_FORMAT, "t:1:" },
    { "directive for 1.2", "%YAML 1.2\n---\na: 1\n", 0, ERR_FORMAT, "a directive" },
    { "directive for tags", "%TAG !e! tag:yaml.org,2002:\n---\na: !e!str b\n", 0, ERR_FORMAT,
      "a directive" },
    { "tag of one's own", "a: !own {}\n", 0, ERR_FORMAT, "t:1:4: tag '!own'" },
    { "escape of JSON alone", "a: \"\xc3\xa9\"\nb: [\"\\\\\\/\"]\n", 0, ERR_FORMAT,
      "t:2:5: the escape" },
    { "question mark in a flow list", "a: [b, c?d]\n", 0, ERR_FORMAT, "t:1:8: a '?'" },
    { "question mark in nested flow", "a: {b: [c], d: e?}\n", 0, ERR_FORMAT, "t:1:16: a '?'" },
    { "merge key in quotes", "{\"<<\": {a: 1}}", 0, ERR_FORMAT, "t:1:2: a key << in quotes" },
    { "null as key", "a: b\n~: c\n", 0, ERR_FORMAT, "t:2:1: a key must be a text" },
    { "nothing as key", "? \n: c\n", 0, ERR_FORMAT, "a key must be a text" },
    { "alias of null as key", "- &x ~\n- {*x : a}\n", 0, ERR_FORMAT, "a key must be a text" },
    { "no tag but a mark", "a: ! b\n", 0, ERR_FORMAT, "t:1:4: tag '!'" },
    { "tag in a merge list", "<<:\n  - !reset {a: 1}\n  - {a: 2}\n", 0, ERR_FORMAT,
      "t:2:5: tag '!reset'" },
    { "tag of a key", "!!binary YQ==: b\n", 0, ERR_FORMAT, "t:1:1: tag '!!binary'" },
    { "tag at the end", "a: b\nc: [d, !reset ]\n", 0, ERR_FORMAT, "tag '!reset'" },
    { "list called a mapping", "a: !!map [b]\n", 0, ERR_FORMAT, "t:1:4: tag '!!map'" },
    { "mapping called a text", "a: !!str {b: c}\n", 0, ERR_FORMAT, "t:1:4: tag '!!str'" },
    { "text called a number", "a: !!int b\n", 0, ERR_FORMAT, "t:1:4: tag '!!int'" },
    { "octal number", "a: !!int 010\n", 0, ERR_FORMAT, "t:1:4: tag '!!int'" },
    { "no digits called a number", "a: !!int\n", 0, ERR_FORMAT, "tag '!!int'" },
    { "quoted digits called a number", "a: !!int '1'\n", 0, ERR_FORMAT, "t:1:4: tag '!!int'" },
    { "another word called a truth", "a: !!bool yes\n", 0, ERR_FORMAT, "t:1:4: tag '!!bool'" },
    { "quoted text called nothing", "a: !!null '~'\n", 0, ERR_FORMAT, "t:1:4: tag '!!null'" },
    { "tag by its whole name", "a: !<tag:example.org,2026:x> b\n", 0, ERR_FORMAT, "t:1:4: tag" },
    { "merge of an alias of a list", "x: &x [{a: 1}]\ny: {<<: *x}\n", 0, ERR_FORMAT,
      "t:1:4: an alias of a merge key" },
    /* two frees of one token in libfyaml 0.7.12 */
    { "block list inside a complex key", "k1: \n? 2:\t-", 0, ERR_FORMAT, "t:2:" },
};

Test(yaml, refusals)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct diag d = { 0 };
        struct yaml *y = NULL;
        size_t len = refused[i].len > 0 ? refused[i].len : strlen(refused[i].text);
        enum err e = yaml_parse(&d, &y, refused[i].text, len, "t");

        cr_expect_eq(e, refused[i].want, "%s: got %d (%s)", refused[i].name, (int)e, d.msg);
        cr_expect_not_null(strstr(d.msg, refused[i].message), "%s: %s", refused[i].name, d.msg);
        cr_expect_null(y, "%s", refused[i].name);
        yaml_free(y);
    }
}

/* Expected values: YAML 1.2.2, https://yaml.org/type/merge.html, and what go-yaml v3 reads. */
static const struct {
    const char *name;
    const char *text;
    const char *want;
} accepted[] = {
    { "scalar", "x\n", "<x>" },
    { "document marks", "---\na: 1\n...\n", "{<a>: <1>}" },
    { "byte-order mark",
      "\xef\xbb\xbf"
      "a: 1\n",
      "{<a>: <1>}" },
    { "byte-order mark is no column",
      "\xef\xbb\xbf"
      "a:\n b: c\n",
      "{<a>: {<b>: <c>}}" },
    { "CR LF", "a: 1\r\nb: 2\r\n", "{<a>: <1>, <b>: <2>}" },
    { "numbers and words stay text", "[1.0, 0x10, yes, ~, 010, 2026-01-01]",
      "[<1.0>, <0x10>, <yes>, <~>, <010>, <2026-01-01>]" },
    { "absent values", "a:\nb:\n", "{<a>: <>, <b>: <>}" },
    { "JSON", "{\"a\": [1, \"\\u00e9\"], \"b\": {}}", "{<a>: [<1>, <\xc3\xa9>], <b>: {}}" },
    { "literal", "a: |\n  x\n   y\n\n", "{<a>: <x\n y\n>}" },
    { "literal, stripped", "a: |-\n  x\n  y\n", "{<a>: <x\ny>}" },
    { "literal, kept", "a: |+\n  x\n\n", "{<a>: <x\n\n>}" },
    { "folded", "a: >\n  x\n  y\n", "{<a>: <x y\n>}" },
    { "quoted lines fold", "a: \"x\n  y\"\n", "{<a>: <x y>}" },
    { "single quotes", "a: 'it''s \\n'\n", "{<a>: <it's \\n>}" },
    { "comment is not text", "a: b # c\nd: e#f\n", "{<a>: <b>, <d>: <e#f>}" },
    { "alias of a scalar", "- &x 1\n- *x\n", "[<1>, <1>]" },
    { "alias as key", "- &x k\n- {*x : v}\n", "[<k>, {<k>: <v>}]" },
    { "anchor given again", "- &x 1\n- *x\n- &x 2\n- *x\n", "[<1>, <1>, <2>, <2>]" },
    { "alias of a collection", "a: &x {b: [1]}\nc: *x\n",
      "{<a>: {<b>: [<1>]}, <c>: {<b>: [<1>]}}" },
    { "merge", "a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\n  e: 4\n",
      "{<a>: {<b>: <1>, <c>: <2>}, <d>: {<b>: <1>, <c>: <3>, <e>: <4>}}" },
    { "merge behind the keys", "a: &x {b: 1, c: 2}\nd:\n  c: 3\n  <<: *x\n",
      "{<a>: {<b>: <1>, <c>: <2>}, <d>: {<c>: <3>, <b>: <1>}}" },
    { "merge of a list: the first wins", "<<: [{a: 1}, {a: 2, b: 2}]\n", "{<a>: <1>, <b>: <2>}" },
    { "merge of aliases", "- &x {a: 1}\n- &y {a: 2, b: 2}\n- {<<: [*y, *x], c: 3}\n",
      "[{<a>: <1>}, {<a>: <2>, <b>: <2>}, {<a>: <2>, <b>: <2>, <c>: <3>}]" },
    { "merge of a merge", "- &x {a: 1}\n- &y {<<: *x, b: 2}\n- {<<: *y}\n",
      "[{<a>: <1>}, {<a>: <1>, <b>: <2>}, {<a>: <1>, <b>: <2>}]" },
    { "merge is not deep", "- &x {a: {b: 1}}\n- {<<: *x, a: {c: 2}}\n",
      "[{<a>: {<b>: <1>}}, {<a>: {<c>: <2>}}]" },
    /* libfyaml 0.7.12 took the lines behind an empty block scalar for its text */
    { "empty literal", "a:\n  b: |\n  c: d\n", "{<a>: {<b>: <>, <c>: <d>}}" },
    { "empty folded, with marks", "a:\n  b: >-  # c\n  c: d\n", "{<a>: {<b>: <>, <c>: <d>}}" },
    { "empty literal in a list", "a:\n- |\n- b\n", "{<a>: [<>, <b>]}" },
    { "list closed at its key's column", "a:\n  b: [\n    c\n  ]\n", "{<a>: {<b>: [<c>]}}" },
    { "list left of its key", "a:\n  b: [\nc,\nd\n]\n", "{<a>: {<b>: [<c>, <d>]}}" },
    { "tab in a flow list", "a:\n  b: [\n\tc,\n\td ]\n", "{<a>: {<b>: [<c>, <d>]}}" },
    { "backslash before a slash", "\"\\\\/\"\n", "<\\/>" },
    { "question marks outside", "a: b?c\nd: [e]\nf: g?\nh: ['?']\n",
      "{<a>: <b?c>, <d>: [<e>], <f>: <g?>, <h>: [<?>]}" },
    { "zero and a lie", "- !!int 0\n- !!bool false\n- !!null null\n", "[<0>, <false>, <null>]" },
    { "core tags",
      "a: !!str 1\nb: !!int 20\nc: !!bool true\nd: !!null ~\ne: !!seq []\nf: !!map {}\n",
      "{<a>: <1>, <b>: <20>, <c>: <true>, <d>: <~>, <e>: [], <f>: {}}" },
};

Test(yaml, values)
{
    for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
        struct diag d = { 0 };
        struct yaml *y = NULL;
        struct buf out;

        buf_init(&out, 4096);
        cr_expect_eq(yaml_parse(&d, &y, accepted[i].text, strlen(accepted[i].text), "t"), OK,
                     "%s: %s", accepted[i].name, d.msg);
        if (y != NULL)
            write_node(&out, yaml_root(y));
        cr_expect_str_eq(buf_str(&out), accepted[i].want, "%s", accepted[i].name);
        buf_clear(&out);
        yaml_free(y);
    }
}

Test(yaml, positions_and_styles)
{
    struct yaml *y = parse("a: &x\n  b: 'q'\nc: *x\nd: !!str Zg==\ne:\nf: \"\"\ng: !!map {}\n"
                           "h: {<<: *x}\n");
    const struct yaml_node *root = yaml_root(y);
    const struct yaml_node *q = yaml_get(yaml_get(root, "a"), "b");
    const struct yaml_node *copy = yaml_get(yaml_get(root, "c"), "b");
    const struct yaml_node *merged = yaml_get(yaml_get(root, "h"), "b");

    cr_expect(q->line == 2 && q->column == 6 && !q->plain && !q->from_alias && q->tag == NULL);
    cr_expect(copy->line == 2 && copy->column == 6 && copy->from_alias);
    cr_expect(merged->from_alias && !yaml_get(root, "h")->from_alias);
    cr_expect(yaml_get(root, "c")->from_alias && !yaml_get(root, "a")->from_alias);
    cr_expect_str_eq(yaml_get(root, "d")->tag, "!!str");
    cr_expect(yaml_get(root, "d")->plain && !yaml_get(root, "d")->is_null);
    cr_expect(yaml_get(root, "e")->is_null && yaml_get(root, "e")->line == 5);
    cr_expect(!yaml_get(root, "f")->is_null && !yaml_get(root, "f")->plain);
    cr_expect_str_eq(yaml_get(root, "g")->tag, "!!map");
    cr_expect_null(yaml_get(root, "z"));
    cr_expect_eq(root->pairs[1].key->line, 3);
    cr_expect_eq(root->pairs[1].key->column, 1);
    yaml_free(y);
}

/* num times part, between before and after. */
static enum err parse_repeated(const char *before, size_t num, const char *part, const char *after)
{
    struct diag d = { 0 };
    struct yaml *y = NULL;
    struct buf b;
    enum err e = ERR_INTERNAL;

    buf_init(&b, 1 << 24);
    buf_add_str(&b, before);
    for (size_t i = 0; i < num; i++)
        buf_add_str(&b, part);
    buf_add_str(&b, after);
    e = yaml_parse(&d, &y, b.data, b.len, "t");
    cr_expect((e == OK) == (y != NULL), "%s", d.msg);
    yaml_free(y);
    buf_clear(&b);
    return e;
}

Test(yaml, limits)
{
    cr_expect_eq(parse_repeated("", LIMIT_YAML_BYTES + 1, "a", ""), ERR_LIMIT);
    /* the list itself is a node */
    cr_expect_eq(parse_repeated("[", LIMIT_YAML_NODES - 1, "a,", "]"), OK);
    cr_expect_eq(parse_repeated("[", LIMIT_YAML_NODES, "a,", "]"), ERR_LIMIT);
    cr_expect_eq(parse_repeated("", LIMIT_YAML_DEPTH - 1, "- ", "a"), OK);
    cr_expect_eq(parse_repeated("", LIMIT_YAML_DEPTH, "- ", "a"), ERR_LIMIT);
    cr_expect_eq(parse_repeated("", 100000, "[", ""), ERR_LIMIT);
    cr_expect_eq(parse_repeated("[", LIMIT_YAML_ANCHORS, "&a b,", "]"), OK);
    cr_expect_eq(parse_repeated("[", LIMIT_YAML_ANCHORS + 1, "&a b,", "]"), ERR_LIMIT);
}

static enum err parse_keys_between(const char *before, size_t num, const char *after)
{
    struct diag d = { 0 };
    struct yaml *y = NULL;
    struct buf b;
    enum err e = ERR_INTERNAL;

    buf_init(&b, 1 << 20);
    buf_addf(&b, "{%s", before);
    for (size_t i = 0; i < num; i++)
        buf_addf(&b, "k%zu: 1,", i);
    buf_addf(&b, "%s}", after);
    e = yaml_parse(&d, &y, b.data, b.len, "t");
    yaml_free(y);
    buf_clear(&b);
    return e;
}

static enum err parse_keys(size_t num, const char *after)
{
    return parse_keys_between("", num, after);
}

Test(yaml, limit_of_keys_counts_merged_ones)
{
    cr_expect_eq(parse_keys(LIMIT_YAML_MEMBERS, ""), OK);
    cr_expect_eq(parse_keys(LIMIT_YAML_MEMBERS + 1, ""), ERR_LIMIT);
    cr_expect_eq(parse_keys(LIMIT_YAML_MEMBERS - 2, "<<: {a: 1, b: 1}"), OK);
    cr_expect_eq(parse_keys(LIMIT_YAML_MEMBERS - 2, "<<: {a: 1, b: 1, c: 1}"), ERR_LIMIT);
    cr_expect_eq(parse_keys_between("<<: {a: 1, b: 1},", LIMIT_YAML_MEMBERS - 2, ""), OK);
    cr_expect_eq(parse_keys_between("<<: {a: 1, b: 1, c: 1},", LIMIT_YAML_MEMBERS - 2, ""),
                 ERR_LIMIT);
}

/* Ten references to ten references, and so on: expanded, it would have 10^9 nodes. */
Test(yaml, alias_bombs_are_refused)
{
    for (size_t form = 0; form < 2; form++) {
        struct diag d = { 0 };
        struct yaml *y = NULL;
        struct buf b;

        buf_init(&b, 65536);
        buf_add_str(&b, "a0: &a0 x\n");
        for (int i = 1; i < 10; i++) {
            int p = i - 1;

            if (form == 0)
                buf_addf(&b, "a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n", i,
                         i, p, p, p, p, p, p, p, p, p, p);
            else
                buf_addf(&b,
                         "a%d: &a%d {a: *a%d,b: *a%d,c: *a%d,d: *a%d,e: *a%d,f: *a%d,g: *a%d,"
                         "h: *a%d,i: *a%d,j: *a%d}\n",
                         i, i, p, p, p, p, p, p, p, p, p, p);
        }
        cr_expect_eq(yaml_parse(&d, &y, b.data, b.len, "t"), ERR_LIMIT, "%s", d.msg);
        cr_expect_not_null(strstr(d.msg, "aliases expanded"), "%s", d.msg);
        buf_clear(&b);
    }
}

/* Each alias hangs the one before one level deeper. */
Test(yaml, aliases_count_for_depth)
{
    struct diag d = { 0 };
    struct yaml *y = NULL;
    struct buf b;

    buf_init(&b, 65536);
    buf_add_str(&b, "a0: &a0 x\n");
    for (int i = 1; i <= LIMIT_YAML_DEPTH; i++)
        buf_addf(&b, "a%d: &a%d [*a%d]\n", i, i, i - 1);
    cr_expect_eq(yaml_parse(&d, &y, b.data, b.len, "t"), ERR_LIMIT, "%s", d.msg);
    cr_expect_not_null(strstr(d.msg, "levels"), "%s", d.msg);
    buf_clear(&b);
}

Test(yaml, readers)
{
    struct yaml *y =
        parse("n: 8453\nb: true\nq: \"true\"\nd: 36h\n\"null\": ~\nl: [1]\nbig: "
              "18446744073709551616\nz: \"0x0000000000000000000000000000000000000000\"\n"
              "t: !!int 5\n");
    const struct yaml_node *root = yaml_root(y);
    struct diag d = { 0 };
    uint64_t number = 0;
    struct address address;
    const char *text = NULL;
    bool flag = false;

    cr_expect(yaml_read_u64(&d, &number, y, yaml_get(root, "n")) == OK && number == 8453);
    cr_expect(yaml_read_bool(&d, &flag, y, yaml_get(root, "b")) == OK && flag);
    cr_expect(yaml_read_duration(&d, &number, y, yaml_get(root, "d")) == OK && number == 129600);
    cr_expect(yaml_read_text(&d, &text, y, yaml_get(root, "q")) == OK && strcmp(text, "true") == 0);
    cr_expect(yaml_read_bool(&d, &flag, y, yaml_get(root, "q")) == ERR_FORMAT && !flag);
    cr_expect_eq(yaml_read_text(&d, &text, y, yaml_get(root, "null")), ERR_FORMAT);
    cr_expect_str_eq(d.msg, "t:5:9: expected a text, found nothing");
    cr_expect_eq(yaml_read_text(&d, &text, y, yaml_get(root, "l")), ERR_FORMAT);
    cr_expect_eq(yaml_read_u64(&d, &number, y, yaml_get(root, "big")), ERR_FORMAT);
    cr_expect_eq(yaml_read_u64(&d, &number, y, yaml_get(root, "d")), ERR_FORMAT);
    cr_expect_eq(yaml_read_u64(&d, &number, y, yaml_get(root, "t")), ERR_FORMAT);
    cr_expect_eq(yaml_read_address(&d, &address, y, yaml_get(root, "z")), ERR_FORMAT);
    cr_expect_eq(yaml_check_sequence(&d, y, yaml_get(root, "l"), 1), OK);
    cr_expect_eq(yaml_check_sequence(&d, y, yaml_get(root, "l"), 0), ERR_LIMIT);
    cr_expect_eq(yaml_check_mapping(&d, y, yaml_get(root, "l")), ERR_FORMAT);
    yaml_free(y);
}

static const char document[] = "%YAML 1.2\n---\nbase: &b {image: 'a@b', list: [1, \"2\\n\"]}\n"
                               "app:\n  <<: *b\n  text: |\n    x\n    y\n  z: !!str ~\n";

Test(yaml, every_truncation_ends)
{
    for (size_t len = 0; len < sizeof(document); len++) {
        struct diag d = { 0 };
        struct yaml *y = NULL;
        enum err e = yaml_parse(&d, &y, document, len, "t");

        cr_expect((e == OK) == (y != NULL), "at %zu", len);
        cr_expect(e == OK || d.msg[0] != '\0', "at %zu", len);
        yaml_free(y);
    }
}

Test(yaml, every_bit_flip_ends)
{
    for (size_t bit = 0; bit < 8 * (sizeof(document) - 1); bit++) {
        char text[sizeof(document)];
        struct diag d = { 0 };
        struct yaml *y = NULL;
        enum err e = ERR_INTERNAL;

        memcpy(text, document, sizeof(text));
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
        e = yaml_parse(&d, &y, text, sizeof(text) - 1, "t");
        cr_expect((e == OK) == (y != NULL), "bit %zu", bit);
        yaml_free(y);
    }
}
