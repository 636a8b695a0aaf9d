// SPDX-License-Identifier: Apache-2.0
#ifndef HW_TREZOR_UDP_H
#define HW_TREZOR_UDP_H

#include "hw/trezor/link.h"

/*
 * The vendor's emulators: reports as datagrams of 64 bytes (hw/socket.h, which keeps them apart in
 * time), on a port where "PINGPING" is answered with "PONGPONG".
 */
MUST_CHECK enum err trezor_udp_open(struct diag *d, struct trezor_link *out, const char *host_port,
                                    bool allow_remote);

#endif
