// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hw/ledger/apdu.h"
#include "hw_replay.h"

/* An emulator: the other end of a link over TCP. Small messages fit into the socket's buffers. */
static int emulator(struct ledger_link *link)
{
    struct sockaddr_in a = { .sin_family = AF_INET };
    socklen_t len = sizeof(a);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct diag d = { 0 };
    char name[32];
    int fd = -1;

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    cr_assert(listener >= 0 && bind(listener, (struct sockaddr *)&a, sizeof(a)) == 0 &&
              listen(listener, 1) == 0 && getsockname(listener, (struct sockaddr *)&a, &len) == 0);
    (void)snprintf(name, sizeof(name), "127.0.0.1:%u", ntohs(a.sin_port));
    cr_assert_eq(ledger_link_tcp(&d, link, name, false), OK, "%s", d.msg);
    cr_assert((fd = accept(listener, NULL, NULL)) >= 0);
    (void)close(listener);
    return fd;
}

static enum err ask(struct ledger_link *link, struct ledger_answer *answer, struct diag *d)
{
    const uint8_t data[] = { 0xaa, 0xbb };
    const struct ledger_command c = {
        .cla = 0xe0, .ins = 2, .p1 = 3, .p2 = 4, .data = data, .data_len = 2
    };
    struct hw_budget b = hw_budget_ms(200);

    *d = (struct diag){ 0 };
    return ledger_exchange(d, link, answer, &c, &b);
}

Test(ledger_apdu, over_tcp)
{
    static const uint8_t want[] = { 0, 0, 0, 7, 0xe0, 2, 3, 4, 2, 0xaa, 0xbb };
    struct ledger_link link;
    struct ledger_answer answer;
    struct diag d;
    uint8_t got[64];
    int fd = emulator(&link);

    cr_assert_eq(write(fd, "\0\0\0\3xyz\x90\0", 9), 9);
    cr_expect_eq(ask(&link, &answer, &d), OK, "%s", d.msg);
    cr_expect(answer.status == 0x9000 && answer.data_len == 3);
    cr_expect_arr_eq(answer.data, "xyz", 3);
    cr_expect_eq(read(fd, got, sizeof(got)), (ssize_t)sizeof(want));
    cr_expect_arr_eq(got, want, sizeof(want));
    cr_assert_eq(write(fd, "\0\0\0\0\x69\x85", 6), 6);
    cr_expect_eq(ask(&link, &answer, &d), OK, "%s", d.msg);
    cr_expect(answer.status == 0x6985 && answer.data_len == 0);
    ledger_link_close(&link);
    (void)close(fd);
}

Test(ledger_apdu, bad_answers_over_tcp)
{
    static const struct {
        const char *name, *bytes;
        size_t len;
        bool closes;
        const char *words;
    } cases[] = {
        { "nothing", "", 0, false, "in time" },
        { "closed", "", 0, true, "closed" },
        { "half a length", "\0\0", 2, true, "closed" },
        { "no status word", "\0\0\0\3xyz", 7, true, "closed" },
        { "half a status word", "\0\0\0\3xyz\x90", 8, false, "in time" },
        { "too long", "\0\0\1\1", 4, false, "257 bytes, expected at most 256" },
        { "much too long", "\xff\xff\xff\xff", 4, false, "4294967295 bytes" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ledger_link link;
        struct ledger_answer answer;
        struct diag d;
        int fd = emulator(&link);

        cr_assert_eq(write(fd, cases[i].bytes, cases[i].len), (ssize_t)cases[i].len);
        if (cases[i].closes)
            (void)shutdown(fd, SHUT_WR);
        cr_expect_eq(ask(&link, &answer, &d), ERR_DEVICE, "%s", cases[i].name);
        cr_expect_not_null(strstr(d.msg, cases[i].words), "%s: %s", cases[i].name, d.msg);
        cr_expect(answer.status == 0 && answer.data_len == 0);
        cr_expect(link.broken);
        cr_expect_eq(ask(&link, &answer, &d), ERR_DEVICE);
        cr_expect_not_null(strstr(d.msg, "start again"), "%s: %s", cases[i].name, d.msg);
        ledger_link_close(&link);
        (void)close(fd);
    }
}

Test(ledger_apdu, the_longest_answer_over_tcp)
{
    const uint8_t status[] = { 0x90, 0 };
    uint8_t message[4 + LEDGER_MAX_ANSWER] = { 0, 0, 1, 0 };
    struct ledger_link link;
    struct ledger_answer answer;
    struct diag d;
    int fd = emulator(&link);

    memset(message + 4, 0x5a, 256);
    memcpy(message + 4 + 256, status, sizeof(status));
    cr_assert_eq(write(fd, message, sizeof(message)), (ssize_t)sizeof(message));
    cr_expect_eq(ask(&link, &answer, &d), OK, "%s", d.msg);
    cr_expect(answer.status == 0x9000 && answer.data_len == 256 && answer.data[255] == 0x5a);
    ledger_link_close(&link);
    (void)close(fd);
}

Test(ledger_apdu, drains_over_tcp)
{
    struct ledger_link link;
    struct ledger_answer answer;
    struct diag d = { 0 };
    int fd = emulator(&link);

    cr_assert_eq(write(fd, "\0\0\0\0\x69\x85", 6), 6);
    (void)poll(NULL, 0, 20);
    cr_expect_eq(ledger_link_drain(&d, &link), OK, "%s", d.msg);
    cr_assert_eq(write(fd, "\0\0\0\0\x90\0", 6), 6);
    cr_expect_eq(ask(&link, &answer, &d), OK, "%s", d.msg);
    cr_expect_eq(answer.status, 0x9000);
    ledger_link_close(&link);
    (void)close(fd);
}

Test(ledger_apdu, over_hid)
{
    static struct hw_replay r;
    struct hw_io io = hw_replay_io(&r);
    struct ledger_link link;
    struct ledger_answer answer;
    struct diag d = { 0 };

    hw_replay_init(&r);
    hw_replay_device_hex(&r, "0101 05 0000 0002 6985"); /* stale */
    hw_replay_host_hex(&r, "0101 05 0000 0007 e002030402aabb");
    hw_replay_device_hex(&r, "0101 05 0000 0005 78797a 9000");
    ledger_link_io(&link, &io);
    cr_expect_eq(ledger_link_drain(&d, &link), OK, "%s", d.msg);
    cr_expect_eq(ask(&link, &answer, &d), OK, "%s %s", d.msg, r.why);
    cr_expect(answer.status == 0x9000 && answer.data_len == 3);
    cr_expect_arr_eq(answer.data, "xyz", 3);
    cr_expect(hw_replay_done(&r));
    cr_expect_eq(ask(&link, &answer, &d), ERR_DEVICE, "unplugged");
    cr_expect(link.broken);
    ledger_link_close(&link);
    cr_expect_eq(r.closed, 1);
    ledger_link_close(&link);
    cr_expect_eq(r.closed, 1, "closing twice is fine");
}
