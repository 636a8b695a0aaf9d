// SPDX-License-Identifier: Apache-2.0
#include "safe/timelock.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/abi.h"
#include "src/base/hex.h"
#include "src/base/keccak.h"
#include "src/base/limits.h"
#include "src/base/u256.h"

/* The five methods that operations go through. */
static const struct method {
    uint8_t selector[4];
    enum timelock_method method;
    bool batch;
    const char *params;
} methods[] = {
    { { 0x01, 0xd5, 0x06, 0x2a },
      TIMELOCK_SCHEDULE,
      false,
      "(address target,uint256 value,bytes data,bytes32 predecessor,bytes32 salt,uint256 delay)" },
    { { 0x8f, 0x2a, 0x0b, 0xb0 },
      TIMELOCK_SCHEDULE,
      true,
      "(address[] targets,uint256[] values,bytes[] payloads,bytes32 predecessor,bytes32 salt,"
      "uint256 delay)" },
    { { 0x13, 0x40, 0x08, 0xd3 },
      TIMELOCK_EXECUTE,
      false,
      "(address target,uint256 value,bytes payload,bytes32 predecessor,bytes32 salt)" },
    { { 0xe3, 0x83, 0x35, 0xe5 },
      TIMELOCK_EXECUTE,
      true,
      "(address[] targets,uint256[] values,bytes[] payloads,bytes32 predecessor,bytes32 salt)" },
    { { 0xc4, 0xd2, 0x52, 0xf5 }, TIMELOCK_CANCEL, false, "(bytes32 id)" },
};
#define NUM_METHODS (sizeof(methods) / sizeof(methods[0]))

static const struct method *find_method(enum timelock_method method, bool batch)
{
    for (size_t i = 0; i < NUM_METHODS; i++) {
        if (methods[i].method == method && methods[i].batch == batch)
            return &methods[i];
    }
    assert(false && "no such method");
    return NULL;
}

/* --- operations ------------------------------------------------------------------------------- */

void call_clear(struct call *c)
{
    free(c->data);
    *c = (struct call){ 0 };
}

void operation_clear(struct operation *op)
{
    for (size_t i = 0; i < op->num_calls; i++)
        call_clear(&op->calls[i]);
    free(op->calls);
    *op = (struct operation){ 0 };
}

enum err operation_add_call(struct diag *d, struct operation *op, const struct call *call)
{
    struct call *calls = NULL;
    struct call copy = *call;

    if (op->num_calls >= LIMIT_CALLS)
        return diag_set(d, ERR_LIMIT, "an operation has more than %d calls", LIMIT_CALLS);
    if ((copy.data = bytes_dup(call->data, call->data_len)) == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    calls = realloc(op->calls, (op->num_calls + 1) * sizeof(*calls));
    if (calls == NULL) {
        free(copy.data);
        return diag_set(d, ERR_NOMEM, "out of memory");
    }
    op->calls = calls;
    op->calls[op->num_calls++] = copy; /* moved */
    return OK;
}

enum err operation_copy(struct diag *d, struct operation *out, const struct operation *op)
{
    *out = (struct operation){
        .batch = op->batch,
        .predecessor = op->predecessor,
        .salt = op->salt,
    };
    for (size_t i = 0; i < op->num_calls; i++) {
        enum err e = operation_add_call(d, out, &op->calls[i]);

        if (e != OK) {
            operation_clear(out);
            return e;
        }
    }
    return OK;
}

/* --- encoding --------------------------------------------------------------------------------- */

static size_t padded(size_t n)
{
    return n + (32 - n % 32) % 32;
}

static void add_bytes(struct buf *out, const struct call *c)
{
    abi_add_u64(out, c->data_len);
    buf_add(out, c->data, c->data_len);
    buf_add_zero(out, padded(c->data_len) - c->data_len);
}

/* Behind target, value, data, predecessor, salt and, for schedule, delay. */
static void add_single(struct buf *out, const struct operation *op, const struct u256 *delay_s)
{
    const struct call *c = &op->calls[0];

    abi_add_address(out, &c->to);
    abi_add_u256(out, &c->value);
    abi_add_u64(out, delay_s != NULL ? 6 * 32 : 5 * 32);
    abi_add_hash(out, &op->predecessor);
    abi_add_hash(out, &op->salt);
    if (delay_s != NULL)
        abi_add_u256(out, delay_s);
    add_bytes(out, c);
}

static void add_batch(struct buf *out, const struct operation *op, const struct u256 *delay_s)
{
    size_t list = 32 * (op->num_calls + 1); /* targets, and values */
    size_t head = delay_s != NULL ? 6 * 32 : 5 * 32;
    size_t offset = 32 * op->num_calls;

    abi_add_u64(out, head);
    abi_add_u64(out, head + list);
    abi_add_u64(out, head + 2 * list);
    abi_add_hash(out, &op->predecessor);
    abi_add_hash(out, &op->salt);
    if (delay_s != NULL)
        abi_add_u256(out, delay_s);
    abi_add_u64(out, op->num_calls);
    for (size_t i = 0; i < op->num_calls; i++)
        abi_add_address(out, &op->calls[i].to);
    abi_add_u64(out, op->num_calls);
    for (size_t i = 0; i < op->num_calls; i++)
        abi_add_u256(out, &op->calls[i].value);
    abi_add_u64(out, op->num_calls);
    for (size_t i = 0; i < op->num_calls; i++) {
        abi_add_u64(out, offset);
        offset += 32 + padded(op->calls[i].data_len);
    }
    for (size_t i = 0; i < op->num_calls; i++)
        add_bytes(out, &op->calls[i]);
}

/* delay_s NULL: the form of execute and of the id. */
static enum err add_operation(struct diag *d, struct buf *out, const struct operation *op,
                              const struct u256 *delay_s)
{
    if (!op->batch && op->num_calls != 1)
        return diag_set(d, ERR_FORMAT, "a single operation has one call, found %zu", op->num_calls);
    if (op->batch)
        add_batch(out, op, delay_s);
    else
        add_single(out, op, delay_s);
    return buf_check(d, out, "a timelock operation");
}

enum err timelock_operation_id(struct diag *d, struct hash32 *out, const struct operation *op)
{
    enum err e = ERR_INTERNAL;
    struct buf preimage;

