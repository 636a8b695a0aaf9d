// SPDX-License-Identifier: Apache-2.0
#include "verify/measure.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/bytes.h"
#include "src/base/digest.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/keccak.h"
#include "src/base/limits.h"

#define EVENT_TYPE    134217729U /* 0x08000001: an event of dstack itself */
#define BOOT_DONE     "boot-mr-done"
#define NUM_KEY_KINDS 4 /* none, kms, local, tpm */

void measurement_clear(struct measurement *m)
{
    for (size_t i = 0; i < m->num_events; i++) {
        free(m->events[i].name);
        free(m->events[i].payload);
    }
    free(m->events);
    *m = (struct measurement){ 0 };
}

const struct measure_event *measure_find(const struct measurement *m, const char *name)
{
    for (size_t i = 0; i < m->num_events; i++) {
        if (strcmp(m->events[i].name, name) == 0)
            return &m->events[i];
    }
    return NULL;
}

const char *measure_config_name(enum measure_config c)
{
    static const char *const names[] = {
        [MEASURE_CONFIG_NONE] = "none",
        [MEASURE_CONFIG_V1] = "V1",
        [MEASURE_CONFIG_V2] = "V2",
        [MEASURE_CONFIG_V3] = "V3",
        [MEASURE_CONFIG_OTHER] = "of an unknown form",
    };

    return names[c];
}

bool measure_is_no_device(const struct hash32 *device_id)
{
    static const struct hash32 nothing = { { 0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14,
                                             0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
                                             0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c,
                                             0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55 } };

    return hash32_eq(device_id, &nothing);
}

/* --- the event log -------------------------------------------------------------------------- */

/* In the canonical form of RFC 8785: keys sorted, no white space. A name is printable ASCII. */
static enum err digest_as_json(struct diag *d, struct hash48 *out,
                               const struct measure_event *event)
{
    struct bytes_view part;
    struct buf text;
    enum err e = ERR_INTERNAL;

    buf_init(&text, 2 * LIMIT_MEASUREMENT_BYTES);
    buf_add_str(&text, "{\"name\":\"");
    for (const char *p = event->name; *p != '\0'; p++) {
        if (*p == '"' || *p == '\\')
            buf_add_u8(&text, '\\');
        buf_add_u8(&text, (uint8_t)*p);
    }
    buf_add_str(&text, "\",\"payload\":\"");
    buf_add_hex(&text, event->payload, event->payload_len);
    buf_addf(&text, "\",\"type\":%u}", EVENT_TYPE);
    if ((e = buf_check(d, &text, "event")) == OK) {
        part = (struct bytes_view){ text.data, text.len };
        e = sha384_parts(d, out, &part, 1);
    }
    buf_clear(&text);
    return e;
}

enum err measure_event_digest(struct diag *d, struct hash48 *out, const struct measure_event *event,
                              unsigned log_version)
{
    static const uint8_t type[] = { EVENT_TYPE & 0xff, EVENT_TYPE >> 8 & 0xff,
                                    EVENT_TYPE >> 16 & 0xff, EVENT_TYPE >> 24 };
    const struct bytes_view parts[] = {
        { type, sizeof(type) },
        { ":", 1 },
        { event->name, strlen(event->name) },
        { ":", 1 },
        { event->payload, event->payload_len },
    };

    memset(out, 0, sizeof(*out));
    if (log_version == 2)
        return digest_as_json(d, out, event);
    return sha384_parts(d, out, parts, sizeof(parts) / sizeof(parts[0]));
}

static enum err extend(struct diag *d, struct hash48 *rtmr, const struct measure_event *event,
                       unsigned log_version)
{
    struct hash48 before = *rtmr;
    struct hash48 digest;
    const struct bytes_view parts[] = { { before.b, sizeof(before.b) },
                                        { digest.b, sizeof(digest.b) } };
    enum err e = measure_event_digest(d, &digest, event, log_version);

    return e == OK ? sha384_parts(d, rtmr, parts, 2) : e;
}

