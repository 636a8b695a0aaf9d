// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "safe/compose_allow.h"
#include "safe/profile_parse.h"
#include "src/base/limits.h"
#include "src/base/yaml_read.h"

#define MAX_ACTIONS 128

/* --- queue --------------------------------------------------------------------------------- */

static enum err read_directory(struct profile_reader *r, const struct yaml_node *n)
{
    r->p->queue.kind = QUEUE_DIRECTORY;
    return profile_read_path(r, &r->p->queue.location, n);
}

static enum err set_service(struct profile_reader *r, const struct yaml_node *n)
{
    struct profile_queue *q = &r->p->queue;

    if (q->kind != QUEUE_NONE)
        return yaml_error(r->d, ERR_FORMAT, r->y, n,
                          "a queue is a directory or a service, not both");
    q->kind = QUEUE_SERVICE;
    return profile_read_copy(r, &q->location, n);
}

static enum err read_service(struct profile_reader *r, const struct yaml_node *n)
{
    struct profile_queue *q = &r->p->queue;
    enum err e = set_service(r, n);

    if (e != OK)
        return e;
    if (!profile_is_url(q->location) || strpbrk(q->location, "?#@") != NULL)
        return yaml_error(r->d, ERR_FORMAT, r->y, n,
                          "expected the service's address, https:// without user, query or "
                          "fragment, found '%.128s'",
                          q->location);
    for (size_t len = strlen(q->location); q->location[len - 1] == '/'; len--)
        q->location[len - 1] = '\0';
    return OK;
}

static enum err read_key_file(struct profile_reader *r, const struct yaml_node *n)
{
    return profile_read_path(r, &r->p->queue.api_key_file, n);
}

static enum err read_key_env(struct profile_reader *r, const struct yaml_node *n)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789_";
    struct profile_queue *q = &r->p->queue;
    enum err e = profile_read_copy(r, &q->api_key_env, n);

    if (e != OK)
        return e;
    /* a key that was put here by mistake is not repeated */
    if (strspn(q->api_key_env, allowed) != strlen(q->api_key_env) ||
        (q->api_key_env[0] >= '0' && q->api_key_env[0] <= '9') || strlen(q->api_key_env) > 64)
        return yaml_error(r->d, ERR_FORMAT, r->y, n,
                          "expected the name of an environment variable, not the key itself");
    /* a profile must not pick another program's secret and send it to its service */
    if (strncmp(q->api_key_env, "SAFE_API_KEY", 12) != 0 &&
        strncmp(q->api_key_env, "COUNTERSIGN_API_KEY", 19) != 0)
        return yaml_error(r->d, ERR_FORMAT, r->y, n,
                          "expected a name that begins with SAFE_API_KEY or COUNTERSIGN_API_KEY");
    if (q->api_key_file != NULL)
        return yaml_error(r->d, ERR_FORMAT, r->y, n,
                          "the key is in a file or in a variable, not both");
    return OK;
}

static enum err read_plain_http(struct profile_reader *r, const struct yaml_node *n)
{
    return yaml_read_bool(r->d, &r->p->queue.allow_plain_http, r->y, n);
}

/* "file:DIR" or a URL. */
static enum err read_short_queue(struct profile_reader *r, const struct yaml_node *n)
{
    struct yaml_node rest = *n;

    if (strncmp(n->text, "file:", 5) != 0)
        return read_service(r, n);
    rest.text += 5;
    return read_directory(r, &rest);
}

enum err profile_read_queue(struct profile_reader *r, const struct yaml_node *n)
{
    static const struct profile_key keys[] = {
        { "directory", false, read_directory },   { "service", false, read_service },
        { "api-key-file", false, read_key_file }, { "api-key-env", false, read_key_env },
        { "plain-http", false, read_plain_http }, { NULL, false, NULL },
    };
    const struct profile_queue *q = &r->p->queue;
    enum err e = ERR_INTERNAL;

    if (n->type == YAML_SCALAR && !n->is_null)
        return read_short_queue(r, n);
    if ((e = profile_read_keys(r, n, keys, "'queue'")) != OK)
        return e;
    if (q->kind == QUEUE_NONE)
        return yaml_error(r->d, ERR_FORMAT, r->y, n, "'directory' or 'service' is missing");
    if (q->kind == QUEUE_DIRECTORY &&
        (q->api_key_file != NULL || q->api_key_env != NULL || q->allow_plain_http))
        return yaml_error(r->d, ERR_FORMAT, r->y, n, "only a service takes keys and plain-http");
    return OK;
}

/* --- policy -------------------------------------------------------------------------------- */

static bool is_action(const char *name)
{
    const struct contract_function *f = NULL;

    if (strcmp(name, "call") == 0)
        return true;
    for (size_t i = 0; (f = contract_at(i)) != NULL; i++) {
        if (f->action != NULL && strcmp(f->action, name) == 0)
            return true;
    }
    return false;
}

static enum err read_actions(struct profile_reader *r, const struct yaml_node *n)
{
    return profile_read_texts(r, &r->p->policy.actions, &r->p->policy.num_actions, n, MAX_ACTIONS,
                              is_action, "an action of 'countersign propose'");
}

/* Words that each stand for a bit. */
struct bit_words {
    const char *(*name)(unsigned bit);
    unsigned num;
    const char *what;
};

static enum err unknown_word(struct profile_reader *r, const struct yaml_node *n,
                             const struct bit_words *words)
{
    struct buf list;

    buf_init(&list, 512);
    for (unsigned i = 0; i < words->num; i++)
        buf_addf(&list, "%s%s", i > 0 ? ", " : "", words->name(1U << i));
    diag_hint(r->d, "known: %s", buf_str(&list));
    buf_clear(&list);
    return yaml_error(r->d, ERR_FORMAT, r->y, n, "unknown kind of %s '%.64s'", words->what,
                      n->text);
}

