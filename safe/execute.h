// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_EXECUTE_H
#define SAFE_EXECUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "safe/chain.h"
#include "safe/proposal.h"
#include "safe/signature.h"
#include "src/base/eth_tx.h"

/*
 * From a signed proposal to a transaction on chain, and the proof that it did what it should.
 * Source: Safe 1.3.0 to 1.5.0, execTransaction().
 */

/*
 * Choose threshold signatures of owners and pack them. Parses and recovers each; delegates' and
 * strangers', and those that do not parse or are another's than they claim, are left out. sender
 * (may be NULL) is an account that sends the transaction: if it is an owner, it needs no
 * signature. Signatures that prove themselves are chosen before those that only name an owner
 * (approved hash, contract): the chain decides about these. ERR_MISMATCH "1 of 2 signatures" if
 * there are too few.
 */
MUST_CHECK enum err execute_pack_signatures(struct diag *d, struct buf *out,
                                            const struct proposal *p,
                                            const struct hash32 *safe_tx_hash,
                                            const struct address *owners, size_t num_owners,
                                            uint64_t threshold, const struct address *sender);

enum exec_outcome {
    EXEC_UNKNOWN = 0,
    EXEC_SUCCESS,  /* ExecutionSuccess with our hash, from our Safe */
    EXEC_FAILURE,  /* ExecutionFailure: the call failed and the nonce is gone */
    EXEC_REVERTED, /* receipt status 0 */
    EXEC_NO_EVENT, /* status 1, but no event with our hash */
};
/* Both event layouts: hash in the data (1.3.0) or in topics[1] (1.4.1 on). */
enum exec_outcome execute_outcome(const struct chain_receipt *r, const struct address *safe,
                                  const struct hash32 *safe_tx_hash);

/* getTransactionHash of the Safe on chain gives want; ERR_MISMATCH with both if not. */
MUST_CHECK enum err execute_check_hash(struct diag *d, struct chain *c, const struct address *safe,
                                       const struct safe_tx *tx, const struct hash32 *want);

/*
 * Make the approved-hash entries of p those that the chain has: entries that approvedHashes does
 * not confirm are dropped, owners who approved on chain and did not sign otherwise are added.
 */
MUST_CHECK enum err execute_read_approvals(struct diag *d, struct chain *c, struct proposal *p,
                                           const struct address *safe,
                                           const struct hash32 *safe_tx_hash,
                                           const struct address *owners, size_t num_owners);

/*
 * Try execTransaction (calldata) by eth_call from sender. OK only if it would succeed and the
 * inner call too; ERR_MISMATCH with the reason, for a hidden one (GS013) that of the inner call
 * made from the Safe.
 */
MUST_CHECK enum err execute_simulate(struct diag *d, struct chain *c, const struct address *sender,
                                     const struct address *safe, const struct safe_tx *tx,
                                     const uint8_t *calldata, size_t calldata_len);

/* Look back for the transaction that executed or burnt this SafeTx: EXEC_SUCCESS, EXEC_FAILURE, or
 * EXEC_NO_EVENT if the last max_blocks hold neither. */
MUST_CHECK enum err execute_find(struct diag *d, struct chain *c, enum exec_outcome *out,
                                 struct chain_log_place *place, const struct address *safe,
                                 const struct hash32 *safe_tx_hash, uint64_t max_blocks);

/* First topics of ExecutionSuccess and ExecutionFailure, and whether a log is one of them, by that
 * Safe, with that hash. */
extern const struct hash32 execute_topic_success, execute_topic_failure;
bool execute_log_is(const struct chain_log *log, const struct address *safe,
                    const struct hash32 *topic0, const struct hash32 *safe_tx_hash);

#endif
