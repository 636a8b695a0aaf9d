// SPDX-License-Identifier: Apache-2.0
#include "verify/compose_explain.h"

#include <string.h>

#include "src/base/digest.h"
#include "src/base/json.h"
#include "src/base/keccak.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "verify/compose_explain_text.h"
#include "verify/compose_forms.h"

struct search {
    const struct explain_input *in;
    const struct hash32 *wanted;
    struct explanation *out;
    size_t num_bytes;
    struct buf fields; /* words: what was done to the object */
    const char *text;  /* words: what was done to the compose file; "" */
};

static bool is_over(const struct search *s)
{
    return s->out->found || s->out->gave_up;
}

/* The words are only put together for a match. */
static void try_bytes(struct search *s, const void *data, size_t data_len, const char *what,
                      const char *tail)
{
    struct diag ignored = { 0 };
    struct hash32 hash;

    if (is_over(s))
        return;
    s->num_bytes += data_len;
    s->out->gave_up = s->num_bytes > LIMIT_EXPLAIN_BYTES;
    s->out->num_tried++;
    if (sha256(&ignored, &hash, data, data_len) != OK || !hash32_eq(&hash, s->wanted))
        return;
    s->out->found = true;
    buf_addf(&s->out->how, "%s%s%s%s%s%s", what, tail, s->fields.len > 0 ? ", " : "",
             buf_str(&s->fields), s->text[0] != '\0' ? ", " : "", s->text);
}

/* --- the file's bytes --------------------------------------------------------------------------
 */

static void try_edits(struct search *s, const char *data, size_t data_len, const char *what)
{
    for (unsigned i = 0; i < NUM_TEXT_EDITS && !is_over(s); i++) {
        struct buf edited;

        buf_init(&edited, 2 * LIMIT_COMPOSE_BYTES + 8);
        if (text_edit_apply(&edited, (enum text_edit)i, data, data_len) && buf_ok(&edited)) {
            s->text = text_edit_words((enum text_edit)i);
            try_bytes(s, edited.data, edited.len, what, "");
        }
        buf_clear(&edited);
    }
    s->text = "";
}

static void try_file(struct search *s)
{
    struct hash32 hash;

    try_edits(s, s->in->app, s->in->app_len, "the file");
    keccak256(&hash, s->in->app, s->in->app_len);
    if (!is_over(s) && hash32_eq(&hash, s->wanted)) {
        s->out->found = true;
        buf_add_str(&s->out->how, "Keccak-256 of the file, instead of SHA-256");
    }
}

/* --- the object in every form ------------------------------------------------------------------
 */

static void try_form(struct search *s, const struct json *app, enum compose_form form)
{
    struct diag ignored = { 0 };
    struct buf bytes;
    struct buf what;

    buf_init(&bytes, 8 * LIMIT_COMPOSE_BYTES);
    buf_init(&what, 256);
    buf_addf(&what, "form %s (%s)", compose_form_name(form), compose_form_producer(form));
    if (compose_form_write(&ignored, &bytes, app, form) == OK) {
        try_bytes(s, bytes.data, bytes.len, buf_str(&what), "");
        buf_add_u8(&bytes, '\n');
        if (buf_ok(&bytes))
            try_bytes(s, bytes.data, bytes.len, buf_str(&what), " and a newline");
    }
    buf_clear(&what);
    buf_clear(&bytes);
}

/* Several producers may write the same bytes: none of them is meant more than another. */
static void say_others(struct search *s, const struct json *app, enum compose_form form)
{
    for (unsigned f = form + 1; f < NUM_COMPOSE_FORMS; f++) {
        struct diag ignored = { 0 };
        struct hash32 hash;
        struct buf bytes;

        buf_init(&bytes, 8 * LIMIT_COMPOSE_BYTES);
        if (compose_form_write(&ignored, &bytes, app, (enum compose_form)f) == OK &&
            sha256(&ignored, &hash, bytes.data, bytes.len) == OK && hash32_eq(&hash, s->wanted))
            buf_addf(&s->out->how, "; so has %s", compose_form_name((enum compose_form)f));
        buf_clear(&bytes);
    }
}

static void try_indented(struct search *s, const struct json *app)
{
    static const struct {
        unsigned indent;
        bool sorted;
        const char *what;
    } layouts[] = {
        { 2, false, "indented by 2, members in their order" },
        { 4, false, "indented by 4, members in their order" },
        { 2, true, "indented by 2, sorted" },
        { 4, true, "indented by 4, sorted" },
    };

    for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]) && !is_over(s); i++) {
        struct diag ignored = { 0 };
        struct buf bytes;

        buf_init(&bytes, 8 * LIMIT_COMPOSE_BYTES);
        if (compose_json_write(&ignored, &bytes, app, layouts[i].indent, layouts[i].sorted) == OK)
            try_bytes(s, bytes.data, bytes.len, layouts[i].what, "");
        buf_add_u8(&bytes, '\n');
        if (buf_ok(&bytes))
            try_bytes(s, bytes.data, bytes.len, layouts[i].what, " and a newline");
        buf_clear(&bytes);
    }
}

