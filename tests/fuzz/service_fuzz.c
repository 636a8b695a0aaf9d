// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "safe/queue_internal.h"
#include "src/base/hex.h"

/* A transaction of the service that is taken over has the hash it claims, and at most the one
 * signature of the profile's one owner. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char where[] = "0xf71902b32c9854db8d6f70afa6dcf685f7df8d79";
    static const char who[] = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
    struct address owner;
    struct profile p = { .owners = &owner, .num_owners = 1 };
    struct queue q = { .kind = QUEUE_SERVICE, .profile = &p };
    struct diag d = { 0 };
    struct json *j = NULL;
    struct queue_entry e = { 0 };
    struct safe_hashes h;

    p.safe.chain_id = (struct u256){ { [30] = 0x21, [31] = 0x05 } };
    if (!hex_decode_0x(owner.b, 20, who) || !hex_decode_0x(p.safe.safe.b, 20, where) ||
        safe_version_parse(&d, &p.safe, "1.4.1") != OK)
        abort();
    if (json_parse(&d, &j, data, size, "answer") == OK &&
        queue_service_parse_transaction(&d, &q, &e, j) == OK &&
        (safe_tx_hash(&d, &h, &e.proposal.tx, &p.safe) != OK || e.proposal.num_signatures > 1 ||
         !hash32_eq(&h.safe_tx, &e.proposal.claimed.safe_tx)))
        abort();
    queue_entry_clear(&e);
    json_free(j);
    queue_forget_warnings(&q);
    return 0;
}
