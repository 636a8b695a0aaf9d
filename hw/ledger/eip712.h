// SPDX-License-Identifier: Apache-2.0
#ifndef HW_LEDGER_EIP712_H
#define HW_LEDGER_EIP712_H

#include "hw/device.h"
#include "hw/ledger/apdu.h"
#include "hw/path.h"
#include "src/base/typed_data.h"

/*
 * Signing EIP-712 data. The person is asked once, by the last command (before app 1.19 with each
 * value); nothing is ever sent twice.
 *
 * Field by field (setup->hash_mode is false):
 *     1A 00 01                     no such command: forgets what an interrupted program left behind
 *     1A 00 00 name, 1A 00 FF ...  definitions: the domain's struct, then the message's
 *     1C 00 00 name, 1C 00 FF ...  values in the same order: BE16 length, bytes; over 255 bytes in
 *                                  several commands, all but the last with P1 01
 *     0C 00 01 path                -> v r s
 * By its hashes:
 *     0C 00 00 path, domain separator, message hash -> v r s
 *
 * Source: app-ethereum 1.22.0, doc/ethapp.adoc, src/features/sign_message_eip712.
 */

/* out: r s v with v 27 or 28, not checked otherwise. Values of up to 65535 bytes: ERR_LIMIT, before
 * anything is sent. */
MUST_CHECK enum err ledger_eip712_sign(struct diag *d, struct ledger_link *link, struct sig65 *out,
                                       const struct hd_path *path, const struct typed_data *typed,
                                       const struct device_setup *setup);

/*
 * After Ctrl-C: makes the app drop the request that it shows, of whatever kind, with the command
 * 1A 00 01 that is none. True if the app says that it was not understood: then nothing is on the
 * screen any more, no answer is outstanding, and the link can be used again. There is no documented
 * way to cancel; versions 1.18.1 and 1.22.0 do this (docs/devices.md), others may not.
 */
MUST_CHECK bool ledger_take_back(struct ledger_link *link);

/* The data of a signature's answer, v r s, any v. */
MUST_CHECK enum err ledger_signature_parse(struct diag *d, struct sig65 *out, const uint8_t *data,
                                           size_t data_len);

#endif
