// SPDX-License-Identifier: Apache-2.0
#ifndef HW_LEDGER_STATUS_H
#define HW_LEDGER_STATUS_H

#include <stdint.h>

#include "hw/device.h"

/*
 * Status words in clear words. The same word means different things at different times: 6A80 is
 * bad data, or a setting that is off.
 * Source: app-ethereum 1.22.0; ledger-secure-sdk, include/status_words.h; docs/devices.md says
 * which were seen.
 */

enum ledger_doing {
    LEDGER_OPENING,
    LEDGER_READING_ACCOUNT,
    LEDGER_SHOWING_ACCOUNT,
    LEDGER_SIGNING_FIELDS, /* EIP-712, field by field */
    LEDGER_SIGNING_HASHES, /* EIP-712, by its two hashes */
    LEDGER_SIGNING_TX,
};

#define LEDGER_STATUS_OK 0x9000

/* OK for 9000; ERR_REFUSED if the person said no; otherwise ERR_DEVICE, or ERR_UNSUPPORTED for what
 * the app does not know, and a hint what to do. */
MUST_CHECK enum err ledger_status_check(struct diag *d, uint16_t status, enum ledger_doing doing,
                                        const struct device_setup *setup);

#endif
