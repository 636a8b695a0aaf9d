// SPDX-License-Identifier: Apache-2.0
#include "verify/measure.h"

#include <criterion/criterion.h>
#include <string.h>

#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/limits.h"

#define LEN(table) (sizeof(table) / sizeof((table)[0]))
#define CAPTURE    "fixtures/measurements/phala-dev-0.5.9.json"
#define VARIANTS   "fixtures/measurements/variants.json"

static void read_text(struct buf *out, const char *path)
{
    struct diag d = { 0 };

    buf_init(out, LIMIT_MEASUREMENT_BYTES);
    cr_assert_eq(file_read(&d, out, path), OK, "%s", d.msg);
}

static enum err parse_and_measure(struct diag *d, struct measured *out, const void *data,
                                  size_t data_len)
{
    struct measurement m;
    enum err e = measurement_parse(d, &m, data, data_len, "file");

    *out = (struct measured){ .has_boot = false };
    if (e == OK)
        e = measure(d, out, &m);
    measurement_clear(&m);
    return e;
}

/* The text of path with find replaced once. */
static void with_change(struct buf *out, const char *path, const char *find,
                        const char *replacement)
{
    struct buf text;
    const char *at = NULL;

    read_text(&text, path);
    cr_assert_not_null(at = strstr(buf_str(&text), find), "no '%s'", find);
    buf_init(out, LIMIT_MEASUREMENT_BYTES);
    buf_add(out, text.data, (size_t)(at - buf_str(&text)));
    buf_add_str(out, replacement);
    buf_add_str(out, at + strlen(find));
    buf_clear(&text);
}

static const struct {
    const char *name, *find, *replacement;
    enum err want;
    const char *words;
} refusals[] = {
    { "another format", "measurement/1", "measurement/2", ERR_UNSUPPORTED, "'format'" },
    { "unknown key", "\"eventLogVersion\"", "\"x\": 1, \"eventLogVersion\"", ERR_FORMAT, "'x'" },
    { "unknown register", "\"mrtd\"", "\"mrseam\": \"00\", \"mrtd\"", ERR_FORMAT, "mrseam" },
    { "register missing", "\"mrtd\"", "\"mrtd2\"", ERR_FORMAT, "mrtd" },
    { "register too short", "\"mrtd\": \"f0", "\"mrtd\": \"", ERR_FORMAT, "48 bytes" },
    { "register with 0x", "\"mrtd\": \"", "\"mrtd\": \"0x", ERR_FORMAT, "hex digits" },
    { "odd digits", "\"mrtd\": \"f", "\"mrtd\": \"", ERR_FORMAT, "hex digits" },
    { "log version 3", "Version\": 1", "Version\": 3", ERR_UNSUPPORTED, "1 or 2" },
    { "log version 2", "Version\": 1", "Version\": 2", ERR_MISMATCH, "log version 2" },
    { "no log version", "\"eventLogVersion\": 1,", "", ERR_FORMAT, "eventLogVersion" },
    { "imr 4", "\"imr\": 3", "\"imr\": 4", ERR_FORMAT, "0 to 3" },
    { "event in another register", "\"imr\": 3", "\"imr\": 2", ERR_MISMATCH, "RTMR3 is" },
    { "another type", "134217729", "134217730", ERR_FORMAT, "event_type" },
    { "unknown key of an event", "\"imr\"", "\"y\": 1, \"imr\"", ERR_FORMAT, "'y'" },
    { "another name", "system-preparing", "system-prepared", ERR_MISMATCH, "entry 0" },
    { "name with a colon", "system-preparing", "system:preparing", ERR_FORMAT, "':'" },
    { "empty name", "system-preparing", "", ERR_FORMAT, "':'" },
    { "name in another script", "system-preparing", "syst\xc3\xa9m", ERR_FORMAT, "':'" },
    { "event twice", "system-preparing", "compose-hash", ERR_MISMATCH, "entry 0" },
    { "another payload", "payload\": \"4702ada9df", "payload\": \"4702ada9de", ERR_MISMATCH,
      "log version 1" },
    { "another digest", "a2049292184a", "a2049292184b", ERR_MISMATCH, "entry 2" },
    { "another RTMR3", "\"rtmr3\": \"f1", "\"rtmr3\": \"f0", ERR_MISMATCH, "RTMR3 is f0" },
    { "MRCONFIGID of another compose", "\"mrconfigid\": \"0147", "\"mrconfigid\": \"0146",
      ERR_MISMATCH, "MRCONFIGID" },
    { "quote and registers", "\"registers\"", "\"quote\": \"00\", \"registers\"", ERR_FORMAT,
      "one of" },
    { "neither", "\"registers\"", "\"ppid\"", ERR_FORMAT, "one of" },
    { "PPID too short", "\"registers\"", "\"ppid\": \"0011\", \"registers\"", ERR_FORMAT,
      "16 bytes" },
    { "empty PPID", "\"registers\"", "\"ppid\": \"\", \"registers\"", ERR_FORMAT, "16 bytes" },
};

