// SPDX-License-Identifier: Apache-2.0
#ifndef HW_USB_H
#define HW_USB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hw/io.h"

/*
 * USB devices whose interface 0 belongs to no driver (WebUSB): vendor class, interrupt endpoints 01
 * and 81 of 64 bytes. By libusb, which src/base/library.h loads on first use. Listing opens
 * nothing.
 */

struct usb_id {
    uint16_t vendor, product;
};

struct usb_listed {
    char path[40]; /* bus and ports, "1-4.2": the same until it is plugged in elsewhere */
    struct usb_id id;
};
#define USB_MAX_LISTED 16

/*
 * Devices with one of ids, and with such an interface: one whose interface 0 is for HID is left
 * out. ERR_UNSUPPORTED without the library.
 */
MUST_CHECK enum err usb_list(struct diag *d, struct usb_listed out[static USB_MAX_LISTED],
                             size_t *num_out, const struct usb_id *ids, size_t num_ids);

/*
 * Reports of 64 bytes to and from interface 0 of the device at that path, which has to be one of
 * ids. ERR_DEVICE says in a few words whether it is gone, another program holds it, or permissions
 * are missing; the hint says what to do. A write that is not taken within two seconds fails. A read
 * without waiting waits 10 ms: a report that is ready is fetched then.
 */
MUST_CHECK enum err usb_open(struct diag *d, struct hw_io *out, const char *path,
                             const struct usb_id *ids, size_t num_ids);

#endif
