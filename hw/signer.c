// SPDX-License-Identifier: Apache-2.0
#include "hw/signer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/external.h"
#include "hw/keystore.h"
#include "hw/ledger/ledger.h"
#include "hw/trezor/trezor.h"
#include "src/base/address.h"
#include "src/base/secret.h"

struct signer {
    const struct signer_ops *ops;
    void *ctx;
    struct address address;
};

/* Kinds of signers by the word in front of the first colon. */
static const struct {
    const char *word;
    bool needs_rest; /* something has to stand behind the colon */
    enum err (*open)(struct diag *d, struct signer **out, const char *rest,
                     const struct signer_options *options);
} kinds[] = {
    { "ledger", false, ledger_signer },
    { "trezor", false, trezor_signer },
    { "keystore", true, keystore_signer },
    { "external", true, external_signer },
};

/* What is there for signer_list, one after the other: never two on the bus at once. */
static const struct {
    enum device_vendor vendor;
    enum err (*list)(struct diag *d, struct signer_listed out[static SIGNER_MAX_LISTED],
                     size_t *num_out, const struct signer_options *options);
} vendors[] = {
    { VENDOR_LEDGER, ledger_list },
    { VENDOR_TREZOR, trezor_list },
};

enum err signer_open(struct diag *d, struct signer **out, const char *spec,
                     const struct signer_options *options)
{
    *out = NULL;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t word_len = strlen(kinds[i].word);
        const char *rest = spec + word_len;

        if (strncmp(spec, kinds[i].word, word_len) != 0 || (*rest != '\0' && *rest != ':'))
            continue;
        if (*rest == ':')
            rest++;
        else if (!kinds[i].needs_rest)
            return kinds[i].open(d, out, NULL, options);
        if (*rest == '\0')
            return diag_set(d, ERR_USAGE, "signer '%s:': nothing behind the colon", kinds[i].word);
        return kinds[i].open(d, out, rest, options);
    }
    diag_hint(d, "use ledger, trezor, keystore:FILE or external:ADDRESS");
    /* not all of it: a key that is given by mistake has no place in a log */
    return diag_set(d, ERR_USAGE, "unknown kind of signer '%.16s'", spec);
}

enum err signer_new(struct diag *d, struct signer **out, const struct signer_ops *ops, void *ctx)
{
    struct signer *s = calloc(1, sizeof(*s));
    enum err e = ERR_INTERNAL;

    *out = NULL;
    if (s == NULL) {
        ops->close(ctx);
        return diag_set(d, ERR_NOMEM, "out of memory");
    }
    s->ops = ops;
    s->ctx = ctx;
    if ((e = ops->address(d, ctx, &s->address)) != OK) {
        signer_close(s);
        return e;
    }
    *out = s;
    return OK;
}

void signer_close(struct signer *s)
{
    if (s == NULL)
        return;
    s->ops->close(s->ctx);
    free(s);
}

void signer_address(const struct signer *s, struct address *out)
{
    *out = s->address;
}

bool signer_signs_tx(const struct signer *s)
{
    return s->ops->sign_tx != NULL;
}

const struct device_setup *signer_device(const struct signer *s)
{
    return s->ops->setup != NULL ? s->ops->setup(s->ctx) : NULL;
}

enum err signer_account(struct diag *d, struct signer *s, struct address *out,
                        const struct hd_path *path, bool confirm)
{
    *out = (struct address){ { 0 } };
    if (s->ops->account == NULL)
        return diag_set(d, ERR_UNSUPPORTED, "this signer has one account only");
    return s->ops->account(d, s->ctx, out, path, confirm);
}

