// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_DANGER_CASES_H
#define TESTS_DANGER_CASES_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/bytes.h"

/*
 * One release for each danger: members of an app-compose beside the harmless ones, lines of its
 * one service 'api', lines of the top level. danger is what a profile has to allow; NULL: nothing
 * can allow it.
 */
struct danger_case {
    const char *name;
    const char *app;     /* ",\"public_logs\":true" */
    const char *service; /* "    privileged: true\n" */
    const char *top;     /* "volumes: …\n" */
    const char *danger;
};
const struct danger_case *danger_case_at(size_t i); /* NULL behind the end */

/* The app-compose of a case; it has no other danger. */
void danger_case_write(struct buf *out, const struct danger_case *c);

#endif
