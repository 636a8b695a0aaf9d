// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_COMPOSE_EXPLAIN_H
#define VERIFY_COMPOSE_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "safe/profile.h"

/*
 * Where a hash comes from that is not the hash of the file: the same object in another producer's
 * form, with other newlines, without fields that a provider added, with those that the release
 * before had, not substituted. A match says what somebody hashed, never that the file is right.
 */

struct explain_input {
    const void *app; /* the file that would be measured: an app-compose, or anything */
    size_t app_len;
    const void *template_text; /* the compose file in git; NULL if it is not known */
    size_t template_len;
    const void *previous; /* app-compose of the release before; NULL if it is not known */
    size_t previous_len;
    const struct profile_compose *rules; /* NULL: none */
};

/* All-zero is valid to clear. */
struct explanation {
    struct hash32 measured; /* SHA-256 of the file as it is: what boots */
    bool is_measured;       /* the hash asked for is that one */
    bool found;             /* or one of the others */
    struct buf how;         /* "form phala-cloud-js, without 'features'"; escaped */
    size_t num_tried;
    bool gave_up; /* over LIMIT_EXPLAIN_BYTES: there would have been more to try */
};
void explanation_clear(struct explanation *e);

MUST_CHECK enum err compose_explain(struct diag *d, struct explanation *out,
                                    const struct explain_input *input, const struct hash32 *wanted);

#endif
