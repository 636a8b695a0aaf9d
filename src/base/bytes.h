// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/err.h"
#include "src/base/types.h"

/*
 * Reading and collecting bytes.
 *
 * struct reader is the only way untrusted bytes are taken apart: borrowed, forward-only, every
 * length compared as n > left. A failed read returns false, zeroes its output and leaves the
 * reader where it was. Join reads with && in the order of the spec, finish with reader_end().
 */
struct reader {
    const uint8_t *at;
    size_t left;
};

void reader_init(struct reader *r, const uint8_t *data, size_t data_len);
MUST_CHECK bool reader_u8(struct reader *r, uint8_t *out);
MUST_CHECK bool reader_be16(struct reader *r, uint16_t *out);
MUST_CHECK bool reader_be32(struct reader *r, uint32_t *out);
MUST_CHECK bool reader_bytes(struct reader *r, uint8_t *out, size_t out_len);
/* n bytes, all zero; fails without moving if one is not. */
MUST_CHECK bool reader_skip_zero(struct reader *r, size_t n);
/* Borrow the next n bytes: *out points into the data given to reader_init. */
MUST_CHECK bool reader_borrow(struct reader *r, const uint8_t **out, size_t n);
/* Nothing is left. */
MUST_CHECK bool reader_end(const struct reader *r);

/*
 * Growable output with a maximum. Owned by the caller: buf_init, append, buf_clear. Once an
 * append fails (maximum or memory) the buffer stays failed and further appends do nothing, so
 * one buf_ok() at the end is enough. All-zero is valid to clear. Content is also kept
 * NUL-terminated (the NUL is not counted), so data can be read as a string.
 */
struct buf {
    uint8_t *data;
    size_t len;
    size_t cap;
    size_t max;
    bool failed;
    bool over_max; /* failed because of max, not of memory */
    bool secret;   /* old storage is wiped when it moves or is freed */
};

void buf_init(struct buf *b, size_t max);
void buf_init_secret(struct buf *b, size_t max);
void buf_clear(struct buf *b);
void buf_add(struct buf *b, const void *data, size_t data_len);
void buf_add_u8(struct buf *b, uint8_t value);
void buf_add_zero(struct buf *b, size_t n);
void buf_add_str(struct buf *b, const char *s);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
MUST_CHECK bool buf_ok(const struct buf *b);
/* The content as a NUL-terminated string; "" for an empty or failed buffer. */
const char *buf_str(const struct buf *b);
/* OK, or ERR_LIMIT / ERR_NOMEM with "<what> is over the limit of N bytes". */
MUST_CHECK enum err buf_check(struct diag *d, const struct buf *b, const char *what);

/* A heap copy that the caller frees; NULL if out of memory. data_len 0 gives a valid pointer. */
void *bytes_dup(const void *data, size_t data_len);

bool bytes_is_zero(const uint8_t *data, size_t data_len);
bool address_eq(const struct address *a, const struct address *b);
bool address_is_zero(const struct address *a);
/* Numeric order, as the Safe contract requires of signers: <0, 0, >0. */
int address_cmp(const struct address *a, const struct address *b);
bool hash32_eq(const struct hash32 *a, const struct hash32 *b);
bool hash32_is_zero(const struct hash32 *h);
/* Zero or the SHA-256 of no bytes: what an empty measurement gives. */
bool hash32_is_of_nothing(const struct hash32 *h);

#endif
