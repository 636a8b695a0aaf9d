// SPDX-License-Identifier: Apache-2.0
#include "hw/ledger/find.h"

#include <stdio.h>
#include <string.h>

#include "hw/hid.h"
#include "hw/ledger/app.h"
#include "hw/ledger/ledger.h"
#include "src/base/bytes.h"
#include "src/base/interrupt.h"

#define VENDOR_ID     0x2c97
#define USAGE_PAGE    0xffa0 /* of the interface for commands; U2F has another */
#define TRANSPORT_TCP "tcp:"
#define TRANSPORT_HID "hid:"

/* --- finding one ------------------------------------------------------------------------------ */

static bool is_for_commands(const struct hidraw_listed *h)
{
    return h->usage_page == USAGE_PAGE || (h->usage_page == 0 && h->interface_number == 0);
}

/* The interfaces that take commands, one of each device. */
static enum err list_hid(struct diag *d, struct hidraw_listed out[static HIDRAW_MAX_LISTED],
                         size_t *num_out)
{
    size_t num = 0;
    enum err e = hidraw_list(d, out, &num, VENDOR_ID);

    *num_out = 0;
    for (size_t i = 0; i < num && e == OK; i++) {
        if (is_for_commands(&out[i]))
            out[(*num_out)++] = out[i];
    }
    return e;
}

static enum err several(struct diag *d, const struct hidraw_listed *list, size_t num)
{
    struct buf names;

    buf_init(&names, 1024);
    for (size_t i = 0; i < num; i++)
        buf_addf(&names, "%s" TRANSPORT_HID "%s", i > 0 ? ", " : "", list[i].path);
    diag_hint(d, "choose one with --transport: %.400s", buf_str(&names));
    buf_clear(&names);
    return diag_set(d, ERR_DEVICE, "%zu Ledgers are connected", num);
}

/* path NULL: the only one. */
static enum err choose_hid(struct diag *d, struct hidraw_listed *out, const char *path)
{
    struct hidraw_listed list[HIDRAW_MAX_LISTED];
    size_t num = 0;
    enum err e = list_hid(d, list, &num);

    if (e != OK)
        return e;
    for (size_t i = 0; i < num && path != NULL; i++) {
        if (strcmp(list[i].path, path) == 0) {
            *out = list[i];
            return OK;
        }
    }
    if (path != NULL)
        return diag_set(d, ERR_DEVICE, "no Ledger is connected as '%.128s'", path);
    if (num > 1)
        return several(d, list, num);
    if (num == 1) {
        *out = list[0];
        return OK;
    }
    diag_hint(d, "plug it in with a cable that carries data, unlock it, open the Ethereum app");
    return diag_set(d, ERR_DEVICE, "no Ledger is connected");
}

static enum err open_hid(struct diag *d, struct ledger_link *link, enum device_model *model,
                         const char *path)
{
    struct hidraw_listed chosen;
    struct hw_io io;
    enum err e = choose_hid(d, &chosen, path);

    if (e != OK || (e = hidraw_open(d, &io, chosen.path)) != OK)
        return e;
    ledger_link_io(link, &io);
    *model = ledger_model_of_product(chosen.product);
    return OK;
}

enum err ledger_find_open(struct diag *d, struct ledger_link *link, enum device_model *model,
                          const struct signer_options *options)
{
    const char *t = options->transport;

    *model = DEVICE_UNKNOWN;
    if (t == NULL)
        return open_hid(d, link, model, NULL);
    if (strncmp(t, TRANSPORT_HID, strlen(TRANSPORT_HID)) == 0)
        return open_hid(d, link, model, t + strlen(TRANSPORT_HID));
    if (strncmp(t, TRANSPORT_TCP, strlen(TRANSPORT_TCP)) == 0)
        return ledger_link_tcp(d, link, t + strlen(TRANSPORT_TCP), options->allow_remote);
    return diag_set(d, ERR_USAGE, "a Ledger is reached by hid:PATH or tcp:HOST:PORT, not '%.64s'",
                    t);
}

