// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_TREZOR_FIXTURE_H
#define TESTS_TREZOR_FIXTURE_H

#include "hw/path.h"
#include "hw/trezor/message.h"
#include "src/base/json.h"
#include "tests/unit/hw_replay.h"
#include "tests/unit/known_safe_tx.h"

/*
 * Messages as protoc writes them (fixtures/trezor/messages.json), and what they are about: the
 * SafeTx that real firmware signed.
 */

/* fixtures/trezor/messages.json; the caller frees it. */
struct json *trezor_messages(void);
/* The payload of that name as a message of that type, to be cleared. */
void trezor_message_named(struct trezor_message *out, const struct json *messages, const char *name,
                          uint16_t type);
/* What was written is the payload of that name. */
void trezor_expect_named(const struct buf *written, const struct json *messages, const char *name);

/* m/44'/60'/0'/0/0: known_signer's. */
struct hd_path trezor_path(void);

/*
 * Exchanges, by message: the host is expected to write this, the device answers that. Framed here,
 * not by the code under test. payload NULL: an empty one.
 */
void trezor_host(struct hw_replay *r, uint16_t type, const struct buf *payload);
void trezor_device(struct hw_replay *r, uint16_t type, const struct buf *payload);
/* With a payload of messages.json, or in hex where it has none of that name. */
void trezor_host_named(struct hw_replay *r, uint16_t type, const char *name);
void trezor_device_named(struct hw_replay *r, uint16_t type, const char *name);
/* Failure with that code and text (NULL: none). */
void trezor_device_fails(struct hw_replay *r, uint32_t code, const char *text);
/* A recorded exchange: fixtures/trezor/<name>.txt, see record.py. */
void trezor_recorded(struct hw_replay *r, const char *name);

#endif
