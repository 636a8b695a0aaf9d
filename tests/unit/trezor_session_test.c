// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hw/trezor/session.h"
#include "src/base/interrupt.h"
#include "tests/unit/trezor_fixture.h"

TestSuite(trezor_session, .timeout = 60);

static const uint16_t wanted[] = { TREZOR_ADDRESS };

/* What notice was told, one after the other. */
static void on_notice(void *ctx, const char *text)
{
    struct buf *told = ctx;

    buf_addf(told, "%s;", text);
}

/* --- features ----------------------------------------------------------------------------------
 */

/* Features of a Trezor that is ready, and what stands here instead. */
struct variant {
    const char *name;
    uint32_t major, minor, patch;
    const char *model, *internal; /* NULL: not said */
    bool bootloader, without_firmware, not_set_up, locked, busy;
    uint32_t capability; /* 0: Ethereum */
    enum err want;
    const char *state;
    const char *word; /* in the message */
};

static void add_features(struct buf *out, const struct variant *v)
{
    pb_add_str(out, 1, "trezor.io");
    pb_add_uint(out, 2, v->major);
    pb_add_uint(out, 3, v->minor);
    pb_add_uint(out, 4, v->patch);
    pb_add_uint(out, 5, v->bootloader);
    pb_add_uint(out, 7, v->locked);
    pb_add_uint(out, 12, !v->not_set_up);
    pb_add_uint(out, 16, !v->locked);
    if (v->bootloader)
        pb_add_uint(out, 18, !v->without_firmware);
    if (v->model != NULL)
        pb_add_str(out, 21, v->model);
    pb_add_uint(out, 30, 1);
    pb_add_uint(out, 30, v->capability != 0 ? v->capability : TREZOR_CAPABILITY_ETHEREUM);
    pb_add_uint(out, 41, v->busy);
    if (v->internal != NULL)
        pb_add_str(out, 44, v->internal);
}

static void device_features(struct hw_replay *r, const struct variant *v)
{
    struct buf payload;

    buf_init(&payload, 4096);
    add_features(&payload, v);
    trezor_device(r, TREZOR_FEATURES, &payload);
    buf_clear(&payload);
}

static const struct variant one = { .major = 1, .minor = 14, .patch = 1, .model = "1" };
static const struct variant model_t = { .major = 2, .minor = 5, .patch = 3, .model = "T" };

static const struct variant variants[] = {
    { "One", 1, 14, 1, "1", "T1B1", .want = OK, .state = "ready", .word = "Trezor One" },
    { "old One", 1, 8, 0, NULL, NULL, .want = OK, .state = "ready", .word = "Trezor One" },
    { "T", 2, 5, 3, "T", NULL, .want = OK, .state = "ready", .word = "Trezor Model T" },
    { "Safe 3", 2, 8, 0, "Safe 3", "T2B1", .want = OK, .state = "ready", .word = "Trezor Safe 3" },
    { "new Safe 3", 2, 8, 9, NULL, "T3B1", .want = OK, .state = "ready", .word = "Trezor Safe 3" },
    { "Safe 5", 2, 9, 1, "Safe 5", "T3T1", .want = OK, .state = "ready", .word = "Trezor Safe 5" },
    { "locked", 1, 14, 1, "1", "T1B1", .locked = true, .want = OK, .state = "locked",
      .word = "Trezor One" },
    { "Safe 7", 2, 9, 4, "Safe 7", "T3W1", .want = ERR_UNSUPPORTED, .state = "not supported yet",
      .word = "not supported yet" },
    { "later", 3, 0, 0, "T", "T4B1", .want = ERR_UNSUPPORTED, .state = "not supported yet",
      .word = "'T4B1'" },
    { "bootloader", 1, 12, 1, "1", "T1B1", .bootloader = true, .want = ERR_DEVICE,
      .state = "bootloader", .word = "bootloader" },
    { "empty", 1, 12, 1, "1", "T1B1", .bootloader = true, .without_firmware = true,
      .want = ERR_DEVICE, .state = "no firmware", .word = "no firmware" },
    { "no seed", 2, 5, 3, "T", NULL, .not_set_up = true, .want = ERR_DEVICE, .state = "not set up",
      .word = "no seed" },
    { "Bitcoin only", 2, 5, 3, "T", NULL, .capability = 2, .want = ERR_UNSUPPORTED,
      .state = "firmware without Ethereum", .word = "Ethereum" },
    { "busy", 2, 5, 3, "T", NULL, .busy = true, .want = ERR_DEVICE, .state = "busy",
      .word = "busy" },
    { "version", 1, 256, 0, "1", NULL, .want = ERR_DEVICE, .word = "1.256.0" },
};

