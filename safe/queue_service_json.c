// SPDX-License-Identifier: Apache-2.0
/* What the Safe Transaction Service (API v2) says and is told; docs/formats/signatures.md. */
#include <string.h>

#include "safe/queue_internal.h"
#include "safe/safe_tx_json.h"
#include "src/base/address.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/limits.h"

#define MAX_WORDS_BYTES 400 /* of the service's explanation that are shown */
#define MAX_BODY_BYTES  ((size_t)2 * LIMIT_CALLDATA_BYTES + (size_t)4 * LIMIT_SIGNATURE_BYTES)
#define MAX_ORIGIN      200 /* the service's limit */
#define MAX_HEX_SHOWN   66  /* a hash is shown whole; signatures and calldata are not */

/* --- transactions --------------------------------------------------------------------------- */

static enum err add_confirmation(struct diag *d, struct queue *q, struct queue_entry *e,
                                 const struct json *row)
{
    struct hash32_text hash = hash32_format(&e->proposal.claimed.safe_tx);
    struct diag why = { 0 };
    struct address owner;
    struct buf sig;
    enum err result = OK;

    buf_init(&sig, LIMIT_SIGNATURE_BYTES);
    if (json_read_address(&why, &owner, row, "owner") != OK ||
        json_read_bytes(&why, &sig, row, "signature") != OK) {
        queue_warn(q, "%s: a confirmation left out: %.256s", hash.s, why.msg);
        e->num_bad_signatures++;
    } else {
        result = queue_entry_add_signature(d, q, e, &owner, sig.data, sig.len);
    }
    buf_clear(&sig);
    return result;
}

static enum err read_confirmations(struct diag *d, struct queue *q, struct queue_entry *e,
                                   const struct json *row)
{
    const struct json *list = json_get(row, "confirmations");
    enum err result = OK;

    if (list == NULL || json_type(list) == JSON_NULL)
        return OK;
    if (json_type(list) != JSON_ARRAY)
        return diag_set(d, ERR_FORMAT, "'confirmations': expected an array");
    if (json_len(list) > LIMIT_SIGNATURES)
        return diag_set(d, ERR_LIMIT, "'confirmations': more than %d", LIMIT_SIGNATURES);
    for (size_t i = 0; result == OK && i < json_len(list); i++)
        result = add_confirmation(d, q, e, json_at(list, i));
    return result;
}

/* "2026-11-21T08:00:00.123456Z" without its fraction; 0, which no expiry accepts, if it is not. */
static uint64_t submission_time(const struct json *row)
{
    const char *text = json_string(json_get(row, "submissionDate"));
    char whole[21] = { 0 };
    struct diag ignored = { 0 };
    uint64_t time_s = 0;

    if (text == NULL || strlen(text) < 20)
        return 0;
    memcpy(whole, text, 19);
    whole[19] = 'Z';
    return clock_parse(&ignored, &time_s, whole) == OK ? time_s : 0;
}

/*
 * The members that say what is signed. A later release of the service may say more beside them, and
 * a proposer may have left an address out, which stands for zero.
 */
static struct json *signed_members(const struct json *row)
{
    static const char *const keys[] = { "safe",           "to",        "value",
                                        "data",           "operation", "safeTxGas",
                                        "baseGas",        "gasPrice",  "gasToken",
                                        "refundReceiver", "nonce",     "safeTxHash" };
    static const struct address zero;
    struct json *out = json_new_object();

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const struct json *value = json_get(row, keys[i]);
        bool may_be_null =
            strcmp(keys[i], "gasToken") == 0 || strcmp(keys[i], "refundReceiver") == 0;

        if (value != NULL && json_type(value) == JSON_NULL && may_be_null)
            json_set_address(out, keys[i], &zero);
        else if (value != NULL)
            json_set(out, keys[i], json_copy(value));
    }
    return out;
}

/* The service keeps no delegate's signature: its word is all there is. */
static bool names_delegate(const struct queue *q, const struct json *row)
{
    struct diag ignored = { 0 };
    struct address by;

    return json_read_address(&ignored, &by, row, "proposedByDelegate") == OK &&
           profile_is_delegate(q->profile, &by);
}

