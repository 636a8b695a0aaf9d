// SPDX-License-Identifier: Apache-2.0
#ifndef HW_TREZOR_MESSAGE_H
#define HW_TREZOR_MESSAGE_H

#include "hw/path.h"
#include "hw/trezor/codec.h"
#include "hw/trezor/protobuf.h"
#include "src/base/eth_tx.h"
#include "src/base/typed_data.h"

/*
 * The messages that signing takes, and their fields.
 * Source: trezor-firmware, common/protob/messages*.proto.
 */

enum trezor_type {
    TREZOR_INITIALIZE = 0,
    TREZOR_SUCCESS = 2,
    TREZOR_FAILURE = 3,
    TREZOR_FEATURES = 17,
    TREZOR_PIN_MATRIX_REQUEST = 18,
    TREZOR_PIN_MATRIX_ACK = 19,
    TREZOR_CANCEL = 20,
    TREZOR_BUTTON_REQUEST = 26,
    TREZOR_BUTTON_ACK = 27,
    TREZOR_PASSPHRASE_REQUEST = 41,
    TREZOR_PASSPHRASE_ACK = 42,
    TREZOR_GET_FEATURES = 55,
    TREZOR_GET_ADDRESS = 56,
    TREZOR_ADDRESS = 57,
    TREZOR_SIGN_TX = 58,
    TREZOR_TX_REQUEST = 59,
    TREZOR_TX_ACK = 60,
    TREZOR_SIGN_TX_1559 = 452,
    TREZOR_SIGN_TYPED_DATA = 464,
    TREZOR_STRUCT_REQUEST = 465,
    TREZOR_STRUCT_ACK = 466,
    TREZOR_VALUE_REQUEST = 467,
    TREZOR_VALUE_ACK = 468,
    TREZOR_TYPED_SIGNATURE = 469,
    TREZOR_SIGN_TYPED_HASH = 470,
};

/* Codes of Failure. */
enum trezor_failure_code {
    TREZOR_UNEXPECTED_MESSAGE = 1,
    TREZOR_BUTTON_EXPECTED,
    TREZOR_DATA_ERROR,
    TREZOR_ACTION_CANCELLED,
    TREZOR_PIN_EXPECTED,
    TREZOR_PIN_CANCELLED,
    TREZOR_PIN_INVALID,
    TREZOR_INVALID_SIGNATURE,
    TREZOR_PROCESS_ERROR,
    TREZOR_NOT_ENOUGH_FUNDS,
    TREZOR_NOT_INITIALIZED,
    TREZOR_PIN_MISMATCH,
    TREZOR_WIPE_CODE_MISMATCH,
    TREZOR_INVALID_SESSION,
    TREZOR_BUSY,
    TREZOR_THP_UNALLOCATED_SESSION,
    TREZOR_INVALID_PROTOCOL,
    TREZOR_IN_PROGRESS = 19,
    TREZOR_FIRMWARE_ERROR = 99,
};

#define TREZOR_CAPABILITY_ETHEREUM         7
#define TREZOR_CAPABILITY_PASSPHRASE_ENTRY 17
#define TREZOR_BUTTON_PASSPHRASE           19
#define TREZOR_BUTTON_PIN                  20

/*
 * What a device sends. Bytes and texts are borrowed from the message and live as long as it does.
 * Readers give ERR_DEVICE "malformed …", and what they fill in is zero then.
 */
struct trezor_features {
    struct pb_uint major, minor, patch;
    struct pb_uint bootloader_mode, initialized, firmware_present;
    struct pb_uint pin_protection, unlocked;
    struct pb_uint busy;
    struct pb_bytes vendor, model, internal_model;
    struct pb_list capabilities;
};
MUST_CHECK enum err trezor_read_features(struct diag *d, struct trezor_features *out,
                                         const struct trezor_message *m);

struct trezor_failure {
    struct pb_uint code; /* enum trezor_failure_code, or a later one */
    struct pb_bytes text;
};
MUST_CHECK enum err trezor_read_failure(struct diag *d, struct trezor_failure *out,
                                        const struct trezor_message *m);

/* *code is 0 if there is none. */
MUST_CHECK enum err trezor_read_button_request(struct diag *d, uint32_t *code,
                                               const struct trezor_message *m);
/* Of 57: in EIP-55's spelling, or without checksum. */
MUST_CHECK enum err trezor_read_address(struct diag *d, struct address *out,
                                        const struct trezor_message *m);
/* Of 465: the struct's name. */
MUST_CHECK enum err trezor_read_struct_request(struct diag *d, struct pb_bytes *name,
                                               const struct trezor_message *m);
/* Of 467. */
MUST_CHECK enum err trezor_read_value_request(struct diag *d, struct pb_list *path,
                                              const struct trezor_message *m);
/* Of 469: r, s and v as they came, and the address that the device says it signed with. */
MUST_CHECK enum err trezor_read_typed_signature(struct diag *d, struct sig65 *sig,
                                                struct address *address,
                                                const struct trezor_message *m);

/* 59: either asks for that much more data, or has all three parts of the signature. */
struct trezor_tx_request {
    struct pb_uint data_length;
    struct pb_uint v;
    struct pb_bytes r, s; /* up to 32 bytes each */
};
MUST_CHECK enum err trezor_read_tx_request(struct diag *d, struct trezor_tx_request *out,
                                           const struct trezor_message *m);

/* What a device is sent: payloads, appended to out. Messages without fields have none. */

/* 56; show: on the device, too. */
void trezor_write_get_address(struct buf *out, const struct hd_path *path, bool show);
/* 470 */
void trezor_write_sign_typed_hash(struct buf *out, const struct hd_path *path,
                                  const struct hash32 *domain, const struct hash32 *message);
/* 464; shown: the message hash that the device shows at the end, or NULL (firmware before 2.9.1).
 */
void trezor_write_sign_typed_data(struct buf *out, const struct hd_path *path,
                                  const char *primary_type, const struct hash32 *shown);
/* 466: the definition of one struct. */
void trezor_write_struct_ack(struct buf *out, const struct typed_struct *s);
/* 468: one value. */
void trezor_write_value_ack(struct buf *out, const struct typed_member *m);
/* 58 or 452, depending on tx->kind, with the first chunk_len bytes of the data. */
void trezor_write_sign_tx(struct buf *out, const struct hd_path *path, const struct eth_tx *tx,
                          uint64_t chain_id, size_t chunk_len);
/* 60 */
void trezor_write_tx_ack(struct buf *out, const uint8_t *data, size_t data_len);
/* 19 and 42, into secret buffers. */
void trezor_write_pin(struct buf *out, const struct buf *pin);
void trezor_write_passphrase(struct buf *out, const struct buf *passphrase);
void trezor_write_passphrase_on_device(struct buf *out);

#endif
