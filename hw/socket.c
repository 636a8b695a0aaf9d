// SPDX-License-Identifier: Apache-2.0
#include "hw/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hw/socket_name.h"
#include "src/base/interrupt.h"

#define DRAIN_MAX_BYTES 65536

/* Non-blocking, and not for child processes; -1 on failure. */
static int new_socket(const struct addrinfo *a)
{
    int fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);

    if (fd >= 0 && (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0)) {
        (void)close(fd);
        fd = -1;
    }
    return fd;
}

/* --- waiting ---------------------------------------------------------------------------------- */

/* Until fd is ready for events, or has failed: what follows tells which. */
static enum err wait_for(struct diag *d, int fd, short events, const struct hw_budget *b)
{
    for (;;) {
        struct pollfd p = { .fd = fd, .events = events };
        uint32_t left = hw_budget_left_ms(b);
        int n = poll(&p, 1, left < HW_SLICE_MS ? (int)left : HW_SLICE_MS);

        /* a peer that sends a little all the time has no more time than others */
        if (n > 0 && left > 0)
            return OK;
        if (n < 0 && errno != EINTR)
            return diag_set(d, ERR_DEVICE, "cannot wait for the device: %s", strerror(errno));
        if (interrupt_is_pending())
            return diag_set(d, ERR_REFUSED, "interrupted");
        if (left == 0)
            return diag_set(d, ERR_DEVICE, "the device did not answer in time");
    }
}

/* errno of a connection attempt that was left to itself; ERR_REFUSED and ERR_DEVICE as above. */
static enum err connect_one(struct diag *d, int fd, const struct addrinfo *a, int *failed,
                            const struct hw_budget *b)
{
    socklen_t len = sizeof(*failed);
    enum err e = ERR_INTERNAL;

    *failed = 0;
    if (connect(fd, a->ai_addr, a->ai_addrlen) == 0)
        return OK;
    if (errno != EINPROGRESS) {
        *failed = errno;
        return OK;
    }
    if ((e = wait_for(d, fd, POLLOUT, b)) == OK &&
        getsockopt(fd, SOL_SOCKET, SO_ERROR, failed, &len) != 0)
        *failed = errno;
    return e;
}

/* --- TCP -------------------------------------------------------------------------------------- */

enum err socket_tcp_open(struct diag *d, int *fd, const char *host_port, bool allow_remote,
                         const struct hw_budget *b)
{
    struct addrinfo *list = NULL;
    enum err e = ERR_INTERNAL;
    int failed = 0;
    int s = -1;

    *fd = -1;
    if ((e = socket_name_resolve(d, &list, host_port, SOCK_STREAM, allow_remote)) != OK)
        return e;
    for (const struct addrinfo *a = list; a != NULL && *fd < 0 && e == OK; a = a->ai_next) {
        if ((s = new_socket(a)) < 0) {
            failed = errno;
            continue;
        }
        if ((e = connect_one(d, s, a, &failed, b)) == OK && failed == 0)
            *fd = s;
        else
            (void)close(s);
    }
    freeaddrinfo(list);
    if (e == OK && *fd < 0) {
        diag_hint(d, "is the emulator running, and on this port?");
        return diag_set(d, ERR_DEVICE, "cannot connect to '%.128s': %s", host_port,
                        strerror(failed));
    }
    return e;
}

