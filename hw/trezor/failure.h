// SPDX-License-Identifier: Apache-2.0
#ifndef HW_TREZOR_FAILURE_H
#define HW_TREZOR_FAILURE_H

#include "hw/trezor/message.h"

/*
 * A Failure in words: what the code means, and the device's own text, raw and bounded. ERR_REFUSED
 * if a person said no or gave a wrong PIN, ERR_UNSUPPORTED if the device does not know the request
 * or the protocol, ERR_DEVICE otherwise.
 */
enum err trezor_failure_error(struct diag *d, const struct trezor_failure *f, const char *name);

#endif
