// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_ERR_H
#define BASE_ERR_H

/*
 * How functions fail.
 *
 * A fallible function that knows its subject takes `struct diag *d` first, returns `enum err`
 * and describes the failure once, at the point of failure. Callers may put their own subject in
 * front (diag_prefix), never re-word. Leaves (hex, reader, u256) return bool.
 *
 * A verdict is not an error: see verify/report.h.
 */

#define MUST_CHECK              __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))

/* One code per reaction of the caller; the details are words. */
enum err {
    OK = 0,
    ERR_USAGE,       /* the command line or an argument is wrong */
    ERR_IO,          /* a file, pipe or terminal could not be read or written */
    ERR_NOMEM,       /* out of memory */
    ERR_FORMAT,      /* bytes from outside are malformed */
    ERR_LIMIT,       /* over a limit of limits.h */
    ERR_NETWORK,     /* a peer did not answer, or not usably */
    ERR_DEVICE,      /* a hardware wallet did not answer, or not usably */
    ERR_REFUSED,     /* a person or a device said no */
    ERR_MISMATCH,    /* well-formed, but not what it claims to be */
    ERR_UNSUPPORTED, /* well-formed, but outside what this program knows */
    ERR_INTERNAL,    /* a bug; also the value every function starts from */
};

/*
 * One failure in words. msg and hint are raw: the terminal writer escapes them. All-zero is a
 * valid, empty diag. Texts that do not fit are cut at the end.
 */
struct diag {
    enum err code;
    char msg[1024];
    char hint[512];
};

/*
 * Record a failure and hand its code back: return diag_set(d, ERR_FORMAT, "bad 'to': …"). A macro,
 * so that compilers and analysers see which code comes back; code is evaluated twice.
 */
#define diag_set(d, code, ...) (diag_record((d), (code), __VA_ARGS__), (enum err)(code))
void diag_record(struct diag *d, enum err code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Put "<text>: " in front of the recorded message; returns the recorded code. */
enum err diag_prefix(struct diag *d, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* What to do next, in one sentence. */
void diag_hint(struct diag *d, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Process exit code: 0 yes, 1 no (ERR_MISMATCH), 3 refused (ERR_REFUSED), otherwise 2. */
int err_exit_code(enum err e);

/* Stable lower-case name for JSON ("format", "network", …). */
const char *err_name(enum err e);

#endif
