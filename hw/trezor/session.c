// SPDX-License-Identifier: Apache-2.0
#include "hw/trezor/session.h"

#include "hw/trezor/ask.h"
#include "hw/trezor/failure.h"
#include "src/base/interrupt.h"
#include "src/base/limits.h"
#include "src/base/secret.h"

/* Answers to an earlier process that may come before the one that is waited for. */
#define MAX_STALE       256
#define RESYNC_MS       2000
#define TOLD_PIN        1U
#define TOLD_PASSPHRASE 2U
#define TOLD_CONFIRM    4U

/* --- features ----------------------------------------------------------------------------------
 */

/* A message that came instead of Features. *final: it is certainly the answer. */
static enum err not_features(struct diag *d, bool *final, const struct trezor_message *m)
{
    struct trezor_failure f;
    enum err e = ERR_INTERNAL;

    *final = false;
    if (m->type != TREZOR_FAILURE)
        return diag_set(d, ERR_DEVICE, "the device did not introduce itself: message type %u",
                        m->type);
    if ((e = trezor_read_failure(d, &f, m)) != OK)
        return e;
    /* nobody but a Safe 7 says this, and it says nothing else */
    *final = f.code.value == TREZOR_INVALID_PROTOCOL;
    return trezor_failure_error(d, &f, "Trezor");
}

/*
 * Features, after they were asked for. What an earlier process did not read may stand before them,
 * a Failure, too: only time tells that it was the answer. *heard: anything came.
 */
static enum err read_features(struct diag *d, struct trezor_about *out, bool *heard,
                              const struct trezor_link *link, uint32_t wait_ms)
{
    const struct hw_budget b = hw_budget_ms(wait_ms);
    struct trezor_message m;
    struct diag instead = { 0 };
    bool final = false;
    enum err e = OK;

    *heard = false;
    trezor_message_init(&m);
    for (int i = 0; i < MAX_STALE && !final; i++) {
        if ((e = link->read(d, link->ctx, &m, &b, false)) != OK)
            break;
        *heard = true;
        if (m.type == TREZOR_FEATURES)
            break;
        e = not_features(&instead, &final, &m);
        if (final)
            out->model = TREZOR_SAFE7;
    }
    if (m.type == TREZOR_FEATURES && e == OK)
        e = trezor_about_read(d, out, &m);
    else if (instead.code != OK && e != ERR_REFUSED) {
        *d = instead;
        e = instead.code;
    }
    trezor_message_clear(&m);
    return e;
}

/* It waits for the rest of a message, perhaps, that an earlier process did not finish. */
static enum err ask_once_more(struct trezor_about *out, const struct trezor_link *link,
                              uint16_t type)
{
    struct diag unused = { 0 };
    bool heard = false;

    if (link->resync == NULL || link->resync(&unused, link->ctx) != OK ||
        link->write(&unused, link->ctx, type, NULL, 0) != OK)
        return ERR_DEVICE;
    return read_features(&unused, out, &heard, link, RESYNC_MS);
}

static enum err ask_features(struct diag *d, struct trezor_about *out,
                             const struct trezor_link *link, uint16_t type)
{
    enum err e = link->drain(d, link->ctx);
    bool heard = false;

    *out = (struct trezor_about){ .model = DEVICE_UNKNOWN };
    if (e == OK)
        e = link->write(d, link->ctx, type, NULL, 0);
    if (e != OK)
        return e;
    e = read_features(d, out, &heard, link, HW_ANSWER_MS);
    if (e != ERR_DEVICE || heard)
        return e;
    if (ask_once_more(out, link, type) == OK) {
        *d = (struct diag){ 0 };
        return OK;
    }
    if (d->hint[0] == '\0')
        diag_hint(d, "if it asks for its PIN or for something else, answer that and try again");
    return e;
}

enum err trezor_ask_features(struct diag *d, struct trezor_about *out,
                             const struct trezor_link *link)
{
    return ask_features(d, out, link, TREZOR_GET_FEATURES);
}

/* --- the session -------------------------------------------------------------------------------
 */

