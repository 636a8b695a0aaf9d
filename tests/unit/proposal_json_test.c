// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "safe/proposal.h"
#include "src/base/file.h"
#include "src/base/limits.h"
#include "src/base/u256.h"

/* fixtures/proposal: written by JavaScript, so equal bytes are agreement and no echo. */
static const char *const files[] = {
    "fixtures/proposal/schedule.json",       "fixtures/proposal/schedule-batch.json",
    "fixtures/proposal/execute.json",        "fixtures/proposal/cancel.json",
    "fixtures/proposal/cancel-unknown.json", "fixtures/proposal/direct.json",
    "fixtures/proposal/reject.json",
};

#define LEN(table) (sizeof(table) / sizeof((table)[0]))

static void load(struct buf *out, const char *path)
{
    struct diag d = { 0 };

    buf_init(out, LIMIT_PROPOSAL_BYTES);
    cr_assert_eq(file_read(&d, out, path), OK, "%s", d.msg);
}

/* One edit of a fixture that has to be refused. */
static const struct {
    const char *name;
    const char *file; /* below fixtures/proposal */
    const char *find; /* the first occurrence is replaced */
    const char *replace;
    enum err want;
} edits[] = {
    { "no object", "reject.json", "{\n  \"format\"", "[{\n  \"format\"", ERR_FORMAT },
    { "text behind", "reject.json", "\"signatures\": [", "}, \"signatures\": [", ERR_FORMAT },
    { "another format", "reject.json", "proposal/1", "proposal/2", ERR_UNSUPPORTED },
    { "format missing", "reject.json", "\"format\": \"countersign/proposal/1\",", "", ERR_FORMAT },
    { "format is a number", "reject.json", "\"countersign/proposal/1\"", "1", ERR_FORMAT },
    { "unknown key", "reject.json", "\"step\"", "\"note\": \"\",\n  \"step\"", ERR_FORMAT },
    { "repeated key", "reject.json", "\"step\"", "\"step\": \"reject\",\n  \"step\"", ERR_FORMAT },
    { "unknown step", "reject.json", "\"reject\"", "\"rejected\"", ERR_FORMAT },
    { "step none", "reject.json", "\"reject\"", "\"none\"", ERR_FORMAT },
    { "step in capitals", "reject.json", "\"reject\"", "\"Reject\"", ERR_FORMAT },
    { "created is negative", "reject.json", "\"1795248000\"", "\"-1\"", ERR_FORMAT },
    { "created with leading zero", "reject.json", "\"1795248000\"", "\"01\"", ERR_FORMAT },
    { "created over 64 bits", "reject.json", "\"1795248000\"", "\"18446744073709551616\"",
      ERR_FORMAT },
    { "created is null", "reject.json", "\"1795248000\"", "null", ERR_FORMAT },
    { "actions is an object", "reject.json", "\"actions\": []", "\"actions\": {}", ERR_FORMAT },
    { "action without contract", "direct.json", ",\n      \"contract\": \"app\"", "", ERR_FORMAT },
    { "action with more", "direct.json", "\"contract\": \"app\"", "\"contract\": \"app\", \"x\": 1",
      ERR_FORMAT },
    { "action is a string", "reject.json", "\"actions\": []", "\"actions\": [\"a\"]", ERR_FORMAT },
    { "action with a space", "direct.json", "add-compose-hash", "add compose-hash", ERR_FORMAT },
    { "action with a control character", "direct.json", "add-compose-hash", "add\\u001b[0m",
      ERR_FORMAT },
    { "action empty", "direct.json", "\"add-compose-hash\"", "\"\"", ERR_FORMAT },
    { "safeTx missing a field", "direct.json", "    \"baseGas\": \"0\",\n", "", ERR_FORMAT },
    { "safeTx with more", "direct.json", "\"baseGas\"", "\"dataGas\": \"0\", \"baseGas\"",
      ERR_FORMAT },
    { "safeTx is null", "cancel-unknown.json", "\"safeTx\": {", "\"safeTx\": null, \"x\": {",
      ERR_FORMAT },
    { "wrong checksum", "direct.json", "\"0xF71902B32C", "\"0xf71902B32C", ERR_FORMAT },
    { "version beyond the known", "direct.json", "\"1.4.1\"", "\"1.6.0\"", ERR_UNSUPPORTED },
    { "operation 2 after 1.0.0", "direct.json", "\"operation\": 0", "\"operation\": 2",
      ERR_FORMAT },
    { "operation 3", "direct.json", "\"operation\": 0", "\"operation\": 3", ERR_FORMAT },
    { "operation 1.0", "direct.json", "\"operation\": 0", "\"operation\": 1.0", ERR_FORMAT },
    { "odd calldata", "direct.json", "\"data\": \"0x", "\"data\": \"0x0", ERR_FORMAT },
    { "hash cut short", "direct.json", "\"domainHash\": \"0x4d", "\"domainHash\": \"0x",
      ERR_FORMAT },
    { "hash missing", "reject.json", "\"safeTxHash\"", "\"safeTxHash2\"", ERR_FORMAT },
    { "a direct step with an operation", "schedule.json", "\"step\": \"schedule\"",
      "\"step\": \"direct\"", ERR_FORMAT },
    { "a schedule step without operation", "direct.json", "\"step\": \"direct\"",
      "\"step\": \"schedule\"", ERR_FORMAT },
    { "an execute step without operation", "cancel-unknown.json", "\"step\": \"cancel\"",
      "\"step\": \"execute\"", ERR_FORMAT },
    { "a schedule step with what it scheduled", "execute.json", "\"step\": \"execute\"",
      "\"step\": \"schedule\"", ERR_FORMAT },
    { "operation missing", "direct.json", "  \"operation\": null,\n", "", ERR_FORMAT },
    { "operation is false", "direct.json", "\"operation\": null", "\"operation\": false",
      ERR_FORMAT },
    { "scheduled missing", "direct.json", "  \"scheduled\": null,\n", "", ERR_FORMAT },
    { "two calls and no batch", "schedule-batch.json", "\"batch\": true", "\"batch\": false",
      ERR_FORMAT },
    { "batch is a number", "schedule.json", "\"batch\": false", "\"batch\": 0", ERR_FORMAT },
    { "call without data", "schedule.json", "\"value\": \"0\",\n        \"data\"",
      "\"value\": \"0\",\n        \"dato\"", ERR_FORMAT },
    { "operation without id", "schedule.json", "\"id\"", "\"ID\"", ERR_FORMAT },
    { "scheduled on another chain", "execute.json", "\"scheduled\": {\n    \"chainId\": \"8453\"",
      "\"scheduled\": {\n    \"chainId\": \"8454\"", ERR_FORMAT },
    { "evidence unsorted", "direct.json", "\"app-compose.json\":", "\"d\":", ERR_FORMAT },
    { "evidence name with ..", "direct.json", "\"app-compose.json\":", "\"a/../b\":", ERR_FORMAT },
    { "evidence name absolute", "direct.json",
      "\"app-compose.json\":", "\"/etc/passwd\":", ERR_FORMAT },
    { "evidence is no text", "direct.json",
      "\"compose.yaml\": ", "\"b\": 1, \"compose.yaml\": ", ERR_FORMAT },
    { "base64 with white space", "direct.json", "\"compose.yaml\": \"c2Vy",
      "\"compose.yaml\": \"c2V\\ny", ERR_FORMAT },
    { "base64 with dirty padding bits", "direct.json", "Cg==", "Ch==", ERR_FORMAT },
    { "base64 without padding", "direct.json", "Cg==", "Cg", ERR_FORMAT },
    { "manifest missing", "reject.json", "    \"manifest\": \"\",\n", "", ERR_FORMAT },
    { "signature unsorted", "schedule.json",
      "\"signer\": \"0x70997970C51812dc3A010C7d01b50e0d17dc79C8\"",
      "\"signer\": \"0xffffffffffffffffffffffffffffffffffffffff\"", ERR_FORMAT },
    { "signer twice", "schedule.json", "\"signer\": \"0x70997970C51812dc3A010C7d01b50e0d17dc79C8\"",
      "\"signer\": \"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266\"", ERR_FORMAT },
    { "unknown kind", "schedule.json", "\"EOA\"", "\"eoa\"", ERR_FORMAT },
    { "kind none", "schedule.json", "\"EOA\"", "\"NONE\"", ERR_FORMAT },
    { "signature without 0x", "schedule.json", "\"signature\": \"0x", "\"signature\": \"",
      ERR_FORMAT },
    { "signatures is null", "direct.json", "\"signatures\": []", "\"signatures\": null",
      ERR_FORMAT },
};