/* An owner's key signed it. What only the chain can judge, anyone could have written. */
static bool has_owner_key(const struct queue_entry *e)
{
    for (size_t i = 0; i < e->proposal.num_signatures; i++) {
        const struct proposal_signature *s = &e->proposal.signatures[i];

        if (queue_signature_proof(&e->proposal.claimed.safe_tx, &s->signer, s->data, s->data_len) ==
            PROVES_KEY)
            return true;
    }
    return false;
}

static bool is_real(const struct queue *q, const struct queue_entry *e, const struct json *row)
{
    return has_owner_key(e) ||
           (e->trusted && (e->proposal.num_signatures > 0 || names_delegate(q, row)));
}

enum err queue_service_parse_transaction(struct diag *d, struct queue *q, struct queue_entry *out,
                                         const struct json *row)
{
    const struct safe_domain *safe = &q->profile->safe;
    struct safe_tx_hints hints = { true, true, true, safe->chain_id, safe->safe, safe->version };
    struct safe_tx_input in = { 0 };
    struct json *members = signed_members(row);
    enum err e = OK;

    *out = (struct queue_entry){ 0 };
    if ((e = safe_tx_from_json(d, &in, members, &hints)) != OK)
        goto done;
    if (in.source != SAFE_TX_SERVICE || !in.has_claimed_hash) {
        e = diag_set(d, ERR_FORMAT,
                     "expected a transaction of the Safe Transaction Service with "
                     "its 'safeTxHash'");
        goto done;
    }
    if ((e = queue_entry_init(d, q, out, &in.tx)) != OK ||
        (e = safe_tx_check_claim(d, &in, &out->proposal.claimed)) != OK ||
        (e = json_read_bool(d, &out->trusted, row, "trusted")) != OK ||
        (e = json_read_bool(d, &out->executed, row, "isExecuted")) != OK)
        goto done;
    out->proposal.created_s = submission_time(row);
    e = read_confirmations(d, q, out, row);
    out->real = e == OK && is_real(q, out, row);
done:
    json_free(members);
    safe_tx_input_clear(&in);
    if (e != OK)
        queue_entry_clear(out);
    return e;
}

/* --- bodies --------------------------------------------------------------------------------- */

static enum err set_signature(struct diag *d, struct json *body, const struct queue_signature *sig)
{
    struct buf bytes;
    enum err e = OK;

    buf_init(&bytes, LIMIT_SIGNATURE_BYTES);
    signature_write(&bytes, &sig->sig);
    if ((e = buf_check(d, &bytes, "a signature")) == OK)
        json_set_bytes(body, "signature", bytes.data, bytes.len);
    buf_clear(&bytes);
    return e;
}

/* A hint for readers of the service and no more: nothing signs it. */
static enum err set_origin(struct diag *d, struct json *body, const struct proposal *p)
{
    struct json *origin = json_new_object();
    struct hash32 manifest;
    struct buf text;
    enum err e = OK;

    buf_init(&text, MAX_ORIGIN);
    json_set_string(origin, "name", "countersign");
    if (p->num_files > 0 && (e = proposal_manifest_digest(d, &manifest, p)) == OK)
        json_set_hash(origin, "manifest", &manifest);
    if (e == OK && (e = json_write(d, &text, origin, 0)) == OK)
        json_set_string(body, "origin", buf_str(&text));
    buf_clear(&text);
    json_free(origin);
    return e;
}

enum err queue_service_write_proposal(struct diag *d, struct buf *out,
                                      const struct queue_submission *s,
                                      const struct queue_signature *sig)
{
    const struct safe_tx *tx = &s->proposal->tx;
    struct json *body = json_new_object();
    enum err e = OK;

    buf_init(out, MAX_BODY_BYTES);
    json_set_address(body, "to", &tx->to);
    json_set_u256(body, "value", &tx->value);
    json_set_bytes(body, "data", tx->data, tx->data_len);
    json_set_int(body, "operation", (int64_t)tx->operation);
    json_set_u256(body, "safeTxGas", &tx->safe_tx_gas);
    json_set_u256(body, "baseGas", &tx->base_gas);
    json_set_u256(body, "gasPrice", &tx->gas_price);
    json_set_address(body, "gasToken", &tx->gas_token);
    json_set_address(body, "refundReceiver", &tx->refund_receiver);
    json_set_u256(body, "nonce", &tx->nonce);
    json_set_hash(body, "contractTransactionHash", &s->hashes.safe_tx);
    json_set_address(body, "sender", &sig->sig.signer);
    if ((e = set_signature(d, body, sig)) == OK && (e = set_origin(d, body, s->proposal)) == OK)
        e = json_write(d, out, body, 0);
    json_free(body);
    return e;
}