    *out = (struct hash32){ 0 };
    buf_init(&preimage, 2 * LIMIT_CALLDATA_BYTES);
    if ((e = add_operation(d, &preimage, op, NULL)) == OK)
        keccak256(out, preimage.data, preimage.len);
    buf_clear(&preimage);
    return e;
}

enum err timelock_schedule_calldata(struct diag *d, struct buf *out, const struct operation *op,
                                    const struct u256 *delay_s)
{
    buf_add(out, find_method(TIMELOCK_SCHEDULE, op->batch)->selector, 4);
    return add_operation(d, out, op, delay_s);
}

enum err timelock_execute_calldata(struct diag *d, struct buf *out, const struct operation *op)
{
    buf_add(out, find_method(TIMELOCK_EXECUTE, op->batch)->selector, 4);
    return add_operation(d, out, op, NULL);
}

void timelock_cancel_calldata(struct buf *out, const struct hash32 *id)
{
    buf_add(out, find_method(TIMELOCK_CANCEL, false)->selector, 4);
    abi_add_hash(out, id);
}

/* --- decoding --------------------------------------------------------------------------------- */

void timelock_call_clear(struct timelock_call *c)
{
    operation_clear(&c->op);
    *c = (struct timelock_call){ 0 };
}

static enum err add_decoded(struct diag *d, struct operation *op, const struct abi_value *to,
                            const struct abi_value *value, const struct abi_value *data)
{
    const struct call call = {
        .to = abi_as_address(to),
        .value = abi_as_u256(value),
        .data = data->data,
        .data_len = data->data_len,
    };

    return operation_add_call(d, op, &call);
}

static enum err read_operation(struct diag *d, struct operation *op, const struct method *m,
                               const struct abi_value *args)
{
    const struct abi_value *to = &args->items[0];
    const struct abi_value *value = &args->items[1];
    const struct abi_value *data = &args->items[2];

    op->batch = m->batch;
    op->predecessor = abi_as_hash(&args->items[3]);
    op->salt = abi_as_hash(&args->items[4]);
    if (!m->batch)
        return add_decoded(d, op, to, value, data);
    if (to->num_items != value->num_items || to->num_items != data->num_items)
        return diag_set(d, ERR_FORMAT,
                        "timelock batch: %zu targets, %zu values and %zu payloads do not match",
                        to->num_items, value->num_items, data->num_items);
    for (size_t i = 0; i < to->num_items; i++) {
        enum err e = add_decoded(d, op, &to->items[i], &value->items[i], &data->items[i]);

        if (e != OK)
            return e;
    }
    return OK;
}

static enum err read_call(struct diag *d, struct timelock_call *out, const struct method *m,
                          const struct abi_value *args)
{
    enum err e = OK;

    if (m->method == TIMELOCK_CANCEL) {
        out->id = abi_as_hash(&args->items[0]);
    } else {
        if ((e = read_operation(d, &out->op, m, args)) != OK)
            return e;
        if (m->method == TIMELOCK_SCHEDULE)
            out->delay_s = abi_as_u256(&args->items[5]);
        e = timelock_operation_id(d, &out->id, &out->op);
    }
    if (e == OK)
        out->method = m->method;
    return e;
}

static enum err decode_method(struct diag *d, struct timelock_call *out, const struct method *m,
                              const uint8_t *data, size_t data_len)
{
    enum err e = ERR_INTERNAL;
    struct abi_type params = { 0 };
    struct abi_value args = { 0 };
    bool canonical = false;

    if ((e = abi_type_parse(d, &params, m->params)) != OK ||
        (e = abi_decode(d, &args, &params, data, data_len)) != OK ||
        (e = abi_is_canonical(d, &canonical, &params, &args, data, data_len)) != OK)
        goto done;
    if (!canonical) {
        e = diag_set(d, ERR_FORMAT,
                     "timelock calldata is not the canonical encoding of its values");
        goto done;
    }
    e = read_call(d, out, m, &args);
done:
    abi_value_clear(&args);
    abi_type_clear(&params);
    if (e != OK)
        timelock_call_clear(out);
    return e;
}

enum err timelock_call_decode(struct diag *d, struct timelock_call *out, const uint8_t *data,
                              size_t data_len)
{
    *out = (struct timelock_call){ 0 };
    if (data_len < 4)
        return OK;
    for (size_t i = 0; i < NUM_METHODS; i++) {
        if (memcmp(data, methods[i].selector, 4) == 0)
            return decode_method(d, out, &methods[i], data + 4, data_len - 4);
    }
    return OK;
}

/* --- states and roles ------------------------------------------------------------------------- */

const char *timelock_state_name(enum timelock_state s)
{
    static const char *const names[] = {
        [TIMELOCK_UNSET] = "unset",
        [TIMELOCK_WAITING] = "waiting",
        [TIMELOCK_READY] = "ready",
        [TIMELOCK_DONE] = "done",
    };

    return names[s];
}

enum timelock_state timelock_state_at(const struct u256 *timestamp, uint64_t now_s)
{
    const struct u256 done = u256_from_u64(1);
    const struct u256 now = u256_from_u64(now_s);

