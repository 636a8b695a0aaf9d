// SPDX-License-Identifier: Apache-2.0
#include "hw/trezor/message.h"

#include <string.h>

#include "src/base/address.h"
#include "src/base/u256.h"

/* --- what a device sends -----------------------------------------------------------------------
 */

static enum err read_message(struct diag *d, void *out, const struct pb_spec *spec, size_t num_spec,
                             const char *name, const struct trezor_message *m)
{
    if (!pb_read(out, spec, num_spec, m->payload.data, m->payload.len))
        return diag_set(d, ERR_DEVICE, "the device's answer is malformed: %s of %zu bytes", name,
                        m->payload.len);
    return OK;
}

#define READ(d, out, spec, name, m) \
    read_message((d), (out), (spec), sizeof(spec) / sizeof((spec)[0]), (name), (m))

enum err trezor_read_features(struct diag *d, struct trezor_features *out,
                              const struct trezor_message *m)
{
#define AT(member) offsetof(struct trezor_features, member)
    static const struct pb_spec spec[] = {
        { 1, PB_TEXT, false, AT(vendor) },
        { 2, PB_UINT, true, AT(major) },
        { 3, PB_UINT, true, AT(minor) },
        { 4, PB_UINT, true, AT(patch) },
        { 5, PB_BOOL, false, AT(bootloader_mode) },
        { 7, PB_BOOL, false, AT(pin_protection) },
        { 12, PB_BOOL, false, AT(initialized) },
        { 16, PB_BOOL, false, AT(unlocked) },
        { 18, PB_BOOL, false, AT(firmware_present) },
        { 21, PB_TEXT, false, AT(model) },
        { 30, PB_LIST, false, AT(capabilities) },
        { 41, PB_BOOL, false, AT(busy) },
        { 44, PB_TEXT, false, AT(internal_model) },
    };
#undef AT
    enum err e = ERR_INTERNAL;

    *out = (struct trezor_features){ 0 };
    if ((e = READ(d, out, spec, "Features", m)) != OK)
        *out = (struct trezor_features){ 0 };
    return e;
}

enum err trezor_read_failure(struct diag *d, struct trezor_failure *out,
                             const struct trezor_message *m)
{
    static const struct pb_spec spec[] = {
        { 1, PB_UINT, false, offsetof(struct trezor_failure, code) },
        { 2, PB_TEXT, false, offsetof(struct trezor_failure, text) },
    };
    enum err e = ERR_INTERNAL;

    *out = (struct trezor_failure){ 0 };
    if ((e = READ(d, out, spec, "Failure", m)) != OK)
        *out = (struct trezor_failure){ 0 };
    return e;
}

enum err trezor_read_button_request(struct diag *d, uint32_t *code, const struct trezor_message *m)
{
    static const struct pb_spec spec[] = { { 1, PB_UINT, false, 0 } };
    struct pb_uint value = { 0 };
    enum err e = READ(d, &value, spec, "ButtonRequest", m);

    *code = e == OK ? (uint32_t)value.value : 0;
    return e;
}

static bool parse_address(struct address *out, const struct pb_bytes *text)
{
    struct diag unused = { 0 };
    char s[ADDRESS_TEXT_LEN] = "";

    *out = (struct address){ { 0 } };
    if (text->len != sizeof(s) - 1)
        return false;
    memcpy(s, text->data, text->len);
    return address_parse(&unused, out, s) == OK;
}

enum err trezor_read_address(struct diag *d, struct address *out, const struct trezor_message *m)
{
    static const struct pb_spec spec[] = { { 2, PB_TEXT, false, 0 } };
    struct pb_bytes text = { 0 };
    enum err e = ERR_INTERNAL;

    *out = (struct address){ { 0 } };
    if ((e = READ(d, &text, spec, "EthereumAddress", m)) != OK)
        return e;
    if (!text.has)
        return diag_set(d, ERR_UNSUPPORTED,
                        "the device gives addresses in a form that only its old firmware knows");
    if (!parse_address(out, &text))
        return diag_set(d, ERR_DEVICE, "expected an address from the device, found '%.*s'",
                        (int)(text.len < 64 ? text.len : 64), (const char *)text.data);
    return OK;
}

