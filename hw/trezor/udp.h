// SPDX-License-Identifier: Apache-2.0
#ifndef HW_TREZOR_UDP_H
#define HW_TREZOR_UDP_H

#include "hw/trezor/link.h"

/*
 * The vendor's emulators: reports as datagrams of 64 bytes (hw/socket.h), on a port where
 * "PINGPING" is answered with "PONGPONG". Datagrams that come faster than they are read are lost,
 * so there is a pause of 20 ms after 32 of them in a row.
 */
MUST_CHECK enum err trezor_udp_open(struct diag *d, struct trezor_link *out, const char *host_port,
                                    bool allow_remote);

#endif
