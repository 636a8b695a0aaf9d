// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_QUEUE_FIXTURE_H
#define TESTS_QUEUE_FIXTURE_H

#include "safe/profile.h"
#include "safe/proposal.h"
#include "src/base/json.h"

/* fixtures/queue/cases.json as profile, proposals and answers of a service. */

struct queue_fixture {
    struct json *cases;
    struct profile profile; /* eight owners, one delegate, a timelock, no queue */
    struct address owners[8];
    struct address delegate;
};
void queue_fixture_load(struct queue_fixture *f);
void queue_fixture_free(struct queue_fixture *f);

/* The row of that name. */
const struct json *queue_fixture_row(const struct queue_fixture *f, const char *name);
/* Hash as ethers computed it. */
struct hash32 queue_fixture_hash(const struct json *row);
/* A direct step without evidence or signatures, or a schedule with its operation. */
void queue_fixture_proposal(struct proposal *out, const struct queue_fixture *f,
                            const struct json *row);
/* who: 0 to 7 an owner, 8 the delegate, 9 the outsider; form "eoa" or "ethSign". */
const char *queue_fixture_signature(const struct json *row, size_t who, const char *form);
void queue_fixture_sign(struct proposal *p, const struct json *row, size_t who, const char *form);

/* The transaction as the service shows it, without confirmations. */
struct json *queue_fixture_service_row(const struct queue_fixture *f, const struct json *row);
void queue_fixture_confirm(struct json *service_row, const char *owner, const char *signature);

#endif
