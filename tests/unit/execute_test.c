// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "safe/execute.h"
#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/keccak.h"
#include "src/base/limits.h"
#include "src/base/secp.h"
#include "src/base/u256.h"

static struct json *load(const char *path)
{
    struct diag d = { 0 };
    struct json *j = NULL;
    struct buf text;

    buf_init(&text, 1024 * 1024);
    cr_assert_eq(file_read(&d, &text, path), OK, "%s", d.msg);
    cr_assert_eq(json_parse(&d, &j, text.data, text.len, path), OK, "%s", d.msg);
    buf_clear(&text);
    return j;
}

/* data is filled with dataUnit, dataUnits times. */
static void read_tx(struct eth_tx *tx, struct buf *data, const struct json *row)
{
    struct diag d = { 0 };
    const char *unit = NULL;
    uint8_t bytes[2];
    uint64_t units = 0;

    *tx = (struct eth_tx){ 0 };
    cr_assert(json_read_u256(&d, &tx->chain_id, row, "chainId") == OK &&
                  json_read_u64(&d, &tx->nonce, row, "nonce") == OK &&
                  json_read_u256(&d, &tx->max_priority_fee, row, "maxPriorityFee") == OK &&
                  json_read_u256(&d, &tx->max_fee, row, "maxFee") == OK &&
                  json_read_u64(&d, &tx->gas_limit, row, "gasLimit") == OK &&
                  json_read_address(&d, &tx->to, row, "to") == OK &&
                  json_read_u256(&d, &tx->value, row, "value") == OK &&
                  json_read_string(&d, &unit, row, "dataUnit") == OK &&
                  json_read_u64(&d, &units, row, "dataUnits") == OK,
              "%s", d.msg);
    cr_assert(hex_decode(bytes, strlen(unit) / 2, unit, strlen(unit)));
    buf_init(data, LIMIT_CALLDATA_BYTES);
    for (uint64_t i = 0; i < units; i++)
        buf_add(data, bytes, strlen(unit) / 2);
    tx->data = data->data;
    tx->data_len = data->len;
}

static void check_signed(const struct json *row, const struct buf *got, const char *name)
{
    struct diag d = { 0 };
    const struct json *want = NULL;
    struct hash32 hash, want_hash;
    struct buf bytes;

    cr_assert_eq(json_read_object(&d, &want, row, "signed"), OK, "%s", d.msg);
    if (json_get(want, "keccak") != NULL) {
        cr_assert_eq(json_read_hash(&d, &want_hash, want, "keccak"), OK, "%s", d.msg);
        keccak256(&hash, got->data, got->len);
        cr_expect(hash32_eq(&hash, &want_hash), "%s", name);
        return;
    }
    buf_init(&bytes, 1024 * 1024);
    cr_assert_eq(json_read_bytes(&d, &bytes, want, "hex"), OK, "%s", d.msg);
    cr_expect(got->len == bytes.len && memcmp(got->data, bytes.data, bytes.len) == 0, "%s", name);
    buf_clear(&bytes);
}

Test(execute, transactions_of_ethers)
{
    struct json *rows = load("fixtures/execute/transactions.json");
    struct seckey key;
    struct hash32 seed;

    keccak256(&seed, "execute fixture", strlen("execute fixture"));
    memcpy(key.b, seed.b, sizeof(key.b));
    cr_assert_gt(json_len(rows), 0);
    for (size_t i = 0; i < json_len(rows); i++) {
        const struct json *row = json_at(rows, i);
        const char *name = json_string(json_get(row, "name"));
        struct diag d = { 0 };
        struct eth_tx tx;
        struct buf data, sig_bytes, raw;
        struct hash32 digest, want;
        struct sig65 sig;

        read_tx(&tx, &data, row);
        buf_init(&sig_bytes, 65);
        buf_init(&raw, 1024 * 1024);
        cr_assert_eq(json_read_hash(&d, &want, row, "digest"), OK, "%s", d.msg);
        cr_expect_eq(eth_tx_digest(&d, &digest, &tx), OK, "%s: %s", name, d.msg);
        cr_expect(hash32_eq(&digest, &want), "%s", name);
        cr_assert_eq(json_read_bytes(&d, &sig_bytes, row, "signature"), OK, "%s", d.msg);
        cr_assert_eq(sig_bytes.len, 65);
        cr_expect_eq(secp_sign(&d, &sig, &digest, &key), OK, "%s: %s", name, d.msg);
        cr_expect_arr_eq(sig.b, sig_bytes.data, 65, "%s", name);
        cr_expect_eq(eth_tx_encode(&d, &raw, &tx, &sig), OK, "%s: %s", name, d.msg);
        check_signed(row, &raw, name);
        buf_clear(&data);
        buf_clear(&sig_bytes);
        buf_clear(&raw);
    }
    json_free(rows);
}

