// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "safe/safe_tx_json.h"
#include "src/base/address.h"
#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "src/base/u256.h"
#include "src/cli/common.h"
#include "src/cli/device.h"
#include "src/cli/preview_cases.h"
#include "src/cli/preview_html.h"

/* --- what is asked ---------------------------------------------------------------------------- */

static enum err read_version(struct diag *d, struct device_setup *out, const char *text)
{
    uint8_t part[3] = { 0 };
    const char *at = text;
    struct u256 n = { { 0 } };

    for (size_t i = 0; i < 3; i++) {
        size_t len = strcspn(at, ".");
        uint64_t value = 0;

        if (!u256_from_dec_len(&n, at, len) || !u256_to_u64(&n, &value) || value > UINT8_MAX ||
            (i < 2) != (at[len] == '.'))
            return diag_set(d, ERR_USAGE, "--app-version: expected X.Y.Z, found '%.32s'", text);
        part[i] = (uint8_t)value;
        at += len + (i < 2);
    }
    out->has_version = true;
    out->version = (struct device_version){ part[0], part[1], part[2] };
    return OK;
}

static enum err read_setting(struct diag *d, enum setting *out, const struct args *a,
                             const char *name)
{
    const char *text = args_get(a, name);

    *out = SETTING_UNKNOWN;
    if (text == NULL)
        return OK;
    if (strcmp(text, "on") != 0 && strcmp(text, "off") != 0)
        return diag_set(d, ERR_USAGE, "--%s: expected on or off, found '%.32s'", name, text);
    *out = strcmp(text, "on") == 0 ? SETTING_ON : SETTING_OFF;
    return OK;
}

static enum err read_setup(struct diag *d, struct device_setup *out, const struct args *a)
{
    const char *model = args_get(a, "device");
    const char *version = args_get(a, "app-version");
    enum err e = OK;

    *out = (struct device_setup){ .hash_mode = args_flag(a, "hash-mode") };
    if ((e = read_setting(d, &out->blind_signing, a, "blind-signing")) != OK ||
        (e = read_setting(d, &out->raw_messages, a, "raw-messages")) != OK ||
        (e = read_setting(d, &out->transaction_hash, a, "transaction-hash")) != OK)
        return e;
    if (version != NULL && (e = read_version(d, out, version)) != OK)
        return e;
    if (model == NULL && args_flag(a, "html"))
        return diag_set(d, ERR_USAGE, "--html goes with --device");
    if (model == NULL)
        return OK;
    return preview_read_model(d, &out->model, model);
}

/* Every form of a SafeTx; what it does not say comes from --profile. */
static enum err read_safe_tx(struct diag *d, struct safe_tx_input *out, const struct args *a)
{
    struct profile *profile = NULL;
    struct safe_tx_hints hints = { 0 };
    struct json *j = NULL;
    struct buf text;
    const char *path = a->operands[1];
    enum err e = ERR_INTERNAL;

    buf_init(&text, LIMIT_PROPOSAL_BYTES);
    if (args_get(a, "profile") != NULL && (e = common_profile(d, &profile, a)) != OK)
        goto done;
    if (profile != NULL)
        hints = (struct safe_tx_hints){
            true, true, true, profile->chain_id, profile->safe.safe, profile->safe.version
        };
    if ((e = file_read(d, &text, path)) != OK ||
        (e = json_parse(d, &j, text.data, text.len, path)) != OK)
        goto done;
    e = safe_tx_from_json(d, out, j, &hints);
done:
    json_free(j);
    buf_clear(&text);
    profile_free(profile);
    return e;
}

/* --- answers ---------------------------------------------------------------------------------- */

/* Without a model: what they have in common, and the models. */
static void print_models(const struct typed_data *typed)
{
    struct hash32 digest;

    preview_print_hashes(typed);
    typed_data_digest(&digest, typed);
    term_printf("%-13s %s\n", "SafeTx hash", hash32_format(&digest).s);
    term_printf(
        "\nNo device shows the SafeTx hash. Ledgers and the Trezor One spell hashes in upper "
        "case,\nthe other Trezors in lower case.\n\n--device MODEL shows the screens:\n");
    for (int m = 0; m < DEVICE_NUM_MODELS; m++) {
        const char *word = device_model_word((enum device_model)m);

        if (word != NULL)
            term_printf("  %-13s %s\n", word, device_model_name((enum device_model)m));
    }
}

static enum err answer_json(struct diag *d, struct json *list, const struct typed_data *typed)
{
    struct json *j = json_new_object();
    struct hash32 hash;

    json_set_int(j, "result", 0);
    typed_struct_hash(&hash, &typed->domain);
    json_set_hash(j, "domainHash", &hash);
    typed_struct_hash(&hash, &typed->message);
    json_set_hash(j, "messageHash", &hash);
    typed_data_digest(&hash, typed);
    json_set_hash(j, "safeTxHash", &hash);
    json_set(j, "previews", list);
    return common_answer(d, j);
}

static enum err write_page(struct diag *d, const struct buf *body, const char *path)
{
    struct buf page;
    enum err e = ERR_INTERNAL;

    buf_init(&page, LIMIT_PROPOSAL_BYTES);
    preview_html_page(&page, body);
    if ((e = buf_check(d, body, "page")) == OK && (e = buf_check(d, &page, "page")) == OK)
        e = file_write(d, path, page.data, page.len, 0);
    buf_clear(&page);
    return e;
}

static enum err answer(struct diag *d, const struct args *a, const struct device_setup *setup,
                       const struct preview_request *r)
{
    const char *path = args_get(a, "html");
    struct preview_sink sink = { .list = args_json(a) ? json_new_array() : NULL,
                                 .print = !args_json(a) };
    struct buf body;
    enum err e = OK;

    buf_init(&body, LIMIT_PROPOSAL_BYTES);
    sink.html = path != NULL ? &body : NULL;
    if (setup->model == DEVICE_UNKNOWN && sink.print)
        print_models(r->typed);
    if (setup->model != DEVICE_UNKNOWN)
        e = preview_put_cases(d, &sink, setup, r);
    if (e == OK && path != NULL)
        e = write_page(d, &body, path);
    buf_clear(&body);
    if (sink.list == NULL)
        return e;
    if (e == OK)
        return answer_json(d, sink.list, r->typed);
    json_free(sink.list);
    return e;
}

enum err device_preview(struct diag *d, const struct args *a)
{
    const char *account = args_get(a, "account");
    struct safe_tx_input in = { 0 };
    struct safe_hashes hashes;
    struct typed_data typed;
    struct device_setup setup;
    struct address signer = { { 0 } };
    enum err e = read_setup(d, &setup, a);

    if (e == OK && account != NULL && (e = address_parse(d, &signer, account)) != OK)
        return diag_prefix(d, "--account");
    if (e == OK && (e = read_safe_tx(d, &in, a)) == OK &&
        (e = safe_tx_hash(d, &hashes, &in.tx, &in.domain)) == OK &&
        (e = safe_tx_check_claim(d, &in, &hashes)) == OK) {
        safe_tx_typed_data(&typed, &in.tx, &in.domain);
        e = answer(d, a, &setup,
                   &(struct preview_request){ .typed = &typed,
                                              .signer = account != NULL ? &signer : NULL });
    }
    safe_tx_input_clear(&in);
    return e;
}
