// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "safe/profile_parse.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/yaml_read.h"

static enum err no_memory(struct profile_reader *r)
{
    return diag_set(r->d, ERR_NOMEM, "out of memory");
}

/* --- JSON from YAML ----------------------------------------------------------------------------
 */

/* 0 to 15 digits with an optional sign: less than 2^53. */
static bool read_integer(int64_t *out, const char *text)
{
    bool negative = text[0] == '-';
    const char *digits = text + negative;
    size_t len = strspn(digits, "0123456789");
    int64_t value = 0;

    *out = 0;
    if (len == 0 || len > 15 || digits[len] != '\0' || (digits[0] == '0' && len > 1))
        return false;
    for (size_t i = 0; i < len; i++)
        value = value * 10 + (digits[i] - '0');
    *out = negative ? -value : value;
    return !negative || value != 0;
}

/* Begins like a word, and no dialect of YAML takes it for anything but a text. */
static bool is_plain_text(const char *text)
{
    static const char *const words[] = { "y",   "n",    "yes",   "no",   "on",
                                         "off", "true", "false", "null", NULL };
    static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_/";

    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcasecmp(words[i], text) == 0)
            return false;
    }
    return text[0] != '\0' && strchr(first, text[0]) != NULL;
}

static enum err read_scalar(struct profile_reader *r, struct json **out, const struct yaml_node *n)
{
    int64_t number = 0;

    if (n->tag != NULL)
        return yaml_error(r->d, ERR_FORMAT, r->y, n, "no tags here, found '%.64s'", n->tag);
    if (!n->plain || is_plain_text(n->text))
        *out = json_new_string(n->text);
    else if (strcmp(n->text, "true") == 0 || strcmp(n->text, "false") == 0)
        *out = json_new_bool(n->text[0] == 't');
    else if (strcmp(n->text, "null") == 0)
        *out = json_new_null();
    else if (read_integer(&number, n->text))
        *out = json_new_int(number);
    else
        return yaml_error(r->d, ERR_FORMAT, r->y, n,
                          "put it into quotation marks, or write a whole number, true, false or "
                          "null: '%.64s'",
                          n->text);
    return *out != NULL ? OK : no_memory(r);
}

/* As deep as yaml_parse allows. */
enum err profile_read_json(struct profile_reader *r, struct json **out, const struct yaml_node *n)
{
    struct json *item = NULL;
    enum err e = OK;

    *out = NULL;
    if (n->type == YAML_SCALAR)
        return read_scalar(r, out, n);
    *out = n->type == YAML_MAPPING ? json_new_object() : json_new_array();
    for (size_t i = 0; e == OK && i < n->num_items; i++) {
        if ((e = profile_read_json(r, &item, n->items[i])) == OK)
            json_append(*out, item);
    }
    for (size_t i = 0; e == OK && i < n->num_pairs; i++) {
        if ((e = profile_read_json(r, &item, n->pairs[i].value)) == OK)
            json_set(*out, n->pairs[i].key->text, item);
    }
    if (e != OK) {
        json_free(*out);
        *out = NULL;
    }
    return e;
}

/* --- substitutions -----------------------------------------------------------------------------
 */

static enum err read_placeholder(struct profile_reader *r, const struct yaml_node *n)
{
    return profile_read_copy(r, &r->substitution->placeholder, n);
}

static enum err read_value(struct profile_reader *r, const struct yaml_node *n)
{
    const char *text = NULL;
    enum err e = yaml_read_text(r->d, &text, r->y, n);

    if (e != OK)
        return e;
    return (r->substitution->value = strdup(text)) != NULL ? OK : no_memory(r);
}

static enum err read_image(struct profile_reader *r, const struct yaml_node *n)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/:";
    enum err e = profile_read_copy(r, &r->substitution->image, n);

    if (e == OK && strspn(r->substitution->image, allowed) != strlen(r->substitution->image))
        e = yaml_error(r->d, ERR_FORMAT, r->y, n,
                       "expected an image without a digest, which each release brings, found "
                       "'%.128s'",
                       r->substitution->image);
    return e;
}

static enum err read_times(struct profile_reader *r, const struct yaml_node *n)
{
    enum err e = yaml_read_u64(r->d, &r->substitution->times, r->y, n);

