// SPDX-License-Identifier: Apache-2.0
/* Lists of a service, in which anybody can put rows; docs/threat-model.md, U8. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/limits.h"
#include "src/base/u256.h"
#include "tests/unit/queue_service_rig.h"

#define TRUSTED(nonce) LIST nonce "&ordering=nonce,created&limit=200&offset=0 "
#define ALL(nonce)     LIST nonce "&trusted=false&ordering=nonce,created&limit=200&offset=0 "

static char *row_of(struct rig *r, const char *name, const char *signers)
{
    r->row = queue_fixture_row(&r->f, name);
    return rig_service_text(r, signers);
}

static char *untrusted(char *row)
{
    char *text = text_with(row, "\"trusted\":true", "\"trusted\":false");

    free(row);
    return text;
}

static char *join(const char *a, const char *b)
{
    size_t size = strlen(a) + strlen(b) + 2;
    char *out = malloc(size);

    cr_assert_not_null(out);
    (void)snprintf(out, size, "%s,%s", a, b);
    return out;
}

static size_t count_warnings(const struct rig *r, const char *words)
{
    size_t n = 0;

    for (size_t i = 0; queue_warning(r->q, i) != NULL; i++)
        n += strstr(queue_warning(r->q, i), words) != NULL ? 1 : 0;
    return n;
}

Test(queue_service_list, pages_by_own_offset_and_never_follows_next)
{
    struct rig r;
    struct queue_entries list;
    struct u256 seven = u256_from_u64(7);
    struct diag d = { 0 };
    char *a = NULL, *b = NULL, *first = NULL, *second = NULL;

    rig_load(&r);
    a = row_of(&r, "schedule", "0");
    b = row_of(&r, "reject", "");
    first = rig_page_text_of(a, "\"http://127.0.0.1:1/api/v2/steal/\"", 2);
    second = rig_page_text_of(b, "null", 2);
    rig_serve(&r,
              (struct loopback_exchange[]){ { TRUSTED("=7"), 200, NULL, first },
                                            { LIST "=7&ordering", 200, NULL, second } },
              2);
    cr_assert_eq(queue_at_nonce(&d, r.q, &list, &seven), OK, "%s", d.msg);
    rig_stop(&r);
    cr_expect_eq(list.num_items, 2);
    cr_expect(memcmp(list.items[0].proposal.claimed.safe_tx.b,
                     list.items[1].proposal.claimed.safe_tx.b, 32) < 0);
    cr_expect_not_null(strstr(r.log, "offset=1 "));
    cr_expect_null(strstr(r.log, "steal"));
    queue_entries_clear(&list);
    free(first);
    free(second);
    free(a);
    free(b);
    rig_close(&r);
}

/* More than a page: the list is asked for anew, up to the moment of asking by the service's clock.
 */
Test(queue_service_list, rows_that_come_meanwhile_move_nothing)
{
    static const char date[] = "Date: Mon, 30 Nov 2026 22:03:14 GMT\r\n";
    struct rig r;
    struct queue_entries list;
    struct u256 seven = u256_from_u64(7);
    struct diag d = { 0 };
    char *row = NULL, *first = NULL, *last = NULL;

    rig_load(&r);
    row = row_of(&r, "schedule", "0");
    first = rig_page_text(row, "\"more\"");
    last = rig_page_text(row, "null");
    rig_serve(
        &r,
        (struct loopback_exchange[]){
            { TRUSTED("=7"), 200, date, first },
            { LIST "=7&ordering=nonce,created&submission_date__lte=2026-11-30T22:03:15Z&limit=200"
                   "&offset=0 ",
              200, date, last } },
        2);
    cr_assert_eq(queue_at_nonce(&d, r.q, &list, &seven), OK, "%s", d.msg);
    rig_stop(&r);
    cr_expect_eq(list.num_items, 1);
    queue_entries_clear(&list);
    free(row);
    free(first);
    free(last);
    rig_close(&r);
}

