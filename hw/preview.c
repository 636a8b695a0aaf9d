// SPDX-License-Identifier: Apache-2.0
#include "hw/preview.h"

#include <assert.h>
#include <stdlib.h>

#include "hw/preview_build.h"
#include "src/base/limits.h"

/* --- what was run ----------------------------------------------------------------------------- */

/* Each row: the screens of fixtures/devices were seen on that firmware, in the vendor's emulator;
 * the last row of a model is the version that is assumed if none is given. */
#define MODE(m)     (1U << PREVIEW_##m)
#define TOUCH_MODES (MODE(REFUSED) | MODE(FIELDS) | MODE(HASHES) | MODE(TRANSACTION))
#define NANO_MODES  (TOUCH_MODES | MODE(DOMAIN))
static const struct confirmed {
    enum device_model model;
    struct device_version version;
    unsigned modes;
} confirmed[] = {
    { LEDGER_NANO_S, { 1, 16, 1 }, MODE(REFUSED) | MODE(HASHES) | MODE(TRANSACTION) },
    { LEDGER_NANO_SP, { 1, 18, 1 }, NANO_MODES },
    { LEDGER_NANO_SP, { 1, 22, 0 }, NANO_MODES },
    { LEDGER_NANO_X, { 1, 18, 1 }, NANO_MODES },
    { LEDGER_NANO_X, { 1, 22, 0 }, NANO_MODES },
    { LEDGER_STAX, { 1, 18, 1 }, TOUCH_MODES },
    { LEDGER_STAX, { 1, 22, 0 }, TOUCH_MODES },
    { LEDGER_FLEX, { 1, 18, 1 }, TOUCH_MODES },
    { LEDGER_FLEX, { 1, 22, 0 }, TOUCH_MODES },
    { TREZOR_ONE, { 1, 14, 1 }, MODE(HASHES) | MODE(TRANSACTION) },
    { TREZOR_T, { 2, 5, 3 }, MODE(FIELDS) | MODE(TRANSACTION) },
    { TREZOR_T, { 2, 9, 6 }, MODE(FIELDS) | MODE(TRANSACTION) },
    { TREZOR_SAFE3, { 2, 9, 6 }, MODE(FIELDS) | MODE(TRANSACTION) },
    { TREZOR_SAFE5, { 2, 9, 6 }, MODE(FIELDS) | MODE(TRANSACTION) },
};
#define NUM_CONFIRMED (sizeof(confirmed) / sizeof(confirmed[0]))

/* For models that were not run. */
static struct device_version newest(enum device_model model)
{
    struct device_version v = { 1, 22, 0 };

    if (device_model_vendor(model) == VENDOR_TREZOR)
        v = (struct device_version){ 2, 9, 6 };
    for (size_t i = 0; i < NUM_CONFIRMED; i++) {
        if (confirmed[i].model == model)
            v = confirmed[i].version;
    }
    return v;
}

static bool version_eq(const struct device_version *a, const struct device_version *b)
{
    return a->major == b->major && a->minor == b->minor && a->patch == b->patch;
}

static const char *program_of(enum device_model model)
{
    return device_model_vendor(model) == VENDOR_LEDGER ? "Ethereum app" : "firmware";
}

static void add_version(struct buf *out, enum device_model model, const struct device_version *v)
{
    buf_addf(out, "%s %u.%u.%u", program_of(model), v->major, v->minor, v->patch);
}

/* run: there is a recording of such a request. */
static void set_basis(struct preview *p, bool run)
{
    const struct confirmed *other = NULL;

    for (size_t i = 0; run && i < NUM_CONFIRMED && p->basis != PREVIEW_CONFIRMED; i++) {
        if (confirmed[i].model != p->setup.model || (confirmed[i].modes & (1U << p->mode)) == 0)
            continue;
        other = &confirmed[i];
        p->basis =
            version_eq(&other->version, &p->setup.version) ? PREVIEW_CONFIRMED : PREVIEW_SIMILAR;
    }
    buf_add_str(&p->basis_text, p->basis == PREVIEW_CONFIRMED ? "confirmed on firmware: "
                                                              : "not confirmed on firmware: ");
    if (device_model_vendor(p->setup.model) == VENDOR_LEDGER)
        buf_add_str(&p->basis_text, "Ethereum app ");
    buf_addf(&p->basis_text, "%u.%u.%u", p->setup.version.major, p->setup.version.minor,
             p->setup.version.patch);
    if (p->basis == PREVIEW_SIMILAR && other != NULL)
        buf_addf(&p->basis_text, " was not run, only %u.%u.%u", other->version.major,
                 other->version.minor, other->version.patch);
    else if (p->basis == PREVIEW_FROM_SOURCE)
        buf_add_str(&p->basis_text, run ? " was not run: from its source code"
                                        : ": such a transaction was not run, from the source code");
    if (!p->setup.has_version)
        buf_add_str(&p->basis_text, " (the version was not given)");
}

