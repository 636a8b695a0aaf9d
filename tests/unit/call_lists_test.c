// SPDX-License-Identifier: Apache-2.0
/* Three lists that belong together: a batch decodes only if they are equally long. */
#include <criterion/criterion.h>
#include <string.h>

#include "safe/call_tree.h"
#include "src/base/u256.h"

static void add_word(struct buf *b, size_t value)
{
    struct u256 word = u256_from_u64(value);

    buf_add(b, word.be, sizeof(word.be));
}

static void add_words(struct buf *b, size_t num)
{
    add_word(b, num);
    buf_add_zero(b, 32 * num);
}

/* Empty payloads, each a length of zero behind its offset. */
static void add_payloads(struct buf *b, size_t num)
{
    add_word(b, num);
    for (size_t i = 0; i < num; i++)
        add_word(b, 32 * (num + i));
    buf_add_zero(b, 32 * num);
}

/* scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256) */
static void batch(struct buf *b, size_t targets, size_t values, size_t payloads)
{
    static const uint8_t selector[] = { 0x8f, 0x2a, 0x0b, 0xb0 };
    size_t at = 6 * 32;

    buf_add(b, selector, sizeof(selector));
    add_word(b, at);
    add_word(b, at += 32 * (targets + 1));
    add_word(b, at + 32 * (values + 1));
    buf_add_zero(b, 3 * 32);
    add_words(b, targets);
    add_words(b, values);
    add_payloads(b, payloads);
}

Test(call_lists, are_equally_long)
{
    static const struct {
        size_t targets, values, payloads;
        bool decoded;
    } rows[] = {
        { 2, 2, 2, true },  { 0, 0, 0, true },  { 1, 2, 2, false }, { 2, 1, 2, false },
        { 2, 2, 1, false }, { 2, 1, 1, false }, { 1, 2, 1, false }, { 1, 1, 2, false },
        { 0, 1, 1, false }, { 1, 0, 0, false },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct diag d = { 0 };
        struct call_tree t = { 0 };
        struct buf data;

        buf_init(&data, 4096);
        batch(&data, rows[i].targets, rows[i].values, rows[i].payloads);
        cr_assert_eq(call_tree_decode(&d, &t, NULL, NULL, 0, data.data, data.len, NULL), OK, "%s",
                     d.msg);
        cr_expect_eq(t.root.decoded, rows[i].decoded, "row %zu: %s", i, t.root.problem);
        cr_expect_eq(t.root.num_calls, rows[i].decoded ? rows[i].targets : 0, "row %zu", i);
        cr_expect_eq(call_tree_complete(&t), rows[i].decoded, "row %zu", i);
        call_tree_clear(&t);
        buf_clear(&data);
    }
}
