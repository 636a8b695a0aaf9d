// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "safe/proposal.h"
#include "safe/safe_tx_json.h"
#include "src/base/digest.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/u256.h"

#define FORMAT "countersign/proposal/1"

static const char *const proposal_keys[] = {
    "format",     "step",      "created",   "actions",  "safeTx",     "domainHash", "messageHash",
    "safeTxHash", "operation", "scheduled", "evidence", "signatures", NULL,
};
static const char *const action_keys[] = { "action", "contract", NULL };
static const char *const operation_keys[] = { "timelock", "batch", "calls", "predecessor",
                                              "salt",     "delay", "id",    NULL };
static const char *const call_keys[] = { "to", "value", "data", NULL };
static const char *const evidence_keys[] = { "manifest", "files", NULL };
static const char *const signature_keys[] = { "signer", "kind", "signature", NULL };

/* --- reading -------------------------------------------------------------------------------- */

static enum err read_head(struct diag *d, struct proposal *p, const struct json *j)
{
    enum err e = ERR_INTERNAL;
    const char *format = NULL;
    const char *step = NULL;

    if ((e = json_read_string(d, &format, j, "format")) != OK) {
        diag_hint(d, "a proposal is a file of 'propose' or 'fetch'; 'hash', 'decode' and 'verify' "
                     "read other forms, too");
        return e;
    }
    if (strcmp(format, FORMAT) != 0)
        return diag_set(d, ERR_UNSUPPORTED, "'format': expected '" FORMAT "', found '%.64s'",
                        format);
    if ((e = json_only_keys(d, j, proposal_keys)) != OK ||
        (e = json_read_string(d, &step, j, "step")) != OK)
        return e;
    p->step = step_parse(step);
    if (p->step == STEP_NONE)
        return diag_set(d, ERR_FORMAT, "'step': unknown step '%.64s'", step);
    if ((e = json_read_u64(d, &p->created_s, j, "created")) != OK ||
        (e = json_read_hash(d, &p->claimed.domain, j, "domainHash")) != OK ||
        (e = json_read_hash(d, &p->claimed.message, j, "messageHash")) != OK ||
        (e = json_read_hash(d, &p->claimed.safe_tx, j, "safeTxHash")) != OK)
        return e;
    return OK;
}

enum err action_refs_from_json(struct diag *d, struct action_ref **actions, size_t *num_actions,
                               const struct json *list)
{
    enum err e = OK;

    for (size_t i = 0; e == OK && i < json_len(list); i++) {
        const struct json *j = json_at(list, i);
        const char *action = NULL;
        const char *contract = NULL;

        if ((e = json_only_keys(d, j, action_keys)) == OK &&
            (e = json_read_string(d, &action, j, "action")) == OK &&
            (e = json_read_string(d, &contract, j, "contract")) == OK)
            e = action_refs_add(d, actions, num_actions, action, contract);
        if (e != OK)
            return diag_prefix(d, "'actions[%zu]'", i);
    }
    return e;
}

static enum err read_actions(struct diag *d, struct proposal *p, const struct json *j)
{
    const struct json *list = NULL;
    enum err e = json_read_array(d, &list, j, "actions");

    return e != OK ? e : action_refs_from_json(d, &p->actions, &p->num_actions, list);
}

static enum err read_call(struct diag *d, struct operation *op, const struct json *j)
{
    enum err e = ERR_INTERNAL;
    struct call call = { .data = NULL };
    struct buf data;

    buf_init(&data, LIMIT_CALLDATA_BYTES);
    if ((e = json_only_keys(d, j, call_keys)) != OK ||
        (e = json_read_address(d, &call.to, j, "to")) != OK ||
        (e = json_read_u256(d, &call.value, j, "value")) != OK ||
        (e = json_read_bytes(d, &data, j, "data")) != OK)
        goto done;
    call.data = data.data;
    call.data_len = data.len;
    e = operation_add_call(d, op, &call); /* copies */
done:
    buf_clear(&data);
    return e;
}

static enum err read_calls(struct diag *d, struct operation *op, const struct json *j)
{
    const struct json *list = NULL;
    enum err e = json_read_array(d, &list, j, "calls");

