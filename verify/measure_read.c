// SPDX-License-Identifier: Apache-2.0
/* Files of format "countersign/measurement/1". */
#include <stdlib.h>
#include <string.h>

#include "src/base/bytes.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "verify/measure.h"

#define FORMAT     "countersign/measurement/1"
#define EVENT_TYPE 134217729U

/* Hexadecimal digits without 0x, as dstack and every quote tool write them. */
static enum err read_hex(struct diag *d, struct buf *out, const struct json *obj, const char *key)
{
    const char *text = NULL;
    uint8_t byte = 0;
    enum err e = json_read_string(d, &text, obj, key);

    for (size_t i = 0; e == OK && text[i] != '\0'; i += 2) {
        if (!hex_decode(&byte, 1, text + i, text[i + 1] != '\0' ? 2 : 1))
            return diag_set(d, ERR_FORMAT, "'%s': expected pairs of hex digits, found '%.16s'", key,
                            text + i);
        buf_add_u8(out, byte);
    }
    return e == OK ? buf_check(d, out, key) : e;
}

static enum err read_fixed(struct diag *d, uint8_t *out, size_t out_len, const struct json *obj,
                           const char *key)
{
    struct buf bytes;
    enum err e = ERR_INTERNAL;

    memset(out, 0, out_len);
    buf_init(&bytes, LIMIT_MEASUREMENT_BYTES);
    e = read_hex(d, &bytes, obj, key);
    if (e == OK && bytes.len != out_len)
        e = diag_set(d, ERR_FORMAT, "'%s': expected %zu bytes, found %zu", key, out_len, bytes.len);
    if (e == OK)
        memcpy(out, bytes.data, out_len);
    buf_clear(&bytes);
    return e;
}

/* --- registers ------------------------------------------------------------------------------ */

static enum err read_registers(struct diag *d, struct measurement *m, const struct json *obj)
{
    static const char *const keys[] = { "mrtd",       "rtmr0",   "rtmr1",         "rtmr2", "rtmr3",
                                        "mrconfigid", "mrowner", "mrownerconfig", NULL };
    struct hash48 *const fields[] = { &m->mrtd,     &m->rtmr[0],        &m->rtmr[1],
                                      &m->rtmr[2],  &m->rtmr[3],        &m->mr_config_id,
                                      &m->mr_owner, &m->mr_owner_config };
    enum err e = json_only_keys(d, obj, keys);

    for (size_t i = 0; e == OK && keys[i] != NULL; i++)
        e = read_fixed(d, fields[i]->b, sizeof(fields[i]->b), obj, keys[i]);
    return e;
}

/*
 * The report of a TDX quote: a header of 48 bytes that begins with the version (LE16), the type of
 * the attestation key (LE16) and that of the TEE (LE32, 0x81 for TDX); in version 5 the type of the
 * body (LE16: 2 or 3) and its length (LE32). Body: 136 bytes, MRTD, MRCONFIGID, MROWNER,
 * MROWNERCONFIG, RTMR0 to RTMR3, …
 */
static bool take_report(struct reader *r, struct measurement *m)
{
    static const uint8_t tdx[] = { 0x81, 0, 0, 0 };
    static const uint8_t td_1_0[] = { 2, 0, 0x48, 0x02, 0, 0 }; /* 584 bytes */
    static const uint8_t td_1_5[] = { 3, 0, 0x88, 0x02, 0, 0 }; /* 648 bytes */
    uint8_t version[2], key_type[2], tee[4], body[6];
    const uint8_t *skipped = NULL;
    size_t rest = 64;

    if (!reader_bytes(r, version, 2) || !reader_bytes(r, key_type, 2) || !reader_bytes(r, tee, 4) ||
        !reader_borrow(r, &skipped, 40) || memcmp(tee, tdx, sizeof(tdx)) != 0 || version[1] != 0)
        return false;
    if (version[0] == 5) {
        if (!reader_bytes(r, body, sizeof(body)) ||
            (memcmp(body, td_1_0, sizeof(body)) != 0 && memcmp(body, td_1_5, sizeof(body)) != 0))
            return false;
        rest = body[0] == 3 ? 128 : 64;
    } else if (version[0] != 4) {
        return false;
    }
    return reader_borrow(r, &skipped, 136) && reader_bytes(r, m->mrtd.b, 48) &&
           reader_bytes(r, m->mr_config_id.b, 48) && reader_bytes(r, m->mr_owner.b, 48) &&
           reader_bytes(r, m->mr_owner_config.b, 48) && reader_bytes(r, m->rtmr[0].b, 48) &&
           reader_bytes(r, m->rtmr[1].b, 48) && reader_bytes(r, m->rtmr[2].b, 48) &&
           reader_bytes(r, m->rtmr[3].b, 48) && reader_borrow(r, &skipped, rest);
}