enum err trezor_session_open(struct diag *d, struct trezor_session *s,
                             const struct trezor_link *link, const struct signer_options *options)
{
    enum err e = ERR_INTERNAL;

    *s = (struct trezor_session){ .link = *link, .options = *options };
    buf_init_secret(&s->passphrase, LIMIT_SECRET_BYTES);
    trezor_begin(s);
    if ((e = ask_features(d, &s->about, &s->link, TREZOR_INITIALIZE)) == OK)
        e = trezor_about_check(d, &s->about);
    if (e != OK)
        trezor_session_close(s);
    return e;
}

void trezor_session_close(struct trezor_session *s)
{
    trezor_link_close(&s->link);
    buf_clear(&s->passphrase);
    secret_wipe(s, sizeof(*s));
}

void trezor_begin(struct trezor_session *s)
{
    s->budget = hw_budget_ms(HW_PERSON_MS);
    s->steps = 0;
    s->told = 0;
}

/* What a person who gave up at the computer finds on the device. */
static void tell_the_end(struct diag *d, const struct trezor_session *s, bool is_done)
{
    const char *name = device_model_name(s->about.model);

    if ((s->told & TOLD_CONFIRM) == 0 || !interrupt_is_pending() || d->hint[0] != '\0')
        return;
    if (is_done)
        diag_hint(d, "the request was taken back from the screen of the %s", name);
    else
        diag_hint(d, "if the %s still shows the request, refuse it there", name);
}

enum err trezor_abort(struct diag *d, struct trezor_session *s, enum err e)
{
    const struct hw_budget b = hw_budget_ms(HW_ANSWER_MS);
    struct trezor_message m;
    struct diag unused = { 0 };
    bool is_done = false;
    enum err ended = s->link.write(&unused, s->link.ctx, TREZOR_CANCEL, NULL, 0);

    trezor_message_init(&m);
    /* garbled reports are passed over: what counts is that the device is done */
    for (int i = 0; ended == OK && !is_done && i < MAX_STALE; i++)
        is_done =
            s->link.read(&unused, s->link.ctx, &m, &b, true) == OK && m.type == TREZOR_FAILURE;
    trezor_message_clear(&m);
    tell_the_end(d, s, is_done);
    return e;
}

/* --- questions to the person -------------------------------------------------------------------
 */

static void tell(struct trezor_session *s, unsigned what, const char *text)
{
    if ((s->told & what) == 0)
        signer_notice(&s->options, "%s %s", text, device_model_name(s->about.model));
    s->told |= what;
}

static enum err on_button(struct diag *d, struct trezor_session *s, const struct trezor_message *m)
{
    uint32_t code = 0;
    enum err e = trezor_read_button_request(d, &code, m);

    if (e != OK)
        return e;
    if (code == TREZOR_BUTTON_PIN)
        tell(s, TOLD_PIN, "enter the PIN on the");
    else if (code == TREZOR_BUTTON_PASSPHRASE)
        tell(s, TOLD_PASSPHRASE, "enter the passphrase on the");
    else
        tell(s, TOLD_CONFIRM, "confirm on the");
    return s->link.write(d, s->link.ctx, TREZOR_BUTTON_ACK, NULL, 0);
}

static enum err on_pin(struct diag *d, struct trezor_session *s)
{
    struct buf pin, payload;
    enum err e = ERR_INTERNAL;

    if (s->about.model != TREZOR_ONE)
        return diag_set(d, ERR_DEVICE, "the %s asks for its PIN as only a Trezor One does",
                        device_model_name(s->about.model));
    buf_init_secret(&pin, LIMIT_SECRET_BYTES);
    buf_init_secret(&payload, LIMIT_SECRET_BYTES);
    if ((e = trezor_ask_pin(d, &pin, device_model_name(s->about.model))) != OK)
        goto done;
    trezor_write_pin(&payload, &pin);
    if ((e = buf_check(d, &payload, "the PIN")) == OK)
        e = s->link.write(d, s->link.ctx, TREZOR_PIN_MATRIX_ACK, payload.data, payload.len);
done:
    buf_clear(&payload);
    buf_clear(&pin);
    return e;
}

/* Where the passphrase comes from: see the header. */
static enum err add_passphrase(struct diag *d, struct trezor_session *s, struct buf *payload)
{
    const struct signer_options *o = &s->options;
    const char *name = device_model_name(s->about.model);
    enum err e = OK;

