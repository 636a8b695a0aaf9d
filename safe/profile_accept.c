// SPDX-License-Identifier: Apache-2.0
#include "safe/profile_accept.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "safe/profile_parse.h"
#include "src/base/address.h"
#include "src/base/clock.h"
#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/trusted_file.h"
#include "src/base/u256.h"

#define FORMAT     "countersign/accepted-profiles/1"
#define FILE_BYTES (16 * 1024 * 1024)

/* --- memory -------------------------------------------------------------------------------- */

static void item_clear(struct accepted_profile *a)
{
    free(a->name);
    free(a->text);
    for (size_t i = 0; i < a->num_files; i++)
        free(a->files[i].path);
    free(a->files);
    free(a->clone);
    *a = (struct accepted_profile){ 0 };
}

void accepted_profiles_clear(struct accepted_profiles *list)
{
    for (size_t i = 0; i < list->num_items; i++)
        item_clear(&list->items[i]);
    free(list->items);
    *list = (struct accepted_profiles){ 0 };
}

static enum err no_memory(struct diag *d)
{
    return diag_set(d, ERR_NOMEM, "out of memory");
}

/* --- where --------------------------------------------------------------------------------- */

static enum err state_dir(struct diag *d, struct buf *out)
{
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");

    if (state != NULL && state[0] == '/')
        buf_addf(out, "%s/countersign", state);
    else if (home != NULL && home[0] == '/')
        buf_addf(out, "%s/.local/state/countersign", home);
    else
        return diag_set(d, ERR_IO, "no place to remember profiles: HOME is not set");
    return buf_check(d, out, "path of the state directory");
}

static enum err state_path(struct diag *d, struct buf *dir, struct buf *path,
                           const struct safe_domain *safe)
{
    enum err e = ERR_INTERNAL;

    buf_init(dir, LIMIT_SECRET_BYTES);
    buf_init(path, LIMIT_SECRET_BYTES);
    if ((e = state_dir(d, dir)) != OK || (e = trusted_dir_check(d, buf_str(dir))) != OK)
        return e == ERR_IO ? diag_prefix(d, "the state directory") : e;
    buf_addf(path, "%s/profiles-%s-%s", buf_str(dir), u256_format(&safe->chain_id).s,
             address_format(&safe->safe).s);
    return buf_check(d, path, "path of the accepted profiles");
}

/* --- reading ------------------------------------------------------------------------------- */

static enum err read_files(struct diag *d, struct accepted_profile *a, const struct json *list)
{
    static const char *const keys[] = { "path", "sha256", NULL };
    enum err e = OK;

    if (json_len(list) > 0 && (a->files = calloc(json_len(list), sizeof(*a->files))) == NULL)
        return no_memory(d);
    for (size_t i = 0; e == OK && i < json_len(list); i++) {
        const struct json *j = json_at(list, i);
        const char *path = NULL;

        if ((e = json_only_keys(d, j, keys)) != OK ||
            (e = json_read_string(d, &path, j, "path")) != OK ||
            (e = json_read_hash(d, &a->files[i].sha256, j, "sha256")) != OK)
            break;
        if ((a->files[i].path = strdup(path)) == NULL)
            e = no_memory(d);
        a->num_files++;
    }
    return e;
}

static enum err read_text(struct diag *d, struct accepted_profile *a, const struct json *j)
{
    struct buf text;
    enum err e = ERR_INTERNAL;

    buf_init(&text, LIMIT_YAML_BYTES);
    if ((e = json_read_bytes(d, &text, j, "text")) == OK) {
        a->text_len = text.len;
        if ((a->text = bytes_dup(buf_str(&text), text.len + 1)) == NULL)
            e = no_memory(d);
    }
    buf_clear(&text);
    return e;
}

static enum err check_item(struct diag *d, const struct accepted_profile *a)
{
    struct hash32 hash;
    enum err e = profile_hash(d, &hash, a->text, a->text_len, a->files, a->num_files);

    if (e == OK && !hash32_eq(&hash, &a->sha256))
        e = diag_set(d, ERR_FORMAT, "the text of '%.64s' has another SHA-256", a->name);
    return e;
}

static enum err read_item(struct diag *d, struct accepted_profile *a, const struct json *j)
{
    static const char *const keys[] = { "name",  "sha256",     "text", "files",
                                        "clone", "acceptedAt", NULL };
    const char *name = NULL;
    const char *clone = json_string(json_get(j, "clone"));
    const char *time = NULL;
    const struct json *files = NULL;
    enum err e = ERR_INTERNAL;

