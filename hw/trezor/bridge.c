// SPDX-License-Identifier: Apache-2.0
#include "hw/trezor/bridge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/hex.h"
#include "src/base/http.h"
#include "src/base/json.h"
#include "src/base/limits.h"

#define DEFAULT_URL "http://127.0.0.1:21325"
/* Bridge answers nobody but Trezor's own sites and this machine's development servers. */
#define ORIGIN     "http://localhost:8000"
#define HEAD_BYTES 6
#define MAX_HEX    (2 * (HEAD_BYTES + LIMIT_TREZOR_MESSAGE_BYTES) + 2)
#define MAX_OUT    (2 * (HEAD_BYTES + LIMIT_CALLDATA_BYTES + 4096))

struct bridge {
    char url[160];
    bool allow_remote;
    char path[64];    /* of the device */
    char session[64]; /* "": none */
    bool lost;        /* a read was broken off, and the session with it */
};

/* --- one request -------------------------------------------------------------------------------
 */

/* What trezord says that has a reason behind it; anything else is told as it is. */
static const struct {
    const char *text, *words, *hint;
} known_errors[] = {
    { "wrong previous session", "another program holds the device",
      "close the other program, or what it is doing with the device" },
    { "session not found", "Trezor Bridge has ended the session",
      "the device was unplugged, or another program took it: try again" },
    { "device disconnected during action", "the device is no longer connected to Trezor Bridge",
      "plug it in again, and try again" },
    { "device not found", "the device is no longer connected to Trezor Bridge",
      "plug it in again, and try again" },
};

static enum err bad_status(struct diag *d, const struct http_response *r, const char *what)
{
    struct diag unused = { 0 };
    struct json *j = NULL;
    const char *text = NULL;

    if (what[0] == '\0' || r->status == 403) {
        diag_hint(d, "is it Trezor Bridge that listens there?");
        return diag_set(d, ERR_DEVICE, "Trezor Bridge: /%s: status %ld", what, r->status);
    }
    if (json_parse(&unused, &j, r->body.data, r->body.len, "answer") == OK)
        text = json_string(json_get(j, "error"));
    (void)diag_set(d, ERR_DEVICE, "Trezor Bridge: %s: status %ld%s%.96s", what, r->status,
                   text != NULL ? ", " : "", text != NULL ? text : "");
    for (size_t i = 0; text != NULL && i < sizeof(known_errors) / sizeof(known_errors[0]); i++) {
        if (strcmp(text, known_errors[i].text) != 0)
            continue;
        diag_hint(d, "%s", known_errors[i].hint);
        (void)diag_set(d, ERR_DEVICE, "%s", known_errors[i].words);
    }
    json_free(j);
    return ERR_DEVICE;
}

/* what is the path's first part, for errors; tail the rest ("/1/null"), escaped already. */
static enum err post(struct diag *d, struct http_response *out, const struct bridge *b,
                     const char *what, const char *tail, const struct buf *body, long timeout_ms,
                     bool interruptible)
{
    struct buf url;
    struct http_request req = { .method = "POST",
                                .body = body != NULL ? buf_str(body) : "",
                                .body_len = body != NULL ? body->len : 0,
                                .origin = ORIGIN,
                                .max_bytes = MAX_HEX,
                                .timeout_ms = timeout_ms,
                                .until_ms = HTTP_PATIENT, /* a person and a device */
                                .allow_plain_http = b->allow_remote,
                                .loopback_only = !b->allow_remote,
                                .interruptible = interruptible };
    enum err e = ERR_INTERNAL;

    buf_init(&url, 512);
    buf_addf(&url, "%s/%s%s", b->url, what, tail);
    if ((e = buf_check(d, &url, "the address of Trezor Bridge")) == OK) {
        req.url = buf_str(&url);
        e = http_exchange(d, out, &req);
    }
    buf_clear(&url);
    if (e == ERR_NETWORK)
        diag_hint(d, "is Trezor Suite or trezord running?");
    if (e == OK && out->status != 200)
        e = bad_status(d, out, what);
    return e;
}

