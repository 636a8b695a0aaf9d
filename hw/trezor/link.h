// SPDX-License-Identifier: Apache-2.0
#ifndef HW_TREZOR_LINK_H
#define HW_TREZOR_LINK_H

#include <stdbool.h>

#include "hw/io.h"
#include "hw/trezor/codec.h"

/*
 * How messages get to a device and back: in reports (USB, HID, UDP) or through Bridge, which takes
 * whole messages. What is written may be secret: no copy of ours is left behind.
 */
struct trezor_link {
    void *ctx;
    enum err (*write)(struct diag *d, void *ctx, uint16_t type, const uint8_t *payload,
                      size_t payload_len);
    /*
     * The next message, as trezor_codec_read gives it: ERR_DEVICE when the budget is spent. Unless
     * patient, ERR_REFUSED on Ctrl-C: the exchange is left in the middle, and the caller ends it.
     */
    enum err (*read)(struct diag *d, void *ctx, struct trezor_message *out,
                     const struct hw_budget *b, bool patient);
    /* Throw away what an earlier process left unread. */
    enum err (*drain)(struct diag *d, void *ctx);
    /* Make a device that waits for the rest of a message forget it; NULL: nothing can be done. */
    enum err (*resync)(struct diag *d, void *ctx);
    /* Nothing is asked for a while: let others have the device. The next write takes it back. NULL:
     * it is nobody else's as long as the link is open. */
    void (*rest)(void *ctx);
    void (*close)(void *ctx); /* NULL ctx is fine */
};

/* Takes io over, also on failure. */
MUST_CHECK enum err trezor_link_reports(struct diag *d, struct trezor_link *out,
                                        const struct hw_io *io);
/* All-zero is fine, and what it is afterwards. */
void trezor_link_close(struct trezor_link *link);

#endif
