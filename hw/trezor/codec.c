// SPDX-License-Identifier: Apache-2.0
#include "hw/trezor/codec.h"

#include <assert.h>
#include <string.h>

#include "src/base/limits.h"
#include "src/base/secret.h"

#define HEAD_BYTES 9
/* Types of messages are below 1100 in all firmware; the high byte of a first report is small. */
#define MAX_TYPE 0x07ff

void trezor_message_init(struct trezor_message *m)
{
    m->type = 0;
    buf_init(&m->payload, LIMIT_TREZOR_MESSAGE_BYTES);
}

void trezor_message_clear(struct trezor_message *m)
{
    m->type = 0;
    buf_clear(&m->payload);
}

static size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

enum err trezor_codec_write(struct diag *d, const struct hw_io *io, uint16_t type,
                            const uint8_t *payload, size_t payload_len)
{
    const uint32_t len = (uint32_t)payload_len;
    uint8_t report[HW_REPORT_BYTES] = { '?',
                                        '#',
                                        '#',
                                        (uint8_t)(type >> 8),
                                        (uint8_t)type,
                                        (uint8_t)(len >> 24),
                                        (uint8_t)(len >> 16),
                                        (uint8_t)(len >> 8),
                                        (uint8_t)len };
    size_t at = HEAD_BYTES;
    size_t done = 0;
    enum err e = OK;

    assert(payload_len <= UINT32_MAX);
    do {
        size_t n = min_size(payload_len - done, HW_REPORT_BYTES - at);

        if (n > 0)
            memcpy(report + at, payload + done, n);
        memset(report + at + n, 0, HW_REPORT_BYTES - at - n);
        done += n;
        at = 1;
        e = io->write(d, io->ctx, report);
    } while (e == OK && done < payload_len);
    secret_wipe(report, sizeof(report));
    return e;
}

/* What a first report says; false if it is none. */
static bool read_head(struct reader *r, uint16_t *type, uint32_t *len)
{
    uint8_t magic[3];

    *type = 0;
    *len = 0;
    return reader_bytes(r, magic, sizeof(magic)) && memcmp(magic, "?##", sizeof(magic)) == 0 &&
           reader_be16(r, type) && reader_be32(r, len);
}

static bool is_first(const uint8_t report[static HW_REPORT_BYTES])
{
    struct reader r;
    uint16_t type = 0;
    uint32_t len = 0;

    reader_init(&r, report, HW_REPORT_BYTES);
    return read_head(&r, &type, &len) && type <= MAX_TYPE && len <= LIMIT_TREZOR_MESSAGE_BYTES;
}

/* The rest of a message that has begun: Ctrl-C waits for its end. */
static enum err read_following(struct diag *d, uint8_t report[static HW_REPORT_BYTES],
                               const struct hw_io *io, const struct hw_budget *b)
{
    enum err e = OK;

    do
        e = hw_io_read(d, io, report, b);
    while (e == ERR_REFUSED && hw_budget_left_ms(b) > 0);
    if (e != OK)
        return e == ERR_REFUSED ? diag_set(d, ERR_DEVICE, "the device's answer is cut short") : e;
    if (report[0] != '?')
        return diag_set(d, ERR_DEVICE,
                        "the device's answer is garbled: expected a report that begins with 3f, "
                        "found %02x",
                        report[0]);
    if (is_first(report))
        return diag_set(d, ERR_DEVICE,
                        "the device's answer is garbled: a second message in the middle of one");
    return OK;
}

enum err trezor_codec_read(struct diag *d, struct trezor_message *out, const struct hw_io *io,
                           const struct hw_budget *b)
{
    uint8_t report[HW_REPORT_BYTES];
    struct hw_budget rest = { 0 };
    struct reader r;
    uint32_t len = 0;
    enum err e = ERR_INTERNAL;

    trezor_message_clear(out);
    if ((e = hw_io_read(d, io, report, b)) != OK)
        return e;
    reader_init(&r, report, sizeof(report));
    if (!read_head(&r, &out->type, &len))
        return diag_set(d, ERR_DEVICE,
                        "the device's answer is garbled: expected a report that begins with "
                        "3f2323, found %02x%02x%02x",
                        report[0], report[1], report[2]);
    if (len > LIMIT_TREZOR_MESSAGE_BYTES)
        return diag_set(d, ERR_LIMIT, "the device's answer has %u bytes, over the limit of %d",
                        (unsigned)len, LIMIT_TREZOR_MESSAGE_BYTES);
    buf_add(&out->payload, r.at, min_size(len, r.left));
    rest = hw_budget_ms(HW_ANSWER_MS);
    while (out->payload.len < len && buf_ok(&out->payload)) {
        if ((e = read_following(d, report, io, &rest)) != OK) {
            trezor_message_clear(out);
            return e;
        }
        buf_add(&out->payload, report + 1, min_size(len - out->payload.len, HW_REPORT_BYTES - 1));
    }
    return buf_check(d, &out->payload, "the device's answer");
}

enum err trezor_codec_resync(struct diag *d, const struct hw_io *io)
{
    static const uint8_t report[HW_REPORT_BYTES];

    return io->write(d, io->ctx, report);
}
