// SPDX-License-Identifier: Apache-2.0
/* The allowed-signers file of ssh-keygen(1). */
#include <string.h>
#include <strings.h>

#include "src/base/clock.h"
#include "src/base/digest.h"
#include "src/base/limits.h"
#include "verify/ssh_sig.h"

struct span {
    const char *at;
    size_t len;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void skip_blanks(struct span *s)
{
    while (s->len > 0 && is_blank(*s->at)) {
        s->at++;
        s->len--;
    }
}

/* Up to a blank that is not inside double quotes. False if a quote stays open. */
static bool take_word(struct span *s, struct span *out)
{
    bool quoted = false;
    size_t n = 0;

    skip_blanks(s);
    while (n < s->len && (quoted || !is_blank(s->at[n])))
        quoted ^= s->at[n++] == '"';
    *out = (struct span){ s->at, n };
    s->at += n;
    s->len -= n;
    return !quoted;
}

static bool is_text(const struct span *s, const char *text)
{
    return s->len == strlen(text) && memcmp(s->at, text, s->len) == 0;
}

static bool starts_with(const struct span *s, const char *text)
{
    return s->len >= strlen(text) && memcmp(s->at, text, strlen(text)) == 0;
}

static enum err bad_line(struct diag *d, size_t line, const char *why)
{
    return diag_set(d, ERR_USAGE, "allowed signers, line %zu: %s", line, why);
}

/* --- patterns ------------------------------------------------------------------------------- */

/* * and ?, with one point to go back to: no recursion. */
static bool glob(const struct span *pattern, const char *name)
{
    const char *back_name = NULL;
    size_t back = 0;
    size_t i = 0;

    while (*name != '\0') {
        if (i < pattern->len && pattern->at[i] == '*') {
            back = ++i;
            back_name = name;
        } else if (i < pattern->len && (pattern->at[i] == '?' || pattern->at[i] == *name)) {
            i++;
            name++;
        } else if (back_name != NULL) {
            i = back;
            name = ++back_name;
        } else {
            return false;
        }
    }
    while (i < pattern->len && pattern->at[i] == '*')
        i++;
    return i == pattern->len;
}

bool allowed_signers_match(const char *list, size_t list_len, const char *name)
{
    bool matched = false;

    while (list_len > 0) {
        const char *comma = memchr(list, ',', list_len);
        struct span item = { list, comma != NULL ? (size_t)(comma - list) : list_len };
        bool negated = item.len > 0 && item.at[0] == '!';
        size_t used = item.len + (comma != NULL);

        if (negated)
            item = (struct span){ item.at + 1, item.len - 1 };
        if (glob(&item, name)) {
            if (negated)
                return false;
            matched = true;
        }
        list += used;
        list_len -= used;
    }
    return matched;
}

/* --- options -------------------------------------------------------------------------------- */

static bool digits_at(uint64_t *out, const char *text, size_t n)
{
    *out = 0;
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *out = *out * 10 + (uint64_t)(text[i] - '0');
    }
    return true;
}

static bool ends_with(const struct span *s, const char *word)
{
    size_t len = strlen(word);

    return s->len > len && strncasecmp(s->at + s->len - len, word, len) == 0;
}

/* YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS */
static bool read_digits(uint64_t *out_s, const struct span *s)
{
    uint64_t parts[6] = { 0 };
    static const size_t sizes[] = { 4, 2, 2, 2, 2, 2 };
    struct diag ignored = { 0 };
    struct buf text;
    size_t at = 0;
    bool ok = s->len == 8 || s->len == 12 || s->len == 14;

    for (size_t i = 0; ok && i < 6 && at < s->len; i++) {
        ok = digits_at(&parts[i], s->at + at, sizes[i]);
        at += sizes[i];
    }
    if (!ok)
        return false;
    buf_init(&text, 64);
    buf_addf(&text, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)parts[0], (unsigned)parts[1],
             (unsigned)parts[2], (unsigned)parts[3], (unsigned)parts[4], (unsigned)parts[5]);
    ok = clock_parse(&ignored, out_s, buf_str(&text)) == OK;
    buf_clear(&text);
    return ok;
}

/* Clocks on earth are up to 14 hours ahead of UTC and up to 12 behind it. */
#define ZONE_AHEAD_S  (14 * 3600)
#define ZONE_BEHIND_S (12 * 3600)

static bool read_time(struct signer_time *out, struct span s)
{
    const bool is_z = ends_with(&s, "Z");
    const bool is_utc = is_z || ends_with(&s, "UTC");
    uint64_t time_s = 0;

    if (is_utc)
        s.len -= is_z ? 1 : 3;
    if (!read_digits(&time_s, &s) || time_s <= ZONE_AHEAD_S)
        return false;
    *out = (struct signer_time){ time_s, time_s };
    if (!is_utc)
        *out = (struct signer_time){ time_s - ZONE_AHEAD_S, time_s + ZONE_BEHIND_S };
    return true;
}

/* name="value" or name=value; out is the value. */
static bool take_value(struct span *option, const char *name, struct span *out)
{
    size_t len = strlen(name);

    if (!starts_with(option, name) || option->len <= len || option->at[len] != '=')
        return false;
    *out = (struct span){ option->at + len + 1, option->len - len - 1 };
    if (out->len >= 2 && out->at[0] == '"' && out->at[out->len - 1] == '"')
        *out = (struct span){ out->at + 1, out->len - 2 };
    return out->len > 0 && memchr(out->at, '"', out->len) == NULL;
}

