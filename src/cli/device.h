// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_DEVICE_H
#define CLI_DEVICE_H

#include "hw/device.h"
#include "src/base/typed_data.h"
#include "src/cli/args.h"

/* Parts of the verb `device`, and of signing with one. */

/* device address: accounts by path, with what the profile says of them (device_address.c). */
MUST_CHECK enum err device_address(struct diag *d, const struct args *a);

/* device preview PROPOSAL (device_preview.c). */
MUST_CHECK enum err device_preview(struct diag *d, const struct args *a);

/* What the device that is open is about to show, in front of sign's question (device_preview.c). */
MUST_CHECK enum err device_preview_print(struct diag *d, const struct device_setup *setup,
                                         const struct typed_data *typed,
                                         const struct address *signer);

#endif
