// SPDX-License-Identifier: Apache-2.0
#ifndef HW_LEDGER_APP_H
#define HW_LEDGER_APP_H

#include <stddef.h>
#include <stdint.h>

#include "hw/device.h"
#include "hw/ledger/apdu.h"
#include "hw/path.h"
#include "src/base/types.h"

/*
 * Which app is open, and what it is set to. Nothing here is shown on the device but a confirmed
 * address. Source: app-ethereum 1.22.0, doc/ethapp.adoc; B0 01 is the system's.
 */

/* Product ids are MMII (model, interfaces), or the model's number alone. */
enum device_model ledger_model_of_product(uint16_t product);

#define LEDGER_NAME_BYTES 32

struct ledger_app {
    char name[LEDGER_NAME_BYTES + 1];    /* raw; "BOLOS": the dashboard, no app is open */
    char version[LEDGER_NAME_BYTES + 1]; /* raw, as reported */
};

/* The answers' data. ERR_DEVICE unless well-formed to the last byte; text is printable ASCII. */
MUST_CHECK enum err ledger_app_parse(struct diag *d, struct ledger_app *out, const uint8_t *data,
                                     size_t data_len);
MUST_CHECK enum err ledger_config_parse(struct diag *d, enum setting *blind_signing,
                                        const uint8_t *data, size_t data_len);
/* Public key and address text: the text has to be the EIP-55 form of the key's address. */
MUST_CHECK enum err ledger_account_parse(struct diag *d, struct address *out, const uint8_t *data,
                                         size_t data_len);

/*
 * Asks for the app's name. The first question after somebody else's: what does not look like its
 * answer may be the answer to an older one, so one more is waited for, briefly.
 */
MUST_CHECK enum err ledger_app_ask(struct diag *d, struct ledger_link *link,
                                   struct ledger_app *out);

/*
 * The Ethereum app in a version that this program speaks to: ERR_DEVICE for another app, with a
 * hint which to open, ERR_UNSUPPORTED for a version before 1.9.0 or one that cannot be read.
 */
MUST_CHECK enum err ledger_app_check(struct diag *d, struct device_version *out,
                                     const struct ledger_app *app);

/* All of it: asks and checks the app, asks for its settings, decides on hash mode: wanted, or the
 * only one (before 1.10.0, and on the Nano S). model: DEVICE_UNKNOWN over TCP. */
MUST_CHECK enum err ledger_app_setup(struct diag *d, struct ledger_link *link,
                                     struct device_setup *out, enum device_model model,
                                     bool hash_mode);

#define LEDGER_PATH_BYTES (1 + 4 * HD_MAX_DEPTH)
/* n | n * BE32; returns the length. */
size_t ledger_path_encode(uint8_t out[static LEDGER_PATH_BYTES], const struct hd_path *path);

/* The account of path; confirm: once the person has said on the device that it is the same. */
MUST_CHECK enum err ledger_account_ask(struct diag *d, struct ledger_link *link,
                                       struct address *out, const struct hd_path *path,
                                       bool confirm, const struct device_setup *setup);

#endif
