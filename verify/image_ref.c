// SPDX-License-Identifier: Apache-2.0
#include "verify/image_ref.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "src/base/hex.h"

#define DIGEST_PREFIX "sha256:"

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
    return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z');
}

/* Length of the separator at s: ".", "_", "__" or dashes; 0 if there is none. */
static size_t separator_len(const char *s, size_t len)
{
    size_t n = 0;

    if (len > 0 && s[0] == '.')
        return 1;
    if (len > 0 && s[0] == '_')
        return len > 1 && s[1] == '_' ? 2 : 1;
    while (n < len && s[n] == '-')
        n++;
    return n;
}

/* Lower-case letters and digits, in groups with one separator between them. */
static bool path_component_ok(const char *s, size_t len)
{
    bool after_word = false;

    while (len > 0) {
        size_t n = 1;

        if (is_lower(s[0]) || is_digit(s[0])) {
            after_word = true;
        } else {
            n = separator_len(s, len);
            if (n == 0 || !after_word)
                return false;
            after_word = false;
        }
        s += n;
        len -= n;
    }
    return after_word;
}

/* Labels of letters, digits and inner dashes with dots between them, and perhaps a port. */
static bool domain_ok(const char *s, size_t len)
{
    const char *colon = memchr(s, ':', len);
    size_t host_len = colon != NULL ? (size_t)(colon - s) : len;

    for (size_t i = 0; i < host_len; i++) {
        bool edge = i == 0 || i + 1 == host_len || s[i - 1] == '.' || s[i + 1] == '.';

        if (!is_alnum(s[i]) && (edge || (s[i] != '-' && s[i] != '.')))
            return false;
    }
    for (size_t i = host_len + 1; i < len; i++) {
        if (!is_digit(s[i]))
            return false;
    }
    return host_len > 0 && (colon == NULL || host_len + 1 < len);
}

/* The first of several components is a domain if it looks like one. */
static bool is_domain(const char *s, size_t len)
{
    if (memchr(s, '.', len) != NULL || memchr(s, ':', len) != NULL)
        return true;
    for (size_t i = 0; i < len; i++) {
        if (s[i] >= 'A' && s[i] <= 'Z')
            return true;
    }
    return len == strlen("localhost") && memcmp(s, "localhost", len) == 0;
}

static bool name_ok(const char *s, size_t len)
{
    bool first = true;

    if (len == 0 || len > IMAGE_NAME_MAX)
        return false;
    for (;;) {
        const char *slash = memchr(s, '/', len);
        size_t n = slash != NULL ? (size_t)(slash - s) : len;

        if (first && slash != NULL && is_domain(s, n) ? !domain_ok(s, n) : !path_component_ok(s, n))
            return false;
        if (slash == NULL)
            return true;
        first = false;
        s += n + 1;
        len -= n + 1;
    }
}

static bool tag_ok(const char *s, size_t len)
{
    if (len == 0 || len > IMAGE_TAG_MAX || s[0] == '.' || s[0] == '-')
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!is_alnum(s[i]) && s[i] != '_' && s[i] != '.' && s[i] != '-')
            return false;
    }
    return true;
}

/* name or name:tag; a colon before the last slash belongs to the domain. */
static bool name_and_tag_ok(const char *s, size_t len)
{
    for (size_t i = len; i > 0 && s[i - 1] != '/'; i--) {
        if (s[i - 1] == ':')
            return name_ok(s, i - 1) && tag_ok(s + i, len - i);
    }
    return name_ok(s, len);
}

static bool digest_ok(struct hash32 *out, const char *text)
{
    const size_t prefix_len = strlen(DIGEST_PREFIX);

    if (strncmp(text, DIGEST_PREFIX, prefix_len) != 0 || strlen(text) != prefix_len + 64)
        return false;
    for (const char *c = text + prefix_len; *c != '\0'; c++) {
        if (*c >= 'A' && *c <= 'F')
            return false;
    }
    return hex_decode(out->b, sizeof(out->b), text + prefix_len, 64);
}

const char *image_ref_problem(struct hash32 *digest, const char *text)
{
    const char *at = strchr(text, '@');
    struct hash32 h;

    memset(digest, 0, sizeof(*digest));
    if (strchr(text, '$') != NULL)
        return "has a variable in it: what it stands for is decided elsewhere";
    if (at == NULL)
        return "is not pinned: it has no '@sha256:' and digest";
    if (!digest_ok(&h, at + 1))
        return "is not pinned: after '@' comes 'sha256:' and 64 lower-case hex digits";
    if (!name_and_tag_ok(text, (size_t)(at - text)))
        return "is no image reference: its name or tag is malformed";
    *digest = h;
    return NULL;
}

struct image_name image_ref_name(const char *text)
{
    struct image_name out = { "" };
    size_t len = strcspn(text, "@");
    const char *slash = memchr(text, '/', len);
    size_t domain = slash != NULL ? (size_t)(slash - text) : 0;
    bool has_domain = slash != NULL && is_domain(text, domain);
    const char *path = has_domain ? slash + 1 : text;
    bool docker = !has_domain || (domain == 9 && memcmp(text, "docker.io", 9) == 0) ||
                  (domain == 15 && memcmp(text, "index.docker.io", 15) == 0);
    size_t at = 0;

    for (size_t i = len; i > 0 && text[i - 1] != '/'; i--) {
        if (text[i - 1] == ':')
            len = i - 1;
    }
    len -= (size_t)(path - text);
    if (len > IMAGE_NAME_MAX || domain > IMAGE_NAME_MAX - len)
        return out;
    for (size_t i = 0; !docker && i < domain; i++)
        out.s[at++] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 'a' - 'A') : text[i];
    if (docker) {
        const char *host = memchr(path, '/', len) != NULL ? "docker.io" : "docker.io/library";

        at = strlen(host);
        memcpy(out.s, host, at);
    }
    out.s[at++] = '/';
    memcpy(out.s + at, path, len);
    return out;
}
