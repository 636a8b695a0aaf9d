// SPDX-License-Identifier: Apache-2.0
#include "safe/profile_parse.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/limits.h"
#include "src/base/yaml_read.h"

static enum err read_type(struct profile_reader *r, const struct yaml_node *n)
{
    const char *text = NULL;
    enum err e = yaml_read_text(r->d, &text, r->y, n);

    if (e != OK)
        return e;
    r->contract->kind = contract_kind_parse(text);
    switch (r->contract->kind) {
    case CONTRACT_DSTACK_KMS:
    case CONTRACT_DSTACK_APP:
    case CONTRACT_OTHER:
        return OK;
    default:
        return yaml_error(
            r->d, ERR_FORMAT, r->y, n, "expected the type %s, %s or %s, found '%.64s'",
            contract_kind_name(CONTRACT_DSTACK_KMS), contract_kind_name(CONTRACT_DSTACK_APP),
            contract_kind_name(CONTRACT_OTHER), text);
    }
}

static enum err read_contract_address(struct profile_reader *r, const struct yaml_node *n)
{
    return yaml_read_address(r->d, &r->contract->address, r->y, n);
}

static enum err read_contract_release(struct profile_reader *r, const struct yaml_node *n)
{
    return profile_read_release(r, &r->contract->release, n, r->contract->kind);
}

static enum err read_owner(struct profile_reader *r, const struct yaml_node *n)
{
    const char *text = NULL;
    enum err e = yaml_read_text(r->d, &text, r->y, n);

    if (e != OK)
        return e;
    if (strcmp(text, "timelock") == 0 && !r->p->has_timelock)
        return yaml_error(r->d, ERR_FORMAT, r->y, n, "there is no 'timelock' section");
    if (strcmp(text, "timelock") != 0 && strcmp(text, "safe") != 0)
        return yaml_error(r->d, ERR_FORMAT, r->y, n, "expected safe or timelock, found '%.64s'",
                          text);
    r->contract->owner = text[0] == 't' ? OWNER_TIMELOCK : OWNER_SAFE;
    return OK;
}

static enum err load_abi(struct profile_reader *r, const struct yaml_node *n)
{
    struct diag inner = { 0 };
    struct buf text;
    enum err e = ERR_INTERNAL;

    buf_init(&text, LIMIT_ABI_FILE_BYTES);
    e = profile_read_file(r, &inner, &text, r->contract->abi_path, n);
    if (e == OK)
        e = user_abi_parse(&inner, &r->contract->abi, text.data, text.len, r->contract->abi_path);
    buf_clear(&text);
    return e == OK ? OK : yaml_error_from(r->d, r->y, n, &inner);
}

static enum err read_abi(struct profile_reader *r, const struct yaml_node *n)
{
    enum err e = profile_read_path(r, &r->contract->abi_path, n);

    if (e != OK)
        return e;
    if (r->contract->kind != CONTRACT_OTHER)
        return yaml_error(r->d, ERR_FORMAT, r->y, n,
                          "only the type %s takes an ABI: that of %s is "
                          "known",
                          contract_kind_name(CONTRACT_OTHER),
                          contract_kind_name(r->contract->kind));
    return r->dir != NULL ? load_abi(r, n) : OK;
}

static enum err read_code_address(struct profile_reader *r, const struct yaml_node *n)
{
    return yaml_read_address(r->d, &r->code->address, r->y, n);
}

static enum err read_code_hash(struct profile_reader *r, const struct yaml_node *n)
{
    return profile_read_hash(r, &r->code->code_hash, n);
}

static enum err read_code(struct profile_reader *r, struct profile_code *out,
                          const struct yaml_node *n)
{
    static const struct profile_key keys[] = {
        { "address", true, read_code_address },
        { "code-hash", true, read_code_hash },
        { NULL, false, NULL },
    };

    r->code = out;
    out->given = true;
    return profile_read_keys(r, n, keys, "an implementation");
}

static enum err read_implementation(struct profile_reader *r, const struct yaml_node *n)
{
    return read_code(r, &r->contract->implementation, n);
}

static enum err read_app_implementation(struct profile_reader *r, const struct yaml_node *n)
{
    if (r->contract->kind != CONTRACT_DSTACK_KMS)
        return yaml_error(r->d, ERR_FORMAT, r->y, n, "only %s deploys apps",
                          contract_kind_name(CONTRACT_DSTACK_KMS));
    return read_code(r, &r->contract->app_implementation, n);
}

static enum err read_contract(struct profile_reader *r, const struct yaml_pair *pair)
{
    static const struct profile_key keys[] = {
        { "type", true, read_type },
        { "address", true, read_contract_address },
        { "release", false, read_contract_release },
        { "owner", false, read_owner },
        { "abi", false, read_abi },
        { "implementation", false, read_implementation },
        { "app-implementation", false, read_app_implementation },
        { NULL, false, NULL },
    };
    const char *name = pair->key->text;

    if (!profile_is_name(name) || strcmp(name, "safe") == 0 || strcmp(name, "timelock") == 0)
        return yaml_error(r->d, ERR_FORMAT, r->y, pair->key,
                          "expected a name of up to %d of a-z, 0-9 and - (not safe, not timelock), "
                          "found '%.64s'",
                          PROFILE_NAME_LEN, name);
    if ((r->contract->name = strdup(name)) == NULL)
        return diag_set(r->d, ERR_NOMEM, "out of memory");
    r->contract->owner = r->p->has_timelock ? OWNER_TIMELOCK : OWNER_SAFE;
    return profile_read_keys(r, pair->value, keys, "a contract");
}

enum err profile_read_contracts(struct profile_reader *r, const struct yaml_node *n)
{
    enum err e = yaml_check_mapping(r->d, r->y, n);

    if (e != OK)
        return e;
    if (n->num_pairs > LIMIT_PROFILE_ITEMS)
        return yaml_error(r->d, ERR_LIMIT, r->y, n, "over the limit of %d contracts",
                          LIMIT_PROFILE_ITEMS);
    if ((r->p->contracts = calloc(n->num_pairs + 1, sizeof(*r->p->contracts))) == NULL)
        return diag_set(r->d, ERR_NOMEM, "out of memory");
    for (size_t i = 0; e == OK && i < n->num_pairs; i++) {
        r->contract = &r->p->contracts[r->p->num_contracts++];
        e = read_contract(r, &n->pairs[i]);
    }
    return e;
}
