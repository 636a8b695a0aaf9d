// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "safe/queue_internal.h"
#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/u256.h"
#include "tests/unit/queue_fixture.h"

struct rig {
    struct queue_fixture f;
    char dir[64];
    struct queue *q;
};

static void rig_open(struct rig *r)
{
    struct diag d = { 0 };

    queue_fixture_load(&r->f);
    (void)snprintf(r->dir, sizeof(r->dir), "/tmp/countersign-queue-XXXXXX");
    cr_assert_not_null(mkdtemp(r->dir));
    r->f.profile.queue.kind = QUEUE_DIRECTORY;
    r->f.profile.queue.location = r->dir;
    cr_assert_eq(queue_open(&d, &r->q, &r->f.profile), OK, "%s", d.msg);
}

/* The queue is five levels deep. */
static void remove_tree(const char *path, int levels)
{
    struct diag d = { 0 };
    char **names = NULL;
    size_t num_names = 0;

    if (levels > 0 && file_list_dir(&d, &names, &num_names, path) == OK) {
        for (size_t i = 0; i < num_names; i++) {
            char inner[1024];

            (void)snprintf(inner, sizeof(inner), "%s/%s", path, names[i]);
            remove_tree(inner, levels - 1);
        }
        file_free_names(names, num_names);
    }
    (void)remove(path);
}

static void rig_close(struct rig *r)
{
    queue_close(r->q);
    queue_fixture_free(&r->f);
    remove_tree(r->dir, 6);
}

/* <dir>/<chain>-<safe>/<nonce>-<hash><rest> */
static void entry_path(char out[static 512], const struct rig *r, const struct json *row,
                       const char *rest)
{
    struct hash32 hash = queue_fixture_hash(row);
    struct u256 nonce;
    struct diag d = { 0 };
    char safe[HEX_0X_LEN(20)];
    uint64_t n = 0;

    cr_assert_eq(json_read_u256(&d, &nonce, json_get(row, "tx"), "nonce"), OK);
    cr_assert(u256_to_u64(&nonce, &n));
    (void)snprintf(out, 512, "%s/8453-%s/%010u-%s%s", r->dir,
                   hex_encode_0x(safe, r->f.profile.safe.safe.b, 20), (unsigned)n,
                   hash32_format(&hash).s, rest);
}

static void submit_row(struct rig *r, const char *name, size_t first, size_t last)
{
    const struct json *row = queue_fixture_row(&r->f, name);
    struct queue_receipt receipt;
    struct proposal p;
    struct diag d = { 0 };

    queue_fixture_proposal(&p, &r->f, row);
    for (size_t who = first; who < last; who++)
        queue_fixture_sign(&p, row, who, who % 2 == 0 ? "eoa" : "ethSign");
    cr_assert_eq(queue_submit(&d, r->q, &receipt, &p), OK, "%s", d.msg);
    proposal_clear(&p);
}

static void count_entries(struct rig *r, size_t *num, size_t *num_signatures, size_t *num_bad)
{
    struct queue_entries list;
    struct u256 zero = u256_from_u64(0);
    struct diag d = { 0 };

    cr_assert_eq(queue_list(&d, r->q, &list, &zero), OK, "%s", d.msg);
    *num = list.num_items;
    *num_signatures = 0;
    *num_bad = 0;
    for (size_t i = 0; i < list.num_items; i++) {
        *num_signatures += list.items[i].proposal.num_signatures;
        *num_bad += list.items[i].num_bad_signatures;
    }
    queue_entries_clear(&list);
}

/* --- what may not enter -------------------------------------------------------------------- */

static void other_chain(struct proposal *p)
{
    p->domain.chain_id = u256_from_u64(1);
}

static void other_safe(struct proposal *p)
{
    p->domain.safe.b[19] ^= 1;
}

static void other_version(struct proposal *p)
{
    struct diag d = { 0 };

    cr_assert_eq(safe_version_parse(&d, &p->domain, "1.1.1"), OK);
}

