// SPDX-License-Identifier: Apache-2.0
#ifndef HW_TREZOR_CONNECT_H
#define HW_TREZOR_CONNECT_H

#include "hw/signer.h"
#include "hw/trezor/link.h"

/*
 * Ways to a Trezor, as signer_options.transport names them:
 *   usb:1-4            WebUSB, all models; the path is that of hw/usb.h
 *   hid:/dev/hidraw3   Trezor One with firmware before 1.8.0
 *   bridge, bridge:1, bridge:http://…   Trezor Bridge or Trezor Suite (hw/trezor/bridge.h)
 *   udp:HOST:PORT      the emulators
 *
 * Of hidraw, both forms of the old One's HID take a 0 in front and get the same 64 bytes: the one
 * with numbered reports has '?' for the number. So nothing has to be tried out.
 */

/* One that is on the bus. */
struct trezor_found {
    char transport[48]; /* "usb:1-4", "hid:/dev/hidraw3" */
    bool bootloader;
};
#define TREZOR_MAX_FOUND 16
/* USB and HID. ERR_UNSUPPORTED if the library for either is missing and there is nothing else. */
MUST_CHECK enum err trezor_find(struct diag *d, struct trezor_found out[static TREZOR_MAX_FOUND],
                                size_t *num_out);

/* Open what options->transport names; NULL: the only one on the bus. ERR_DEVICE if there is none or
 * there are more. */
MUST_CHECK enum err trezor_connect(struct diag *d, struct trezor_link *out,
                                   const struct signer_options *options);

#endif