/* A request with a JSON answer; *out is the caller's to free. */
static enum err post_json(struct diag *d, struct json **out, const struct bridge *b,
                          const char *what, const char *tail)
{
    struct http_response r = { 0 };
    enum err e = post(d, &r, b, what, tail, NULL, HW_ANSWER_MS, false);

    *out = NULL;
    if (e == OK)
        e = json_parse(d, out, r.body.data, r.body.len, "answer of Trezor Bridge");
    http_response_clear(&r);
    return e;
}

/* --- finding -----------------------------------------------------------------------------------
 */

/* "http…", "http…#1", "1" */
static enum err parse_where(struct diag *d, struct bridge *b, const char *where)
{
    const char *url = where != NULL && strncmp(where, "http", 4) == 0 ? where : DEFAULT_URL;
    const char *hash = strchr(url, '#');
    const char *path = url == where ? (hash != NULL ? hash + 1 : NULL) : where;
    size_t len = hash != NULL ? (size_t)(hash - url) : strlen(url);

    while (len > 0 && url[len - 1] == '/')
        len--;
    if (len >= sizeof(b->url) ||
        (path != NULL && (*path == '\0' || strlen(path) >= sizeof(b->path))))
        return diag_set(d, ERR_USAGE,
                        "expected bridge, bridge:DEVICE or bridge:URL[#DEVICE], found "
                        "'bridge:%.64s'",
                        where);
    memcpy(b->url, url, len);
    b->url[len] = '\0';
    (void)snprintf(b->path, sizeof(b->path), "%s", path != NULL ? path : "");
    return OK;
}

/* 2.0.25 or later: it has /post and /read. */
static enum err check_version(struct diag *d, const struct bridge *b)
{
    unsigned part[3] = { 0 };
    struct json *j = NULL;
    const char *text = NULL;
    enum err e = post_json(d, &j, b, "", "");
    size_t i = 0;

    if (e == OK)
        e = json_read_string(d, &text, j, "version");
    for (; e == OK && *text != '\0' && i < 3; text++) {
        if (*text >= '0' && *text <= '9' && part[i] < 10000)
            part[i] = part[i] * 10 + (unsigned)(*text - '0');
        else if (*text == '.')
            i++;
        else
            break; /* "-bundled" */
    }
    if (e == OK && part[0] * 1000000 + part[1] * 1000 + part[2] < 2000025) {
        diag_hint(d, "install Trezor Suite, which brings its own");
        e = diag_set(d, ERR_UNSUPPORTED, "Trezor Bridge is older than 2.0.25");
    }
    json_free(j);
    return e;
}

/* Path of device i, and whether a program has it. */
static enum err read_device(struct diag *d, const char **path, bool *held, const struct json *list,
                            size_t i)
{
    const struct json *device = json_at(list, i);
    enum err e = json_read_string(d, path, device, "path");

    *held = json_string(json_get(device, "session")) != NULL;
    if (e == OK && (**path == '\0' || strlen(*path) >= sizeof(((struct bridge *)0)->path)))
        e = diag_set(d, ERR_FORMAT, "a device of Trezor Bridge has the path '%.64s'", *path);
    return e;
}

static enum err enumerate(struct diag *d, struct json **out, const struct bridge *b)
{
    enum err e = check_version(d, b);

    if (e == OK)
        e = post_json(d, out, b, "enumerate", "");
    if (e == OK && json_type(*out) != JSON_ARRAY)
        e = diag_set(d, ERR_FORMAT, "Trezor Bridge: enumerate: expected a list of devices");
    return e;
}

static enum err choose(struct diag *d, struct bridge *b, const struct json *list)
{
    size_t num = json_len(list);

    for (size_t i = 0; i < num; i++) {
        const char *path = NULL;
        bool held = false;
        enum err e = read_device(d, &path, &held, list, i);

        if (e != OK)
            return e;
        if (b->path[0] == '\0' && num > 1) {
            diag_hint(d, "choose one: 'countersign device list --transport bridge'");
            return diag_set(d, ERR_DEVICE, "%zu Trezors are connected", num);
        }
        if (b->path[0] != '\0' && strcmp(b->path, path) != 0)
            continue;
        if (held) {
            diag_hint(d, "close the other program, or what it is doing with the device");
            return diag_set(d, ERR_DEVICE, "another program holds the device");
        }
        (void)snprintf(b->path, sizeof(b->path), "%s", path);
        return OK;
    }
    return diag_set(d, ERR_DEVICE, "Trezor Bridge has no %s", num > 0 ? "such device" : "device");
}

