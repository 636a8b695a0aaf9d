// SPDX-License-Identifier: Apache-2.0
#include "hw/trezor/link.h"

#include <stdlib.h>

static enum err reports_write(struct diag *d, void *ctx, uint16_t type, const uint8_t *payload,
                              size_t payload_len)
{
    const struct hw_io *io = ctx;

    return trezor_codec_write(d, io, type, payload, payload_len);
}

static enum err reports_read(struct diag *d, void *ctx, struct trezor_message *out,
                             const struct hw_budget *b, bool patient)
{
    const struct hw_io *io = ctx;
    enum err e = OK;

    do
        e = trezor_codec_read(d, out, io, b);
    while (e == ERR_REFUSED && patient && hw_budget_left_ms(b) > 0);
    return e;
}

static enum err reports_drain(struct diag *d, void *ctx)
{
    const struct hw_io *io = ctx;

    return hw_io_drain(d, io);
}

static enum err reports_resync(struct diag *d, void *ctx)
{
    const struct hw_io *io = ctx;

    return trezor_codec_resync(d, io);
}

static void reports_close(void *ctx)
{
    struct hw_io *io = ctx;

    if (io == NULL)
        return;
    io->close(io->ctx);
    free(io);
}

enum err trezor_link_reports(struct diag *d, struct trezor_link *out, const struct hw_io *io)
{
    struct hw_io *copy = malloc(sizeof(*copy));

    *out = (struct trezor_link){ 0 };
    if (copy == NULL) {
        io->close(io->ctx);
        return diag_set(d, ERR_NOMEM, "out of memory");
    }
    *copy = *io;
    *out = (struct trezor_link){ .ctx = copy,
                                 .write = reports_write,
                                 .read = reports_read,
                                 .drain = reports_drain,
                                 .resync = reports_resync,
                                 .close = reports_close };
    return OK;
}

void trezor_link_close(struct trezor_link *link)
{
    if (link->close != NULL)
        link->close(link->ctx);
    *link = (struct trezor_link){ 0 };
}