    if (o->passphrase_file == NULL && o->passphrase_fd < 0 && s->about.enters_passphrase) {
        tell(s, TOLD_PASSPHRASE, "enter the passphrase on the");
        trezor_write_passphrase_on_device(payload);
        return buf_check(d, payload, "the answer");
    }
    if (!s->has_passphrase)
        e = trezor_ask_passphrase(d, &s->passphrase, name, o);
    if (e != OK) {
        buf_clear(&s->passphrase);
        return e;
    }
    s->has_passphrase = true;
    trezor_write_passphrase(payload, &s->passphrase);
    return buf_check(d, payload, "the passphrase");
}

static enum err on_passphrase(struct diag *d, struct trezor_session *s)
{
    struct buf payload;
    enum err e = ERR_INTERNAL;

    buf_init_secret(&payload, LIMIT_SECRET_BYTES);
    if ((e = add_passphrase(d, s, &payload)) == OK)
        e = s->link.write(d, s->link.ctx, TREZOR_PASSPHRASE_ACK, payload.data, payload.len);
    buf_clear(&payload);
    return e;
}

/* *asked: it was a question, and is answered. */
static enum err answer_question(struct diag *d, struct trezor_session *s,
                                const struct trezor_message *m, bool *asked)
{
    *asked = true;
    switch (m->type) {
    case TREZOR_BUTTON_REQUEST:
        return on_button(d, s, m);
    case TREZOR_PIN_MATRIX_REQUEST:
        return on_pin(d, s);
    case TREZOR_PASSPHRASE_REQUEST:
        return on_passphrase(d, s);
    default:
        *asked = false;
        return OK;
    }
}

/* --- one request -------------------------------------------------------------------------------
 */

/* The device has ended the operation; after a wrong PIN its session is over, too. */
static enum err on_failure(struct diag *d, struct trezor_session *s, const struct trezor_message *m)
{
    struct trezor_failure f;
    struct trezor_about about;
    struct diag unused = { 0 };
    enum err e = trezor_read_failure(d, &f, m);

    if (e != OK)
        return e;
    e = trezor_failure_error(d, &f, device_model_name(s->about.model));
    if (f.code.value == TREZOR_PIN_INVALID)
        (void)!ask_features(&unused, &about, &s->link, TREZOR_INITIALIZE);
    return e;
}

static enum err take_answer(struct diag *d, const struct trezor_message *m, const uint16_t *wanted,
                            size_t num_wanted)
{
    for (size_t i = 0; i < num_wanted; i++) {
        if (m->type == wanted[i])
            return OK;
    }
    return diag_set(d, ERR_DEVICE, "the device answered with a message of type %u, expected %u",
                    m->type, wanted[0]);
}

/* Reads until it is no question; ends with the answer or the Failure in out. */
static enum err read_answer(struct diag *d, struct trezor_session *s, struct trezor_message *out)
{
    bool asked = true;

    while (asked) {
        enum err e = s->link.read(d, s->link.ctx, out, &s->budget, false);

        if (e == OK && ++s->steps > LIMIT_TREZOR_STEPS)
            e = diag_set(d, ERR_LIMIT, "the device sends more than %d messages",
                         LIMIT_TREZOR_STEPS);
        if (e == OK)
            e = answer_question(d, s, out, &asked);
        /* a device that asks all the time is never waited for */
        if (e == OK && asked && interrupt_is_pending())
            e = diag_set(d, ERR_REFUSED, "interrupted");
        if (e != OK)
            return e;
    }
    return OK;
}

enum err trezor_call(struct diag *d, struct trezor_session *s, struct trezor_message *out,
                     uint16_t type, const struct buf *payload, const uint16_t *wanted,
                     size_t num_wanted)
{
    enum err e = payload != NULL ? buf_check(d, payload, "the message to the device") : OK;

    /* an answer that came twice is not the answer to the next question */
    if (e == OK && s->steps == 0)
        e = s->link.drain(d, s->link.ctx);
    if (e == OK)
        e = s->link.write(d, s->link.ctx, type, payload != NULL ? payload->data : NULL,
                          payload != NULL ? payload->len : 0);
    if (e == OK)
        e = read_answer(d, s, out);
    if (e == OK && out->type == TREZOR_FAILURE)
        return on_failure(d, s, out);
    if (e == OK)
        e = take_answer(d, out, wanted, num_wanted);
    return e == OK ? OK : trezor_abort(d, s, e);
}