static void other_claim(struct proposal *p)
{
    p->claimed.safe_tx.b[0] ^= 1;
}

static void other_field(struct proposal *p)
{
    p->tx.gas_price = u256_from_u64(1);
}

static void other_signer(struct proposal *p)
{
    p->signatures[0].signer.b[0] ^= 1;
}

static void flipped_signature(struct proposal *p)
{
    p->signatures[0].data[40] ^= 1;
}

static void short_signature(struct proposal *p)
{
    p->signatures[0].data_len--;
}

static const struct {
    const char *name;
    void (*change)(struct proposal *p);
} refused[] = {
    { "other chain", other_chain },
    { "other Safe", other_safe },
    { "other version", other_version },
    { "other claimed hash", other_claim },
    { "other field", other_field },
    { "other signer", other_signer },
    { "flipped signature", flipped_signature },
    { "short signature", short_signature },
};

Test(queue_directory, refuses_what_does_not_belong)
{
    struct rig r;
    size_t num, sigs, bad;

    rig_open(&r);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        const struct json *row = queue_fixture_row(&r.f, "schedule");
        struct queue_receipt receipt;
        struct proposal p;
        struct diag d = { 0 };
        enum err e;

        queue_fixture_proposal(&p, &r.f, row);
        queue_fixture_sign(&p, row, 0, "eoa");
        refused[i].change(&p);
        e = queue_submit(&d, r.q, &receipt, &p);
        cr_expect(e == ERR_MISMATCH || e == ERR_FORMAT, "%s: got %d (%s)", refused[i].name, (int)e,
                  d.msg);
        proposal_clear(&p);
    }
    count_entries(&r, &num, &sigs, &bad);
    cr_expect_eq(num, 0);
    rig_close(&r);
}

Test(queue_directory, refuses_an_outsider_and_a_signature_of_another_transaction)
{
    struct rig r;
    const struct json *row = NULL;
    struct queue_receipt receipt;
    struct proposal p;
    struct diag d = { 0 };

    rig_open(&r);
    row = queue_fixture_row(&r.f, "schedule");
    queue_fixture_proposal(&p, &r.f, row);
    queue_fixture_sign(&p, row, 9, "eoa");
    cr_expect_eq(queue_submit(&d, r.q, &receipt, &p), ERR_MISMATCH);
    proposal_clear(&p);

    queue_fixture_proposal(&p, &r.f, row);
    queue_fixture_sign(&p, queue_fixture_row(&r.f, "execute"), 0, "eoa");
    cr_expect_eq(queue_submit(&d, r.q, &receipt, &p), ERR_MISMATCH);
    proposal_clear(&p);
    rig_close(&r);
}

Test(queue_directory, refuses_other_evidence_for_the_same_transaction)
{
    struct rig r;
    struct queue_receipt receipt;
    struct diag d = { 0 };
    static const struct {
        const char *name, *content;
        enum err want;
    } cases[] = {
        { "the first", "right", OK },
        { "the same again", "right", OK },
        { "none", NULL, OK },
        { "another", "wrong", ERR_MISMATCH },
    };

    rig_open(&r);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct proposal p;
        enum err e;

        queue_fixture_proposal(&p, &r.f, queue_fixture_row(&r.f, "schedule"));
        if (cases[i].content != NULL)
            cr_assert_eq(proposal_add_file(&d, &p, "compose.yaml", cases[i].content, 5), OK);
        e = queue_submit(&d, r.q, &receipt, &p);
        cr_expect_eq(e, cases[i].want, "%s: got %d (%s)", cases[i].name, (int)e, d.msg);
        cr_expect_eq(receipt.already_there, cases[i].want == OK && i > 0, "%s", cases[i].name);
        proposal_clear(&p);
    }
    rig_close(&r);
}

/* --- broken and foreign files --------------------------------------------------------------- */