enum err trezor_read_struct_request(struct diag *d, struct pb_bytes *name,
                                    const struct trezor_message *m)
{
    static const struct pb_spec spec[] = { { 1, PB_TEXT, true, 0 } };
    enum err e = ERR_INTERNAL;

    *name = (struct pb_bytes){ 0 };
    if ((e = READ(d, name, spec, "EthereumTypedDataStructRequest", m)) != OK)
        *name = (struct pb_bytes){ 0 };
    return e;
}

enum err trezor_read_value_request(struct diag *d, struct pb_list *path,
                                   const struct trezor_message *m)
{
    static const struct pb_spec spec[] = { { 1, PB_LIST, true, 0 } };
    enum err e = ERR_INTERNAL;

    *path = (struct pb_list){ .num = 0 };
    if ((e = READ(d, path, spec, "EthereumTypedDataValueRequest", m)) != OK)
        *path = (struct pb_list){ .num = 0 };
    return e;
}

enum err trezor_read_typed_signature(struct diag *d, struct sig65 *sig, struct address *address,
                                     const struct trezor_message *m)
{
    struct {
        struct pb_bytes sig, address;
    } parts = { 0 };
    const struct pb_spec spec[] = {
        { 1, PB_BYTES, true, 0 },
        { 2, PB_TEXT, true, sizeof(parts.sig) },
    };
    enum err e = ERR_INTERNAL;

    *sig = (struct sig65){ { 0 } };
    *address = (struct address){ { 0 } };
    if ((e = READ(d, &parts, spec, "EthereumTypedDataSignature", m)) != OK)
        return e;
    if (parts.sig.len != sizeof(sig->b))
        return diag_set(d, ERR_DEVICE,
                        "expected a signature of 65 bytes from the device, found %zu",
                        parts.sig.len);
    if (!parse_address(address, &parts.address))
        return diag_set(d, ERR_DEVICE, "expected an address beside the signature, found '%.*s'",
                        (int)(parts.address.len < 64 ? parts.address.len : 64),
                        (const char *)parts.address.data);
    memcpy(sig->b, parts.sig.data, sizeof(sig->b));
    return OK;
}

enum err trezor_read_tx_request(struct diag *d, struct trezor_tx_request *out,
                                const struct trezor_message *m)
{
    static const struct pb_spec spec[] = {
        { 1, PB_UINT, false, offsetof(struct trezor_tx_request, data_length) },
        { 2, PB_UINT, false, offsetof(struct trezor_tx_request, v) },
        { 3, PB_BYTES, false, offsetof(struct trezor_tx_request, r) },
        { 4, PB_BYTES, false, offsetof(struct trezor_tx_request, s) },
    };
    struct trezor_tx_request q = { 0 };
    enum err e = ERR_INTERNAL;
    bool is_signature = false;

    *out = q;
    if ((e = READ(d, &q, spec, "EthereumTxRequest", m)) != OK)
        return e;
    is_signature = q.r.has || q.s.has || q.v.has;
    if (is_signature && (!q.r.has || !q.s.has || !q.v.has || q.data_length.has))
        return diag_set(d, ERR_DEVICE, "the device sent a part of a signature");
    if (!is_signature && !q.data_length.has)
        return diag_set(d, ERR_DEVICE, "the device sent neither a signature nor a question");
    if (q.r.len > 32 || q.s.len > 32)
        return diag_set(d, ERR_DEVICE,
                        "the device sent a signature with r of %zu and s of %zu bytes", q.r.len,
                        q.s.len);
    *out = q;
    return OK;
}

/* --- what a device is sent ---------------------------------------------------------------------
 */

static void add_path(struct buf *out, const struct hd_path *path)
{
    for (size_t i = 0; i < path->depth; i++)
        pb_add_uint(out, 1, path->index[i]);
}

/* Big-endian without leading zeros; zero is empty. */
static void add_number(struct buf *out, uint32_t field, const struct u256 *n)
{
    size_t zeros = 0;

    while (zeros < sizeof(n->be) && n->be[zeros] == 0)
        zeros++;
    pb_add_bytes(out, field, n->be + zeros, sizeof(n->be) - zeros);
}

static void add_u64(struct buf *out, uint32_t field, uint64_t value)
{
    const struct u256 n = u256_from_u64(value);

    add_number(out, field, &n);
}

void trezor_write_get_address(struct buf *out, const struct hd_path *path, bool show)
{
    add_path(out, path);
    pb_add_uint(out, 2, show);
}