static void replace_first(struct buf *out, const struct buf *text, const char *find,
                          const char *replace)
{
    const char *at = strstr(buf_str(text), find);

    cr_assert_not_null(at, "fixture has no '%s'", find);
    buf_init(out, LIMIT_PROPOSAL_BYTES);
    buf_add(out, text->data, (size_t)(at - buf_str(text)));
    buf_add_str(out, replace);
    buf_add_str(out, at + strlen(find));
}

Test(proposal_json, refuses_edits)
{
    for (size_t i = 0; i < LEN(edits); i++) {
        struct diag d = { 0 };
        struct proposal p;
        struct buf text, edited;
        char path[128];
        enum err e = ERR_INTERNAL;

        (void)snprintf(path, sizeof(path), "fixtures/proposal/%s", edits[i].file);
        load(&text, path);
        replace_first(&edited, &text, edits[i].find, edits[i].replace);
        e = proposal_parse(&d, &p, edited.data, edited.len, "p.json");
        cr_expect_eq(e, edits[i].want, "%s: got %d (%s)", edits[i].name, (int)e, d.msg);
        cr_expect_eq(strncmp(d.msg, "p.json:", 7), 0, "%s: '%s'", edits[i].name, d.msg);
        cr_expect_null(p.files, "%s: nothing is left behind", edits[i].name);
        proposal_clear(&p);
        buf_clear(&edited);
        buf_clear(&text);
    }
}

