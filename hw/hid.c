// SPDX-License-Identifier: Apache-2.0
#include "hw/hid.h"

#include <errno.h>
#include <hidapi.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/library.h"
#include "src/base/secret.h"

/* What is used of hidapi; the SONAME is that of every release since 0.8 (2013). */
#define LIBHIDAPI "libhidapi-hidraw.so.0"
#define FUNCTIONS(X)        \
    X(hid_enumerate)        \
    X(hid_free_enumeration) \
    X(hid_open_path)        \
    X(hid_write)            \
    X(hid_read_timeout)     \
    X(hid_error)            \
    X(hid_close)

struct libhidapi {
    FUNCTIONS(LIBRARY_POINTER)
};

static enum err load(struct diag *d, struct libhidapi *lib)
{
    const struct library_symbol symbols[] = { FUNCTIONS(LIBRARY_SYMBOL) };

    return library_load(d, LIBHIDAPI, symbols, sizeof(symbols) / sizeof(symbols[0]));
}

struct hid {
    struct libhidapi lib;
    hid_device *handle;
};

/* hidapi's texts are wide, and made of strerror and path names. */
static void narrow(char *out, size_t out_size, const wchar_t *text)
{
    size_t i = 0;

    for (; text != NULL && text[i] != L'\0' && i + 1 < out_size; i++)
        out[i] = text[i] >= 0x20 && text[i] < 0x7f ? (char)text[i] : '?';
    out[i] = '\0';
}

enum err hidraw_list(struct diag *d, struct hidraw_listed out[static HIDRAW_MAX_LISTED],
                     size_t *num_out, uint16_t vendor)
{
    struct libhidapi lib;
    struct hid_device_info *list = NULL;
    enum err e = load(d, &lib);

    *num_out = 0;
    if (e != OK)
        return e;
    list = lib.hid_enumerate(vendor, 0);
    for (const struct hid_device_info *i = list; i != NULL && *num_out < HIDRAW_MAX_LISTED;
         i = i->next) {
        struct hidraw_listed *o = &out[*num_out];

        if (i->vendor_id != vendor || i->path == NULL || strlen(i->path) >= sizeof(o->path))
            continue;
        *o = (struct hidraw_listed){ .vendor = i->vendor_id,
                                     .product = i->product_id,
                                     .usage_page = i->usage_page,
                                     .interface_number = i->interface_number };
        memcpy(o->path, i->path, strlen(i->path));
        (*num_out)++;
    }
    lib.hid_free_enumeration(list);
    return OK;
}

static enum err lost(struct diag *d, const struct hid *h)
{
    char reason[128];

    narrow(reason, sizeof(reason), h->lib.hid_error(h->handle));
    diag_hint(d, "plug it in again, unlock it, and start over: no signature has come");
    return diag_set(d, ERR_DEVICE, "the connection to the device was lost, is it unplugged? (%s)",
                    reason);
}

static enum err write_report(struct diag *d, void *ctx,
                             const uint8_t report[static HW_REPORT_BYTES])
{
    const struct hid *h = ctx;
    uint8_t numbered[1 + HW_REPORT_BYTES] = { 0 };
    int n = 0;

    memcpy(numbered + 1, report, HW_REPORT_BYTES);
    n = h->lib.hid_write(h->handle, numbered, sizeof(numbered));
    secret_wipe(numbered, sizeof(numbered)); /* the PIN of a Trezor, perhaps */
    return n == (int)sizeof(numbered) ? OK : lost(d, h);
}

static enum err read_report(struct diag *d, void *ctx, uint8_t report[static HW_REPORT_BYTES],
                            int timeout_ms, bool *got)
{
    const struct hid *h = ctx;
    uint8_t in[HW_REPORT_BYTES + 1];
    int n = h->lib.hid_read_timeout(h->handle, in, sizeof(in), timeout_ms);

    *got = false;
    memset(report, 0, HW_REPORT_BYTES);
    if (n < 0)
        return lost(d, h);
    if (n == 0)
        return OK;
    if (n != HW_REPORT_BYTES)
        return diag_set(d, ERR_DEVICE, "the device sent a report of %s than 64 bytes",
                        n < HW_REPORT_BYTES ? "fewer" : "more");
    memcpy(report, in, HW_REPORT_BYTES);
    *got = true;
    return OK;
}

static void close_device(void *ctx)
{
    struct hid *h = ctx;

    if (h == NULL)
        return;
    h->lib.hid_close(h->handle);
    free(h);
}

static enum err cannot_open(struct diag *d, const struct libhidapi *lib, const char *path)
{
    char reason[256];

    narrow(reason, sizeof(reason), lib->hid_error(NULL));
    if (access(path, R_OK | W_OK) == 0) {
        diag_hint(d, "does another program hold the device?");
        return diag_set(d, ERR_DEVICE, "cannot open '%.128s': %s", path, reason);
    }
    if (errno == EACCES || errno == EPERM) {
        diag_hint(d, "the udev rules give you the device: 'make install' puts them in place "
                     "(docs/devices.md); then plug it in again");
        return diag_set(d, ERR_DEVICE, "no permission to open '%.128s'", path);
    }
    return diag_set(d, ERR_DEVICE, "'%.128s' is gone, is the device unplugged?", path);
}

enum err hidraw_open(struct diag *d, struct hw_io *out, const char *path)
{
    struct hid *h = calloc(1, sizeof(*h));
    enum err e = ERR_INTERNAL;

    *out = (struct hw_io){ 0 };
    if (h == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    if ((e = load(d, &h->lib)) != OK) {
        free(h);
        return e;
    }
    if ((h->handle = h->lib.hid_open_path(path)) == NULL) {
        e = cannot_open(d, &h->lib, path);
        free(h);
        return e;
    }
    *out = (struct hw_io){
        .ctx = h, .write = write_report, .read = read_report, .close = close_device
    };
    return OK;
}
