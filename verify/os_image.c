// SPDX-License-Identifier: Apache-2.0
#include "verify/os_image.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/digest.h"
#include "src/base/hex.h"
#include "src/base/trusted_file.h"

#define LIST_NAME   "sha256sum.txt"
#define DIGEST_NAME "digest.txt"

void os_image_clear(struct os_image *o)
{
    for (size_t i = 0; i < o->num_files; i++)
        free(o->files[i].name);
    free(o->files);
    *o = (struct os_image){ .num_files = 0 };
}

/* --- the two texts -------------------------------------------------------------------------- */

static bool is_name(const char *name, size_t len)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "._+-";

    if (len == 0 || len > 255 || name[0] == '.' || name[0] == '-')
        return false;
    for (size_t i = 0; i < len; i++) {
        if (name[i] == '\0' || strchr(allowed, name[i]) == NULL)
            return false;
    }
    return true;
}

static bool is_hash(struct hash32 *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] >= 'A' && text[i] <= 'F')
            return false;
    }
    return hex_decode(out->b, sizeof(out->b), text, len);
}

static const struct os_image_file *find_file(const struct os_image *o, const char *name)
{
    for (size_t i = 0; i < o->num_files; i++) {
        if (strcmp(o->files[i].name, name) == 0)
            return &o->files[i];
    }
    return NULL;
}

static enum err add_line(struct diag *d, struct os_image *o, const char *line, size_t len)
{
    const size_t number = o->num_files + 1;
    struct os_image_file *file = &o->files[o->num_files];

    if (len <= 66 || !is_hash(&file->hash, line, 64) || line[64] != ' ' ||
        (line[65] != ' ' && line[65] != '*') || !is_name(line + 66, len - 66))
        return diag_set(d, ERR_FORMAT,
                        LIST_NAME ":%zu: expected 64 hex digits, two spaces and the name of a file",
                        number);
    if ((file->name = strndup(line + 66, len - 66)) == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    o->num_files++;
    if (strcmp(file->name, LIST_NAME) == 0 || strcmp(file->name, DIGEST_NAME) == 0)
        return diag_set(d, ERR_FORMAT, LIST_NAME ":%zu: '%s' cannot be listed", number, file->name);
    if (find_file(o, file->name) != file)
        return diag_set(d, ERR_FORMAT, LIST_NAME ":%zu: '%.64s' is listed twice", number,
                        file->name);
    return OK;
}

static enum err parse_list(struct diag *d, struct os_image *o, const char *text, size_t len)
{
    size_t num_lines = 0;
    enum err e = OK;

