// SPDX-License-Identifier: Apache-2.0
#ifndef HW_LEDGER_LEDGER_H
#define HW_LEDGER_LEDGER_H

#include "hw/signer.h"

/*
 * Ledger devices with the Ethereum app (1.9.0 and later), by USB or, for the Speculos emulator, by
 * TCP. Source: LedgerHQ/app-ethereum 1.22.0, doc/ethapp.adoc.
 */

/* "ledger[:PATH]" of signer_open; path NULL: the default. */
MUST_CHECK enum err ledger_signer(struct diag *d, struct signer **out, const char *path,
                                  const struct signer_options *options);

/* Ledgers for signer_list, appended at out[*num_out] up to SIGNER_MAX_LISTED. Libraries that are
 * not installed and devices that cannot be opened are no error: the state says so. */
MUST_CHECK enum err ledger_list(struct diag *d, struct signer_listed out[static SIGNER_MAX_LISTED],
                                size_t *num_out, const struct signer_options *options);

#endif