static void put(const struct rig *r, const char *rest, const char *text)
{
    char path[512];
    struct diag d = { 0 };
    char *slash = NULL;

    entry_path(path, r, queue_fixture_row(&r->f, "schedule"), rest);
    slash = strrchr(path, '/');
    *slash = '\0';
    cr_assert_eq(file_make_dirs(&d, path), OK, "%s", d.msg);
    *slash = '/';
    cr_assert_eq(file_write(&d, path, text, strlen(text), 0), OK, "%s", d.msg);
}

#define OWNER_4 "0x15d34aaf54267db7d7c367839aaf71a00a2c6a65"

static const struct {
    const char *name, *rest, *text;
    size_t num_entries, num_bad, num_warnings;
} foreign[] = {
    { "foreign file beside the entries", "/../README.md", "hello", 1, 0, 1 },
    { "foreign directory", "/../0000000007-0x12/proposal.json", "{}", 1, 0, 1 },
    { "nonce without zeros", "/../7-0x12/proposal.json", "{}", 1, 0, 1 },
    { "foreign file beside the proposal", "/notes.txt", "hello", 1, 0, 0 },
    { "no signature file", "/signatures/notes.txt", "hello", 1, 1, 1 },
    { "empty signature file", "/signatures/" OWNER_4 ".json", "", 1, 1, 1 },
    { "unfinished write", "/signatures/" OWNER_4 ".json.tmp-1-0", "{", 1, 0, 0 },
    { "proposal cut", "/proposal.json", "{", 0, 0, 1 },
    { "another transaction's name",
      "/../0000000008-0x1111111111111111111111111111111111111111111111111111111111111111/"
      "proposal.json",
      NULL, 1, 0, 1 },
};

Test(queue_directory, warns_of_foreign_files_and_never_counts_them)
{
    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
        struct rig r;
        char path[512];
        struct buf own;
        struct diag d = { 0 };
        size_t num, sigs, bad, warnings = 0;

        rig_open(&r);
        submit_row(&r, "schedule", 0, 2);
        entry_path(path, &r, queue_fixture_row(&r.f, "schedule"), "/proposal.json");
        buf_init(&own, 65536);
        cr_assert_eq(file_read(&d, &own, path), OK);
        put(&r, foreign[i].rest, foreign[i].text != NULL ? foreign[i].text : buf_str(&own));
        count_entries(&r, &num, &sigs, &bad);
        while (queue_warning(r.q, warnings) != NULL)
            warnings++;
        cr_expect_eq(num, foreign[i].num_entries, "%s: %zu entries", foreign[i].name, num);
        cr_expect_eq(sigs, 2 * foreign[i].num_entries, "%s: %zu sigs", foreign[i].name, sigs);
        cr_expect_eq(bad, foreign[i].num_bad, "%s: %zu bad", foreign[i].name, bad);
        cr_expect_eq(warnings, foreign[i].num_warnings, "%s: %zu warnings, '%s'", foreign[i].name,
                     warnings, warnings > 0 ? queue_warning(r.q, 0) : "");
        buf_clear(&own);
        rig_close(&r);
    }
}

Test(queue_directory, a_signature_file_under_another_name_does_not_count)
{
    struct rig r;
    char from[512], to[512];
    size_t num, sigs, bad;

    rig_open(&r);
    submit_row(&r, "schedule", 0, 1);
    entry_path(from, &r, queue_fixture_row(&r.f, "schedule"),
               "/signatures/0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266.json");
    entry_path(to, &r, queue_fixture_row(&r.f, "schedule"), "/signatures/" OWNER_4 ".json");
    cr_assert_eq(rename(from, to), 0);
    count_entries(&r, &num, &sigs, &bad);
    cr_expect_eq(num, 1);
    cr_expect_eq(sigs, 0);
    cr_expect_eq(bad, 1);
    rig_close(&r);
}

