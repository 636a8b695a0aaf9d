// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/u256.h"
#include "tests/unit/queue_service_rig.h"
#include "tests/unit/twin.h"

static const char base_8453[] = "{\"version\":\"x\",\"chain_id\":8453,\"syncing\":false}";

/* --- submitting ---------------------------------------------------------------------------- */

Test(queue_submit, proposes_confirms_and_reads_back)
{
    struct rig r;
    struct queue_receipt receipt;
    struct proposal p;
    struct diag d = { 0 };
    char *held = NULL;
    const char *at = NULL;

    rig_load(&r);
    held = rig_service_text(&r, "10");
    rig_make_proposal(&r, &p, "01");
    rig_serve(&r,
              (struct loopback_exchange[]){ { ABOUT, 200, NULL, base_8453 },
                                            { GET_TX, 404, NULL, "{\"detail\":\"x\"}" },
                                            { PROPOSE, 201, NULL, NULL },
                                            { CONFIRM, 201, NULL, "{\"signature\":\"0x\"}" },
                                            { GET_TX, 200, NULL, held } },
              5);
    cr_assert_eq(queue_submit(&d, r.q, &receipt, &p), OK, "%s", d.msg);
    rig_stop(&r);
    cr_expect_not(receipt.already_there);
    cr_expect_eq(receipt.signatures_sent, 2);
    cr_expect_eq(receipt.signatures_listed, 2);
    cr_expect_null(queue_warning(r.q, 0));
    at = text_after(r.log, PROPOSE);
    (void)text_after(at, "\"nonce\":\"7\"");
    (void)text_after(at, "\"operation\":0,\"safeTxGas\":\"0\"");
    (void)text_after(at, "\"sender\":\"" OWNER_1 "\",\"signature\":\"0x");
    (void)text_after(at, "\"origin\":\"{\\\"name\\\":\\\"countersign\\\",\\\"manifest\\\":\\\"0x");
    at = text_after(at, CONFIRM);
    (void)text_after(at, queue_fixture_signature(r.row, 0, "eoa"));
    proposal_clear(&p);
    free(held);
    rig_close(&r);
}

Test(queue_submit, submitting_again_sends_nothing)
{
    struct rig r;
    struct queue_receipt receipt;
    struct proposal p;
    struct diag d = { 0 };
    char *held = NULL;

    rig_load(&r);
    held = rig_service_text(&r, "01");
    rig_make_proposal(&r, &p, "01");
    rig_serve(&r,
              (struct loopback_exchange[]){ { ABOUT, 404, NULL, NULL },
                                            { GET_TX, 200, NULL, held },
                                            { GET_TX, 200, NULL, held } },
              3);
    cr_assert_eq(queue_submit(&d, r.q, &receipt, &p), OK, "%s", d.msg);
    rig_stop(&r);
    cr_expect(receipt.already_there);
    cr_expect_eq(receipt.signatures_sent, 0);
    cr_expect_eq(receipt.signatures_listed, 2);
    cr_expect_not_null(queue_warning(r.q, 0)); /* the chain was not told */
    cr_expect_null(strstr(r.log, "POST"));
    proposal_clear(&p);
    free(held);
    rig_close(&r);
}

/* Whoever saw a mailed signature can post its twin first. */
Test(queue_submit, a_strangers_twin_of_my_signature_is_my_signature)
{
    struct rig r;
    struct queue_receipt receipt;
    struct queue_entry entry;
    struct proposal p;
    struct diag d = { 0 };
    struct sig65 twin;
    char mine[2 * 65 + 3], other[2 * 65 + 3];
    char *held = NULL, *with_twin = NULL;

    rig_load(&r);
    held = rig_service_text(&r, "01");
    rig_make_proposal(&r, &p, "01");
    memcpy(twin.b, p.signatures[0].data, sizeof(twin.b));
    (void)hex_encode_0x(mine, twin.b, sizeof(twin.b));
    make_high_s(&twin);
    (void)hex_encode_0x(other, twin.b, sizeof(twin.b));
    with_twin = text_with(held, mine, other);
    rig_serve(&r,
              (struct loopback_exchange[]){ { ABOUT, 404, NULL, NULL },
                                            { GET_TX, 200, NULL, with_twin },
                                            { GET_TX, 200, NULL, with_twin },
                                            { GET_TX, 200, NULL, with_twin } },
              4);
    cr_assert_eq(queue_submit(&d, r.q, &receipt, &p), OK, "%s", d.msg);
    cr_assert_eq(queue_fetch(&d, r.q, &entry, &r.hash), OK, "%s", d.msg);
    rig_stop(&r);
    cr_expect_eq(receipt.signatures_sent, 0);
    cr_expect_eq(receipt.signatures_listed, 2);
    cr_expect_eq(entry.num_bad_signatures, 0);
    cr_expect_eq(entry.proposal.num_signatures, 2);
    cr_expect_null(strstr(r.log, "POST"));
    queue_entry_clear(&entry);
    proposal_clear(&p);
    free(held);
    free(with_twin);
    rig_close(&r);
}

