// SPDX-License-Identifier: Apache-2.0
#include "verify/compose_forms.h"

#include <string.h>

#include "src/base/digest.h"
#include "src/base/limits.h"
#include "verify/compose_form_fields.h"

/* --- what one language writes differently from another -----------------------------------------
 */

static bool looks_like_integer(const char *key)
{
    size_t digits = strspn(key, "0123456789");

    return digits > 0 && key[digits] == '\0' && (key[0] != '0' || digits == 1);
}

static bool is_beyond_bmp(const char *key)
{
    for (; *key != '\0'; key++) {
        if ((unsigned char)*key >= 0xf0)
            return true;
    }
    return false;
}

static const char *key_problem(const char *key)
{
    if (looks_like_integer(key))
        return "a key that looks like an integer comes first in JavaScript, not in Python";
    if (is_beyond_bmp(key))
        return "a key beyond the BMP is sorted differently in JavaScript and Python";
    if (strcmp(key, "__proto__") == 0)
        return "JavaScript drops a member of this name";
    if (strcmp(key, "constructor") == 0)
        return "the JavaScript SDKs do not sort an object that has this member";
    return NULL;
}

/* The decimal text without its sign is over 2^53. */
static bool is_beyond_double(const char *digits)
{
    static const char most[] = "9007199254740992";
    size_t len = 0;

    digits += digits[0] == '-';
    len = strlen(digits);
    return len > strlen(most) || (len == strlen(most) && strcmp(digits, most) > 0);
}

static enum err check_number(struct diag *d, const struct json *j, const char *key)
{
    struct buf text;
    bool beyond = false;
    enum err e = ERR_INTERNAL;

    if (json_type(j) == JSON_REAL)
        return diag_set(d, ERR_UNSUPPORTED,
                        "'%.64s': a number with a fraction or exponent is not written the same by "
                        "every program",
                        key);
    buf_init(&text, 64);
    if ((e = json_write(d, &text, j, 0)) == OK)
        beyond = is_beyond_double(buf_str(&text));
    buf_clear(&text);
    if (e == OK && beyond)
        e = diag_set(d, ERR_UNSUPPORTED,
                     "'%.64s': JavaScript does not keep a whole number beyond 2^53", key);
    return e;
}

static enum err check_traps(struct diag *d, const struct json *j, const char *key)
{
    enum json_type type = json_type(j);
    const char *name = NULL;
    void *at = NULL;
    enum err e = OK;

    if (type == JSON_REAL || type == JSON_INTEGER)
        return check_number(d, j, key);
    for (size_t i = 0; type == JSON_ARRAY && e == OK && i < json_len(j); i++)
        e = check_traps(d, json_at(j, i), key);
    if (type != JSON_OBJECT)
        return e;
    for (const struct json *value = json_next(j, &at, &name); e == OK && value != NULL;
         value = json_next(j, &at, &name)) {
        const char *problem = key_problem(name);

        e = problem != NULL ? diag_set(d, ERR_UNSUPPORTED, "'%.64s': %s", name, problem)
                            : check_traps(d, value, name);
    }
    return e;
}

/* --- what the SDKs change before they write ----------------------------------------------------
 */

/* preprocessAppCompose of both npm packages; theirs knows no nerdctl-compose. */
static void normalize_js(struct json *app)
{
    const char *runner = json_string(json_get(app, "runner"));
    const struct json *script = json_get(app, "pre_launch_script");
    const char *text = json_string(script);

    if (runner != NULL && strcmp(runner, "bash") == 0)
        json_remove(app, "docker_compose_file");
    else if (runner != NULL && strcmp(runner, "docker-compose") == 0)
        json_remove(app, "bash_script");
    if (json_type(script) == JSON_NULL || (text != NULL && text[0] == '\0'))
        json_remove(app, "pre_launch_script");
}

/* false and 0 are falsy as well, and no script. */
static enum err check_script(struct diag *d, const struct json *app)
{
    const struct json *script = json_get(app, "pre_launch_script");

    if (json_type(script) == JSON_NULL || json_type(script) == JSON_STRING)
        return OK;
    return diag_set(d, ERR_UNSUPPORTED, "'pre_launch_script': expected a text");
}

