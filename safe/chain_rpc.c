// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <string.h>

#include "safe/chain_internal.h"
#include "src/base/deadline.h"
#include "src/base/hex.h"
#include "src/base/http.h"
#include "src/base/limits.h"
#include "src/base/u256.h"

/* One request: calldata as hex, and little around it. */
#define REQUEST_MAX_BYTES (4 * LIMIT_CALLDATA_BYTES)

#define RPC_CODE_REVERT 3

void rpc_answer_clear(struct rpc_answer *a)
{
    json_free(a->root);
    *a = (struct rpc_answer){ 0 };
}

static enum err read_answer(struct diag *d, struct rpc_answer *out, uint64_t id)
{
    const struct json *result = json_get(out->root, "result");
    const struct json *error = json_get(out->root, "error");
    const struct json *code = NULL;
    const char *version = NULL;
    uint64_t found = 0;
    enum err e = json_read_string(d, &version, out->root, "jsonrpc");

    if (e != OK)
        return e;
    if (strcmp(version, "2.0") != 0)
        return diag_set(d, ERR_FORMAT, "'jsonrpc': expected 2.0, found '%.16s'", version);
    if (json_get(out->root, "id") == NULL || json_type(json_get(out->root, "id")) != JSON_INTEGER)
        return diag_set(d, ERR_FORMAT, "'id': expected the number that was sent");
    if ((e = json_read_u64(d, &found, out->root, "id")) != OK)
        return e;
    if (found != id)
        return diag_set(d, ERR_FORMAT, "'id': expected %" PRIu64 ", found %" PRIu64, id, found);
    if ((result != NULL) == (error != NULL))
        return diag_set(d, ERR_FORMAT, "expected either 'result' or 'error', found %s",
                        result != NULL ? "both" : "neither");
    if (error != NULL) {
        code = json_get(error, "code");
        if (code == NULL || json_type(code) != JSON_INTEGER)
            return diag_set(d, ERR_FORMAT, "'error': expected an object with an integer 'code'");
    }
    out->result = result;
    out->error = error;
    return OK;
}

enum err rpc_parse(struct diag *d, struct rpc_answer *out, const void *data, size_t data_len,
                   uint64_t id)
{
    enum err e = ERR_INTERNAL;

    *out = (struct rpc_answer){ 0 };
    if ((e = json_parse(d, &out->root, data, data_len, "JSON-RPC answer")) != OK)
        return e;
    if (json_type(out->root) != JSON_OBJECT)
        e = diag_set(d, ERR_FORMAT, "expected a JSON object");
    else
        e = read_answer(d, out, id);
    if (e != OK) {
        (void)diag_prefix(d, "JSON-RPC answer");
        rpc_answer_clear(out);
    }
    return e;
}

static enum err write_request(struct diag *d, struct buf *out, uint64_t id, const char *method,
                              struct json *params)
{
    struct json *root = json_new_object();
    enum err e = ERR_INTERNAL;

    json_set_string(root, "jsonrpc", "2.0");
    json_set_int(root, "id", (int64_t)id);
    json_set_string(root, "method", method);
    json_set(root, "params", params);
    e = json_write(d, out, root, 0);
    json_free(root);
    return e;
}

static enum err exchange(struct diag *d, const struct chain *c, struct http_response *out, size_t i,
                         const struct buf *body)
{
    struct http_request req = {
        .method = "POST",
        .url = c->endpoints[i].url,
        .body = buf_str(body),
        .body_len = body->len,
        .secret_path = true, /* paths of providers hold API keys */
        .allow_plain_http = c->allow_plain_http,
        .until_ms = c->until_ms,
    };
    enum err e = http_exchange_retry(d, out, &req);

    if (e != OK)
        return e;
    if (out->status != 200)
        return diag_set(d, ERR_NETWORK, "HTTP status %ld", out->status);
    return OK;
}

enum err rpc_call(struct diag *d, struct chain *c, struct rpc_answer *out, size_t i,
                  const char *method, struct json *params)
{
    struct http_response response = { 0 };
    struct buf request;
    uint64_t id = ++c->last_id;
    enum err e = ERR_INTERNAL;

    *out = (struct rpc_answer){ 0 };
    buf_init(&request, REQUEST_MAX_BYTES);
    e = write_request(d, &request, id, method, params); /* params moved */
    if (e == OK)
        e = exchange(d, c, &response, i, &request);
    if (e == OK)
        e = rpc_parse(d, out, response.body.data, response.body.len, id);
    if (e != OK) {
        (void)diag_prefix(d, "%s", method);
        (void)rpc_prefix(d, c, i);
    }
    http_response_clear(&response);
    buf_clear(&request);
    return e;
}

enum err rpc_fail(struct diag *d, const struct json *error, const char *method)
{
    const char *message = json_string(json_get(error, "message"));

    return diag_set(d, ERR_NETWORK, "%s: the node refused: %.200s", method,
                    message != NULL ? message : "no message");
}

