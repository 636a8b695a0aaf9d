// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_SIGSTORE_SHAPE_H
#define VERIFY_SIGSTORE_SHAPE_H

#include "verify/sigstore/verifier.h"

/*
 * The parts that a bundle of its version must have, before any of them is looked into:
 *
 *   v0.1  a certificate chain or a key; each log entry with a signed entry timestamp
 *   v0.2  a certificate chain or a key; each log entry with an inclusion proof and its checkpoint
 *   v0.3  one certificate or a key; each log entry as in v0.2
 *
 * One DSSE signature, no self-signed certificate, no log entry twice, no signed entry timestamp
 * with an entry of Rekor v2. Source: protobuf-specs, sigstore_bundle.proto.
 */
MUST_CHECK enum err shape_check(struct verifier *v);

#endif
