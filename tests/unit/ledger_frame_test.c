// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "hw/ledger/frame.h"
#include "hw_replay.h"

static struct hw_replay r;

static enum err read_message(uint8_t out[static LEDGER_MAX_ANSWER], size_t *len)
{
    struct diag d = { 0 };
    struct hw_io io = hw_replay_io(&r);
    struct hw_budget b = hw_budget_ms(HW_ANSWER_MS);

    return ledger_frame_read(&d, &io, out, len, &b);
}

static const struct {
    const char *name;
    const char *first;
    const char *second; /* NULL: none */
    enum err want;
} answers[] = {
    { "another channel", "0102 05 0000 0002 9000", NULL, ERR_DEVICE },
    { "another channel 2", "0001 05 0000 0002 9000", NULL, ERR_DEVICE },
    { "a ping", "0101 02 0000 0002 9000", NULL, ERR_DEVICE },
    { "starts in the middle", "0101 05 0001 0002 9000", NULL, ERR_DEVICE },
    { "no length", "0101 05 0000 0000 9000", NULL, ERR_DEVICE },
    { "no status word", "0101 05 0000 0001 9000", NULL, ERR_DEVICE },
    { "zero", "", NULL, ERR_DEVICE },
    { "the second is missing", "0101 05 0000 003a 11", NULL, ERR_DEVICE },
    { "the second is a first", "0101 05 0000 003a 11", "0101 05 0000 0002 9000", ERR_DEVICE },
    { "the second is the third", "0101 05 0000 003a 11", "0101 05 0002 22", ERR_DEVICE },
    { "the second is a ping", "0101 05 0000 003a 11", "0101 02 0001 22", ERR_DEVICE },
    { "the second is elsewhere", "0101 05 0000 003a 11", "0201 05 0001 22", ERR_DEVICE },
    { "one report", "0101 05 0000 0002 9000", NULL, OK },
    { "padding that is not zero", "0101 05 0000 0002 9000 deadbeef", NULL, OK },
    { "two reports", "0101 05 0000 003a 11", "0101 05 0001 22 33", OK },
};

Test(ledger_frame, reads_strictly)
{
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        uint8_t out[LEDGER_MAX_ANSWER];
        size_t len = 99;

        hw_replay_init(&r);
        hw_replay_device_hex(&r, answers[i].first);
        if (answers[i].second != NULL)
            hw_replay_device_hex(&r, answers[i].second);
        memset(out, 0xee, sizeof(out));
        cr_expect_eq(read_message(out, &len), answers[i].want, "%s", answers[i].name);
        cr_expect_eq(len != 0, answers[i].want == OK, "%s: %zu bytes", answers[i].name, len);
        if (answers[i].want != OK)
            cr_expect_eq(out[0], 0, "%s", answers[i].name);
    }
}

/* However many reports would follow. */
Test(ledger_frame, takes_no_more_than_there_is_room_for)
{
    static const char *const first[] = { "0101 05 0000 0103", "0101 05 0000 ffff" };
    static const char *const others[] = { "0101 05 0001", "0101 05 0002", "0101 05 0003",
                                          "0101 05 0004", "0101 05 0005" };

    for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
        uint8_t out[LEDGER_MAX_ANSWER];
        size_t len = 99;

        hw_replay_init(&r);
        hw_replay_device_hex(&r, first[i]);
        for (size_t k = 0; k < sizeof(others) / sizeof(others[0]); k++)
            hw_replay_device_hex(&r, others[k]);
        cr_expect_eq(read_message(out, &len), ERR_DEVICE, "%s", first[i]);
        cr_expect_eq(len, 0, "%s", first[i]);
        cr_expect_eq(r.next, 1, "%s: the first report says it", first[i]);
    }
}

Test(ledger_frame, joins_reports)
{
    uint8_t out[LEDGER_MAX_ANSWER];
    size_t len = 0;

    hw_replay_init(&r);
    hw_replay_device_hex(&r, "0101 05 0000 003a 11");
    hw_replay_device_hex(&r, "0101 05 0001 22 33");
    cr_assert_eq(read_message(out, &len), OK);
    cr_expect_eq(len, 58);
    cr_expect(out[0] == 0x11 && out[56] == 0 && out[57] == 0x22);
    cr_expect(hw_replay_done(&r));
}

/* From app-ethereum in Speculos: B0 01 and its answer, as they stand in reports. */
Test(ledger_frame, a_question_and_its_answer)
{
    const uint8_t ask[] = { 0xb0, 0x01, 0, 0, 0 };
    uint8_t out[LEDGER_MAX_ANSWER];
    size_t len = 0;
    struct diag d = { 0 };
    struct hw_io io = hw_replay_io(&r);

    hw_replay_init(&r);
    hw_replay_host_hex(&r, "0101 05 0000 0005 b001000000");
    hw_replay_device_hex(&r, "0101 05 0000 0014 01 08 457468657265756d 06 312e32322e30 01 00 9000");
    cr_assert_eq(ledger_frame_write(&d, &io, ask, sizeof(ask)), OK, "%s", d.msg);
    cr_assert_eq(read_message(out, &len), OK);
    cr_expect_eq(len, 20);
    cr_expect(hw_replay_done(&r));
}

/* Sizes on both sides of each report's end, written and read back. */
Test(ledger_frame, all_sizes)
{
    uint8_t message[LEDGER_MAX_COMMAND];

    for (size_t i = 0; i < sizeof(message); i++)
        message[i] = (uint8_t)(i * 31 + 1);
    for (size_t n = 2; n <= LEDGER_MAX_ANSWER; n++) {
        uint8_t out[LEDGER_MAX_ANSWER];
        size_t len = 0;
        size_t reports = n <= 57 ? 1 : 1 + (n - 57 + 58) / 59;
        struct diag d = { 0 };
        struct hw_io io = hw_replay_io(&r);

        hw_replay_init(&r);
        r.tolerant = true;
        for (size_t i = 0; i < reports; i++)
            hw_replay_host_hex(&r, "");
        cr_assert_eq(ledger_frame_write(&d, &io, message, n), OK, "%zu: %s", n, r.why);
        cr_assert(hw_replay_done(&r), "%zu bytes are %zu reports", n, reports);
        for (size_t i = 0; i < reports; i++)
            r.reports[i].from_host = false;
        r.next = 0;
        cr_assert_eq(read_message(out, &len), OK, "%zu", n);
        cr_expect_eq(len, n);
        cr_expect_arr_eq(out, message, n);
    }
}

Test(ledger_frame, writes_end_when_it_is_unplugged)
{
    const uint8_t message[200] = { 1 };
    struct hw_io io = hw_replay_io(&r);

    for (size_t n = 0; n < 4; n++) {
        struct diag d = { 0 };

        hw_replay_init(&r);
        r.tolerant = true;
        for (size_t i = 0; i < n; i++)
            hw_replay_host_hex(&r, "");
        cr_expect_eq(ledger_frame_write(&d, &io, message, sizeof(message)), ERR_DEVICE);
    }
}
