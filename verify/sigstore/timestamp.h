// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_SIGSTORE_TIMESTAMP_H
#define VERIFY_SIGSTORE_TIMESTAMP_H

#include "verify/sigstore/parts.h"

/* The time that a DER TimeStampResp names (RFC 3161), not verified. */
MUST_CHECK enum err timestamp_read_time(struct diag *d, uint64_t *out_ms, const struct bytes *der);

#endif