    if ((e = json_only_keys(d, j, keys)) != OK ||
        (e = json_read_string(d, &name, j, "name")) != OK ||
        (e = json_read_hash(d, &a->sha256, j, "sha256")) != OK ||
        (e = json_read_array(d, &files, j, "files")) != OK || (e = read_text(d, a, j)) != OK ||
        (e = read_files(d, a, files)) != OK ||
        (e = json_read_string(d, &time, j, "acceptedAt")) != OK ||
        (e = clock_parse(d, &a->accepted_s, time)) != OK)
        return e;
    if ((a->name = strdup(name)) == NULL || (clone != NULL && (a->clone = strdup(clone)) == NULL))
        return no_memory(d);
    return check_item(d, a);
}

static enum err read_head(struct diag *d, const struct json *j, const struct safe_domain *safe)
{
    static const char *const keys[] = { "format", "chainId", "safe", "profiles", NULL };
    const char *format = NULL;
    struct u256 chain_id;
    struct address address;
    enum err e = ERR_INTERNAL;

    if ((e = json_only_keys(d, j, keys)) != OK ||
        (e = json_read_string(d, &format, j, "format")) != OK ||
        (e = json_read_u256(d, &chain_id, j, "chainId")) != OK ||
        (e = json_read_address(d, &address, j, "safe")) != OK)
        return e;
    if (strcmp(format, FORMAT) != 0)
        return diag_set(d, ERR_UNSUPPORTED, "'format': expected %s, found '%.64s'", FORMAT, format);
    if (!u256_eq(&chain_id, &safe->chain_id) || !address_eq(&address, &safe->safe))
        return diag_set(d, ERR_FORMAT, "it is about another Safe than its name says");
    return OK;
}

enum err accepted_profiles_parse(struct diag *d, struct accepted_profiles *out,
                                 const struct safe_domain *safe, const void *data, size_t data_len)
{
    struct json *j = NULL;
    const struct json *list = NULL;
    enum err e = json_parse(d, &j, data, data_len, "accepted profiles");

    *out = (struct accepted_profiles){ 0 };
    if (e != OK || (e = read_head(d, j, safe)) != OK ||
        (e = json_read_array(d, &list, j, "profiles")) != OK)
        goto done;
    if (json_len(list) > LIMIT_PROFILE_ITEMS) {
        e = diag_set(d, ERR_LIMIT, "more than %d profiles", LIMIT_PROFILE_ITEMS);
        goto done;
    }
    if ((out->items = calloc(json_len(list) + 1, sizeof(*out->items))) == NULL) {
        e = no_memory(d);
        goto done;
    }
    for (; e == OK && out->num_items < json_len(list); out->num_items++)
        e = read_item(d, &out->items[out->num_items], json_at(list, out->num_items));
done:
    if (e != OK)
        accepted_profiles_clear(out);
    json_free(j);
    return e;
}

