// SPDX-License-Identifier: Apache-2.0
#include "src/cli/device.h"

enum err device_preview(struct diag *d, const struct args *a)
{
    (void)a;
    return diag_set(d, ERR_UNSUPPORTED, "device preview: not known yet");
}

enum err device_preview_print(struct diag *d, const struct device_setup *setup,
                              const struct typed_data *typed)
{
    (void)d;
    (void)setup;
    (void)typed;
    return OK;
}
