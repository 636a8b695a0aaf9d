// SPDX-License-Identifier: Apache-2.0
#include "src/base/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/secret.h"

void reader_init(struct reader *r, const uint8_t *data, size_t data_len)
{
    r->at = data;
    r->left = data_len;
}

bool reader_borrow(struct reader *r, const uint8_t **out, size_t n)
{
    *out = NULL;
    if (n > r->left)
        return false;
    *out = r->at;
    if (n > 0)
        r->at += n;
    r->left -= n;
    return true;
}

bool reader_bytes(struct reader *r, uint8_t *out, size_t out_len)
{
    const uint8_t *p = NULL;

    if (!reader_borrow(r, &p, out_len)) {
        memset(out, 0, out_len);
        return false;
    }
    if (out_len > 0)
        memcpy(out, p, out_len);
    return true;
}

bool reader_u8(struct reader *r, uint8_t *out)
{
    return reader_bytes(r, out, 1);
}

bool reader_be16(struct reader *r, uint16_t *out)
{
    uint8_t b[2];
    bool ok = reader_bytes(r, b, sizeof(b));

    *out = (uint16_t)((unsigned)b[0] << 8 | b[1]);
    return ok;
}

bool reader_be32(struct reader *r, uint32_t *out)
{
    uint8_t b[4];
    bool ok = reader_bytes(r, b, sizeof(b));

    *out = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    return ok;
}

bool reader_skip_zero(struct reader *r, size_t n)
{
    const uint8_t *p = NULL;

    if (n > r->left || !bytes_is_zero(r->at, n))
        return false;
    return reader_borrow(r, &p, n);
}

bool reader_end(const struct reader *r)
{
    return r->left == 0;
}

void buf_init(struct buf *b, size_t max)
{
    *b = (struct buf){ .max = max };
}

void buf_init_secret(struct buf *b, size_t max)
{
    *b = (struct buf){ .max = max, .secret = true };
}

static void release(struct buf *b)
{
    if (b->secret && b->data != NULL)
        secret_wipe(b->data, b->cap);
    free(b->data);
}

void buf_clear(struct buf *b)
{
    release(b);
    *b = (struct buf){ .max = b->max, .secret = b->secret };
}

/* Storage for n more bytes and the NUL behind them. */
static bool reserve(struct buf *b, size_t n)
{
    size_t cap = b->cap;
    uint8_t *data = NULL;

    if (b->failed)
        return false;
    if (n > b->max - b->len) {
        b->failed = b->over_max = true;
        return false;
    }
    if (b->len + n < cap)
        return true;
    if (cap < 64)
        cap = 64;
    while (cap <= b->len + n)
        cap = cap <= SIZE_MAX / 2 ? cap * 2 : SIZE_MAX;
    if ((data = malloc(cap)) == NULL) {
        b->failed = true;
        return false;
    }
    if (b->len > 0)
        memcpy(data, b->data, b->len);
    release(b);
    b->data = data;
    b->cap = cap;
    return true;
}

void buf_add(struct buf *b, const void *data, size_t data_len)
{
    if (!reserve(b, data_len))
        return;
    if (data_len > 0)
        memcpy(b->data + b->len, data, data_len);
    b->len += data_len;
    b->data[b->len] = '\0';
}

void buf_add_u8(struct buf *b, uint8_t value)
{
    buf_add(b, &value, 1);
}

void buf_add_zero(struct buf *b, size_t n)
{
    if (!reserve(b, n))
        return;
    memset(b->data + b->len, 0, n + 1);
    b->len += n;
}

void buf_add_str(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    int n = 0;

    va_start(ap, fmt);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0) {
        b->failed = true;
        return;
    }
    if (!reserve(b, (size_t)n))
        return;
    va_start(ap, fmt);
    (void)vsnprintf((char *)b->data + b->len, (size_t)n + 1, fmt, ap);
    va_end(ap);
    b->len += (size_t)n;
}

bool buf_ok(const struct buf *b)
{
    return !b->failed;
}

const char *buf_str(const struct buf *b)
{
    return b->failed || b->data == NULL ? "" : (const char *)b->data;
}

enum err buf_check(struct diag *d, const struct buf *b, const char *what)
{
    if (!b->failed)
        return OK;
    if (b->over_max)
        return diag_set(d, ERR_LIMIT, "%s is over the limit of %zu bytes", what, b->max);
    return diag_set(d, ERR_NOMEM, "%s: out of memory", what);
}

void *bytes_dup(const void *data, size_t data_len)
{
    void *copy = malloc(data_len > 0 ? data_len : 1);

    if (copy != NULL && data_len > 0)
        memcpy(copy, data, data_len);
    return copy;
}

bool bytes_is_zero(const uint8_t *data, size_t data_len)
{
    uint8_t any = 0;

    for (size_t i = 0; i < data_len; i++)
        any |= data[i];
    return any == 0;
}

bool address_eq(const struct address *a, const struct address *b)
{
    return address_cmp(a, b) == 0;
}

bool address_is_zero(const struct address *a)
{
    return bytes_is_zero(a->b, sizeof(a->b));
}

int address_cmp(const struct address *a, const struct address *b)
{
    return memcmp(a->b, b->b, sizeof(a->b));
}

bool hash32_eq(const struct hash32 *a, const struct hash32 *b)
{
    return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

bool hash32_is_zero(const struct hash32 *h)
{
    return bytes_is_zero(h->b, sizeof(h->b));
}

bool hash32_is_of_nothing(const struct hash32 *h)
{
    static const struct hash32 sha256_of_nothing = { {
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4,
        0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
        0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
    } };

    return hash32_is_zero(h) || hash32_eq(h, &sha256_of_nothing);
}
