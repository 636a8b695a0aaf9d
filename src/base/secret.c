// SPDX-License-Identifier: Apache-2.0
#include "src/base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "src/base/interrupt.h"

/* How often a pending Ctrl-C is looked for while waiting for a key. */
#define POLL_MS 100

void secret_wipe(void *data, size_t data_len)
{
    if (data_len == 0)
        return;
    (void)memset(data, 0, data_len);
    /* the compiler must assume that the memory is read here */
    __asm__ __volatile__("" : : "r"(data) : "memory");
}

bool secret_eq(const void *a, const void *b, size_t len)
{
    const volatile unsigned char *x = a;
    const volatile unsigned char *y = b;
    unsigned char diff = 0;

    for (size_t i = 0; i < len; i++)
        diff |= (unsigned char)(x[i] ^ y[i]);
    return diff == 0;
}

void secret_protect_process(void)
{
    const struct rlimit none = { 0, 0 };

    /* best effort: no secret is in memory yet, and neither can fail on Linux */
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static void strip_newline(struct buf *b)
{
    if (b->len > 0 && b->data[b->len - 1] == '\n')
        b->data[--b->len] = '\0';
    else
        return;
    if (b->len > 0 && b->data[b->len - 1] == '\r')
        b->data[--b->len] = '\0';
}

enum err secret_from_fd(struct diag *d, struct buf *out, int fd)
{
    char chunk[256];
    ssize_t n = 0;

    do {
        n = read(fd, chunk, sizeof(chunk));
        if (n > 0)
            buf_add(out, chunk, (size_t)n);
    } while ((n > 0 && buf_ok(out)) || (n < 0 && errno == EINTR));
    secret_wipe(chunk, sizeof(chunk));
    if (n < 0)
        return diag_set(d, ERR_IO, "cannot read a secret from file descriptor %d: %s", fd,
                        strerror(errno));
    strip_newline(out);
    return buf_check(d, out, "the secret");
}

static enum err check_private(struct diag *d, const struct stat *st, const char *path)
{
    if (!S_ISREG(st->st_mode))
        return diag_set(d, ERR_IO, "'%.256s' is no regular file", path);
    if (st->st_uid != geteuid() && st->st_uid != 0)
        return diag_set(d, ERR_IO, "'%.256s' holds a secret but belongs to another user", path);
    if ((st->st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        diag_hint(d, "chmod 600 '%.256s'", path);
        return diag_set(d, ERR_IO, "'%.256s' holds a secret but others have access (mode %03o)",
                        path, (unsigned)(st->st_mode & 0777));
    }
    return OK;
}

enum err secret_from_file(struct diag *d, struct buf *out, const char *path)
{
    enum err e = ERR_INTERNAL;
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    if (fd < 0 || fstat(fd, &st) != 0) {
        e = diag_set(d, ERR_IO, "cannot read '%.256s': %s", path, strerror(errno));
        goto done;
    }
    /* the open file, not the name, is what is checked and read */
    if ((e = check_private(d, &st, path)) == OK && (e = secret_from_fd(d, out, fd)) != OK)
        e = diag_prefix(d, "'%.256s'", path);
done:
    if (fd >= 0)
        (void)close(fd);
    return e;
}

/* --- the terminal -------------------------------------------------------------------------- */

static enum err read_line(struct diag *d, struct buf *out, int tty)
{
    char chunk[256];
    bool more = true;
    enum err e = OK;

    while (e == OK && more) {
        struct pollfd p = { .fd = tty, .events = POLLIN };
        int ready = poll(&p, 1, POLL_MS);
        ssize_t n = 0;

        if (interrupt_is_pending()) {
            e = diag_set(d, ERR_REFUSED, "interrupted");
        } else if (ready > 0) {
            n = read(tty, chunk, sizeof(chunk));
            if (n <= 0)
                e = diag_set(d, ERR_REFUSED, "nothing was entered");
            else
                buf_add(out, chunk, (size_t)n);
            more = n <= 0 || chunk[n - 1] != '\n';
        } else if (ready < 0 && errno != EINTR) {
            e = diag_set(d, ERR_IO, "cannot read from the terminal: %s", strerror(errno));
        }
    }
    secret_wipe(chunk, sizeof(chunk));
    strip_newline(out);
    return e != OK ? e : buf_check(d, out, "the secret");
}

/* Signals are held back while echo is off, so that no way out leaves the terminal without it. */
static enum err read_without_echo(struct diag *d, struct buf *out, int tty, const char *prompt)
{
    enum err e = ERR_INTERNAL;
    struct termios normal;
    struct termios silent;
    struct interrupt held;

    if (tcgetattr(tty, &normal) != 0)
        return diag_set(d, ERR_IO, "cannot turn off echo: %s", strerror(errno));
    interrupt_hold(&held);
    silent = normal;
    silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
    silent.c_lflag |= ICANON | ECHONL;
    if (tcsetattr(tty, TCSAFLUSH, &silent) != 0) {
        e = diag_set(d, ERR_IO, "cannot turn off echo: %s", strerror(errno));
    } else {
        /* only now: what is typed before the echo is off would be seen, and thrown away */
        if (write(tty, prompt, strlen(prompt)) < 0)
            e = diag_set(d, ERR_IO, "cannot write to the terminal: %s", strerror(errno));
        else
            e = read_line(d, out, tty);
        (void)tcsetattr(tty, TCSAFLUSH, &normal);
    }
    interrupt_release(&held);
    return e;
}

enum err secret_from_terminal(struct diag *d, struct buf *out, const char *prompt)
{
    enum err e = ERR_INTERNAL;
    int tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

    if (tty < 0)
        return diag_set(d, ERR_USAGE, "cannot ask for a passphrase: there is no terminal");
    e = read_without_echo(d, out, tty, prompt);
    (void)close(tty);
    return e;
}
