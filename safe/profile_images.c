// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "safe/profile_parse.h"
#include "src/base/clock.h"
#include "src/base/digest.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/yaml_read.h"

#define KEY_BYTES (16 * 1024)

static enum err no_memory(struct profile_reader *r)
{
    return diag_set(r->d, ERR_NOMEM, "out of memory");
}

/* --- patterns ---------------------------------------------------------------------------------
 */

/* What a star may stand for: no '/', '@', ':' or anything else that separates parts. */
static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("._-+", c) != NULL);
}

/*
 * The last star alone is tried again with more text. That is enough: a star before it would have to
 * pass the same separators, and no star passes one.
 */
bool profile_image_matches(const char *pattern, const char *text)
{
    const char *star = NULL; /* behind the last star … */
    const char *next = NULL; /* … and behind what it stands for */

    while (*text != '\0') {
        if (*pattern == '*') {
            if (!is_word(*text))
                return false;
            star = ++pattern;
            next = ++text;
        } else if (*pattern == *text) {
            pattern++;
            text++;
        } else if (star != NULL && is_word(*next)) {
            text = ++next;
            pattern = star;
        } else {
            return false;
        }
    }
    return *pattern == '\0';
}

/* Printable; stars only behind that many slashes, and never two of them together. */
static bool pattern_ok(const char *text, unsigned slashes)
{
    unsigned seen = 0;

    for (const char *p = text; *p != '\0'; p++) {
        if (*p <= 0x20 || *p >= 0x7f || (*p == '*' && (seen < slashes || p[1] == '*')))
            return false;
        seen += *p == '/';
    }
    return true;
}

/* Host and owner of a repository are never left open; a mail address has no part that could be. */
static bool identity_ok(const char *text)
{
    return strchr(text, '*') == NULL ? pattern_ok(text, 0)
                                     : strncmp(text, "https://", 8) == 0 && pattern_ok(text, 4);
}

static enum err read_pattern(struct profile_reader *r, char **out, const struct yaml_node *n,
                             bool (*is_valid)(const char *text), const char *expected)
{
    enum err e = profile_read_copy(r, out, n);

    if (e == OK && !is_valid(*out))
        e = yaml_error(r->d, ERR_FORMAT, r->y, n, "expected %s, found '%.128s'", expected, *out);
    return e;
}

/* registry/path, without tag and digest; stars behind the registry. */
static bool image_ok(const char *text)
{
    const char *slash = strchr(text, '/');
    const char *allowed = "abcdefghijklmnopqrstuvwxyz0123456789._-/*";
    size_t host = slash != NULL ? (size_t)(slash - text) : 0;

    if (host == 0 || slash[1] == '\0' || !pattern_ok(text, 1) || strstr(text, "//") != NULL ||
        text[strlen(text) - 1] == '/' || strspn(slash, allowed) != strlen(slash))
        return false;
    return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-:") == host &&
           (strcspn(text, ".:") < host || strncmp(text, "localhost/", 10) == 0);
}

static bool ref_ok(const char *text)
{
    return strncmp(text, "refs/", 5) == 0 && pattern_ok(text, 2);
}

static bool plain_ok(const char *text)
{
    return strchr(text, '*') == NULL && pattern_ok(text, 0);
}

static bool runner_ok(const char *text)
{
    return strcmp(text, "github-hosted") == 0 || strcmp(text, "self-hosted") == 0;
}

/* --- one policy -------------------------------------------------------------------------------
 */

static enum err read_image(struct profile_reader *r, const struct yaml_node *n)
{
    const struct profile_images *all = &r->p->images;
    enum err e = read_pattern(r, &r->image->pattern, n, image_ok,
                              "a registry and path such as ghcr.io/example/app, stars behind the "
                              "registry, no tag");

    for (size_t i = 0; e == OK && i + 1 < all->num_policies; i++) {
        if (profile_image_matches(all->policies[i].pattern, r->image->pattern) ||
            strcmp(all->policies[i].pattern, r->image->pattern) == 0)
            e = yaml_error(r->d, ERR_FORMAT, r->y, n,
                           "'%.128s' never gets here: '%.128s' above it matches first",
                           r->image->pattern, all->policies[i].pattern);
    }
    return e;
}

static enum err read_issuer(struct profile_reader *r, const struct yaml_node *n)
{
    return read_pattern(r, &r->image->issuer, n, plain_ok, "the whole issuer, without stars");
}

static enum err read_identity(struct profile_reader *r, const struct yaml_node *n)
{
    return read_pattern(r, &r->image->identity, n, identity_ok,
                        "who signs: https://HOST/OWNER/…, stars behind the owner, or a mail "
                        "address without any");
}

