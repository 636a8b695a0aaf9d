// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_UNIT_RPC_STAND_IN_H
#define TESTS_UNIT_RPC_STAND_IN_H

#include <stddef.h>
#include <sys/types.h>

/*
 * A JSON-RPC node with canned answers on a loopback port, in a process of its own. A request is
 * answered by the first row with its method whose needle (NULL: any) is part of the body.
 */
struct rpc_row {
    const char *method;
    const char *needle;
    const char *result; /* JSON of "result" */
    const char *error;  /* JSON of "error" */
    const char *raw;    /* the whole body instead; "" closes the connection without an answer */
};

struct rpc_stand_in {
    pid_t pid;
    char url[64];
};

/* Rows end with a NULL method; more (may be NULL) is looked at after rows. */
void rpc_stand_in_start(struct rpc_stand_in *s, const struct rpc_row *rows,
                        const struct rpc_row *more);
void rpc_stand_in_stop(struct rpc_stand_in *s);

/* Chain 31337 with block 16 as its latest. */
extern const struct rpc_row rpc_basic_rows[];
#define RPC_X8(d)   d d d d d d d d
#define RPC_X64(d)  RPC_X8(d) RPC_X8(d) RPC_X8(d) RPC_X8(d) RPC_X8(d) RPC_X8(d) RPC_X8(d) RPC_X8(d)
#define RPC_HASH(d) "\"0x" RPC_X64(d) "\"" /* 64 times one digit */

#endif
