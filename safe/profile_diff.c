// SPDX-License-Identifier: Apache-2.0
#include "safe/profile_diff.h"

#include <string.h>

#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "src/base/yaml.h"

#define PATH_BYTES  512
#define VALUE_BYTES 160

/* What is at stake, for those who do not know the keys by heart. The first that fits. */
static const struct {
    const char *prefix, *meaning;
} meanings[] = {
    { "chain.id", "another chain" },
    { "chain.rpc", "whose word about the chain is taken" },
    { "safe.address", "another Safe" },
    { "safe.owners", "who signs" },
    { "safe.threshold", "how many have to sign" },
    { "safe.delegates", "who may propose" },
    { "safe.modules", "what may move the Safe without signatures" },
    { "timelock.delay", "how long a change can be seen before it happens" },
    { "timelock", "what stands between the Safe and its contracts" },
    { "contracts", "what is governed" },
    { "git", "where releases come from" },
    { "compose", "how a release becomes an app-compose" },
    { "images", "who may have built what runs" },
    { "queue.api-key", "which secret is sent to the queue" },
    { "queue", "where proposals, signatures and the API key go" },
    { "policy.allow-changes", "changes of control that pass" },
    { "policy.compose-allow", "what a release may do to the guest" },
    { "policy.allowed-envs", "variables that may decide what code runs" },
    { "policy.actions", "what may be proposed" },
    { "policy", "what passes" },
};

struct diff {
    struct buf *out;
    bool any;
};

static void begin(struct diff *x, const char *path)
{
    x->any = true;
    buf_add_untrusted(x->out, path, strlen(path));
    buf_add_str(x->out, ": ");
}

static void end(struct diff *x, const char *path)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        if (strncmp(path, meanings[i].prefix, strlen(meanings[i].prefix)) == 0) {
            buf_addf(x->out, " (%s)", meanings[i].meaning);
            break;
        }
    }
    buf_add_str(x->out, "\n");
}

static void add_text(struct buf *out, const char *path, const char *text)
{
    const size_t len = strlen(text);
    struct buf host;

    buf_init(&host, LIMIT_YAML_BYTES);
    if (strncmp(path, "chain.rpc", 9) == 0 && strstr(text, "://") != NULL) {
        profile_add_host(&host, text);
        buf_add_untrusted(out, buf_str(&host), host.len);
    } else {
        buf_add_untrusted(out, text, len < VALUE_BYTES ? len : VALUE_BYTES);
        if (len > VALUE_BYTES)
            buf_addf(out, "... (%zu bytes)", len);
    }
    buf_clear(&host);
}

static void add_value(struct buf *out, const char *path, const struct yaml_node *n)
{
    if (n->type == YAML_MAPPING)
        buf_addf(out, "a section of %zu keys", n->num_pairs);
    else if (n->type == YAML_SEQUENCE)
        buf_addf(out, "a list of %zu", n->num_items);
    else if (n->is_null)
        buf_add_str(out, "nothing");
    else
        add_text(out, path, n->text);
}

static bool same_scalar(const struct yaml_node *a, const struct yaml_node *b)
{
    return a->type == YAML_SCALAR && b->type == YAML_SCALAR && a->is_null == b->is_null &&
           a->plain == b->plain && strcmp(a->text, b->text) == 0;
}

static void join(char out[PATH_BYTES], const char *path, const char *key)
{
    struct buf text;

    buf_init(&text, LIMIT_YAML_BYTES);
    buf_addf(&text, "%s%s%s", path, path[0] != '\0' && key[0] != '[' ? "." : "", key);
    out[0] = '\0';
    strncat(out, buf_str(&text), PATH_BYTES - 1);
    buf_clear(&text);
}

static void walk(struct diff *x, const char *path, const struct yaml_node *was,
                 const struct yaml_node *is);

/* All that is in n, as new or as gone. */
static void all(struct diff *x, const char *path, const struct yaml_node *n, const char *word)
{
    char below[PATH_BYTES];

    for (size_t i = 0; n->type == YAML_MAPPING && i < n->num_pairs; i++) {
        join(below, path, n->pairs[i].key->text);
        all(x, below, n->pairs[i].value, word);
    }
    for (size_t i = 0; n->type == YAML_SEQUENCE && i < n->num_items; i++)
        all(x, path, n->items[i], word);
    if (n->type == YAML_SCALAR || n->num_pairs + n->num_items == 0) {
        begin(x, path);
        buf_add_str(x->out, "'");
        add_value(x->out, path, n);
        buf_addf(x->out, "' is %s", word);
        end(x, path);
    }
}

static bool has(const struct yaml_node *list, const struct yaml_node *item)
{
    for (size_t i = 0; i < list->num_items; i++) {
        if (same_scalar(list->items[i], item))
            return true;
    }
    return false;
}

static bool all_scalars(const struct yaml_node *list)
{
    for (size_t i = 0; i < list->num_items; i++) {
        if (list->items[i]->type != YAML_SCALAR)
            return false;
    }
    return true;
}

