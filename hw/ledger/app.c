// SPDX-License-Identifier: Apache-2.0
#include "hw/ledger/app.h"

#include <assert.h>
#include <string.h>

#include "hw/ledger/status.h"
#include "src/base/address.h"
#include "src/base/bytes.h"
#include "src/base/keccak.h"

#define CLA_SYSTEM 0xb0
#define CLA_APP    0xe0
#define INS_NAME   0x01 /* of the system */
#define INS_PUBKEY 0x02
#define INS_CONFIG 0x06

#define NAME_FORMAT     1
#define FLAG_BLIND      0x01
#define PUBKEY_BYTES    65
#define ADDRESS_DIGITS  40
#define STALE_ANSWER_MS 300

enum device_model ledger_model_of_product(uint16_t product)
{
    static const struct {
        uint8_t high, legacy;
        enum device_model model;
    } models[] = {
        { 0x10, 0x01, LEDGER_NANO_S },  { 0x40, 0x04, LEDGER_NANO_X },
        { 0x50, 0x05, LEDGER_NANO_SP }, { 0x60, 0x06, LEDGER_STAX },
        { 0x70, 0x07, LEDGER_FLEX },    { 0x80, 0x08, LEDGER_APEX },
    };

    for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
        if (product == models[i].legacy || product >> 8 == models[i].high)
            return models[i].model;
    }
    return product >> 8 == 0 ? LEDGER_BLUE : DEVICE_UNKNOWN;
}

/* --- answers ---------------------------------------------------------------------------------- */

static MUST_CHECK bool read_text(struct reader *r, char out[static LEDGER_NAME_BYTES + 1])
{
    uint8_t len = 0;

    memset(out, 0, LEDGER_NAME_BYTES + 1);
    if (!reader_u8(r, &len) || len == 0 || len > LEDGER_NAME_BYTES ||
        !reader_bytes(r, (uint8_t *)out, len))
        return false;
    for (size_t i = 0; i < len; i++) {
        if (out[i] < 0x20 || out[i] > 0x7e)
            return false;
    }
    return true;
}

enum err ledger_app_parse(struct diag *d, struct ledger_app *out, const uint8_t *data,
                          size_t data_len)
{
    struct reader r;
    struct ledger_app app = { "", "" };
    const uint8_t *flags = NULL;
    uint8_t format = 0, num_flags = 0;

    *out = app;
    reader_init(&r, data, data_len);
    if (!reader_u8(&r, &format) || format != NAME_FORMAT || !read_text(&r, app.name) ||
        !read_text(&r, app.version) || !reader_u8(&r, &num_flags) ||
        !reader_borrow(&r, &flags, num_flags) || !reader_end(&r))
        return diag_set(d, ERR_DEVICE, "the Ledger's answer is no app name and version");
    *out = app;
    return OK;
}

enum err ledger_config_parse(struct diag *d, enum setting *blind_signing, const uint8_t *data,
                             size_t data_len)
{
    struct reader r;
    uint8_t flags = 0, version[3];

    *blind_signing = SETTING_UNKNOWN;
    reader_init(&r, data, data_len);
    if (!reader_u8(&r, &flags) || !reader_bytes(&r, version, sizeof(version)) || !reader_end(&r))
        return diag_set(d, ERR_DEVICE, "the Ledger's answer is no app configuration");
    *blind_signing = flags & FLAG_BLIND ? SETTING_ON : SETTING_OFF;
    return OK;
}

enum err ledger_account_parse(struct diag *d, struct address *out, const uint8_t *data,
                              size_t data_len)
{
    struct reader r;
    struct hash32 hash;
    struct address a;
    uint8_t key_len = 0, text_len = 0;
    uint8_t key[PUBKEY_BYTES];
    char text[ADDRESS_DIGITS + 1] = "";

    *out = (struct address){ { 0 } };
    reader_init(&r, data, data_len);
    if (!reader_u8(&r, &key_len) || key_len != sizeof(key) || !reader_bytes(&r, key, key_len) ||
        key[0] != 4 || !reader_u8(&r, &text_len) || text_len != ADDRESS_DIGITS ||
        !reader_bytes(&r, (uint8_t *)text, text_len) || !reader_end(&r))
        return diag_set(d, ERR_DEVICE, "the Ledger's answer is no public key and address");
    keccak256(&hash, key + 1, sizeof(key) - 1);
    memcpy(a.b, hash.b + 12, sizeof(a.b));
    if (strcmp(address_format(&a).s + 2, text) != 0)
        return diag_set(d, ERR_DEVICE,
                        "the Ledger reports the address '%s', but its key has the address %s", text,
                        address_format(&a).s);
    *out = a;
    return OK;
}

/* --- questions -------------------------------------------------------------------------------- */

enum err ledger_app_ask(struct diag *d, struct ledger_link *link, struct ledger_app *out)
{
    const struct ledger_command ask = { .cla = CLA_SYSTEM, .ins = INS_NAME };
    const struct device_setup nothing = { .model = DEVICE_UNKNOWN };
    struct hw_budget b = hw_budget_ms(HW_ANSWER_MS);
    struct ledger_answer first, second;
    struct diag ignored = { 0 };
    enum err e = ledger_exchange(d, link, &first, &ask, &b);