static enum err read_repository(struct profile_reader *r, const struct yaml_node *n)
{
    return read_pattern(r, &r->image->repository, n, identity_ok,
                        "https://HOST/OWNER/…, stars behind the owner");
}

static enum err read_commit(struct profile_reader *r, const struct yaml_node *n)
{
    const char *text = NULL;
    enum err e = yaml_read_text(r->d, &text, r->y, n);

    if (e == OK && strcmp(text, "same") != 0 && strcmp(text, "any") != 0)
        e = yaml_error(r->d, ERR_FORMAT, r->y, n, "expected same or any, found '%.64s'", text);
    r->image->same_commit = e == OK && text[0] == 's';
    return e;
}

static enum err read_ref(struct profile_reader *r, const struct yaml_node *n)
{
    return read_pattern(r, &r->image->ref, n, ref_ok,
                        "a whole ref such as refs/tags/v*, stars behind the second slash");
}

static enum err read_trigger(struct profile_reader *r, const struct yaml_node *n)
{
    return read_pattern(r, &r->image->trigger, n, plain_ok, "one trigger such as push");
}

static enum err read_runner(struct profile_reader *r, const struct yaml_node *n)
{
    return read_pattern(r, &r->image->runner, n, runner_ok, "github-hosted or self-hosted");
}

static enum err read_max_age(struct profile_reader *r, const struct yaml_node *n)
{
    enum err e = yaml_read_duration(r->d, &r->image->max_age_s, r->y, n);

    if (e == OK && r->image->max_age_s == 0)
        e = yaml_error(r->d, ERR_FORMAT, r->y, n, "expected a duration over zero");
    return e;
}

static enum err read_not_before(struct profile_reader *r, const struct yaml_node *n)
{
    struct diag inner = { 0 };
    const char *text = NULL;
    enum err e = yaml_read_text(r->d, &text, r->y, n);

    if (e == OK && clock_parse(&inner, &r->image->not_before_s, text) != OK)
        e = yaml_error_from(r->d, r->y, n, &inner);
    return e;
}

static enum err read_key(struct profile_reader *r, const struct yaml_node *n)
{
    static const char head[] = "-----BEGIN PUBLIC KEY-----";
    struct diag inner = { 0 };
    struct buf text;
    enum err e = profile_read_path(r, &r->image->key_path, n);

    if (e != OK || r->dir == NULL)
        return e;
    buf_init(&text, KEY_BYTES);
    if (profile_read_file(r, &inner, &text, r->image->key_path, n) != OK)
        e = yaml_error_from(r->d, r->y, n, &inner);
    else if (strncmp(buf_str(&text), head, strlen(head)) != 0 || strlen(buf_str(&text)) != text.len)
        e = yaml_error(r->d, ERR_FORMAT, r->y, n, "expected a file that begins with %s", head);
    else if ((r->image->key_pem = strdup(buf_str(&text))) == NULL)
        e = no_memory(r);
    buf_clear(&text);
    return e;
}

static enum err check_policy(struct profile_reader *r, const struct yaml_node *n)
{
    const struct profile_image *image = r->image;
    bool by_identity = image->issuer != NULL || image->identity != NULL;

    if (image->key_path != NULL &&
        (by_identity || image->repository != NULL || image->ref != NULL || image->trigger != NULL ||
         image->runner != NULL || yaml_get(n, "commit") != NULL))
        return yaml_error(r->d, ERR_FORMAT, r->y, n,
                          "a signature by a key says nothing of issuer, identity, repository, "
                          "commit, ref, trigger or runner");
    if (image->key_path != NULL)
        return OK;
    if (image->issuer == NULL || image->identity == NULL)
        return yaml_error(r->d, ERR_FORMAT, r->y, n, "expected 'issuer' and 'identity', or 'key'");
    if (yaml_get(n, "commit") == NULL)
        return yaml_error(r->d, ERR_FORMAT, r->y, n,
                          "'commit' is missing: same (as the compose file's) or any");
    /* a fork has the same commits */
    if (image->same_commit && image->repository == NULL)
        return yaml_error(r->d, ERR_FORMAT, r->y, n, "'commit: same' needs a 'repository'");
    return OK;
}

static enum err read_one(struct profile_reader *r, const struct yaml_node *n)
{
    static const struct profile_key keys[] = {
        { "image", true, read_image },        { "issuer", false, read_issuer },
        { "identity", false, read_identity }, { "repository", false, read_repository },
        { "commit", false, read_commit },     { "ref", false, read_ref },
        { "trigger", false, read_trigger },   { "runner", false, read_runner },
        { "max-age", false, read_max_age },   { "not-before", false, read_not_before },
        { "key", false, read_key },           { NULL, false, NULL },
    };
    struct profile_images *all = &r->p->images;
    enum err e = ERR_INTERNAL;