enum err queue_service_write_confirmation(struct diag *d, struct buf *out,
                                          const struct queue_signature *sig)
{
    struct json *body = json_new_object();
    enum err e = set_signature(d, body, sig);

    buf_init(out, MAX_BODY_BYTES);
    if (e == OK)
        e = json_write(d, out, body, 0);
    json_free(body);
    return e;
}

/* --- refusals ------------------------------------------------------------------------------- */

static bool is_hex_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Long hex is calldata or a signature, and a delegate's signature is a secret: never repeated. */
static void add_words(struct buf *out, const char *text)
{
    while (*text != '\0' && out->len < MAX_WORDS_BYTES) {
        size_t digits = 0;

        while (is_hex_digit(text[digits]))
            digits++;
        if (digits > MAX_HEX_SHOWN) {
            buf_addf(out, "[%zu hex digits]", digits);
            text += digits;
        } else {
            buf_add(out, text, digits > 0 ? digits : 1);
            text += digits > 0 ? digits : 1;
        }
    }
}

static void add_value(struct buf *out, const char *key, const struct json *value)
{
    static const char *const plain[] = { "nonFieldErrors", "detail", "message", "exception" };
    const char *text = json_string(value);
    bool named = true;

    if (json_type(value) == JSON_ARRAY)
        text = json_string(json_at(value, 0));
    if (text == NULL || strcmp(key, "trace") == 0 || out->len >= MAX_WORDS_BYTES)
        return;
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        named = named && strcmp(key, plain[i]) != 0;
    buf_add_str(out, out->len > 0 ? "; " : "");
    if (named) {
        add_words(out, key);
        buf_add_str(out, ": ");
    }
    add_words(out, text);
}

/* The explanation in the body, bounded; a gateway's answer need not be JSON. */
static void add_explanation(struct buf *out, const struct http_response *r)
{
    struct json *j = NULL;
    struct diag ignored = { 0 };
    const char *key = NULL;
    const struct json *value = NULL;

    if (json_parse(&ignored, &j, r->body.data, r->body.len, "the answer") == OK) {
        for (size_t i = 0; (value = json_member(j, i, &key)) != NULL; i++)
            add_value(out, key, value);
        for (size_t i = 0; i < json_len(j) && json_type(j) == JSON_ARRAY && i < 4; i++)
            add_value(out, "detail", json_at(j, i));
    } else if (r->body.len > 0) {
        struct buf text;

        buf_init(&text, 128);
        buf_add(&text, r->body.data, r->body.len < 80 ? r->body.len : 80);
        buf_addf(out, "an answer of %zu bytes that is not JSON: ", r->body.len);
        add_words(out, buf_str(&text));
        buf_clear(&text);
    }
    json_free(j);
}

static const char *status_words(long status)
{
    switch (status) {
    case 401:
    case 403:
        return "the service does not accept the API key";
    case 404:
        return "the service does not know it";
    case 429:
        return "the service asks to slow down";
    case 451:
        return "the service refuses this Safe for legal reasons";
    default:
        return status >= 500 ? "the service is out of order" : "the service refuses";
    }
}

enum err queue_service_refusal(struct diag *d, const char *doing, const struct http_response *r)
{
    struct buf words;

    buf_init(&words, 4096);
    add_explanation(&words, r);
    if (r->retry_after_s > 0)
        buf_addf(&words, "%sit asks to wait %ld s", words.len > 0 ? "; " : "", r->retry_after_s);
    if (r->status == 401 || r->status == 403)
        diag_hint(d, "the profile's queue names the file or environment variable of the API key");
    else if (r->status == 429)
        diag_hint(d, "wait a while and repeat the command; an API key raises the limit");
    (void)diag_set(d, ERR_NETWORK, "cannot %s: %s (HTTP %ld)%s%.500s", doing,
                   status_words(r->status), r->status, words.len > 0 ? ": " : "", buf_str(&words));
    buf_clear(&words);
    return ERR_NETWORK;
}
