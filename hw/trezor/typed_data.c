// SPDX-License-Identifier: Apache-2.0
#include "hw/trezor/typed_data.h"

#include <string.h>

#include "src/base/address.h"
#include "src/base/limits.h"

#define OLD_MAX_VALUE 1024
/* The data, and names and numbers around it. */
#define MAX_PAYLOAD (LIMIT_CALLDATA_BYTES + 4096)

static const struct device_version first_one = { 1, 10, 5 };
static const struct device_version first_core = { 2, 4, 3 };

static enum err check_version(struct diag *d, const struct trezor_about *about)
{
    const struct device_version *v = about->model == TREZOR_ONE ? &first_one : &first_core;

    if (trezor_at_least(about, &first_one, &first_core))
        return OK;
    diag_hint(d, "update its firmware with Trezor Suite");
    return diag_set(d, ERR_UNSUPPORTED,
                    "the %s has firmware %u.%u.%u; EIP-712 data takes %u.%u.%u or later",
                    device_model_name(about->model), about->version.major, about->version.minor,
                    about->version.patch, v->major, v->minor, v->patch);
}

static enum err check_lengths(struct diag *d, const struct trezor_about *about,
                              const struct typed_struct *s)
{
    if (device_version_at_least(&about->version, 2, 6, 0))
        return OK;
    for (size_t i = 0; i < s->num_members; i++) {
        if (s->members[i].data_len <= OLD_MAX_VALUE)
            continue;
        diag_hint(d, "update its firmware with Trezor Suite: from 2.6.0 on there is no such limit");
        return diag_set(
            d, ERR_UNSUPPORTED,
            "the %s has firmware %u.%u.%u, which takes '%s' of up to %d bytes; this one "
            "has %zu",
            device_model_name(about->model), about->version.major, about->version.minor,
            about->version.patch, s->members[i].name, OLD_MAX_VALUE, s->members[i].data_len);
    }
    return OK;
}

/* --- the structure, piece by piece -------------------------------------------------------------
 */

static bool is_name(const struct pb_bytes *name, const struct typed_struct *s)
{
    return name->len == strlen(s->name) && memcmp(name->data, s->name, name->len) == 0;
}

static enum err answer_struct(struct diag *d, struct buf *payload, const struct trezor_message *m,
                              const struct typed_data *typed)
{
    struct pb_bytes name;
    enum err e = trezor_read_struct_request(d, &name, m);

    if (e != OK)
        return e;
    if (is_name(&name, &typed->domain))
        trezor_write_struct_ack(payload, &typed->domain);
    else if (is_name(&name, &typed->message))
        trezor_write_struct_ack(payload, &typed->message);
    else
        return diag_set(d, ERR_DEVICE, "the device asks for a struct '%.*s', which there is not",
                        (int)(name.len < 64 ? name.len : 64), (const char *)name.data);
    return OK;
}

static enum err answer_value(struct diag *d, struct buf *payload, const struct trezor_message *m,
                             const struct typed_data *typed)
{
    const struct typed_struct *s = NULL;
    struct pb_list path;
    enum err e = trezor_read_value_request(d, &path, m);

    if (e != OK)
        return e;
    if (path.num == 2 && path.value[0] <= 1)
        s = path.value[0] == 0 ? &typed->domain : &typed->message;
    if (s == NULL || path.value[1] >= s->num_members)
        return diag_set(d, ERR_DEVICE, "the device asks for a value that there is not");
    trezor_write_value_ack(payload, &s->members[path.value[1]]);
    return OK;
}

/* Questions and answers until the signature is in m. */
static enum err serve(struct diag *d, struct trezor_session *s, struct trezor_message *m,
                      struct buf *payload, const struct typed_data *typed)
{
    static const uint16_t wanted[] = { TREZOR_TYPED_SIGNATURE, TREZOR_STRUCT_REQUEST,
                                       TREZOR_VALUE_REQUEST };
    uint16_t type = TREZOR_SIGN_TYPED_DATA;
    enum err e = OK;

    for (;;) {
        e = trezor_call(d, s, m, type, payload, wanted, sizeof(wanted) / sizeof(wanted[0]));
        if (e != OK || m->type == TREZOR_TYPED_SIGNATURE)
            return e;
        buf_clear(payload);
        if (m->type == TREZOR_STRUCT_REQUEST) {
            type = TREZOR_STRUCT_ACK;
            e = answer_struct(d, payload, m, typed);
        } else {
            type = TREZOR_VALUE_ACK;
            e = answer_value(d, payload, m, typed);
        }
        if (e != OK)
            return trezor_abort(d, s, e);
    }
}

static enum err ask_structure(struct diag *d, struct trezor_session *s, struct trezor_message *m,
                              const struct hd_path *path, const struct typed_data *typed)
{
    const bool shows_hash = device_version_at_least(&s->about.version, 2, 9, 1);
    struct hash32 message;
    struct buf payload;
    enum err e = check_lengths(d, &s->about, &typed->domain);

    if (e == OK)
        e = check_lengths(d, &s->about, &typed->message);
    if (e != OK)
        return e;
    buf_init(&payload, MAX_PAYLOAD);
    typed_struct_hash(&message, &typed->message);
    trezor_write_sign_typed_data(&payload, path, typed->message.name, shows_hash ? &message : NULL);
    e = serve(d, s, m, &payload, typed);
    buf_clear(&payload);
    return e;
}

static enum err ask_hashes(struct diag *d, struct trezor_session *s, struct trezor_message *m,
                           const struct hd_path *path, const struct typed_data *typed)
{
    static const uint16_t wanted[] = { TREZOR_TYPED_SIGNATURE };
    struct hash32 domain, message;
    struct buf payload;
    enum err e = ERR_INTERNAL;

    buf_init(&payload, MAX_PAYLOAD);
    typed_struct_hash(&domain, &typed->domain);
    typed_struct_hash(&message, &typed->message);
    trezor_write_sign_typed_hash(&payload, path, &domain, &message);
    e = trezor_call(d, s, m, TREZOR_SIGN_TYPED_HASH, &payload, wanted, 1);
    buf_clear(&payload);
    return e;
}

enum err trezor_sign_typed(struct diag *d, struct trezor_session *s, struct sig65 *out,
                           const struct hd_path *path, const struct address *owner,
                           const struct typed_data *typed)
{
    struct trezor_message m;
    struct address says;
    struct sig65 sig;
    enum err e = ERR_INTERNAL;

    *out = (struct sig65){ { 0 } };
    if ((e = check_version(d, &s->about)) != OK)
        return e;
    trezor_begin(s);
    trezor_message_init(&m);
    e = s->about.model == TREZOR_ONE ? ask_hashes(d, s, &m, path, typed)
                                     : ask_structure(d, s, &m, path, typed);
    if (e == OK)
        e = trezor_read_typed_signature(d, &sig, &says, &m);
    if (e == OK && !address_eq(&says, owner)) {
        diag_hint(d,
                  "start again: another passphrase is another account, and through Bridge another "
                  "program may have given one meanwhile");
        e = diag_set(d, ERR_DEVICE, "the device says that it signed with %s, expected %s",
                     address_format(&says).s, address_format(owner).s);
    }
    if (e == OK)
        *out = sig;
    trezor_message_clear(&m);
    return e;
}
