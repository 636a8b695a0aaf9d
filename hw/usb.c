// SPDX-License-Identifier: Apache-2.0
#include "hw/usb.h"

#include <libusb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/library.h"
#include "src/base/secret.h"

/* What is used of libusb; the SONAME is that of every release since 1.0.0 (2008). */
#define LIBUSB "libusb-1.0.so.0"
#define FUNCTIONS(X)                 \
    X(libusb_init)                   \
    X(libusb_exit)                   \
    X(libusb_get_device_list)        \
    X(libusb_free_device_list)       \
    X(libusb_get_device_descriptor)  \
    X(libusb_get_config_descriptor)  \
    X(libusb_free_config_descriptor) \
    X(libusb_get_bus_number)         \
    X(libusb_get_port_numbers)       \
    X(libusb_open)                   \
    X(libusb_close)                  \
    X(libusb_claim_interface)        \
    X(libusb_release_interface)      \
    X(libusb_interrupt_transfer)     \
    X(libusb_error_name)

struct libusb {
    FUNCTIONS(LIBRARY_POINTER)
};

#define INTERFACE    0
#define ENDPOINT_OUT 0x01
#define ENDPOINT_IN  0x81
#define WRITE_MS     2000
/* Zero means "for ever" to libusb; an interrupt endpoint is asked every few milliseconds. */
#define MIN_READ_MS 10
#define MAX_PORTS   7 /* USB 3.0, tiers of hubs */

struct usb {
    struct libusb lib;
    libusb_context *context;
    libusb_device_handle *handle;
    bool claimed;
};

static enum err start(struct diag *d, struct usb *u)
{
    struct libusb *lib = &u->lib;
    const struct library_symbol symbols[] = { FUNCTIONS(LIBRARY_SYMBOL) };
    enum err e = library_load(d, LIBUSB, symbols, sizeof(symbols) / sizeof(symbols[0]));
    int rc = 0;

    if (e != OK)
        return e;
    if ((rc = lib->libusb_init(&u->context)) != 0)
        return diag_set(d, ERR_DEVICE, "cannot use USB: %s", lib->libusb_error_name(rc));
    return OK;
}

static void usb_close(void *ctx)
{
    struct usb *u = ctx;

    if (u == NULL)
        return;
    if (u->claimed)
        (void)u->lib.libusb_release_interface(u->handle, INTERFACE);
    if (u->handle != NULL)
        u->lib.libusb_close(u->handle);
    if (u->context != NULL)
        u->lib.libusb_exit(u->context);
    free(u);
}

/* --- finding ---------------------------------------------------------------------------------- */

static bool is_wanted(const struct usb_id *id, const struct usb_id *ids, size_t num_ids)
{
    for (size_t i = 0; i < num_ids; i++) {
        if (ids[i].vendor == id->vendor && ids[i].product == id->product)
            return true;
    }
    return false;
}

static bool has_vendor_interface(const struct libusb *lib, libusb_device *device)
{
    struct libusb_config_descriptor *config = NULL;
    bool ok = false;

    if (lib->libusb_get_config_descriptor(device, 0, &config) != 0)
        return false;
    ok = config->bNumInterfaces > INTERFACE && config->interface[INTERFACE].num_altsetting > 0 &&
         config->interface[INTERFACE].altsetting[0].bInterfaceClass == LIBUSB_CLASS_VENDOR_SPEC;
    lib->libusb_free_config_descriptor(config);
    return ok;
}

/* "1-4.2"; a root hub has no port. */
static bool make_path(const struct libusb *lib, libusb_device *device, char *out, size_t out_len)
{
    uint8_t ports[MAX_PORTS] = { 0 };
    int num_ports = lib->libusb_get_port_numbers(device, ports, sizeof(ports));
    int len = snprintf(out, out_len, "%u", lib->libusb_get_bus_number(device));

    for (int i = 0; i < num_ports && i < MAX_PORTS; i++)
        len += snprintf(out + len, out_len - (size_t)len, "%c%u", i == 0 ? '-' : '.', ports[i]);
    return num_ports > 0 && num_ports <= MAX_PORTS;
}

static bool describe(const struct libusb *lib, struct usb_listed *out, libusb_device *device,
                     const struct usb_id *ids, size_t num_ids)
{
    struct libusb_device_descriptor desc = { 0 };

    *out = (struct usb_listed){ .path = "" };
    if (lib->libusb_get_device_descriptor(device, &desc) != 0)
        return false;
    out->id = (struct usb_id){ desc.idVendor, desc.idProduct };
    return is_wanted(&out->id, ids, num_ids) && has_vendor_interface(lib, device) &&
           make_path(lib, device, out->path, sizeof(out->path));
}

enum err usb_list(struct diag *d, struct usb_listed out[static USB_MAX_LISTED], size_t *num_out,
                  const struct usb_id *ids, size_t num_ids)
{
    struct usb u = { .context = NULL };
    libusb_device **devices = NULL;
    enum err e = start(d, &u);
    ssize_t num = 0;

    *num_out = 0;
    if (e != OK)
        return e;
    num = u.lib.libusb_get_device_list(u.context, &devices);
    for (ssize_t i = 0; i < num && *num_out < USB_MAX_LISTED; i++) {
        if (describe(&u.lib, &out[*num_out], devices[i], ids, num_ids))
            (*num_out)++;
    }
    if (num >= 0)
        u.lib.libusb_free_device_list(devices, 1);
    u.lib.libusb_exit(u.context);
    if (num < 0)
        return diag_set(d, ERR_DEVICE, "cannot list USB devices: %s",
                        u.lib.libusb_error_name((int)num));
    return OK;
}

