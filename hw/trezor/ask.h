// SPDX-License-Identifier: Apache-2.0
#ifndef HW_TREZOR_ASK_H
#define HW_TREZOR_ASK_H

#include "hw/signer.h"
#include "src/base/bytes.h"

/*
 * What a Trezor wants to be told by the person, through this machine. out is a secret buffer; the
 * terminal does not show what is typed.
 */

/*
 * The PIN of a Trezor One as the positions of its digits on the One's screen, where they stand in a
 * new order each time: 7 8 9 is the upper row, as on a number pad. ERR_USAGE unless it is 1 to 50
 * digits from 1 to 9, or if there is no terminal.
 */
MUST_CHECK enum err trezor_ask_pin(struct diag *d, struct buf *out, const char *name);

/*
 * The passphrase, which is a part of the key: another passphrase is another account. From the file
 * or descriptor of options if there is one, else from the terminal, where nothing means the wallet
 * without passphrase. At most 50 bytes (ERR_USAGE). Only printable ASCII: other characters would
 * have to be brought into a normal form (NFKD) first, and a mistake there would be a silent other
 * account (ERR_UNSUPPORTED, with the advice to type it on the device).
 */
MUST_CHECK enum err trezor_ask_passphrase(struct diag *d, struct buf *out, const char *name,
                                          const struct signer_options *options);

#endif