    if (e != OK)
        return e;
    if (json_len(list) > LIMIT_CALLS)
        return diag_set(d, ERR_LIMIT, "'calls': more than %d calls", LIMIT_CALLS);
    if (json_len(list) != 1 && !op->batch)
        return diag_set(d, ERR_FORMAT, "'calls': expected one call (no batch), found %zu",
                        json_len(list));
    for (size_t i = 0; i < json_len(list); i++) {
        if (read_call(d, op, json_at(list, i)) != OK)
            return diag_prefix(d, "'calls[%zu]'", i);
    }
    return OK;
}

static enum err read_operation_object(struct diag *d, struct proposal *p, const struct json *j)
{
    enum err e = ERR_INTERNAL;

    if ((e = json_only_keys(d, j, operation_keys)) != OK ||
        (e = json_read_address(d, &p->timelock, j, "timelock")) != OK ||
        (e = json_read_bool(d, &p->operation.batch, j, "batch")) != OK ||
        (e = json_read_hash(d, &p->operation.predecessor, j, "predecessor")) != OK ||
        (e = json_read_hash(d, &p->operation.salt, j, "salt")) != OK ||
        (e = json_read_u256(d, &p->delay_s, j, "delay")) != OK ||
        (e = json_read_hash(d, &p->claimed_operation_id, j, "id")) != OK ||
        (e = read_calls(d, &p->operation, j)) != OK)
        return e;
    return OK;
}

/* A member that is an object or null, but is there. *out is NULL for null. */
static enum err read_nullable(struct diag *d, const struct json **out, const struct json *j,
                              const char *key)
{
    const struct json *member = json_get(j, key);

    *out = NULL;
    if (member != NULL && json_type(member) == JSON_NULL)
        return OK;
    return json_read_object(d, out, j, key);
}

static enum err read_operation(struct diag *d, struct proposal *p, const struct json *j)
{
    const struct json *object = NULL;
    enum err e = read_nullable(d, &object, j, "operation");

    if (e != OK)
        return e;
    p->has_operation = object != NULL;
    if (p->has_operation && (p->step == STEP_DIRECT || p->step == STEP_REJECT))
        return diag_set(d, ERR_FORMAT, "'operation': a %s step has none", step_name(p->step));
    if (!p->has_operation && (p->step == STEP_SCHEDULE || p->step == STEP_EXECUTE))
        return diag_set(d, ERR_FORMAT, "'operation': a %s step needs one", step_name(p->step));
    if (p->has_operation && read_operation_object(d, p, object) != OK)
        return diag_prefix(d, "'operation'");
    return OK;
}

static bool same_domain(const struct safe_domain *a, const struct safe_domain *b)
{
    return u256_eq(&a->chain_id, &b->chain_id) && address_eq(&a->safe, &b->safe) &&
           strcmp(a->version, b->version) == 0;
}

static enum err read_scheduled(struct diag *d, struct proposal *p, const struct json *j)
{
    const struct json *object = NULL;
    struct safe_domain domain;
    enum err e = read_nullable(d, &object, j, "scheduled");

    if (e != OK || object == NULL)
        return e;
    if (p->step != STEP_EXECUTE && p->step != STEP_CANCEL)
        return diag_set(d, ERR_FORMAT, "'scheduled': a %s step has none", step_name(p->step));
    if (safe_tx_read_flat(d, &domain, &p->scheduled, object) != OK)
        return diag_prefix(d, "'scheduled'");
    p->has_scheduled = true;
    if (!same_domain(&domain, &p->domain))
        return diag_set(d, ERR_FORMAT,
                        "'scheduled': chainId, safe or version differ from those of 'safeTx'");
    return OK;
}

static enum err read_file(struct diag *d, struct proposal *p, const char *name,
                          const struct json *value)
{
    const char *text = json_string(value);
    enum err e = ERR_INTERNAL;
    struct buf data;

    if (p->num_files > 0 && strcmp(p->files[p->num_files - 1].name, name) >= 0)
        return diag_set(d, ERR_FORMAT, "'evidence': '%.64s' is out of order", name);
    if (text == NULL)
        return diag_set(d, ERR_FORMAT, "'evidence': '%.64s' is no string", name);
    buf_init(&data, LIMIT_EVIDENCE_BYTES);
    if (base64_decode(d, &data, text, strlen(text)) != OK)
        e = diag_prefix(d, "'evidence': '%.64s'", name);
    else
        e = proposal_add_file(d, p, name, data.data, data.len);
    buf_clear(&data);
    return e;
}

