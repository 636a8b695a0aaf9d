// SPDX-License-Identifier: Apache-2.0
/* posix_openpt and its relatives are in the XSI part of POSIX */
#define _XOPEN_SOURCE 700
#include <criterion/criterion.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "src/base/secret.h"
#include "src/base/term.h"

/*
 * Questions on a real terminal: a child has the far end of a pseudo-terminal as its controlling
 * terminal, and the test sits at the keyboard.
 */

TestSuite(terminal, .timeout = 20);

struct desk {
    int keyboard;
    pid_t child;
    char screen[1024];
};

static void sit_down(struct desk *desk, int (*child)(void))
{
    *desk = (struct desk){ .keyboard = posix_openpt(O_RDWR | O_NOCTTY) };
    cr_assert(desk->keyboard >= 0 && grantpt(desk->keyboard) == 0 && unlockpt(desk->keyboard) == 0);
    if ((desk->child = fork()) != 0)
        return;
    /* the first terminal that the leader of a new session opens controls it */
    if (setsid() < 0 || dup2(open(ptsname(desk->keyboard), O_RDWR), STDIN_FILENO) < 0)
        _exit(99);
    _exit(child());
}

/* Read the screen until it shows text; false if it does not within two seconds. */
static bool see(struct desk *desk, const char *text)
{
    size_t len = strlen(desk->screen);

    while (strstr(desk->screen, text) == NULL) {
        struct pollfd p = { .fd = desk->keyboard, .events = POLLIN };
        ssize_t n = 0;

        if (poll(&p, 1, 2000) <= 0 || len + 1 >= sizeof(desk->screen))
            return false;
        n = read(desk->keyboard, desk->screen + len, sizeof(desk->screen) - len - 1);
        if (n <= 0)
            return false;
        len += (size_t)n;
        desk->screen[len] = '\0';
    }
    return true;
}

static void type_keys(const struct desk *desk, const char *keys)
{
    cr_assert_eq(write(desk->keyboard, keys, strlen(keys)), (ssize_t)strlen(keys));
}

static bool echo_is_on(const struct desk *desk)
{
    struct termios t;

    return tcgetattr(desk->keyboard, &t) == 0 && (t.c_lflag & ECHO) != 0;
}

static int wait_for(const struct desk *desk)
{
    int status = -1;

    cr_assert_eq(waitpid(desk->child, &status, 0), desk->child);
    return status;
}

static int read_passphrase(void)
{
    struct diag d = { 0 };
    struct buf out;
    enum err e = ERR_INTERNAL;
    bool same = false;

    buf_init_secret(&out, 64);
    e = secret_from_terminal(&d, &out, "passphrase: ");
    same = out.len == 9 && memcmp(out.data, "pass word", 9) == 0;
    buf_clear(&out);
    return e == OK && !same ? 98 : (int)e;
}

Test(terminal, passphrase_is_not_echoed)
{
    struct desk desk;

    sit_down(&desk, read_passphrase);
    cr_expect(see(&desk, "passphrase: "));
    while (echo_is_on(&desk))
        (void)poll(NULL, 0, 1);
    type_keys(&desk, "pass word\n");
    cr_expect_eq(wait_for(&desk), 0);
    (void)see(&desk, "\n");
    cr_expect_null(strstr(desk.screen, "word"), "%s", desk.screen);
    cr_expect(echo_is_on(&desk));
    (void)close(desk.keyboard);
}

Test(terminal, interrupt_restores_echo)
{
    struct desk desk;
    int status = 0;

    sit_down(&desk, read_passphrase);
    cr_expect(see(&desk, "passphrase: "));
    while (echo_is_on(&desk))
        (void)poll(NULL, 0, 1);
    type_keys(&desk, "pas\x03");
    status = wait_for(&desk);
    cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT, "status %x", (unsigned)status);
    cr_expect(echo_is_on(&desk));
    (void)close(desk.keyboard);
}

Test(terminal, end_of_input_is_a_refusal)
{
    struct desk desk;

    sit_down(&desk, read_passphrase);
    cr_expect(see(&desk, "passphrase: "));
    while (echo_is_on(&desk))
        (void)poll(NULL, 0, 1);
    type_keys(&desk, "\x04");
    cr_expect_eq(WEXITSTATUS(wait_for(&desk)), ERR_REFUSED);
    (void)close(desk.keyboard);
}

static int ask(void)
{
    struct diag d = { 0 };
    char answer[9] = "before";
    enum err e = term_ask(&d, answer, sizeof(answer), "really? \x1b[2J");

    if (e != OK)
        return answer[0] == '\0' ? (int)e : 98;
    return strcmp(answer, "c0ffee12") == 0 ? 0 : 97;
}

static const struct {
    const char *keys;
    int want;
} asked[] = {
    { "c0ffee12\n", 0 },     { "other\n", 97 }, { "\n", 97 }, { "c0ffee12c0ffee12\n", ERR_REFUSED },
    { "\x04", ERR_REFUSED },
};

Test(terminal, ask)
{
    for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
        struct desk desk;

        sit_down(&desk, ask);
        cr_expect(see(&desk, "really? \\x1b[2J"), "%zu: %s", i, desk.screen);
        type_keys(&desk, asked[i].keys);
        cr_expect_eq(WEXITSTATUS(wait_for(&desk)), asked[i].want, "%zu", i);
        (void)close(desk.keyboard);
    }
}

/* Standard input is a file; the terminal is there all the same. */
static int ask_beside(void)
{
    struct diag d = { 0 };
    char answer[9];

    if (freopen("/dev/null", "r", stdin) == NULL)
        return 99;
    if (term_ask(&d, answer, sizeof(answer), "not asked") != ERR_USAGE)
        return 98;
    if (term_ask_beside(&d, answer, sizeof(answer), "really? ") != OK)
        return 97;
    return strcmp(answer, "c0ffee12") == 0 ? 0 : 96;
}

Test(terminal, ask_beside_standard_input)
{
    struct desk desk;

    sit_down(&desk, ask_beside);
    cr_expect(see(&desk, "really? "), "%s", desk.screen);
    cr_expect_null(strstr(desk.screen, "not asked"));
    type_keys(&desk, "c0ffee12\n");
    cr_expect_eq(WEXITSTATUS(wait_for(&desk)), 0);
    (void)close(desk.keyboard);
}

static int ask_without_terminal(void)
{
    struct diag d = { 0 };
    struct buf out;

    /* a session of its own has no controlling terminal yet */
    buf_init_secret(&out, 64);
    return (int)secret_from_terminal(&d, &out, "passphrase: ");
}

Test(terminal, no_terminal_is_a_usage_error)
{
    pid_t child = fork();
    int status = -1;

    if (child == 0)
        _exit(setsid() < 0 ? 99 : ask_without_terminal());
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect_eq(WEXITSTATUS(status), ERR_USAGE);
}
