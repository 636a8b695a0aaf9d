// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "safe/queue.h"
#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/u256.h"
#include "tests/unit/queue_fixture.h"

#define SAFE  "0xF71902B32C9854DB8d6f70Afa6Dcf685F7df8d79"
#define OTHER "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720"
#define HASH  "0x2c5a34b92f23133c942e477b1bf8fd0309a728a9c787b43469575046228affa9"
#define LINK  "https://app.safe.global/transactions/tx?"

static const struct {
    const char *name, *text;
    enum err want;
} references[] = {
    { "empty", "", ERR_USAGE },
    { "word", "latest", ERR_USAGE },
    { "negative", "-1", ERR_USAGE },
    { "leading zero", "07", ERR_USAGE },
    { "short hash", "0x2c5a", ERR_FORMAT },
    { "long hash", HASH "0", ERR_FORMAT },
    { "hash without 0x", "2c5a34b92f23133c942e477b1bf8fd0309a728a9c787b43469575046228affa9",
      ERR_USAGE },
    { "link without parameters", LINK, ERR_FORMAT },
    { "link to another page", "https://app.safe.global/home?safe=base:" SAFE, ERR_FORMAT },
    { "link without id", LINK "safe=base:" SAFE, ERR_FORMAT },
    { "link without Safe", LINK "id=multisig_" SAFE "_" HASH, ERR_FORMAT },
    { "two ids", LINK "safe=base:" SAFE "&id=multisig_" SAFE "_" HASH "&id=multisig_" SAFE "_" HASH,
      ERR_FORMAT },
    { "other chain", LINK "safe=eth:" SAFE "&id=multisig_" SAFE "_" HASH, ERR_MISMATCH },
    { "unknown chain", LINK "safe=nowhere:" SAFE "&id=multisig_" SAFE "_" HASH, ERR_UNSUPPORTED },
    { "no chain", LINK "safe=" SAFE "&id=multisig_" SAFE "_" HASH, ERR_FORMAT },
    { "other Safe", LINK "safe=base:" OTHER "&id=multisig_" OTHER "_" HASH, ERR_MISMATCH },
    { "two Safes", LINK "safe=base:" SAFE "&id=multisig_" OTHER "_" HASH, ERR_MISMATCH },
    { "a module transaction", LINK "safe=base:" SAFE "&id=module_" SAFE "_" HASH, ERR_FORMAT },
    { "short hash in the link", LINK "safe=base:" SAFE "&id=multisig_" SAFE "_0x2c", ERR_FORMAT },
    { "plain http", "http://app.safe.global/transactions/tx?safe=base:" SAFE, ERR_USAGE },
    { "hash", HASH, OK },
    { "link", LINK "safe=base:" SAFE "&id=multisig_" SAFE "_" HASH, OK },
    { "link, other order", LINK "id=multisig_" SAFE "_" HASH "&x=y&safe=base:" SAFE, OK },
    { "link, encoded", LINK "safe=base%3A" SAFE "&id=multisig_" SAFE "_" HASH, OK },
};

Test(queue_reference, hashes_and_links)
{
    struct queue_fixture f;

    queue_fixture_load(&f);
    for (size_t i = 0; i < sizeof(references) / sizeof(references[0]); i++) {
        struct queue_reference ref;
        struct diag d = { 0 };
        enum err e = queue_parse_reference(&d, &ref, references[i].text, &f.profile);

        cr_expect_eq(e, references[i].want, "%s: got %d (%s)", references[i].name, (int)e, d.msg);
        if (e == OK) {
            cr_expect_not(ref.is_nonce, "%s", references[i].name);
            cr_expect_str_eq(hash32_format(&ref.hash).s, HASH, "%s", references[i].name);
        } else {
            cr_expect(hash32_is_zero(&ref.hash), "%s", references[i].name);
        }
    }
    queue_fixture_free(&f);
}

Test(queue_reference, nonces)
{
    struct queue_fixture f;
    struct queue_reference ref;
    struct diag d = { 0 };

    queue_fixture_load(&f);
    cr_assert_eq(queue_parse_reference(&d, &ref, "42", &f.profile), OK);
    cr_expect(ref.is_nonce);
    cr_expect_str_eq(u256_format(&ref.nonce).s, "42");
    queue_fixture_free(&f);
}

