// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_FAKE_HIDAPI_H
#define TESTS_FAKE_HIDAPI_H

#include <stddef.h>
#include <stdint.h>

/*
 * A hidapi of the tests' own, as a shared library with the SONAME of its hidraw back end: a test
 * that loads it first gets it wherever the program asks for hidapi. Its devices stand here, and
 * what one sends and takes is decided by the test.
 */

struct fake_interface {
    const char *path; /* NULL: hidapi knows none */
    uint16_t vendor, product, usage_page;
    int interface_number;
};

struct fake_hid {
    const struct fake_interface *interfaces;
    size_t num_interfaces;
    int cannot_open;
    /* hid_write and hid_read_timeout, with their results. */
    int (*write)(const unsigned char *data, size_t len);
    int (*read)(unsigned char *data, size_t len, int timeout_ms);
    /* What is in use: 0 at the end. */
    int lists, handles;
};

/* Its only symbol that is not hidapi's: struct fake_hid fake_hid. */
#define FAKE_HID_SYMBOL "fake_hid"

#endif
