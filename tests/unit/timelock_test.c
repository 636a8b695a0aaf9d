// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "safe/timelock.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/u256.h"
#include "tests/unit/fixture_json.h"

static void add_call(struct operation *op, const struct json *to, const struct json *value,
                     const struct json *data)
{
    struct diag d = { 0 };
    struct json *obj = json_new_object();
    struct call c = { 0 };
    struct buf bytes;

    buf_init(&bytes, LIMIT_CALLDATA_BYTES);
    json_set(obj, "to", json_copy(to));
    json_set(obj, "value", json_copy(value));
    json_set(obj, "data", json_copy(data));
    cr_assert_eq(json_read_address(&d, &c.to, obj, "to"), OK, "%s", d.msg);
    cr_assert_eq(json_read_u256(&d, &c.value, obj, "value"), OK, "%s", d.msg);
    cr_assert_eq(json_read_bytes(&d, &bytes, obj, "data"), OK, "%s", d.msg);
    c.data = bytes.data;
    c.data_len = bytes.len;
    cr_assert_eq(operation_add_call(&d, op, &c), OK, "%s", d.msg);
    buf_clear(&bytes);
    json_free(obj);
}

static void read_operation(struct operation *op, const struct json *row)
{
    struct diag d = { 0 };

    *op = (struct operation){ .batch = strcmp(json_string(json_get(row, "kind")), "batch") == 0 };
    cr_assert_eq(json_read_hash(&d, &op->predecessor, row, "predecessor"), OK, "%s", d.msg);
    cr_assert_eq(json_read_hash(&d, &op->salt, row, "salt"), OK, "%s", d.msg);
    if (!op->batch)
        add_call(op, json_get(row, "target"), json_get(row, "value"), json_get(row, "data"));
    for (size_t i = 0; i < json_len(json_get(row, "targets")); i++)
        add_call(op, json_at(json_get(row, "targets"), i), json_at(json_get(row, "values"), i),
                 json_at(json_get(row, "payloads"), i));
}

static void expect_hex(const struct buf *got, const struct json *row, const char *key)
{
    struct buf text;

    buf_init(&text, 4 * LIMIT_CALLDATA_BYTES);
    buf_add_hex_0x(&text, got->data, got->len);
    cr_expect_str_eq(buf_str(&text), json_string(json_get(row, key)), "%s", key);
    buf_clear(&text);
}

static void expect_id(const struct hash32 *got, const struct json *row)
{
    cr_expect_str_eq(hash32_format(got).s, json_string(json_get(row, "operationId")));
}

static void expect_decoded(const struct buf *calldata, const struct json *row,
                           enum timelock_method method, const struct operation *op)
{
    struct diag d = { 0 };
    struct timelock_call c;
    struct buf again;

    buf_init(&again, LIMIT_CALLDATA_BYTES);
    cr_assert_eq(timelock_call_decode(&d, &c, calldata->data, calldata->len), OK, "%s", d.msg);
    cr_expect_eq(c.method, method);
    cr_expect_eq(c.op.batch, op->batch);
    cr_expect_eq(c.op.num_calls, op->num_calls);
    expect_id(&c.id, row);
    if (method == TIMELOCK_SCHEDULE) {
        cr_expect_str_eq(u256_format(&c.delay_s).s, json_string(json_get(row, "delay")));
        cr_expect_eq(timelock_schedule_calldata(&d, &again, &c.op, &c.delay_s), OK);
    } else {
        cr_expect_eq(timelock_execute_calldata(&d, &again, &c.op), OK);
    }
    cr_assert_eq(again.len, calldata->len);
    cr_expect_arr_eq(again.data, calldata->data, again.len);
    buf_clear(&again);
    timelock_call_clear(&c);
}

