// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "safe/call_tree.h"
#include "safe/multisend.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/u256.h"
#include "tests/unit/fixture_json.h"

static char *json_text(const struct json *j)
{
    struct diag d = { 0 };
    struct buf text;
    char *copy = NULL;

    buf_init(&text, 64 * 1024 * 1024);
    cr_assert_eq(json_write(&d, &text, j, JSON_SORTED | JSON_PRETTY), OK, "%s", d.msg);
    copy = bytes_dup(text.data, text.len + 1);
    buf_clear(&text);
    return copy;
}

static size_t count_nodes(const struct json *node)
{
    size_t n = 1;

    for (size_t i = 0; i < json_len(json_get(node, "calls")); i++)
        n += count_nodes(json_at(json_get(node, "calls"), i));
    return n;
}

static void load(struct buf *data, struct address *to, const struct json *row)
{
    struct diag d = { 0 };

    buf_init(data, LIMIT_CALLDATA_BYTES);
    cr_assert_eq(json_read_bytes(&d, data, row, "data"), OK, "%s", d.msg);
    cr_assert_eq(json_read_address(&d, to, row, "to"), OK, "%s", d.msg);
}

static void check_row(const struct json *row)
{
    const char *name = json_string(json_get(row, "name"));
    struct diag d = { 0 };
    const struct u256 zero = { { 0 } };
    struct address to;
    struct u256 operation;
    struct call_tree t;
    struct json *shown = NULL;
    struct buf data;
    char *got = NULL, *want = NULL;

    load(&data, &to, row);
    cr_assert_eq(json_read_u256(&d, &operation, row, "operation"), OK);
    cr_assert_eq(call_tree_decode(&d, &t, &to, &zero, operation.be[31], data.data, data.len, NULL),
                 OK, "%s: %s", name, d.msg);
    shown = call_tree_json(&t);
    got = json_text(shown);
    want = json_text(json_get(row, "tree"));
    cr_expect_str_eq(got, want, "%s", name);
    cr_expect_eq(t.num_nodes, count_nodes(json_get(row, "tree")), "%s", name);
    cr_expect(call_tree_canonical(&t), "%s", name);
    cr_expect_eq(call_tree_complete(&t), strstr(want, "\"raw\"") == NULL, "%s", name);
    free(got);
    free(want);
    json_free(shown);
    buf_clear(&data);
    call_tree_clear(&t);
}

Test(call_tree, agrees_with_what_ethers_was_given)
{
    struct json *rows = fixture_json("fixtures/call-tree/trees.json");

    cr_assert_geq(json_len(rows), 25);
    for (size_t i = 0; i < json_len(rows); i++)
        check_row(json_at(rows, i));
    json_free(rows);
}

static void decode_hex(struct call_tree *t, const char *text, const struct call_lookup *lookup)
{
    struct diag d = { 0 };
    const struct address to = { { 0x42 } };
    struct buf data;

    buf_init(&data, LIMIT_CALLDATA_BYTES);
    cr_assert_eq(hex_decode_0x_buf(&d, &data, text), OK, "%s", d.msg);
    cr_assert_eq(call_tree_decode(&d, t, &to, NULL, 0, data.data, data.len, lookup), OK, "%s",
                 d.msg);
    buf_clear(&data);
}

#define ZEROS30 "000000000000000000000000000000000000000000000000000000000000"
#define WORD(x) ZEROS30 x

/* Calldata that is no call at all, or not the canonical one. */
static const struct {
    const char *name, *data;
    bool decoded, canonical;
    const char *problem;
} damaged[] = {
    { "three bytes", "0xdfc772", false, false, "calldata is shorter than a selector" },
    { "no argument", "0xdfc77223", false, false, "addComposeHash: 'composeHash': cut short" },
    { "one byte short", "0xdfc77223" ZEROS30 "00", false, false,
      "addComposeHash: 'composeHash': cut short" },
    { "exact", "0xdfc77223" WORD("0001"), true, true, "" },
    { "one byte over", "0xdfc77223" WORD("0001") "00", true, false,
      "the arguments do not encode to these bytes again: offsets, padding or trailing bytes are "
      "not "
      "what a contract's own encoder makes" },
    { "multisend, offset not 0x20", "0x8d80ff0a" WORD("0040") WORD("0000") WORD("0000"), true,
      false,
      "the arguments do not encode to these bytes again: offsets, padding or trailing bytes are "
      "not "
      "what a contract's own encoder makes" },
    { "multisend, cut item",
      "0x8d80ff0a" WORD("0020") WORD("0001") "0000000000000000000000000000000000000000000000000000"
                                             "000000000000",
      false, false, "multisend: an item is cut short, 1 bytes are left" },
    { "executeBatch, uneven",
      "0xe38335e5" WORD("00a0") WORD("00e0") WORD("0100") WORD("0000") WORD("0000") WORD("0001")
          WORD("0001") WORD("0000") WORD("0000"),
      false, false, "executeBatch: 1 targets, 0 values and 0 payloads do not match" },
};

