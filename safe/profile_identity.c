// SPDX-License-Identifier: Apache-2.0
/* The hash of a profile, and of everything else that it lets decide. */
#include <stdlib.h>
#include <string.h>

#include "safe/profile_parse.h"
#include "src/base/digest.h"
#include "src/base/hex.h"
#include "src/base/trusted_file.h"

enum err profile_read_file(struct profile_reader *r, struct diag *d, struct buf *out,
                           const char *path, const struct yaml_node *n)
{
    struct profile *p = r->p;
    struct profile_file *grown = NULL;
    struct hash32 hash;
    enum err e = regular_file_read(d, out, path, 0);

    if (e != OK || (e = sha256(d, &hash, out->data, out->len)) != OK)
        return e;
    if ((grown = realloc(p->files, (p->num_files + 1) * sizeof(*grown))) == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    p->files = grown;
    grown[p->num_files].sha256 = hash;
    if ((grown[p->num_files].path = strdup(n->text)) == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    p->num_files++;
    return OK;
}

/* What 'sha256sum <FILE' prints. */
static void add_line(struct buf *out, const struct hash32 *hash)
{
    buf_add_hex(out, hash->b, sizeof(hash->b));
    buf_add_str(out, "  -\n");
}

enum err profile_hash(struct diag *d, struct hash32 *out, const void *text, size_t text_len,
                      const struct profile_file *files, size_t num_files)
{
    struct hash32 own;
    struct buf lines;
    enum err e = sha256(d, &own, text, text_len);

    *out = own;
    if (e != OK || num_files == 0)
        return e;
    buf_init(&lines, (num_files + 1) * 80);
    add_line(&lines, &own);
    for (size_t i = 0; i < num_files; i++)
        add_line(&lines, &files[i].sha256);
    if ((e = buf_check(d, &lines, "list of files")) == OK)
        e = sha256(d, out, lines.data, lines.len);
    buf_clear(&lines);
    return e;
}

enum err profile_identify(struct diag *d, struct profile *p, const void *data, size_t data_len)
{
    struct buf text;
    enum err e = ERR_INTERNAL;

    buf_init(&text, data_len + 1);
    buf_add(&text, data, data_len);
    if ((e = buf_check(d, &text, "the profile")) == OK &&
        (p->text = bytes_dup(buf_str(&text), data_len + 1)) == NULL)
        e = diag_set(d, ERR_NOMEM, "out of memory");
    buf_clear(&text);
    p->text_len = data_len;
    return e == OK ? profile_hash(d, &p->sha256, data, data_len, p->files, p->num_files) : e;
}