static void try_forms(struct search *s, const struct json *app)
{
    for (unsigned f = FORM_AS_IS; f < NUM_COMPOSE_FORMS && !is_over(s); f++) {
        try_form(s, app, (enum compose_form)f);
        if (s->out->found)
            say_others(s, app, (enum compose_form)f);
    }
    try_indented(s, app);
}

/* The compose file with each edit, and as it is in git, in every form. */
static void try_texts(struct search *s, const struct json *app)
{
    const char *text = json_string(json_get(app, "docker_compose_file"));

    try_forms(s, app);
    for (unsigned i = 1; text != NULL && i < NUM_TEXT_EDITS + 1 && !is_over(s); i++) {
        const bool is_template = i == NUM_TEXT_EDITS;
        struct json *copy = NULL;
        struct buf edited;

        buf_init(&edited, 2 * LIMIT_COMPOSE_BYTES + 8);
        if (is_template && s->in->template_text != NULL)
            buf_add(&edited, s->in->template_text, s->in->template_len);
        else if (is_template || !text_edit_apply(&edited, (enum text_edit)i, text, strlen(text)))
            continue; /* nothing was allocated */
        copy = json_copy(app);
        json_set_string(copy, "docker_compose_file", buf_str(&edited));
        s->text = is_template ? "docker_compose_file as it is in git, not substituted"
                              : text_edit_words_inside((enum text_edit)i);
        if (copy != NULL && buf_ok(&edited))
            try_forms(s, copy);
        s->text = "";
        json_free(copy);
        buf_clear(&edited);
    }
}

/* --- other fields ------------------------------------------------------------------------------
 */

static void say(struct search *s, const char *words, const char *name)
{
    buf_addf(&s->fields, "%s%s", s->fields.len > 0 ? ", " : "", words);
    if (name == NULL)
        return;
    buf_add_str(&s->fields, " '");
    buf_add_untrusted(&s->fields, name, strlen(name));
    buf_add_str(&s->fields, "'");
}

/* What a client sends to a provider that fills in the rest; "" ends a list. */
static const char *const client_fields[][6] = {
    { "name", "docker_compose_file", "allowed_envs", "" },
    { "name", "docker_compose_file", "allowed_envs", "pre_launch_script", "" },
    { "name", "docker_compose_file", "" },
    { "docker_compose_file", "allowed_envs", "" },
    { "docker_compose_file", "" },
    { "runner", "name", "docker_compose_file", "allowed_envs", "" },
    { "manifest_version", "runner", "name", "docker_compose_file", "allowed_envs", "" },
};

static bool is_client_field(const char *const *list, const char *name)
{
    while ((*list)[0] != '\0' && strcmp(*list, name) != 0)
        list++;
    return (*list)[0] != '\0';
}

/* The members of app that keep; in the order in which the client or app writes them. */
static struct json *keep(struct search *s, const struct json *app, const char *const *list)
{
    struct json *kept = json_new_object();
    const char *name = NULL;
    void *at = NULL;

    say(s, "without what a provider fills in:", NULL);
    for (const struct json *value = json_next(app, &at, &name); value != NULL;
         value = json_next(app, &at, &name)) {
        bool wanted = s->in->rules != NULL && list == NULL
                          ? json_get(s->in->rules->app, name) != NULL
                          : is_client_field(list, name);

        if (wanted) {
            json_set(kept, name, json_copy(value));
            continue;
        }
        buf_add_str(&s->fields, " ");
        buf_add_untrusted(&s->fields, name, strlen(name));
    }
    return kept;
}

static void try_kept(struct search *s, const struct json *app)
{
    const size_t num = sizeof(client_fields) / sizeof(client_fields[0]);

    for (size_t i = 0; i <= num && !is_over(s); i++) {
        struct json *kept = NULL;

        if (i == num && s->in->rules == NULL)
            break;
        kept = keep(s, app, i == num ? NULL : client_fields[i]);
        if (json_len(kept) < json_len(app))
            try_texts(s, kept);
        buf_clear(&s->fields);
        json_free(kept);
    }
}

/* Without one field, with every edit of the text; without two, as the text is. */
static void try_without(struct search *s, const struct json *app)
{
    const char *first = NULL;
    const char *second = NULL;
    void *at = NULL;

    while (!is_over(s) && json_next(app, &at, &first) != NULL) {
        struct json *copy = json_copy(app);
        void *rest = at;

        json_remove(copy, first);
        say(s, "without", first);
        try_texts(s, copy);
        while (!is_over(s) && json_next(app, &rest, &second) != NULL) {
            struct json *less = json_copy(copy);

            json_remove(less, second);
            buf_clear(&s->fields);
            say(s, "without", first);
            say(s, "without", second);
            try_forms(s, less);
            json_free(less);
        }
        buf_clear(&s->fields);
        json_free(copy);
    }
}