static void walk_texts(struct diff *x, const char *path, const struct yaml_node *was,
                       const struct yaml_node *is)
{
    bool any = false;

    for (size_t i = 0; i < is->num_items; i++) {
        if (!has(was, is->items[i])) {
            any = true;
            all(x, path, is->items[i], "new");
        }
    }
    for (size_t i = 0; i < was->num_items; i++) {
        if (!has(is, was->items[i])) {
            any = true;
            all(x, path, was->items[i], "gone");
        }
    }
    for (size_t i = 0; !any && i < was->num_items && i < is->num_items; i++)
        any = !same_scalar(was->items[i], is->items[i]);
    if (any || was->num_items == is->num_items)
        return;
    begin(x, path);
    buf_addf(x->out, "had %zu entries, has %zu", was->num_items, is->num_items);
    end(x, path);
}

static void walk_list(struct diff *x, const char *path, const struct yaml_node *was,
                      const struct yaml_node *is)
{
    const size_t most = was->num_items > is->num_items ? was->num_items : is->num_items;
    char below[PATH_BYTES];
    struct buf index;

    for (size_t i = 0; i < most; i++) {
        buf_init(&index, 32);
        buf_addf(&index, "[%zu]", i);
        join(below, path, buf_str(&index));
        buf_clear(&index);
        if (i >= was->num_items)
            all(x, below, is->items[i], "new");
        else if (i >= is->num_items)
            all(x, below, was->items[i], "gone");
        else
            walk(x, below, was->items[i], is->items[i]);
    }
}

static void walk_map(struct diff *x, const char *path, const struct yaml_node *was,
                     const struct yaml_node *is)
{
    char below[PATH_BYTES];

    for (size_t i = 0; i < is->num_pairs; i++) {
        const struct yaml_node *before = yaml_get(was, is->pairs[i].key->text);

        join(below, path, is->pairs[i].key->text);
        if (before == NULL)
            all(x, below, is->pairs[i].value, "new");
        else
            walk(x, below, before, is->pairs[i].value);
    }
    for (size_t i = 0; i < was->num_pairs; i++) {
        join(below, path, was->pairs[i].key->text);
        if (yaml_get(is, was->pairs[i].key->text) == NULL)
            all(x, below, was->pairs[i].value, "gone");
    }
}

/* Depth is bounded by LIMIT_YAML_DEPTH. */
static void walk(struct diff *x, const char *path, const struct yaml_node *was,
                 const struct yaml_node *is)
{
    if (was->type == YAML_MAPPING && is->type == YAML_MAPPING) {
        walk_map(x, path, was, is);
    } else if (was->type == YAML_SEQUENCE && is->type == YAML_SEQUENCE) {
        if (all_scalars(was) && all_scalars(is))
            walk_texts(x, path, was, is);
        else
            walk_list(x, path, was, is);
    } else if (!same_scalar(was, is)) {
        begin(x, path);
        buf_add_str(x->out, "was ");
        add_value(x->out, path, was);
        buf_add_str(x->out, ", is ");
        add_value(x->out, path, is);
        end(x, path);
    }
}

static void walk_files(struct diff *x, const struct accepted_profile *before,
                       const struct profile *now)
{
    for (size_t i = 0; i < before->num_files && i < now->num_files; i++) {
        if (hash32_eq(&before->files[i].sha256, &now->files[i].sha256) ||
            strcmp(before->files[i].path, now->files[i].path) != 0)
            continue;
        begin(x, "file");
        add_text(x->out, "", now->files[i].path);
        buf_addf(x->out, " has another content, SHA-256 %s\n",
                 hash32_format(&now->files[i].sha256).s + 2);
    }
}

void profile_diff(struct buf *out, const struct accepted_profile *before, const struct profile *now)
{
    struct diff x = { .out = out };
    struct diag ignored = { 0 };
    struct yaml *was = NULL;
    struct yaml *is = NULL;

    if (yaml_parse(&ignored, &was, before->text, before->text_len, "accepted") != OK ||
        yaml_parse(&ignored, &is, now->text, now->text_len, "profile") != OK) {
        begin(&x, "the whole text");
        buf_add_str(out, "what was accepted before cannot be read any more\n");
    } else {
        walk(&x, "", yaml_root(was), yaml_root(is));
    }
    walk_files(&x, before, now);
    if (before->clone != NULL && now->git_clone != NULL &&
        strcmp(before->clone, now->git_clone) != 0) {
        begin(&x, "git.clone");
        buf_add_str(out, "is now at ");
        add_text(out, "", now->git_clone);
        buf_add_str(out, ", was at ");
        add_text(out, "", before->clone);
        buf_add_str(out, "\n");
    }
    if (!x.any)
        buf_add_str(out, "the spelling alone: comments, white space or order\n");
    yaml_free(is);
    yaml_free(was);
}
