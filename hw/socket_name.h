// SPDX-License-Identifier: Apache-2.0
#ifndef HW_SOCKET_NAME_H
#define HW_SOCKET_NAME_H

#include <stdbool.h>

#include "src/base/err.h"

/*
 * Where a device behind a socket is, and whether it may be spoken to there: nothing on the way is
 * encrypted or authenticated, so only this machine is, unless allow_remote says otherwise.
 */

struct socket_name {
    char host[254]; /* as written, without brackets */
    char port[6];   /* decimal, 1 to 65535 */
};
/* "HOST:PORT", "[::1]:21324": ERR_USAGE for anything else. Resolves nothing. */
MUST_CHECK enum err socket_name_parse(struct diag *d, struct socket_name *out, const char *text);

/*
 * Its addresses, for sockets of that type (SOCK_STREAM); *out is NULL unless OK, and the caller
 * frees it with freeaddrinfo. Without allow_remote the name has to be "localhost" or an address,
 * and all of its addresses loopback ones (127.0.0.0/8, also in IPv6's form, and ::1): ERR_USAGE.
 * Other names are not even resolved then. Where they are, the system's resolver waits for as long
 * as it likes, and Ctrl-C waits with it.
 */
struct addrinfo;
MUST_CHECK enum err socket_name_resolve(struct diag *d, struct addrinfo **out,
                                        const char *host_port, int type, bool allow_remote);

#endif
