// SPDX-License-Identifier: Apache-2.0
#ifndef HW_TREZOR_CODEC_H
#define HW_TREZOR_CODEC_H

#include "hw/io.h"
#include "src/base/bytes.h"

/*
 * Messages in reports of 64 bytes ("codec v1"):
 *
 *     first       '?' '#' '#' || type (2) || length (4) || 55 bytes of the message
 *     following   '?' || 63 bytes
 *
 * Numbers are big-endian. What is behind the message in its last report is padding: zero as we and
 * the Trezor One write it, the rest of the report before as the other models do; it is ignored.
 * Source: trezor-firmware, docs/common/communication (protocol v1); core, trezor/wire/codec_v1.py.
 */

/* One message; the payload is protobuf (hw/trezor/message.h). */
struct trezor_message {
    uint16_t type;
    struct buf payload; /* untrusted if it was read */
};

/* For LIMIT_TREZOR_MESSAGE_BYTES. */
void trezor_message_init(struct trezor_message *m);
void trezor_message_clear(struct trezor_message *m);

/* ERR_DEVICE if it could not be handed over. Every copy made on the way is wiped: it may be a PIN.
 */
MUST_CHECK enum err trezor_codec_write(struct diag *d, const struct hw_io *io, uint16_t type,
                                       const uint8_t *payload, size_t payload_len);

/*
 * The next message. ERR_DEVICE for a report that is not in order: no "?##" in the first one, no '?'
 * in the others, or one among the others that is a first one itself (that a message's own bytes
 * look like one has a chance of 2^-37); ERR_LIMIT, before it is read, for a message over
 * LIMIT_TREZOR_MESSAGE_BYTES; and what hw_io_read says. ERR_REFUSED (Ctrl-C) comes between messages
 * only: one that has begun is read to its end.
 */
MUST_CHECK enum err trezor_codec_read(struct diag *d, struct trezor_message *out,
                                      const struct hw_io *io, const struct hw_budget *b);

/*
 * A process that was killed in the middle of a message leaves a device that waits for the rest, and
 * takes the next message for it. One report that does not begin with '?' ends that: the One forgets
 * the message, the others answer with a Failure.
 */
MUST_CHECK enum err trezor_codec_resync(struct diag *d, const struct hw_io *io);

#endif
