// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "safe/queue_internal.h"
#include "src/base/address.h"
#include "src/base/u256.h"
#include "tests/unit/loopback.h"
#include "tests/unit/queue_fixture.h"

#define SAFE     "0xF71902B32C9854DB8d6f70Afa6Dcf685F7df8d79"
#define OWNER_0  "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
#define OWNER_1  "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
#define DELEGATE "0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f"
#define OUTSIDER "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720"

#define ABOUT   "GET /api/v1/about/ethereum-rpc/ "
#define GET_TX  "GET /api/v2/multisig-transactions/0x"
#define PROPOSE "POST /api/v2/safes/" SAFE "/multisig-transactions/ "
#define CONFIRM "POST /api/v1/multisig-transactions/0x"
#define LIST    "GET /api/v2/safes/" SAFE "/multisig-transactions/?executed=false&nonce"
#define NO_WAIT "Retry-After: 0\r\n"

static const char base_8453[] = "{\"version\":\"x\",\"chain_id\":8453,\"syncing\":false}";

struct rig {
    struct queue_fixture f;
    struct loopback server;
    struct queue *q;
    char *log;
    const struct json *row; /* the transaction "schedule" */
    struct hash32 hash;
};

static void rig_load(struct rig *r)
{
    *r = (struct rig){ .q = NULL };
    queue_fixture_load(&r->f);
    r->row = queue_fixture_row(&r->f, "schedule");
    r->hash = queue_fixture_hash(r->row);
}

static void rig_serve(struct rig *r, const struct loopback_exchange *script, size_t num_script)
{
    struct diag d = { 0 };

    loopback_start(&r->server, script, num_script);
    r->f.profile.queue.kind = QUEUE_SERVICE;
    r->f.profile.queue.location = r->server.url;
    cr_assert_eq(queue_open(&d, &r->q, &r->f.profile), OK, "%s", d.msg);
}

/* The log of the server stays readable until the rig is closed. */
static void rig_stop(struct rig *r)
{
    r->log = loopback_stop(&r->server);
}

static void rig_close(struct rig *r)
{
    queue_close(r->q);
    queue_fixture_free(&r->f);
    free(r->log);
}

/* The row as text, with confirmations: a digit for each owner, '8' and '9' as the outsider's. */
static char *service_text(const struct rig *r, const char *signers)
{
    struct json *j = queue_fixture_service_row(&r->f, r->row);
    const struct json *owners = json_get(r->f.cases, "owners");
    struct buf text;
    struct diag d = { 0 };

    for (; *signers != '\0'; signers++) {
        size_t who = (size_t)(*signers - '0');

        queue_fixture_confirm(j, who < 8 ? json_string(json_at(owners, who)) : OUTSIDER,
                              queue_fixture_signature(r->row, who, "eoa"));
    }
    buf_init(&text, 1024 * 1024);
    cr_assert_eq(json_write(&d, &text, j, 0), OK, "%s", d.msg);
    json_free(j);
    return (char *)text.data; /* moved */
}

static char *page_text(const char *row, const char *next)
{
    size_t size = strlen(row) + strlen(next) + 128;
    char *text = malloc(size);

    cr_assert_not_null(text);
    (void)snprintf(text, size, "{\"count\":1,\"next\":%s,\"previous\":null,\"results\":[%s]}", next,
                   row);
    return text;
}