/* A contract may take several forms of a signature; a service keeps the first. */
Test(queue_submit, another_signature_of_the_same_contract_is_told)
{
#define CONTRACT_SIGNATURE                                               \
    "0x000000000000000000000000f39fd6e51aad88f6f4ce6ab8827279cfffb92266" \
    "0000000000000000000000000000000000000000000000000000000000000041"   \
    "00"                                                                 \
    "0000000000000000000000000000000000000000000000000000000000000002"
    struct rig r;
    struct queue_receipt receipt;
    struct proposal p;
    struct address owner;
    struct diag d = { 0 };
    struct buf ours;
    char *none = NULL, *held = NULL;

    rig_load(&r);
    none = rig_service_text(&r, "");
    held = text_with(none, "\"confirmations\":[]",
                     "\"confirmations\":[{\"owner\":\"" OWNER_0
                     "\",\"signature\":\"" CONTRACT_SIGNATURE "beef\"}]");
    rig_make_proposal(&r, &p, "");
    buf_init(&ours, 1024);
    cr_assert_eq(address_parse(&d, &owner, OWNER_0), OK);
    cr_assert_eq(hex_decode_0x_buf(&d, &ours, CONTRACT_SIGNATURE "cafe"), OK, "%s", d.msg);
    cr_assert_eq(proposal_add_signature(&d, &p, &owner, "CONTRACT_SIGNATURE", ours.data, ours.len),
                 OK);
    rig_serve(&r,
              (struct loopback_exchange[]){ { ABOUT, 200, NULL, base_8453 },
                                            { GET_TX, 200, NULL, held },
                                            { GET_TX, 200, NULL, held } },
              3);
    cr_assert_eq(queue_submit(&d, r.q, &receipt, &p), OK, "%s", d.msg);
    rig_stop(&r);
    cr_expect_eq(receipt.signatures_sent, 0);
    cr_expect_eq(receipt.signatures_listed, 0);
    cr_assert_not_null(queue_warning(r.q, 0));
    cr_expect_not_null(strstr(queue_warning(r.q, 0), "another signature of the contract " OWNER_0));
    buf_clear(&ours);
    proposal_clear(&p);
    free(none);
    free(held);
    rig_close(&r);
}

Test(queue_submit, a_delegate_proposes_and_is_not_listed)
{
    struct rig r;
    struct queue_receipt receipt;
    struct proposal p;
    struct diag d = { 0 };
    char *held = NULL;

    rig_load(&r);
    held = rig_service_text(&r, "");
    rig_make_proposal(&r, &p, "8");
    rig_serve(&r,
              (struct loopback_exchange[]){ { ABOUT, 200, NULL, base_8453 },
                                            { GET_TX, 404, NULL, NULL },
                                            { PROPOSE, 201, NULL, NULL },
                                            { GET_TX, 200, NULL, held } },
              4);
    cr_assert_eq(queue_submit(&d, r.q, &receipt, &p), OK, "%s", d.msg);
    rig_stop(&r);
    cr_expect_eq(receipt.signatures_sent, 0);
    cr_expect_eq(receipt.signatures_listed, 0);
    (void)text_after(r.log, "\"sender\":\"" DELEGATE "\"");
    proposal_clear(&p);
    free(held);
    rig_close(&r);
}

