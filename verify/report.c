// SPDX-License-Identifier: Apache-2.0
#include "verify/report.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/term.h"

/* A detail names a handful of values; a by-hand command carries whole calldata. */
#define DETAIL_MAX  (16 * 1024)
#define BY_HAND_MAX (512 * 1024)

const char *verdict_name(enum verdict v)
{
    switch (v) {
    case NOT_CHECKED:
        return "not checked";
    case PASS:
        return "pass";
    case FAIL:
        return "fail";
    case UNKNOWN:
        return "unknown";
    }
    return "unknown";
}

enum err report_init(struct diag *d, struct report *r)
{
    size_t n = 0;

    *r = (struct report){ 0 };
    while (check_info_at(n) != NULL)
        n++;
    assert(n > 0);
    r->checks = calloc(n, sizeof(*r->checks));
    if (r->checks == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    r->num_checks = n;
    buf_init(&r->not_shown, DETAIL_MAX);
    for (size_t i = 0; i < n; i++) {
        r->checks[i].info = check_info_at(i);
        buf_init(&r->checks[i].detail, DETAIL_MAX);
        buf_init(&r->checks[i].by_hand, BY_HAND_MAX);
    }
    return OK;
}

void report_clear(struct report *r)
{
    for (size_t i = 0; i < r->num_checks; i++) {
        buf_clear(&r->checks[i].detail);
        buf_clear(&r->checks[i].by_hand);
    }
    free(r->checks);
    buf_clear(&r->not_shown);
    *r = (struct report){ 0 };
}

struct check *report_check(const struct report *r, const char *id)
{
    struct check *found = NULL;

    for (size_t i = 0; i < r->num_checks && found == NULL; i++) {
        if (strcmp(r->checks[i].info->id, id) == 0)
            found = &r->checks[i];
    }
    assert(found != NULL);
    return found;
}

bool report_applies(const struct report *r, const char *id)
{
    return report_check(r, id)->applies;
}

void report_apply(struct report *r, const char *id, bool required)
{
    struct check *c = report_check(r, id);

    c->applies = true;
    c->required = c->required || required;
}

/* How bad a verdict is; the worse of two remains. */
static int rank(enum verdict v)
{
    switch (v) {
    case NOT_CHECKED:
        return 0;
    case PASS:
        return 1;
    case UNKNOWN:
        return 2;
    case FAIL:
        return 3;
    }
    return 3;
}

/* More than a detail holds: its beginning, and that there is more. */
static void add_what_fits(struct buf *b, const char *text, size_t len)
{
    static const char cut[] = " ... (more than can be shown here)";
    const size_t end = b->max - strlen(cut);

    if (b->len > end)
        return; /* cut before */
    if (len <= end - b->len) {
        buf_add(b, text, len);
        return;
    }
    len = end - b->len;
    while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
        len--; /* not inside a character */
    buf_add(b, text, len);
    buf_add_str(b, cut);
}

__attribute__((format(printf, 3, 0))) static void add_text(struct buf *b, const char *separator,
                                                           const char *fmt, va_list ap)
{
    va_list again;
    int n = 0;
    char *text = NULL;

    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (n > 0)
        text = malloc((size_t)n + 1);
    if (text == NULL)
        return; /* the verdict stands without its words */
    (void)vsnprintf(text, (size_t)n + 1, fmt, ap);
    if (b->len > 0)
        add_what_fits(b, separator, strlen(separator));
    add_what_fits(b, text, (size_t)n);
    free(text);
}

__attribute__((format(printf, 4, 0))) static void set_verdict(struct report *r, const char *id,
                                                              enum verdict v, const char *fmt,
                                                              va_list ap)
{
    struct check *c = report_check(r, id);

    c->applies = true;
    if (rank(v) > rank(c->verdict))
        c->verdict = v;
    add_text(&c->detail, "; ", fmt, ap);
}

void check_pass(struct report *r, const char *id, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    set_verdict(r, id, PASS, fmt, ap);
    va_end(ap);
}

void check_fail(struct report *r, const char *id, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    set_verdict(r, id, FAIL, fmt, ap);
    va_end(ap);
}

void check_unknown(struct report *r, const char *id, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    set_verdict(r, id, UNKNOWN, fmt, ap);
    va_end(ap);
}

void check_note(struct report *r, const char *id, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    set_verdict(r, id, NOT_CHECKED, fmt, ap);
    va_end(ap);
}

void report_not_shown(struct report *r, const char *value)
{
    buf_addf(&r->not_shown, "%s%s", r->not_shown.len > 0 ? ", " : "", value);
}

void check_error(struct report *r, const char *id, const struct diag *d)
{
    struct buf text;

    buf_init(&text, DETAIL_MAX);
    buf_add_untrusted(&text, d->msg, strlen(d->msg));
    if (d->code == ERR_MISMATCH || (d->code == ERR_FORMAT && strncmp(id, "chain.", 6) != 0))
        check_fail(r, id, "%s", buf_str(&text));
    else
        check_unknown(r, id, "%s", buf_str(&text));
    buf_clear(&text);
}

void check_by_hand(struct report *r, const char *id, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    add_text(&report_check(r, id)->by_hand, "\n", fmt, ap);
    va_end(ap);
}

enum verdict report_result(const struct report *r)
{
    bool any_required = false;
    bool all_passed = true;

