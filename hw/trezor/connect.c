// SPDX-License-Identifier: Apache-2.0
#include "hw/trezor/connect.h"

#include <stdio.h>
#include <string.h>

#include "hw/hid.h"
#include "hw/trezor/bridge.h"
#include "hw/trezor/udp.h"
#include "hw/usb.h"

#define VENDOR_OLD         0x534c
#define HID_USAGE_PAGE     0xff00
#define PRODUCT_BOOTLOADER 0x53c0

static const struct usb_id ids[] = {
    { VENDOR_OLD, 0x0001 },         /* One */
    { 0x1209, 0x53c1 },             /* the others, and later Ones */
    { 0x1209, PRODUCT_BOOTLOADER }, /* of the others */
};
#define NUM_IDS (sizeof(ids) / sizeof(ids[0]))

static void add_found(struct trezor_found *out, size_t *num_out, const char *kind, const char *path,
                      bool bootloader)
{
    struct trezor_found *f = &out[*num_out];

    if (*num_out == TREZOR_MAX_FOUND || snprintf(f->transport, sizeof(f->transport), "%s:%s", kind,
                                                 path) >= (int)sizeof(f->transport))
        return;
    f->bootloader = bootloader;
    (*num_out)++;
}

static enum err find_usb(struct diag *d, struct trezor_found *out, size_t *num_out)
{
    struct usb_listed usb[USB_MAX_LISTED];
    size_t num = 0;
    enum err e = usb_list(d, usb, &num, ids, NUM_IDS);

    for (size_t i = 0; e == OK && i < num; i++)
        add_found(out, num_out, "usb", usb[i].path, usb[i].id.product == PRODUCT_BOOTLOADER);
    return e;
}

/* The interface for U2F of later Ones, usage page f1d0, is another one. */
static enum err find_hid(struct diag *d, struct trezor_found *out, size_t *num_out)
{
    struct hidraw_listed hid[HIDRAW_MAX_LISTED];
    size_t num = 0;
    enum err e = hidraw_list(d, hid, &num, VENDOR_OLD);

    for (size_t i = 0; e == OK && i < num; i++) {
        bool ours = hid[i].usage_page == HID_USAGE_PAGE ||
                    (hid[i].usage_page == 0 && hid[i].interface_number == 0);

        if (ours && hid[i].product == 0x0001)
            add_found(out, num_out, "hid", hid[i].path, false);
    }
    return e;
}

enum err trezor_find(struct diag *d, struct trezor_found out[static TREZOR_MAX_FOUND],
                     size_t *num_out)
{
    struct diag unused = { 0 };
    enum err e = OK, e_hid = OK;

    *num_out = 0;
    e = find_usb(d, out, num_out);
    e_hid = find_hid(e != OK ? &unused : d, out, num_out);
    if (*num_out > 0)
        return OK;
    return e != OK ? e : e_hid;
}

/* --- opening -----------------------------------------------------------------------------------
 */

static enum err open_usb(struct diag *d, struct trezor_link *out, const char *rest)
{
    struct hw_io io;
    enum err e = usb_open(d, &io, rest, ids, NUM_IDS);

    return e == OK ? trezor_link_reports(d, out, &io) : e;
}

/* Not whatever a person names: the first message would already be written to a keyboard. */
static enum err open_hid(struct diag *d, struct trezor_link *out, const char *rest)
{
    struct trezor_found found[TREZOR_MAX_FOUND];
    struct hw_io io;
    size_t num = 0;
    enum err e = find_hid(d, found, &num);

    for (size_t i = 0; e == OK && i < num; i++) {
        if (strcmp(found[i].transport + strlen("hid:"), rest) != 0)
            continue;
        e = hidraw_open(d, &io, rest);
        return e == OK ? trezor_link_reports(d, out, &io) : e;
    }
    return e == OK ? diag_set(d, ERR_DEVICE, "there is no Trezor") : e;
}

/* What stands behind "kind:"; NULL if text is of another kind. */
static const char *behind(const char *text, const char *kind)
{
    size_t n = strlen(kind);

    return strncmp(text, kind, n) == 0 && text[n] == ':' ? text + n + 1 : NULL;
}

static enum err open_named(struct diag *d, struct trezor_link *out, const char *transport,
                           bool allow_remote)
{
    const char *rest = NULL;

    if ((rest = behind(transport, "usb")) != NULL)
        return open_usb(d, out, rest);
    if ((rest = behind(transport, "hid")) != NULL)
        return open_hid(d, out, rest);
    if ((rest = behind(transport, "udp")) != NULL)
        return trezor_udp_open(d, out, rest, allow_remote);
    if ((rest = behind(transport, "bridge")) != NULL || strcmp(transport, "bridge") == 0)
        return trezor_bridge_open(d, out, rest, allow_remote);
    return diag_set(d, ERR_USAGE, "a Trezor is reached by usb, hid, bridge or udp");
}

static enum err none(struct diag *d)
{
    diag_hint(d,
              "plug it in; if Trezor Suite uses it, close that or go through it with --transport "
              "bridge");
    return diag_set(d, ERR_DEVICE, "no Trezor is connected");
}

static enum err too_many(struct diag *d, const struct trezor_found *found, size_t num)
{
    diag_hint(d, "choose with --transport: '%s', '%s'%s", found[0].transport, found[1].transport,
              num > 2 ? ", ..." : "");
    return diag_set(d, ERR_DEVICE, "%zu Trezors are connected", num);
}

enum err trezor_connect(struct diag *d, struct trezor_link *out,
                        const struct signer_options *options)
{
    struct trezor_found found[TREZOR_MAX_FOUND];
    const char *transport = options->transport;
    size_t num = 0;
    enum err e = OK;

    *out = (struct trezor_link){ 0 };
    if (transport == NULL) {
        if ((e = trezor_find(d, found, &num)) != OK)
            return e;
        if (num == 0)
            return none(d);
        if (num > 1)
            return too_many(d, found, num);
        transport = found[0].transport;
    }
    if ((e = open_named(d, out, transport, options->allow_remote)) != OK)
        return diag_prefix(d, "%.128s", transport);
    return OK;
}
