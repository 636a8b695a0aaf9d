// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "src/cli/common.h"
#include "src/cli/compose.h"
#include "verify/compose.h"
#include "verify/compose_forms.h"
#include "verify/compose_render.h"
#include "verify/git.h"

/* --- digests -----------------------------------------------------------------------------------
 */

static enum err read_digest(struct diag *d, struct hash32 *digests, const struct profile_compose *c,
                            const char *text)
{
    const char *digest = strstr(text, "=sha256:");
    const size_t name_len = digest != NULL ? (size_t)(digest - text) : 0;

    if (digest == NULL || strlen(digest + 8) != 64 || strspn(digest + 8, "0123456789abcdef") != 64)
        return diag_set(d, ERR_USAGE,
                        "--digest: expected PLACEHOLDER=sha256:<64 lower-case hex digits>, found "
                        "'%.200s'",
                        text);
    for (size_t i = 0; i < c->num_substitutions; i++) {
        const struct profile_substitution *s = &c->substitutions[i];

        if (s->image == NULL || strlen(s->placeholder) != name_len ||
            memcmp(s->placeholder, text, name_len) != 0)
            continue;
        if (!hash32_is_zero(&digests[i]))
            return diag_set(d, ERR_USAGE, "--digest: '%.64s' is given twice", s->placeholder);
        if (!hex_decode(digests[i].b, sizeof(digests[i].b), digest + 8, 64))
            return diag_set(d, ERR_USAGE, "--digest: not hex: '%.200s'", text);
        return OK;
    }
    return diag_set(d, ERR_USAGE, "--digest: the profile has no image '%.*s'",
                    (int)(name_len < 64 ? name_len : 64), text);
}

static enum err read_digests(struct diag *d, struct hash32 *digests,
                             const struct profile_compose *c, const struct args *a)
{
    const char *text = NULL;
    enum err e = OK;

    for (size_t i = 0; e == OK && (text = args_get_nth(a, "digest", i)) != NULL; i++)
        e = read_digest(d, digests, c, text);
    for (size_t i = 0; e == OK && i < c->num_substitutions; i++) {
        if (c->substitutions[i].image != NULL && hash32_is_zero(&digests[i]))
            e = diag_set(d, ERR_USAGE, "--digest '%.64s=sha256:HEX' is missing",
                         c->substitutions[i].placeholder);
    }
    return e;
}

/* --- the template ------------------------------------------------------------------------------
 */

struct source {
    struct buf text;
    char commit[GIT_ID_TEXT_LEN]; /* "" for a file */
    const char *what;             /* its path */
};

static enum err read_commit(struct diag *d, struct source *s, const char *repo, const char *rev)
{
    struct proposal scratch = { 0 };
    struct git_file file = { 0 };
    enum err e = git_collect(d, &file, &scratch, repo, rev, s->what);

    if (e == OK) {
        buf_add(&s->text, file.content, file.content_len);
        memcpy(s->commit, file.commit, sizeof(s->commit));
    }
    git_file_clear(&file);
    proposal_clear(&scratch);
    return e;
}

static enum err read_source(struct diag *d, struct source *s, const struct args *a,
                            const struct profile *p)
{
    const char *file = args_get(a, "template");
    const char *repo = args_get(a, "repo");
    const char *rev = args_get(a, "commit");
    const char *path = args_get(a, "path");
    enum err e = ERR_INTERNAL;

    if (file != NULL && (repo != NULL || rev != NULL || path != NULL))
        return diag_set(d, ERR_USAGE, "either --template, or --repo, --commit and --path");
    s->what = file != NULL ? file : path != NULL ? path : p->git_path;
    if (file == NULL && (repo == NULL || rev == NULL || s->what == NULL))
        return diag_set(d, ERR_USAGE, "--repo, --commit and --path are required, or --template");
    e = file != NULL ? file_read(d, &s->text, file) : read_commit(d, s, repo, rev);
    return e == OK ? buf_check(d, &s->text, s->what) : e;
}

/* --- the answer --------------------------------------------------------------------------------
 */

static enum err answer(struct diag *d, const struct args *a, const struct source *s,
                       enum compose_form form, const struct buf *bytes)
{
    const char *out = args_get(a, "out");
    struct hash32 hash;
    struct json *j = NULL;
    enum err e = compose_hash(d, &hash, bytes->data, bytes->len);

    if (e != OK)
        return e;
    if (args_json(a) && (out == NULL || strcmp(out, "-") == 0))
        return diag_set(d, ERR_USAGE, "--json goes with --out FILE");
    if ((e = file_write(d, out != NULL ? out : "-", bytes->data, bytes->len, 0)) != OK)
        return e;
    if (args_json(a)) {
        j = json_new_object();
        json_set_hash(j, "composeHash", &hash);
        json_set_string(j, "form", compose_form_name(form));
        if (s->commit[0] != '\0')
            json_set_string(j, "commit", s->commit);
        else
            json_set_null(j, "commit");
        json_set_string(j, "path", s->what);
        return common_answer(d, j);
    }
    if (out != NULL && strcmp(out, "-") != 0)
        term_printf("%s\n", hash32_format(&hash).s);
    return OK;
}

static enum err render(struct diag *d, const struct args *a, const struct profile *p,
                       struct source *s)
{
    const char *name = args_get(a, "form");
    const struct profile_compose *c = &p->compose;
    enum compose_form form = c->form;
    struct hash32 *digests = calloc(c->num_substitutions + 1, sizeof(*digests));
    struct buf bytes;
    enum err e = OK;

    buf_init(&bytes, LIMIT_COMPOSE_BYTES);
    if (digests == NULL)
        e = diag_set(d, ERR_NOMEM, "out of memory");
    if (e == OK && name != NULL)
        e = compose_form_parse(d, &form, name);
    if (e == OK && (e = read_digests(d, digests, c, a)) == OK &&
        (e = read_source(d, s, a, p)) == OK &&
        (e = compose_render(d, &bytes, c, form, digests, s->text.data, s->text.len, s->what)) ==
            OK &&
        (e = buf_check(d, &bytes, "app-compose")) == OK)
        e = answer(d, a, s, form, &bytes);
    free(digests);
    buf_clear(&bytes);
    return e;
}

enum err compose_run_render(struct diag *d, const struct args *a, int *exit_code)
{
    struct profile *p = NULL;
    struct source s = { 0 };
    enum err e = common_profile(d, &p, a);

    (void)exit_code;
    buf_init(&s.text, LIMIT_COMPOSE_BYTES);
    if (e == OK && !p->compose.given) {
        diag_hint(d, "docs/profile.md: 'compose'");
        e = diag_set(d, ERR_USAGE,
                     "the profile does not say how a template becomes an app-compose");
    }
    if (e == OK)
        e = render(d, a, p, &s);
    buf_clear(&s.text);
    profile_free(p);
    return e;
}