Test(queue_merge, takes_valid_signatures_of_the_same_transaction_alone)
{
    struct queue_fixture f;
    const struct json *row = NULL;
    struct proposal into, from, other;
    struct diag d = { 0 };
    size_t added = 9;

    queue_fixture_load(&f);
    row = queue_fixture_row(&f, "schedule");
    queue_fixture_proposal(&into, &f, row);
    queue_fixture_proposal(&from, &f, row);
    queue_fixture_proposal(&other, &f, queue_fixture_row(&f, "reject"));
    cr_expect_eq(queue_merge_signatures(&d, &into, &other, &added), ERR_MISMATCH);
    cr_expect_eq(added, 0);

    queue_fixture_sign(&into, row, 0, "eoa");
    queue_fixture_sign(&into, row, 1, "eoa");
    into.signatures[0].data[10] ^= 1; /* owner 1, who sorts first: broken here, right there */
    queue_fixture_sign(&from, row, 0, "ethSign");
    queue_fixture_sign(&from, row, 1, "ethSign");
    queue_fixture_sign(&from, row, 2, "eoa");
    queue_fixture_sign(&from, queue_fixture_row(&f, "reject"), 3, "eoa"); /* over another hash */
    cr_assert_eq(queue_merge_signatures(&d, &into, &from, &added), OK, "%s", d.msg);
    cr_expect_eq(added, 2);
    cr_assert_eq(into.num_signatures, 3);
    for (size_t i = 0; i < 3; i++) {
        bool is_owner_0 = address_eq(&into.signatures[i].signer, &f.owners[0]);
        bool is_owner_2 = address_eq(&into.signatures[i].signer, &f.owners[2]);

        cr_expect_str_eq(into.signatures[i].kind, is_owner_0 || is_owner_2 ? "EOA" : "ETH_SIGN");
    }
    proposal_clear(&into);
    proposal_clear(&from);
    proposal_clear(&other);
    queue_fixture_free(&f);
}

/* v = 1: an approval by whoever stands in r; a claim that anyone can write. */
static void approve(struct proposal *p, const struct address *owner)
{
    uint8_t sig[65] = { [64] = 1 };

    memcpy(sig + 12, owner->b, 20);
    cr_assert_eq(
        proposal_add_signature(&(struct diag){ 0 }, p, owner, "APPROVED_HASH", sig, sizeof(sig)),
        OK);
}

Test(queue_merge, an_approval_does_not_take_the_place_of_a_signature)
{
    struct queue_fixture f;
    const struct json *row = NULL;
    struct proposal into, from;
    struct diag d = { 0 };
    size_t added = 0;

    queue_fixture_load(&f);
    row = queue_fixture_row(&f, "schedule");
    queue_fixture_proposal(&into, &f, row);
    queue_fixture_proposal(&from, &f, row);
    approve(&into, &f.owners[0]);
    queue_fixture_sign(&from, row, 0, "eoa");
    queue_fixture_sign(&into, row, 1, "eoa");
    approve(&from, &f.owners[1]);
    approve(&from, &f.owners[2]);
    cr_assert_eq(queue_merge_signatures(&d, &into, &from, &added), OK, "%s", d.msg);
    cr_expect_eq(added, 2);
    cr_assert_eq(into.num_signatures, 3);
    for (size_t i = 0; i < 3; i++)
        cr_expect_str_eq(into.signatures[i].kind,
                         address_eq(&into.signatures[i].signer, &f.owners[2]) ? "APPROVED_HASH"
                                                                              : "EOA");
    proposal_clear(&into);
    proposal_clear(&from);
    queue_fixture_free(&f);
}

/* Recorded with npm @safe-global/api-kit 5.0.3, chain 31337. */
static const struct {
    uint64_t totp;
    const char *digest;
} delegations[] = {
    { 482000, "0xd927f823a5a0a88a73282fe6579147c005e516912a88ca17e7f4cd38fac434e1" },
    { 494208, "0xccc8b3e4f9267461e9d9d024eb920deb2a9f9e580277115a5712d29478c29c43" },
};

static void delegate_digest(struct hash32 *out, const struct u256 *chain_id,
                            const struct address *delegate, uint64_t now_s)
{
    struct typed_data typed;

    queue_delegate_typed_data(&typed, chain_id, delegate, now_s);
    typed_data_digest(out, &typed);
}

Test(queue_delegate, digests_are_those_of_the_real_client)
{
    struct u256 chain_id = u256_from_u64(31337);
    struct address delegate;
    struct diag d = { 0 };

    cr_assert_eq(address_parse(&d, &delegate, "0x90F79bf6EB2c4f870365E785982E1f101E93b906"), OK);
    for (size_t i = 0; i < sizeof(delegations) / sizeof(delegations[0]); i++) {
        struct hash32 first, last, next;

        delegate_digest(&first, &chain_id, &delegate, delegations[i].totp * 3600);
        delegate_digest(&last, &chain_id, &delegate, delegations[i].totp * 3600 + 3599);
        delegate_digest(&next, &chain_id, &delegate, delegations[i].totp * 3600 + 3600);
        cr_expect_str_eq(hash32_format(&first).s, delegations[i].digest);
        cr_expect(hash32_eq(&first, &last));
        cr_expect_not(hash32_eq(&first, &next));
    }
}