static enum err read_evidence(struct diag *d, struct proposal *p, const struct json *j)
{
    enum err e = ERR_INTERNAL;
    const struct json *evidence = NULL;
    const struct json *files = NULL;
    const char *manifest = NULL;

    if ((e = json_read_object(d, &evidence, j, "evidence")) != OK)
        return e;
    if (json_only_keys(d, evidence, evidence_keys) != OK ||
        json_read_string(d, &manifest, evidence, "manifest") != OK ||
        json_read_object(d, &files, evidence, "files") != OK)
        return diag_prefix(d, "'evidence'");
    for (size_t i = 0; i < json_len(files); i++) {
        const char *name = NULL;
        const struct json *value = json_member(files, i, &name);

        if ((e = read_file(d, p, name, value)) != OK)
            return e;
    }
    /* Last: adding files forgets it. */
    p->claimed_manifest = strdup(manifest);
    return p->claimed_manifest != NULL ? OK : diag_set(d, ERR_NOMEM, "out of memory");
}

static enum err read_signature(struct diag *d, struct proposal *p, const struct json *j)
{
    enum err e = ERR_INTERNAL;
    struct address signer;
    const char *kind = NULL;
    struct buf data;

    buf_init(&data, LIMIT_SIGNATURE_BYTES);
    if ((e = json_only_keys(d, j, signature_keys)) != OK ||
        (e = json_read_address(d, &signer, j, "signer")) != OK ||
        (e = json_read_string(d, &kind, j, "kind")) != OK ||
        (e = json_read_bytes(d, &data, j, "signature")) != OK)
        goto done;
    if (p->num_signatures > 0 &&
        address_cmp(&p->signatures[p->num_signatures - 1].signer, &signer) >= 0)
        e = diag_set(d, ERR_FORMAT, "'signer': out of order or repeated");
    else
        e = proposal_add_signature(d, p, &signer, kind, data.data, data.len);
done:
    buf_clear(&data);
    return e;
}

static enum err read_signatures(struct diag *d, struct proposal *p, const struct json *j)
{
    const struct json *list = NULL;
    enum err e = json_read_array(d, &list, j, "signatures");

    for (size_t i = 0; e == OK && i < json_len(list); i++) {
        if (read_signature(d, p, json_at(list, i)) != OK)
            e = diag_prefix(d, "'signatures[%zu]'", i);
    }
    return e;
}

static enum err read_safe_tx(struct diag *d, struct proposal *p, const struct json *j)
{
    const struct json *object = NULL;
    enum err e = json_read_object(d, &object, j, "safeTx");

    if (e == OK && safe_tx_read_flat(d, &p->domain, &p->tx, object) != OK)
        e = diag_prefix(d, "'safeTx'");
    return e;
}

enum err proposal_parse(struct diag *d, struct proposal *out, const void *data, size_t data_len,
                        const char *what)
{
    enum err e = ERR_INTERNAL;
    struct proposal p = { 0 };
    struct json *j = NULL;

    *out = (struct proposal){ 0 };
    if (data_len > LIMIT_PROPOSAL_BYTES)
        return diag_set(d, ERR_LIMIT, "%s: over the limit of %d bytes", what, LIMIT_PROPOSAL_BYTES);
    if ((e = json_parse(d, &j, data, data_len, what)) != OK)
        return e;
    if ((e = read_head(d, &p, j)) == OK && (e = read_actions(d, &p, j)) == OK &&
        (e = read_safe_tx(d, &p, j)) == OK && (e = read_operation(d, &p, j)) == OK &&
        (e = read_scheduled(d, &p, j)) == OK && (e = read_evidence(d, &p, j)) == OK)
        e = read_signatures(d, &p, j);
    if (e == OK)
        e = sha256(d, &p.file_sha256, data, data_len);
    json_free(j);
    if (e != OK) {
        proposal_clear(&p);
        return diag_prefix(d, "%s", what);
    }
    *out = p; /* moved */
    return OK;
}