static void rename_field(struct search *s, const struct json *app, const char *from, const char *to)
{
    struct json *renamed = NULL;
    const char *name = NULL;
    void *at = NULL;

    if (is_over(s) || json_get(app, from) == NULL || json_get(app, to) != NULL)
        return;
    renamed = json_new_object();
    for (const struct json *value = json_next(app, &at, &name); value != NULL;
         value = json_next(app, &at, &name))
        json_set(renamed, strcmp(name, from) == 0 ? to : name, json_copy(value));
    say(s, "with the gateway's flag named", to);
    try_texts(s, renamed);
    buf_clear(&s->fields);
    json_free(renamed);
}

/* --- fields of the release before, and of the profile ------------------------------------------
 */

static void try_with_previous(struct search *s, const struct json *app)
{
    struct diag ignored = { 0 };
    struct json *previous = NULL;
    struct json *more = NULL;
    const char *name = NULL;
    void *at = NULL;

    if (is_over(s) || s->in->previous == NULL ||
        compose_parse(&ignored, &previous, s->in->previous, s->in->previous_len, "") != OK)
        return;
    more = json_copy(app);
    say(s, "with what the release before has as well:", NULL);
    for (const struct json *value = json_next(previous, &at, &name); value != NULL;
         value = json_next(previous, &at, &name)) {
        if (json_get(app, name) != NULL)
            continue;
        json_set(more, name, json_copy(value));
        buf_add_str(&s->fields, " ");
        buf_add_untrusted(&s->fields, name, strlen(name));
    }
    try_texts(s, more);
    buf_clear(&s->fields);
    json_free(more);
    at = NULL;
    while (!is_over(s) && json_next(previous, &at, &name) != NULL) {
        more = json_copy(app);
        json_set(more, name, json_copy(json_get(previous, name)));
        say(s, "with the previous release's", name);
        try_texts(s, more);
        buf_clear(&s->fields);
        json_free(more);
    }
    json_free(previous);
}

static void try_additions(struct search *s, const struct json *app)
{
    const struct profile_compose *c = s->in->rules;
    struct json *more = NULL;

    if (is_over(s) || c == NULL || c->num_additions == 0)
        return;
    more = json_copy(app);
    say(s, "with the profile's additions that have a value", NULL);
    for (size_t i = 0; i < c->num_additions; i++) {
        if (c->additions[i].value != NULL && json_get(more, c->additions[i].field) == NULL)
            json_set(more, c->additions[i].field, json_copy(c->additions[i].value));
    }
    try_texts(s, more);
    buf_clear(&s->fields);
    json_free(more);
}

static void try_object(struct search *s, const struct json *app)
{
    const char *text = json_string(json_get(app, "docker_compose_file"));

    try_texts(s, app);
    if (text != NULL && !is_over(s))
        try_edits(s, text, strlen(text), "docker_compose_file alone, which nobody measures");
    if (s->in->template_text != NULL && !is_over(s))
        try_edits(s, s->in->template_text, s->in->template_len,
                  "the compose file in git alone, which nobody measures");
    try_kept(s, app);
    rename_field(s, app, "gateway_enabled", "tproxy_enabled");
    rename_field(s, app, "tproxy_enabled", "gateway_enabled");
    try_with_previous(s, app);
    try_additions(s, app);
    try_without(s, app);
}

enum err compose_explain(struct diag *d, struct explanation *out, const struct explain_input *input,
                         const struct hash32 *wanted)
{
    struct search s = { .in = input, .wanted = wanted, .out = out, .text = "" };
    struct diag ignored = { 0 };
    struct json *app = NULL;
    enum err e = ERR_INTERNAL;

    *out = (struct explanation){ 0 };
    buf_init(&out->how, LIMIT_COMPOSE_BYTES);
    buf_init(&s.fields, LIMIT_COMPOSE_BYTES);
    if ((e = sha256(d, &out->measured, input->app, input->app_len)) != OK)
        return e;
    out->is_measured = hash32_eq(&out->measured, wanted);
    if (out->is_measured)
        return OK;
    try_file(&s);
    if (!is_over(&s) && compose_parse(&ignored, &app, input->app, input->app_len, "") == OK)
        try_object(&s, app);
    json_free(app);
    buf_clear(&s.fields);
    return buf_check(d, &out->how, "explanation");
}

void explanation_clear(struct explanation *e)
{
    buf_clear(&e->how);
    *e = (struct explanation){ 0 };
}
