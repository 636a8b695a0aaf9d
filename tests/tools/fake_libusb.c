// SPDX-License-Identifier: Apache-2.0
#include "tests/tools/fake_libusb.h"

#include <libusb.h>
#include <stdlib.h>
#include <string.h>

/* As much of libusb 1.0 as hw/usb.c uses. A device is its index, a handle as well. */

#define VISIBLE __attribute__((visibility("default")))

extern VISIBLE struct fake_usb fake_usb;
struct fake_usb fake_usb;

struct libusb_device {
    const struct fake_device *what;
};

static struct libusb_device devices[32];
static char context, handle;

VISIBLE int LIBUSB_CALL libusb_init(libusb_context **ctx)
{
    if (fake_usb.init != 0)
        return fake_usb.init;
    fake_usb.contexts++;
    *ctx = (libusb_context *)&context;
    return 0;
}

VISIBLE void LIBUSB_CALL libusb_exit(libusb_context *ctx)
{
    (void)ctx;
    fake_usb.contexts--;
}

VISIBLE ssize_t LIBUSB_CALL libusb_get_device_list(libusb_context *ctx, libusb_device ***list)
{
    (void)ctx;
    if (fake_usb.list != 0)
        return fake_usb.list;
    fake_usb.lists++;
    *list = calloc((size_t)fake_usb.num_devices + 1, sizeof(**list));
    for (int i = 0; *list != NULL && i < fake_usb.num_devices; i++) {
        devices[i].what = &fake_usb.devices[i];
        (*list)[i] = &devices[i];
    }
    return fake_usb.num_devices;
}

VISIBLE void LIBUSB_CALL libusb_free_device_list(libusb_device **list, int unref)
{
    (void)unref;
    fake_usb.lists--;
    free(list);
}

VISIBLE int LIBUSB_CALL libusb_get_device_descriptor(libusb_device *dev,
                                                     struct libusb_device_descriptor *desc)
{
    memset(desc, 0, sizeof(*desc));
    desc->idVendor = dev->what->vendor;
    desc->idProduct = dev->what->product;
    return 0;
}

VISIBLE int LIBUSB_CALL libusb_get_config_descriptor(libusb_device *dev, uint8_t index,
                                                     struct libusb_config_descriptor **config)
{
    struct all {
        struct libusb_config_descriptor config;
        struct libusb_interface interface;
        struct libusb_interface_descriptor alt;
    } *all = calloc(1, sizeof(*all));

    if (all == NULL || index != 0)
        return LIBUSB_ERROR_NO_MEM;
    all->alt.bInterfaceClass = dev->what->interface_class;
    all->interface.altsetting = &all->alt;
    all->interface.num_altsetting = 1;
    all->config.bNumInterfaces = 1;
    all->config.interface = &all->interface;
    fake_usb.configs++;
    *config = &all->config;
    return 0;
}

VISIBLE void LIBUSB_CALL libusb_free_config_descriptor(struct libusb_config_descriptor *config)
{
    fake_usb.configs--;
    free(config); /* the first member of what was allocated */
}

VISIBLE uint8_t LIBUSB_CALL libusb_get_bus_number(libusb_device *dev)
{
    return dev->what->bus;
}

VISIBLE int LIBUSB_CALL libusb_get_port_numbers(libusb_device *dev, uint8_t *ports, int len)
{
    if (dev->what->num_ports > len)
        return LIBUSB_ERROR_OVERFLOW;
    memcpy(ports, dev->what->ports, (size_t)dev->what->num_ports);
    return dev->what->num_ports;
}

VISIBLE int LIBUSB_CALL libusb_open(libusb_device *dev, libusb_device_handle **out)
{
    (void)dev;
    if (fake_usb.open != 0)
        return fake_usb.open;
    fake_usb.handles++;
    *out = (libusb_device_handle *)&handle;
    return 0;
}

VISIBLE void LIBUSB_CALL libusb_close(libusb_device_handle *h)
{
    (void)h;
    fake_usb.handles--;
}

VISIBLE int LIBUSB_CALL libusb_claim_interface(libusb_device_handle *h, int number)
{
    (void)h;
    if (fake_usb.claim != 0 || number != 0)
        return fake_usb.claim;
    fake_usb.claims++;
    return 0;
}

VISIBLE int LIBUSB_CALL libusb_release_interface(libusb_device_handle *h, int number)
{
    (void)h;
    (void)number;
    fake_usb.claims--;
    return 0;
}

VISIBLE int LIBUSB_CALL libusb_interrupt_transfer(libusb_device_handle *h, unsigned char endpoint,
                                                  unsigned char *data, int len, int *transferred,
                                                  unsigned timeout)
{
    (void)h;
    return fake_usb.transfer(endpoint, data, len, transferred, timeout);
}

VISIBLE const char *LIBUSB_CALL libusb_error_name(int code)
{
    (void)code;
    return "LIBUSB_ERROR_FAKE";
}