Test(call_tree, damaged_calldata)
{
    for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
        struct call_tree t;

        decode_hex(&t, damaged[i].data, NULL);
        cr_expect_eq(t.root.decoded, damaged[i].decoded, "%s", damaged[i].name);
        cr_expect_eq(t.root.canonical, damaged[i].canonical, "%s", damaged[i].name);
        cr_expect_eq(call_tree_complete(&t), damaged[i].decoded, "%s", damaged[i].name);
        cr_expect_str_eq(t.root.problem, damaged[i].problem, "%s", damaged[i].name);
        call_tree_clear(&t);
    }
}

Test(call_tree, ghost_functions_get_a_hint)
{
    struct call_tree t;

    decode_hex(&t, "0x186f9225" WORD("0001"), NULL); /* addAllowedComposeHash(bytes32) */
    cr_expect_not(t.root.decoded);
    cr_assert_not_null(t.root.hint);
    cr_expect_not_null(strstr(t.root.hint, "use addComposeHash"));
    call_tree_clear(&t);
    decode_hex(&t, "0xb7b556eb" WORD("0001"), NULL); /* nextAppSequence(address), once real */
    cr_expect(t.root.decoded);
    cr_expect_not_null(t.root.hint);
    call_tree_clear(&t);
}

/* MultiSend 1.5.0 takes address zero for itself: who delegatecalls it is the Safe. */
Test(call_tree, multisend_to_zero_gets_a_hint)
{
    struct diag d = { 0 };
    struct multisend_item item = { 0 };
    struct buf packed, data;
    struct call_tree t;

    buf_init(&packed, 1000);
    buf_init(&data, 1000);
    multisend_add(&packed, &item);
    cr_assert_eq(multisend_calldata(&d, &data, &packed), OK);
    cr_assert_eq(call_tree_decode(&d, &t, NULL, NULL, 0, data.data, data.len, NULL), OK);
    cr_assert_eq(t.root.num_calls, 1);
    cr_expect_not_null(t.root.calls[0].hint);
    buf_clear(&packed);
    buf_clear(&data);
    call_tree_clear(&t);
}

/* --- what the caller knows ----------------------------------------------------------------------
 */

static enum contract_kind kms_at_42(void *ctx, const struct address *a, const char **name,
                                    const struct user_abi **abi)
{
    *abi = ctx;
    if (a->b[0] != 0x42)
        return CONTRACT_UNKNOWN;
    *name = "my-kms";
    return CONTRACT_DSTACK_KMS;
}

Test(call_tree, an_address_decides_over_the_selector)
{
    const struct call_lookup lookup = { NULL, kms_at_42, NULL };
    struct call_tree t;

    decode_hex(&t, "0xf2fde38b" WORD("0001"), &lookup); /* transferOwnership(address) */
    cr_expect(t.root.decoded && t.root.kind_by_address);
    cr_expect_eq(t.root.kind, CONTRACT_DSTACK_KMS);
    cr_expect_str_eq(t.root.contract_name, "my-kms");
    call_tree_clear(&t);
    decode_hex(&t, "0xdfc77223" WORD("0001"), &lookup); /* addComposeHash is no function of it */
    cr_expect_not(t.root.decoded);
    cr_expect_str_eq(t.root.problem,
                     "no function of DstackKms has this selector (DstackApp has: addComposeHash)");
    call_tree_clear(&t);
    decode_hex(&t, "0xdeadbeef" WORD("0001"), &lookup);
    cr_expect_str_eq(t.root.problem, "no function of DstackKms has this selector");
    call_tree_clear(&t);
}

Test(call_tree, user_abis)
{
    static const char text[] = "[\"function poke(uint8 finger)\",\"addComposeHash(bytes32 mine)\"]";
    struct diag d = { 0 };
    struct user_abi *abi = NULL;
    struct call_lookup lookup = { 0 };
    struct call_tree t;

    cr_assert_eq(user_abi_parse(&d, &abi, text, strlen(text), "abi"), OK, "%s", d.msg);
    lookup.abi = abi;
    decode_hex(&t, "0x0450b1e7" WORD("0007"), &lookup); /* poke(uint8) */
    cr_expect(t.root.decoded, "%s", t.root.problem);
    cr_expect_null(t.root.contract_name);
    cr_assert_not_null(call_node_arg(&t.root, "finger"));
    cr_expect_eq(call_node_arg(&t.root, "finger")->word[31], 7);
    cr_expect_null(call_node_arg(&t.root, "thumb"));
    call_tree_clear(&t);
    decode_hex(&t, "0xdfc77223" WORD("0001"), &lookup); /* ours is what an unknown address has */
    cr_expect_not_null(call_node_arg(&t.root, "composeHash"));
    call_tree_clear(&t);
    lookup = (struct call_lookup){ abi, kms_at_42, NULL };
    decode_hex(&t, "0xdfc77223" WORD("0001"), &lookup); /* theirs is what a known one has */
    cr_expect_not_null(call_node_arg(&t.root, "mine"));
    call_tree_clear(&t);
    user_abi_free(abi);
}

/* --- limits --------------------------------------------------------------------------------------
 */

