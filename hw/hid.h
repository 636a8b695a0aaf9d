// SPDX-License-Identifier: Apache-2.0
#ifndef HW_HID_H
#define HW_HID_H

#include <stddef.h>
#include <stdint.h>

#include "hw/io.h"

/*
 * USB HID by hidapi's hidraw back end, which src/base/library.h loads on first use. Listing asks
 * the system only; hidapi opens no device for it.
 */

struct hidraw_listed {
    char path[128]; /* "/dev/hidraw3"; for hidraw_open, until it is plugged in again */
    uint16_t vendor, product;
    uint16_t usage_page;  /* 0: not known */
    int interface_number; /* -1: not known */
};
#define HIDRAW_MAX_LISTED 32

/* All interfaces of one vendor's devices. ERR_UNSUPPORTED without the library. */
MUST_CHECK enum err hidraw_list(struct diag *d, struct hidraw_listed out[static HIDRAW_MAX_LISTED],
                                size_t *num_out, uint16_t vendor);
/*
 * Reports of 64 bytes without a report number. ERR_DEVICE tells whether permissions are missing
 * (the hint names the udev rules) or the device is gone. hw_io.write puts the byte 00 in front,
 * as hidapi wants it for devices without report numbers.
 */
MUST_CHECK enum err hidraw_open(struct diag *d, struct hw_io *out, const char *path);

#endif
