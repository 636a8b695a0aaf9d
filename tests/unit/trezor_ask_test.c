// SPDX-License-Identifier: Apache-2.0
/* posix_openpt and its relatives are in the XSI part of POSIX */
#define _XOPEN_SOURCE 700
#include <criterion/criterion.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hw/trezor/ask.h"
#include "hw/trezor/session.h"
#include "src/base/limits.h"
#include "tests/unit/trezor_fixture.h"

/*
 * PIN and passphrase on a real terminal: a child has the far end of a pseudo-terminal as its
 * controlling terminal, and the test sits at the keyboard.
 */

TestSuite(trezor_ask, .timeout = 30);

/* Read the screen until it shows text, and some time for the echo to be turned off. */
static void see(int keyboard, char screen[static 2048], const char *text)
{
    const struct timespec moment = { 0, 200000000L };
    size_t len = strlen(screen);

    while (strstr(screen, text) == NULL) {
        struct pollfd p = { .fd = keyboard, .events = POLLIN };
        ssize_t n = 0;

        cr_assert(poll(&p, 1, 5000) > 0 && len + 1 < 2048, "%s", screen);
        n = read(keyboard, screen + len, 2048 - len - 1);
        cr_assert(n > 0, "%s", screen);
        len += (size_t)n;
        screen[len] = '\0';
    }
    (void)nanosleep(&moment, NULL);
}

/* Run child with a terminal on which keys are typed behind text; its exit code. */
static int type(int (*child)(void), const char *text, const char *keys, char screen[static 2048])
{
    int keyboard = posix_openpt(O_RDWR | O_NOCTTY);
    int status = -1;
    pid_t pid = 0;

    cr_assert(keyboard >= 0 && grantpt(keyboard) == 0 && unlockpt(keyboard) == 0);
    screen[0] = '\0';
    if ((pid = fork()) == 0) {
        if (setsid() < 0 || dup2(open(ptsname(keyboard), O_RDWR), STDIN_FILENO) < 0)
            _exit(99);
        _exit(child());
    }
    see(keyboard, screen, text);
    cr_assert_eq(write(keyboard, keys, strlen(keys)), (ssize_t)strlen(keys));
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    (void)close(keyboard);
    cr_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int pin_child(void)
{
    struct diag d = { 0 };
    struct buf pin;
    enum err e = ERR_INTERNAL;

    buf_init_secret(&pin, LIMIT_SECRET_BYTES);
    e = trezor_ask_pin(&d, &pin, "Trezor One");
    if (e == OK && strcmp(buf_str(&pin), "123789") != 0)
        return 98;
    buf_clear(&pin);
    return (int)e;
}

Test(trezor_ask, pin)
{
    static const struct {
        const char *keys;
        enum err want;
    } rows[] = {
        { "123789\n", OK },
        { "\n", ERR_USAGE },
        { "1230\n", ERR_USAGE },
        { "12a\n", ERR_USAGE },
        { "12 3\n", ERR_USAGE },
        { "123456789123456789123456789123456789123456789123456\n", ERR_USAGE },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char screen[2048];

        cr_expect_eq(type(pin_child, "(not shown): ", rows[i].keys, screen), (int)rows[i].want,
                     "row %zu", i);
        cr_expect_not_null(strstr(screen, "7 8 9\r\n    4 5 6\r\n    1 2 3"), "%s", screen);
        cr_expect_null(strstr(screen, "123789"), "%s", screen);
    }
}

Test(trezor_ask, no_terminal)
{
    struct diag d = { 0 };
    struct buf pin;

    if (fork() != 0) {
        int status = -1;

        (void)wait(&status);
        cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        return;
    }
    (void)setsid(); /* and with it, no terminal */
    buf_init_secret(&pin, LIMIT_SECRET_BYTES);
    _exit(trezor_ask_pin(&d, &pin, "Trezor One") == ERR_USAGE && strstr(d.msg, "PIN") != NULL ? 0
                                                                                              : 1);
}

/* The One asks for both, and gets both. */
static int session_child(void)
{
    static const struct signer_options options = { .passphrase_fd = -1 };
    static const uint16_t wanted[] = { TREZOR_ADDRESS };
    static struct hw_replay r;
    const struct hw_io io = hw_replay_io(&r);
    struct trezor_link link;
    struct trezor_session s;
    struct trezor_message m;
    struct diag d = { 0 };

    hw_replay_init(&r);
    trezor_host(&r, TREZOR_INITIALIZE, NULL);
    trezor_device_named(&r, TREZOR_FEATURES, "1001180e20016001aa010131f00107");
    trezor_host(&r, TREZOR_GET_ADDRESS, NULL);
    trezor_device_named(&r, TREZOR_PIN_MATRIX_REQUEST, "0801");
    trezor_host_named(&r, TREZOR_PIN_MATRIX_ACK, "pin");
    trezor_device_named(&r, TREZOR_PASSPHRASE_REQUEST, "");
    trezor_host_named(&r, TREZOR_PASSPHRASE_ACK, "passphrase_empty");
    trezor_device_named(&r, TREZOR_ADDRESS, "address");
    trezor_message_init(&m);
    if (trezor_link_reports(&d, &link, &io) != OK ||
        trezor_session_open(&d, &s, &link, &options) != OK ||
        trezor_call(&d, &s, &m, TREZOR_GET_ADDRESS, NULL, wanted, 1) != OK)
        return 97;
    trezor_session_close(&s);
    trezor_message_clear(&m);
    return hw_replay_done(&r) ? 0 : 96;
}

Test(trezor_ask, pin_and_passphrase_of_a_session)
{
    char screen[2048] = "";
    int keyboard = posix_openpt(O_RDWR | O_NOCTTY);
    int status = -1;
    pid_t pid = 0;

    cr_assert(keyboard >= 0 && grantpt(keyboard) == 0 && unlockpt(keyboard) == 0);
    if ((pid = fork()) == 0) {
        if (setsid() < 0 || dup2(open(ptsname(keyboard), O_RDWR), STDIN_FILENO) < 0)
            _exit(99);
        _exit(session_child());
    }
    see(keyboard, screen, "(not shown): ");
    cr_assert_eq(write(keyboard, "123789\n", 7), 7);
    see(keyboard, screen, "nothing for the one without): ");
    cr_assert_eq(write(keyboard, "\n", 1), 1);
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%d", status);
    cr_expect_null(strstr(screen, "123789"));
    (void)close(keyboard);
}