    if (u256_is_zero(timestamp))
        return TIMELOCK_UNSET;
    if (u256_eq(timestamp, &done))
        return TIMELOCK_DONE;
    return u256_cmp(timestamp, &now) > 0 ? TIMELOCK_WAITING : TIMELOCK_READY;
}

static const struct role {
    const char *word, *name;
} roles[] = {
    { "admin", "DEFAULT_ADMIN_ROLE" }, /* zero, not the hash of its name */
    { "proposer", "PROPOSER_ROLE" },   { "executor", "EXECUTOR_ROLE" },
    { "canceller", "CANCELLER_ROLE" }, { "timelock-admin", "TIMELOCK_ADMIN_ROLE" },
};
#define NUM_ROLES (sizeof(roles) / sizeof(roles[0]))

static struct hash32 role_id(const struct role *r)
{
    struct hash32 id = { 0 };

    if (r != &roles[0])
        keccak256(&id, r->name, strlen(r->name));
    return id;
}

enum err timelock_role_parse(struct diag *d, struct hash32 *out, const char *name)
{
    *out = (struct hash32){ 0 };
    if (strncmp(name, "0x", 2) == 0)
        return hash32_parse(d, out, name);
    for (size_t i = 0; i < NUM_ROLES; i++) {
        if (strcmp(name, roles[i].word) == 0 || strcmp(name, roles[i].name) == 0) {
            *out = role_id(&roles[i]);
            return OK;
        }
    }
    return diag_set(d, ERR_FORMAT,
                    "expected a role (proposer, executor, canceller, admin, timelock-admin or "
                    "32 bytes of 0x hex), found '%.64s'",
                    name);
}

const char *timelock_role_name(const struct hash32 *role)
{
    for (size_t i = 0; i < NUM_ROLES; i++) {
        struct hash32 id = role_id(&roles[i]);

        if (hash32_eq(&id, role))
            return roles[i].name;
    }
    return NULL;
}
