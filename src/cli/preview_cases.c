// SPDX-License-Identifier: Apache-2.0
#include "src/cli/preview_cases.h"

#include "src/base/hex.h"
#include "src/base/term.h"
#include "src/cli/device.h"
#include "src/cli/preview_html.h"
#include "src/cli/preview_show.h"

enum err preview_read_model(struct diag *d, enum device_model *out, const char *word)
{
    struct buf words;

    *out = device_model_from_word(word);
    if (*out != DEVICE_UNKNOWN)
        return OK;
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

static void put(struct preview_sink *sink, const struct preview *p)
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

static enum err make(struct diag *d, struct preview *out, const struct device_setup *setup,
                     const struct preview_request *r)
{
    return r->tx != NULL ? preview_tx(d, out, setup, r->tx, r->signer)
                         : preview_typed(d, out, setup, r->typed, r->signer);
}

enum err preview_put_cases(struct diag *d, struct preview_sink *sink,
                           const struct device_setup *setup, const struct preview_request *r)
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

void preview_print_hashes(const struct typed_data *typed)
{
    struct hash32 domain, message;

    typed_struct_hash(&domain, &typed->domain);
    typed_struct_hash(&message, &typed->message);
    print_hash("domain hash", &domain);
    print_hash("message hash", &message);
}

/* --- in front of a signature ------------------------------------------------------------------ */

/* A model that has no preview, or that its connection does not tell (an emulator's does not). */
static enum err print_without_model(struct diag *d, const struct device_setup *setup,
                                    const struct preview_request *r)
{
    struct hash32 hash;
    enum err e = OK;

    term_printf("the screens of this device are not known (%s); where it shows a hash, it is\n",
                device_model_name(setup->model));
    if (r->tx == NULL)
        preview_print_hashes(r->typed);
    else if ((e = eth_tx_digest(d, &hash, r->tx)) == OK)
        print_hash("transaction", &hash);
    if (r->tx == NULL)
        term_printf("'countersign device preview --device MODEL' shows the screens of a model\n");
    return e;
}

static enum err print_for(struct diag *d, const struct signer *s, const struct preview_request *r)
{
    const struct device_setup *setup = signer_device(s);
    struct preview_sink sink = { .print = true };

    if (setup == NULL)
        return OK;
    term_styled(TERM_BOLD, "\nWhat the device shows\n");
    if (device_model_word(setup->model) == NULL)
        return print_without_model(d, setup, r);
    return preview_put_cases(d, &sink, setup, r);
}

enum err device_preview_typed(struct diag *d, const struct signer *s,
                              const struct typed_data *typed)
{
    struct address account;

    signer_address(s, &account);
    return print_for(d, s, &(struct preview_request){ .typed = typed, .signer = &account });
}

enum err device_preview_tx(struct diag *d, const struct signer *s, const struct eth_tx *tx)
{
    struct address account;

    signer_address(s, &account);
    return print_for(d, s, &(struct preview_request){ .tx = tx, .signer = &account });
}

/* --- in a report ------------------------------------------------------------------------------ */

/* In a report that asks for none. */
static const char *const usual_models[] = { "nanosp", "flex", "trezor-one", "trezor-safe3" };
#define NUM_USUAL_MODELS (sizeof(usual_models) / sizeof(usual_models[0]))

static enum err add_pictures(struct diag *d, struct buf *out, const char *word,
                             const struct typed_data *typed, bool all_cases)
{
    /* The setting that shows both hashes, unless all cases are wanted. */
    struct device_setup setup = { .transaction_hash = all_cases ? SETTING_UNKNOWN : SETTING_ON };
    struct device_setup cases[PREVIEW_MAX_CASES];
    struct preview_sink sink = { .html = out };
    const struct preview_request r = { .typed = typed };
    enum err e = preview_read_model(d, &setup.model, word);

    if (e != OK)
        return e;
    if (all_cases)
        return preview_put_cases(d, &sink, &setup, &r);
    (void)preview_typed_cases(cases, &setup);
    return preview_put_cases(d, &sink, &cases[0], &r);
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
