// SPDX-License-Identifier: Apache-2.0
#include "hw/trezor/features.h"

#include <string.h>

/* By internal name (since 2023), or by the older one. */
static const struct {
    const char *internal;
    const char *name;
    enum device_model model;
} models[] = {
    { "T1B1", "1", TREZOR_ONE },        { "T2T1", "T", TREZOR_T },
    { "T2B1", "Safe 3", TREZOR_SAFE3 }, { "T3B1", "Safe 3", TREZOR_SAFE3 },
    { "T3T1", "Safe 5", TREZOR_SAFE5 }, { "T3W1", "Safe 7", TREZOR_SAFE7 },
};

static bool is_text(const struct pb_bytes *b, const char *text)
{
    return b->has && b->len == strlen(text) && memcmp(b->data, text, b->len) == 0;
}

static enum device_model find_model(const struct trezor_features *f)
{
    /* bootloaders of the One up to 1.8.0 do not say */
    if (!f->internal_model.has && !f->model.has)
        return TREZOR_ONE;
    for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
        if (f->internal_model.has ? is_text(&f->internal_model, models[i].internal)
                                  : is_text(&f->model, models[i].name))
            return models[i].model;
    }
    return DEVICE_UNKNOWN;
}

static bool has_capability(const struct trezor_features *f, uint32_t which)
{
    for (size_t i = 0; i < f->capabilities.num; i++) {
        if (f->capabilities.value[i] == which)
            return true;
    }
    return false;
}

static void copy_text(char *out, size_t out_len, const struct pb_bytes *b)
{
    size_t n = b->len < out_len - 1 ? b->len : out_len - 1;

    if (n > 0)
        memcpy(out, b->data, n);
    out[n] = '\0';
}

enum err trezor_about_read(struct diag *d, struct trezor_about *out, const struct trezor_message *m)
{
    struct trezor_features f;
    enum err e = ERR_INTERNAL;

    *out = (struct trezor_about){ .model = DEVICE_UNKNOWN };
    if ((e = trezor_read_features(d, &f, m)) != OK)
        return e;
    if (f.major.value > UINT8_MAX || f.minor.value > UINT8_MAX || f.patch.value > UINT8_MAX)
        return diag_set(d, ERR_DEVICE, "the device says that its firmware is %llu.%llu.%llu",
                        (unsigned long long)f.major.value, (unsigned long long)f.minor.value,
                        (unsigned long long)f.patch.value);
    out->model = find_model(&f);
    out->version = (struct device_version){ (uint8_t)f.major.value, (uint8_t)f.minor.value,
                                            (uint8_t)f.patch.value };
    copy_text(out->untrusted_model, sizeof(out->untrusted_model),
              f.internal_model.has ? &f.internal_model : &f.model);
    out->bootloader = f.bootloader_mode.value != 0;
    /* said in the bootloader only, by some */
    out->has_firmware = !f.firmware_present.has || f.firmware_present.value != 0;
    out->initialized = f.initialized.value != 0;
    out->locked = f.pin_protection.value != 0 && f.unlocked.has && f.unlocked.value == 0;
    out->busy = f.busy.value != 0;
    out->knows_ethereum = has_capability(&f, TREZOR_CAPABILITY_ETHEREUM);
    out->enters_passphrase = has_capability(&f, TREZOR_CAPABILITY_PASSPHRASE_ENTRY);
    return OK;
}

const char *trezor_about_state(const struct trezor_about *about)
{
    if (about->bootloader)
        return about->has_firmware ? "bootloader" : "no firmware";
    if (about->model == TREZOR_SAFE7 || about->model == DEVICE_UNKNOWN)
        return "not supported yet";
    if (!about->initialized)
        return "not set up";
    if (!about->knows_ethereum)
        return "firmware without Ethereum";
    if (about->busy)
        return "busy";
    return about->locked ? "locked" : "ready";
}

enum err trezor_is_safe7(struct diag *d)
{
    diag_hint(d,
              "sign with another wallet that knows the Trezor Safe 7, over the same hashes: "
              "'countersign hash' prints them, and --signer external:ADDRESS takes its signature");
    return diag_set(d, ERR_UNSUPPORTED,
                    "the Trezor Safe 7 speaks a protocol (THP) that is not supported yet");
}

enum err trezor_about_check(struct diag *d, const struct trezor_about *about)
{
    const char *name = device_model_name(about->model);

    if (about->bootloader && !about->has_firmware) {
        diag_hint(d, "install it with Trezor Suite");
        return diag_set(d, ERR_DEVICE, "the %s has no firmware", name);
    }
    if (about->bootloader) {
        diag_hint(d, "unplug it and plug it in again without touching a button or the screen");
        return diag_set(d, ERR_DEVICE, "the %s is in its bootloader", name);
    }
    if (about->model == TREZOR_SAFE7)
        return trezor_is_safe7(d);
    if (about->model == DEVICE_UNKNOWN)
        return diag_set(d, ERR_UNSUPPORTED, "a Trezor of an unknown model, '%s'",
                        about->untrusted_model);
    if (!about->initialized) {
        diag_hint(d, "set it up with Trezor Suite");
        return diag_set(d, ERR_DEVICE, "the %s is not set up: it has no seed", name);
    }
    if (!about->knows_ethereum) {
        diag_hint(d,
                  "install the universal firmware with Trezor Suite; make sure that you have the "
                  "seed's backup");
        return diag_set(d, ERR_UNSUPPORTED, "the firmware of the %s does not know Ethereum", name);
    }
    if (about->busy)
        return diag_set(d, ERR_DEVICE, "the %s is busy with another program", name);
    return OK;
}

bool trezor_at_least(const struct trezor_about *about, const struct device_version *one,
                     const struct device_version *core)
{
    const struct device_version *v = about->model == TREZOR_ONE ? one : core;

    return device_version_at_least(&about->version, v->major, v->minor, v->patch);
}