static enum err read_quote(struct diag *d, struct measurement *m, const struct json *root)
{
    struct reader r;
    struct buf quote;
    enum err e = ERR_INTERNAL;

    buf_init(&quote, LIMIT_MEASUREMENT_BYTES);
    if ((e = read_hex(d, &quote, root, "quote")) == OK) {
        reader_init(&r, quote.data, quote.len);
        m->from_quote = true;
        if (!take_report(&r, m))
            e = diag_set(d, ERR_FORMAT, "'quote': not a TDX quote of version 4 or 5");
    }
    buf_clear(&quote);
    return e;
}

/* --- the event log -------------------------------------------------------------------------- */

/* Without ':', so that an event of log version 1 can be read in one way only. */
static bool is_event_name(const char *name)
{
    for (const char *p = name; *p != '\0'; p++) {
        if (*p < 0x20 || *p > 0x7e || *p == ':')
            return false;
    }
    return name[0] != '\0' && strlen(name) <= 64;
}

/* Events whose value is used: an application may add events of its own, even of these names. */
static bool is_used(const char *name)
{
    static const char *const used[] = { "app-id", "compose-hash",  "instance-id", "boot-mr-done",
                                        "mr-kms", "os-image-hash", "key-provider" };

    for (size_t i = 0; i < sizeof(used) / sizeof(used[0]); i++) {
        if (strcmp(name, used[i]) == 0)
            return true;
    }
    return false;
}

/* The digest that the log claims; dstack leaves it out of stripped logs (""). */
static enum err check_digest(struct diag *d, const struct json *entry,
                             const struct measure_event *event, unsigned log_version)
{
    const char *text = NULL;
    struct hash48 claimed;
    struct hash48 digest;
    enum err e = json_read_string(d, &text, entry, "digest");

    if (e != OK || text[0] == '\0')
        return e;
    if ((e = read_fixed(d, claimed.b, sizeof(claimed.b), entry, "digest")) != OK ||
        (e = measure_event_digest(d, &digest, event, log_version)) != OK)
        return e;
    if (memcmp(claimed.b, digest.b, sizeof(digest.b)) != 0)
        return diag_set(d, ERR_MISMATCH,
                        "the digest is not that of name and payload in log version %u",
                        log_version);
    return OK;
}

static enum err add_event(struct diag *d, struct measurement *m, const struct json *entry)
{
    struct measure_event event = { .name = NULL };
    const char *name = NULL;
    struct buf payload;
    uint64_t type = 0;
    enum err e = ERR_INTERNAL;

    buf_init(&payload, LIMIT_MEASUREMENT_BYTES);
    if ((e = json_read_u64(d, &type, entry, "event_type")) != OK ||
        (e = json_read_string(d, &name, entry, "event")) != OK ||
        (e = read_hex(d, &payload, entry, "event_payload")) != OK)
        goto done;
    if (type != EVENT_TYPE)
        e = diag_set(d, ERR_FORMAT, "'event_type': expected %u, found %llu", EVENT_TYPE,
                     (unsigned long long)type);
    else if (!is_event_name(name))
        e = diag_set(d, ERR_FORMAT, "'event': expected up to 64 of printable ASCII without ':'");
    else if (is_used(name) && measure_find(m, name) != NULL)
        e = diag_set(d, ERR_FORMAT, "the event '%s' is there twice", name);
    if (e != OK)
        goto done;
    event.name = strdup(name);
    event.payload = bytes_dup(payload.data, payload.len);
    event.payload_len = payload.len;
    if (event.name == NULL || event.payload == NULL) {
        free(event.name);
        free(event.payload);
        e = diag_set(d, ERR_NOMEM, "out of memory");
        goto done;
    }
    m->events[m->num_events++] = event; /* moved */
    e = check_digest(d, entry, &m->events[m->num_events - 1], m->log_version);
done:
    buf_clear(&payload);
    return e;
}

