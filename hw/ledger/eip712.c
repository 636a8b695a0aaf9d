// SPDX-License-Identifier: Apache-2.0
#include "hw/ledger/eip712.h"

#include <assert.h>
#include <string.h>

#include "hw/ledger/app.h"
#include "hw/ledger/status.h"

#define CLA            0xe0
#define INS_SIGN       0x0c
#define INS_DEFINITION 0x1a
#define INS_VALUE      0x1c
#define P1_MORE        0x01 /* the value goes on in the next command */
#define P2_NAME        0x00
#define P2_NOTHING     0x01 /* of a definition: unknown to every version */
#define P2_FIELD       0xff
#define P2_HASHES      0x00
#define P2_FIELDS      0x01

#define TAKE_BACK_MS 1000

#define MAX_DATA 255
/* A value's length goes into two bytes. */
#define MAX_VALUE 65535

#define TYPE_HAS_SIZE 0x40
#define TYPE_UINT     2
#define TYPE_ADDRESS  3
#define TYPE_STRING   5
#define TYPE_BYTES    7

struct session {
    struct ledger_link *link;
    const struct device_setup *setup;
    struct hw_budget budget;
};

enum err ledger_signature_parse(struct diag *d, struct sig65 *out, const uint8_t *data,
                                size_t data_len)
{
    struct sig65 sig = { { 0 } };
    struct reader r;

    *out = sig;
    reader_init(&r, data, data_len);
    if (!reader_u8(&r, &sig.b[64]) || !reader_bytes(&r, sig.b, 64) || !reader_end(&r))
        return diag_set(d, ERR_DEVICE,
                        "the Ledger's answer is no signature: %zu bytes, expected 65", data_len);
    *out = sig;
    return OK;
}

/* v as EIP-712 answers have it. */
static enum err parse_signature(struct diag *d, struct sig65 *out,
                                const struct ledger_answer *answer)
{
    enum err e = ledger_signature_parse(d, out, answer->data, answer->data_len);

    if (e == OK && out->b[64] != 27 && out->b[64] != 28) {
        e = diag_set(d, ERR_DEVICE, "the Ledger's signature has v %u, expected 27 or 28",
                     out->b[64]);
        *out = (struct sig65){ { 0 } };
    }
    return e;
}

/* A command that is answered with nothing but a status word. */
static enum err tell(struct diag *d, struct session *s, const struct ledger_command *command)
{
    struct ledger_answer answer;
    enum err e = ledger_exchange(d, s->link, &answer, command, &s->budget);

    if (e == OK)
        e = ledger_status_check(d, answer.status, LEDGER_SIGNING_FIELDS, s->setup);
    if (e == OK && answer.data_len != 0)
        e = diag_set(d, ERR_DEVICE, "the Ledger answered with %zu bytes, expected none",
                     answer.data_len);
    return e;
}

static enum err tell_name(struct diag *d, struct session *s, uint8_t ins, const char *name)
{
    return tell(d, s,
                &(struct ledger_command){ .cla = CLA,
                                          .ins = ins,
                                          .p2 = P2_NAME,
                                          .data = (const uint8_t *)name,
                                          .data_len = strlen(name) });
}

/* --- definitions ------------------------------------------------------------------------------ */

static enum err define_member(struct diag *d, struct session *s, const struct typed_member *m)
{
    static const uint8_t types[] = { [TYPED_UINT] = TYPE_HAS_SIZE | TYPE_UINT,
                                     [TYPED_ADDRESS] = TYPE_ADDRESS,
                                     [TYPED_BYTES] = TYPE_BYTES,
                                     [TYPED_STRING] = TYPE_STRING };
    size_t name_len = strlen(m->name);
    struct buf data;
    enum err e = ERR_INTERNAL;

    buf_init(&data, MAX_DATA);
    buf_add_u8(&data, types[m->kind]);
    if (m->kind == TYPED_UINT)
        buf_add_u8(&data, m->size);
    buf_add_u8(&data, (uint8_t)name_len);
    buf_add(&data, m->name, name_len);
    if ((e = buf_check(d, &data, "definition of a field")) == OK)
        e = tell(d, s,
                 &(struct ledger_command){ .cla = CLA,
                                           .ins = INS_DEFINITION,
                                           .p2 = P2_FIELD,
                                           .data = data.data,
                                           .data_len = data.len });
    buf_clear(&data);
    return e;
}

static enum err define_struct(struct diag *d, struct session *s, const struct typed_struct *t)
{
    enum err e = tell_name(d, s, INS_DEFINITION, t->name);

    for (size_t i = 0; i < t->num_members && e == OK; i++)
        e = define_member(d, s, &t->members[i]);
    return e;
}

/* --- values ----------------------------------------------------------------------------------- */

static enum err send_value(struct diag *d, struct session *s, const uint8_t *value,
                           size_t value_len)
{
    uint8_t data[MAX_DATA] = { (uint8_t)(value_len >> 8), (uint8_t)value_len };
    size_t used = 2;

    assert(value_len <= MAX_VALUE);
    for (;;) {
        size_t n = value_len < sizeof(data) - used ? value_len : sizeof(data) - used;
        bool more = n < value_len;
        enum err e = ERR_INTERNAL;

        if (n > 0)
            memcpy(data + used, value, n);
        e = tell(d, s,
                 &(struct ledger_command){ .cla = CLA,
                                           .ins = INS_VALUE,
                                           .p1 = more ? P1_MORE : 0,
                                           .p2 = P2_FIELD,
                                           .data = data,
                                           .data_len = used + n });
        if (e != OK || !more)
            return e;
        value += n;
        value_len -= n;
        used = 0;
    }
}

