// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_COMMON_QUEUE_H
#define CLI_COMMON_QUEUE_H

#include "safe/queue.h"
#include "src/base/json.h"

/* What verbs that use the queue print alike. */

/* What the last call left out or could not check, on stderr. */
void common_queue_warn(const struct queue *q);
/* {"kind","location"} and the warnings as an array, for --json. */
void common_queue_json(struct json *answer, const struct queue *q, const struct profile *p);
/* "service https://…" or "directory /…", escaped; the caller clears out. */
void common_queue_name(struct buf *out, const struct queue *q, const struct profile *p);

/* Submit and say what is where now: as text, or as members of answer if that is not NULL. */
MUST_CHECK enum err common_queue_submit(struct diag *d, const struct profile *profile,
                                        const struct proposal *p, struct json *answer);

#endif
