// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "safe/proposal.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/u256.h"

static const char *const context_keys[] = {
    "actions", "chainId", "created", "gitCommit", "gitPath", "nonce", "safe", "timelock", NULL,
};

/* LIMIT_CALLS actions of two words each, and the rest. */
#define CONTEXT_BYTES_MAX (LIMIT_CALLS * 2 * (ACTION_WORD_MAX + 16) + 64 * 1024)

void proposal_context_clear(struct proposal_context *c)
{
    action_refs_clear(c->actions, c->num_actions);
    free(c->git_commit);
    free(c->git_path);
    *c = (struct proposal_context){ 0 };
}

static void set_optional(struct json *j, const char *key, const char *value)
{
    if (value != NULL)
        json_set_string(j, key, value);
    else
        json_set_null(j, key);
}

enum err proposal_context_write(struct diag *d, struct buf *out, const struct proposal_context *c)
{
    struct json *j = json_new_object();
    struct u256 created = u256_from_u64(c->created_s);
    enum err e = ERR_INTERNAL;

    json_set(j, "actions", action_refs_to_json(c->actions, c->num_actions));
    json_set_u256(j, "chainId", &c->chain_id);
    json_set_u256(j, "created", &created);
    set_optional(j, "gitCommit", c->git_commit);
    set_optional(j, "gitPath", c->git_path);
    json_set_u256(j, "nonce", &c->nonce);
    json_set_address(j, "safe", &c->safe);
    if (c->has_timelock)
        json_set_address(j, "timelock", &c->timelock);
    else
        json_set_null(j, "timelock");
    if ((e = json_write(d, out, j, JSON_SORTED)) == OK) {
        buf_add_u8(out, '\n');
        e = buf_check(d, out, EVIDENCE_CONTEXT);
    }
    json_free(j);
    return e;
}

/* A member that is a string or null, but is there. */
static enum err read_optional(struct diag *d, char **out, const struct json *j, const char *key)
{
    const struct json *member = json_get(j, key);
    const char *text = NULL;
    enum err e = ERR_INTERNAL;

    if (member != NULL && json_type(member) == JSON_NULL)
        return OK;
    if ((e = json_read_string(d, &text, j, key)) != OK)
        return e;
    *out = strdup(text);
    return *out != NULL ? OK : diag_set(d, ERR_NOMEM, "out of memory");
}

static enum err read_git(struct diag *d, struct proposal_context *c, const struct json *j)
{
    enum err e = ERR_INTERNAL;
    uint8_t id[32];
    size_t len = 0;

    if ((e = read_optional(d, &c->git_commit, j, "gitCommit")) != OK ||
        (e = read_optional(d, &c->git_path, j, "gitPath")) != OK)
        return e;
    if ((c->git_commit == NULL) != (c->git_path == NULL))
        return diag_set(d, ERR_FORMAT, "'gitCommit' and 'gitPath': one of the two is null");
    if (c->git_commit == NULL)
        return OK;
    len = strlen(c->git_commit);
    if ((len != 40 && len != 64) || !hex_decode(id, len / 2, c->git_commit, len))
        return diag_set(d, ERR_FORMAT, "'gitCommit': expected 40 or 64 hex digits, found '%.80s'",
                        c->git_commit);
    return OK;
}

static enum err read_timelock(struct diag *d, struct proposal_context *c, const struct json *j)
{
    const struct json *member = json_get(j, "timelock");

    if (member != NULL && json_type(member) == JSON_NULL)
        return OK;
    c->has_timelock = true;
    return json_read_address(d, &c->timelock, j, "timelock");
}

static enum err read_context(struct diag *d, struct proposal_context *c, const struct json *j)
{
    const struct json *actions = NULL;
    enum err e = ERR_INTERNAL;

    if ((e = json_only_keys(d, j, context_keys)) != OK ||
        (e = json_read_u256(d, &c->chain_id, j, "chainId")) != OK ||
        (e = json_read_address(d, &c->safe, j, "safe")) != OK ||
        (e = json_read_u256(d, &c->nonce, j, "nonce")) != OK ||
        (e = json_read_u64(d, &c->created_s, j, "created")) != OK ||
        (e = read_timelock(d, c, j)) != OK || (e = read_git(d, c, j)) != OK ||
        (e = json_read_array(d, &actions, j, "actions")) != OK)
        return e;
    return action_refs_from_json(d, &c->actions, &c->num_actions, actions);
}

/* The bytes are what c is written as: one content has one spelling, and so one manifest. */
static enum err check_canonical(struct diag *d, const struct proposal_context *c, const void *data,
                                size_t data_len)
{
    enum err e = ERR_INTERNAL;
    struct buf again;

    buf_init(&again, CONTEXT_BYTES_MAX);
    e = proposal_context_write(d, &again, c);
    if (e == OK && (again.len != data_len || memcmp(again.data, data, data_len) != 0))
        e = diag_set(d, ERR_FORMAT, "not in its canonical form (compact, sorted keys)");
    buf_clear(&again);
    return e;
}

enum err proposal_context_parse(struct diag *d, struct proposal_context *out, const void *data,
                                size_t data_len)
{
    enum err e = ERR_INTERNAL;
    struct proposal_context c = { 0 };
    struct json *j = NULL;

    *out = (struct proposal_context){ 0 };
    if (data_len > CONTEXT_BYTES_MAX)
        return diag_set(d, ERR_LIMIT, EVIDENCE_CONTEXT ": over the limit of %d bytes",
                        CONTEXT_BYTES_MAX);
    if ((e = json_parse(d, &j, data, data_len, EVIDENCE_CONTEXT)) != OK)
        return e;
    if ((e = read_context(d, &c, j)) == OK)
        e = check_canonical(d, &c, data, data_len);
    json_free(j);
    if (e != OK) {
        proposal_context_clear(&c);
        return diag_prefix(d, EVIDENCE_CONTEXT);
    }
    *out = c; /* moved */
    return OK;
}