static bool is_later(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

static enum err gone(struct diag *d, ssize_t n)
{
    if (n == 0)
        return diag_set(d, ERR_DEVICE, "the device closed the connection");
    return diag_set(d, ERR_DEVICE, "the connection to the device failed: %s", strerror(errno));
}

enum err socket_read(struct diag *d, int fd, uint8_t *out, size_t out_len,
                     const struct hw_budget *b)
{
    size_t have = 0;

    while (have < out_len) {
        enum err e = wait_for(d, fd, POLLIN, b);
        ssize_t n = e == OK ? recv(fd, out + have, out_len - have, 0) : 0;

        if (e == OK && (n == 0 || (n < 0 && !is_later(errno))))
            e = gone(d, n);
        if (e != OK) {
            memset(out, 0, out_len);
            return e;
        }
        if (n > 0)
            have += (size_t)n;
    }
    return OK;
}

enum err socket_write(struct diag *d, int fd, const uint8_t *data, size_t data_len,
                      const struct hw_budget *b)
{
    while (data_len > 0) {
        enum err e = wait_for(d, fd, POLLOUT, b);
        ssize_t n = e == OK ? send(fd, data, data_len, MSG_NOSIGNAL) : 0;

        if (e != OK)
            return e;
        if (n < 0 && !is_later(errno))
            return gone(d, n);
        if (n > 0) {
            data += n;
            data_len -= (size_t)n;
        }
    }
    return OK;
}

enum err socket_drain(struct diag *d, int fd)
{
    uint8_t waste[512];

    for (size_t all = 0; all < DRAIN_MAX_BYTES;) {
        ssize_t n = recv(fd, waste, sizeof(waste), 0);

        if (n < 0 && is_later(errno))
            return OK;
        if (n <= 0)
            return gone(d, n);
        all += (size_t)n;
    }
    return diag_set(d, ERR_DEVICE, "the device does not stop sending");
}

void socket_close(int fd)
{
    if (fd >= 0)
        (void)close(fd);
}

/* --- UDP -------------------------------------------------------------------------------------- */

/* An emulator's socket holds some hundred reports, and nobody is told of one that is lost. */
#define UDP_BURST    32
#define UDP_PAUSE_MS 20

struct udp {
    int fd;
    unsigned in_a_row; /* reports sent since one came, or since the last pause */
};

static enum err udp_send(struct diag *d, const struct udp *u, const void *data, size_t data_len)
{
    if (send(u->fd, data, data_len, MSG_NOSIGNAL) != (ssize_t)data_len)
        return diag_set(d, ERR_DEVICE, "cannot send to the device: %s", strerror(errno));
    return OK;
}

/* *n is -1 if nothing came in time; a datagram longer than out_len counts as that long. */
static enum err udp_receive(struct diag *d, const struct udp *u, uint8_t *out, size_t out_len,
                            int timeout_ms, ssize_t *n)
{
    struct pollfd p = { .fd = u->fd, .events = POLLIN };

    *n = -1;
    if (poll(&p, 1, timeout_ms) <= 0)
        return OK;
    *n = recv(u->fd, out, out_len, 0);
    if (*n < 0 && !is_later(errno))
        return diag_set(d, ERR_DEVICE, "cannot hear the device: %s", strerror(errno));
    return OK;
}

static enum err udp_write(struct diag *d, void *ctx, const uint8_t report[static HW_REPORT_BYTES])
{
    struct udp *u = ctx;

    if (u->in_a_row++ == UDP_BURST) {
        (void)poll(NULL, 0, UDP_PAUSE_MS);
        u->in_a_row = 1;
    }
    return udp_send(d, u, report, HW_REPORT_BYTES);
}

static enum err udp_read(struct diag *d, void *ctx, uint8_t report[static HW_REPORT_BYTES],
                         int timeout_ms, bool *got)
{
    struct udp *u = ctx;
    uint8_t datagram[HW_REPORT_BYTES + 1];
    ssize_t n = -1;
    enum err e = udp_receive(d, u, datagram, sizeof(datagram), timeout_ms, &n);

    *got = false;
    memset(report, 0, HW_REPORT_BYTES);
    if (e != OK || n < 0)
        return e;
    if (n != HW_REPORT_BYTES)
        return diag_set(d, ERR_DEVICE, "the device sent a datagram of %s than 64 bytes",
                        n < HW_REPORT_BYTES ? "fewer" : "more");
    memcpy(report, datagram, HW_REPORT_BYTES);
    u->in_a_row = 0;
    *got = true;
    return OK;
}

static void udp_close(void *ctx)
{
    struct udp *u = ctx;

    if (u == NULL)
        return;
    socket_close(u->fd);
    free(u);
}

static const struct addrinfo *prefer_v4(const struct addrinfo *list)
{
    for (const struct addrinfo *a = list; a != NULL; a = a->ai_next) {
        if (a->ai_family == AF_INET)
            return a;
    }
    return list;
}

enum err socket_udp_io(struct diag *d, struct hw_io *out, const char *host_port, bool allow_remote)
{
    struct addrinfo *list = NULL;
    const struct addrinfo *a = NULL;
    struct udp *u = NULL;
    enum err e = ERR_INTERNAL;

    *out = (struct hw_io){ 0 };
    if ((e = socket_name_resolve(d, &list, host_port, SOCK_DGRAM, allow_remote)) != OK)
        return e;
    if ((u = calloc(1, sizeof(*u))) == NULL) {
        e = diag_set(d, ERR_NOMEM, "out of memory");
        goto done;
    }
    a = prefer_v4(list);
    if ((u->fd = new_socket(a)) < 0 || connect(u->fd, a->ai_addr, a->ai_addrlen) != 0) {
        e = diag_set(d, ERR_DEVICE, "cannot reach '%.128s': %s", host_port, strerror(errno));
        goto done;
    }
    *out = (struct hw_io){ .ctx = u, .write = udp_write, .read = udp_read, .close = udp_close };
    u = NULL; /* moved */
done:
    udp_close(u);
    freeaddrinfo(list);
    return e;
}

enum err socket_udp_ask(struct diag *d, const struct hw_io *io, const char *ask, const char *answer,
                        const struct hw_budget *b)
{
    uint8_t datagram[HW_REPORT_BYTES];
    const struct udp *u = io->ctx;
    enum err e = udp_send(d, u, ask, strlen(ask));

    while (e == OK && (e = wait_for(d, u->fd, POLLIN, b)) == OK) {
        ssize_t n = -1;

        e = udp_receive(d, u, datagram, sizeof(datagram), 0, &n);
        if (e == OK && n == (ssize_t)strlen(answer) && memcmp(datagram, answer, (size_t)n) == 0)
            return OK;
    }
    return e;
}
