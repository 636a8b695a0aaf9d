// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "src/base/limits.h"
#include "verify/git_object.h"

#define LEN(table) (sizeof(table) / sizeof((table)[0]))

#define HEX    "0123456789abcdef0123456789abcdef01234567"
#define TREE   "tree " HEX "\n"
#define PARENT "parent " HEX "\n"
#define AUTHOR "author Ann <ann@example.org> 1700000000 +0100\n"
#define COMMIT "committer Ben <ben@example.org> 1700000100 -0330\n"

static const struct {
    const char *name, *text;
    enum err want;
} commits[] = {
    { "empty", "", ERR_FORMAT },
    { "no tree", AUTHOR COMMIT "\n", ERR_FORMAT },
    { "tree second", PARENT TREE AUTHOR COMMIT "\n", ERR_FORMAT },
    { "two trees", TREE TREE AUTHOR COMMIT "\n", ERR_FORMAT },
    { "tree behind committer", TREE AUTHOR COMMIT TREE "\n", ERR_FORMAT },
    { "parent behind author", TREE AUTHOR PARENT COMMIT "\n", ERR_FORMAT },
    { "parent behind committer", TREE AUTHOR COMMIT PARENT "\n", ERR_FORMAT },
    { "two authors", TREE AUTHOR AUTHOR COMMIT "\n", ERR_FORMAT },
    { "two committers", TREE AUTHOR COMMIT COMMIT "\n", ERR_FORMAT },
    { "no author", TREE COMMIT "\n", ERR_FORMAT },
    { "no committer", TREE AUTHOR "\n", ERR_FORMAT },
    { "no empty line", TREE AUTHOR COMMIT, ERR_FORMAT },
    { "header not ended", TREE AUTHOR COMMIT "encoding x", ERR_FORMAT },
    { "capital id", "tree 0123456789ABCDEF0123456789abcdef01234567\n" AUTHOR COMMIT "\n",
      ERR_FORMAT },
    { "id cut short", "tree 0123456789abcdef0123456789abcdef0123456\n" AUTHOR COMMIT "\n",
      ERR_FORMAT },
    { "id too long", "tree " HEX "0\n" AUTHOR COMMIT "\n", ERR_FORMAT },
    { "CR behind the id", "tree " HEX "\r\n" AUTHOR COMMIT "\n", ERR_FORMAT },
    { "two spaces", "tree  " HEX "\n" AUTHOR COMMIT "\n", ERR_FORMAT },
    { "bad parent", TREE "parent " HEX " \n" AUTHOR COMMIT "\n", ERR_FORMAT },
    { "no mail", TREE "author Ann 1700000000 +0100\n" COMMIT "\n", ERR_FORMAT },
    { "no time", TREE AUTHOR "committer Ben <b> +0000\n\n", ERR_FORMAT },
    { "no zone", TREE AUTHOR "committer Ben <b> 1700000000\n\n", ERR_FORMAT },
    { "negative time", TREE AUTHOR "committer Ben <b> -1 +0000\n\n", ERR_FORMAT },
    { "leading zero", TREE AUTHOR "committer Ben <b> 01700000000 +0000\n\n", ERR_FORMAT },
    { "hex time", TREE AUTHOR "committer Ben <b> 0x65 +0000\n\n", ERR_FORMAT },
    { "time over 64 bits", TREE AUTHOR "committer Ben <b> 18446744073709551616 +0000\n\n",
      ERR_FORMAT },
    { "zone without sign", TREE AUTHOR "committer Ben <b> 1700000000 00000\n\n", ERR_FORMAT },
    { "zone of words", TREE AUTHOR "committer Ben <b> 1700000000 +UTC0\n\n", ERR_FORMAT },
    { "two times", TREE AUTHOR "committer Ben <b> 1 2 +0000\n\n", ERR_FORMAT },
    { "root commit", TREE AUTHOR COMMIT "\n", OK },
    { "message", TREE PARENT AUTHOR COMMIT "\ntree x\nparent y\n", OK },
    { "merge", TREE PARENT PARENT PARENT AUTHOR COMMIT "\nm", OK },
    { "signature", TREE AUTHOR COMMIT "gpgsig -----BEGIN\n abc\n \n -----END\n\nmessage\n", OK },
    { "encoding", TREE AUTHOR COMMIT "encoding ISO-8859-1\n\n\xe4\n", OK },
    { "angle brackets in the name", TREE AUTHOR "committer a > <b> 1700000100 +0000\n\n", OK },
};

Test(git_object, commits)
{
    for (size_t i = 0; i < LEN(commits); i++) {
        struct diag d = { 0 };
        struct gitobj_commit c;
        enum err e =
            gitobj_commit_parse(&d, &c, (const uint8_t *)commits[i].text, strlen(commits[i].text));

        cr_expect_eq(e, commits[i].want, "%s: got %d (%s)", commits[i].name, (int)e, d.msg);
        if (e == OK) {
            cr_expect_str_eq(gitobj_id_format(&c.tree).s, HEX, "%s", commits[i].name);
            cr_expect_eq(c.time_s, 1700000100, "%s", commits[i].name);
        } else {
            cr_expect_eq(c.time_s, 0, "%s", commits[i].name);
        }
    }
}