/* --- reports ---------------------------------------------------------------------------------- */

static enum err failed(struct diag *d, const struct usb *u, int rc)
{
    if (rc == LIBUSB_ERROR_NO_DEVICE || rc == LIBUSB_ERROR_IO || rc == LIBUSB_ERROR_PIPE) {
        diag_hint(d, "plug it in again, unlock it, and start over: no signature has come");
        return diag_set(d, ERR_DEVICE,
                        "the connection to the device was lost, is it unplugged? (%s)",
                        u->lib.libusb_error_name(rc));
    }
    if (rc == LIBUSB_ERROR_TIMEOUT)
        return diag_set(d, ERR_DEVICE, "the device does not take a report");
    return diag_set(d, ERR_DEVICE, "USB: %s", u->lib.libusb_error_name(rc));
}

static enum err write_report(struct diag *d, void *ctx,
                             const uint8_t report[static HW_REPORT_BYTES])
{
    const struct usb *u = ctx;
    uint8_t out[HW_REPORT_BYTES]; /* the library's parameter is not const */
    int sent = 0, rc = 0;

    memcpy(out, report, sizeof(out));
    rc = u->lib.libusb_interrupt_transfer(u->handle, ENDPOINT_OUT, out, sizeof(out), &sent,
                                          WRITE_MS);
    secret_wipe(out, sizeof(out));
    if (rc != 0)
        return failed(d, u, rc);
    if (sent != HW_REPORT_BYTES)
        return diag_set(d, ERR_DEVICE, "the device took %d of %d bytes", sent, HW_REPORT_BYTES);
    return OK;
}

static enum err read_report(struct diag *d, void *ctx, uint8_t report[static HW_REPORT_BYTES],
                            int timeout_ms, bool *got)
{
    const struct usb *u = ctx;
    uint8_t in[HW_REPORT_BYTES] = { 0 };
    int len = 0;
    int rc = u->lib.libusb_interrupt_transfer(
        u->handle, ENDPOINT_IN, in, sizeof(in), &len,
        (unsigned)(timeout_ms < MIN_READ_MS ? MIN_READ_MS : timeout_ms));

    *got = false;
    memset(report, 0, HW_REPORT_BYTES);
    /* a report may have come in at the last moment: the time is over, and it counts */
    if (rc == LIBUSB_ERROR_TIMEOUT && len == 0)
        return OK;
    if (rc != 0 && rc != LIBUSB_ERROR_TIMEOUT)
        return failed(d, u, rc);
    if (len != HW_REPORT_BYTES)
        return diag_set(d, ERR_DEVICE, "the device sent a report of %d bytes", len);
    memcpy(report, in, HW_REPORT_BYTES);
    *got = true;
    return OK;
}

/* --- opening ---------------------------------------------------------------------------------- */

static enum err cannot_open(struct diag *d, const struct usb *u, int rc)
{
    if (rc == LIBUSB_ERROR_ACCESS) {
        diag_hint(d, "the udev rules give you the device: 'make install' puts them in place "
                     "(docs/devices.md); plug it in again afterwards");
        return diag_set(d, ERR_DEVICE, "no permission to open the device");
    }
    if (rc == LIBUSB_ERROR_BUSY) {
        diag_hint(d, "close Trezor Suite, its browser pages and trezord, or go through them with "
                     "--transport bridge");
        return diag_set(d, ERR_DEVICE, "another program holds the device");
    }
    if (rc == LIBUSB_ERROR_NO_DEVICE || rc == LIBUSB_ERROR_NOT_FOUND)
        return diag_set(d, ERR_DEVICE, "the device is gone, is it unplugged?");
    return diag_set(d, ERR_DEVICE, "cannot open the device: %s", u->lib.libusb_error_name(rc));
}

static enum err open_path(struct diag *d, struct usb *u, const char *path, const struct usb_id *ids,
                          size_t num_ids)
{
    libusb_device **devices = NULL;
    ssize_t num = u->lib.libusb_get_device_list(u->context, &devices);
    int rc = LIBUSB_ERROR_NO_DEVICE;

    if (num < 0)
        return cannot_open(d, u, (int)num);
    for (ssize_t i = 0; i < num && u->handle == NULL; i++) {
        struct usb_listed found;

        if (!describe(&u->lib, &found, devices[i], ids, num_ids) || strcmp(found.path, path) != 0)
            continue;
        if ((rc = u->lib.libusb_open(devices[i], &u->handle)) != 0)
            u->handle = NULL;
        break;
    }
    u->lib.libusb_free_device_list(devices, 1);
    if (rc == 0 && (rc = u->lib.libusb_claim_interface(u->handle, INTERFACE)) == 0)
        u->claimed = true;
    return rc == 0 ? OK : cannot_open(d, u, rc);
}

enum err usb_open(struct diag *d, struct hw_io *out, const char *path, const struct usb_id *ids,
                  size_t num_ids)
{
    struct usb *u = calloc(1, sizeof(*u));
    enum err e = ERR_INTERNAL;

    *out = (struct hw_io){ 0 };
    if (u == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    if ((e = start(d, u)) == OK)
        e = open_path(d, u, path, ids, num_ids);
    if (e != OK) {
        usb_close(u);
        return e;
    }
    *out = (struct hw_io){ u, write_report, read_report, usb_close };
    return OK;
}
