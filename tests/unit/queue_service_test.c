// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/u256.h"
#include "tests/unit/queue_service_rig.h"

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
        text = rig_service_text(&r, "");
        changed = text_with(text, cases[i].old, cases[i].new);
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
    text = rig_service_text(&r, "0219");
    wrong_owner = text_with(text, OWNER_1, "0x14dC79964da2C08b23698B3D3cc7Ca32193d9955");
    planted = text_with(wrong_owner, "\"confirmations\":[",
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
        text = rig_service_text(&r, "");
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
        { "node is down for an hour", 503, "Retry-After: 3600\r\n",
          "{\"exception\":\"Problem connecting to Ethereum network\",\"trace\":\"SECRET\"}",
          "Problem connecting", 1 },
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