/* --- writing -------------------------------------------------------------------------------- */

struct json *action_refs_to_json(const struct action_ref *actions, size_t num_actions)
{
    struct json *list = json_new_array();

    for (size_t i = 0; i < num_actions; i++) {
        struct json *j = json_new_object();

        json_set_string(j, "action", actions[i].action);
        json_set_string(j, "contract", actions[i].contract);
        json_append(list, j);
    }
    return list;
}

static struct json *operation_to_json(const struct proposal *p)
{
    struct json *j = json_new_object();
    struct json *calls = json_new_array();

    for (size_t i = 0; i < p->operation.num_calls; i++) {
        const struct call *c = &p->operation.calls[i];
        struct json *call = json_new_object();

        json_set_address(call, "to", &c->to);
        json_set_u256(call, "value", &c->value);
        json_set_bytes(call, "data", c->data, c->data_len);
        json_append(calls, call);
    }
    json_set_address(j, "timelock", &p->timelock);
    json_set_bool(j, "batch", p->operation.batch);
    json_set(j, "calls", calls);
    json_set_hash(j, "predecessor", &p->operation.predecessor);
    json_set_hash(j, "salt", &p->operation.salt);
    json_set_u256(j, "delay", &p->delay_s);
    json_set_hash(j, "id", &p->claimed_operation_id);
    return j;
}

static enum err evidence_to_json(struct diag *d, struct json **out, const struct proposal *p)
{
    struct json *files = json_new_object();
    enum err e = OK;
    struct buf text;

    *out = json_new_object();
    buf_init(&text, MANIFEST_BYTES_MAX);
    if (p->claimed_manifest == NULL)
        e = proposal_manifest(d, &text, p);
    json_set_string(*out, "manifest",
                    p->claimed_manifest != NULL ? p->claimed_manifest : buf_str(&text));
    buf_clear(&text);
    for (size_t i = 0; e == OK && i < p->num_files; i++) {
        buf_init(&text, LIMIT_PROPOSAL_BYTES);
        buf_add_base64(&text, p->files[i].data, p->files[i].data_len);
        if ((e = buf_check(d, &text, "evidence")) == OK)
            json_set_string(files, p->files[i].name, buf_str(&text));
        buf_clear(&text);
    }
    json_set(*out, "files", files);
    return e;
}

static struct json *signatures_to_json(const struct proposal *p)
{
    struct json *list = json_new_array();

    for (size_t i = 0; i < p->num_signatures; i++) {
        const struct proposal_signature *s = &p->signatures[i];
        struct json *j = json_new_object();

        json_set_address(j, "signer", &s->signer);
        json_set_string(j, "kind", s->kind);
        json_set_bytes(j, "signature", s->data, s->data_len);
        json_append(list, j);
    }
    return list;
}

enum err proposal_write(struct diag *d, struct buf *out, const struct proposal *p)
{
    struct json *j = json_new_object();
    struct json *evidence = NULL;
    struct u256 created = u256_from_u64(p->created_s);
    enum err e = evidence_to_json(d, &evidence, p);

    json_set_string(j, "format", FORMAT);
    json_set_string(j, "step", step_name(p->step));
    json_set_u256(j, "created", &created);
    json_set(j, "actions", action_refs_to_json(p->actions, p->num_actions));
    json_set(j, "safeTx", safe_tx_to_json(&p->tx, &p->domain));
    json_set_hash(j, "domainHash", &p->claimed.domain);
    json_set_hash(j, "messageHash", &p->claimed.message);
    json_set_hash(j, "safeTxHash", &p->claimed.safe_tx);
    json_set(j, "operation", p->has_operation ? operation_to_json(p) : json_new_null());
    json_set(j, "scheduled",
             p->has_scheduled ? safe_tx_to_json(&p->scheduled, &p->domain) : json_new_null());
    json_set(j, "evidence", evidence); /* moved */
    json_set(j, "signatures", signatures_to_json(p));
    if (e == OK)
        e = json_write(d, out, j, JSON_PRETTY);
    json_free(j);
    return e;
}
