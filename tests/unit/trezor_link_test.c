// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>

#include "hw/trezor/session.h"
#include "src/base/interrupt.h"
#include "src/base/limits.h"

/* Devices that behave strangely, message by message. */

static const uint16_t wanted[] = { TREZOR_ADDRESS };

/* A Trezor One that is ready. */
static void add_features(struct buf *out)
{
    pb_add_uint(out, 2, 1);
    pb_add_uint(out, 3, 14);
    pb_add_uint(out, 4, 1);
    pb_add_uint(out, 12, 1);
    pb_add_str(out, 21, "1");
    pb_add_uint(out, 30, TREZOR_CAPABILITY_ETHEREUM);
}

/* --- a device that does not stop ---------------------------------------------------------------
 */

struct nagging {
    unsigned questions;
    unsigned cancels;
    bool introduced;
};

static enum err nag_write(struct diag *d, void *ctx, uint16_t type, const uint8_t *payload,
                          size_t payload_len)
{
    struct nagging *n = ctx;

    (void)d;
    (void)payload;
    (void)payload_len;
    n->cancels += type == TREZOR_CANCEL;
    return OK;
}

static enum err nag_read(struct diag *d, void *ctx, struct trezor_message *out,
                         const struct hw_budget *b, bool patient)
{
    struct nagging *n = ctx;

    (void)d;
    (void)b;
    (void)patient;
    trezor_message_clear(out);
    out->type = n->introduced ? TREZOR_BUTTON_REQUEST : TREZOR_FEATURES;
    if (!n->introduced)
        add_features(&out->payload);
    n->introduced = true;
    n->questions += out->type == TREZOR_BUTTON_REQUEST;
    return OK;
}

static enum err nag_drain(struct diag *d, void *ctx)
{
    (void)d;
    (void)ctx;
    return OK;
}

Test(trezor_link, questions_are_bounded)
{
    static const struct signer_options none = { .passphrase_fd = -1 };
    struct nagging n = { 0 };
    const struct trezor_link link = {
        .ctx = &n, .write = nag_write, .read = nag_read, .drain = nag_drain
    };
    struct trezor_session s;
    struct trezor_message m;
    struct diag d = { 0 };

    trezor_message_init(&m);
    cr_assert_eq(trezor_session_open(&d, &s, &link, &none), OK, "%s", d.msg);
    cr_expect_eq(trezor_call(&d, &s, &m, TREZOR_GET_ADDRESS, NULL, wanted, 1), ERR_LIMIT);
    cr_expect_eq(n.cancels, 1);
    cr_expect(n.questions > LIMIT_TREZOR_STEPS && n.questions < LIMIT_TREZOR_STEPS + 300);
    trezor_session_close(&s);
    trezor_message_clear(&m);
}

/* Its questions come faster than anybody waits. */
Test(trezor_link, ctrl_c_ends_questions_without_end)
{
    static const struct signer_options none = { .passphrase_fd = -1 };
    struct nagging n = { 0 };
    const struct trezor_link link = {
        .ctx = &n, .write = nag_write, .read = nag_read, .drain = nag_drain
    };
    struct interrupt held;
    struct trezor_session s;
    struct trezor_message m;
    struct diag d = { 0 };

    trezor_message_init(&m);
    cr_assert_eq(trezor_session_open(&d, &s, &link, &none), OK, "%s", d.msg);
    interrupt_hold(&held);
    (void)raise(SIGINT);
    cr_expect_eq(trezor_call(&d, &s, &m, TREZOR_GET_ADDRESS, NULL, wanted, 1), ERR_REFUSED);
    interrupt_release_answered(&held);
    cr_expect_eq(n.cancels, 1);
    cr_expect(n.questions < 300, "%u", n.questions);
    trezor_session_close(&s);
    trezor_message_clear(&m);
}

/* --- a device that was left in the middle of a message ------------------------------------------
 */

struct deaf {
    unsigned written, resyncs;
    uint16_t last;
};

static enum err deaf_write(struct diag *d, void *ctx, uint16_t type, const uint8_t *payload,
                           size_t payload_len)
{
    struct deaf *x = ctx;

    (void)d;
    (void)payload;
    (void)payload_len;
    x->written++;
    x->last = type;
    return OK;
}

static enum err deaf_read(struct diag *d, void *ctx, struct trezor_message *out,
                          const struct hw_budget *b, bool patient)
{
    const struct deaf *x = ctx;

    (void)b;
    (void)patient;
    trezor_message_clear(out);
    if (x->resyncs == 0 || x->written != 2)
        return diag_set(d, ERR_DEVICE, "the device did not answer in time");
    out->type = TREZOR_FEATURES;
    add_features(&out->payload);
    return OK;
}

static enum err deaf_resync(struct diag *d, void *ctx)
{
    struct deaf *x = ctx;

    (void)d;
    x->resyncs++;
    return OK;
}

Test(trezor_link, a_message_that_was_not_finished_is_forgotten)
{
    for (int has_resync = 0; has_resync < 2; has_resync++) {
        struct deaf x = { 0 };
        const struct trezor_link link = { .ctx = &x,
                                          .write = deaf_write,
                                          .read = deaf_read,
                                          .drain = nag_drain,
                                          .resync = has_resync ? deaf_resync : NULL };
        struct trezor_about about;
        struct diag d = { 0 };

        cr_expect_eq(trezor_ask_features(&d, &about, &link), has_resync ? OK : ERR_DEVICE, "%s",
                     d.msg);
        cr_expect_eq(x.resyncs, (unsigned)has_resync);
        cr_expect_eq(x.last, TREZOR_GET_FEATURES);
        if (has_resync)
            cr_expect(d.code == OK && d.msg[0] == '\0', "%s", d.msg);
        else
            cr_expect_not_null(strstr(d.hint, "PIN"), "%s", d.hint);
    }
}