    *out = (struct ledger_app){ "", "" };
    if (e == ERR_DEVICE && d->hint[0] == '\0')
        diag_hint(d, "if the Ledger still asks something, answer or reject it there, and start "
                     "again");
    if (e != OK)
        return e;
    if (first.status == LEDGER_STATUS_OK &&
        ledger_app_parse(&ignored, out, first.data, first.data_len) == OK)
        return OK;
    b = hw_budget_ms(STALE_ANSWER_MS);
    if (ledger_receive(&ignored, link, &second, &b) == OK)
        first = second; /* otherwise the first was the answer, and is an error */
    if ((e = ledger_status_check(d, first.status, LEDGER_OPENING, &nothing)) != OK)
        return e;
    return ledger_app_parse(d, out, first.data, first.data_len);
}

static MUST_CHECK bool read_number(const char **at, uint8_t *out)
{
    unsigned value = 0;
    const char *from = *at;

    while (**at >= '0' && **at <= '9' && value <= 255)
        value = value * 10 + (unsigned)(*(*at)++ - '0');
    *out = (uint8_t)value;
    return *at != from && value <= 255;
}

/* "1.22.0", and "1.23.0-dev" of a version that is not released. */
static MUST_CHECK bool read_version(const char *text, struct device_version *out)
{
    return read_number(&text, &out->major) && *text++ == '.' && read_number(&text, &out->minor) &&
           *text++ == '.' && read_number(&text, &out->patch) && (*text == '\0' || *text == '-');
}

enum err ledger_app_check(struct diag *d, struct device_version *out, const struct ledger_app *app)
{
    struct device_version v = { 0, 0, 0 };

    *out = v;
    if (strcmp(app->name, "Ethereum") != 0) {
        diag_hint(d, "open the Ethereum app on the Ledger, and start again");
        if (strcmp(app->name, "BOLOS") == 0)
            return diag_set(d, ERR_DEVICE, "no app is open on the Ledger");
        return diag_set(d, ERR_DEVICE, "the app '%s' is open on the Ledger, not Ethereum",
                        app->name);
    }
    if (!read_version(app->version, &v))
        return diag_set(d, ERR_UNSUPPORTED, "the Ethereum app has the unknown version '%s'",
                        app->version);
    if (!device_version_at_least(&v, 1, 9, 0)) {
        diag_hint(d, "update it with Ledger Live");
        return diag_set(d, ERR_UNSUPPORTED,
                        "the Ethereum app on the Ledger is version %s, needed is 1.9.0 or later",
                        app->version);
    }
    *out = v;
    return OK;
}

enum err ledger_app_setup(struct diag *d, struct ledger_link *link, struct device_setup *out,
                          enum device_model model, bool hash_mode)
{
    const struct ledger_command ask = { .cla = CLA_APP, .ins = INS_CONFIG };
    struct device_setup s = { .model = model, .has_version = true };
    struct hw_budget b;
    struct ledger_answer answer;
    struct ledger_app app;
    enum err e = ERR_INTERNAL;

    *out = (struct device_setup){ .model = model };
    if ((e = ledger_app_ask(d, link, &app)) != OK ||
        (e = ledger_app_check(d, &s.version, &app)) != OK)
        return e;
    b = hw_budget_ms(HW_ANSWER_MS);
    if ((e = ledger_exchange(d, link, &answer, &ask, &b)) != OK ||
        (e = ledger_status_check(d, answer.status, LEDGER_OPENING, &s)) != OK ||
        (e = ledger_config_parse(d, &s.blind_signing, answer.data, answer.data_len)) != OK)
        return e;
    s.hash_mode =
        hash_mode || model == LEDGER_NANO_S || !device_version_at_least(&s.version, 1, 10, 0);
    *out = s;
    return OK;
}

size_t ledger_path_encode(uint8_t out[static LEDGER_PATH_BYTES], const struct hd_path *path)
{
    assert(path->depth <= HD_MAX_DEPTH);
    out[0] = (uint8_t)path->depth;
    for (size_t i = 0; i < path->depth; i++) {
        for (size_t k = 0; k < 4; k++)
            out[1 + i * 4 + k] = (uint8_t)(path->index[i] >> (24 - 8 * k));
    }
    return 1 + path->depth * 4;
}

enum err ledger_account_ask(struct diag *d, struct ledger_link *link, struct address *out,
                            const struct hd_path *path, bool confirm,
                            const struct device_setup *setup)
{
    uint8_t data[LEDGER_PATH_BYTES];
    const struct ledger_command ask = { .cla = CLA_APP,
                                        .ins = INS_PUBKEY,
                                        .p1 = confirm ? 1 : 0,
                                        .data = data,
                                        .data_len = ledger_path_encode(data, path) };
    struct hw_budget b = hw_budget_ms(confirm ? HW_PERSON_MS : HW_ANSWER_MS);
    struct ledger_answer answer;
    enum err e = ERR_INTERNAL;

    *out = (struct address){ { 0 } };
    if ((e = ledger_exchange(d, link, &answer, &ask, &b)) != OK ||
        (e = ledger_status_check(d, answer.status,
                                 confirm ? LEDGER_SHOWING_ACCOUNT : LEDGER_READING_ACCOUNT,
                                 setup)) != OK)
        return e;
    return ledger_account_parse(d, out, answer.data, answer.data_len);
}
