// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "safe/profile.h"
#include "safe/safe_tx_json.h"
#include "src/base/address.h"
#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "src/base/u256.h"
#include "src/cli/commands.h"
#include "src/cli/hash_lines.h"

/* Flags that together are a SafeTx, and the members of the flat form that they stand for. */
static const struct {
    const char *option;
    const char *key;
} fields[] = {
    { "chain-id", "chainId" },     { "safe", "safe" },
    { "safe-version", "version" }, { "to", "to" },
    { "value", "value" },          { "data", "data" },
    { "operation", "operation" },  { "safe-tx-gas", "safeTxGas" },
    { "base-gas", "baseGas" },     { "gas-price", "gasPrice" },
    { "gas-token", "gasToken" },   { "refund-receiver", "refundReceiver" },
    { "nonce", "nonce" },
};
#define NUM_FIELDS (sizeof(fields) / sizeof(fields[0]))
/* The first ones may also accompany an input that does not say them itself. */
#define NUM_HINTS 3

/* The file of the operand or of --in; NULL if there is neither. */
static enum err input_path(struct diag *d, const char **out, const struct args *a)
{
    *out = args_get(a, "in");
    if (*out != NULL && a->num_operands > 0)
        return diag_set(d, ERR_USAGE, "hash: both --in and '%.64s'", a->operands[0]);
    if (*out == NULL && a->num_operands > 0)
        *out = a->operands[0];
    if (*out == NULL && args_flag(a, "lines"))
        *out = "-";
    for (size_t i = NUM_HINTS; *out != NULL && i < NUM_FIELDS; i++) {
        if (args_flag(a, fields[i].option))
            return diag_set(d, ERR_USAGE, "hash: --%s goes with no other input", fields[i].option);
    }
    return OK;
}

/* From the flags, and what they do not say from the profile, if --profile names one. */
static enum err read_hints(struct diag *d, struct safe_tx_hints *out, const struct args *a,
                           const struct profile *p)
{
    const char *chain_id = args_get(a, "chain-id");
    const char *safe = args_get(a, "safe");
    const char *version = args_get(a, "safe-version");

    *out = (struct safe_tx_hints){ .version = version };
    if (p != NULL) {
        out->chain_id = p->safe.chain_id;
        out->safe = p->safe.safe;
        out->version = version != NULL ? version : p->safe.version;
    }
    out->has_version = p != NULL || version != NULL;
    out->has_chain_id = p != NULL || chain_id != NULL;
    out->has_safe = p != NULL || safe != NULL;
    if (chain_id != NULL && u256_parse(d, &out->chain_id, chain_id) != OK)
        return diag_prefix(d, "--chain-id");
    if (safe != NULL && address_parse(d, &out->safe, safe) != OK)
        return diag_prefix(d, "--safe");
    return OK;
}

/* The flags as a flat object, so that they are read by the same rules as everything else. */
static enum err flags_to_json(struct diag *d, struct json **out, const struct args *a)
{
    struct buf missing;

    *out = NULL;
    buf_init(&missing, 512);
    for (size_t i = 0; i < NUM_FIELDS; i++) {
        if (!args_flag(a, fields[i].option))
            buf_addf(&missing, " --%s", fields[i].option);
    }
    if (missing.len > 0) {
        diag_hint(d, "give a file, - for standard input, or every field by its flag: there are no "
                     "defaults in a hash");
        (void)diag_set(d, ERR_USAGE, "hash: no input file, and missing:%s", buf_str(&missing));
        buf_clear(&missing);
        return d->code;
    }
    *out = json_new_object();
    for (size_t i = 0; i < NUM_FIELDS; i++)
        json_set(
            *out, fields[i].key,
            json_new_text(args_get(a, fields[i].option), strlen(args_get(a, fields[i].option))));
    return OK;
}

static enum err file_to_json(struct diag *d, struct json **out, const char *path)
{
    enum err e = ERR_INTERNAL;
    struct buf text;

    *out = NULL;
    buf_init(&text, LIMIT_PROPOSAL_BYTES);
    if ((e = file_read(d, &text, path)) == OK)
        e = json_parse(d, out, text.data, text.len, path);
    buf_clear(&text);
    return e;
}

