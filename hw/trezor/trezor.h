// SPDX-License-Identifier: Apache-2.0
#ifndef HW_TREZOR_TREZOR_H
#define HW_TREZOR_TREZOR_H

#include "hw/signer.h"
#include "hw/trezor/link.h"

/*
 * Trezor devices: Trezor One, Model T, Safe 3 and Safe 5, by WebUSB, HID (old Trezor One), Bridge,
 * or, for the emulators, UDP. Safe 7 is recognised and refused. Source: trezor/trezor-firmware,
 * common/protob.
 */

/* "trezor[:PATH]" of signer_open; path NULL: the default. */
MUST_CHECK enum err trezor_signer(struct diag *d, struct signer **out, const char *path,
                                  const struct signer_options *options);

/* The same over a link that is open. Takes it over, also on failure. */
MUST_CHECK enum err trezor_signer_on(struct diag *d, struct signer **out, const char *path,
                                     const struct signer_options *options,
                                     const struct trezor_link *link);

/* Trezors for signer_list, appended at out[*num_out] up to SIGNER_MAX_LISTED. Libraries that are
 * not installed and devices that cannot be opened are no error: the state says so. */
MUST_CHECK enum err trezor_list(struct diag *d, struct signer_listed out[static SIGNER_MAX_LISTED],
                                size_t *num_out, const struct signer_options *options);

#endif
