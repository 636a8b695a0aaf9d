// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "safe/journal.h"
#include "src/base/u256.h"

static struct safe_domain domain;
static char state_dir[64];

static void set_up(void)
{
    (void)strcpy(state_dir, "/tmp/countersign-journal-XXXXXX");
    cr_assert_not_null(mkdtemp(state_dir));
    cr_assert_eq(setenv("XDG_STATE_HOME", state_dir, 1), 0);
    domain.chain_id = u256_from_u64(8453);
    domain.safe = (struct address){ { 0x11 } };
}

static void tear_down(void)
{
    char command[128];

    (void)snprintf(command, sizeof(command), "rm -rf '%s'", state_dir);
    cr_assert_eq(system(command), 0);
}

static void add(uint64_t nonce_number, uint8_t signer_byte, uint8_t hash_byte)
{
    struct diag d = { 0 };
    const struct u256 nonce = u256_from_u64(nonce_number);
    const struct address signer = { { signer_byte } };
    const struct hash32 hash = { { hash_byte } };

    cr_assert_eq(journal_add(&d, &domain, &nonce, &signer, &hash), OK, "%s", d.msg);
}

static size_t count(uint64_t nonce_number, enum err want)
{
    struct diag d = { 0 };
    const struct u256 nonce = u256_from_u64(nonce_number);
    struct journal_entry *entries = NULL;
    size_t num_entries = 99;

    cr_assert_eq(journal_list(&d, &entries, &num_entries, &domain, &nonce), want, "%s", d.msg);
    free(entries);
    return num_entries;
}

static void journal_file(char *out, size_t out_size)
{
    (void)snprintf(out, out_size,
                   "%s/countersign/signed-8453-0x1100000000000000000000000000000000000000",
                   state_dir);
}

/* The one file of the journal, with its content replaced. */
static void overwrite(const char *content)
{
    char path[256];
    FILE *f = NULL;

    journal_file(path, sizeof(path));
    f = fopen(path, "w");
    cr_assert_not_null(f);
    cr_assert_geq(fputs(content, f), 0);
    cr_assert_eq(fclose(f), 0);
}

Test(journal, no_journal_is_empty, .init = set_up, .fini = tear_down)
{
    cr_expect_eq(count(7, OK), 0);
}

Test(journal, keeps_what_was_added, .init = set_up, .fini = tear_down)
{
    struct diag d = { 0 };
    const struct u256 nonce = u256_from_u64(7);
    struct journal_entry *entries = NULL;
    size_t num_entries = 0;

    add(7, 1, 0xaa);
    add(17, 1, 0xbb);
    add(7, 2, 0xcc);
    add(7, 2, 0xcc); /* the same again */
    cr_assert_eq(journal_list(&d, &entries, &num_entries, &domain, &nonce), OK, "%s", d.msg);
    cr_assert_eq(num_entries, 2);
    cr_expect_eq(entries[0].signer.b[0], 1);
    cr_expect_eq(entries[0].safe_tx_hash.b[0], 0xaa);
    cr_expect_eq(entries[1].signer.b[0], 2);
    cr_expect_eq(entries[1].safe_tx_hash.b[0], 0xcc);
    free(entries);
    cr_expect_eq(count(17, OK), 1);
    cr_expect_eq(count(1, OK), 0);
}

Test(journal, other_safe_and_chain_are_apart, .init = set_up, .fini = tear_down)
{
    add(7, 1, 0xaa);
    domain.chain_id = u256_from_u64(1);
    cr_expect_eq(count(7, OK), 0);
    domain.chain_id = u256_from_u64(8453);
    domain.safe.b[0] = 0x12;
    cr_expect_eq(count(7, OK), 0);
}

Test(journal, broken_is_an_error, .init = set_up, .fini = tear_down)
{
    static const char line[] = "7 0x1100000000000000000000000000000000000000 "
                               "0x1111111111111111111111111111111111111111111111111111111111111111";
    static const char *const broken[] = {
        "x\n", "\n", "7\n", "7 0x11 0x22\n", "07 0x1100000000000000000000000000000000000000 0x\n",
    };

    add(7, 1, 0xaa);
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        overwrite(broken[i]);
        cr_expect_eq(count(7, ERR_FORMAT), 0, "case %zu", i);
    }
    overwrite(line); /* its newline is missing: a line that was cut */
    cr_expect_eq(count(7, ERR_FORMAT), 0);
}

