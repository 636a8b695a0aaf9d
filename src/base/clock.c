// SPDX-License-Identifier: Apache-2.0
#include "src/base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/base/u256.h"

#define MINUTE_S 60
#define HOUR_S   (60 * MINUTE_S)
#define DAY_S    (24 * HOUR_S)
#define WEEK_S   (7 * DAY_S)

static bool decimal(uint64_t *out, const char *text, size_t text_len)
{
    struct u256 value;

    *out = 0;
    return u256_from_dec_len(&value, text, text_len) && u256_to_u64(&value, out);
}

static const char *override_text(void)
{
    return getenv("COUNTERSIGN_NOW");
}

enum err clock_check_override(struct diag *d)
{
    const char *text = override_text();
    uint64_t ignored = 0;

    if (text != NULL && !decimal(&ignored, text, strlen(text)))
        return diag_set(d, ERR_USAGE, "COUNTERSIGN_NOW: expected decimal seconds, found '%.32s'",
                        text);
    return OK;
}

uint64_t clock_now_s(void)
{
    const char *text = override_text();
    uint64_t now_s = 0;
    time_t now = time(NULL);

    if (text != NULL && decimal(&now_s, text, strlen(text)))
        return now_s;
    return now > 0 ? (uint64_t)now : 0;
}

struct clock_text clock_format_utc(uint64_t time_s)
{
    struct clock_text out;
    struct tm tm;
    time_t t = (time_t)time_s;

    if (time_s > INT64_MAX || gmtime_r(&t, &tm) == NULL ||
        strftime(out.s, sizeof(out.s), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        (void)snprintf(out.s, sizeof(out.s), "%" PRIu64 "s", time_s);
    return out;
}

/* Two or four digits at *at, then the character that must follow; moves *at behind both. */
static bool field(unsigned *out, const char **at, size_t num_digits, char follows)
{
    unsigned value = 0;

    for (size_t i = 0; i < num_digits; i++) {
        char c = (*at)[i];

        if (c < '0' || c > '9')
            return false;
        value = 10 * value + (unsigned)(c - '0');
    }
    if ((*at)[num_digits] != follows)
        return false;
    *at += num_digits + 1;
    *out = value;
    return true;
}

static bool is_leap(unsigned year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned days_in_month(unsigned year, unsigned month)
{
    static const unsigned days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

static bool parse_utc(uint64_t *out_s, const char *text)
{
    unsigned year, month, day, hour, minute, second;
    uint64_t days = 0;

    if (!field(&year, &text, 4, '-') || !field(&month, &text, 2, '-') ||
        !field(&day, &text, 2, 'T') || !field(&hour, &text, 2, ':') ||
        !field(&minute, &text, 2, ':') || !field(&second, &text, 2, 'Z') || *text != '\0')
        return false;
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) ||
        hour > 23 || minute > 59 || second > 59)
        return false;
    for (unsigned y = 1970; y < year; y++)
        days += is_leap(y) ? 366 : 365;
    for (unsigned m = 1; m < month; m++)
        days += days_in_month(year, m);
    *out_s = (days + day - 1) * DAY_S + hour * HOUR_S + minute * MINUTE_S + second;
    return true;
}

enum err clock_parse(struct diag *d, uint64_t *out_s, const char *text)
{
    if (decimal(out_s, text, strlen(text)) || parse_utc(out_s, text))
        return OK;
    return diag_set(
        d, ERR_FORMAT,
        "expected a time such as 2026-11-21T08:00:00Z or decimal seconds, found '%.64s'", text);
}

static uint64_t unit_s(char unit)
{
    switch (unit) {
    case 's':
        return 1;
    case 'm':
        return MINUTE_S;
    case 'h':
        return HOUR_S;
    case 'd':
        return DAY_S;
    case 'w':
        return WEEK_S;
    default:
        return 0;
    }
}

enum err duration_parse(struct diag *d, uint64_t *out_s, const char *text)
{
    size_t len = strlen(text);
    uint64_t unit = len > 0 ? unit_s(text[len - 1]) : 0;
    uint64_t count = 0;

    *out_s = 0;
    if (!decimal(&count, text, unit > 0 ? len - 1 : len))
        return diag_set(d, ERR_FORMAT,
                        "expected a duration such as 90s, 15m, 36h, 30d or 2w, found '%.64s'",
                        text);
    if (unit > 1 && count > UINT64_MAX / unit)
        return diag_set(d, ERR_FORMAT, "the duration '%.64s' is too long", text);
    *out_s = unit > 0 ? count * unit : count;
    return OK;
}

struct clock_text duration_format(uint64_t duration_s)
{
    static const struct {
        uint64_t unit_s;
        char letter;
    } parts[] = { { DAY_S, 'd' }, { HOUR_S, 'h' }, { MINUTE_S, 'm' }, { 1, 's' } };
    struct clock_text out = { "" };
    size_t used = 0;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        uint64_t count = duration_s / parts[i].unit_s;

        duration_s %= parts[i].unit_s;
        if (count > 0 || (parts[i].unit_s == 1 && used == 0))
            used += (size_t)snprintf(out.s + used, sizeof(out.s) - used, "%s%" PRIu64 "%c",
                                     used > 0 ? " " : "", count, parts[i].letter);
    }
    return out;
}
