// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hw/socket.h"
#include "src/base/interrupt.h"

/* A socket of this machine, and "127.0.0.1:PORT" of it. */
static int local_socket(char name[static 32], int type)
{
    struct sockaddr_in a = { .sin_family = AF_INET };
    socklen_t len = sizeof(a);
    int fd = socket(AF_INET, type, 0);

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    cr_assert(fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0);
    cr_assert(type != SOCK_STREAM || listen(fd, 1) == 0);
    cr_assert_eq(getsockname(fd, (struct sockaddr *)&a, &len), 0);
    (void)snprintf(name, 32, "127.0.0.1:%u", ntohs(a.sin_port));
    return fd;
}

/* A connection and its other end. */
static void tcp_pair(int *ours, int *theirs)
{
    char name[32];
    struct diag d = { 0 };
    struct hw_budget b = hw_budget_ms(5000);
    int listener = local_socket(name, SOCK_STREAM);

    cr_assert_eq(socket_tcp_open(&d, ours, name, false, &b), OK, "%s", d.msg);
    cr_assert((*theirs = accept(listener, NULL, NULL)) >= 0);
    (void)close(listener);
}

/* Numeric addresses: nothing is resolved, nothing is sent. */
Test(socket, refuses_other_machines)
{
    static const char *const names[] = { "192.0.2.1:9999",          "0.0.0.0:9999",
                                         "[2001:db8::1]:9999",      "[::]:9999",
                                         "[::ffff:192.0.2.1]:9999", "128.0.0.1:1",
                                         "[2001:db8::7f00:1]:9999", "[::7f00:1]:9999",
                                         "example.invalid:9999",    "localhost.:9999" };
    struct hw_budget b = hw_budget_ms(1000);

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct diag d = { 0 };
        struct hw_io io;
        int fd = 0;

        cr_expect_eq(socket_tcp_open(&d, &fd, names[i], false, &b), ERR_USAGE, "%s", names[i]);
        cr_expect_eq(fd, -1);
        cr_expect_eq(socket_udp_io(&d, &io, names[i], false), ERR_USAGE, "%s", names[i]);
        cr_expect_null(io.ctx);
    }
}

Test(socket, allows_other_machines)
{
    struct diag d = { 0 };
    struct hw_io io;

    cr_expect_eq(socket_udp_io(&d, &io, "0.0.0.0:9999", true), OK, "%s", d.msg);
    io.close(io.ctx);
}

Test(socket, tells_that_nobody_listens)
{
    char name[32];
    struct diag d = { 0 };
    struct hw_budget b = hw_budget_ms(1000);
    int fd = 0;

    socket_close(local_socket(name, SOCK_STREAM));
    cr_expect_eq(socket_tcp_open(&d, &fd, name, false, &b), ERR_DEVICE);
    cr_expect_eq(fd, -1);
    cr_expect_not_null(strstr(d.msg, name));
}

Test(socket, reads_what_comes_in_pieces)
{
    struct diag d = { 0 };
    struct hw_budget b = hw_budget_ms(5000);
    uint8_t got[6];
    int ours = -1, theirs = -1;

    tcp_pair(&ours, &theirs);
    cr_assert_eq(write(theirs, "abc", 3), 3);
    cr_expect_eq(socket_read(&d, ours, got, 2, &b), OK);
    cr_expect_arr_eq(got, "ab", 2);
    cr_assert_eq(write(theirs, "def", 3), 3);
    cr_expect_eq(socket_read(&d, ours, got, 4, &b), OK);
    cr_expect_arr_eq(got, "cdef", 4);
    cr_expect_eq(socket_write(&d, ours, (const uint8_t *)"xyz", 3, &b), OK);
    cr_expect_eq(read(theirs, got, 6), 3);
    cr_expect_arr_eq(got, "xyz", 3);
    socket_close(ours);
    socket_close(theirs);
}

Test(socket, drains_and_notices_the_end)
{
    struct diag d = { 0 };
    struct hw_budget b = hw_budget_ms(5000);
    uint8_t got[8];
    int ours = -1, theirs = -1;

    tcp_pair(&ours, &theirs);
    cr_expect_eq(socket_drain(&d, ours), OK);
    cr_assert_eq(write(theirs, "stale", 5), 5);
    cr_assert_eq(socket_read(&d, ours, got, 1, &b), OK);
    cr_expect_eq(socket_drain(&d, ours), OK);
    cr_assert_eq(write(theirs, "fresh", 5), 5);
    cr_expect_eq(socket_read(&d, ours, got, 5, &b), OK);
    cr_expect_arr_eq(got, "fresh", 5);
    cr_assert_eq(write(theirs, "half", 4), 4);
    socket_close(theirs);
    cr_expect_eq(socket_read(&d, ours, got, 5, &b), ERR_DEVICE);
    cr_expect_eq(got[0], 0, "an output that is not whole is zero");
    cr_expect_eq(socket_drain(&d, ours), ERR_DEVICE);
    socket_close(ours);
}

Test(socket, waits_no_longer_than_its_budget)
{
    struct diag d = { 0 };
    struct hw_budget b = hw_budget_ms(20);
    uint8_t got[1];
    int ours = -1, theirs = -1;

    tcp_pair(&ours, &theirs);
    cr_expect_eq(socket_read(&d, ours, got, 1, &b), ERR_DEVICE);
    cr_expect_not_null(strstr(d.msg, "in time"));
    socket_close(ours);
    socket_close(theirs);
}

