// SPDX-License-Identifier: Apache-2.0
#include "src/base/term.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* What the command line said; the one state that belongs to the process as a whole. */
static struct {
    bool color;
    bool quiet;
} term;

static bool color_is_wanted(void)
{
    const char *no_color = getenv("NO_COLOR");
    const char *type = getenv("TERM");

    return isatty(STDOUT_FILENO) && (no_color == NULL || no_color[0] == '\0') &&
           (type == NULL || strcmp(type, "dumb") != 0);
}

void term_init(enum term_color color, bool quiet)
{
    term.color = color == TERM_ALWAYS || (color == TERM_AUTO && color_is_wanted());
    term.quiet = quiet;
}

bool term_is_quiet(void)
{
    return term.quiet;
}

void term_printf(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    /* a failure stays in the stream; term_finish reports it */
    (void)vfprintf(stdout, fmt, args);
    va_end(args);
}

void term_styled(enum term_style style, const char *fmt, ...)
{
    static const char *const codes[] = {
        [TERM_PLAIN] = "",         [TERM_BOLD] = "\x1b[1m", [TERM_DIM] = "\x1b[2m",
        [TERM_GREEN] = "\x1b[32m", [TERM_RED] = "\x1b[31m", [TERM_YELLOW] = "\x1b[33m",
    };
    bool colored = term.color && style != TERM_PLAIN;
    va_list args;

    va_start(args, fmt);
    if (colored)
        (void)fputs(codes[style], stdout);
    (void)vfprintf(stdout, fmt, args);
    if (colored)
        (void)fputs("\x1b[0m", stdout);
    va_end(args);
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c <= 0x7e && c != '\\';
}

static void write_escaped(FILE *f, const char *text, size_t text_len)
{
    for (size_t i = 0; i < text_len; i++) {
        unsigned char c = (unsigned char)text[i];

        if (is_plain(c))
            (void)fputc(c, f);
        else
            (void)fprintf(f, "\\x%02x", c);
    }
}

void term_untrusted(const char *text, size_t text_len)
{
    write_escaped(stdout, text, text_len);
}

/* --- lines that fit --------------------------------------------------------------------------- */

/* Narrower than this no layout helps. */
#define COLUMNS_MIN     40
#define COLUMNS_DEFAULT 80

size_t term_columns(void)
{
    struct winsize size = { 0 };

    if (!isatty(STDOUT_FILENO))
        return 0;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return COLUMNS_DEFAULT;
    return size.ws_col < COLUMNS_MIN ? 0 : size.ws_col;
}

/* Where to break a word that fits into no line: bytes for the rest of this one, 0 if none. */
static size_t break_inside(const char *word, size_t word_len, size_t room)
{
    for (size_t n = word_len < room ? word_len : room; n > 1; n--) {
        if (strchr("([,", word[n - 1]) != NULL || (n < word_len && word[n] == '@'))
            return n;
    }
    return 0;
}

void buf_add_wrapped(struct buf *out, size_t columns, size_t at, size_t indent, const char *text)
{
    size_t column = at;

    while (*text != '\0') {
        size_t spaces = strspn(text, " ");
        size_t len = strcspn(text + spaces, " ");
        size_t room = columns > column + spaces ? columns - column - spaces : 0;
        size_t n = len;

        if (columns > 0 && len > room && column + spaces > indent)
            n = indent + len <= columns ? 0 : break_inside(text + spaces, len, room);
        else if (columns > 0 && len > room && (n = break_inside(text + spaces, len, room)) == 0)
            n = len; /* nothing helps: the terminal breaks it */
        if (n > 0) {
            buf_addf(out, "%*s", (int)spaces, "");
            buf_add(out, text + spaces, n);
            column += spaces + n;
        }
        text += spaces + n;
        if (n < len) { /* a break takes the place of spaces */
            buf_addf(out, "\n%*s", (int)indent, "");
            column = indent;
        }
    }
}

void term_wrapped(size_t at, size_t indent, const char *text)
{
    struct buf lines;

    buf_init(&lines, 2 * strlen(text) + 4096);
    buf_add_wrapped(&lines, term_columns(), at, indent, text);
    (void)fputs(buf_ok(&lines) ? buf_str(&lines) : text, stdout);
    (void)fputc('\n', stdout);
    buf_clear(&lines);
}

