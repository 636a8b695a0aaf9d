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
#include "src/cli/preview_html.h"
#include "src/cli/preview_show.h"

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

static enum err unknown_model(struct diag *d, const char *word)
{
    struct buf words;

    buf_init(&words, 256);
    for (int m = 0; m < DEVICE_NUM_MODELS; m++) {
        const char *known = device_model_word((enum device_model)m);

        if (known != NULL)
            buf_addf(&words, "%s%s", words.len > 0 ? ", " : "", known);
    }
    (void)diag_set(d, ERR_USAGE, "--device: expected one of %s; found '%.32s'", buf_str(&words),
                   word);
    buf_clear(&words);
    return d->code;
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
    out->model = device_model_from_word(model);
    return out->model == DEVICE_UNKNOWN ? unknown_model(d, model) : OK;
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

/* What to do with one preview; gives up with an error. */
struct sink {
    struct json *list; /* NULL: not wanted */
    struct buf *html;  /* the same */
    bool print;
    size_t num;
};

static void put(struct sink *sink, const struct preview *p)
{
    if (sink->list != NULL)
        json_append(sink->list, preview_json(p));
    if (sink->html != NULL)
        preview_html(sink->html, p);
    if (sink->print && sink->num > 0)
        term_printf("\n");
    if (sink->print)
        preview_print(p);
    sink->num++;
}

/* What a device is asked to sign: one of the two. */
struct request {
    const struct typed_data *typed;
    const struct eth_tx *tx;
    const struct address *signer; /* NULL: not known */
};

static enum err make(struct diag *d, struct preview *out, const struct device_setup *setup,
                     const struct request *r)
{
    return r->tx != NULL ? preview_tx(d, out, setup, r->tx, r->signer)
                         : preview_typed(d, out, setup, r->typed, r->signer);
}

/* All cases that the settings leave open. */
static enum err put_cases(struct diag *d, struct sink *sink, const struct device_setup *setup,
                          const struct request *r)
{
    struct device_setup cases[PREVIEW_MAX_CASES];
    const size_t num =
        r->tx != NULL ? preview_tx_cases(cases, setup, r->tx) : preview_typed_cases(cases, setup);
    enum err e = OK;

    if (num > 1 && sink->print)
        term_printf("what it shows depends on its settings:\n\n");
    for (size_t i = 0; e == OK && i < num; i++) {
        struct preview p = { 0 };

        e = make(d, &p, &cases[i], r);
        if (e == OK)
            put(sink, &p);
        preview_clear(&p);
    }
    return e;
}

static void print_hash(const char *name, const struct hash32 *hash)
{
    term_printf("%-13s %s\n", name, hash32_format(hash).s);
    term_printf("%-13s 0x", "");
    for (size_t i = 0; i < sizeof(hash->b); i++)
        term_printf("%02X", hash->b[i]);
    term_printf("\n");
}

static void print_hashes(const struct typed_data *typed)
{
    struct hash32 domain, message;

    typed_struct_hash(&domain, &typed->domain);
    typed_struct_hash(&message, &typed->message);
    print_hash("domain hash", &domain);
    print_hash("message hash", &message);
}

/* Without a model: what they have in common, and the models. */
static void print_models(const struct typed_data *typed)
{
    struct hash32 digest;

    print_hashes(typed);
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
                       const struct request *r)
{
    const char *path = args_get(a, "html");
    struct sink sink = { .list = args_json(a) ? json_new_array() : NULL, .print = !args_json(a) };
    struct buf body;
    enum err e = OK;

    buf_init(&body, LIMIT_PROPOSAL_BYTES);
    sink.html = path != NULL ? &body : NULL;
    if (setup->model == DEVICE_UNKNOWN && sink.print)
        print_models(r->typed);
    if (setup->model != DEVICE_UNKNOWN)
        e = put_cases(d, &sink, setup, r);
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
        e = answer(
            d, a, &setup,
            &(struct request){ .typed = &typed, .signer = account != NULL ? &signer : NULL });
    }
    safe_tx_input_clear(&in);
    return e;
}

/* --- in front of a signature ------------------------------------------------------------------ */

/* A model that has no preview, or that its connection does not tell (an emulator's does not). */
static enum err print_without_model(struct diag *d, const struct device_setup *setup,
                                    const struct request *r)
{
    struct hash32 hash;
    enum err e = OK;

    term_printf("the screens of this device are not known (%s); where it shows a hash, it is\n",
                device_model_name(setup->model));
    if (r->tx == NULL)
        print_hashes(r->typed);
    else if ((e = eth_tx_digest(d, &hash, r->tx)) == OK)
        print_hash("transaction", &hash);
    if (r->tx == NULL)
        term_printf("'countersign device preview --device MODEL' shows the screens of a model\n");
    return e;
}

static enum err print_for(struct diag *d, const struct signer *s, const struct request *r)
{
    const struct device_setup *setup = signer_device(s);
    struct sink sink = { .print = true };

    if (setup == NULL)
        return OK;
    term_styled(TERM_BOLD, "\nWhat the device shows\n");
    if (device_model_word(setup->model) == NULL)
        return print_without_model(d, setup, r);
    return put_cases(d, &sink, setup, r);
}

enum err device_preview_typed(struct diag *d, const struct signer *s,
                              const struct typed_data *typed)
{
    struct address account;

    signer_address(s, &account);
    return print_for(d, s, &(struct request){ .typed = typed, .signer = &account });
}

enum err device_preview_tx(struct diag *d, const struct signer *s, const struct eth_tx *tx)
{
    struct address account;

    signer_address(s, &account);
    return print_for(d, s, &(struct request){ .tx = tx, .signer = &account });
}

/* --- in a report ------------------------------------------------------------------------------ */

/* In a report that asks for none. */
static const char *const usual_models[] = { "nanosp", "flex", "trezor-one", "trezor-safe3" };
#define NUM_USUAL_MODELS (sizeof(usual_models) / sizeof(usual_models[0]))

static enum err add_pictures(struct diag *d, struct buf *out, const char *word,
                             const struct typed_data *typed, bool all_cases)
{
    /* The setting that shows both hashes, unless all cases are wanted. */
    struct device_setup setup = { .model = device_model_from_word(word),
                                  .transaction_hash = all_cases ? SETTING_UNKNOWN : SETTING_ON };
    struct device_setup cases[PREVIEW_MAX_CASES];
    struct sink sink = { .html = out };
    const struct request r = { .typed = typed };

    if (setup.model == DEVICE_UNKNOWN)
        return unknown_model(d, word);
    if (all_cases)
        return put_cases(d, &sink, &setup, &r);
    (void)preview_typed_cases(cases, &setup);
    return put_cases(d, &sink, &cases[0], &r);
}

enum err device_preview_pictures(struct diag *d, struct buf *out, const struct args *a,
                                 const struct typed_data *typed)
{
    const char *word = args_get_nth(a, "device", 0);
    enum err e = OK;

    buf_add_str(out, "<h2>What a device shows</h2>\n<p>No device shows the SafeTx hash.");
    if (word == NULL)
        buf_add_str(out, " Some models, with the settings that show most; --device names others.");
    buf_add_str(out, "</p>\n");
    for (size_t i = 0; e == OK && (word = args_get_nth(a, "device", i)) != NULL; i++)
        e = add_pictures(d, out, word, typed, true);
    for (size_t i = 0; e == OK && !args_flag(a, "device") && i < NUM_USUAL_MODELS; i++)
        e = add_pictures(d, out, usual_models[i], typed, false);
    return e;
}
