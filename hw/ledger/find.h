// SPDX-License-Identifier: Apache-2.0
#ifndef HW_LEDGER_FIND_H
#define HW_LEDGER_FIND_H

#include "hw/device.h"
#include "hw/ledger/apdu.h"
#include "hw/signer.h"

/*
 * The Ledger that options->transport names, or the only one that is connected. ERR_USAGE for a
 * transport that Ledgers do not have; ERR_DEVICE for none, and for more than one, with a hint that
 * lists them. Models are known over USB alone.
 */
MUST_CHECK enum err ledger_find_open(struct diag *d, struct ledger_link *link,
                                     enum device_model *model,
                                     const struct signer_options *options);

#endif