static void check_row(const struct json *row)
{
    struct diag d = { 0 };
    struct operation op, copy;
    struct hash32 id;
    struct u256 delay;
    struct buf schedule, execute;

    buf_init(&schedule, LIMIT_CALLDATA_BYTES);
    buf_init(&execute, LIMIT_CALLDATA_BYTES);
    read_operation(&op, row);
    cr_assert_eq(json_read_u256(&d, &delay, row, "delay"), OK, "%s", d.msg);
    cr_assert_eq(operation_copy(&d, &copy, &op), OK);
    cr_assert_eq(timelock_operation_id(&d, &id, &copy), OK, "%s", d.msg);
    expect_id(&id, row);
    cr_assert_eq(timelock_schedule_calldata(&d, &schedule, &op, &delay), OK, "%s", d.msg);
    expect_hex(&schedule, row, "scheduleCalldata");
    expect_decoded(&schedule, row, TIMELOCK_SCHEDULE, &op);
    cr_assert_eq(timelock_execute_calldata(&d, &execute, &op), OK, "%s", d.msg);
    expect_hex(&execute, row, "executeCalldata");
    expect_decoded(&execute, row, TIMELOCK_EXECUTE, &op);
    buf_clear(&schedule);
    buf_clear(&execute);
    operation_clear(&op);
    operation_clear(&copy);
}

Test(timelock, published_operations)
{
    struct json *rows = fixture_json("fixtures/timelock/operations.json");

    cr_assert_eq(json_len(rows), 7);
    for (size_t i = 0; i < json_len(rows); i++)
        check_row(json_at(rows, i));
    json_free(rows);
}

Test(timelock, batches_agree_with_ethers)
{
    struct json *rows = fixture_json("fixtures/timelock/batches.json");

    cr_assert_eq(json_len(rows), 6);
    for (size_t i = 0; i < json_len(rows); i++)
        check_row(json_at(rows, i));
    json_free(rows);
}

Test(timelock, recorded_calls_agree_with_the_contract)
{
    struct json *rows = fixture_json("fixtures/timelock/recorded.json");

    cr_assert_geq(json_len(rows), 15);
    for (size_t i = 0; i < json_len(rows); i++) {
        struct diag d = { 0 };
        struct timelock_call c;
        struct buf data;

        buf_init(&data, LIMIT_CALLDATA_BYTES);
        cr_assert_eq(json_read_bytes(&d, &data, json_at(rows, i), "calldata"), OK);
        cr_assert_eq(timelock_call_decode(&d, &c, data.data, data.len), OK, "%s", d.msg);
        cr_expect_neq(c.method, TIMELOCK_NONE);
        expect_id(&c.id, json_at(rows, i));
        buf_clear(&data);
        timelock_call_clear(&c);
    }
    json_free(rows);
}

Test(timelock, single_and_batch_of_one_differ)
{
    struct json *rows = fixture_json("fixtures/timelock/batches.json");

    /* Rows 0 and 2 are the same call. */
    cr_expect_str_eq(json_string(json_get(json_at(rows, 0), "operationId")),
                     "0x7cc1dbeeda88aa4ee08ad84ed720ce6710aaaa93183e8925786a0a46a9e50e42");
    cr_expect_str_neq(json_string(json_get(json_at(rows, 0), "operationId")),
                      json_string(json_get(json_at(rows, 2), "operationId")));
    json_free(rows);
}

Test(timelock, a_single_operation_has_one_call)
{
    struct diag d = { 0 };
    struct operation op = { 0 };
    const struct call c = { 0 };
    struct hash32 id = { { 1 } };

    cr_expect_eq(timelock_operation_id(&d, &id, &op), ERR_FORMAT);
    cr_expect(hash32_is_zero(&id));
    cr_assert_eq(operation_add_call(&d, &op, &c), OK);
    cr_expect_eq(timelock_operation_id(&d, &id, &op), OK);
    cr_assert_eq(operation_add_call(&d, &op, &c), OK);
    cr_expect_eq(timelock_operation_id(&d, &id, &op), ERR_FORMAT);
    for (size_t i = 2; i < LIMIT_CALLS; i++)
        cr_assert_eq(operation_add_call(&d, &op, &c), OK);
    cr_expect_eq(operation_add_call(&d, &op, &c), ERR_LIMIT);
    operation_clear(&op);
}