void trezor_write_sign_typed_hash(struct buf *out, const struct hd_path *path,
                                  const struct hash32 *domain, const struct hash32 *message)
{
    add_path(out, path);
    pb_add_bytes(out, 2, domain->b, sizeof(domain->b));
    pb_add_bytes(out, 3, message->b, sizeof(message->b));
}

void trezor_write_sign_typed_data(struct buf *out, const struct hd_path *path,
                                  const char *primary_type, const struct hash32 *shown)
{
    add_path(out, path);
    pb_add_str(out, 2, primary_type);
    pb_add_uint(out, 3, 1); /* no arrays here: the same with and without */
    if (shown != NULL)
        pb_add_bytes(out, 5, shown->b, sizeof(shown->b));
}

/* EthereumDataType of each kind. */
static uint64_t data_type(enum typed_kind kind)
{
    static const uint8_t types[] = {
        [TYPED_UINT] = 1, [TYPED_ADDRESS] = 6, [TYPED_BYTES] = 3, [TYPED_STRING] = 4
    };

    return types[kind];
}

void trezor_write_struct_ack(struct buf *out, const struct typed_struct *s)
{
    struct buf type, member;

    buf_init(&type, 64);
    buf_init(&member, 256);
    for (size_t i = 0; i < s->num_members; i++) {
        const struct typed_member *m = &s->members[i];

        buf_clear(&type);
        buf_clear(&member);
        pb_add_uint(&type, 1, data_type(m->kind));
        if (m->kind == TYPED_UINT)
            pb_add_uint(&type, 2, m->size);
        pb_add_bytes(&member, 1, type.data, type.len);
        pb_add_str(&member, 2, m->name);
        pb_add_bytes(out, 1, member.data, member.len);
        out->failed = out->failed || !buf_ok(&type) || !buf_ok(&member);
    }
    buf_clear(&type);
    buf_clear(&member);
}

void trezor_write_value_ack(struct buf *out, const struct typed_member *m)
{
    if (m->kind == TYPED_UINT)
        pb_add_bytes(out, 1, m->number.be + sizeof(m->number.be) - m->size, m->size);
    else if (m->kind == TYPED_ADDRESS)
        pb_add_bytes(out, 1, m->address.b, sizeof(m->address.b));
    else
        pb_add_bytes(out, 1, m->data, m->data_len);
}

static void write_legacy(struct buf *out, const struct eth_tx *tx, uint64_t chain_id,
                         size_t chunk_len)
{
    add_u64(out, 2, tx->nonce);
    add_number(out, 3, &tx->max_fee);
    add_u64(out, 4, tx->gas_limit);
    add_number(out, 6, &tx->value);
    if (tx->data_len > 0) {
        pb_add_bytes(out, 7, tx->data, chunk_len);
        pb_add_uint(out, 8, tx->data_len);
    }
    pb_add_uint(out, 9, chain_id);
    pb_add_str(out, 11, address_format(&tx->to).s);
}

static void write_1559(struct buf *out, const struct eth_tx *tx, uint64_t chain_id,
                       size_t chunk_len)
{
    add_u64(out, 2, tx->nonce);
    add_number(out, 3, &tx->max_fee);
    add_number(out, 4, &tx->max_priority_fee);
    add_u64(out, 5, tx->gas_limit);
    pb_add_str(out, 6, address_format(&tx->to).s);
    add_number(out, 7, &tx->value);
    if (tx->data_len > 0)
        pb_add_bytes(out, 8, tx->data, chunk_len);
    pb_add_uint(out, 9, tx->data_len);
    pb_add_uint(out, 10, chain_id);
}

void trezor_write_sign_tx(struct buf *out, const struct hd_path *path, const struct eth_tx *tx,
                          uint64_t chain_id, size_t chunk_len)
{
    add_path(out, path);
    if (tx->kind == ETH_TX_LEGACY)
        write_legacy(out, tx, chain_id, chunk_len);
    else
        write_1559(out, tx, chain_id, chunk_len);
}

void trezor_write_tx_ack(struct buf *out, const uint8_t *data, size_t data_len)
{
    pb_add_bytes(out, 1, data, data_len);
}

void trezor_write_pin(struct buf *out, const struct buf *pin)
{
    pb_add_bytes(out, 1, pin->data, pin->len);
}

void trezor_write_passphrase(struct buf *out, const struct buf *passphrase)
{
    pb_add_bytes(out, 1, passphrase->data, passphrase->len);
}

void trezor_write_passphrase_on_device(struct buf *out)
{
    pb_add_uint(out, 3, 1);
}