/* --- words ------------------------------------------------------------------------------------ */

const char *preview_mode_name(enum preview_mode mode)
{
    switch (mode) {
    case PREVIEW_FIELDS:
        return "every field";
    case PREVIEW_DOMAIN:
        return "domain and message hash";
    case PREVIEW_HASHES:
        return "domain hash and message hash";
    case PREVIEW_TRANSACTION:
        return "transaction";
    case PREVIEW_REFUSED:
        break;
    }
    return "the device refuses";
}

void preview_device(struct buf *out, const struct preview *p)
{
    buf_addf(out, "%s, ", device_model_name(p->setup.model));
    add_version(out, p->setup.model, &p->setup.version);
}

static void add_setting(struct buf *out, const char *name, enum setting value)
{
    if (value == SETTING_UNKNOWN)
        return;
    buf_addf(out, "%s%s %s", out->len > 0 ? ", " : "", name, value == SETTING_ON ? "on" : "off");
}

/* The setting is not known, decides, and is previewed as on. */
static bool assumes_hashes(const struct preview *p)
{
    return (p->mode == PREVIEW_FIELDS || p->mode == PREVIEW_DOMAIN) &&
           preview_ledger_adds_hashes(&p->setup);
}

void preview_settings(struct buf *out, const struct preview *p)
{
    struct buf text;

    if (device_model_vendor(p->setup.model) != VENDOR_LEDGER)
        return;
    buf_init(&text, 256);
    add_setting(&text, "Blind signing", p->setup.blind_signing);
    if (!preview_ledger_hashes(&p->setup) && p->mode != PREVIEW_TRANSACTION)
        add_setting(&text, "Raw messages", p->setup.raw_messages);
    add_setting(&text, "Transaction hash",
                assumes_hashes(p) ? SETTING_ON : p->setup.transaction_hash);
    buf_add_str(out, buf_str(&text));
    buf_clear(&text);
}

/* --- cases ------------------------------------------------------------------------------------ */

static void add_case(struct device_setup *out, size_t *num, const struct device_setup *setup,
                     enum setting blind_signing, enum setting raw_messages)
{
    assert(*num < PREVIEW_MAX_CASES);
    out[*num] = *setup;
    out[*num].blind_signing = blind_signing;
    out[*num].raw_messages = raw_messages;
    (*num)++;
}

/* Stax and the like show the fields if either setting is on. */
static size_t touch_cases(struct device_setup out[static PREVIEW_MAX_CASES],
                          const struct device_setup *setup)
{
    const enum setting blind = setup->blind_signing, raw = setup->raw_messages;
    size_t num = 0;

    if (blind == SETTING_ON || raw == SETTING_ON)
        add_case(out, &num, setup, blind, raw);
    else if (blind != SETTING_OFF)
        add_case(out, &num, setup, SETTING_ON, raw);
    else if (raw != SETTING_OFF)
        add_case(out, &num, setup, blind, SETTING_ON);
    if (blind != SETTING_ON && raw != SETTING_ON)
        add_case(out, &num, setup, SETTING_OFF, SETTING_OFF);
    return num;
}

static size_t nano_cases(struct device_setup out[static PREVIEW_MAX_CASES],
                         const struct device_setup *setup)
{
    const enum setting blind = setup->blind_signing, raw = setup->raw_messages;
    size_t num = 0;

    if (raw != SETTING_OFF)
        add_case(out, &num, setup, blind, SETTING_ON);
    if (raw != SETTING_ON && blind != SETTING_OFF)
        add_case(out, &num, setup, SETTING_ON, SETTING_OFF);
    if (raw != SETTING_ON && blind != SETTING_ON)
        add_case(out, &num, setup, SETTING_OFF, SETTING_OFF);
    return num;
}