static enum err replay(struct diag *d, struct hash48 *rtmr3, struct hash48 *at_boot,
                       const struct measurement *m)
{
    *rtmr3 = (struct hash48){ { 0 } };
    *at_boot = (struct hash48){ { 0 } };
    for (size_t i = 0; i < m->num_events; i++) {
        enum err e = extend(d, rtmr3, &m->events[i], m->log_version);

        if (e != OK)
            return e;
        if (strcmp(m->events[i].name, BOOT_DONE) == 0)
            *at_boot = *rtmr3;
    }
    return OK;
}

static enum err check_rtmr3(struct diag *d, const struct hash48 *replayed,
                            const struct measurement *m)
{
    char found[HEX_LEN(48)];
    char wanted[HEX_LEN(48)];

    if (memcmp(replayed->b, m->rtmr[3].b, sizeof(replayed->b)) == 0)
        return OK;
    diag_hint(d, "the log is not whole, or not of log version %u, or of another machine",
              m->log_version);
    return diag_set(d, ERR_MISMATCH, "the event log ends at %s, RTMR3 is %s",
                    hex_encode(found, replayed->b, sizeof(replayed->b)),
                    hex_encode(wanted, m->rtmr[3].b, sizeof(m->rtmr[3].b)));
}

/* --- aggregates ----------------------------------------------------------------------------- */

static bool is_zero(const struct hash48 *h)
{
    return bytes_is_zero(h->b, sizeof(h->b));
}

static enum err aggregate(struct diag *d, struct hash32 *out, const struct measurement *m,
                          const struct hash48 *rtmr3)
{
    const struct bytes_view parts[] = {
        { m->mrtd.b, 48 },     { m->rtmr[0].b, 48 },
        { m->rtmr[1].b, 48 },  { m->rtmr[2].b, 48 },
        { rtmr3->b, 48 },      { m->mr_config_id.b, 48 },
        { m->mr_owner.b, 48 }, { m->mr_owner_config.b, 48 },
    };
    bool with_config =
        !is_zero(&m->mr_config_id) || !is_zero(&m->mr_owner) || !is_zero(&m->mr_owner_config);

    return sha256_parts(d, out, parts, with_config ? 8 : 5);
}

static enum err system_mr(struct diag *d, struct hash32 *out, const struct measurement *m)
{
    const struct measure_event *provider = measure_find(m, "key-provider");
    struct hash32 provider_hash = { { 0 } };
    const struct bytes_view parts[] = {
        { m->mrtd.b, 48 },    { m->rtmr[0].b, 48 },    { m->rtmr[1].b, 48 },
        { m->rtmr[2].b, 48 }, { provider_hash.b, 32 },
    };
    enum err e = OK;

    if (provider != NULL)
        e = sha256(d, &provider_hash, provider->payload, provider->payload_len);
    return e == OK ? sha256_parts(d, out, parts, 5) : e;
}

/* --- MRCONFIGID ----------------------------------------------------------------------------- */

/* The id in the key-provider event, {"name":…,"id":"<hex>"}; empty if there is none. */
static void provider_id(struct buf *out, const struct measurement *m)
{
    const struct measure_event *event = measure_find(m, "key-provider");
    struct diag ignored = { 0 };
    struct json *j = NULL;
    const char *id = NULL;
    uint8_t byte = 0;

    if (event == NULL ||
        json_parse(&ignored, &j, event->payload, event->payload_len, "key-provider") != OK)
        return;
    id = json_string(json_get(j, "id"));
    for (size_t i = 0; id != NULL && id[i] != '\0'; i += 2) {
        if (!hex_decode(&byte, 1, id + i, id[i + 1] != '\0' ? 2 : 1)) {
            buf_clear(out);
            break;
        }
        buf_add_u8(out, byte);
    }
    json_free(j);
}

