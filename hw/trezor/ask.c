// SPDX-License-Identifier: Apache-2.0
#include "hw/trezor/ask.h"

#include "src/base/secret.h"

/* MAX_PIN_LEN and MAX_PASSPHRASE_LEN of the firmware. */
#define MAX_PIN        50
#define MAX_PASSPHRASE 50

static bool is_pin(const struct buf *pin)
{
    for (size_t i = 0; i < pin->len; i++) {
        if (pin->data[i] < '1' || pin->data[i] > '9')
            return false;
    }
    return pin->len > 0 && pin->len <= MAX_PIN;
}

enum err trezor_ask_pin(struct diag *d, struct buf *out, const char *name)
{
    struct buf prompt;
    enum err e = ERR_INTERNAL;

    buf_init(&prompt, 512);
    buf_addf(&prompt,
             "The %s shows the digits in a new order. Where each digit of the PIN stands there:\n"
             "    7 8 9\n"
             "    4 5 6\n"
             "    1 2 3\n"
             "positions (not shown): ",
             name);
    e = secret_from_terminal(d, out, buf_str(&prompt));
    buf_clear(&prompt);
    if (e != OK)
        return diag_prefix(d, "the PIN");
    if (!is_pin(out))
        return diag_set(d, ERR_USAGE, "the PIN: expected 1 to %d positions, digits from 1 to 9",
                        MAX_PIN);
    return OK;
}

static enum err read_passphrase(struct diag *d, struct buf *out, const char *name,
                                const struct signer_options *options)
{
    struct buf prompt;
    enum err e = ERR_INTERNAL;

    buf_init(&prompt, 512);
    buf_addf(&prompt,
             "passphrase of the wallet on the %s (not shown; nothing for the one without): ", name);
    e = signer_passphrase(d, out, options, buf_str(&prompt));
    buf_clear(&prompt);
    return e;
}

enum err trezor_ask_passphrase(struct diag *d, struct buf *out, const char *name,
                               const struct signer_options *options)
{
    enum err e = read_passphrase(d, out, name, options);

    if (e != OK)
        return e;
    for (size_t i = 0; i < out->len; i++) {
        if (out->data[i] >= 0x20 && out->data[i] < 0x7f)
            continue;
        diag_hint(d, "type it on the device if it has a screen for that, or sign with another "
                     "wallet and --signer external:ADDRESS");
        return diag_set(d, ERR_UNSUPPORTED,
                        "the passphrase has characters outside printable ASCII");
    }
    if (out->len > MAX_PASSPHRASE)
        return diag_set(d, ERR_USAGE, "the passphrase is over the %s's limit of %d bytes", name,
                        MAX_PASSPHRASE);
    return OK;
}