static enum err open_session(struct diag *d, struct trezor_session *s, struct hw_replay *r,
                             const struct signer_options *options)
{
    static const struct signer_options none = { .passphrase_fd = -1 };
    const struct hw_io io = hw_replay_io(r);
    struct trezor_link link;

    cr_assert_eq(trezor_link_reports(d, &link, &io), OK);
    return trezor_session_open(d, s, &link, options != NULL ? options : &none);
}

Test(trezor_session, features)
{
    for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
        const struct variant *v = &variants[i];
        struct hw_replay r;
        struct trezor_session s;
        struct diag d = { 0 };
        enum err e = ERR_INTERNAL;

        hw_replay_init(&r);
        trezor_host(&r, TREZOR_INITIALIZE, NULL);
        device_features(&r, v);
        e = open_session(&d, &s, &r, NULL);
        cr_expect_eq(e, v->want, "%s: %s", v->name, d.msg);
        cr_expect(hw_replay_done(&r), "%s", v->name);
        cr_expect_eq(r.closed, v->want != OK, "%s", v->name);
        if (e == OK)
            cr_expect_str_eq(device_model_name(s.about.model), v->word, "%s", v->name);
        else
            cr_expect_not_null(strstr(d.msg, v->word), "%s: %s", v->name, d.msg);
        if (e == OK)
            trezor_session_close(&s);
    }
}

Test(trezor_session, states_in_a_list)
{
    for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
        const struct variant *v = &variants[i];
        struct hw_replay r;
        const struct hw_io io = hw_replay_io(&r);
        struct trezor_link link;
        struct trezor_about about;
        struct diag d = { 0 };

        if (v->state == NULL)
            continue;
        hw_replay_init(&r);
        trezor_host(&r, TREZOR_GET_FEATURES, NULL); /* a session of another program goes on */
        device_features(&r, v);
        cr_assert_eq(trezor_link_reports(&d, &link, &io), OK);
        cr_expect_eq(trezor_ask_features(&d, &about, &link), OK, "%s: %s", v->name, d.msg);
        cr_expect_str_eq(trezor_about_state(&about), v->state, "%s", v->name);
        trezor_link_close(&link);
        cr_expect_eq(r.closed, 1);
    }
}

Test(trezor_session, a_safe_7_answers_with_a_failure)
{
    struct hw_replay r;
    struct trezor_session s;
    struct diag d = { 0 };

    hw_replay_init(&r);
    trezor_host(&r, TREZOR_INITIALIZE, NULL);
    trezor_device_fails(&r, TREZOR_INVALID_PROTOCOL, "Invalid protocol");
    cr_expect_eq(open_session(&d, &s, &r, NULL), ERR_UNSUPPORTED);
    cr_expect_not_null(strstr(d.msg, "Safe 7"), "%s", d.msg);
    cr_expect_not_null(strstr(d.msg, "not supported yet"), "%s", d.msg);
    cr_expect_not_null(strstr(d.hint, "countersign hash"), "%s", d.hint);
    cr_expect(hw_replay_done(&r));
}