/* What stands in the way of the journal is an error, both for who reads and for who adds. */
static void expect_unknown(const char *what)
{
    struct diag d = { 0 };
    const struct u256 nonce = u256_from_u64(7);
    const struct address signer = { { 1 } };
    const struct hash32 hash = { { 0xaa } };

    cr_expect_eq(count(7, ERR_IO), 0, "%s", what);
    cr_expect_eq(journal_probe(&d, &domain), ERR_IO, "%s", what);
    cr_expect_eq(journal_add(&d, &domain, &nonce, &signer, &hash), ERR_IO, "%s", what);
}

Test(journal, file_in_place_of_the_directory_is_not_no_journal, .init = set_up, .fini = tear_down)
{
    char path[256];
    FILE *f = NULL;

    (void)snprintf(path, sizeof(path), "%s/countersign", state_dir);
    f = fopen(path, "w");
    cr_assert_not_null(f);
    cr_assert_eq(fclose(f), 0);
    expect_unknown("ENOTDIR");
}

Test(journal, directory_in_place_of_the_file_is_not_no_journal, .init = set_up, .fini = tear_down)
{
    char path[256];

    add(7, 1, 0xaa);
    journal_file(path, sizeof(path));
    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(mkdir(path, 0700), 0);
    expect_unknown("EISDIR");
}

Test(journal, link_to_nowhere_or_itself_is_not_no_journal, .init = set_up, .fini = tear_down)
{
    char path[256];

    add(7, 1, 0xaa);
    journal_file(path, sizeof(path));
    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(symlink(path, path), 0);
    expect_unknown("ELOOP");
    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(symlink("/nonexistent/journal", path), 0);
    expect_unknown("dangling");
}

Test(journal, probe_changes_nothing, .init = set_up, .fini = tear_down)
{
    struct diag d = { 0 };

    cr_expect_eq(journal_probe(&d, &domain), OK, "%s", d.msg);
    cr_expect_eq(count(7, OK), 0);
    add(7, 1, 0xaa);
    cr_expect_eq(journal_probe(&d, &domain), OK, "%s", d.msg);
    cr_expect_eq(count(7, OK), 1);
}

Test(journal, probe_tells_a_full_journal_and_a_lost_lock, .init = set_up, .fini = tear_down)
{
    struct diag d = { 0 };
    char path[256];

    add(7, 1, 0xaa);
    journal_file(path, sizeof(path));
    cr_assert_eq(truncate(path, 4 * 1024 * 1024 - 188), 0);
    cr_expect_eq(journal_probe(&d, &domain), ERR_LIMIT);
    cr_assert_eq(truncate(path, 4 * 1024 * 1024 - 189), 0);
    cr_expect_eq(journal_probe(&d, &domain), OK, "%s", d.msg);
    (void)snprintf(path, sizeof(path), "%s/countersign/.lock", state_dir);
    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(mkdir(path, 0700), 0);
    cr_expect_eq(journal_probe(&d, &domain), ERR_IO);
}

Test(journal, concurrent_writers_lose_nothing, .init = set_up, .fini = tear_down)
{
    enum { WRITERS = 8, LINES = 10 };

    for (uint8_t w = 0; w < WRITERS; w++) {
        if (fork() == 0) {
            struct diag d = { 0 };
            const struct u256 nonce = u256_from_u64(3);
            const struct address signer = { { w } };
            enum err e = OK;

            for (uint8_t i = 0; e == OK && i < LINES; i++)
                e = journal_add(&d, &domain, &nonce, &signer, &(struct hash32){ { w, i } });
            _exit(e == OK ? 0 : 1);
        }
    }
    for (int w = 0; w < WRITERS; w++) {
        int status = 0;

        cr_assert_geq(wait(&status), 0);
        cr_expect_eq(status, 0);
    }
    cr_expect_eq(count(3, OK), WRITERS * LINES);
}