/* The file, judged as ssh judges its own; *there is false if there is none. */
static enum err read_state(struct diag *d, struct buf *out, bool *there, const char *path)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    enum err e = OK;
    struct stat st;

    *there = fd >= 0 || errno != ENOENT;
    if (fd < 0)
        return *there ? diag_set(d, ERR_IO, "cannot read '%s': %s", path, strerror(errno)) : OK;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        e = diag_set(d, ERR_IO, "cannot read '%s': it is no regular file", path);
    else if (st.st_uid != geteuid() || (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        e = diag_set(d, ERR_IO, "'%s' is not this user's alone (mode %03o)", path,
                     (unsigned)(st.st_mode & 0777));
    else
        e = file_read_fd(d, out, fd, path);
    (void)close(fd);
    return e;
}

static enum err load_from(struct diag *d, struct accepted_profiles *out,
                          const struct safe_domain *safe, const char *path)
{
    bool there = false;
    struct buf text;
    enum err e = ERR_INTERNAL;

    *out = (struct accepted_profiles){ 0 };
    buf_init(&text, FILE_BYTES);
    e = read_state(d, &text, &there, path);
    if (e == OK && there &&
        (e = accepted_profiles_parse(d, out, safe, text.data, text.len)) != OK) {
        diag_hint(d, "look what happened to it; without it, profiles are accepted anew");
        e = diag_prefix(d, "'%s'", path);
    }
    buf_clear(&text);
    return e;
}

enum err accepted_profiles_load(struct diag *d, struct accepted_profiles *out,
                                const struct profile *p)
{
    struct buf dir, path;
    enum err e = state_path(d, &dir, &path, &p->safe);

    *out = (struct accepted_profiles){ 0 };
    if (e == OK)
        e = load_from(d, out, &p->safe, buf_str(&path));
    buf_clear(&path);
    buf_clear(&dir);
    return e;
}

/* --- judging ------------------------------------------------------------------------------- */

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

enum profile_standing accepted_profiles_judge(const struct accepted_profiles *list,
                                              const struct accepted_profile **before,
                                              const struct profile *p)
{
    *before = NULL;
    for (size_t i = 0; i < list->num_items; i++) {
        const struct accepted_profile *a = &list->items[i];

        if (strcmp(a->name, p->name) == 0) {
            *before = a;
            if (!hash32_eq(&a->sha256, &p->sha256))
                return PROFILE_CHANGED;
            return same_text(a->clone, p->git_clone) ? PROFILE_KNOWN : PROFILE_MOVED;
        }
        if (*before == NULL || a->accepted_s >= (*before)->accepted_s)
            *before = a;
    }
    return *before == NULL ? PROFILE_NEW : PROFILE_OTHER;
}

/* --- writing ------------------------------------------------------------------------------- */

static struct json *item_json(const struct accepted_profile *a)
{
    struct json *j = json_new_object();
    struct json *files = json_new_array();

    for (size_t i = 0; i < a->num_files; i++) {
        struct json *file = json_new_object();

        json_set_string(file, "path", a->files[i].path);
        json_set_hash(file, "sha256", &a->files[i].sha256);
        json_append(files, file);
    }
    json_set_string(j, "name", a->name);
    json_set_hash(j, "sha256", &a->sha256);
    json_set_bytes(j, "text", (const uint8_t *)a->text, a->text_len);
    json_set(j, "files", files);
    if (a->clone != NULL)
        json_set_string(j, "clone", a->clone);
    else
        json_set_null(j, "clone");
    json_set_string(j, "acceptedAt", clock_format_utc(a->accepted_s).s);
    return j;
}

static enum err write_state(struct diag *d, const struct accepted_profiles *list,
                            const struct profile *p, uint64_t now_s, const char *path)
{
    const struct accepted_profile added = {
        .name = p->name,
        .text = p->text,
        .text_len = p->text_len,
        .files = p->files,
        .num_files = p->num_files,
        .sha256 = p->sha256,
        .clone = p->git_clone,
        .accepted_s = now_s,
    };
    struct json *j = json_new_object();
    struct json *items = json_new_array();
    struct buf text;
    enum err e = ERR_INTERNAL;

    for (size_t i = 0; i < list->num_items; i++) {
        if (strcmp(list->items[i].name, p->name) != 0)
            json_append(items, item_json(&list->items[i]));
    }
    json_append(items, item_json(&added));
    json_set_string(j, "format", FORMAT);
    json_set_u256(j, "chainId", &p->safe.chain_id);
    json_set_address(j, "safe", &p->safe.safe);
    json_set(j, "profiles", items);
    buf_init(&text, FILE_BYTES);
    if ((e = json_write(d, &text, j, JSON_PRETTY)) == OK)
        e = file_write(d, path, text.data, text.len, FILE_PRIVATE);
    buf_clear(&text);
    json_free(j);
    return e;
}

/* Under the lock, what others accepted meanwhile stays. */
static enum err add_locked(struct diag *d, const struct profile *p, uint64_t now_s,
                           const char *path)
{
    struct accepted_profiles list;
    enum err e = load_from(d, &list, &p->safe, path);

    if (e == OK)
        e = write_state(d, &list, p, now_s, path);
    accepted_profiles_clear(&list);
    return e;
}

/* Nobody else's, whatever the umask is. */
static enum err make_private_dir(struct diag *d, const char *path)
{
    const mode_t before = umask(077);
    enum err e = file_make_dirs(d, path);

    (void)umask(before);
    return e;
}

enum err accepted_profiles_add(struct diag *d, const struct profile *p, uint64_t now_s)
{
    struct buf dir, path, lock;
    int fd = -1;
    enum err e = state_path(d, &dir, &path, &p->safe);

    buf_init(&lock, LIMIT_SECRET_BYTES);
    buf_addf(&lock, "%s/.lock-profiles", buf_str(&dir));
    if (e != OK || (e = buf_check(d, &lock, "path")) != OK ||
        (e = make_private_dir(d, buf_str(&dir))) != OK ||
        (e = file_lock(d, &fd, buf_str(&lock))) != OK)
        goto done;
    e = add_locked(d, p, now_s, buf_str(&path));
done:
    file_unlock(fd);
    buf_clear(&lock);
    buf_clear(&path);
    buf_clear(&dir);
    return e;
}