/* An entry as dstack writes it; those of RTMR0 to RTMR2 are the firmware's and the kernel's. */
static enum err read_entry(struct diag *d, struct measurement *m, const struct json *entry)
{
    static const char *const keys[] = { "imr",   "event_type",    "digest",
                                        "event", "event_payload", NULL };
    uint64_t imr = 0;
    enum err e = ERR_INTERNAL;

    if (json_type(entry) != JSON_OBJECT)
        return diag_set(d, ERR_FORMAT, "expected an object");
    if ((e = json_only_keys(d, entry, keys)) != OK ||
        (e = json_read_u64(d, &imr, entry, "imr")) != OK)
        return e;
    if (imr > 3)
        return diag_set(d, ERR_FORMAT, "'imr': expected 0 to 3, found %llu",
                        (unsigned long long)imr);
    if (imr == 3)
        return add_event(d, m, entry);
    m->num_other_events++;
    return OK;
}

static enum err read_log(struct diag *d, struct measurement *m, const struct json *root)
{
    const struct json *log = NULL;
    uint64_t version = 0;
    enum err e = ERR_INTERNAL;

    if ((e = json_read_u64(d, &version, root, "eventLogVersion")) != OK ||
        (e = json_read_array(d, &log, root, "eventLog")) != OK)
        return e;
    if (version != 1 && version != 2)
        return diag_set(d, ERR_UNSUPPORTED, "'eventLogVersion': expected 1 or 2, found %llu",
                        (unsigned long long)version);
    if (json_len(log) > LIMIT_EVENTS)
        return diag_set(d, ERR_LIMIT, "'eventLog': over the limit of %d events", LIMIT_EVENTS);
    m->log_version = (unsigned)version;
    if ((m->events = calloc(json_len(log) + 1, sizeof(*m->events))) == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < json_len(log); i++) {
        if (read_entry(d, m, json_at(log, i)) != OK)
            return diag_prefix(d, "'eventLog', entry %zu", i);
    }
    return OK;
}

static enum err read_root(struct diag *d, struct measurement *m, const struct json *root)
{
    static const char *const keys[] = { "format",   "quote", "registers", "eventLogVersion",
                                        "eventLog", "ppid",  NULL };
    const struct json *registers = NULL;
    const char *format = NULL;
    enum err e = ERR_INTERNAL;

    if (json_type(root) != JSON_OBJECT)
        return diag_set(d, ERR_FORMAT, "expected an object");
    if ((e = json_read_string(d, &format, root, "format")) != OK)
        return e;
    if (strcmp(format, FORMAT) != 0)
        return diag_set(d, ERR_UNSUPPORTED, "'format': expected " FORMAT ", found '%.64s'", format);
    if ((e = json_only_keys(d, root, keys)) != OK)
        return e;
    if ((json_get(root, "quote") != NULL) == (json_get(root, "registers") != NULL))
        return diag_set(d, ERR_FORMAT, "expected one of 'quote' and 'registers'");
    if (json_get(root, "quote") != NULL)
        e = read_quote(d, m, root);
    else if ((e = json_read_object(d, &registers, root, "registers")) == OK)
        e = read_registers(d, m, registers);
    if (e != OK || (e = read_log(d, m, root)) != OK)
        return e;
    m->has_ppid = json_get(root, "ppid") != NULL;
    return m->has_ppid ? read_fixed(d, m->ppid, sizeof(m->ppid), root, "ppid") : OK;
}

enum err measurement_parse(struct diag *d, struct measurement *out, const void *data,
                           size_t data_len, const char *what)
{
    struct json *root = NULL;
    enum err e = ERR_INTERNAL;

    *out = (struct measurement){ 0 };
    if (data_len > LIMIT_MEASUREMENT_BYTES)
        return diag_set(d, ERR_LIMIT, "%s: over the limit of %d bytes", what,
                        LIMIT_MEASUREMENT_BYTES);
    if ((e = json_parse(d, &root, data, data_len, what)) != OK)
        return e;
    if ((e = read_root(d, out, root)) != OK) {
        measurement_clear(out);
        (void)diag_prefix(d, "%s", what);
    }
    json_free(root);
    return e;
}