static bool is_v2_of(const struct measurement *m, const struct measured *out,
                     const struct measure_event *app_id, uint8_t kind, const uint8_t *id,
                     size_t id_len)
{
    struct keccak256_ctx ctx;
    struct hash32 hash;

    keccak256_init(&ctx);
    keccak256_update(&ctx, out->compose_hash.b, sizeof(out->compose_hash.b));
    keccak256_update(&ctx, app_id->payload, app_id->payload_len);
    keccak256_update(&ctx, &kind, 1);
    keccak256_update(&ctx, id, id_len);
    keccak256_final(&ctx, &hash);
    return memcmp(m->mr_config_id.b + 1, hash.b, sizeof(hash.b)) == 0;
}

/* The log does not say which key provider was asked for: every kind, with its id and without. */
static bool agrees_with_v2(const struct measurement *m, const struct measured *out)
{
    const struct measure_event *app_id = measure_find(m, "app-id");
    bool agrees = false;
    struct buf id;

    if (!out->has_compose_hash || app_id == NULL || app_id->payload_len != 20)
        return false;
    buf_init(&id, LIMIT_MEASUREMENT_BYTES);
    provider_id(&id, m);
    for (uint8_t kind = 0; kind < NUM_KEY_KINDS; kind++)
        agrees = agrees || is_v2_of(m, out, app_id, kind, id.data, id.len) ||
                 is_v2_of(m, out, app_id, kind, NULL, 0);
    buf_clear(&id);
    return agrees;
}

static enum err look_at_config(struct diag *d, struct measured *out, const struct measurement *m)
{
    const uint8_t *id = m->mr_config_id.b;
    bool padded = bytes_is_zero(id + 33, 15);
    struct hash32 named;

    memcpy(named.b, id + 1, sizeof(named.b));
    if (is_zero(&m->mr_config_id)) {
        out->config = MEASURE_CONFIG_NONE;
    } else if (id[0] == 1 && padded) {
        out->config = MEASURE_CONFIG_V1;
        out->config_agrees = out->has_compose_hash && hash32_eq(&named, &out->compose_hash);
        if (!out->config_agrees)
            return diag_set(d, ERR_MISMATCH, "MRCONFIGID names the compose hash %s, the log %s",
                            hash32_format(&named).s,
                            out->has_compose_hash ? hash32_format(&out->compose_hash).s : "none");
    } else if (id[0] == 2 && padded) {
        out->config = MEASURE_CONFIG_V2;
        out->config_agrees = agrees_with_v2(m, out);
    } else {
        out->config = id[0] == 3 ? MEASURE_CONFIG_V3 : MEASURE_CONFIG_OTHER;
    }
    return OK;
}

/* --- all of it ------------------------------------------------------------------------------ */

static enum err compute(struct diag *d, struct measured *out, const struct measurement *m)
{
    const struct measure_event *compose = measure_find(m, "compose-hash");
    struct hash48 rtmr3;
    struct hash48 at_boot;
    enum err e = ERR_INTERNAL;

    if ((e = replay(d, &rtmr3, &at_boot, m)) != OK || (e = check_rtmr3(d, &rtmr3, m)) != OK ||
        (e = aggregate(d, &out->mr_aggregated, m, &rtmr3)) != OK ||
        (e = system_mr(d, &out->mr_system, m)) != OK)
        return e;
    out->has_boot = measure_find(m, BOOT_DONE) != NULL;
    if (out->has_boot && (e = aggregate(d, &out->mr_aggregated_boot, m, &at_boot)) != OK)
        return e;
    if (compose != NULL && compose->payload_len != sizeof(out->compose_hash.b))
        return diag_set(d, ERR_FORMAT, "event 'compose-hash': expected 32 bytes, found %zu",
                        compose->payload_len);
    out->has_compose_hash = compose != NULL;
    if (compose != NULL)
        memcpy(out->compose_hash.b, compose->payload, sizeof(out->compose_hash.b));
    out->has_device = m->has_ppid;
    if (m->has_ppid && (e = sha256(d, &out->device_id, m->ppid, sizeof(m->ppid))) != OK)
        return e;
    return look_at_config(d, out, m);
}

enum err measure(struct diag *d, struct measured *out, const struct measurement *m)
{
    struct measured result = { .has_boot = false };
    enum err e = compute(d, &result, m);

    *out = e == OK ? result : (struct measured){ .has_boot = false };
    return e;
}
