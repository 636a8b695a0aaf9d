// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdlib.h>

#include "src/base/clock.h"

/* Expected values: GNU date -u -d @N. */
static const struct {
    const char *name;
    uint64_t time_s;
    const char *text;
} times[] = {
    { "epoch", 0, "1970-01-01T00:00:00Z" },
    { "billion", 1000000000, "2001-09-09T01:46:40Z" },
    { "leap day", 951782400, "2000-02-29T00:00:00Z" },
    { "after leap day", 951868800, "2000-03-01T00:00:00Z" },
    { "end of year", 1735689599, "2024-12-31T23:59:59Z" },
    { "this project", 1795248000, "2026-11-21T08:00:00Z" },
    { "2100 is no leap year", 4107542400, "2100-03-01T00:00:00Z" },
    { "last", 253402300799, "9999-12-31T23:59:59Z" },
};

Test(clock, formats_and_parses)
{
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        struct diag d = { 0 };
        uint64_t time_s = 1;

        cr_expect_str_eq(clock_format_utc(times[i].time_s).s, times[i].text, "%s", times[i].name);
        cr_expect_eq(clock_parse(&d, &time_s, times[i].text), OK, "%s: %s", times[i].name, d.msg);
        cr_expect_eq(time_s, times[i].time_s, "%s", times[i].name);
    }
}

Test(clock, formats_what_is_no_date)
{
    cr_expect_str_eq(clock_format_utc(UINT64_MAX).s, "18446744073709551615s");
}

static const char *const not_times[] = {
    "",
    " 1",
    "+1",
    "01",
    "1.5",
    "0x10",
    "18446744073709551616",
    "2026-11-21",
    "2026-11-21T08:00:00",
    "2026-11-21T08:00:00z",
    "2026-11-21 08:00:00Z",
    "2026-11-21T08:00:00+00:00",
    "2026-11-21T08:00:00.000Z",
    "2026-11-21T08:00:00Z ",
    "2026-1-21T08:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-02-29T00:00:00Z",
    "2100-02-29T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "2026-04-00T00:00:00Z",
    "2026-04-01T24:00:00Z",
    "2026-04-01T00:60:00Z",
    "2026-04-01T00:00:60Z",
    "1969-12-31T23:59:59Z",
    "12026-04-01T00:00:00Z",
};

Test(clock, refuses_what_is_no_time)
{
    for (size_t i = 0; i < sizeof(not_times) / sizeof(not_times[0]); i++) {
        struct diag d = { 0 };
        uint64_t time_s = 1;

        cr_expect_eq(clock_parse(&d, &time_s, not_times[i]), ERR_FORMAT, "'%s'", not_times[i]);
        cr_expect_eq(time_s, 0, "'%s'", not_times[i]);
    }
}

static const struct {
    const char *text;
    enum err want;
    uint64_t duration_s;
} durations[] = {
    { "", ERR_FORMAT, 0 },
    { "d", ERR_FORMAT, 0 },
    { "-1d", ERR_FORMAT, 0 },
    { "1.5h", ERR_FORMAT, 0 },
    { "1 h", ERR_FORMAT, 0 },
    { "1h30m", ERR_FORMAT, 0 },
    { "1y", ERR_FORMAT, 0 },
    { "1H", ERR_FORMAT, 0 },
    { "01d", ERR_FORMAT, 0 },
    { "30500568904944w", ERR_FORMAT, 0 }, /* first over 2^64 - 1 seconds */
    { "18446744073709551616", ERR_FORMAT, 0 },
    { "0", OK, 0 },
    { "0d", OK, 0 },
    { "90s", OK, 90 },
    { "15m", OK, 900 },
    { "36h", OK, 129600 },
    { "30d", OK, 2592000 },
    { "2w", OK, 1209600 },
    { "172800", OK, 172800 },
    { "30500568904943w", OK, 18446744073709526400ULL },
    { "18446744073709551615", OK, UINT64_MAX },
};

Test(clock, parses_durations)
{
    for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
        struct diag d = { 0 };
        uint64_t duration_s = 1;
        enum err e = duration_parse(&d, &duration_s, durations[i].text);

        cr_expect_eq(e, durations[i].want, "'%s': got %d", durations[i].text, (int)e);
        cr_expect_eq(duration_s, durations[i].duration_s, "'%s'", durations[i].text);
    }
}

Test(clock, formats_durations)
{
    cr_expect_str_eq(duration_format(0).s, "0s");
    cr_expect_str_eq(duration_format(59).s, "59s");
    cr_expect_str_eq(duration_format(3600).s, "1h");
    cr_expect_str_eq(duration_format(183845).s, "2d 3h 4m 5s");
    cr_expect_str_eq(duration_format(172800).s, "2d");
    cr_expect_str_eq(duration_format(86401).s, "1d 1s");
    cr_expect_str_eq(duration_format(UINT64_MAX).s, "213503982334601d 7h 15s");
}

Test(clock, environment_overrides_the_clock)
{
    struct diag d = { 0 };

    (void)setenv("COUNTERSIGN_NOW", "1234567890", 1);
    cr_expect_eq(clock_now_s(), 1234567890);
    cr_expect_eq(clock_check_override(&d), OK);
    (void)setenv("COUNTERSIGN_NOW", "yesterday", 1);
    cr_expect_eq(clock_check_override(&d), ERR_USAGE);
    (void)unsetenv("COUNTERSIGN_NOW");
    cr_expect_eq(clock_check_override(&d), OK);
    cr_expect_gt(clock_now_s(), 1700000000);
}
