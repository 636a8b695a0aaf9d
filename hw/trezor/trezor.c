// SPDX-License-Identifier: Apache-2.0
#include "hw/trezor/trezor.h"

#include <stdlib.h>

#include "hw/trezor/connect.h"
#include "hw/trezor/session.h"
#include "hw/trezor/tx.h"
#include "hw/trezor/typed_data.h"
#include "src/base/address.h"
#include "src/base/interrupt.h"
#include "src/base/secret.h"

struct trezor {
    struct trezor_session session;
    struct hd_path path;
    struct address address; /* of path */
    struct device_setup setup;
};

/*
 * While the device is asked something, Ctrl-C is held back, so that the operation is ended on the
 * device, too. One that was answered that way is not to end the process again.
 */
static enum err release(const struct trezor *t, const struct interrupt *held, enum err e)
{
    const struct trezor_link *link = &t->session.link;

    if (link->rest != NULL)
        link->rest(link->ctx);
    return interrupt_release_after(held, e);
}

static void close_trezor(void *ctx)
{
    struct trezor *t = ctx;

    if (t == NULL)
        return;
    trezor_session_close(&t->session);
    secret_wipe(t, sizeof(*t));
    free(t);
}

/* --- accounts ----------------------------------------------------------------------------------
 */

static enum err ask_address(struct diag *d, struct trezor_session *s, struct address *out,
                            const struct hd_path *path, bool show)
{
    static const uint16_t wanted[] = { TREZOR_ADDRESS };
    struct trezor_message m;
    struct buf payload;
    enum err e = ERR_INTERNAL;

    *out = (struct address){ { 0 } };
    trezor_begin(s);
    trezor_message_init(&m);
    buf_init(&payload, 256);
    trezor_write_get_address(&payload, path, show);
    if ((e = trezor_call(d, s, &m, TREZOR_GET_ADDRESS, &payload, wanted, 1)) == OK)
        e = trezor_read_address(d, out, &m);
    buf_clear(&payload);
    trezor_message_clear(&m);
    return e;
}

/* What it shows has to be what it said without showing it. */
static enum err confirm_address(struct diag *d, struct trezor_session *s, struct address *out,
                                const struct hd_path *path)
{
    struct address shown;
    enum err e = ask_address(d, s, &shown, path, true);

    if (e == OK && !address_eq(&shown, out))
        e = diag_set(d, ERR_DEVICE, "the device showed %s, and says %s", address_format(&shown).s,
                     address_format(out).s);
    if (e != OK)
        *out = (struct address){ { 0 } };
    return e;
}

static enum err trezor_address(struct diag *d, void *ctx, struct address *out)
{
    struct trezor *t = ctx;
    struct interrupt held;
    enum err e = ERR_INTERNAL;

    interrupt_hold(&held);
    e = ask_address(d, &t->session, out, &t->path, false);
    t->address = *out;
    return release(t, &held, e);
}

static enum err trezor_account(struct diag *d, void *ctx, struct address *out,
                               const struct hd_path *path, bool confirm)
{
    struct trezor *t = ctx;
    struct interrupt held;
    enum err e = ERR_INTERNAL;

    interrupt_hold(&held);
    e = ask_address(d, &t->session, out, path, false);
    if (e == OK && confirm)
        e = confirm_address(d, &t->session, out, path);
    return release(t, &held, e);
}

/* --- signatures --------------------------------------------------------------------------------
 */

static enum err sign_typed(struct diag *d, void *ctx, struct sig65 *out,
                           const struct typed_data *typed)
{
    struct trezor *t = ctx;
    struct interrupt held;

    interrupt_hold(&held);
    return release(t, &held, trezor_sign_typed(d, &t->session, out, &t->path, &t->address, typed));
}

static enum err sign_tx(struct diag *d, void *ctx, struct sig65 *out, const struct eth_tx *tx)
{
    struct trezor *t = ctx;
    struct interrupt held;

    interrupt_hold(&held);
    return release(t, &held, trezor_sign_tx(d, &t->session, out, &t->path, tx));
}

static const struct device_setup *setup(const void *ctx)
{
    const struct trezor *t = ctx;

    return &t->setup;
}

static const struct signer_ops ops = {
    .address = trezor_address,
    .account = trezor_account,
    .sign_typed = sign_typed,
    .sign_tx = sign_tx,
    .setup = setup,
    .close = close_trezor,
};

/* --- opening -----------------------------------------------------------------------------------
 */

/* Takes link over, and no signal until the session is there or the device is left alone. */
static enum err open_session(struct diag *d, struct trezor *t, const struct trezor_link *link,
                             const struct signer_options *options)
{
    struct interrupt held;
    enum err e = ERR_INTERNAL;

    interrupt_hold(&held);
    if ((e = trezor_session_open(d, &t->session, link, options)) == OK)
        t->setup = (struct device_setup){ .model = t->session.about.model,
                                          .has_version = true,
                                          .version = t->session.about.version };
    return release(t, &held, e);
}

enum err trezor_signer_on(struct diag *d, struct signer **out, const char *path,
                          const struct signer_options *options, const struct trezor_link *link)
{
    struct trezor_link mine = *link;
    struct trezor *t = calloc(1, sizeof(*t));
    enum err e = ERR_INTERNAL;

    *out = NULL;
    if (t == NULL) {
        trezor_link_close(&mine);
        return diag_set(d, ERR_NOMEM, "out of memory");
    }
    t->path = hd_path_account(HD_BIP44, 0);
    e = path != NULL ? hd_path_parse(d, &t->path, path) : OK;
    if (e == OK)
        e = open_session(d, t, &mine, options);
    else
        trezor_link_close(&mine);
    if (e != OK) {
        close_trezor(t);
        return e;
    }
    return signer_new(d, out, &ops, t);
}

enum err trezor_signer(struct diag *d, struct signer **out, const char *path,
                       const struct signer_options *options)
{
    struct hd_path unused;
    struct trezor_link link;
    struct interrupt held;
    enum err e = path != NULL ? hd_path_parse(d, &unused, path) : OK;

    *out = NULL;
    if (e != OK)
        return e;
    /* from the first moment on: a device that Bridge has handed over has to be given back */
    interrupt_hold(&held);
    if ((e = trezor_connect(d, &link, options)) == OK)
        e = trezor_signer_on(d, out, path, options, &link);
    return interrupt_release_after(&held, e);
}
