// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>

#include "hw/trezor/codec.h"
#include "src/base/interrupt.h"
#include "src/base/limits.h"
#include "tests/unit/hw_replay.h"

/* How many reports a payload takes: 55 bytes in the first, 63 in each that follows. */
static const struct {
    size_t len;
    size_t reports;
} sizes[] = { { 0, 1 },   { 1, 1 },   { 54, 1 },  { 55, 1 },  { 56, 2 },
              { 117, 2 }, { 118, 2 }, { 119, 3 }, { 181, 3 }, { 182, 4 } };

static void fill(uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        data[i] = (uint8_t)(i + 1);
}

/* Report number i of such a message, as the specification draws it. */
static void make_report(uint8_t report[HW_REPORT_BYTES], size_t i, uint16_t type,
                        const uint8_t *data, size_t len, uint8_t padding)
{
    const uint8_t head[9] = { '?',           '#', '#', (uint8_t)(type >> 8),
                              (uint8_t)type, 0,   0,   (uint8_t)(len >> 8),
                              (uint8_t)len };
    size_t at = i == 0 ? 9 : 1;
    size_t from = i == 0 ? 0 : 55 + 63 * (i - 1);

    memset(report, padding, HW_REPORT_BYTES);
    memcpy(report, head, at);
    for (; at < HW_REPORT_BYTES && from < len; at++, from++)
        report[at] = data[from];
}

Test(trezor_codec, writes)
{
    uint8_t data[256], report[HW_REPORT_BYTES];

    fill(data, sizeof(data));
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct hw_replay r;
        struct hw_io io = hw_replay_io(&r);
        struct diag d = { 0 };

        hw_replay_init(&r);
        for (size_t k = 0; k < sizes[i].reports; k++) {
            make_report(report, k, 0x1c4, data, sizes[i].len, 0);
            hw_replay_host(&r, report, sizeof(report));
        }
        cr_expect_eq(trezor_codec_write(&d, &io, 0x1c4, data, sizes[i].len), OK, "%zu: %s",
                     sizes[i].len, d.msg);
        cr_expect(hw_replay_done(&r), "%zu", sizes[i].len);
    }
}

Test(trezor_codec, writing_fails_with_the_cable)
{
    uint8_t data[119];
    struct hw_replay r;
    struct hw_io io = hw_replay_io(&r);
    struct diag d = { 0 };

    fill(data, sizeof(data));
    hw_replay_init(&r);
    r.tolerant = true;
    hw_replay_host(&r, NULL, 0);
    hw_replay_host(&r, NULL, 0);
    cr_expect_eq(trezor_codec_write(&d, &io, 1, data, sizeof(data)), ERR_DEVICE);
}

Test(trezor_codec, resync_is_no_message)
{
    struct hw_replay r;
    struct hw_io io = hw_replay_io(&r);
    struct diag d = { 0 };

    hw_replay_init(&r);
    hw_replay_host(&r, NULL, 0);
    cr_expect_eq(trezor_codec_resync(&d, &io), OK, "%s", r.why);
    cr_expect(hw_replay_done(&r));
}

static enum err read_one(struct diag *d, struct trezor_message *m, struct hw_replay *r)
{
    const struct hw_io io = hw_replay_io(r);
    const struct hw_budget b = hw_budget_ms(1000);

    trezor_message_init(m);
    return trezor_codec_read(d, m, &io, &b);
}

Test(trezor_codec, reads)
{
    uint8_t data[256], report[HW_REPORT_BYTES];

    fill(data, sizeof(data));
    for (size_t i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]); i++) {
        const size_t len = sizes[i / 2].len;
        struct trezor_message m;
        struct hw_replay r;
        struct diag d = { 0 };

        hw_replay_init(&r);
        for (size_t k = 0; k < sizes[i / 2].reports; k++) {
            /* what is behind the message does not count */
            make_report(report, k, 17, data, len, i % 2 == 0 ? 0 : 0xee);
            hw_replay_device(&r, report, sizeof(report));
        }
        cr_expect_eq(read_one(&d, &m, &r), OK, "%zu: %s", len, d.msg);
        cr_expect_eq(m.type, 17);
        cr_expect(m.payload.len == len && (len == 0 || memcmp(m.payload.data, data, len) == 0),
                  "%zu", len);
        cr_expect(hw_replay_done(&r), "%zu", len);
        trezor_message_clear(&m);
    }
}

/* A message of 119 bytes with one byte of one report changed. */
static const struct {
    const char *name;
    size_t report, at;
    uint8_t value;
    enum err want;
} damages[] = {
    { "no '?'", 0, 0, '!', ERR_DEVICE },
    { "no first '#'", 0, 1, '?', ERR_DEVICE },
    { "no second '#'", 0, 2, '?', ERR_DEVICE },
    { "longer: the rest does not come", 0, 8, 200, ERR_DEVICE },
    { "over the limit", 0, 7, 0x41, ERR_LIMIT },
    { "far over the limit", 0, 5, 0x80, ERR_LIMIT },
    { "no '?' in the second", 1, 0, 0, ERR_DEVICE },
    { "no '?' in the third", 2, 0, '#', ERR_DEVICE },
};