    r->image = &all->policies[all->num_policies++];
    e = profile_read_keys(r, n, keys, "an image's policy");
    return e == OK ? check_policy(r, n) : e;
}

static enum err read_policies(struct profile_reader *r, const struct yaml_node *n)
{
    struct profile_images *all = &r->p->images;
    enum err e = yaml_check_sequence(r->d, r->y, n, LIMIT_PROFILE_ITEMS);

    if (e != OK)
        return e;
    if (n->num_items == 0)
        return yaml_error(r->d, ERR_FORMAT, r->y, n, "expected one policy at least");
    if ((all->policies = calloc(n->num_items, sizeof(*all->policies))) == NULL)
        return no_memory(r);
    for (size_t i = 0; e == OK && i < n->num_items; i++)
        e = read_one(r, n->items[i]);
    return e;
}

/* --- the trusted root -------------------------------------------------------------------------
 */

static enum err read_root_file(struct profile_reader *r, const struct yaml_node *n)
{
    struct profile_images *all = &r->p->images;
    struct diag inner = { 0 };
    struct buf text;
    enum err e = profile_read_path(r, &all->root_path, n);

    if (e != OK || r->dir == NULL)
        return e;
    buf_init(&text, LIMIT_SIGSTORE_BYTES);
    if (profile_read_file(r, &inner, &text, all->root_path, n) != OK ||
        sha256(&inner, &all->root_sha256, text.data, text.len) != OK)
        e = yaml_error_from(r->d, r->y, n, &inner);
    else if ((all->root = bytes_dup(text.data, text.len)) == NULL)
        e = no_memory(r);
    else
        all->root_len = text.len;
    buf_clear(&text);
    return e;
}

static enum err read_root_hash(struct profile_reader *r, const struct yaml_node *n)
{
    struct profile_images *all = &r->p->images;
    const char *text = NULL;
    struct hash32 pin;
    enum err e = yaml_read_text(r->d, &text, r->y, n);

    if (e != OK)
        return e;
    if (strspn(text, "0123456789abcdef") != 64 || !hex_decode(pin.b, sizeof(pin.b), text, 64) ||
        text[64] != '\0')
        return yaml_error(r->d, ERR_FORMAT, r->y, n,
                          "expected the SHA-256 of the file, 64 lower-case hex digits, found "
                          "'%.80s'",
                          text);
    if (all->root != NULL && !hash32_eq(&pin, &all->root_sha256))
        return yaml_error(r->d, ERR_FORMAT, r->y, n, "'%.256s' has another SHA-256: %s",
                          all->root_path, hash32_format(&all->root_sha256).s + 2);
    all->root_sha256 = pin;
    all->root_pinned = true;
    return OK;
}

static enum err read_root(struct profile_reader *r, const struct yaml_node *n)
{
    static const struct profile_key keys[] = {
        { "file", false, read_root_file },
        { "sha256", false, read_root_hash },
        { NULL, false, NULL },
    };
    enum err e = profile_read_keys(r, n, keys, "'trusted-root'");

    if (e == OK && n->num_pairs == 0)
        e = yaml_error(r->d, ERR_FORMAT, r->y, n, "expected 'file', 'sha256' or both");
    return e;
}

enum err profile_read_images(struct profile_reader *r, const struct yaml_node *n)
{
    static const struct profile_key keys[] = {
        { "trusted-root", false, read_root },
        { "policies", true, read_policies },
        { NULL, false, NULL },
    };

    r->p->images.given = true;
    return profile_read_keys(r, n, keys, "'images'");
}

/* --- questions --------------------------------------------------------------------------------
 */

const struct profile_image *profile_image_policy(const struct profile *p, const char *name)
{
    for (size_t i = 0; i < p->images.num_policies; i++) {
        if (profile_image_matches(p->images.policies[i].pattern, name))
            return &p->images.policies[i];
    }
    return NULL;
}

void profile_images_clear(struct profile_images *images)
{
    for (size_t i = 0; i < images->num_policies; i++) {
        struct profile_image *image = &images->policies[i];

        free(image->pattern);
        free(image->issuer);
        free(image->identity);
        free(image->repository);
        free(image->ref);
        free(image->trigger);
        free(image->runner);
        free(image->key_path);
        free(image->key_pem);
    }
    free(images->policies);
    free(images->root_path);
    free(images->root);
    *images = (struct profile_images){ 0 };
}
