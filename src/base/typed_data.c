// SPDX-License-Identifier: Apache-2.0
#include "src/base/typed_data.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "src/base/eip712.h"
#include "src/base/json.h"
#include "src/base/keccak.h"
#include "src/base/u256.h"

#define TYPE_TEXT_MAX 512

static struct typed_member *add(struct typed_struct *s, const char *name, enum typed_kind kind)
{
    struct typed_member *m = &s->members[s->num_members];

    assert(s->num_members < TYPED_MAX_MEMBERS);
    *m = (struct typed_member){ .name = name, .kind = kind };
    s->num_members++;
    return m;
}

void typed_add_uint(struct typed_struct *s, const char *name, uint8_t size,
                    const struct u256 *number)
{
    struct typed_member *m = add(s, name, TYPED_UINT);

    assert(size >= 1 && size <= sizeof(number->be));
    assert(bytes_is_zero(number->be, sizeof(number->be) - size));
    m->size = size;
    m->number = *number;
}

void typed_add_address(struct typed_struct *s, const char *name, const struct address *address)
{
    add(s, name, TYPED_ADDRESS)->address = *address;
}

void typed_add_bytes(struct typed_struct *s, const char *name, const uint8_t *data, size_t data_len)
{
    struct typed_member *m = add(s, name, TYPED_BYTES);

    m->data = data;
    m->data_len = data_len;
}

void typed_add_string(struct typed_struct *s, const char *name, const char *text)
{
    struct typed_member *m = add(s, name, TYPED_STRING);

    m->data = (const uint8_t *)text;
    m->data_len = strlen(text);
}

struct typed_name typed_member_type(const struct typed_member *m)
{
    static const char *const names[] = { "uint", "address", "bytes", "string" };
    struct typed_name out = { "" };

    if (m->kind == TYPED_UINT)
        (void)snprintf(out.s, sizeof(out.s), "uint%u", m->size * 8U);
    else
        (void)snprintf(out.s, sizeof(out.s), "%s", names[m->kind]);
    return out;
}

/* encodeType: "Name(type1 name1,type2 name2)". */
static void type_hash(struct hash32 *out, const struct typed_struct *s)
{
    struct buf text;

    buf_init(&text, TYPE_TEXT_MAX);
    buf_addf(&text, "%s(", s->name);
    for (size_t i = 0; i < s->num_members; i++)
        buf_addf(&text, "%s%s %s", i > 0 ? "," : "", typed_member_type(&s->members[i]).s,
                 s->members[i].name);
    buf_add_str(&text, ")");
    assert(buf_ok(&text));
    keccak256(out, text.data, text.len);
    buf_clear(&text);
}

void typed_struct_hash(struct hash32 *out, const struct typed_struct *s)
{
    struct eip712_struct words;
    struct hash32 type;

    type_hash(&type, s);
    eip712_init(&words, &type);
    for (size_t i = 0; i < s->num_members; i++) {
        const struct typed_member *m = &s->members[i];

        if (m->kind == TYPED_UINT)
            eip712_add_u256(&words, &m->number);
        else if (m->kind == TYPED_ADDRESS)
            eip712_add_address(&words, &m->address);
        else
            eip712_add_dynamic(&words, m->data, m->data_len);
    }
    eip712_hash(out, &words);
}

void typed_data_digest(struct hash32 *out, const struct typed_data *t)
{
    struct hash32 domain, message;

    typed_struct_hash(&domain, &t->domain);
    typed_struct_hash(&message, &t->message);
    eip712_digest(out, &domain, &message);
}

static void set_number(struct json *j, const struct typed_member *m)
{
    const uint64_t max_exact = (1ULL << 53) - 1;
    uint64_t small = 0;

    if ((m->size <= 4 || strcmp(m->name, "chainId") == 0) && u256_to_u64(&m->number, &small) &&
        small <= max_exact)
        json_set_int(j, m->name, (int64_t)small);
    else
        json_set_u256(j, m->name, &m->number);
}

static struct json *values_to_json(const struct typed_struct *s)
{
    struct json *j = json_new_object();

    for (size_t i = 0; i < s->num_members; i++) {
        const struct typed_member *m = &s->members[i];

        if (m->kind == TYPED_UINT)
            set_number(j, m);
        else if (m->kind == TYPED_ADDRESS)
            json_set_address(j, m->name, &m->address);
        else if (m->kind == TYPED_BYTES)
            json_set_bytes(j, m->name, m->data, m->data_len);
        else
            json_set_string(j, m->name, (const char *)m->data);
    }
    return j;
}

static struct json *definition_to_json(const struct typed_struct *s)
{
    struct json *list = json_new_array();

    for (size_t i = 0; i < s->num_members; i++) {
        struct json *j = json_new_object();

        json_set_string(j, "name", s->members[i].name);
        json_set_string(j, "type", typed_member_type(&s->members[i]).s);
        json_append(list, j);
    }
    return list;
}

struct json *typed_data_to_json(const struct typed_data *t)
{
    struct json *j = json_new_object();
    struct json *types = json_new_object();

    json_set(types, t->domain.name, definition_to_json(&t->domain));
    json_set(types, t->message.name, definition_to_json(&t->message));
    json_set(j, "types", types);
    json_set_string(j, "primaryType", t->message.name);
    json_set(j, "domain", values_to_json(&t->domain));
    json_set(j, "message", values_to_json(&t->message));
    return j;
}