/* No byte of schedule calldata may change without a new id, another delay, or a refusal. */
static void flip_and_decode(const struct timelock_call *whole, uint8_t *data, size_t data_len,
                            size_t at)
{
    struct diag d = { 0 };
    struct timelock_call c;

    data[at] ^= 0x01;
    if (timelock_call_decode(&d, &c, data, data_len) == OK)
        cr_expect(c.method != whole->method || !hash32_eq(&c.id, &whole->id) ||
                      !u256_eq(&c.delay_s, &whole->delay_s),
                  "byte %zu does not matter", at);
    timelock_call_clear(&c);
    data[at] ^= 0x01;
}

Test(timelock, truncations_and_bit_flips)
{
    struct json *rows = fixture_json("fixtures/timelock/batches.json");

    for (size_t i = 0; i < json_len(rows); i++) {
        struct diag d = { 0 };
        struct timelock_call whole, part;
        struct buf data;

        buf_init(&data, LIMIT_CALLDATA_BYTES);
        cr_assert_eq(json_read_bytes(&d, &data, json_at(rows, i), "scheduleCalldata"), OK);
        cr_assert_eq(timelock_call_decode(&d, &whole, data.data, data.len), OK);
        for (size_t n = 4; n < data.len; n++)
            cr_expect_eq(timelock_call_decode(&d, &part, data.data, n), ERR_FORMAT, "%zu", n);
        for (size_t n = 0; n < data.len; n++)
            flip_and_decode(&whole, data.data, data.len, n);
        buf_add_u8(&data, 0);
        cr_expect_eq(timelock_call_decode(&d, &part, data.data, data.len), ERR_FORMAT);
        timelock_call_clear(&whole);
        buf_clear(&data);
    }
    json_free(rows);
}

Test(timelock, cancel)
{
    struct diag d = { 0 };
    struct hash32 id = { { 0xaa, 0xbb } };
    struct timelock_call c;
    struct buf data;

    buf_init(&data, 100);
    timelock_cancel_calldata(&data, &id);
    cr_assert_eq(data.len, 36);
    cr_assert_eq(timelock_call_decode(&d, &c, data.data, data.len), OK);
    cr_expect_eq(c.method, TIMELOCK_CANCEL);
    cr_expect(hash32_eq(&c.id, &id));
    cr_expect_eq(timelock_call_decode(&d, &c, data.data, 35), ERR_FORMAT);
    cr_expect_eq(c.method, TIMELOCK_NONE);
    buf_clear(&data);
}

Test(timelock, other_calldata_is_no_operation)
{
    static const uint8_t update_delay[36] = { 0x64, 0xd6, 0x23, 0x53 };
    struct diag d = { 0 };
    struct timelock_call c;

    cr_expect_eq(timelock_call_decode(&d, &c, update_delay, sizeof(update_delay)), OK);
    cr_expect_eq(c.method, TIMELOCK_NONE);
    cr_expect_eq(timelock_call_decode(&d, &c, update_delay, 3), OK);
    cr_expect_eq(c.method, TIMELOCK_NONE);
    cr_expect_eq(timelock_call_decode(&d, &c, NULL, 0), OK);
    cr_expect_eq(c.method, TIMELOCK_NONE);
}

