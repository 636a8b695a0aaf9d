// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "src/base/digest.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "verify/compose_forms.h"
#include "verify/compose_render.h"

/* --- fields ------------------------------------------------------------------------------------
 */

struct account {
    struct diag *d;
    const struct profile_compose *c;
    const struct json *app;
    struct buf *words;
};

static bool same_value(const struct json *a, const struct json *b)
{
    struct diag ignored = { 0 };
    struct buf left;
    struct buf right;
    bool same = false;

    buf_init(&left, LIMIT_COMPOSE_BYTES);
    buf_init(&right, LIMIT_COMPOSE_BYTES);
    same = compose_json_write(&ignored, &left, a, 0, true) == OK &&
           compose_json_write(&ignored, &right, b, 0, true) == OK && left.len == right.len &&
           memcmp(left.data, right.data, left.len) == 0;
    buf_clear(&left);
    buf_clear(&right);
    return same;
}

static bool hash_text(struct hash32 *out, const struct json *value)
{
    struct diag ignored = { 0 };
    const char *text = json_string(value);

    return text != NULL && sha256(&ignored, out, text, strlen(text)) == OK;
}

static bool is_addition(const struct profile_addition *a, const char *name,
                        const struct json *value)
{
    struct hash32 hash;

    if (strcmp(a->field, name) != 0)
        return false;
    if (a->value != NULL)
        return same_value(a->value, value);
    return hash_text(&hash, value) && hash32_eq(&hash, &a->sha256);
}

bool compose_names_script(const struct profile_compose *c, const char *field,
                          const struct hash32 *digest)
{
    struct hash32 hash;

    if (hash_text(&hash, json_get(c->app, field)) && hash32_eq(&hash, digest))
        return true;
    for (size_t i = 0; i < c->num_additions; i++) {
        const struct profile_addition *a = &c->additions[i];
        bool by_text = hash_text(&hash, a->value);

        if (strcmp(a->field, field) == 0 && hash32_eq(by_text ? &hash : &a->sha256, digest))
            return true;
    }
    return false;
}

/* "v0.0.20" behind the words by which Phala Cloud's scripts name themselves: a hint, not a proof.
 */
static void hint_script(struct diag *d, const struct json *value)
{
    static const char mark[] = "Pre-Launch Script ";
    const char *at = strstr(json_string(value), mark);
    struct hash32 hash;
    size_t len = 0;

    if (!hash_text(&hash, value))
        return;
    if (at != NULL)
        len = strspn(at + strlen(mark), "v.0123456789");
    diag_hint(d,
              "SHA-256 of its text is %s%s%.*s%s; read it, then name it in the profile's "
              "compose.additions",
              hash32_format(&hash).s, len > 0 ? " (it calls itself " : "",
              (int)(len < 16 ? len : 16), len > 0 ? at + strlen(mark) : "", len > 0 ? ")" : "");
}

static enum err account_field(struct account *a, const char *name, const struct json *value)
{
    const struct json *wanted = json_get(a->c->app, name);

    if (strcmp(name, "docker_compose_file") == 0)
        return OK; /* the template's part */
    if (wanted != NULL && same_value(wanted, value))
        return OK;
    if (wanted != NULL)
        return diag_set(a->d, ERR_MISMATCH, "'%.64s' is not what the profile says", name);
    for (size_t i = 0; i < a->c->num_additions; i++) {
        const struct profile_addition *addition = &a->c->additions[i];

        if (!is_addition(addition, name, value))
            continue;
        buf_addf(a->words, "; %s by ", name); /* a name of the profile */
        buf_add_untrusted(a->words, addition->by, strlen(addition->by));
        buf_add_str(a->words, ", ");
        buf_add_untrusted(a->words, addition->version, strlen(addition->version));
        return OK;
    }
    if (json_type(value) == JSON_STRING)
        hint_script(a->d, value);
    return diag_set(a->d, ERR_MISMATCH,
                    "'%.64s' comes neither from git nor from the profile, and is no addition that "
                    "the profile knows",
                    name);
}

static enum err account_fields(struct account *a)
{
    const char *name = NULL;
    void *at = NULL;
    enum err e = OK;

    for (const struct json *value = json_next(a->app, &at, &name); e == OK && value != NULL;
         value = json_next(a->app, &at, &name))
        e = account_field(a, name, value);
    at = NULL;
    while (e == OK && json_next(a->c->app, &at, &name) != NULL) {
        if (json_get(a->app, name) == NULL)
            e = diag_set(a->d, ERR_MISMATCH, "'%.64s' of the profile is missing", name);
    }
    return e;
}

static enum err account_compose_file(struct account *a, const void *template_text,
                                     size_t template_len)
{
    const char *text = json_string(json_get(a->app, "docker_compose_file"));
    struct hash32 *digests = NULL;
    enum err e = ERR_INTERNAL;

    if (text == NULL)
        return diag_set(a->d, ERR_MISMATCH, "there is no docker_compose_file");
    e = compose_find_digests(a->d, &digests, a->c, template_text, template_len, text, strlen(text),
                             "the template");
    free(digests);
    return e;
}

enum err compose_account(struct diag *d, struct buf *words, const struct profile_compose *c,
                         const void *app_compose, size_t app_compose_len, const void *template_text,
                         size_t template_len)
{
    struct json *app = NULL;
    enum err e = compose_parse(d, &app, app_compose, app_compose_len, "app-compose");
    struct account a = { d, c, app, words };

    if (e == OK)
        e = account_fields(&a);
    if (e == OK)
        e = account_compose_file(&a, template_text, template_len);
    json_free(app);
    return e;
}

/* --- form --------------------------------------------------------------------------------------
 */

static enum err refuse_form(struct diag *d, enum compose_form form, const struct buf *wanted,
                            const uint8_t *data, size_t data_len)
{
    size_t at = 0;

    while (at < wanted->len && at < data_len && wanted->data[at] == data[at])
        at++;
    if (at == wanted->len)
        diag_hint(d, "%zu bytes follow; an editor adds a newline at the end", data_len - at);
    return diag_set(d, ERR_MISMATCH,
                    "app-compose.json is not as %s writes it (%s): they part at byte %zu",
                    compose_form_name(form), compose_form_producer(form), at);
}

enum err compose_check_form(struct diag *d, enum compose_form form, const void *app_compose,
                            size_t app_compose_len)
{
    struct diag inner = { 0 };
    struct json *app = NULL;
    struct buf wanted;
    enum err e = ERR_INTERNAL;

    buf_init(&wanted, 8 * LIMIT_COMPOSE_BYTES);
    if ((e = compose_parse(d, &app, app_compose, app_compose_len, "app-compose")) != OK)
        goto done;
    e = compose_form_write(&inner, &wanted, app, form);
    if (e == ERR_UNSUPPORTED) /* what the producer can not have written is not its */
        e = diag_set(d, ERR_MISMATCH, "%s", inner.msg);
    else if (e != OK)
        e = diag_set(d, e, "%s", inner.msg);
    else if (wanted.len != app_compose_len || memcmp(wanted.data, app_compose, wanted.len) != 0)
        e = refuse_form(d, form, &wanted, app_compose, app_compose_len);
done:
    json_free(app);
    buf_clear(&wanted);
    return e;
}