Test(trezor_codec, refuses_reports_out_of_order)
{
    uint8_t data[119], report[HW_REPORT_BYTES];

    fill(data, sizeof(data));
    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        struct trezor_message m;
        struct hw_replay r;
        struct diag d = { 0 };

        hw_replay_init(&r);
        for (size_t k = 0; k < 3; k++) {
            make_report(report, k, 17, data, sizeof(data), 0);
            if (k == damages[i].report)
                report[damages[i].at] = damages[i].value;
            hw_replay_device(&r, report, sizeof(report));
        }
        cr_expect_eq(read_one(&d, &m, &r), damages[i].want, "%s: %s", damages[i].name, d.msg);
        cr_expect_eq(m.payload.len, 0, "%s", damages[i].name);
        /* nothing is read for a message that is refused by its length */
        cr_expect(damages[i].want != ERR_LIMIT || r.next == 1, "%s", damages[i].name);
        trezor_message_clear(&m);
    }
}

Test(trezor_codec, a_message_in_a_message)
{
    uint8_t data[300], report[HW_REPORT_BYTES];
    struct trezor_message m;
    struct hw_replay r;
    struct diag d = { 0 };

    fill(data, sizeof(data));
    hw_replay_init(&r);
    make_report(report, 0, 17, data, sizeof(data), 0);
    hw_replay_device(&r, report, sizeof(report));
    make_report(report, 0, 3, data, 20, 0);
    hw_replay_device(&r, report, sizeof(report));
    cr_expect_eq(read_one(&d, &m, &r), ERR_DEVICE);
    trezor_message_clear(&m);

    /* bytes of the message's own may begin like one: a signature may have ## at that place */
    hw_replay_init(&r);
    data[55] = data[56] = '#';
    for (size_t k = 0; k < 5; k++) {
        make_report(report, k, 17, data, sizeof(data), 0);
        hw_replay_device(&r, report, sizeof(report));
    }
    cr_expect_eq(read_one(&d, &m, &r), OK, "%s", d.msg);
    cr_expect(m.payload.len == 300 && memcmp(m.payload.data, data, 300) == 0);
    trezor_message_clear(&m);
}

Test(trezor_codec, reads_up_to_the_limit)
{
    static uint8_t data[LIMIT_TREZOR_MESSAGE_BYTES];
    uint8_t report[HW_REPORT_BYTES];
    struct trezor_message m;
    struct hw_replay r;
    struct diag d = { 0 };

    fill(data, sizeof(data));
    hw_replay_init(&r);
    for (size_t k = 0; k == 0 || 55 + 63 * (k - 1) < sizeof(data); k++) {
        make_report(report, k, 17, data, sizeof(data), 0);
        hw_replay_device(&r, report, sizeof(report));
    }
    cr_expect_eq(read_one(&d, &m, &r), OK, "%s", d.msg);
    cr_expect_eq(m.payload.len, sizeof(data));
    cr_expect(hw_replay_done(&r));
    trezor_message_clear(&m);
}

/* --- Ctrl-C ------------------------------------------------------------------------------------
 */

/* A device that answers with one of two reports, each after a slice without any. */
struct slow {
    uint8_t reports[2][HW_REPORT_BYTES];
    int calls;
};

static enum err slow_read(struct diag *d, void *ctx, uint8_t report[static HW_REPORT_BYTES],
                          int timeout_ms, bool *got)
{
    struct slow *s = ctx;

    (void)d;
    (void)timeout_ms;
    memset(report, 0, HW_REPORT_BYTES);
    *got = s->calls % 2 == 1 && s->calls < 4;
    if (*got)
        memcpy(report, s->reports[s->calls / 2], HW_REPORT_BYTES);
    s->calls++;
    return OK;
}

Test(trezor_codec, is_interrupted_between_messages_only)
{
    struct slow s = { .calls = 0 };
    const struct hw_io io = { .ctx = &s, .read = slow_read };
    const struct hw_budget b = hw_budget_ms(1000);
    struct trezor_message m;
    struct interrupt held;
    uint8_t data[100];
    struct diag d = { 0 };

    fill(data, sizeof(data));
    make_report(s.reports[0], 0, 17, data, sizeof(data), 0);
    make_report(s.reports[1], 1, 17, data, sizeof(data), 0);
    trezor_message_init(&m);
    interrupt_hold(&held);
    (void)raise(SIGINT);
    cr_expect_eq(trezor_codec_read(&d, &m, &io, &b), ERR_REFUSED);
    /* the first report is there now, the second late */
    cr_expect_eq(trezor_codec_read(&d, &m, &io, &b), OK, "%s", d.msg);
    cr_expect_eq(m.payload.len, sizeof(data));
    interrupt_release_answered(&held);
    trezor_message_clear(&m);
}
