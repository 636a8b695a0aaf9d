// SPDX-License-Identifier: Apache-2.0
#include "src/base/trusted_file.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/file.h"

#define MAX_LINKS 8
#define STICKY    01000 /* S_ISVTX, which POSIX has in its XSI part alone */

void trusted_file_clear(struct trusted_file *f)
{
    free(f->path);
    *f = (struct trusted_file){ 0 };
}

char *path_absolute(const char *path)
{
    char cwd[PATH_MAX] = "";
    struct buf joined;
    char *out = NULL;

    if (path[0] == '/')
        return strdup(path);
    while (strncmp(path, "./", 2) == 0)
        path += 2;
    if (getcwd(cwd, sizeof(cwd)) == NULL)
        return NULL;
    buf_init(&joined, 2 * (size_t)PATH_MAX);
    buf_addf(&joined, "%s/%s", strcmp(cwd, "/") == 0 ? "" : cwd, path);
    if (buf_ok(&joined))
        out = strdup(buf_str(&joined));
    buf_clear(&joined);
    return out;
}

/* --- who may write ------------------------------------------------------------------------- */

static bool is_self_or_root(uid_t uid)
{
    return uid == geteuid() || uid == 0;
}

/* Debian and others give every user a group of the same name with nobody else in it. */
static bool is_private_group(gid_t gid)
{
    const struct passwd *user = getpwuid(geteuid());
    char name[256];
    const struct group *group = NULL;

    if (user == NULL || user->pw_gid != gid || strlen(user->pw_name) >= sizeof(name))
        return false;
    memcpy(name, user->pw_name, strlen(user->pw_name) + 1);
    group = getgrgid(gid);
    if (group == NULL || strcmp(group->gr_name, name) != 0)
        return false;
    for (char **member = group->gr_mem; *member != NULL; member++) {
        if (strcmp(*member, name) != 0)
            return false;
    }
    return true;
}

static bool others_may_write(const struct stat *st)
{
    return (st->st_mode & S_IWOTH) != 0 ||
           ((st->st_mode & S_IWGRP) != 0 && !is_private_group(st->st_gid));
}

static enum err check_file(struct diag *d, const struct stat *st, const char *path)
{
    if (!S_ISREG(st->st_mode))
        return diag_set(d, ERR_IO, "'%.256s' is no regular file", path);
    if (!others_may_write(st))
        return OK;
    diag_hint(d, "chmod go-w '%.256s', after a look at what is in it", path);
    return diag_set(d, ERR_IO, "others may write to '%.256s' (mode %03o)", path,
                    (unsigned)(st->st_mode & 0777));
}

/* --- opening ------------------------------------------------------------------------------- */

static enum err cannot_read(struct diag *d, const char *path)
{
    return diag_set(d, ERR_IO, "cannot read '%.256s': %s", path, strerror(errno));
}

/* Replace the path of a symbolic link by what it points to. */
static enum err follow(struct diag *d, char **path)
{
    char target[PATH_MAX];
    struct stat st;
    struct buf joined;
    const char *slash = strrchr(*path, '/');
    ssize_t len = -1;
    char *next = NULL;

    if (lstat(*path, &st) != 0 || (len = readlink(*path, target, sizeof(target) - 1)) <= 0)
        return cannot_read(d, *path);
    if (!is_self_or_root(st.st_uid))
        return diag_set(d, ERR_IO, "the symbolic link '%.256s' belongs to another user", *path);
    target[len] = '\0';
    buf_init(&joined, 2 * (size_t)PATH_MAX);
    if (target[0] != '/' && slash != NULL)
        buf_add(&joined, *path, (size_t)(slash + 1 - *path));
    buf_add_str(&joined, target);
    next = buf_ok(&joined) ? strdup(buf_str(&joined)) : NULL;
    buf_clear(&joined);
    if (next == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    free(*path);
    *path = next;
    return OK;
}

/* Opens what *path names, behind its links; *path is then the file's own. */
static enum err open_behind_links(struct diag *d, int *out_fd, char **path)
{
    enum err e = OK;

