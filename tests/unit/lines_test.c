// SPDX-License-Identifier: Apache-2.0
#include "src/base/lines.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/limits.h"

static void open_text(struct line_reader *r, const char *text, size_t text_len)
{
    struct diag d = { 0 };
    char path[] = "/tmp/lines_test.XXXXXX";
    FILE *f = NULL;

    f = fdopen(mkstemp(path), "w");
    cr_assert_not_null(f);
    cr_assert_eq(fwrite(text, 1, text_len, f), text_len);
    cr_assert_eq(fclose(f), 0);
    cr_assert_eq(line_reader_open(&d, r, path), OK, "%s", d.msg);
    cr_assert_eq(unlink(path), 0);
}

Test(lines, splits)
{
    static const struct {
        const char *name;
        const char *text;
        const char *want; /* each line between brackets */
    } cases[] = {
        { "nothing", "", "" },
        { "one", "a\n", "[a]" },
        { "without its end", "a", "[a]" },
        { "two", "a\nbc\n", "[a][bc]" },
        { "empty lines count", "\n\na\n\n", "[][][a][]" },
        { "carriage return stays", "a\r\nb", "[a\r][b]" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };
        struct line_reader r;
        char got[100] = "";
        const char *line = NULL;
        size_t line_len = 0;

        open_text(&r, cases[i].text, strlen(cases[i].text));
        while (line_reader_next(&d, &r, &line, &line_len) == OK && line != NULL)
            (void)snprintf(got + strlen(got), sizeof(got) - strlen(got), "[%.*s]", (int)line_len,
                           line);
        cr_expect_str_eq(got, cases[i].want, "%s: %s", cases[i].name, d.msg);
        line_reader_clear(&r);
    }
}

/* Longer than the buffer: refused, and the lines around it are still read. */
Test(lines, too_long)
{
    static const size_t lengths[] = { LIMIT_LINE_BYTES, LIMIT_LINE_BYTES + 1,
                                      3 * LIMIT_LINE_BYTES };

    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct diag d = { 0 };
        struct line_reader r;
        const char *line = NULL;
        size_t line_len = 0;
        char *text = malloc(lengths[i] + 4);

        cr_assert_not_null(text);
        memset(text, 'x', lengths[i] + 4);
        memcpy(text, "a\n", 2);
        memcpy(text + 2 + lengths[i], "\nb", 2);
        open_text(&r, text, lengths[i] + 4);
        cr_expect_eq(line_reader_next(&d, &r, &line, &line_len), OK);
        cr_expect(line_len == 1 && line[0] == 'a');
        cr_expect_eq(line_reader_next(&d, &r, &line, &line_len),
                     lengths[i] > LIMIT_LINE_BYTES ? ERR_LIMIT : OK, "%zu", lengths[i]);
        cr_expect_eq(line_reader_next(&d, &r, &line, &line_len), OK);
        cr_expect(line_len == 1 && line[0] == 'b', "%zu", lengths[i]);
        cr_expect_eq(line_reader_next(&d, &r, &line, &line_len), OK);
        cr_expect_null(line);
        line_reader_clear(&r);
        free(text);
    }
}

Test(lines, no_such_file)
{
    struct diag d = { 0 };
    struct line_reader r;

    cr_expect_eq(line_reader_open(&d, &r, "/no/such/file"), ERR_IO);
    cr_expect(strstr(d.msg, "/no/such/file") != NULL);
    line_reader_clear(&r);
}