static enum err read_words(struct profile_reader *r, unsigned *out, const struct yaml_node *n,
                           const struct bit_words *words)
{
    enum err e = yaml_check_sequence(r->d, r->y, n, words->num);

    for (size_t i = 0; e == OK && i < n->num_items; i++) {
        const char *text = NULL;
        unsigned bit = 1;

        if ((e = yaml_read_text(r->d, &text, r->y, n->items[i])) != OK)
            break;
        while (bit < 1U << words->num && strcmp(words->name(bit), text) != 0)
            bit <<= 1;
        if (bit == 1U << words->num)
            e = unknown_word(r, n->items[i], words);
        else
            *out |= bit;
    }
    return e;
}

static enum err read_allow_changes(struct profile_reader *r, const struct yaml_node *n)
{
    static const struct bit_words words = { privileged_change_name, NUM_PRIVILEGED_CHANGES,
                                            "change" };

    return read_words(r, &r->p->policy.allowed_changes, n, &words);
}

static enum err read_unproved(struct profile_reader *r, const struct yaml_node *n)
{
    static const struct bit_words words = { unproved_name, NUM_UNPROVED, "unproved value" };

    return read_words(r, &r->p->policy.unproved, n, &words);
}

static enum err read_expiry(struct profile_reader *r, const struct yaml_node *n)
{
    return yaml_read_duration(r->d, &r->p->policy.expiry_s, r->y, n);
}

static enum err read_min_delay(struct profile_reader *r, const struct yaml_node *n)
{
    return yaml_read_duration(r->d, &r->p->policy.min_delay_s, r->y, n);
}

static enum err read_max_delay(struct profile_reader *r, const struct yaml_node *n)
{
    return yaml_read_duration(r->d, &r->p->policy.max_delay_s, r->y, n);
}

static enum err read_allow_value(struct profile_reader *r, const struct yaml_node *n)
{
    return yaml_read_bool(r->d, &r->p->policy.allow_value, r->y, n);
}

static enum err read_allow_override_salt(struct profile_reader *r, const struct yaml_node *n)
{
    return yaml_read_bool(r->d, &r->p->policy.allow_override_salt, r->y, n);
}

static enum err read_unattended_delegates(struct profile_reader *r, const struct yaml_node *n)
{
    return yaml_read_bool(r->d, &r->p->policy.unattended_delegates, r->y, n);
}

static enum err read_require_git(struct profile_reader *r, const struct yaml_node *n)
{
    return yaml_read_bool(r->d, &r->p->policy.require_git, r->y, n);
}

static enum err read_max_commit_age(struct profile_reader *r, const struct yaml_node *n)
{
    enum err e = yaml_read_duration(r->d, &r->p->policy.max_commit_age_s, r->y, n);

    if (e == OK && r->p->policy.max_commit_age_s == 0)
        e = yaml_error(r->d, ERR_FORMAT, r->y, n, "expected a time over zero");
    return e;
}

/* The form of a check id; which ids there are is known to verify only. */
static bool is_check_id(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    size_t group_len = strspn(text, letters);
    const char *rest = text + group_len;

    return group_len > 0 && rest[0] == '.' && rest[1] != '\0' && strlen(text) <= 64 &&
           strspn(rest + 1, letters) == strlen(rest + 1);
}

static enum err read_require(struct profile_reader *r, const struct yaml_node *n)
{
    return profile_read_texts(r, &r->p->policy.require, &r->p->policy.num_require, n,
                              LIMIT_PROFILE_ITEMS, is_check_id, "a check such as chain.owners");
}

static bool is_sha256(const char *text)
{
    return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static enum err read_scripts(struct profile_reader *r, const struct yaml_node *n)
{
    return profile_read_texts(r, &r->p->policy.scripts, &r->p->policy.num_scripts, n,
                              LIMIT_PROFILE_ITEMS, is_sha256,
                              "SHA-256 of a script, 64 lower-case hex digits");
}

static enum err read_compose_allow(struct profile_reader *r, const struct yaml_node *n)
{
    return profile_read_texts(r, &r->p->policy.compose_allow, &r->p->policy.num_compose_allow, n,
                              LIMIT_PROFILE_ALLOWED, compose_allow_is,
                              "what a release may do, such as privileged:SERVICE or public_logs");
}

static enum err read_allowed_envs(struct profile_reader *r, const struct yaml_node *n)
{
    return profile_read_texts(r, &r->p->policy.allowed_envs, &r->p->policy.num_allowed_envs, n,
                              LIMIT_PROFILE_ALLOWED, compose_is_env_name,
                              "the whole name of an environment variable");
}

enum err profile_read_policy(struct profile_reader *r, const struct yaml_node *n)
{
    static const struct profile_key keys[] = {
        { "actions", false, read_actions },
        { "allow-changes", false, read_allow_changes },
        { "unproved", false, read_unproved },
        { "expiry", false, read_expiry },
        { "min-delay", false, read_min_delay },
        { "max-delay", false, read_max_delay },
        { "allow-value", false, read_allow_value },
        { "allow-salt-override", false, read_allow_override_salt },
        { "unattended-delegates", false, read_unattended_delegates },
        { "require-git", false, read_require_git },
        { "max-commit-age", false, read_max_commit_age },
        { "scripts", false, read_scripts },
        { "compose-allow", false, read_compose_allow },
        { "allowed-envs", false, read_allowed_envs },
        { "require", false, read_require },
        { NULL, false, NULL },
    };

    return profile_read_keys(r, n, keys, "'policy'");
}