Test(queue_submit, a_submission_that_was_not_kept_is_no_success)
{
    struct rig r;
    struct queue_receipt receipt;
    struct proposal p;
    char *other = NULL;
    static const struct {
        const char *name;
        bool lost;
    } cases[] = { { "the transaction is gone", true }, { "a signature is missing", false } };

    for (size_t i = 0; i < 2; i++) {
        struct diag d = { 0 };

        rig_load(&r);
        other = rig_service_text(&r, "1");
        rig_make_proposal(&r, &p, "0");
        rig_serve(&r,
                  (struct loopback_exchange[]){
                      { ABOUT, 200, NULL, base_8453 },
                      { GET_TX, 404, NULL, NULL },
                      { PROPOSE, 201, NULL, NULL },
                      { GET_TX, cases[i].lost ? 404 : 200, NULL, cases[i].lost ? NULL : other } },
                  4);
        cr_expect_eq(queue_submit(&d, r.q, &receipt, &p), ERR_MISMATCH, "%s: %s", cases[i].name,
                     d.msg);
        rig_stop(&r);
        cr_expect_eq(receipt.signatures_sent, 0, "%s", cases[i].name);
        proposal_clear(&p);
        free(other);
        rig_close(&r);
    }
}

Test(queue_submit, the_services_refusal_is_told_in_its_words)
{
    static const char refusal[] =
        "{\"nonFieldErrors\":[\"Sender=" OWNER_0 " is not an owner or delegate.\"]}";
    struct rig r;
    struct queue_receipt receipt;
    struct proposal p;
    struct diag d = { 0 };

    rig_load(&r);
    rig_make_proposal(&r, &p, "0");
    rig_serve(&r,
              (struct loopback_exchange[]){ { ABOUT, 200, NULL, base_8453 },
                                            { GET_TX, 404, NULL, NULL },
                                            { PROPOSE, 422, NULL, refusal } },
              3);
    cr_expect_eq(queue_submit(&d, r.q, &receipt, &p), ERR_NETWORK);
    rig_stop(&r);
    cr_expect_str_eq(d.msg, "cannot propose the transaction: the service refuses (HTTP 422): "
                            "Sender=" OWNER_0 " is not an owner or delegate.");
    proposal_clear(&p);
    rig_close(&r);
}

Test(queue_submit, the_wrong_chain_and_no_signature_stop_before_anything_is_sent)
{
    struct rig r;
    struct queue_receipt receipt;
    struct proposal p;
    struct diag d = { 0 };

    rig_load(&r);
    rig_serve(&r, &(struct loopback_exchange){ ABOUT, 200, NULL, "{\"chain_id\":1}" }, 1);
    rig_make_proposal(&r, &p, "");
    cr_expect_eq(queue_submit(&d, r.q, &receipt, &p), ERR_USAGE);
    proposal_clear(&p);
    rig_make_proposal(&r, &p, "0");
    cr_expect_eq(queue_submit(&d, r.q, &receipt, &p), ERR_MISMATCH, "%s", d.msg);
    proposal_clear(&p);
    rig_stop(&r);
    cr_expect_null(strstr(r.log, "POST"));
    rig_close(&r);
}

Test(queue_submit, old_safes_need_a_service_that_tells_its_chain)
{
    struct rig r;
    struct queue_receipt receipt;
    struct proposal p;
    struct diag d = { 0 };

    rig_load(&r);
    cr_assert_eq(safe_version_parse(&d, &r.f.profile.safe, "1.1.1"), OK);
    queue_fixture_proposal(&p, &r.f, r.row);
    /* an approval names its owner and is bound to no hash */
    cr_assert_eq(proposal_add_signature(&d, &p, &r.f.owners[0], "APPROVED_HASH",
                                        (const uint8_t[65]){ [64] = 1 }, 65),
                 OK);
    memcpy(p.signatures[0].data + 12, r.f.owners[0].b, 20);
    rig_serve(&r, &(struct loopback_exchange){ ABOUT, 404, NULL, NULL }, 1);
    cr_expect_eq(queue_submit(&d, r.q, &receipt, &p), ERR_NETWORK, "%s", d.msg);
    cr_expect_not_null(strstr(d.msg, "1.1.1"), "%s", d.msg);
    rig_stop(&r);
    proposal_clear(&p);
    rig_close(&r);
}