/* Every truncation and every flipped low bit of a signature file: never an owner's signature. */
Test(queue_directory, no_damaged_signature_file_counts)
{
    struct rig r;
    char path[512];
    struct buf text;
    struct diag d = { 0 };
    struct hash32 hash;

    rig_open(&r);
    submit_row(&r, "schedule", 0, 1);
    hash = queue_fixture_hash(queue_fixture_row(&r.f, "schedule"));
    entry_path(path, &r, queue_fixture_row(&r.f, "schedule"),
               "/signatures/0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266.json");
    buf_init(&text, 65536);
    cr_assert_eq(file_read(&d, &text, path), OK);
    for (size_t i = 0; i < 2 * text.len - 1; i++) {
        bool cut = i >= text.len;
        size_t len = cut ? i - text.len : text.len;
        struct address signer;
        struct signature sig = { 0 };
        struct buf bytes;

        buf_init(&bytes, 8192);
        if (!cut)
            text.data[i] ^= 1;
        if (queue_directory_parse_signature(&d, &signer, &bytes, &hash, text.data, len) == OK &&
            signature_parse(&d, &sig, &hash, bytes.data, bytes.len) == OK)
            cr_expect_not(address_eq(&sig.signer, &signer), "position %zu", i);
        if (!cut)
            text.data[i] ^= 1;
        signature_clear(&sig);
        buf_clear(&bytes);
    }
    buf_clear(&text);
    rig_close(&r);
}

/* Files that somebody planted in an owner's name do not keep the owner's signature out. */
Test(queue_directory, a_signature_replaces_what_proves_nothing)
{
    static const char approval[] =
        "{\"format\":\"countersign/signature/1\",\"safeTxHash\":\"%s\",\"signer\":"
        "\"0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266\",\"signature\":\"0x"
        "000000000000000000000000f39fd6e51aad88f6f4ce6ab8827279cfffb92266"
        "000000000000000000000000000000000000000000000000000000000000000001\"}";
    struct hash32 hash;
    struct rig r;
    char path[512];
    char planted[1024];
    size_t num, sigs, bad;

    rig_open(&r);
    submit_row(&r, "schedule", 0, 1);
    hash = queue_fixture_hash(queue_fixture_row(&r.f, "schedule"));
    entry_path(path, &r, queue_fixture_row(&r.f, "schedule"),
               "/signatures/0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266.json");
    (void)snprintf(planted, sizeof(planted), approval, hash32_format(&hash).s);
    for (int i = 0; i < 2; i++) {
        const char *text = i == 0 ? planted : "{}";
        struct queue_entry held;
        struct diag d = { 0 };

        cr_assert_eq(file_write(&d, path, text, strlen(text), 0), OK);
        submit_row(&r, "schedule", 0, 1);
        count_entries(&r, &num, &sigs, &bad);
        cr_expect_eq(bad, 0);
        cr_assert_eq(queue_fetch(&d, r.q, &held, &hash), OK, "%s", d.msg);
        cr_assert_eq(held.proposal.num_signatures, 1);
        cr_expect_str_eq(held.proposal.signatures[0].kind, "EOA");
        queue_entry_clear(&held);
    }
    rig_close(&r);
}

/* --- what works ----------------------------------------------------------------------------- */

Test(queue_directory, submitting_twice_changes_nothing)
{
    struct rig r;
    const struct json *row = NULL;
    struct queue_receipt receipt;
    struct queue_entry held;
    struct proposal p;
    struct hash32 hash;
    struct diag d = { 0 };

    rig_open(&r);
    row = queue_fixture_row(&r.f, "schedule");
    hash = queue_fixture_hash(row);
    queue_fixture_proposal(&p, &r.f, row);
    queue_fixture_sign(&p, row, 0, "eoa");
    queue_fixture_sign(&p, row, 1, "ethSign");
    queue_fixture_sign(&p, row, 8, "eoa");
    for (int round = 0; round < 2; round++) {
        cr_assert_eq(queue_submit(&d, r.q, &receipt, &p), OK, "%s", d.msg);
        cr_expect_eq(receipt.already_there, round == 1);
        cr_expect_eq(receipt.signatures_sent, round == 0 ? 3 : 0);
        cr_expect_eq(receipt.signatures_listed, 3);
    }
    cr_assert_eq(queue_fetch(&d, r.q, &held, &hash), OK, "%s", d.msg);
    cr_expect(safe_tx_eq(&held.proposal.tx, &p.tx));
    cr_expect_eq(held.proposal.num_signatures, 3);
    cr_expect_eq(held.proposal.created_s, p.created_s);
    queue_entry_clear(&held);
    /* another signature by the same key adds nothing and is no error */
    queue_fixture_sign(&p, row, 0, "ethSign");
    cr_assert_eq(queue_submit(&d, r.q, &receipt, &p), OK, "%s", d.msg);
    cr_expect_eq(receipt.signatures_sent, 0);
    proposal_clear(&p);
    hash.b[0] ^= 1;
    cr_expect_eq(queue_fetch(&d, r.q, &held, &hash), ERR_IO);
    rig_close(&r);
}

