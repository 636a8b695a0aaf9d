// SPDX-License-Identifier: Apache-2.0
#ifndef HW_TREZOR_BRIDGE_H
#define HW_TREZOR_BRIDGE_H

#include "hw/signer.h"
#include "hw/trezor/link.h"

/*
 * Trezor Bridge (trezord 2.0.25 and later) or Trezor Suite, which holds the device and passes
 * messages on: HTTP on this machine. It sees what the device is asked and what it answers, PIN
 * positions and passphrases from the terminal included; the device's screen is what counts. Copies
 * of these that libcurl made on the way are not wiped: they stay until the process ends.
 * Source: trezord-go, server/api.
 *
 *     POST /                        {"version": "2.0.33"}
 *     POST /enumerate               [{"path": "1", "session": null, …}, …]
 *     POST /acquire/PATH/PREVIOUS   {"session": "2"}; PREVIOUS is the session it has now, or null
 *     POST /post/SESSION            takes type (2) || length (4) || payload, in hex
 *     POST /read/SESSION            gives the same, when the device has answered
 *     POST /release/SESSION
 *
 * Bridge keeps a session until it is released, and not with the process that began it: it is
 * released while nothing is asked, so that a question to the person may end the process. When a
 * read is broken off (Ctrl-C), Bridge releases it, too. The next message acquires it again.
 * ERR_DEVICE if another program has the device ("wrong previous session"), if there is none or more
 * than one; ERR_NETWORK if Bridge does not answer.
 */

/*
 * where: "1", the path of a device; "http://127.0.0.1:21325", where Bridge is; both as
 * "http://127.0.0.1:21325#1"; NULL: the only device of the Bridge on this machine. Other machines
 * only with allow_remote (ERR_USAGE).
 */
MUST_CHECK enum err trezor_bridge_open(struct diag *d, struct trezor_link *out, const char *where,
                                       bool allow_remote);

struct trezor_bridge_listed {
    char transport[192]; /* "bridge:1"; for signer_options.transport */
    bool held;           /* by another program */
};
#define TREZOR_BRIDGE_MAX_LISTED 16
/* What Bridge has; where as above, without device. */
MUST_CHECK enum err trezor_bridge_list(
    struct diag *d, struct trezor_bridge_listed out[static TREZOR_BRIDGE_MAX_LISTED],
    size_t *num_out, const char *where, bool allow_remote);

#endif
