// SPDX-License-Identifier: Apache-2.0
#include "hw/trezor/udp.h"

#include <stdlib.h>
#include <time.h>

#include "hw/socket.h"

#define BURST    32
#define PAUSE_NS (20 * 1000000L)

struct udp {
    struct hw_io io;
    unsigned burst; /* written in a row */
};

static enum err udp_write(struct diag *d, void *ctx, const uint8_t report[static HW_REPORT_BYTES])
{
    const struct timespec pause = { 0, PAUSE_NS };
    struct udp *u = ctx;

    if (u->burst == BURST) {
        (void)nanosleep(&pause, NULL);
        u->burst = 0;
    }
    u->burst++;
    return u->io.write(d, u->io.ctx, report);
}

static enum err udp_read(struct diag *d, void *ctx, uint8_t report[static HW_REPORT_BYTES],
                         int timeout_ms, bool *got)
{
    struct udp *u = ctx;
    enum err e = u->io.read(d, u->io.ctx, report, timeout_ms, got);

    if (e == OK && *got)
        u->burst = 0;
    return e;
}

static void udp_close(void *ctx)
{
    struct udp *u = ctx;

    if (u == NULL)
        return;
    u->io.close(u->io.ctx);
    free(u);
}

enum err trezor_udp_open(struct diag *d, struct trezor_link *out, const char *host_port,
                         bool allow_remote)
{
    const struct hw_budget b = hw_budget_ms(HW_ANSWER_MS);
    struct udp *u = calloc(1, sizeof(*u));
    struct hw_io io = { .ctx = u, .write = udp_write, .read = udp_read, .close = udp_close };
    enum err e = ERR_INTERNAL;

    *out = (struct trezor_link){ 0 };
    if (u == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    if ((e = socket_udp_io(d, &u->io, host_port, allow_remote)) != OK) {
        free(u);
        return e;
    }
    if ((e = socket_udp_ask(d, &u->io, "PINGPING", "PONGPONG", &b)) != OK) {
        udp_close(u);
        return e;
    }
    return trezor_link_reports(d, out, &io);
}
