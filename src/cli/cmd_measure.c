// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "safe/proposal.h"
#include "src/base/digest.h"
#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "src/cli/commands.h"
#include "src/cli/common.h"
#include "verify/measure.h"

/* Events whose payload is shown as hexadecimal, with the words for them. */
static const struct {
    const char *event, *key, *words;
} shown[] = {
    { "app-id", "appId", "app id" },
    { "instance-id", "instanceId", "instance id" },
    { "os-image-hash", "osImageHash", "OS image hash" },
    { "mr-kms", "mrKms", "mr-kms" },
};
#define NUM_SHOWN (sizeof(shown) / sizeof(shown[0]))

struct work {
    struct measurement m;
    struct measured result;
    bool has_proposal;
    struct hash32 proposed; /* SHA-256 of the proposal's app-compose.json */
};

static enum err load_measurement(struct diag *d, struct work *w, const char *path)
{
    struct buf text;
    enum err e = ERR_INTERNAL;

    buf_init(&text, LIMIT_MEASUREMENT_BYTES);
    if ((e = file_read(d, &text, path)) == OK &&
        (e = measurement_parse(d, &w->m, text.data, text.len, path)) == OK)
        e = measure(d, &w->result, &w->m);
    buf_clear(&text);
    return e;
}

static enum err load_proposal(struct diag *d, struct work *w, const char *path)
{
    struct proposal p = { 0 };
    const struct evidence_file *app = NULL;
    enum err e = OK;

    if (path == NULL)
        return OK;
    w->has_proposal = true;
    if ((e = proposal_load(d, &p, path)) == OK &&
        (app = proposal_file(&p, EVIDENCE_APP_COMPOSE)) == NULL)
        e = diag_set(d, ERR_USAGE, "'%.200s' has no " EVIDENCE_APP_COMPOSE, path);
    if (e == OK)
        e = sha256(d, &w->proposed, app->data, app->data_len);
    proposal_clear(&p);
    return e;
}

static bool is_proposed(const struct work *w)
{
    return w->result.has_compose_hash && hash32_eq(&w->result.compose_hash, &w->proposed);
}

static const char *config_words(const struct measured *r)
{
    if (r->config_agrees)
        return ", agrees with the log";
    return r->config == MEASURE_CONFIG_NONE ? "" : ", not confirmed by the log";
}

static void set_hash(struct json *j, const char *key, bool is_there, const struct hash32 *h)
{
    if (is_there)
        json_set_hash(j, key, h);
    else
        json_set_null(j, key);
}

static enum err answer_json(struct diag *d, const struct work *w)
{
    const struct measured *r = &w->result;
    struct json *j = json_new_object();

    json_set_int(j, "result", w->has_proposal && !is_proposed(w) ? 1 : 0);
    json_set_bool(j, "quoteSignatureVerified", false);
    json_set_int(j, "events", (int64_t)w->m.num_events);
    json_set_int(j, "eventLogVersion", (int64_t)w->m.log_version);
    json_set_bytes(j, "rtmr3", w->m.rtmr[3].b, sizeof(w->m.rtmr[3].b));
    set_hash(j, "composeHash", r->has_compose_hash, &r->compose_hash);
    for (size_t i = 0; i < NUM_SHOWN; i++) {
        const struct measure_event *event = measure_find(&w->m, shown[i].event);

        if (event != NULL)
            json_set_bytes(j, shown[i].key, event->payload, event->payload_len);
        else
            json_set_null(j, shown[i].key);
    }
    json_set_string(j, "mrConfigId", measure_config_name(r->config));
    json_set_bool(j, "mrConfigIdAgrees", r->config_agrees);
    json_set_hash(j, "mrAggregated", &r->mr_aggregated);
    set_hash(j, "mrAggregatedAtBoot", r->has_boot, &r->mr_aggregated_boot);
    json_set_hash(j, "mrSystem", &r->mr_system);
    set_hash(j, "deviceId", r->has_device, &r->device_id);
    set_hash(j, "proposedComposeHash", w->has_proposal, &w->proposed);
    return common_answer(d, j);
}

static void print_hash(const char *words, bool is_there, const struct hash32 *h)
{
    term_printf("%-26s %s\n", words, is_there ? hash32_format(h).s : "none");
}

static void print_events(const struct work *w)
{
    const struct measure_event *event = NULL;

    for (size_t i = 0; i < NUM_SHOWN; i++) {
        struct buf hex;

        if ((event = measure_find(&w->m, shown[i].event)) == NULL)
            continue;
        buf_init(&hex, 2 * LIMIT_MEASUREMENT_BYTES + 8);
        buf_add_hex_0x(&hex, event->payload, event->payload_len);
        term_printf("%-26s %s\n", shown[i].words, buf_str(&hex));
        buf_clear(&hex);
    }
    if ((event = measure_find(&w->m, "key-provider")) != NULL) {
        term_printf("%-26s ", "key provider");
        term_untrusted((const char *)event->payload, event->payload_len);
        term_printf("\n");
    }
}

static void answer_text(const struct work *w)
{
    const struct measured *r = &w->result;
    char rtmr3[HEX_LEN(48)];

    term_printf("%-26s %s\n", "RTMR3", hex_encode(rtmr3, w->m.rtmr[3].b, sizeof(w->m.rtmr[3].b)));
    term_printf("%-26s replayed, %zu events, log version %u\n", "event log", w->m.num_events,
                w->m.log_version);
    if (w->m.num_other_events > 0)
        term_printf("%-26s %zu events of RTMR0 to RTMR2\n", "not judged", w->m.num_other_events);
    print_hash("compose hash", r->has_compose_hash, &r->compose_hash);
    print_events(w);
    term_printf("%-26s %s%s\n", "MRCONFIGID", measure_config_name(r->config), config_words(r));
    print_hash("mr_aggregated", true, &r->mr_aggregated);
    print_hash("mr_aggregated at boot", r->has_boot, &r->mr_aggregated_boot);
    print_hash("mr_system", true, &r->mr_system);
    if (r->has_device)
        print_hash("device id", true, &r->device_id);
    if (w->has_proposal)
        term_printf("%-26s %s: %s\n", "the proposal's app-compose", hash32_format(&w->proposed).s,
                    is_proposed(w) ? "this is what was measured" : "NOT what was measured");
    term_printf(
        "The quote's own signature was not verified: these values are those of the file.\n");
}

static enum err run(struct diag *d, const struct args *a, int *exit_code)
{
    struct work w = { .has_proposal = false };
    enum err e = load_measurement(d, &w, a->operands[0]);

    if (e == OK)
        e = load_proposal(d, &w, args_get(a, "proposal"));
    if (e == OK && args_json(a))
        e = answer_json(d, &w);
    else if (e == OK)
        answer_text(&w);
    if (e == OK && w.has_proposal && !is_proposed(&w))
        *exit_code = 1;
    measurement_clear(&w.m);
    return e;
}

static const struct arg_option options[] = {
    { "proposal", "FILE", "say whether its app-compose is the one that was measured", false },
    OPTION_END,
};

const struct command cmd_measure = {
    .name = "measure",
    .operands = "FILE|-",
    .summary = "what a running CVM measured, from its quote's registers and event log",
    .details = "FILE has the form countersign/measurement/1 (docs/formats/measurement.md). The\n"
               "log is replayed to RTMR3 and mr_aggregated, mr_system and the device id are\n"
               "computed. The signature of the quote is not verified: that the registers are\n"
               "those of a machine is for other tools to say.\n"
               "\n"
               "exit codes: 0 done; 1 the log does not belong to the registers, or the\n"
               "proposal's compose hash is another; 2 could not tell",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
