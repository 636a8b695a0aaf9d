// SPDX-License-Identifier: Apache-2.0
#include "src/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/limits.h"
#include "src/base/secret.h"

#define MAX_TEMP_NAMES  100
#define MAX_LOCK_ROUNDS 1000

/* --- reading ------------------------------------------------------------------------------- */

enum err file_read_fd(struct diag *d, struct buf *out, int fd, const char *path)
{
    uint8_t chunk[16384];
    ssize_t n = 0;

    do {
        n = read(fd, chunk, sizeof(chunk));
        if (n > 0)
            buf_add(out, chunk, (size_t)n);
    } while ((n > 0 && buf_ok(out)) || (n < 0 && errno == EINTR));
    if (out->secret)
        secret_wipe(chunk, sizeof(chunk));
    if (n < 0)
        return diag_set(d, ERR_IO, "cannot read '%.256s': %s", path, strerror(errno));
    if (buf_check(d, out, "the file") != OK)
        return diag_prefix(d, "cannot read '%.256s'", path);
    return OK;
}

enum err file_read(struct diag *d, struct buf *out, const char *path)
{
    enum err e = ERR_INTERNAL;
    struct stat st;
    int fd = -1;

    if (strcmp(path, "-") == 0)
        return file_read_fd(d, out, STDIN_FILENO, "standard input");
    if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) < 0 || fstat(fd, &st) != 0) {
        e = diag_set(d, ERR_IO, "cannot read '%.256s': %s", path, strerror(errno));
        goto done;
    }
    if (S_ISDIR(st.st_mode)) {
        e = diag_set(d, ERR_IO, "cannot read '%.256s': it is a directory", path);
        goto done;
    }
    e = file_read_fd(d, out, fd, path);
done:
    if (fd >= 0)
        (void)close(fd);
    return e;
}

bool file_exists(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0;
}

bool file_is_missing(const char *path)
{
    struct stat st;

    return lstat(path, &st) != 0 && errno == ENOENT;
}

/* --- writing ------------------------------------------------------------------------------- */

static bool write_all(int fd, const uint8_t *data, size_t data_len)
{
    while (data_len > 0) {
        ssize_t n = write(fd, data, data_len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        data += n;
        data_len -= (size_t)n;
    }
    return true;
}

/* The directory that holds path, as a string to free; NULL if out of memory. */
static char *dir_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        return strdup(".");
    return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* A name in the same directory that nobody has: rename works within a file system only. */
static int open_temp(char **temp_path, const char *path, mode_t mode)
{
    size_t size = strlen(path) + 48;
    char *name = malloc(size);
    int fd = -1;

    *temp_path = NULL;
    if (name == NULL)
        return -1;
    for (unsigned i = 0; i < MAX_TEMP_NAMES; i++) {
        (void)snprintf(name, size, "%s.tmp-%ld-%u", path, (long)getpid(), i);
        fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
        if (fd >= 0 || errno != EEXIST)
            break;
    }
    if (fd < 0) {
        free(name);
        return -1;
    }
    *temp_path = name;
    return fd;
}

static bool sync_dir(const char *path)
{
    char *dir = dir_of(path);
    int fd = dir != NULL ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    /* some file systems cannot sync a directory and say EINVAL */
    bool ok = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);

    if (fd >= 0)
        (void)close(fd);
    free(dir);
    return ok;
}

/* A hard link fails if the name exists; where there are none, an empty file reserves the name. */
static bool publish_exclusive(const char *temp_path, const char *path, mode_t mode)
{
    int fd = -1;

    if (link(temp_path, path) == 0) {
        (void)unlink(temp_path);
        return true;
    }
    if (errno != EPERM && errno != ENOTSUP && errno != ENOSYS)
        return false;
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (fd < 0)
        return false;
    (void)close(fd);
    return rename(temp_path, path) == 0;
}

/* Renaming over a device or a pipe would remove it. */
static bool is_replaceable(const char *path)
{
    struct stat st;

    return lstat(path, &st) != 0 || S_ISREG(st.st_mode) || S_ISLNK(st.st_mode);
}

static enum err write_temp_and_publish(struct diag *d, const char *path, const void *data,
                                       size_t data_len, int flags)
{
    mode_t mode = (flags & FILE_PRIVATE) != 0 ? 0600 : 0644;
    enum err e = ERR_INTERNAL;
    char *temp_path = NULL;
    int fd = open_temp(&temp_path, path, mode);
    bool ok = fd >= 0 && write_all(fd, data, data_len) && fsync(fd) == 0;

    if (ok) {
        ok = close(fd) == 0;
        fd = -1;
    }
    if (ok)
        ok = (flags & FILE_EXCLUSIVE) != 0 ? publish_exclusive(temp_path, path, mode)
                                           : rename(temp_path, path) == 0;
    if (!ok && (flags & FILE_EXCLUSIVE) != 0 && errno == EEXIST) {
        e = diag_set(d, ERR_MISMATCH, "'%.256s' exists already", path);
        goto done;
    }
    if (!ok) {
        e = diag_set(d, ERR_IO, "cannot write '%.256s': %s", path, strerror(errno));
        goto done;
    }
    free(temp_path);
    temp_path = NULL; /* it has its final name */
    e = sync_dir(path) ? OK
                       : diag_set(d, ERR_IO, "cannot sync the directory of '%.256s': %s", path,
                                  strerror(errno));
done:
    if (fd >= 0)
        (void)close(fd);
    if (temp_path != NULL)
        (void)unlink(temp_path);
    free(temp_path);
    return e;
}

