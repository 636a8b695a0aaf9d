// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_REPORT_H
#define VERIFY_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/bytes.h"

/*
 * Checks, verdicts, and the one result. A check starts as "not checked" and only an explicit
 * check_pass makes it a pass. The result is yes only if every required check passed.
 */

enum verdict {
    NOT_CHECKED = 0,
    PASS,
    FAIL,
    UNKNOWN, /* tried, could not tell */
};
const char *verdict_name(enum verdict v);

/* The catalogue: every check there is, in the order of the report. docs/checks.md has the rest. */
struct check_info {
    const char *id;       /* stable: "tx.hash" */
    const char *question; /* for a person: "Is the hash really the hash of these fields?" */
};
const struct check_info *check_info_find(const char *id); /* NULL if unknown */
const struct check_info *check_info_at(size_t i);         /* NULL behind the end */

struct check {
    const struct check_info *info;
    enum verdict verdict;
    bool required;
    struct buf detail;  /* what was found, already escaped */
    struct buf by_hand; /* one line that shows the same value */
};

struct report {
    struct check *checks; /* one for each row of the catalogue, in its order */
    size_t num_checks;
};
MUST_CHECK enum err report_init(struct diag *d, struct report *r);
void report_clear(struct report *r);

struct check *report_check(struct report *r, const char *id); /* asserts that the id exists */
void report_require(struct report *r, const char *id);

/* Verdicts. A check that failed stays failed, one that is unknown does not become a pass: the
 * worse of the two remains, and the details are joined with "; ". Text from outside goes through
 * buf_add_untrusted before it gets here. */
void check_pass(struct report *r, const char *id, const char *fmt, ...) PRINTF_LIKE(3, 4);
void check_fail(struct report *r, const char *id, const char *fmt, ...) PRINTF_LIKE(3, 4);
void check_unknown(struct report *r, const char *id, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* From an error: ERR_MISMATCH and ERR_FORMAT fail, everything else is unknown. */
void check_error(struct report *r, const char *id, const struct diag *d);
void check_by_hand(struct report *r, const char *id, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* PASS; FAIL if a required check failed or any check at all failed; otherwise UNKNOWN. */
enum verdict report_result(const struct report *r);
/* 0 for PASS, 1 for FAIL, 2 for UNKNOWN. */
int report_exit_code(const struct report *r);

struct json;
/* {"result":"pass","checks":[{"id","verdict","required","question","detail","byHand"}]} */
struct json *report_json(const struct report *r);
/* The table of checks as text; by-hand commands with explain. */
void report_print(const struct report *r, bool explain);

#endif