Test(trezor_session, old_answers_are_passed_over)
{
    struct hw_replay r;
    struct trezor_session s;
    struct diag d = { 0 };

    hw_replay_init(&r);
    trezor_device_named(&r, TREZOR_ADDRESS, "address"); /* unread: drained */
    trezor_host(&r, TREZOR_INITIALIZE, NULL);
    trezor_device_named(&r, TREZOR_ADDRESS, "address"); /* late */
    trezor_device_fails(&r, TREZOR_ACTION_CANCELLED, NULL);
    device_features(&r, &model_t);
    cr_expect_eq(open_session(&d, &s, &r, NULL), OK, "%s", d.msg);
    cr_expect(hw_replay_done(&r));
    trezor_session_close(&s);

    /* nothing but such answers: the last one is the reason */
    hw_replay_init(&r);
    trezor_host(&r, TREZOR_INITIALIZE, NULL);
    trezor_device_fails(&r, TREZOR_BUSY, "later");
    d = (struct diag){ 0 };
    cr_expect_eq(open_session(&d, &s, &r, NULL), ERR_DEVICE);
    cr_expect_not_null(strstr(d.msg, "later"), "%s", d.msg);

    hw_replay_init(&r);
    trezor_host(&r, TREZOR_INITIALIZE, NULL);
    for (int i = 0; i < 20; i++)
        trezor_device_named(&r, TREZOR_ADDRESS, "address");
    cr_expect_eq(open_session(&d, &s, &r, NULL), ERR_DEVICE);
}

/* --- calls -------------------------------------------------------------------------------------
 */

static void begin(struct hw_replay *r, const struct variant *v)
{
    hw_replay_init(r);
    trezor_host(r, TREZOR_INITIALIZE, NULL);
    device_features(r, v);
    trezor_host_named(r, TREZOR_GET_ADDRESS, "get_address");
}

static void cancelled(struct hw_replay *r)
{
    trezor_host(r, TREZOR_CANCEL, NULL);
    trezor_device_fails(r, TREZOR_ACTION_CANCELLED, "Cancelled");
}

/* Ask for the address, after begin and what else was recorded. */
static enum err ask(struct diag *d, struct hw_replay *r, const struct signer_options *options)
{
    const struct hd_path path = trezor_path();
    struct trezor_session s;
    struct trezor_message m;
    struct buf payload;
    enum err e = ERR_INTERNAL;

    buf_init(&payload, 256);
    trezor_message_init(&m);
    trezor_write_get_address(&payload, &path, false);
    cr_assert_eq(open_session(d, &s, r, options), OK, "%s", d->msg);
    trezor_begin(&s);
    e = trezor_call(d, &s, &m, TREZOR_GET_ADDRESS, &payload, wanted, 1);
    cr_expect(e != OK || m.type == TREZOR_ADDRESS);
    trezor_session_close(&s);
    trezor_message_clear(&m);
    buf_clear(&payload);
    return e;
}

static const struct {
    uint32_t code;
    enum err want;
    const char *word;
} failures[] = {
    { 0, ERR_DEVICE, "code 0" },
    { TREZOR_UNEXPECTED_MESSAGE, ERR_UNSUPPORTED, "does not know this request" },
    { TREZOR_BUTTON_EXPECTED, ERR_DEVICE, "button" },
    { TREZOR_DATA_ERROR, ERR_DEVICE, "does not accept" },
    { TREZOR_ACTION_CANCELLED, ERR_REFUSED, "was told no" },
    { TREZOR_PIN_EXPECTED, ERR_DEVICE, "PIN" },
    { TREZOR_PIN_CANCELLED, ERR_REFUSED, "PIN" },
    { TREZOR_INVALID_SIGNATURE, ERR_DEVICE, "invalid" },
    { TREZOR_PROCESS_ERROR, ERR_DEVICE, "could not" },
    { TREZOR_NOT_ENOUGH_FUNDS, ERR_DEVICE, "funds" },
    { TREZOR_NOT_INITIALIZED, ERR_DEVICE, "no seed" },
    { TREZOR_PIN_MISMATCH, ERR_DEVICE, "PINs" },
    { TREZOR_WIPE_CODE_MISMATCH, ERR_DEVICE, "wipe codes" },
    { TREZOR_INVALID_SESSION, ERR_DEVICE, "session" },
    { TREZOR_BUSY, ERR_DEVICE, "busy" },
    { TREZOR_THP_UNALLOCATED_SESSION, ERR_UNSUPPORTED, "Safe 7" },
    { TREZOR_INVALID_PROTOCOL, ERR_UNSUPPORTED, "Safe 7" },
    { 18, ERR_DEVICE, "code 18" },
    { TREZOR_IN_PROGRESS, ERR_DEVICE, "busy" },
    { TREZOR_FIRMWARE_ERROR, ERR_DEVICE, "firmware" },
    { UINT32_MAX, ERR_DEVICE, "code 4294967295" },
};