/* A page twice and another never: fewer rows than the service counts is no shorter list. */
Test(queue_service_list, lost_rows_are_noticed)
{
    struct rig r;
    struct queue_entries list;
    struct u256 seven = u256_from_u64(7);
    struct diag d = { 0 };
    char *row = NULL, *page = NULL;

    rig_load(&r);
    row = row_of(&r, "schedule", "0");
    page = rig_page_text_of(row, "null", 2);
    rig_serve(&r,
              (struct loopback_exchange[]){ { TRUSTED("=7"), 200, NULL, page },
                                            { TRUSTED("=7"), 200, NULL, page },
                                            { TRUSTED("=7"), 200, NULL, page } },
              3);
    cr_expect_eq(queue_at_nonce(&d, r.q, &list, &seven), ERR_NETWORK);
    rig_stop(&r);
    cr_expect_not_null(strstr(d.msg, "counts 2 pending transactions and listed 1"), "%s", d.msg);
    cr_expect_eq(list.num_items, 0);
    free(row);
    free(page);
    rig_close(&r);
}

Test(queue_service_list, lost_untrusted_rows_are_a_warning)
{
    struct rig r;
    struct queue_entries list;
    struct u256 zero = u256_from_u64(0);
    struct diag d = { 0 };
    char *row = NULL, *few = NULL, *all = NULL;

    rig_load(&r);
    row = row_of(&r, "schedule", "0");
    all = rig_page_text(row, "null");
    few = rig_page_text_of(row, "null", 5);
    rig_serve(&r,
              (struct loopback_exchange[]){ { TRUSTED("__gte=0"), 200, NULL, all },
                                            { ALL("__gte=0"), 200, NULL, few },
                                            { ALL("__gte=0"), 200, NULL, few },
                                            { ALL("__gte=0"), 200, NULL, few } },
              4);
    cr_assert_eq(queue_list(&d, r.q, &list, &zero), OK, "%s", d.msg);
    rig_stop(&r);
    cr_expect_eq(list.num_items, 1);
    cr_expect_eq(count_warnings(&r, "counts 5 pending transactions and listed 1"), 1);
    queue_entries_clear(&list);
    free(row);
    free(all);
    free(few);
    rig_close(&r);
}

