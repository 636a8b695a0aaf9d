// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_REPORT_H
#define VERIFY_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/bytes.h"

/*
 * Checks, verdicts, and the one result. A check starts as "not checked" and only an explicit
 * check_pass makes it a pass. The result is yes only if every required check passed.
 *
 * A check that does not apply to a proposal (the delay of a step that schedules nothing) is not
 * part of its report at all. Which ones apply is decided once, in checks.c, before any of them
 * runs: a check can not excuse itself.
 */

enum verdict {
    NOT_CHECKED = 0,
    PASS,
    FAIL,
    UNKNOWN, /* tried, could not tell */
};
const char *verdict_name(enum verdict v);

/* When a check that applies must pass. */
enum check_need {
    NEED_ALWAYS = 0,
    NEED_ONLINE,        /* if the chain is asked */
    NEED_EXECUTABLE,    /* if the question is whether it can be executed now */
    NEED_IMAGE_DIR,     /* if the caller has the files of the OS image */
    NEED_COMPOSE_RULES, /* if the profile has a 'compose' section */
    NEED_POLICY,        /* if the profile's policy.require names it */
    NEED_IMAGES,        /* the same, or if the profile says who may sign images */
};

/* To which proposals a check applies, beside the step. */
enum check_if {
    IF_ALWAYS = 0,
    IF_SIGNED,           /* there are signatures */
    IF_JOURNAL,          /* the caller knows what was signed before */
    IF_COMPOSE,          /* a call lets a compose hash run */
    IF_GIT,              /* the same, and git evidence is there or the policy wants it */
    IF_GIT_AGE,          /* the same, or the policy wants young commits */
    IF_GIT_BRANCH,       /* a compose hash or git evidence, and the profile names a branch */
    IF_GIT_SIGNERS,      /* the same, and it has a file of allowed signers */
    IF_OS_IMAGE,         /* a call lets an OS image run */
    IF_KMS_MR,           /* a call lets a KMS take part */
    IF_DEVICE,           /* a call lets a machine take part */
    IF_MEASUREMENT,      /* there are measurements in the evidence */
    IF_IMPLEMENTATION,   /* a call makes a contract, or apps to come, run other code */
    IF_APP,              /* a call registers an app */
    IF_GATEWAY,          /* a call names the gateway */
    IF_PREVIOUS,         /* a compose hash, and the evidence holds a release before */
    IF_WHITELIST,        /* a call adds an entry to a list of a contract, or removes one */
    IF_DELEGATECALL,     /* the Safe is to run another contract's code */
    IF_CHAIN_SIGNATURES, /* a signature that only the chain can judge */
};

/* The catalogue: every check there is, in the order of the report. docs/checks.md has the rest. */
struct check_info {
    const char *id;       /* stable: "tx.hash" */
    const char *question; /* for a person: "Is the hash really the hash of these fields?" */
    unsigned steps;       /* bits 1 << enum step; 0: every step */
    enum check_if condition;
    enum check_need need;
};
const struct check_info *check_info_find(const char *id); /* NULL if unknown */
const struct check_info *check_info_at(size_t i);         /* NULL behind the end */

struct check {
    const struct check_info *info;
    enum verdict verdict;
    bool applies;
    bool required;
    struct buf detail;  /* what was found, already escaped */
    struct buf by_hand; /* one line that shows the same value */
};

struct report {
    struct check *checks; /* one for each row of the catalogue, in its order */
    size_t num_checks;
    struct buf not_shown; /* values without evidence, in words, for the headline */
};
MUST_CHECK enum err report_init(struct diag *d, struct report *r);
void report_clear(struct report *r);

struct check *report_check(const struct report *r, const char *id); /* asserts that the id exists */
bool report_applies(const struct report *r, const char *id);
/* The check is part of the report; required: the result depends on it. Never taken back. */
void report_apply(struct report *r, const char *id, bool required);

/* Verdicts. A check that failed stays failed, one that is unknown does not become a pass: the
 * worse of the two remains, and the details are joined with "; ". A verdict makes a check part of
 * the report. Text from outside goes through buf_add_untrusted before it gets here. */
void check_pass(struct report *r, const char *id, const char *fmt, ...) PRINTF_LIKE(3, 4);
void check_fail(struct report *r, const char *id, const char *fmt, ...) PRINTF_LIKE(3, 4);
void check_unknown(struct report *r, const char *id, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Words alone, verdict unchanged: why a check was not done, or what a person should know. */
void check_note(struct report *r, const char *id, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* From an error: ERR_MISMATCH and ERR_FORMAT fail, everything else is unknown; for chain.*, what a
 * node says in a malformed way is unknown, too. */
void check_error(struct report *r, const char *id, const struct diag *d);
void check_by_hand(struct report *r, const char *id, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* A value that nobody showed evidence for: the headline of a report that is no yes says which. */
void report_not_shown(struct report *r, const char *value);

/* FAIL if any check failed, required or not; UNKNOWN if a required one did not pass, or if none is
 * required; otherwise PASS. */
enum verdict report_result(const struct report *r);
/* It failed, or it is required and did not pass. */
bool check_is_against(const struct check *c);
/* 0 for PASS, 1 for FAIL, 2 for UNKNOWN. */
int report_exit_code(const struct report *r);
/* Checks with that verdict that apply. */
size_t report_count(const struct report *r, enum verdict v);

struct json;
/* {"result","verdict","checks":[{"id","verdict","required","question","detail","byHand"}]}; result
 * is the exit code. */
struct json *report_json(const struct report *r);
/* The checks as text, by-hand commands with explain. First what stands against a yes: what failed,
 * and what is required and did not pass. */
void report_print_against(const struct report *r, bool explain);
/* And all others: what could not be told or was not checked, and what passed. */
void report_print_rest(const struct report *r, bool explain);

#endif
