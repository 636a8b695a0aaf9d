// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_MEASURE_H
#define VERIFY_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/err.h"
#include "src/base/types.h"

/*
 * What a dstack CVM on Intel TDX measured, from the registers of its quote and its event log: the
 * log is replayed, and the values that DstackKms whitelists are computed again. The signature of
 * the quote is NOT verified: whoever wrote the file chose the registers. What is proven is that the
 * registers, the log and the computed values belong together.
 *
 * File format "countersign/measurement/1": docs/formats/measurement.md.
 * Source: dstack v0.5.11, dstack-attest and dstack-util; Intel TDX DCAP quote generation library,
 * "Quote format" (versions 4 and 5).
 */

struct measure_event {
    char *name; /* printable ASCII without ':' */
    uint8_t *payload;
    size_t payload_len;
};

/* All-zero is valid to clear. */
struct measurement {
    struct hash48 mrtd, rtmr[4], mr_config_id, mr_owner, mr_owner_config;
    bool from_quote;              /* otherwise the registers are given as such */
    unsigned log_version;         /* 1 or 2 */
    struct measure_event *events; /* of RTMR3, in their order */
    size_t num_events;
    size_t num_other_events; /* of RTMR0 to RTMR2: not judged */
    bool has_ppid;
    uint8_t ppid[16];
};
void measurement_clear(struct measurement *m);

/*
 * Strict: an unknown or missing key, a wrong length, an event twice whose value is used below are
 * ERR_FORMAT; ERR_MISMATCH for an event whose digest is not the one in the log. what names the
 * document in errors.
 */
MUST_CHECK enum err measurement_parse(struct diag *d, struct measurement *out, const void *data,
                                      size_t data_len, const char *what);

/* SHA-384(LE32(type) ":" name ":" payload), or of the event as JSON in log version 2. */
MUST_CHECK enum err measure_event_digest(struct diag *d, struct hash48 *out,
                                         const struct measure_event *event, unsigned log_version);

/* What the first byte of MRCONFIGID says. */
enum measure_config {
    MEASURE_CONFIG_NONE, /* all zero: before 0.5.1 */
    MEASURE_CONFIG_V1,   /* the compose hash */
    MEASURE_CONFIG_V2,   /* keccak256 of compose hash, app id and key provider */
    MEASURE_CONFIG_V3,   /* of a document that is not at hand: recognised, never judged */
    MEASURE_CONFIG_OTHER,
};
const char *measure_config_name(enum measure_config c);

struct measured {
    struct hash32 mr_aggregated;      /* over the whole log: what the KMS contract is asked */
    bool has_boot;                    /* there is a boot-mr-done event */
    struct hash32 mr_aggregated_boot; /* the log up to it */
    struct hash32 mr_system;
    bool has_compose_hash;
    struct hash32 compose_hash;
    enum measure_config config;
    bool config_agrees; /* with the events; V1 and V2 only */
    bool has_device;    /* a PPID was given */
    struct hash32 device_id;
};

/*
 * Replay the log. ERR_MISMATCH if it does not end at RTMR3, or if MRCONFIGID V1 names another
 * compose hash than the log; ERR_FORMAT if the compose-hash event is not 32 bytes.
 */
MUST_CHECK enum err measure(struct diag *d, struct measured *out, const struct measurement *m);

/* The only event of that name, or NULL. */
const struct measure_event *measure_find(const struct measurement *m, const char *name);

/* SHA-256 of nothing: what a device is called whose PPID was not verified. Stands for any device.
 */
bool measure_is_no_device(const struct hash32 *device_id);

#endif