/* Only what recovers to the account counts; secp_recover refuses other v and a high s. */
static enum err check_signature(struct diag *d, const struct signer *s, struct sig65 *sig,
                                const struct hash32 *digest)
{
    struct address recovered;
    struct diag why = { 0 };

    if (secp_recover(&why, &recovered, digest, sig) != OK) {
        *sig = (struct sig65){ { 0 } };
        return diag_set(d, ERR_DEVICE, "what the signer returned is no signature: %s", why.msg);
    }
    if (!address_eq(&recovered, &s->address)) {
        *sig = (struct sig65){ { 0 } };
        return diag_set(d, ERR_DEVICE,
                        "the signer signed something else: over this hash the signature is that "
                        "of %s, expected %s; nothing is saved",
                        address_format(&recovered).s, address_format(&s->address).s);
    }
    return OK;
}

enum err signer_sign_typed(struct diag *d, struct signer *s, struct sig65 *out,
                           const struct typed_data *typed)
{
    struct hash32 digest;
    enum err e = ERR_INTERNAL;

    *out = (struct sig65){ { 0 } };
    typed_data_digest(&digest, typed);
    e = s->ops->sign_typed(d, s->ctx, out, typed);
    if (e == OK)
        return check_signature(d, s, out, &digest);
    *out = (struct sig65){ { 0 } };
    return e;
}

enum err signer_sign_tx(struct diag *d, struct signer *s, struct sig65 *out,
                        const struct eth_tx *tx)
{
    struct hash32 digest;
    enum err e = ERR_INTERNAL;

    *out = (struct sig65){ { 0 } };
    if (s->ops->sign_tx == NULL)
        return diag_set(d, ERR_UNSUPPORTED, "this signer signs no transactions");
    if ((e = eth_tx_digest(d, &digest, tx)) == OK)
        e = s->ops->sign_tx(d, s->ctx, out, tx);
    if (e == OK)
        return check_signature(d, s, out, &digest);
    *out = (struct sig65){ { 0 } };
    return e;
}

enum err signer_passphrase(struct diag *d, struct buf *out, const struct signer_options *options,
                           const char *prompt)
{
    if (options->passphrase_file != NULL && options->passphrase_fd >= 0)
        return diag_set(d, ERR_USAGE, "--passphrase-file and --passphrase-fd exclude each other");
    if (options->passphrase_file != NULL)
        return secret_from_file(d, out, options->passphrase_file);
    if (options->passphrase_fd >= 0)
        return secret_from_fd(d, out, options->passphrase_fd);
    return secret_from_terminal(d, out, prompt);
}

void signer_notice(const struct signer_options *options, const char *fmt, ...)
{
    char text[512];
    va_list ap;

    if (options->notice == NULL)
        return;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    options->notice(options->notice_ctx, text);
}

/* Of the ways to reach a device; what stands behind the word is for the device's own files. */
static bool is_transport(const char *text)
{
    static const char *const words[] = { "hid:", "usb:", "tcp:", "udp:", "bridge:" };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strncmp(text, words[i], strlen(words[i])) == 0 && text[strlen(words[i])] != '\0')
            return true;
    }
    return strcmp(text, "bridge") == 0;
}

enum err signer_check_transport(struct diag *d, const char *text)
{
    if (is_transport(text))
        return OK;
    diag_hint(d, "'countersign device list' shows what is connected");
    return diag_set(d, ERR_USAGE,
                    "--transport: expected hid:PATH, usb:PORT, bridge[:URL], tcp:HOST:PORT or "
                    "udp:HOST:PORT, found '%.64s'",
                    text);
}

enum err signer_list(struct diag *d, struct signer_listed out[static SIGNER_MAX_LISTED],
                     size_t *num_out, const struct signer_options *options)
{
    enum err e = OK;

    *num_out = 0;
    if (options->transport != NULL)
        e = signer_check_transport(d, options->transport);
    for (size_t i = 0; e == OK && i < sizeof(vendors) / sizeof(vendors[0]); i++) {
        size_t before = *num_out;

        e = vendors[i].list(d, out, num_out, options);
        for (size_t k = before; k < *num_out; k++)
            out[k].vendor = vendors[i].vendor;
    }
    return e;
}