Test(execute, refuses_a_raw_recovery_id)
{
    static const uint8_t vs[] = { 0, 1, 26, 29, 31, 255 };
    struct eth_tx tx = { 0 };

    for (size_t i = 0; i < sizeof(vs); i++) {
        struct diag d = { 0 };
        struct sig65 sig = { { [64] = vs[i] } };
        struct buf raw;

        buf_init(&raw, 1024);
        cr_expect_eq(eth_tx_encode(&d, &raw, &tx, &sig), ERR_FORMAT, "v %u", vs[i]);
        cr_expect_eq(raw.len, 0);
        buf_clear(&raw);
    }
}

/* Three owners with test keys 1, 2, 3, and a proposal that carries signatures. */
struct world {
    struct seckey keys[4]; /* the last is no owner */
    struct address who[4];
    struct hash32 hash;
    struct proposal p;
    struct proposal_signature sigs[8];
    uint8_t bytes[8][256];
};

static void world_init(struct world *w)
{
    struct diag d = { 0 };

    *w = (struct world){ 0 };
    w->hash.b[0] = 0xaa;
    w->p.signatures = w->sigs;
    for (size_t i = 0; i < 4; i++) {
        w->keys[i].b[31] = (uint8_t)(i + 1);
        cr_assert_eq(secp_address(&d, &w->who[i], &w->keys[i]), OK);
    }
}

static struct proposal_signature *add_bytes(struct world *w, size_t claimed, const uint8_t *data,
                                            size_t data_len)
{
    size_t n = w->p.num_signatures++;

    cr_assert_lt(n, 8);
    cr_assert_leq(data_len, sizeof(w->bytes[n]));
    memcpy(w->bytes[n], data, data_len);
    w->sigs[n] = (struct proposal_signature){ .signer = w->who[claimed],
                                              .data = w->bytes[n],
                                              .data_len = data_len };
    return &w->sigs[n];
}

static struct proposal_signature *add_signature(struct world *w, size_t signer, size_t claimed)
{
    struct diag d = { 0 };
    struct sig65 sig;

    cr_assert_eq(secp_sign(&d, &sig, &w->hash, &w->keys[signer]), OK);
    return add_bytes(w, claimed, sig.b, sizeof(sig.b));
}

static enum err pack(struct world *w, struct buf *out, uint64_t threshold, const size_t *sender)
{
    struct diag d = { 0 };

    buf_init(out, 4096);
    return execute_pack_signatures(&d, out, &w->p, &w->hash, w->who, 3, threshold,
                                   sender != NULL ? &w->who[*sender] : NULL);
}

/* Owners of static parts 0 and 1 are in rising order and recover. */
static void check_blob(const struct world *w, const struct buf *blob, size_t num_sigs)
{
    struct address last = { { 0 } };

    cr_assert_eq(blob->len, 65 * num_sigs);
    for (size_t i = 0; i < num_sigs; i++) {
        struct diag d = { 0 };
        struct signature sig;

        cr_assert_eq(signature_parse(&d, &sig, &w->hash, blob->data + 65 * i, 65), OK, "%s", d.msg);
        cr_expect_gt(address_cmp(&sig.signer, &last), 0);
        last = sig.signer;
        signature_clear(&sig);
    }
}