static enum err answer_json(struct diag *d, const struct safe_tx_input *in,
                            const struct safe_hashes *hashes, int result)
{
    struct json *j = json_new_object();
    struct buf text;
    enum err e = ERR_INTERNAL;

    buf_init(&text, 4096);
    json_set_hash(j, "domainHash", &hashes->domain);
    json_set_hash(j, "messageHash", &hashes->message);
    json_set_hash(j, "safeTxHash", &hashes->safe_tx);
    if (result != 0)
        json_set_hash(j, "claimedSafeTxHash", &in->claimed_hash);
    json_set_int(j, "result", result);
    if ((e = json_write(d, &text, j, JSON_PRETTY)) == OK)
        term_write(text.data, text.len);
    buf_clear(&text);
    json_free(j);
    return e;
}

static void answer_text(const struct safe_tx_input *in, const struct safe_hashes *hashes)
{
    if (!term_is_quiet()) {
        term_printf("domain hash:   %s\n", hash32_format(&hashes->domain).s);
        term_printf("message hash:  %s\n", hash32_format(&hashes->message).s);
    }
    term_printf("SafeTx hash:   %s\n", hash32_format(&hashes->safe_tx).s);
    if (in->has_claimed_hash)
        term_printf("claimed hash:  %s\n", hash32_format(&in->claimed_hash).s);
}

static enum err answer(struct diag *d, const struct args *a, const struct safe_tx_input *in,
                       int *exit_code)
{
    struct safe_hashes hashes;
    struct diag claim = { 0 };
    enum err e = safe_tx_hash(d, &hashes, &in->tx, &in->domain);

    if (e != OK)
        return e;
    *exit_code = err_exit_code(safe_tx_check_claim(&claim, in, &hashes));
    if (args_json(a))
        e = answer_json(d, in, &hashes, *exit_code);
    else
        answer_text(in, &hashes);
    if (e == OK && *exit_code != 0)
        term_error(&claim);
    return e;
}

static enum err hash_one(struct diag *d, const struct args *a, const char *path,
                         const struct safe_tx_hints *hints, int *exit_code)
{
    enum err e = ERR_INTERNAL;
    struct safe_tx_input in = { 0 };
    struct json *j = NULL;

    e = path != NULL ? file_to_json(d, &j, path) : flags_to_json(d, &j, a);
    if (e == OK && (e = safe_tx_from_json(d, &in, j, hints)) == OK)
        e = answer(d, a, &in, exit_code);
    safe_tx_input_clear(&in);
    json_free(j);
    return e;
}

static enum err run(struct diag *d, const struct args *a, int *exit_code)
{
    enum err e = ERR_INTERNAL;
    const char *path = NULL;
    struct profile *p = NULL;
    struct safe_tx_hints hints;

    if ((e = input_path(d, &path, a)) != OK)
        return e;
    if (args_get(a, "profile") != NULL && (e = profile_load(d, &p, args_get(a, "profile"))) != OK)
        return e;
    if ((e = read_hints(d, &hints, a, p)) == OK)
        e = args_flag(a, "lines") ? hash_lines(d, path, &hints, exit_code)
                                  : hash_one(d, a, path, &hints, exit_code);
    profile_free(p);
    return e;
}

static const struct arg_option options[] = {
    { "in", "FILE", "the input, instead of the operand", false },
    { "lines", NULL, "one JSON object per line in, one per line out, in the same order", false },
    { "chain-id", "N", "chain id (for inputs that do not say it)", false },
    { "safe", "ADDRESS", "the Safe", false },
    { "safe-version", "VERSION", "its version, such as 1.4.1 or 1.3.0+L2 (the same)", false },
    { "to", "ADDRESS", "whom the Safe calls", false },
    { "value", "N", "wei", false },
    { "data", "HEX", "calldata, 0x if there is none", false },
    { "operation", "N", "0 call, 1 delegatecall", false },
    { "safe-tx-gas", "N", "gas for the call; 0: all", false },
    { "base-gas", "N", "gas refunded on top", false },
    { "gas-price", "N", "wei per gas refunded; 0: no refund", false },
    { "gas-token", "ADDRESS", "token of the refund; zero: ether", false },
    { "refund-receiver", "ADDRESS", "who is refunded; zero: the sender", false },
    { "nonce", "N", "the Safe's nonce", false },
    { NULL, NULL, NULL, false },
};

const struct command cmd_hash = {
    .name = "hash",
    .operands = "[FILE|-]",
    .summary = "domain, message and SafeTx hash of a SafeTx",
    .details = "The input is a proposal, an object of the Safe Transaction Service (alone or a\n"
               "list with one), a flat object, or EIP-712 typed data; or every field by its\n"
               "flag. An input that claims another SafeTx hash than its fields have is exit\n"
               "code 1.",
    .options = options,
    .max_operands = 1,
    .run = run,
};
