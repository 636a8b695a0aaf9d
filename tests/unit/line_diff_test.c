// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "src/base/limits.h"
#include "verify/line_diff.h"

#define LEN(table) (sizeof(table) / sizeof((table)[0]))
#define HEAD       "--- old t\n+++ new t\n"

/* As diff -U3 has them. */
static const struct {
    const char *name, *old, *now, *want;
} rows[] = {
    { "same", "a\nb\n", "a\nb\n", "" },
    { "both empty", "", "", "" },
    { "from nothing", "", "a\nb\n", HEAD "@@ -0,0 +1,2 @@\n+a\n+b\n" },
    { "to nothing", "a\n", "", HEAD "@@ -1,1 +0,0 @@\n-a\n" },
    { "one of three", "a\nb\nc\n", "a\nx\nc\n", HEAD "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n" },
    { "at the end", "a\n", "a\nb\n", HEAD "@@ -1,1 +1,2 @@\n a\n+b\n" },
    { "newline lost", "a\nb\n", "a\nb",
      HEAD "@@ -1,2 +1,2 @@\n a\n-b\n+b\n\\ No newline at end of file\n" },
    { "CR shown", "a\n", "a\r\n", HEAD "@@ -1,1 +1,1 @@\n-a\n+a\\x0d\n" },
    { "escape shown", "a\n", "\x1b[31m\n", HEAD "@@ -1,1 +1,1 @@\n-a\n+\\x1b[31m\n" },
    { "context of three", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n",
      HEAD "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n" },
    { "two hunks", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", "x\n2\n3\n4\n5\n6\n7\n8\n9\ny\n",
      HEAD "@@ -1,4 +1,4 @@\n-1\n+x\n 2\n 3\n 4\n@@ -7,4 +7,4 @@\n 7\n 8\n 9\n-10\n+y\n" },
    { "one hunk over six lines", "1\n2\n3\n4\n5\n6\n7\n8\n", "x\n2\n3\n4\n5\n6\n7\ny\n",
      HEAD "@@ -1,8 +1,8 @@\n-1\n+x\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+y\n" },
    { "a line moved in", "a\nb\nc\nd\n", "a\nc\nb\nd\n",
      HEAD "@@ -1,4 +1,4 @@\n a\n-b\n c\n+b\n d\n" },
};

Test(line_diff, unified)
{
    for (size_t i = 0; i < LEN(rows); i++) {
        struct diag d = { 0 };
        struct buf out;

        buf_init(&out, 65536);
        cr_expect_eq(line_diff(&d, &out, "t", rows[i].old, strlen(rows[i].old), rows[i].now,
                               strlen(rows[i].now)),
                     OK);
        cr_expect_str_eq(buf_str(&out), rows[i].want, "%s:\n%s", rows[i].name, buf_str(&out));
        buf_clear(&out);
    }
}

static size_t count(const char *text, const char *line_start)
{
    size_t n = 0;

    for (const char *p = strstr(text, line_start); p != NULL; p = strstr(p + 1, line_start))
        n++;
    return n;
}

/* Over the limit of edits, all lines are shown as removed and added: longer, and still true. */
Test(line_diff, too_many_edits)
{
    struct diag d = { 0 };
    struct buf old;
    struct buf now;
    struct buf out;

    buf_init(&old, 1 << 20);
    buf_init(&now, 1 << 20);
    buf_init(&out, 1 << 20);
    for (int i = 0; i < LIMIT_DIFF_EDITS + 1; i++) {
        buf_addf(&old, "a%d\nsame\n", i);
        buf_addf(&now, "b%d\nsame\n", i);
    }
    cr_expect_eq(line_diff(&d, &out, "t", buf_str(&old), old.len, buf_str(&now), now.len), OK);
    cr_expect_eq(count(buf_str(&out), "\n-a"), LIMIT_DIFF_EDITS + 1);
    cr_expect_eq(count(buf_str(&out), "\n+b"), LIMIT_DIFF_EDITS + 1);
    buf_clear(&old);
    buf_clear(&now);
    buf_clear(&out);
}