/* The device has ended the operation: nothing is sent any more. */
Test(trezor_session, failures)
{
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        struct hw_replay r;
        struct diag d = { 0 };

        begin(&r, &one);
        trezor_device_fails(&r, failures[i].code, i % 2 == 0 ? "its own text" : NULL);
        cr_expect_eq(ask(&d, &r, NULL), failures[i].want, "%u: %s", failures[i].code, d.msg);
        cr_expect_not_null(strstr(d.msg, failures[i].word), "%u: %s", failures[i].code, d.msg);
        cr_expect(hw_replay_done(&r), "%u: %s", failures[i].code, r.why);
        cr_expect(i % 2 == 1 || failures[i].want == ERR_UNSUPPORTED ||
                      strstr(d.msg, "'its own text'") != NULL,
                  "%u: %s", failures[i].code, d.msg);
    }
}

Test(trezor_session, texts_of_failures_are_bounded)
{
    char text[2000];
    struct hw_replay r;
    struct diag d = { 0 };

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    begin(&r, &one);
    trezor_device_fails(&r, TREZOR_DATA_ERROR, text);
    cr_expect_eq(ask(&d, &r, NULL), ERR_DEVICE);
    cr_expect(strlen(d.msg) < 200, "%zu", strlen(d.msg));

    d = (struct diag){ 0 };
    begin(&r, &one);
    trezor_device_fails(&r, TREZOR_DATA_ERROR, "fsm.h:1:Forbidden key path");
    cr_expect_eq(ask(&d, &r, NULL), ERR_UNSUPPORTED, "another path may do");
    cr_expect_not_null(strstr(d.hint, "m/44'/60'/0'/0/0"), "%s", d.hint);
}

/* The device asks for something at once again after a wrong PIN: its session is over. */
Test(trezor_session, a_wrong_pin_ends_the_session)
{
    struct hw_replay r;
    struct diag d = { 0 };

    begin(&r, &one);
    trezor_device_fails(&r, TREZOR_PIN_INVALID, "PIN invalid");
    trezor_host(&r, TREZOR_INITIALIZE, NULL);
    device_features(&r, &one);
    cr_expect_eq(ask(&d, &r, NULL), ERR_REFUSED);
    cr_expect_not_null(strstr(d.msg, "PIN is wrong"), "%s", d.msg);
    cr_expect(hw_replay_done(&r), "%s", r.why);
}

Test(trezor_session, buttons_are_acknowledged_and_told_once)
{
    struct hw_replay r;
    struct buf told;
    struct signer_options options = { .passphrase_fd = -1, .notice = on_notice };
    struct diag d = { 0 };

    buf_init(&told, 1024);
    options.notice_ctx = &told;
    begin(&r, &model_t);
    trezor_device_named(&r, TREZOR_BUTTON_REQUEST, "0814"); /* PIN */
    trezor_host(&r, TREZOR_BUTTON_ACK, NULL);
    trezor_device_named(&r, TREZOR_BUTTON_REQUEST, "0813"); /* passphrase */
    trezor_host(&r, TREZOR_BUTTON_ACK, NULL);
    for (int i = 0; i < 3; i++) {
        trezor_device_named(&r, TREZOR_BUTTON_REQUEST, "button_request");
        trezor_host(&r, TREZOR_BUTTON_ACK, NULL);
    }
    trezor_device_named(&r, TREZOR_ADDRESS, "address");
    cr_expect_eq(ask(&d, &r, &options), OK, "%s %s", d.msg, r.why);
    cr_expect(hw_replay_done(&r));
    cr_expect_str_eq(buf_str(&told), "enter the PIN on the Trezor Model T;"
                                     "enter the passphrase on the Trezor Model T;"
                                     "confirm on the Trezor Model T;");
    buf_clear(&told);
}