static enum err read_option(struct diag *d, struct allowed_signer *out, struct span option,
                            size_t line)
{
    struct span value;

    if (is_text(&option, "cert-authority"))
        return bad_line(d, line, "cert-authority is not supported");
    if (take_value(&option, "namespaces", &value)) {
        if (out->has_namespaces)
            return bad_line(d, line, "namespaces twice");
        out->has_namespaces = true;
        out->namespaces = value.at;
        out->namespaces_len = value.len;
        return OK;
    }
    if (take_value(&option, "valid-after", &value) && out->valid_after.last_s == 0)
        return read_time(&out->valid_after, value)
                   ? OK
                   : bad_line(d, line, "valid-after: expected YYYYMMDD[Z] or YYYYMMDDHHMM[SS][Z]");
    if (take_value(&option, "valid-before", &value) && out->valid_before.last_s == 0)
        return read_time(&out->valid_before, value)
                   ? OK
                   : bad_line(d, line, "valid-before: expected YYYYMMDD[Z] or YYYYMMDDHHMM[SS][Z]");
    return bad_line(d, line, "unknown or repeated option");
}

static enum err read_options(struct diag *d, struct allowed_signer *out, struct span list,
                             size_t line)
{
    enum err e = OK;

    while (e == OK && list.len > 0) {
        bool quoted = false;
        size_t n = 0;

        while (n < list.len && (quoted || list.at[n] != ','))
            quoted ^= list.at[n++] == '"';
        e = read_option(d, out, (struct span){ list.at, n }, line);
        n += n < list.len;
        list = (struct span){ list.at + n, list.len - n };
    }
    if (e == OK && out->valid_before.last_s != 0 &&
        out->valid_before.last_s <= out->valid_after.first_s)
        e = bad_line(d, line, "valid-before is not later than valid-after");
    return e;
}

/* --- lines ---------------------------------------------------------------------------------- */

static const char *const key_types[] = {
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ssh-rsa",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    /* named, so that a file may hold it; nothing that it signs can be checked here */
    "ecdsa-sha2-nistp521",
};

static bool is_key_type(const struct span *s)
{
    for (size_t i = 0; i < sizeof(key_types) / sizeof(key_types[0]); i++) {
        if (is_text(s, key_types[i]))
            return true;
    }
    return false;
}

/* The blob begins with the name of its type. */
static bool blob_fits(const struct buf *blob, const struct span *type)
{
    struct reader r;
    const uint8_t *name = NULL;
    uint32_t len = 0;

    reader_init(&r, blob->data, blob->len);
    return reader_be32(&r, &len) && len == type->len && reader_borrow(&r, &name, len) &&
           memcmp(name, type->at, len) == 0;
}

static enum err read_line(struct diag *d, struct allowed_signer *out, struct span s, size_t line)
{
    struct diag ignored = { 0 };
    struct span principals, word, blob;
    enum err e = OK;

    if (!take_word(&s, &principals) || !take_word(&s, &word))
        return bad_line(d, line, "a quotation mark is not closed");
    if (memchr(principals.at, '"', principals.len) != NULL ||
        memchr(principals.at, '!', principals.len) != NULL)
        return bad_line(d, line, "quoted or negated principals are not supported");
    out->principals = principals.at;
    out->principals_len = principals.len;
    if (!is_key_type(&word)) {
        if ((e = read_options(d, out, word, line)) != OK)
            return e;
        if (!take_word(&s, &word) || !is_key_type(&word))
            return bad_line(d, line, "unknown type of key");
    }
    if (!take_word(&s, &blob))
        return bad_line(d, line, "a quotation mark is not closed");
    buf_init(&out->key, LIMIT_SSH_KEY_BYTES);
    if (base64_decode(&ignored, &out->key, blob.at, blob.len) != OK || !blob_fits(&out->key, &word))
        return bad_line(d, line, "the key is malformed");
    return OK;
}

enum err allowed_signers_next(struct diag *d, struct allowed_signer *out, bool *found,
                              const char *text, size_t text_len, size_t *at, size_t *line)
{
    *out = (struct allowed_signer){ .principals = NULL };
    *found = false;
    while (*at < text_len) {
        const char *end = memchr(text + *at, '\n', text_len - *at);
        struct span s = { text + *at, end != NULL ? (size_t)(end - text) - *at : text_len - *at };
        enum err e = OK;

        *at += s.len + (end != NULL);
        (*line)++;
        if (s.len > 0 && s.at[s.len - 1] == '\r')
            s.len--;
        out->text = s.at;
        out->text_len = s.len;
        if (memchr(s.at, '\0', s.len) != NULL)
            return bad_line(d, *line, "a NUL byte");
        skip_blanks(&s);
        if (s.len == 0 || *s.at == '#')
            continue;
        if ((e = read_line(d, out, s, *line)) != OK) {
            buf_clear(&out->key);
            return e;
        }
        *found = true;
        return OK;
    }
    return OK;
}

enum err allowed_signers_check(struct diag *d, const char *text, size_t text_len)
{
    struct allowed_signer signer;
    struct diag first = { 0 };
    size_t at = 0;
    size_t line = 0;

    for (;;) {
        struct diag why = { 0 };
        bool found = false;
        enum err e = allowed_signers_next(&why, &signer, &found, text, text_len, &at, &line);

        buf_clear(&signer.key);
        if (e == OK && found)
            return OK;
        if (e != OK && first.code == OK)
            first = why;
        if (e == OK)
            break;
    }
    if (first.code == OK)
        return diag_set(d, ERR_USAGE, "allowed signers: there is no key");
    *d = first;
    return first.code;
}
