// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "safe/proposal.h"
#include "src/base/file.h"

#define FIXTURE "fixtures/verify/schedule.json"

static char dir[64];
static char path[96];

static void set_up(void)
{
    (void)strcpy(dir, "/tmp/countersign-proposal-XXXXXX");
    cr_assert_not_null(mkdtemp(dir));
    (void)snprintf(path, sizeof(path), "%s/p.json", dir);
}

static void tear_down(void)
{
    char command[128];

    (void)snprintf(command, sizeof(command), "rm -rf '%s'", dir);
    cr_assert_eq(system(command), 0);
}

/* Without its signatures. */
static void load_unsigned(struct proposal *out)
{
    struct diag d = { 0 };

    cr_assert_eq(proposal_load(&d, out, FIXTURE), OK, "%s", d.msg);
    while (out->num_signatures > 0)
        free(out->signatures[--out->num_signatures].data);
}

static void load_back(struct proposal *out)
{
    struct diag d = { 0 };

    cr_assert_eq(proposal_load(&d, out, path), OK, "%s", d.msg);
}

static void add_signature(struct proposal *p, uint8_t signer_byte)
{
    struct diag d = { 0 };
    const struct address signer = { { signer_byte } };
    const uint8_t sig[65] = { signer_byte };

    cr_assert_eq(proposal_add_signature(&d, p, &signer, "EOA", sig, sizeof(sig)), OK, "%s", d.msg);
}

/* What was loaded before others wrote is no reason to lose what they wrote. */
Test(proposal_file, writers_keep_each_others_signatures, .init = set_up, .fini = tear_down)
{
    enum { WRITERS = 6 };
    struct diag d = { 0 };
    struct proposal p = { 0 };

    load_unsigned(&p);
    cr_assert_eq(proposal_save_joined(&d, &p, path, true), OK, "%s", d.msg);
    for (uint8_t i = 0; i < WRITERS; i++) {
        if (fork() != 0)
            continue;
        add_signature(&p, (uint8_t)(i + 1));
        _exit(proposal_save_joined(&d, &p, path, true) == OK ? 0 : 1);
    }
    for (int i = 0; i < WRITERS; i++) {
        int status = -1;

        cr_expect(wait(&status) > 0 && status == 0);
    }
    proposal_clear(&p);
    load_back(&p);
    cr_expect_eq(p.num_signatures, WRITERS);
    proposal_clear(&p);
}

static const struct {
    const char *name;
    uint8_t signers; /* of what is there */
    bool other;      /* it has another time than what is written */
    bool keep_other;
    enum err want;
} rows[] = {
    { "the same", 0, false, true, OK },
    { "the same, signed", 2, false, true, OK },
    { "the same, signed, by propose", 2, false, false, OK },
    { "another, unsigned, by sign", 0, true, true, ERR_MISMATCH },
    { "another, signed, by sign", 1, true, true, ERR_MISMATCH },
    { "another, signed, by propose", 1, true, false, ERR_MISMATCH },
    { "another, unsigned, by propose", 0, true, false, OK },
};

Test(proposal_file, what_may_be_replaced, .init = set_up, .fini = tear_down)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct diag d = { 0 };
        struct proposal there = { 0 };
        struct proposal p = { 0 };
        struct proposal after = { 0 };
        enum err e = OK;

        load_unsigned(&there);
        load_unsigned(&p);
        for (uint8_t k = 0; k < rows[i].signers; k++)
            add_signature(&there, (uint8_t)(k + 1));
        there.created_s += rows[i].other ? 1 : 0;
        cr_assert_eq(proposal_save(&d, &there, path), OK, "%s", d.msg);
        add_signature(&p, 1);
        e = proposal_save_joined(&d, &p, path, rows[i].keep_other);
        cr_expect_eq(e, rows[i].want, "%s: %d (%s)", rows[i].name, (int)e, d.msg);
        load_back(&after);
        if (e != OK)
            cr_expect_eq(after.created_s, there.created_s, "%s", rows[i].name);
        else if (!rows[i].other)
            cr_expect_geq(after.num_signatures, there.num_signatures, "%s", rows[i].name);
        proposal_clear(&there);
        proposal_clear(&p);
        proposal_clear(&after);
    }
}

Test(proposal_file, what_is_no_proposal_stays, .init = set_up, .fini = tear_down)
{
    struct diag d = { 0 };
    struct proposal p = { 0 };
    struct buf text;

    load_unsigned(&p);
    cr_assert_eq(file_write(&d, path, "format: x\n", 10, 0), OK);
    cr_expect_eq(proposal_save_joined(&d, &p, path, false), ERR_MISMATCH);
    buf_init(&text, 64);
    cr_expect_eq(file_read(&d, &text, path), OK);
    cr_expect_str_eq(buf_str(&text), "format: x\n");
    buf_clear(&text);
    proposal_clear(&p);
}
