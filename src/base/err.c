// SPDX-License-Identifier: Apache-2.0
#include "src/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* vsnprintf that leaves an empty string if the format cannot be converted. */
static void PRINTF_LIKE(3, 0) print_text(char *out, size_t out_len, const char *fmt, va_list ap)
{
    if (vsnprintf(out, out_len, fmt, ap) < 0)
        out[0] = '\0';
}

void diag_record(struct diag *d, enum err code, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    print_text(d->msg, sizeof(d->msg), fmt, ap);
    va_end(ap);
    d->code = code;
}

enum err diag_prefix(struct diag *d, const char *fmt, ...)
{
    char msg[sizeof(d->msg)];
    size_t len = 0;
    size_t room = 0;
    va_list ap;

    va_start(ap, fmt);
    print_text(msg, sizeof(msg), fmt, ap);
    va_end(ap);
    len = strlen(msg);
    room = sizeof(msg) - len;
    (void)snprintf(msg + len, room, ": %.*s", (int)room, d->msg);
    memcpy(d->msg, msg, sizeof(msg));
    return d->code;
}

void diag_hint(struct diag *d, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    print_text(d->hint, sizeof(d->hint), fmt, ap);
    va_end(ap);
}

int err_exit_code(enum err e)
{
    switch (e) {
    case OK:
        return 0;
    case ERR_MISMATCH:
        return 1;
    case ERR_REFUSED:
        return 3;
    default:
        return 2;
    }
}

const char *err_name(enum err e)
{
    switch (e) {
    case OK:
        return "ok";
    case ERR_USAGE:
        return "usage";
    case ERR_IO:
        return "io";
    case ERR_NOMEM:
        return "nomem";
    case ERR_FORMAT:
        return "format";
    case ERR_LIMIT:
        return "limit";
    case ERR_NETWORK:
        return "network";
    case ERR_DEVICE:
        return "device";
    case ERR_REFUSED:
        return "refused";
    case ERR_MISMATCH:
        return "mismatch";
    case ERR_UNSUPPORTED:
        return "unsupported";
    case ERR_INTERNAL:
        break;
    }
    return "internal";
}
