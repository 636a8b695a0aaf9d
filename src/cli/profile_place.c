// SPDX-License-Identifier: Apache-2.0
/* for realpath */
#define _XOPEN_SOURCE 700 // NOLINT(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

#include "src/cli/profile_place.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/file.h"

/* Options that name a file of somebody else's. */
static const char *const file_options[] = { "in", "from", "evidence" };

/* The directory of path, by what the file system says. False if there is none. */
static bool dir_stat(struct stat *out, const char *path)
{
    char dir[PATH_MAX] = ".";
    const char *slash = strrchr(path, '/');
    size_t len = slash == path ? 1 : slash != NULL ? (size_t)(slash - path) : 0;

    if (len >= sizeof(dir))
        return false;
    if (len > 0) {
        memcpy(dir, path, len);
        dir[len] = '\0';
    }
    return stat(dir, out) == 0;
}

static bool same_dir(const char *a, const char *b)
{
    struct stat x, y;

    return dir_stat(&x, a) && dir_stat(&y, b) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* Beside the file as it is named, or beside what a symbolic link leads to. */
static bool is_beside(const struct profile *p, const char *path)
{
    char real[PATH_MAX];
    const bool is_file = path != NULL && strcmp(path, "-") != 0 && file_exists(path);

    if (!is_file)
        return false;
    if (same_dir(p->path, path) || same_dir(p->real_path, path))
        return true;
    return realpath(path, real) != NULL &&
           (same_dir(p->path, real) || same_dir(p->real_path, real));
}

/* "<number>-0x<40 or 64 hex digits>", as docs/formats/queue-directory.md names its directories. */
static bool is_queue_name(const char *name)
{
    size_t digits = strspn(name, "0123456789");
    size_t hex = 0;

    if (digits == 0 || strncmp(name + digits, "-0x", 3) != 0)
        return false;
    hex = strspn(name + digits + 3, "0123456789abcdef");
    return name[digits + 3 + hex] == '\0' && (hex == 40 || hex == 64);
}

static bool has_queue_names(const char *dir)
{
    struct diag ignored = { 0 };
    char **names = NULL;
    size_t num_names = 0;
    bool found = false;

    if (file_list_dir(&ignored, &names, &num_names, dir) != OK)
        return false;
    for (size_t i = 0; i < num_names; i++)
        found = found || is_queue_name(names[i]);
    file_free_names(names, num_names);
    return found;
}

/* The queue that the profile itself names, though nothing may be in it yet. */
static bool is_own_queue(const struct profile *p, const char *dir)
{
    struct stat x, y;

    return p->queue.kind == QUEUE_DIRECTORY && stat(p->queue.location, &x) == 0 &&
           stat(dir, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* One of the directories that the file lies in belongs to a queue. */
static bool is_in_queue(const struct profile *p, const char *path)
{
    char real[PATH_MAX];

    if (realpath(path, real) == NULL)
        return false;
    for (char *slash = strrchr(real, '/'); slash != NULL && slash != real;
         slash = strrchr(real, '/')) {
        *slash = '\0';
        if (is_queue_name(strrchr(real, '/') + 1) || has_queue_names(real) || is_own_queue(p, real))
            return true;
    }
    return false;
}

const char *profile_place_queue(const struct profile *p)
{
    if (strcmp(p->path, "-") == 0 || !(is_in_queue(p, p->path) || is_in_queue(p, p->real_path)))
        return NULL;
    return "in a queue's directory";
}

const char *profile_place(const struct profile *p, const struct args *a)
{
    bool beside = false;

    if (strcmp(p->path, "-") == 0)
        return NULL;
    for (size_t i = 0; i < a->num_operands; i++)
        beside = beside || is_beside(p, a->operands[i]);
    for (size_t i = 0; i < sizeof(file_options) / sizeof(file_options[0]); i++)
        beside = beside || is_beside(p, args_get(a, file_options[i]));
    return beside ? "beside the proposal" : profile_place_queue(p);
}
