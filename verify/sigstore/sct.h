// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_SIGSTORE_SCT_H
#define VERIFY_SIGSTORE_SCT_H

#include "src/base/bytes.h"
#include "src/base/limits.h"

/*
 * A signed certificate timestamp, version 1. Source: RFC 6962 section 3.2 and 3.3:
 *
 *   SCT list  u16 length, then SCTs, each with a u16 length
 *   SCT       u8 version 0, 32 log id, u64 milliseconds, u16 length and extensions,
 *             u8 hash 4 (SHA-256), u8 signature 3 (ECDSA) or 1 (RSA), u16 length and signature
 */
struct sct {
    struct hash32 log_id;
    uint64_t time_ms;
    const uint8_t *extensions; /* borrowed; not empty for static-CT logs */
    uint16_t extensions_len;
    uint8_t signature_algorithm; /* 1 RSA, 3 ECDSA */
    const uint8_t *signature;    /* borrowed */
    uint16_t signature_len;
};
#define SCT_RSA   1
#define SCT_ECDSA 3

struct sct_list {
    struct sct items[LIMIT_SIGSTORE_SCTS];
    size_t num_items;
};
/* The content of the extension's OCTET STRING. SCTs of another version are left out. */
MUST_CHECK enum err sct_list_parse(struct diag *d, struct sct_list *out, const uint8_t *data,
                                   size_t data_len);

#endif
