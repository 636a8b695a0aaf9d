// SPDX-License-Identifier: Apache-2.0
#ifndef HW_DEVICE_H
#define HW_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/err.h"

/*
 * Models, and what decides which screens one shows.
 * Source: names and product ids of the vendors; docs/devices.md says what was tried.
 */

enum device_vendor { VENDOR_LEDGER, VENDOR_TREZOR };

enum device_model {
    DEVICE_UNKNOWN = 0,
    LEDGER_NANO_S,
    LEDGER_NANO_SP,
    LEDGER_NANO_X,
    LEDGER_STAX,
    LEDGER_FLEX,
    LEDGER_APEX, /* Nano Gen5 */
    LEDGER_BLUE,
    TREZOR_ONE,
    TREZOR_T,
    TREZOR_SAFE3,
    TREZOR_SAFE5,
    TREZOR_SAFE7,
    DEVICE_NUM_MODELS
};
/* As on the command line: "nanos", "nanosp", "trezor-one"; NULL for models that have no preview
 * (unknown, Blue, Safe 7). */
const char *device_model_word(enum device_model model);
/* As people call it: "Ledger Nano S Plus". */
const char *device_model_name(enum device_model model);
/* DEVICE_UNKNOWN for another word. */
enum device_model device_model_from_word(const char *word);
enum device_vendor device_model_vendor(enum device_model model);

/* Of the Ethereum app (Ledger) or of the firmware (Trezor). */
struct device_version {
    uint8_t major, minor, patch;
};
/* a is at least major.minor.patch */
bool device_version_at_least(const struct device_version *a, uint8_t major, uint8_t minor,
                             uint8_t patch);

enum setting { SETTING_UNKNOWN = 0, SETTING_OFF, SETTING_ON };

/* What decides the screens. */
struct device_setup {
    enum device_model model;
    bool has_version;
    struct device_version version;
    bool hash_mode;             /* Ledger: domain and message hash instead of the fields */
    enum setting blind_signing; /* Ledger */
    /* Ledger; no app says whether they are on */
    enum setting raw_messages;
    enum setting transaction_hash;
};

#endif
