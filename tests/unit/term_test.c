// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/term.h"

static const struct {
    const char *name;
    const char *text;
    size_t len;
    const char *want;
} escapes[] = {
    { "plain", "abc ~!", 6, "abc ~!" },
    { "backslash", "a\\x41", 5, "a\\x5cx41" },
    { "escape sequence", "\x1b[2J", 4, "\\x1b[2J" },
    { "line end", "a\r\nb", 4, "a\\x0d\\x0ab" },
    { "tab", "\t", 1, "\\x09" },
    { "DEL", "\x7f", 1, "\\x7f" },
    { "C1 control", "\x9b", 1, "\\x9b" },
    { "NUL", "a\0b", 3, "a\\x00b" },
    { "right-to-left override", "\xe2\x80\xae", 3, "\\xe2\\x80\\xae" },
    { "Cyrillic a", "\xd0\xb0", 2, "\\xd0\\xb0" },
    { "nothing", "", 0, "" },
};

Test(term, buf_add_untrusted)
{
    for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
        struct buf out;

        buf_init(&out, 256);
        buf_add_untrusted(&out, escapes[i].text, escapes[i].len);
        cr_expect_str_eq(buf_str(&out), escapes[i].want, "%s", escapes[i].name);
        buf_clear(&out);
    }
}

#define HASH16 "0x0123456789abcdef"

static const struct {
    const char *name;
    const char *text;
    size_t columns, at, indent;
    const char *want;
} lines[] = {
    { "no terminal", "one two three four", 0, 0, 2, "one two three four" },
    { "fits exactly", "one two", 7, 0, 2, "one two" },
    { "one column less", "one two", 6, 0, 2, "one\n  two" },
    { "behind a label", "one two", 10, 5, 3, "one\n   two" },
    { "first word does not fit behind the label", "seven77", 10, 5, 3, "\n   seven77" },
    { "several lines", "aa bb cc dd ee", 8, 0, 2, "aa bb cc\n  dd ee" },
    { "spaces inside a line stay", "a  b", 10, 0, 2, "a  b" },
    { "hash stays whole", "is " HASH16 " ok", 20, 0, 2, "is\n  " HASH16 "\n  ok" },
    { "word of any length", "is " HASH16, 10, 0, 2, "is\n  " HASH16 },
    { "behind a bracket", "f(" HASH16 ")", 20, 0, 1, "f(\n " HASH16 ")" },
    { "behind a comma", "f(0x01," HASH16 ")", 20, 0, 1, "f(0x01,\n " HASH16 ")" },
    { "before a digest", "of name:1@" HASH16, 20, 0, 1, "of name:1\n @" HASH16 },
    { "nothing", "", 20, 0, 2, "" },
};

Test(term, buf_add_wrapped)
{
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct buf out;

        buf_init(&out, 256);
        buf_add_wrapped(&out, lines[i].columns, lines[i].at, lines[i].indent, lines[i].text);
        cr_expect_str_eq(buf_str(&out), lines[i].want, "%s: %s", lines[i].name, buf_str(&out));
        buf_clear(&out);
    }
}

Test(term, wraps_nothing_where_there_is_no_terminal, .init = cr_redirect_stdout)
{
    struct diag d = { 0 };

    term_wrapped(30, 2, HASH16 " " HASH16 " " HASH16 " " HASH16 " " HASH16);
    cr_expect_eq(term_finish(&d), OK);
    cr_expect_stdout_eq_str(HASH16 " " HASH16 " " HASH16 " " HASH16 " " HASH16 "\n");
}

Test(term, writes_to_standard_output, .init = cr_redirect_stdout)
{
    struct diag d = { 0 };

    term_init(TERM_NEVER, true);
    term_printf("%d ", 1);
    term_untrusted("\x1b\\", 2);
    term_styled(TERM_RED, " %s ", "red");
    term_write("\x7f", 1);
    cr_expect_eq(term_finish(&d), OK);
    cr_expect(term_is_quiet());
    cr_expect_stdout_eq_str("1 \\x1b\\x5c red \x7f");
}

Test(term, colors_when_asked, .init = cr_redirect_stdout)
{
    term_init(TERM_ALWAYS, false);
    term_styled(TERM_GREEN, "yes");
    term_styled(TERM_PLAIN, "-");
    (void)fflush(stdout);
    cr_expect_not(term_is_quiet());
    cr_expect_stdout_eq_str("\x1b[32myes\x1b[0m-");
}

Test(term, auto_is_plain_without_a_terminal, .init = cr_redirect_stdout)
{
    term_init(TERM_AUTO, false);
    term_styled(TERM_BOLD, "yes");
    (void)fflush(stdout);
    cr_expect_stdout_eq_str("yes");
}

Test(term, errors_are_escaped, .init = cr_redirect_stderr)
{
    struct diag d = { 0 };

    (void)diag_set(&d, ERR_FORMAT, "bad 'to': \x1b[31m\n");
    diag_hint(&d, "try \xd0\xb0");
    term_error(&d);
    term_hint("look at %s", "\r");
    term_warning("%s", "\x07");
    term_notice("confirm %s on 'a\nb'");
    cr_expect_stderr_eq_str("countersign: error: bad 'to': \\x1b[31m\\x0a\n"
                            "countersign: hint: try \\xd0\\xb0\n"
                            "countersign: hint: look at \\x0d\n"
                            "countersign: warning: \\x07\n"
                            "countersign: confirm %s on 'a\\x0ab'\n");
}

Test(term, error_without_hint, .init = cr_redirect_stderr)
{
    struct diag d = { 0 };

    (void)diag_set(&d, ERR_FORMAT, "plain");
    term_error(&d);
    cr_expect_stderr_eq_str("countersign: error: plain\n");
}

Test(term, a_full_disk_is_an_error)
{
    struct diag d = { 0 };

    cr_assert_not_null(freopen("/dev/full", "w", stdout));
    term_printf("lost");
    cr_expect_eq(term_finish(&d), ERR_IO);
}

Test(term, ask_needs_a_terminal)
{
    struct diag d = { 0 };
    char answer[8] = "before";

    cr_assert_not_null(freopen("/dev/null", "r", stdin));
    cr_expect_eq(term_ask(&d, answer, sizeof(answer), "really? "), ERR_USAGE);
    cr_expect_str_eq(answer, "");
}
