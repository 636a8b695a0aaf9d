// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/file.h"

static char dir[64];

static void make_dir(void)
{
    (void)snprintf(dir, sizeof(dir), "/tmp/countersign-file-XXXXXX");
    cr_assert_not_null(mkdtemp(dir));
}

static void remove_dir(void)
{
    char command[128];

    (void)snprintf(command, sizeof(command), "rm -r '%s'", dir);
    cr_expect_eq(system(command), 0);
}

struct path {
    char s[256];
};

static struct path in_dir(const char *name)
{
    struct path p;

    (void)snprintf(p.s, sizeof(p.s), "%s/%s", dir, name);
    return p;
}

static void expect_content(const char *path, const char *want)
{
    struct diag d = { 0 };
    struct buf text;

    buf_init(&text, 1024);
    cr_expect_eq(file_read(&d, &text, path), OK, "%s", d.msg);
    cr_expect_str_eq(buf_str(&text), want);
    buf_clear(&text);
}

static size_t count_names(void)
{
    struct diag d = { 0 };
    char **names = NULL;
    size_t num_names = 0;

    cr_assert_eq(file_list_dir(&d, &names, &num_names, dir), OK, "%s", d.msg);
    file_free_names(names, num_names);
    return num_names;
}

TestSuite(file, .init = make_dir, .fini = remove_dir);

Test(file, read_refusals)
{
    struct diag d = { 0 };
    struct buf text;

    buf_init(&text, 4);
    cr_expect_eq(file_read(&d, &text, in_dir("missing").s), ERR_IO);
    cr_expect_not_null(strstr(d.msg, "missing"), "%s", d.msg);
    cr_expect_eq(file_read(&d, &text, dir), ERR_IO);
    cr_expect_not_null(strstr(d.msg, "directory"), "%s", d.msg);
    cr_expect_eq(file_write(&d, in_dir("five").s, "12345", 5, 0), OK);
    cr_expect_eq(file_read(&d, &text, in_dir("five").s), ERR_LIMIT);
    cr_expect_not_null(strstr(d.msg, "five"), "%s", d.msg);
    buf_clear(&text);
}

Test(file, write_replaces_and_leaves_nothing_behind)
{
    struct diag d = { 0 };
    struct path p = in_dir("f");

    cr_expect_eq(file_write(&d, p.s, "one", 3, 0), OK, "%s", d.msg);
    cr_expect_eq(file_write(&d, p.s, "two!", 4, 0), OK, "%s", d.msg);
    expect_content(p.s, "two!");
    cr_expect_eq(file_write(&d, p.s, "", 0, 0), OK, "%s", d.msg);
    expect_content(p.s, "");
    cr_expect_eq(count_names(), 1);
}

Test(file, write_modes)
{
    struct diag d = { 0 };
    struct stat st;

    (void)umask(022);
    cr_expect_eq(file_write(&d, in_dir("private").s, "x", 1, FILE_PRIVATE), OK);
    cr_expect_eq(file_write(&d, in_dir("public").s, "x", 1, 0), OK);
    cr_expect(stat(in_dir("private").s, &st) == 0 && (st.st_mode & 0777) == 0600);
    cr_expect(stat(in_dir("public").s, &st) == 0 && (st.st_mode & 0777) == 0644);
}

Test(file, exclusive_keeps_what_is_there)
{
    struct diag d = { 0 };
    struct path p = in_dir("f");

    cr_expect_eq(file_write(&d, p.s, "one", 3, FILE_EXCLUSIVE), OK, "%s", d.msg);
    cr_expect_eq(file_write(&d, p.s, "two", 3, FILE_EXCLUSIVE), ERR_MISMATCH);
    expect_content(p.s, "one");
    cr_expect_eq(count_names(), 1);
}

Test(file, write_refusals)
{
    struct diag d = { 0 };
    struct path fifo = in_dir("fifo");

    cr_assert_eq(mkfifo(fifo.s, 0600), 0);
    cr_expect_eq(file_write(&d, fifo.s, "x", 1, 0), ERR_IO);
    cr_expect_eq(file_write(&d, dir, "x", 1, 0), ERR_IO);
    cr_expect_eq(file_write(&d, "", "x", 1, 0), ERR_USAGE);
    cr_expect_eq(file_write(&d, in_dir("no/such/dir").s, "x", 1, 0), ERR_IO);
    cr_expect_eq(count_names(), 1);
}

