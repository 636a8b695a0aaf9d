// SPDX-License-Identifier: Apache-2.0
/* A profile that is accepted is sound: owners, threshold, no address twice; it shows as JSON. */
#include <stdlib.h>

#include "safe/profile.h"
#include "src/base/json.h"
#include "src/base/u256.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct profile *p)
{
    if (p->threshold < 1 || p->threshold > p->num_owners || u256_is_zero(&p->chain_id) ||
        p->safe.form == SAFE_FORM_NONE || address_is_zero(&p->safe.safe))
        abort();
    for (size_t i = 0; i < p->num_delegates; i++) {
        if (profile_is_owner(p, &p->delegates[i]))
            abort();
    }
    for (size_t i = 0; i < p->num_contracts; i++) {
        if (profile_contract_at(p, &p->contracts[i].address) != &p->contracts[i] ||
            (p->contracts[i].owner == OWNER_TIMELOCK && !p->has_timelock))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diag d = { 0 };
    struct profile *p = NULL;

    if (profile_parse(&d, &p, data, size, "fuzz", NULL) == OK) {
        struct json *j = profile_json(p);

        check(p);
        json_free(j);
    }
    profile_free(p);
    return 0;
}
