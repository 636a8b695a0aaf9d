// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/secret.h"

Test(secret, wipe)
{
    char data[] = "passphrase";
    const char zero[sizeof(data)] = { 0 };

    secret_wipe(data, sizeof(data));
    cr_expect_eq(memcmp(data, zero, sizeof(data)), 0);
    secret_wipe(NULL, 0);
}

Test(secret, eq)
{
    cr_expect(secret_eq("abc", "abc", 3));
    cr_expect(secret_eq("abc", "abd", 2));
    cr_expect(secret_eq("", "", 0));
    cr_expect_not(secret_eq("abc", "abd", 3));
    cr_expect_not(secret_eq("xbc", "abc", 3));
    cr_expect_not(secret_eq("\x80", "\x00", 1));
}

Test(secret, no_core_dumps)
{
    struct rlimit limit = { 1, 1 };

    secret_protect_process();
    cr_expect(getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0 && limit.rlim_max == 0);
    cr_expect_eq(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
}

static const struct {
    const char *name;
    const char *written;
    const char *want;
} endings[] = {
    { "none", "pass", "pass" },
    { "LF", "pass\n", "pass" },
    { "CR LF", "pass\r\n", "pass" },
    { "two LF", "pass\n\n", "pass\n" },
    { "CR alone", "pass\r", "pass\r" },
    { "spaces stay", " pass \n", " pass " },
    { "empty", "", "" },
    { "only LF", "\n", "" },
};

Test(secret, from_fd_strips_one_line_end)
{
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        struct diag d = { 0 };
        struct buf out;
        int fds[2];

        cr_assert_eq(pipe(fds), 0);
        cr_assert_eq(write(fds[1], endings[i].written, strlen(endings[i].written)),
                     (ssize_t)strlen(endings[i].written));
        (void)close(fds[1]);
        buf_init_secret(&out, 64);
        cr_expect_eq(secret_from_fd(&d, &out, fds[0]), OK, "%s: %s", endings[i].name, d.msg);
        cr_expect_str_eq(buf_str(&out), endings[i].want, "%s", endings[i].name);
        cr_expect_eq(out.len, strlen(endings[i].want), "%s", endings[i].name);
        buf_clear(&out);
        (void)close(fds[0]);
    }
}

Test(secret, from_fd_failures)
{
    struct diag d = { 0 };
    struct buf out;
    int fds[2];

    buf_init_secret(&out, 4);
    cr_expect_eq(secret_from_fd(&d, &out, 999), ERR_IO);
    cr_assert_eq(pipe(fds), 0);
    cr_assert_eq(write(fds[1], "longer", 6), 6);
    (void)close(fds[1]);
    cr_expect_eq(secret_from_fd(&d, &out, fds[0]), ERR_LIMIT);
    cr_expect_null(strstr(d.msg, "longer"));
    buf_clear(&out);
    (void)close(fds[0]);
}

static const struct {
    mode_t mode;
    enum err want;
} modes[] = {
    { 0640, ERR_IO }, { 0604, ERR_IO }, { 0610, ERR_IO }, { 0602, ERR_IO },
    { 0644, ERR_IO }, { 0777, ERR_IO }, { 0600, OK },     { 0400, OK },
};

Test(secret, from_file_wants_a_private_file)
{
    char path[] = "/tmp/countersign-secret-XXXXXX";
    int fd = mkstemp(path);

    cr_assert(fd >= 0 && write(fd, "pass\n", 5) == 5);
    (void)close(fd);
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        struct diag d = { 0 };
        struct buf out;
        enum err e = ERR_INTERNAL;

        cr_assert_eq(chmod(path, modes[i].mode), 0);
        buf_init_secret(&out, 64);
        e = secret_from_file(&d, &out, path);
        cr_expect_eq(e, modes[i].want, "%o: got %d (%s)", (unsigned)modes[i].mode, (int)e, d.msg);
        cr_expect_str_eq(buf_str(&out), e == OK ? "pass" : "", "%o", (unsigned)modes[i].mode);
        buf_clear(&out);
    }
    (void)unlink(path);
}

/* Only root can give a file away. */
Test(secret, from_file_wants_an_owner_to_trust)
{
    char path[] = "/tmp/countersign-secret-XXXXXX";
    struct diag d = { 0 };
    struct buf out;
    int fd = mkstemp(path);

    buf_init_secret(&out, 64);
    cr_assert(fd >= 0 && write(fd, "pass\n", 5) == 5);
    (void)close(fd);
    if (chown(path, 65534, 65534) == 0) {
        cr_expect_eq(secret_from_file(&d, &out, path), ERR_IO);
        cr_expect_not_null(strstr(d.msg, "another user"), "%s", d.msg);
        cr_expect_str_empty(buf_str(&out));
    }
    (void)unlink(path);
    buf_clear(&out);
}

Test(secret, from_file_wants_a_regular_file)
{
    char path[] = "/tmp/countersign-secret-XXXXXX";
    struct diag d = { 0 };
    struct buf out;

    cr_assert_not_null(mkdtemp(path));
    buf_init_secret(&out, 64);
    cr_expect_eq(secret_from_file(&d, &out, path), ERR_IO);
    cr_expect_eq(secret_from_file(&d, &out, "/tmp/countersign-no-such-file"), ERR_IO);
    (void)rmdir(path);
    cr_assert_eq(mkfifo(path, 0600), 0);
    cr_expect_eq(secret_from_file(&d, &out, path), ERR_IO); /* and does not wait */
    (void)unlink(path);
    buf_clear(&out);
}
