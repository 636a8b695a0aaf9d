// SPDX-License-Identifier: Apache-2.0
#include "safe/journal.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/u256.h"

#define JOURNAL_BYTES ((size_t)4 * 1024 * 1024)
#define LINE_BYTES    189 /* the longest: 78 digits, 42 and 66 of hex, two spaces, a newline */

struct line {
    struct u256 nonce;
    struct journal_entry entry;
};

static enum err journal_dir(struct diag *d, struct buf *out)
{
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");

    if (state != NULL && state[0] == '/')
        buf_addf(out, "%s/countersign", state);
    else if (home != NULL && home[0] == '/')
        buf_addf(out, "%s/.local/state/countersign", home);
    else
        return diag_set(d, ERR_IO, "no place for the journal: HOME is not set");
    return buf_check(d, out, "path of the journal");
}

static enum err journal_path(struct diag *d, struct buf *out, const struct safe_domain *domain)
{
    enum err e = journal_dir(d, out);

    if (e != OK)
        return e;
    buf_addf(out, "/signed-%s-%s", u256_format(&domain->chain_id).s,
             address_format(&domain->safe).s);
    return buf_check(d, out, "path of the journal");
}

/* "<nonce> <signer> <hash>"; line is NUL-terminated and taken apart in place. */
static bool parse_line(struct line *out, char *line)
{
    struct diag ignored = { 0 };
    char *signer = strchr(line, ' ');
    char *hash = signer != NULL ? strchr(signer + 1, ' ') : NULL;

    if (hash == NULL)
        return false;
    *signer++ = '\0';
    *hash++ = '\0';
    return u256_from_dec(&out->nonce, line) &&
           address_parse(&ignored, &out->entry.signer, signer) == OK &&
           hash32_parse(&ignored, &out->entry.safe_tx_hash, hash) == OK;
}

/* Take the next line off *at; *ok turns false for a broken one. False at the end. */
static bool next_line(struct line *out, char **at, bool *ok)
{
    char *end = strchr(*at, '\n');

    if (**at == '\0')
        return false;
    *ok = end != NULL;
    if (!*ok)
        return false;
    *end = '\0';
    *ok = parse_line(out, *at);
    *at = end + 1;
    return *ok;
}

static enum err read_journal(struct diag *d, struct buf *out, const char *path)
{
    if (file_is_missing(path))
        return OK;
    return file_read(d, out, path);
}

static enum err broken(struct diag *d, const char *path)
{
    diag_hint(d, "move it away only if you know what was signed");
    return diag_set(d, ERR_FORMAT, "the journal '%s' has a broken line", path);
}

/* Collect the entries of one nonce from the journal's text, which is taken apart in place. */
static enum err collect_entries(struct diag *d, struct journal_entry **out, size_t *num_out,
                                struct buf *text, const struct u256 *tx_nonce, const char *path)
{
    const size_t longest = text->len / 100 + 1; /* a line is longer than 100 bytes */
    struct line line;
    char *at = (char *)text->data;
    bool ok = strlen(at) == text->len;

    if ((*out = calloc(longest, sizeof(**out))) == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    while (ok && next_line(&line, &at, &ok)) {
        if (u256_eq(&line.nonce, tx_nonce))
            (*out)[(*num_out)++] = line.entry;
    }
    return ok ? OK : broken(d, path);
}

enum err journal_list(struct diag *d, struct journal_entry **out, size_t *num_out,
                      const struct safe_domain *domain, const struct u256 *tx_nonce)
{
    struct buf path;
    struct buf text;
    enum err e = ERR_INTERNAL;

    *out = NULL;
    *num_out = 0;
    buf_init(&path, LIMIT_SECRET_BYTES);
    buf_init(&text, JOURNAL_BYTES);
    e = journal_path(d, &path, domain);
    if (e == OK)
        e = read_journal(d, &text, buf_str(&path));
    if (e == OK && text.len > 0)
        e = collect_entries(d, out, num_out, &text, tx_nonce, buf_str(&path));
    if (e != OK) {
        free(*out);
        *out = NULL;
        *num_out = 0;
    }
    buf_clear(&text);
    buf_clear(&path);
    return e;
}

/* Make the directory if need be, and hold the journal's lock; path is the journal's. */
static enum err lock_journal(struct diag *d, int *fd, struct buf *path,
                             const struct safe_domain *domain)
{
    struct buf dir;
    struct buf lock;
    enum err e = ERR_INTERNAL;

    *fd = -1;
    buf_init(&dir, LIMIT_SECRET_BYTES);
    buf_init(&lock, LIMIT_SECRET_BYTES);
    if ((e = journal_dir(d, &dir)) != OK || (e = file_make_dirs(d, buf_str(&dir))) != OK ||
        (e = journal_path(d, path, domain)) != OK)
        goto done;
    buf_addf(&lock, "%s/.lock", buf_str(&dir));
    if ((e = buf_check(d, &lock, "path")) == OK)
        e = file_lock(d, fd, buf_str(&lock));
done:
    buf_clear(&lock);
    buf_clear(&dir);
    return e;
}

/* The same content again. */
static enum err rewrite(struct diag *d, const char *path)
{
    struct buf text;
    enum err e = ERR_INTERNAL;

    buf_init(&text, JOURNAL_BYTES);
    e = read_journal(d, &text, path);
    if (e == OK && text.len > JOURNAL_BYTES - LINE_BYTES)
        e = diag_set(d, ERR_LIMIT, "the journal '%.256s' is full", path);
    if (e == OK)
        e = file_write(d, path, text.data, text.len, FILE_PRIVATE);
    buf_clear(&text);
    return e;
}

enum err journal_probe(struct diag *d, const struct safe_domain *domain)
{
    struct buf path;
    int fd = -1;
    enum err e = ERR_INTERNAL;

    buf_init(&path, LIMIT_SECRET_BYTES);
    if ((e = lock_journal(d, &fd, &path, domain)) == OK)
        e = rewrite(d, buf_str(&path));
    file_unlock(fd);
    buf_clear(&path);
    return e;
}

static enum err append_line(struct diag *d, const char *path, const char *line)
{
    struct buf text;
    enum err e = ERR_INTERNAL;

    buf_init(&text, JOURNAL_BYTES);
    e = read_journal(d, &text, path);
    if (e == OK && strstr(buf_str(&text), line) == NULL) {
        buf_add_str(&text, line);
        e = buf_check(d, &text, "journal");
        if (e == OK)
            e = file_write(d, path, text.data, text.len, FILE_PRIVATE);
    }
    buf_clear(&text);
    return e;
}

enum err journal_add(struct diag *d, const struct safe_domain *domain, const struct u256 *tx_nonce,
                     const struct address *signer, const struct hash32 *safe_tx_hash)
{
    struct buf path;
    struct buf line;
    int fd = -1;
    enum err e = ERR_INTERNAL;

    buf_init(&path, LIMIT_SECRET_BYTES);
    buf_init(&line, LIMIT_SECRET_BYTES);
    buf_addf(&line, "%s %s %s\n", u256_format(tx_nonce).s, address_format(signer).s,
             hash32_format(safe_tx_hash).s);
    if ((e = buf_check(d, &line, "line")) == OK && (e = lock_journal(d, &fd, &path, domain)) == OK)
        e = append_line(d, buf_str(&path), buf_str(&line));
    file_unlock(fd);
    buf_clear(&line);
    buf_clear(&path);
    return e;
}