Test(git_object, a_nul_among_the_headers)
{
    static const char text[] = TREE AUTHOR COMMIT "x \0y\n\nmessage";
    static const char name[] = TREE "author A\0nn <a> 1700000000 +0000\n" COMMIT "\n";
    static const char message[] = TREE AUTHOR COMMIT "\nmess\0age";
    struct diag d = { 0 };
    struct gitobj_commit c;

    cr_expect_eq(gitobj_commit_parse(&d, &c, (const uint8_t *)text, sizeof(text) - 1), ERR_FORMAT);
    cr_expect_eq(gitobj_commit_parse(&d, &c, (const uint8_t *)name, sizeof(name) - 1), ERR_FORMAT);
    cr_expect_eq(gitobj_commit_parse(&d, &c, (const uint8_t *)message, sizeof(message) - 1), OK);
}

Test(git_object, commit_truncations)
{
    static const char text[] = TREE PARENT AUTHOR COMMIT "\n";

    for (size_t len = 0; len < sizeof(text) - 1; len++) {
        struct diag d = { 0 };
        struct gitobj_commit c;

        cr_expect_eq(gitobj_commit_parse(&d, &c, (const uint8_t *)text, len), ERR_FORMAT, "%zu",
                     len);
    }
}

#define ID          "AAAAAAAAAAAAAAAAAAAA"
#define ID_B        "BBBBBBBBBBBBBBBBBBBB"
#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1

static const struct {
    const char *name;
    const uint8_t *data;
    size_t data_len;
    const char *find;
    enum err want;
    enum gitobj_mode mode;
} trees[] = {
    { "no NUL", BYTES("100644 a"), "a", ERR_FORMAT, 0 },
    { "id cut short", BYTES("100644 a\0AAAAAAAAAAAAAAAAAAA"), "a", ERR_FORMAT, 0 },
    { "one byte behind", BYTES("100644 a\0" ID "x"), "a", ERR_FORMAT, 0 },
    { "no mode", BYTES(" a\0" ID), "a", ERR_FORMAT, 0 },
    { "mode with a zero in front", BYTES("0100644 a\0" ID), "a", ERR_FORMAT, 0 },
    { "tree mode with a zero", BYTES("040000 a\0" ID), "a", ERR_FORMAT, 0 },
    { "group-writable, as git wrote once", BYTES("100664 a\0" ID), "a", OK, GITOBJ_MODE_FILE },
    { "twice, two modes of a file", BYTES("100644 a\0" ID "100664 a\0" ID_B), "a", ERR_FORMAT, 0 },
    { "another mode", BYTES("100640 a\0" ID), "a", ERR_FORMAT, 0 },
    { "setuid", BYTES("104755 a\0" ID), "a", ERR_FORMAT, 0 },
    { "a device", BYTES("60000 a\0" ID), "a", ERR_FORMAT, 0 },
    { "tab", BYTES("100644\ta\0" ID), "a", ERR_FORMAT, 0 },
    { "empty name", BYTES("100644 \0" ID), "a", ERR_FORMAT, 0 },
    { "dot", BYTES("40000 .\0" ID), "a", ERR_FORMAT, 0 },
    { "dot dot", BYTES("40000 ..\0" ID), "a", ERR_FORMAT, 0 },
    { ".git", BYTES("40000 .git\0" ID), "a", ERR_FORMAT, 0 },
    { ".Git", BYTES("40000 .GiT\0" ID), "a", ERR_FORMAT, 0 },
    { "slash", BYTES("100644 a/b\0" ID), "a/b", ERR_FORMAT, 0 },
    { "unsorted", BYTES("100644 b\0" ID "100644 a\0" ID), "a", ERR_FORMAT, 0 },
    { "twice", BYTES("100644 a\0" ID "100644 a\0" ID_B), "a", ERR_FORMAT, 0 },
    { "twice, two modes", BYTES("100644 a\0" ID "100755 a\0" ID_B), "a", ERR_FORMAT, 0 },
    { "file and tree", BYTES("100644 a\0" ID "40000 a\0" ID_B), "a", ERR_FORMAT, 0 },
    { "file and tree, apart", BYTES("100644 a\0" ID "100644 a.b\0" ID "40000 a\0" ID_B), "a",
      ERR_FORMAT, 0 },
    { "tree sorted as a file", BYTES("40000 a\0" ID "100644 a.b\0" ID), "a", ERR_FORMAT, 0 },
    { "file sorted as a tree", BYTES("100644 a-b\0" ID "100644 a\0" ID), "a", ERR_FORMAT, 0 },
    { "bytes over 127 are unsigned", BYTES("100644 \xff\0" ID "100644 a\0" ID), "a", ERR_FORMAT,
      0 },
    { "malformed behind the one", BYTES("100644 a\0" ID "100644 b"), "a", ERR_FORMAT, 0 },
    { "empty tree", BYTES(""), "a", OK, GITOBJ_MODE_NONE },
    { "absent", BYTES("100644 a\0" ID), "b", OK, GITOBJ_MODE_NONE },
    { "prefix", BYTES("100644 ab\0" ID), "a", OK, GITOBJ_MODE_NONE },
    { "longer", BYTES("100644 a\0" ID), "ab", OK, GITOBJ_MODE_NONE },
    { "file", BYTES("100644 a\0" ID), "a", OK, GITOBJ_MODE_FILE },
    { "executable", BYTES("100755 a\0" ID), "a", OK, GITOBJ_MODE_EXECUTABLE },
    { "link", BYTES("120000 a\0" ID), "a", OK, GITOBJ_MODE_LINK },
    { "submodule", BYTES("160000 a\0" ID), "a", OK, GITOBJ_MODE_SUBMODULE },
    { "tree", BYTES("40000 a\0" ID), "a", OK, GITOBJ_MODE_TREE },
    { "git's order",
      BYTES("100644 a-b\0" ID_B "100644 a.b\0" ID_B "40000 a\0" ID "100644 a0\0" ID_B), "a", OK,
      GITOBJ_MODE_TREE },
    { "names with spaces and bytes over 127",
      BYTES("100644  a\0" ID_B "100644 .gitignore\0" ID_B "100644 a\0" ID "100644 \xff\0" ID_B),
      "a", OK, GITOBJ_MODE_FILE },
};

