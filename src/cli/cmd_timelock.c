// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "safe/timelock.h"
#include "src/base/address.h"
#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "src/base/u256.h"
#include "src/cli/commands.h"
#include "src/cli/common.h"
#include "src/cli/timelock_state.h"

/* --- the operation, from a file ----------------------------------------------------------------
 */

/* Item i of a list, as the member of an object, so that the readers can name it in errors. */
static struct json *list_item(const struct json *list, const char *key, size_t i, char *name,
                              size_t name_len)
{
    struct json *j = json_new_object();

    (void)snprintf(name, name_len, "%s[%zu]", key, i);
    json_set(j, name, json_copy(json_at(list, i)));
    return j;
}

static enum err add_json_call(struct diag *d, struct operation *op, const struct json *const obj[3],
                              const char *const key[3])
{
    struct call call = { 0 };
    enum err e = ERR_INTERNAL;
    struct buf data;

    buf_init(&data, LIMIT_CALLDATA_BYTES);
    if ((e = json_read_address(d, &call.to, obj[0], key[0])) == OK &&
        (e = json_read_u256(d, &call.value, obj[1], key[1])) == OK &&
        (e = json_read_bytes(d, &data, obj[2], key[2])) == OK) {
        call.data = data.data; /* borrowed: operation_add_call copies */
        call.data_len = data.len;
        e = operation_add_call(d, op, &call);
    }
    buf_clear(&data);
    return e;
}

static enum err add_listed_call(struct diag *d, struct operation *op,
                                const struct json *const lists[3], size_t i)
{
    static const char *const keys[3] = { "targets", "values", "payloads" };
    struct json *items[3] = { NULL };
    char names[3][32];
    enum err e = ERR_INTERNAL;

    for (size_t k = 0; k < 3; k++)
        items[k] = list_item(lists[k], keys[k], i, names[k], sizeof(names[k]));
    e = add_json_call(d, op, (const struct json *const[3]){ items[0], items[1], items[2] },
                      (const char *const[3]){ names[0], names[1], names[2] });
    for (size_t k = 0; k < 3; k++)
        json_free(items[k]);
    return e;
}

static enum err read_batch(struct diag *d, struct operation *op, const struct json *j)
{
    static const char *const keys[] = {
        "targets", "values", "payloads", "predecessor", "salt", NULL
    };
    const struct json *lists[3] = { NULL };
    enum err e = json_only_keys(d, j, keys);

    op->batch = true;
    for (size_t k = 0; k < 3 && e == OK; k++)
        e = json_read_array(d, &lists[k], j, keys[k]);
    if (e != OK)
        return e;
    if (json_len(lists[0]) != json_len(lists[1]) || json_len(lists[0]) != json_len(lists[2]))
        return diag_set(d, ERR_FORMAT, "%zu targets, %zu values and %zu payloads do not match",
                        json_len(lists[0]), json_len(lists[1]), json_len(lists[2]));
    for (size_t i = 0; i < json_len(lists[0]) && e == OK; i++)
        e = add_listed_call(d, op, lists, i);
    return e;
}

static enum err read_single(struct diag *d, struct operation *op, const struct json *j)
{
    static const char *const keys[] = { "target", "value", "data", "predecessor", "salt", NULL };
    enum err e = json_only_keys(d, j, keys);

    return e != OK ? e : add_json_call(d, op, (const struct json *const[3]){ j, j, j }, keys);
}

static enum err read_file(struct diag *d, struct operation *op, const char *path)
{
    struct json *j = NULL;
    enum err e = ERR_INTERNAL;
    struct buf text;

    buf_init(&text, LIMIT_PROPOSAL_BYTES);
    if ((e = file_read(d, &text, path)) != OK ||
        (e = json_parse(d, &j, text.data, text.len, path)) != OK)
        goto done;
    e = json_get(j, "targets") != NULL ? read_batch(d, op, j) : read_single(d, op, j);
    if (e == OK && (e = json_read_hash(d, &op->predecessor, j, "predecessor")) == OK)
        e = json_read_hash(d, &op->salt, j, "salt");
    if (e != OK)
        e = diag_prefix(d, "%.128s", path);
done:
    json_free(j);
    buf_clear(&text);
    return e;
}

/* --- the operation, from flags ------------------------------------------------------------------
 */

static size_t count(const struct args *a, const char *name)
{
    size_t n = 0;

    while (args_get_nth(a, name, n) != NULL)
        n++;
    return n;
}

static enum err add_flag_call(struct diag *d, struct operation *op, const struct args *a, size_t i)
{
    struct call call = { 0 };
    enum err e = ERR_INTERNAL;
    struct buf data;

    buf_init(&data, LIMIT_CALLDATA_BYTES);
    if ((e = address_parse(d, &call.to, args_get_nth(a, "target", i))) != OK)
        e = diag_prefix(d, "--target");
    else if ((e = u256_parse(d, &call.value, args_get_nth(a, "value", i))) != OK)
        e = diag_prefix(d, "--value");
    else if ((e = hex_decode_0x_buf(d, &data, args_get_nth(a, "data", i))) != OK)
        e = diag_prefix(d, "--data");
    if (e == OK) {
        call.data = data.data; /* borrowed: operation_add_call copies */
        call.data_len = data.len;
        e = operation_add_call(d, op, &call);
    }
    buf_clear(&data);
    return e;
}