/* An emulator on a UDP socket; its peer is known once something has come. */
static void answer_as_peer(int fd, const char *expect, const void *data, size_t data_len)
{
    struct sockaddr_in peer;
    socklen_t len = sizeof(peer);
    char got[128] = "";
    ssize_t n = recvfrom(fd, got, sizeof(got), 0, (struct sockaddr *)&peer, &len);

    cr_assert_eq(n, (ssize_t)strlen(expect));
    cr_expect_arr_eq(got, expect, (size_t)n);
    cr_assert_eq(sendto(fd, "noise", 5, 0, (struct sockaddr *)&peer, len), 5);
    cr_assert_eq(sendto(fd, data, data_len, 0, (struct sockaddr *)&peer, len), (ssize_t)data_len);
}

/* What comes late does not count, or a peer that sends a little all the time has all of it. */
Test(socket, what_comes_too_late_does_not_count)
{
    struct diag d = { 0 };
    struct hw_budget b = hw_budget_ms(0);
    char name[32];
    uint8_t got[4];
    struct hw_io io;
    int ours = -1, theirs = -1;
    int peer = local_socket(name, SOCK_DGRAM);

    tcp_pair(&ours, &theirs);
    cr_assert_eq(write(theirs, "late", 4), 4);
    cr_expect_eq(socket_read(&d, ours, got, sizeof(got), &b), ERR_DEVICE);
    cr_expect_not_null(strstr(d.msg, "in time"), "%s", d.msg);
    socket_close(ours);
    socket_close(theirs);

    cr_assert_eq(socket_udp_io(&d, &io, name, false), OK, "%s", d.msg);
    cr_expect_eq(socket_udp_ask(&d, &io, "PINGPING", "PONGPONG", &b), ERR_DEVICE);
    answer_as_peer(peer, "PINGPING", "PONGPONG", 8);
    cr_expect_eq(socket_udp_ask(&d, &io, "AGAIN", "PONGPONG", &b), ERR_DEVICE);
    io.close(io.ctx);
    socket_close(peer);
}

Test(socket, ctrl_c_ends_the_waiting)
{
    struct diag d = { 0 };
    struct hw_budget b = hw_budget_ms(60000);
    struct interrupt held;
    uint8_t got[1];
    int ours = -1, theirs = -1;

    tcp_pair(&ours, &theirs);
    interrupt_hold(&held);
    cr_assert_eq(raise(SIGINT), 0);
    cr_expect_eq(socket_read(&d, ours, got, 1, &b), ERR_REFUSED);
    cr_expect_str_eq(d.msg, "interrupted");
    interrupt_release_answered(&held);
    socket_close(ours);
    socket_close(theirs);
}

Test(socket, udp_ping)
{
    char name[32];
    struct diag d = { 0 };
    struct hw_io io;
    struct hw_budget b = hw_budget_ms(100);
    int peer = local_socket(name, SOCK_DGRAM);

    cr_assert_eq(socket_udp_io(&d, &io, name, false), OK, "%s", d.msg);
    cr_expect_eq(socket_udp_ask(&d, &io, "PINGPING", "PONGPONG", &b), ERR_DEVICE, "no answer yet");
    answer_as_peer(peer, "PINGPING", "PONGPONG", 8);
    b = hw_budget_ms(5000);
    cr_expect_eq(socket_udp_ask(&d, &io, "AGAIN", "PONGPONG", &b), OK, "%s", d.msg);
    io.close(io.ctx);
    socket_close(peer);
}

/* A long message does not come faster than an emulator reads. */
Test(socket, udp_pauses)
{
    const uint8_t report[HW_REPORT_BYTES] = { 0 };
    char name[32];
    struct diag d = { 0 };
    struct hw_io io;
    struct hw_budget b = hw_budget_ms(60000);
    int peer = local_socket(name, SOCK_DGRAM);

    cr_assert_eq(socket_udp_io(&d, &io, name, false), OK, "%s", d.msg);
    for (int i = 0; i < 100; i++)
        cr_expect_eq(io.write(&d, io.ctx, report), OK, "%s", d.msg);
    cr_expect(60000 - hw_budget_left_ms(&b) >= 3 * 20, "three pauses");
    io.close(io.ctx);
    socket_close(peer);
}

Test(socket, udp_reports)
{
    char name[32];
    uint8_t report[HW_REPORT_BYTES], zero[HW_REPORT_BYTES] = { 0 };
    struct diag d = { 0 };
    struct hw_io io;
    struct sockaddr_in host;
    socklen_t len = sizeof(host);
    bool got = true;
    int peer = local_socket(name, SOCK_DGRAM);

    cr_assert_eq(socket_udp_io(&d, &io, name, false), OK, "%s", d.msg);
    memset(report, 0x3f, sizeof(report));
    cr_expect_eq(io.write(&d, io.ctx, report), OK);
    cr_assert_eq(recvfrom(peer, zero, 64, 0, (struct sockaddr *)&host, &len), 64);
    cr_expect_arr_eq(zero, report, 64);
    cr_expect(io.read(&d, io.ctx, report, 0, &got) == OK && !got && report[0] == 0);

    for (size_t size = 63; size <= 65; size++) {
        uint8_t datagram[65];

        memset(datagram, 0x23, sizeof(datagram));
        cr_assert_eq(sendto(peer, datagram, size, 0, (struct sockaddr *)&host, len), (ssize_t)size);
        cr_expect_eq(io.read(&d, io.ctx, report, 5000, &got), size == 64 ? OK : ERR_DEVICE);
        cr_expect_eq(got, size == 64);
        cr_expect_eq(report[63], size == 64 ? 0x23 : 0);
    }
    socket_close(peer);
    cr_expect_eq(io.write(&d, io.ctx, report), OK);
    cr_expect_eq(io.read(&d, io.ctx, report, 5000, &got), ERR_DEVICE, "nobody is there");
    io.close(io.ctx);
}
