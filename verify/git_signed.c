// SPDX-License-Identifier: Apache-2.0
#include "verify/git_signed.h"

#include <string.h>

#include "src/base/limits.h"

void git_signed_clear(struct git_signed *s)
{
    buf_clear(&s->payload);
    buf_clear(&s->signature);
    *s = (struct git_signed){ .kind = GIT_SIGNATURE_NONE };
}

static void start(struct git_signed *s)
{
    *s = (struct git_signed){ .kind = GIT_SIGNATURE_NONE };
    buf_init(&s->payload, LIMIT_GIT_OBJECT_BYTES);
    buf_init(&s->signature, LIMIT_GIT_OBJECT_BYTES);
}

static bool starts_with(const void *data, size_t len, const char *prefix)
{
    return len >= strlen(prefix) && memcmp(data, prefix, strlen(prefix)) == 0;
}

static enum git_signature kind_of(const void *armor, size_t len)
{
    if (len == 0)
        return GIT_SIGNATURE_NONE;
    if (starts_with(armor, len, "-----BEGIN SSH SIGNATURE-----"))
        return GIT_SIGNATURE_SSH;
    if (starts_with(armor, len, "-----BEGIN PGP SIGNATURE-----") ||
        starts_with(armor, len, "-----BEGIN PGP MESSAGE-----"))
        return GIT_SIGNATURE_OPENPGP;
    return GIT_SIGNATURE_OTHER;
}

static enum err finish(struct diag *d, struct git_signed *s, enum err e)
{
    if (e == OK)
        e = buf_check(d, &s->payload, "git object");
    if (e == OK)
        e = buf_check(d, &s->signature, "git signature");
    if (e == OK)
        s->kind = kind_of(s->signature.data, s->signature.len);
    else
        git_signed_clear(s);
    return e;
}

/* The line with its end; the last one may lack it. */
static size_t line_len(const uint8_t *data, size_t data_len)
{
    const uint8_t *end = memchr(data, '\n', data_len);

    return end != NULL ? (size_t)(end - data) + 1 : data_len;
}

/*
 * Headers that begin with "gpgsig" are no part of what was signed, with the lines that continue
 * them; "gpgsig" is the signature in a SHA-1 repository, "gpgsig-sha256" in a SHA-256 one.
 */
enum err git_signed_commit(struct diag *d, struct git_signed *out, const uint8_t *data,
                           size_t data_len)
{
    enum { OUTSIDE, SIGNATURE, OTHER_SIGNATURE } place = OUTSIDE;
    struct gitobj_commit commit;
    const char *key = NULL;
    bool seen = false;
    enum err e = gitobj_commit_parse(d, &commit, data, data_len);

    start(out);
    if (e != OK)
        return finish(d, out, e);
    out->time_s = commit.time_s;
    key = commit.tree.len == GITOBJ_SHA256_LEN ? "gpgsig-sha256 " : "gpgsig ";
    while (data_len > 0) {
        size_t len = data[0] != '\n' ? line_len(data, data_len) : data_len; /* or the message */
        size_t skip = 1;

        if (data[0] != ' ') {
            place = OUTSIDE;
            if (starts_with(data, len, key)) {
                if (seen)
                    e = diag_set(d, ERR_FORMAT, "git commit: two signatures");
                seen = true;
                place = SIGNATURE;
                skip = strlen(key);
            } else if (starts_with(data, len, "gpgsig")) {
                place = OTHER_SIGNATURE;
            }
        }
        if (place == SIGNATURE)
            buf_add(&out->signature, data + skip, len - skip);
        else if (place == OUTSIDE)
            buf_add(&out->payload, data, len);
        data += len;
        data_len -= len;
    }
    return finish(d, out, e);
}

enum err git_signed_tag(struct diag *d, struct git_signed *out, const uint8_t *data,
                        size_t data_len)
{
    struct gitobj_tag tag;
    size_t match = data_len;
    enum err e = gitobj_tag_parse(d, &tag, data, data_len);

    start(out);
    if (e != OK)
        return finish(d, out, e);
    out->time_s = tag.time_s;
    out->target = tag.target;
    for (size_t at = 0; at < data_len; at += line_len(data + at, data_len - at)) {
        enum git_signature kind = kind_of(data + at, data_len - at);

        if (kind == GIT_SIGNATURE_SSH || kind == GIT_SIGNATURE_OPENPGP ||
            starts_with(data + at, data_len - at, "-----BEGIN SIGNED MESSAGE-----"))
            match = at;
    }
    buf_add(&out->payload, data, match);
    buf_add(&out->signature, data + match, data_len - match);
    return finish(d, out, e);
}

enum err git_signed_verify(struct diag *d, struct ssh_signer *out, const struct git_signed *s,
                           const char *allowed, size_t allowed_len)
{
    *out = (struct ssh_signer){ .line = 0 };
    switch (s->kind) {
    case GIT_SIGNATURE_NONE:
        return diag_set(d, ERR_MISMATCH, "not signed");
    case GIT_SIGNATURE_SSH:
        return ssh_sig_verify(d, out, allowed, allowed_len, s->signature.data, s->signature.len,
                              s->payload.data, s->payload.len, "git", s->time_s);
    case GIT_SIGNATURE_OPENPGP:
        return diag_set(d, ERR_UNSUPPORTED, "an OpenPGP signature, which is not checked here");
    case GIT_SIGNATURE_OTHER:
        break;
    }
    return diag_set(d, ERR_UNSUPPORTED, "a signature of an unknown kind");
}
