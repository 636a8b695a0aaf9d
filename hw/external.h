// SPDX-License-Identifier: Apache-2.0
#ifndef HW_EXTERNAL_H
#define HW_EXTERNAL_H

#include "hw/signer.h"

/*
 * A wallet that a person carries the data to: MetaMask, Frame, cast, an air-gapped machine. It gets
 * EIP-712 JSON (signer_options.typed_data) and its signature comes back as text, from a file,
 * standard input or the terminal. It signs no transactions.
 */

/* "external:ADDRESS" of signer_open. */
MUST_CHECK enum err external_signer(struct diag *d, struct signer **out, const char *address,
                                    const struct signer_options *options);

/*
 * 0x and hex digits with white space around them, of
 *   65 bytes  r || s || v, v 0, 1, 27 or 28
 *   64 bytes  r || s with the parity in the top bit of s (EIP-2098); nothing else has this length
 * Out has v 27 or 28. ERR_FORMAT for anything else; out is zero then. Whose signature it is, and
 * whether s is low, is for the caller to see.
 */
MUST_CHECK enum err external_parse_signature(struct diag *d, struct sig65 *out, const char *text,
                                             size_t text_len);

#endif