enum err rpc_call_result(struct diag *d, struct chain *c, struct rpc_answer *out, size_t i,
                         const char *method, struct json *params)
{
    enum err e = rpc_call(d, c, out, i, method, params);

    if (e != OK || out->error == NULL)
        return e;
    e = rpc_fail(d, out->error, method);
    (void)rpc_prefix(d, c, i);
    rpc_answer_clear(out);
    return e;
}

/* Bytes from a string of error data. */
static bool revert_bytes(struct buf *out, const char *text)
{
    static const char reverted[] = "Reverted ";
    struct diag ignored = { 0 };

    if (text == NULL)
        return false;
    if (strncmp(text, reverted, sizeof(reverted) - 1) == 0)
        text += sizeof(reverted) - 1;
    return strncmp(text, "0x", 2) == 0 && hex_decode_0x_buf(&ignored, out, text) == OK;
}

bool rpc_is_revert(const struct json *error, struct buf *data)
{
    const struct json *member = json_get(error, "data");
    uint64_t code = 0;
    struct diag ignored = { 0 };

    if (member != NULL && json_type(member) == JSON_NULL)
        member = NULL;
    if (member != NULL && json_type(member) == JSON_OBJECT) {
        if (json_get(member, "data") != NULL)
            return revert_bytes(data, json_string(json_get(member, "data")));
        return revert_bytes(data, json_string(json_get(member, "result")));
    }
    if (member != NULL && json_type(member) == JSON_STRING)
        return revert_bytes(data, json_string(member));
    /* No data: only the code that means nothing but a revert. */
    return member == NULL && json_read_u64(&ignored, &code, error, "code") == OK &&
           code == RPC_CODE_REVERT;
}

enum err rpc_read_quantity(struct diag *d, struct u256 *out, const struct json *j, const char *what)
{
    const char *text = json_string(j);

    *out = (struct u256){ { 0 } };
    if (text == NULL)
        return diag_set(d, ERR_FORMAT, "%s: expected a 0x quantity", what);
    if (strncmp(text, "0x", 2) != 0 || (text[2] == '0' && text[3] != '\0') ||
        !u256_from_hex(out, text))
        return diag_set(d, ERR_FORMAT, "%s: '%.80s' is no 0x quantity", what, text);
    return OK;
}

enum err rpc_read_u64(struct diag *d, uint64_t *out, const struct json *j, const char *what)
{
    struct u256 value;
    enum err e = rpc_read_quantity(d, &value, j, what);

    *out = 0;
    if (e != OK)
        return e;
    if (!u256_to_u64(&value, out))
        return diag_set(d, ERR_FORMAT, "%s: %s is over 64 bits", what, u256_format(&value).s);
    return OK;
}

enum err rpc_read_hash(struct diag *d, struct hash32 *out, const struct json *j, const char *what)
{
    const char *text = json_string(j);

    *out = (struct hash32){ { 0 } };
    if (text == NULL || !hex_decode_0x(out->b, sizeof(out->b), text))
        return diag_set(d, ERR_FORMAT, "%s: expected 0x and 64 hex digits", what);
    return OK;
}

enum err rpc_read_address(struct diag *d, struct address *out, const struct json *j,
                          const char *what)
{
    const char *text = json_string(j);

    *out = (struct address){ { 0 } };
    if (text == NULL || !hex_decode_0x(out->b, sizeof(out->b), text))
        return diag_set(d, ERR_FORMAT, "%s: expected 0x and 40 hex digits", what);
    return OK;
}

enum err rpc_read_data(struct diag *d, struct buf *out, const struct json *j, const char *what)
{
    const char *text = json_string(j);
    enum err e = ERR_INTERNAL;

    if (text == NULL)
        return diag_set(d, ERR_FORMAT, "%s: expected a string of 0x bytes", what);
    if ((e = hex_decode_0x_buf(d, out, text)) != OK)
        (void)diag_prefix(d, "%s", what);
    return e;
}

struct json *rpc_quantity(uint64_t value)
{
    struct u256 wide = u256_from_u64(value);

    return json_new_string(u256_format_quantity(&wide).s);
}

struct json *rpc_call_object(const struct address *from, const struct address *to,
                             const struct u256 *value, const uint8_t *data, size_t data_len)
{
    struct json *j = json_new_object();

    if (from != NULL)
        json_set_address(j, "from", from);
    json_set_address(j, "to", to);
    if (value != NULL && !u256_is_zero(value))
        json_set_string(j, "value", u256_format_quantity(value).s);
    json_set_bytes(j, "data", data, data_len);
    return j;
}

enum err rpc_disagree(struct diag *d, const struct chain *c, size_t i, const char *what)
{
    return diag_set(d, ERR_MISMATCH, "rpc endpoints disagree on %s: '%s' and '%s'", what,
                    c->endpoints[0].name, c->endpoints[i].name);
}

enum err rpc_prefix(struct diag *d, const struct chain *c, size_t i)
{
    return diag_prefix(d, "rpc '%s'", c->endpoints[i].name);
}

void chain_sleep_ms(const struct chain *c, unsigned ms)
{
    const uint64_t left_ms = deadline_left_ms();

    if (c->until_ms == 0) {
        sleep_ms(ms < left_ms ? ms : left_ms);
        deadline_spend(ms);
    } else {
        sleep_ms(ms);
    }
}