/* Integers without leading zeros; zero is one byte. */
static enum err send_number(struct diag *d, struct session *s, const struct u256 *number)
{
    size_t zeros = 0;

    while (zeros < sizeof(number->be) - 1 && number->be[zeros] == 0)
        zeros++;
    return send_value(d, s, number->be + zeros, sizeof(number->be) - zeros);
}

static enum err send_member(struct diag *d, struct session *s, const struct typed_member *m)
{
    if (m->kind == TYPED_UINT)
        return send_number(d, s, &m->number);
    if (m->kind == TYPED_ADDRESS)
        return send_value(d, s, m->address.b, sizeof(m->address.b));
    return send_value(d, s, m->data, m->data_len);
}

static enum err send_struct(struct diag *d, struct session *s, const struct typed_struct *t)
{
    enum err e = tell_name(d, s, INS_VALUE, t->name);

    for (size_t i = 0; i < t->num_members && e == OK; i++)
        e = send_member(d, s, &t->members[i]);
    return e;
}

/* Before anything is sent: old versions of the app show each value as it comes, and nobody reads
 * half a message for nothing. */
static enum err check_lengths(struct diag *d, const struct typed_struct *t)
{
    for (size_t i = 0; i < t->num_members; i++) {
        const struct typed_member *m = &t->members[i];

        if (m->data_len <= MAX_VALUE)
            continue;
        diag_hint(d, "--hash-mode signs it by its hashes");
        return diag_set(d, ERR_LIMIT,
                        "field '%s': a Ledger takes values of at most %d bytes, this has %zu",
                        m->name, MAX_VALUE, m->data_len);
    }
    return OK;
}

/* --- signing ---------------------------------------------------------------------------------- */

static const struct ledger_command no_command = { .cla = CLA,
                                                  .ins = INS_DEFINITION,
                                                  .p2 = P2_NOTHING };

/* The status word is an error by intention; whatever else is wrong shows with the next command. */
static enum err forget(struct diag *d, struct session *s)
{
    struct ledger_answer answer;

    return ledger_exchange(d, s->link, &answer, &no_command, &s->budget);
}

bool ledger_take_back(struct ledger_link *link)
{
    struct hw_budget b = hw_budget_ms(TAKE_BACK_MS);
    struct diag ignored = { 0 };
    struct ledger_answer answer;
    enum err e = ERR_INTERNAL;

    link->broken = false;
    e = ledger_exchange(&ignored, link, &answer, &no_command, &b);
    while (e != ERR_DEVICE) {
        if (e == OK && (answer.status == 0x6a00 || answer.status == 0x6b00)) {
            link->broken = false;
            return true;
        }
        /* The answer of the request itself, or a slice of waiting that Ctrl-C has cut short. */
        if (hw_budget_left_ms(&b) == 0)
            break;
        e = ledger_receive(&ignored, link, &answer, &b);
    }
    link->broken = true;
    return false;
}

static enum err sign(struct diag *d, struct session *s, struct sig65 *out, uint8_t p2,
                     const uint8_t *data, size_t data_len)
{
    struct ledger_answer answer;
    enum err e = ledger_exchange(
        d, s->link, &answer,
        &(struct ledger_command){
            .cla = CLA, .ins = INS_SIGN, .p2 = p2, .data = data, .data_len = data_len },
        &s->budget);

    if (e == OK)
        e = ledger_status_check(d, answer.status,
                                p2 == P2_HASHES ? LEDGER_SIGNING_HASHES : LEDGER_SIGNING_FIELDS,
                                s->setup);
    return e == OK ? parse_signature(d, out, &answer) : e;
}

enum err ledger_eip712_sign(struct diag *d, struct ledger_link *link, struct sig65 *out,
                            const struct hd_path *path, const struct typed_data *typed,
                            const struct device_setup *setup)
{
    struct session s = { .link = link, .setup = setup, .budget = hw_budget_ms(HW_PERSON_MS) };
    uint8_t data[LEDGER_PATH_BYTES + 64];
    size_t path_len = ledger_path_encode(data, path);
    struct hash32 domain, message;
    enum err e = ERR_INTERNAL;

    *out = (struct sig65){ { 0 } };
    if (setup->hash_mode) {
        typed_struct_hash(&domain, &typed->domain);
        typed_struct_hash(&message, &typed->message);
        memcpy(data + path_len, domain.b, sizeof(domain.b));
        memcpy(data + path_len + 32, message.b, sizeof(message.b));
        return sign(d, &s, out, P2_HASHES, data, path_len + 64);
    }
    if ((e = check_lengths(d, &typed->domain)) != OK ||
        (e = check_lengths(d, &typed->message)) != OK || (e = forget(d, &s)) != OK ||
        (e = define_struct(d, &s, &typed->domain)) != OK ||
        (e = define_struct(d, &s, &typed->message)) != OK ||
        (e = send_struct(d, &s, &typed->domain)) != OK ||
        (e = send_struct(d, &s, &typed->message)) != OK)
        return e;
    return sign(d, &s, out, P2_FIELDS, data, path_len);
}
