// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_DEPLOYMENTS_H
#define SAFE_DEPLOYMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/err.h"
#include "src/base/types.h"

/*
 * Where Safe's own contracts are, and the hash of their runtime code. An address in this table is
 * what Safe published; that the code is there, on a given chain, only a read of that chain tells.
 * Source: npm @safe-global/safe-deployments 1.37.63; see fixtures/deployments/PROVENANCE.md.
 */

struct deployment {
    const char *version;  /* "1.4.1" */
    const char *contract; /* "Safe", "SafeL2", "GnosisSafe", "MultiSendCallOnly", … */
    const char *kind;     /* "canonical", "eip155", "zksync" (other bytecode) */
    struct address address;
    struct hash32 code_hash;
};

/* NULL if no published contract has that address. */
const struct deployment *deployment_find(const struct address *a);
/* Of that version (no suffix) and contract name; i counts through the kinds; NULL at the end. */
const struct deployment *deployment_by_name(const char *version, const char *contract, size_t i);
/* Row i of the whole table, NULL behind the end. */
const struct deployment *deployment_at(size_t i);

/* Safe, SafeL2, GnosisSafe, GnosisSafeL2. */
bool deployment_is_singleton(const struct deployment *dep);
/* Contracts that a Safe may reach by DELEGATECALL without giving itself away: MultiSendCallOnly,
 * SignMessageLib, and the migration contracts. Plain MultiSend is not one of them. */
bool deployment_is_delegatecall_safe(const struct deployment *dep);

/* Runtime code hash of the proxies of 1.3.0, 1.4.1 and 1.5.0: the version, or NULL. */
const char *deployment_proxy_version(const struct hash32 *code_hash);

/*
 * Names of a chain: the slug in the URL of its Safe Transaction Service ("pol", NULL without a
 * service) and its EIP-3770 short name ("matic"); NULL if unknown. The two differ for a dozen
 * chains. Source: npm @safe-global/api-kit 5.0.3 and @safe-global/protocol-kit 8.0.7.
 */
const char *chain_slug(const struct u256 *chain_id);
const char *chain_short_name(const struct u256 *chain_id);
/* By either name, case-sensitive (no name stands for two chains); false, and 0, if unknown. */
MUST_CHECK bool chain_id_by_short_name(struct u256 *out, const char *short_name);

#endif
