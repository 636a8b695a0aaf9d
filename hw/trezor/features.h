// SPDX-License-Identifier: Apache-2.0
#ifndef HW_TREZOR_FEATURES_H
#define HW_TREZOR_FEATURES_H

#include <stdbool.h>

#include "hw/device.h"
#include "hw/trezor/message.h"

/* What a device says about itself, and whether it can sign. */
struct trezor_about {
    enum device_model model; /* DEVICE_UNKNOWN for one that came later */
    struct device_version version;
    char untrusted_model[33]; /* as the device calls it; raw */
    bool bootloader;
    bool has_firmware;
    bool initialized;
    bool locked; /* will ask for its PIN */
    bool busy;
    bool knows_ethereum;
    bool enters_passphrase; /* by itself, on its screen */
};

/* From Features; ERR_DEVICE if they are malformed. */
MUST_CHECK enum err trezor_about_read(struct diag *d, struct trezor_about *out,
                                      const struct trezor_message *m);

/* For signer_listed: "ready", "locked", "bootloader", …; ours. */
const char *trezor_about_state(const struct trezor_about *about);
/*
 * OK if it can be asked for a signature: ERR_DEVICE in the bootloader, without firmware, not set up
 * or busy; ERR_UNSUPPORTED without Ethereum, for a Safe 7 and for models that are not known. A
 * locked one is OK: it asks for its PIN.
 */
MUST_CHECK enum err trezor_about_check(struct diag *d, const struct trezor_about *about);
/* Speaks another protocol (THP) than this program: ERR_UNSUPPORTED, with what to do instead. */
enum err trezor_is_safe7(struct diag *d);
/* The core firmware (all models but the One) and the One's have their own numbers. */
bool trezor_at_least(const struct trezor_about *about, const struct device_version *one,
                     const struct device_version *core);

#endif