Test(queue_directory, lists_by_nonce_and_finds_the_next)
{
    struct rig r;
    struct queue_entries list;
    struct u256 eight = u256_from_u64(8), seven = u256_from_u64(7), next;
    struct diag d = { 0 };

    rig_open(&r);
    cr_expect_eq(queue_next_nonce(&d, r.q, &next, &seven), OK, "%s", d.msg);
    cr_expect(u256_eq(&next, &seven));
    submit_row(&r, "direct", 0, 1);
    submit_row(&r, "reject", 0, 0);
    submit_row(&r, "execute", 0, 0);
    submit_row(&r, "schedule", 0, 0);
    cr_assert_eq(queue_list(&d, r.q, &list, &eight), OK, "%s", d.msg);
    cr_assert_eq(list.num_items, 2);
    cr_expect(u256_eq(&list.items[0].proposal.tx.nonce, &eight));
    queue_entries_clear(&list);
    cr_assert_eq(queue_at_nonce(&d, r.q, &list, &seven), OK, "%s", d.msg);
    cr_expect_eq(list.num_items, 2);
    queue_entries_clear(&list);
    cr_assert_eq(queue_next_nonce(&d, r.q, &next, &seven), OK, "%s", d.msg);
    cr_expect_str_eq(u256_format(&next).s, "9");
    rig_close(&r);
}

Test(queue_directory, a_missing_directory_is_an_error)
{
    struct rig r;
    struct queue_entries list;
    struct u256 zero = u256_from_u64(0);
    struct diag d = { 0 };

    rig_open(&r);
    remove_tree(r.dir, 6);
    cr_expect_eq(queue_list(&d, r.q, &list, &zero), ERR_IO);
    /* a share that is not mounted is not an empty queue */
    cr_assert_eq(symlink("/nonexistent/share", r.dir), 0);
    cr_expect_eq(queue_list(&d, r.q, &list, &zero), ERR_IO);
    cr_assert_eq(unlink(r.dir), 0);
    rig_close(&r);
}

/* Each of eight people at the same moment: a signature for the common proposal, and one of one's
 * own. */
static void one_of_eight(struct rig *r, size_t who)
{
    char name[32];

    submit_row(r, "schedule", who, who + 1);
    (void)snprintf(name, sizeof(name), "concurrent %zu", who + 1);
    submit_row(r, name, who, who + 1);
}

Test(queue_directory, eight_writers_at_once_lose_nothing)
{
    struct rig r;
    pid_t pids[8];
    size_t num, sigs, bad;

    rig_open(&r);
    for (size_t i = 0; i < 8; i++) {
        pids[i] = fork();
        cr_assert(pids[i] >= 0);
        if (pids[i] == 0) {
            one_of_eight(&r, i);
            _exit(0);
        }
    }
    for (size_t i = 0; i < 8; i++) {
        int status = -1;

        cr_assert_eq(waitpid(pids[i], &status, 0), pids[i]);
        cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "writer %zu", i);
    }
    count_entries(&r, &num, &sigs, &bad);
    cr_expect_eq(num, 9);
    cr_expect_eq(sigs, 16);
    cr_expect_eq(bad, 0);
    rig_close(&r);
}