/* --- the key and delegates ------------------------------------------------------------------ */

Test(queue_submit, api_key_from_the_environment)
{
    static const struct {
        const char *name, *value;
        enum err want;
    } cases[] = {
        { "unset", NULL, ERR_USAGE },
        { "empty", "", ERR_FORMAT },
        { "a second header", "key\r\nX: y", ERR_FORMAT },
        { "good", "a.b-c_d", OK },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        static char name[] = "COUNTERSIGN_TEST_KEY";
        struct rig r;
        struct queue_entry entry;
        struct diag d = { 0 };
        enum err e;

        rig_load(&r);
        (void)unsetenv(name);
        if (cases[i].value != NULL)
            (void)setenv(name, cases[i].value, 1);
        loopback_start(&r.server, &(struct loopback_exchange){ GET_TX, 404, NULL, NULL }, 1);
        r.f.profile.queue = (struct profile_queue){ .kind = QUEUE_SERVICE,
                                                    .location = r.server.url,
                                                    .api_key_env = name };
        r.f.profile.accepted = true;
        e = queue_open(&d, &r.q, &r.f.profile);
        cr_expect_eq(e, cases[i].want, "%s: %d (%s)", cases[i].name, (int)e, d.msg);
        if (e == OK)
            cr_expect_eq(queue_fetch(&d, r.q, &entry, &r.hash), ERR_NETWORK);
        rig_stop(&r);
        if (e == OK)
            (void)text_after(r.log, "Authorization: Bearer a.b-c_d\r\n");
        rig_close(&r);
    }
}

Test(queue_submit, delegates_are_listed_added_and_removed)
{
    static const char row[] =
        "{\"count\":1,\"next\":null,\"results\":[{\"safe\":null,\"delegate\":"
        "\"" DELEGATE "\",\"delegator\":\"" OWNER_0 "\",\"label\":\"bot\",\"expiryDate\":null}]}";
    static const char none[] = "{\"count\":0,\"next\":null,\"results\":[]}";
    static const char get[] = "GET /api/v2/delegates/?safe=" SAFE "&";
    struct rig r;
    struct sig65 sig = { { 0xab, 0xcd } };
    struct diag d = { 0 };

    rig_load(&r);
    rig_serve(&r,
              (struct loopback_exchange[]){
                  { "POST /api/v2/delegates/ ", 201, NULL, NULL },
                  { get, 200, NULL, row },
                  { "DELETE /api/v2/delegates/" DELEGATE "/ ", 204, NULL, NULL },
                  { get, 200, NULL, none },
                  { "POST /api/v2/delegates/ ", 201, NULL, NULL },
                  { get, 200, NULL, none } },
              6);
    cr_expect_eq(queue_delegate_add(&d, r.q, &r.f.delegate, &r.f.owners[0], "bot", &sig), OK, "%s",
                 d.msg);
    cr_expect_eq(queue_delegate_remove(&d, r.q, &r.f.delegate, &r.f.owners[0], &sig), OK, "%s",
                 d.msg);
    cr_expect_eq(queue_delegate_add(&d, r.q, &r.f.delegate, &r.f.owners[0], "bot", &sig),
                 ERR_MISMATCH);
    cr_expect_eq(queue_delegate_add(&d, r.q, &r.f.delegate, &r.f.owners[0], "a\"b", &sig),
                 ERR_USAGE);
    cr_expect_eq(queue_delegate_add(&d, r.q, &r.f.delegate, &r.f.owners[0], "", &sig), ERR_USAGE);
    rig_stop(&r);
    (void)text_after(r.log,
                     "{\"safe\":\"" SAFE "\",\"delegate\":\"" DELEGATE "\",\"delegator\":\"" OWNER_0
                     "\",\"label\":\"bot\",\"signature\":\"0xabcd00");
    (void)text_after(r.log, "\"delegator\":\"" OWNER_0 "\",\"signature\":\"0xabcd00");
    rig_close(&r);
}
