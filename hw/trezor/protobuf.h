// SPDX-License-Identifier: Apache-2.0
#ifndef HW_TREZOR_PROTOBUF_H
#define HW_TREZOR_PROTOBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/bytes.h"

/*
 * As much of protobuf's wire format as Trezor's messages need: numbers and bytes.
 *
 * Why by hand and not protobuf-c: it is about twenty flat messages with numbers, byte strings and
 * one list of small numbers; the one recursive type (the field types of EIP-712) is only written.
 * That is less code than the glue around generated structs, it adds neither a generator to the
 * build nor a library to the process, nothing that comes in is allocated, and it can be strict
 * where protobuf is lenient: numbers in their shortest form, no field twice, no groups, every
 * length checked against what is left.
 *
 * Source: protobuf.dev, "Encoding".
 */

/* --- reading -----------------------------------------------------------------------------------
 */

/* What a field holds, if it was there. Bytes are borrowed from the message. */
struct pb_uint {
    bool has;
    uint64_t value;
};
struct pb_bytes {
    bool has;
    const uint8_t *data;
    size_t len;
};
#define PB_MAX_LIST 64
struct pb_list {
    uint32_t value[PB_MAX_LIST];
    size_t num;
};

enum pb_kind {
    PB_BOOL,  /* struct pb_uint, 0 or 1 */
    PB_UINT,  /* struct pb_uint, below 2^32: also enumerations */
    PB_BYTES, /* struct pb_bytes */
    PB_TEXT,  /* struct pb_bytes; a NUL in it is malformed */
    PB_LIST,  /* struct pb_list of numbers below 2^32, packed or not; too many are malformed */
};

/* Which field of a message goes where in a struct. */
struct pb_spec {
    uint32_t number;
    enum pb_kind kind;
    bool required;
    size_t offset;
};

/*
 * Take a message apart into out, which the caller zeroed. Fields that spec does not name are
 * skipped. False, and out is undefined, for anything malformed: wrong wire type, a number that is
 * too large or not in its shortest form, a field that must not come twice, one that is missing, a
 * length beyond the end.
 */
MUST_CHECK bool pb_read(void *out, const struct pb_spec *spec, size_t num_spec, const uint8_t *data,
                        size_t data_len);

/* --- writing -----------------------------------------------------------------------------------
 */

/* One field each, appended; embedded messages are bytes. */
void pb_add_uint(struct buf *out, uint32_t number, uint64_t value);
void pb_add_bytes(struct buf *out, uint32_t number, const void *data, size_t data_len);
void pb_add_str(struct buf *out, uint32_t number, const char *text);

#endif