Test(execute, too_few_signatures)
{
    struct world w;
    struct buf blob;
    uint8_t broken[65] = { 0 };

    world_init(&w);
    cr_expect_eq(pack(&w, &blob, 1, NULL), ERR_MISMATCH, "none");
    add_signature(&w, 0, 0);
    cr_expect_eq(pack(&w, &blob, 2, NULL), ERR_MISMATCH, "one of two");
    add_signature(&w, 3, 3);
    cr_expect_eq(pack(&w, &blob, 2, NULL), ERR_MISMATCH, "a stranger's");
    add_signature(&w, 3, 1);
    cr_expect_eq(pack(&w, &blob, 2, NULL), ERR_MISMATCH, "a stranger's in an owner's name");
    add_signature(&w, 0, 0);
    cr_expect_eq(pack(&w, &blob, 2, NULL), ERR_MISMATCH, "the same owner twice");
    broken[64] = 27;
    add_bytes(&w, 1, broken, sizeof(broken));
    cr_expect_eq(pack(&w, &blob, 2, NULL), ERR_MISMATCH, "one that does not recover");
    add_signature(&w, 1, 1)->data[0] ^= 1;
    cr_expect_eq(pack(&w, &blob, 2, NULL), ERR_MISMATCH, "one over another hash");
    cr_expect_eq(pack(&w, &blob, 0, NULL), ERR_FORMAT, "threshold 0");
    cr_expect_eq(pack(&w, &blob, 4, NULL), ERR_FORMAT, "threshold above owners");
    cr_expect_eq(blob.len, 0);
}

Test(execute, packs_in_the_order_of_owners)
{
    struct world w;
    struct buf blob;

    world_init(&w);
    add_signature(&w, 3, 3);
    add_signature(&w, 2, 2);
    add_signature(&w, 0, 0);
    add_signature(&w, 1, 1);
    for (uint64_t threshold = 1; threshold <= 3; threshold++) {
        cr_assert_eq(pack(&w, &blob, threshold, NULL), OK);
        check_blob(&w, &blob, threshold);
        buf_clear(&blob);
    }
}

Test(execute, sender_needs_no_signature)
{
    struct world w;
    struct buf blob;
    size_t owner = 1, stranger = 3;

    world_init(&w);
    add_signature(&w, 0, 0);
    cr_expect_eq(pack(&w, &blob, 2, &stranger), ERR_MISMATCH);
    cr_assert_eq(pack(&w, &blob, 2, &owner), OK);
    check_blob(&w, &blob, 2);
    buf_clear(&blob);
}

/* A signature that proves itself is taken before one that only names an owner. */
Test(execute, prefers_signatures_that_prove_themselves)
{
    struct world w;
    struct buf blob, bytes;
    struct signature approved;

    world_init(&w);
    buf_init(&bytes, 65);
    signature_approved(&approved, &w.who[2]);
    signature_write(&bytes, &approved);
    add_bytes(&w, 2, bytes.data, bytes.len);
    add_signature(&w, 0, 0);
    add_signature(&w, 1, 1);
    cr_assert_eq(pack(&w, &blob, 2, NULL), OK);
    cr_expect_gt(blob.data[64], 26);
    cr_expect_gt(blob.data[129], 26);
    buf_clear(&blob);
    cr_assert_eq(pack(&w, &blob, 3, NULL), OK);
    check_blob(&w, &blob, 3);
    buf_clear(&blob);
    buf_clear(&bytes);
}

#define SUCCESS "0x442e715f626346e8c54381002da614f62bee8d27386535b2521ec8540898556e"
#define FAILURE "0x23428b18acfb3ea64b08dc0c1d296ea9c09702c09083ca5272e64d115b687d23"
#define OURS    "0x1111111111111111111111111111111111111111111111111111111111111111"
#define OTHER   "0x2222222222222222222222222222222222222222222222222222222222222222"

