// SPDX-License-Identifier: Apache-2.0
#include "hw_replay.h"

#include <criterion/criterion.h>
#include <string.h>

static struct hw_replay r;

static void record(void)
{
    hw_replay_init(&r);
    hw_replay_host_hex(&r, "01 02");
    hw_replay_device_hex(&r, "0a");
    hw_replay_device_hex(&r, "0B");
    hw_replay_host_hex(&r, "03");
}

static enum err write_byte(const struct hw_io *io, uint8_t first, uint8_t second)
{
    struct diag d = { 0 };
    const uint8_t report[HW_REPORT_BYTES] = { first, second };

    return io->write(&d, io->ctx, report);
}

/* The first byte of what is read; -1 if nothing came, -2 for an error. */
static int read_byte(const struct hw_io *io, int timeout_ms)
{
    struct diag d = { 0 };
    uint8_t report[HW_REPORT_BYTES];
    bool got = false;

    if (io->read(&d, io->ctx, report, timeout_ms, &got) != OK)
        return -2;
    return got ? report[0] : -1;
}

Test(hw_replay, plays_in_order)
{
    struct hw_io io;

    record();
    io = hw_replay_io(&r);
    cr_expect_eq(read_byte(&io, 0), -1, "nothing before the first write");
    cr_expect_eq(write_byte(&io, 1, 2), OK);
    cr_expect_eq(read_byte(&io, 1), 0x0a);
    cr_expect_eq(write_byte(&io, 3, 0), ERR_DEVICE, "the answer was not read");
    cr_expect(r.failed);
    record();
    cr_expect_eq(write_byte(&io, 1, 2), OK);
    cr_expect_eq(read_byte(&io, 1), 0x0a);
    cr_expect_eq(read_byte(&io, 0), 0x0b);
    cr_expect_eq(read_byte(&io, 1), -2, "unplugged");
    cr_expect_not(hw_replay_done(&r));
    cr_expect_eq(write_byte(&io, 3, 0), OK);
    cr_expect(hw_replay_done(&r));
    cr_expect_eq(write_byte(&io, 3, 0), ERR_DEVICE, "after the end");
    io.close(io.ctx);
    cr_expect_eq(r.closed, 1);
}

Test(hw_replay, is_strict_about_writes)
{
    struct hw_io io;

    record();
    io = hw_replay_io(&r);
    cr_expect_eq(write_byte(&io, 1, 3), ERR_DEVICE);
    cr_expect_not(hw_replay_done(&r));
    record();
    r.tolerant = true;
    cr_expect_eq(write_byte(&io, 1, 3), OK);
}

Test(hw_replay, damage)
{
    struct hw_io io = hw_replay_io(&r);

    record();
    cr_expect(hw_replay_flip(&r, 1, 0) && !hw_replay_flip(&r, 2, 0));
    cr_expect(hw_replay_swap(&r, 0) && !hw_replay_swap(&r, 1));
    cr_expect(write_byte(&io, 1, 2) == OK && read_byte(&io, 1) == (0x0b ^ 1));
    cr_expect_eq(read_byte(&io, 1), 0x0a);
    record();
    cr_expect(hw_replay_remove(&r, 0) && r.num == 3);
    cr_expect(write_byte(&io, 1, 2) == OK && read_byte(&io, 1) == 0x0b);
    record();
    cr_expect(hw_replay_duplicate(&r, 1) && r.num == 5 && !hw_replay_duplicate(&r, 3));
    cr_expect(write_byte(&io, 1, 2) == OK && read_byte(&io, 1) == 0x0a);
    cr_expect(read_byte(&io, 1) == 0x0b && read_byte(&io, 1) == 0x0b);
    record();
    cr_expect(hw_replay_cut(&r, 0, 0) && write_byte(&io, 1, 2) == OK && read_byte(&io, 1) == 0);
    record();
    cr_expect(hw_replay_unplug(&r, 0) && !hw_replay_unplug(&r, 1));
    cr_expect_eq(write_byte(&io, 1, 2), ERR_DEVICE);
}