Test(proposal_json, refuses_every_truncation)
{
    struct buf text;

    load(&text, "fixtures/proposal/execute.json");
    /* The final newline may be missing; nothing else. */
    for (size_t len = 0; len < text.len - 1; len++) {
        struct diag d = { 0 };
        struct proposal p;

        cr_assert_neq(proposal_parse(&d, &p, text.data, len, "p"), OK, "%zu bytes", len);
    }
    buf_clear(&text);
}

/* What is read from text, written. False if it is refused. */
static bool rewrite(struct buf *out, const uint8_t *text, size_t text_len)
{
    struct diag d = { 0 };
    struct proposal p;
    bool ok = proposal_parse(&d, &p, text, text_len, "p") == OK;

    buf_init(out, LIMIT_PROPOSAL_BYTES);
    if (ok)
        cr_assert_eq(proposal_write(&d, out, &p), OK, "%s", d.msg);
    proposal_clear(&p);
    return ok;
}

Test(proposal_json, writes_what_was_read)
{
    for (size_t i = 0; i < LEN(files); i++) {
        struct buf text, again;

        load(&text, files[i]);
        cr_assert(rewrite(&again, text.data, text.len), "%s", files[i]);
        cr_expect_eq(again.len, text.len, "%s", files[i]);
        cr_expect(again.len == text.len && memcmp(again.data, text.data, text.len) == 0, "%s",
                  files[i]);
        buf_clear(&again);
        buf_clear(&text);
    }
}