/* --- listing ---------------------------------------------------------------------------------- */

static void describe(struct signer_listed *out, struct ledger_link *link)
{
    struct diag d = { 0 };
    struct device_version version;
    struct ledger_app app;
    enum err e = ledger_link_drain(&d, link);

    if (e == OK && (e = ledger_app_ask(&d, link, &app)) == OK) {
        (void)snprintf(out->version, sizeof(out->version), "%.20s %.10s", app.name, app.version);
        if (ledger_app_check(&d, &version, &app) == OK)
            (void)snprintf(out->state, sizeof(out->state), "ready");
        else if (strcmp(app.name, "BOLOS") == 0)
            (void)snprintf(out->state, sizeof(out->state), "no app open");
        else if (strcmp(app.name, "Ethereum") == 0)
            (void)snprintf(out->state, sizeof(out->state), "version not supported");
        else
            (void)snprintf(out->state, sizeof(out->state), "another app is open");
    }
    if (e != OK)
        (void)snprintf(out->state, sizeof(out->state), "%.60s", d.msg);
}

static void list_one_hid(struct signer_listed *out, const struct hidraw_listed *h)
{
    struct diag d = { 0 };
    struct ledger_link link = { .fd = -1 };
    struct hw_io io;

    *out = (struct signer_listed){ .model = ledger_model_of_product(h->product) };
    (void)snprintf(out->transport, sizeof(out->transport), TRANSPORT_HID "%.127s", h->path);
    if (hidraw_open(&d, &io, h->path) != OK) {
        (void)snprintf(out->state, sizeof(out->state), "%.60s", d.msg);
        return;
    }
    ledger_link_io(&link, &io);
    describe(out, &link);
    ledger_link_close(&link);
}

static enum err list_one_tcp(struct diag *d, struct signer_listed *out,
                             const struct signer_options *options)
{
    struct ledger_link link = { .fd = -1 };
    struct diag why = { 0 };
    enum err e = ledger_link_tcp(&why, &link, options->transport + strlen(TRANSPORT_TCP),
                                 options->allow_remote);

    *out = (struct signer_listed){ .model = DEVICE_UNKNOWN };
    if (e == ERR_USAGE || e == ERR_REFUSED) {
        *d = why;
        return e;
    }
    (void)snprintf(out->transport, sizeof(out->transport), "%s", options->transport);
    if (e == OK)
        describe(out, &link);
    else
        (void)snprintf(out->state, sizeof(out->state), "%.60s", why.msg);
    ledger_link_close(&link);
    return OK;
}

static enum err list_all(struct diag *d, struct signer_listed out[static SIGNER_MAX_LISTED],
                         size_t *num_out, const struct signer_options *options)
{
    struct hidraw_listed list[HIDRAW_MAX_LISTED];
    struct diag why = { 0 };
    size_t num = 0;
    enum err e = list_hid(&why, list, &num);

    if (e == ERR_UNSUPPORTED && *num_out < SIGNER_MAX_LISTED) {
        out[*num_out] = (struct signer_listed){ .state = "hidapi is not installed" };
        (*num_out)++;
    }
    for (size_t i = 0; i < num && *num_out < SIGNER_MAX_LISTED; i++) {
        if (interrupt_is_pending())
            return diag_set(d, ERR_REFUSED, "interrupted");
        list_one_hid(&out[(*num_out)++], &list[i]);
    }
    if (options->transport != NULL && *num_out < SIGNER_MAX_LISTED &&
        strncmp(options->transport, TRANSPORT_TCP, strlen(TRANSPORT_TCP)) == 0) {
        if ((e = list_one_tcp(d, &out[*num_out], options)) != OK)
            return e;
        (*num_out)++;
    }
    return OK;
}

enum err ledger_list(struct diag *d, struct signer_listed out[static SIGNER_MAX_LISTED],
                     size_t *num_out, const struct signer_options *options)
{
    struct interrupt held;

    interrupt_hold(&held);
    return interrupt_release_after(&held, list_all(d, out, num_out, options));
}