/* 1.3.0: the hash in the data; 1.4.1: in topics[1]. */
enum layout { IN_DATA, IN_TOPIC, IN_BOTH, NO_HASH };

static const struct {
    const char *name;
    bool status;
    uint8_t by; /* last byte of the emitting address; the Safe is 5 */
    const char *topic0;
    const char *hash;
    enum layout layout;
    enum exec_outcome want;
} outcomes[] = {
    { "reverted", false, 5, SUCCESS, OURS, IN_DATA, EXEC_REVERTED },
    { "another contract", true, 6, SUCCESS, OURS, IN_DATA, EXEC_NO_EVENT },
    { "another hash in data", true, 5, SUCCESS, OTHER, IN_DATA, EXEC_NO_EVENT },
    { "another hash in a topic", true, 5, SUCCESS, OTHER, IN_TOPIC, EXEC_NO_EVENT },
    { "another event", true, 5, OTHER, OURS, IN_TOPIC, EXEC_NO_EVENT },
    { "no hash", true, 5, SUCCESS, OURS, NO_HASH, EXEC_NO_EVENT },
    { "a layout that no version has", true, 5, SUCCESS, OURS, IN_BOTH, EXEC_NO_EVENT },
    { "failure, 1.3.0", true, 5, FAILURE, OURS, IN_DATA, EXEC_FAILURE },
    { "failure, 1.4.1", true, 5, FAILURE, OURS, IN_TOPIC, EXEC_FAILURE },
    { "success, 1.3.0", true, 5, SUCCESS, OURS, IN_DATA, EXEC_SUCCESS },
    { "success, 1.4.1", true, 5, SUCCESS, OURS, IN_TOPIC, EXEC_SUCCESS },
};

static void make_log(struct chain_log *log, uint8_t data[64], size_t row)
{
    enum layout layout = outcomes[row].layout;
    struct diag d = { 0 };
    struct hash32 hash;

    *log = (struct chain_log){ .address = { { [19] = outcomes[row].by } }, .num_topics = 1 };
    cr_assert_eq(hash32_parse(&d, &log->topics[0], outcomes[row].topic0), OK);
    cr_assert_eq(hash32_parse(&d, &hash, outcomes[row].hash), OK);
    memset(data, 0, 64);
    memcpy(data, hash.b, sizeof(hash.b));
    log->data = data;
    log->data_len = layout == IN_DATA || layout == IN_BOTH ? 64 : 32;
    if (layout == IN_TOPIC || layout == IN_BOTH)
        log->topics[log->num_topics++] = hash;
}

Test(execute, outcome_of_receipts)
{
    struct address safe = { { [19] = 5 } };
    struct diag d = { 0 };
    struct hash32 ours;

    cr_assert_eq(hash32_parse(&d, &ours, OURS), OK);
    for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
        uint8_t data[64];
        struct chain_log log;
        struct chain_receipt r = { .status = outcomes[i].status, .logs = &log, .num_logs = 1 };

        make_log(&log, data, i);
        cr_expect_eq(execute_outcome(&r, &safe, &ours), outcomes[i].want, "%s", outcomes[i].name);
    }
}

Test(execute, failure_beside_success_is_failure)
{
    struct address safe = { { [19] = 5 } };
    uint8_t data[2][64];
    struct chain_log logs[2];
    struct chain_receipt r = { .status = true, .logs = logs, .num_logs = 2 };
    struct diag d = { 0 };
    struct hash32 ours;

    cr_assert_eq(hash32_parse(&d, &ours, OURS), OK);
    make_log(&logs[0], data[0], 9);
    make_log(&logs[1], data[1], 7);
    cr_expect_eq(execute_outcome(&r, &safe, &ours), EXEC_FAILURE);
    r.num_logs = 0;
    cr_expect_eq(execute_outcome(&r, &safe, &ours), EXEC_NO_EVENT);
}
