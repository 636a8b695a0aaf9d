// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "safe/call_tree.h"
#include "safe/deployments.h"
#include "safe/safe_tx_json.h"
#include "src/base/address.h"
#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "src/cli/commands.h"
#include "src/cli/common.h"

/* What is to be decoded: calldata alone, or all that a SafeTx says. */
struct input {
    struct buf data;
    bool has_to, is_safe_tx;
    struct address to;
    struct u256 value;
    uint8_t operation;
};

static enum err take_safe_tx(struct diag *d, struct input *in, const struct json *j)
{
    /* A service's object says neither chain nor version. They matter to its hash, not to what it
     * calls, so any will do. */
    static const struct safe_tx_hints any = {
        .has_chain_id = true,
        .has_version = true,
        .chain_id = { { [31] = 1 } },
        .version = "1.4.1",
    };
    struct safe_tx_input tx = { 0 };
    struct diag first = { 0 };
    enum err e = safe_tx_from_json(&first, &tx, j, NULL);

    if (e == ERR_USAGE)
        e = safe_tx_from_json(d, &tx, j, &any);
    else if (e != OK)
        *d = first;
    if (e == OK && tx.tx.operation > SAFE_DELEGATECALL)
        e = diag_set(d, ERR_UNSUPPORTED, "operation 2 (create) is no call");
    if (e == OK) {
        in->is_safe_tx = in->has_to = true;
        in->to = tx.tx.to;
        in->value = tx.tx.value;
        in->operation = (uint8_t)tx.tx.operation;
        buf_add(&in->data, tx.tx.data, tx.tx.data_len);
    }
    safe_tx_input_clear(&tx);
    return e;
}

/* Hex text with a newline behind it, or a SafeTx in any of its JSON forms. */
static enum err take_text(struct diag *d, struct input *in, struct buf *text, const char *path)
{
    struct json *j = NULL;
    enum err e = ERR_INTERNAL;

    if (text->len >= 2 && memcmp(text->data, "0x", 2) == 0) {
        while (text->data[text->len - 1] == '\n' || text->data[text->len - 1] == '\r')
            text->data[--text->len] = '\0';
        if (memchr(text->data, '\0', text->len) != NULL)
            return diag_set(d, ERR_FORMAT, "'%.128s' has a NUL in its hex text", path);
        return hex_decode_0x_buf(d, &in->data, buf_str(text));
    }
    if ((e = json_parse(d, &j, text->data, text->len, path)) == OK)
        e = take_safe_tx(d, in, j);
    else
        diag_hint(d, "the input is 0x hex, or a SafeTx as JSON (a proposal, an object of the Safe "
                     "Transaction Service, a flat object, EIP-712 typed data)");
    json_free(j);
    return e;
}

static enum err take_file(struct diag *d, struct input *in, const char *path)
{
    enum err e = ERR_INTERNAL;
    struct buf text;

    buf_init(&text, LIMIT_PROPOSAL_BYTES);
    if ((e = file_read(d, &text, path)) == OK && (e = take_text(d, in, &text, path)) != OK)
        e = diag_prefix(d, "%.128s", path);
    buf_clear(&text);
    return e;
}

static enum err take_input(struct diag *d, struct input *in, const struct args *a)
{
    const char *file = args_get(a, "in");
    const char *operand = a->num_operands > 0 ? a->operands[0] : NULL;
    const char *to = args_get(a, "to");
    enum err e = ERR_INTERNAL;

    if ((file == NULL) == (operand == NULL))
        return diag_set(d, ERR_USAGE, "decode: expected one of calldata, a file, - or --in FILE");
    if (operand != NULL && strncmp(operand, "0x", 2) == 0)
        e = hex_decode_0x_buf(d, &in->data, operand);
    else
        e = take_file(d, in, file != NULL ? file : operand);
    if (e != OK || to == NULL)
        return e;
    if (in->is_safe_tx)
        return diag_set(d, ERR_USAGE, "decode: the input is a SafeTx and has its own 'to'");
    if (address_parse(d, &in->to, to) != OK)
        return diag_prefix(d, "--to");
    in->has_to = true;
    return OK;
}

static enum err load_abi(struct diag *d, struct user_abi **all, const char *path)
{
    struct user_abi *abi = NULL;
    enum err e = ERR_INTERNAL;
    struct buf text;

