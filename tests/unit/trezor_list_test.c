// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hw/trezor/trezor.h"
#include "src/base/hex.h"

/* An emulator in a process of its own, which answers the ping, and then one question. */
static void answer_once(int fd, const char *report_hex)
{
    uint8_t got[64], report[64] = { 0 };
    struct sockaddr_in peer;
    socklen_t len = sizeof(peer);

    if (!hex_decode(report, strlen(report_hex) / 2, report_hex, strlen(report_hex)) ||
        recvfrom(fd, got, sizeof(got), 0, (struct sockaddr *)&peer, &len) != 8 ||
        sendto(fd, "PONGPONG", 8, 0, (struct sockaddr *)&peer, len) != 8 ||
        recvfrom(fd, got, sizeof(got), 0, (struct sockaddr *)&peer, &len) != 64 ||
        memcmp(got, "?##\0\x37", 5) != 0 ||
        sendto(fd, report, sizeof(report), 0, (struct sockaddr *)&peer, len) != 64)
        _exit(1);
    _exit(0);
}

static void list(struct signer_listed *out, const char *report_hex)
{
    char transport[32];
    const struct signer_options options = { .passphrase_fd = -1, .transport = transport };
    struct signer_listed items[SIGNER_MAX_LISTED];
    struct sockaddr_in a = { .sin_family = AF_INET };
    socklen_t len = sizeof(a);
    struct diag d = { 0 };
    size_t num = 0;
    pid_t child = -1;
    int status = -1;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    cr_assert(fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0 &&
              getsockname(fd, (struct sockaddr *)&a, &len) == 0);
    (void)snprintf(transport, sizeof(transport), "udp:127.0.0.1:%u", ntohs(a.sin_port));
    cr_assert((child = fork()) >= 0);
    if (child == 0)
        answer_once(fd, report_hex);
    cr_assert_eq(trezor_list(&d, items, &num, &options), OK, "%s", d.msg);
    cr_assert(num > 0);
    cr_assert(waitpid(child, &status, 0) == child && status == 0);
    (void)close(fd);
    *out = items[num - 1];
    cr_expect_str_eq(out->transport, transport);
}

/* Of the Failures, only one tells the model: the others may come from any. */
Test(trezor_list, models, .timeout = 60)
{
    static const struct {
        const char *name;
        const char *report;
        enum device_model model;
        const char *state;
    } rows[] = {
        { "ready", "3f232300110000000f1001180e20016001aa010131f00107", TREZOR_ONE, "ready" },
        { "Safe 7", "3f23230003000000020811", TREZOR_SAFE7, "not supported yet" },
        { "asks for its PIN at the moment", "3f23230003000000020801", DEVICE_UNKNOWN,
          "the Trezor does not know this request" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct signer_listed l;

        list(&l, rows[i].report);
        cr_expect_eq(l.model, rows[i].model, "%s: %d", rows[i].name, (int)l.model);
        cr_expect_str_eq(l.state, rows[i].state, "%s", rows[i].name);
    }
}

/* --- Ctrl-C while a device is looked for -------------------------------------------------------
 */

Test(trezor_signer, ctrl_c_while_it_connects, .timeout = 60)
{
    char transport[32];
    const struct signer_options options = { .passphrase_fd = -1, .transport = transport };
    struct sockaddr_in a = { .sin_family = AF_INET };
    socklen_t len = sizeof(a);
    struct signer *s = NULL;
    struct diag d = { 0 };
    sigset_t now;
    pid_t child = -1;
    uint8_t got[64];
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    cr_assert(fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0 &&
              getsockname(fd, (struct sockaddr *)&a, &len) == 0);
    (void)snprintf(transport, sizeof(transport), "udp:127.0.0.1:%u", ntohs(a.sin_port));
    cr_assert((child = fork()) >= 0);
    if (child == 0)
        _exit(recv(fd, got, sizeof(got), 0) == 8 && kill(getppid(), SIGINT) == 0 ? 0 : 1);
    cr_expect_eq(signer_open(&d, &s, "trezor", &options), ERR_REFUSED, "%s", d.msg);
    cr_expect_null(s);
    cr_assert(sigprocmask(SIG_SETMASK, NULL, &now) == 0);
    cr_expect_eq(sigismember(&now, SIGINT), 0, "signals are not held any more");
    (void)waitpid(child, NULL, 0);
    (void)close(fd);
}
