// SPDX-License-Identifier: Apache-2.0
#include "hw/device.h"

#include <assert.h>
#include <string.h>

static const struct {
    const char *word;
    const char *name;
} models[DEVICE_NUM_MODELS] = {
    [DEVICE_UNKNOWN] = { NULL, "unknown model" },
    [LEDGER_NANO_S] = { "nanos", "Ledger Nano S" },
    [LEDGER_NANO_SP] = { "nanosp", "Ledger Nano S Plus" },
    [LEDGER_NANO_X] = { "nanox", "Ledger Nano X" },
    [LEDGER_STAX] = { "stax", "Ledger Stax" },
    [LEDGER_FLEX] = { "flex", "Ledger Flex" },
    [LEDGER_APEX] = { "apex", "Ledger Nano Gen5" },
    [LEDGER_BLUE] = { NULL, "Ledger Blue" },
    [TREZOR_ONE] = { "trezor-one", "Trezor One" },
    [TREZOR_T] = { "trezor-t", "Trezor Model T" },
    [TREZOR_SAFE3] = { "trezor-safe3", "Trezor Safe 3" },
    [TREZOR_SAFE5] = { "trezor-safe5", "Trezor Safe 5" },
    [TREZOR_SAFE7] = { NULL, "Trezor Safe 7" },
};

const char *device_model_word(enum device_model model)
{
    assert(model < DEVICE_NUM_MODELS);
    return models[model].word;
}

const char *device_model_name(enum device_model model)
{
    assert(model < DEVICE_NUM_MODELS);
    return models[model].name;
}

/* "safe5" is "trezor-safe5": no other vendor has one. */
static bool is_word(const char *model, const char *word)
{
    static const char vendor[] = "trezor-";

    if (strncmp(word, "safe", strlen("safe")) == 0 && strncmp(model, vendor, strlen(vendor)) == 0)
        model += strlen(vendor);
    return strcmp(model, word) == 0;
}

enum device_model device_model_from_word(const char *word)
{
    for (size_t i = 0; i < DEVICE_NUM_MODELS; i++) {
        if (models[i].word != NULL && is_word(models[i].word, word))
            return (enum device_model)i;
    }
    return DEVICE_UNKNOWN;
}

enum device_vendor device_model_vendor(enum device_model model)
{
    return model >= TREZOR_ONE ? VENDOR_TREZOR : VENDOR_LEDGER;
}

bool device_version_at_least(const struct device_version *a, uint8_t major, uint8_t minor,
                             uint8_t patch)
{
    if (a->major != major)
        return a->major > major;
    if (a->minor != minor)
        return a->minor > minor;
    return a->patch >= patch;
}
