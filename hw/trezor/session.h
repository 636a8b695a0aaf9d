// SPDX-License-Identifier: Apache-2.0
#ifndef HW_TREZOR_SESSION_H
#define HW_TREZOR_SESSION_H

#include "hw/signer.h"
#include "hw/trezor/features.h"
#include "hw/trezor/link.h"

/*
 * Asking a Trezor. Between a request and its answer the device asks back: a button, the PIN, the
 * passphrase. That is answered here:
 *
 * - Buttons: the person is told once an operation to look at the device.
 * - PIN: the One is told positions (trezor_ask_pin); the others ask on their own screens. A wrong
 *   one is ERR_REFUSED; the next attempt begins a new session on the device.
 * - Passphrase: from options->passphrase_file or passphrase_fd if one is given; else on the device
 *   if it can (Model T and later, where nothing can listen in), else on the terminal.
 *
 * However an operation ends, nothing of it is left for the next reader: after Ctrl-C, and after an
 * error of our own, the device is sent Cancel and its answers are read up to the Failure that says
 * it is over.
 */
struct trezor_session {
    struct trezor_link link;
    struct signer_options options; /* what its pointers lead to is borrowed */
    struct trezor_about about;
    struct buf passphrase; /* secret; kept, as it can be read from a descriptor only once */
    bool has_passphrase;
    /* of the operation */
    struct hw_budget budget;
    unsigned steps;
    unsigned told; /* which notices, a bit each */
};

/*
 * Begin: Initialize, and look at the Features. Takes link over, also on failure. Nothing is shown,
 * nothing asked. ERR_DEVICE and ERR_UNSUPPORTED as trezor_about_check says.
 */
MUST_CHECK enum err trezor_session_open(struct diag *d, struct trezor_session *s,
                                        const struct trezor_link *link,
                                        const struct signer_options *options);
/* Closes the link and wipes; all-zero is fine. */
void trezor_session_close(struct trezor_session *s);

/*
 * Features alone, for a list: without a new session, so that another program's goes on. Takes
 * nothing over. Of a Safe 7, which answers in another way, out->model alone is set:
 * ERR_UNSUPPORTED.
 */
MUST_CHECK enum err trezor_ask_features(struct diag *d, struct trezor_about *out,
                                        const struct trezor_link *link);

/* A new operation: a full budget of time and messages. */
void trezor_begin(struct trezor_session *s);

/*
 * Send a message (payload NULL: an empty one) and get the first answer that is no question to the
 * person. wanted are the types that may come; a Failure is an error in words (ERR_REFUSED if the
 * person said no), any other type ERR_DEVICE. On error the operation is over on both sides.
 */
MUST_CHECK enum err trezor_call(struct diag *d, struct trezor_session *s,
                                struct trezor_message *out, uint16_t type,
                                const struct buf *payload, const uint16_t *wanted,
                                size_t num_wanted);

/*
 * End an operation in the middle, because of an error that d describes already: Cancel, and reading
 * up to the Failure. After a Ctrl-C in front of a screen, the hint says what became of it; else d
 * is left alone. Returns e.
 */
enum err trezor_abort(struct diag *d, struct trezor_session *s, enum err e);

#endif
