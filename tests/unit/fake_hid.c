// SPDX-License-Identifier: Apache-2.0
#include "fake_hid.h"

#include <criterion/criterion.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct fake_hid *fake_hid_load(void)
{
    char path[4096] = "";
    ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 32);
    struct fake_hid *fake = NULL;
    void *library = NULL;

    cr_assert(len > 0);
    path[len] = '\0';
    (void)snprintf(strrchr(path, '/') + 1, 32, "libhidapi-hidraw.so.0");
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    cr_assert_not_null(library, "%s", dlerror());
    fake = dlsym(library, FAKE_HID_SYMBOL);
    cr_assert_not_null(fake);
    return fake;
}

void fake_hid_plug_in(struct fake_hid *fake, const struct fake_interface *interfaces, size_t num)
{
    fake->interfaces = interfaces;
    fake->num_interfaces = num;
}
