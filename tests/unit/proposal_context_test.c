// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "safe/proposal.h"
#include "src/base/address.h"
#include "src/base/u256.h"

#define LEN(table) (sizeof(table) / sizeof((table)[0]))

#define ADDRESS_SAFE     "0xF71902B32C9854DB8d6f70Afa6Dcf685F7df8d79"
#define ADDRESS_TIMELOCK "0x5FbDB2315678afecb367f032d93F642f64180aa3"
#define ACTIONS          "\"actions\":[{\"action\":\"add-compose-hash\",\"contract\":\"app\"}]"
#define COMMIT           "8ac3b1a4a2d3e4f5061728394a5b6c7d8e9fa0b1"
#define GOOD                                                                               \
    "{" ACTIONS ",\"chainId\":\"8453\",\"created\":\"1795248000\",\"gitCommit\":\"" COMMIT \
    "\",\"gitPath\":\"deploy/compose.yaml\",\"nonce\":\"7\",\"safe\":\"" ADDRESS_SAFE      \
    "\",\"timelock\":\"" ADDRESS_TIMELOCK "\"}\n"
#define NO_GIT                                                                         \
    "{" ACTIONS ",\"chainId\":\"8453\",\"created\":\"1795248000\",\"gitCommit\":null," \
    "\"gitPath\":null,\"nonce\":\"7\",\"safe\":\"" ADDRESS_SAFE "\",\"timelock\":null}\n"

static const struct {
    const char *name, *find, *replace;
} bad[] = {
    { "no final newline", "}\n", "}" },
    { "two final newlines", "}\n", "}\n\n" },
    { "white space", ":\"8453\"", ": \"8453\"" },
    { "integer instead of a string", "\"8453\"", "8453" },
    { "leading zero", "\"8453\"", "\"08453\"" },
    { "other order", "\"chainId\":\"8453\",\"created\":\"1795248000\"",
      "\"created\":\"1795248000\",\"chainId\":\"8453\"" },
    { "unknown key", "\"nonce\"", "\"a\":1,\"nonce\"" },
    { "repeated key", "\"nonce\"", "\"nonce\":\"7\",\"nonce\"" },
    { "missing key", "\"nonce\":\"7\",", "" },
    { "escaped letter", "add-", "\\u0061dd-" },
    { "address in lower case", "0xF71902B32C9854DB8d6f70Afa6Dcf685F7df8d79",
      "0xf71902b32c9854db8d6f70afa6dcf685f7df8d79" },
    { "commit cut short", "8ac3b1", "8ac3b" },
    { "commit without a path", "\"deploy/compose.yaml\"", "null" },
    { "path without a commit", "\"" COMMIT "\"", "null" },
    { "commit is no hex", "8ac3b1", "8ac3bg" },
    { "timelock missing", ",\"timelock\":\"" ADDRESS_TIMELOCK "\"", "" },
    { "actions is null", "[{", "null,\"x\":[{" },
};

static void edit(struct buf *out, const char *text, const char *find, const char *replace)
{
    const char *at = strstr(text, find);

    cr_assert_not_null(at, "no '%s'", find);
    buf_init(out, 4096);
    buf_add(out, text, (size_t)(at - text));
    buf_add_str(out, replace);
    buf_add_str(out, at + strlen(find));
}

Test(proposal_context, refuses_edits)
{
    for (size_t i = 0; i < LEN(bad); i++) {
        struct diag d = { 0 };
        struct proposal_context c;
        struct buf text;
        enum err e = ERR_INTERNAL;

        edit(&text, GOOD, bad[i].find, bad[i].replace);
        e = proposal_context_parse(&d, &c, text.data, text.len);
        cr_expect_eq(e, ERR_FORMAT, "%s: got %d (%s)", bad[i].name, (int)e, d.msg);
        cr_expect_null(c.actions, "%s", bad[i].name);
        buf_clear(&text);
    }
}

Test(proposal_context, refuses_every_truncation)
{
    for (size_t len = 0; len < strlen(GOOD); len++) {
        struct diag d = { 0 };
        struct proposal_context c;

        cr_expect_neq(proposal_context_parse(&d, &c, GOOD, len), OK, "%zu bytes", len);
    }
}

Test(proposal_context, members)
{
    struct diag d = { 0 };
    struct proposal_context c;

    cr_assert_eq(proposal_context_parse(&d, &c, GOOD, strlen(GOOD)), OK, "%s", d.msg);
    cr_expect_str_eq(u256_format(&c.chain_id).s, "8453");
    cr_expect_str_eq(u256_format(&c.nonce).s, "7");
    cr_expect_eq(c.created_s, 1795248000);
    cr_expect_str_eq(address_format(&c.safe).s, ADDRESS_SAFE);
    cr_expect(c.has_timelock);
    cr_expect_str_eq(address_format(&c.timelock).s, ADDRESS_TIMELOCK);
    cr_expect_eq(c.num_actions, 1);
    cr_expect_str_eq(c.git_commit, COMMIT);
    cr_expect_str_eq(c.git_path, "deploy/compose.yaml");
    proposal_context_clear(&c);
    cr_assert_eq(proposal_context_parse(&d, &c, NO_GIT, strlen(NO_GIT)), OK, "%s", d.msg);
    cr_expect_not(c.has_timelock);
    cr_expect_null(c.git_commit);
    cr_expect_null(c.git_path);
    proposal_context_clear(&c);
}

/* The fixtures' contexts were written by JavaScript. */
Test(proposal_context, of_the_fixtures)
{
    static const char *const paths[] = { "fixtures/proposal/schedule.json",
                                         "fixtures/proposal/schedule-batch.json",
                                         "fixtures/proposal/direct.json" };

    for (size_t i = 0; i < LEN(paths); i++) {
        struct diag d = { 0 };
        struct proposal p;
        struct proposal_context c;
        const struct evidence_file *f = NULL;

        cr_assert_eq(proposal_load(&d, &p, paths[i]), OK, "%s", d.msg);
        f = proposal_file(&p, EVIDENCE_CONTEXT);
        cr_assert_not_null(f);
        cr_assert_eq(proposal_context_parse(&d, &c, f->data, f->data_len), OK, "%s", d.msg);
        cr_expect(u256_eq(&c.nonce, &p.tx.nonce), "%s", paths[i]);
        cr_expect_eq(c.num_actions, p.num_actions, "%s", paths[i]);
        cr_expect_eq(c.has_timelock, p.has_operation, "%s", paths[i]);
        proposal_context_clear(&c);
        proposal_clear(&p);
    }
}
