// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_FAKE_HID_H
#define TESTS_FAKE_HID_H

#include "tests/tools/fake_hidapi.h"

/* Loads tests/tools/fake_hidapi.c, which stands beside the test program, before the program does;
 * for as long as the test's process lives. */
struct fake_hid *fake_hid_load(void);
void fake_hid_plug_in(struct fake_hid *fake, const struct fake_interface *interfaces, size_t num);

#endif
