// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_LOOPBACK_H
#define TESTS_LOOPBACK_H

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/*
 * An HTTP server on 127.0.0.1 that plays a script: exchange after exchange, each with the request
 * line it expects ("GET /path") and the answer it gives. A request that does not fit is answered
 * with 418 and the play stops there. All requests are recorded.
 */
struct loopback_exchange {
    const char *expect; /* a prefix of the request line */
    int status;
    const char *headers; /* each ending in \r\n; NULL for none */
    const char *body;    /* NULL for none */
};

struct loopback {
    char url[64]; /* http://127.0.0.1:<port> */
    pid_t pid;
    FILE *record;
};

void loopback_start(struct loopback *l, const struct loopback_exchange *script, size_t num_script);
/* Ends the server. Returns what it received, all requests with their bodies; free it. */
char *loopback_stop(struct loopback *l);

#endif