Test(measure, refusals)
{
    for (size_t i = 0; i < LEN(refusals); i++) {
        struct diag d = { 0 };
        struct measured result;
        struct buf text;
        enum err e = OK;

        with_change(&text, CAPTURE, refusals[i].find, refusals[i].replacement);
        e = parse_and_measure(&d, &result, text.data, text.len);
        cr_expect_eq(e, refusals[i].want, "%s: got %d (%s)", refusals[i].name, (int)e, d.msg);
        cr_expect_not_null(strstr(d.msg, refusals[i].words), "%s: %s", refusals[i].name, d.msg);
        cr_expect(hash32_is_zero(&result.mr_aggregated), "%s", refusals[i].name);
        buf_clear(&text);
    }
}

/* An application that adds a second compose-hash, correctly chained, must not be believed. */
Test(measure, a_used_event_is_there_once)
{
    struct diag d = { 0 };
    struct measured result;
    struct buf text;

    with_change(&text, CAPTURE, "\n ]\n}",
                ",{\"imr\":3,\"event_type\":134217729,\"digest\":\"\",\"event\":\"compose-hash\","
                "\"event_payload\":\"00\"}]}");
    cr_expect_eq(parse_and_measure(&d, &result, text.data, text.len), ERR_FORMAT);
    cr_expect_not_null(strstr(d.msg, "'compose-hash' is there twice"), "%s", d.msg);
    buf_clear(&text);
}

static void expect_hash(const struct json *expected, const char *key, const struct hash32 *value,
                        const char *name)
{
    const char *text = json_string(json_get(expected, key));

    cr_assert_not_null(text, "%s %s", name, key);
    if (text[0] == '\0')
        return;
    cr_expect_str_eq(hash32_format(value).s + 2, text, "%s: %s", name, key);
}

static const struct {
    const char *name;
    enum measure_config config;
    bool agrees;
} configs[] = {
    { "as captured", MEASURE_CONFIG_V1, true },
    { "log version 2", MEASURE_CONFIG_V1, true },
    { "no configuration", MEASURE_CONFIG_NONE, false },
    { "an owner only", MEASURE_CONFIG_NONE, false },
    { "configuration V2", MEASURE_CONFIG_V2, true },
    { "configuration V2 without an id", MEASURE_CONFIG_V2, true },
    { "configuration V2 of another app", MEASURE_CONFIG_V2, false },
    { "configuration V3", MEASURE_CONFIG_V3, false },
    { "no key provider", MEASURE_CONFIG_V1, true },
    { "a device", MEASURE_CONFIG_V1, true },
    { "events of the firmware, stripped digests", MEASURE_CONFIG_V1, true },
    { "quote version 4", MEASURE_CONFIG_V1, true },
    { "quote version 5", MEASURE_CONFIG_V1, true },
};

