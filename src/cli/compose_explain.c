// SPDX-License-Identifier: Apache-2.0
#include "verify/compose_explain.h"

#include <string.h>

#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "src/cli/common.h"
#include "src/cli/compose.h"

/* --- the file ----------------------------------------------------------------------------------
 */

static bool is_proposal(const struct buf *text)
{
    struct diag ignored = { 0 };
    struct json *j = NULL;
    const char *format = NULL;
    bool yes = false;

    if (json_parse(&ignored, &j, text->data, text->len, "") != OK)
        return false;
    format = json_string(json_get(j, "format"));
    yes = format != NULL && strncmp(format, "countersign/proposal/", 21) == 0;
    json_free(j);
    return yes;
}

enum err app_file_read(struct diag *d, struct app_file *out, const char *path)
{
    const struct evidence_file *f = NULL;
    enum err e = ERR_INTERNAL;

    *out = (struct app_file){ 0 };
    buf_init(&out->file, LIMIT_PROPOSAL_BYTES);
    if ((e = file_read(d, &out->file, path)) != OK)
        return e;
    if (!is_proposal(&out->file)) {
        out->app = buf_str(&out->file);
        out->app_len = out->file.len;
        if (out->app_len > LIMIT_COMPOSE_BYTES)
            return diag_set(d, ERR_LIMIT, "%s: over the limit of %d bytes", path,
                            LIMIT_COMPOSE_BYTES);
        return OK;
    }
    if ((e = proposal_parse(d, &out->proposal, out->file.data, out->file.len, path)) != OK)
        return e;
    if ((f = proposal_file(&out->proposal, EVIDENCE_APP_COMPOSE)) == NULL)
        return diag_set(d, ERR_FORMAT, "%s: the evidence holds no " EVIDENCE_APP_COMPOSE, path);
    out->app = f->data;
    out->app_len = f->data_len;
    return OK;
}

void app_file_clear(struct app_file *f)
{
    proposal_clear(&f->proposal);
    buf_clear(&f->file);
    *f = (struct app_file){ 0 };
}

/* --- explain -----------------------------------------------------------------------------------
 */

struct work {
    struct app_file file;
    struct profile *profile; /* only if it is named */
    struct buf template_text;
    struct buf previous;
    struct explain_input input;
    struct explanation result;
};

static void work_clear(struct work *w)
{
    explanation_clear(&w->result);
    buf_clear(&w->template_text);
    buf_clear(&w->previous);
    profile_free(w->profile);
    app_file_clear(&w->file);
}

/* The file that an option names, or else that of the evidence; NULL if there is neither. */
static enum err find_other(struct diag *d, const void **data, size_t *data_len, struct buf *storage,
                           const char *path, const struct proposal *p, const char *evidence)
{
    const struct evidence_file *f = proposal_file(p, evidence);
    enum err e = path != NULL ? file_read(d, storage, path) : OK;

    if (e != OK)
        return e;
    *data = path != NULL ? buf_str(storage) : f != NULL ? (const void *)f->data : NULL;
    *data_len = path != NULL ? storage->len : f != NULL ? f->data_len : 0;
    return OK;
}

static enum err collect(struct diag *d, struct work *w, const struct args *a)
{
    struct explain_input *in = &w->input;
    enum err e = app_file_read(d, &w->file, a->operands[1]);

    buf_init(&w->template_text, LIMIT_COMPOSE_BYTES);
    buf_init(&w->previous, LIMIT_COMPOSE_BYTES);
    in->app = w->file.app;
    in->app_len = w->file.app_len;
    if (e == OK)
        e = find_other(d, &in->template_text, &in->template_len, &w->template_text,
                       args_get(a, "template"), &w->file.proposal, EVIDENCE_COMPOSE);
    if (e == OK)
        e = find_other(d, &in->previous, &in->previous_len, &w->previous, args_get(a, "previous"),
                       &w->file.proposal, EVIDENCE_PREVIOUS);
    if (e == OK && args_get(a, "profile") != NULL)
        e = profile_load(d, &w->profile, args_get(a, "profile"));
    if (e == OK && w->profile != NULL && w->profile->compose.given)
        in->rules = &w->profile->compose;
    return e;
}

static enum err answer_json(struct diag *d, const struct explanation *x,
                            const struct hash32 *wanted)
{
    struct json *j = json_new_object();

    json_set_int(j, "result", x->is_measured ? 0 : 1);
    json_set_hash(j, "asked", wanted);
    json_set_hash(j, "measured", &x->measured);
    json_set_bool(j, "isFile", x->is_measured);
    json_set_bool(j, "explained", x->is_measured || x->found);
    if (x->found)
        json_set_string(j, "by", buf_str(&x->how));
    else
        json_set_null(j, "by");
    json_set_int(j, "tried", (int64_t)x->num_tried);
    json_set_bool(j, "gaveUp", x->gave_up);
    return common_answer(d, j);
}

static void answer_text(const struct explanation *x, const struct hash32 *wanted)
{
    term_printf("asked     %s\n", hash32_format(wanted).s);
    term_printf("measured  %s  SHA-256 of the file as it is\n", hash32_format(&x->measured).s);
    if (x->is_measured) {
        term_printf("YES: it is the hash of the file's own bytes\n");
        return;
    }
    if (x->found)
        term_printf("NO: it is the hash of other bytes: %s\n", buf_str(&x->how));
    else
        term_printf("NO: none of %zu ways to write this object gives it%s\n", x->num_tried,
                    x->gave_up ? ", and there would have been more" : "");
    if (!term_is_quiet())
        term_printf("A guest that is given this file measures %s. Where only the hash asked for is "
                    "whitelisted, it gets no keys and does not boot.\n",
                    hash32_format(&x->measured).s);
}

/* A hash as it is written everywhere, or a line of sha256sum: "<64 hex>  name", "<64 hex> *name".
 * A name with odd characters makes the line begin with a backslash. */
static enum err read_hash(struct diag *d, struct hash32 *out, const char *text)
{
    const char *hex = text + (text[0] == '\\');
    size_t len = strcspn(hex, " ");
    char copy[2 + HEX_LEN(32)] = "0x";

    if (len != 64 || (hex[len] != '\0' && hex[len + 1] != ' ' && hex[len + 1] != '*'))
        return hash32_parse(d, out, text);
    memcpy(copy + 2, hex, len);
    return hash32_parse(d, out, copy);
}

enum err compose_run_explain(struct diag *d, const struct args *a, int *exit_code)
{
    struct work w = { 0 };
    struct hash32 wanted;
    const char *text = NULL;
    enum err e = args_require(d, &text, a, "hash");

    if (e != OK)
        return e;
    if ((e = read_hash(d, &wanted, text)) != OK)
        return diag_prefix(d, "--hash");
    e = collect(d, &w, a);
    if (e == OK)
        e = compose_explain(d, &w.result, &w.input, &wanted);
    if (e == OK) {
        *exit_code = w.result.is_measured ? 0 : 1;
        if (args_json(a))
            e = answer_json(d, &w.result, &wanted);
        else
            answer_text(&w.result, &wanted);
    }
    work_clear(&w);
    return e;
}