void buf_add_untrusted(struct buf *out, const char *text, size_t text_len)
{
    for (size_t i = 0; i < text_len; i++) {
        unsigned char c = (unsigned char)text[i];

        if (is_plain(c))
            buf_add_u8(out, c);
        else
            buf_addf(out, "\\x%02x", c);
    }
}

void term_write(const void *data, size_t data_len)
{
    if (data_len > 0)
        (void)fwrite(data, 1, data_len, stdout);
}

enum err term_finish(struct diag *d)
{
    if (fflush(stdout) != 0 || ferror(stdout) != 0)
        return diag_set(d, ERR_IO, "cannot write to standard output: %s", strerror(errno));
    return OK;
}

/* --- standard error ------------------------------------------------------------------------ */

static void write_line(const char *label, const char *text)
{
    (void)fprintf(stderr, "countersign: %s: ", label);
    write_escaped(stderr, text, strlen(text));
    (void)fputc('\n', stderr);
}

/* Whole, however long: a list that is to be copied must not end in the middle. */
__attribute__((format(printf, 2, 0))) static void write_formatted(const char *label,
                                                                  const char *fmt, va_list args)
{
    va_list again;
    int len = 0;
    char *text = NULL;

    va_copy(again, args);
    len = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    text = len >= 0 ? malloc((size_t)len + 1) : NULL;
    if (text != NULL)
        (void)vsnprintf(text, (size_t)len + 1, fmt, args);
    (void)fflush(stdout);
    write_line(label, text != NULL ? text : "(out of memory)");
    free(text);
}

void term_error(const struct diag *d)
{
    (void)fflush(stdout);
    write_line("error", d->msg);
    if (d->hint[0] != '\0')
        write_line("hint", d->hint);
}

void term_hint(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    write_formatted("hint", fmt, args);
    va_end(args);
}

void term_notice(const char *text)
{
    (void)fflush(stdout);
    (void)fputs("countersign: ", stderr);
    write_escaped(stderr, text, strlen(text));
    (void)fputc('\n', stderr);
    (void)fflush(stderr);
}

void term_warning(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    write_formatted("warning", fmt, args);
    va_end(args);
}

/* --- questions ----------------------------------------------------------------------------- */

/* One line, without its newline. The rest of a line that does not fit is read and dropped. */
static enum err read_answer(struct diag *d, char *out, size_t out_len, FILE *tty)
{
    size_t len = 0;
    int c = fgetc(tty);

    if (c == EOF)
        return diag_set(d, ERR_REFUSED, "no answer was given");
    for (; c != '\n' && c != EOF; c = fgetc(tty)) {
        if (len < out_len)
            out[len++] = (char)c;
    }
    if (len == out_len) {
        out[0] = '\0';
        return diag_set(d, ERR_REFUSED, "the answer is longer than %zu characters", out_len - 1);
    }
    out[len] = '\0';
    return OK;
}

enum err term_ask_beside(struct diag *d, char *out, size_t out_len, const char *question)
{
    enum err e = ERR_INTERNAL;
    FILE *tty = NULL;
    int fd = -1;

    out[0] = '\0';
    if ((fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0)
        return diag_set(d, ERR_USAGE, "cannot ask: there is no terminal (%s)", strerror(errno));
    if ((tty = fdopen(fd, "r+")) == NULL) {
        (void)close(fd);
        return diag_set(d, ERR_NOMEM, "out of memory");
    }
    (void)fflush(stdout);
    /* a terminal cannot seek: reading and writing do not disturb each other */
    write_escaped(tty, question, strlen(question));
    (void)fflush(tty);
    e = read_answer(d, out, out_len, tty);
    (void)fclose(tty);
    return e;
}

enum err term_ask(struct diag *d, char *out, size_t out_len, const char *question)
{
    out[0] = '\0';
    if (!isatty(STDIN_FILENO))
        return diag_set(d, ERR_USAGE, "cannot ask: standard input is no terminal");
    return term_ask_beside(d, out, out_len, question);
}