    if (e == OK && (r->substitution->times == 0 || r->substitution->times > LIMIT_COMPOSE_BYTES))
        e = yaml_error(r->d, ERR_FORMAT, r->y, n, "expected a number from 1");
    return e;
}

/* The same text at one place could be read as two placeholders. */
static enum err check_overlap(struct profile_reader *r, const struct yaml_node *n)
{
    const struct profile_compose *c = &r->p->compose;
    const char *mine = r->substitution->placeholder;

    for (size_t i = 0; i + 1 < c->num_substitutions; i++) {
        const char *other = c->substitutions[i].placeholder;

        if (strstr(mine, other) != NULL || strstr(other, mine) != NULL)
            return yaml_error(r->d, ERR_FORMAT, r->y, n,
                              "the placeholders '%.64s' and '%.64s' overlap", other, mine);
    }
    return OK;
}

static enum err read_substitution(struct profile_reader *r, const struct yaml_node *n)
{
    static const struct profile_key keys[] = {
        { "placeholder", true, read_placeholder },
        { "value", false, read_value },
        { "image", false, read_image },
        { "times", false, read_times },
        { NULL, false, NULL },
    };
    struct profile_compose *c = &r->p->compose;
    enum err e = ERR_INTERNAL;

    r->substitution = &c->substitutions[c->num_substitutions++];
    r->substitution->times = 1;
    if ((e = profile_read_keys(r, n, keys, "a substitution")) != OK)
        return e;
    if ((r->substitution->value == NULL) == (r->substitution->image == NULL))
        return yaml_error(r->d, ERR_FORMAT, r->y, n,
                          "a substitution has either a 'value' or an 'image'");
    return check_overlap(r, n);
}

static enum err read_substitute(struct profile_reader *r, const struct yaml_node *n)
{
    struct profile_compose *c = &r->p->compose;
    enum err e = yaml_check_sequence(r->d, r->y, n, LIMIT_PROFILE_ITEMS);

    if (e != OK)
        return e;
    if ((c->substitutions = calloc(n->num_items + 1, sizeof(*c->substitutions))) == NULL)
        return no_memory(r);
    for (size_t i = 0; e == OK && i < n->num_items; i++)
        e = read_substitution(r, n->items[i]);
    return e;
}

/* --- what a provider adds ----------------------------------------------------------------------
 */

static enum err read_field(struct profile_reader *r, const struct yaml_node *n)
{
    enum err e = profile_read_copy(r, &r->addition->field, n);

    if (e != OK)
        return e;
    if (strcmp(r->addition->field, "docker_compose_file") == 0)
        return yaml_error(r->d, ERR_FORMAT, r->y, n, "docker_compose_file comes from git");
    if (r->p->compose.app != NULL && json_get(r->p->compose.app, r->addition->field) != NULL)
        return yaml_error(r->d, ERR_FORMAT, r->y, n, "'%.64s' is under 'app' as well",
                          r->addition->field);
    return OK;
}

static enum err read_by(struct profile_reader *r, const struct yaml_node *n)
{
    return profile_read_copy(r, &r->addition->by, n);
}

static enum err read_version(struct profile_reader *r, const struct yaml_node *n)
{
    return profile_read_copy(r, &r->addition->version, n);
}

static enum err read_added_value(struct profile_reader *r, const struct yaml_node *n)
{
    return profile_read_json(r, &r->addition->value, n);
}

static enum err read_added_hash(struct profile_reader *r, const struct yaml_node *n)
{
    struct diag inner = { 0 };
    const char *text = NULL;
    enum err e = yaml_read_text(r->d, &text, r->y, n);

    if (e == OK && r->addition->value != NULL)
        return yaml_error(r->d, ERR_FORMAT, r->y, n, "either a 'value' or a 'sha256'");
    if (e == OK && hash32_parse(&inner, &r->addition->sha256, text) != OK)
        e = yaml_error_from(r->d, r->y, n, &inner);
    if (e == OK && hash32_is_zero(&r->addition->sha256))
        e = yaml_error(r->d, ERR_FORMAT, r->y, n, "zero is the hash of nothing");
    return e;
}

