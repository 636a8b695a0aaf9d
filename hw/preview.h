// SPDX-License-Identifier: Apache-2.0
#ifndef HW_PREVIEW_H
#define HW_PREVIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "hw/device.h"
#include "src/base/eth_tx.h"
#include "src/base/typed_data.h"

/*
 * What a device will show, screen after screen, so that a person can hold the device beside it.
 * Pure: no device is asked. Labels and values are spelt as that firmware spells them, and broken
 * into lines and pages where its fonts are known.
 *
 * Confirmed is what the vendor's own firmware showed in its emulator, screen by screen, in this
 * model, mode and version (fixtures/devices, docs/devices.md). Everything else says that it is not.
 */

enum preview_basis {
    PREVIEW_FROM_SOURCE = 0, /* read in the firmware's source, not run */
    PREVIEW_SIMILAR,         /* another model or version with the same source was run */
    PREVIEW_CONFIRMED,
};

enum preview_mode {
    PREVIEW_REFUSED = 0, /* with these settings the device says no by itself */
    PREVIEW_FIELDS,      /* every field */
    PREVIEW_DOMAIN,      /* the fields of the domain, and the message hash */
    PREVIEW_HASHES,      /* domain hash and message hash */
    PREVIEW_TRANSACTION,
};

enum preview_kind {
    SCREEN_PROMPT, /* words of the device alone */
    SCREEN_VALUE,  /* something to compare */
    SCREEN_STEP,   /* comes back between the others */
    SCREEN_FINAL,  /* the one that signs */
};

struct preview_row {
    char title[64]; /* "to"; "" if there is none */
    char *text;     /* \n where the device breaks the line; owned */
    bool broken;    /* the line breaks are known to be the device's own */
};

struct preview_screen {
    enum preview_kind kind;
    size_t first_row, num_rows;
    char heading[24];  /* over the rows: "SafeTx"; "" if there is none */
    char aside[48];    /* ours: "behind 'More', page 1 of 2", for a way off the straight one */
    char foot[24];     /* "2 of 8"; "" if the device does not say */
    const char *press; /* what to do here; NULL: go on to the next */
};

struct preview {
    struct device_setup setup; /* as given; a version that was not given is the one assumed */
    enum preview_mode mode;
    enum preview_basis basis;
    struct buf basis_text; /* "confirmed on firmware: Ethereum app 1.22.0" */
    struct buf notes;      /* what to know or to change, one a line */
    struct preview_screen *screens;
    size_t num_screens;
    struct preview_row *rows; /* of all screens */
    size_t num_rows;
    bool failed; /* out of memory, or over LIMIT_PREVIEW_SCREENS: preview_* report it */
};

/*
 * Settings that are not known leave several cases open; each of these is definite for what is
 * signed. Without open cases: the setup itself.
 */
#define PREVIEW_MAX_CASES 3
size_t preview_typed_cases(struct device_setup out[static PREVIEW_MAX_CASES],
                           const struct device_setup *setup);
size_t preview_tx_cases(struct device_setup out[static PREVIEW_MAX_CASES],
                        const struct device_setup *setup, const struct eth_tx *tx);
/* "Blind signing on, Raw messages off": the settings that decide; "" if none does. */
void preview_settings(struct buf *out, const struct preview *p);
/* "Ledger Flex, Ethereum app 1.22.0" or "Trezor One, firmware 1.14.1" */
void preview_device(struct buf *out, const struct preview *p);

/*
 * The screens for typed data, or a transaction. signer: the account, NULL if it is not known.
 * An unknown setting counts as off, but for Transaction hash with typed data, which counts as on.
 * The caller clears, also after a failure. ERR_UNSUPPORTED for models without a preview, and if the
 * device can not sign this at all (the reason says why).
 */
MUST_CHECK enum err preview_typed(struct diag *d, struct preview *out,
                                  const struct device_setup *setup, const struct typed_data *typed,
                                  const struct address *signer);
MUST_CHECK enum err preview_tx(struct diag *d, struct preview *out,
                               const struct device_setup *setup, const struct eth_tx *tx,
                               const struct address *signer);
void preview_clear(struct preview *p);

/* "every field", "domain hash and message hash", … */
const char *preview_mode_name(enum preview_mode mode);

#endif
