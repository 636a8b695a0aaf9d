// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "safe/call_tree.h"
#include "safe/timelock.h"
#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "src/base/u256.h"

/* --- JSON ------------------------------------------------------------------------------------- */

static struct json *type_json(const struct abi_type *t)
{
    struct json *j = NULL;
    struct buf text;

    buf_init(&text, LIMIT_ABI_FILE_BYTES);
    abi_type_write(&text, t);
    j = buf_ok(&text) ? json_new_string(buf_str(&text)) : NULL;
    buf_clear(&text);
    return j;
}

static struct json *args_json(const struct call_node *n)
{
    struct json *list = json_new_array();

    for (size_t i = 0; n->decoded && i < n->args.num_items; i++) {
        struct call_arg arg = call_node_arg_at(n, i);
        struct json *j = json_new_object();

        json_set_string(j, "name", arg.name);
        json_set(j, "type", type_json(arg.type));
        json_set(j, "value", abi_value_json(arg.type, arg.value));
        json_append(list, j);
    }
    return list;
}

static void set_function(struct json *j, const struct call_node *n)
{
    char selector[HEX_0X_LEN(4)];
    struct buf signature;

    if (n->fn.name != NULL) {
        buf_init(&signature, LIMIT_ABI_FILE_BYTES);
        abi_signature_write(&signature, &n->fn);
        json_set_string(j, "function", n->fn.name);
        json_set(j, "signature", buf_ok(&signature) ? json_new_string(buf_str(&signature)) : NULL);
        buf_clear(&signature);
    } else {
        json_set_null(j, "function");
    }
    if (n->data_len >= 4)
        json_set_string(j, "selector", hex_encode_0x(selector, n->data, 4));
    else
        json_set_null(j, "selector");
}

/* What is only there when something is to be said. */
static void set_remarks(struct json *j, const struct call_node *n)
{
    if (!n->decoded)
        json_set_bytes(j, "raw", n->data, n->data_len);
    if (n->decoded && !n->canonical)
        json_set_bool(j, "canonical", false);
    if (n->problem[0] != '\0')
        json_set(j, "problem", json_new_text(n->problem, strlen(n->problem)));
    if (n->hint != NULL)
        json_set_string(j, "hint", n->hint);
}

static struct json *node_json(const struct call_node *n)
{
    struct json *j = json_new_object();
    struct json *calls = json_new_array();

    if (n->has_to)
        json_set_address(j, "to", &n->to);
    else
        json_set_null(j, "to");
    if (n->has_value) {
        json_set_u256(j, "value", &n->value);
        json_set_int(j, "operation", n->operation);
    }
    if (n->contract_name != NULL)
        json_set_string(j, "contract", n->contract_name);
    else
        json_set_null(j, "contract");
    set_function(j, n);
    json_set(j, "args", args_json(n));
    for (size_t i = 0; i < n->num_calls; i++)
        json_append(calls, node_json(&n->calls[i]));
    json_set(j, "calls", calls);
    set_remarks(j, n);
    return j;
}

struct json *call_tree_json(const struct call_tree *t)
{
    return node_json(&t->root);
}

/* --- text ------------------------------------------------------------------------------------- */

static void pad(unsigned indent)
{
    term_printf("%*s", (int)indent, "");
}

/* What a number or a hash means, where that is certain. */
static void print_meaning(const struct call_node *n, const struct call_arg *arg)
{
    struct hash32 role = abi_as_hash(arg->value);
    struct u256 number = abi_as_u256(arg->value);
    uint64_t s = 0;

    if (arg->type->kind == ABI_FIXED_BYTES && strcmp(arg->name, "role") == 0 &&
        timelock_role_name(&role) != NULL)
        term_printf("  (%s)", timelock_role_name(&role));
    if (n->kind == CONTRACT_TIMELOCK && arg->type->kind == ABI_UINT &&
        (strcmp(arg->name, "delay") == 0 || strcmp(arg->name, "newDelay") == 0) &&
        u256_to_u64(&number, &s) && s >= 3600)
        term_printf("  (%llu days %llu hours %llu minutes)", (unsigned long long)(s / 86400),
                    (unsigned long long)(s % 86400 / 3600), (unsigned long long)(s % 3600 / 60));
}

static void print_value(const struct call_arg *arg)
{
    struct buf text;

    buf_init(&text, 16 * LIMIT_CALLDATA_BYTES);
    abi_value_write(&text, arg->type, arg->value);
    if (buf_ok(&text))
        term_write(text.data, text.len);
    else
        term_styled(TERM_RED, "(too long to show: use --json)");
    buf_clear(&text);
}

