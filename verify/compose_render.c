// SPDX-License-Identifier: Apache-2.0
#include "verify/compose_render.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "verify/compose_forms.h"

#define DIGEST_TEXT_LEN 72 /* "@sha256:" and 64 digits */

struct text {
    const char *at;
    size_t len;
};

/* The template as far as it counts. */
static struct text counted(const struct profile_compose *c, const void *data, size_t data_len)
{
    struct text t = { data_len > 0 ? data : "", data_len };

    while (c->strip_newlines && t.len > 0 && t.at[t.len - 1] == '\n')
        t.len--;
    return t;
}

static bool starts_with(struct text t, const char *prefix)
{
    size_t len = strlen(prefix);

    return t.len >= len && memcmp(t.at, prefix, len) == 0;
}

static struct text skip(struct text t, size_t n)
{
    return (struct text){ t.at + n, t.len - n };
}

/* The substitution whose placeholder stands here; num_substitutions if none does. */
static size_t find_here(const struct profile_compose *c, struct text t)
{
    size_t i = 0;

    while (i < c->num_substitutions && !starts_with(t, c->substitutions[i].placeholder))
        i++;
    return i;
}

static void add_substitute(struct buf *out, const struct profile_substitution *s,
                           const struct hash32 *digest)
{
    char hex[HEX_LEN(32)];

    if (s->value != NULL)
        buf_add_str(out, s->value);
    else
        buf_addf(out, "%s@sha256:%s", s->image, hex_encode(hex, digest->b, sizeof(digest->b)));
}

/* --- nothing left over -------------------------------------------------------------------------
 */

static bool is_filled_in(const struct profile_compose *c, const char *name, size_t name_len)
{
    const struct json *envs = json_get(c->app, "allowed_envs");

    for (size_t i = 0; i < json_len(envs); i++) {
        const char *env = json_string(json_at(envs, i));

        if (env != NULL && strlen(env) == name_len && memcmp(env, name, name_len) == 0)
            return true;
    }
    for (size_t i = 0; i < c->num_leave; i++) {
        if (strlen(c->leave[i]) == name_len && memcmp(c->leave[i], name, name_len) == 0)
            return true;
    }
    return false;
}