Test(git_object, trees)
{
    for (size_t i = 0; i < LEN(trees); i++) {
        struct diag d = { 0 };
        struct gitobj_entry entry;
        enum err e = gitobj_tree_find(&d, &entry, 20, trees[i].data, trees[i].data_len,
                                      trees[i].find, strlen(trees[i].find));

        cr_expect_eq(e, trees[i].want, "%s: got %d (%s)", trees[i].name, (int)e, d.msg);
        cr_expect_eq(entry.mode, trees[i].mode, "%s: mode %d", trees[i].name, (int)entry.mode);
        if (entry.mode != GITOBJ_MODE_NONE)
            cr_expect_eq(memcmp(entry.id.b, ID, GITOBJ_SHA1_LEN), 0, "%s", trees[i].name);
    }
}

Test(git_object, paths)
{
    static const char *const bad[] = { "",     "/",    "/a",   "a/",     "a//b",     ".",
                                       "..",   "./a",  "a/.",  "a/../b", ".git",     "a/.GIT/b",
                                       "a\tb", "a\nb", "\x7f", "\xff",   "\xc2\x9b", "a\300\257b" };
    static const char *const fine[] = { "a",   "a/b",      ".gitignore", ".github/x",
                                        "a b", "\xc3\xa4", "..." };
    char deep[2 * LIMIT_GIT_PATH_DEPTH + 2];
    struct diag d = { 0 };

    for (size_t i = 0; i < LEN(bad); i++)
        cr_expect_eq(gitobj_path_check(&d, bad[i]), ERR_USAGE, "'%s'", bad[i]);
    for (size_t i = 0; i < LEN(fine); i++)
        cr_expect_eq(gitobj_path_check(&d, fine[i]), OK, "'%s'", fine[i]);
    for (size_t i = 0; i < sizeof(deep); i++)
        deep[i] = i % 2 == 0 ? 'a' : '/';
    deep[2 * LIMIT_GIT_PATH_DEPTH + 1] = '\0';
    cr_expect_eq(gitobj_path_check(&d, deep), ERR_LIMIT);
    deep[2 * LIMIT_GIT_PATH_DEPTH - 1] = '\0';
    cr_expect_eq(gitobj_path_check(&d, deep), OK);
}

/* Ids by "git hash-object -t <type> --stdin". */
Test(git_object, ids)
{
    static const struct {
        enum gitobj_type type;
        const char *text, *id;
    } rows[] = {
        { GITOBJ_BLOB, "", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391" },
        { GITOBJ_BLOB, "top\n", "bf1a1fdefa3c7f4b0180a75a951e9574662a8bc8" },
        { GITOBJ_TREE, "", "4b825dc642cb6eb9a060e54bf8d69288fbee4904" },
        { GITOBJ_COMMIT, TREE AUTHOR COMMIT "\nm\n", "06b0dc9049446a3bf02cc2130e97d39965a3b2e4" },
    };

    for (size_t i = 0; i < LEN(rows); i++) {
        struct diag d = { 0 };
        struct gitobj_id id;

        cr_assert_eq(gitobj_hash(&d, &id, 20, rows[i].type, (const uint8_t *)rows[i].text,
                                 strlen(rows[i].text)),
                     OK, "%s", d.msg);
        cr_expect_str_eq(gitobj_id_format(&id).s, rows[i].id);
    }
}
