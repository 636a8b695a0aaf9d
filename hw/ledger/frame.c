// SPDX-License-Identifier: Apache-2.0
#include "hw/ledger/frame.h"

#include <assert.h>
#include <string.h>

#include "src/base/bytes.h"

#define CHANNEL     0x0101
#define TAG_APDU    0x05
#define HEAD_BYTES  5
#define FIRST_BYTES (HEAD_BYTES + 2)

static size_t min(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void put_be16(uint8_t *out, size_t value)
{
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
}

enum err ledger_frame_write(struct diag *d, const struct hw_io *io, const uint8_t *message,
                            size_t message_len)
{
    size_t done = 0;

    assert(message_len > 0 && message_len <= LEDGER_MAX_COMMAND);
    for (size_t sequence = 0; done < message_len; sequence++) {
        uint8_t report[HW_REPORT_BYTES] = { 0 };
        size_t head = sequence == 0 ? FIRST_BYTES : HEAD_BYTES;
        size_t n = min(message_len - done, HW_REPORT_BYTES - head);
        enum err e = ERR_INTERNAL;

        put_be16(report, CHANNEL);
        report[2] = TAG_APDU;
        put_be16(report + 3, sequence);
        if (sequence == 0)
            put_be16(report + HEAD_BYTES, message_len);
        memcpy(report + head, message + done, n);
        if ((e = io->write(d, io->ctx, report)) != OK)
            return e;
        done += n;
    }
    return OK;
}

/* The head of one report, and in the first one the length of the message. */
static enum err read_head(struct diag *d, struct reader *r, size_t sequence, size_t *message_len)
{
    uint16_t channel = 0, number = 0, length = 0;
    uint8_t tag = 0;

    if (!reader_be16(r, &channel) || channel != CHANNEL)
        return diag_set(d, ERR_DEVICE, "report of the device: channel is %04x, expected %04x",
                        channel, CHANNEL);
    if (!reader_u8(r, &tag) || tag != TAG_APDU)
        return diag_set(d, ERR_DEVICE, "report of the device: tag is %02x, expected %02x", tag,
                        TAG_APDU);
    if (!reader_be16(r, &number) || number != sequence)
        return diag_set(d, ERR_DEVICE, "report of the device: number %u, expected %zu", number,
                        sequence);
    if (sequence > 0)
        return OK;
    if (!reader_be16(r, &length) || length < 2 || length > LEDGER_MAX_ANSWER)
        return diag_set(d, ERR_DEVICE, "report of the device: length %u, expected 2 to %d", length,
                        LEDGER_MAX_ANSWER);
    *message_len = length;
    return OK;
}

enum err ledger_frame_read(struct diag *d, const struct hw_io *io,
                           uint8_t out[static LEDGER_MAX_ANSWER], size_t *out_len,
                           const struct hw_budget *b)
{
    size_t message_len = 0, done = 0;
    enum err e = OK;

    *out_len = 0;
    memset(out, 0, LEDGER_MAX_ANSWER);
    for (size_t sequence = 0; sequence == 0 || done < message_len; sequence++) {
        uint8_t report[HW_REPORT_BYTES];
        struct reader r;
        size_t n = 0;

        if ((e = hw_io_read(d, io, report, b)) != OK)
            break;
        reader_init(&r, report, sizeof(report));
        if ((e = read_head(d, &r, sequence, &message_len)) != OK)
            break;
        n = min(message_len - done, r.left);
        if (!reader_bytes(&r, out + done, n)) {
            e = diag_set(d, ERR_INTERNAL, "a report has no %zu bytes", n);
            break;
        }
        done += n;
    }
    if (e == OK)
        *out_len = message_len;
    else
        memset(out, 0, LEDGER_MAX_ANSWER);
    return e;
}