/* `": ` becomes `":` everywhere, inside of values too. */
static void drop_spaces(struct buf *out, const struct buf *text)
{
    for (size_t i = 0; i < text->len; i++) {
        bool dropped =
            i >= 2 && text->data[i] == ' ' && text->data[i - 1] == ':' && text->data[i - 2] == '"';

        if (!dropped)
            buf_add_u8(out, text->data[i]);
    }
}

static enum err write_phala_cloud(struct diag *d, struct buf *out, const struct json *app)
{
    struct buf text;
    enum err e = ERR_INTERNAL;

    buf_init(&text, out->max);
    e = compose_json_write(d, &text, app, 4, true);
    drop_spaces(out, &text);
    buf_clear(&text);
    return e;
}

static enum err write_normalized(struct diag *d, struct buf *out, const struct json *app,
                                 enum compose_form form)
{
    struct json *copy = json_copy(app);
    enum err e = ERR_INTERNAL;

    if (copy == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    normalize_js(copy);
    if ((e = check_script(d, app)) == OK)
        e = form == FORM_PHALA_CLOUD_JS ? write_phala_cloud(d, out, copy)
                                        : compose_json_write(d, out, copy, 0, true);
    json_free(copy);
    return e;
}

/* A form that rebuilds the object field by field; then it is written in that order. */
static enum err write_rebuilt(struct diag *d, struct buf *out, const struct json *app,
                              enum compose_form form)
{
    struct json *copy = NULL;
    enum err e = ERR_INTERNAL;

    if (form == FORM_DSTACK_PYTHON)
        e = compose_fields_python(d, &copy, app);
    else if (form == FORM_VMM_CLI)
        e = compose_fields_vmm_cli(d, &copy, app);
    else
        e = compose_fields_vmm_ui(d, &copy, app);
    if (e == OK)
        e = compose_json_write(d, out, copy, form == FORM_VMM_CLI ? 4 : 0,
                               form == FORM_DSTACK_PYTHON);
    json_free(copy);
    return e;
}

static enum err write_form(struct diag *d, struct buf *out, const struct json *app,
                           enum compose_form form)
{
    switch (form) {
    case FORM_RAW:
    case FORM_AS_IS:
        return compose_json_write(d, out, app, 0, false);
    case FORM_DSTACK_JS:
    case FORM_PHALA_STORED:
        return compose_json_write(d, out, app, 0, true);
    case FORM_DSTACK_JS_NORMALIZED:
    case FORM_PHALA_CLOUD_JS:
        return write_normalized(d, out, app, form);
    case FORM_DSTACK_PYTHON:
    case FORM_VMM_CLI:
    case FORM_VMM_UI:
        return write_rebuilt(d, out, app, form);
    case NUM_COMPOSE_FORMS:
        break;
    }
    return diag_set(d, ERR_INTERNAL, "no such form");
}

enum err compose_form_write(struct diag *d, struct buf *out, const struct json *app,
                            enum compose_form form)
{
    enum err e = check_traps(d, app, "app-compose");

    if (e == OK)
        e = write_form(d, out, app, form);
    return e == OK ? OK : diag_prefix(d, "form %s", compose_form_name(form));
}

enum err compose_form_hash(struct diag *d, struct hash32 *out, const void *data, size_t data_len,
                           enum compose_form form, const char *what)
{
    struct json *app = NULL;
    struct buf bytes;
    enum err e = ERR_INTERNAL;

    *out = (struct hash32){ 0 };
    if (form == FORM_RAW)
        return sha256(d, out, data, data_len);
    /* indentation makes a file longer, by a bounded factor */
    buf_init(&bytes, 8 * LIMIT_COMPOSE_BYTES);
    if ((e = compose_parse(d, &app, data, data_len, what)) == OK &&
        (e = compose_form_write(d, &bytes, app, form)) == OK &&
        (e = buf_check(d, &bytes, what)) == OK)
        e = sha256(d, out, bytes.data, bytes.len);
    json_free(app);
    buf_clear(&bytes);
    return e;
}