    buf_init(&text, LIMIT_ABI_FILE_BYTES);
    if ((e = file_read(d, &text, path)) == OK)
        e = user_abi_parse(d, &abi, text.data, text.len, path);
    buf_clear(&text);
    if (e != OK || *all == NULL) {
        *all = e == OK ? abi : *all; /* moved */
        return e;
    }
    if ((e = user_abi_merge(d, *all, abi)) != OK)
        e = diag_prefix(d, "%.128s", path);
    return e;
}

static enum err load_abis(struct diag *d, struct user_abi **all, const struct args *a)
{
    const char *path = NULL;
    enum err e = OK;

    *all = NULL;
    for (size_t i = 0; e == OK && (path = args_get_nth(a, "abi", i)) != NULL; i++)
        e = load_abi(d, all, path);
    return e;
}

/* Without a profile, only the addresses that Safe published have names. */
static enum contract_kind published_kind(void *ctx, const struct address *a, const char **name,
                                         const struct user_abi **abi)
{
    const struct deployment *dep = deployment_find(a);

    (void)ctx;
    *abi = NULL;
    *name = dep != NULL ? dep->contract : NULL;
    return dep != NULL ? contract_kind_parse(dep->contract) : CONTRACT_UNKNOWN;
}

/* A profile that is nowhere to be found is none; one that is named or broken is an error. */
static enum err make_lookup(struct diag *d, struct call_lookup *out, struct profile **profile,
                            const struct args *a)
{
    struct diag why = { 0 };
    enum err e = common_profile(&why, profile, a);

    *out = (struct call_lookup){ .kind_of = published_kind };
    if (e == ERR_USAGE && args_get(a, "profile") == NULL)
        return OK;
    if (e == OK)
        *out = profile_call_lookup(*profile);
    else
        *d = why;
    return e;
}

static enum err answer(struct diag *d, const struct args *a, const struct call_tree *t,
                       int *exit_code)
{
    bool complete = call_tree_complete(t);
    bool canonical = call_tree_canonical(t);
    struct json *j = NULL;

    *exit_code = complete && canonical ? 0 : 1;
    if (args_json(a)) {
        j = call_tree_json(t);
        json_set_int(j, "result", *exit_code);
        return common_answer(d, j);
    }
    if (!term_is_quiet())
        call_tree_print(t, 0);
    if (!complete)
        term_styled(TERM_RED, "INCOMPLETE: not every call could be decoded\n");
    if (!canonical)
        term_styled(TERM_RED, "NOT CANONICAL: some bytes are not what an encoder makes\n");
    if (*exit_code == 0)
        term_styled(TERM_GREEN, "complete: %zu call%s decoded, the same bytes when encoded again\n",
                    t->num_nodes, t->num_nodes == 1 ? "" : "s");
    return OK;
}

static enum err run(struct diag *d, const struct args *a, int *exit_code)
{
    enum err e = ERR_INTERNAL;
    struct input in = { 0 };
    struct profile *profile = NULL;
    struct user_abi *abi = NULL;
    struct call_lookup lookup;
    struct call_tree t = { 0 };

    buf_init(&in.data, LIMIT_CALLDATA_BYTES);
    if ((e = take_input(d, &in, a)) != OK || (e = load_abis(d, &abi, a)) != OK ||
        (e = make_lookup(d, &lookup, &profile, a)) != OK)
        goto done;
    lookup.abi = abi;
    e = call_tree_decode(d, &t, in.has_to ? &in.to : NULL, in.is_safe_tx ? &in.value : NULL,
                         in.operation, in.data.data, in.data.len, &lookup);
    if (e == OK)
        e = answer(d, a, &t, exit_code);
done:
    call_tree_clear(&t);
    user_abi_free(abi);
    profile_free(profile);
    buf_clear(&in.data);
    return e;
}

static const struct arg_option options[] = {
    { "in", "FILE", "the input, instead of the operand", false },
    { "to", "ADDRESS", "the contract that gets the calldata", false },
    { "abi", "FILE", "functions of further contracts: ABI JSON or artifact; repeatable", true },
    OPTION_END,
};

const struct command cmd_decode = {
    .name = "decode",
    .operands = "[DATA|FILE|-]",
    .summary = "calldata as a tree of calls, through multisend, timelock and Safe",
    .details = "The input is 0x calldata, or a file with it, or a SafeTx as JSON.\n"
               "A profile, if there is one, gives names to addresses. Exit code 1: some call is\n"
               "unknown, or some bytes are not what an encoder makes of the decoded values.",
    .options = options,
    .max_operands = 1,
    .run = run,
};
