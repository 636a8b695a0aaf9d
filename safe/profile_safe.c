// SPDX-License-Identifier: Apache-2.0
#include "safe/profile_parse.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/limits.h"
#include "src/base/u256.h"
#include "src/base/yaml_read.h"

/* --- chain --------------------------------------------------------------------------------- */

static enum err read_chain_id(struct profile_reader *r, const struct yaml_node *n)
{
    enum err e = yaml_read_u256(r->d, &r->p->chain_id, r->y, n);

    if (e == OK && u256_is_zero(&r->p->chain_id))
        e = yaml_error(r->d, ERR_FORMAT, r->y, n, "0 is no chain id");
    return e;
}

static enum err read_rpc(struct profile_reader *r, const struct yaml_node *n)
{
    return profile_read_texts(r, &r->p->rpc_urls, &r->p->num_rpc_urls, n, LIMIT_RPC_URLS,
                              profile_is_url, "a URL that begins with https:// (or http://)");
}

static enum err read_rpc_plain_http(struct profile_reader *r, const struct yaml_node *n)
{
    return yaml_read_bool(r->d, &r->p->rpc_allow_plain_http, r->y, n);
}

static enum err read_endpoints(struct profile_reader *r, const struct yaml_node *n)
{
    uint64_t *out = &r->p->min_endpoints;
    enum err e = yaml_read_u64(r->d, out, r->y, n);

    if (e == OK && (*out < 1 || *out > LIMIT_RPC_URLS))
        e = yaml_error(r->d, ERR_FORMAT, r->y, n, "expected a number from 1 to %d, found %llu",
                       LIMIT_RPC_URLS, (unsigned long long)*out);
    return e;
}

enum err profile_read_chain(struct profile_reader *r, const struct yaml_node *n)
{
    static const struct profile_key keys[] = {
        { "id", true, read_chain_id },
        { "rpc", false, read_rpc },
        { "rpc-plain-http", false, read_rpc_plain_http },
        { "endpoints", false, read_endpoints },
        { NULL, false, NULL },
    };

    r->p->min_endpoints = 1;
    return profile_read_keys(r, n, keys, "'chain'");
}

/* --- safe ---------------------------------------------------------------------------------- */

static enum err read_safe_address(struct profile_reader *r, const struct yaml_node *n)
{
    return yaml_read_address(r->d, &r->p->safe.safe, r->y, n);
}

static enum err read_safe_version(struct profile_reader *r, const struct yaml_node *n)
{
    struct diag inner = { 0 };
    const char *text = NULL;
    enum err e = yaml_read_text(r->d, &text, r->y, n);

    if (e == OK && safe_version_parse(&inner, &r->p->safe, text) != OK)
        e = yaml_error_from(r->d, r->y, n, &inner);
    return e;
}

static enum err read_addresses(struct profile_reader *r, struct address **out, size_t *num_out,
                               const struct yaml_node *n, size_t max)
{
    enum err e = yaml_check_sequence(r->d, r->y, n, max);

    if (e != OK)
        return e;
    if ((*out = calloc(n->num_items + 1, sizeof(**out))) == NULL)
        return diag_set(r->d, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < n->num_items; i++) {
        struct address *a = &(*out)[i];

        if ((e = yaml_read_address(r->d, a, r->y, n->items[i])) != OK)
            return e;
        for (size_t j = 0; j < i; j++) {
            if (address_eq(a, &(*out)[j]))
                return yaml_error(r->d, ERR_FORMAT, r->y, n->items[i],
                                  "the address is in the list already");
        }
        (*num_out)++;
    }
    return OK;
}

static enum err read_owners(struct profile_reader *r, const struct yaml_node *n)
{
    enum err e = read_addresses(r, &r->p->owners, &r->p->num_owners, n, LIMIT_OWNERS);

    if (e == OK && r->p->num_owners == 0)
        e = yaml_error(r->d, ERR_FORMAT, r->y, n, "a Safe has at least one owner");
    return e;
}

static enum err read_threshold(struct profile_reader *r, const struct yaml_node *n)
{
    return yaml_read_u64(r->d, &r->p->threshold, r->y, n);
}

static enum err read_delegates(struct profile_reader *r, const struct yaml_node *n)
{
    return read_addresses(r, &r->p->delegates, &r->p->num_delegates, n, LIMIT_PROFILE_ITEMS);
}

static enum err read_modules(struct profile_reader *r, const struct yaml_node *n)
{
    return read_addresses(r, &r->p->modules, &r->p->num_modules, n, LIMIT_MODULES);
}

static bool is_word(const struct yaml_node *n, const char *word)
{
    return n->type == YAML_SCALAR && strcmp(n->text, word) == 0;
}

static enum err read_guard(struct profile_reader *r, const struct yaml_node *n)
{
    return is_word(n, "none") ? OK : yaml_read_address(r->d, &r->p->guard, r->y, n);
}

static enum err read_fallback_handler(struct profile_reader *r, const struct yaml_node *n)
{
    if (is_word(n, "published"))
        return OK;
    r->p->has_fallback_handler = true;
    return is_word(n, "none") ? OK : yaml_read_address(r->d, &r->p->fallback_handler, r->y, n);
}

enum err profile_read_safe(struct profile_reader *r, const struct yaml_node *n)
{
    static const struct profile_key keys[] = {
        { "address", true, read_safe_address },
        { "version", true, read_safe_version },
        { "owners", true, read_owners },
        { "threshold", true, read_threshold },
        { "delegates", false, read_delegates },
        { "modules", false, read_modules },
        { "guard", false, read_guard },
        { "fallback-handler", false, read_fallback_handler },
        { NULL, false, NULL },
    };

    r->p->safe.chain_id = r->p->chain_id;
    return profile_read_keys(r, n, keys, "'safe'");
}

/* --- timelock ------------------------------------------------------------------------------ */

static enum err read_timelock_address(struct profile_reader *r, const struct yaml_node *n)
{
    return yaml_read_address(r->d, &r->p->timelock, r->y, n);
}

static enum err read_timelock_release(struct profile_reader *r, const struct yaml_node *n)
{
    return profile_read_release(r, &r->p->timelock_release, n, CONTRACT_TIMELOCK);
}

static enum err read_timelock_delay(struct profile_reader *r, const struct yaml_node *n)
{
    return yaml_read_duration(r->d, &r->p->timelock_delay_s, r->y, n);
}

enum err profile_read_timelock(struct profile_reader *r, const struct yaml_node *n)
{
    static const struct profile_key keys[] = {
        { "address", true, read_timelock_address },
        { "release", false, read_timelock_release },
        { "delay", true, read_timelock_delay },
        { NULL, false, NULL },
    };

    r->p->has_timelock = true;
    return profile_read_keys(r, n, keys, "'timelock'");
}
