// SPDX-License-Identifier: Apache-2.0
#include "hw/ledger/apdu.h"

#include <assert.h>
#include <string.h>

#include "hw/socket.h"
#include "src/base/bytes.h"

#define TCP_HEAD_BYTES 4

void ledger_link_io(struct ledger_link *link, const struct hw_io *io)
{
    *link = (struct ledger_link){ .io = *io, .fd = -1 };
}

enum err ledger_link_tcp(struct diag *d, struct ledger_link *link, const char *host_port,
                         bool allow_remote)
{
    struct hw_budget b = hw_budget_ms(HW_ANSWER_MS);

    *link = (struct ledger_link){ .fd = -1 };
    return socket_tcp_open(d, &link->fd, host_port, allow_remote, &b);
}

void ledger_link_close(struct ledger_link *link)
{
    if (link->io.close != NULL)
        link->io.close(link->io.ctx);
    socket_close(link->fd);
    *link = (struct ledger_link){ .fd = -1 };
}

enum err ledger_link_drain(struct diag *d, struct ledger_link *link)
{
    return link->fd >= 0 ? socket_drain(d, link->fd) : hw_io_drain(d, &link->io);
}

static enum err send_command(struct diag *d, const struct ledger_link *link,
                             const struct ledger_command *c, const struct hw_budget *b)
{
    uint8_t out[TCP_HEAD_BYTES + LEDGER_MAX_COMMAND] = { 0 };
    uint8_t *apdu = out + TCP_HEAD_BYTES;
    size_t apdu_len = 5 + c->data_len;

    assert(c->data_len <= 255);
    apdu[0] = c->cla;
    apdu[1] = c->ins;
    apdu[2] = c->p1;
    apdu[3] = c->p2;
    apdu[4] = (uint8_t)c->data_len;
    if (c->data_len > 0)
        memcpy(apdu + 5, c->data, c->data_len);
    if (link->fd < 0)
        return ledger_frame_write(d, &link->io, apdu, apdu_len);
    out[2] = (uint8_t)(apdu_len >> 8);
    out[3] = (uint8_t)apdu_len;
    return socket_write(d, link->fd, out, TCP_HEAD_BYTES + apdu_len, b);
}

static enum err tcp_read(struct diag *d, int fd, uint8_t out[static LEDGER_MAX_ANSWER],
                         size_t *out_len, const struct hw_budget *b)
{
    uint8_t head[TCP_HEAD_BYTES];
    struct hw_budget rest;
    struct reader r;
    uint32_t data_len = 0;
    enum err e = socket_read(d, fd, head, sizeof(head), b);

    if (e != OK)
        return e;
    rest = hw_budget_ms(HW_ANSWER_MS); /* an answer that has begun waits for nobody */
    reader_init(&r, head, sizeof(head));
    if (!reader_be32(&r, &data_len) || data_len > LEDGER_MAX_ANSWER - 2)
        return diag_set(d, ERR_DEVICE, "answer of the device: %lu bytes, expected at most %d",
                        (unsigned long)data_len, LEDGER_MAX_ANSWER - 2);
    if ((e = socket_read(d, fd, out, data_len + 2, &rest)) == OK)
        *out_len = data_len + 2;
    return e;
}

static enum err read_answer(struct diag *d, const struct ledger_link *link,
                            struct ledger_answer *out, const struct hw_budget *b)
{
    uint8_t bytes[LEDGER_MAX_ANSWER] = { 0 };
    size_t len = 0;
    struct reader r;
    enum err e = link->fd >= 0 ? tcp_read(d, link->fd, bytes, &len, b)
                               : ledger_frame_read(d, &link->io, bytes, &len, b);

    if (e != OK)
        return e;
    reader_init(&r, bytes, len);
    if (!reader_bytes(&r, out->data, len - 2) || !reader_be16(&r, &out->status))
        return diag_set(d, ERR_INTERNAL, "an answer has no status word");
    out->data_len = len - 2;
    return OK;
}

enum err ledger_receive(struct diag *d, struct ledger_link *link, struct ledger_answer *out,
                        const struct hw_budget *b)
{
    enum err e = ERR_INTERNAL;

    *out = (struct ledger_answer){ 0 };
    if ((e = read_answer(d, link, out, b)) != OK) {
        *out = (struct ledger_answer){ 0 };
        link->broken = true;
    }
    return e;
}

enum err ledger_exchange(struct diag *d, struct ledger_link *link, struct ledger_answer *out,
                         const struct ledger_command *command, const struct hw_budget *b)
{
    enum err e = ERR_INTERNAL;

    *out = (struct ledger_answer){ 0 };
    if (link->broken)
        return diag_set(d, ERR_DEVICE, "the exchange with the Ledger was broken off: start again");
    if ((e = send_command(d, link, command, b)) != OK) {
        link->broken = true;
        return e;
    }
    return ledger_receive(d, link, out, b);
}
