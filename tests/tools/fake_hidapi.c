// SPDX-License-Identifier: Apache-2.0
#include "tests/tools/fake_hidapi.h"

#include <hidapi.h>
#include <stdlib.h>

/* As much of hidapi as hw/hid.c uses. Handles have nothing in them. */

#define VISIBLE __attribute__((visibility("default")))

extern VISIBLE struct fake_hid fake_hid;
struct fake_hid fake_hid;

struct hid_device_ {
    int unused;
};

VISIBLE struct hid_device_info *hid_enumerate(unsigned short vendor, unsigned short product)
{
    struct hid_device_info *list = NULL;

    for (size_t i = fake_hid.num_interfaces; i > 0; i--) {
        const struct fake_interface *f = &fake_hid.interfaces[i - 1];
        struct hid_device_info *info = NULL;

        if ((vendor != 0 && vendor != f->vendor) || (product != 0 && product != f->product))
            continue;
        if ((info = calloc(1, sizeof(*info))) == NULL)
            abort();
        *info = (struct hid_device_info){ .path = (char *)(uintptr_t)f->path,
                                          .vendor_id = f->vendor,
                                          .product_id = f->product,
                                          .usage_page = f->usage_page,
                                          .interface_number = f->interface_number,
                                          .next = list };
        list = info;
    }
    fake_hid.lists += list != NULL;
    return list;
}

VISIBLE void hid_free_enumeration(struct hid_device_info *list)
{
    fake_hid.lists -= list != NULL;
    while (list != NULL) {
        struct hid_device_info *next = list->next;

        free(list);
        list = next;
    }
}

VISIBLE hid_device *hid_open_path(const char *path)
{
    hid_device *handle = NULL;

    (void)path;
    if (fake_hid.cannot_open)
        return NULL;
    if ((handle = calloc(1, sizeof(*handle))) == NULL)
        abort();
    fake_hid.handles++;
    return handle;
}

VISIBLE void hid_close(hid_device *handle)
{
    fake_hid.handles--;
    free(handle);
}

VISIBLE int hid_write(hid_device *handle, const unsigned char *data, size_t len)
{
    (void)handle;
    return fake_hid.write(data, len);
}

VISIBLE int hid_read_timeout(hid_device *handle, unsigned char *data, size_t len, int timeout_ms)
{
    (void)handle;
    return fake_hid.read(data, len, timeout_ms);
}

VISIBLE const wchar_t *hid_error(hid_device *handle)
{
    return handle != NULL ? L"No such dev\u00efce" : L"cannot open it";
}