/* Signed with blind signing on, refused otherwise. */
static size_t blind_cases(struct device_setup out[static PREVIEW_MAX_CASES],
                          const struct device_setup *setup)
{
    size_t num = 0;

    if (setup->blind_signing != SETTING_OFF)
        add_case(out, &num, setup, SETTING_ON, setup->raw_messages);
    if (setup->blind_signing != SETTING_ON)
        add_case(out, &num, setup, SETTING_OFF, setup->raw_messages);
    return num;
}

size_t preview_typed_cases(struct device_setup out[static PREVIEW_MAX_CASES],
                           const struct device_setup *setup)
{
    if (device_model_vendor(setup->model) != VENDOR_LEDGER) {
        out[0] = *setup;
        return 1;
    }
    if (preview_ledger_hashes(setup))
        return blind_cases(out, setup);
    return preview_ledger_touch(setup->model) ? touch_cases(out, setup) : nano_cases(out, setup);
}

size_t preview_tx_cases(struct device_setup out[static PREVIEW_MAX_CASES],
                        const struct device_setup *setup, const struct eth_tx *tx)
{
    if (device_model_vendor(setup->model) == VENDOR_LEDGER && tx->data_len > 0)
        return blind_cases(out, setup);
    out[0] = *setup;
    return 1;
}

/* --- previews --------------------------------------------------------------------------------- */

void preview_clear(struct preview *p)
{
    for (size_t i = 0; i < p->num_rows; i++)
        free(p->rows[i].text);
    free(p->rows);
    free(p->screens);
    buf_clear(&p->basis_text);
    buf_clear(&p->notes);
    *p = (struct preview){ 0 };
}

static enum err start(struct diag *d, struct preview *p, const struct device_setup *setup)
{
    *p = (struct preview){ .setup = *setup };
    buf_init(&p->basis_text, 512);
    buf_init(&p->notes, 8192);
    if (device_model_word(setup->model) == NULL)
        return diag_set(d, ERR_UNSUPPORTED, "there is no preview for '%s'",
                        device_model_name(setup->model));
    if (!setup->has_version)
        p->setup.version = newest(setup->model);
    return OK;
}

static enum err finish(struct diag *d, struct preview *p, bool run)
{
    set_basis(p, run);
    if (p->failed)
        return diag_set(d, ERR_LIMIT, "the preview has more than %d screens, or memory ran out",
                        LIMIT_PREVIEW_SCREENS);
    if (!buf_ok(&p->basis_text) || !buf_ok(&p->notes))
        return diag_set(d, ERR_NOMEM, "out of memory");
    return OK;
}

enum err preview_typed(struct diag *d, struct preview *out, const struct device_setup *setup,
                       const struct typed_data *typed, const struct address *signer)
{
    enum err e = start(d, out, setup);

    if (e != OK)
        return e;
    if (device_model_vendor(setup->model) == VENDOR_LEDGER)
        e = preview_ledger_typed(d, out, typed);
    else if (setup->model == TREZOR_ONE)
        e = preview_one_typed(d, out, typed, signer);
    else
        e = preview_core_typed(d, out, typed, signer);
    return e == OK ? finish(d, out, true) : e;
}

/* Devices know more networks than this program does, and write their names and units. A refusal
 * looks the same. */
static bool was_run(const struct preview *p, const struct eth_tx *tx)
{
    return p->mode == PREVIEW_REFUSED || preview_network_of(&tx->chain_id)->chain_id != 0;
}

enum err preview_tx(struct diag *d, struct preview *out, const struct device_setup *setup,
                    const struct eth_tx *tx, const struct address *signer)
{
    enum err e = start(d, out, setup);

    if (e != OK)
        return e;
    if (device_model_vendor(setup->model) == VENDOR_LEDGER)
        e = preview_ledger_tx(d, out, tx, signer);
    else if (setup->model == TREZOR_ONE)
        e = preview_one_tx(d, out, tx);
    else
        e = preview_core_tx(d, out, tx);
    return e == OK ? finish(d, out, was_run(out, tx)) : e;
}
