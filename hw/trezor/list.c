// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "hw/trezor/bridge.h"
#include "hw/trezor/connect.h"
#include "hw/trezor/session.h"
#include "hw/trezor/trezor.h"
#include "src/base/interrupt.h"

/* NULL if the list is full. */
static struct signer_listed *add(struct signer_listed *out, size_t *num_out, const char *transport)
{
    struct signer_listed *l = &out[*num_out];

    if (*num_out == SIGNER_MAX_LISTED)
        return NULL;
    *l = (struct signer_listed){ .model = DEVICE_UNKNOWN };
    (void)snprintf(l->transport, sizeof(l->transport), "%s", transport);
    (*num_out)++;
    return l;
}

static void set_state(struct signer_listed *l, const char *text)
{
    (void)snprintf(l->state, sizeof(l->state), "%.63s", text);
}

static void describe(struct signer_listed *l, const struct trezor_about *about)
{
    l->model = about->model;
    if (!about->bootloader)
        (void)snprintf(l->version, sizeof(l->version), "firmware %u.%u.%u", about->version.major,
                       about->version.minor, about->version.patch);
    set_state(l, trezor_about_state(about));
}

/* Ctrl-C ends the list, and so does a transport that is none; whatever else goes wrong is that
 * device's state. */
static enum err ask(struct diag *d, struct signer_listed *l, const struct signer_options *options)
{
    struct signer_options one = *options;
    struct trezor_link link;
    struct trezor_about about = { .model = DEVICE_UNKNOWN };
    struct diag why = { 0 };
    enum err e = ERR_INTERNAL;

    one.transport = l->transport;
    if ((e = trezor_connect(&why, &link, &one)) == OK) {
        e = trezor_ask_features(&why, &about, &link);
        trezor_link_close(&link);
    }
    if (e == OK) {
        describe(l, &about);
    } else if (e == ERR_REFUSED || e == ERR_USAGE) {
        *d = why;
        return e;
    } else if (e == ERR_UNSUPPORTED && about.model == TREZOR_SAFE7) {
        l->model = TREZOR_SAFE7;
        set_state(l, "not supported yet");
    } else {
        const char *reason = strstr(why.msg, ": "); /* behind the transport's name */

        set_state(l, reason != NULL ? reason + 2 : why.msg);
    }
    return OK;
}

static enum err list_bus(struct diag *d, struct signer_listed *out, size_t *num_out,
                         const struct signer_options *options)
{
    struct trezor_found found[TREZOR_MAX_FOUND];
    struct diag unused = { 0 };
    size_t num = 0;
    enum err e = OK;

    if (trezor_find(&unused, found, &num) != OK)
        return OK;
    for (size_t i = 0; e == OK && i < num; i++) {
        struct signer_listed *l = add(out, num_out, found[i].transport);

        if (l == NULL)
            break;
        if (found[i].bootloader)
            set_state(l, "bootloader");
        else
            e = ask(d, l, options);
    }
    return e;
}

static enum err list_bridge(struct diag *d, struct signer_listed *out, size_t *num_out,
                            const struct signer_options *options)
{
    struct trezor_bridge_listed found[TREZOR_BRIDGE_MAX_LISTED];
    const char *colon = strchr(options->transport, ':');
    size_t num = 0;
    enum err e =
        trezor_bridge_list(d, found, &num, colon != NULL ? colon + 1 : NULL, options->allow_remote);

    for (size_t i = 0; e == OK && i < num; i++) {
        struct signer_listed *l = add(out, num_out, found[i].transport);

        if (l == NULL)
            break;
        if (found[i].held)
            set_state(l, "another program holds the device");
        else
            e = ask(d, l, options);
    }
    return e;
}

static bool begins(const char *text, const char *word)
{
    return text != NULL && strncmp(text, word, strlen(word)) == 0;
}

static enum err list_all(struct diag *d, struct signer_listed *out, size_t *num_out,
                         const struct signer_options *options)
{
    struct signer_listed *l = NULL;
    enum err e = list_bus(d, out, num_out, options);

    if (e == OK && begins(options->transport, "bridge"))
        e = list_bridge(d, out, num_out, options);
    if (e == OK && begins(options->transport, "udp:") &&
        (l = add(out, num_out, options->transport)) != NULL)
        e = ask(d, l, options);
    return e;
}

enum err trezor_list(struct diag *d, struct signer_listed out[static SIGNER_MAX_LISTED],
                     size_t *num_out, const struct signer_options *options)
{
    struct interrupt held;

    interrupt_hold(&held);
    return interrupt_release_after(&held, list_all(d, out, num_out, options));
}