    for (unsigned i = 0; i <= MAX_LINKS; i++) {
        *out_fd = open(*path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (*out_fd >= 0)
            return OK;
        if (errno != ELOOP)
            return cannot_read(d, *path);
        if ((e = follow(d, path)) != OK)
            return e;
    }
    return diag_set(d, ERR_IO, "cannot read '%.256s': too many symbolic links", *path);
}

enum err trusted_file_read(struct diag *d, struct buf *out, struct trusted_file *file,
                           const char *path)
{
    enum err e = ERR_INTERNAL;
    struct stat st;
    int fd = -1;

    *file = (struct trusted_file){ .by_self = true };
    if (strcmp(path, "-") == 0) {
        file->path = strdup("-");
        return file->path == NULL ? diag_set(d, ERR_NOMEM, "out of memory")
                                  : file_read(d, out, path);
    }
    if ((file->path = path_absolute(path)) == NULL)
        return diag_set(d, ERR_IO, "cannot tell where '%.256s' is", path);
    if ((e = open_behind_links(d, &fd, &file->path)) != OK)
        return e;
    if (fstat(fd, &st) != 0)
        e = cannot_read(d, path);
    else if ((e = check_file(d, &st, path)) == OK)
        e = file_read_fd(d, out, fd, path);
    file->by_self = e == OK && is_self_or_root(st.st_uid);
    (void)close(fd);
    return e;
}

enum err regular_file_read(struct diag *d, struct buf *out, const char *path, int flags)
{
    const int no_link = (flags & REGULAR_NO_LINK) != 0 ? O_NOFOLLOW : 0;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | no_link);
    enum err e = ERR_INTERNAL;
    struct stat st;

    if (fd < 0)
        return cannot_read(d, path);
    if (fstat(fd, &st) != 0)
        e = cannot_read(d, path);
    else if (!S_ISREG(st.st_mode))
        e = diag_set(d, ERR_IO, "cannot read '%.256s': it is no regular file", path);
    else
        e = file_read_fd(d, out, fd, path);
    (void)close(fd);
    return e;
}

/* --- directories --------------------------------------------------------------------------- */

/* In a sticky directory nobody but the owner exchanges a name. */
static enum err check_dir(struct diag *d, const char *path)
{
    struct stat st;

    if (lstat(path, &st) != 0)
        return errno == ENOENT
                   ? OK
                   : diag_set(d, ERR_IO, "cannot look at '%.256s': %s", path, strerror(errno));
    if (!is_self_or_root(st.st_uid))
        return diag_set(d, ERR_IO, "'%.256s' belongs to another user", path);
    if (S_ISLNK(st.st_mode) && stat(path, &st) != 0)
        return diag_set(d, ERR_IO, "cannot look at '%.256s': %s", path, strerror(errno));
    if (!is_self_or_root(st.st_uid))
        return diag_set(d, ERR_IO, "'%.256s' belongs to another user", path);
    if (others_may_write(&st) && (st.st_mode & STICKY) == 0)
        return diag_set(d, ERR_IO, "others may write to '%.256s' (mode %03o)", path,
                        (unsigned)(st.st_mode & 0777));
    return OK;
}

enum err trusted_dir_check(struct diag *d, const char *path)
{
    char *copy = path_absolute(path);
    enum err e = ERR_INTERNAL;

    if (copy == NULL)
        return diag_set(d, ERR_IO, "cannot tell where '%.256s' is", path);
    e = check_dir(d, copy);
    for (char *slash = strrchr(copy, '/'); e == OK && slash != NULL; slash = strrchr(copy, '/')) {
        if (slash == copy) {
            e = check_dir(d, "/");
            break;
        }
        *slash = '\0';
        e = check_dir(d, copy);
    }
    free(copy);
    return e;
}
