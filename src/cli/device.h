// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_DEVICE_H
#define CLI_DEVICE_H

#include "hw/device.h"
#include "src/base/eth_tx.h"
#include "src/base/typed_data.h"
#include "src/cli/args.h"

/* Parts of the verb `device`, and of signing with one. */

/* device address: accounts by path, with what the profile says of them (device_address.c). */
MUST_CHECK enum err device_address(struct diag *d, const struct args *a);

/* device preview PROPOSAL (device_preview.c). */
MUST_CHECK enum err device_preview(struct diag *d, const struct args *a);

/* What the signer's device is about to show, in front of the signature: the hashes alone if its
 * model has no preview, nothing if it is no device (preview_cases.c). */
struct signer;
MUST_CHECK enum err device_preview_typed(struct diag *d, const struct signer *s,
                                         const struct typed_data *typed);
MUST_CHECK enum err device_preview_tx(struct diag *d, const struct signer *s,
                                      const struct eth_tx *tx);

/* Pictures of the screens of the models that --device names, or of some, as HTML
 * (preview_cases.c). */
MUST_CHECK enum err device_preview_pictures(struct diag *d, struct buf *out, const struct args *a,
                                            const struct typed_data *typed);

#endif
