// SPDX-License-Identifier: Apache-2.0
/* Proposals as files that several people write. */
#include <string.h>

#include "safe/proposal.h"
#include "src/base/address.h"
#include "src/base/file.h"
#include "src/base/limits.h"

enum err proposal_load(struct diag *d, struct proposal *out, const char *path)
{
    enum err e = ERR_INTERNAL;
    struct buf text;

    *out = (struct proposal){ 0 };
    buf_init(&text, LIMIT_PROPOSAL_BYTES);
    if ((e = file_read(d, &text, path)) == OK)
        e = proposal_parse(d, out, text.data, text.len, path);
    buf_clear(&text);
    return e;
}

enum err proposal_save(struct diag *d, const struct proposal *p, const char *path)
{
    enum err e = ERR_INTERNAL;
    struct buf text;

    buf_init(&text, LIMIT_PROPOSAL_BYTES);
    if ((e = proposal_write(d, &text, p)) == OK)
        e = file_write(d, path, text.data, text.len, 0);
    buf_clear(&text);
    return e;
}

/* Everything but the signatures is the same. */
static enum err same_but_signatures(struct diag *d, bool *same, const struct proposal *a,
                                    const struct proposal *b)
{
    struct proposal bare_a = *a; /* borrow all but the signatures; never cleared */
    struct proposal bare_b = *b;
    struct buf x;
    struct buf y;
    enum err e = ERR_INTERNAL;

    *same = false;
    bare_a.num_signatures = 0;
    bare_b.num_signatures = 0;
    buf_init(&x, LIMIT_PROPOSAL_BYTES);
    buf_init(&y, LIMIT_PROPOSAL_BYTES);
    if ((e = proposal_write(d, &x, &bare_a)) == OK && (e = proposal_write(d, &y, &bare_b)) == OK)
        *same = x.len == y.len && memcmp(x.data, y.data, x.len) == 0;
    buf_clear(&x);
    buf_clear(&y);
    return e;
}

static bool is_by_key(const struct proposal_signature *s)
{
    return strcmp(s->kind, "EOA") == 0 || strcmp(s->kind, "ETH_SIGN") == 0;
}

/* A signature by a key is not given up for an approval, which anyone can write. */
static bool has_as_good(const struct proposal *p, const struct proposal_signature *s)
{
    for (size_t i = 0; i < p->num_signatures; i++) {
        if (address_eq(&p->signatures[i].signer, &s->signer))
            return is_by_key(&p->signatures[i]) || !is_by_key(s);
    }
    return false;
}

static enum err join_signatures(struct diag *d, struct proposal *p, const struct proposal *from)
{
    enum err e = OK;

    for (size_t i = 0; e == OK && i < from->num_signatures; i++) {
        const struct proposal_signature *s = &from->signatures[i];

        if (!has_as_good(p, s))
            e = proposal_add_signature(d, p, &s->signer, s->kind, s->data, s->data_len);
    }
    return e;
}

/* Take over what the file holds, or say why it must stay as it is. */
static enum err join_file(struct diag *d, struct proposal *p, const char *path, bool keep_other)
{
    struct proposal old = { 0 };
    struct diag why = { 0 };
    bool same = false;
    enum err e = proposal_load(&why, &old, path);

    if (e != OK)
        e = diag_set(d, ERR_MISMATCH, "'%.256s' exists and is no proposal: it is not replaced",
                     path);
    else
        e = same_but_signatures(d, &same, p, &old);
    if (e == OK && same)
        e = join_signatures(d, p, &old);
    else if (e == OK && keep_other)
        e = diag_set(d, ERR_MISMATCH, "'%.256s' holds another proposal now", path);
    else if (e == OK && old.num_signatures > 0)
        e = diag_set(d, ERR_MISMATCH,
                     "'%.256s' holds another proposal with %zu signature%s: it is not replaced",
                     path, old.num_signatures, old.num_signatures == 1 ? "" : "s");
    proposal_clear(&old);
    return e;
}

enum err proposal_join(struct diag *d, struct proposal *p, const char *path)
{
    int fd = -1;
    enum err e = file_lock_existing(d, &fd, path);

    if (e == OK && fd >= 0)
        e = join_file(d, p, path, false);
    file_unlock(fd);
    return e;
}

enum err proposal_save_joined(struct diag *d, struct proposal *p, const char *path, bool keep_other)
{
    enum err e = OK;
    int fd = -1;

    if (strcmp(path, "-") == 0)
        return proposal_save(d, p, path);
    if ((e = file_lock_existing(d, &fd, path)) != OK)
        return e;
    if (fd >= 0)
        e = join_file(d, p, path, keep_other);
    if (e == OK)
        e = proposal_save(d, p, path);
    file_unlock(fd);
    return e;
}
