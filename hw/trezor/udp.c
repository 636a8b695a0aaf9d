// SPDX-License-Identifier: Apache-2.0
#include "hw/trezor/udp.h"

#include "hw/socket.h"

enum err trezor_udp_open(struct diag *d, struct trezor_link *out, const char *host_port,
                         bool allow_remote)
{
    const struct hw_budget b = hw_budget_ms(HW_ANSWER_MS);
    struct hw_io io;
    enum err e = ERR_INTERNAL;

    *out = (struct trezor_link){ 0 };
    if ((e = socket_udp_io(d, &io, host_port, allow_remote)) != OK)
        return e;
    if ((e = socket_udp_ask(d, &io, "PINGPING", "PONGPONG", &b)) != OK) {
        io.close(io.ctx);
        return e;
    }
    return trezor_link_reports(d, out, &io);
}