Test(timelock, batch_lists_must_match)
{
    struct json *rows = fixture_json("fixtures/timelock/batches.json");
    struct diag d = { 0 };
    struct timelock_call c;
    struct buf data;
    /* executeBatch of one target, no value, no payload: canonical, and reverts on chain. */
    static const char uneven[] = "0xe38335e5"
                                 "00000000000000000000000000000000000000000000000000000000000000a0"
                                 "00000000000000000000000000000000000000000000000000000000000000e0"
                                 "0000000000000000000000000000000000000000000000000000000000000100"
                                 "0000000000000000000000000000000000000000000000000000000000000000"
                                 "0000000000000000000000000000000000000000000000000000000000000000"
                                 "0000000000000000000000000000000000000000000000000000000000000001"
                                 "0000000000000000000000003f91deaf16ff7c823ee65081d6bafa1ceea05ffc"
                                 "0000000000000000000000000000000000000000000000000000000000000000"
                                 "0000000000000000000000000000000000000000000000000000000000000000";

    buf_init(&data, 1000);
    cr_assert_eq(hex_decode_0x_buf(&d, &data, uneven), OK);
    cr_expect_eq(timelock_call_decode(&d, &c, data.data, data.len), ERR_FORMAT);
    cr_expect_str_eq(d.msg, "timelock batch: 1 targets, 0 values and 0 payloads do not match");
    buf_clear(&data);
    json_free(rows);
}

Test(timelock, states)
{
    const struct u256 done = u256_from_u64(1), then = u256_from_u64(1000), zero = { { 0 } };
    struct u256 huge;

    memset(huge.be, 0xff, sizeof(huge.be));
    cr_expect_eq(timelock_state_at(&zero, 1000), TIMELOCK_UNSET);
    cr_expect_eq(timelock_state_at(&done, 1000), TIMELOCK_DONE);
    cr_expect_eq(timelock_state_at(&then, 999), TIMELOCK_WAITING);
    cr_expect_eq(timelock_state_at(&then, 1000), TIMELOCK_READY);
    cr_expect_eq(timelock_state_at(&huge, UINT64_MAX), TIMELOCK_WAITING);
    cr_expect_str_eq(timelock_state_name(TIMELOCK_WAITING), "waiting");
}

/* As OpenZeppelin's contracts answer to PROPOSER_ROLE() and so on. */
static const struct {
    const char *word, *name, *id;
} roles[] = {
    { "proposer", "PROPOSER_ROLE",
      "0xb09aa5aeb3702cfd50b6b62bc4532604938f21248a27a1d5ca736082b6819cc1" },
    { "executor", "EXECUTOR_ROLE",
      "0xd8aa0f3194971a2a116679f7c2090f6939c8d4e01a2a8d7e41d55e5351469e63" },
    { "canceller", "CANCELLER_ROLE",
      "0xfd643c72710c63c0180259aba6b2d05451e3591a24e58b62239378085726f783" },
    { "timelock-admin", "TIMELOCK_ADMIN_ROLE",
      "0x5f58e3a2316349923ce3780f8d587db2d72378aed66a8261c916544fa6846ca5" },
    { "admin", "DEFAULT_ADMIN_ROLE",
      "0x0000000000000000000000000000000000000000000000000000000000000000" },
};

Test(timelock, role_ids)
{
    struct diag d = { 0 };
    struct hash32 id;

    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        cr_expect_eq(timelock_role_parse(&d, &id, roles[i].word), OK);
        cr_expect_str_eq(hash32_format(&id).s, roles[i].id);
        cr_expect_eq(timelock_role_parse(&d, &id, roles[i].name), OK);
        cr_expect_str_eq(hash32_format(&id).s, roles[i].id);
        cr_expect_eq(timelock_role_parse(&d, &id, roles[i].id), OK);
        cr_expect_str_eq(timelock_role_name(&id), roles[i].name);
    }
    cr_expect_eq(timelock_role_parse(&d, &id, "Proposer"), ERR_FORMAT);
    cr_expect_eq(timelock_role_parse(&d, &id, "0x12"), ERR_FORMAT);
    cr_expect_eq(timelock_role_parse(&d, &id, ""), ERR_FORMAT);
    id.b[0] ^= 1;
    cr_expect_null(timelock_role_name(&id));
}
