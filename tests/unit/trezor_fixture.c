// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/trezor_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/u256.h"
#include "tests/unit/fixture_json.h"

struct json *trezor_messages(void)
{
    return fixture_json("fixtures/trezor/messages.json");
}

static const char *hex_named(const struct json *messages, const char *name)
{
    const char *hex = json_string(json_get(messages, name));

    cr_assert_not_null(hex, "messages.json has no '%s'", name);
    return hex;
}

void trezor_message_named(struct trezor_message *out, const struct json *messages, const char *name,
                          uint16_t type)
{
    const char *hex = hex_named(messages, name);
    size_t len = strlen(hex) / 2;

    trezor_message_init(out);
    out->type = type;
    buf_add_zero(&out->payload, len);
    cr_assert(hex_decode(out->payload.data, len, hex, 2 * len), "%s", name);
}

void trezor_expect_named(const struct buf *written, const struct json *messages, const char *name)
{
    struct buf hex;

    buf_init(&hex, 64 * 1024);
    buf_add_hex(&hex, written->data, written->len);
    cr_assert(buf_ok(written) && buf_ok(&hex), "%s", name);
    cr_expect_str_eq(buf_str(&hex), hex_named(messages, name), "%s", name);
    buf_clear(&hex);
}

struct hd_path trezor_path(void)
{
    return hd_path_account(HD_BIP44, 0);
}

/* --- exchanges ---------------------------------------------------------------------------------
 */

static void frame(struct hw_replay *r, bool from_host, uint16_t type, const struct buf *payload)
{
    size_t len = payload != NULL ? payload->len : 0;
    uint8_t stream[16 * 1024] = { '#', '#', (uint8_t)(type >> 8), (uint8_t)type,
                                  0,   0,   (uint8_t)(len >> 8),  (uint8_t)len };

    cr_assert(len + 8 <= sizeof(stream) && len <= UINT16_MAX);
    if (len > 0)
        memcpy(stream + 8, payload->data, len);
    for (size_t at = 0; at == 0 || at < len + 8; at += HW_REPORT_BYTES - 1) {
        size_t n = len + 8 - at < HW_REPORT_BYTES - 1 ? len + 8 - at : HW_REPORT_BYTES - 1;
        uint8_t report[HW_REPORT_BYTES] = { '?' };

        memcpy(report + 1, stream + at, n);
        if (from_host)
            hw_replay_host(r, report, sizeof(report));
        else
            hw_replay_device(r, report, sizeof(report));
    }
}

void trezor_host(struct hw_replay *r, uint16_t type, const struct buf *payload)
{
    frame(r, true, type, payload);
}

void trezor_device(struct hw_replay *r, uint16_t type, const struct buf *payload)
{
    frame(r, false, type, payload);
}

static void frame_named(struct hw_replay *r, bool from_host, uint16_t type, const char *name)
{
    struct json *messages = trezor_messages();
    const char *hex = json_string(json_get(messages, name));
    struct buf payload;

    if (hex == NULL)
        hex = name;
    buf_init(&payload, 16 * 1024);
    buf_add_zero(&payload, strlen(hex) / 2);
    cr_assert(hex_decode(payload.data, payload.len, hex, strlen(hex)), "%s", name);
    frame(r, from_host, type, &payload);
    buf_clear(&payload);
    json_free(messages);
}

void trezor_host_named(struct hw_replay *r, uint16_t type, const char *name)
{
    frame_named(r, true, type, name);
}

void trezor_device_named(struct hw_replay *r, uint16_t type, const char *name)
{
    frame_named(r, false, type, name);
}

void trezor_device_fails(struct hw_replay *r, uint32_t code, const char *text)
{
    struct buf payload;

    buf_init(&payload, 4096);
    pb_add_uint(&payload, 1, code);
    if (text != NULL)
        pb_add_str(&payload, 2, text);
    trezor_device(r, TREZOR_FAILURE, &payload);
    buf_clear(&payload);
}

void trezor_recorded(struct hw_replay *r, const char *name)
{
    char path[128], line[256];
    FILE *f = NULL;

    (void)snprintf(path, sizeof(path), "fixtures/trezor/%s.txt", name);
    f = fopen(path, "r");
    cr_assert_not_null(f, "%s: run the tests from the root of the repository", path);
    hw_replay_init(r);
    while (fgets(line, sizeof(line), f) != NULL) {
        cr_assert(line[1] == ' ' && (line[0] == '>' || line[0] == '<'), "%s: %s", path, line);
        if (line[0] == '>')
            hw_replay_host_hex(r, line + 2);
        else
            hw_replay_device_hex(r, line + 2);
    }
    (void)fclose(f);
    cr_assert(r->num > 0, "%s", path);
}