/* The bytes that become the calls below are shown there, taken apart. */
static bool is_carried(const struct call_node *n, const struct call_arg *arg)
{
    const struct abi_type *t = arg->type;

    return n->num_calls > 0 && strcmp(arg->name, "signatures") != 0 &&
           (t->kind == ABI_BYTES || (t->kind == ABI_ARRAY && t->inner->kind == ABI_BYTES));
}

static unsigned longest_name(const struct call_node *n)
{
    size_t longest = 0;

    for (size_t i = 0; n->decoded && i < n->args.num_items; i++) {
        size_t len = strlen(n->fn.params.names[i]);

        longest = len > longest ? len : longest;
    }
    return longest < 40 ? (unsigned)longest : 40;
}

static void print_arg(const struct call_node *n, size_t i, unsigned indent)
{
    struct call_arg arg = call_node_arg_at(n, i);

    pad(indent);
    term_printf("%-*s  ", (int)longest_name(n), arg.name);
    if (is_carried(n, &arg)) {
        term_styled(TERM_DIM, "%s", n->num_calls == 1 ? "the call below" : "the calls below");
    } else {
        print_value(&arg);
        print_meaning(n, &arg);
    }
    term_printf("\n");
}

/* Who is called: what an address is known to be, or what its function looks like. */
static void print_target(const struct call_node *n)
{
    const char *kind = contract_kind_name(n->kind);
    bool says_kind = n->contract_name != NULL && contract_kind_parse(n->contract_name) == n->kind;

    if (n->operation == 1)
        term_styled(TERM_YELLOW, "DELEGATECALL to ");
    else
        term_printf("call to ");
    term_printf("%s", n->has_to ? address_format(&n->to).s : "an address that is not given");
    if (n->contract_name != NULL && (n->kind_by_address || !says_kind))
        term_printf("  %s", n->contract_name);
    if (n->kind_by_address && !says_kind)
        term_printf(" (%s)", kind);
    else if (n->kind != CONTRACT_UNKNOWN && !n->kind_by_address)
        term_styled(TERM_DIM, "  looks like %s", kind);
    term_printf("\n");
}

static void print_unknown(const struct call_node *n, unsigned indent)
{
    struct buf raw;

    buf_init(&raw, HEX_0X_LEN(LIMIT_CALLDATA_BYTES));
    buf_add_hex_0x(&raw, n->data, n->data_len);
    pad(indent);
    term_styled(TERM_RED, "!! UNKNOWN: ");
    term_untrusted(n->problem, strlen(n->problem));
    term_printf("\n");
    pad(indent);
    term_printf("raw, %zu bytes: %s\n", n->data_len, buf_str(&raw));
    buf_clear(&raw);
}

static void print_signature(const struct call_node *n)
{
    struct buf types;

    buf_init(&types, LIMIT_ABI_FILE_BYTES);
    abi_type_write(&types, &n->fn.params);
    term_styled(TERM_BOLD, "%s", n->fn.name);
    term_styled(TERM_DIM, "%s", buf_str(&types));
    term_printf("\n");
    buf_clear(&types);
}

static void print_function(const struct call_node *n, unsigned indent)
{
    if (!n->decoded) {
        print_unknown(n, indent);
    } else if (n->fn.name == NULL) {
        pad(indent);
        term_printf("no calldata: a plain transfer\n");
    } else {
        pad(indent);
        print_signature(n);
    }
    if (n->decoded && !n->canonical) {
        pad(indent);
        term_styled(TERM_RED, "!! NOT CANONICAL: ");
        term_untrusted(n->problem, strlen(n->problem));
        term_printf("\n");
    }
    if (n->hint != NULL) {
        pad(indent);
        term_styled(TERM_YELLOW, "note: ");
        term_printf("%s\n", n->hint);
    }
}

/* number is "2.1." for the first call in the second; the deepest tree has LIMIT_CALL_DEPTH of them.
 */
static void print_node(const struct call_node *n, unsigned indent, const char *number)
{
    struct buf below;

    pad(indent);
    term_printf("%s%s", number, number[0] != '\0' ? " " : "");
    print_target(n);
    indent += 4;
    if (n->has_value && !u256_is_zero(&n->value)) {
        pad(indent);
        term_styled(TERM_YELLOW, "value: %s wei\n", u256_format(&n->value).s);
    }
    print_function(n, indent);
    for (size_t i = 0; n->decoded && i < n->args.num_items; i++)
        print_arg(n, i, indent + 4);
    for (size_t i = 0; i < n->num_calls; i++) {
        buf_init(&below, 64);
        buf_addf(&below, "%s%zu.", number, i + 1);
        print_node(&n->calls[i], indent, buf_str(&below));
        buf_clear(&below);
    }
}

void call_tree_print(const struct call_tree *t, unsigned indent)
{
    print_node(&t->root, indent, "");
}
