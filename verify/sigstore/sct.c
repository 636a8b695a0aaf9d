// SPDX-License-Identifier: Apache-2.0
#include "verify/sigstore/sct.h"

static bool read_be64(struct reader *r, uint64_t *out)
{
    uint32_t high = 0;
    uint32_t low = 0;

    *out = 0;
    if (!reader_be32(r, &high) || !reader_be32(r, &low))
        return false;
    *out = (uint64_t)high << 32 | low;
    return true;
}

static bool read_vector(struct reader *r, const uint8_t **data, uint16_t *len)
{
    return reader_be16(r, len) && reader_borrow(r, data, *len);
}

static bool read_sct(struct reader *r, struct sct *s)
{
    uint8_t hash = 0;

    return reader_bytes(r, s->log_id.b, sizeof(s->log_id.b)) && read_be64(r, &s->time_ms) &&
           read_vector(r, &s->extensions, &s->extensions_len) && reader_u8(r, &hash) && hash == 4 &&
           reader_u8(r, &s->signature_algorithm) &&
           (s->signature_algorithm == SCT_RSA || s->signature_algorithm == SCT_ECDSA) &&
           read_vector(r, &s->signature, &s->signature_len) && s->signature_len > 0 &&
           reader_end(r);
}

static enum err read_item(struct diag *d, struct sct_list *list, const uint8_t *data,
                          size_t data_len)
{
    struct reader r;
    uint8_t version = 0;

    reader_init(&r, data, data_len);
    if (!reader_u8(&r, &version))
        return diag_set(d, ERR_FORMAT, "SCT list: an empty item");
    if (version != 0)
        return OK;
    if (list->num_items == LIMIT_SIGSTORE_SCTS)
        return diag_set(d, ERR_LIMIT, "SCT list: over the limit of %d", LIMIT_SIGSTORE_SCTS);
    if (!read_sct(&r, &list->items[list->num_items]))
        return diag_set(d, ERR_FORMAT, "SCT list: item %zu is malformed", list->num_items + 1);
    list->num_items++;
    return OK;
}

enum err sct_list_parse(struct diag *d, struct sct_list *out, const uint8_t *data, size_t data_len)
{
    struct reader r;
    uint16_t total = 0;
    enum err e = OK;

    *out = (struct sct_list){ 0 };
    reader_init(&r, data, data_len);
    if (!reader_be16(&r, &total) || total != r.left || total == 0)
        return diag_set(d, ERR_FORMAT, "SCT list: its length does not fit");
    while (e == OK && !reader_end(&r)) {
        const uint8_t *item = NULL;
        uint16_t len = 0;

        e = read_vector(&r, &item, &len) ? read_item(d, out, item, len)
                                         : diag_set(d, ERR_FORMAT, "SCT list: cut short");
    }
    if (e != OK)
        *out = (struct sct_list){ 0 };
    return e;
}