    for (size_t i = 0; i < r->num_checks; i++) {
        const struct check *c = &r->checks[i];

        if (!c->applies)
            continue;
        if (c->verdict == FAIL)
            return FAIL;
        any_required = any_required || c->required;
        if (c->required && c->verdict != PASS)
            all_passed = false;
    }
    return any_required && all_passed ? PASS : UNKNOWN;
}

bool check_is_against(const struct check *c)
{
    return c->verdict == FAIL || (c->required && c->verdict != PASS);
}

int report_exit_code(const struct report *r)
{
    switch (report_result(r)) {
    case PASS:
        return 0;
    case FAIL:
        return 1;
    case NOT_CHECKED:
    case UNKNOWN:
        break;
    }
    return 2;
}

size_t report_count(const struct report *r, enum verdict v)
{
    size_t n = 0;

    for (size_t i = 0; i < r->num_checks; i++) {
        if (r->checks[i].applies && r->checks[i].verdict == v)
            n++;
    }
    return n;
}

static struct json *check_json(const struct check *c)
{
    struct json *j = json_new_object();

    json_set_string(j, "id", c->info->id);
    json_set_string(j, "verdict", verdict_name(c->verdict));
    json_set_bool(j, "required", c->required);
    json_set_string(j, "question", c->info->question);
    json_set_string(j, "detail", buf_str(&c->detail));
    if (c->by_hand.len > 0)
        json_set_string(j, "byHand", buf_str(&c->by_hand));
    return j;
}

struct json *report_json(const struct report *r)
{
    struct json *j = json_new_object();
    struct json *checks = json_new_array();

