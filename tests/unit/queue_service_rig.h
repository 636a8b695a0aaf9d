// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_QUEUE_SERVICE_RIG_H
#define TESTS_QUEUE_SERVICE_RIG_H

#include "safe/queue_internal.h"
#include "tests/unit/loopback.h"
#include "tests/unit/queue_fixture.h"

#define SAFE     "0xF71902B32C9854DB8d6f70Afa6Dcf685F7df8d79"
#define OWNER_0  "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
#define OWNER_1  "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
#define DELEGATE "0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f"
#define OUTSIDER "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720"

#define ABOUT   "GET /api/v1/about/ethereum-rpc/ "
#define GET_TX  "GET /api/v2/multisig-transactions/0x"
#define PROPOSE "POST /api/v2/safes/" SAFE "/multisig-transactions/ "
#define CONFIRM "POST /api/v1/multisig-transactions/0x"
#define LIST    "GET /api/v2/safes/" SAFE "/multisig-transactions/?executed=false&nonce"
#define NO_WAIT "Retry-After: 0\r\n"

/* A queue at a stand-in that plays a script; the transaction is "schedule" of the fixture. */
struct rig {
    struct queue_fixture f;
    struct loopback server;
    struct queue *q;
    char *log;
    const struct json *row; /* the transaction "schedule" */
    struct hash32 hash;
};

void rig_load(struct rig *r);
void rig_serve(struct rig *r, const struct loopback_exchange *script, size_t num_script);
/* The log of the server stays readable until the rig is closed. */
void rig_stop(struct rig *r);
void rig_close(struct rig *r);

/* The row as text, with confirmations: a digit for each owner, '9' for the outsider. */
char *rig_service_text(const struct rig *r, const char *signers);
/* A page of a list that counts one row, or count. */
char *rig_page_text(const char *row, const char *next);
char *rig_page_text_of(const char *rows, const char *next, size_t count);
/* With a signature for each digit ('8': the delegate) and one piece of evidence. */
void rig_make_proposal(const struct rig *r, struct proposal *p, const char *signers);

/* A copy with one text in place of another. */
char *text_with(const char *text, const char *old, const char *new);
/* What follows it; fails if it is not there. */
const char *text_after(const char *text, const char *what);

#endif
