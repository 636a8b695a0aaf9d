// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/err.h"

/* Time as seconds since 1970-01-01 00:00 UTC, and as text. */

/* The system's clock; COUNTERSIGN_NOW (decimal seconds) overrides it, for tests and audits. */
uint64_t clock_now_s(void);
/* ERR_USAGE if COUNTERSIGN_NOW is set to anything else; main asks once, before any verb runs. */
MUST_CHECK enum err clock_check_override(struct diag *d);

struct clock_text {
    char s[32];
};
/* "2026-11-21T08:00:00Z" */
struct clock_text clock_format_utc(uint64_t time_s);
/* The inverse, exactly that form, or decimal seconds. */
MUST_CHECK enum err clock_parse(struct diag *d, uint64_t *out_s, const char *text);

/* "36h", "90s", "15m", "30d", "2w" or plain seconds. */
MUST_CHECK enum err duration_parse(struct diag *d, uint64_t *out_s, const char *text);
/* "2d 3h 4m 5s", zero parts left out; "0s". */
struct clock_text duration_format(uint64_t duration_s);

#endif
