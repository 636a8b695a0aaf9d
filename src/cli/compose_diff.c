// SPDX-License-Identifier: Apache-2.0
#include "verify/compose_diff.h"

#include <string.h>

#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "src/cli/common.h"
#include "src/cli/compose.h"
#include "verify/git.h"

/* One side: a file, a proposal, or a file in a commit. */
struct source {
    struct app_file file;
    struct git_file blob;
    struct compose_side side;
};

static void source_clear(struct source *s)
{
    app_file_clear(&s->file);
    git_file_clear(&s->blob);
}

static enum err read_source(struct diag *d, struct source *s, const struct args *a,
                            const char *path, const char *name)
{
    const char *repo = args_get(a, "repo");
    struct proposal scratch = { 0 };
    enum err e = ERR_INTERNAL;

    s->side.what = name;
    if (repo == NULL) {
        e = app_file_read(d, &s->file, name);
        s->side.data = s->file.app;
        s->side.len = s->file.app_len;
        return e;
    }
    e = git_collect(d, &s->blob, &scratch, repo, name, path);
    proposal_clear(&scratch);
    s->side.data = s->blob.content;
    s->side.len = s->blob.content_len;
    return e;
}

static enum err find_path(struct diag *d, const char **path, struct profile **p,
                          const struct args *a)
{
    enum err e = OK;

    *path = args_get(a, "path");
    if (args_get(a, "repo") == NULL)
        return *path == NULL ? OK : diag_set(d, ERR_USAGE, "--path goes with --repo");
    if (*path != NULL)
        return OK;
    if ((e = common_profile(d, p, a)) != OK)
        return e;
    *path = (*p)->git_path;
    return *path != NULL ? OK
                         : diag_set(d, ERR_USAGE, "--path is missing, and the profile has none");
}

static void print(const struct compose_diff *c)
{
    for (size_t i = 0; i < c->num_changes; i++) {
        struct buf text;

        buf_init(&text, LIMIT_COMPOSE_BYTES);
        compose_change_text(&text, &c->changes[i]);
        if (c->changes[i].danger != NULL)
            term_styled(TERM_RED, "DANGER  %s (%s)\n", buf_str(&text), c->changes[i].danger);
        else
            term_printf("        %s\n", buf_str(&text));
        buf_clear(&text);
    }
    if (c->num_changes == 0)
        term_printf("no change of meaning%s\n",
                    c->unified.len > 0 ? "; the texts differ" : ", and the texts are the same");
    if (c->unified.len > 0 && !term_is_quiet())
        term_printf("\n%s", buf_str(&c->unified));
}

static enum err print_json(struct diag *d, const struct compose_diff *c)
{
    struct json *j = json_new_object();

    json_set_int(j, "result", 0);
    json_set(j, "changes", compose_diff_json(c));
    json_set_int(j, "dangers", (int64_t)c->num_dangers);
    json_set_string(j, "unified", buf_str(&c->unified));
    return common_answer(d, j);
}

enum err compose_run_diff(struct diag *d, const struct args *a, int *exit_code)
{
    struct compose_diff result = { 0 };
    struct source old = { .side.len = 0 };
    struct source now = { .side.len = 0 };
    struct profile *profile = NULL;
    const char *path = NULL;
    enum err e = find_path(d, &path, &profile, a);

    (void)exit_code;
    if (e == OK && (e = read_source(d, &old, a, path, a->operands[1])) == OK &&
        (e = read_source(d, &now, a, path, a->operands[2])) == OK)
        e = compose_diff(d, &result, &old.side, &now.side);
    if (e == OK && args_json(a))
        e = print_json(d, &result);
    else if (e == OK)
        print(&result);
    compose_diff_clear(&result);
    source_clear(&old);
    source_clear(&now);
    profile_free(profile);
    return e;
}