static bool is_name_char(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* $NAME and ${NAME…} are filled in by Compose; $$ is a dollar. */
static enum err check_variables(struct diag *d, const struct profile_compose *c, struct text t)
{
    while (t.len > 1) {
        size_t len = 0;

        if (t.at[0] != '$' || t.at[1] == '$') {
            t = skip(t, t.at[0] == '$' ? 2 : 1);
            continue;
        }
        t = skip(t, t.at[1] == '{' ? 2 : 1);
        while (len < t.len && is_name_char(t.at[len]))
            len++;
        if (len > 0 && !is_filled_in(c, t.at, len)) {
            diag_hint(d, "substitute it, or name it in allowed_envs or in the profile's "
                         "compose.leave");
            return diag_set(d, ERR_MISMATCH,
                            "the variable '%.*s' is left over: nothing fills it in",
                            (int)(len < 64 ? len : 64), t.at);
        }
        t = skip(t, len);
    }
    return OK;
}

static enum err check_left_over(struct diag *d, const struct profile_compose *c,
                                const struct buf *out)
{
    for (struct text t = { buf_str(out), out->len }; t.len > 0; t = skip(t, 1)) {
        size_t i = find_here(c, t);

        if (i < c->num_substitutions)
            return diag_set(d, ERR_MISMATCH, "the placeholder '%.64s' is left over",
                            c->substitutions[i].placeholder);
    }
    return check_variables(d, c, (struct text){ buf_str(out), out->len });
}

/* --- forth -------------------------------------------------------------------------------------
 */

static enum err substitute(struct diag *d, struct buf *out, uint64_t *counts,
                           const struct profile_compose *c, const struct hash32 *digests,
                           struct text t)
{
    while (t.len > 0) {
        size_t i = find_here(c, t);

        if (i == c->num_substitutions) {
            buf_add_u8(out, (uint8_t)t.at[0]);
            t = skip(t, 1);
            continue;
        }
        counts[i]++;
        add_substitute(out, &c->substitutions[i], &digests[i]);
        t = skip(t, strlen(c->substitutions[i].placeholder));
    }
    for (size_t i = 0; i < c->num_substitutions; i++) {
        if (counts[i] != c->substitutions[i].times)
            return diag_set(d, ERR_MISMATCH,
                            "the placeholder '%.64s' occurs %llu times, expected %llu",
                            c->substitutions[i].placeholder, (unsigned long long)counts[i],
                            (unsigned long long)c->substitutions[i].times);
    }
    return buf_check(d, out, "docker_compose_file");
}

enum err compose_substitute(struct diag *d, struct buf *out, const struct profile_compose *c,
                            const struct hash32 *digests, const void *template_text,
                            size_t template_len, const char *what)
{
    uint64_t *counts = calloc(c->num_substitutions + 1, sizeof(*counts));
    struct buf text;
    enum err e = ERR_INTERNAL;

    if (counts == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    buf_init(&text, LIMIT_COMPOSE_BYTES);
    e = substitute(d, &text, counts, c, digests, counted(c, template_text, template_len));
    if (e == OK && memchr(text.data != NULL ? (const void *)text.data : "", '\0', text.len) != NULL)
        e = diag_set(d, ERR_FORMAT, "a NUL can not be in a docker_compose_file");
    if (e == OK)
        e = check_left_over(d, c, &text);
    if (e == OK)
        buf_add(out, text.data, text.len);
    free(counts);
    buf_clear(&text);
    return e == OK ? OK : diag_prefix(d, "%.128s", what);
}

/* --- and back ----------------------------------------------------------------------------------
 */

/* What stands for an image in text: its name, and a digest that is the same each time. */
static bool read_image(struct text *t, struct hash32 *digest, bool *seen,
                       const struct profile_substitution *s)
{
    struct hash32 found;
    char hex[HEX_LEN(32)] = "";

    if (!starts_with(*t, s->image))
        return false;
    *t = skip(*t, strlen(s->image));
    if (!starts_with(*t, "@sha256:") || t->len < DIGEST_TEXT_LEN)
        return false;
    memcpy(hex, t->at + 8, sizeof(hex) - 1);
    if (strspn(hex, "0123456789abcdef") != sizeof(hex) - 1 ||
        !hex_decode(found.b, sizeof(found.b), hex, sizeof(hex) - 1))
        return false;
    if (*seen && !hash32_eq(digest, &found))
        return false;
    *digest = found;
    *seen = true;
    *t = skip(*t, DIGEST_TEXT_LEN);
    return true;
}

static enum err refuse_here(struct diag *d, const char *what, struct text all, struct text rest)
{
    size_t at = all.len - rest.len;
    size_t line = 1;

    for (size_t i = 0; i < at; i++)
        line += all.at[i] == '\n';
    if (rest.len > 0 && rest.at[0] == '\r')
        diag_hint(d, "it has CR LF line endings there");
    else if (rest.len == 0 || (rest.len == 1 && rest.at[0] == '\n'))
        diag_hint(d, "they differ in newlines at the end; a shell's $(cat FILE) drops them, and "
                     "the profile's compose.final-newlines says which it is");
    return diag_set(d, ERR_MISMATCH,
                    "docker_compose_file is not %.128s with the profile's substitutions: they part "
                    "at byte %zu, line %zu",
                    what, at, line);
}

static enum err match(struct diag *d, struct hash32 *digests, bool *seen,
                      const struct profile_compose *c, struct text t, struct text all,
                      const char *what)
{
    struct text rest = all;

    while (t.len > 0) {
        const struct profile_substitution *s = NULL;
        size_t i = find_here(c, t);

        if (i == c->num_substitutions) {
            if (rest.len == 0 || rest.at[0] != t.at[0])
                return refuse_here(d, what, all, rest);
            t = skip(t, 1);
            rest = skip(rest, 1);
            continue;
        }
        s = &c->substitutions[i];
        if (s->value != NULL && starts_with(rest, s->value))
            rest = skip(rest, strlen(s->value));
        else if (s->value != NULL || !read_image(&rest, &digests[i], &seen[i], s))
            return refuse_here(d, what, all, rest);
        t = skip(t, strlen(s->placeholder));
    }
    return rest.len == 0 ? OK : refuse_here(d, what, all, rest);
}

/* The way back is only a guess until the way forth gives the same bytes. */
static enum err confirm(struct diag *d, const struct profile_compose *c,
                        const struct hash32 *digests, const void *template_text,
                        size_t template_len, struct text wanted, const char *what)
{
    struct buf text;
    enum err e = ERR_INTERNAL;

    buf_init(&text, LIMIT_COMPOSE_BYTES);
    e = compose_substitute(d, &text, c, digests, template_text, template_len, what);
    if (e == OK &&
        (text.len != wanted.len || (text.len > 0 && memcmp(text.data, wanted.at, text.len) != 0)))
        e = diag_set(d, ERR_MISMATCH, "docker_compose_file is not %.128s", what);
    buf_clear(&text);
    return e;
}

enum err compose_find_digests(struct diag *d, struct hash32 **digests,
                              const struct profile_compose *c, const void *template_text,
                              size_t template_len, const void *text, size_t text_len,
                              const char *what)
{
    struct text wanted = { text_len > 0 ? text : "", text_len };
    bool *seen = calloc(c->num_substitutions + 1, sizeof(*seen));
    struct hash32 *found = calloc(c->num_substitutions + 1, sizeof(*found));
    enum err e = ERR_INTERNAL;

    *digests = NULL;
    if (seen == NULL || found == NULL)
        e = diag_set(d, ERR_NOMEM, "out of memory");
    else
        e = match(d, found, seen, c, counted(c, template_text, template_len), wanted, what);
    if (e == OK)
        e = confirm(d, c, found, template_text, template_len, wanted, what);
    if (e == OK) {
        *digests = found;
        found = NULL; /* moved to the caller */
    }
    free(found);
    free(seen);
    return e;
}

/* --- the app-compose ---------------------------------------------------------------------------
 */

enum err compose_render(struct diag *d, struct buf *out, const struct profile_compose *c,
                        enum compose_form form, const struct hash32 *digests,
                        const void *template_text, size_t template_len, const char *what)
{
    struct json *app = NULL;
    struct buf text;
    enum err e = ERR_INTERNAL;

    buf_init(&text, LIMIT_COMPOSE_BYTES);
    if ((e = compose_substitute(d, &text, c, digests, template_text, template_len, what)) != OK)
        goto done;
    if ((app = json_copy(c->app)) == NULL) {
        e = diag_set(d, ERR_NOMEM, "out of memory");
        goto done;
    }
    json_set_string(app, "docker_compose_file", buf_str(&text)); /* keeps its place */
    if (json_string(json_get(app, "docker_compose_file")) == NULL)
        e = diag_set(d, ERR_FORMAT, "%.128s: not UTF-8", what);
    else
        e = compose_form_write(d, out, app, form);
done:
    json_free(app);
    buf_clear(&text);
    return e;
}
