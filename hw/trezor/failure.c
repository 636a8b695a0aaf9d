// SPDX-License-Identifier: Apache-2.0
#include "hw/trezor/failure.h"

#include <string.h>

#include "hw/trezor/features.h"

#define MAX_TEXT 96

static const struct {
    enum trezor_failure_code code;
    enum err e;
    const char *words; /* behind "the Trezor One " */
    const char *hint;
} rows[] = {
    { TREZOR_UNEXPECTED_MESSAGE, ERR_UNSUPPORTED, "does not know this request",
      "its firmware may be too old: update it with Trezor Suite" },
    { TREZOR_BUTTON_EXPECTED, ERR_DEVICE, "expected a button to be pressed", NULL },
    { TREZOR_DATA_ERROR, ERR_DEVICE, "does not accept the data", NULL },
    { TREZOR_ACTION_CANCELLED, ERR_REFUSED, "was told no", NULL },
    { TREZOR_PIN_EXPECTED, ERR_DEVICE, "expected its PIN", NULL },
    { TREZOR_PIN_CANCELLED, ERR_REFUSED, "was not given its PIN", NULL },
    { TREZOR_PIN_INVALID, ERR_REFUSED, "says that the PIN is wrong",
      "each wrong PIN doubles the time until the next one, and the sixteenth wipes the device" },
    { TREZOR_INVALID_SIGNATURE, ERR_DEVICE, "says that a signature is invalid", NULL },
    { TREZOR_PROCESS_ERROR, ERR_DEVICE, "could not do it", NULL },
    { TREZOR_NOT_ENOUGH_FUNDS, ERR_DEVICE, "says that there are not enough funds", NULL },
    { TREZOR_NOT_INITIALIZED, ERR_DEVICE, "is not set up: it has no seed",
      "set it up with Trezor Suite" },
    { TREZOR_PIN_MISMATCH, ERR_DEVICE, "says that two PINs differ", NULL },
    { TREZOR_WIPE_CODE_MISMATCH, ERR_DEVICE, "says that two wipe codes differ", NULL },
    { TREZOR_INVALID_SESSION, ERR_DEVICE, "has ended the session",
      "another program may be using it: close it and try again" },
    { TREZOR_BUSY, ERR_DEVICE, "is busy",
      "another program may be using it: close it and try again" },
    { TREZOR_IN_PROGRESS, ERR_DEVICE, "is busy with something else",
      "finish it on the device and try again" },
    { TREZOR_FIRMWARE_ERROR, ERR_DEVICE, "reports an error in its firmware",
      "unplug it, plug it in again and try again" },
};

static bool contains(const struct pb_bytes *text, const char *part)
{
    size_t n = strlen(part);

    for (size_t i = 0; text->has && n <= text->len && i <= text->len - n; i++) {
        if (memcmp(text->data + i, part, n) == 0)
            return true;
    }
    return false;
}

enum err trezor_failure_error(struct diag *d, const struct trezor_failure *f, const char *name)
{
    const int len = (int)(f->text.len < MAX_TEXT ? f->text.len : MAX_TEXT);
    const char *text = f->text.len > 0 ? (const char *)f->text.data : "";
    const char *quote = f->text.len > 0 ? "'" : "";

    if (f->code.value == TREZOR_INVALID_PROTOCOL || f->code.value == TREZOR_THP_UNALLOCATED_SESSION)
        return trezor_is_safe7(d);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        enum err e = rows[i].e;

        if (f->code.value != (uint64_t)rows[i].code)
            continue;
        if (rows[i].hint != NULL) {
            diag_hint(d, "%s", rows[i].hint);
        } else if (contains(&f->text, "Forbidden key path")) {
            e = ERR_UNSUPPORTED;
            diag_hint(d, "the device signs for Ethereum's own paths alone, such as "
                         "m/44'/60'/0'/0/0, unless its safety checks are turned down");
        }
        return diag_set(d, e, "the %s %s%s%s%.*s%s", name, rows[i].words, len > 0 ? ": " : "",
                        quote, len, text, quote);
    }
    return diag_set(d, ERR_DEVICE, "the %s failed with code %llu%s%s%.*s%s", name,
                    (unsigned long long)f->code.value, len > 0 ? ": " : "", quote, len, text,
                    quote);
}