/* A flipped bit is refused, or is seen in what is written (except the case of a hex digit). */
Test(proposal_json, flipped_bits)
{
    struct buf text;

    load(&text, "fixtures/proposal/schedule.json");
    for (size_t i = 0; i < text.len; i++) {
        struct buf once, twice;

        text.data[i] ^= (uint8_t)(1U << i % 8);
        if (rewrite(&once, text.data, text.len)) {
            cr_assert(rewrite(&twice, once.data, once.len), "byte %zu", i);
            cr_assert(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0,
                      "byte %zu", i);
            buf_clear(&twice);
        }
        buf_clear(&once);
        text.data[i] ^= (uint8_t)(1U << i % 8);
    }
    buf_clear(&text);
}

Test(proposal_json, members)
{
    struct diag d = { 0 };
    struct proposal p;

    cr_assert_eq(proposal_load(&d, &p, "fixtures/proposal/execute.json"), OK, "%s", d.msg);
    cr_expect_eq(p.step, STEP_EXECUTE);
    cr_expect_eq(p.created_s, 1795248000);
    cr_assert_eq(p.num_actions, 1);
    cr_expect_str_eq(p.actions[0].action, "add-compose-hash");
    cr_expect_str_eq(p.actions[0].contract, "app");
    cr_expect_str_eq(p.domain.version, "1.4.1");
    cr_expect_str_eq(u256_format(&p.domain.chain_id).s, "8453");
    cr_expect_str_eq(u256_format(&p.tx.nonce).s, "9");
    cr_assert(p.has_operation && p.has_scheduled);
    cr_expect_not(p.operation.batch);
    cr_expect_eq(p.operation.num_calls, 1);
    cr_expect_str_eq(u256_format(&p.delay_s).s, "172800");
    cr_expect_str_eq(u256_format(&p.scheduled.nonce).s, "7");
    cr_expect_eq(p.num_files, 3);
    cr_expect_not_null(proposal_file(&p, EVIDENCE_CONTEXT));
    cr_expect_null(proposal_file(&p, "git/commit"));
    cr_expect_eq(p.num_signatures, 0);
    proposal_clear(&p);
}

Test(proposal_json, hashes_of_the_fixture)
{
    struct diag d = { 0 };
    struct proposal p;
    struct safe_hashes h;
    struct hash32 id;

    cr_assert_eq(proposal_load(&d, &p, "fixtures/proposal/schedule-batch.json"), OK, "%s", d.msg);
    cr_assert_eq(safe_tx_hash(&d, &h, &p.tx, &p.domain), OK, "%s", d.msg);
    cr_expect(hash32_eq(&h.domain, &p.claimed.domain));
    cr_expect(hash32_eq(&h.message, &p.claimed.message));
    cr_expect(hash32_eq(&h.safe_tx, &p.claimed.safe_tx));
    cr_assert_eq(timelock_operation_id(&d, &id, &p.operation), OK, "%s", d.msg);
    cr_expect(hash32_eq(&id, &p.claimed_operation_id));
    proposal_clear(&p);
}

Test(proposal_json, manifest_is_that_of_sha256sum_and_its_digest_the_salt)
{
    for (size_t i = 0; i < 4; i++) {
        struct diag d = { 0 };
        struct proposal p;
        struct buf manifest;
        struct hash32 digest;

        cr_assert_eq(proposal_load(&d, &p, files[i]), OK, "%s", d.msg);
        buf_init(&manifest, MANIFEST_BYTES_MAX);
        cr_assert_eq(proposal_manifest(&d, &manifest, &p), OK, "%s", d.msg);
        cr_expect_str_eq(buf_str(&manifest), p.claimed_manifest);
        cr_assert_eq(proposal_manifest_digest(&d, &digest, &p), OK, "%s", d.msg);
        cr_expect(hash32_eq(&digest, &p.operation.salt), "%s", files[i]);
        buf_clear(&manifest);
        proposal_clear(&p);
    }
}