/* What members nobody uses hold is not judged; a row that cannot be read hides no other. */
Test(queue_service_list, a_poisoned_row_cannot_hide_the_others)
{
    static const struct {
        const char *name, *old, *new;
        enum err want;
        size_t num, num_left_out;
    } cases[] = {
        { "NUL in what the service decoded", "\"trusted\"",
          "\"dataDecoded\":{\"method\":\"file\",\"parameters\":[{\"value\":\"\\u0000\"}]},"
          "\"trusted\"",
          OK, 2, 0 },
        { "nonsense in a member that is not used", "\"trusted\"",
          "\"x\":[1e999,{\"a\":1,\"a\":2}],\"trusted\"", OK, 2, 0 },
        { "unreadable", "\"value\":\"0\"", "\"value\":\"x\"", OK, 1, 1 },
        { "no gas token", "\"gasToken\":\"0x0000000000000000000000000000000000000000\"",
          "\"gasToken\":null", OK, 2, 0 },
        { "a hash that is none", "\"safeTxHash\":\"0x", "\"safeTxHash\":\"0y", OK, 1, 1 },
        { "NUL in what is signed", "\"data\":\"0x", "\"data\":\"\\u00000x", OK, 1, 1 },
        { "a wrong hash", "\"value\":\"0\"", "\"value\":\"1\"", ERR_MISMATCH, 0, 0 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (size_t trusted = 0; trusted < 2; trusted++) {
            struct rig r;
            struct queue_entries list;
            struct u256 zero = u256_from_u64(0);
            struct diag d = { 0 };
            char *good = NULL, *planted = NULL, *changed = NULL, *both = NULL;
            char *page = NULL, *first = NULL, *twice = NULL;
            enum err e;

            rig_load(&r);
            good = row_of(&r, "schedule", "0");
            planted = row_of(&r, "direct", "");
            planted = trusted ? planted : untrusted(planted);
            changed = text_with(planted, cases[i].old, cases[i].new);
            twice = join(changed, changed); /* as pages give rows that compare equal */
            both = join(twice, good);
            page = rig_page_text_of(both, "null", 2);
            first = trusted ? rig_page_text_of(both, "null", 2) : rig_page_text(good, "null");
            rig_serve(&r,
                      (struct loopback_exchange[]){ { TRUSTED("__gte=0"), 200, NULL, first },
                                                    { ALL("__gte=0"), 200, NULL, page } },
                      2);
            e = queue_list(&d, r.q, &list, &zero);
            rig_stop(&r);
            if (cases[i].want == ERR_MISMATCH && !trusted) {
                cr_expect_eq(e, OK, "%s", cases[i].name);
                cr_expect_eq(list.num_items, 1, "%s", cases[i].name);
            } else {
                cr_expect_eq(e, cases[i].want, "%s: %d (%s)", cases[i].name, (int)e, d.msg);
                cr_expect_eq(list.num_items, cases[i].num, "%s: %zu", cases[i].name,
                             list.num_items);
                cr_expect_geq(count_warnings(&r, "left out"), cases[i].num_left_out, "%s",
                              cases[i].name);
            }
            queue_entries_clear(&list);
            free(good);
            free(planted);
            free(changed);
            free(twice);
            free(both);
            free(page);
            free(first);
            rig_close(&r);
        }
    }
}

/* Nothing that happens to the second question takes away the answer to the first. */
Test(queue_service_list, a_flood_that_breaks_the_service_hides_nothing)
{
    struct rig r;
    struct queue_entries list;
    struct u256 zero = u256_from_u64(0);
    struct diag d = { 0 };
    char *row = NULL, *page = NULL;

    rig_load(&r);
    row = row_of(&r, "schedule", "0");
    page = rig_page_text(row, "null");
    rig_serve(&r,
              (struct loopback_exchange[]){ { TRUSTED("__gte=0"), 200, NULL, page },
                                            { ALL("__gte=0"), 400, NULL, "<h1>too much</h1>" } },
              2);
    cr_assert_eq(queue_list(&d, r.q, &list, &zero), OK, "%s", d.msg);
    rig_stop(&r);
    cr_expect_eq(list.num_items, 1);
    cr_expect(list.items[0].real);
    cr_expect_eq(count_warnings(&r, "does not trust could be listed"), 1);
    queue_entries_clear(&list);
    free(row);
    free(page);
    rig_close(&r);
}

/* Who stands behind a row decides which nonce is taken: not the service's word alone. */
Test(queue_service_list, next_nonce_is_the_lowest_that_no_real_row_has)
{
    static const struct {
        const char *name, *signers, *by;
        const char *want; /* with the chain at 7; the row has 7 */
        bool trusted;
    } cases[] = {
        { "an owner signed", "0", "null", "8", true },
        { "nobody signed", "", "null", "7", true },
        { "a stranger's signature", "9", "null", "7", true },
        { "a delegate of the profile proposed", "", "\"" DELEGATE "\"", "8", true },
        { "somebody else's delegate", "", "\"" OUTSIDER "\"", "7", true },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rig r;
        struct u256 seven = u256_from_u64(7), next;
        struct diag d = { 0 };
        char *row = NULL, *changed = NULL, *page = NULL, by[128];

        rig_load(&r);
        (void)snprintf(by, sizeof(by), "\"proposedByDelegate\":%s,\"trusted\"", cases[i].by);
        row = row_of(&r, "schedule", cases[i].signers);
        changed = strstr(row, "\"proposedByDelegate\":null,") != NULL
                      ? text_with(row, "\"proposedByDelegate\":null,", "")
                      : text_with(row, "\"trusted\"", "\"trusted\"");
        free(row);
        row = text_with(changed, "\"trusted\"", by);
        page = rig_page_text(row, "null");
        rig_serve(&r, &(struct loopback_exchange){ TRUSTED("__gte=7"), 200, NULL, page }, 1);
        cr_assert_eq(queue_next_nonce(&d, r.q, &next, &seven), OK, "%s: %s", cases[i].name, d.msg);
        rig_stop(&r);
        cr_expect_str_eq(u256_format(&next).s, cases[i].want, "%s", cases[i].name);
        free(row);
        free(changed);
        free(page);
        rig_close(&r);
    }
}

/* One owner's row far ahead pulls nobody behind it. */
Test(queue_service_list, a_far_row_does_not_pull_the_nonce)
{
    struct rig r;
    struct u256 zero = u256_from_u64(0), next;
    struct diag d = { 0 };
    char *row = NULL, *page = NULL;

    rig_load(&r);
    row = row_of(&r, "schedule", "0");
    page = rig_page_text(row, "null");
    rig_serve(&r, &(struct loopback_exchange){ TRUSTED("__gte=0"), 200, NULL, page }, 1);
    cr_assert_eq(queue_next_nonce(&d, r.q, &next, &zero), OK, "%s", d.msg);
    rig_stop(&r);
    cr_expect(u256_is_zero(&next));
    cr_expect_eq(count_warnings(&r, "nonce 0 is free; 1 transaction of the queue waits behind it"),
                 1);
    free(row);
    free(page);
    rig_close(&r);
}