/* --- the session -------------------------------------------------------------------------------
 */

static enum err acquire(struct diag *d, struct bridge *b, const char *previous)
{
    struct json *j = NULL;
    const char *session = NULL;
    struct buf tail;
    enum err e = ERR_INTERNAL;

    buf_init(&tail, 512);
    buf_add_str(&tail, "/");
    http_add_escaped(&tail, b->path);
    buf_add_str(&tail, "/");
    http_add_escaped(&tail, previous);
    if ((e = buf_check(d, &tail, "the request")) == OK)
        e = post_json(d, &j, b, "acquire", buf_str(&tail));
    if (e == OK)
        e = json_read_string(d, &session, j, "session");
    if (e == OK && (*session == '\0' || strlen(session) >= sizeof(b->session)))
        e = diag_set(d, ERR_FORMAT, "Trezor Bridge gave the session '%.64s'", session);
    if (e == OK)
        (void)snprintf(b->session, sizeof(b->session), "%s", session);
    json_free(j);
    buf_clear(&tail);
    return e;
}

/* After a rest there is no session; and Bridge may or may not have noticed yet that a read was
 * broken off. */
static enum err acquire_again(struct diag *d, struct bridge *b)
{
    struct diag unused = { 0 };

    if (b->session[0] == '\0' || acquire(&unused, b, b->session) != OK) {
        enum err e = acquire(d, b, "null");

        if (e != OK)
            return e;
    }
    b->lost = false;
    return OK;
}

static enum err session_post(struct diag *d, struct http_response *out, const struct bridge *b,
                             const char *what, const struct buf *body, long timeout_ms,
                             bool interruptible)
{
    struct buf tail;
    enum err e = ERR_INTERNAL;

    buf_init(&tail, 256);
    buf_add_str(&tail, "/");
    http_add_escaped(&tail, b->session);
    if ((e = buf_check(d, &tail, "the request")) == OK)
        e = post(d, out, b, what, buf_str(&tail), body, timeout_ms, interruptible);
    buf_clear(&tail);
    return e;
}

static enum err bridge_write(struct diag *d, void *ctx, uint16_t type, const uint8_t *payload,
                             size_t payload_len)
{
    const uint32_t len = (uint32_t)payload_len;
    const uint8_t head[HEAD_BYTES] = { (uint8_t)(type >> 8), (uint8_t)type,
                                       (uint8_t)(len >> 24), (uint8_t)(len >> 16),
                                       (uint8_t)(len >> 8),  (uint8_t)len };
    struct bridge *b = ctx;
    struct http_response r = { 0 };
    struct buf body;
    enum err e = b->lost ? acquire_again(d, b) : OK;

    buf_init_secret(&body, MAX_OUT);
    if (e == OK) {
        buf_add_hex(&body, head, sizeof(head));
        buf_add_hex(&body, payload, payload_len);
        e = buf_check(d, &body, "the message to the device");
    }
    if (e == OK)
        e = session_post(d, &r, b, "post", &body, HW_ANSWER_MS, false);
    http_response_clear(&r);
    buf_clear(&body);
    return e;
}

/* type (2) || length (4) || payload, and nothing behind it. */
static enum err take_message(struct diag *d, struct trezor_message *out, struct buf *body)
{
    uint8_t bytes[MAX_HEX / 2];
    struct reader r;
    size_t len = 0;
    uint32_t payload_len = 0;

    while (body->len > 0 && body->data[body->len - 1] == '\n')
        body->len--;
    len = body->len / 2;
    if (len > sizeof(bytes) || !hex_decode(bytes, len, buf_str(body), body->len))
        return diag_set(d, ERR_DEVICE, "Trezor Bridge: read: expected a message in hex");
    reader_init(&r, bytes, len);
    if (!reader_be16(&r, &out->type) || !reader_be32(&r, &payload_len) || payload_len != r.left)
        return diag_set(d, ERR_DEVICE,
                        "Trezor Bridge: read: a message of %zu bytes says that it "
                        "has %u",
                        len, (unsigned)payload_len);
    buf_add(&out->payload, r.at, r.left);
    return buf_check(d, &out->payload, "the device's answer");
}

