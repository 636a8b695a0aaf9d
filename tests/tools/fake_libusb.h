// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_FAKE_LIBUSB_H
#define TESTS_FAKE_LIBUSB_H

#include <stdint.h>

/*
 * A libusb of the tests' own, as a shared library with libusb's SONAME: a test that loads it first
 * gets it wherever the program asks for libusb. It has the devices and the answers that stand here.
 */

struct fake_device {
    uint16_t vendor, product;
    uint8_t interface_class;
    uint8_t bus;
    uint8_t ports[7];
    int num_ports;
};

struct fake_usb {
    const struct fake_device *devices;
    int num_devices;
    /* Results of the calls, LIBUSB_ERROR_… or 0. */
    int init, list, open, claim;
    /* One interrupt transfer; the result. */
    int (*transfer)(unsigned char endpoint, unsigned char *data, int len, int *transferred,
                    unsigned timeout_ms);
    /* What is in use: 0 at the end. */
    int contexts, lists, configs, handles, claims;
};

/* Its only symbol that is not libusb's: struct fake_usb fake_usb. */
#define FAKE_USB_SYMBOL "fake_usb"

#endif
