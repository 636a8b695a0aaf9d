// SPDX-License-Identifier: Apache-2.0
#include "hw/ledger/ledger.h"

#include <stdlib.h>

#include "hw/ledger/app.h"
#include "hw/ledger/eip712.h"
#include "hw/ledger/find.h"
#include "hw/ledger/tx.h"
#include "src/base/interrupt.h"

#define DEFAULT_PATH "m/44'/60'/0'/0/0"

struct ledger {
    struct ledger_link link;
    struct device_setup setup;
    struct signer_options options; /* what it points to outlives the signer */
    struct hd_path path;
    struct address address;
};

static const char *name_of(const struct ledger *l)
{
    return l->setup.model == DEVICE_UNKNOWN ? "Ledger" : device_model_name(l->setup.model);
}

/* --- Ctrl-C ----------------------------------------------------------------------------------- */

/* After one exchange; on_screen: the device has shown it to the person. */
static enum err end_held(struct diag *d, struct ledger *l, const struct interrupt *held, enum err e,
                         bool on_screen)
{
    if (e != ERR_REFUSED || !interrupt_is_pending()) {
        if (e == ERR_DEVICE && on_screen && l->link.broken && d->hint[0] == '\0')
            diag_hint(d, "if the %s still shows the request, reject it there", name_of(l));
        interrupt_release(held);
        return e;
    }
    if (on_screen && ledger_take_back(&l->link))
        diag_hint(d, "the request was taken back from the screen of the %s", name_of(l));
    else if (on_screen)
        diag_hint(d, "reject what the %s still shows: an answer given now goes nowhere",
                  name_of(l));
    interrupt_release_answered(held);
    return e;
}

/* --- the signer ------------------------------------------------------------------------------- */

static enum err op_address(struct diag *d, void *ctx, struct address *out)
{
    const struct ledger *l = ctx;

    (void)d;
    *out = l->address;
    return OK;
}

static enum err op_account(struct diag *d, void *ctx, struct address *out,
                           const struct hd_path *path, bool confirm)
{
    struct ledger *l = ctx;
    struct interrupt held;
    enum err e = ERR_INTERNAL;

    if (confirm)
        signer_notice(&l->options, "the %s shows the address of %s: compare it, then approve there",
                      name_of(l), hd_path_format(path).s);
    interrupt_hold(&held);
    /* an answer that came twice is not the answer to the next question */
    if ((e = ledger_link_drain(d, &l->link)) == OK)
        e = ledger_account_ask(d, &l->link, out, path, confirm, &l->setup);
    return end_held(d, l, &held, e, confirm);
}

static enum err op_sign_typed(struct diag *d, void *ctx, struct sig65 *out,
                              const struct typed_data *typed)
{
    struct ledger *l = ctx;
    struct interrupt held;
    enum err e = ERR_INTERNAL;

    signer_notice(&l->options,
                  l->setup.hash_mode ? "the %s shows the domain hash and the message hash: compare "
                                       "both with the preview, then approve or reject there"
                                     : "the %s shows the message: compare every screen with the "
                                       "preview, then approve or reject there",
                  name_of(l));
    interrupt_hold(&held);
    if ((e = ledger_link_drain(d, &l->link)) == OK)
        e = ledger_eip712_sign(d, &l->link, out, &l->path, typed, &l->setup);
    return end_held(d, l, &held, e, true);
}

static enum err op_sign_tx(struct diag *d, void *ctx, struct sig65 *out, const struct eth_tx *tx)
{
    struct ledger *l = ctx;
    struct interrupt held;
    enum err e = ERR_INTERNAL;

    signer_notice(
        &l->options,
        "the %s shows the transaction: compare every screen, then approve or reject there",
        name_of(l));
    interrupt_hold(&held);
    if ((e = ledger_link_drain(d, &l->link)) == OK)
        e = ledger_tx_sign(d, &l->link, out, &l->path, tx, &l->setup);
    return end_held(d, l, &held, e, true);
}

static const struct device_setup *op_setup(const void *ctx)
{
    const struct ledger *l = ctx;

    return &l->setup;
}

static void op_close(void *ctx)
{
    struct ledger *l = ctx;

    if (l == NULL)
        return;
    ledger_link_close(&l->link);
    free(l);
}

static const struct signer_ops ops = {
    .address = op_address,
    .account = op_account,
    .sign_typed = op_sign_typed,
    .sign_tx = op_sign_tx,
    .setup = op_setup,
    .close = op_close,
};

/* The link is open; everything that needs nobody's finger. */
static enum err set_up(struct diag *d, struct ledger *l, enum device_model model)
{
    enum err e = ERR_INTERNAL;

    if ((e = ledger_link_drain(d, &l->link)) != OK ||
        (e = ledger_app_setup(d, &l->link, &l->setup, model, l->options.hash_mode)) != OK)
        return e;
    return ledger_account_ask(d, &l->link, &l->address, &l->path, false, &l->setup);
}

enum err ledger_signer(struct diag *d, struct signer **out, const char *path,
                       const struct signer_options *options)
{
    struct ledger *l = NULL;
    struct hd_path parsed;
    struct interrupt held;
    enum device_model model = DEVICE_UNKNOWN;
    enum err e = hd_path_parse(d, &parsed, path != NULL ? path : DEFAULT_PATH);

    *out = NULL;
    if (e != OK)
        return e;
    if ((l = calloc(1, sizeof(*l))) == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    l->options = *options;
    l->path = parsed;
    l->link.fd = -1;
    interrupt_hold(&held);
    if ((e = ledger_find_open(d, &l->link, &model, options)) == OK)
        e = set_up(d, l, model);
    e = end_held(d, l, &held, e, false);
    if (e != OK) {
        op_close(l);
        return e;
    }
    return signer_new(d, out, &ops, l);
}