enum err file_write(struct diag *d, const char *path, const void *data, size_t data_len, int flags)
{
    if (strcmp(path, "-") == 0) {
        if (fflush(stdout) != 0 || !write_all(STDOUT_FILENO, data, data_len))
            return diag_set(d, ERR_IO, "cannot write to standard output: %s", strerror(errno));
        return OK;
    }
    if (path[0] == '\0')
        return diag_set(d, ERR_USAGE, "cannot write: the file name is empty");
    if (!is_replaceable(path))
        return diag_set(d, ERR_IO, "cannot write '%.256s': it is no regular file", path);
    return write_temp_and_publish(d, path, data, data_len, flags);
}

/* --- directories --------------------------------------------------------------------------- */

enum err file_make_dirs(struct diag *d, const char *path)
{
    enum err e = OK;
    struct stat st;
    char *copy = strdup(path);

    if (copy == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    for (char *at = copy + (copy[0] == '/'); e == OK && *at != '\0';) {
        char *slash = strchr(at, '/');

        if (slash != NULL)
            *slash = '\0';
        if (mkdir(copy, 0777) != 0 && errno != EEXIST)
            e = diag_set(d, ERR_IO, "cannot create the directory '%.256s': %s", copy,
                         strerror(errno));
        if (slash == NULL)
            break;
        *slash = '/';
        at = slash + 1;
    }
    if (e == OK && (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)))
        e = diag_set(d, ERR_IO, "'%.256s' is no directory", path);
    free(copy);
    return e;
}

static int compare_names(const void *a, const void *b)
{
    const char *const *x = a;
    const char *const *y = b;

    return strcmp(*x, *y);
}

void file_free_names(char **names, size_t num_names)
{
    for (size_t i = 0; i < num_names; i++)
        free(names[i]);
    free(names);
}

static enum err add_name(struct diag *d, char ***names, size_t *num_names, const char *name)
{
    char **grown = *names;

    if (*num_names == LIMIT_DIR_NAMES)
        return diag_set(d, ERR_LIMIT, "over the limit of %d files", LIMIT_DIR_NAMES);
    /* grows when the count is zero or a power of two */
    if ((*num_names & (*num_names - 1)) == 0)
        grown = realloc(*names, (*num_names == 0 ? 1 : 2 * *num_names) * sizeof(**names));
    if (grown == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    *names = grown;
    if ((grown[*num_names] = strdup(name)) == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    (*num_names)++;
    return OK;
}

enum err file_list_dir(struct diag *d, char ***names, size_t *num_names, const char *path)
{
    enum err e = OK;
    DIR *dir = opendir(path);
    char **list = NULL;
    size_t len = 0;

    *names = NULL;
    *num_names = 0;
    if (dir == NULL)
        return diag_set(d, ERR_IO, "cannot list '%.256s': %s", path, strerror(errno));
    while (e == OK) {
        struct dirent *entry = NULL;

        errno = 0;
        if ((entry = readdir(dir)) == NULL) {
            if (errno != 0)
                e = diag_set(d, ERR_IO, "%s", strerror(errno));
            break;
        }
        if (entry->d_name[0] != '.')
            e = add_name(d, &list, &len, entry->d_name);
    }
    (void)closedir(dir);
    if (e != OK) {
        file_free_names(list, len);
        return diag_prefix(d, "cannot list '%.256s'", path);
    }
    if (len > 1)
        qsort(list, len, sizeof(*list), compare_names);
    *names = list;
    *num_names = len;
    return OK;
}

/* --- locks --------------------------------------------------------------------------------- */

enum err file_lock(struct diag *d, int *out_fd, const char *path)
{
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    int locked = -1;

    *out_fd = -1;
    while (fd >= 0 && (locked = fcntl(fd, F_SETLKW, &whole)) != 0 && errno == EINTR)
        ;
    if (fd < 0 || locked != 0) {
        enum err e = diag_set(d, ERR_IO, "cannot lock '%.256s': %s", path, strerror(errno));

        if (fd >= 0)
            (void)close(fd);
        return e;
    }
    *out_fd = fd;
    return OK;
}

/* The file that path names now is the one behind fd: a writer replaces files, and their locks. */
static bool is_current(int fd, const char *path)
{
    struct stat held;
    struct stat named;

    return fstat(fd, &held) == 0 && stat(path, &named) == 0 && held.st_dev == named.st_dev &&
           held.st_ino == named.st_ino;
}

/* flock: a lock of fcntl would end with the first close of the same file in this process. */
static bool lock_whole(int fd)
{
    int locked = -1;

    while ((locked = flock(fd, LOCK_EX)) != 0 && errno == EINTR)
        ;
    return locked == 0;
}

enum err file_lock_existing(struct diag *d, int *out_fd, const char *path)
{
    int fd = -1;

    *out_fd = -1;
    for (unsigned i = 0; i < MAX_LOCK_ROUNDS; i++) {
        enum err e = OK;

        if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)) < 0 && errno == ENOENT)
            return OK;
        if (fd < 0 || !lock_whole(fd))
            e = diag_set(d, ERR_IO, "cannot lock '%.256s': %s", path, strerror(errno));
        if (e == OK && is_current(fd, path)) {
            *out_fd = fd;
            return OK;
        }
        if (fd >= 0)
            (void)close(fd);
        if (e != OK)
            return e;
    }
    return diag_set(d, ERR_IO, "cannot lock '%.256s': others keep replacing it", path);
}

void file_unlock(int fd)
{
    if (fd >= 0)
        (void)close(fd);
}
