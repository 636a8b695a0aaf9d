// SPDX-License-Identifier: Apache-2.0
#ifndef HW_SOCKET_H
#define HW_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hw/io.h"

/*
 * Devices behind a socket: emulators that run the vendors' firmware. host_port and allow_remote are
 * those of hw/socket_name.h.
 * Waiting is cut into slices in which Ctrl-C is looked for, as in hw/io.h: ERR_REFUSED
 * "interrupted". Every other failure of a peer is ERR_DEVICE.
 */

/* A TCP connection; *fd is -1 unless OK. ERR_USAGE for a bad name, or one that is not of this
 * machine and not allowed to be. */
MUST_CHECK enum err socket_tcp_open(struct diag *d, int *fd, const char *host_port,
                                    bool allow_remote, const struct hw_budget *b);
/* All bytes or an error; out is zero unless OK. */
MUST_CHECK enum err socket_read(struct diag *d, int fd, uint8_t *out, size_t out_len,
                                const struct hw_budget *b);
MUST_CHECK enum err socket_write(struct diag *d, int fd, const uint8_t *data, size_t data_len,
                                 const struct hw_budget *b);
/* Throw away what has arrived, at most 64 KiB. ERR_DEVICE if the peer has closed. */
MUST_CHECK enum err socket_drain(struct diag *d, int fd);
/* -1 is fine. */
void socket_close(int fd);

/* Reports as UDP datagrams of 64 bytes, to and from this one peer (of a name's addresses an IPv4
 * one if there is one). Nothing is sent yet. */
MUST_CHECK enum err socket_udp_io(struct diag *d, struct hw_io *out, const char *host_port,
                                  bool allow_remote);
/* On an io of socket_udp_io: sends the text ask as a datagram of its own and waits until the
 * text answer comes back ("PINGPING", "PONGPONG"); other datagrams meanwhile are dropped. */
MUST_CHECK enum err socket_udp_ask(struct diag *d, const struct hw_io *io, const char *ask,
                                   const char *answer, const struct hw_budget *b);

#endif
