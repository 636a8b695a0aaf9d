// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/queue_fixture.h"

#include <criterion/criterion.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/u256.h"

#define NEED(call)                                        \
    do {                                                  \
        struct diag d = { 0 };                            \
        cr_assert_eq((call), OK, "%s: %s", #call, d.msg); \
    } while (0)

static const struct json *member(const struct json *j, const char *key)
{
    const struct json *value = json_get(j, key);

    cr_assert_not_null(value, "fixture without '%s'", key);
    return value;
}

void queue_fixture_load(struct queue_fixture *f)
{
    struct buf text;
    const struct json *owners = NULL;
    struct profile *p = &f->profile;

    *f = (struct queue_fixture){ 0 };
    buf_init(&text, 1024 * 1024);
    NEED(file_read(&d, &text, "fixtures/queue/cases.json"));
    NEED(json_parse(&d, &f->cases, text.data, text.len, "cases.json"));
    buf_clear(&text);
    NEED(json_read_u256(&d, &p->chain_id, f->cases, "chainId"));
    NEED(safe_version_parse(&d, &p->safe, json_string(member(f->cases, "version"))));
    p->safe.chain_id = p->chain_id;
    NEED(json_read_address(&d, &p->safe.safe, f->cases, "safe"));
    p->has_timelock = true;
    NEED(json_read_address(&d, &p->timelock, f->cases, "timelock"));
    owners = member(f->cases, "owners");
    for (size_t i = 0; i < 8; i++)
        NEED(address_parse(&d, &f->owners[i], json_string(json_at(owners, i))));
    NEED(json_read_address(&d, &f->delegate, f->cases, "delegate"));
    p->owners = f->owners;
    p->num_owners = 8;
    p->delegates = &f->delegate;
    p->num_delegates = 1;
    p->threshold = 2;
}

void queue_fixture_free(struct queue_fixture *f)
{
    json_free(f->cases);
    f->cases = NULL;
}

const struct json *queue_fixture_row(const struct queue_fixture *f, const char *name)
{
    const struct json *rows = member(f->cases, "transactions");

    for (size_t i = 0; i < json_len(rows); i++) {
        if (strcmp(json_string(member(json_at(rows, i), "name")), name) == 0)
            return json_at(rows, i);
    }
    cr_assert_fail("no row '%s'", name);
    return NULL;
}

struct hash32 queue_fixture_hash(const struct json *row)
{
    struct hash32 hash;

    NEED(json_read_hash(&d, &hash, row, "safeTxHash"));
    return hash;
}

static void read_tx(struct safe_tx *tx, const struct json *row)
{
    const struct json *j = member(row, "tx");
    uint64_t operation = 0;
    struct buf data;

    buf_init(&data, LIMIT_CALLDATA_BYTES);
    NEED(json_read_address(&d, &tx->to, j, "to"));
    NEED(json_read_u256(&d, &tx->value, j, "value"));
    NEED(json_read_bytes(&d, &data, j, "data"));
    NEED(safe_tx_set_data(&d, tx, data.data, data.len));
    NEED(json_read_u64(&d, &operation, j, "operation"));
    tx->operation = (enum safe_operation)operation;
    NEED(json_read_u256(&d, &tx->base_gas, j, "baseGas"));
    NEED(json_read_u256(&d, &tx->gas_price, j, "gasPrice"));
    NEED(json_read_u256(&d, &tx->nonce, j, "nonce"));
    buf_clear(&data);
}

void queue_fixture_proposal(struct proposal *out, const struct queue_fixture *f,
                            const struct json *row)
{
    *out = (struct proposal){ .step = STEP_DIRECT, .created_s = 1790000000 };
    out->domain = f->profile.safe;
    read_tx(&out->tx, row);
    NEED(safe_tx_hash(&d, &out->claimed, &out->tx, &out->domain));
}

const char *queue_fixture_signature(const struct json *row, size_t who, const char *form)
{
    const struct json *s = who < 8 ? json_at(member(row, "owners"), who)
                                   : member(row, who == 8 ? "delegate" : "outsider");

    return json_string(member(s, form));
}

void queue_fixture_sign(struct proposal *p, const struct json *row, size_t who, const char *form)
{
    const struct json *s = who < 8 ? json_at(member(row, "owners"), who)
                                   : member(row, who == 8 ? "delegate" : "outsider");
    struct address signer;
    struct buf bytes;

    buf_init(&bytes, LIMIT_SIGNATURE_BYTES);
    NEED(json_read_address(&d, &signer, s, "signer"));
    NEED(hex_decode_0x_buf(&d, &bytes, queue_fixture_signature(row, who, form)));
    NEED(proposal_add_signature(&d, p, &signer, strcmp(form, "eoa") == 0 ? "EOA" : "ETH_SIGN",
                                bytes.data, bytes.len));
    buf_clear(&bytes);
}

struct json *queue_fixture_service_row(const struct queue_fixture *f, const struct json *row)
{
    struct json *out = json_copy(member(row, "tx"));

    json_set(out, "safe", json_copy(member(f->cases, "safe")));
    json_set(out, "safeTxHash", json_copy(member(row, "safeTxHash")));
    json_set_bool(out, "trusted", true);
    json_set_bool(out, "isExecuted", false);
    json_set_string(out, "submissionDate", "2026-11-20T08:00:00.123456Z");
    json_set_string(out, "aFieldOfTomorrow", "ignored");
    json_set_null(out, "signatures");
    json_set(out, "confirmations", json_new_array());
    return out;
}

void queue_fixture_confirm(struct json *service_row, const char *owner, const char *signature)
{
    struct json *list = json_new_array();
    struct json *one = json_new_object();
    const struct json *old = json_get(service_row, "confirmations");

    for (size_t i = 0; i < json_len(old); i++)
        json_append(list, json_copy(json_at(old, i)));
    json_set_string(one, "owner", owner);
    json_set_string(one, "signature", signature);
    json_set_string(one, "signatureType", "EOA");
    json_append(list, one);
    json_set(service_row, "confirmations", list);
}