Test(file, a_link_is_replaced_not_followed)
{
    struct diag d = { 0 };
    struct path target = in_dir("target");
    struct path link = in_dir("link");

    cr_expect_eq(file_write(&d, target.s, "old", 3, 0), OK);
    cr_assert_eq(symlink(target.s, link.s), 0);
    cr_expect_eq(file_write(&d, link.s, "new", 3, 0), OK);
    expect_content(target.s, "old");
    expect_content(link.s, "new");
}

Test(file, make_dirs)
{
    struct diag d = { 0 };

    cr_expect_eq(file_make_dirs(&d, in_dir("a/b//c").s), OK, "%s", d.msg);
    cr_expect_eq(file_make_dirs(&d, in_dir("a/b/c/").s), OK, "%s", d.msg);
    cr_expect(file_exists(in_dir("a/b/c").s));
    cr_expect_eq(file_write(&d, in_dir("a/f").s, "x", 1, 0), OK);
    cr_expect_eq(file_make_dirs(&d, in_dir("a/f").s), ERR_IO);
    cr_expect_eq(file_make_dirs(&d, in_dir("a/f/g").s), ERR_IO);
}

Test(file, list_is_sorted_without_dot_files)
{
    static const char *const written[] = { "b", "a", ".hidden", "B", "a1", "c" };
    static const char *const want[] = { "B", "a", "a1", "b", "c" };
    struct diag d = { 0 };
    char **names = NULL;
    size_t num_names = 0;

    for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++)
        cr_expect_eq(file_write(&d, in_dir(written[i]).s, "", 0, 0), OK);
    cr_assert_eq(file_list_dir(&d, &names, &num_names, dir), OK, "%s", d.msg);
    cr_assert_eq(num_names, 5);
    for (size_t i = 0; i < num_names; i++)
        cr_expect_str_eq(names[i], want[i]);
    file_free_names(names, num_names);
    cr_expect_eq(file_list_dir(&d, &names, &num_names, in_dir("missing").s), ERR_IO);
    cr_expect_null(names);
    cr_expect_eq(num_names, 0);
}

/* Several processes add one letter each round under the lock; none is lost. */
static void check_lock(enum err (*take)(struct diag *d, int *out_fd, const char *path),
                       const char *lock)
{
    enum { WRITERS = 4, ROUNDS = 10 };
    struct diag d = { 0 };
    struct path counter = in_dir("counter");
    struct buf text;

    cr_expect_eq(file_write(&d, counter.s, "", 0, 0), OK);
    for (int i = 0; i < WRITERS; i++) {
        if (fork() != 0)
            continue;
        for (int round = 0; round < ROUNDS; round++) {
            int fd = -1;
            bool ok = take(&d, &fd, lock) == OK;

            buf_init(&text, 1024);
            ok = ok && file_read(&d, &text, counter.s) == OK;
            buf_add_u8(&text, 'x');
            ok = ok && file_write(&d, counter.s, text.data, text.len, 0) == OK;
            buf_clear(&text);
            file_unlock(fd);
            if (!ok)
                _exit(1);
        }
        _exit(0);
    }
    for (int i = 0; i < WRITERS; i++) {
        int status = -1;

        cr_expect(wait(&status) > 0 && status == 0);
    }
    buf_init(&text, 1024);
    cr_expect_eq(file_read(&d, &text, counter.s), OK);
    cr_expect_eq(text.len, WRITERS * ROUNDS);
    buf_clear(&text);
}

Test(file, lock_excludes_other_processes)
{
    check_lock(file_lock, in_dir("lock").s);
}

/* The file that is locked is the one that each of them replaces. */
Test(file, lock_on_the_file_itself)
{
    struct diag d = { 0 };
    int fd = 0;

    check_lock(file_lock_existing, in_dir("counter").s);
    cr_expect_eq(file_lock_existing(&d, &fd, in_dir("missing").s), OK);
    cr_expect_eq(fd, -1);
}

Test(file, lock_follows_no_link)
{
    struct diag d = { 0 };
    int fd = 0;

    cr_assert_eq(symlink(in_dir("elsewhere").s, in_dir("lock").s), 0);
    cr_expect_eq(file_lock(&d, &fd, in_dir("lock").s), ERR_IO);
    cr_expect_eq(fd, -1);
    file_unlock(fd);
}
