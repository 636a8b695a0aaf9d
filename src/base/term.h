// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_TERM_H
#define BASE_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "src/base/bytes.h"

/*
 * The only writer. stdout is the answer, stderr is for errors and hints.
 *
 * Text from outside goes through term_untrusted or buf_add_untrusted: everything but printable
 * ASCII (0x20 to 0x7e), and the backslash, becomes \xNN, so that escape codes, bidirectional marks
 * and look-alike letters show as what they are. Formats are ours, so term_printf is for values
 * that we made: numbers, hashes, addresses, escaped text.
 */

enum term_color { TERM_AUTO, TERM_ALWAYS, TERM_NEVER };
/* Colour only if stdout is a terminal, NO_COLOR is unset or empty and TERM is not "dumb". */
void term_init(enum term_color color, bool quiet);

enum term_style { TERM_PLAIN, TERM_BOLD, TERM_DIM, TERM_GREEN, TERM_RED, TERM_YELLOW };

void term_printf(const char *fmt, ...) PRINTF_LIKE(1, 2);
void term_styled(enum term_style style, const char *fmt, ...) PRINTF_LIKE(2, 3);
void term_untrusted(const char *text, size_t text_len);
/*
 * Text that we made or escaped, and a newline. On a terminal it is broken at spaces to fit, with
 * `indent` columns in front of further lines; `at` is the column where it begins. A word that no
 * line can hold is broken behind '(', '[' and ',' or before '@', so that a hash stays whole where
 * the width allows it. Elsewhere (a file, a pipe) it is one line.
 */
void term_wrapped(size_t at, size_t indent, const char *text);
/* The same into a buffer, without the newline; columns 0: one line. */
void buf_add_wrapped(struct buf *out, size_t columns, size_t at, size_t indent, const char *text);
/* Width of the terminal that stdout is; 0 if it is none. */
size_t term_columns(void);
/* The bytes of a document that is already safe to show (JSON we wrote, calldata). */
void term_write(const void *data, size_t data_len);
/* Flush stdout; ERR_IO if anything could not be written. */
MUST_CHECK enum err term_finish(struct diag *d);
/* True if --quiet asked for the verdict alone. */
bool term_is_quiet(void);

/* "countersign: error: …" and "countersign: hint: …" on stderr, escaped. */
void term_error(const struct diag *d);
void term_hint(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* "countersign: …": what the person should do now; shown at once, also with --quiet. */
void term_notice(const char *text);
/* "countersign: warning: …" */
void term_warning(const char *fmt, ...) PRINTF_LIKE(1, 2);

void buf_add_untrusted(struct buf *out, const char *text, size_t text_len);

/*
 * Ask on the controlling terminal and read one line (without its newline) into out[out_len].
 * ERR_USAGE if stdin is no terminal, ERR_REFUSED on end of input.
 */
MUST_CHECK enum err term_ask(struct diag *d, char *out, size_t out_len, const char *question);
/* The same where standard input is for something else. */
MUST_CHECK enum err term_ask_beside(struct diag *d, char *out, size_t out_len,
                                    const char *question);

#endif