static enum err read_addition(struct profile_reader *r, const struct yaml_node *n)
{
    static const struct profile_key keys[] = {
        { "field", true, read_field },        { "by", true, read_by },
        { "version", true, read_version },    { "value", false, read_added_value },
        { "sha256", false, read_added_hash }, { NULL, false, NULL },
    };
    struct profile_compose *c = &r->p->compose;
    enum err e = ERR_INTERNAL;

    r->addition = &c->additions[c->num_additions++];
    if ((e = profile_read_keys(r, n, keys, "an addition")) != OK)
        return e;
    if (r->addition->value == NULL && hash32_is_zero(&r->addition->sha256))
        return yaml_error(r->d, ERR_FORMAT, r->y, n, "an addition has a 'value' or a 'sha256'");
    return OK;
}

static enum err read_additions(struct profile_reader *r, const struct yaml_node *n)
{
    struct profile_compose *c = &r->p->compose;
    enum err e = yaml_check_sequence(r->d, r->y, n, LIMIT_PROFILE_ITEMS);

    if (e != OK)
        return e;
    if ((c->additions = calloc(n->num_items + 1, sizeof(*c->additions))) == NULL)
        return no_memory(r);
    for (size_t i = 0; e == OK && i < n->num_items; i++)
        e = read_addition(r, n->items[i]);
    return e;
}

/* --- the section -------------------------------------------------------------------------------
 */

static enum err read_form(struct profile_reader *r, const struct yaml_node *n)
{
    struct diag inner = { 0 };
    const char *text = NULL;
    enum err e = yaml_read_text(r->d, &text, r->y, n);

    if (e == OK && compose_form_parse(&inner, &r->p->compose.form, text) != OK)
        e = yaml_error(r->d, ERR_FORMAT, r->y, n, "%s; %s", inner.msg, inner.hint);
    if (e == OK && r->p->compose.form == FORM_RAW)
        e = yaml_error(r->d, ERR_FORMAT, r->y, n,
                       "raw is what a file has; to keep the order of 'app', name as-is");
    return e;
}

static enum err read_final_newlines(struct profile_reader *r, const struct yaml_node *n)
{
    const char *text = NULL;
    enum err e = yaml_read_text(r->d, &text, r->y, n);

    if (e == OK && strcmp(text, "keep") != 0 && strcmp(text, "strip") != 0)
        e = yaml_error(r->d, ERR_FORMAT, r->y, n, "expected keep or strip, found '%.64s'", text);
    r->p->compose.strip_newlines = e == OK && text[0] == 's';
    return e;
}

static bool is_variable(const char *text)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";

    return strspn(text, allowed) == strlen(text) && (text[0] < '0' || text[0] > '9');
}

static enum err read_leave(struct profile_reader *r, const struct yaml_node *n)
{
    return profile_read_texts(r, &r->p->compose.leave, &r->p->compose.num_leave, n,
                              LIMIT_PROFILE_ITEMS, is_variable, "the name of a variable");
}

static enum err read_app(struct profile_reader *r, const struct yaml_node *n)
{
    struct profile_compose *c = &r->p->compose;
    enum err e = yaml_check_mapping(r->d, r->y, n);

    if (e != OK || (e = profile_read_json(r, &c->app, n)) != OK)
        return e;
    if (json_get(c->app, "docker_compose_file") == NULL)
        json_set_null(c->app, "docker_compose_file");
    else if (json_type(json_get(c->app, "docker_compose_file")) != JSON_NULL)
        e = yaml_error(r->d, ERR_FORMAT, r->y, yaml_get(n, "docker_compose_file"),
                       "docker_compose_file comes from git: write null to mark its place");
    return e;
}

enum err profile_read_compose(struct profile_reader *r, const struct yaml_node *n)
{
    static const struct profile_key keys[] = {
        { "form", true, read_form },
        { "final-newlines", true, read_final_newlines },
        { "substitute", false, read_substitute },
        { "leave", false, read_leave },
        { "app", true, read_app },
        { "additions", false, read_additions },
        { NULL, false, NULL },
    };

    r->p->compose.given = true;
    return profile_read_keys(r, n, keys, "'compose'");
}