/* A copy with one text in place of another of the same kind. */
static char *with(const char *text, const char *old, const char *new)
{
    const char *at = strstr(text, old);
    size_t size = strlen(text) + strlen(new) + 1;
    char *out = malloc(size);

    cr_assert_not_null(at, "no '%s'", old);
    cr_assert_not_null(out);
    (void)snprintf(out, size, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
    return out;
}

/* --- reading ------------------------------------------------------------------------------- */

Test(queue_service, hostile_transactions_are_refused)
{
    static const struct {
        const char *name, *old, *new;
        enum err want;
    } cases[] = {
        { "other nonce", "\"nonce\":\"7\"", "\"nonce\":\"8\"", ERR_MISMATCH },
        { "other value", "\"value\":\"0\"", "\"value\":\"1\"", ERR_MISMATCH },
        { "other operation", "\"operation\":0", "\"operation\":1", ERR_MISMATCH },
        { "operation 2", "\"operation\":0", "\"operation\":2", ERR_FORMAT },
        { "refund", "\"gasPrice\":\"0\"", "\"gasPrice\":\"1\"", ERR_MISMATCH },
        { "wrong hash", "\"safeTxHash\":\"0x", "\"safeTxHash\":\"0x00\",\"x\":\"", ERR_FORMAT },
        { "no hash", "\"safeTxHash\"", "\"hash\"", ERR_FORMAT },
        { "other Safe", "\"safe\":\"" SAFE "\"", "\"safe\":\"" OUTSIDER "\"", ERR_MISMATCH },
        { "bad checksum", "\"safe\":\"0xF7", "\"safe\":\"0xf7", ERR_FORMAT },
        { "number beyond uint256", "\"value\":\"0\"",
          "\"value\":\"115792089237316195423570985008687907853269984665640564039457584007913129639"
          "936\"",
          ERR_FORMAT },
        { "real number", "\"value\":\"0\"", "\"value\":0.0", ERR_FORMAT },
        { "huge integer", "\"value\":\"0\"", "\"value\":99999999999999999999999", ERR_FORMAT },
        { "odd calldata", "\"data\":\"0x", "\"data\":\"0xa", ERR_FORMAT },
        { "trusted is no boolean", "\"trusted\":true", "\"trusted\":1", ERR_FORMAT },
        { "confirmations are no list", "\"confirmations\":[]", "\"confirmations\":{}", ERR_FORMAT },
        { "twice the same key", "\"trusted\":true", "\"trusted\":true,\"trusted\":true",
          ERR_FORMAT },
        { "text after it", "\"trusted\":true", "\"trusted\":true}}", ERR_FORMAT },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rig r;
        struct queue_entry entry;
        struct diag d = { 0 };
        char *text = NULL, *changed = NULL;
        enum err e;

        rig_load(&r);
        text = service_text(&r, "");
        changed = with(text, cases[i].old, cases[i].new);
        rig_serve(&r, &(struct loopback_exchange){ GET_TX, 200, NULL, changed }, 1);
        e = queue_fetch(&d, r.q, &entry, &r.hash);
        rig_stop(&r);
        cr_expect_eq(e, cases[i].want, "%s: got %d (%s)", cases[i].name, (int)e, d.msg);
        cr_expect_null(entry.proposal.tx.data, "%s", cases[i].name);
        free(text);
        free(changed);
        rig_close(&r);
    }
}

Test(queue_service, only_signatures_that_recover_count)
{
    struct rig r;
    struct queue_entry entry;
    struct diag d = { 0 };
    char *text = NULL, *planted = NULL, *wrong_owner = NULL;
    size_t warnings = 0;

    rig_load(&r);
    /* owner 0 is right; owner 1's is listed as owner 0's once more; the outsider's is not ours */
    text = service_text(&r, "0219");
    wrong_owner = with(text, OWNER_1, "0x14dC79964da2C08b23698B3D3cc7Ca32193d9955");
    planted = with(wrong_owner, "\"confirmations\":[",
                   "\"confirmations\":[{\"owner\":\"" OWNER_1 "\",\"signature\":\"0x00\"},"
                   "{\"owner\":7},\"text\",");
    rig_serve(&r, &(struct loopback_exchange){ GET_TX, 200, NULL, planted }, 1);
    cr_assert_eq(queue_fetch(&d, r.q, &entry, &r.hash), OK, "%s", d.msg);
    rig_stop(&r);
    while (queue_warning(r.q, warnings) != NULL)
        warnings++;
    cr_expect_eq(entry.proposal.num_signatures, 2);
    cr_expect_eq(entry.num_bad_signatures, 5);
    cr_expect_eq(warnings, 5);
    cr_expect(entry.trusted);
    cr_expect_eq(entry.proposal.created_s, 1795161600);
    cr_expect_eq(entry.proposal.step, STEP_SCHEDULE);
    queue_entry_clear(&entry);
    free(text);
    free(wrong_owner);
    free(planted);
    rig_close(&r);
}

/* Steps and operation ids as ethers computed them. */
Test(queue_service, steps_are_derived_from_calldata)
{
    static const struct {
        const char *name;
        enum step step;
    } cases[] = {
        { "schedule", STEP_SCHEDULE }, { "execute", STEP_EXECUTE },
        { "cancel", STEP_CANCEL },     { "direct", STEP_DIRECT },
        { "reject", STEP_REJECT },     { "refund hidden in a rejection", STEP_DIRECT },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rig r;
        struct queue_entry entry;
        struct hash32 id;
        struct diag d = { 0 };
        char *text = NULL;

        rig_load(&r);
        r.row = queue_fixture_row(&r.f, cases[i].name);
        r.hash = queue_fixture_hash(r.row);
        text = service_text(&r, "");
        rig_serve(&r, &(struct loopback_exchange){ GET_TX, 200, NULL, text }, 1);
        cr_assert_eq(queue_fetch(&d, r.q, &entry, &r.hash), OK, "%s: %s", cases[i].name, d.msg);
        rig_stop(&r);
        cr_expect_eq(entry.proposal.step, cases[i].step, "%s", cases[i].name);
        cr_expect_eq(entry.proposal.has_operation,
                     cases[i].step == STEP_SCHEDULE || cases[i].step == STEP_EXECUTE, "%s",
                     cases[i].name);
        if (entry.proposal.has_operation) {
            cr_assert_eq(json_read_hash(&d, &id, r.row, "operationId"), OK);
            cr_expect(hash32_eq(&id, &entry.proposal.claimed_operation_id), "%s", cases[i].name);
        }
        queue_entry_clear(&entry);
        free(text);
        rig_close(&r);
    }
}

Test(queue_service, a_service_that_answers_something_else)
{
    static const struct {
        const char *name;
        int status;
        const char *headers, *body, *words;
        size_t times;
    } cases[] = {
        { "unknown", 404, NULL, "{\"detail\":\"Not found.\"}", "has no transaction", 1 },
        { "empty 404", 404, NULL, NULL, "has no transaction", 1 },
        { "HTML", 200, NULL, "<html><body>Welcome</body></html>", "answer", 1 },
        { "key refused, HTML", 401, NULL, "<h1>no</h1>\033[2J", "does not accept the API key", 1 },
        { "checksum", 422, NULL,
          "{\"code\":1,\"message\":\"Checksum address validation failed\",\"arguments\":[\"0x\"]}",
          "Checksum address validation failed", 1 },
        { "parse error", 400, NULL, "{\"detail\":\"JSON parse error - x\"}", "JSON parse error",
          1 },
        { "field error", 400, NULL, "{\"safe\":[\"Enter a valid checksummed Ethereum Address.\"]}",
          "safe: Enter a valid", 1 },
        { "legal reasons", 451, NULL, "{\"detail\":\"Safe is unavailable for legal reasons\"}",
          "legal reasons", 1 },
        { "long hex is not repeated", 422, NULL,
          "{\"nonFieldErrors\":[\"Signature=0x00112233445566778899aabbccddeeff00112233445566778899"
          "aabbccddeeff00112233445566778899aabbccddeeff is not valid\"]}",
          "Signature=0x[", 1 },
        { "429 storm", 429, NO_WAIT, "{\"detail\":\"Monthly quota exceeded.\"}",
          "Monthly quota exceeded", 5 },
        { "node is down", 503, NO_WAIT,
          "{\"exception\":\"Problem connecting to Ethereum network\",\"trace\":\"SECRET\"}",
          "Problem connecting", 5 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct loopback_exchange one = { GET_TX, cases[i].status, cases[i].headers, cases[i].body };
        struct loopback_exchange script[] = { one, one, one, one, one, one };
        struct rig r;
        struct queue_entry entry;
        struct diag d = { 0 };
        size_t requests = 0;
        enum err e;

        rig_load(&r);
        rig_serve(&r, script, 6);
        e = queue_fetch(&d, r.q, &entry, &r.hash);
        rig_stop(&r);
        for (const char *at = r.log; (at = strstr(at, "GET ")) != NULL; at++)
            requests++;
        cr_expect(e == ERR_NETWORK || e == ERR_FORMAT, "%s: %d", cases[i].name, (int)e);
        cr_expect_not_null(strstr(d.msg, cases[i].words), "%s: '%s'", cases[i].name, d.msg);
        cr_expect_null(strstr(d.msg, "SECRET"));
        cr_expect_eq(requests, cases[i].times, "%s: %zu requests", cases[i].name, requests);
        rig_close(&r);
    }
}

/* --- lists --------------------------------------------------------------------------------- */

Test(queue_service, pages_by_own_offset_and_never_follows_next)
{
    struct rig r;
    struct queue_entries list;
    struct u256 seven = u256_from_u64(7);
    struct diag d = { 0 };
    char *first = NULL, *second = NULL, *a = NULL, *b = NULL;

    rig_load(&r);
    a = service_text(&r, "0");
    first = page_text(a, "\"http://127.0.0.1:1/api/v2/steal/\"");
    r.row = queue_fixture_row(&r.f, "reject");
    b = service_text(&r, "");
    second = page_text(b, "null");
    rig_serve(&r,
              (struct loopback_exchange[]){ { LIST "=7&trusted=false", 200, NULL, first },
                                            { LIST "=7&trusted=false", 200, NULL, second } },
              2);
    cr_assert_eq(queue_at_nonce(&d, r.q, &list, &seven), OK, "%s", d.msg);
    rig_stop(&r);
    cr_expect_eq(list.num_items, 2);
    cr_expect(memcmp(list.items[0].proposal.claimed.safe_tx.b,
                     list.items[1].proposal.claimed.safe_tx.b, 32) < 0);
    cr_expect_not_null(strstr(r.log, "offset=0 "));
    cr_expect_not_null(strstr(r.log, "offset=50 "));
    cr_expect_null(strstr(r.log, "steal"));
    queue_entries_clear(&list);
    free(first);
    free(second);
    free(a);
    free(b);
    rig_close(&r);
}

Test(queue_service, a_planted_row_cannot_hide_the_others)
{
    static const struct {
        const char *name, *old, *new;
        enum err want;
        size_t num;
    } cases[] = {
        { "untrusted and unreadable", "\"value\":\"0\"", "\"value\":\"x\"", OK, 1 },
        { "no gas token", "\"gasToken\":\"0x0000000000000000000000000000000000000000\"",
          "\"gasToken\":null", OK, 2 },
        { "untrusted with a wrong hash", "\"value\":\"0\"", "\"value\":\"1\"", ERR_MISMATCH, 0 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rig r;
        struct queue_entries list;
        struct u256 zero = u256_from_u64(0), next;
        struct diag d = { 0 };
        char *good = NULL, *planted = NULL, *untrusted = NULL, *both = NULL, *page = NULL;
        enum err e;

        rig_load(&r);
        good = service_text(&r, "0");
        r.row = queue_fixture_row(&r.f, "direct");
        planted = service_text(&r, "");
        untrusted = with(planted, "\"trusted\":true", "\"trusted\":false");
        free(planted);
        planted = with(untrusted, cases[i].old, cases[i].new);
        both = malloc(strlen(good) + strlen(planted) + 2);
        cr_assert_not_null(both);
        (void)sprintf(both, "%s,%s", planted, good);
        page = page_text(both, "null");
        rig_serve(&r,
                  (struct loopback_exchange[]){ { LIST "__gte=0&", 200, NULL, page },
                                                { LIST "__gte=0&", 200, NULL, page } },
                  2);
        e = queue_list(&d, r.q, &list, &zero);
        cr_expect_eq(e, cases[i].want, "%s: %d (%s)", cases[i].name, (int)e, d.msg);
        cr_expect_eq(list.num_items, cases[i].num, "%s", cases[i].name);
        if (e == OK) {
            /* what nobody signed does not push the nonce */
            cr_assert_eq(queue_next_nonce(&d, r.q, &next, &zero), OK, "%s", d.msg);
            cr_expect_str_eq(u256_format(&next).s, "8", "%s", cases[i].name);
        }
        rig_stop(&r);
        queue_entries_clear(&list);
        free(good);
        free(planted);
        free(untrusted);
        free(both);
        free(page);
        rig_close(&r);
    }
}

/* --- submitting ---------------------------------------------------------------------------- */

static void make_proposal(const struct rig *r, struct proposal *p, const char *signers)
{
    struct diag d = { 0 };

    queue_fixture_proposal(p, &r->f, r->row);
    for (; *signers != '\0'; signers++)
        queue_fixture_sign(p, r->row, (size_t)(*signers - '0'), "eoa");
    cr_assert_eq(proposal_add_file(&d, p, "compose.yaml", "x", 1), OK);
}

static const char *after(const char *text, const char *what)
{
    const char *at = strstr(text, what);

    cr_assert_not_null(at, "no '%s' in '%s'", what, text);
    return at + strlen(what);
}

Test(queue_service, proposes_confirms_and_reads_back)
{
    struct rig r;
    struct queue_receipt receipt;
    struct proposal p;
    struct diag d = { 0 };
    char *held = NULL;
    const char *at = NULL;

    rig_load(&r);
    held = service_text(&r, "10");
    make_proposal(&r, &p, "01");
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
    at = after(r.log, PROPOSE);
    (void)after(at, "\"nonce\":\"7\"");
    (void)after(at, "\"operation\":0,\"safeTxGas\":\"0\"");
    (void)after(at, "\"sender\":\"" OWNER_1 "\",\"signature\":\"0x");
    (void)after(at, "\"origin\":\"{\\\"name\\\":\\\"countersign\\\",\\\"manifest\\\":\\\"0x");
    at = after(at, CONFIRM);
    (void)after(at, queue_fixture_signature(r.row, 0, "eoa"));
    proposal_clear(&p);
    free(held);
    rig_close(&r);
}

Test(queue_service, submitting_again_sends_nothing)
{
    struct rig r;
    struct queue_receipt receipt;
    struct proposal p;
    struct diag d = { 0 };
    char *held = NULL;

    rig_load(&r);
    held = service_text(&r, "01");
    make_proposal(&r, &p, "01");
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

Test(queue_service, a_delegate_proposes_and_is_not_listed)
{
    struct rig r;
    struct queue_receipt receipt;
    struct proposal p;
    struct diag d = { 0 };
    char *held = NULL;

    rig_load(&r);
    held = service_text(&r, "");
    make_proposal(&r, &p, "8");
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
    (void)after(r.log, "\"sender\":\"" DELEGATE "\"");
    proposal_clear(&p);
    free(held);
    rig_close(&r);
}

Test(queue_service, a_submission_that_was_not_kept_is_no_success)
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
        other = service_text(&r, "1");
        make_proposal(&r, &p, "0");
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

Test(queue_service, the_services_refusal_is_told_in_its_words)
{
    static const char refusal[] =
        "{\"nonFieldErrors\":[\"Sender=" OWNER_0 " is not an owner or delegate.\"]}";
    struct rig r;
    struct queue_receipt receipt;
    struct proposal p;
    struct diag d = { 0 };

    rig_load(&r);
    make_proposal(&r, &p, "0");
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

Test(queue_service, the_wrong_chain_and_no_signature_stop_before_anything_is_sent)
{
    struct rig r;
    struct queue_receipt receipt;
    struct proposal p;
    struct diag d = { 0 };

    rig_load(&r);
    rig_serve(&r, &(struct loopback_exchange){ ABOUT, 200, NULL, "{\"chain_id\":1}" }, 1);
    make_proposal(&r, &p, "");
    cr_expect_eq(queue_submit(&d, r.q, &receipt, &p), ERR_USAGE);
    proposal_clear(&p);
    make_proposal(&r, &p, "0");
    cr_expect_eq(queue_submit(&d, r.q, &receipt, &p), ERR_MISMATCH, "%s", d.msg);
    proposal_clear(&p);
    rig_stop(&r);
    cr_expect_null(strstr(r.log, "POST"));
    rig_close(&r);
}

Test(queue_service, old_safes_need_a_service_that_tells_its_chain)
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

Test(queue_service, api_key_from_the_environment)
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
        e = queue_open(&d, &r.q, &r.f.profile);
        cr_expect_eq(e, cases[i].want, "%s: %d (%s)", cases[i].name, (int)e, d.msg);
        if (e == OK)
            cr_expect_eq(queue_fetch(&d, r.q, &entry, &r.hash), ERR_NETWORK);
        rig_stop(&r);
        if (e == OK)
            (void)after(r.log, "Authorization: Bearer a.b-c_d\r\n");
        rig_close(&r);
    }
}

Test(queue_service, delegates_are_listed_added_and_removed)
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
    (void)after(r.log,
                "{\"safe\":\"" SAFE "\",\"delegate\":\"" DELEGATE "\",\"delegator\":\"" OWNER_0
                "\",\"label\":\"bot\",\"signature\":\"0xabcd00");
    (void)after(r.log, "\"delegator\":\"" OWNER_0 "\",\"signature\":\"0xabcd00");
    rig_close(&r);
}