/* No default stands in for a missing value; "none" spells the predecessor that is zero. */
static enum err read_binding(struct diag *d, struct operation *op, const struct args *a)
{
    const char *predecessor = NULL;
    const char *salt = NULL;
    enum err e = args_require(d, &predecessor, a, "predecessor");

    if (e != OK || (e = args_require(d, &salt, a, "salt")) != OK)
        return e;
    if (strcmp(predecessor, "none") != 0 && hash32_parse(d, &op->predecessor, predecessor) != OK)
        return diag_prefix(d, "--predecessor");
    if (hash32_parse(d, &op->salt, salt) != OK)
        return diag_prefix(d, "--salt");
    return OK;
}

static enum err read_flags(struct diag *d, struct operation *op, const struct args *a)
{
    size_t n = count(a, "target");
    enum err e = OK;

    if (n == 0)
        return diag_set(d, ERR_USAGE,
                        "timelock id: expected --target, --value and --data, or "
                        "--in FILE");
    if (n != count(a, "value") || n != count(a, "data"))
        return diag_set(d, ERR_USAGE,
                        "timelock id: %zu --target, %zu --value and %zu --data do not match", n,
                        count(a, "value"), count(a, "data"));
    op->batch = n > 1 || args_flag(a, "batch");
    for (size_t i = 0; i < n && e == OK; i++)
        e = add_flag_call(d, op, a, i);
    return e != OK ? e : read_binding(d, op, a);
}

static enum err check_exclusive(struct diag *d, const struct args *a)
{
    static const char *const flags[] = {
        "target", "value", "data", "batch", "predecessor", "salt"
    };

    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (args_flag(a, flags[i]))
            return diag_set(d, ERR_USAGE, "timelock id: --%s does not go with --in", flags[i]);
    }
    return OK;
}

/* --- subcommands --------------------------------------------------------------------------------
 */

static enum err answer_id(struct diag *d, const struct args *a, const struct operation *op)
{
    const char *kind = op->batch ? "batch" : "single";
    struct json *j = NULL;
    struct hash32 id;
    enum err e = timelock_operation_id(d, &id, op);

    if (e != OK)
        return e;
    if (args_json(a)) {
        j = json_new_object();
        json_set_int(j, "result", 0);
        json_set_string(j, "kind", kind);
        json_set_hash(j, "operationId", &id);
        return common_answer(d, j);
    }
    if (!term_is_quiet())
        term_printf("%s operation, %zu call%s; the id binds neither chain nor timelock\n", kind,
                    op->num_calls, op->num_calls == 1 ? "" : "s");
    term_printf("%s\n", hash32_format(&id).s);
    return OK;
}

static enum err run_id(struct diag *d, const struct args *a)
{
    const char *path = args_get(a, "in");
    struct operation op = { 0 };
    enum err e = OK;

    if (a->num_operands > 1)
        return diag_set(d, ERR_USAGE, "timelock id: unexpected operand '%.64s'", a->operands[1]);
    if (path != NULL)
        e = check_exclusive(d, a);
    if (e == OK)
        e = path != NULL ? read_file(d, &op, path) : read_flags(d, &op, a);
    if (e == OK)
        e = answer_id(d, a, &op);
    operation_clear(&op);
    return e;
}

static enum err run_state(struct diag *d, const struct args *a)
{
    if (a->num_operands != 2)
        return diag_set(d, ERR_USAGE, "timelock state: expected an operation id or a proposal");
    return timelock_state_run(d, a, a->operands[1]);
}

static enum err run(struct diag *d, const struct args *a, int *exit_code)
{
    static const struct {
        const char *name;
        enum err (*run)(struct diag *d, const struct args *a);
    } subcommands[] = { { "id", run_id }, { "state", run_state } };

    (void)exit_code;
    for (size_t i = 0; i < sizeof(subcommands) / sizeof(subcommands[0]); i++) {
        if (strcmp(a->operands[0], subcommands[i].name) == 0)
            return subcommands[i].run(d, a);
    }
    return diag_set(d, ERR_USAGE, "timelock: expected id or state, found '%.32s'", a->operands[0]);
}

static const struct arg_option options[] = {
    { "in", "FILE", "id: the operation as JSON", false },
    { "target", "ADDRESS", "id: whom the timelock calls; repeated: a batch", true },
    { "value", "N", "id: wei, once for each target", true },
    { "data", "HEX", "id: calldata, once for each target", true },
    { "batch", NULL, "id: a batch even of one call; its id is another one", false },
    { "predecessor", "HASH", "id: operation that must be done before, or none", false },
    { "salt", "HASH", "id: 32 bytes", false },
    OPTION_RPC,
    OPTION_ACCEPT_PROFILE,
    OPTION_DEADLINE,
    OPTION_END,
};

const struct command cmd_timelock = {
    .name = "timelock",
    .operands = "id | state ID|PROPOSAL",
    .summary = "id of a timelock operation; its state on the chain",
    .details = "The JSON of --in is {target, value, data, predecessor, salt}, or for a batch\n"
               "{targets, values, payloads, predecessor, salt}. Only state uses the network.",
    .options = options,
    .min_operands = 1,
    .max_operands = 2,
    .run = run,
};