    for (size_t i = 0; i < len; i++)
        num_lines += text[i] == '\n';
    if (len == 0 || text[len - 1] != '\n')
        return diag_set(d, ERR_FORMAT, LIST_NAME ": expected lines, each with its end");
    if (num_lines > LIMIT_OS_IMAGE_FILES)
        return diag_set(d, ERR_LIMIT, LIST_NAME ": over the limit of %d files",
                        LIMIT_OS_IMAGE_FILES);
    if ((o->files = calloc(num_lines, sizeof(*o->files))) == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    for (size_t i = 0; e == OK && i < num_lines; i++) {
        const char *end = memchr(text, '\n', len);
        size_t line_len = (size_t)(end - text);

        e = add_line(d, o, text, line_len);
        text += line_len + 1;
        len -= line_len + 1;
    }
    return e;
}

enum err os_image_parse(struct diag *d, struct os_image *out, const void *list, size_t list_len,
                        const void *digest, size_t digest_len)
{
    const char *text = digest;
    struct hash32 claimed;
    enum err e = ERR_INTERNAL;

    *out = (struct os_image){ .num_files = 0 };
    if (digest_len == 65 && text[64] == '\n')
        digest_len = 64;
    if (!is_hash(&claimed, text, digest_len))
        return diag_set(d, ERR_FORMAT, DIGEST_NAME ": expected 64 lower-case hex digits");
    if ((e = parse_list(d, out, list, list_len)) == OK &&
        (e = sha256(d, &out->digest, list, list_len)) == OK && !hash32_eq(&claimed, &out->digest))
        e = diag_set(d, ERR_MISMATCH, DIGEST_NAME " says %s, SHA-256 of " LIST_NAME " is %s",
                     hash32_format(&claimed).s, hash32_format(&out->digest).s);
    if (e != OK)
        os_image_clear(out);
    return e;
}

/* --- the directory -------------------------------------------------------------------------- */

static enum err path_in(struct diag *d, struct buf *out, const struct os_image_dir *dir,
                        const char *name)
{
    buf_init(out, 8192);
    buf_addf(out, "%s/%s", dir->path, name);
    return buf_check(d, out, "path");
}

static enum err check_file(struct diag *d, uint64_t *total, const struct os_image_dir *dir,
                           const struct os_image_file *file)
{
    struct hash32 hash;
    uint64_t size = 0;
    struct buf path;
    enum err e = path_in(d, &path, dir, file->name);

    if (e == OK)
        e = sha256_file(d, &hash, &size, buf_str(&path));
    if (e == OK && !hash32_eq(&hash, &file->hash))
        e = diag_set(d, ERR_MISMATCH, "'%.200s' hashes to %s, " LIST_NAME " lists %s",
                     buf_str(&path), hash32_format(&hash).s, hash32_format(&file->hash).s);
    buf_clear(&path);
    *total += size;
    return e;
}

/* The list itself has to be the one that is there: another order is another hash. */
static enum err check_own_list(struct diag *d, const struct os_image *o,
                               const struct os_image_dir *dir)
{
    struct hash32 hash;
    uint64_t size = 0;
    struct buf path;
    enum err e = path_in(d, &path, dir, LIST_NAME);

    if (e == OK)
        e = sha256_file(d, &hash, &size, buf_str(&path));
    if (e == OK && !hash32_eq(&hash, &o->digest))
        e = diag_set(d, ERR_MISMATCH, "'%.200s' hashes to %s, the evidence's to %s", buf_str(&path),
                     hash32_format(&hash).s, hash32_format(&o->digest).s);
    buf_clear(&path);
    return e;
}

static bool may_be_there(const struct os_image *o, const struct os_image_dir *dir, const char *name)
{
    if (strcmp(name, LIST_NAME) == 0 || strcmp(name, DIGEST_NAME) == 0 ||
        find_file(o, name) != NULL)
        return true;
    for (size_t i = 0; i < dir->num_unlisted; i++) {
        if (strcmp(dir->unlisted[i], name) == 0)
            return true;
    }
    return false;
}

/* Files whose name begins with a dot count as well. */
static enum err check_nothing_else(struct diag *d, const struct os_image *o,
                                   const struct os_image_dir *dir)
{
    DIR *open_dir = opendir(dir->path);
    const struct dirent *entry = NULL;
    enum err e = OK;

    if (open_dir == NULL)
        return diag_set(d, ERR_IO, "cannot open '%.200s': %s", dir->path, strerror(errno));
    errno = 0;
    while (e == OK && (entry = readdir(open_dir)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            may_be_there(o, dir, entry->d_name))
            continue;
        diag_hint(d, "no hash covers it; --unlisted NAME says that this is meant to be");
        e = diag_set(d, ERR_MISMATCH, "'%.200s' has '%.64s', which " LIST_NAME " does not list",
                     dir->path, entry->d_name);
    }
    if (e == OK && errno != 0)
        e = diag_set(d, ERR_IO, "cannot read '%.200s': %s", dir->path, strerror(errno));
    (void)closedir(open_dir);
    return e;
}

enum err os_image_check_dir(struct diag *d, uint64_t *total, const struct os_image *o,
                            const struct os_image_dir *dir)
{
    uint64_t count = 0;
    enum err e = check_own_list(d, o, dir);

    if (e == OK)
        e = check_nothing_else(d, o, dir);
    for (size_t i = 0; e == OK && i < dir->num_unlisted; i++) {
        if (find_file(o, dir->unlisted[i]) != NULL)
            e = diag_set(d, ERR_USAGE, "--unlisted %.64s: it is listed", dir->unlisted[i]);
    }
    for (size_t i = 0; e == OK && i < o->num_files; i++)
        e = check_file(d, &count, dir, &o->files[i]);
    if (total != NULL)
        *total = e == OK ? count : 0;
    return e;
}

static enum err read_text(struct diag *d, struct buf *out, const struct os_image_dir *dir,
                          const char *name)
{
    struct buf path;
    enum err e = path_in(d, &path, dir, name);

    if (e == OK)
        e = regular_file_read(d, out, buf_str(&path), 0);
    buf_clear(&path);
    return e;
}

enum err os_image_collect(struct diag *d, struct hash32 *out, struct proposal *p,
                          const struct os_image_dir *dir)
{
    struct os_image image = { .num_files = 0 };
    struct buf list;
    struct buf digest;
    enum err e = ERR_INTERNAL;

    *out = (struct hash32){ { 0 } };
    buf_init(&list, LIMIT_OS_IMAGE_BYTES);
    buf_init(&digest, LIMIT_OS_IMAGE_BYTES);
    if ((e = read_text(d, &list, dir, LIST_NAME)) != OK ||
        (e = read_text(d, &digest, dir, DIGEST_NAME)) != OK ||
        (e = os_image_parse(d, &image, list.data, list.len, digest.data, digest.len)) != OK ||
        (e = os_image_check_dir(d, NULL, &image, dir)) != OK ||
        (e = proposal_add_file(d, p, EVIDENCE_OS_LIST, list.data, list.len)) != OK ||
        (e = proposal_add_file(d, p, EVIDENCE_OS_DIGEST, digest.data, digest.len)) != OK)
        goto done;
    *out = image.digest;
done:
    os_image_clear(&image);
    buf_clear(&digest);
    buf_clear(&list);
    return e;
}