Test(measure, variants)
{
    struct diag d = { 0 };
    struct json *list = NULL;
    struct buf text;

    read_text(&text, VARIANTS);
    cr_assert_eq(json_parse(&d, &list, text.data, text.len, VARIANTS), OK, "%s", d.msg);
    cr_assert_eq(json_len(list), LEN(configs));
    for (size_t i = 0; i < LEN(configs); i++) {
        const struct json *expected = json_get(json_at(list, i), "expected");
        struct measured result;
        struct buf file;

        cr_assert_str_eq(json_string(json_get(json_at(list, i), "name")), configs[i].name);
        buf_init(&file, LIMIT_MEASUREMENT_BYTES);
        cr_assert_eq(json_write(&d, &file, json_get(json_at(list, i), "measurement"), 0), OK);
        cr_assert_eq(parse_and_measure(&d, &result, file.data, file.len), OK, "%s: %s",
                     configs[i].name, d.msg);
        expect_hash(expected, "mrAggregated", &result.mr_aggregated, configs[i].name);
        expect_hash(expected, "mrAggregatedBoot", &result.mr_aggregated_boot, configs[i].name);
        expect_hash(expected, "mrSystem", &result.mr_system, configs[i].name);
        expect_hash(expected, "deviceId", &result.device_id, configs[i].name);
        cr_expect_eq(result.config, configs[i].config, "%s", configs[i].name);
        cr_expect_eq(result.config_agrees, configs[i].agrees, "%s", configs[i].name);
        cr_expect_str_eq(hash32_format(&result.compose_hash).s,
                         "0x4702ada9df22517d3397eed1a6d65a707a4c7e5c4b0504f00d0a77d27bf199f1");
        buf_clear(&file);
    }
    json_free(list);
    buf_clear(&text);
}

Test(measure, quotes_that_are_none)
{
    static const struct {
        const char *name;
        size_t at; /* hex digit of the quote */
        char digit;
    } cases[] = {
        { "version 3", 1, '3' },       { "version 260", 3, '1' },      { "SGX", 8, '0' },
        { "type of body 1", 97, '1' }, { "length of body", 101, '9' },
    };
    struct diag d = { 0 };
    struct json *list = NULL;
    struct buf text;
    const char *quote = NULL;

    read_text(&text, VARIANTS);
    cr_assert_eq(json_parse(&d, &list, text.data, text.len, VARIANTS), OK, "%s", d.msg);
    quote =
        json_string(json_get(json_get(json_at(list, LEN(configs) - 1), "measurement"), "quote"));
    cr_assert_not_null(quote);
    for (size_t i = 0; i <= LEN(cases) + 2 * 700; i++) {
        char changed[4096];
        struct measured result;
        struct buf file;

        cr_assert_lt(strlen(quote), sizeof(changed));
        (void)strcpy(changed, quote);
        if (i < LEN(cases))
            changed[cases[i].at] = cases[i].digit;
        else
            changed[(i - LEN(cases)) & ~(size_t)1] = '\0'; /* cut short, up to the whole report */
        buf_init(&file, LIMIT_MEASUREMENT_BYTES);
        buf_addf(&file,
                 "{\"format\":\"countersign/measurement/1\",\"eventLogVersion\":1,\"eventLog\":[],"
                 "\"quote\":\"%s\"}",
                 changed);
        cr_expect_eq(parse_and_measure(&d, &result, file.data, file.len), ERR_FORMAT, "%s",
                     i < LEN(cases) ? cases[i].name : "cut short");
        cr_expect_not_null(strstr(d.msg, "TDX quote"), "%s", d.msg);
        buf_clear(&file);
    }
    json_free(list);
    buf_clear(&text);
}

/* Each bit counts: whatever still reads must not measure the same. */
Test(measure, every_flipped_bit_and_every_truncation)
{
    struct buf text;
    struct diag d = { 0 };
    struct measured good;
    struct measured result;

    read_text(&text, CAPTURE);
    cr_assert_eq(parse_and_measure(&d, &good, text.data, text.len), OK, "%s", d.msg);
    for (size_t len = 0; len + 1 < text.len; len += 7)
        cr_expect_neq(parse_and_measure(&d, &result, text.data, len), OK, "cut at %zu", len);
    for (size_t at = 0; at < text.len; at++) {
        text.data[at] ^= 1;
        if (parse_and_measure(&d, &result, text.data, text.len) == OK)
            cr_expect_neq(memcmp(&result.mr_aggregated, &good.mr_aggregated, 32), 0, "byte %zu",
                          at);
        text.data[at] ^= 1;
    }
    buf_clear(&text);
}

Test(measure, sha256_of_nothing_is_no_device)
{
    struct hash32 h;

    cr_assert(hex_decode(h.b, sizeof(h.b),
                         "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 64));
    cr_expect(measure_is_no_device(&h));
    h.b[31] ^= 1;
    cr_expect_not(measure_is_no_device(&h));
}