Test(trezor_session, what_does_not_belong_is_cancelled)
{
    static const struct {
        const char *name;
        uint16_t type;
        const char *payload;
        enum err want;
    } rows[] = {
        { "another answer", TREZOR_TYPED_SIGNATURE, "typed_signature", ERR_DEVICE },
        { "Success", TREZOR_SUCCESS, "failure_bare", ERR_DEVICE },
        { "Features", TREZOR_FEATURES, "features", ERR_DEVICE },
        { "a malformed ButtonRequest", TREZOR_BUTTON_REQUEST, "08", ERR_DEVICE },
        { "an unknown message", 0x7fff, "failure_bare", ERR_DEVICE },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct hw_replay r;
        struct diag d = { 0 };

        begin(&r, &one);
        trezor_device_named(&r, rows[i].type, rows[i].payload);
        trezor_host(&r, TREZOR_CANCEL, NULL);
        /* what was on its way is read, too */
        trezor_device_named(&r, TREZOR_ADDRESS, "address");
        trezor_device_fails(&r, TREZOR_ACTION_CANCELLED, NULL);
        cr_expect_eq(ask(&d, &r, NULL), rows[i].want, "%s: %s", rows[i].name, d.msg);
        cr_expect(hw_replay_done(&r), "%s: %s", rows[i].name, r.why);
    }
}

/* The others have a screen to type on: who asks for positions there is after the PIN. */
Test(trezor_session, only_the_one_is_told_positions)
{
    struct hw_replay r;
    struct diag d = { 0 };

    begin(&r, &model_t);
    trezor_device_named(&r, TREZOR_PIN_MATRIX_REQUEST, "0801");
    cancelled(&r);
    cr_expect_eq(ask(&d, &r, NULL), ERR_DEVICE);
    cr_expect_not_null(strstr(d.msg, "only a Trezor One"), "%s", d.msg);
    cr_expect(hw_replay_done(&r), "%s", r.why);
}

Test(trezor_session, an_answer_that_comes_twice_is_not_the_next_one)
{
    struct hw_replay r;
    struct diag d = { 0 };

    hw_replay_init(&r);
    trezor_host(&r, TREZOR_INITIALIZE, NULL);
    device_features(&r, &one);
    device_features(&r, &one);
    trezor_host_named(&r, TREZOR_GET_ADDRESS, "get_address");
    trezor_device_named(&r, TREZOR_ADDRESS, "address");
    cr_expect_eq(ask(&d, &r, NULL), OK, "%s", d.msg);
    cr_expect(hw_replay_done(&r), "%s", r.why);
}

/* --- Ctrl-C ------------------------------------------------------------------------------------
 */

Test(trezor_session, ctrl_c_cancels_on_the_device)
{
    struct interrupt held;
    struct hw_replay r;
    struct diag d = { 0 };

    begin(&r, &one);
    trezor_device_named(&r, TREZOR_BUTTON_REQUEST, "button_request");
    trezor_host(&r, TREZOR_BUTTON_ACK, NULL);
    cancelled(&r);
    r.silent = true;
    interrupt_hold(&held);
    (void)raise(SIGINT);
    cr_expect_eq(ask(&d, &r, NULL), ERR_REFUSED);
    cr_expect(interrupt_is_pending());
    interrupt_release_answered(&held);
    cr_expect_str_eq(d.msg, "interrupted");
    cr_expect_str_eq(d.hint, "the request was taken back from the screen of the Trezor One");
    cr_expect(hw_replay_done(&r), "%s", r.why);
}

/* --- the passphrase ----------------------------------------------------------------------------
 */

static int pipe_with(const char *text)
{
    int fds[2];

    cr_assert_eq(pipe(fds), 0);
    cr_assert_eq(write(fds[1], text, strlen(text)), (ssize_t)strlen(text));
    (void)close(fds[1]);
    return fds[0];
}

Test(trezor_session, passphrase_from_a_descriptor)
{
    struct hw_replay r;
    const int from = pipe_with("correct horse\n");
    const struct signer_options options = { .passphrase_fd = dup2(from, 0) }; /* a number, too */
    struct diag d = { 0 };

    begin(&r, &one);
    for (int i = 0; i < 2; i++) { /* asked twice, read once */
        trezor_device_named(&r, TREZOR_PASSPHRASE_REQUEST, "");
        trezor_host_named(&r, TREZOR_PASSPHRASE_ACK, "passphrase");
    }
    trezor_device_named(&r, TREZOR_ADDRESS, "address");
    cr_expect_eq(ask(&d, &r, &options), OK, "%s %s", d.msg, r.why);
    cr_expect(hw_replay_done(&r));
    (void)close(from);
}