static void nest(struct buf *out, const struct buf *inner)
{
    struct diag d = { 0 };
    const struct multisend_item item = { .data = inner->data, .data_len = inner->len };
    struct buf packed;

    buf_init(&packed, LIMIT_CALLDATA_BYTES);
    buf_init(out, LIMIT_CALLDATA_BYTES);
    multisend_add(&packed, &item);
    cr_assert_eq(multisend_calldata(&d, out, &packed), OK);
    buf_clear(&packed);
}

Test(call_tree, depth_limit)
{
    struct diag d = { 0 };
    struct call_tree t;
    struct buf data;

    buf_init(&data, 10);
    for (int depth = 1; depth < LIMIT_CALL_DEPTH; depth++) {
        struct buf outer;

        nest(&outer, &data);
        buf_clear(&data);
        data = outer; /* moved */
    }
    cr_expect_eq(call_tree_decode(&d, &t, NULL, NULL, 0, data.data, data.len, NULL), OK, "%s",
                 d.msg);
    cr_expect_eq(t.num_nodes, LIMIT_CALL_DEPTH);
    call_tree_clear(&t);
    for (int i = 0; i < 1; i++) {
        struct buf outer;

        nest(&outer, &data);
        cr_expect_eq(call_tree_decode(&d, &t, NULL, NULL, 0, outer.data, outer.len, NULL),
                     ERR_LIMIT);
        cr_expect_eq(t.num_nodes, 0);
        cr_expect_not(call_tree_complete(&t));
        cr_expect_not(call_tree_canonical(&t));
        buf_clear(&outer);
    }
    buf_clear(&data);
}

Test(call_tree, count_and_size_limits)
{
    struct diag d = { 0 };
    const struct multisend_item item = { 0 };
    struct call_tree t;
    struct buf packed, data;

    buf_init(&packed, LIMIT_CALLDATA_BYTES);
    for (int i = 1; i < LIMIT_CALLS; i++)
        multisend_add(&packed, &item);
    buf_init(&data, 2 * LIMIT_CALLDATA_BYTES);
    cr_assert_eq(multisend_calldata(&d, &data, &packed), OK);
    cr_expect_eq(call_tree_decode(&d, &t, NULL, NULL, 0, data.data, data.len, NULL), OK);
    cr_expect_eq(t.num_nodes, LIMIT_CALLS);
    call_tree_clear(&t);
    buf_clear(&data);
    multisend_add(&packed, &item);
    buf_init(&data, 2 * LIMIT_CALLDATA_BYTES);
    cr_assert_eq(multisend_calldata(&d, &data, &packed), OK);
    cr_expect_eq(call_tree_decode(&d, &t, NULL, NULL, 0, data.data, data.len, NULL), ERR_LIMIT);
    buf_add_zero(&data, LIMIT_CALLDATA_BYTES);
    cr_expect_eq(call_tree_decode(&d, &t, NULL, NULL, 0, data.data, data.len, NULL), ERR_LIMIT);
    buf_clear(&packed);
    buf_clear(&data);
}

/* No byte of calldata may change without the tree showing it. */
static void flip_bytes(const struct json *row)
{
    struct diag d = { 0 };
    struct address to;
    struct buf data;
    struct call_tree t;
    struct json *shown = NULL;
    char *whole = NULL;

    load(&data, &to, row);
    cr_assert_eq(call_tree_decode(&d, &t, &to, NULL, 0, data.data, data.len, NULL), OK);
    shown = call_tree_json(&t);
    whole = json_text(shown);
    json_free(shown);
    call_tree_clear(&t);
    for (size_t i = 0; i < data.len; i++) {
        char *damaged_text = NULL;

        data.data[i] ^= (uint8_t)(1u << (i % 8));
        if (call_tree_decode(&d, &t, &to, NULL, 0, data.data, data.len, NULL) == OK) {
            shown = call_tree_json(&t);
            damaged_text = json_text(shown);
            cr_expect_str_neq(damaged_text, whole, "byte %zu does not matter", i);
            free(damaged_text);
            json_free(shown);
        }
        call_tree_clear(&t);
        data.data[i] ^= (uint8_t)(1u << (i % 8));
    }
    free(whole);
    buf_clear(&data);
}

Test(call_tree, every_byte_is_shown)
{
    struct json *rows = fixture_json("fixtures/call-tree/trees.json");

    for (size_t i = 0; i < json_len(rows); i += 4)
        flip_bytes(json_at(rows, i));
    json_free(rows);
}

Test(call_tree, every_truncation)
{
    struct json *rows = fixture_json("fixtures/call-tree/trees.json");

    for (size_t i = 2; i < json_len(rows); i += 4) {
        struct address to;
        struct buf data;

        load(&data, &to, json_at(rows, i));
        for (size_t n = 1; n < data.len; n++) {
            struct diag d = { 0 };
            struct call_tree t;

            cr_assert_eq(call_tree_decode(&d, &t, &to, NULL, 0, data.data, n, NULL), OK);
            cr_expect(!call_tree_complete(&t) || !call_tree_canonical(&t), "%zu", n);
            call_tree_clear(&t);
        }
        buf_clear(&data);
    }
    json_free(rows);
}