    json_set_int(j, "result", report_exit_code(r));
    json_set_string(j, "verdict", verdict_name(report_result(r)));
    for (size_t i = 0; i < r->num_checks; i++) {
        if (r->checks[i].applies)
            json_append(checks, check_json(&r->checks[i]));
    }
    json_set(j, "checks", checks);
    return j;
}

/* Words first, so that the meaning does not depend on colour. */
struct section {
    enum verdict verdict;
    bool against; /* it stands against a yes */
    const char *mark;
    const char *title;
    enum term_style style;
};

static const struct section sections[] = {
    { FAIL, true, "FAILED", "Failed", TERM_RED },
    { UNKNOWN, true, "UNKNOWN", "Required, and could not be told", TERM_YELLOW },
    { NOT_CHECKED, true, "NOT CHECKED", "Required, and not checked", TERM_YELLOW },
    { UNKNOWN, false, "UNKNOWN", "Not required, and could not be told", TERM_YELLOW },
    { NOT_CHECKED, false, "NOT CHECKED", "Not required, and not checked", TERM_YELLOW },
    { PASS, false, "passed", "Passed", TERM_GREEN },
};

/* Columns of a check's name and of what is said about it. */
#define NAME_COLUMN   13
#define DETAIL_COLUMN 36
#define INDENT        "             "

static bool is_in(const struct check *c, const struct section *section)
{
    return c->applies && c->verdict == section->verdict && check_is_against(c) == section->against;
}

static void print_by_hand(const struct check *c)
{
    const char *line = buf_str(&c->by_hand);

    while (*line != '\0') {
        size_t n = strcspn(line, "\n");

        term_printf(INDENT "$ %.*s\n", (int)n, line);
        line += line[n] == '\n' ? n + 1 : n;
    }
}

/* Nothing was tried and nobody asked for it: its name is enough. */
static bool is_brief(const struct check *c)
{
    return c->verdict == NOT_CHECKED && !c->required && c->detail.len == 0;
}

static void print_check(const struct check *c, const struct section *section)
{
    term_printf(" ");
    term_styled(section->style, "%-11s", section->mark);
    if (c->verdict == PASS) {
        term_printf(" %-22s ", c->info->id);
        term_wrapped(DETAIL_COLUMN, NAME_COLUMN, buf_str(&c->detail));
        return;
    }
    term_printf(" %s  ", c->info->id);
    term_wrapped(NAME_COLUMN + strlen(c->info->id) + 2, NAME_COLUMN, c->info->question);
    if (c->detail.len > 0) {
        term_printf(INDENT);
        term_wrapped(NAME_COLUMN, NAME_COLUMN, buf_str(&c->detail));
    }
}

/* Checks behind the first that were not done for the same reason: one line for all. */
static size_t count_alike(const struct report *r, size_t first, const struct section *section)
{
    const struct buf *reason = &r->checks[first].detail;
    size_t n = 1;

    if (section->verdict != NOT_CHECKED || reason->len == 0)
        return n;
    while (first + n < r->num_checks && is_in(&r->checks[first + n], section) &&
           strcmp(buf_str(&r->checks[first + n].detail), buf_str(reason)) == 0)
        n++;
    return n;
}

static void print_alike(const struct report *r, size_t first, size_t n,
                        const struct section *section)
{
    struct buf names;

    buf_init(&names, DETAIL_MAX);
    for (size_t i = first; i < first + n; i++)
        buf_addf(&names, "%s%s", i > first ? ", " : "", r->checks[i].info->id);
    term_printf(" ");
    term_styled(section->style, "%-11s", section->mark);
    term_printf(" ");
    term_wrapped(NAME_COLUMN, NAME_COLUMN, buf_str(&names));
    term_printf(INDENT);
    term_wrapped(NAME_COLUMN, NAME_COLUMN, buf_str(&r->checks[first].detail));
    buf_clear(&names);
}

static void print_brief(const struct report *r)
{
    struct buf names;

    buf_init(&names, DETAIL_MAX);
    for (size_t i = 0; i < r->num_checks; i++) {
        const struct check *c = &r->checks[i];

        if (c->applies && is_brief(c))
            buf_addf(&names, "%s%s", names.len > 0 ? ", " : "", c->info->id);
    }
    if (names.len > 0) {
        term_printf(" ");
        term_wrapped(1, 1, buf_str(&names));
    }
    buf_clear(&names);
}

static void print_section(const struct report *r, const struct section *section, bool explain)
{
    size_t n = 0, alike = 0;

    for (size_t i = 0; i < r->num_checks; i++)
        n += is_in(&r->checks[i], section);
    if (n == 0)
        return;
    term_styled(TERM_BOLD, "%s (%zu)\n", section->title, n);
    for (size_t i = 0; i < r->num_checks; i++) {
        const struct check *c = &r->checks[i];

        if (!is_in(c, section) || is_brief(c))
            continue;
        alike = explain ? 1 : count_alike(r, i, section);
        if (alike > 1) {
            print_alike(r, i, alike, section);
            i += alike - 1;
            continue;
        }
        print_check(c, section);
        if (explain)
            print_by_hand(c);
    }
    if (section->verdict == NOT_CHECKED && !section->against)
        print_brief(r);
    term_printf("\n");
}

static void print_sections(const struct report *r, bool against, bool explain)
{
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
        if (sections[i].against == against)
            print_section(r, &sections[i], explain);
    }
}

void report_print_against(const struct report *r, bool explain)
{
    print_sections(r, true, explain);
}

void report_print_rest(const struct report *r, bool explain)
{
    print_sections(r, false, explain);
}