Test(trezor_session, passphrase_from_a_file)
{
    char path[] = "/tmp/countersign-passphrase-XXXXXX";
    const int fd = mkstemp(path);
    const struct signer_options options = { .passphrase_fd = -1, .passphrase_file = path };
    struct hw_replay r;
    struct diag d = { 0 };

    cr_assert(fd >= 0 && write(fd, "correct horse\n", 14) == 14);
    begin(&r, &one);
    for (int i = 0; i < 2; i++) { /* the same once more, not twice as much */
        trezor_device_named(&r, TREZOR_PASSPHRASE_REQUEST, "");
        trezor_host_named(&r, TREZOR_PASSPHRASE_ACK, "passphrase");
    }
    trezor_device_named(&r, TREZOR_ADDRESS, "address");
    cr_expect_eq(ask(&d, &r, &options), OK, "%s %s", d.msg, r.why);
    cr_expect(hw_replay_done(&r));
    (void)close(fd);
    (void)unlink(path);
}

Test(trezor_session, passphrase_on_the_device)
{
    static const struct variant can = { .major = 2, .minor = 5, .patch = 3, .model = "T" };
    struct hw_replay r;
    struct buf features, told;
    struct signer_options options = { .passphrase_fd = -1, .notice = on_notice };
    struct diag d = { 0 };

    buf_init(&features, 1024);
    buf_init(&told, 1024);
    options.notice_ctx = &told;
    add_features(&features, &can);
    pb_add_uint(&features, 30, TREZOR_CAPABILITY_PASSPHRASE_ENTRY);
    for (int i = 0; i < 2; i++) {
        hw_replay_init(&r);
        trezor_host(&r, TREZOR_INITIALIZE, NULL);
        trezor_device(&r, TREZOR_FEATURES, &features);
        trezor_host_named(&r, TREZOR_GET_ADDRESS, "get_address");
        trezor_device_named(&r, TREZOR_PASSPHRASE_REQUEST, "");
        /* unless a person has given one here */
        trezor_host_named(&r, TREZOR_PASSPHRASE_ACK,
                          i == 0 ? "passphrase_on_device" : "passphrase_empty");
        trezor_device_named(&r, TREZOR_ADDRESS, "address");
        cr_expect_eq(ask(&d, &r, &options), OK, "%s %s", d.msg, r.why);
        cr_expect(hw_replay_done(&r));
        options.passphrase_fd = pipe_with("\n");
    }
    cr_expect_str_eq(buf_str(&told), "enter the passphrase on the Trezor Model T;");
    buf_clear(&features);
    buf_clear(&told);
}

Test(trezor_session, passphrases_that_are_not_sent)
{
    static const struct {
        const char *name;
        const char *text;
        enum err want;
    } rows[] = {
        { "51 bytes", "123456789012345678901234567890123456789012345678901", ERR_USAGE },
        { "not ASCII", "tr\xc3\xa9zor", ERR_UNSUPPORTED },
        { "a tabulator", "a\tb", ERR_UNSUPPORTED },
        { "two lines", "a\nb", ERR_UNSUPPORTED },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct hw_replay r;
        struct signer_options options = { .passphrase_fd = pipe_with(rows[i].text) };
        struct diag d = { 0 };

        begin(&r, &one);
        trezor_device_named(&r, TREZOR_PASSPHRASE_REQUEST, "");
        cancelled(&r);
        cr_expect_eq(ask(&d, &r, &options), rows[i].want, "%s: %s", rows[i].name, d.msg);
        cr_expect_null(strstr(d.msg, rows[i].text), "%s", rows[i].name);
        cr_expect(hw_replay_done(&r), "%s: %s", rows[i].name, r.why);
        (void)close(options.passphrase_fd);
    }
}

Test(trezor_session, two_sources_of_a_passphrase)
{
    struct hw_replay r;
    struct signer_options options = { .passphrase_fd = 0, .passphrase_file = "x" };
    struct diag d = { 0 };

    begin(&r, &one);
    trezor_device_named(&r, TREZOR_PASSPHRASE_REQUEST, "");
    cancelled(&r);
    cr_expect_eq(ask(&d, &r, &options), ERR_USAGE);
    cr_expect(hw_replay_done(&r), "%s", r.why);
}
