// SPDX-License-Identifier: Apache-2.0
#include "ledger_replay.h"

#include <criterion/criterion.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/u256.h"

#define MESSAGE_MAX 512

/* 57 bytes behind a head of 7, then 59 behind heads of 5. */
static void add_reports(struct hw_replay *r, bool from_host, const uint8_t *message, size_t len)
{
    uint8_t report[64] = { 1, 1, 5, 0, 0, (uint8_t)(len >> 8), (uint8_t)len };
    size_t at = 0;

    for (uint8_t number = 0; number == 0 || at < len; number++) {
        size_t head = number == 0 ? 7 : 5;
        size_t n = len - at < 64 - head ? len - at : 64 - head;

        report[4] = number;
        memset(report + head, 0, 64 - head);
        memcpy(report + head, message + at, n);
        if (from_host)
            hw_replay_host(r, report, sizeof(report));
        else
            hw_replay_device(r, report, sizeof(report));
        at += n;
    }
}

static size_t from_hex(uint8_t out[static MESSAGE_MAX], const char *hex)
{
    size_t len = strlen(hex) / 2;

    cr_assert(len <= MESSAGE_MAX && hex_decode(out, len, hex, strlen(hex)), "%s", hex);
    return len;
}

void ledger_replay_command(struct hw_replay *r, const char *hex)
{
    uint8_t message[MESSAGE_MAX];

    add_reports(r, true, message, from_hex(message, hex));
}

void ledger_replay_send(struct hw_replay *r, uint8_t ins, uint8_t p1, uint8_t p2,
                        const uint8_t *data, size_t data_len)
{
    uint8_t message[5 + 255] = { 0xe0, ins, p1, p2, (uint8_t)data_len };

    cr_assert(data_len <= 255);
    if (data_len > 0)
        memcpy(message + 5, data, data_len);
    add_reports(r, true, message, 5 + data_len);
}

void ledger_replay_answer(struct hw_replay *r, const char *hex)
{
    uint8_t message[MESSAGE_MAX];

    add_reports(r, false, message, from_hex(message, hex));
}

struct ledger_link ledger_replay_link(struct hw_replay *r)
{
    struct ledger_link link;
    struct hw_io io = hw_replay_io(r);

    ledger_link_io(&link, &io);
    return link;
}