static enum err bridge_read(struct diag *d, void *ctx, struct trezor_message *out,
                            const struct hw_budget *budget, bool patient)
{
    struct bridge *b = ctx;
    struct http_response r = { 0 };
    uint32_t left = hw_budget_left_ms(budget);
    enum err e = ERR_INTERNAL;

    trezor_message_clear(out);
    if (b->lost || left == 0)
        return diag_set(d, ERR_DEVICE, "the device did not answer in time");
    e = session_post(d, &r, b, "read", NULL, (long)left, !patient);
    if (e == OK)
        e = take_message(d, out, &r.body);
    else
        b->lost = true;
    if (e == ERR_NETWORK && hw_budget_left_ms(budget) == 0) {
        *d = (struct diag){ 0 };
        e = diag_set(d, ERR_DEVICE, "the device did not answer in time");
    }
    http_response_clear(&r);
    return e;
}

/* Bridge throws away what is unread when a session begins. */
static enum err bridge_drain(struct diag *d, void *ctx)
{
    (void)d;
    (void)ctx;
    return OK;
}

/* A session outlives the process that began it: whoever ends it here must not be the next one's
 * "another program". */
static void bridge_rest(void *ctx)
{
    struct bridge *b = ctx;
    struct http_response r = { 0 };
    struct diag unused = { 0 };

    if (b->session[0] != '\0')
        (void)!session_post(&unused, &r, b, "release", NULL, HW_ANSWER_MS, false);
    http_response_clear(&r);
    b->session[0] = '\0';
    b->lost = true;
}

static void bridge_close(void *ctx)
{
    if (ctx == NULL)
        return;
    bridge_rest(ctx);
    free(ctx);
}

enum err trezor_bridge_open(struct diag *d, struct trezor_link *out, const char *where,
                            bool allow_remote)
{
    struct bridge *b = calloc(1, sizeof(*b));
    struct json *list = NULL;
    enum err e = ERR_INTERNAL;

    *out = (struct trezor_link){ 0 };
    if (b == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    b->allow_remote = allow_remote;
    if ((e = parse_where(d, b, where)) == OK)
        e = enumerate(d, &list, b);
    if (e == OK)
        e = choose(d, b, list);
    if (e == OK)
        e = acquire(d, b, "null");
    json_free(list);
    if (e != OK) {
        bridge_close(b);
        return e;
    }
    *out = (struct trezor_link){ .ctx = b,
                                 .write = bridge_write,
                                 .read = bridge_read,
                                 .drain = bridge_drain,
                                 .rest = bridge_rest,
                                 .close = bridge_close };
    return OK;
}

enum err trezor_bridge_list(struct diag *d,
                            struct trezor_bridge_listed out[static TREZOR_BRIDGE_MAX_LISTED],
                            size_t *num_out, const char *where, bool allow_remote)
{
    struct bridge b = { .allow_remote = allow_remote };
    struct json *list = NULL;
    enum err e = parse_where(d, &b, where);
    bool is_default = strcmp(b.url, DEFAULT_URL) == 0;

    *num_out = 0;
    if (e == OK)
        e = enumerate(d, &list, &b);
    for (size_t i = 0; e == OK && i < json_len(list) && *num_out < TREZOR_BRIDGE_MAX_LISTED; i++) {
        struct trezor_bridge_listed *l = &out[*num_out];
        const char *path = NULL;

        if ((e = read_device(d, &path, &l->held, list, i)) != OK)
            break;
        if (b.path[0] != '\0' && strcmp(b.path, path) != 0)
            continue;
        if (snprintf(l->transport, sizeof(l->transport), "bridge:%s%s%s", is_default ? "" : b.url,
                     is_default ? "" : "#", path) < (int)sizeof(l->transport))
            (*num_out)++;
    }
    json_free(list);
    return e;
}
