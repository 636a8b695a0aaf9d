// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_VERIFY_FIXTURE_H
#define TESTS_VERIFY_FIXTURE_H

#include <criterion/criterion.h>

#include "verify/checks.h"

/* Complete proposals of every step for fixtures/verify/profile.yaml, each signed by two owners. */

#define FIXTURE_CREATED_S 1795248000ULL /* 2026-11-21T08:00:00Z, after the commit */
#define FIXTURE_NOW_S     (FIXTURE_CREATED_S + 3600)
#define FIXTURE_COMMIT    "bf33516bdc6517e72d801137a31a9a970f78fb65"
#define FIXTURE_PATH      "deploy/compose.yaml"

#define NEED(call)                                             \
    do {                                                       \
        struct diag need_d = { 0 }, *d = &need_d;              \
        cr_assert_eq((call), OK, "%s: %s", #call, need_d.msg); \
    } while (0)

enum fixture_kind {
    FIXTURE_SCHEDULE,
    FIXTURE_BATCH, /* scheduleBatch of two */
    FIXTURE_EXECUTE,
    FIXTURE_CANCEL,
    FIXTURE_DIRECT,
    FIXTURE_DIRECT_BATCH, /* through MultiSendCallOnly */
    FIXTURE_REJECT,
    FIXTURE_END,
};
const char *fixture_name(enum fixture_kind kind);

struct profile *fixture_profile(void);
/* Every parameter of the profile text may be exchanged: find is replaced once. */
struct profile *fixture_profile_with(const char *find, const char *replacement);
void fixture_proposal(struct proposal *out, enum fixture_kind kind, const struct profile *profile);
/* Other bytes for a piece of evidence that is there; the hashes stay as they are. */
void fixture_set_file(struct proposal *p, const char *name, const void *data, size_t data_len);
/* Hashes and operation id again, as a consistent forger does; signatures of keys 1 and 2 again. */
void fixture_rehash(struct proposal *p);
/* The manifest again. */
void fixture_remanifest(struct proposal *p);
/* One signature by the secret key `key` over the SafeTx hash. */
void fixture_sign(struct proposal *p, uint8_t key);
/* 4 + 32 * num_words bytes of calldata into the SafeTx's or a call's own memory. */
uint8_t *fixture_calldata(size_t *len, const char *selector, const uint8_t *words,
                          size_t words_len);
/* Calldata from a signature and "(a,b)". */
uint8_t *fixture_encode(size_t *len, const char *signature, const char *args);
/* Offline; CRITERION fails if the report can not be made. */
void fixture_verify(struct verification *out, const struct proposal *p,
                    const struct profile *profile);
enum verdict fixture_result(const struct proposal *p, const struct profile *profile);
/* The verdict of one check. */
enum verdict fixture_check(const struct proposal *p, const struct profile *profile, const char *id);

#endif
