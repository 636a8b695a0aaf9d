// SPDX-License-Identifier: Apache-2.0
#include "safe/deployments.h"

#include <stdint.h>
#include <string.h>

#include "src/base/bytes.h"
#include "src/base/u256.h"

struct proxy_code {
    const char *version;
    struct hash32 code_hash;
};

struct chain_name {
    uint64_t chain_id;
    const char *short_name; /* EIP-3770 */
    const char *slug;       /* NULL if there is no service */
};

#include "safe/chains_table.inc"
#include "safe/deployments_table.inc"

#define LEN(table) (sizeof(table) / sizeof((table)[0]))

static const char *const singletons[] = { "GnosisSafe", "GnosisSafeL2", "Safe", "SafeL2" };
static const char *const delegatecall_safe[] = { "MultiSendCallOnly", "SafeMigration",
                                                 "SafeToL2Migration", "SignMessageLib" };

const struct deployment *deployment_find(const struct address *a)
{
    for (size_t i = 0; i < LEN(deployments); i++) {
        if (address_eq(&deployments[i].address, a))
            return &deployments[i];
    }
    return NULL;
}

const struct deployment *deployment_by_name(const char *version, const char *contract, size_t i)
{
    for (size_t row = 0; row < LEN(deployments); row++) {
        const struct deployment *dep = &deployments[row];

        if (strcmp(dep->version, version) == 0 && strcmp(dep->contract, contract) == 0 && i-- == 0)
            return dep;
    }
    return NULL;
}

const struct deployment *deployment_at(size_t i)
{
    return i < LEN(deployments) ? &deployments[i] : NULL;
}

static bool name_in(const char *const *names, size_t num_names, const char *name)
{
    for (size_t i = 0; i < num_names; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

bool deployment_is_singleton(const struct deployment *dep)
{
    return name_in(singletons, LEN(singletons), dep->contract);
}

bool deployment_is_delegatecall_safe(const struct deployment *dep)
{
    return name_in(delegatecall_safe, LEN(delegatecall_safe), dep->contract);
}

const char *deployment_proxy_version(const struct hash32 *code_hash)
{
    for (size_t i = 0; i < LEN(proxy_codes); i++) {
        if (hash32_eq(&proxy_codes[i].code_hash, code_hash))
            return proxy_codes[i].version;
    }
    return NULL;
}

static const struct chain_name *chain_find(const struct u256 *chain_id)
{
    uint64_t id = 0;

    if (!u256_to_u64(chain_id, &id))
        return NULL;
    for (size_t i = 0; i < LEN(chain_names); i++) {
        if (chain_names[i].chain_id == id)
            return &chain_names[i];
    }
    return NULL;
}

const char *chain_slug(const struct u256 *chain_id)
{
    const struct chain_name *c = chain_find(chain_id);

    return c != NULL ? c->slug : NULL;
}

const char *chain_short_name(const struct u256 *chain_id)
{
    const struct chain_name *c = chain_find(chain_id);

    return c != NULL ? c->short_name : NULL;
}

bool chain_id_by_short_name(struct u256 *out, const char *short_name)
{
    memset(out, 0, sizeof(*out));
    for (size_t i = 0; i < LEN(chain_names); i++) {
        const struct chain_name *c = &chain_names[i];

        if (strcmp(c->short_name, short_name) != 0 &&
            (c->slug == NULL || strcmp(c->slug, short_name) != 0))
            continue;
        *out = u256_from_u64(c->chain_id);
        return true;
    }
    return false;
}
